# SPDX-License-Identifier: MIT
"""
Texts that lead into every state of the machines, over every transition, and what each octet means there.

    python3 -B tests/walk             writes tests/walk/*.txt, which tests/walk.c gives to the library
    python3 -B tests/walk --check     says, as TAP, whether the files are what would be written

How this works

A machine is what `ragel -x` lists of it. A way is one public call that leads into a machine; its reader knows where the machine
begins, which octets cannot come that way, and those few actions that steer or refuse, which are C and in no list. From the
beginning every transition is gone over once: the text so far is one that is written. After each text each of the 256 octets is
tried, and what comes of it is one of

    final    the text may end there
    more     it may not
    judged   it is refused as a whole, at its first octet, when it ends there or before
    left     it cannot come this way, or ends the text
    refused  at that octet: all that are not named

Texts that stand together have led to the same place: whatever follows means the same after each of them. A line with a plus is
what makes each of them final, where that is to be had.
Each leniency is on, but for the one with which nobody looks at Host.
"""
import re
import sys
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / 'fuzz/campaign'))
import machines  # noqa: E402

BLANKS, LINE_ENDS = frozenset(b' \t'), frozenset(b'\r\n')
TELLING = frozenset(b'"\\,%')  # what means another thing elsewhere is tried where it means nothing
IN_TARGETS = frozenset([*range(0x21, 0x7F), *range(0x80, 0x100)])  # VCHAR and obs-text
OUTCOMES = 'final', 'more', 'judged', 'left'
REFUSED = None
AUTHORITY = re.compile(rb'(\[[^]]*\]?|[^:]*)(:(\d*))?[ \t]*', re.S)


def in_order_of_taste(octet):
    """What reads well; but first what begins a target that may hold most octets, and the size of a chunk that is one octet."""
    return octet not in b'1/', not (chr(octet).isalnum() and octet < 128), not 32 < octet < 127, octet


ORDER = sorted(range(256), key=in_order_of_taste)


@dataclass(frozen=True)
class Place:
    """Where a reader stands."""
    state: int | None
    text: bytes = b''
    notes: object = None
    judged: bool = False


# ---- Readers ----

class Reader:
    """Of a machine that has no action which steers."""
    machine: machines.Machine
    left = left_first = frozenset()  # the octets that are left; those as the first
    may_be_empty = True
    stops_at_final = False  # a message is complete

    def __init__(self, entry='main'):
        self.entry = entry

    def learn(self, machine):
        self.machine, self.steps = machine, {state: {} for state in machine.states}
        self.at_end = {way.state: way.actions for way in machine.ends}
        for way in machine.transitions:
            if way.target:
                self.steps[way.state].update(dict.fromkeys(way.octets, way))
        return self

    def begin(self):
        return Place(self.machine.entries[self.entry])

    def is_left(self, place, octet):
        return octet in self.left or (not place.text and octet in self.left_first)

    def act(self, _action, place, _octet):
        """The place after it, or REFUSED."""
        return place

    def act_all(self, actions, place, octet):
        for action in actions:
            place = place and self.act(action, place, octet)
        return place

    def step(self, place, octet):
        way = self.steps[place.state].get(octet)
        if not way:
            return REFUSED
        return self.act_all(way.actions, replace(place, state=way.target, text=place.text + bytes([octet])), octet)

    def end(self, place):
        if not place.text and not self.may_be_empty:
            return 'left'
        place = self.act_all(self.at_end.get(place.state, ()), place, None)
        if place.judged:
            return 'judged'
        return self.judge(place) if place.state in self.machine.finals else 'more'

    def judge(self, _place):
        return 'final'

    def remember(self, place):
        """What a place is but for its state and its text."""
        return place.notes

    def find_outcome(self, place, octet):
        """And the place, if texts may go on from there."""
        if self.is_left(place, octet):
            return 'left', None
        after = self.step(place, octet)
        if not after:
            return ('judged' if place.judged else 'refused'), None
        return self.end(after), None if self.stops_at_final and after.state in self.machine.finals else after


class TargetReader(Reader):
    """The machines of target.rl and split.rl. The method and the first octet choose the entry."""
    is_judged = True

    def __init__(self, method):
        super().__init__()
        self.method = method

    def begin(self):
        return Place(self.machine.entries['in_authority' if self.method in ('CONNECT', 'Host') else 'in_absolute'])

    def choose_entry(self, octet):
        if self.method not in ('CONNECT', 'Host'):
            return {ord('/'): 'in_origin', ord('*'): 'in_asterisk'}.get(octet, 'in_absolute')
        return 'in_authority'

    def step(self, place, octet):
        if not place.text:
            place = replace(place, state=self.machine.entries[self.choose_entry(octet)])
        return super().step(place, octet)

    def act(self, action, place, octet):
        if action == 'begin_authority':
            return replace(place, state=self.machine.entries['in_authority'], notes=len(place.text))
        if action == 'require_absolute_form' and place.notes is None:
            return REFUSED
        if action == 'begin_path':
            return super().step(replace(place, state=self.machine.entries['in_path'], text=place.text[:-1]), octet)
        return place

    def find_authority(self, place):
        """Of a target that is one."""
        if place.notes is not None:
            return re.split(rb'[/?]', place.text[place.notes:])[0]
        return place.text if self.method in ('CONNECT', 'Host') else None

    def take_apart(self, place):
        """Host, port with its colon, and its digits; nothing where they do not matter."""
        authority = self.find_authority(place) if self.is_judged else None
        return None if authority is None else AUTHORITY.match(authority).groups()

    def remember(self, place):
        host, *port = self.take_apart(place) or (None,)
        return place.notes is None, bool(host), port

    def judge(self, place):
        apart = self.take_apart(place)
        if not apart:
            return 'final'
        host, colon, digits = apart
        is_valid = (host or (self.method == 'Host' and not colon)) and (not digits or 0 < int(digits) <= 65535)
        return 'final' if is_valid and (digits or self.method != 'CONNECT') else 'judged'


class RequestTargetReader(TargetReader):
    """In a request-line, of a parser that takes any authority."""
    left = frozenset(range(256)) - IN_TARGETS
    may_be_empty = is_judged = False


class HostReader(TargetReader):
    """In a field line."""
    left, left_first = LINE_ENDS, BLANKS


class ValueReader(Reader):
    """The machine of value.rl, in a field line."""
    left, left_first = LINE_ENDS, BLANKS


class LengthReader(ValueReader):
    """The notes are the length before and the digits of this one."""

    def act(self, action, place, octet):
        before, digits = place.notes or (None, '')
        if action == 'add_length_digit':
            return replace(place, notes=(before, digits + chr(octet)))
        if action == 'end_length':
            return replace(place, notes=(int(digits), ''), judged=place.judged or before not in (None, int(digits)))
        return place


class CodingReader(ValueReader):
    """The notes are whether chunked has come."""

    def __init__(self, entry, is_response):
        super().__init__(entry)
        self.is_response = is_response

    def act(self, action, place, octet):
        refused = action in ('refuse_identity', 'refuse_parameter') or (action == 'see_unknown_coding' and not self.is_response)
        if action in ('see_chunked', 'see_known_coding', 'see_unknown_coding') and place.notes:
            refused = refused or action == 'see_chunked' or not self.is_response
        return replace(place, notes=place.notes or action == 'see_chunked', judged=place.judged or refused)


class OptionReader(ValueReader):
    """Nothing is refused; a value is final if it says `sees`, and not `unless`. The notes are what it has said."""

    def __init__(self, entry, sees, unless=None):
        super().__init__(entry)
        self.sees, self.unless = sees, unless

    def act(self, action, place, octet):
        return replace(place, notes=(place.notes or frozenset()) | {action})

    def judge(self, place):
        said = place.notes or frozenset()
        return 'final' if self.sees in said and self.unless not in said else 'more'


class MessageReader(Reader):
    """The notes are a place in the request-target."""
    stops_at_final = True

    def __init__(self, is_request, target=None):
        super().__init__()
        self.is_request, self.target = is_request, target

    def step(self, place, octet):
        after = super().step(place, octet)
        if not after or not self.target:
            return after
        actions = self.steps[place.state][octet].actions
        if 'end_target' in actions:
            return replace(after, notes=None) if self.target.end(place.notes) == 'final' else REFUSED
        in_target = self.target.begin() if 'mark_target' in actions else place.notes
        if not in_target:
            return after
        in_target = self.target.step(in_target, octet)
        return in_target and replace(after, notes=in_target)

    def remember(self, place):
        return place.notes and place.notes.state

    def act(self, action, place, octet):
        never = self.is_request and action == 'require_space_before_colon'  # RFC 9112 5.1: never in a request
        return REFUSED if never else place


class ChunkReader(MessageReader):
    """The notes are the size of the chunk; in its data, in a tuple, how many octets are to come."""

    def step(self, place, octet):
        left = place.notes[0] if isinstance(place.notes, tuple) else 0
        if left > 1:
            return replace(place, text=place.text + bytes([octet]), notes=(left - 1,))
        return super().step(replace(place, notes=None) if left else place, octet)

    def remember(self, place):
        return place.notes

    def act(self, action, place, octet):
        if action == 'mark_chunk_size':
            return replace(place, notes=0)
        if action == 'add_chunk_digit':
            return replace(place, notes=place.notes * 16 + int(chr(octet), 16))
        if action == 'emit_chunk':
            return replace(place, notes=(place.notes,) if place.notes else None)
        return super().act(action, place, octet)


# ---- Ways ----

READINGS = re.findall(r'^READING\((\w+), +(\w+)', (machines.TOP / 'stream/fluxo/readings.def').read_text(), re.M)


def find_ways(known):
    """Of each file the machine's name, and its ways."""
    target = RequestTargetReader('GET').learn(known['fluxo_target'])
    return {
        'request': ('fluxo_request', {'request': MessageReader(is_request=True, target=target)}),
        'response': ('fluxo_response', {'response': MessageReader(is_request=False)}),
        'chunked': ('fluxo_chunked', {
            'of a request': ChunkReader(is_request=True),
            'of a response': ChunkReader(is_request=False)}),
        'target': ('fluxo_target', {
            'GET': RequestTargetReader('GET'),
            'CONNECT': RequestTargetReader('CONNECT'),
            'Host': HostReader('Host')}),
        'value': ('fluxo_value', {
            'Content-Length': LengthReader('content_length'),
            'Transfer-Encoding of a request': CodingReader('transfer_encoding', is_response=False),
            'Transfer-Encoding of a response': CodingReader('transfer_encoding', is_response=True),
            'Connection: close': OptionReader('connection', 'see_close'),
            'Connection: keep-alive': OptionReader('connection', 'see_keep_alive', unless='see_close'),
            'Connection: upgrade': OptionReader('connection', 'see_upgrade'),
            'Expect: 100-continue': OptionReader('expect', 'see_100_continue')}),
        'list': ('fluxo_list', {name: Reader(f'in_{entry}') for name, entry in READINGS}),
        'split': ('fluxo_split', {method: TargetReader(method) for method in ('OPTIONS', 'CONNECT', 'Host')}),
        'decode': ('fluxo_decode', {name: Reader(f'in_{name}') for name in ('parameter_value', 'quoted_text', 'percent')}),
        'date': ('fluxo_date', {'date': Reader()}),
        'line': ('fluxo_line', {name: Reader(f'in_{name}') for name in ('name', 'value', 'reason')}),
    }


# ---- Texts ----

class Walk:
    """The places behind each transition, the shortest first; and from each kind of place the shortest way to an end."""

    def __init__(self, reader):
        self.reader, self.places, self.ways, self.to_end = reader, [reader.begin()], [], {}
        queue, entered, gone = deque(self.places), {self.kind(self.places[0])}, set()
        while queue:
            place = queue.popleft()
            for octet, after in self.go_on(place):
                way = reader.steps[place.state].get(octet)
                key = self.kind(place), way.actions if way else octet, self.kind(after), octet in TELLING and octet
                if key not in gone:
                    gone.add(key)
                    self.places.append(after)
                    self.ways.append((self.kind(place), octet, self.kind(after)))
                if self.kind(after) not in entered:
                    entered.add(self.kind(after))
                    queue.append(after)
        self.find_ends()

    @staticmethod
    def kind(place):
        return place.state, place.judged

    def go_on(self, place):
        for octet in ORDER:
            outcome, after = self.reader.find_outcome(place, octet)
            if outcome == 'final':
                self.to_end.setdefault(self.kind(place), bytes([octet]))
            if after:
                yield octet, after

    def find_ends(self):
        is_longer = True
        while is_longer:
            longer = {}
            for before, octet, after in self.ways:
                if before not in self.to_end and after in self.to_end:
                    longer.setdefault(before, bytes([octet]) + self.to_end[after])
            self.to_end.update(longer)
            is_longer = bool(longer)

    def find_end(self, place):
        """None where what has come before the place stands in the way."""
        rest, outcome = self.to_end.get(self.kind(place), b''), None
        for octet in rest:
            outcome, place = self.reader.find_outcome(place, octet) if place else (None, None)
        return rest if outcome == 'final' else None


def show_octets(octets):
    words, rest = [], sorted(octets)
    while rest:
        first = last = rest.pop(0)
        while rest and rest[0] == last + 1:
            last = rest.pop(0)
        words.append(f'{first:02X}-{last:02X}' if last > first else f'{first:02X}')
    return ','.join(words)


def describe(reader, place):
    """What the end means there, and each octet."""
    outcomes = {outcome: [] for outcome in OUTCOMES + ('refused',)}
    for octet in range(256):
        outcomes[reader.find_outcome(place, octet)[0]].append(octet)
    sets = [f'{outcome}={show_octets(outcomes[outcome])}' for outcome in OUTCOMES if outcomes[outcome]]
    return ' '.join([f'end={reader.end(place)}', *sets])


def show_text(text):
    return ''.join('"' if octet == 0x22 else machines.show_octet(octet) for octet in text)


def write_way(name, reader):
    walk, groups = Walk(reader), {}
    for place in walk.places:
        key = place.state, place.judged, str(reader.remember(place)), describe(reader, place)
        groups.setdefault(key, []).append(place)
    yield f'\nway {name}'
    for (*_, described), places in groups.items():
        rest = walk.find_end(places[0])
        yield described
        yield from (f'    "{show_text(place.text)}"' for place in places)
        yield from () if rest is None else (f'  + "{show_text(rest)}"',)


def write_file(machine, ways):
    yield '# SPDX-License-Identifier: MIT'
    yield f'# Written by tests/walk from {machine.source}: how each text may go on.'
    for name, reader in ways.items():
        yield from write_way(name, reader.learn(machine))


def write_all():
    known = {machine.name: machine for machine in machines.find_machines()}
    return {HERE / f'{name}.txt': '\n'.join(write_file(known[machine], ways)) + '\n'
            for name, (machine, ways) in find_ways(known).items()}


def check(files):
    print(f'1..{len(files)}')
    status = 0
    for number, (path, text) in enumerate(files.items(), 1):
        is_fresh = path.exists() and path.read_text() == text
        print(f'{"ok" if is_fresh else "not ok"} {number} - {path.name} is what its machine says')
        status = status if is_fresh else 1
    if status:
        print('# python3 -B tests/walk writes them')
    return status


def main():
    files = write_all()
    if sys.argv[1:] == ['--check']:
        return check(files)
    for path, text in files.items():
        path.write_text(text)
    return 0


sys.exit(main())
