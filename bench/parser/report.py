# SPDX-License-Identifier: MIT
"""The rows of a run, read and written; and the table."""
import json
import math
import statistics

from inputs import CUTS, HEADS, INPUTS
from tables import hundredths, lay_out, whole

LONG_HEADS = ('request-703', 'chrome', 'nginx', 'cdn')
BASES = ('picohttpparser', 'llhttp', 'http-parser')  # whose speed is a measure
OURS, AS_USERS, PLAIN = 'fluxo', 'fluxo -O2', 'fluxo plain'


# ---- Rows ----

def write_rows(path, facts, readers, rows):
    with open(path, 'w', encoding='utf-8') as out:
        for name, value in facts.items():
            print('fact', name, value, sep='\t', file=out)
        for reader in readers:
            print('built', reader.name, reader.role, reader.compiled, reader.text, sep='\t', file=out)
        out.writelines(rows)


class Figures:
    """times[trial][reader]: round -> nanoseconds a message. A trial is an input and a cut: chrome/whole."""

    def __init__(self):
        self.facts, self.roles, self.flags, self.text, self.state = {}, {}, {}, {}, {}
        self.messages, self.octets, self.times, self.steps = {}, {}, {}, {}
        self.growth = {}  # [family, cut][octets]: round -> nanoseconds for all of it

    def read(self, kind, cells):
        if kind == 'fact':
            self.facts[cells[0]] = cells[1]
        elif kind == 'built':
            name, self.roles[cells[0]], self.flags[cells[0]] = cells[:3]
            self.text[name] = int(cells[3])
        elif kind == 'reader':
            self.state[cells[0]] = int(cells[2])
        elif kind == 'trial':
            self.messages[cells[0]], self.octets[cells[0]] = int(cells[2]), int(cells[4])
        elif kind == 'time':
            trial, number, reader, took = cells
            self.times.setdefault(trial, {}).setdefault(reader, {})[int(number)] = float(took)
        elif kind == 'growth':
            family, cut, octets, number, took = cells
            self.growth.setdefault((family, cut), {}).setdefault(int(octets), {})[int(number)] = float(took)
        elif kind == 'steps':
            self.steps.setdefault(cells[0], {})[cells[1]] = float(cells[2])

    @property
    def readers(self):
        return list(self.roles)

    @property
    def cuts(self):
        return [cut for cut in CUTS if any(trial.endswith(f'/{cut}') for trial in self.times)]

    def inputs(self, cut):
        return [one for one in INPUTS if f'{one.name}/{cut}' in self.times]

    def rounds(self, trial, reader):
        return self.times.get(trial, {}).get(reader, {})

    def median(self, trial, reader):
        rounds = self.rounds(trial, reader)
        return statistics.median(rounds.values()) if rounds else None

    def speed(self, trial, reader, base):
        """How many times as fast as the other: the median of the rounds' ratios, for what the machine did meanwhile met both."""
        mine, theirs = self.rounds(trial, reader), self.rounds(trial, base)
        ratios = [theirs[number] / mine[number] for number in mine if number in theirs]
        return statistics.median(ratios) if ratios else None

    def speeds(self, names, cut, reader, base):
        return [speed for name in names if (speed := self.speed(f'{name}/{cut}', reader, base)) is not None]

    def mean_speed(self, cut, reader, base):
        """The geometric mean over all heads, or None unless there are all of them."""
        speeds = self.speeds(HEADS, cut, reader, base)
        return math.exp(statistics.fmean(map(math.log, speeds))) if len(speeds) == len(HEADS) else None

    def of_an_octet(self, family, cut):
        """Octets of the message -> nanoseconds for one of them."""
        return {octets: statistics.median(rounds.values()) / octets for octets, rounds in self.growth[family, cut].items()}

    def doubled(self, family, cut):
        """What twice the message takes more, at its longest: the median of the rounds' ratios."""
        *_, once, twice = self.growth[family, cut].values()
        return statistics.median(twice[number] / once[number] for number in once)

    def best_peer(self, trial):
        known = [(took, name) for name, role in self.roles.items() if role != 'fluxo' and (took := self.median(trial, name))]
        return min(known)[1] if known else None


def read_rows(path):
    figures = Figures()
    for line in path.read_text(encoding='utf-8').splitlines():
        kind, *cells = line.split('\t')
        figures.read(kind, cells)
    return figures


def write_json(figures):
    trials = {trial: {'messages': figures.messages[trial], 'octets': figures.octets[trial], 'nanoseconds_per_message': {
        reader: {'median': statistics.median(rounds.values()), 'lowest': min(rounds.values()), 'highest': max(rounds.values())}
        for reader, rounds in readers.items()}, 'speed': {
            base: {reader: figures.speed(trial, reader, base) for reader in readers} for base in BASES if base in readers},
        'instructions_per_message': figures.steps.get(trial, {})} for trial, readers in figures.times.items()}
    readers = {name: {'role': figures.roles[name], 'flags': figures.flags[name], 'state_octets': figures.state[name],
                      'text_octets': figures.text[name]} for name in figures.readers}
    growth = [{'family': family, 'cut': cut, 'nanoseconds_per_octet': figures.of_an_octet(family, cut),
               'doubled': figures.doubled(family, cut)} for family, cut in figures.growth]
    return json.dumps({'facts': figures.facts, 'readers': readers, 'trials': trials, 'growth': growth}, indent=1) + '\n'


# ---- Table ----

def cost(value):
    """Nanoseconds, with the digits that count."""
    return '-' if value is None else f'{value:.1f}' if value < 100 else whole(value)


def ratio(value):
    return '-' if value is None else hundredths(value)


def lines_of_times(figures, cut):
    inputs = figures.inputs(cut)
    rows = [('', *(one.title for one in inputs))]
    rows += [(reader, *(cost(figures.median(f'{one.name}/{cut}', reader)) for one in inputs)) for reader in figures.readers]
    return [f'Nanoseconds a message, {CUTS[cut]}', *lay_out(rows)]


def lines_of_speeds(figures, cut, base):
    if base not in figures.roles:
        return []
    inputs = [one for one in figures.inputs(cut) if figures.median(f'{one.name}/{cut}', base) is not None]
    rows = [('', *(one.title for one in inputs), 'heads')]
    rows += [(reader, *(ratio(figures.speed(f'{one.name}/{cut}', reader, base)) for one in inputs),
              ratio(figures.mean_speed(cut, reader, base))) for reader in figures.readers]
    return [f'How many times as fast as {base}, {CUTS[cut]}', *lay_out(rows)]


def lines_of_steps(figures):
    if not figures.steps:
        return []
    trials = list(figures.steps)
    titles = {one.name: one.title for one in INPUTS}
    names = [titles[name] + ('' if cut == 'whole' else f' by {cut}') for name, cut in (trial.split('/') for trial in trials)]
    rows = [('', *names)]
    rows += [(reader, *(whole(figures.steps[trial].get(reader)) or '-' for trial in trials)) for reader in figures.readers]
    return ['Instructions a message', *lay_out(rows)]


def lines_of_readers(figures):
    rows = [('', 'state', 'code', 'compiled with')]
    rows += [(reader, whole(figures.state[reader]), whole(figures.text[reader]), figures.flags[reader]) for reader in figures.readers]
    return ['Octets of a connection\'s state, and of the parser\'s code', *lay_out(rows)]


def lines_of_growth(figures, cut):
    families = [family for family, how in figures.growth if how == cut]
    if not families:
        return []
    rows = [('', *(f'{octets:,}' for octets in figures.growth[families[0], cut]), 'doubled')]
    rows += [(family, *map(hundredths, figures.of_an_octet(family, cut).values()), ratio(figures.doubled(family, cut))) for family in families]
    return [f'fluxo: nanoseconds an octet of messages of so many that grow in one way, {CUTS[cut]}', *lay_out(rows)]


# ---- What is aimed at: told, never enforced. A clock is no judge of a change. ----

def aims_of_heads(figures):
    for base, least in (('picohttpparser', 1.25), ('llhttp', 3.0)):
        yield f'heads, the mean, of {base}', least, figures.mean_speed('whole', OURS, base)
    for title, names, least in (('long heads, the worst', LONG_HEADS, 1.3), ('mixed', ('mixed',), 1.2), ('heads, the worst', HEADS, 1.0)):
        yield f'{title}, of picohttpparser', least, min(figures.speeds(names, 'whole', OURS, 'picohttpparser'), default=None)
    yield 'heads, the mean, in plain C, of http-parser', 1.5, figures.mean_speed('whole', PLAIN, 'http-parser')
    yield f'heads, the mean, compiled with -O2, of {OURS}', 1.0, figures.mean_speed('whole', AS_USERS, OURS)


def aims_of_bodies(figures):
    yield '1..16-octet chunks of llhttp', 4.0, figures.speed('chunks-16/whole', OURS, 'llhttp')
    best = figures.best_peer('chunks-16/whole')
    yield f'1..16-octet chunks of the best peer, {best}', 1.0, figures.speed('chunks-16/whole', OURS, best)
    for name, title in (('chunks-1k', '1 KiB chunks'), ('chunks-16k', '16 KiB chunks'), ('length', '1 MiB length')):
        yield f'{title} of llhttp', 1.5, figures.speed(f'{name}/whole', OURS, 'llhttp')


def aims_of_pieces(figures):
    for cut, least in (('1', 1.2), ('random', 1.3)):
        yield f'heads {CUTS[cut]}, the mean, of llhttp', least, figures.mean_speed(cut, OURS, 'llhttp')


def aims_of_size(figures):
    for name, most in (('request-703', 1600), ('tiny', 460)):
        yield f'instructions, {name}', most, figures.steps.get(f'{name}/whole', {}).get(OURS)
    yield 'octets of state', 64, figures.state.get(OURS)
    yield 'octets of code, with all sets of instructions', 32768, figures.text.get(OURS)
    yield 'octets of code, in plain C', 32768, figures.text.get(PLAIN)


def lines_of_aims(figures):
    rows = [('', 'at least', 'reached')]
    rows += [(words, hundredths(least), ratio(value)) for aims in (aims_of_heads, aims_of_bodies, aims_of_pieces)
             for words, least, value in aims(figures)]
    rows += [('', 'at most', 'reached')]
    rows += [(words, whole(most), whole(value) or '-') for words, most, value in aims_of_size(figures)]
    return ['What is aimed at, and what was reached', *lay_out(rows)]


LEGEND = '''\
Nanoseconds: medians of all rounds. How many times as fast: medians of the ratios of the rounds, above 1 is faster; heads: their
geometric mean over the seven inputs that are heads alone. 16 pipelined and mixed: of one of their messages. picohttpparser alone reads
heads, and decides no framing; with it are the look-ups that its users must add. Doubled: how many times as long the longest of the
messages that grow takes as one of half its length; 2 is linear.'''


def write_table(figures):
    facts = figures.facts
    parts = [['fluxo\'s parser beside others, ' + facts['date'], facts['machine'], f'{facts["versions"]}; {facts["compiler"]}',
              f'{facts["rounds"]} rounds, on one core, of which other programs had {facts["others"]}', *facts.get('remark', '').splitlines()]]
    for cut in figures.cuts:
        parts += [lines_of_times(figures, cut), *(lines_of_speeds(figures, cut, base) for base in BASES[:2])]
    parts += [lines_of_steps(figures), lines_of_readers(figures), lines_of_growth(figures, 'whole'), lines_of_growth(figures, '1'),
              lines_of_aims(figures), LEGEND.splitlines()]
    return '\n\n'.join('\n'.join(part) for part in parts if part) + '\n'
