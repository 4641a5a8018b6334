# SPDX-License-Identifier: MIT
r"""Runs tests/rules: for each bare rule, lines that it accepts and lines that it refuses.

    python3 tests/proof/rules.py [--tap]

How this works: rfcNNNN/NAME.txt belongs to the rule NAME of parser/grammar/rfcNNNN.rl. Its first line says where the RFC has the
rule; each further line is + or - and, after one space, a string: accepted, or refused. + or - alone is the empty string; \r \n
\t \\ \xHH stand for what cannot be seen. A rule without a file, without either kind of line (unless it accepts everything), and
a file without a rule fail.
Each rule is compiled alone, by one template (ragel.py), and reads its lines. Where the published ABNF is at hand, the empty
string and all strings of one and two bytes are read by both. And the faults of drifts.py must be seen by lines alone.
Environment: TOP_SRCDIR, RAGEL, FLUXO_RFC.
"""

import os
import sys
import tempfile
from collections import namedtuple

import drifts
import output
import ragel
import relaxations
from prove import Result, skip
from regular import ANYTHING, BYTES, accepts, find_extra
from visible import read, show

Examples = namedtuple("Examples", "accepted refused problem")


# ---- Lines ----

def read_examples(path, number):
    if not os.path.exists(path):
        return Examples([], [], "there is no %s" % os.path.join(*path.split(os.sep)[-4:]))
    with open(path, encoding="ascii") as file:
        title, *lines = file.read().splitlines()
    found = {"+": [], "-": []}
    for line in lines:
        if line[:1] not in found or line[1:2] not in ("", " ") or line != line.rstrip():
            return Examples([], [], "not + or -, a space, and a string that ends visibly: %s" % line)
        found[line[0]].append(read(line[2:]))
    if not title.startswith("RFC %s " % number):
        return Examples([], [], "the first line should begin with RFC %s and a section" % number)
    return Examples(found["+"], found["-"], None)


def judge_examples(automaton, examples):
    """What is wrong, or None."""
    if examples.problem:
        return examples.problem
    if not examples.accepted:
        return "no line is accepted"
    if not examples.refused and find_extra(ANYTHING, automaton) is not None:
        return "no line is refused"
    for text in examples.accepted:
        if not accepts(automaton, text):
            return "should accept %s" % show(text)
    for text in examples.refused:
        if accepts(automaton, text):
            return "should refuse %s" % show(text)
    return None


def check_rule(folder, rule, automaton):
    number, name = rule
    examples = read_examples(os.path.join(folder, "rfc" + number, name + ".txt"), number)
    problem = judge_examples(automaton, examples)
    words = "%d accepted, %d refused" % (len(examples.accepted), len(examples.refused))
    return Result("lines", "RFC %s %s" % rule, problem is None, problem or words, None)


def check_files(folder, rules):
    """Every file belongs to a rule."""
    wanted = {os.path.join("rfc" + number, name + ".txt") for number, name in rules}
    found = {os.path.relpath(os.path.join(place, name), folder) for place, _, names in os.walk(folder) for name in names}
    stray = sorted(found - wanted)
    return Result("lines", "files", not stray, "no rule for " + " ".join(stray) if stray else "each belongs to a rule", None)


# ---- Short strings ----

def find_short(one, other):
    """The first string of no, one or two bytes on which two automata disagree, or None."""
    if (one.start in one.final) != (other.start in other.final):
        return b""
    for first in BYTES:
        states = one.rows[one.start][first], other.rows[other.start][first]
        if (states[0] in one.final) != (states[1] in other.final):
            return bytes([first])
        for second, pair in enumerate(zip(one.rows[states[0]], other.rows[states[1]])):
            if (pair[0] in one.final) != (pair[1] in other.final):
                return bytes([first, second])
    return None


def check_short(library, rule, automaton):
    witness = find_short(automaton, library.automaton(rule[0], rule[1].replace("_", "-")))
    words = "grammar and ABNF agree on 65793" if witness is None else "grammar and ABNF disagree on %s" % show(witness)
    return Result("short strings", "RFC %s %s" % rule, witness is None, words, witness)


# ---- Drifts ----

def check_drift(folder, parser, drift, scratch):
    copy = relaxations.copy_tree(parser, scratch)
    if not drifts.seed_drift(os.path.join(copy, drift.file), drift):
        return drifts.cannot_seed(drift)
    rule = next(one for one in ragel.list_grammar(copy) if one[1] == drift.claim)
    result = check_rule(folder, rule, ragel.compile_rules(copy, [drift.claim], scratch)[drift.claim])
    verdict = "not found: " if result.holds else "found: "
    return Result("drifts", drift.words, not result.holds, verdict + result.words, None)


# ---- All of it ----

def check(source, scratch):
    parser, folder = os.path.join(source, "parser"), os.path.join(source, "tests", "rules")
    rules = ragel.list_grammar(parser)
    automata = ragel.compile_rules(parser, [name for _, name in rules], scratch)
    for rule in rules:
        yield check_rule(folder, rule, automata[rule[1]])
    yield check_files(folder, rules)
    library, reason = output.find_library()
    if library is None:
        yield skip("short strings", "grammar and ABNF agree on all of no, one and two bytes", reason)
    for rule in rules if library else ():
        yield check_short(library, rule, automata[rule[1]])
    for drift in drifts.DRIFTS:
        if drifts.is_of_grammar(drift):
            yield check_drift(folder, parser, drift, scratch)


def main(arguments):
    if arguments not in ([], ["--tap"]):
        print(__doc__.strip(), file=sys.stderr)
        return 64
    with tempfile.TemporaryDirectory() as scratch:
        return output.show_results(check(output.find_source(), scratch), tap=bool(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
