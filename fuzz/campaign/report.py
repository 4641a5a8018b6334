# SPDX-License-Identifier: MIT
"""
The word report: what a campaign, the ledger and the cover say, as report.md and as index.html with pictures.

How this works

Everything is read from files that the other words wrote; a figure whose file is not there is shown as not measured. A picture is
one SVG: edges over the time that a harness was worked on, a line a role.
"""
import json
from collections import defaultdict
from html import escape

import ledger
import state as states
from screen import show_count, show_seconds
from tree import CAMPAIGN, find_commit, now, write_whole

FOLDER = CAMPAIGN / 'report'
NOT_MEASURED = 'not measured'
WIDTH, HEIGHT, LEFT, BOTTOM = 460, 180, 48, 22
COLOURS = ('#0b68cb', '#c69026', '#2da44e', '#cf222e', '#8250df', '#57606a', '#1b7c83', '#bc4c00', '#bf3989', '#4d2d00')


# ---- Goals ----

def share(pair, target):
    if not pair or not pair[1]:
        return NOT_MEASURED
    percent = 100 * pair[0] / pair[1]
    return f'{percent:.2f} % ({pair[0]} of {pair[1]})' + ('' if percent >= target else ', not reached')


def goal_rows(covered, state, rows):
    """(goal, figure wanted, figure measured)"""
    code, machines = covered.get('code', {}), covered.get('machines', {})
    for kind, goal, target in (('lines', 'lines of hand-written C', 100), ('branches', 'branches', 100), ('mcdc', 'MC/DC', 98)):
        yield goal, f'{target} %', share(code.get(kind), target)
    for kind, goal in (('states', 'states of the machines'), ('transitions', 'transitions')):
        yield goal, '100 %', share(machines.get(kind), 100)
    executions = sum(row.executions for row in rows)
    lacks = '' if executions >= 2e8 else ', not reached'
    yield 'executions in the ledger and this campaign', '200 M', show_count(executions) + lacks
    yield 'open findings', '0', str(len(state['findings']))


# ---- Tables ----

def total_rows(state):
    for harness, roles in sorted(state['totals'].items()):
        for role, figures in sorted(roles.items()):
            rate = figures['executions'] / max(1, figures['seconds'])
            yield (harness, role, show_seconds(figures['seconds']), f'{figures["executions"]:,}', f'{rate:,.0f}', figures['edges'],
                   figures['features'] or '', figures['findings'])


TABLES = {
    'Goals': ('goal', 'wanted', 'measured'),
    'This campaign': ('harness', 'role', 'time', 'executions', 'a second', 'edges', 'features', 'findings'),
    'Executions in all': ('harness', 'executions'),
}


def make_tables(covered, state, rows):
    totals = ledger.total_by_harness(rows)
    return {
        'Goals': list(goal_rows(covered, state, rows)),
        'This campaign': list(total_rows(state)),
        'Executions in all': [(harness, f'{count:,}') for harness, count in sorted(totals.items())],
    }


def markdown_table(names, rows):
    lines = ['| ' + ' | '.join(names) + ' |', '|' + ' --- |' * len(names)]
    return '\n'.join(lines + ['| ' + ' | '.join(str(cell) for cell in row) + ' |' for row in rows])


def html_table(names, rows):
    head = ''.join(f'<th>{escape(name)}</th>' for name in names)
    body = ''.join('<tr>' + ''.join(f'<td>{escape(str(cell))}</td>' for cell in row) + '</tr>\n' for row in rows)
    return f'<table><tr>{head}</tr>\n{body}</table>'


# ---- Pictures ----

def read_progress():
    """Of each harness and role the points (seconds at work, edges). Between its turns no time passes for a role."""
    path, curves, last = CAMPAIGN / 'progress.tsv', defaultdict(lambda: defaultdict(list)), {}
    for line in path.read_text().splitlines()[1:] if path.exists() else ():
        time, harness, role, _executions, edges, _features, _corpus = line.split('\t')
        points = curves[harness][role]
        step = int(time) - last.get((harness, role), int(time))
        passed = points[-1][0] + (step if step <= 3 * 5 else 0) if points else 0
        points.append((passed, max(int(edges), points[-1][1] if points else 0)))
        last[harness, role] = int(time)
    return curves


def draw(curves):
    longest = max((points[-1][0] for points in curves.values()), default=0) or 1
    most = max((points[-1][1] for points in curves.values()), default=0) or 1

    def place(point):
        return f'{LEFT + point[0] / longest * (WIDTH - LEFT):.1f},{(HEIGHT - BOTTOM) * (1 - point[1] / most) + 8:.1f}'

    for number, (role, points) in enumerate(sorted(curves.items())):
        colour = COLOURS[number % len(COLOURS)]
        yield f'<polyline fill="none" stroke="{colour}" points="{" ".join(place(point) for point in points)}"/>'
        yield f'<text x="{LEFT + 8}" y="{24 + 12 * number}" fill="{colour}">{escape(role)}</text>'
    yield f'<text x="{LEFT - 4}" y="16" text-anchor="end">{most}</text>'
    yield f'<text x="{LEFT - 4}" y="{HEIGHT - BOTTOM + 8}" text-anchor="end">0</text>'
    yield f'<text x="{WIDTH}" y="{HEIGHT}" text-anchor="end">{show_seconds(longest)}</text>'


def picture(harness, curves):
    return (f'<figure><figcaption>{escape(harness)}: edges over time</figcaption><svg xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {WIDTH} {HEIGHT + 4}" width="{WIDTH}">' + '\n'.join(draw(curves)) + '</svg></figure>')


# ---- All ----

COVER_LINK = '<p><a href="../cover/html/index.html">Line by line</a></p>\n'

STYLE = '''body { font: 15px system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse } th, td { text-align: left; padding: .2em .8em .2em 0; border-bottom: 1px solid #d1d9e0 }
figure { display: inline-block; margin: 0 1em 1em 0 } svg { font: 11px system-ui, sans-serif }'''


def write(_options):
    summary = CAMPAIGN / 'cover/summary.json'
    covered = json.loads(summary.read_text()) if summary.exists() else {}
    state = states.load()
    rows = ledger.merge([*ledger.read(ledger.TREE), *ledger.read(CAMPAIGN / 'ledger.tsv')])
    tables, title = make_tables(covered, state, rows), f'Fuzzing fluxo: {find_commit()}, {now()}'
    parts = [(name, TABLES[name], cells) for name, cells in tables.items() if cells]
    write_whole(FOLDER / 'report.md', f'# {title}\n\n' + '\n\n'.join(f'## {name}\n\n{markdown_table(names, cells)}'
                                                                   for name, names, cells in parts) + '\n')
    pictures = '\n'.join(picture(harness, curves) for harness, curves in sorted(read_progress().items()))
    body = '\n'.join(f'<h2>{escape(name)}</h2>\n{html_table(names, cells)}' for name, names, cells in parts)
    write_whole(FOLDER / 'index.html', f'<!doctype html><meta charset="utf-8"><title>{escape(title)}</title>\n<style>{STYLE}</style>\n'
                f'<h1>{escape(title)}</h1>\n{body}\n{COVER_LINK if covered else ""}<h2>Edges</h2>\n{pictures}\n')
    print(f'{FOLDER}/index.html')
    return 0
