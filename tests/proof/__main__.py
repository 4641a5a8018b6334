# SPDX-License-Identifier: MIT
"""Proves that the machines accept the grammar, and that the grammar is the published one.

    python3 tests/proof [--tap] [PART...]      parts: machines, grammar, relaxations, drifts; all, if none is named

How this works: everything becomes an automaton over bytes and is compared as a language, so the answer holds for every input
there is, not for a sample.

    machines     each machine as compiled, relaxations left out, against the bare rules of parser/grammar (machines.py)
    grammar      each bare rule against the ABNF as published, read from $FLUXO_RFC/abnf (abnf.py)
    relaxations  each relaxed rule alone, and all together: nothing is lost, and what is added is shown; and the same with the
                 machines as they ship and their guards shut
    drifts       faults put into copies of the tree, each of which this proof must find (drifts.py)

What differs on purpose is a row of differences.txt, with its shortest witness; a row without a difference is an error too.
Environment: TOP_SRCDIR, RAGEL, FLUXO_RFC.
"""

import os
import sys
import tempfile

import drifts
import output
import prove
import relaxations
from differences import Differences

PARTS = ("machines", "grammar", "relaxations", "drifts")


def prove_parts(parts, source, scratch):
    parser, library = os.path.join(source, "parser"), output.find_library()
    differences = Differences.load()
    strict = prove.Tree(relaxations.copy_tree(parser, scratch, keep=()), scratch)
    if "machines" in parts:
        yield from prove.prove_machines(strict, differences)
        yield from prove.prove_told(prove.Tree(relaxations.copy_tree(parser, scratch), scratch))
        yield differences.judge_unused(lambda name, step: step != "ABNF", "machines")
    if "grammar" in parts and library[0]:
        yield from prove.prove_grammar(strict, library[0], differences)
        yield differences.judge_unused(lambda name, step: step == "ABNF", "grammar")
    elif "grammar" in parts:
        yield prove.skip("grammar", "bare = ABNF", library[1])
    if "relaxations" in parts:
        yield from relaxations.prove_relaxations(parser, strict, scratch)
    if "drifts" in parts:
        yield from drifts.prove_drifts(strict, library, scratch)


def main(arguments):
    tap = "--tap" in arguments
    parts = [argument for argument in arguments if argument != "--tap"] or PARTS
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        print(__doc__.strip(), file=sys.stderr)
        return 64
    with tempfile.TemporaryDirectory() as scratch:
        return output.show_results(prove_parts(parts, output.find_source(), scratch), tap)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
