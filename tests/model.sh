#!/bin/sh
# SPDX-License-Identifier: MIT
# The reference model of fuzz/ against every fixture.
cd "$TOP_SRCDIR/tests" || exit 99
exec "$TOP_BUILDDIR/tests/model" rfc9112 rfc9110 rfc3986 limits smuggling incremental relaxed regress real
