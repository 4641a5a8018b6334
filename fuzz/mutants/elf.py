# SPDX-License-Identifier: MIT
"""Where the branches of the library's objects stand, and where the same code stands in the programs that link them."""

import pathlib
import re
import subprocess
from dataclasses import dataclass

JUMP = re.compile(r'^\s*([0-9a-f]+):\t([0-9a-f ]+?)\s*\t(j\w+)\s')
HEADER = re.compile(r'^[0-9a-f]+ <(.+)>:$')
LINE = re.compile(r'^(/\S+):(\d+)(?: \(discriminator \d+\))?$')
SYMBOL = re.compile(r'^\s*\d+:\s+([0-9a-f]+)\s+(\w+)\s+(FILE|FUNC)\s+(LOCAL|GLOBAL|WEAK)\s+\w+\s+\S+\s+(\S+)')


@dataclass
class Branch:
    object: str
    function: str
    at: int # from the function's first byte
    code: bytes
    source: pathlib.Path
    line: int
    nth: int # of the branches that its function has on that line, in the order of the code

    def mutate(self, kind):
        """The same number of bytes that never jump, or always."""
        if kind == 'never':
            return b'\x90' * len(self.code)
        if len(self.code) == 2:
            return b'\xeb' + self.code[1:]
        return b'\x90\xe9' + self.code[2:]


def is_conditional(code):
    return (len(code) == 2 and code[0] >> 4 == 7) or (len(code) == 6 and code[0] == 0x0F and code[1] >> 4 == 8)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read_symbols(path):
    """The functions: {name: value} of the global ones, and for each file {name: value} of its local ones."""
    shared, files = {}, []
    for line in run('readelf', '-sW', str(path)).splitlines():
        found = SYMBOL.match(line)
        if not found:
            continue
        value, _, kind, bind, name = found.groups()
        if kind == 'FILE':
            files.append((name, {}))
        elif bind == 'LOCAL':
            files[-1][1][name] = int(value, 16)
        else:
            shared[name] = int(value, 16)
    return shared, files


def read_branches(path):
    """The conditional jumps of an object file that was compiled with -O0 -g, with their places in the source."""
    branches, seen, begin, function, place = [], {}, 0, None, None
    for text in run('objdump', '-dl', '-w', '--insn-width=16', str(path)).splitlines():
        header, line, jump = HEADER.match(text), LINE.match(text), JUMP.match(text)
        if header:
            function, begin = header[1], int(text.split()[0], 16)
        elif line:
            place = (pathlib.Path(line[1]), int(line[2]))
        elif jump and is_conditional(bytes.fromhex(jump[2])):
            seen[function, place] = seen.get((function, place), 0) + 1
            branches.append(Branch(path.name, function, int(jump[1], 16) - begin, bytes.fromhex(jump[2]), *place, seen[function, place]))
    return branches


class Program:
    def __init__(self, path):
        self.path = path
        self.shared, self.files = read_symbols(path)
        self.segments = [(int(parts[2], 16), int(parts[1], 16), int(parts[4], 16)) for parts in
                         (line.split() for line in run('readelf', '-lW', str(path)).splitlines()) if parts[:1] == ['LOAD']]
        self.bytes = path.read_bytes()

    def find_function(self, name, source_name, others):
        """`others` are the local functions of the object, by which its part of the program is told from others of the same file's name."""
        for file, functions in self.files:
            if file == source_name and set(functions) == set(others):
                if name in functions:
                    return functions[name]
        return None if name in others else self.shared.get(name)

    def find(self, branch, source_name, others):
        """The branch's address and its place in the program's file, or None where the program does without that object."""
        begin = self.find_function(branch.function, source_name, others)
        if begin is None:
            return None
        for address, offset, length in self.segments:
            if address <= begin < address + length:
                place = begin - address + offset + branch.at
                return (begin + branch.at, place) if self.bytes[place:place + len(branch.code)] == branch.code else None
        return None
