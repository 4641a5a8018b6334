# SPDX-License-Identifier: MIT
"""
Branch mutants: each conditional jump of the compiled C, but for what Ragel writes, made to jump never, and always.

The library is compiled without optimisation, so that each && and each loop has its jump. A mutant is some bytes of each program that
links the code, so nothing is compiled or linked for it.
"""

import multiprocessing
import os
import random
import shutil
from dataclasses import dataclass

import elf
import suite
import ways

GENERATED = ('parser/request.c parser/response.c parser/chunked.c parser/target.c parser/value.c '
             'stream/list.c stream/decode.c stream/split.c stream/date.c stream/line.c').split()


@dataclass
class Mutant:
    branch: elf.Branch
    kind: str # never, always
    source: str # from the top of the tree
    text: str # the source's line
    places: dict # {program: (address, offset in its file)}
    noticing: list # the names of the tests in which the branch goes the other way
    again: str = '' # where the function has such a line more than once

    @property
    def stem(self):
        return self.branch.object.split('-', 1)[1].removesuffix('.o')

    @property
    def file(self):
        """What stands in a header is in each object that includes it, and its tests may notice there or not."""
        return self.source if self.source.endswith(f'{self.stem}.c') else f'{self.source} in {self.stem}'

    @property
    def key(self):
        return f'{self.file}: {self.branch.function}: branch {self.branch.nth} {self.kind}: {self.text}{self.again}'

    @property
    def place(self):
        return f'{self.source}:{self.branch.line}'


def find_objects(build):
    return sorted([*(build / 'parser').glob('libparser_a-*.o'), *(build / 'stream').glob('libfluxo_a-*.o')])


def find_mutants(top, build, programs):
    mutants = []
    for path in find_objects(build):
        _, files = elf.read_symbols(path)
        name, others = files[0]
        for branch in elf.read_branches(path):
            source = os.path.relpath(branch.source, top)
            if source.startswith('build') or source in GENERATED or source.startswith('..'):
                continue
            text = ' '.join(branch.source.read_text().splitlines()[branch.line - 1].split())
            places = {program: at for program, elf_file in programs.items() if (at := elf_file.find(branch, name, others)) is not None}
            mutants += [Mutant(branch, kind, source, text, places, []) for kind in ('never', 'always')]
    tell_apart(mutants)
    return mutants


def tell_apart(mutants):
    lines = {}
    for mutant in mutants:
        lines.setdefault((mutant.file, mutant.branch.function, mutant.text), set()).add(mutant.branch.line)
    for mutant in mutants:
        alike = sorted(lines[mutant.file, mutant.branch.function, mutant.text])
        if len(alike) > 1:
            mutant.again = f' (line {alike.index(mutant.branch.line) + 1} of {len(alike)} such)'


# ---- Workers: each has copies of the programs ----

state = {}


def begin_worker(build, folder, tests, environment):
    mine = folder / f'worker-{os.getpid()}'
    for test in tests:
        target = mine / test.program
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(build / test.program, target)
    state.update(folder=mine, tests=tests, environment=environment)


def write_all(mutant, code):
    for program, (_, at) in mutant.places.items():
        with open(state['folder'] / program, 'r+b') as file:
            file.seek(at)
            file.write(code)


def judge(mutant):
    tests = [test for test in state['tests'] if test.name in mutant.noticing]
    write_all(mutant, mutant.branch.mutate(mutant.kind))
    try:
        return mutant, suite.find_killer(tests, mutant.stem, state['folder'], state['environment'])
    finally:
        write_all(mutant, mutant.branch.code)


def find_noticing(mutants, programs, folder, tests, environment):
    library = ways.build_tracer(folder)
    for test in tests:
        here = [mutant for mutant in mutants if test.program in mutant.places]
        if not here:
            continue
        branches = [(*mutant.places[test.program], mutant) for mutant in here]
        seen = ways.trace(test, programs[test.program], [(address, mutant.branch.code, place) for address, place, mutant in branches],
                          folder / 'traced', environment, library)
        for _, place, mutant in branches:
            if ways.can_notice(mutant.kind, seen[place]):
                mutant.noticing.append(test.name)


def judge_all(top, build, folder, tests, environment, arguments):
    """Yields how many there are, then each mutant with the test that killed it, or None."""
    programs = {name: elf.Program(build / name) for name in sorted({test.program for test in tests})}
    mutants = [mutant for mutant in find_mutants(top, build, programs)
               if arguments.only in mutant.source and mutant.key not in arguments.known]
    if arguments.sample and arguments.sample < len(mutants):
        mutants = random.Random(arguments.seed).sample(mutants, arguments.sample)
    (folder / 'traced').mkdir(parents=True)
    find_noticing(mutants, programs, folder, tests, environment)
    yield len(mutants)
    with multiprocessing.Pool(arguments.jobs, begin_worker, (build, folder, tests, environment)) as pool:
        yield from pool.imap_unordered(judge, mutants)
