# SPDX-License-Identifier: MIT
"""Random valid conversations, with octets: h11 asks and fluxo answers, and the other way round.

How this works: a plan says what is asked and answered in each exchange of a connection. Two ends play it, and whatever one sends comes
to the other in pieces cut at random. Each end notes what it sent and what it read; the one's notes must be the other's. Then both must
know of the connection the same: whether it goes on, has ended, or belongs to another protocol.

Environment: H11_SEED, H11_CONVERSATIONS.
"""

import os
import random
import subprocess
from collections import namedtuple

import h11

from tap import tell

SEED = int(os.environ.get("H11_SEED", "20231009"))
CONVERSATIONS = int(os.environ.get("H11_CONVERSATIONS", "400"))  # for each direction

Message = namedtuple("Message", "start content pieces trailer options")  # content: none, length or stream
Exchange = namedtuple("Exchange", "request reaction response")  # reaction to Expect: continue, answer, proceed or none


# ---- Plans ----


def make_pieces(chance):
    return [bytes(chance.choice(b"abcdef\r\n0123456789") for _ in range(chance.choice((1, 2, 7, 40, 300)))) for _ in range(chance.randrange(1, 4))]


def make_body(chance, contents):
    content = chance.choice(contents)
    trailer = content == "stream" and chance.random() < 0.3
    return content, make_pieces(chance) if content != "none" else [], trailer


def make_request(chance, is_last):
    method = chance.choice(("GET", "HEAD", "POST", "PUT", "OPTIONS")) if not is_last else chance.choice(("GET", "POST", "CONNECT"))
    content, pieces, trailer = make_body(chance, ("none",) if method in ("GET", "HEAD", "CONNECT") else ("none", "length", "stream"))
    options = [name for name, odds in (("upgrade", 0.5 if is_last else 0.1), ("expect", 0.4 if pieces else 0), ("close", 0.3 * is_last))
               if chance.random() < odds and method != "CONNECT"]
    target = "example.com:443" if method == "CONNECT" else "*" if method == "OPTIONS" else "/%d" % chance.randrange(1000)
    return Message((method, target), content, pieces, trailer, options)


def make_response(chance, request, is_last):
    status = chance.choice((200, 204, 304, 404, 500, 403))
    if is_last and "upgrade" in request.options and chance.random() < 0.7:
        return Message((101,), "none", [], False, ["upgrade"])
    if request.start[0] == "CONNECT":
        status = chance.choice((200, 403))
    contents = ("none",) if status == 204 or (status == 200 and request.start[0] == "CONNECT") else ("none", "length", "stream")
    content, pieces, trailer = make_body(chance, contents)
    is_silent = request.start[0] == "HEAD" or status == 304
    return Message((status,), content, pieces, trailer and not is_silent, ["close"] if is_last and chance.random() < 0.4 and status != 200 else [])


def make_exchange(chance, is_last):
    request = make_request(chance, is_last)
    response = make_response(chance, request, is_last)
    reactions = ("continue", "proceed") + (("answer",) if is_last and response.start != (101,) else ())
    return Exchange(request, chance.choice(reactions) if "expect" in request.options else "none", response)


def make_plan(chance):
    count = chance.randrange(1, 5)
    return [make_exchange(chance, nth == count - 1) for nth in range(count)]


# ---- The ends. Both send by returning octets, and note what they read. ----


class Fluxo:
    def __init__(self, partner, role):
        self.partner, self.notes, self.left = partner, [], b""
        self.call(role)

    def call(self, *words):
        self.partner.stdin.write(" ".join(words) + "\n")
        self.partner.stdin.flush()
        out = []
        while True:
            word, *rest = self.partner.stdout.readline().split()
            if word == "=":
                break
            if word == "out":
                out.append(bytes.fromhex(rest[0] if rest else ""))
            elif word == "left":
                self.left = bytes.fromhex(rest[0] if rest else "")
            else:
                self.note(word, rest)
        answer, self.want, self.request, self.response = rest
        if answer != "0":
            raise AssertionError("fluxo answers %s to: %s" % (answer, " ".join(words)))
        return b"".join(out)

    def note(self, word, rest):
        if word == "body":
            note_octets(self.notes, bytes.fromhex(rest[0]))
        else:
            self.notes.append((word,) + tuple(rest))

    def receive(self, octets):
        self.call("in", octets.hex())

    def receive_end(self):
        self.call("eof")

    def head(self, message, length):
        word = "request" if len(message.start) == 2 else "response"
        content = str(length) if message.content == "length" else message.content
        return self.call(word, *map(str, message.start), content, *message.options)

    def body(self, piece):
        return self.call("body", piece.hex())

    def end(self, message):
        out = self.call("trailer", "x-sum", "1") if message.trailer else b""
        return out + (self.call("end") if message.content != "none" else b"")

    def interim(self):
        out = self.call("accept")
        assert self.want == "CONTINUE", self.want
        return out + self.call("continue")

    def proceed(self):
        assert self.want == "WAIT", self.want
        self.call("proceed")

    def next(self):
        self.call("next")

    def fate(self):
        return {"NEXT": "goes on", "SWITCH": "switches"}.get(self.want, "ends")


class Other:
    """h11."""

    def __init__(self, role):
        self.conn, self.notes, self.left = h11.Connection(role), [], b""

    def receive(self, octets):
        self.conn.receive_data(octets)
        self.read()

    def receive_end(self):
        self.conn.receive_data(b"")
        self.read()

    def read(self):
        while True:
            event = self.conn.next_event()
            if event in (h11.NEED_DATA, h11.PAUSED) or isinstance(event, h11.ConnectionClosed):
                break
            self.note(event)
        self.left = self.conn.trailing_data[0]

    def note(self, event):
        if isinstance(event, h11.Request):
            self.notes.append(("request", event.method.decode(), event.target.decode()))
        elif isinstance(event, (h11.Response, h11.InformationalResponse)):
            self.notes.append(("response", str(event.status_code)))
            if isinstance(event, h11.InformationalResponse) or self.fate() == "switches":
                self.notes.append(("message",))
        elif isinstance(event, h11.Data):
            note_octets(self.notes, bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            self.notes += [("trailer", name.decode(), value.decode()) for name, value in event.headers] + [("message",)]

    def head(self, message, length):
        fields = [("Upgrade", "chat"), ("Connection", "Upgrade")] if "upgrade" in message.options else []
        fields += [("Connection", "close")] if "close" in message.options else []
        fields += [("Expect", "100-continue")] if "expect" in message.options else []
        tunnels = message.start == (200,) and self.conn.states[h11.CLIENT] is h11.MIGHT_SWITCH_PROTOCOL and self.conn._request_method == b"CONNECT"
        if message.content == "length":
            fields.append(("Content-Length", str(length)))
        elif message.content == "stream":
            fields.append(("Transfer-Encoding", "chunked"))
        elif len(message.start) == 1 and message.start[0] not in (101, 204, 304) and not tunnels:
            fields.append(("Content-Length", "0"))
        if len(message.start) == 2:
            host = message.start[1] if message.start[0] == "CONNECT" else "example.com"
            return self.conn.send(h11.Request(method=message.start[0], target=message.start[1], headers=[("Host", host)] + fields))
        if message.start == (101,):
            return self.conn.send(h11.InformationalResponse(status_code=101, headers=fields))
        return self.conn.send(h11.Response(status_code=message.start[0], headers=fields))

    def body(self, piece):
        return self.conn.send(h11.Data(data=piece))

    def end(self, message):
        if self.conn.our_state is not h11.SEND_BODY:
            return b""
        return self.conn.send(h11.EndOfMessage(headers=[("x-sum", "1")] if message.trailer else []))

    def interim(self):
        assert self.conn.they_are_waiting_for_100_continue
        return self.conn.send(h11.InformationalResponse(status_code=100, headers=[]))

    def proceed(self):
        pass

    def next(self):
        self.conn.start_next_cycle()
        self.read()

    def fate(self):
        states = set(self.conn.states.values())
        return "goes on" if states == {h11.DONE} else "switches" if h11.SWITCHED_PROTOCOL in states else "ends"


def note_octets(notes, octets):
    """Octets of a body are noted together, however they were cut."""
    if notes and notes[-1][0] == "body":
        notes[-1] = ("body", notes[-1][1] + octets)
    elif octets:
        notes.append(("body", octets))


# ---- Playing ----


def deliver(chance, end, octets):
    while octets:
        size = min(len(octets), chance.choice((1, 3, 20, 1000)))
        end.receive(octets[:size])
        octets = octets[size:]


def is_without_body(exchange, message):
    return message is exchange.response and (exchange.request.start[0] == "HEAD" or message.start[0] == 304)


def expect_head(message, notes):
    notes.append(("request" if len(message.start) == 2 else "response",) + tuple(map(str, message.start)))


def expect_rest(exchange, message, notes):
    if not is_without_body(exchange, message):
        for piece in message.pieces:
            note_octets(notes, piece)
    if message.trailer:
        notes.append(("trailer", "x-sum", "1"))
    notes.append(("message",))


def send_rest(chance, sender, reader, exchange, message):
    for piece in message.pieces:
        if not (is_without_body(exchange, message) and isinstance(sender, Other)):
            deliver(chance, reader, sender.body(piece))
    deliver(chance, reader, sender.end(message))


def send_head(chance, sender, reader, message):
    deliver(chance, reader, sender.head(message, sum(map(len, message.pieces))))


def play(chance, client, server, plan):
    """Returns what the server and the client should have read."""
    asked, answered = [], []
    for nth, exchange in enumerate(plan):
        send_head(chance, client, server, exchange.request)
        expect_head(exchange.request, asked)
        if exchange.reaction == "continue":
            deliver(chance, client, server.interim())
            answered += [("response", "100"), ("message",)]
        if exchange.reaction == "proceed":
            client.proceed()
        if exchange.reaction != "answer":
            send_rest(chance, client, server, exchange, exchange.request)
            expect_rest(exchange, exchange.request, asked)
        send_head(chance, server, client, exchange.response)
        expect_head(exchange.response, answered)
        send_rest(chance, server, client, exchange, exchange.response)
        expect_rest(exchange, exchange.response, answered)
        if nth + 1 < len(plan):
            client.next()
            server.next()
    return asked, answered


def name_fate(plan):
    exchange = plan[-1]
    if exchange.response.start == (101,) or (exchange.request.start[0] == "CONNECT" and exchange.response.start == (200,)):
        return "switches"
    options = exchange.request.options + exchange.response.options
    return "ends" if "close" in options or exchange.reaction == "answer" or exchange.request.start[0] == "CONNECT" else "goes on"


# What h11 would still do with the connection, though fluxo does not: the reasons of lockstep.py.
def is_reasoned(plan):
    return plan[-1].reaction == "answer" or plan[-1].request.start[0] == "CONNECT"


def finish(chance, client, server, plan):
    fate = name_fate(plan)
    for end in (client, server):
        if end.fate() != fate and not (isinstance(end, Other) and is_reasoned(plan)):
            raise AssertionError("%s: it %s, and should be so that it %s" % (type(end).__name__, end.fate(), fate))
    if fate == "switches":
        deliver(chance, server, b"ping\r\n\r\n")
        deliver(chance, client, b"pong")
        if (server.left, client.left) != (b"ping\r\n\r\n", b"pong"):
            raise AssertionError("of the other protocol the server has %s, the client %s" % (server.left, client.left))


def converse(chance, client, server, plan):
    asked, answered = play(chance, client, server, plan)
    for name, end, expected in (("server", server, asked), ("client", client, answered)):
        if end.notes != expected:
            raise AssertionError("the %s, %s, read %s instead of %s" % (name, type(end).__name__, end.notes, expected))
    finish(chance, client, server, plan)


# ---- The claims ----


class Careless(Fluxo):
    """Takes one octet for another."""

    def receive(self, octets):
        super().receive(octets.replace(b"a", b"b"))


def converse_often(partner, is_server, kind=Fluxo):
    """Why not, and what was seen."""
    seen = dict.fromkeys(("exchanges", "goes on", "ends", "switches", "continue", "answer", "proceed"), 0)
    for number in range(CONVERSATIONS):
        chance = random.Random("%d %d %s" % (SEED, number, is_server))
        plan = make_plan(chance)
        ours = kind(partner, "server" if is_server else "client")
        other = Other(h11.CLIENT if is_server else h11.SERVER)
        try:
            converse(chance, *((other, ours) if is_server else (ours, other)), plan)
        except (AssertionError, h11.ProtocolError) as failure:
            return "conversation %d: %s: %s; %s" % (number, type(failure).__name__, failure, plan), seen
        seen["exchanges"] += len(plan)
        seen[name_fate(plan)] += 1
        for exchange in plan:
            seen[exchange.reaction] = seen.get(exchange.reaction, 0) + 1
    return None, seen


def compare(path):
    """Of partner.c, compiled."""
    partner = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
    for is_server, words in ((True, "fluxo answers h11 in %d conversations, and both read what was meant"),
                             (False, "fluxo asks h11 in %d conversations, and both read what was meant")):
        why, seen = converse_often(partner, is_server)
        print("# " + ", ".join("%s: %d" % count for count in seen.items()))
        if not why and not all(seen.values()):
            why = "of some kind there was none"
        tell(not why, words % CONVERSATIONS, why)
    tell(converse_often(partner, True, Careless)[0], "an octet that is another on the way is noticed")
    partner.stdin.close()
    tell(partner.wait() == 0, "the partner comes to its end")
