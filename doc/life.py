# SPDX-License-Identifier: MIT
"""Writes doc/life.md: the life of a connection, from the rows of life.def and want.def and the words of stream.h.

How this works: a life is here a pair of sides and a set of flags, and step() does with a row what life.c does with it. So the
stories of doc/stories.txt are run, and the page tells what came of them; tests/life.c runs the page through life.c again.
"""

from collections import defaultdict, namedtuple

import reading
from writing import escape, link, table

Life = namedtuple("Life", "request response flags")
ENDS = ("server", "client")


# ---- Running the rows ----


def fits(row, life):
    return (life.request in row.request and life.response in row.response and life.flags.issuperset(row.needs)
            and life.flags.isdisjoint(row.unless))


def step(steps, life, event, brings=()):
    """The life after the event; None where it may not happen."""
    row = next((row for row in steps if row.event == event and fits(row, life)), None)
    if not row:
        return None
    flags = life.flags.difference(row.drops).union(row.sets, set(brings).intersection(row.adopts))
    return Life(*(row.request_after or (life.request,)), *(row.response_after or (life.response,)), flags)


def want(answers, life):
    return next(row.want for row in answers if fits(row, life))


def begin(end):
    return Life("IDLE", "IDLE", frozenset({"SERVER"} if end == "server" else ()))


def can_bring(row):
    """Each flag alone is enough to come to all pairs of sides; until close says close."""
    kinds = [()] + [(flag,) for flag in row.adopts if flag != "UNTIL_CLOSE"]
    return kinds + ([("CLOSE", "UNTIL_CLOSE")] if "UNTIL_CLOSE" in row.adopts else [])


def walk(steps):
    """All lives that can be reached, each with the events that lead out of it and where to."""
    ways, queue = {}, [begin(end) for end in ENDS]
    while queue:
        life = queue.pop()
        if life in ways:
            continue
        tried = [(row.event, step(steps, life, row.event, brings)) for row in steps if fits(row, life) for brings in can_bring(row)]
        ways[life] = [(event, after) for event, after in tried if after]
        queue += [after for _, after in ways[life]]
    return ways


# ---- Tables ----


def show_words(words):
    return "any" if words == reading.SIDES else " ".join("`%s`" % word for word in words)


def show_flags(row):
    parts = [show_words(row.needs)] + (["not " + show_words(row.unless)] if row.unless else [])
    return ", ".join(filter(None, parts))


def show_after(row):
    parts = [("request %s" % show_words(row.request_after)) if row.request_after else "",
             ("response %s" % show_words(row.response_after)) if row.response_after else "",
             ("sets %s" % show_words(row.sets)) if row.sets else "", ("drops %s" % show_words(row.drops)) if row.drops else "",
             ("takes from the head %s" % show_words(row.adopts)) if row.adopts else ""]
    return "; ".join(filter(None, parts))


def write_steps(steps):
    rows = [[link("`%s`" % row.event, "stream/fluxo/life.def", row.line), show_words(row.request), show_words(row.response), show_flags(row),
             show_after(row), escape(row.sentence), row.section.replace("RFC ", "")] for row in steps]
    return table(["event", "request", "response", "flags", "what it does", "in words", "section"], rows)


def write_answers(answers):
    rows = [[link("`%s`" % row.want, "stream/fluxo/want.def", row.line), show_words(row.request), show_words(row.response), show_flags(row),
             escape(row.sentence)] for row in answers]
    return table(["want", "request", "response", "flags", "because"], rows)


def write_words(prefix):
    return table(["word", "meaning"], [["`%s`" % name, escape(meaning)] for name, meaning in reading.read_words(prefix)])


def write_joint(ways, answers, role):
    """The request's side down, the response's across; in each field what is wanted there."""
    wants = defaultdict(list)
    for life in ways:
        word = want(answers, life)
        if ("SERVER" in life.flags) == (role == "server") and word not in wants[life.request, life.response]:
            wants[life.request, life.response].append(word)
    rows = [["`%s`" % request] + [" or ".join("`%s`" % word for word in sorted(wants[request, response])) for response in reading.SIDES]
            for request in reading.SIDES if any(wants[request, response] for response in reading.SIDES)]
    return table(["request, response:"] + ["`%s`" % side for side in reading.SIDES], rows)


# ---- Pictures ----


def list_edges(steps, side):
    """From, to, and the events on the way, for one of the sides."""
    edges = defaultdict(list)
    for row in steps:
        for after in getattr(row, side + "_after"):
            for before in getattr(row, side):
                if row.event not in edges[before, after]:
                    edges[before, after].append(row.event)
    return edges


def write_picture(steps, side):
    edges = list_edges(steps, side)
    lines = ["    %s --> %s: %s" % (before, after, ", ".join(events)) for (before, after), events in edges.items()]
    return "```mermaid\nstateDiagram-v2\n    direction LR\n    [*] --> IDLE\n%s\n```\n" % "\n".join(lines)


# ---- Stories ----


def show_life(life):
    flags = "".join(" " + name for name, _ in reading.read_words("LIFE") if name in life.flags and name != "SERVER")
    return "`%s/%s%s`" % (life.request, life.response, flags)


def tell_end(steps, answers, lives, end, event, brings):
    after = step(steps, lives[end], event, brings)
    if not after:
        raise SystemExit("doc/stories.txt: the %s in %s cannot take %s" % (end, show_life(lives[end]), event))
    lives[end] = after
    return [show_life(after), "`%s`" % want(answers, after)]


def write_story(steps, answers, story):
    ends = [end for end in ENDS if any(who in (end, "both") for who, _, _ in story.events)]
    lives = {end: begin(end) for end in ends}
    rows = [["", ""] + [cell for end in ends for cell in (show_life(lives[end]), "`%s`" % want(answers, lives[end]))]]
    for who, event, words in story.events:
        event, *brings = event.split()
        row = ["`%s`" % " ".join([event] + brings), words]
        for end in ends:
            row += tell_end(steps, answers, lives, end, event, brings) if who in (end, "both") else ["", ""]
        rows.append(row)
    titles = ["event", "what happens"] + [title for end in ends for title in ("the " + end, "wants")]
    return "### %s\n\n%s\n\n%s" % (story.title, story.text, table(titles, rows))


# ---- The page ----

PAGE = """# The life of a connection

Written by `./dev map` from the rows of [life.def](../stream/fluxo/life.def) and [want.def](../stream/fluxo/want.def), the words of
[stream.h](../stream/fluxo/stream.h) and the [stories](stories.txt); do not edit. These rows are not a description of the program: they are the
program. `fluxo_life_step` finds the first row that fits, and does what it says.

A connection carries exchanges, one after the other. An exchange has two sides: the *request*, which the client writes, and the *response*, which the
server writes. Both ends keep book of both sides, each with the same rows; they differ only in who reads what. So the state of a connection is the
state of its request, the state of its response, and some flags: it is written `request/response FLAGS` below.

Whatever happens is an *event*: a head, octets of a body, the end of a message, an end of the line. An event may happen when a row fits; else it is
refused and nothing has changed, which for what the peer sends is its fault, and for what you write is your misuse. After each event
`fluxo_conn_want` says in one word what is to be done next. A server is a loop around that word, and so is a client.

There are %(lives)d rows for %(events)d events, and %(answers)d for the %(wants)d words of want. They lead to %(pairs)d pairs of sides.
[tests/life.c](../tests/life.c) walks through all states with all flags, and takes each word out of the tables in turn to see that it is missed;
[tests/pair.c](../tests/pair.c) puts a client and a server on the two ends of a slow line: what one may send the other takes, and they never both
wait. [tests/h11.sh](../tests/h11.sh) compares the steps with those of another implementation, h11, and lists why some differ.

## The sides

%(sides)s
The request goes this way:

%(request)s
And the response this way:

%(response)s
(`./dev pictures` draws both, and both together.) `NEXT` is one step of both: it leads from `DONE/DONE` to `IDLE/IDLE`. So are `SWITCH` and `TUNNEL`: both sides are in `TUNNEL`, or none.

## The flags

%(flags)s
## What is wanted

%(words)s
Whoever is to `WRITE` may read meanwhile, and should where what comes is of use: a client that sends a long body sees an early refusal (RFC 9112
9.5). Whoever is to `READ` may write meanwhile what the rows allow: a server may answer before the request is complete.

A server, by its sides: the request's down, the response's across. Where there are two words, a flag decides.

%(server)s
A client:

%(client)s
## Stories

Each line is an event, and what both ends make of it. An empty cell: that end is not told. The role is left out of the flags.

%(stories)s
## Every event

A row fits when the sides and flags are such. *any* is any state of that side, and the first row that fits is the one.

%(steps)s
## Every answer

The first row that fits is the answer.

%(answers_table)s"""


def write_page(steps):
    answers, ways = reading.read_answers(), walk(steps)
    return PAGE % {
        "lives": len(steps), "events": len({row.event for row in steps}), "answers": len(answers), "wants": len({row.want for row in answers}),
        "pairs": len({(life.request, life.response) for life in ways}),
        "sides": write_words("SIDE"), "flags": write_words("LIFE"), "words": write_words("WANT"),
        "request": write_picture(steps, "request"), "response": write_picture(steps, "response"),
        "server": write_joint(ways, answers, "server"), "client": write_joint(ways, answers, "client"),
        "stories": "\n".join(write_story(steps, answers, story) for story in reading.read_stories()),
        "steps": write_steps(steps), "answers_table": write_answers(answers)}
