# SPDX-License-Identifier: MIT
"""Where the programs of this folder find things, and how they print results: one table for people, TAP for make."""

import os

import abnf


def find_source():
    return os.environ.get("TOP_SRCDIR") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def find_library():
    """The published ABNF, or why there is none."""
    folder = os.environ.get("FLUXO_RFC")
    if not folder:
        return None, "FLUXO_RFC names no folder with the RFCs"
    if not os.path.isdir(os.path.join(folder, "abnf")):
        return None, "there is no %s" % os.path.join(folder, "abnf")
    return abnf.Library(os.path.join(folder, "abnf")), None


def show_results(results, tap):
    """The exit status: whether all hold."""
    try:
        shown = list((print_tap if tap else print_table)(results))
    except (RuntimeError, SyntaxError, ValueError) as error:
        print("Bail out! %s" % " ".join(str(error).split()))
        return 1
    return 1 if any(result.holds is False for result in shown) else 0


def print_table(results):
    count, failed, part = 0, 0, None
    for result in results:
        if result.part != part:
            print("\n%s\n" % result.part if part is None else "\n\n%s\n" % result.part)
        part = result.part
        mark = {True: " ", False: "!", None: "-"}[result.holds]
        print("%s %-40s  %s" % (mark, result.claim, result.words), flush=True)
        count += 1
        failed += result.holds is False
        yield result
    print("\n%d lines, %d failed" % (count, failed))


def print_tap(results):
    count = 0
    for count, result in enumerate(results, 1):
        claim, words = (text.replace("#", "\\#") for text in (result.claim, result.words))
        tail = " # SKIP " + words if result.holds is None else ": " + words
        print("%s %d - %s: %s%s" % ("not ok" if result.holds is False else "ok", count, result.part, claim, tail), flush=True)
        yield result
    print("1..%d" % count)
