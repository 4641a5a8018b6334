# SPDX-License-Identifier: MIT
"""The figures of a run as one SVG: a panel of bars for each input in one piece, and for each cut."""
from drawing import MARGIN, Linear, draw_bars, draw_legend, draw_picture, height_of_bars, shorten, text
from inputs import CUTS

ROLES = {'fluxo': 'fluxo', 'relative': 'reads heads only, all of them again when more has come', 'peer': 'takes input piece by piece'}
BASE = 'llhttp'


def draw_input(figures, one, left, top, width):
    trial, bars = f'{one.name}/whole', {}
    for reader in figures.readers:
        if rounds := figures.rounds(trial, reader).values():
            rate = 1e9 / figures.median(trial, reader)
            bars[reader] = [(rate, '', (1e9 / max(rounds), 1e9 / min(rounds)), shorten(rate))]
    most = max(1e9 / min(rounds.values()) for rounds in figures.times[trial].values())
    octets = figures.octets[trial] / figures.messages[trial]
    yield from draw_bars(figures.roles, left, top, width, one.title, f'messages a second, of {octets:,.0f} octets', Linear(most), bars)


def draw_cut(figures, cut, left, top, width):
    speeds = {reader: figures.mean_speed(cut, reader, BASE) for reader in figures.readers}
    bars = {reader: [(speed, '', None, f'{speed:.2f}')] for reader, speed in speeds.items() if speed}
    yield from draw_bars(figures.roles, left, top, width, f'Heads {CUTS[cut]}', f'times as fast as {BASE}, the geometric mean',
                         Linear(max((speed for speed in speeds.values() if speed), default=1)), bars)


def draw_head(figures):
    facts = figures.facts
    yield text(MARGIN, MARGIN + 12, 'fluxo\'s parser beside others', 'title')
    yield text(MARGIN, MARGIN + 32, f'{facts["date"]}, {facts["machine"]}; one core, of which other programs had {facts["others"]}', 'soft')
    yield text(MARGIN, MARGIN + 48, f'Bars: medians of {facts["rounds"]} rounds; lines through them: from the slowest to the fastest', 'soft')
    yield from draw_legend(ROLES, MARGIN + 68)


def draw(figures):
    panels = [lambda *frame, one=one: draw_input(figures, one, *frame) for one in figures.inputs('whole')]
    panels += [lambda *frame, cut=cut: draw_cut(figures, cut, *frame) for cut in figures.cuts if figures.mean_speed(cut, BASE, BASE)]
    return draw_picture('fluxo\'s parser beside others', ROLES, draw_head(figures), panels, height_of_bars(figures.roles), MARGIN + 96)


# ---- Messages that grow: an octet of the longest must cost what one of the shortest does ----

def draw_families(figures, cut, left, top, width):
    families = {family: 'fluxo' for family, how in figures.growth if how == cut}
    bars, most = {}, 0
    for family in families:
        (_, least), *_, (_, longest) = figures.of_an_octet(family, cut).items()
        bars[family] = [(longest, '', None, f'{longest:.2f}'), (least, 'pale', None, f'{least:.2f}')]
        most = max(most, longest, least)
    yield from draw_bars(families, left, top, width, f'Messages {CUTS[cut]}', 'ns an octet; pale: an eighth as long',
                         Linear(most), bars, 200)


def draw_growth(figures):
    cuts = list(dict.fromkeys(cut for _, cut in figures.growth))
    families = {family: 'fluxo' for family, _ in figures.growth}
    facts = figures.facts
    head = [text(MARGIN, MARGIN + 12, 'What fluxo needs for an octet, as messages grow', 'title'),
            text(MARGIN, MARGIN + 32, f'{facts["date"]}, {facts["machine"]}; medians of {facts["rounds"]} rounds', 'soft')]
    panels = [lambda *frame, cut=cut: draw_families(figures, cut, *frame) for cut in cuts]
    return draw_picture('What fluxo needs for an octet, as messages grow', {'fluxo': 'fluxo'}, head, panels, height_of_bars(families), MARGIN + 60)
