#!/bin/sh
# SPDX-License-Identifier: MIT
# What a campaign plans, reads and names, on recorded words of the engines: tests/campaign says how. No engine runs.

. "$TOP_SRCDIR/tests/with-ragel.sh"
exec "$python" -B "$TOP_SRCDIR/tests/campaign/__main__.py"
