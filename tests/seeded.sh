#!/bin/sh
# SPDX-License-Identifier: MIT
# The patches of the seeded bugs still fit the tree.

python=${PYTHON:-python3}
command -v "$python" >/dev/null 2>&1 || { echo "1..0 # SKIP $python is not installed"; exit 0; }
exec "$python" -B "$TOP_SRCDIR/fuzz/seeded" --check --tap
