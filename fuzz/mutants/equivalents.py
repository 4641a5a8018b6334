# SPDX-License-Identifier: MIT
"""
The reviewed list of mutants that nothing can kill, as they do what the code does: equivalents.txt.

A mutant is a line as `./dev mutants` prints it, without the line's number; behind one or more of them stands the reason, indented.
"""

import pathlib

FILE = pathlib.Path(__file__).parent / 'equivalents.txt'


def read():
    reasons, open_keys, closed = {}, [], True
    for line in FILE.read_text().splitlines():
        if not line.strip() or line.startswith('#'):
            continue
        if not line.startswith(' '):
            open_keys = [] if closed else open_keys
            open_keys.append(line.strip())
            closed = False
            reasons[line.strip()] = ''
        else:
            closed = True
            for key in open_keys:
                reasons[key] = (reasons[key] + ' ' + line.strip()).strip()
    unexplained = [key for key, reason in reasons.items() if not reason]
    if unexplained:
        raise SystemExit('equivalents.txt gives no reason for: ' + '; '.join(unexplained))
    return reasons
