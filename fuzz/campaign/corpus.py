# SPDX-License-Identifier: MIT
"""
The inputs of a harness: what the tree has, what a campaign has found, and how the second becomes the first.

    fuzz/corpus/seed/HARNESS  fuzz/corpus/min/HARNESS  fuzz/regress/HARNESS    in the tree; and seeds that the build makes
    build/campaign/corpus/HARNESS                                              shared by all engines; named by hash
"""
import os
import shutil
import tempfile
from pathlib import Path

from engines import MEMORY_MIB, HANG_SECONDS, hash_of
from tree import CAMPAIGN, FUZZ, Trouble, run, say
from variants import VARIANT, build, harness_program, list_harnesses

SHARED, FINDINGS, SETTLED = CAMPAIGN / 'corpus', CAMPAIGN / 'findings', CAMPAIGN / 'settled'
MANY = 4000  # inputs, from which on a turn begins with a merge
MOST_FINDINGS = 40  # of a harness, until they are sorted
MERGE_SECONDS = 1800
CAP = 300 << 10  # octets of fuzz/corpus/min/HARNESS


def is_input(path):
    """A finding's cause lies beside it."""
    return path.is_file() and path.suffix != '.txt' and not path.name.startswith('.')


def inputs_in(*folders):
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir()) if is_input(path)]


def tree_folders(harness, variant):
    """Seeds of the tree and those that the build writes for this harness."""
    return [FUZZ / 'corpus/seed' / harness, VARIANT[variant].folder / 'fuzz/seeds' / harness, FUZZ / 'corpus/min' / harness,
            FUZZ / 'regress' / harness]


def known_findings(harness):
    """The hashes of inputs that an engine cannot begin with."""
    return {path.name.split('-')[1] for path in inputs_in(FINDINGS / harness)}


def take_up(paths, folder):
    """Copies what is not there yet, by hash. How many that were."""
    count, findings = 0, known_findings(folder.name)
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        try:
            copy = folder / hash_of(path)
            if not copy.exists() and copy.name not in findings:
                shutil.copyfile(path, copy)
                count += 1
        except FileNotFoundError:  # an engine has replaced it just now
            continue
    return count


def fill_shared(harness, variant):
    shared = SHARED / harness
    take_up(inputs_in(*tree_folders(harness, variant)), shared)
    if not inputs_in(shared):
        (shared / 'eight-octets').write_bytes(bytes(8) + b'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    return shared


def keep_findings(paths, harness):
    """As KIND-HASH in one folder for all engines; out of the corpus, where it would stop the next one. The new names. One bug can
    have hundreds of inputs, of which no more than some are kept."""
    folder, names = FINDINGS / harness, []
    for path in paths:
        folder.mkdir(parents=True, exist_ok=True)
        kind = 'timeout' if path.parent.name == 'hangs' or path.name.startswith('timeout') else path.name.split('-')[0]
        kind = 'crash' if kind.startswith('id:') else kind
        digest = hash_of(path)
        (SHARED / harness / digest).unlink(missing_ok=True)
        if not (folder / f'{kind}-{digest}').exists() and len(list(folder.iterdir())) < MOST_FINDINGS:
            shutil.copyfile(path, folder / f'{kind}-{digest}')
            names.append(f'{kind}-{digest}')
    return names


def settle(path, harness):
    """It breaks nothing any more; it is kept, but is no finding."""
    folder = SETTLED / harness
    folder.mkdir(parents=True, exist_ok=True)
    path.rename(folder / path.name)


# ---- Merging ----

ALL_COUNTS = ('-merge=1',)  # an input stays that goes some way more or less often than others
EDGES = ('-set_cover_merge=1', '-use_counters=0')  # as few inputs as go every way


def merge(harness, variant, into, folders, flags):
    """What is needed of the folders, small ones first."""
    into.mkdir(parents=True, exist_ok=True)
    folders = [folder for folder in folders if folder.is_dir()]
    command = [harness_program(variant, harness), *flags, f'-timeout={HANG_SECONDS}', f'-rss_limit_mb={MEMORY_MIB}', '-max_len=65536',
               '-detect_leaks=0', f'-artifact_prefix={CAMPAIGN}/logs/', into, *folders]
    run(command, CAMPAIGN / f'logs/{harness}/merge.log', timeout=MERGE_SECONDS)


def tidy_shared(harness, variant):
    """A folder that has grown too large for a quick start is replaced by what is needed of it."""
    shared = SHARED / harness
    if len(inputs_in(shared)) < MANY:
        return
    with tempfile.TemporaryDirectory(dir=CAMPAIGN) as scratch:
        fresh = Path(scratch) / 'merged'
        merge(harness, variant, fresh, [shared], ALL_COUNTS)
        kept = len(inputs_in(fresh))
        if kept:
            shutil.rmtree(shared)
            fresh.rename(shared)
            say(f'{harness}: the corpus is {kept} inputs again')


def cut_to_size(folder, cap):
    """Drops the largest until the rest fits. How many were dropped."""
    paths = sorted(inputs_in(folder), key=lambda path: path.stat().st_size)
    total, dropped = 0, 0
    for path in paths:
        total += path.stat().st_size
        if total > cap:
            path.unlink()
            dropped += 1
    return dropped


def minimise_harness(harness, cap, flags):
    seeds, shared, kept = FUZZ / 'corpus/seed' / harness, SHARED / harness, FUZZ / 'corpus/min' / harness
    with tempfile.TemporaryDirectory(dir=CAMPAIGN) as scratch:
        fresh = Path(scratch) / 'merged'
        merge(harness, 'guard', fresh, [kept, seeds, shared], flags)
        if not inputs_in(fresh):
            raise Trouble(f'{harness}: nothing is left after the merge (see {CAMPAIGN}/logs/{harness}/merge.log)')
        dropped = cut_to_size(fresh, cap)
        size = sum(path.stat().st_size for path in inputs_in(fresh))
        before = len(inputs_in(kept))
        shutil.rmtree(kept, ignore_errors=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(fresh, kept)
    over = f', {dropped} too large for the cap left out' if dropped else ''
    print(f'{harness:<11} {before} -> {len(inputs_in(kept))} inputs, {size / 1024:.0f} KiB{over}')


def minimise(options):
    """Every harness of which a campaign has found something, or those that are named."""
    build('guard', [], os.cpu_count())
    names = options.harness or [name for name in list_harnesses(VARIANT['guard'].folder) if (SHARED / name).is_dir()]
    if not names:
        raise Trouble('no campaign has run here, so there is nothing to merge')
    for harness in names:
        build('guard', [f'fuzz/{harness}'], os.cpu_count())
        minimise_harness(harness, options.cap, ALL_COUNTS if options.counts else EDGES)
    return 0
