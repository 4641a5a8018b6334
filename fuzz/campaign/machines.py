# SPDX-License-Identifier: MIT
"""
Which states and transitions of the machines a corpus goes through.

How this works

`ragel -x` lists a machine: for each state its ranges of octets, where they lead and which actions are done. The variant trace is
the same machine in table style, which notes each step as a state and an octet (traced-ragel, trace.h). A transition is what one
state does alike: the octets that lead to the same state with the same actions. A state is named by the shortest text that leads to
it, which outlives a change of the grammar better than its number.
"""
import os
import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tree import TOP, Trouble, ask

END = 256
ESCAPES = {9: '\\t', 10: '\\n', 13: '\\r', 34: '\\"', 92: '\\\\'}


def show_octet(octet):
    return ESCAPES.get(octet) or (chr(octet) if 32 <= octet < 127 else f'\\x{octet:02X}')


def show_alone(octet):
    return {END: 'end', 32: 'SP'}.get(octet) or show_octet(octet)


def show_octets(octets):
    """`a..z SP`; `end` for the end of the text."""
    words, rest = [], sorted(octets)
    while rest:
        first = last = rest.pop(0)
        while rest and rest[0] == last + 1 and rest[0] != END:
            last = rest.pop(0)
        words.append(show_alone(first) if first == last else f'{show_alone(first)}..{show_alone(last)}')
    return ' '.join(words)


@dataclass
class Transition:
    state: int
    target: int  # 0 is refusal
    actions: tuple
    octets: set = field(default_factory=set)
    ranges: list = field(default_factory=list)


@dataclass
class Machine:
    name: str
    source: str
    entries: dict
    states: list
    transitions: list
    finals: set
    ends: list  # transitions at the end of the text, in a machine that is told of it

    def examples(self):
        """The shortest text to each state, behind the name of its entry if there are several."""
        begins = {state: '' if len(self.entries) == 1 else f'{name}:' for name, state in self.entries.items()}
        examples, queue = dict(begins), deque(begins)
        ways = defaultdict(list)
        for transition in self.transitions:
            ways[transition.state].append(transition)
        while queue:
            state = queue.popleft()
            for way in sorted(ways[state], key=lambda way: choose_octet(way.octets)):
                if way.target and way.target not in examples:
                    examples[way.target] = examples[state] + show_octet(choose_octet(way.octets))
                    queue.append(way.target)
        return examples


def choose_octet(octets):
    """One that reads well."""
    return min(octets, key=lambda octet: (not (chr(octet).isalnum() and octet < 128), not 32 < octet < 127, octet))


# ---- From Ragel ----

def read_actions(machine):
    names = {action.get('id'): action.get('name') or f'line {action.get("line")}' for action in machine.iter('action')}
    tables = {table.get('id'): (table.text or '').split() for table in machine.iter('action_table')}
    return {table: tuple(names[number] for number in numbers) for table, numbers in tables.items()}


def read_state(state, tables):
    number, by_effect = int(state.get('id')), {}
    for item in state.iter('t'):
        low, high, target, table = item.text.split()
        effect = (0 if target == 'x' else int(target), tables.get(table, ()))
        transition = by_effect.setdefault(effect, Transition(number, *effect))
        transition.octets.update(range(int(low), int(high) + 1))
        transition.ranges.append((int(low), int(high)))
    ends = []
    for actions in state.iter('state_actions'):
        table = actions.text.split()[2]
        if table != 'x':
            ends.append(Transition(number, number, tables[table], {END}, [(END, END)]))
    return number, list(by_effect.values()), ends


def is_told_of_the_end(source):
    return not re.search(r'eof = NULL', source) and 'eof' in source


def read_entries(machine):
    """Where it may begin. A label inside main, which has that name in front of its own, is no beginning."""
    entries = {entry.get('name'): int(entry.text) for entry in machine.iterfind('entry_points/entry')}
    begins = {name: state for name, state in entries.items() if not name.startswith('main_')}
    return begins or {'main': int(machine.findtext('start_state'))}


def read_machine(path):
    ragel = os.environ.get('RAGEL') or 'ragel'
    text = ask([ragel, '-x', '-I', TOP / 'parser', path])
    if not text:
        raise Trouble(f'{ragel} -x cannot read {path}')
    root = ElementTree.fromstring(text)
    definition = root.find('ragel_def')
    machine = definition.find('machine')
    tables, states, transitions, ends = read_actions(machine), [], [], []
    error = machine.findtext('error_state')
    for item in machine.find('state_list'):
        number, ways, last = read_state(item, tables)
        if str(number) != error:
            states.append(number)
            transitions += ways
            ends += last
    entries = read_entries(machine)
    finals = {int(state.get('id')) for state in machine.iter('state') if state.get('final')}
    source = path.read_text()
    return Machine(definition.get('name'), str(path.relative_to(TOP)), entries, states, transitions, finals,
                   ends if is_told_of_the_end(source) else [])


def find_machines():
    """Those that are run: the others are parts of them."""
    paths = sorted((TOP / 'parser').glob('*.rl')) + sorted((TOP / 'stream').glob('*.rl'))
    return [read_machine(path) for path in paths if 'write exec' in path.read_text()]


# ---- From the trace ----

def read_trace(folder):
    """Of each machine the steps (state, octet) that any process took."""
    steps = defaultdict(set)
    for path in folder.iterdir() if folder.is_dir() else ():
        machine = path.name.rsplit('.', 1)[0]
        for line in path.read_text().splitlines():
            state, octet = line.split()
            steps[machine].add((int(state), int(octet)))
    return steps


@dataclass
class Covered:
    machine: Machine
    states: set  # those that were not entered
    transitions: list  # those that were not gone through
    ends: list
    ranges: int  # of all ranges of octets those that were not met


def judge(machine, steps):
    by_state = defaultdict(set)
    for state, octet in steps:
        by_state[state].add(octet)
    taken = [way for way in machine.transitions if way.octets & by_state[way.state]]
    entered = {state for state, _ in steps} | {way.target for way in taken}
    return Covered(machine, set(machine.states) - entered,
                   [way for way in machine.transitions if not way.octets & by_state[way.state]],
                   [way for way in machine.ends if END not in by_state[way.state]],
                   sum(not any(low <= octet <= high for octet in by_state[way.state])
                       for way in machine.transitions for low, high in way.ranges))


def gap_lines(covered):
    """(key, words) of what was not gone through. The key is what an exclusion names."""
    examples = covered.machine.examples()
    for state in sorted(covered.states):
        yield f'state {covered.machine.name} "{examples.get(state, state)}"', 'never entered'
    for way in covered.transitions + covered.ends:
        does = ', '.join(way.actions) or 'no action'
        leads = '' if way.octets == {END} else ' refused:' if not way.target else f' to "{examples.get(way.target, way.target)}":'
        where = f'"{examples.get(way.state, way.state)}" {show_octets(way.octets)}'
        yield f'transition {covered.machine.name} {where}', f'{leads} {does}'.strip()
