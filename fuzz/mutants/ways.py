# SPDX-License-Identifier: MIT
"""Which ways each branch goes in each test: a mutant can only be noticed by a test in which its branch goes the other way."""

import pathlib
import shutil
import struct
import subprocess

import suite

TAKEN, PASSED, UNKNOWN = 1, 2, 4
ROW = struct.Struct('<QB7s') # as in trace.c


def build_tracer(folder):
    library = folder / 'trace.so'
    subprocess.run(['gcc', '-O2', '-std=gnu11', '-Wall', '-Wextra', '-shared', '-fPIC', '-o', str(library),
                    str(pathlib.Path(__file__).parent / 'trace.c')], check=True)
    return library


def trace(test, program, branches, folder, environment, library):
    """{branch: the ways that it goes}; `branches` are those of the program, as (address, code, place in the file)."""
    rows = sorted(set(branches))
    (folder / 'branches').write_bytes(b''.join(ROW.pack(address, len(code), code) for address, code, _ in rows))
    told = folder / 'ways'
    told.write_bytes(bytes(len(rows)))
    target = folder / test.program
    target.parent.mkdir(parents=True, exist_ok=True)
    code = bytearray(program.bytes)
    for _, _, place in rows:
        code[place] = 0xCC
    target.write_bytes(code)
    shutil.copymode(program.path, target)
    extra = {'LD_PRELOAD': str(library), 'BRANCHES': str(folder / 'branches'), 'WAYS': str(told)}
    if suite.fails(test, folder, {**environment, **extra}, 600):
        print(f'{test.name} does not bear to be watched: it is asked about each mutant')
        return {row[2]: UNKNOWN for row in rows}
    return {row[2]: ways for row, ways in zip(rows, told.read_bytes())}


def can_notice(kind, ways):
    if ways & UNKNOWN:
        return True
    return bool(ways & (TAKEN if kind == 'never' else PASSED))
