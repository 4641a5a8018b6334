# SPDX-License-Identifier: MIT
"""
Proof that the machines read nothing outside, by Frama-C's Eva.

The machines' goto code is run over octets of which nothing is known, with actions of which only that is assumed which machine.h says
of them: how far the machine may go on lies beyond this byte and not beyond the end (machines.c). It is run

    from any state, for 1 to 3 octets: what goes well at one byte goes well at the next, wherever that is, and all code is reached
    from each entry, for each length from 1 to 24

and every access that Eva cannot prove to be valid is an alarm. `const` is compiled as `volatile`: else Eva remembers what each
octet was found to be, and tells apart states that do not differ otherwise.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
MACHINES = 'request response chunked target value'.split()
ENTRY = re.compile(r'static const int fluxo_\w+?_(?:en_)?(start|\w+) = (\d+);')
STATEMENTS = re.compile(r'fluxo_run_\w+: (\d+) stmts out of (\d+)')
ALARMS = re.compile(r'(\d+) alarms? generated')
ANY_STATE = -1


def read_arguments():
    parser = argparse.ArgumentParser(prog='./dev proof-memory', description='Prove that the machines read nothing outside.')
    parser.add_argument('machines', nargs='*', metavar='MACHINE', help=' '.join(MACHINES))
    parser.add_argument('--most', type=int, default=24, help='the greatest length from each entry (24)')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='at once (as many as processors)')
    parser.add_argument('--patience', type=int, default=600, help='seconds for one length (600)')
    parser.add_argument('--folder', type=pathlib.Path, default=TOP / 'build/proof', help='where to work (build/proof)')
    return parser.parse_args()


def write_machine(name, folder):
    target = folder / f'{name}.c'
    subprocess.run(['ragel', '-C', '-L', '-G2', '-I', str(TOP / 'parser'), '-o', str(target), str(TOP / f'parser/{name}.rl')], check=True)
    return target


def find_entries(machine):
    """{state: names}. The start of a machine that has entries is none of its own."""
    named = [(name, int(state)) for name, state in ENTRY.findall(machine.read_text()) if name not in ('first_final', 'error')]
    entries = [(name, state) for name, state in named if name != 'start'] or named
    return {state: '/'.join(name for name, other in entries if other == state) for _, state in entries}


class Run:
    """One analysis: how many alarms, which statements of the machine are reached."""

    def __init__(self, machine, state, length, patience):
        self.length, self.said = length, ''
        defines = f'-I{TOP}/parser -DPROOF_LENGTH={length} -DPROOF_STATE={state} -Dconst=volatile -std=c11'
        command = ['frama-c', '-no-unicode', f'-cpp-extra-args={defines}', '-main', f'prove_{machine.stem}', '-eva', '-eva-slevel', '10000',
                   '-eva-ilevel', '64', '-eva-no-show-progress', '-eva-no-print', '-eva-warn-undefined-pointer-comparison', 'none',
                   '-eva-msg-key=-initial-state,-final-states', '-metrics-eva-cover', str(machine), str(TOP / 'fuzz/proof/machines.c')]
        try:
            self.said = subprocess.run(command, capture_output=True, text=True, timeout=patience).stdout
        except subprocess.TimeoutExpired:
            pass
        alarms, statements = ALARMS.search(self.said), STATEMENTS.search(self.said)
        self.alarms = int(alarms[1]) if alarms else None
        self.reached, self.statements = map(int, statements.groups()) if statements else (0, 0)


def prove(machine, state, name, lengths, pool, arguments):
    """Returns whether nothing is left to doubt."""
    begin = time.monotonic()
    runs = list(pool.map(lambda length: Run(machine, state, length, arguments.patience), lengths))
    unanswered = [run.length for run in runs if run.alarms is None]
    alarms = sum(run.alarms or 0 for run in runs)
    reached = max(run.reached for run in runs)
    print(f'{machine.stem:9} {name:18} {lengths[0]:2} to {lengths[-1]:2} octets: {alarms} alarms, '
          f'{reached:4} of {runs[0].statements:4} statements reached, {time.monotonic() - begin:.0f} s'
          + (f'; NO ANSWER for {unanswered}' if unanswered else ''), flush=True)
    for run in runs:
        for line in re.findall(r'\[eva:alarm\] [^\[]+', run.said):
            print(f'    {run.length} octets: {" ".join(line.split())}')
        if run.alarms is None and run.said:
            print('    ' + '\n    '.join(run.said.splitlines()[-5:]))
    return not alarms and not unanswered


def main():
    arguments = read_arguments()
    if not shutil.which('frama-c'):
        print('proof-memory: left out, as frama-c is not installed (Debian: apt-get install frama-c-base)')
        return 0
    arguments.folder.mkdir(parents=True, exist_ok=True)
    good = True
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for name in arguments.machines or MACHINES:
            machine = write_machine(name, arguments.folder)
            good = prove(machine, ANY_STATE, 'any state', range(1, 4), pool, arguments) and good
            for state, entry in find_entries(machine).items():
                good = prove(machine, state, entry, range(1, arguments.most + 1), pool, arguments) and good
    print('in the machines of messages what stands behind `p == eof` is not reached: eof is NULL there, as a call never ends a connection')
    return not good


sys.exit(main())
