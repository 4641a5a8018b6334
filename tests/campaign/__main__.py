# SPDX-License-Identifier: MIT
"""
The parts of fuzz/campaign that decide something, each on a small example: as TAP. What engines say was recorded from them, in the
files beside this one.
"""
import argparse
import contextlib
import io
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = Path(os.environ.get('TOP_SRCDIR') or HERE.parents[1]).resolve()
SCRATCH = tempfile.TemporaryDirectory()
os.environ['FLUXO_CAMPAIGN'] = SCRATCH.name
sys.path.insert(0, str(TOP / 'fuzz/campaign'))

import corpus  # noqa: E402
import cover  # noqa: E402
import engines  # noqa: E402
import ledger  # noqa: E402
import machines  # noqa: E402
import plan  # noqa: E402
import runner  # noqa: E402
import screen  # noqa: E402
import state  # noqa: E402
import triage  # noqa: E402
from tree import Trouble, run  # noqa: E402

NAMES = ['request', 'response', 'split']


def recorded(name):
    return (HERE / name).read_text()


def names_of(roles):
    return [role.name for role in roles]


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f'got {got!r}, not {wanted!r}')


# ---- Planning ----

def two_cores_begin_with_the_quick_build_and_the_main_of_afl():
    harness, roles = plan.nth_turn(0, NAMES, 2, plan.LIBFUZZER_ROLES, plan.AFL_ROLES)
    equal((harness, names_of(roles)), ('request', ['guard', 'afl-lto']))


def each_harness_has_its_turn_before_the_roles_change():
    turns = [plan.nth_turn(number, NAMES, 2, plan.LIBFUZZER_ROLES, plan.AFL_ROLES) for number in range(4)]
    equal([harness for harness, _ in turns], ['request', 'response', 'split', 'request'])
    equal([names_of(roles) for _, roles in turns[2:]], [['guard', 'afl-lto'], ['asan', 'afl-mutator']])


def every_role_has_its_round():
    for lanes, rounds in ((2, 5), (1, 10)):
        seen = [plan.choose_roles(lanes, number, plan.LIBFUZZER_ROLES, plan.AFL_ROLES) for number in range(rounds)]
        equal({name for roles in seen for name in names_of(roles)}, set(plan.ROLE))


def no_two_cores_do_the_same():
    for lanes in range(1, 20):
        roles = names_of(plan.choose_roles(lanes, 3, plan.LIBFUZZER_ROLES, plan.AFL_ROLES))
        equal(len(roles), len(set(roles)))
        equal(len(roles), min(lanes, len(plan.ROLE)))


def one_engine_has_all_cores_where_the_other_is_missing():
    equal(names_of(plan.choose_roles(3, 0, plan.LIBFUZZER_ROLES, [])), names_of(plan.LIBFUZZER_ROLES[:3]))
    equal(names_of(plan.choose_roles(2, 1, [], plan.AFL_ROLES)), names_of(plan.AFL_ROLES[1:3]))


def turns_fill_the_time():
    for total in (60, 3600, 6 * 3600, 24 * 3600):
        turns, each = plan.count_turns(total, len(NAMES)), plan.turn_seconds(total, len(NAMES))
        if not abs(turns * each - total) <= each or each > plan.MOST_TURN:
            raise AssertionError(f'{turns} turns of {each} s in {total} s')


def what_cannot_be_built_is_left_out_and_others_take_its_place():
    campaign = runner.Campaign(argparse.Namespace(jobs=2, role=[]))
    campaign.state = state.load()
    campaign.tables = [list(plan.LIBFUZZER_ROLES), list(plan.AFL_ROLES)]
    campaign.build_variants = lambda harness, roles: {'guard', 'afl-lto'} & {role.variant for role in roles}
    harness, roles = campaign.prepare_turn(0, NAMES)
    equal((harness, names_of(roles)), (NAMES[0], ['asan', 'afl-asan']))
    equal(campaign.is_building, False)
    campaign.build_variants = lambda harness, roles: {role.variant for role in roles}
    try:
        campaign.prepare_turn(0, NAMES)
    except Trouble:
        return
    raise AssertionError('nothing is left, and it goes on')


def times_are_read():
    equal([plan.read_seconds(text) for text in ('90', '90s', '15m', '6h', '1d')], [90, 90, 900, 21600, 86400])
    for wrong in ('', 'h', '0', '-1', '1.5h', '5w'):
        try:
            plan.read_seconds(wrong)
        except ValueError:
            continue
        raise AssertionError(f'{wrong!r} is no time')


# ---- What engines say ----

def the_log_of_libfuzzer_is_read():
    figures = engines.read_libfuzzer(recorded('libfuzzer.txt'))
    equal((figures.executions, figures.edges, figures.features, figures.corpus), (46546, 1543, 6154, 1218))
    equal((figures.rate, figures.new), (4230, 8))


def a_log_that_has_just_begun_is_read():
    equal(engines.read_libfuzzer(''), engines.Figures())
    equal(engines.read_libfuzzer('INFO: Seed: 1\n#2\tINITED exec/s: 0 rss: 28Mb\n').executions, 2)


def the_files_of_afl_are_read():
    plot, stats = engines.read_afl_plot(recorded('afl-plot.txt')), engines.read_afl_stats(recorded('afl-stats.txt'))
    equal((plot.executions, plot.rate, plot.edges, plot.corpus), (90052, 15890.17, 760, 368))
    equal((stats.executions, stats.edges, stats.new), (90052, 760, 367))
    equal(engines.read_afl_plot('# relative_time, total_execs\n5, '), engines.Figures())
    equal(engines.read_afl_plot(''), engines.Figures())
    equal(engines.read_afl_stats('execs_done : 7\nexecs_per_sec     : inf\n').rate, 0)


def why_afl_gave_up_is_read():
    equal(engines.read_afl_abort(recorded('afl-abort.txt'))[:22], "Unable to open 'build/")
    equal(engines.read_afl_abort('[-] PROGRAM ABORT : no good\n    Stop location : main\n'), 'no good')
    equal(engines.read_afl_abort(''), 'it says nothing')


# ---- Buckets ----

def an_oracle_names_the_bucket():
    verdict = triage.read_verdict(recorded('oracle.txt'))
    equal((verdict.kind, verdict.bucket), ('prefix', 'prefix < check_refusal'))
    equal(triage.file_name(7, verdict), '007-prefix-nothing-can-follow-and-it-is-not-refused')


def a_sanitizer_names_the_bucket():
    equal(triage.read_verdict(recorded('address.txt')).bucket, 'heap-buffer-overflow < read_past')
    equal(triage.read_verdict(recorded('undefined.txt')).bucket, 'undefined-behaviour < overflow')
    equal(triage.read_verdict(recorded('guard-page.txt')).bucket, 'segv < fluxo_mark_chunk_ext < fluxo_run_chunked < run_machine')


def an_input_that_does_not_end_is_a_timeout():
    equal(triage.read_verdict(recorded('timeout.txt')).bucket, 'timeout')


def what_passes_has_no_bucket():
    equal(triage.read_verdict(recorded('libfuzzer.txt')), None)


def read_state(process):
    """A letter of proc(5); Z where it has ended and nobody has waited for it, and where somebody has."""
    try:
        with open(f'/proc/{process}/stat', encoding='utf-8') as file:
            return file.read().rpartition(')')[2].split()[0]
    except FileNotFoundError:
        return 'Z'


def a_minimiser_ends_with_its_children():
    note = Path(SCRATCH.name) / 'child'
    triage.attempt(['sh', '-c', f'sleep 60 & echo $! >{note}; wait'], 0.5)
    child, patience = int(note.read_text()), time.monotonic() + 10
    while read_state(child) != 'Z' and time.monotonic() < patience:
        time.sleep(0.05)  # killed it is, but it ends when it gets the processor
    equal(read_state(child), 'Z')


def a_bucket_in_the_tree_is_known():
    triage.REGRESS = Path(SCRATCH.name) / 'regress'
    bucket = triage.Bucket('request', 'guard', triage.read_verdict(recorded('oracle.txt')), [HERE / 'oracle.txt'])
    equal(triage.is_known(bucket), None)
    written = triage.write_finding(bucket, HERE / 'oracle.txt')
    equal((triage.is_known(bucket).name, triage.next_number('request'), triage.next_number('response')),
          (written.name + '.txt', 2, 1))
    other = triage.Bucket('request', 'guard', triage.read_verdict(recorded('undefined.txt')), [])
    equal(triage.is_known(other), None)


# ---- Corpora ----

def write_artifact(part):
    """As libFuzzer does when something breaks."""
    shutil.copyfile(HERE / 'oracle.txt', part.artifacts / f'crash-{engines.hash_of(HERE / "oracle.txt")}')


def a_finding_leaves_the_corpus():
    shared = corpus.SHARED / 'request'
    part = engines.LibFuzzerPart(plan.ROLE['guard'], 'request', shared, 1)
    equal(corpus.take_up([HERE / 'oracle.txt', HERE / 'oracle.txt'], shared), 1)
    write_artifact(part)
    names = corpus.keep_findings(part.harvest_findings(), 'request')
    equal((len(names), list(shared.iterdir())), (1, []))
    write_artifact(part)
    equal(corpus.keep_findings(part.harvest_findings(), 'request'), [])
    equal(corpus.take_up([HERE / 'oracle.txt'], shared), 0)


def what_passes_is_told_again_only_if_it_breaks_again():
    part = engines.LibFuzzerPart(plan.ROLE['guard'], 'response', corpus.SHARED / 'response', 1)
    write_artifact(part)
    names = corpus.keep_findings(part.harvest_findings(), 'response')
    with contextlib.redirect_stdout(io.StringIO()):
        triage.forget([corpus.FINDINGS / 'response' / name for name in names], 'response')
    equal(corpus.keep_findings(part.harvest_findings(), 'response'), [])
    write_artifact(part)
    equal(corpus.keep_findings(part.harvest_findings(), 'response'), names)


def the_largest_go_first():
    folder = Path(SCRATCH.name) / 'cut'
    folder.mkdir()
    for size in (10, 20, 400):
        (folder / f'of-{size}').write_bytes(bytes(size))
    equal(corpus.cut_to_size(folder, 100), 1)
    equal(sorted(path.name for path in folder.iterdir()), ['of-10', 'of-20'])


# ---- Ledger and state ----

def rows_of_one_kind_add_up():
    path = Path(SCRATCH.name) / 'ledger.tsv'
    for executions, edges in ((100, 7), (50, 9)):
        ledger.add(path, ledger.Row('abc', 'request', 'afl', 'afl-lto', 5, executions, edges, 0, 0))
    ledger.add(path, ledger.Row('abc', 'request', 'libfuzzer', 'guard', 5, 1, 1, 1, 1))
    rows = ledger.read(path)
    equal([(row.seconds, row.executions, row.edges) for row in rows], [(10, 150, 9), (5, 1, 1)])
    equal(ledger.total_by_harness(rows), {'request': 151})


def one_campaign_has_the_tree():
    equal(state.running_pid(), None)
    place = state.take_place()
    equal(state.running_pid(), os.getpid())
    try:
        state.take_place()
    except Trouble:
        place.close()
        equal(state.running_pid(), None)
        return
    raise AssertionError('a second one has begun')


def what_takes_too_long_is_asked_to_end():
    told = Path(SCRATCH.name) / 'told'
    try:
        run(['sh', '-c', f'trap "echo asked >{told}; exit 1" TERM; sleep 2 & wait'], timeout=0.5)
    except Trouble:
        equal(told.read_text(), 'asked\n')
        return
    raise AssertionError('it has ended by itself')


def a_build_is_left_at_once_and_a_turn_in_order():
    campaign = runner.Campaign(argparse.Namespace(jobs=1))
    try:
        campaign.ask_to_stop(0, None)
        raise AssertionError('the build goes on')
    except runner.Stopped:
        campaign.asked_to_stop, campaign.is_building = False, False
    campaign.ask_to_stop(0, None)
    equal(campaign.asked_to_stop, True)


def a_campaign_that_builds_is_shown():
    equal(screen.head_line(dict(state.load(), prepares=True)).split(':')[0], 'fluxo campaign prepares')


def a_campaign_that_has_not_begun_is_shown():
    equal(screen.render(state.load()).splitlines()[0], 'fluxo campaign stands still: 0 s, 0 executions, 0 findings')


# ---- Machines, and what is excluded ----

def a_machine_is_read_as_ragel_lists_it():
    machine = machines.read_machine(TOP / 'parser/chunked.rl')
    equal((machine.name, list(machine.entries)), ('fluxo_chunked', ['main']))
    nothing = machines.judge(machine, set())
    equal((len(nothing.states), len(nothing.transitions)), (len(machine.states), len(machine.transitions)))
    everything = machines.judge(machine, {(state, octet) for state in machine.states for octet in range(256)})
    equal((everything.states, everything.transitions, everything.ranges), (set(), [], 0))
    equal(list(machines.gap_lines(everything)), [])


def a_step_covers_its_transition_and_both_states():
    machine = machines.read_machine(TOP / 'parser/chunked.rl')
    start = machine.entries['main']
    covered = machines.judge(machine, {(start, ord('7'))})
    equal((len(machine.states) - len(covered.states), len(machine.transitions) - len(covered.transitions)), (2, 1))


def a_copy_of_a_header_counts_for_all():
    here = [[3, 5, 3, 9, 0, 4, 1, 0, 4], [3, 5, 3, 9, 2, 0, 2, 0, 4]]
    file = {'branches': here, 'expansions': []}
    equal(list(cover.find_branches({'filename': 'a.h', **file})), [(3, '', [2, 4])])
    equal(list(cover.find_branches({'filename': 'a.c', **file})), [(3, '', [0, 4]), (3, '', [2, 0])])


def a_branch_in_a_table_is_named_by_its_row():
    table = TOP / 'parser/fluxo/fields.def'
    line = next(number for number, row in enumerate(table.read_text().splitlines(), 1) if row.startswith('FIELD(HOST,'))
    expansion = {'filenames': ['a.c', str(table), 'a.c', 'a.c'], 'branches': [[9, 1, 9, 5, 0, 7, 3, 0, 4]],
                 'target_regions': [[7, 1, 7, 2, 0, 0, 1, 1], [line, 1, line, 6, 0, 1, 2, 1], [8, 1, 8, 6, 0, 2, 3, 1]]}
    file = {'filename': 'a.c', 'branches': [], 'expansions': [expansion]}
    equal(list(cover.find_branches(file)), [(9, 'FIELD(HOST)', [0, 7])])


def an_exclusion_has_a_reason_and_a_gap():
    gaps = [('line parser/a.c return;', 'line 3: never reached'), ('state m "x"', 'never entered')]
    rest, excluded = cover.split_gaps(gaps, {'state m "x"': 'why'})
    equal((rest, excluded), (gaps[:1], 1))
    equal(cover.find_unused(gaps, {'state m "y"': 'why', 'line b': 'why'}, ['state']), ['state m "y"'])
    cover.EXCLUDED = Path(SCRATCH.name) / 'excluded.txt'
    cover.EXCLUDED.write_text('state m "x"\n')
    try:
        cover.read_exclusions()
    except Trouble:
        return
    raise AssertionError('a line without a reason was read')


HELPERS = (recorded, names_of, equal, read_state, write_artifact)
TRIALS = [value for value in list(globals().values()) if getattr(value, '__module__', '') == __name__ and value not in HELPERS]


def main():
    failed = 0
    for number, trial in enumerate(TRIALS, 1):
        words = trial.__name__.replace('_', ' ')
        try:
            trial()
            print(f'ok {number} - {words}')
        except Exception as wrong:  # whatever it is, the others are tried too
            failed += 1
            print(f'not ok {number} - {words}\n# {type(wrong).__name__}: {wrong}')
    print(f'1..{len(TRIALS)}')
    return 1 if failed else 0


if __name__ == '__main__':
    with SCRATCH:
        sys.exit(main())
