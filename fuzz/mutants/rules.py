# SPDX-License-Identifier: MIT
"""
What can be wrong in the rules of a Ragel file: each mutation of each definition, as another text of the file.

    edge      a bound of a class or of a count moved by one
    drop      an alternative left out
    swap      | for - or &, and so on; * for + or ?, and so on
    case      a literal that is any case's, in one case only
    action    an action left out
"""

import re
from dataclasses import dataclass

TOKEN = re.compile(r'''
    (?P<space>\s+|\#[^\n]*)
  | (?P<literal>"(?:\\.|[^"\\])*"i?|'(?:\\.|[^'\\])*'i?)
  | (?P<count>\{\d*,?\d*\})
  | (?P<hex>0x[0-9A-Fa-f]+)
  | (?P<action>[>@$%]!?[A-Za-z_]\w*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<dots>\.\.)
  | (?P<set>[|&-])
  | (?P<repeat>[*+?])
  | (?P<open>\()
  | (?P<close>\))
  | (?P<other>.)
''', re.X)

DEFINITION = re.compile(r'^    (?P<name>\w+)\s*:?=(?P<body>[^;]*(?:";"[^;]*)*);', re.M)
SETS = {'|': '-&', '&': '|-', '-': '|&'}
REPEATS = {'*': '+?', '+': '*?', '?': '*+'}


@dataclass
class Mutation:
    file: str
    rule: str
    line: int
    what: str
    text: str # of the whole file

    @property
    def key(self):
        return f'{self.file}: {self.rule}: {self.what}'

    @property
    def place(self):
        return f'{self.file}:{self.line}'


@dataclass
class Token:
    kind: str
    text: str
    begin: int
    end: int


def tokenise(text, begin, end):
    tokens, at = [], begin
    while at < end:
        found = TOKEN.match(text, at, end)
        if found.lastgroup != 'space':
            tokens.append(Token(found.lastgroup, found[0], at, found.end()))
        at = found.end()
    return tokens


def hide_comments(text):
    """The same length; a ; or " in a comment would end or begin something. A # in quotes begins no comment."""
    pattern = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*|/\*.*?\*/', re.S)
    return pattern.sub(lambda found: found[0] if found[0][0] in '"\'' else re.sub(r'[^\n]', ' ', found[0]), text)


def find_section(text):
    begin = text.index('%%{') + 3
    return begin, text.index('}%%', begin)


# ---- Mutations of one definition, as (begin, end, what stands there then) ----

def move_edges(tokens):
    for token in tokens:
        if token.kind == 'hex':
            value, width = int(token.text, 16), len(token.text) - 2
            for other in (value - 1, value + 1):
                if 0 <= other <= 0xFF:
                    yield token.begin, token.end, f'0x{other:0{width}X}'
        if token.kind == 'count':
            for found in re.finditer(r'\d+', token.text):
                for other in (int(found[0]) - 1, int(found[0]) + 1):
                    if other >= 0:
                        yield token.begin, token.end, token.text[:found.start()] + str(other) + token.text[found.end():]


def drop_alternatives(tokens):
    """At each depth the operands of a chain of |, & and -: one that a | joins can go, with that |."""
    for first, last in find_chains(tokens):
        cuts = [at for at in range(first, last) if tokens[at].kind == 'set' and depth_between(tokens, first, at) == 0]
        if not any(tokens[at].text == '|' for at in cuts):
            continue
        bounds = [first - 1, *cuts, last]
        for nth in range(len(bounds) - 1):
            before, after = bounds[nth], bounds[nth + 1]
            if nth and tokens[before].text == '|':
                yield tokens[before].begin, tokens[after - 1].end, ''
            elif not nth and after < last and tokens[after].text == '|':
                yield tokens[first].begin, tokens[after].end, ''


def find_chains(tokens):
    """The whole, and what stands in each pair of parentheses, as [first, last)."""
    yield 0, len(tokens)
    opened = []
    for at, token in enumerate(tokens):
        if token.kind == 'open':
            opened.append(at)
        elif token.kind == 'close':
            yield opened.pop() + 1, at


def depth_between(tokens, first, at):
    return sum((token.kind == 'open') - (token.kind == 'close') for token in tokens[first:at])


def swap_operators(tokens):
    for token in tokens:
        for other in SETS.get(token.text, '') if token.kind == 'set' else REPEATS.get(token.text, '') if token.kind == 'repeat' else '':
            yield token.begin, token.end, other


def fix_case(tokens):
    for token in tokens:
        if token.kind == 'literal' and token.text.endswith('i') and re.search('[A-Za-z]', token.text[:-1]):
            yield token.begin, token.end, token.text[:-1]


def leave_actions_out(tokens):
    for token in tokens:
        if token.kind == 'action':
            yield token.begin, token.end, ''


KINDS = {'edge': move_edges, 'drop': drop_alternatives, 'swap': swap_operators, 'case': fix_case, 'action': leave_actions_out}


def shorten(text):
    text = ' '.join(text.split())
    return text if len(text) <= 60 else text[:40] + ' ... ' + text[-15:]


def find_mutations(file, text):
    begin, end = find_section(text)
    plain = hide_comments(text)
    found = []
    for definition in DEFINITION.finditer(plain, begin, end):
        tokens = tokenise(plain, definition.start('body'), definition.end('body'))
        if not tokens:
            continue
        seen = {}
        for kind, mutate in KINDS.items():
            for first, last, instead in mutate(tokens):
                what = f'{kind} {shorten(text[first:last])}' + (f' to {instead}' if instead else '')
                seen[what] = seen.get(what, 0) + 1
                what += f' (number {seen[what]})' if seen[what] > 1 else ''
                line = text.count('\n', 0, first) + 1
                found.append(Mutation(file, definition['name'], line, what, text[:first] + ' ' + instead + text[last:]))
    return found
