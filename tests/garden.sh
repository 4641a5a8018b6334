#!/bin/sh
# SPDX-License-Identifier: MIT
# The garden without its servers: what it stands on, and a run with the relay and the server of Python, which are always there.

if ! python3 -c '' 2>/dev/null; then
    echo "1..0 # SKIP python3 is not installed"
    exit 0
fi
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
count=4

say() { # ok|"not ok" WHAT
    count=$((count + 1))
    echo "$1 $count - $2"
}

expect() { # STATUS WHAT ARGUMENT...: how the garden must end
    status=$1
    what=$2
    shift 2
    python3 -B "$TOP_SRCDIR/fuzz/garden" --build "$TOP_BUILDDIR" "$@" >"$scratch/said" 2>&1
    if [ $? = "$status" ]; then
        say ok "$what"
    else
        sed 's/^/# /' "$scratch/said" | tail -n 20
        say "not ok" "$what"
    fi
}

python3 -B "$TOP_SRCDIR/tests/garden" "$TOP_SRCDIR" "$TOP_BUILDDIR"
expect 0 "the relay does with framing what fluxo does" --only fluxo-relay --inputs 'smuggling/[6-8]*' --classes /dev/null
expect 1 "a difference without a class is noticed" --only http.server --inputs 'smuggling/2.2-*' --classes /dev/null
expect 1 "a target that is not loopback is refused" --target 192.0.2.1:80 --inputs 'smuggling/6*'
grep -q -e --i-may "$scratch/said" && say ok "and it is said what to say" || say "not ok" "and it is said what to say"
echo "1..$count"
