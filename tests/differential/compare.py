# SPDX-License-Identifier: MIT
"""
Compares a peer's verdicts with fluxo's: compare.py KNOWN PEER FLUXO-VERDICTS PEER-VERDICTS

KNOWN has a row for every difference. Fails on one without a row, and on a row of this peer without a difference.
"""

import collections
import fnmatch
import sys

Row = collections.namedtuple("Row", "cause peers ours theirs pattern")
Difference = collections.namedtuple("Difference", "path ours theirs")


def read_verdicts(path):
    verdicts = {}
    with open(path, encoding="latin-1") as lines:
        for line in lines.read().splitlines():
            if line.startswith("= "):
                verdict = verdicts[line[2:]] = []
            else:
                verdict.append(line)
    return verdicts


def read_known(path):
    rows, cause = [], ""
    with open(path, encoding="ascii") as lines:
        for line in lines:
            if line.startswith("["):
                cause = line[1 : line.index("]")]
            elif line.startswith("    "):
                peers, ends, patterns = line.split(" | ")
                ours, theirs = ends.split(" -> ")
                rows += [Row(cause, tuple(peers.split()), ours, theirs, pattern) for pattern in patterns.split()]
    return rows


def agree_on_word(ours, theirs):
    return ours == theirs or "-" in (ours, theirs)


def agree_on_message(ours, theirs):
    return len(ours) == len(theirs) and all(map(agree_on_word, ours, theirs))


def comparable(verdict):
    messages = [line.split() for line in verdict[:-1]]
    return messages + [verdict[-1].split()[:1]]


def agree(ours, theirs):
    return len(ours) == len(theirs) and all(map(agree_on_message, comparable(ours), comparable(theirs)))


def end_of_ours(verdict):
    return verdict[-1].split()[-1]  # the name of the error, where there is one


def end_of_theirs(verdict):
    return verdict[-1].split()[0]


def find_differences(ours, theirs):
    for path in ours:
        if not agree(ours[path], theirs[path]):
            yield Difference(path, end_of_ours(ours[path]), end_of_theirs(theirs[path]))


def explains(row, difference):
    ends = (row.ours, row.theirs) == (difference.ours, difference.theirs)
    return ends and fnmatch.fnmatchcase(difference.path, row.pattern)


def explain(rows, difference):
    return next((row for row in rows if explains(row, difference)), None)


def say_unexplained(difference, ours, theirs):
    print("# no row explains", difference.path, "|", difference.ours, "->", difference.theirs)
    for who, verdict in (("fluxo", ours), ("peer ", theirs)):
        for line in verdict[difference.path]:
            print("#    ", who, line[:200])


def say_stale(row):
    print("# nothing is like this any more:", row.cause, "|", row.ours, "->", row.theirs, "|", row.pattern)


def compare(rows, ours, theirs):
    """Returns how many differences each cause has, and how many things are wrong."""
    used, causes, wrong = set(), collections.Counter(), 0
    for difference in find_differences(ours, theirs):
        row = explain(rows, difference)
        if row:
            used.add(row)
            causes[row.cause] += 1
        else:
            say_unexplained(difference, ours, theirs)
            wrong += 1
    for row in rows:
        if row not in used:
            say_stale(row)
            wrong += 1
    return causes, wrong


def main(known, peer, fluxo_path, peer_path):
    rows = [row for row in read_known(known) if peer in row.peers]
    ours, theirs = read_verdicts(fluxo_path), read_verdicts(peer_path)
    if not ours or list(ours) != list(theirs):
        print("# the peer did not read all trials")
        return 1
    causes, wrong = compare(rows, ours, theirs)
    print("# %s: %d inputs, %d differences explained" % (peer, len(ours), sum(causes.values())))
    for cause, count in causes.most_common():
        print("#   %4d %s" % (count, cause))
    return wrong > 0


sys.exit(main(*sys.argv[1:]))
