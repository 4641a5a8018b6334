# SPDX-License-Identifier: MIT
"""One harness of libFuzzer's, run until it has found something or its time is over."""

import os
import re
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass

NAMES = [ # what a report says, and what that is called here; the first that is there counts
    (re.compile(r'^ORACLE ([^:\n]+):', re.M), None),
    (re.compile(r'ERROR: AddressSanitizer: (\S+)'), None),
    (re.compile(r'runtime error: (.+)'), 'undefined'),
    (re.compile(r'ERROR: libFuzzer: timeout'), 'timeout'),
    (re.compile(r'ERROR: libFuzzer: out-of-memory'), 'room'),
    (re.compile(r'ERROR: LeakSanitizer'), 'leak'),
    (re.compile(r'ERROR: libFuzzer: deadly signal|UndefinedBehaviorSanitizer: SEGV'), 'memory'),
]


@dataclass
class Outcome:
    harness: str
    oracle: str # '': nothing is found
    seconds: float
    executions: int
    by_seeds: bool # before the first mutation

    def as_row(self):
        return asdict(self)


def name_oracle(report):
    for pattern, name in NAMES:
        found = pattern.search(report)
        if found:
            return name or found[1]
    return ''


def count_executions(report):
    found = [int(number) for number in re.findall(r'^#(\d+)\s', report, re.M)]
    return max(found, default=0)


LENGTH_MOST = 520 # octets an input: the head and 512


def hunt(program, seeds, dictionary, cap, seed, folder):
    """Runs a program for `cap` seconds at most. A crash is the only way in which it ends by itself with another status than 0."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / 'corpus').mkdir(parents=True)
    command = [str(program), f'-max_total_time={int(cap) + 1}', f'-max_len={LENGTH_MOST}', '-len_control=0', f'-seed={seed}', '-timeout=10', '-rss_limit_mb=1024',
               f'-artifact_prefix={folder}/', '-detect_leaks=0', '-reload=0']
    command += [f'-dict={dictionary}', str(folder / 'corpus'), *map(str, seeds)]
    report = folder / 'report.txt'
    begin = time.monotonic()
    with open(report, 'w') as output:
        engine = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                  env={**os.environ, 'ASAN_OPTIONS': 'handle_abort=0:symbolize=0', 'UBSAN_OPTIONS': 'symbolize=0'})
        try:
            status = engine.wait(timeout=cap)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.wait()
            status = 0
    seconds = time.monotonic() - begin
    text = report.read_text(errors='replace')
    if status and not name_oracle(text):
        raise SystemExit(f'{program} ended with {status}, and has found nothing: see {report}')
    return Outcome(program.name, name_oracle(text) if status else '', round(seconds, 2), count_executions(text),
                   bool(status) and not re.search(r'^#\d+\s+INITED', text, re.M))
