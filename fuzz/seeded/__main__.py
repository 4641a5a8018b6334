# SPDX-License-Identifier: MIT
"""
Seeded bugs: how soon do the harnesses find them?

Each bug of list.txt is laid into a copy of the tree; its harnesses are built as for fuzzing (libFuzzer, guard pages) and run from
the committed seeds with mutator and dictionary, on one core, until an oracle sees it or the time is over. Beside it runs the control, on
another core: one shot, no oracle, sanitizers, as the harnesses of other parsers are. First the same harnesses run without a bug, and
have to find nothing.
"""

import argparse
import concurrent.futures
import json
import pathlib
import statistics
import sys

import bugs
import hunt
import workshop

TOP = pathlib.Path(__file__).resolve().parents[2]
CONTROL = 'control'
DICTIONARY = 'fuzz/http1.dict'
CONTROLLED = {'request', 'response', 'chunked', 'split', 'prefix', 'model', 'pause'} # harnesses of what the control runs, too


def read_arguments():
    parser = argparse.ArgumentParser(prog='./dev seeded', description='How soon do the harnesses find the bugs of fuzz/seeded/list.txt?')
    parser.add_argument('--only', metavar='N,N', default='', help='only these bugs')
    parser.add_argument('--cap', type=float, default=60, help='seconds a bug has at most (60)')
    parser.add_argument('--control-cap', type=float, help='seconds the control has (the same)')
    parser.add_argument('--clean-cap', type=float, help='seconds a harness has to find nothing without a bug (the same; 0: leave it out)')
    parser.add_argument('--no-control', action='store_true', help='leave the control out')
    parser.add_argument('--seeds', type=pathlib.Path, help='begin with the inputs of this folder instead of the committed seeds')
    parser.add_argument('--seed', type=int, default=1, help="the engine's random seed (1)")
    parser.add_argument('--jobs', type=int, default=2, help='jobs of make (2)')
    parser.add_argument('--folder', type=pathlib.Path, default=TOP / 'build/seeded', help='where to work (build/seeded)')
    parser.add_argument('--check', action='store_true', help='only see that all patches fit the tree')
    parser.add_argument('--tap', action='store_true', help='with --check: as a test')
    return parser.parse_args()


class Hunter:
    def __init__(self, arguments):
        self.arguments = arguments
        self.shop = workshop.Workshop(TOP, arguments.folder)
        self.guard = self.shop.make('guard', ['fuzz-seeds', DICTIONARY], arguments.jobs) # before any bug is laid

    def find_seeds(self, harness):
        if self.arguments.seeds:
            return [self.arguments.seeds]
        places = [self.guard / 'fuzz/seeds', TOP / 'fuzz/regress']
        return [place / harness for place in places if (place / harness).is_dir()]

    def run(self, variant, build, harness, cap, name):
        like = 'model' if harness == CONTROL else harness
        return hunt.hunt(build / 'fuzz' / harness, self.find_seeds(like), self.guard / DICTIONARY, cap,
                         self.arguments.seed, self.arguments.folder / 'runs' / f'{name}-{variant}-{harness}')

    def build(self, variant, harnesses):
        return self.shop.make(variant, [f'fuzz/{harness}' for harness in harnesses], self.arguments.jobs)

    def verify_clean(self, harnesses, cap):
        """Returns the harnesses that find something where nothing is laid."""
        build = self.build('guard', harnesses)
        found = []
        for harness in harnesses:
            outcome = self.run('guard', build, harness, cap, 'clean')
            print(f'      without a bug: {harness:10} {outcome.oracle or "nothing"} in {outcome.seconds:.1f} s, {outcome.executions} executions',
                  flush=True)
            if outcome.oracle:
                found.append(harness)
        return found

    def run_in_turn(self, bug, build):
        seconds = 0
        for harness in bug.harnesses:
            outcome = self.run('guard', build, harness, self.arguments.cap - seconds, f'{bug.number:02}')
            seconds += outcome.seconds
            outcome.seconds = round(seconds, 2)
            if outcome.oracle or seconds >= self.arguments.cap:
                break
        return outcome

    def hunt(self, bug):
        controlled = not self.arguments.no_control and set(bug.harnesses) <= CONTROLLED
        self.shop.lay(bug.patch)
        try:
            build = self.build('guard', bug.harnesses)
            beside = self.build('sanitizers', [CONTROL]) if controlled else None
            with concurrent.futures.ThreadPoolExecutor() as pool:
                control = controlled and pool.submit(self.run, 'sanitizers', beside, CONTROL, self.arguments.control_cap, f'{bug.number:02}')
                return self.run_in_turn(bug, build), control.result() if controlled else None
        finally:
            self.shop.take_back(bug.patch)


def show(bug, outcome, control):
    seen = f'{outcome.oracle} ({outcome.harness})' if outcome.oracle else 'not found'
    time = f'{outcome.seconds:6.1f} s' + ('*' if outcome.by_seeds else ' ')
    beside = '-' if control is None else f'{control.oracle} {control.seconds:.1f} s' if control.oracle else 'not found'
    print(f'{bug.number:3}   {bug.name:34} {seen:24} {time}   {beside}', flush=True)


def sum_up(rows, arguments):
    found = [outcome for _, outcome, _ in rows if outcome.oracle]
    times = [outcome.seconds for outcome in found]
    controls = [control for _, _, control in rows if control]
    print(f'\n{len(found)} of {len(rows)} found', end='')
    if times:
        print(f', median {statistics.median(times):.1f} s, worst {max(times):.1f} s; '
              f'{sum(outcome.by_seeds for outcome in found)} of them by a committed seed before any mutation (*)', end='')
    if controls:
        print(f'\ncontrol (one shot, no oracle, sanitizers, {arguments.control_cap:.0f} s a bug): '
              f'{sum(bool(control.oracle) for control in controls)} of {len(controls)} found', end='')
    print(flush=True)


def write_results(path, rows, arguments):
    data = {'cap': arguments.cap, 'control_cap': arguments.control_cap, 'seed': arguments.seed, 'bugs': [
        {'number': bug.number, 'name': bug.name, 'bug': bug.classic, 'kin': bug.kin, 'expected': bug.oracle, **outcome.as_row(),
         'control': control.as_row() if control else None} for bug, outcome, control in rows]}
    path.write_text(json.dumps(data, indent=1) + '\n')


def show_check(wrong, tap):
    for fault in wrong:
        print(f'# {fault}' if tap else fault)
    count = len(bugs.read_list())
    if tap:
        print(f'{"not ok" if wrong else "ok"} 1 - {count} patches fit the tree\n1..1')
    elif not wrong:
        print(f'{count} patches fit')
    return bool(wrong) and not tap


def main():
    arguments = read_arguments()
    wrong = bugs.check(TOP)
    if arguments.check or wrong:
        return show_check(wrong, arguments.tap)
    arguments.control_cap = arguments.cap if arguments.control_cap is None else arguments.control_cap
    arguments.clean_cap = arguments.cap if arguments.clean_cap is None else arguments.clean_cap
    only = {int(number) for number in arguments.only.split(',') if number}
    wanted = [bug for bug in bugs.read_list() if not only or bug.number in only]
    hunter = Hunter(arguments)
    if arguments.clean_cap and hunter.verify_clean(sorted({name for bug in wanted for name in bug.harnesses}), arguments.clean_cap):
        print('a harness finds something without a bug: what it finds with one says nothing')
        return 1
    print(f'{"":3}   {"bug":34} {"oracle (harness)":24} {"time":>8}    control')
    rows = []
    for bug in wanted:
        rows.append((bug, *hunter.hunt(bug)))
        show(*rows[-1])
        write_results(arguments.folder / 'seeded.json', rows, arguments)
    sum_up(rows, arguments)
    return any(not outcome.oracle for _, outcome, _ in rows)


sys.exit(main())
