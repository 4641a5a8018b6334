# SPDX-License-Identifier: MIT
"""
fluxo-server beside other servers: how fast, at what cost, in how much memory. doc/bench-server.md tells what and why.

How this works

Every figure is a row in rounds.tsv: scenario, round, server, quantity, value, and what went wrong if there is none. The table
and the chart are made of these rows and of nothing else (report.py, chart.py).
"""
import argparse
import datetime
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # what the benchmarks share

import chart
import measure
import report
import servers
import tables

TOP = Path(__file__).parents[2]
LOADS = {'64': (64, False), 'pipelined': (64, True), '1': (1, False), '4000': (4000, False)}  # connections, pipelined or not
GROWS = ('fluxo', 'nginx', 'node', 'floor')  # whose growth is looked at
GROWTH_ROUNDS = 3  # at most: to open ten thousand connections takes longer than to measure beside them


class Run:
    """The figures so far, and what they are made with."""

    def __init__(self, options, all_of_them, scratch):
        self.options, self.scratch, self.servers = options, scratch, all_of_them
        self.programs = options.build / 'bench/server'
        self.rows, self.began = [], time.monotonic()

    def say(self, text):
        print(f'bench-server: {time.monotonic() - self.began:4.0f} s: {text}', file=sys.stderr)

    def note(self, scenario, number, server, told):
        if isinstance(told, measure.Trouble):
            self.say(f'{scenario}, {server.name}: {told}')
            self.rows.append((scenario, number, server.name, '', '', str(told)))
            return
        self.rows += [(scenario, number, server.name, quantity, f'{value:.6g}', '') for quantity, value in told.items()]

    def attempt(self, scenario, number, server, function, *arguments):
        try:
            told = function(*arguments)
        except measure.Trouble as trouble:
            told = trouble
        self.note(scenario, number, server, told)

    def start(self, those):
        for server in those:
            server.start(self.scratch)

    def start_warm(self, those):
        """Code and memory are there, and what compiles while it runs has done so."""
        self.start(those)
        for server in those:
            measure.load(server, 16, 1)

    def stop(self):
        for server in self.servers:
            server.stop()

    def in_turn(self, number):
        """Each has another before it in each round."""
        number %= len(self.servers)
        return self.servers[number:] + self.servers[:number]


# ---- The scenarios ----

def run_loads(run):
    loads = {name: load for name, load in LOADS.items() if name in run.options.only}
    if not loads:
        return
    run.start_warm(run.servers)
    for number in range(run.options.rounds):
        for scenario, (connections, pipelined) in loads.items():
            run.say(f'round {number + 1} of {run.options.rounds}: {report.TITLES[scenario]}')
            for server in run.in_turn(number):
                run.attempt(scenario, number, server, measure.load, server, connections, run.options.seconds, pipelined)
    run.stop()


def run_memory(run):
    """Each in a server of its own that has not done anything before: what others left behind could be used again."""
    for scenario in ('idle', 'half'):
        if scenario not in run.options.only:
            continue
        run.say(report.TITLES[scenario])
        for server in run.servers:
            run.start([server])
            run.attempt(scenario, 0, server, measure.memory, run.programs, server, run.options.memory, scenario == 'half')
            server.stop()


def run_wakeups(run):
    if 'wakeups' not in run.options.only:
        return
    run.say(report.TITLES['wakeups'])
    run.start(run.servers)
    told = measure.wakeups(run.programs, run.servers, run.options.rest, run.options.quiet)
    for server in run.servers:
        run.note('wakeups', 0, server, told[server.name])
    run.stop()


def run_growth(run):
    if 'growth' not in run.options.only:
        return
    those = [server for server in run.servers if server.name.split()[0] in GROWS and ',' not in server.name]
    run.start_warm(those)
    for number in range(min(run.options.rounds, GROWTH_ROUNDS)):
        for idle in run.options.idle:
            run.say(f'round {number + 1} of {min(run.options.rounds, GROWTH_ROUNDS)}: beside {idle:,} idle connections')
            for server in those:
                run.attempt(f'beside-{idle}', number, server, measure.growth, run.programs, server, idle, 1)
    run.stop()


def run_calls(run):
    if 'calls' not in run.options.only:
        return
    run.say(report.TITLES['calls'])
    run.start(run.servers)
    for server in run.servers:
        run.attempt('calls', 0, server, measure.calls, server, 64, run.options.seconds)
    run.stop()


# ---- What was run, and where ----

def find_facts(options):
    return {
        'date': datetime.date.today().isoformat(),
        'machine': tables.find_machine(),
        'versions': ', '.join(f'{name} {servers.find_version(command)}' for name, command in servers.VERSIONS),
        'rounds': options.rounds,
        'seconds': options.seconds,
        'memory': options.memory,
        'rest': options.rest,
        'quiet': options.quiet,
    }


# ---- All of it ----

def read_options(words):
    parser = argparse.ArgumentParser(prog='./dev bench-server', description='fluxo-server beside other servers')
    parser.add_argument('rounds', nargs='?', type=int, default=5, help='how often each is measured (5)')
    parser.add_argument('--quick', action='store_true', help='one round, less of everything: to see that all works')
    parser.add_argument('--seconds', type=int, default=2, help='of load in one measurement (2)')
    parser.add_argument('--only', default=','.join([*LOADS, 'idle', 'half', 'wakeups', 'growth', 'calls']), help='the scenarios (%(default)s)')
    parser.add_argument('--servers', help='a part of their names: floor,nginx,fluxo (all)')
    parser.add_argument('--publish', action='store_true', help='measure nothing: put the last figures into doc/')
    parser.add_argument('--build', type=Path, default=TOP / 'build', help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    options.memory, options.rest, options.quiet, options.idle = 8000, 1000, 10, (10, 100, 1000, 10000)
    if options.quick:
        options.rounds, options.seconds, options.memory, options.quiet, options.idle = 1, 1, 500, 2, (10, 100, 1000)
    options.only = options.only.split(',')
    options.folder = options.build / 'bench-server'
    if options.rounds < 1:
        parser.error('at least one round')
    return options


def choose_servers(options):
    wanted = (options.servers or '').split(',')
    return [server for server in servers.all_servers(options.build) if any(part in server.name for part in wanted)]


def measure_all(options):
    if len(measure.CORES) < 2:
        raise SystemExit('bench-server: two cores are needed, one for the servers and one for who asks them')
    with tempfile.TemporaryDirectory() as scratch:
        run = Run(options, choose_servers(options), Path(scratch))
        try:
            for part in (run_loads, run_memory, run_wakeups, run_growth, run_calls):
                part(run)
        finally:
            run.stop()
    options.folder.mkdir(exist_ok=True)
    kinds = {server.name: server.kind for server in run.servers}
    report.write_rows(options.folder / 'rounds.tsv', find_facts(options), kinds, run.rows)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as an interrupt: what we started is ended
    options = read_options(sys.argv[1:])
    rows = options.folder / 'rounds.tsv'
    if not options.publish:
        measure_all(options)
    elif not rows.exists():
        raise SystemExit(f'bench-server: there are no figures yet in {options.folder}')
    figures = report.read_rows(rows)
    table = report.write_table(figures)
    (options.folder / 'server.txt').write_text(table)
    (options.folder / 'server.svg').write_text(chart.draw(figures))
    if options.publish:
        shutil.copy(options.folder / 'server.svg', TOP / 'doc/bench-server.svg')
        tables.publish(TOP / 'doc/bench-server.md', 'bench-server', table, ['bench-server.svg'])
    else:
        print(table, end='')
        print(f'\n{options.folder}: server.txt, server.svg, rounds.tsv')


main()
