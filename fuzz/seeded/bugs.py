# SPDX-License-Identifier: MIT
"""The list of seeded bugs."""

import pathlib
from dataclasses import dataclass

import patch

FOLDER = pathlib.Path(__file__).parent


@dataclass
class Bug:
    number: int
    name: str
    harnesses: list[str]
    oracle: str
    classic: str
    kin: str

    @property
    def patch(self):
        return FOLDER / f'{self.number:02}-{self.name}.patch'


def read_list():
    bugs = []
    for line in (FOLDER / 'list.txt').read_text().splitlines():
        if not line.strip() or line.startswith('#'):
            continue
        number, name, harnesses, oracle, classic, kin = (part.strip() for part in line.split('|'))
        bugs.append(Bug(int(number), name, harnesses.split(), oracle, classic, kin))
    return bugs


def check(tree):
    """What is wrong with list and patches: a patch that fits no longer, one without a line, a line without one."""
    bugs = read_list()
    wrong = [fault for bug in bugs for fault in patch.misfits(bug.patch, tree)]
    listed = {bug.patch.name for bug in bugs}
    wrong += [f'{path.name}: not in list.txt' for path in FOLDER.glob('*.patch') if path.name not in listed]
    numbers = [bug.number for bug in bugs]
    if numbers != list(range(1, len(bugs) + 1)):
        wrong.append(f'list.txt: the numbers are {numbers}')
    return wrong
