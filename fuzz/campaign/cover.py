# SPDX-License-Identifier: MIT
"""
What the tests reach: lines, branches and MC/DC of the hand-written C in parser/ and stream/; the machines' states and transitions.

How this works

Two variants are built and `make check` runs in each, without the tests that talk with other programs: cover for the C, trace for
the machines. The replay of the corpus is one of these tests. What is not reached is printed as a list to work from, and must be
in excluded.txt, with its reason, or be reached one day: an exclusion of what is reached is an error.
"""
import functools
import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import corpus
import machines
from tree import CAMPAIGN, FUZZ, TOP, Trouble, find_commit, run, say, write_whole
from variants import COMPILER, VARIANT, build, list_harnesses

FOLDER = CAMPAIGN / 'cover'
KINDS, CODE_GAPS = ('lines', 'branches', 'mcdc'), ('line', 'branch', 'mcdc')
MACHINE_KINDS, MACHINE_GAPS = ('states', 'transitions', 'ends', 'ranges'), ('state', 'transition')
EXCLUDED = FUZZ / 'campaign/excluded.txt'
LEFT_OUT = ('text_tests=', 'peer_tests=')  # of make check: the first are of the text, the second take long
SEES_THE_BUILD = {'tests/library.sh'}  # fails over the symbols that these variants add
VERSION = COMPILER.replace('clang', '')  # llvm-cov-19 for clang-19


# ---- Running ----

def replay(variant, with_campaign):
    """The inputs, through every harness. A harness that fails is told, since its figures are not whole."""
    folder = VARIANT[variant].folder
    build(variant, ['fuzz-seeds'], os.cpu_count())
    for harness in list_harnesses(folder):
        build(variant, [f'fuzz/{harness}'], os.cpu_count())
        folders = corpus.tree_folders(harness, variant) + ([corpus.SHARED / harness] if with_campaign else [])
        folders = [path for path in folders if path.is_dir()]
        if not folders:
            say(f'{harness}: no inputs')
            continue
        try:
            run([folder / 'fuzz' / harness, *folders], FOLDER / f'{variant}-{harness}.log', timeout=1800)
        except Trouble as trouble:
            say(f'{harness}: {trouble}')


def check(variant):
    folder, log = VARIANT[variant].folder, FOLDER / f'{variant}-check.log'
    say(f'make check in {folder}')
    try:
        run(['make', '-s', '-k', f'-j{os.cpu_count()}', 'check', *LEFT_OUT], log, cwd=folder, timeout=3600)
    except Trouble:
        failed = set(re.findall(r'^(?:FAIL|ERROR): (\S+)', log.read_text(errors='replace'), re.M)) - SEES_THE_BUILD
        if failed:
            say(f'{" ".join(sorted(failed))}: fails in the variant {variant}, and the figures are not whole: {log}')


def exercise(variant, options, **environment):
    os.environ.update({name: str(value) for name, value in environment.items()})
    build(variant, [], os.cpu_count())
    if not options.corpus:
        check(variant)
    if options.corpus or options.campaign:
        replay(variant, options.campaign)


# ---- Code ----

@dataclass
class Code:
    """Figures, and gaps as (key, words)."""
    counts: dict = field(default_factory=dict)  # of KINDS: covered, count
    gaps: list = field(default_factory=list)

    def add(self, kind, covered, gap):
        """One line, branch or condition after the other: for each of its ways whether it was taken."""
        before, count = self.counts.get(kind, (0, 0))
        self.counts[kind] = before + sum(covered), count + len(covered)
        self.gaps += [] if all(covered) else [gap]


def llvm(tool, *arguments):
    return [f'llvm-{tool}{VERSION}', *arguments]


def merge_profiles(profiles):
    raw = sorted(profiles.glob('*.profraw'))
    if not raw:
        raise Trouble('no program has written a profile')
    merged, listed = FOLDER / 'merged.profdata', FOLDER / 'profiles.txt'
    listed.write_text(''.join(f'{path}\n' for path in raw))
    run(llvm('profdata', 'merge', '--failure-mode=all', '-sparse', '-o', merged, '-f', listed), FOLDER / 'merge.log')
    return merged


def cover_arguments(merged):
    """Each object of its own: in an archive llvm-cov finds them only where they happen to be aligned."""
    folder = VARIANT['cover'].folder
    first, *others = sorted([*folder.glob('parser/libparser_a-*.o'), *folder.glob('stream/libfluxo_a-*.o')])
    return [first, *(f'-object={path}' for path in others), f'-instr-profile={merged}']


def is_ours(path):
    """Written by hand: the library's own C, not what is generated."""
    path = Path(os.path.normpath(path))
    return any(path.is_relative_to(TOP / folder) for folder in ('parser', 'stream'))


@functools.cache
def source_lines(path):
    return [line.strip() for line in Path(path).read_text().splitlines()]


def source_line(path, line):
    lines = source_lines(path)
    return lines[line - 1] if line <= len(lines) else ''


def code_gap(kind, path, line, words, row=''):
    """Its key has the text of the line, which outlives a change above it; in a table that is included also the row."""
    name = Path(os.path.normpath(path)).relative_to(TOP).as_posix()
    return f'{kind} {name} {source_line(path, line)}{row and f" of {row}"}', f'line {line}: {words}'


def is_included(path, line):
    """A table, which stands elsewhere."""
    return source_line(path, line).startswith('#include')


def add_lines(code, file):
    """Those on which something begins. A line is a gap if none of it was ever entered."""
    path, lines = file['filename'], {}
    for line, _column, count, has_count, is_entry, _is_gap in file['segments']:
        if has_count and is_entry and not is_included(path, line):
            lines.setdefault(line, []).append(count)
    for line, counts in sorted(lines.items()):
        code.add('lines', [max(counts) > 0], code_gap('line', path, line, 'never reached'))


def join_copies(path, places, join):
    """
    (line, what is known of it) of each place. What stands in a header is compiled once for each file that includes it, and what
    any of the copies does counts. Elsewhere the same place comes again only as a row of a table, and each row has to be reached.
    """
    joined = {}
    for number, (place, known) in enumerate(places):
        key = place if path.endswith('.h') else (*place, number)
        joined[key] = join(joined[key], known) if key in joined else known
    return [(place[0], known) for place, known in joined.items()]


def join_counts(one, other):
    return [sum(counts) for counts in zip(one, other)]


def join_shown(one, other):
    return [any(shown) for shown in zip(one, other)]


def find_row(expansion, number):
    """The row of the table from which the file of that number was expanded."""
    outer = {region[6]: region for region in expansion['target_regions'] if region[7] == 1}
    while number in outer:
        line, number = outer[number][0], outer[number][5]
        path = expansion['filenames'][number]
        if path.endswith('.def'):
            return source_line(path, line).split(',')[0] + ')'
    return ''


def find_branches(file):
    """(line, row, how often taken and not) of each: those of the file, and those of tables that it includes."""
    places = [(tuple(branch[:4]), branch[4:6]) for branch in file['branches']]
    yield from ((line, '', counts) for line, counts in join_copies(file['filename'], places, join_counts))
    for expansion in file['expansions']:
        yield from ((branch[0], find_row(expansion, branch[6]), branch[4:6]) for branch in expansion['branches'])


def add_branches(code, file):
    for line, row, counts in find_branches(file):
        ways = [word for word, count in zip(('never true', 'never false'), counts) if not count]
        code.add('branches', [count > 0 for count in counts],
                 code_gap('branch', file['filename'], line, ', '.join(ways), row))


def add_conditions(code, file):
    records = file.get('mcdc_records', ())
    places = [(tuple(record[:4]), next(part for part in record if isinstance(part, list))) for record in records]
    for line, shown in join_copies(file['filename'], places, join_shown):
        missing = [str(number) for number, is_shown in enumerate(shown, 1) if not is_shown]
        code.add('mcdc', shown, code_gap('mcdc', file['filename'], line,
                                         f'condition {", ".join(missing)} of {len(shown)} not shown to decide'))


def read_code(exported):
    code = Code()
    for file in exported['data'][0]['files']:
        if is_ours(file['filename']):
            for add in (add_lines, add_branches, add_conditions):
                add(code, file)
    return code


def cover_code(options):
    profiles = FOLDER / 'profiles'
    shutil.rmtree(profiles, ignore_errors=True)
    profiles.mkdir(parents=True)
    exercise('cover', options, LLVM_PROFILE_FILE=profiles / '%4m.profraw')
    arguments = cover_arguments(merge_profiles(profiles))
    exported = FOLDER / 'export.json'
    run(llvm('cov', 'export', '-format=text', '-skip-functions', *arguments), exported)
    html = FOLDER / 'html'
    shutil.rmtree(html, ignore_errors=True)
    run(llvm('cov', 'show', '-format=html', f'-output-dir={html}', '-show-mcdc', '-show-branches=count',
             '-ignore-filename-regex=/build/', *arguments), FOLDER / 'html.log')
    say(f'{html}/index.html')
    text = exported.read_text()
    return read_code(json.loads(text[text.index('{'):]))


# ---- Machines ----

def cover_machines(options):
    traces = FOLDER / 'traces'
    shutil.rmtree(traces, ignore_errors=True)
    traces.mkdir(parents=True)
    exercise('trace', options, FLUXO_TRACE=traces)
    steps = machines.read_trace(traces)
    return [machines.judge(machine, steps[machine.name]) for machine in machines.find_machines()]


# ---- Exclusions ----

def read_exclusions():
    """KEY -- REASON, a line each."""
    exclusions = {}
    for line in EXCLUDED.read_text().splitlines() if EXCLUDED.exists() else ():
        if line.strip() and not line.startswith('#'):
            key, dashes, reason = line.partition(' -- ')
            if not dashes or not reason.strip():
                raise Trouble(f'{EXCLUDED}: no reason in: {line}')
            exclusions[key.strip()] = reason.strip()
    return exclusions


def split_gaps(gaps, exclusions):
    """Those that are not excluded, and how many are."""
    open_gaps = [(key, words) for key, words in gaps if key not in exclusions]
    return open_gaps, len(gaps) - len(open_gaps)


def find_unused(gaps, exclusions, kinds):
    there = {key for key, _ in gaps}
    return [key for key in exclusions if key.split()[0] in kinds and key not in there]


# ---- What is printed ----

def show_share(covered, count):
    return f'{covered} of {count}' + (f', {100 * covered / count:.2f} %' if count else '')


def print_gaps(gaps):
    if gaps:
        print('\nnot reached:')
    for key, words in gaps:
        print(f'  {key}: {words}')


def print_code(code):
    print('\nhand-written C of parser/ and stream/: ' + '; '.join(f'{kind} {show_share(*code.counts[kind])}' for kind in KINDS))


def machine_pairs(row):
    """(reached, all) of each kind, in the order of MACHINE_KINDS."""
    machine = row.machine
    ranges = sum(len(way.ranges) for way in machine.transitions)
    return [(total - missed, total) for total, missed in (
        (len(machine.states), len(row.states)), (len(machine.transitions), len(row.transitions)),
        (len(machine.ends), len(row.ends)), (ranges, row.ranges))]


def print_machines(covered):
    line = '{:<16}' + ' {:>22}' * len(MACHINE_KINDS)
    print('\n' + line.format('machine', *MACHINE_KINDS))
    for row in covered:
        print(line.format(row.machine.name, *(show_share(*pair) for pair in machine_pairs(row))))


def sum_machines(covered):
    columns = zip(*(machine_pairs(row) for row in covered))
    return {kind: [sum(part) for part in zip(*pairs)] for kind, pairs in zip(MACHINE_KINDS, columns)}


def print_verdict(open_gaps, excluded, unused):
    for key in unused:
        print(f'excluded, and reached: {key}')
    print(f'\n{len(open_gaps)} gaps are open, {excluded} are excluded, {len(unused)} exclusions are of no gap')


def cover(options):
    """The exit status: whether every gap is excluded, and every exclusion a gap."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    exclusions, gaps, kinds = read_exclusions(), [], []
    summary = {'commit': find_commit(), 'of': 'corpus' if options.corpus else 'make check'}
    if options.only != 'machines':
        code = cover_code(options)
        print_code(code)
        gaps += code.gaps
        kinds += CODE_GAPS
        summary['code'] = code.counts
    if options.only != 'code':
        covered = cover_machines(options)
        print_machines(covered)
        gaps += [gap for row in covered for gap in machines.gap_lines(row)]
        kinds += MACHINE_GAPS
        summary['machines'] = sum_machines(covered)
    open_gaps, excluded = split_gaps(gaps, exclusions)
    print_gaps(open_gaps)
    unused = find_unused(gaps, exclusions, kinds)
    print_verdict(open_gaps, excluded, unused)
    summary['open'], summary['excluded'] = len(open_gaps), excluded
    write_whole(FOLDER / 'summary.json', json.dumps(summary, indent=1) + '\n')
    return 1 if open_gaps or unused else 0
