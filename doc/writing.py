# SPDX-License-Identifier: MIT
"""Words of Markdown that the written documents share."""

import re


def escape(text):
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", text)


def link(text, path, line=None):
    return "[%s](../%s%s)" % (text, path, "#L%d" % line if line else "")


def table(titles, rows):
    lines = [titles, ["---"] * len(titles)] + rows
    return "".join("| %s |\n" % " | ".join(line) for line in lines)
