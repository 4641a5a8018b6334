# SPDX-License-Identifier: MIT
"""
The figures of a run as one SVG: bars for load and memory, lines for growth. Text and colours suit light and dark.

How this works

The picture is rows of panels. A panel draws into its own frame (left, top, width, height) and appends elements; bars grow to the
right, a server each, in the order of the table. A scale maps a value to a place in 0 to 1: linear from 0 for rates, logarithmic
for memory and growth, which differ by orders of magnitude.
"""
import math
from html import escape

import report
from measure import ACTIVE

WIDTH, MARGIN, GAP = 1000, 24, 28
NAME, VALUE = 110, 78  # what a panel keeps free for the names at its left, and for the figures at its right
BAR, STEP = 7, 20
HEAD = 46  # a panel's title and what its axis is

# Role: colour in light, in dark. Written out rather than as CSS variables, which not every reader of SVG knows.
COLOURS = {
    'ink': ('#1f2328', '#f0f6fc'),
    'soft': ('#59636e', '#9198a1'),
    'rule': ('#d1d9e0', '#3d444d'),
    'paper': ('#ffffff', '#0d1117'),
    'fluxo': ('#0b68cb', '#58a6ff'),
    'peer': ('#8c959f', '#8b949e'),
    'relative': ('#c69026', '#d4a72c'),
    'own': ('#2da44e', '#3fb950'),
}
SHAPES = '''
text { font: 12px system-ui, sans-serif }
.title { font-size: 18px; font-weight: 600 }
.panel { font-size: 14px; font-weight: 600 }
.soft { font-size: 11px }
.end { text-anchor: end }
.middle { text-anchor: middle }
.pale { opacity: .4 }
polyline { stroke-width: 2 }
.dash-1 { stroke-dasharray: 7 4 }
.dash-2 { stroke-dasharray: 2 3 }
'''
KINDS = (('fluxo', 'fluxo-server'), ('peer', 'servers'), ('relative', 'event loops of other languages'),
         ('own', 'threads and the floor, of our own'))


def rules_of_colour(theme):
    colour = {role: pair[theme] for role, pair in COLOURS.items()}
    yield f'text {{ fill: {colour["ink"]} }} .soft {{ fill: {colour["soft"]} }} .paper {{ fill: {colour["paper"]} }}'
    yield f'.grid {{ stroke: {colour["rule"]} }} .span {{ stroke: {colour["ink"]} }}'
    for kind, _ in KINDS:
        yield f'.{kind} {{ fill: {colour[kind]} }} polyline.{kind} {{ fill: none; stroke: {colour[kind]} }}'


def write_style():
    light, dark = ('\n'.join(rules_of_colour(theme)) for theme in (0, 1))
    return f'<style>{SHAPES}{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n</style>'


def place(x):
    return f'{x:.1f}'.rstrip('0').rstrip('.')


def text(x, y, words, style=''):
    return f'<text x="{place(x)}" y="{place(y)}" class="{style}">{escape(words)}</text>'


def box(x, y, width, height, style):
    return f'<rect x="{place(x)}" y="{place(y)}" width="{place(max(width, 0))}" height="{place(height)}" class="{style}"/>'


def line(x, y, to_x, to_y, style):
    return f'<line x1="{place(x)}" y1="{place(y)}" x2="{place(to_x)}" y2="{place(to_y)}" class="{style}"/>'


def shorten(value):
    """Three digits that count: 1.23 M, 45.6 k, 789, 0.45."""
    for size, unit in ((1e6, ' M'), (1e3, ' k')):
        if value >= size:
            return f'{value / size:.3g}{unit}'
    return f'{value:.0f}' if value >= 100 or value == int(value) else f'{value:.3g}'


# ---- Scales: a value's place from 0 to 1, and where lines help the eye ----

class Linear:
    def __init__(self, most):
        step = 10 ** math.floor(math.log10(most))
        step = next(step * part for part in (0.2, 0.5, 1, 2) if most / (step * part) <= 5)
        self.most = math.ceil(most / step) * step
        self.ticks = [step * number for number in range(round(self.most / step) + 1)]

    def __call__(self, value):
        return value / self.most


class Logarithmic:
    """What is below the least is drawn at the edge."""

    def __init__(self, least, most):
        self.low, self.high = math.floor(math.log10(least)), math.ceil(math.log10(most))
        self.high = max(self.high, self.low + 1)
        self.ticks = [10 ** power for power in range(self.low, self.high + 1)]

    def __call__(self, value):
        return max(0, (math.log10(max(value, 10 ** self.low)) - self.low) / (self.high - self.low))


# ---- Panels ----

def draw_axis(left, top, width, height, scale, words):
    yield text(left, top + 32, words, 'soft')
    for tick in scale.ticks:
        x = left + scale(tick) * width
        yield line(x, top + HEAD - 6, x, top + height - 14, 'grid')
        yield text(x, top + height - 2, shorten(tick), 'soft middle')


def height_of_bars(figures):
    return HEAD + STEP * len(figures.servers) + 18


def draw_bars(figures, left, top, width, title, axis, scale, bars):
    """`bars`: server -> (value, style, lowest and highest or None, what to write or None), drawn one below the other."""
    height, inner = height_of_bars(figures), width - NAME - VALUE
    yield text(left, top + 14, title, 'panel')
    yield from draw_axis(left + NAME, top, inner, height, scale, axis)
    for number, server in enumerate(figures.servers):
        y = top + HEAD + STEP * number
        yield text(left + NAME - 8, y + 11, server, 'end')
        if not bars.get(server):
            yield text(left + NAME + 4, y + 11, 'no figure: see the table', 'soft')
        for row, (value, style, ends, words) in enumerate(bars.get(server, ())):
            bar = y + 1 + row * (BAR + 1)
            yield box(left + NAME, bar, scale(value) * inner, BAR, f'{figures.kinds[server]} {style}')
            if ends:
                yield line(left + NAME + scale(ends[0]) * inner, bar + BAR / 2, left + NAME + scale(ends[1]) * inner, bar + BAR / 2, 'span')
        yield text(left + width - VALUE + 8, y + 11, ' / '.join(words for *_, words in bars.get(server, ()) if words))


def draw_load(figures, scenario, left, top, width):
    rates = {server: figures.of(scenario, server, 'requests_per_second').values() for server in figures.servers}
    medians = {server: figures.median(scenario, server, 'requests_per_second') for server in figures.servers}
    costs = {server: figures.median(scenario, server, 'cpu_us_per_request') for server in figures.servers}
    bars = {server: ((medians[server], '', (min(rates[server]), max(rates[server])), shorten(medians[server])),
                     (1e6 / costs[server], 'pale', None, None)) for server in figures.servers if rates[server] and costs[server]}
    most = max((end for rows in bars.values() for value, _, ends, _ in rows for end in (value, *(ends or ()))), default=1)
    yield from draw_bars(figures, left, top, width, report.TITLES[scenario], 'requests/s; pale: requests a second of CPU time',
                         Linear(most), bars)


def draw_memory(figures, left, top, width):
    values = {(server, scenario): figures.median(scenario, server, 'octets_per_connection')
              for server in figures.servers for scenario in ('idle', 'half')}
    known = [value for value in values.values() if value]
    bars = {server: [(values[server, scenario], style, None, shorten(values[server, scenario]))
                     for scenario, style in (('idle', ''), ('half', 'pale')) if values[server, scenario] is not None]
            for server in figures.servers}
    yield from draw_bars(figures, left, top, width, 'Private memory a connection',
                         'octets; pale: in the middle of a head', Logarithmic(10, max(known, default=100)), bars)


def draw_growth(figures, left, top, width):
    height, inner = height_of_bars(figures), width - 60 - VALUE
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
    yield from draw_lines(figures, lines, lambda idle: left + 40 + across(idle) * inner, lambda cost: low - up(cost) * room)


def draw_lines(figures, lines, x_of, y_of):
    """Names stand at the ends of their lines, moved up where they would touch."""
    seen, taken = {}, math.inf
    for server in sorted(lines, key=lambda name: lines[name][-1][1]):
        kind, points = figures.kinds[server], lines[server]
        dash, seen[kind] = seen.get(kind, 0), seen.get(kind, 0) + 1
        places = ' '.join(f'{place(x_of(idle))},{place(y_of(cost))}' for idle, cost in points)
        yield f'<polyline points="{places}" class="{kind} dash-{dash}"/>'
        taken = min(y_of(points[-1][1]), taken - 14)
        yield text(x_of(points[-1][0]) + 6, taken + 4, server)


# ---- The picture ----

def draw_head(figures):
    facts = figures.facts
    yield text(MARGIN, MARGIN + 12, 'fluxo-server beside other servers', 'title')
    yield text(MARGIN, MARGIN + 32, f'{facts["date"]}, {facts["machine"]}; one core for the servers, one for wrk, of which other programs '
               f'had {figures.others():.2f}', 'soft')
    yield text(MARGIN, MARGIN + 48, f'Bars: medians of {facts["rounds"]} x {facts["seconds"]} s; lines through them: from the lowest '
               'to the highest', 'soft')
    x = MARGIN
    for kind, words in KINDS:
        yield box(x, MARGIN + 59, 10, 10, kind)
        yield text(x + 15, MARGIN + 68, words, 'soft')
        x += 35 + 6 * len(words)


def find_panels(figures):
    for scenario in report.LOADS:
        if figures.has(scenario):
            yield lambda *frame, scenario=scenario: draw_load(figures, scenario, *frame)
    if figures.has('idle') or figures.has('half'):
        yield lambda *frame: draw_memory(figures, *frame)
    if len(figures.beside) > 1:
        yield lambda *frame: draw_growth(figures, *frame)


def draw(figures):
    panels, width = list(find_panels(figures)), (WIDTH - 2 * MARGIN - GAP) / 2
    top, step = MARGIN + 96, height_of_bars(figures) + GAP
    height = top + step * math.ceil(len(panels) / 2)
    parts = list(draw_head(figures))
    for number, panel in enumerate(panels):
        parts += panel(MARGIN + number % 2 * (width + GAP), top + number // 2 * step, width)
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        'aria-labelledby="title">', '<title id="title">fluxo-server beside other servers: requests, memory, growth</title>',
        write_style(), box(0, 0, WIDTH, height, 'paper'), *parts, '</svg>', ''])
