#!/bin/sh
# SPDX-License-Identifier: MIT
# The map from the standard to rules, fixtures and errors has no gap, and the documents that are written from it are fresh: doc/map.py.

python=${PYTHON:-python3}
command -v "$python" >/dev/null 2>&1 || { echo "1..0 # SKIP $python is not installed"; exit 0; }
exec "$python" -B "$TOP_SRCDIR/doc/map.py" --check --tap
