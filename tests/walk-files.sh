#!/bin/sh
# SPDX-License-Identifier: MIT
# What tests/walk.c reads is what the machines say.

. "$TOP_SRCDIR/tests/with-ragel.sh"
exec "$python" -B "$TOP_SRCDIR/tests/walk/__main__.py" --check
