#!/bin/sh
# SPDX-License-Identifier: MIT
# The machines accept the grammar, and the grammar is the published one: tests/proof says how.

. "$TOP_SRCDIR/tests/with-ragel.sh"
exec "$python" -B "$TOP_SRCDIR/tests/proof" --tap
