# SPDX-License-Identifier: MIT
"""Claims, one by one."""

told = 0


def tell(holds, words, why=None):
    global told
    told += 1
    print("%s %d - %s" % ("ok" if holds else "not ok", told, words))
    if not holds and why:
        print("# %s" % why)


def end():
    print("1..%d" % told)
