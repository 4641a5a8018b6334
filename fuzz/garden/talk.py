# SPDX-License-Identifier: MIT
"""Sends octets over a connection of its own, and reads what comes back until nothing more does."""
import re
import socket
import time
from collections import namedtuple

import echo

Response = namedtuple('Response', 'status echo closes')  # echo: None where the handler was not reached
Answer = namedtuple('Answer', 'responses closed broken')  # closed: by the server; broken: what came is no response

MOST = 8 << 20  # octets of all responses together
STATUS = re.compile(rb'HTTP/1\.(\d) (\d{3})(?: [^\r\n]*)?\r?\n')


class Unfinished(Exception):
    """More has to come."""


class Broken(Exception):
    """No response begins like this."""


def cut_head(octets):
    found = re.search(rb'\r?\n\r?\n', octets)
    if not found:
        raise Unfinished
    return octets[:found.start()] + b'\r\n', octets[found.end():]


def read_fields(head):
    fields = {}
    for line in head.splitlines()[1:]:
        name, _, value = line.partition(b':')
        fields.setdefault(name.strip().lower(), []).append(value.strip())
    return fields


def has_option(fields, name, option):
    return any(option in (word.strip().lower() for word in value.split(b',')) for value in fields.get(name, []))


def cut_chunked(octets):
    while True:
        found = re.match(rb'([0-9A-Fa-f]+)[^\n]*\n', octets)
        if not found:
            if b'\n' in octets:
                raise Broken
            raise Unfinished
        size, octets = int(found[1], 16), octets[found.end():]
        if size == 0:
            break
        if len(octets) < size + 2:
            raise Unfinished
        octets = octets[size + 2:]
    while not octets.startswith(b'\r\n'):
        _, end, octets = octets.partition(b'\n')
        if not end:
            raise Unfinished
    return octets[2:]


def cut_body(fields, octets, is_closed):
    if has_option(fields, b'transfer-encoding', b'chunked'):
        return cut_chunked(octets)
    if b'content-length' in fields:
        length = int(fields[b'content-length'][0])
        if len(octets) < length:
            raise Unfinished
        return octets[length:]
    if not is_closed:
        raise Unfinished
    return b''


def has_body(method, status):
    return method != b'HEAD' and status >= 200 and status not in (204, 304)


def cut_response(octets, method, is_closed):
    """Returns the first response and what follows it. Method: of the request that is answered, as ours sees it."""
    found = STATUS.match(octets)
    if not found:
        if len(octets) > 64 or b'\n' in octets:
            raise Broken
        raise Unfinished
    head, rest = cut_head(octets)
    fields, status = read_fields(head), int(found[2])
    told = echo.read(fields[b'echo'][0].decode()) if b'echo' in fields else None
    if has_body(told.method if told else method, status):
        rest = cut_body(fields, rest, is_closed)
    closes = has_option(fields, b'connection', b'close')
    closes = closes or (found[1] == b'0' and not has_option(fields, b'connection', b'keep-alive'))
    return Response(status, told, closes or b'content-length' not in fields and b'transfer-encoding' not in fields and is_closed), rest


def read_responses(octets, methods, is_closed):
    """The final responses; interim ones say nothing about messages. The last one may be cut short."""
    responses, broken = [], False
    while octets:
        method = methods[len(responses)] if len(responses) < len(methods) else b'GET'
        try:
            response, octets = cut_response(octets, method, is_closed)
        except Unfinished:
            broken = is_closed
            break
        except (Broken, ValueError):
            broken = True
            break
        if response.status >= 200 or response.status == 101:
            responses.append(response)
    return responses, broken


def send_all(connection, octets):
    try:
        connection.sendall(octets)
    except OSError:
        pass  # the server has refused already: its answer may be there


def receive(connection):
    """None: the connection has ended."""
    try:
        return connection.recv(65536) or None
    except (BlockingIOError, socket.timeout):
        return b''
    except OSError:
        return None


def talk(port, octets, methods, expected, patience, host='127.0.0.1'):
    """
    expected: how many final responses there will be, if the server sees what we see. patience: seconds to wait for the next
    octets; when all that is expected is there, a third of it.
    """
    came, is_closed = bytearray(), False
    with socket.create_connection((host, port), timeout=5) as connection:
        connection.settimeout(5)
        send_all(connection, octets)
        deadline = time.monotonic() + 20
        while not is_closed and len(came) < MOST and time.monotonic() < deadline:
            responses, _ = read_responses(bytes(came), methods, False)
            connection.settimeout(patience / 3 if len(responses) >= expected and responses else patience)
            more = receive(connection)
            if more == b'':
                break
            is_closed = more is None
            came += more or b''
    responses, broken = read_responses(bytes(came), methods, is_closed)
    return Answer(responses, is_closed, broken)
