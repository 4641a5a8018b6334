# SPDX-License-Identifier: MIT
"""Regular languages over bytes.

How this works: an Nfa is a heap of states joined by bytes and by nothing; `determine` makes it a Dfa, whose rows say for each
state and byte what comes next, and whose state 0 is where nothing is accepted any more. Two of them are compared by walking
both at once from their starts, breadth first: the first pair in which they disagree gives a shortest witness. Bytes are tried
in an order that makes witnesses readable.
"""

from collections import deque, namedtuple

BYTES = range(256)
DEAD = 0

# Letters first, then digits, then what else is visible, then white space; a witness is the first in this order.
READABLE = sorted(BYTES, key=lambda byte: (
    not (0x61 <= byte <= 0x7A), not (0x41 <= byte <= 0x5A), not (0x30 <= byte <= 0x39), not (0x21 <= byte <= 0x7E), byte != 0x20, byte))

Dfa = namedtuple("Dfa", "rows start final")  # rows[state][byte] is a state; rows[DEAD] leads to DEAD


class Nfa:
    """States are numbers; a fragment is a pair of them, its way in and its way out."""

    def __init__(self):
        self.steps = []  # for each state: (set of bytes, next state)
        self.leaps = []  # for each state: next states for which no byte is needed

    def add_state(self):
        self.steps.append([])
        self.leaps.append([])
        return len(self.steps) - 1

    def add_fragment(self):
        return self.add_state(), self.add_state()

    def nothing(self):
        begin, end = self.add_fragment()
        self.leaps[begin].append(end)
        return begin, end

    def one_of(self, some_bytes):
        begin, end = self.add_fragment()
        self.steps[begin].append((frozenset(some_bytes), end))
        return begin, end

    def sequence(self, parts):
        begin, end = self.nothing()
        for first, last in parts:
            self.leaps[end].append(first)
            end = last
        return begin, end

    def choice(self, parts):
        begin, end = self.add_fragment()
        for first, last in parts:
            self.leaps[begin].append(first)
            self.leaps[last].append(end)
        return begin, end

    def any_number(self, part):
        begin, end = self.nothing()
        self.leaps[begin].append(part[0])
        self.leaps[part[1]].append(begin)
        return begin, end

    def copy_of(self, dfa):
        begin, end = self.add_fragment()
        places = [self.add_state() for _ in dfa.rows]
        self.leaps[begin].append(places[dfa.start])
        for state, row in enumerate(dfa.rows):
            for target, some_bytes in group_bytes(row).items():
                if target != DEAD:
                    self.steps[places[state]].append((some_bytes, places[target]))
            if state in dfa.final:
                self.leaps[places[state]].append(end)
        return begin, end


def group_bytes(row):
    groups = {}
    for byte in BYTES:
        groups.setdefault(row[byte], set()).add(byte)
    return {target: frozenset(some_bytes) for target, some_bytes in groups.items()}


def close_over(nfa, states):
    """The states, and those for which no byte more is needed."""
    reached, waiting = set(states), list(states)
    while waiting:
        for target in nfa.leaps[waiting.pop()]:
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return frozenset(reached)


def step_from(nfa, states):
    """For each byte the set of states that it leads to; bytes with one fate share one set."""
    fates = [frozenset()] * 256
    for state in states:
        for some_bytes, target in nfa.steps[state]:
            for byte in some_bytes:
                fates[byte] = fates[byte] | {target}
    return fates


def determine(nfa, fragment):
    """The smallest Dfa that accepts what leads through the fragment."""
    begin, end = fragment
    nowhere, first = frozenset(), close_over(nfa, [begin])
    numbers, order, rows, closures = {nowhere: DEAD, first: 1}, [nowhere, first], [], {nowhere: nowhere}
    for states in order:
        row = []
        for fate in step_from(nfa, states):
            if fate not in closures:
                closures[fate] = close_over(nfa, fate)
            target = closures[fate]
            if target not in numbers:
                numbers[target] = len(order)
                order.append(target)
            row.append(numbers[target])
        rows.append(row)
    return shrink(Dfa(rows, 1, {numbers[states] for states in order if end in states}))


def shrink(dfa):
    """The same language in as few states as can be: what behaves alike is one state."""
    classes = [int(state in dfa.final) for state in range(len(dfa.rows))]
    while True:
        seen, finer = {}, []
        for state, row in enumerate(dfa.rows):
            behaviour = (classes[state], tuple(classes[target] for target in row))
            finer.append(seen.setdefault(behaviour, len(seen)))
        if len(seen) == len(set(classes)):
            break
        classes = finer
    # State 0 comes first, so its class is 0 again.
    rows = {}
    for state, row in enumerate(dfa.rows):
        rows.setdefault(finer[state], [finer[target] for target in row])
    return Dfa([rows[number] for number in range(len(rows))], finer[dfa.start], {finer[state] for state in dfa.final})


def combine(left, right, wanted):
    """The Dfa of what is wanted, a function of being accepted left and right."""
    numbers, order, rows = {(DEAD, DEAD): DEAD}, [(DEAD, DEAD)], []
    start = numbers.setdefault((left.start, right.start), len(numbers))
    if start != DEAD:
        order.append((left.start, right.start))
    for one, other in order:
        row = []
        for pair in zip(left.rows[one], right.rows[other]):
            if pair not in numbers:
                numbers[pair] = len(order)
                order.append(pair)
            row.append(numbers[pair])
        rows.append(row)
    final = {numbers[pair] for pair in order if wanted(pair[0] in left.final, pair[1] in right.final)}
    return Dfa(rows, start, final)


def intersect(left, right):
    return combine(left, right, lambda in_left, in_right: in_left and in_right)


def find_extra(left, right):
    """A shortest string that left accepts and right refuses, or None: left is contained in right."""
    start = (left.start, right.start)
    came_from, waiting = {start: None}, deque([start])
    while waiting:
        pair = waiting.popleft()
        if pair[0] in left.final and pair[1] not in right.final:
            return spell_way(came_from, pair)
        row, other_row = left.rows[pair[0]], right.rows[pair[1]]
        for byte in READABLE:
            target = (row[byte], other_row[byte])
            if target[0] != DEAD and target not in came_from:
                came_from[target] = (pair, byte)
                waiting.append(target)
    return None


def spell_way(came_from, pair):
    way = bytearray()
    while came_from[pair]:
        pair, byte = came_from[pair]
        way.append(byte)
    return bytes(reversed(way))


def accepts(dfa, text):
    state = dfa.start
    for byte in text:
        state = dfa.rows[state][byte]
    return state in dfa.final


ANYTHING = Dfa([[DEAD] * 256, [1] * 256], 1, {1})
