# SPDX-License-Identifier: MIT
"""
Mutants: what goes wrong in the code without a test's noticing?

    branches    each conditional jump of the hand-written C of parser and stream, never and always
    grammar     each rule of the grammar, with an edge moved, an alternative dropped, an operator swapped

Each mutant is run against the fixtures, the unit tests and the replay of the fuzzing corpus, until one of them notices. What none
notices is a survivor: a hole in the tests, or a mutant that does what the code does and belongs into equivalents.txt.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import branches
import equivalents
import grammar
import suite

TOP = pathlib.Path(__file__).resolve().parents[2]
WANTED = {'branches': 95, 'grammar': 98} # per cent


def read_arguments():
    parser = argparse.ArgumentParser(prog='./dev mutants', description='What goes wrong in the code without a test noticing?')
    parser.add_argument('kinds', nargs='*', metavar='KIND', default=[], help='branches or grammar (both)')
    parser.add_argument('--sample', type=int, metavar='N', help='only so many of each kind, drawn')
    parser.add_argument('--seed', type=int, default=1, help='what is drawn (1)')
    parser.add_argument('--only', default='', metavar='TEXT', help='only sources whose names hold this')
    parser.add_argument('--new', action='store_true', help='none that equivalents.txt has: half the time')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='at once (as many as processors)')
    parser.add_argument('--folder', type=pathlib.Path, default=TOP / 'build/mutants', help='where to work (build/mutants)')
    arguments = parser.parse_args()
    arguments.kinds = arguments.kinds or list(WANTED)
    arguments.folder = arguments.folder.resolve()
    arguments.known = set(equivalents.read()) if arguments.new else set()
    if set(arguments.kinds) - set(WANTED):
        parser.error('KIND is branches or grammar')
    return arguments


def make(build, *arguments):
    done = subprocess.run(['make', '-s', f'-j{os.cpu_count()}', *arguments], cwd=build, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f'make {" ".join(arguments)} failed in {build}:\n{done.stderr}')
    return done.stdout


def build_programs(build):
    """The library without optimisation, so that each branch of the source is one of the code; what tests it as fast as it can be."""
    build.mkdir(parents=True, exist_ok=True)
    if not (build / 'Makefile').exists():
        subprocess.run([str(TOP / 'configure'), '-q', 'CC=gcc', 'CFLAGS=-O2 -g'], cwd=build, check=True)
    make(build, 'libfluxo.a', 'CFLAGS=-O0 -gdwarf-4') # of DWARF 5, objdump takes headers for the files that include them
    make(build, 'fuzz-seeds')
    harnesses = make(build, 'print-harnesses').split()
    tests = suite.find_tests(TOP, build, harnesses)
    make(build, *sorted({test.program for test in tests}))
    return [test for test in tests if (build / test.program).exists()]


def measure(tests, build, environment):
    for test in tests:
        suite.measure(test, build, environment)
    whole = sum(test.seconds for test in tests)
    print(f'{len(tests)} tests: ' + ', '.join(f'{test.name} {test.seconds:.1f} s' for test in tests) + f'; {whole:.1f} s in all', flush=True)


def show_progress(done, total, killed, begin):
    if sys.stderr.isatty():
        print(f'\r{done} of {total}, {killed} killed, {time.monotonic() - begin:.0f} s ', end='', file=sys.stderr, flush=True)


def judge_kind(kind, mutants, arguments):
    """Returns whether enough of them are killed."""
    known, begin = equivalents.read(), time.monotonic()
    total, killed, equal, survivors, stale, killers, none = next(mutants), 0, 0, [], [], {}, dict.fromkeys(grammar.NO_MUTANT, 0)
    for done, (mutant, killer) in enumerate(mutants, 1):
        if killer in none:
            none[killer] += 1
        elif killer:
            killed += 1
            killers[killer] = killers.get(killer, 0) + 1
            if mutant.key in known:
                stale.append(mutant)
        elif mutant.key in known:
            equal += 1
        else:
            survivors.append(mutant)
            print(f'survives: {mutant.place}\n{mutant.key}', flush=True)
        show_progress(done, total, killed, begin)
    for mutant in stale:
        print(f'killed, and yet in equivalents.txt: {mutant.key}')
    total -= sum(none.values())
    judged = total - equal
    score = 100 * killed / judged if judged else 100
    print(f'{kind}: {killed} of {judged} killed, {score:.1f} %; {equal} more do what the code does; raw {100 * killed / max(total, 1):.1f} %; '
          f'{time.monotonic() - begin:.0f} s', flush=True)
    if sum(none.values()):
        print(f'{kind}: no mutants, for they give ' + '; '.join(f'{what}: {count}' for what, count in none.items()))
    print(f'{kind}: killed by ' + ', '.join(f'{name} {count}' for name, count in sorted(killers.items(), key=lambda item: -item[1])))
    left = [{'place': mutant.place, 'mutant': mutant.key} for mutant in sorted(survivors, key=lambda mutant: mutant.place)]
    path = arguments.folder / f'{kind}.json'
    path.write_text(json.dumps({'kind': kind, 'total': total, 'killed': killed, 'equivalent': equal, 'score': round(score, 2),
                                'sample': arguments.sample, 'seed': arguments.seed, 'killers': killers, 'none': none,
                                'survivors': left}, indent=1) + '\n')
    return score >= WANTED[kind]


def main():
    arguments = read_arguments()
    environment = {**os.environ, 'CMOCKA_MESSAGE_OUTPUT': 'TAP', 'TOP_SRCDIR': str(TOP), 'TOP_BUILDDIR': str(arguments.folder)}
    tests = build_programs(arguments.folder)
    measure(tests, arguments.folder, environment)
    good = True
    for kind in arguments.kinds:
        scratch = arguments.folder / 'workers'
        shutil.rmtree(scratch, ignore_errors=True)
        judge_all = {'branches': branches.judge_all, 'grammar': grammar.judge_all}[kind]
        mutants = judge_all(TOP, arguments.folder, scratch, tests, environment, arguments)
        good = judge_kind(kind, mutants, arguments) and good
    return not good


sys.exit(main())
