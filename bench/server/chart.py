# SPDX-License-Identifier: MIT
"""The figures of a run as one SVG: bars for load and memory, lines for growth."""
import report
from drawing import (HEAD, MARGIN, VALUE, Linear, Logarithmic, draw_bars, draw_legend, draw_lines, draw_picture, height_of_bars, line,
                     shorten, text)
from measure import ACTIVE

KINDS = {'fluxo': 'fluxo-server', 'peer': 'servers', 'relative': 'event loops of other languages',
         'own': 'threads and the floor, of our own'}


# ---- Panels ----

def draw_load(figures, scenario, left, top, width):
    rates = {server: figures.of(scenario, server, 'requests_per_second').values() for server in figures.servers}
    medians = {server: figures.median(scenario, server, 'requests_per_second') for server in figures.servers}
    costs = {server: figures.median(scenario, server, 'cpu_us_per_request') for server in figures.servers}
    bars = {server: ((medians[server], '', (min(rates[server]), max(rates[server])), shorten(medians[server])),
                     (1e6 / costs[server], 'pale', None, None)) for server in figures.servers if rates[server] and costs[server]}
    most = max((end for rows in bars.values() for value, _, ends, _ in rows for end in (value, *(ends or ()))), default=1)
    yield from draw_bars(figures.kinds, left, top, width, report.TITLES[scenario], 'requests/s; pale: requests a second of CPU time',
                         Linear(most), bars)


def draw_memory(figures, left, top, width):
    values = {(server, scenario): figures.median(scenario, server, 'octets_per_connection')
              for server in figures.servers for scenario in ('idle', 'half')}
    known = [value for value in values.values() if value]
    bars = {server: [(values[server, scenario], style, None, shorten(values[server, scenario]))
                     for scenario, style in (('idle', ''), ('half', 'pale')) if values[server, scenario] is not None]
            for server in figures.servers}
    yield from draw_bars(figures.kinds, left, top, width, 'Private memory a connection',
                         'octets; pale: in the middle of a head', Logarithmic(10, max(known, default=100)), bars)


def draw_growth(figures, left, top, width):
    height, inner = height_of_bars(figures.kinds), width - 60 - VALUE
    lines = {server: [(idle, value) for idle in figures.beside
                      if (value := figures.median(f'beside-{idle}', server, 'cpu_us_per_request'))] for server in figures.servers}
    lines = {server: points for server, points in lines.items() if points}
    costs = [value for points in lines.values() for _, value in points]
    across, up = Logarithmic(figures.beside[0], figures.beside[-1]), Logarithmic(min(costs, default=1), max(costs, default=10))
    low, room = top + height - 36, height - HEAD - 40
    yield text(left, top + 14, f'CPU time of a request on {ACTIVE} connections, beside idle ones', 'panel')
    yield text(left, top + 32, 'microseconds, by idle connections', 'soft')
    for tick in up.ticks:
        yield line(left + 40, low - up(tick) * room, left + 40 + inner, low - up(tick) * room, 'grid')
        yield text(left + 34, low - up(tick) * room + 4, shorten(tick), 'soft end')
    for idle in figures.beside:
        yield text(left + 40 + across(idle) * inner, low + 16, f'{idle:,}', 'soft middle')
    yield text(left + 40 + inner / 2, low + 32, 'idle connections', 'soft middle')
    yield from draw_lines(figures.kinds, lines, lambda idle: left + 40 + across(idle) * inner, lambda cost: low - up(cost) * room)


# ---- The picture ----

def draw_head(figures):
    facts = figures.facts
    yield text(MARGIN, MARGIN + 12, 'fluxo-server beside other servers', 'title')
    yield text(MARGIN, MARGIN + 32, f'{facts["date"]}, {facts["machine"]}; one core for the servers, one for wrk, of which other programs '
               f'had {figures.others():.2f}', 'soft')
    yield text(MARGIN, MARGIN + 48, f'Bars: medians of {facts["rounds"]} x {facts["seconds"]} s; lines through them: from the lowest '
               'to the highest', 'soft')
    yield from draw_legend(KINDS, MARGIN + 68)


def find_panels(figures):
    for scenario in report.LOADS:
        if figures.has(scenario):
            yield lambda *frame, scenario=scenario: draw_load(figures, scenario, *frame)
    if figures.has('idle') or figures.has('half'):
        yield lambda *frame: draw_memory(figures, *frame)
    if len(figures.beside) > 1:
        yield lambda *frame: draw_growth(figures, *frame)


def draw(figures):
    return draw_picture('fluxo-server beside other servers: requests, memory, growth', KINDS, draw_head(figures),
                        list(find_panels(figures)), height_of_bars(figures.kinds), MARGIN + 96)
