# SPDX-License-Identifier: MIT
"""
Real servers and fluxo on the same octets: `./dev garden`. doc/garden.md tells what it is for and how to read it.

How this works

Every input is judged by fluxo-dump in the strict profile, and sent to every server over a connection of its own. What the server
answers, and what its handler or its origin says that it was asked (echo.py), is compared with the judge's messages; what a proxy
forwarded goes to the judge as well. classes.txt explains each difference by the sentence of an RFC, or it is a finding.
"""
import argparse
import fnmatch
import ipaddress
import signal
import socket
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import compare
import grid
import inputs
import judge
import servers
import talk

HERE = Path(__file__).parent
TOP = HERE.parents[1]
KNOWN = TOP / 'tests/differential/known.txt'
FIXTURES = ('smuggling', 'rfc9112', 'real', 'rfc9110', 'rfc3986', 'limits', 'incremental', 'relaxed', 'regress')
QUICK = ('smuggling', 'real')
CORPORA = ('fuzz/corpus/messages', 'fuzz/corpus/seed', 'fuzz/regress')
PATIENCE = 0.25  # seconds without an octet, after which nothing more is expected
LONG_PATIENCE = 1.5  # the same, before it is said that a server waits
HANGS = 5  # seconds without an answer to a plain request
PLAIN = b'GET / HTTP/1.1\r\nHost: garden\r\nConnection: close\r\n\r\n'
SILENT = ('waiting', 'closed')  # what may come of a server that hangs
SLOW = ('waiting', 'kept', 'closed', 'broken', 'body', 'forwards')  # may only be late


def read_arguments():
    parser = argparse.ArgumentParser(prog='garden', description='Sends HTTP requests to real servers, and says where they and fluxo differ.')
    parser.add_argument('folder', nargs='*', type=Path, help='fixtures, .http files or corpora to send (those of the tree)')
    parser.add_argument('--target', metavar='HOST:PORT', help='a server that runs already, instead of the garden')
    parser.add_argument('--i-may', action='store_true', help='the target is not on loopback, and you may send it hostile requests')
    parser.add_argument('--list', action='store_true', help='name the servers, and say which are here')
    parser.add_argument('--only', metavar='NAME,...', help='these servers alone')
    parser.add_argument('--inputs', metavar='PATTERN', help='inputs whose path is like this alone')
    parser.add_argument('--quick', action='store_true', help='only what is in ' + ' and '.join(QUICK))
    parser.add_argument('--corpora', action='store_true', help='also all seeds of the harnesses, as the build has made them')
    parser.add_argument('--grid', action='store_true', help='also rows in which all are the same')
    parser.add_argument('--show', action='store_true', help='what came from each server, for each input; best with --only and --inputs')
    parser.add_argument('--classes', type=Path, default=HERE / 'classes.txt', metavar='FILE', help='what explains differences (classes.txt)')
    parser.add_argument('-j', type=int, default=8, metavar='N', help='servers at a time (8)')
    parser.add_argument('--build', type=Path, default=TOP / 'build', help='where fluxo-dump is (build)')
    return parser.parse_args()


def choose_folders(options):
    if options.folder:
        return options.folder
    fixtures = [TOP / 'tests' / name for name in (QUICK if options.quick else FIXTURES)]
    corpora = () if options.quick else CORPORA
    built = [options.build / 'fuzz/seeds'] if options.corpora and not options.quick else []
    return fixtures + [TOP / name for name in corpora] + built


def choose_inputs(options):
    chosen = [entry for entry in inputs.read_all(TOP, choose_folders(options)) if not entry.is_response]
    if options.inputs:
        chosen = [entry for entry in chosen if fnmatch.fnmatchcase(entry.path, options.inputs)]
    if not chosen:
        raise SystemExit('garden: there is nothing to send')
    return chosen


def choose_servers(options):
    if options.target:
        return [read_target(options)]
    if not options.only:
        return servers.ALL
    names = options.only.split(',')
    unknown = set(names) - {server.name for server in servers.ALL}
    if unknown:
        raise SystemExit(f'garden: no such server: {", ".join(sorted(unknown))} (--list names them)')
    return [server for server in servers.ALL if server.name in names]


def is_loopback(host, port):
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as trouble:
        raise SystemExit(f'garden: {host}: {trouble}') from None
    return all(ipaddress.ip_address(address[0]).is_loopback for *_, address in found)


def read_target(options):
    host, _, port = options.target.rpartition(':')
    host = host.strip('[]')
    if not host or not port.isdigit():
        raise SystemExit('garden: --target is HOST:PORT')
    if not is_loopback(host, int(port)) and not options.i_may:
        raise SystemExit(f'garden: {host} is not loopback. These requests are hostile; say --i-may if the server is yours.')
    return servers.Target('target', host, int(port))


def list_servers(scratch, options):
    for server in servers.ALL:
        try:
            server.start(scratch, TOP, options.build)
            state = 'here'
        except servers.Missing as missing:
            state = str(missing)
        server.stop()
        print(f'{server.name:20} {"proxy" if server.is_proxy else "origin":7} {server.package:22} {state}')


# ---- One server, all inputs ----

class Run:
    """What each server did with each input: differences, and answers for those who ask."""

    def __init__(self, options, chosen, verdicts):
        self.options, self.inputs, self.verdicts = options, chosen, verdicts
        self.dump = options.build / 'fluxo-dump'
        self.results, self.answers, self.missing, self.done = {}, {}, [], 0
        self.busy, self.is_stopped = set(), False
        self.lock = threading.Lock()

    def ask(self, server, entry, ours, patience):
        methods = [message.method for message in ours.messages]
        host = getattr(server, 'host', '127.0.0.1')
        return talk.talk(server.port, entry.octets, methods, max(len(methods), 1), patience, host)

    def try_once(self, server, entry, ours, patience):
        if server.origin:
            server.origin.take(0)  # what an input before has left
        try:
            answer = self.ask(server, entry, ours, patience)
        except OSError as trouble:
            return f'no connection: {trouble}', 'died'
        other = compare.compare_answer(server, ours, answer)
        if server.origin:
            forwarded = [judge.judge(self.dump, octets) for octets in server.origin.take(0.5)]
            other = compare.compare_forwarded(forwarded) or other
        if not server.is_alive():
            return answer, 'died'
        return answer, 'hung' if other in SILENT and self.has_hung(server) else other

    def has_hung(self, server):
        """Whether a plain request waits in vain: what came before keeps the server from it."""
        try:
            answer = talk.talk(server.port, PLAIN, [b'GET'], 1, HANGS, getattr(server, 'host', '127.0.0.1'))
        except OSError:
            return True
        return not answer.responses and not answer.closed

    def try_input(self, server, entry):
        ours = self.verdicts[entry.path]
        answer, other = self.try_once(server, entry, ours, PATIENCE)
        if other and other.startswith(SLOW):
            answer, other = self.try_once(server, entry, ours, LONG_PATIENCE)
        if other in ('died', 'hung'):
            server.restart()
        difference = compare.Difference(server.name, entry.path, ours.end, other) if other else None
        with self.lock:
            self.results[server.name, entry.path] = difference
            self.answers[server.name, entry.path] = answer
            self.done += 1

    def try_server(self, server, scratch):
        try:
            server.start(scratch, TOP, self.options.build)
            self.busy.add(server.name)
            for entry in self.inputs:
                if self.is_stopped:
                    break
                self.try_input(server, entry)
        except servers.Missing as missing:
            self.missing.append(server)
            print(f'# left out: {server.name}: {missing}')
        finally:
            server.stop()
            self.busy.discard(server.name)


def say_progress(run, total, began):
    print(f'garden: {time.monotonic() - began:4.0f} s: {run.done} of {total}, now {" ".join(sorted(run.busy))}', file=sys.stderr)


def run_all(run, chosen, scratch):
    began, total = time.monotonic(), len(chosen) * len(run.inputs)

    def stop(*_):
        run.is_stopped = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with ThreadPoolExecutor(run.options.j) as pool:
        tasks = [pool.submit(run.try_server, server, scratch) for server in chosen]
        while not all(task.done() for task in tasks):
            for _ in range(100):
                if all(task.done() for task in tasks):
                    break
                time.sleep(0.1)
            say_progress(run, total, began)
    for task in tasks:
        task.result()


def describe(answer):
    if isinstance(answer, str):
        return answer
    words = [f'{response.status}{"" if response.echo is None else " " + " ".join(map(str, response.echo))}' for response in answer.responses]
    return ', '.join(words) + (' (closed)' if answer.closed else ' (open)') + (' (broken)' if answer.broken else '')


def show(run, chosen):
    for entry in run.inputs:
        ours = run.verdicts[entry.path]
        print(f'= {entry.path}\n  fluxo: {count(len(ours.messages), "message")}, {ours.end}, {ours.after}')
        for server in chosen:
            print(f'  {server.name}: {describe(run.answers.get((server.name, entry.path), "not asked"))}')


def is_whole(run, chosen):
    """Whether every row had its chance."""
    options = run.options
    return not (options.folder or options.quick or options.inputs or run.missing or run.is_stopped) and chosen == servers.ALL


def tells_echo(run):
    return any(response.echo for answer in run.answers.values() if not isinstance(answer, str) for response in answer.responses)


def count(number, noun):
    """1 try, 2 tries, 1 difference"""
    plural = noun[:-1] + 'ies' if noun.endswith('y') else noun + 's'
    return f'{number} {noun if number == 1 else plural}'


def report(run, chosen):
    """Returns how many differences have no class."""
    classes, rows = compare.read_classes(run.options.classes, compare.read_heads(KNOWN))
    differences = [cell for cell in run.results.values() if cell]
    pairs = [(cell, compare.explain(rows, cell)) for cell in differences]
    unexplained = [cell for cell, row in pairs if not row]
    known = dict(pairs)
    here = [server for server in chosen if server not in run.missing]
    if not here:
        raise SystemExit('garden: no server is here')
    grid.print_grid(here, run.inputs, run.results, known.get, run.options.grid)
    grid.print_servers(here, run.results)
    grid.print_classes(classes, [(cell, row) for cell, row in pairs if row])
    grid.print_unexplained(unexplained, lambda cell: describe(run.answers[cell.server, cell.path]))
    if run.options.target and not tells_echo(run):
        print('\n# This server sends no field Echo: only the number of its answers, their statuses and the end of the connection\n'
              '# were compared, not what it took the requests for (doc/garden.md tells how to let it)')
    if is_whole(run, chosen):
        due = [row for row in rows if run.options.corpora or '/min-' not in row.pattern]
        grid.print_stale(due, {row for _, row in pairs})
    print(f'\n{count(len(here), "server")}, {len(run.missing)} left out, {count(len(run.inputs), "input")}, {count(len(run.results), "try")}, '
          f'{count(len(differences), "difference")}, {len(unexplained)} without a class')
    return len(unexplained)


def main():
    options = read_arguments()
    with tempfile.TemporaryDirectory(prefix='garden-') as folder:
        Path(folder).chmod(0o755)  # servers of another user pass through it
        if options.list:
            return list_servers(Path(folder), options)
        chosen, sent = choose_servers(options), choose_inputs(options)
        dump = options.build / 'fluxo-dump'
        with ThreadPoolExecutor(2) as pool:
            verdicts = dict(zip((entry.path for entry in sent), pool.map(lambda entry: judge.judge(dump, entry.octets), sent)))
        run = Run(options, sent, verdicts)
        run_all(run, chosen, Path(folder))
    if options.show:
        show(run, chosen)
    return report(run, chosen) > 0


sys.exit(main())
