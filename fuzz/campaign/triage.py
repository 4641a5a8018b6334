# SPDX-License-Identifier: MIT
"""
Findings, sorted: which of them are the same, the smallest input of each, and a file of it in fuzz/regress/.

How this works

Each finding is replayed under the builds guard and asan. What they say first, and the functions below it on the stack, is its
bucket. One input of a bucket is minimised by both engines, as long as it stays in the bucket, and becomes
fuzz/regress/HARNESS/NNN-name beside a text that wants a cause: the replay of make check fails from then on, until it is mended.
"""
import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import corpus
import state
from engines import AFL_ENVIRONMENT, HANG_SECONDS, MEMORY_MIB, hash_of
from tree import CAMPAIGN, FUZZ, Trouble, find_commit, number_of, say
from variants import COMPILER, build, harness_program

BUILDS = ('guard', 'asan')
REGRESS = FUZZ / 'regress'
DEPTH = 3  # functions that tell one bucket from another


@dataclass(frozen=True)
class Verdict:
    kind: str  # an oracle's name, or what a sanitizer or the engine calls it
    what: str
    frames: tuple

    @property
    def bucket(self):
        return ' < '.join((self.kind, *self.frames))


@dataclass
class Bucket:
    harness: str
    build: str
    verdict: Verdict
    paths: list = field(default_factory=list)


# ---- What a build says ----

SAYS = (
    (r'^ORACLE ([\w-]+): (.*)$', lambda match: (match[1], match[2])),
    (r'ERROR: \w+Sanitizer: ([\w-]+)', lambda match: (match[1].lower(), match[1])),
    (r'WARNING: MemorySanitizer: ([\w-]+)', lambda match: (match[1], match[1])),
    (r'runtime error: (.*)$', lambda match: ('undefined-behaviour', match[1])),
    (r'ERROR: libFuzzer: timeout', lambda _: ('timeout', f'no answer in {HANG_SECONDS} s')),
    (r'ERROR: libFuzzer: out-of-memory', lambda _: ('out-of-memory', f'more than {MEMORY_MIB} MiB')),
    (r'ERROR: libFuzzer: (.*)$', lambda match: (slug(match[1]), match[1])),
    (r'deadly signal', lambda _: ('deadly-signal', 'deadly signal')),
)
FRAME = re.compile(r'^\s*#\d+ 0x[0-9a-f]+ (?:in )?(\S+)(?: .*?)?\s*(\S*)$', re.M)
OF_OTHERS = re.compile(r'^(?:\(|__|_start|abort|raise|gsignal|kill|pthread_|fuzzer::|main$|refute$|hold$|LLVMFuzzer|mem\w+$|str\w+$|'
                       r'malloc$|free$|realloc$|calloc$|RunOneTest|RunInput|FuzzerDriver|asan_|ubsan_|CrashOn|start_thread|clone)')


def slug(text):
    return re.sub(r'[^a-z0-9]+', '-', text.lower()).strip('-')[:60].strip('-')


def read_verdict(text):
    """None where nothing went wrong. The first that something says counts: a sanitizer's report comes before the engine's."""
    found = []
    for rank, (pattern, make) in enumerate(SAYS):
        match = re.search(pattern, text, re.M)
        if match:
            found.append((match.start(), rank, make(match)))
    if not found:
        return None
    _, _, (kind, what) = min(found)
    return Verdict(kind, what.strip(), read_frames(text))


def read_frames(text):
    """The innermost functions that are neither the engine's nor the system's."""
    names = [name for name, _ in FRAME.findall(text.partition(' in LLVMFuzzerTestOneInput ')[0])]
    return tuple([name for name in names if not OF_OTHERS.match(name)][:DEPTH])


def symbolizer():
    return shutil.which(f'llvm-symbolizer{COMPILER.replace("clang", "")}') or shutil.which('llvm-symbolizer') or ''


def replay(program, path):
    environment = dict(os.environ, ASAN_OPTIONS='detect_leaks=0', UBSAN_OPTIONS='print_stacktrace=1')
    environment.update({f'{name}_SYMBOLIZER_PATH': symbolizer() for name in ('ASAN', 'UBSAN', 'MSAN')})
    try:
        done = subprocess.run([program, f'-timeout={HANG_SECONDS}', f'-rss_limit_mb={MEMORY_MIB}',
                               f'-artifact_prefix={CAMPAIGN}/logs/again-', path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, timeout=6 * HANG_SECONDS, env=environment)
    except subprocess.TimeoutExpired:
        return Verdict('timeout', 'no answer, and the engine has not seen it', ())
    text = done.stdout.decode(errors='replace')
    verdict = read_verdict(text)
    if done.returncode and not verdict:
        return Verdict('exit', f'ended with {done.returncode}', read_frames(text))
    return verdict if done.returncode else None


# ---- Buckets ----

def judge(harness, path):
    """The first build that fails, and what it says."""
    for variant in BUILDS:
        verdict = replay(harness_program(variant, harness), path)
        if verdict:
            return variant, verdict
    return None, None


def fill_buckets(harness):
    buckets, silent = {}, []
    for path in sorted(corpus.inputs_in(corpus.FINDINGS / harness), key=lambda path: path.stat().st_size):
        variant, verdict = judge(harness, path)
        if not verdict:
            silent.append(path)
            continue
        buckets.setdefault(verdict.bucket, Bucket(harness, variant, verdict)).paths.append(path)
    return list(buckets.values()), silent


# ---- Minimising ----

def stays(bucket, path):
    verdict = path.exists() and path.stat().st_size and replay(harness_program(bucket.build, bucket.harness), path)
    return bool(verdict) and verdict.bucket == bucket.verdict.bucket


def attempt(command, seconds, environment=None):
    """What it leaves behind is judged, so it does not matter how it ends; but it has to end with all that it started."""
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True, env=dict(os.environ, **(environment or {})))
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        end_group(process)


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def minimise_by_libfuzzer(bucket, path, result, seconds):
    attempt([harness_program(bucket.build, bucket.harness), '-minimize_crash=1', f'-max_total_time={seconds}',
             f'-timeout={HANG_SECONDS}', f'-exact_artifact_path={result}', path], seconds + 4 * HANG_SECONDS,
            {'ASAN_OPTIONS': 'detect_leaks=0'})


def minimise_by_afl(bucket, path, result, seconds):
    variant = 'afl' if bucket.build == 'guard' else 'afl-asan'
    if not shutil.which('afl-tmin'):
        return
    try:
        build(variant, [f'fuzz/{bucket.harness}'], os.cpu_count())
    except Trouble as trouble:
        say(f'afl-tmin is left out: {trouble}')
        return
    attempt(['afl-tmin', '-i', path, '-o', result, '-t', HANG_SECONDS * 1000, '-m', 'none', '--',
             harness_program(variant, bucket.harness)], 6 * seconds, AFL_ENVIRONMENT)


def minimise(bucket, scratch, seconds):
    """The smallest that is in the bucket still."""
    smallest = bucket.paths[0]
    if bucket.verdict.kind in ('timeout', 'out-of-memory'):
        return smallest
    for number, minimiser in enumerate((minimise_by_libfuzzer, minimise_by_afl)):
        result = Path(scratch) / f'{hash_of(smallest)}-{number}'
        minimiser(bucket, smallest, result, seconds)
        if stays(bucket, result) and result.stat().st_size < smallest.stat().st_size:
            smallest = result
    return smallest


# ---- fuzz/regress ----

def causes(harness):
    folder = REGRESS / harness
    return sorted(folder.glob('*.txt')) if folder.is_dir() else []


def is_known(bucket):
    return next((path for path in causes(bucket.harness) if f'bucket: {bucket.verdict.bucket}\n' in path.read_text()), None)


def next_number(harness):
    return max((int(path.name[:3]) for path in (REGRESS / harness).glob('[0-9][0-9][0-9]-*')), default=0) + 1


def file_name(number, verdict):
    return f'{number:03}-{slug(verdict.kind + " " + verdict.what)}'


def stub(bucket, name):
    return f'''{bucket.verdict.kind}: {bucket.verdict.what}

cause: not known yet
mended: not yet

found: by the harness {bucket.harness} in the build {bucket.build}, at {find_commit()}
bucket: {bucket.verdict.bucket}
again: build/fuzz/{bucket.build}/fuzz/{bucket.harness} fuzz/regress/{bucket.harness}/{name}
'''


def write_finding(bucket, path):
    folder = REGRESS / bucket.harness
    folder.mkdir(parents=True, exist_ok=True)
    name = file_name(next_number(bucket.harness), bucket.verdict)
    shutil.copyfile(path, folder / name)
    (folder / f'{name}.txt').write_text(stub(bucket, name))
    return folder / name


def show_bucket(bucket):
    print(f'{bucket.harness}, {number_of(len(bucket.paths), "input")}: {bucket.verdict.kind}: {bucket.verdict.what}')
    print(f'    {bucket.verdict.bucket}')


def settle_bucket(bucket, options, scratch):
    show_bucket(bucket)
    known = is_known(bucket)
    if known:
        print(f'    is in the tree: {known}')
        return
    smallest = minimise(bucket, scratch, options.seconds)
    print(f'    {bucket.paths[0].stat().st_size} -> {smallest.stat().st_size} octets')
    print(f'    {bucket.paths[0]}' if options.dry else f'    {write_finding(bucket, smallest)}')


def forget(paths, harness):
    """What passes is no finding any more."""
    now = state.load()
    for path in paths:
        print(f'{harness}: passes now: {path.name}')
        now['findings'].pop(path.name, None)
        corpus.settle(path, harness)
    state.save(now)


def triage(options):
    """The exit status: whether there is nothing to mend."""
    harnesses = sorted(path.name for path in corpus.FINDINGS.iterdir()) if corpus.FINDINGS.is_dir() else []
    count = 0
    for harness in harnesses:
        for variant in BUILDS:
            build(variant, [f'fuzz/{harness}'], os.cpu_count())
        buckets, silent = fill_buckets(harness)
        with tempfile.TemporaryDirectory(dir=CAMPAIGN) as scratch:
            for bucket in buckets:
                settle_bucket(bucket, options, scratch)
        forget(silent, harness)
        count += len(buckets)
    print(number_of(count, 'kind') + ' of findings')
    return 1 if count else 0
