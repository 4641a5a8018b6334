# SPDX-License-Identifier: MIT
"""Draws the life of a connection from the rows of life.def and want.def: each side, and both together, as text for `dot`.

How this works: the two sides are charts of a few states. Both together are a field with the request's side across and the
response's down, as the arrow of time goes in the message; a state is where its sides cross, with what is wanted there. An event of
one side is an arrow across or down, and the few of both go aslant. Arrows of what closes or breaks are pale: there are many.
"""

from collections import defaultdict

import life
import reading

STYLE = """digraph {
bgcolor=transparent; pad=0.2; %s
node [shape=box, style="rounded", fontsize=11, fontname="Helvetica", color="#334455", fontcolor="#334455"];
edge [fontsize=9, fontname="Courier", color="#667788", fontcolor="#a04000", arrowsize=0.6];
"""
ENDS = {"REQUEST_CLOSE", "REQUEST_BAD", "EXCESS", "RESPONSE_CLOSE", "RESPONSE_BAD"}
ACROSS = [side for side in reading.SIDES if side != "WAIT"]  # the request is never there
COLUMN, ROW = 205, 100  # points


def show_side(steps, side):
    edges = life.list_edges(steps, side)
    lines = ['%s -> %s [label="%s"];\n' % (before, after, "\\n".join(events)) for (before, after), events in edges.items()]
    return STYLE % "rankdir=LR; nodesep=0.4; ranksep=0.7;" + "entry [shape=point, width=0.08]; entry -> IDLE;\n" + "".join(lines) + "}\n"


def name_state(state):
    return "%s_%s" % (state.request, state.response)


def list_wants(ways, answers):
    """For each pair of sides and each role what is wanted there."""
    wants = defaultdict(list)
    for state in ways:
        role, word = "server" if "SERVER" in state.flags else "client", life.want(answers, state)
        if word not in wants[name_state(state), role]:
            wants[name_state(state), role].append(word)
    return wants


def show_state(state, wants):
    words = ["%s: %s" % (role, " ".join(sorted(wants[name_state(state), role]))) for role in life.ENDS if wants[name_state(state), role]]
    label = '<<b>%s/%s</b><br/><font point-size="8">%s</font>>' % (state.request, state.response, "<br/>".join(words))
    across, down = ACROSS.index(state.request), reading.SIDES.index(state.response)
    return '%s [label=%s, pos="%d,%d"];\n' % (name_state(state), label, across * COLUMN, -down * ROW)


def list_ways(ways):
    """From, to, and the events on the way, for each pair of sides; what ends comes first, to lie below."""
    edges = defaultdict(list)
    for before in ways:
        for event, after in ways[before]:
            if name_state(before) != name_state(after) and event not in edges[name_state(before), name_state(after)]:
                edges[name_state(before), name_state(after)].append(event)
    return sorted(edges.items(), key=lambda edge: not ENDS.issuperset(edge[1]))


def show_way(before, after, events):
    words = 'tooltip="%s"' % ", ".join(events)
    if ENDS.issuperset(events):
        return '%s -> %s [color="#d4dbe2", %s];\n' % (before, after, words)
    return '%s -> %s [label="%s", penwidth=1.4, %s];\n' % (before, after, "\\n".join(events), words)


def show_joint(steps, answers):
    ways = life.walk(steps)
    wants = list_wants(ways, answers)
    states = {name_state(state): show_state(state, wants) for state in ways}
    edges = [show_way(before, after, events) for (before, after), events in list_ways(ways)]
    return STYLE % "splines=true;" + "".join(states.values()) + "".join(edges) + "}\n"
