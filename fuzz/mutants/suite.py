# SPDX-License-Identifier: MIT
"""The tests that a mutant has to survive, and which of them can notice what."""

import resource
import subprocess
import time
from dataclasses import dataclass, field

FIXTURES = 'rfc9112 rfc9110 rfc3986 limits smuggling incremental relaxed regress real'.split()
SIGNS = (b'not ok', b'FAILED', b'Bail out')

# The harness or test, then the sources that it is about.
PARSER = 'parser lane emit check limit framing names request response chunked target value'.split()
UNITS = {
    'units': PARSER + ['base'],
    'lane': PARSER,
    'conn': PARSER + ['base', 'conn', 'life', 'head', 'content'],
    'target': ['target', 'path', 'split', 'octets'],
    'field': ['field', 'list', 'decode'],
    'date': ['calendar', 'date'],
    'writer': ['writer', 'base', 'life', 'conn', 'line', 'calendar', 'field', 'head'],
    'laws': ['conn', 'life', 'writer', 'head', 'base', 'line'],
    'life': ['life', 'conn'],
    'body': ['coding', 'pipe', 'source', 'content'],
    'walk': PARSER + ['field', 'list', 'decode', 'split', 'date', 'line'],
}
STREAM_HARNESSES = {
    'target': UNITS['target'],
    'value': ['field', 'list', 'decode', 'calendar', 'date'],
    'conn': ['conn', 'life', 'head', 'base', 'content'],
    'writer': ['writer', 'life', 'conn', 'head', 'line', 'base'],
    'proxy': ['writer', 'head', 'conn', 'life', 'field', 'line'],
    'pipe': ['pipe', 'coding', 'source', 'content'],
}
# About other code, or without an oracle; `work` links a parser that is compiled in its own way.
OTHERS = ('server', 'faults', 'peers', 'control', 'work')


@dataclass
class Test:
    name: str
    program: str
    arguments: list[str]
    about: list[str] # stems of sources
    seconds: float = 0 # of processor time, unmutated
    kills: dict = field(default_factory=dict)


def find_tests(top, build, harnesses):
    folders = [str(top / 'tests' / folder) for folder in FIXTURES]
    tests = [Test(f'tests/{name}.test', f'tests/{name}.test', [], about) for name, about in UNITS.items()]
    tests.append(Test('fixtures', 'tests/run', folders, PARSER))
    tests.append(Test('fixtures, edited', 'tests/run', ['--mutate', *folders], PARSER))
    for name in harnesses:
        about = PARSER if name not in STREAM_HARNESSES else STREAM_HARNESSES[name]
        inputs = find_inputs(top, build, name)
        if inputs and name not in OTHERS:
            tests.append(Test(f'fuzz/{name}', f'fuzz/{name}', inputs, about))
    return tests


def find_inputs(top, build, name):
    places = [build / 'fuzz/seeds' / name, top / 'fuzz/regress' / name]
    return [str(place) for place in places if place.is_dir() and any(place.iterdir())]


def limit_processor(seconds):
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30)) # a test maps 4 GiB
    return limit


def fails(test, folder, environment, most):
    """Whether the test notices: it fails, crashes, or uses more than `most` seconds."""
    runner = subprocess.Popen(['stdbuf', '-oL', str(folder / test.program), *test.arguments], cwd=folder, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              preexec_fn=limit_processor(max(1, round(most + 0.5))), start_new_session=True)
    begin = time.monotonic()
    try:
        for line in runner.stdout:
            if line.startswith(SIGNS) or b'[  FAILED' in line:
                return True
            if time.monotonic() - begin > 20 * most + 20: # it sleeps
                return True
        return runner.wait() != 0
    finally:
        runner.kill()
        runner.wait()
        runner.stdout.close()


def measure(test, folder, environment):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if fails(test, folder, environment, 600):
        raise SystemExit(f'{test.name} fails without a mutation')
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    test.seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def order(tests, stem):
    """Those first that have found most for their time, with this source."""
    return sorted(tests, key=lambda test: (test.seconds + 0.01) / (test.kills.get(stem, 0) + 0.5))


def find_killer(tests, stem, folder, environment):
    for test in order(tests, stem):
        if fails(test, folder, environment, 3 * test.seconds + 1):
            test.kills[stem] = test.kills.get(stem, 0) + 1
            return test.name
    return None
