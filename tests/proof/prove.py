# SPDX-License-Identifier: MIT
"""The proofs: each takes a tree, and gives results.

How this works: a Tree is a copy of parser/ and the automata made of it, each made once and only when asked for. Two automata are
compared as languages, so what a result says holds for every input there is, not for a sample.
"""

import os
from collections import namedtuple

import abnf
import machines
import ragel
from regular import find_extra, intersect
from visible import show

Result = namedtuple("Result", "part claim holds words witness")  # holds is None where the proof was skipped

# The published rules that the grammar must have, with all that they are made of: RFC 9112's, then those of RFC 9110.
ROOTS = ("HTTP-message", "chunked-body", "obs-fold", "Transfer-Encoding",
         "Host", "Content-Length", "Content-Type", "Content-Encoding", "Connection", "Upgrade", "Expect", "TE", "Trailer", "Accept",
         "Accept-Encoding", "http-URI", "https-URI", "HTTP-date", "comment")


class Tree:
    """A copy of parser/ with stream/ beside it, and what was compiled of it; the bare automata may be another tree's, where the
    grammar is the same."""

    def __init__(self, parser, scratch, bare=None):
        self.parser, self.scratch = parser, scratch
        self._machines, self._automata, self._bare = {}, {}, bare

    def machine(self, name):
        if name not in self._machines:
            made = ragel.run_ragel(ragel.find_file(self.parser, name + ".rl"), self.parser, self.scratch)
            self._machines[name] = made["fluxo_" + os.path.basename(name)]
        return self._machines[name]

    @property
    def bare(self):
        if self._bare is None:
            self._bare = ragel.compile_rules(self.parser, machines.list_expressions(), self.scratch)
        return self._bare

    def read_whole(self, claim, refusing=frozenset()):
        """What the claim's machine accepts, from the claim's entry."""
        key = (claim.machine, claim.entry, claim.refusing | refusing)
        if key not in self._automata:
            self._automata[key] = self.machine(claim.machine).automaton(*key[1:])
        return self._automata[key]

    def automaton(self, claim):
        """The same, as far as the machine is given it."""
        automaton = self.read_whole(claim)
        return intersect(automaton, self.bare[claim.within]) if claim.within else automaton


# ---- annotated = bare ----

def prove_machines(tree, differences, only=None):
    results = [prove_machine(tree, claim, differences) for claim in machines.CLAIMS if only is None or claim.name in only]
    if only is None:
        results += [prove_contained(tree, *row) for row in machines.CONTAINED]
    return results


def prove_machine(tree, claim, differences):
    told = []
    for before, step in zip(claim.steps, claim.steps[1:]):
        verdict = differences.judge(claim.name, step.name, tree.bare[before.expression], tree.bare[step.expression])
        if not verdict.holds or not verdict.words:
            return Result("machines", claim.name, False, verdict.words or "%s: no difference" % step.name, verdict.witness)
        told.append(verdict.words)
    return compare(claim.name, tree.automaton(claim), tree.bare[claim.steps[-1].expression], tell_equal(told))


def tell_equal(differences):
    return "equal, but for: " + ", ".join(differences) if differences else "equal"


def compare(name, machine, grammar, words):
    for verb, witness in (("accepts", find_extra(machine, grammar)), ("refuses", find_extra(grammar, machine))):
        if witness is not None:
            return Result("machines", name, False, "the machine %s, against the grammar, %s" % (verb, show(witness)), witness)
    return Result("machines", name, True, words, None)


def prove_told(tree):
    """The message machines refuse no byte without an action that says which rule it breaks."""
    for name in machines.TELLING:
        witness = tree.machine(name).find_silent()
        words = "every refusal has a name" if witness is None else "refuses without a word " + show(witness)
        yield Result("machines", name + ".rl", witness is None, words, witness)


def prove_contained(tree, name, inner, outer):
    witness = find_extra(tree.bare[inner], tree.bare[outer])
    return Result("machines", name, witness is None, "contained" if witness is None else "not contained", witness)


# ---- bare = ABNF ----

def prove_grammar(tree, library, differences, only=None):
    rules = [rule for rule in ragel.list_grammar(tree.parser) if only is None or rule[1] in only]
    automata = ragel.compile_rules(tree.parser, [name for _, name in rules], tree.scratch)
    results = [prove_rule(library, differences, rule, automata[rule[1]]) for rule in rules]
    if only is None:
        results.append(prove_complete(library, differences, {name for _, name in rules}))
    return results


def prove_rule(library, differences, rule, automaton):
    number, name = rule
    claim, published = "RFC %s %s" % rule, name.replace("_", "-")
    place = library.find(number, published)
    if place is None or place[1] != published:
        return Result("grammar", claim, False, "the RFC has no rule of that name", None)
    try:
        other = library.automaton(*place)
    except abnf.NotRegular as reason:
        return Result("grammar", claim, False, str(reason), None)
    verdict = differences.judge(name, "ABNF", other, automaton)
    words = tell_equal([verdict.words] if verdict.words else []) if verdict.holds else verdict.words
    return Result("grammar", claim, verdict.holds, words, verdict.witness)


def prove_complete(library, differences, names):
    """Every rule that RFC 9112's messages and the fields that frame or steer are made of stands in the bare grammar."""
    reached, waiting = set(), [library.find("9112", root) for root in ROOTS]
    while waiting:
        place = waiting.pop()
        if place not in reached:
            reached.add(place)
            waiting.extend(library.references(*place))
    left_out = {name for _, name in reached if name.replace("-", "_") not in names}
    excused = {name for name in left_out if differences.excuses(name.replace("-", "_"))}
    words = "%d published rules are there" % (len(reached) - len(left_out))
    words += "".join(", but for: %s" % name for name in sorted(excused))
    missing = sorted(left_out - excused)
    return Result("grammar", "complete", not missing, "missing: " + " ".join(missing) if missing else words, None)


def skip(part, claim, reason):
    return Result(part, claim, None, reason, None)
