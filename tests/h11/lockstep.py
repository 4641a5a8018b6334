# SPDX-License-Identifier: MIT
"""fluxo_life_step and h11's ConnectionState, side by side on the same random events of one connection. TAP.

    python3 lockstep.py LIFE.so CHANGED.so      (stream/life.c, and the same with a guard less, which has to be noticed)

How this works: each event of life.def is what h11 calls by one or two names, in translate(). Both take it from the same state; then
both must have taken it or refused it, and be in the same state. What differs must be a row of REASONS, and is counted there; after
that the one follows the other, so that the walk goes on: where the row says "ours" or "h11's", that one alone has taken the event,
and takes it back; where it says "both", h11 is told what we know beyond it. A row that nothing is like is stale, and fails.

Environment: H11_SEED, H11_STEPS.
"""

import ctypes
import os
import random
import sys

from h11 import CLIENT, CLOSED, DONE, ERROR, IDLE, MIGHT_SWITCH_PROTOCOL, MUST_CLOSE, SEND_BODY, SEND_RESPONSE, SERVER
from h11 import SWITCHED_PROTOCOL, ConnectionClosed, Data, EndOfMessage, InformationalResponse, LocalProtocolError, Request, Response
from h11._state import _SWITCH_CONNECT, _SWITCH_UPGRADE, ConnectionState

SEED = int(os.environ.get("H11_SEED", "20231009"))
STEPS = int(os.environ.get("H11_STEPS", "300000"))  # for each role

SIDES = "IDLE WAIT BODY DONE TUNNEL CLOSED ERROR".split()
FLAGS = dict(zip("SERVER CLOSE OLD UPGRADE CONNECT EXPECT WANTED UNTIL_CLOSE HELD".split(), (1 << bit for bit in range(9))))
REQUEST_BRINGS = [brings << 1 for brings in range(32) if not (brings << 1 & FLAGS["OLD"] and brings << 1 & (FLAGS["UPGRADE"] | FLAGS["EXPECT"]))]
RESPONSE_BRINGS = [0, FLAGS["CLOSE"], FLAGS["CLOSE"] | FLAGS["UNTIL_CLOSE"]]
HEADS = {"REQUEST": REQUEST_BRINGS, "RESPONSE": RESPONSE_BRINGS}


class Life(ctypes.Structure):
    _fields_ = [("request", ctypes.c_uint8), ("response", ctypes.c_uint8), ("flags", ctypes.c_uint16)]

    def copy(self):
        return Life(self.request, self.response, self.flags)

    def has(self, name):
        return bool(self.flags & FLAGS[name])

    def show(self):
        flags = "".join(" " + name for name in FLAGS if self.has(name))
        return "%s/%s%s" % (SIDES[self.request], SIDES[self.response], flags)


class Table:
    """life.c as a shared object."""

    def __init__(self, path):
        library = ctypes.CDLL(path)
        self.step = library.fluxo_life_step
        self.step.argtypes = [ctypes.POINTER(Life), ctypes.c_int, ctypes.c_uint]
        library.fluxo_life_event_name.restype = ctypes.c_char_p
        self.events = []
        while library.fluxo_life_event_name(len(self.events)):
            self.events.append(library.fluxo_life_event_name(len(self.events)).decode())


# ---- h11 ----


def save(state):
    return dict(state.states), state.keep_alive, set(state.pending_switch_proposals)


def restore(state, saved):
    state.states, state.keep_alive, state.pending_switch_proposals = dict(saved[0]), saved[1], set(saved[2])


def send_request(state, brings, _):
    if brings & FLAGS["CONNECT"]:
        state.process_client_switch_proposal(_SWITCH_CONNECT)
    if brings & FLAGS["UPGRADE"]:
        state.process_client_switch_proposal(_SWITCH_UPGRADE)
    state.process_event(CLIENT, Request)
    if brings & FLAGS["CLOSE"]:
        state.process_keep_alive_disabled()


def send_response(state, brings, _):
    state.process_event(SERVER, Response)
    if brings & FLAGS["CLOSE"]:
        state.process_keep_alive_disabled()


def close_server(state, _, before):
    if SIDES[before.response] == "BODY" and before.has("UNTIL_CLOSE"):
        state.process_event(SERVER, EndOfMessage)
    state.process_event(SERVER, ConnectionClosed)


TRANSLATIONS = {
    "REQUEST": send_request,
    "REQUEST_CONTENT": lambda state, *_: state.process_event(CLIENT, Data),
    "REQUEST_END": lambda state, *_: state.process_event(CLIENT, EndOfMessage),
    "REQUEST_CLOSE": lambda state, *_: state.process_event(CLIENT, ConnectionClosed),
    "CONTINUE": lambda state, *_: state.process_event(SERVER, InformationalResponse),
    "INTERIM": lambda state, *_: state.process_event(SERVER, InformationalResponse),
    "SWITCH": lambda state, *_: state.process_event(SERVER, InformationalResponse, _SWITCH_UPGRADE),
    "TUNNEL": lambda state, *_: state.process_event(SERVER, Response, _SWITCH_CONNECT),
    "RESPONSE": send_response,
    "RESPONSE_CONTENT": lambda state, *_: state.process_event(SERVER, Data),
    "RESPONSE_END": lambda state, *_: state.process_event(SERVER, EndOfMessage),
    "RESPONSE_CLOSE": close_server,
    "NEXT": lambda state, *_: state.start_next_cycle(),
}
# What h11 does not judge: it is told, where ours may happen.
TOLD = {"REQUEST_BAD": CLIENT, "EXCESS": CLIENT, "RESPONSE_BAD": SERVER}
# What ends a walk.
ENDS = {"REQUEST_CLOSE", "REQUEST_BAD", "RESPONSE_CLOSE", "RESPONSE_BAD"}
# What h11's state object does not know: HOLD is its PAUSED, the others a flag of its Connection that steers nothing.
UNKNOWN = {"HOLD", "WANT", "PROCEED"}

CLIENT_SIDES = {IDLE: ["IDLE"], SEND_BODY: ["BODY"], DONE: ["DONE"], MIGHT_SWITCH_PROTOCOL: ["DONE"], MUST_CLOSE: ["IDLE", "DONE"],
                CLOSED: ["CLOSED"], SWITCHED_PROTOCOL: ["TUNNEL"], ERROR: ["ERROR"]}
SERVER_SIDES = {IDLE: ["IDLE"], SEND_RESPONSE: ["WAIT"], SEND_BODY: ["BODY"], DONE: ["DONE"], MUST_CLOSE: ["IDLE", "DONE"],
                CLOSED: ["CLOSED"], SWITCHED_PROTOCOL: ["TUNNEL"], ERROR: ["ERROR"]}


def is_taken(state, event, brings, before):
    saved = save(state)
    try:
        TRANSLATIONS[event](state, brings, before)
        return True
    except (LocalProtocolError, AttributeError) as refusal:
        if isinstance(refusal, AttributeError) and event not in ("REQUEST", "SWITCH", "TUNNEL"):
            raise  # for these h11's own words of refusal fail: it looks for the name of an event that is a pair
        restore(state, saved)
        return False


def show_state(state):
    offers = "".join(" " + offer.__name__ for offer in sorted(state.pending_switch_proposals, key=str))
    return "%s/%s%s%s" % (state.states[CLIENT].__name__, state.states[SERVER].__name__, "" if state.keep_alive else " no keep-alive", offers)


def find_difference(life, state):
    """In what the two are not in the same state; None: in nothing."""
    request, response = SIDES[life.request], SIDES[life.response]
    if request not in CLIENT_SIDES[state.states[CLIENT]]:
        return "request"
    if response not in SERVER_SIDES[state.states[SERVER]]:
        return "response"
    ends = {"CLOSED", "ERROR"} & {request, response} or life.has("UNTIL_CLOSE")
    if state.keep_alive == life.has("CLOSE") and not (life.has("CLOSE") and ends):
        return "CLOSE"
    offers = {offer for offer, flag in ((_SWITCH_UPGRADE, "UPGRADE"), (_SWITCH_CONNECT, "CONNECT")) if life.has(flag)}
    if response == "WAIT" and offers != state.pending_switch_proposals:
        return "offers"
    return None


# ---- Where they differ ----


def request_is(life, *sides):
    return SIDES[life.request] in sides


def response_is(life, *sides):
    return SIDES[life.response] in sides


def disable(state):
    state.process_keep_alive_disabled()


# Who took it (ours, h11's; both: the state differs), the events, when, what to tell h11 then, the section, the sentence
REASONS = (
    ("ours", "REQUEST_CLOSE", lambda life: request_is(life, "BODY"), lambda state: state.process_error(CLIENT),
     "RFC 9112 8", "a client that closes in its request is an event that leads to ERROR; to h11 it is an exception, which leads there too"),
    ("ours", "RESPONSE_CLOSE", lambda life: response_is(life, "WAIT", "BODY") and not life.has("UNTIL_CLOSE"),
     lambda state: state.process_error(SERVER),
     "RFC 9112 8", "a server that closes before its response is complete, likewise"),
    ("h11's", "REQUEST_CLOSE", lambda life: request_is(life, "CLOSED"), None,
     "RFC 9112 9.6", "who has closed cannot close again; h11 lets it"),
    ("h11's", "RESPONSE_CLOSE", lambda life: response_is(life, "CLOSED"), None,
     "RFC 9112 9.6", "a server that has closed, likewise"),
    ("h11's", "REQUEST_CLOSE", lambda life: request_is(life, "DONE") and life.has("HELD"), None,
     "RFC 9112 9.3.2", "what waits behind the request comes before the end; h11 sees to that outside of its state object"),
    ("ours", "REQUEST_CLOSE", lambda life: request_is(life, "DONE") and (life.has("UPGRADE") or life.has("CONNECT")), None,
     "RFC 9112 9.6", "a client that offers a protocol may close its side, and still wants its response; h11 refuses the end"),
    ("h11's", "CONTINUE INTERIM SWITCH", lambda life: life.has("OLD"), None,
     "RFC 9110 15.2", "no 1xx to an HTTP/1.0 client; h11's state object does not know versions"),
    ("h11's", "CONTINUE INTERIM", lambda life: life.has("SERVER") and request_is(life, "ERROR"), None,
     "RFC 9110 15.2.1", "a server encourages nobody whose request is broken already"),
    ("h11's", "SWITCH", lambda life: life.has("UPGRADE") and not request_is(life, "DONE", "CLOSED"), None,
     "RFC 9110 7.8", "101 before the request is complete would change the protocol in the middle of a message"),
    ("h11's", "TUNNEL", lambda life: life.has("CONNECT") and not request_is(life, "DONE", "CLOSED"), None,
     "RFC 9110 9.3.6", "a tunnel before the request is complete, likewise"),
    ("both", "RESPONSE", lambda life: life.has("CONNECT"), disable,
     "RFC 9110 9.3.6", "a connection is not used again after CONNECT was refused: octets for the tunnel may be on their way"),
    ("both", "RESPONSE", lambda life: life.has("EXPECT"), disable,
     "RFC 9110 10.1.1", "nor after a final response instead of 100: nobody knows whether the body comes"),
    ("both", "RESPONSE", lambda life: life.has("SERVER") and response_is(life, "IDLE"), disable,
     "RFC 9110 15.5.9", "a response that nobody asked for is a server's last"),
    ("h11's", "RESPONSE", lambda life: not life.has("SERVER") and response_is(life, "IDLE"), None,
     "RFC 9112 9.2", "a client takes no response that answers no request"),
    ("h11's", "RESPONSE_END", lambda life: response_is(life, "BODY") and life.has("UNTIL_CLOSE"), None,
     "RFC 9112 6.3", "a response until close ends by closing, which is one event; h11 makes two of it, the first without the second"),
)


def find_reason(who, event, before):
    for reason in REASONS:
        if reason[0] == who and event in reason[1].split() and reason[2](before):
            return reason
    return None


# ---- One walk ----


class Unexplained(Exception):
    pass


class Walk:
    def __init__(self, table, role, chance):
        self.table, self.role, self.chance = table, role, chance
        self.counts = dict.fromkeys(REASONS, 0)
        self.taken, self.steps, self.possible = 0, 0, {}
        self.choices = [(number, event, brings) for number, event in enumerate(table.events) for brings in HEADS.get(event, (0,))]

    def begin(self):
        self.life, self.state, self.history = Life(0, 0, self.role), ConnectionState(), []

    def list_possible(self):
        """The events that ours may take now, an end seldom, so that the walk goes deep."""
        key = (self.life.request, self.life.response, self.life.flags)
        if key not in self.possible:
            self.possible[key] = [choice for choice in self.choices if self.table.step(self.life.copy(), choice[0], choice[2])
                                  for _ in range(1 if choice[1] in ENDS else 3)]
        return self.possible[key]

    def choose(self):
        choices = self.list_possible() if self.chance() < 0.75 else None
        choices = choices or self.choices
        return choices[int(self.chance() * len(choices))]

    def explain(self, who, event, before, words):
        reason = find_reason(who, event, before)
        if not reason:
            raise Unexplained("%s; now ours is %s, h11's %s; after: %s"
                              % (words, self.life.show(), show_state(self.state), ", ".join(self.history)))
        self.counts[reason] += 1
        return reason

    def settle(self, who, event, before):
        """One has taken what the other refused."""
        reason = self.explain(who, event, before, "%s took %s" % (who, event))
        if reason[3]:
            reason[3](self.state)
        elif who == "ours":
            self.life = before

    def compare(self, event, before):
        difference = find_difference(self.life, self.state)
        if difference:
            reason = self.explain("both", event, before, "after %s they differ in %s" % (event, difference))
            reason[3](self.state)
            if find_difference(self.life, self.state):
                self.explain("none", event, before, "what was told of %s does not help" % event)

    def step(self):
        number, event, brings = self.choose()
        before, saved = self.life.copy(), None
        self.history.append(event + "".join(" " + name for name in FLAGS if brings & FLAGS[name]))
        ours = self.table.step(self.life, number, brings)
        self.taken += ours
        if event in UNKNOWN:
            return
        if event in TOLD:
            if ours:
                self.state.process_error(TOLD[event])
        else:
            saved = save(self.state)
            theirs = is_taken(self.state, event, brings, before)
            if ours and not theirs:
                self.settle("ours", event, before)
            if theirs and not ours:
                self.settle("h11's", event, before)
                restore(self.state, saved)
        self.compare(event, before)

    def run(self, steps):
        while self.steps < steps:
            self.begin()
            for _ in range(60):
                self.step()
                self.steps += 1
                if min(self.life.request, self.life.response) >= SIDES.index("TUNNEL") and self.chance() < 0.3:
                    break


# ---- TAP ----

told = 0


def tell(holds, words, why=None):
    global told
    told += 1
    print("%s %d - %s" % ("ok" if holds else "not ok", told, words))
    if not holds and why:
        print("# %s" % why)


def walk_role(table, name, role, chance):
    walk, why = Walk(table, role, chance), None
    try:
        walk.run(STEPS)
    except Unexplained as failure:
        why = str(failure)
    differ = sum(walk.counts.values())
    print("# %s: %d steps, %d taken by ours, %d states; %d (%.1f %%) differ for a reason" %
          (name, walk.steps, walk.taken, len(walk.possible), differ, 100.0 * differ / max(walk.steps, 1)))
    return walk, why


def main(arguments):
    print("# seed %d" % SEED)
    counts = dict.fromkeys(REASONS, 0)
    for name, role in (("client", 0), ("server", FLAGS["SERVER"])):
        walk, why = walk_role(Table(arguments[0]), name, role, random.Random(SEED + role).random)
        tell(not why, "a %s's life is h11's in %d random steps, or differs for a reason" % (name, STEPS), why)
        for reason in REASONS:
            counts[reason] += walk.counts[reason]
    for reason, times in counts.items():
        tell(times, "%s (%s): %d times" % (reason[5], reason[4], times), "nothing is like this")
    walk, why = walk_role(Table(arguments[1]), "a server with a guard less", FLAGS["SERVER"], random.Random(SEED).random)
    tell(why, "the same table with a guard less is noticed")
    print("1..%d" % told)


if __name__ == "__main__":
    main(sys.argv[1:])
