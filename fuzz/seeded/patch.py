# SPDX-License-Identifier: MIT
"""Patches, laid on by what they say and not by line numbers: the old lines of each hunk must stand in the file exactly once."""

import pathlib


def read(path):
    """The hunks of a patch, as (file, old text, new text)."""
    hunks = []
    for line in path.read_text().splitlines(keepends=True):
        if line.startswith('--- '):
            file = line.split()[1].removeprefix('a/')
        elif line.startswith('@@'):
            hunks.append([file, '', ''])
        elif line[0] in ' -+' and not line.startswith('+++ '):
            if line[0] != '+':
                hunks[-1][1] += line[1:]
            if line[0] != '-':
                hunks[-1][2] += line[1:]
    return hunks


def misfits(path, tree):
    """What of a patch does not fit the tree."""
    found = []
    for file, old, _ in read(path):
        times = (tree / file).read_text().count(old) if (tree / file).exists() else 0
        if times != 1:
            found.append(f'{path.name}: the lines to change stand {times} times in {file}')
    return found


def lay(path, tree, back=False):
    """Changes the files of a tree, or changes them back; returns their names."""
    files = set()
    for file, old, new in read(path):
        if back:
            old, new = new, old
        text = (tree / file).read_text()
        if text.count(old) != 1:
            raise SystemExit(f'{path.name} does not fit {file}')
        pathlib.Path(tree / file).write_text(text.replace(old, new))
        files.add(file)
    return sorted(files)
