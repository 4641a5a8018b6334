# SPDX-License-Identifier: MIT
"""
fluxo's parser beside other parsers. doc/bench-parser.md tells what and why.

How this works

build.py makes the program bench of all parsers that are there, inputs.py makes what they read. bench sees that all agree, then
measures. Its rows are kept in rounds.tsv; the table, the JSON and the chart are made of them and of nothing else.
"""
import argparse
import datetime
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # what the benchmarks share

import build
import chart
import inputs
import report
import tables

TOP = Path(__file__).parents[2]
CORE = max(os.sched_getaffinity(0))
SLICE = 400  # microseconds for a reader, an input and a round
GROWTH_SLICE = 100
NOT_STEPPED = ('mixed',)  # it has too many instructions to stop behind each
STEPPED = {'whole': [one.name for one in inputs.INPUTS if one.name not in NOT_STEPPED], '1': ['request-703', 'tiny']}
STEPPED_QUICK = {'whole': [name for name in inputs.HEADS if name not in NOT_STEPPED]}
STEPS_MOST, STEPS_MOST_QUICK = 2_000_000, 100_000
NO_V3 = 'This processor lacks what x86-64-v3 has: all are compiled for any processor of its kind.'


def say(text):
    print(f'bench: {text}', file=sys.stderr)


def run_pinned(*command):
    """Its rows. It runs on one core, and what it has to say of a failure goes where ours goes."""
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, check=False,
                          preexec_fn=lambda: os.sched_setaffinity(0, {CORE}))
    if done.returncode:
        raise SystemExit(f'bench: nothing is measured ({command[0].name} ended with {done.returncode})')
    return done.stdout.splitlines(keepends=True)


def core_seconds():
    """How long our core has worked, for whomever, or has been taken from this machine; by ticks."""
    words = next(line for line in Path('/proc/stat').read_text().splitlines() if line.startswith(f'cpu{CORE} ')).split()
    user, nice, system, _, _, irq, softirq, steal = map(int, words[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf('SC_CLK_TCK')


def child_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_times(program, plan, rounds):
    """The rows, and the part of the core that other programs had."""
    before, children, began = core_seconds(), child_seconds(), time.monotonic()
    rows = run_pinned(program, plan, rounds, SLICE, 0)
    others = core_seconds() - before - (child_seconds() - children)
    return rows, max(0, others) / (time.monotonic() - began)


def measure_steps(program, folder, which, most):
    rows = []
    for cut, names in which.items():
        plan = inputs.write_plan(folder / f'steps-{cut}', [one for one in inputs.INPUTS if one.name in names], [cut])
        rows += [row for row in run_pinned(program, plan, 0, SLICE, most) if row.startswith('steps')]
    return rows


def choose_readers(options, flags, with_fetched):
    fetched = options.folder / 'peers'
    fetched.mkdir(parents=True, exist_ok=True)
    if with_fetched:
        build.fetch_all(fetched, say)
    peers, versions = build.find_peers(fetched, flags, say)
    others = [build.Reader(path.stem, 'peer', path, flags, []) for path in options.reader]
    wanted = (options.readers or '').split(',')
    found = [*build.find_ours(options.build, flags), *peers, *others]
    return [reader for reader in found if any(part in reader.name for part in wanted)], versions


def build_programs(options, readers, flags):
    """bench, and growth of the first of the readers."""
    say('compiling')
    builder = build.Builder(options.cc.split(), options.folder)
    try:
        return builder.build(readers, flags), builder.build_growth(readers[0])
    except subprocess.CalledProcessError as trouble:
        raise SystemExit(f'bench: {" ".join(trouble.cmd)}\n{trouble.stderr}') from trouble


def write_plan(options):
    return inputs.write_plan(options.folder / 'inputs', [one for one in inputs.INPUTS if one.name in options.only], options.cuts)


def measure_all(options):
    flags = build.best_flags()
    readers, versions = choose_readers(options, flags, True)
    program, growth = build_programs(options, readers, flags)
    say(f'{options.rounds} rounds on core {CORE}')
    rows, others = measure_times(program, write_plan(options), options.rounds)
    if options.growth:
        say('messages that grow')
        rows += run_pinned(growth, options.rounds, GROWTH_SLICE)
    if options.steps:
        say('counting instructions')
        rows += measure_steps(program, options.folder, *options.steps)
    facts = {
        'date': datetime.date.today().isoformat(),
        'machine': tables.find_machine(),
        'versions': ', '.join(versions) or 'no other parser was there',
        'compiler': build.run([*options.cc.split(), '--version']).stdout.splitlines()[0],
        'rounds': options.rounds,
        'others': f'{others:.2f}',
        'remark': '' if '-march=x86-64-v3' in flags else NO_V3,
    }
    report.write_rows(options.folder / 'rounds.tsv', facts, readers, rows)


def agree(options):
    """No figures: do all that are there read the same, and nothing outside?"""
    flags = options.flags.split()
    readers, versions = choose_readers(options, flags, False)
    program, _ = build_programs(options, readers, flags)
    rows = run_pinned(program, write_plan(options), 0, SLICE, 0)
    trials = sum(row.startswith('trial') for row in rows)
    print(f'{len(readers)} readers agree on {trials} trials: {", ".join(reader.name for reader in readers)} ({", ".join(versions)})')


def read_options(words):
    parser = argparse.ArgumentParser(prog='./dev bench', description='fluxo\'s parser beside other parsers')
    parser.add_argument('rounds', nargs='?', type=int, default=31, help='how often each is measured (31)')
    parser.add_argument('--quick', action='store_true', help='five rounds, fewer instructions counted: to see that all works')
    parser.add_argument('--only', default=','.join(one.name for one in inputs.INPUTS), help='the inputs (%(default)s)')
    parser.add_argument('--cuts', default=','.join(inputs.CUTS), help='how they are cut (%(default)s)')
    parser.add_argument('--readers', help='a part of their names: fluxo,llhttp (all)')
    parser.add_argument('--no-steps', action='store_true', help='count no instructions')
    parser.add_argument('--reader', type=Path, action='append', default=[], help='one more, an adapter as bench/parser/reader.h says')
    parser.add_argument('--no-growth', dest='growth', action='store_false', help='measure no messages that grow')
    parser.add_argument('--agree', action='store_true', help='measure nothing: see that all parsers that are there agree')
    parser.add_argument('--publish', action='store_true', help='measure nothing: put the last figures into doc/')
    parser.add_argument('--cc', default=os.environ.get('CC') or 'cc', help='the compiler (%(default)s)')
    parser.add_argument('--flags', default='-O2', help='with --agree: what it is told (%(default)s)')
    parser.add_argument('--build', type=Path, default=TOP / 'build', help=argparse.SUPPRESS)
    parser.add_argument('--folder', type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if options.rounds < 1:
        parser.error('at least one round')
    options.rounds = min(options.rounds, 5) if options.quick else options.rounds
    options.steps = None if options.no_steps else (STEPPED_QUICK, STEPS_MOST_QUICK) if options.quick else (STEPPED, STEPS_MOST)
    options.only, options.cuts = options.only.split(','), options.cuts.split(',')
    unknown = {*options.only} - {one.name for one in inputs.INPUTS} | {*options.cuts} - {*inputs.CUTS}
    if unknown:
        parser.error(f'no such input or cut: {", ".join(sorted(unknown))}')
    options.folder = options.folder or options.build / 'bench-parser'
    return options


def main():
    options = read_options(sys.argv[1:])
    if options.agree:
        agree(options)
        return
    rows = options.folder / 'rounds.tsv'
    if not options.publish:
        measure_all(options)
    elif not rows.exists():
        raise SystemExit(f'bench: there are no figures yet in {options.folder}')
    figures = report.read_rows(rows)
    table = report.write_table(figures)
    (options.folder / 'parser.txt').write_text(table)
    (options.folder / 'parser.json').write_text(report.write_json(figures))
    pictures = {'parser.svg': chart.draw(figures)} | ({'growth.svg': chart.draw_growth(figures)} if figures.growth else {})
    for name, picture in pictures.items():
        (options.folder / name).write_text(picture)
    if options.publish:
        for name in pictures:
            shutil.copy(options.folder / name, TOP / f'doc/bench-{name}')
        tables.publish(TOP / 'doc/bench-parser.md', 'bench', table, [f'bench-{name}' for name in pictures])
    else:
        print(table, end='')
        print(f'\n{options.folder}: parser.txt, parser.json, {", ".join(pictures)}, rounds.tsv')


main()
