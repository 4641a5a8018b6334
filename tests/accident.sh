#!/bin/sh
# SPDX-License-Identifier: MIT
# No fixture passes by accident: with one byte of its events changed, each of 200 must fail.

how_many=200
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/as-they-are" "$scratch/changed"
cd "$TOP_SRCDIR/tests" || exit 99

# Reads paths; writes copies of some, as they are and with one letter or digit of an event changed. The same in every run.
find rfc9112 rfc9110 rfc3986 limits smuggling incremental relaxed regress real -name '*.txt' | LC_ALL=C sort |
    LC_ALL=C awk -v how_many="$how_many" -v scratch="$scratch" '
    function draw(below) { # of Park and Miller: each awk has another rand()
        seed = seed * 16807 % 2147483647
        return int(seed / 16) % below
    }
    function read_lines(path) {
        lines = first = 0
        while ((getline line[++lines] < path) > 0)
            if (line[lines] == "--- events")
                first = lines + 1
        close(path)
        return --lines >= first
    }
    function other(byte, set) {
        return substr(set, (index(set, byte) + draw(length(set) - 1)) % length(set) + 1, 1)
    }
    function change(text, at,    byte) {
        for (at = 1 + draw(length(text)); (byte = substr(text, at, 1)) !~ /[0-9a-z]/; at = at % length(text) + 1)
            continue
        byte = other(byte, byte ~ /[0-9]/ ? "0123456789" : "abcdefghijklmnopqrstuvwxyz")
        return substr(text, 1, at - 1) byte substr(text, at + 1)
    }
    function write_lines(path,    at) {
        for (at = 1; at <= lines; at++)
            print line[at] > path
        close(path)
    }
    { paths[NR] = $0 }
    END {
        seed = 9112
        for (left = NR; left && written < how_many; left--) {
            at = 1 + draw(left)
            path = name = paths[at]
            paths[at] = paths[left]
            if (!read_lines(path))
                continue
            gsub("/", "-", name)
            write_lines(scratch "/as-they-are/" name)
            at = first + draw(lines - first + 1)
            line[at] = change(line[at])
            write_lines(scratch "/changed/" name)
            written++
        }
    }'

report() { # TRUE-OR-FALSE NUMBER WHAT
    if [ "$1" = 0 ]; then
        echo "ok $2 - $3"
    else
        echo "not ok $2 - $3"
    fi
}

"$TOP_BUILDDIR/tests/run" "$scratch/as-they-are" >"$scratch/passing"
[ "$(grep -c '^ok' "$scratch/passing")" = "$how_many" ] && ! grep -q '^not ok' "$scratch/passing"
report $? 1 "$(grep -c '^ok' "$scratch/passing") fixtures pass as they are"

"$TOP_BUILDDIR/tests/run" "$scratch/changed" >"$scratch/failing"
sed -n 's/^ok [0-9]* - /# passes all the same: /p' "$scratch/failing"
[ "$(grep -c '^not ok' "$scratch/failing")" = "$how_many" ] && ! grep -q '^ok' "$scratch/failing" &&
    [ "$(grep -c '^# all at once, .* gives:$' "$scratch/failing")" = "$how_many" ] # not because it cannot be read
report $? 2 "$(grep -c '^not ok' "$scratch/failing") fixtures fail with one byte of their events changed"
echo "1..2"
