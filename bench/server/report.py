# SPDX-License-Identifier: MIT
"""The rows of a run, read and written; and the table."""
import statistics

from measure import ACTIVE
from tables import hundredths, lay_out, whole

TITLES = {
    '64': '64 connections',
    'pipelined': '64 connections, pipelined by 16',
    '1': 'One connection',
    '4000': '4,000 connections',
    'idle': 'Memory of an idle connection',
    'half': 'Memory of a half-sent head',
    'wakeups': 'Wake-ups when idle',
    'calls': 'System calls a request, with 64 connections (strace)',
}
LOADS = ('64', 'pipelined', '1', '4000')

# Scenario, what it is measured against, how much is aimed at. Told, never enforced: a clock is no judge of a change.
AIMS = (
    ('64', 'floor', 0.95),
    ('64', 'nginx', 1.05),
    ('pipelined', 'best', 1.3),
    ('4000', 'best', 1.05),
)
MEMORY_AIMS = (('idle', 256), ('half', 1024))


# ---- Rows ----

def write_rows(path, facts, kinds, rows):
    with open(path, 'w', encoding='utf-8') as out:
        for name, value in facts.items():
            print('#', name, value, sep='\t', file=out)
        for name, kind in kinds.items():
            print('#server', name, kind, sep='\t', file=out)
        print('scenario', 'round', 'server', 'quantity', 'value', 'trouble', sep='\t', file=out)
        for row in rows:
            print(*row, sep='\t', file=out)


class Figures:
    """values[scenario, server, quantity]: round -> value. troubles[scenario, server]: why there is none."""

    def __init__(self):
        self.facts, self.kinds, self.values, self.troubles = {}, {}, {}, {}

    @property
    def servers(self):
        return list(self.kinds)

    def has(self, scenario):
        return any(key[0] == scenario for key in [*self.values, *self.troubles])

    def has_of(self, scenario, server):
        return any(key[:2] == (scenario, server) for key in [*self.values, *self.troubles])

    def of(self, scenario, server, quantity):
        """One trouble voids all rounds."""
        return {} if (scenario, server) in self.troubles else self.values.get((scenario, server, quantity), {})

    def median(self, scenario, server, quantity):
        rounds = self.of(scenario, server, quantity)
        return statistics.median(rounds.values()) if rounds else None

    def ratio(self, scenario, server, other, quantity):
        """The median of the rounds' ratios: what the machine did meanwhile met both."""
        mine, theirs = self.of(scenario, server, quantity), self.of(scenario, other, quantity)
        ratios = [mine[number] / theirs[number] for number in mine if theirs.get(number)]
        return statistics.median(ratios) if ratios else None

    def best(self, scenario, quantity):
        """Of the peers: the highest rate, or the lowest cost."""
        known = [(self.median(scenario, name, quantity), name) for name, kind in self.kinds.items() if kind == 'peer']
        known = [pair for pair in known if pair[0]]
        choose = max if quantity == 'requests_per_second' else min
        return choose(known)[1] if known else None

    def others(self):
        """What other programs had of the two cores while there was load: the median of all rounds of all servers."""
        known = [value for key, rounds in self.values.items() if key[2] == 'others_busy' for value in rounds.values()]
        return statistics.median(known) if known else 0

    @property
    def beside(self):
        return sorted({int(key[0].split('-')[1]) for key in [*self.values, *self.troubles] if key[0].startswith('beside-')})


def read_rows(path):
    figures = Figures()
    for line in path.read_text(encoding='utf-8').splitlines():
        cells = line.split('\t')
        if cells[0] == '#':
            figures.facts[cells[1]] = cells[2]
        elif cells[0] == '#server':
            figures.kinds[cells[1]] = cells[2]
        elif cells[0] != 'scenario' and cells[5]:
            figures.troubles.setdefault((cells[0], cells[2]), cells[5])
        elif cells[0] != 'scenario':
            figures.values.setdefault((cells[0], cells[2], cells[3]), {})[int(cells[1])] = float(cells[4])
    return figures


# ---- Table ----

class Notes:
    """Footnotes: the same words have one number."""

    def __init__(self):
        self.texts = []

    def mark(self, text):
        if text not in self.texts:
            self.texts.append(text)
        return f'- [{self.texts.index(text) + 1}]'

    def lines(self):
        return [f'[{number}] {text}' for number, text in enumerate(self.texts, 1)]


def lines_of_load(figures, scenario, notes):
    rate, cost = 'requests_per_second', 'cpu_us_per_request'
    best, thrifty = figures.best(scenario, rate), figures.best(scenario, cost)
    rows = [('', 'requests/s', 'lowest', 'highest', '/floor', f'/{best}', 'CPU us', 'floor/', f'{thrifty}/', 'core', 'wrk', 'others')]
    for server in figures.servers:
        rates = figures.of(scenario, server, rate).values()
        if not rates:
            rows.append((server, notes.mark(figures.troubles.get((scenario, server), 'not measured'))))
            continue
        rows.append((
            server, whole(statistics.median(rates)), whole(min(rates)), whole(max(rates)),
            hundredths(figures.ratio(scenario, server, 'floor', rate)), hundredths(figures.ratio(scenario, server, best, rate)),
            hundredths(figures.median(scenario, server, cost)),
            hundredths(figures.ratio(scenario, 'floor', server, cost)), hundredths(figures.ratio(scenario, thrifty, server, cost)),
            hundredths(figures.median(scenario, server, 'server_busy')), hundredths(figures.median(scenario, server, 'client_busy')),
            hundredths(figures.median(scenario, server, 'others_busy'))))
    return [TITLES[scenario], *lay_out(rows)]


def cell(figures, scenario, server, quantity, notes, show=whole):
    value = figures.median(scenario, server, quantity)
    return notes.mark(figures.troubles.get((scenario, server), 'not measured')) if value is None else show(value)


def lines_of_rest(figures, notes):
    facts = figures.facts
    columns = [(scenario, quantity, title) for scenario, quantity, title in (
        ('idle', 'octets_per_connection', f'octets, {int(facts["memory"]):,} idle'),
        ('half', 'octets_per_connection', f'octets, {int(facts["memory"]):,} half-sent heads'),
        ('wakeups', 'wakeups', f'wake-ups in {facts["quiet"]} s, {int(facts["rest"]):,} idle')) if figures.has(scenario)]
    rows = [('', *(title for _, _, title in columns))]
    for server in figures.servers:
        rows.append((server, *(cell(figures, scenario, server, quantity, notes) for scenario, quantity, _ in columns)))
    return ['Private memory a connection, and wake-ups of the server', *lay_out(rows)] if columns else []


def lines_of_growth(figures, notes):
    if not figures.beside:
        return []
    rows = [('', *(f'beside {idle:,}' for idle in figures.beside))]
    for server in figures.servers:
        if any(figures.has_of(f'beside-{idle}', server) for idle in figures.beside):
            rows.append((server, *(cell(figures, f'beside-{idle}', server, 'cpu_us_per_request', notes, hundredths)
                                   for idle in figures.beside)))
    return [f'CPU us a request of {ACTIVE} connections, beside so many idle ones', *lay_out(rows)]


def lines_of_calls(figures, notes):
    if not figures.has('calls'):
        return []
    rows = [('', 'all', '')]
    for server in figures.servers:
        counts = {key[2]: values[0] for key, values in figures.values.items() if key[:2] == ('calls', server)}
        names = sorted(counts, key=lambda name: -counts[name])
        rows.append((server, hundredths(sum(counts.values())) if counts else notes.mark(figures.troubles.get(('calls', server), 'not measured')),
                     ', '.join(f'{name} {counts[name]:.2f}' for name in names)))
    widest = max(len(row[2]) for row in rows)
    return [TITLES['calls'], *lay_out([(*row[:2], row[2].ljust(widest)) for row in rows])]


def aim_of_load(figures, scenario, server, other, aim):
    rate, cost = 'requests_per_second', 'cpu_us_per_request'
    fast = figures.best(scenario, rate) if other == 'best' else other
    thrifty = figures.best(scenario, cost) if other == 'best' else other
    return (f'{TITLES[scenario]}, {server} of {fast}', f'{aim:.2f}', hundredths(figures.ratio(scenario, server, fast, rate)),
            hundredths(figures.ratio(scenario, thrifty, server, cost)) + (f' of {thrifty}' if thrifty != fast else ''))


def lines_of_aims(figures):
    ours = [name for name, kind in figures.kinds.items() if kind == 'fluxo']
    rows = [('', 'aim', 'requests/s', 'by CPU time')]
    for scenario, other, aim in AIMS:
        rows += [aim_of_load(figures, scenario, server, other, aim) for server in ours if figures.of(scenario, server, 'requests_per_second')]
    for scenario, aim in MEMORY_AIMS:
        rows += [(f'{TITLES[scenario]}, {server}', f'{aim:,}', whole(value), '') for server in ours
                 if (value := figures.median(scenario, server, 'octets_per_connection')) is not None]
    rows += [(f'{TITLES["wakeups"]}, {server}', '0', whole(value), '') for server in ours
             if (value := figures.median('wakeups', server, 'wakeups')) is not None]
    return ['What is aimed at, and what was reached', *lay_out(rows)] if len(rows) > 1 else []


LEGEND = '''\
requests/s, lowest, highest: as wrk counted, the median and the ends of all rounds; CPU us: of the server, a request.
/floor, /nginx ...: requests/s by those of the floor, and of the fastest of nginx, h2o and lighttpd; floor/, nginx/ ...: their CPU
time by the server's. Above 1 is better than they are. Ratios are medians of the ratios of the rounds.
core, wrk, others: the part of a core that the server had, and wrk, and whatever else ran on these two cores. Where wrk is near 1 and
the server is not, wrk was the limit; where others had much, they were: then CPU time tells the servers apart, requests/s do not.'''


def write_table(figures):
    notes, facts = Notes(), figures.facts
    parts = [[f'fluxo-server beside others, {facts["date"]}', facts['machine'], facts['versions'],
              f'{facts["rounds"]} x {facts["seconds"]} s; the servers on one core, wrk on another, of which other programs had '
              f'{figures.others():.2f}']]
    parts += [lines_of_load(figures, scenario, notes) for scenario in LOADS if figures.has(scenario)]
    parts += [lines_of_rest(figures, notes), lines_of_growth(figures, notes), lines_of_calls(figures, notes),
              lines_of_aims(figures), notes.lines(), LEGEND.splitlines()]
    return '\n\n'.join('\n'.join(part) for part in parts if part) + '\n'
