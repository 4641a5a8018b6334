# SPDX-License-Identifier: MIT
"""What a campaign shows: one screen from its state, a line a minute where there is no screen, and the same at the end."""
import os
import sys
import time

from tree import number_of

CLEAR = '\x1b[H\x1b[2J'
COLUMNS = '{:<11} {:<12} {:>7} {:>12} {:>9} {:>7} {:>8} {:>7} {:>9} {:>5}'
NAMES = ('harness', 'role', 'time', 'executions', '/s', 'edges', 'features', 'corpus', 'last new', 'found')


def show_seconds(seconds):
    seconds = round(seconds)
    if seconds < 100:
        return f'{seconds} s'
    if seconds < 100 * 60:
        return f'{seconds // 60} m {seconds % 60:02} s' if seconds < 600 else f'{seconds // 60} m'
    return f'{seconds // 3600} h {seconds % 3600 // 60:02} m'


def show_count(count):
    for size, unit in ((1e9, ' G'), (1e6, ' M'), (1e4, ' k')):
        if count >= size:
            return f'{count / (1e3 if unit == " k" else size):.4g}{unit}'
    return str(count)


def since(stamp):
    if not stamp:
        return '-'
    then = time.mktime(time.strptime(stamp, '%Y-%m-%dT%H:%M:%SZ')) - time.timezone
    return show_seconds(max(0, time.time() - then))


def row(harness, role, figures, rate=None):
    rate = rate if rate is not None else figures['executions'] / max(1, figures['seconds'])
    return COLUMNS.format(harness, role, show_seconds(figures['seconds']), show_count(figures['executions']),
                          show_count(round(rate)), figures['edges'], figures['features'] or '-', figures['corpus'],
                          since(figures['last_new']), figures['findings'])


def now_lines(live):
    yield f'turn {live["number"]} of {live["last"]}: {live["harness"]}, {show_seconds(max(0, live["ends"] - time.time()))} left'
    for part in live['parts']:
        yield row(live['harness'], part['role'], part, part['rate'])
        if part['trouble']:
            yield f'            {part["trouble"]}'


def sum_of(state, live=True):
    rows = [row for roles in state['totals'].values() for row in roles.values()]
    if live and state['live']:
        rows = rows + state['live']['parts']
    return sum(row['executions'] for row in rows)


def total_lines(state):
    for harness, roles in sorted(state['totals'].items()):
        for role, figures in sorted(roles.items()):
            yield row(harness, role, figures)


def head_line(state):
    live = state['live']
    words = 'runs' if live else 'prepares' if state.get('prepares') else 'stands still'
    seconds = state['seconds'] + (time.time() - live['began'] if live else 0)
    return (f'fluxo campaign {words}: {show_seconds(seconds)}, {show_count(sum_of(state))} executions, '
            f'{number_of(len(state["findings"]), "finding")}')


def render(state, height=1000):
    lines = [head_line(state), '', COLUMNS.format(*NAMES)]
    if state['live']:
        lines += [*now_lines(state['live']), '']
    totals = list(total_lines(state))
    room = height - len(lines) - len(state['left_out']) - 1
    if len(totals) > room > 0:
        totals = [*totals[:room - 1], f'... and {len(totals) - room + 1} rows more (campaign status)']
    lines += totals
    lines += [f'left out: {name}: {reason.splitlines()[0]}' for name, reason in sorted(state['left_out'].items())]
    return '\n'.join(lines)


class Screen:
    """Draws again each second on a terminal; elsewhere says a line a minute."""

    def __init__(self, out=sys.stdout):
        self.out, self.is_terminal = out, out.isatty()
        self.begin()

    def begin(self):
        """The first minute begins."""
        self.said = time.monotonic()

    def show(self, state):
        if self.is_terminal:
            print(CLEAR + render(state, os.get_terminal_size().lines), file=self.out, flush=True)
        elif time.monotonic() - self.said >= 60:
            self.said = time.monotonic()
            print(self.line(state), file=self.out, flush=True)

    def line(self, state):
        live = state['live']
        parts = ', '.join(f'{part["role"]} {show_count(round(part["rate"]))}/s, {part["edges"]} edges' for part in live['parts'])
        return f'{head_line(state)}; {live["harness"]}: {parts}'

    def close(self, state):
        print((CLEAR if self.is_terminal else '') + render(state), file=self.out, flush=True)
