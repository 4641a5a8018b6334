# SPDX-License-Identifier: MIT
"""
The inputs of a harness: what the tree has, what a campaign has found, and how the second becomes the first.

    build/fuzz/VARIANT/fuzz/seeds/HARNESS   seeds, which the build makes of fuzz/corpus; min-NNNN are those of fuzz/corpus/min
    fuzz/regress/HARNESS                    findings
    build/campaign/corpus/HARNESS           shared by all engines; named by hash
"""
import os
import shutil
import tempfile
from pathlib import Path

from engines import MEMORY_MIB, HANG_SECONDS, hash_of
from tree import CAMPAIGN, FUZZ, Trouble, ask, number_of, run, say, write_whole
from variants import VARIANT, build, harness_program, list_harnesses

SHARED, FINDINGS, SETTLED = CAMPAIGN / 'corpus', CAMPAIGN / 'findings', CAMPAIGN / 'settled'
MANY = 4000  # inputs, from which on a turn begins with a merge
MOST_FINDINGS = 40  # of a harness, until they are sorted
MERGE_SECONDS = 1800
CAP = 300 << 10  # octets of a harness's inputs in fuzz/corpus/min
PACKED = 'min-*'  # how those are named where they are unpacked


def is_input(path):
    """A finding's cause lies beside it."""
    return path.is_file() and path.suffix != '.txt' and not path.name.startswith('.')


def inputs_in(*folders):
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir()) if is_input(path)]


def tree_folders(harness, variant):
    """Where this harness's inputs of the tree are."""
    return [VARIANT[variant].folder / 'fuzz/seeds' / harness, FUZZ / 'regress' / harness]


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


def fill_shared(harness):
    shared = SHARED / harness
    take_up(inputs_in(*tree_folders(harness, 'guard')), shared)
    if not inputs_in(shared):
        (shared / 'eight-octets').write_bytes(bytes(8) + b'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    return shared


def keep_findings(paths, harness):
    """As KIND-HASH in one folder for all engines; out of the engine's folder, from which it would be told again when it is settled,
    and out of the corpus, where it would stop the next one. The new names. One bug can have hundreds of inputs, of which no more
    than some are kept."""
    folder, names = FINDINGS / harness, []
    for path in paths:
        folder.mkdir(parents=True, exist_ok=True)
        kind = 'timeout' if path.parent.name == 'hangs' or path.name.startswith('timeout') else path.name.split('-')[0]
        kind = 'crash' if kind.startswith('id:') else kind
        digest = hash_of(path)
        (SHARED / harness / digest).unlink(missing_ok=True)
        if (folder / f'{kind}-{digest}').exists() or len(list(folder.iterdir())) >= MOST_FINDINGS:
            path.unlink()
            continue
        path.rename(folder / f'{kind}-{digest}')
        names.append(f'{kind}-{digest}')
    return names


def settle(path, harness):
    """It breaks nothing any more; it is kept, but is no finding."""
    folder = SETTLED / harness
    folder.mkdir(parents=True, exist_ok=True)
    path.rename(folder / path.name)


# ---- Merging ----

ALL_COUNTS = ('-merge=1',)  # an input stays that goes some way more or less often than others
EDGES = ('-merge=1', '-use_counters=0')  # an input stays that goes a way of its own
FEW_EDGES = ('-set_cover_merge=1', '-use_counters=0')  # as few inputs as go every way


def merge(harness, variant, into, folders, flags):
    """What is needed of the folders beside what `into` has already, small ones first."""
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


def copy_seeds(harness, folder):
    """What the tree has without fuzz/corpus/min."""
    folder.mkdir()
    for path in inputs_in(*tree_folders(harness, 'guard')):
        if not path.match(PACKED):
            shutil.copyfile(path, folder / path.name)


def find_needed(harness, scratch, with_counts):
    """A folder of what the campaign and fuzz/corpus/min reach, and the seeds do not."""
    seeds, merged, needed = scratch / 'seeds', scratch / 'merged', scratch / 'needed'
    copy_seeds(harness, seeds)
    there = {path.name for path in seeds.iterdir()}
    merge(harness, 'guard', merged, [*tree_folders(harness, 'guard'), SHARED / harness], ALL_COUNTS if with_counts else FEW_EDGES)
    merge(harness, 'guard', seeds, [merged], ALL_COUNTS if with_counts else EDGES)
    needed.mkdir()
    for path in inputs_in(seeds):
        if path.name not in there:
            path.rename(needed / path.name)
    return needed


def pack(folder, text):
    """One text of all inputs, for the tree."""
    packed = ask([VARIANT['guard'].folder / 'fuzz/inputs', 'pack', folder])
    if not packed:
        raise Trouble(f'{folder} could not be packed')
    write_whole(text, packed)


def count_packed(text):
    return sum(not line.startswith('#') for line in text.read_text().splitlines()) if text.exists() else 0


def minimise_harness(harness, cap, with_counts):
    text = FUZZ / f'corpus/min/{harness}.txt'
    with tempfile.TemporaryDirectory(dir=CAMPAIGN) as scratch:
        needed = find_needed(harness, Path(scratch), with_counts)
        dropped = cut_to_size(needed, cap)
        size = sum(path.stat().st_size for path in inputs_in(needed))
        before = count_packed(text)
        pack(needed, text)
    over = f', {dropped} too large for the cap left out' if dropped else ''
    print(f'{harness:<11} {before} -> {number_of(count_packed(text), "input")}, {size / 1024:.0f} KiB{over}')


def minimise(options):
    """Every harness of which a campaign has found something, or those that are named."""
    build('guard', ['fuzz-seeds', 'fuzz/inputs'], os.cpu_count())
    names = options.harness or [name for name in list_harnesses(VARIANT['guard'].folder) if (SHARED / name).is_dir()]
    if not names:
        raise Trouble('no campaign has run here, so there is nothing to merge')
    for harness in names:
        build('guard', [f'fuzz/{harness}'], os.cpu_count())
        minimise_harness(harness, options.cap, options.counts)
    return 0
