# SPDX-License-Identifier: MIT
"""Relaxations: what each adds, and that it takes nothing away.

How this works: a rule of grammar/relaxed.rl named relaxed_... begins with a guard, an action named require_.... In a copy of
the tree all such rules but those to be kept are made empty, which in Ragel is the machine that accepts nothing. So compiled,
the tree without any must equal the bare grammar; with one, and with all, it must hold all of that, and the shortest string
that it adds is what a manual can show. At run time a relaxation is a bit that its guard asks for: so the tree as it ships, with
all other guards shut, must accept the very same.
"""

import os
import re
import shutil
import tempfile

import machines
import ragel
from prove import Result, Tree
from regular import find_extra
from visible import show

GUARD = re.compile(r"\brequire_\w+")
FOLDERS = ("parser", "parser/grammar", "stream")


def copy_tree(parser, scratch, keep=None):
    """A copy of parser/, with stream/ beside it, .rl files only; the relaxed rules are empty that are not kept; None keeps all."""
    copy = os.path.join(tempfile.mkdtemp(dir=scratch), "parser")
    for folder in FOLDERS:
        copy_grammar(ragel.beside(parser, folder), ragel.beside(copy, folder))
    for rule, _ in list_relaxed(parser):
        if keep is not None and rule not in keep:
            ragel.edit_file(relaxed_file(copy), rule, lambda body: "empty")
    return copy


def copy_grammar(folder, copy):
    os.makedirs(copy)
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if name.endswith(".rl"):
            shutil.copyfile(os.path.join(folder, name), os.path.join(copy, name))


def relaxed_file(parser):
    return os.path.join(parser, "grammar", "relaxed.rl")


def list_relaxed(parser):
    """The relaxed rules and the guards that each names: (rule, set of actions)."""
    if not os.path.exists(relaxed_file(parser)):
        return []
    with open(relaxed_file(parser), encoding="utf-8") as file:
        text = file.read()
    rules = [(name, text[begin:end]) for name, begin, end in ragel.list_rules(text)]
    return [(name, set(GUARD.findall(ragel.hide(body)))) for name, body in rules if name.startswith("relaxed_")]


def group_by_guard(relaxed):
    """One relaxation is one guard and all rules that begin with it."""
    groups = {}
    for rule, guards in relaxed:
        for guard in guards:
            groups.setdefault(guard, set()).add(rule)
    return groups


def prove_relaxations(parser, strict, scratch, claims=machines.CLAIMS):
    relaxed = list_relaxed(parser)
    if not relaxed:
        yield Result("relaxations", "none", True, "there is no relaxation: what ships is the bare grammar", None)
        return
    for rule, guards in relaxed:
        if len(guards) != 1:
            yield Result("relaxations", rule, False, "should begin with one action require_..., has %d" % len(guards), None)
    groups, shipped = group_by_guard(relaxed), Tree(copy_tree(parser, scratch), scratch)
    yield prove_guarded("no bit", claims, strict, shipped, frozenset(groups))
    for guard, rules in sorted(groups.items()):
        name = guard[len("require_"):]
        alone = Tree(copy_tree(parser, scratch, keep=rules), scratch)
        yield prove_wider(name, claims, strict, alone)
        yield prove_guarded(name + " as it ships", claims, alone, shipped, frozenset(groups) - {guard})
    yield prove_wider("all", claims, strict, shipped)


def prove_wider(name, claims, strict, relaxed):
    """Nothing is lost, something is added; the words say what, and where."""
    added = []
    for claim in claims:
        one, other = strict.read_whole(claim), relaxed.read_whole(claim)
        lost = find_extra(one, other)
        if lost is not None:
            return Result("relaxations", name, False, "%s loses %s" % (claim.name, show(lost)), lost)
        extra = find_extra(other, one)
        if extra is not None:
            added.append("%s adds %s" % (claim.name, show(extra)))
    return Result("relaxations", name, bool(added), "; ".join(added) or "adds nothing", None)


def prove_guarded(name, claims, wanted, shipped, shut):
    for claim in claims:
        one, other = wanted.read_whole(claim), shipped.read_whole(claim, shut)
        for words, witness in (("loses", find_extra(one, other)), ("adds", find_extra(other, one))):
            if witness is not None:
                return Result("relaxations", name, False, "%s: behind the guards it %s %s" % (claim.name, words, show(witness)), witness)
    return Result("relaxations", name, True, "equal behind the guards", None)
