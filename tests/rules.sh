#!/bin/sh
# SPDX-License-Identifier: MIT
# Each rule of the grammar accepts and refuses the lines of its file in tests/rules: tests/proof/rules.py says how.

python=${PYTHON:-python3}
ragel=${RAGEL:-ragel}
for program in "$python" "$ragel"; do
    command -v "$program" >/dev/null 2>&1 || { echo "1..0 # SKIP $program is not installed"; exit 0; }
done
"$ragel" --version | grep -q 'version 6\.' || { echo "1..0 # SKIP $ragel is not Ragel 6"; exit 0; }
exec "$python" -B "$TOP_SRCDIR/tests/proof/rules.py" --tap
