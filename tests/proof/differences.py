# SPDX-License-Identifier: MIT
"""The reviewed differences: reads differences.txt and holds automata against it."""

import os
from collections import namedtuple

from prove import Result
from regular import find_extra
from visible import show

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "differences.txt")
WAYS = ("less", "more", "absent")

Row = namedtuple("Row", "name step way witness reason section")
Verdict = namedtuple("Verdict", "holds words witness")


class Differences:
    def __init__(self, rows):
        self.rows, self.used = rows, set()

    @classmethod
    def load(cls, path=TABLE):
        with open(path, encoding="ascii") as file:
            return cls([read_row(line) for line in file if line.strip() and not line.startswith("#")])

    def row(self, name, step, way):
        for row in self.rows:
            if (row.name, row.step, row.way) == (name, step, way):
                self.used.add(row)
                return row
        return None

    def excuses(self, name):
        return self.row(name, "ABNF", "absent") is not None

    def judge(self, name, step, before, after):
        """Whether what changes from one automaton to the next is what the table says; without words if nothing does."""
        told = []
        for way, one, other in (("less", before, after), ("more", after, before)):
            row, witness = self.row(name, step, way), find_extra(one, other)
            found = "no difference" if witness is None else show(witness)
            if row is None and witness is not None:
                return Verdict(False, "%s: %s %s, which is not in differences.txt" % (step, way, found), witness)
            if row is not None and row.witness != found:
                return Verdict(False, "%s: differences.txt says %s %s, found %s" % (step, way, row.witness, found), witness)
            if row is not None:
                told.append("%s %s (%s)" % (way, row.witness, row.section))
        return Verdict(True, ", ".join(told), None)

    def judge_unused(self, wanted, part):
        unused = [row for row in self.rows if row not in self.used and wanted(row.name, row.step)]
        words = "unused: " + ", ".join("%s %s" % (row.name, row.step) for row in unused) if unused else "each row is a difference"
        return Result(part, "differences.txt", not unused, words, None)


def read_row(line):
    cells = [cell.strip() for cell in line.rstrip("\n").split("|")]
    if len(cells) != len(Row._fields) or cells[2] not in WAYS:
        raise ValueError("differences.txt: %s" % line.strip())
    return Row(*cells)
