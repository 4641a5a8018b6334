# SPDX-License-Identifier: MIT
"""
What is sent: fixtures (tests/fixture.h tells their form), plain .http files, and corpora of the harnesses, whose inputs have a
head of eight octets before the bytes.
"""
import re
from collections import namedtuple

Input = namedtuple('Input', 'path octets is_response answers')

HEAD = 8  # octets before the bytes of a harness's input; the first one's lowest bit says "response"
HARNESSES = {'request', 'response', 'split', 'prefix', 'model', 'peers', 'pause', 'control'}  # whose bytes are messages
ESCAPE = re.compile(rb'\\(?:x([0-9A-Fa-f]{2})|\((\d+)\*(?:\\x([0-9A-Fa-f]{2})|\\(.)|(.))\)|(.)|$)', re.S)
LETTERS = {b'r': b'\r', b'n': b'\n', b't': b'\t', b'\\': b'\\'}


def unescape(found):
    hexed, times, run_hexed, run_letter, run_plain, letter = found.groups()
    if hexed:
        return bytes.fromhex(hexed.decode())
    if times:
        one = bytes.fromhex(run_hexed.decode()) if run_hexed else LETTERS[run_letter] if run_letter else run_plain
        return one * int(times)
    return LETTERS[letter] if letter else b''


def read_lines(lines):
    """A line ends in CR LF, unless it ends in a written line end, or in a backslash for none."""
    octets = bytearray()
    for line in lines:
        octets += ESCAPE.sub(unescape, line)
        last = list(ESCAPE.finditer(line))
        is_written = last and last[-1].end() == len(line) and last[-1].group() in (b'\\', b'\\r', b'\\n')
        octets += b'' if is_written else b'\r\n'
    return bytes(octets)


def read_fixture(path, name):
    lines = path.read_bytes().split(b'\n')
    first = next(at for at, line in enumerate(lines) if line.startswith(b'--- '))
    words = lines[first].decode().split()
    last = lines.index(b'--- events')
    answers = [word.split('=')[1].split(',') for word in words if word.startswith('answers=')]
    return Input(name, read_lines(lines[first + 1:last]), 'response' in words, answers[0] if answers else [])


def read_corpus(path, name):
    octets = path.read_bytes()
    return Input(name, octets[HEAD:], bool(octets[:1] and octets[0] & 1), [])


def read_plain(path, name):
    octets = path.read_bytes()
    return Input(name, octets, octets.startswith(b'HTTP/'), [])


def is_corpus(path):
    return path.parent.name in HARNESSES and path.parent.parent.name in ('min', 'seed', 'regress', 'seeds')


def read_file(path, name):
    if path.suffix == '.txt':
        return read_fixture(path, name) if b'\n--- events\n' in path.read_bytes() else None
    if path.suffix == '.http':
        return read_plain(path, name)
    return read_corpus(path, name) if is_corpus(path) else None


def find_files(folder):
    return sorted(path for path in folder.rglob('*') if path.is_file())


def read_all(top, folders):
    """Each input once, under the first name that it has."""
    seen, inputs = set(), []
    for folder in folders:
        for path in find_files(folder) if folder.is_dir() else [folder]:
            name = str(path.relative_to(top)) if path.is_relative_to(top) else str(path)
            got = read_file(path, name.removeprefix('tests/'))
            if got and (got.octets, got.is_response) not in seen:
                seen.add((got.octets, got.is_response))
                inputs.append(got)
    return inputs
