#!/bin/sh
# SPDX-License-Identifier: MIT
# Every fixture with random edits: whatever it gives then, it gives however it is cut.
cd "$TOP_SRCDIR/tests" || exit 99
exec "$TOP_BUILDDIR/tests/run" --mutate rfc9112 rfc9110 rfc3986 limits smuggling incremental relaxed regress real
