# SPDX-License-Identifier: MIT
"""
Who fuzzes what, and when.

How this works

Time goes in turns: in a turn all cores work on one harness and share its corpus; the next turn is the next harness's. A core is a
lane. Even lanes are libFuzzer's, odd ones AFL++'s, and both go down their tables of roles, a row further in each round (a round is
a turn of every harness). So round 0 on two cores is the first row of either table: the quick guard build with the mutator beside
the main AFL++ with LTO.
"""
from dataclasses import dataclass

SECOND, MINUTE, HOUR = 1, 60, 3600
LEAST_TURN, LONG_TURN, MOST_TURN = 5, 20, 10 * MINUTE  # less only starts; from LONG_TURN on a round more is worth it


@dataclass(frozen=True)
class Role:
    name: str
    engine: str  # libfuzzer or afl
    variant: str
    tells: str
    mutator: bool = True  # AFL++'s; libFuzzer has it in the harness
    longest: int = 1024  # input, in octets
    flags: tuple = ()
    beside: str = ''  # a second variant: what CMPLOG compares with


LIBFUZZER_ROLES = (
    Role('guard', 'libfuzzer', 'guard', 'quick, guard pages, mutator'),
    Role('asan', 'libfuzzer', 'asan', 'blocks of exact size, undefined behaviour', longest=512),
    Role('guard-long', 'libfuzzer', 'guard', 'long inputs, up to the limits', longest=20000, flags=('-len_control=0',)),
    Role('values', 'libfuzzer', 'values', 'values that come nearer to those they are compared with',
         flags=('-use_value_profile=1',)),
    Role('msan', 'libfuzzer', 'msan', 'bytes read before they are written', longest=512),
)
AFL_ROLES = (
    Role('afl-lto', 'afl', 'afl-lto', 'no edges that collide', mutator=False),
    Role('afl-mutator', 'afl', 'afl-lto', 'with our mutator'),
    Role('afl-asan', 'afl', 'afl-asan', 'blocks of exact size'),
    Role('afl-cmplog', 'afl', 'afl', 'values that are compared become input', mutator=False, beside='afl-cmplog'),
    Role('afl-laf', 'afl', 'afl-laf', 'comparisons taken apart', mutator=False),
)
ROLE = {role.name: role for role in LIBFUZZER_ROLES + AFL_ROLES}


def needed_variants(role):
    return [variant for variant in (role.variant, role.beside) if variant]


def choose_roles(lanes, number, libfuzzer, afl):
    """The roles of a round, a lane each. Two lanes of one engine begin on different rows. One core takes both tables in turn."""
    if not afl or not libfuzzer:
        table = libfuzzer or afl
        return [table[(number + lane) % len(table)] for lane in range(min(lanes, len(table)))]
    if lanes == 1:
        table = afl if number % 2 else libfuzzer
        return [table[number // 2 % len(table)]]
    roles = []
    for lane in range(lanes):
        table = afl if lane % 2 else libfuzzer
        roles.append(table[(number + lane // 2) % len(table)])
    return list(dict.fromkeys(roles))  # more lanes than roles: none does what another does


def turn_seconds(total, harnesses):
    """As many whole rounds as there are roles, if turns do not become too short or too long for that."""
    whole = total / (harnesses * len(AFL_ROLES))
    if whole < LONG_TURN:
        whole = min(LONG_TURN, total / harnesses)
    return max(LEAST_TURN, min(MOST_TURN, whole))


def nth_turn(number, harnesses, lanes, libfuzzer, afl):
    """The harness and the roles of a turn; turns are counted over all runs of a campaign."""
    return harnesses[number % len(harnesses)], choose_roles(lanes, number // len(harnesses), libfuzzer, afl)


def count_turns(total, harnesses):
    return max(1, round(total / turn_seconds(total, harnesses)))


def read_seconds(text):
    """90, 90s, 15m, 6h, 1d"""
    units = {'s': SECOND, 'm': MINUTE, 'h': HOUR, 'd': 24 * HOUR}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, SECOND)
    if not number.isdigit() or int(number) == 0:
        raise ValueError(f'not a time: {text} (90s, 15m, 6h)')
    return int(number) * unit
