# SPDX-License-Identifier: MIT
"""Writes the map from a section of the standard to the rule, the fixtures and the errors, and fails where one is missing.

    python3 doc/map.py [--check] [--tap]

How this works: reading.py reads the grammar, the tables, the fixtures and doc/requirements.md. From them this script writes
doc/map.md, doc/errors.md, doc/life.md (life.py) and the table of relaxations in doc/deviations.md; with --check it writes nothing and compares. Then it
looks for gaps, one function for each kind, each yielding a sentence for each gap. Exit status 1: there are gaps, or files that differ.

Environment: TOP_SRCDIR; FLUXO_RFC, a folder with abnf/, whose rules must all be in the grammar or in doc/left-out.txt.
"""

import os
import re
import sys
from collections import defaultdict

import life
import reading
from reading import order_place
from writing import escape, link, table

NAMED_OTHERWISE = ("real", "relaxed", "regress", "incremental", "smuggling")  # folders whose names need no section
BEGIN, END = "<!-- relaxations: written by ./dev map from parser/fluxo/relax.def -->\n", "<!-- end of relaxations -->"


class Tree:
    """All that is read, once."""

    def __init__(self):
        self.titles = reading.read_titles()
        self.rules = reading.read_grammar()
        self.relaxed = reading.read_rules("parser/grammar/relaxed.rl")
        self.errors = reading.read_errors()
        self.faults = reading.read_faults()
        self.misuses = reading.read_misuses()
        self.relaxations = reading.read_relaxations()
        self.steps = reading.read_steps()
        self.fixtures = reading.read_fixtures()
        self.requirements = reading.read_requirements()
        self.left_out = reading.read_left_out()
        self.producers = defaultdict(list)
        for fixture in self.fixtures:
            for error in fixture.errors:
                self.producers[error].append(fixture)


# ---- Writing ----


def group_by_place(pairs):
    groups = defaultdict(list)
    for place, thing in pairs:
        groups[place].append(thing)
    return groups


def place_of(section):
    match = reading.PLACE.match(section)
    return match and match.groups()


def show_rule(rule):
    lines = reading.lines_of(rule)
    shown = ", " + link("lines", lines) if os.path.exists(reading.absolute(lines)) else ""
    return "- rule `%s`: %s%s\n" % (rule.name, link("%s:%d" % (os.path.basename(rule.file), rule.line), rule.file, rule.line), shown)


def show_error(error, producers):
    count = len(producers[error.name])
    return "- error `%s`: %s (%d fixture%s)\n" % (error.name, escape(error.sentence), count, "" if count == 1 else "s")


def show_relaxation(relaxation):
    return "- relaxation `%s`: %s\n" % (relaxation.name, escape(relaxation.passes))


def show_step(step):
    return "- step `%s`: %s ([of a connection's life](life.md))\n" % (step.event, escape(step.sentence))


def show_fixture(fixture):
    errors = "".join(" → `%s`" % error for error in dict.fromkeys(fixture.errors))
    return "- %s%s\n" % (link(escape(fixture.title), fixture.path), errors)


def show_part(things, show):
    return "".join(show(thing) for thing in things)


def write_sections(tree):
    rules = group_by_place((place, rule) for rule in tree.rules + tree.relaxed for place in rule.places)
    errors = group_by_place((place_of(error.section), error) for error in tree.errors)
    relaxations = group_by_place((place_of(row.section), row) for row in tree.relaxations)
    steps = group_by_place((place_of(step.section), step) for step in tree.steps)
    fixtures = group_by_place((fixture.place, fixture) for fixture in tree.fixtures)
    told = None
    for place in sorted(filter(None, {**rules, **errors, **relaxations, **steps, **fixtures}), key=order_place):
        if place[0] != told:
            yield "\n## RFC %s\n" % place[0]
            told = place[0]
        yield "\n### %s %s\n\n" % (place[1], tree.titles.get(place, ""))
        yield show_part(rules[place], show_rule)
        yield show_part(relaxations[place], show_relaxation)
        yield show_part(errors[place], lambda error: show_error(error, tree.producers))
        yield show_part(steps[place], show_step)
        yield "\n" if fixtures[place] and (rules[place] or relaxations[place] or errors[place] or steps[place]) else ""
        yield show_part(fixtures[place], show_fixture)


def count_layers(requirements):
    """For each layer: rows, those with evidence, those that are open."""
    counts = defaultdict(lambda: [0, 0, 0])
    for layer in (layer for requirement in requirements for layer in requirement.layers):
        counts[layer.name][0] += 1
        counts[layer.name][1] += layer.open is None
        counts[layer.name][2] += layer.open is not None
    return [[name] + [str(count) for count in counts[name]] for name in ("parser", "stream", "server")]


def show_open(requirement, layer):
    places = ", ".join("%s %s" % place for place in requirement.places)
    return "- %s, %s, %s: %s Open: %s.\n" % (places, requirement.level, layer.name, requirement.text, layer.open)


def write_open(requirements):
    for name in ("server", "stream"):
        for requirement in requirements:
            yield show_part((layer for layer in requirement.layers if layer.name == name and layer.open is not None),
                            lambda layer: show_open(requirement, layer))


def write_left_out(left_out):
    reasons = group_by_place((reason, name) for name, reason in left_out.items())
    return table(["rules of the ABNF", "why the grammar does not have them"],
                 [[", ".join("`%s`" % name for name in names), escape(reason)] for reason, names in reasons.items()])


def write_map(tree):
    return "".join([
        "# From the standard to the rule, the test and the error\n\n"
        "Written by `./dev map`; do not edit. Each section of the standard with the rules of the grammar that stand for it, the relaxations of it,\n"
        "the errors that name it, and the fixtures that show it: a fixture's title is its claim, and the error that it ends in follows.\n\n"
        "%d rules, %d relaxations, %d errors, %d fixtures, %d [requirements](requirements.md), which different layers share:\n\n"
        % tuple(map(len, (tree.rules, tree.relaxations, tree.errors, tree.fixtures, tree.requirements))),
        table(["layer", "requirements", "with evidence", "open"], count_layers(tree.requirements)),
        *write_sections(tree),
        "\n## Open requirements\n\n", *write_open(tree.requirements),
        "\n## Rules that are left out\n\n", write_left_out(tree.left_out),
    ])


def choose_example(error, tree):
    """A fixture of the error's own section if there is one, then one of the standard's folders; of these the one with the shortest name."""
    def rank(fixture):
        return (fixture.place != place_of(error.section), not fixture.path.startswith("tests/rfc"), len(fixture.path), fixture.path)
    return min(tree.producers[error.name], key=rank, default=None)


def find_units(constant):
    """The C units that mention a constant, as (file, unit)."""
    for path in reading.find("tests/*.c"):
        functions = re.split(r"^static void (\w+)\(void \*\*state\)\n", reading.read(path), flags=re.MULTILINE)
        yield from ((path, name) for name, body in zip(functions[1::2], functions[2::2]) if re.search(constant + r"\b", body))


def show_units(units):
    return ", ".join("%s: `%s`" % (link(os.path.basename(path), path), name) for path, name in units)


def show_example(error, tree):
    example = choose_example(error, tree)
    if example:
        return link(escape(example.title), example.path)
    return show_units(find_units("FLUXO_ERR_" + error.name))


def write_errors(tree):
    rows = [["`%s`" % error.name, error.status if int(error.status) else "", error.section, escape(error.sentence), show_example(error, tree)]
            for error in tree.errors]
    return ("# Errors\n\nWritten by `./dev map` from `parser/fluxo/errors.def`; do not edit. In C each is `FLUXO_ERR_` and its name. The status is what a\n"
            "server answers; an error without one is a mistake of the caller. Each has many fixtures; one of them stands here.\n\n"
            + table(["error", "status", "section", "what is wrong", "for example"], rows) + write_faults(tree) + write_misuses(tree))


def show_first_unit(constant):
    return show_units(list(find_units(constant))[:1])


def write_faults(tree):
    rows = [["`%s`" % fault.name, fault.status, fault.section, escape(fault.sentence), show_first_unit("FLUXO_FAULT_" + fault.name)]
            for fault in tree.faults]
    return ("\n## Faults of a peer, beyond the parser's errors\n\nFrom `stream/fluxo/faults.def`; in C each is `FLUXO_FAULT_` and its name, and\n"
            "`fluxo_fault` gives its row. A gateway answers 502 to the fault of a response.\n\n"
            + table(["fault", "status", "section", "what is wrong", "for example"], rows))


def write_misuses(tree):
    rows = [["`%s`" % misuse.name, escape(misuse.sentence), show_first_unit("FLUXO_MISUSE_" + misuse.name)] for misuse in tree.misuses]
    return ("\n## Misuses by the caller\n\nFrom `stream/fluxo/misuses.def`; in C each is `FLUXO_MISUSE_` and its name, below 0, and `fluxo_misuse` gives its\n"
            "row. A misuse has changed nothing.\n\n" + table(["misuse", "what is wrong", "for example"], rows))


def write_relaxations(tree):
    rows = [["`%s`" % row.name, row.profile.lower(), row.section, escape(row.passes), escape(row.needs), escape(row.attack)]
            for row in tree.relaxations]
    note = "A relaxation of *default* is in legacy too; one that stands *alone* is in no profile.\n\n"
    return note + table(["relaxation", "profile", "section", "what passes", "who needs it", "what it opens"], rows)


def fill_deviations(tree):
    before, rest = reading.read("doc/deviations.md").split(BEGIN)
    return before + BEGIN + "\n" + write_relaxations(tree) + "\n" + END + rest.split(END)[1]


def write_documents(tree):
    return {"doc/map.md": write_map(tree), "doc/errors.md": write_errors(tree), "doc/life.md": life.write_page(tree.steps),
            "doc/deviations.md": fill_deviations(tree)}


def store(documents):
    for path, text in documents.items():
        with open(reading.absolute(path), "w", encoding="utf-8") as file:
            file.write(text)


def find_stale(documents):
    for path, text in documents.items():
        if not os.path.exists(reading.absolute(path)) or reading.read(path) != text:
            yield "%s is not what ./dev map writes now" % path


# ---- Gaps ----


def find_rules_without_lines(tree):
    if not os.path.isdir(reading.absolute("tests/rules")):
        print("# tests/rules does not exist: no rule has lines to accept and refuse yet")
        return
    for rule in tree.rules:
        if not os.path.exists(reading.absolute(reading.lines_of(rule))):
            yield "the rule %s (%s:%d) has no %s" % (rule.name, rule.file, rule.line, reading.lines_of(rule))


def find_errors_without_fixture(tree):
    for error in tree.errors:
        if not tree.producers[error.name] and not (int(error.status) == 0 and show_units(find_units("FLUXO_ERR_" + error.name))):
            yield "no fixture ends in the error %s" % error.name
    for name in sorted(set(tree.producers) - {error.name for error in tree.errors}):
        yield "%s expects %s, which is no error" % (tree.producers[name][0].path, name)


def find_relaxations_without_fixtures(tree):
    """With the relaxation, and without it."""
    for row in tree.relaxations:
        paths = reading.find("tests/relaxed/%s.txt" % row.name) + reading.find("tests/relaxed/%s-*.txt" % row.name)
        for strict in (False, True):
            if not any(path.endswith("-strict.txt") == strict for path in paths):
                yield "the relaxation %s has no tests/relaxed/%s%s.txt" % (row.name, row.name, "-strict" if strict else "")


def find_fixtures_without_section(tree):
    for fixture in tree.fixtures:
        folder, name = fixture.path.split("/")[1:]
        if folder not in NAMED_OTHERWISE and not re.match(reading.SECTION + "-", name):
            yield "%s: no section in its name" % fixture.path
        if not fixture.cited:
            yield "%s: its second line cites no section" % fixture.path


def find_unknown_sections(tree):
    cited = [(fixture.path, place) for fixture in tree.fixtures for place in fixture.cited + [fixture.place] if place]
    cited += [("errors.def, " + error.name, place_of(error.section)) for error in tree.errors + tree.faults if place_of(error.section)]
    cited += [("relax.def, " + row.name, place_of(row.section)) for row in tree.relaxations]
    cited += [("life.def, " + step.event, place_of(step.section)) for step in tree.steps]
    cited += [("%s:%d" % (rule.file, rule.line), place) for rule in tree.rules + tree.relaxed for place in rule.places]
    for document in ("doc/requirements.md", "doc/deviations.md"):
        cited += [(document, place) for place in reading.PLACE.findall(reading.read(document))]
    for source, place in dict.fromkeys(cited):
        if place not in tree.titles:
            yield "%s: doc/sections.txt has no RFC %s %s" % ((source,) + place)
    for rule in tree.rules + tree.relaxed:
        if not rule.places:
            yield "the rule %s (%s:%d) stands under no section" % (rule.name, rule.file, rule.line)


def find_false_evidence(_):
    for document in ("doc/requirements.md", "doc/deviations.md"):
        for evidence in dict.fromkeys(reading.read_evidence(reading.read(document))):
            if not is_there(evidence):
                yield "%s: there is no %s" % (document, evidence)


def is_there(evidence):
    """A path, perhaps with *; or a script and the words of its claim; or a C file and its function."""
    path, _, words = evidence.partition(": ")
    if not words:
        return bool(reading.find(path)) or os.path.isdir(reading.absolute(path))
    if not os.path.exists(reading.absolute(path)):
        return False
    forms = ["%s(void **state)\n" % words] if path.endswith(".c") else ["'%s'" % words, '"%s"' % words]
    return any(form in reading.read(path) for form in forms)


def is_missing(layer):
    """Parts of the stream and the server may be open, if it is said what is missing."""
    if layer.open is None:
        return not layer.evidence
    exists = {"parser": True, "stream": not layer.open, "server": not layer.open}
    return exists.get(layer.name, True)


def find_requirements_without_evidence(tree):
    for requirement in tree.requirements:
        name = "doc/requirements.md, %s, \"%s\"" % (", ".join("RFC %s %s" % place for place in requirement.places), requirement.text[:60])
        if not requirement.layers:
            yield "%s: nobody is responsible" % name
        for layer in filter(is_missing, requirement.layers):
            yield "%s: %s without evidence" % (name, layer.name)


def find_abnf_without_rule(tree):
    abnf, rules = reading.read_abnf(), {rule.name for rule in tree.rules}
    if not abnf:
        print("# FLUXO_RFC names no folder with abnf/: the published rules are not compared")
        return
    for name, file in sorted(abnf.items()):
        if (name.replace("-", "_") in rules) == (name in tree.left_out):
            where = "is in the grammar and in doc/left-out.txt" if name in tree.left_out else "is no rule of parser/grammar"
            yield "%s of %s %s" % (name, file, where)
    for name in sorted(set(tree.left_out) - set(abnf)):
        yield "doc/left-out.txt: the ABNF has no %s" % name


def find_faults_without_unit(tree):
    for macro, rows in (("FAULT", tree.faults), ("MISUSE", tree.misuses)):
        for row in rows:
            if not show_first_unit("FLUXO_%s_%s" % (macro, row.name)):
                yield "no unit shows FLUXO_%s_%s" % (macro, row.name)


GAPS = {
    "each rule of the published ABNF is in the grammar, or left out with a reason": find_abnf_without_rule,
    "each rule has lines that it accepts and refuses": find_rules_without_lines,
    "each error is shown by a fixture": find_errors_without_fixture,
    "each fault and misuse of stream/ is shown by a unit": find_faults_without_unit,
    "each relaxation is shown by a fixture and a strict twin": find_relaxations_without_fixtures,
    "each fixture names and cites its section": find_fixtures_without_section,
    "each section that is cited exists": find_unknown_sections,
    "each requirement has evidence, or says what is missing": find_requirements_without_evidence,
    "all evidence exists": find_false_evidence,
}


# ---- The command ----


def report(claims, tap):
    for number, (claim, gaps) in enumerate(claims.items(), 1):
        if tap:
            print("%s %d - %s" % ("not ok" if gaps else "ok", number, claim))
        for gap in gaps:
            print("# %s" % gap if tap else "gap: %s" % gap)
    if tap:
        print("1..%d" % len(claims))


def main(arguments):
    tree = Tree()
    documents = write_documents(tree)
    claims = {claim: list(find_gaps(tree)) for claim, find_gaps in GAPS.items()}
    if "--check" in arguments:
        claims["the documents are fresh"] = list(find_stale(documents))
    else:
        store(documents)
    report(claims, "--tap" in arguments)
    gaps = sum(map(len, claims.values()))
    if "--tap" not in arguments:
        print("%d gaps" % gaps if gaps else "no gaps")
    return 1 if gaps and "--tap" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
