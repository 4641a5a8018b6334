# SPDX-License-Identifier: MIT
"""Ragel's machines as automata, and Ragel's text as rules.

How this works: `ragel -x` writes what it would compile as XML, states and transitions and the actions on them. An action only
matters here where it steers: `fgoto` leads elsewhere, `fhold` gives the byte to the state it leads to, and an action that a
caller names as refusing lets nothing pass. An action named require_... is a guard: whether it jumps hangs on what C knows, so it
lets pass, unless the caller names it. Any other jump is an error here, so that no new one goes unseen. Three actions of target.rl,
and their like in split.rl, steer today: begin_authority (fgoto), begin_path (fhold and fgoto) and require_absolute_form (a guard).
"""

import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import namedtuple

from regular import BYTES, DEAD, Dfa, shrink

RAGEL = os.environ.get("RAGEL") or "ragel"
GRAMMAR = ("rfc5234", "rfc3986", "rfc9110", "rfc9112")
JUMPS = ("goto", "goto_expr", "call", "call_expr", "next", "next_expr", "ret", "exec")
CONDITION = re.compile(r"\b(?:if|else|for|while|switch)\b|\?")

Action = namedtuple("Action", "name goto hold")
# steps[byte] is (next state, actions) or None; told are the bytes that an action fail_... refuses
State = namedtuple("State", "steps final end_actions told")


# ---- Running ragel ----

class Machine(namedtuple("Machine", "states entries")):
    def automaton(self, entry="main", refusing=frozenset()):
        """The language from an entry, where the actions named as refusing let nothing pass."""
        numbers, rows, final = {None: DEAD}, [], set()
        order = [None, self.entries[entry]]
        numbers[order[1]] = 1
        for place in order:
            rows.append([self._number(place, byte, refusing, numbers, order) for byte in BYTES])
            if place is not None and self.states[place].final and not names_any(self.states[place].end_actions, refusing):
                final.add(numbers[place])
        return shrink(Dfa(rows, 1, final))

    def find_silent(self, entry="main"):
        """The shortest string whose last byte is refused by no action fail_..., or None. Behind the end nothing is refused."""
        strings, order = {self.entries[entry]: b""}, [self.entries[entry]]
        for place in order:
            state = self.states[place]
            for byte in BYTES if any(state.steps) else ():
                string = strings[place] + bytes([byte])
                if state.steps[byte] is None and byte not in state.told:
                    return string
                if state.steps[byte] is not None and state.steps[byte][0] not in strings:
                    strings[state.steps[byte][0]] = string
                    order.append(state.steps[byte][0])
        return None

    def _number(self, place, byte, refusing, numbers, order):
        target = self._follow(place, byte, refusing)
        if target not in numbers:
            numbers[target] = len(order)
            order.append(target)
        return numbers[target]

    def _follow(self, place, byte, refusing):
        step = self.states[place].steps[byte] if place is not None else None
        if step is None:
            return None
        target, actions = step
        for action in actions:
            if action.name in refusing:
                return None
            if action.goto is not None:
                return self._follow(action.goto, byte, refusing) if action.hold else action.goto
        return target


def beside(parser, folder):
    """A folder of the tree that parser/ stands in."""
    return os.path.join(os.path.dirname(parser), folder)


def find_file(parser, name):
    """A file by its name in parser/, or as stream/NAME."""
    return beside(parser, name) if name.startswith("stream/") else os.path.join(parser, name)


def names_any(actions, names):
    return any(action.name in names for action in actions)


def run_ragel(path, include, scratch):
    """The machines of a file, by name."""
    output = os.path.join(scratch, os.path.basename(path) + ".xml")
    done = subprocess.run([RAGEL, "-C", "-x", "-I", include, "-o", output, path], stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError("%s %s: %s" % (RAGEL, path, done.stderr.decode(errors="replace").strip()))
    tree = ElementTree.parse(output).getroot()
    return {one.get("name"): read_machine(one.find("machine")) for one in tree.iter("ragel_def")}


def compile_rules(parser, expressions, scratch):
    """The automata of expressions over the bare grammar, by expression."""
    expressions = list(dict.fromkeys(expressions))
    path = os.path.join(scratch, "rules.rl")
    with open(path, "w", encoding="ascii") as file:
        for number, expression in enumerate(expressions):
            file.write(TEMPLATE % (number, expression))
    machines = run_ragel(path, parser, scratch)
    return {expression: machines["rule%d" % number].automaton() for number, expression in enumerate(expressions)}


TEMPLATE = """%%%%{
    machine rule%d;
    alphtype unsigned char;
    include lane "grammar/lane.rl";
    main := %s;
    write data;
}%%%%
"""


# ---- Reading its XML ----

def read_machine(machine):
    actions = {one.get("id"): read_action(one) for one in machine.iter("action")}
    tables = {None: (), "x": ()}
    for table in machine.iter("action_table"):
        tables[table.get("id")] = tuple(actions[number] for number in table.text.split())
    states = {int(one.get("id")): read_state(one, tables) for one in machine.iter("state")}
    entries = {one.get("name"): int(one.text) for one in machine.iter("entry")}
    return Machine(states, entries)


def read_action(action):
    name, goto, hold, before = action.get("name") or "", None, False, ""
    for part in action:
        if part.tag == "text":
            before += part.text or ""
        elif part.tag == "hold":
            hold = True
        elif part.tag in JUMPS and not name.startswith("require_"):
            if part.tag != "goto" or CONDITION.search(before):
                raise RuntimeError("action %s jumps in a way that is not understood here" % name)
            goto = int(part.text)
    return Action(name, goto, hold)


def read_state(state, tables):
    steps, told = [None] * 256, set()
    for transition in state.iter("t"):
        low, high, target, table = transition.text.split()
        if target != "x":
            for byte in range(int(low), int(high) + 1):
                steps[byte] = (int(target), tables[table])
        elif any(action.name.startswith("fail_") for action in tables[table]):
            told.update(range(int(low), int(high) + 1))
    at_end = state.findtext("state_actions", "x x x").split()[2]
    return State(steps, state.get("final") == "t", tables[at_end], told)


# ---- Ragel's text ----

HIDDEN = re.compile(r'#[^\n]*|"(?:\\.|[^"\\])*"i?|\'(?:\\.|[^\'\\])*\'i?|\[(?:\\.|[^\]\\])*\]')
RULE = re.compile(r"^[ \t]*(?P<name>[A-Za-z_]\w*)\s*:?=(?P<body>[^;]*);", re.MULTILINE)


def hide(text):
    """The text with comments, literals and classes blanked, byte for byte, so that only structure is left."""
    return HIDDEN.sub(lambda match: re.sub(r"[^\n]", "_" if match.group()[0] != "#" else " ", match.group()), text)


def list_rules(text):
    """The rules of a .rl text in order: (name, begin of its body, end of its body)."""
    start = text.find("%%{")
    rules = RULE.finditer(hide(text[start:]))
    return [(rule["name"], start + rule.start("body"), start + rule.end("body")) for rule in rules]


def rewrite_rule(text, name, rewrite):
    """The text with a rule's body rewritten by a function; the same text where there is no such rule."""
    for rule, begin, end in list_rules(text):
        if rule == name:
            return text[:begin] + " " + rewrite(text[begin:end].strip()) + text[end:]
    return text


def edit_file(path, name, rewrite):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(rewrite_rule(text, name, rewrite))


def list_grammar(parser):
    """The bare rules in the order of the files: (RFC number, name)."""
    found = []
    for book in GRAMMAR:
        with open(os.path.join(parser, "grammar", book + ".rl"), encoding="utf-8") as file:
            found += [(book[3:], name) for name, _, _ in list_rules(file.read())]
    return found
