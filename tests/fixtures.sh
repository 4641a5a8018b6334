#!/bin/sh
# SPDX-License-Identifier: MIT
# Every fixture, in every slicing.
cd "$TOP_SRCDIR/tests" || exit 99
exec "$TOP_BUILDDIR/tests/run" rfc9112 rfc9110 rfc3986 limits smuggling incremental relaxed regress real ../fuzz/corpus/messages
