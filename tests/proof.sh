#!/bin/sh
# SPDX-License-Identifier: MIT
# The machines accept the grammar, and the grammar is the published one: tests/proof says how.

python=${PYTHON:-python3}
ragel=${RAGEL:-ragel}
for program in "$python" "$ragel"; do
    command -v "$program" >/dev/null 2>&1 || { echo "1..0 # SKIP $program is not installed"; exit 0; }
done
"$ragel" --version | grep -q 'version 6\.' || { echo "1..0 # SKIP $ragel is not Ragel 6"; exit 0; }
exec "$python" -B "$TOP_SRCDIR/tests/proof" --tap
