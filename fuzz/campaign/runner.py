# SPDX-License-Identifier: MIT
"""
The word run: turn after turn until the time is over, somebody says stop, or a signal comes.

How this works

Every second the parts of the turn are looked at: figures are read, what an engine has found goes into the shared folder, and what
has broken something goes into findings/. At the end of a turn the figures become totals, and the state is on the disk, so that
the next run goes on with the next turn. A campaign that is killed loses the figures of its turn, and no input.
"""
import os
import shutil
import signal
import time

import corpus
import engines
import plan
import state as states
from screen import Screen
from tree import CAMPAIGN, Trouble, find_commit, now, number_of, say
from variants import VARIANT, build, list_harnesses

LOOK_SECONDS, SAVE_SECONDS = 1, 5
SAID_FINDINGS = 3  # of a part; the others are counted
CONTROL = 'control'  # has no oracle: for comparison, and left out unless it is named


class Stopped(Exception):
    """Somebody said stop while nothing was fuzzed, as in a build."""


class Campaign:
    def __init__(self, options):
        self.options, self.state, self.screen = options, None, Screen()
        self.jobs, self.commit, self.asked_to_stop = options.jobs, find_commit(), False
        self.is_building = True
        self.progress = CAMPAIGN / 'progress.tsv'

    # ---- Before ----

    def choose_harnesses(self):
        build('guard', [], self.jobs)
        there = list_harnesses(VARIANT['guard'].folder)
        wrong = [name for name in self.options.harness if name not in there]
        if wrong:
            raise Trouble(f'no such harness: {" ".join(wrong)}; there are {" ".join(there)}')
        return self.options.harness or [name for name in there if name != CONTROL]

    def choose_roles(self, table):
        wanted = self.options.role
        wrong = [name for name in wanted if name not in plan.ROLE]
        if wrong:
            raise Trouble(f'no such role: {" ".join(wrong)}; there are {" ".join(plan.ROLE)}')
        roles = [role for role in table if not wanted or role.name in wanted]
        if roles and roles[0].engine == 'afl' and not shutil.which('afl-fuzz'):
            self.leave_out('afl', 'afl-fuzz is not installed')
            return []
        return roles

    def leave_out(self, name, reason):
        say(f'{name} is left out: {reason}')
        self.state['left_out'][name] = str(reason)

    def choose_tables(self):
        self.state['left_out'] = {}
        self.tables = [self.choose_roles(table) for table in (plan.LIBFUZZER_ROLES, plan.AFL_ROLES)]

    def prepare_turn(self, number, harnesses):
        """The harness of a turn and its roles, built. What cannot be built is left out from then on, and others take its place."""
        self.is_building = True
        while any(self.tables):
            harness, roles = plan.nth_turn(number, harnesses, self.jobs, *self.tables)
            broken = self.build_variants(harness, roles)
            if not broken:
                self.is_building = False
                return harness, roles
            self.tables = [[role for role in table if not broken & set(plan.needed_variants(role))] for table in self.tables]
        raise Trouble('no engine is left')

    def build_variants(self, harness, roles):
        """Those that could not be built."""
        broken = set()
        for variant in {variant: True for role in roles for variant in plan.needed_variants(role)}:
            try:
                build(variant, [f'fuzz/{harness}'], self.jobs)
            except Trouble as trouble:
                self.leave_out(variant, trouble)
                broken.add(variant)
        return broken

    def make_helpers(self):
        """The seeds, the dictionary, and the mutator as AFL++ wants it."""
        folder = VARIANT['guard'].folder
        build('guard', ['fuzz-seeds', 'fuzz/http1.dict', 'fuzz/mutate.so'], self.jobs)
        return folder / 'fuzz/http1.dict', folder / 'fuzz/mutate.so'

    # ---- A turn ----

    def start_parts(self, harness, roles, seconds):
        shared = corpus.fill_shared(harness)
        seeds = self.seeds_for_afl(harness, shared)
        shutil.rmtree(CAMPAIGN / 'afl' / harness, ignore_errors=True)
        parts, is_main = [], True
        for role in roles:
            part = engines.start_part(role, harness, shared, seconds, self.library, is_main)
            part.start(self.dictionary, seeds)
            is_main = is_main and role.engine != 'afl'
            parts.append(part)
        return parts

    def seeds_for_afl(self, harness, shared):
        """A copy that nobody changes while AFL++ reads it."""
        seeds = CAMPAIGN / 'afl-seeds' / harness
        shutil.rmtree(seeds, ignore_errors=True)
        seeds.mkdir(parents=True)
        for path in corpus.inputs_in(shared):
            try:
                os.link(path, seeds / path.name)
            except FileNotFoundError:
                continue
        return seeds

    def collect(self, part):
        part.update()
        corpus.take_up(part.harvest_inputs(), corpus.SHARED / part.harness)
        for name in corpus.keep_findings(part.harvest_findings(), part.harness):
            self.state['findings'][name] = {'harness': part.harness, 'role': part.role.name, 'time': now(), 'commit': self.commit}
            part.findings += 1
            if part.findings <= SAID_FINDINGS:
                say(f'{part.harness}, {part.role.name}: a finding, {name}')

    def row_of(self, part):
        figures = part.figures
        new = time.time() - (time.monotonic() - part.last_new)
        return {'role': part.role.name, 'seconds': round(min(time.monotonic(), part.ends) - part.began), 'rate': figures.rate,
                'executions': figures.executions, 'edges': figures.edges, 'features': figures.features, 'corpus': figures.corpus,
                'new': figures.new, 'findings': part.findings, 'trouble': part.trouble,
                'last_new': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(new))}

    def note_progress(self, harness, parts):
        """A line for the plots of the report."""
        is_new = not self.progress.exists()
        with open(self.progress, 'a', encoding='utf-8') as file:
            if is_new:
                file.write('time\tharness\trole\texecutions\tedges\tfeatures\tcorpus\n')
            for part in parts:
                figures = part.figures
                file.write(f'{time.time():.0f}\t{harness}\t{part.role.name}\t{figures.executions}\t{figures.edges}\t'
                           f'{figures.features}\t{figures.corpus}\n')

    def take_turn(self, number, harness, roles, seconds, last):
        if any(role.engine == 'libfuzzer' and role.variant == 'guard' for role in roles):
            corpus.tidy_shared(harness, 'guard')
        parts = self.start_parts(harness, roles, seconds)
        live = {'number': number, 'last': last, 'harness': harness, 'ends': time.time() + seconds, 'began': time.time()}
        try:
            self.watch(live, parts, time.monotonic() + seconds)
        finally:
            self.end_turn(harness, parts, live['began'])

    def watch(self, live, parts, ends):
        saved = 0
        while not self.asked_to_stop and time.monotonic() < ends and any(part.is_running() for part in parts):
            time.sleep(LOOK_SECONDS)
            for part in parts:
                part.keep_up(self.dictionary, CAMPAIGN / 'afl-seeds' / part.harness)
                self.collect(part)
            self.state['live'] = dict(live, parts=[self.row_of(part) for part in parts])
            self.screen.show(self.state)
            if time.monotonic() - saved >= SAVE_SECONDS:
                saved = time.monotonic()
                states.save(self.state)
                self.note_progress(live['harness'], parts)

    def end_turn(self, harness, parts, began):
        for part in parts:
            part.ask_to_stop()
        for part in parts:
            part.stop()
            self.collect(part)
            if not part.figures.executions and not part.trouble:
                part.trouble = 'the turn ended before it was through with the seeds'
            row = self.row_of(part)
            states.add_part(self.state, harness, part.role.name, row)
            states.note_in_ledger(self.commit, part, row)
            if part.trouble:
                say(f'{harness}, {part.role.name}: {part.trouble}')
        self.note_progress(harness, parts)
        shutil.rmtree(CAMPAIGN / 'afl' / harness, ignore_errors=True)
        shutil.rmtree(CAMPAIGN / 'afl-seeds' / harness, ignore_errors=True)
        self.state['turn'] += 1
        self.state['seconds'] += round(time.time() - began)
        self.state['live'] = None
        states.save(self.state)

    # ---- All ----

    def run(self):
        place = states.take_place()
        self.state = states.load()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask_to_stop)
        try:
            self.run_turns()
        except Stopped:
            say('stopped while it was building')
        finally:
            self.state['live'] = None
            states.save(self.state)
            place.close()
        self.screen.close(self.state)
        if self.state['findings']:
            say(f'findings are in {corpus.FINDINGS}; ./dev campaign triage sorts and minimises them')
        return 1 if self.state['findings'] else 0

    def run_turns(self):
        harnesses = self.choose_harnesses()
        self.choose_tables()
        self.dictionary, self.library = self.make_helpers()
        first, ends = self.state['turn'], time.monotonic() + self.options.time
        count = plan.count_turns(self.options.time, len(harnesses))
        each = plan.turn_seconds(self.options.time, len(harnesses))
        say(f'{number_of(count, "turn")} of {each:.0f} s, from turn {first} on; {number_of(self.jobs, "core")}, {len(harnesses)} harness{"" if len(harnesses) == 1 else "es"}; in {CAMPAIGN}')
        turned = {harnesses[number % len(harnesses)] for number in range(first, first + count)}
        waiting = [name for name in harnesses if name not in turned]
        if waiting:
            say(f'no time for {", ".join(waiting)}: the next run goes on there')
        self.screen.begin()
        for number in range(count):
            harness, roles = self.prepare_turn(first + number, harnesses)
            seconds = (ends - time.monotonic()) / (count - number)  # what comes between turns, builds above all, is shared by them
            if self.asked_to_stop or seconds < 1:
                break
            self.take_turn(first + number, harness, roles, seconds, first + count - 1)

    def ask_to_stop(self, _number, _frame):
        if self.is_building and not self.asked_to_stop:
            self.asked_to_stop = True
            raise Stopped
        self.asked_to_stop = True


def stop(_options):
    pid = states.running_pid()
    if not pid:
        print('no campaign runs here')
        return 0
    os.kill(pid, signal.SIGTERM)
    for _ in range(300):
        if not states.running_pid():
            print('stopped; run goes on where it was')
            return 0
        time.sleep(0.1)
    raise Trouble(f'process {pid} has not ended in 30 s')
