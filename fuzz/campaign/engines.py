# SPDX-License-Identifier: MIT
"""
The two engines: how a role is started on a harness, and what its log says.

How this works

A part is one engine at work for one turn. It is its own process group and ends by itself after its time, even if nobody is left
to stop it. What it says of itself is read from files that it writes: libFuzzer's log, AFL++'s plot_data and fuzzer_stats.
"""
import hashlib
import math
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

from tree import CAMPAIGN
from variants import VARIANT, harness_program

HANG_SECONDS = 5  # an input that takes longer is a finding
MEMORY_MIB = 2048
STOP_SECONDS = 5
MOST_STARTS = 20  # in a turn: libFuzzer exits with a finding, and one that is found at once again is no progress

# For places where it would ask for settings that a container does not let it change, and for logs that are read by programs.
AFL_ENVIRONMENT = {
    'AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES': '1', 'AFL_SKIP_CPUFREQ': '1', 'AFL_NO_AFFINITY': '1', 'AFL_NO_UI': '1',
    'AFL_SKIP_CRASHES': '1', 'AFL_IGNORE_PROBLEMS': '1', 'AFL_TESTCACHE_SIZE': '50', 'AFL_FORKSRV_INIT_TMOUT': '30000',
    'AFL_NO_COLOR': '1', 'AFL_FAST_CAL': '1', 'TERM': 'dumb',
}
SANITIZERS = {
    'ASAN_OPTIONS': 'abort_on_error=1:symbolize=0:detect_leaks=0', 'UBSAN_OPTIONS': 'abort_on_error=1:symbolize=0',
    'MSAN_OPTIONS': 'abort_on_error=1:symbolize=0:exit_code=86',
}


@dataclass
class Figures:
    """What an engine has said so far."""
    executions: int = 0
    rate: float = 0
    edges: int = 0
    features: int = 0
    corpus: int = 0
    new: int = 0  # inputs that it has added


# ---- What libFuzzer writes ----

STATUS_LINE = re.compile(r'^#(\d+)\s+([A-Z]\w+|pulse)\s+(?:cov: (\d+) )?(?:ft: (\d+) )?(?:corp: (\d+)/\S+ )?.*?exec/s: (\d+)', re.M)
LAST_LINE = re.compile(r'^stat::number_of_executed_units:\s*(\d+)', re.M)


def read_libfuzzer(text):
    figures = Figures()
    for executions, event, edges, features, corpus, rate in STATUS_LINE.findall(text):
        figures.executions, figures.rate = int(executions), float(rate)
        figures.edges, figures.features = int(edges or 0), int(features or 0)
        figures.corpus = int(corpus or 0)
        figures.new += event == 'NEW'
    for executions in LAST_LINE.findall(text):
        figures.executions = int(executions)
    return figures


# ---- What AFL++ writes ----

def read_rate(text):
    """In its first moments AFL++ divides by no time at all."""
    rate = float(text)
    return rate if math.isfinite(rate) else 0


def read_afl_plot(text):
    """The last whole row under the names in the first line."""
    lines = text.split('\n')[:-1]  # what has no line end is being written
    if len(lines) < 2:
        return Figures()
    names, values = ([word.strip() for word in line.lstrip('# ').split(',')] for line in (lines[0], lines[-1]))
    row = dict(zip(names, values))
    return Figures(int(row['total_execs']), read_rate(row['execs_per_sec']), int(row['edges_found']), 0, int(row['corpus_count']))


def read_afl_stats(text):
    row = dict(re.findall(r'^(\w+)\s*:\s*(.*?)\s*$', text, re.M))
    return Figures(int(row.get('execs_done', 0)), read_rate(row.get('execs_per_sec', 0)), int(row.get('edges_found', 0)), 0,
                   int(row.get('corpus_count', 0)), int(row.get('corpus_found', 0)))


def more_of(first, second):
    """Of two reports the one that knows of more."""
    return second if second.executions >= first.executions else first


def read_afl_abort(text):
    """Why it gave up, without its colours: what it says behind its last cry, or its last line."""
    lines = [line.strip() for line in re.sub(r'\x1b\[[?\d;]*[a-z]', '', text, flags=re.I).splitlines() if line.strip()]
    reasons = [line.partition(' ERROR :' if ' ERROR :' in line else 'ABORT :')[2].strip() for line in lines
               if 'PROGRAM ABORT :' in line or 'SYSTEM ERROR :' in line]
    return (reasons or lines or ['it says nothing'])[-1]


# ---- Parts ----

def read_text(path):
    try:
        return path.read_text(errors='replace')
    except FileNotFoundError:
        return ''


def hash_of(path):
    return hashlib.sha1(path.read_bytes()).hexdigest()


class Part:
    """An engine at work. `corpus` is shared: what it finds goes there, and what others put there it takes up."""

    def __init__(self, role, harness, corpus, seconds):
        self.role, self.harness, self.corpus = role, harness, corpus
        self.began = self.last_new = time.monotonic()
        self.ends = self.began + seconds
        self.figures, self.process, self.trouble, self.findings = Figures(), None, '', 0
        self.logs = CAMPAIGN / 'logs' / harness
        self.logs.mkdir(parents=True, exist_ok=True)

    @property
    def seconds_left(self):
        return max(0, round(self.ends - time.monotonic()))

    def spawn(self, command, log, environment):
        with open(log, 'wb') as out:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=subprocess.STDOUT, cwd=self.logs, start_new_session=True,
                                            env=dict(os.environ, **environment))

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self):
        if self.is_running():
            self.process.send_signal(signal.SIGINT)

    def stop(self):
        """Asks, waits, and then does not ask."""
        self.ask_to_stop()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def update(self):
        new = self.read_figures()
        if new.new > self.figures.new or new.edges > self.figures.edges:
            self.last_new = time.monotonic()
        self.figures = new


class LibFuzzerPart(Part):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.artifacts = CAMPAIGN / 'artifacts' / self.harness / self.role.name
        self.artifacts.mkdir(parents=True, exist_ok=True)
        self.starts, self.earlier = 0, Figures()

    def start(self, dictionary, seeds):
        del seeds  # the shared folder has them
        self.log = self.logs / f'{self.role.name}.log'
        flags = [f'-max_total_time={max(1, self.seconds_left)}', f'-max_len={self.role.longest}', f'-timeout={HANG_SECONDS}',
                 f'-rss_limit_mb={MEMORY_MIB}', '-reload=1', '-reduce_inputs=1', '-print_final_stats=1', '-detect_leaks=0',
                 f'-artifact_prefix={self.artifacts}/', *self.role.flags]
        if dictionary:
            flags.append(f'-dict={dictionary}')
        self.spawn([harness_program(self.role.variant, self.harness), *flags, self.corpus], self.log, SANITIZERS)
        self.starts += 1

    def keep_up(self, dictionary, seeds):
        """A finding ends libFuzzer; the rest of the turn is worth another start."""
        if self.is_running() or self.seconds_left < 2 or self.process.returncode == 0:
            return
        if self.starts >= MOST_STARTS:
            self.trouble = f'stopped by findings {self.starts} times'
            return
        now = self.read_figures()
        self.earlier = Figures(executions=now.executions, new=now.new)
        self.start(dictionary, seeds)

    def read_figures(self):
        figures = read_libfuzzer(read_text(self.log))
        figures.executions += self.earlier.executions
        figures.new += self.earlier.new
        figures.edges, figures.features = max(figures.edges, self.figures.edges), max(figures.features, self.figures.features)
        return figures

    def harvest_inputs(self):
        return []  # they are in the shared folder already

    def harvest_findings(self):
        kinds = ('crash-', 'timeout-', 'oom-', 'leak-')
        return [path for path in self.artifacts.iterdir() if path.name.startswith(kinds)]


class AflPart(Part):
    def __init__(self, *arguments, mutator_library=None, is_main=True):
        super().__init__(*arguments)
        self.out = CAMPAIGN / 'afl' / self.harness
        self.mutator_library, self.is_main, self.harvested = mutator_library, is_main, set()
        self.own = self.out / self.role.name

    def start(self, dictionary, seeds):
        shutil.rmtree(self.own, ignore_errors=True)
        self.out.mkdir(parents=True, exist_ok=True)
        self.log = self.logs / f'{self.role.name}.log'
        command = ['afl-fuzz', '-i', seeds, '-o', self.out, '-V', max(1, self.seconds_left), '-t', f'{HANG_SECONDS * 1000}',
                   '-m', 'none', '-G', self.role.longest]
        command += ['-M', self.role.name, '-F', self.corpus] if self.is_main else ['-S', self.role.name]
        if dictionary:
            command += ['-x', dictionary]
        if self.role.beside:
            command += ['-c', harness_program(self.role.beside, self.harness)]
        environment = dict(AFL_ENVIRONMENT, **SANITIZERS)
        if self.role.mutator and self.mutator_library:
            environment['AFL_CUSTOM_MUTATOR_LIBRARY'] = str(self.mutator_library)
        self.spawn([*command, '--', harness_program(self.role.variant, self.harness)], self.log, environment)

    def keep_up(self, dictionary, seeds):
        del dictionary, seeds
        if not self.is_running() and self.process.returncode and not self.trouble:
            self.trouble = f'ended with {self.process.returncode}: {read_afl_abort(read_text(self.log))}'

    def read_figures(self):
        figures = more_of(read_afl_plot(read_text(self.own / 'plot_data')), read_afl_stats(read_text(self.own / 'fuzzer_stats')))
        figures = more_of(self.figures, figures)
        figures.new = len(self.harvested)
        return figures

    def harvest_inputs(self):
        """What it has found itself since it was asked last: not the seeds, and not what it took from others."""
        queue = self.own / 'queue'
        names = {path.name for path in queue.iterdir()} - self.harvested if queue.is_dir() else set()
        names = {name for name in names if name.startswith('id:') and ',orig:' not in name and ',sync:' not in name}
        self.harvested |= names
        return [queue / name for name in sorted(names)]

    def harvest_findings(self):
        return [path for folder in ('crashes', 'hangs') for path in (self.own / folder).glob('id:*')]


def start_part(role, harness, corpus, seconds, mutator_library, is_main):
    if role.engine == 'libfuzzer':
        return LibFuzzerPart(role, harness, corpus, seconds)
    return AflPart(role, harness, corpus, seconds, mutator_library=mutator_library, is_main=is_main)
