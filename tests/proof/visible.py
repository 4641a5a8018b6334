# SPDX-License-Identifier: MIT
r"""Bytes as people see them: \r \n \t \\ \xHH for what cannot be seen, all else as it is."""

import re

NAMED = {0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t", 0x5C: "\\\\"}
BYTES = {name: bytes([byte]) for byte, name in NAMED.items()}
ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|.|$)")
EMPTY = "(nothing)"


def show(text):
    """As one cell of a table: spaces at the ends and | are written out, and nothing is a word."""
    if not text:
        return EMPTY
    shown = "".join(show_byte(byte) for byte in text).replace("|", "\\x7C")
    inner = shown.strip(" ")
    before = len(shown) - len(shown.lstrip(" "))
    return "\\x20" * before + inner + "\\x20" * (len(shown) - before - len(inner))


def show_byte(byte):
    if byte in NAMED:
        return NAMED[byte]
    return chr(byte) if 0x20 <= byte <= 0x7E else "\\x%02X" % byte


def read(shown):
    if shown == EMPTY:
        return b""
    parts, at = [], 0
    for match in ESCAPE.finditer(shown):
        parts.append(shown[at:match.start()].encode("ascii"))
        parts.append(read_escape(match.group()))
        at = match.end()
    return b"".join(parts) + shown[at:].encode("ascii")


def read_escape(escape):
    if escape in BYTES:
        return BYTES[escape]
    if len(escape) == 4:
        return bytes([int(escape[2:], 16)])
    raise ValueError("%s is not written that way here" % escape)
