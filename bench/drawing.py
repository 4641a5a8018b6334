# SPDX-License-Identifier: MIT
"""
What the charts of the benchmarks are drawn with, as SVG. Text and colours suit light and dark.

How this works

The picture is rows of panels. A panel draws into its own frame (left, top, width, height) and appends elements; bars grow to the
right, one below the other, in the order of the table. A scale maps a value to a place in 0 to 1: linear from 0 for rates,
logarithmic for what differs by orders of magnitude. A role is whose figure it is: it has a colour.
"""
import math
from html import escape

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


def rules_of_colour(roles, theme):
    colour = {role: pair[theme] for role, pair in COLOURS.items()}
    yield f'text {{ fill: {colour["ink"]} }} .soft {{ fill: {colour["soft"]} }} .paper {{ fill: {colour["paper"]} }}'
    yield f'.grid {{ stroke: {colour["rule"]} }} .span {{ stroke: {colour["ink"]} }}'
    for kind in roles:
        yield f'.{kind} {{ fill: {colour[kind]} }} polyline.{kind} {{ fill: none; stroke: {colour[kind]} }}'


def write_style(roles):
    light, dark = ('\n'.join(rules_of_colour(roles, theme)) for theme in (0, 1))
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


def height_of_bars(kinds):
    return HEAD + STEP * len(kinds) + 18


def draw_bars(kinds, left, top, width, title, axis, scale, bars, names=NAME):
    """
    `kinds`: name -> role. `bars`: name -> (value, style, lowest and highest or None, what to write or None), drawn one below the
    other. `names`: how wide the names are.
    """
    height, inner = height_of_bars(kinds), width - names - VALUE
    yield text(left, top + 14, title, 'panel')
    yield from draw_axis(left + names, top, inner, height, scale, axis)
    for number, name in enumerate(kinds):
        y = top + HEAD + STEP * number
        yield text(left + names - 8, y + 11, name, 'end')
        if not bars.get(name):
            yield text(left + names + 4, y + 11, 'no figure: see the table', 'soft')
        for row, (value, style, ends, words) in enumerate(bars.get(name, ())):
            bar = y + 1 + row * (BAR + 1)
            yield box(left + names, bar, scale(value) * inner, BAR, f'{kinds[name]} {style}')
            if ends:
                yield line(left + names + scale(ends[0]) * inner, bar + BAR / 2, left + names + scale(ends[1]) * inner, bar + BAR / 2, 'span')
        yield text(left + width - VALUE + 8, y + 11, ' / '.join(words for *_, words in bars.get(name, ()) if words))


def draw_lines(kinds, lines, x_of, y_of):
    """Names stand at the ends of their lines, moved up where they would touch."""
    seen, taken = {}, math.inf
    for one in sorted(lines, key=lambda name: lines[name][-1][1]):
        kind, points = kinds[one], lines[one]
        dash, seen[kind] = seen.get(kind, 0), seen.get(kind, 0) + 1
        places = ' '.join(f'{place(x_of(x))},{place(y_of(y))}' for x, y in points)
        yield f'<polyline points="{places}" class="{kind} dash-{dash}"/>'
        taken = min(y_of(points[-1][1]), taken - 14)
        yield text(x_of(points[-1][0]) + 6, taken + 4, one)


def draw_legend(roles, top):
    """`roles`: role -> words."""
    x = MARGIN
    for role, words in roles.items():
        yield box(x, top - 9, 10, 10, role)
        yield text(x + 15, top, words, 'soft')
        x += 35 + 6 * len(words)


# ---- The picture ----

def draw_picture(title, roles, head, panels, panel_height, top):
    """`panels`: functions of a frame, drawn two in a row below `top`."""
    width, step = (WIDTH - 2 * MARGIN - GAP) / 2, panel_height + GAP
    height = top + step * math.ceil(len(panels) / 2)
    parts = list(head)
    for number, panel in enumerate(panels):
        parts += panel(MARGIN + number % 2 * (width + GAP), top + number // 2 * step, width)
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        'aria-labelledby="title">', f'<title id="title">{escape(title)}</title>',
        write_style(roles), box(0, 0, WIDTH, height, 'paper'), *parts, '</svg>', ''])
