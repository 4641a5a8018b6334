# SPDX-License-Identifier: MIT
"""What is measured of a server: how fast it answers and what that costs it, what it holds, how often it wakes."""
import contextlib
import ctypes
import os
import re
import resource
import signal
import subprocess
import time
from pathlib import Path

HOME = Path(__file__).parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1 if len(CORES) < 2 else 1]
PR_SET_PDEATHSIG = 1
WARMTH = 100  # one in a hundred connections goes before: what it leaves behind is used again, and must not count much
SPARE = 100  # descriptors that are no connections
SELDOM = 0.01  # calls a request: fewer belong to opening connections, or are made now and then
ACTIVE = 16  # connections that ask, beside those that rest


class Trouble(Exception):
    """A figure that cannot be had, and why, in one line."""

    def __init__(self, why):
        super().__init__(' '.join(why.split()))


def most_files():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def start_pinned(core, command, **how):
    """Starts a program on one core, with as many open files as may be. It ends with us, however we end."""
    def prepare():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.sched_setaffinity(0, {core})
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_files(), most_files()))
    return subprocess.Popen([str(word) for word in command], preexec_fn=prepare, **how)


# ---- What the system knows of a process ----

def family(pid):
    """The process and all that come from it: some servers work in a child."""
    parents = {}
    for folder in Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / 'stat').read_text().rpartition(')')[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def cpu_seconds(pids):
    """Of all threads, also of those that have ended, by the nanosecond: the clock of clock_getcpuclockid(3)."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)


def private_octets(pids):
    """What belongs to no file and to nobody else: Private_Dirty, and what of it has been swapped out."""
    total = 0
    for pid in pids:
        for line in Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines():
            if line.startswith(('Private_Dirty:', 'Swap:')):
                total += int(line.split()[1]) * 1024
    return total


def switches(pids):
    """A thread that wakes from its sleep will be switched away from once more."""
    total = 0
    for pid in pids:
        for task in Path(f'/proc/{pid}/task').iterdir():
            total += sum(map(int, re.findall(r'ctxt_switches:\s*(\d+)', (task / 'status').read_text())))
    return total


def core_seconds():
    """How long our two cores have worked, for whomever, or have been taken from this machine; by ticks."""
    total = 0
    for words in map(str.split, Path('/proc/stat').read_text().splitlines()):
        if words[0] in (f'cpu{SERVER_CORE}', f'cpu{CLIENT_CORE}'):
            user, nice, system, _, _, irq, softirq, steal = map(int, words[1:9])
            total += user + nice + system + irq + softirq + steal
    return total / os.sysconf('SC_CLK_TCK')


# ---- Load ----

def find_troubles(said):
    """What wrk says that voids its figures."""
    return ' '.join(line.strip() for line in said.splitlines() if re.match(r'\s*(Socket errors|Non-2xx)', line))


def require_room(server, count):
    if count > server.most:
        raise Trouble(f'{server.name} holds {server.most:,} connections at most')
    if count > most_files() - SPARE:
        raise Trouble(f'a process may have {most_files():,} open files here (ulimit -Hn), too few for {count:,} connections')


def load(server, connections, seconds, pipelined=False):
    """wrk's responses a second; the server's CPU time for one; the part of a core that server, wrk and others each had."""
    require_room(server, connections)
    command = ['wrk', '-t', 1, '-c', connections, '-d', seconds, '--timeout', '30s']
    command += ['-s', HOME / 'pipeline.lua'] if pipelined else []
    pids = family(server.pid)
    before, before_all, began = cpu_seconds(pids), core_seconds(), time.monotonic()
    wrk = start_pinned(CLIENT_CORE, [*command, server.url], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = wrk.stdout.read()
    _, _, usage = os.wait4(wrk.pid, 0)
    wrk.returncode = 0
    took, cost, all_cost = time.monotonic() - began, cpu_seconds(pids) - before, core_seconds() - before_all
    count, rate = re.search(r'(\d+) requests in', said), re.search(r'Requests/sec:\s*([\d.]+)', said)
    troubles = find_troubles(said)
    if troubles or not count or not rate:
        raise Trouble(f'wrk: {troubles or said}')
    client_cost = usage.ru_utime + usage.ru_stime
    told = {
        'requests': int(count[1]),
        'requests_per_second': float(rate[1]),
        'server_busy': cost / took,
        'client_busy': client_cost / took,
        'others_busy': max(0, all_cost - cost - client_cost) / took,
    }
    if told['requests']:
        told['cpu_us_per_request'] = cost / told['requests'] * 1e6
    return told


def calls(server, connections, seconds):
    """System calls of the server a request, by name. strace makes it slow, so much waits for it: it batches as well as it can."""
    counts = server.folder / 'calls'
    strace = subprocess.Popen(['strace', '-c', '-f', '-o', counts, '-p', str(server.pid)], stderr=subprocess.PIPE, text=True)
    try:
        if 'attached' not in (said := strace.stderr.readline()):
            raise Trouble(f'strace: {said}')
        requests = load(server, connections, seconds)['requests'] or 1
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait()
    rows = [line.split() for line in counts.read_text().splitlines()]
    told = {row[-1]: int(row[3]) / requests for row in rows if len(row) >= 5 and row[3].isdigit() and row[-1] != 'total'}
    return {name: count for name, count in told.items() if count >= SELDOM}


# ---- Connections that rest ----

@contextlib.contextmanager
def held(programs, server, count, half=False):
    """Connections behind an answer, or (half) in the middle of a head, as long as the block lasts; all must last so long."""
    require_room(server, count)
    command = [programs / 'hold', *(['--half'] if half else []), server.port, count]
    hold = start_pinned(CLIENT_CORE, command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if hold.stdout.readline() != 'ready\n':
            raise Trouble(f'hold: {hold.stderr.read()}')
        yield
    finally:
        said, complaint = hold.communicate()
    if said != f'{count} open\n':
        raise Trouble(f'of {count:,} connections the server closed some: {said} {complaint}')


def settle(pids):
    """What has come must be read, and what was freed given back: until the memory is the same for half a second; some never rest."""
    known, same = private_octets(pids), 0
    for _ in range(30):
        time.sleep(0.1)
        now = private_octets(pids)
        same = same + 1 if now == known else 0
        known = now
        if same == 5:
            break
    return known


def memory(programs, server, count, half):
    """Private octets a connection; some connections that have gone before are the warm-up."""
    with held(programs, server, max(1, count // WARMTH), half):
        pass
    pids = family(server.pid)
    before = settle(pids)
    with held(programs, server, count, half):
        return {'octets_per_connection': (settle(family(server.pid)) - before) / count}


def growth(programs, server, idle, seconds):
    """Some ask, beside so many that do not."""
    with held(programs, server, idle):
        return load(server, ACTIVE, seconds)


def wakeups(programs, servers, count, seconds):
    """Of all servers at once, since they have nothing to do: name -> figures or trouble."""
    told, rests = {}, {server.name: contextlib.ExitStack() for server in servers}
    for server in servers:
        try:
            rests[server.name].enter_context(held(programs, server, count))
        except Trouble as trouble:
            told[server.name] = trouble
    time.sleep(1)
    pids = {server.name: family(server.pid) for server in servers if server.name not in told}
    before = {name: switches(pids[name]) for name in pids}
    time.sleep(seconds)
    told |= {name: {'wakeups': switches(pids[name]) - before[name]} for name in pids}
    for name, rest in rests.items():
        try:
            rest.close()
        except Trouble as trouble:
            told[name] = trouble
    return told
