#!/bin/sh
# SPDX-License-Identifier: MIT
# The benchmark of the parser without its clock: it can be built, all parsers that are there agree on what it reads, and what
# reads ahead or something else is noticed.

case $(uname -s) in
Linux) ;;
*)
    echo "1..0 # SKIP the benchmark is for Linux"
    exit 0
    ;;
esac
for program in python3 ld objcopy size; do
    if ! command -v "$program" >/dev/null 2>&1; then
        echo "1..0 # SKIP $program is not installed"
        exit 0
    fi
done
. "$TOP_SRCDIR/tests/claims.sh"
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
out=$scratch/out

agree() {
    python3 -B "$TOP_SRCDIR/bench/parser" --agree --build "$TOP_BUILDDIR" --folder "$scratch" --cc "$CC" --flags=-O0 "$@" >"$out" 2>&1
}

all_agree() {
    agree || return 1
    sed 's/^/# /' "$out"
}

notices() { # READER WORDS
    ! agree --only tiny --readers "pieces,$1" --reader "$TOP_SRCDIR/tests/bench/$1.c" && grep -q "$2" "$out"
}

claim "all parsers that are there read the same, and nothing outside" all_agree
claim "who reads ahead is noticed" notices ahead "a byte outside of the input was touched: ahead reads tiny"
claim "who reads something else is noticed" notices wrong "wrong reads tiny/whole: another result"
end_claims
