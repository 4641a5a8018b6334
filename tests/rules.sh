#!/bin/sh
# SPDX-License-Identifier: MIT
# Each rule of the grammar accepts and refuses the lines of its file in tests/rules: tests/proof/rules.py says how.

. "$TOP_SRCDIR/tests/with-ragel.sh"
exec "$python" -B "$TOP_SRCDIR/tests/proof/rules.py" --tap
