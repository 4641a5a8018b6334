# SPDX-License-Identifier: MIT
"""h11, by the contract of verdict.h. A server answers each request at once; a client has asked before each response."""

import sys

import h11

LONG = 1 << 20  # no fixture's head is longer: the limits are not compared here


def escape(target):
    return "".join(chr(byte) if 0x20 < byte < 0x7F else "\\x%02X" % byte for byte in target)


def fnv1a(octets):
    digest = 2166136261
    for octet in octets:
        digest = (digest ^ octet) * 16777619 & 0xFFFFFFFF
    return digest


class Message:
    """What verdict.h calls a message."""

    def __init__(self, event):
        self.fields = self.trailers = self.body = 0
        self.digested = bytearray()
        self.what = str(getattr(event, "status_code", "")) or event.method.decode()
        self.target = escape(getattr(event, "target", b"-"))
        self.fields = self.digest_fields(event.headers)

    def digest_fields(self, headers):
        for name, value in headers:
            self.digested += name.strip(b" \t").lower() + b"\n" + value.strip(b" \t").lower() + b"\n"
        return len(headers)

    def take(self, data):
        self.digested += data
        self.body += len(data)

    def say(self, keep):
        counts = "fields=%d trailers=%d body=%d" % (self.fields, self.trailers, self.body)
        print("message", self.what, self.target, counts, keep, "%08x" % fnv1a(self.digested))


class Reader:
    """One connection, as its server or its client."""

    def __init__(self, is_response, methods):
        self.is_response = is_response
        self.methods = methods
        self.connection = h11.Connection(h11.CLIENT if is_response else h11.SERVER, LONG)
        self.message = None
        if is_response:
            self.ask()

    def ask(self):
        method = self.methods.pop(0) if self.methods else "GET"
        target = "example.com:80" if method == "CONNECT" else "/"
        headers = [("Host", "example.com")]
        if method != "CONNECT":
            headers += [("Connection", "upgrade"), ("Upgrade", "any")]  # h11 takes a 101 only for an answer to this
        self.connection.send(h11.Request(method=method, target=target, headers=headers))
        self.connection.send(h11.EndOfMessage())

    def answer(self):
        if self.connection.our_state is h11.SEND_RESPONSE:
            self.connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
        self.connection.send(h11.EndOfMessage())

    def say_message(self, keep):
        self.message.say(keep)
        self.message = None
        return keep != "keep"

    def end_message(self, event):
        self.message.trailers = self.message.digest_fields(event.headers)
        if self.message.what == "CONNECT":
            return self.say_message("-")
        if not self.is_response:
            self.answer()
        is_last = self.connection.our_state is h11.MUST_CLOSE or self.connection.trailing_data[1]
        if self.say_message("close" if is_last else "keep"):
            return True
        self.connection.start_next_cycle()
        if self.is_response and self.has_more():
            self.ask()
        return False

    def has_more(self):
        return len(self.connection.trailing_data[0]) > 0

    def take(self, event):
        """Returns whether this was the last."""
        kind = type(event)
        if kind is h11.InformationalResponse:
            Message(event).say("-")
        elif kind in (h11.Request, h11.Response):
            self.message = Message(event)
            if self.connection.their_state is h11.SWITCHED_PROTOCOL:
                return self.say_message("-")
        elif kind is h11.Data:
            self.message.take(event.data)
        elif kind is h11.EndOfMessage:
            return self.end_message(event)
        return event is h11.PAUSED or kind is h11.ConnectionClosed

    def read(self, octets):
        if octets:
            self.connection.receive_data(octets)
        event = self.connection.next_event()
        while event is not h11.NEED_DATA:
            if self.take(event):
                return
            event = self.connection.next_event()
        if not self.message and not self.has_more():
            return
        self.connection.receive_data(b"")
        while not self.take(self.connection.next_event()):
            pass


def is_cut_short(error):
    return "closed connection" in str(error)  # nothing else tells this error from others


def read_trial(is_response, methods, octets):
    reader = Reader(is_response, methods)
    try:
        reader.read(octets)
    except h11.RemoteProtocolError as error:
        print("incomplete" if is_cut_short(error) else "refused " + str(error).split("\n")[0].strip())
    else:
        print("accepted")


def main():
    line = sys.stdin.buffer.readline()
    while line:
        path, kind, methods, length = line.decode().split()
        print("=", path)
        read_trial(kind == "response", [] if methods == "-" else methods.split(","), sys.stdin.buffer.read(int(length)))
        line = sys.stdin.buffer.readline()


main()
