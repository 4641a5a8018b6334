# SPDX-License-Identifier: MIT
"""Reads what doc/map.py joins: grammar rules, tables of parser/fluxo, fixtures, requirements, and the tests that show them.

How this works: whatever stands in an RFC has a place, which is a pair of the RFC's number and a section ("9112", "7.1.2"). Each
read_* function below reads one kind of file as it is and returns a list in the order of that file; nothing is judged here.
"""

import glob
import os
import re
from collections import namedtuple

TOP = os.environ.get("TOP_SRCDIR") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RFCS = ("9112", "9110", "3986", "5234", "6585")  # as they are told: from the message to what it is made of
SECTION = r"(?:\d+|[A-Z](?=\.))(?:\.\d+)*"
PLACE = re.compile(r"RFC (\d+) (%s)" % SECTION)

Rule = namedtuple("Rule", "name file line places")
Misuse = namedtuple("Misuse", "name sentence")
Error = namedtuple("Error", "name status section sentence")
Relaxation = namedtuple("Relaxation", "bit name profile section passes needs attack")
Fixture = namedtuple("Fixture", "path title cited place errors")
Requirement = namedtuple("Requirement", "level text places layers")
Layer = namedtuple("Layer", "name evidence open")
Step = namedtuple("Step", "event request response needs unless request_after response_after sets drops adopts section sentence line")
Story = namedtuple("Story", "title text events")
Answer = namedtuple("Answer", "want request response needs unless sentence line")


def absolute(path):
    return os.path.join(TOP, path)


def read(path):
    with open(absolute(path), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def find(pattern):
    return sorted(os.path.relpath(path, TOP) for path in glob.glob(absolute(pattern)))


def order_place(place):
    """Sorts 7.10 behind 7.9, and appendices behind sections."""
    rfc, section = place
    parts = [(part.isalpha(), int(part) if part.isdigit() else part) for part in section.split(".")]
    return (RFCS.index(rfc) if rfc in RFCS else len(RFCS), int(rfc), parts)


def read_titles():
    """The sections' titles: those that may be cited."""
    lines = [line for line in read("doc/sections.txt").splitlines() if line.startswith("RFC ")]
    return {PLACE.match(line).groups(): line[PLACE.match(line).end():].strip() for line in lines}


# ---- The grammar ----


def places_of_heading(comment, rfc):
    """`5.1 Field names` in the file of an RFC; `RFC 9112 3, 4: ...` in relaxed.rl."""
    named = re.match(r"RFC (\d+) ", comment)
    rfc = named.group(1) if named else rfc
    numbers = re.match(r"(%s)((?:, %s)*)[ :]" % (SECTION, SECTION), comment[named.end():] if named else comment)
    return [(rfc, number) for number in re.findall(SECTION, numbers.group())] if rfc and numbers else None


def read_rules(path):
    """The rules of one grammar file. Before any heading they belong to the appendix that the file's own comment names."""
    text = read(path)
    rfc = re.search(r"rfc(\d+)\.rl$", path)
    appendix = re.search(r"RFC (\d+), Appendix (%s)" % SECTION, text)
    places, rules = [appendix.groups()] if appendix else [], []
    for number, line in enumerate(text.splitlines(), 1):
        comment, rule = re.match(r"    # (.*)", line), re.match(r"    ([A-Za-z]\w*) *=", line)
        if comment:
            places = places_of_heading(comment.group(1) + " ", rfc and rfc.group(1)) or places
        if rule:
            rules.append(Rule(rule.group(1), path, number, places))
    return rules


def read_grammar():
    return [rule for path in find("parser/grammar/rfc*.rl") for rule in read_rules(path)]


def lines_of(rule):
    """The file with lines that the rule accepts and refuses."""
    return "tests/rules/%s/%s.txt" % (os.path.basename(rule.file)[:-3], rule.name)


# ---- The tables ----


def read_rows(path, macro):
    """The arguments of each MACRO(...), strings unquoted."""
    text = re.sub(r"/\*.*?\*/", "", read(path), flags=re.DOTALL)
    for row in re.findall(r"^%s\((.*?)\)\s*$" % macro, text, re.DOTALL | re.MULTILINE):
        cells = re.findall(r'"((?:[^"\\]|\\.)*)"|([^,\s"]+)', row)
        yield [re.sub(r"\\(.)", r"\1", text) if text else word for text, word in cells]


def read_errors():
    return [Error(*row) for row in read_rows("parser/fluxo/errors.def", "ERROR")]


def read_faults():
    return [Error(*row) for row in read_rows("stream/fluxo/faults.def", "FAULT")]


def read_misuses():
    return [Misuse(*row) for row in read_rows("stream/fluxo/misuses.def", "MISUSE")]


def read_relaxations():
    return [Relaxation(*row) for row in read_rows("parser/fluxo/relax.def", "RELAX")]


# ---- The life of a connection: cells may hold several words ----

SIDES = ("IDLE", "WAIT", "BODY", "DONE", "TUNNEL", "CLOSED", "ERROR")
NO_WORDS = {"0": (), "SAME": (), "ANY": SIDES}


def read_wide_rows(path, macro):
    """The cells of each MACRO(...): a string as it is, else the words between bars; at last the number of its line."""
    text = read(path)
    for row in re.finditer(r"^%s\((.*?)\)$" % macro, text, re.DOTALL | re.MULTILINE):
        cells = re.findall(r'"([^"]*)"|([A-Z0-9_]+(?: \| [A-Z0-9_]+)*)', row.group(1))
        line = text.count("\n", 0, row.start()) + 1
        yield [NO_WORDS.get(words, tuple(words.split(" | "))) if words else string for string, words in cells] + [line]


def read_steps():
    return [Step(row[0][0], *row[1:]) for row in read_wide_rows("stream/fluxo/life.def", "LIFE")]


def read_answers():
    return [Answer(row[0][0], *row[1:]) for row in read_wide_rows("stream/fluxo/want.def", "WANT")]


def read_words(kind):
    """What stream.h says of FLUXO_SIDE_, FLUXO_LIFE_ or FLUXO_WANT_ words: name and comment."""
    words = re.findall(r"^    FLUXO_%s_(\w+)(?: = \d+)?,? +/\* (.*?) \*/$" % kind, read("stream/fluxo/stream.h"), re.DOTALL | re.MULTILINE)
    return [(name, " ".join(comment.split())) for name, comment in words]


def read_story(part):
    lines = part.splitlines()
    events = [tuple(cell.strip() for cell in line.split(" | ", 2)) for line in lines[1:] if " | " in line]
    return Story(lines[0].strip(), "\n".join(line for line in lines[1:] if line and " | " not in line), events)


def read_stories():
    return [read_story(part) for part in re.split(r"^= ", read("doc/stories.txt"), flags=re.MULTILINE)[1:]]


# ---- The fixtures ----


def place_fixture(path, cited):
    """The section in the name; of the RFC of its folder, or else of the citation with that section. Without one, what it cites."""
    folder, name = path.split("/")[1:]
    section = re.match(r"(%s)-" % SECTION, name)
    named = section and section.group(1)
    if named and folder.startswith("rfc"):
        return (folder[3:], named)
    return next((place for place in cited if place[1] == named), cited[0] if cited else None)


def read_fixture(path):
    lines = read(path).splitlines() + ["", ""]
    cited = PLACE.findall(lines[1])
    events = lines[lines.index("--- events"):] if "--- events" in lines else []
    errors = [event.split()[2] for event in events if re.match(r"\d+ error [A-Z]", event)]
    return Fixture(path, lines[0], cited, place_fixture(path, cited), errors)


def read_fixtures():
    """Folders of fixtures are those whose files have events; tests/rules has lines instead."""
    paths = [path for path in find("tests/*/*.txt") if "--- events\n" in read(path)]
    return [read_fixture(path) for path in paths]


# ---- The requirements ----

PARAGRAPH = re.compile(r"^\*\*(RFC [^*]*)\.\*\* ((?:.+\n)+?)((?:- \w+: .*\n)*)(?=\n|\Z)", re.MULTILINE)


def read_evidence(text):
    return re.findall(r"`(tests/[^`]+)`", text)


def read_layer(line):
    name, text = re.match(r"- (\w+): (.*)", line).groups()
    reason = re.match(r"\*\*open\*\*(?:: (.+))?$", text)
    return Layer(name, [] if reason else read_evidence(text), (reason.group(1) or "") if reason else None)


def read_requirements():
    found = []
    for head, text, layers in PARAGRAPH.findall(read("doc/requirements.md") + "\n"):
        level = re.sub(r"^, |RFC \d+ %s(?: and )?" % SECTION, "", head).lstrip(", ")
        found.append(Requirement(level, " ".join(text.split()), PLACE.findall(head), [read_layer(line) for line in layers.splitlines()]))
    return found


# ---- The ABNF as published ----


def read_abnf():
    """The names that the published grammars define, if $FLUXO_RFC has them: those of RFCs that parser/grammar has a file for."""
    names = {}
    grammars = {re.search(r"\d+", path).group() for path in find("parser/grammar/rfc*.rl")}
    for path in sorted(glob.glob(os.path.join(os.environ.get("FLUXO_RFC", "/nowhere"), "abnf", "*.abnf"))):
        if grammars & set(re.findall(r"\d{4}", os.path.basename(path))):
            with open(path, encoding="ascii") as file:
                names.update((name, os.path.basename(path)) for name in re.findall(r"^([A-Za-z][A-Za-z0-9-]*)\s*=", file.read(), re.MULTILINE))
    return names


def read_left_out():
    """The reviewed table: name to reason."""
    rows = [line.split("|") for line in read("doc/left-out.txt").splitlines() if line and not line.startswith("#")]
    return {name: reason.strip() for names, reason in rows for name in names.split()}
