# SPDX-License-Identifier: MIT
"""
The origin behind a proxy: it answers one request a connection with Echo, and keeps what the proxy forwarded, octet by octet, so
that the judge can read it as well. It is a plain reader: fields end in an empty line, the body has a length or is chunked.
"""
import re
import socket
import threading

import echo

LINGER = 0.05  # seconds in which octets behind the request still count as forwarded with it
MOST = 16 << 20


def find_framing(head):
    coded = re.search(rb'(?im)^transfer-encoding[ \t]*:[^\r\n]*chunked', head)
    length = re.search(rb'(?im)^content-length[ \t]*:[ \t]*(\d+)', head)
    return ('chunked', 0) if coded else ('length', int(length[1]) if length else 0)


class Reader:
    """Reads from a connection, and remembers all that came."""

    def __init__(self, connection):
        self.connection, self.octets, self.at = connection, bytearray(), 0

    def more(self):
        got = self.connection.recv(65536) if len(self.octets) < MOST else b''
        self.octets += got
        return bool(got)

    def give_up(self):
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def until(self, mark):
        while (end := self.octets.find(mark, self.at)) < 0:
            if not self.more():
                raise EOFError
        taken, self.at = bytes(self.octets[self.at:end]), end + len(mark)
        return taken

    def exactly(self, count):
        while len(self.octets) - self.at < count:
            if not self.more():
                raise EOFError
        taken, self.at = bytes(self.octets[self.at:self.at + count]), self.at + count
        return taken

    def body(self, head):
        kind, length = find_framing(head)
        if kind == 'length':
            return self.exactly(length)
        body = b''
        while size := int(self.until(b'\r\n').split(b';')[0], 16):
            body += self.exactly(size)
            self.exactly(2)
        while self.until(b'\r\n'):
            pass
        return body


class Origin:
    """Listens on a port of its own; forwarded: what came over each connection that has ended."""

    def __init__(self):
        self.forwarded, self.open, self.change = [], set(), threading.Condition()
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            reader = Reader(connection)
            with self.change:
                self.open.add(reader)
            threading.Thread(target=self.serve, args=(reader,), daemon=True).start()

    def take(self, patience):
        """What was forwarded since the last time. A connection that is still open when patience ends is ended."""
        with self.change:
            self.change.wait_for(lambda: not self.open, patience)
            taken = self.forwarded + [bytes(reader.octets) for reader in self.open if reader.octets]
            self.forwarded = []
            for reader in self.open:
                reader.give_up()
            self.open.clear()
        return taken

    def serve(self, reader):
        connection = reader.connection
        with connection:
            connection.settimeout(10)
            try:
                head = reader.until(b'\r\n\r\n')
                method, target = head.split(b'\r\n')[0].split(b' ')[:2]
                if re.search(rb'(?im)^expect[ \t]*:[^\r\n]*100-continue', head):
                    connection.sendall(b'HTTP/1.1 100 Continue\r\n\r\n')
                told = echo.make(method, target, reader.body(head))
                connection.sendall(f'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\nEcho: {told}\r\n\r\n'.encode())
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(LINGER)
                while reader.more():
                    pass
            except (OSError, EOFError, ValueError):
                pass
        with self.change:
            if reader in self.open:
                self.open.remove(reader)
                self.forwarded += [bytes(reader.octets)] if reader.octets else []
            self.change.notify_all()

    def stop(self):
        self.listener.close()
