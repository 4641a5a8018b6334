# SPDX-License-Identifier: MIT
"""Reads ABNF (RFC 5234, with RFC 7405's %s) as published, and makes automata of its rules.

How this works: each file is a Book of rules, parsed into nested tuples. A name is looked up in its own book, then in the core
rules. A prose value like <host, see [URI], Section 3.2.2> is the rule of that name in the book that the bracket stands for.
Each rule becomes a Dfa once; where a rule refers to another, that Dfa is copied in.
"""

import glob
import os
import re

from regular import Nfa, determine

CORE = "5234"
BOOKS = {"[URI]": "3986", "[HTTP]": "9110"}  # what prose values call them, and the RFC whose ABNF that is

TOKEN = re.compile(r"""
      (?P<comment>;[^\n]*) | (?P<space>[ \t\r]+) | (?P<line>\n+(?=[ \t]))
    | (?P<new_rule>\n+) | (?P<defined>=/|=) | (?P<mark>[/()\[\]])
    | (?P<repeat>\d*\*\d*|\d+) | (?P<text>(?:%[si])?"[^"\n]*") | (?P<code>%[bdx][0-9A-F]+(?:-[0-9A-F]+|(?:\.[0-9A-F]+)+)?)
    | (?P<prose><[^>\n]*>) | (?P<name>[A-Za-z][A-Za-z0-9-]*)
""", re.VERBOSE | re.IGNORECASE)
PROSE = re.compile(r"<(?P<name>[A-Za-z][A-Za-z0-9-]*)(?:,\s*see\s+(?P<book>\[[^\]]+\])[^>]*)?>")


class NotRegular(Exception):
    """A rule that refers to itself, or to what is in no book."""


def cut_tokens(text):
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise SyntaxError("not ABNF: %r" % text[at:at + 40])
        at = match.end()
        if match.lastgroup not in ("comment", "space", "line"):
            yield match.lastgroup, match.group()


class Reader:
    """Tokens to rules, one method for each construct of RFC 5234, section 4."""

    def __init__(self, text):
        self.tokens = list(cut_tokens("\n" + text)) + [("end", "")]
        self.at = 0

    def peek(self):
        return self.tokens[self.at]

    def take(self, kind, value=None):
        token = self.peek()
        if token[0] != kind or (value and token[1] != value):
            raise SyntaxError("expected %s, found %r" % (value or kind, token[1]))
        self.at += 1
        return token[1]

    def rulelist(self):
        rules = {}
        while self.peek()[0] != "end":
            if self.peek()[0] == "new_rule":
                self.take("new_rule")
                continue
            name = self.take("name")
            more = self.take("defined") == "=/"
            elements = self.alternation()
            if (name in rules) != more:
                raise SyntaxError("%s is defined twice" % name)
            rules[name] = ("choice", [rules[name], elements]) if more else elements
        return rules

    def alternation(self):
        parts = [self.concatenation()]
        while self.peek() == ("mark", "/"):
            self.take("mark")
            parts.append(self.concatenation())
        return ("choice", parts)

    def concatenation(self):
        parts = []
        while self.peek()[0] in ("repeat", "text", "code", "prose", "name") or self.peek()[1] in ("(", "["):
            parts.append(self.repetition())
        if not parts:
            raise SyntaxError("expected an element, found %r" % self.peek()[1])
        return ("sequence", parts)

    def repetition(self):
        if self.peek()[0] != "repeat":
            return self.element()
        least, star, most = self.take("repeat").partition("*")
        least = int(least or 0)
        most = (int(most) if most else None) if star else least
        return ("repeat", least, most, self.element())

    def element(self):
        kind, value = self.peek()
        if kind == "mark":
            return self.group(value)
        self.take(kind)
        return (kind, value)

    def group(self, opening):
        self.take("mark")
        inner = self.alternation()
        self.take("mark", {"(": ")", "[": "]"}[opening])
        return inner if opening == "(" else ("repeat", 0, 1, inner)


class Library:
    """The books of a folder, and the automata of their rules."""

    def __init__(self, folder):
        self.files = {os.path.basename(path): path for path in glob.glob(os.path.join(folder, "*.abnf"))}
        self.books, self.automata, self.open = {}, {}, []

    def book(self, number):
        """The rules of the RFC with this number: the file whose name holds it."""
        name = next((name for name in sorted(self.files) if number in name), None)
        if name is None:
            raise FileNotFoundError("no .abnf file for RFC %s" % number)
        if name not in self.books:
            with open(self.files[name], encoding="ascii") as file:
                self.books[name] = Reader(file.read()).rulelist()
        return self.books[name]

    def find(self, number, name):
        """Where a name is defined, (number, name as spelt there), or None. Names are compared without case."""
        for place in (number, CORE):
            for known in self.book(place):
                if known.lower() == name.lower():
                    return place, known
        return None

    def automaton(self, number, name):
        place = self.find(number, name)
        if place is None:
            raise NotRegular("%s is defined nowhere" % name)
        if place in self.open:
            raise NotRegular("%s refers to itself" % name)
        if place not in self.automata:
            self.open.append(place)
            nfa = Nfa()
            try:
                self.automata[place] = determine(nfa, self.build(nfa, place[0], self.book(place[0])[place[1]]))
            finally:
                self.open.pop()
        return self.automata[place]

    def build(self, nfa, number, node):
        kind = node[0]
        if kind in ("choice", "sequence"):
            return getattr(nfa, kind)([self.build(nfa, number, part) for part in node[1]])
        if kind == "repeat":
            return self.build_repeat(nfa, number, *node[1:])
        if kind == "text":
            return build_text(nfa, node[1])
        if kind == "code":
            return build_code(nfa, node[1])
        if kind == "prose":
            number, name = self.read_prose(number, node[1])
            return nfa.copy_of(self.automaton(number, name))
        return nfa.copy_of(self.automaton(number, node[1]))

    def build_repeat(self, nfa, number, least, most, node):
        if most == 0:
            return nfa.nothing()
        parts = [self.build(nfa, number, node) for _ in range(least)]
        if most is None:
            return nfa.sequence(parts + [nfa.any_number(self.build(nfa, number, node))])
        for _ in range(most - least):
            parts.append(nfa.choice([nfa.nothing(), self.build(nfa, number, node)]))
        return nfa.sequence(parts)

    def read_prose(self, number, text):
        match = PROSE.match(text)
        if not match or (match["book"] and match["book"] not in BOOKS):
            raise NotRegular("%s is in no book" % text)
        return (BOOKS[match["book"]] if match["book"] else number), match["name"]

    def references(self, number, name):
        """The names that a rule is made of, as places."""
        found, waiting = set(), [self.book(number)[name]]
        while waiting:
            node = waiting.pop()
            if node[0] in ("choice", "sequence"):
                waiting.extend(node[1])
            elif node[0] == "repeat" and node[2] != 0:
                waiting.append(node[3])
            elif node[0] == "name":
                found.add(self.find(number, node[1]))
            elif node[0] == "prose":
                found.add(self.find(*self.read_prose(number, node[1])))
        return found


def build_text(nfa, quoted):
    """A quoted text, in any case of its letters unless it is marked %s."""
    exact = quoted[:2].lower() == "%s"
    text = quoted[quoted.index('"') + 1:-1]
    return nfa.sequence([nfa.one_of({ord(c)} if exact else {ord(c.lower()), ord(c.upper())}) for c in text])


def build_code(nfa, code):
    """%x41, %x41-5A, %x48.54.54.50 and the same in decimal and binary."""
    base = {"b": 2, "d": 10, "x": 16}[code[1].lower()]
    if "-" in code:
        low, high = (int(number, base) for number in code[2:].split("-"))
        return nfa.one_of(range(low, high + 1))
    return nfa.sequence([nfa.one_of({int(number, base)}) for number in code[2:].split(".")])
