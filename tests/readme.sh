#!/bin/sh
# SPDX-License-Identifier: MIT
# The README's example, as it stands there: compiled against the library, run, its output compared. And that of the manual's chapter
# on fuzzing: compiled.

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
flags=
[ "$SANITIZE" = yes ] && flags="-fsanitize=address,undefined"

fence() { # the text of the first fenced block of the language $1 in $2
    awk -v fence="\`\`\`$1" '$0 == fence && !seen { inside = 1; seen = 1; next } /^```$/ { inside = 0 } inside' "$TOP_SRCDIR/$2"
}

fence c README.md >"$scratch/example.c"
fence text README.md >"$scratch/expected"
fence c doc/fuzzing.md >"$scratch/harness.c"
if $CC $flags -std=c11 -Wall -Wextra -Werror -I "$TOP_SRCDIR/parser" "$scratch/example.c" "$TOP_BUILDDIR/libfluxo.a" \
    -o "$scratch/example" 2>"$scratch/log"; then
    echo "ok 1 - the README's example compiles"
else
    sed 's/^/# /' "$scratch/log"
    echo "not ok 1 - the README's example compiles"
fi
if [ -s "$scratch/expected" ] && "$scratch/example" >"$scratch/output" && cmp -s "$scratch/expected" "$scratch/output"; then
    echo "ok 2 - it prints what the README says"
else
    echo "not ok 2 - it prints what the README says"
fi
if [ -s "$scratch/harness.c" ] && $CC $flags -std=c11 -Wall -Wextra -Werror -I "$TOP_SRCDIR/parser" -c "$scratch/harness.c" \
    -o "$scratch/harness.o" 2>"$scratch/log"; then
    echo "ok 3 - the harness in doc/fuzzing.md compiles"
else
    sed 's/^/# /' "$scratch/log"
    echo "not ok 3 - the harness in doc/fuzzing.md compiles"
fi
echo "1..3"
