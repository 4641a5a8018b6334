# SPDX-License-Identifier: MIT
"""Draws the machines: a state chart as SVG for each rule below, and an index.html that shows them in the order of the message.

    python3 doc/pictures.py [FOLDER]      (doc/pictures)

How this works: a rule of a machine, with its actions, becomes a machine of its own in a temporary folder, which `ragel -Vp` turns
into a graph and `dot` draws. In between the graph is made readable: what is refused goes to the caption; octets are named by the
grammar's own rules of one octet; edges that only differ in their octets become one; a row of states with one way through becomes
one edge with a word; what only a relaxation lets pass is drawn in dashes. The life of a connection is drawn from its rows: lives.py.

Needs ragel and dot (graphviz). Environment: TOP_SRCDIR, RAGEL, DOT.
"""

import glob
import html
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import lives
import reading

TOP = os.environ.get("TOP_SRCDIR") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PARSER = os.path.join(TOP, "parser")
RAGEL = os.environ.get("RAGEL", "ragel")
DOT = os.environ.get("DOT", "dot")

# A heading, the file and its machine, and the rules. A rule that is defined by `=` is drawn by itself, one by `:=` as it stands.
# The words in brackets are rules that are drawn as one edge, because they have charts of their own, or would fill a wall.
CHARTS = (
    ("Request line", "request.rl", "fluxo_request", "the_empty_lines the_method the_request_target the_HTTP_version the_request_line"),
    ("Status line", "response.rl", "fluxo_response", "the_status_code the_reason_phrase the_status_line"),
    ("Fields", "request.rl", "fluxo_request", "the_CRLF the_field_name the_field_value the_field_line the_fold the_field_lines"),
    ("Request target, and Host", "target.rl", "fluxo_target",
     "in_origin[%(escapes)s] in_absolute in_authority[uri_host] in_path[%(escapes)s] in_asterisk"
     % {"escapes": "pct_encoded,relaxed_bare_percent,relaxed_raw_target,relaxed_raw_query,relaxed_target_obs_text"}),
    ("Hosts", "grammar/rfc3986.rl", "rfc3986",
     "reg_name[pct_encoded] dec_octet IPv4address[dec_octet] h16 IPv6address[h16,ls32] IPvFuture IP_literal[IPv6address,IPvFuture]"),
    ("Values that steer", "value.rl", "fluxo_value",
     "content_length transfer_encoding[chunked,compression,identity,transfer_parameter] "
     "connection[close,keep_alive,upgrade] expect[continue_100]"),
    ("Chunks", "chunked.rl", "fluxo_chunked",
     "the_chunk_size the_chunk_ext[quoted_string] the_chunk[chunk_ext] the_last_chunk[chunk_ext] the_field_lines"),
    ("Words", "grammar/rfc9112.rl", "rfc9112", "token quoted_string pct_encoded transfer_parameter[quoted_string]"),
)

CLASSES = ("OCTET", "VCHAR", "obs_text", "field_vchar", "tchar", "qdtext", "ctext", "unreserved", "sub_delims", "gen_delims",
           "ALPHA", "DIGIT", "HEXDIG", "CTL")
NAMES = {9: "HTAB", 10: "LF", 13: "CR", 32: "SP", 34: "DQUOTE", 127: "DEL"}
ESCAPES = {"0": 0, "a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
OCTETS = frozenset(range(256))
SHORT = sorted({name for chart in CHARTS for names in re.findall(r"\[(.*?)\]", chart[3]) for name in names.split(",")})
NAMES.update((256 + number, name) for number, name in enumerate(SHORT))  # beyond the octets: one code for a rule


class Edge:
    def __init__(self, start, end, octets, actions, word=None):
        self.start, self.end, self.octets, self.actions, self.word = start, end, octets, actions, word


class Chart:
    """States as Ragel numbers them, those that may end, and the edges; what is refused, by the names of its actions."""

    def __init__(self):
        self.entry, self.final, self.edges, self.refusals = None, set(), [], []


# ---- From Ragel ----


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, **options)
    if done.returncode:
        raise SystemExit("pictures: %s: %s" % (" ".join(command[:1]), done.stderr.strip()))
    return done.stdout


def shorten_rules(text, names):
    """Gives a rule one code for a definition; between the equals sign and the semicolon there may be strings."""
    for name in names:
        definition = r"""^(\s+%s\s*=)(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^;"'])*;""" % name
        text = re.sub(definition, r"\1 %d;" % (256 + SHORT.index(name)), text, flags=re.MULTILINE)
    return text


def copy_grammar(scratch, names):
    """The machines in a folder, with rules shortened."""
    for path in glob.glob(os.path.join(PARSER, "*.rl")) + glob.glob(os.path.join(PARSER, "grammar", "*.rl")):
        copy = os.path.join(scratch, os.path.relpath(path, PARSER))
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        with open(path, encoding="utf-8") as source, open(copy, "w", encoding="utf-8") as target:
            text = re.sub(r"alphtype unsigned char;", "alphtype short;", source.read())
            target.write(shorten_rules(text, names))


def is_instance(file, rule):
    with open(os.path.join(PARSER, file), encoding="utf-8") as source:
        return re.search(r"^\s*%s\s*:=" % rule, source.read(), re.MULTILINE)


def draw_graph(file, machine, rule, names=()):
    """What `ragel -Vp` says of one rule."""
    with tempfile.TemporaryDirectory() as scratch:
        copy_grammar(scratch, names)
        path = os.path.join(scratch, "chart.rl")
        with open(path, "w", encoding="utf-8") as source:
            source.write('%%%%{\nmachine chart;\nalphtype short;\ninclude %s "%s";\nthe_picture := %s;\n}%%%%\n'
                         % (machine, file, '""' if is_instance(file, rule) else rule))
        instance = rule if is_instance(file, rule) else "the_picture"
        return run([RAGEL, "-Vp", "-I", scratch, "-S", "chart", "-M", instance, path])


OCTET = r"'(\\?.)'|(SP)|(\d+)"


def read_octet(quoted, space, number):
    if space:
        return 32
    if number:
        return int(number)
    return ord(quoted) if len(quoted) == 1 else ESCAPES.get(quoted[1], ord(quoted[1]))


def read_octets(text):
    octets = set()
    for match in re.finditer(r"(?:%s)(?:\.\.(?:%s))?" % (OCTET, OCTET), text):
        first = read_octet(*match.group(1, 2, 3))
        last = read_octet(*match.group(4, 5, 6)) if any(match.group(4, 5, 6)) else first
        octets.update(range(first, last + 1))
    return octets


def cut_label(label):
    """`'a'..'z', '/' / mark_name, end_name`: the octets, and the actions, which only can begin with a letter."""
    match = re.match(r"(.*?)(?: / ([a-z]\w*(?:\(.*\))?(?:, [a-z]\w*)*))?$", label)
    return match.group(1), (match.group(2) or "").split(", ") if match.group(2) else []


def note_refusals(chart, actions):
    for action in actions:
        if action.startswith("fail_") and action not in chart.refusals:
            chart.refusals.append(action)


def read_graph(text):
    chart, rest = Chart(), {}
    finals = re.search(r"shape = doublecircle \];\n(.*?)\tnode \[", text, re.DOTALL)
    chart.final = set(re.findall(r"^\t(\d+);", finals.group(1), re.MULTILINE)) if finals else set()
    for start, end, label in re.findall(r'^\t(\w+) -> (\w+) \[ label = "(.*)" \];$', text, re.MULTILINE):
        octets, actions = cut_label(label.replace("\\\\", "\\").replace('\\"', '"'))
        note_refusals(chart, actions)
        if start == "ENTRY":
            chart.entry = end if octets == "IN" else chart.entry
        elif octets == "DEF":
            rest[start] = Edge(start, end, None, actions)
        elif octets != "EOF":
            chart.edges.append(Edge(start, end, read_octets(octets), actions))
    fill_rest(chart, rest)
    chart.edges = [edge for edge in chart.edges if not edge.end.startswith("err_")]
    return chart


def fill_rest(chart, rest):
    """DEF stands for the octets that no other edge of the state has."""
    for start, edge in rest.items():
        edge.octets = OCTETS.difference(*[other.octets for other in chart.edges if other.start == start])
        chart.edges.append(edge)


# ---- Making it readable ----


def join_edges(chart):
    """Edges between the same states with the same actions are one."""
    joined = {}
    for edge in chart.edges:
        key = (edge.start, edge.end, tuple(edge.actions))
        if key in joined:
            joined[key].octets |= edge.octets
        else:
            joined[key] = edge
    chart.edges = list(joined.values())


def as_letter(octets):
    """The character of an edge that takes one, in any case: `h` for H and h."""
    letters = {chr(octet) for octet in octets if 32 < octet < 127}
    if len(letters) != len(octets) or len({letter.lower() for letter in letters}) != 1:
        return None
    return max(letters)


def join_words(chart):
    """A state with one plain way in and one plain way out is left out: its letters become a word."""
    for edge in chart.edges:
        edge.word = as_letter(edge.octets)
    while True:
        before, after = find_passage(chart)
        if not before:
            return
        chart.edges.remove(after)
        before.word, before.end, before.actions = before.word + after.word, after.end, before.actions + after.actions


def find_passage(chart):
    ways_in, ways_out = defaultdict(list), defaultdict(list)
    for edge in chart.edges:
        ways_in[edge.end].append(edge)
        ways_out[edge.start].append(edge)
    for state in ways_in:
        if state in chart.final or state == chart.entry or len(ways_in[state]) != 1 or len(ways_out[state]) != 1:
            continue
        before, after = ways_in[state][0], ways_out[state][0]
        if before is not after and before.word and after.word and not before.actions:
            return before, after
    return None, None


def number_states(chart):
    """1, 2, 3 from the entry on."""
    order, queue = {}, [chart.entry]
    while queue:
        state = queue.pop(0)
        if state not in order:
            order[state] = str(len(order) + 1)
            queue += [edge.end for edge in chart.edges if edge.start == state]
    chart.edges = [edge for edge in chart.edges if edge.start in order]
    chart.final = {order[state] for state in chart.final if state in order}
    for edge in chart.edges:
        edge.start, edge.end = order[edge.start], order[edge.end]
    chart.entry = "1"


# ---- Names of octets ----


def name_octet(octet):
    return NAMES.get(octet) or (chr(octet) if 32 < octet < 127 else "%02X" % octet)


def kind_of(octet):
    """Octets of one kind may be named as a range; signs and white space are named one by one."""
    if chr(octet).isascii() and chr(octet).isalnum():
        return "digit" if octet < 58 else "upper" if octet < 91 else "lower"
    return "high" if 127 < octet < 256 else octet if octet in NAMES or octet > 31 else "control"


def name_range(first, last):
    if last - first < 2:
        return " ".join(name_octet(octet) for octet in range(first, last + 1))
    return "%s–%s" % (name_octet(first), name_octet(last))


def name_ranges(octets):
    runs = []
    for octet in sorted(octets):
        if runs and octet == runs[-1][-1] + 1 and kind_of(octet) == kind_of(runs[-1][-1]):
            runs[-1].append(octet)
        else:
            runs.append([octet])
    return " ".join(name_range(numbers[0], numbers[-1]) for numbers in runs)


def name_by_class(octets, classes):
    """The largest class that fits, and the ranges that are left."""
    fitting = [name for name in classes if classes[name] <= octets and len(classes[name]) >= 10]
    if not fitting:
        return name_ranges(octets)
    largest = max(fitting, key=lambda name: len(classes[name]))
    left = octets - classes[largest]
    return largest + (" " + name_by_class(left, classes) if left else "")


def name_octets(octets, classes):
    """The shortest of: classes and ranges; a class but for some octets."""
    names = [name_by_class(octets, classes)]
    for name in classes:
        missing = classes[name] - octets
        if octets < classes[name] and len(missing) <= 8:
            names.append("%s − %s" % (name, name_ranges(missing)))
    return min(names, key=len)


def read_classes():
    classes = {}
    for name in CLASSES:
        chart = read_graph(draw_graph("grammar/rfc9112.rl", "rfc9112", name))
        classes[name] = frozenset().union(*[edge.octets for edge in chart.edges])
    return classes


# ---- Drawing ----

STYLE = """digraph {
rankdir=LR; bgcolor=transparent; nodesep=0.35; ranksep=0.55; pad=0.1;
node [shape=circle, fixedsize=true, width=0.34, fontsize=10, fontname="Helvetica", color="#334455", fontcolor="#334455"];
edge [fontsize=11, fontname="Courier", color="#667788", arrowsize=0.6];
entry [shape=point, width=0.08]; entry -> 1;
"""


def break_lines(text, width=26):
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > width and lines[-1]:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


def show_guard(action):
    """A guard as a question, for which there is room: require_bare_LF is `bare_LF?`."""
    return action[len("require_"):] + "?" if action.startswith("require_") else action


def show_actions(actions):
    shown = [show_guard(action) for action in dict.fromkeys(actions) if not action.startswith("fail_")]
    return "".join('<br/><font point-size="9" color="#a04000">%s</font>' % html.escape(action) for action in shown)


def is_relaxed(edge):
    names = [NAMES.get(octet, "") for octet in edge.octets]
    return any(action.startswith("require_") for action in edge.actions) or all(name.startswith("relaxed_") for name in names)


def show_edge(edge, classes):
    text = edge.word or name_octets(edge.octets, classes)
    octets = "<br/>".join(html.escape(line).replace("]", "&#93;") for line in break_lines(text))
    style = ", style=dashed" if is_relaxed(edge) else ""
    return "%s -> %s [label=<%s%s>%s];\n" % (edge.start, edge.end, octets, show_actions(edge.actions), style)


def show_chart(chart, classes):
    finals = "".join("%s [peripheries=2];\n" % state for state in sorted(chart.final))
    return STYLE + finals + "".join(show_edge(edge, classes) for edge in chart.edges) + "}\n"


def draw_chart(file, machine, wanted, classes, folder):
    rule, _, names = wanted.rstrip("]").partition("[")
    chart = read_graph(draw_graph(file, machine, rule, names.split(",") if names else ()))
    join_edges(chart)
    join_words(chart)
    number_states(chart)
    name = "%s-%s.svg" % (machine, rule)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as picture:
        picture.write(run([DOT, "-Tsvg"], input=show_chart(chart, classes)))
    return '<h3><code>%s</code></h3>\n<p>%s</p>\n<img src="%s" alt="state chart of %s">\n' % (rule, caption(file, chart), name, rule)


def caption(file, chart):
    states = len({edge.end for edge in chart.edges} | {"1"})
    refusals = ", ".join("<code>%s</code>" % action for action in chart.refusals)
    return "parser/%s, %d state%s%s" % (file, states, "" if states == 1 else "s", "; what does not fit: " + refusals if refusals else "")


# The name, the text for dot and its options, and what is to be seen.
def list_lives():
    steps, answers = reading.read_steps(), reading.read_answers()
    return (
        ("request", lives.show_side(steps, "request"), [], "The request's side. Events that do not lead to another state are left out."),
        ("response", lives.show_side(steps, "response"), [], "The response's side."),
        ("exchange", lives.show_joint(steps, answers), ["-Kneato", "-n"],
         "Both: the request goes across, the response down. In each pair stands what is wanted there, which may depend on a flag. Pale arrows close or break."),
    )


def draw_life(name, text, options, words, folder):
    with open(os.path.join(folder, "life-%s.svg" % name), "w", encoding="utf-8") as picture:
        picture.write(run([DOT] + options + ["-Tsvg"], input=text))
    return '<h3><code>%s</code></h3>\n<p>%s</p>\n<img src="life-%s.svg" alt="state chart of the %s">\n' % (name, words, name, name)


INDEX = """<!doctype html>
<meta charset="utf-8">
<title>The machines of fluxo</title>
<style>
body { font: 16px/1.5 sans-serif; margin: 2em; color: #223344; }
img { max-width: 100%%; }
h2 { border-top: 1px solid #ccd5dd; padding-top: 1em; }
</style>
<h1>The machines of fluxo</h1>
<p>A circle is a state, a double one may be the end, and the dot is where it begins. An edge has the octets that it takes, by the names
of the grammar or as ranges (octets that are not visible in hexadecimal; − is all but), and under them what is done. Dashed edges are
relaxations: the strict profile refuses there. Letters in lower case are taken in any case. Where the name of a whole rule stands on
an edge, the rule is passed through there.</p>
%s"""


def draw_all(folder):
    os.makedirs(folder, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        classes = read_classes()
        parts = []
        for heading, file, machine, rules in CHARTS:
            drawn = [pool.submit(draw_chart, file, machine, rule, classes, folder) for rule in rules.split()]
            parts.append((heading, drawn))
        drawn = [pool.submit(draw_life, *picture, folder) for picture in list_lives()]
        parts.append(('<a href="../life.md">The life of a connection</a>', drawn))
        text = "".join("<h2>%s</h2>\n%s" % (heading, "".join(done.result() for done in drawn)) for heading, drawn in parts)
    with open(os.path.join(folder, "index.html"), "w", encoding="utf-8") as index:
        index.write(INDEX % text)


if __name__ == "__main__":
    where = sys.argv[1] if len(sys.argv) > 1 else os.path.join(TOP, "doc", "pictures")
    draw_all(where)
    print("%s/index.html" % where)
