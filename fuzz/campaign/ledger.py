# SPDX-License-Identifier: MIT
"""
The ledger: what was fuzzed how long. A row is a commit, a harness, an engine and its role; seconds, executions and findings add
up, edges and features are the most that was reached.

A run writes the ledger of its campaign. The tree's, fuzz/ledger.tsv, changes only when somebody asks for it.
"""
from collections import defaultdict
from dataclasses import astuple, dataclass, fields

from tree import CAMPAIGN, FUZZ, Trouble, say, write_whole

TREE = FUZZ / 'ledger.tsv'


@dataclass
class Row:
    commit: str
    harness: str
    engine: str
    flags: str
    seconds: int
    executions: int
    edges: int
    features: int
    findings: int

    @property
    def key(self):
        return self.commit, self.harness, self.engine, self.flags

    def join(self, other):
        return Row(*self.key, self.seconds + other.seconds, self.executions + other.executions, max(self.edges, other.edges),
                   max(self.features, other.features), self.findings + other.findings)


NAMES = [field.name for field in fields(Row)]


def read(path):
    if not path.exists():
        return []
    rows = [line.split('\t') for line in path.read_text().splitlines() if line and not line.startswith('#')]
    if rows and rows[0] != NAMES:
        raise Trouble(f'{path}: its first line does not name {" ".join(NAMES)}')
    return [Row(*row[:4], *(int(value) for value in row[4:])) for row in rows[1:]]


def write(path, rows):
    lines = ['\t'.join(NAMES)] + ['\t'.join(str(value) for value in astuple(row)) for row in rows]
    write_whole(path, '\n'.join(lines) + '\n')


def merge(rows):
    merged = {}
    for row in rows:
        merged[row.key] = merged[row.key].join(row) if row.key in merged else row
    return list(merged.values())


def add(path, row):
    write(path, merge([*read(path), row]))


def copy_into_tree(_options):
    """The campaign's rows go over into the tree's, and are not there any more: nothing is counted twice."""
    source = CAMPAIGN / 'ledger.tsv'
    rows = read(source)
    if not rows:
        raise Trouble('the campaign has no row that the ledger has not')
    unsaved = [row for row in rows if row.commit.endswith('+')]
    if unsaved:
        say(f'{len(unsaved)} rows are of a tree with changes that are in no commit; they are marked with +')
    write(TREE, merge([*read(TREE), *rows]))
    source.unlink()
    print(f'{TREE}: {len(rows)} rows, {sum(row.executions for row in rows):,} executions more')
    return 0


def total_by_harness(rows):
    totals = defaultdict(int)
    for row in rows:
        totals[row.harness] += row.executions
    return dict(totals)
