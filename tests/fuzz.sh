#!/bin/sh
# SPDX-License-Identifier: MIT
# Every harness of fuzz/ on every input that is kept: seeds, the minimised corpus, and what was once wrong. Those that have
# something to cut cut it at every place: what a parser, a connection or a decoder is given, and what a writer sends. The
# server's script goes octet by octet, and in some ways of chance. The others have nothing that comes in parts.

. "$TOP_SRCDIR/tests/claims.sh"
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
out=$scratch/out

# Those of the harness $1: folders with inputs.
list_folders() {
    for folder in "$TOP_BUILDDIR/fuzz/seeds" "$TOP_SRCDIR/fuzz/regress"; do
        [ ! -d "$folder/$1" ] || echo "$folder/$1"
    done
}

count_inputs() {
    sed -n 's/^\([0-9]*\) inputs*$/\1/p' "$out"
}

# replays PROGRAM [OPTION...]: the $count inputs of its harness, which a control is named for.
replays() {
    program=$1
    folders=$(list_folders "${program#control-}")
    [ -n "$folders" ] || { echo "there is no input for it" >"$out"; return 1; }
    shift
    # shellcheck disable=SC2086
    "$TOP_BUILDDIR/fuzz/$program" "$@" $folders >"$out" 2>&1 || return 1
    count=$(count_inputs)
    sed -n "s/^[0-9]* [if][a-z]*/# $program: &/p" "$out" # inputs, and files that are none
    [ "$count" -gt 0 ]
}

# A finding without a cause, or a cause without a finding.
pairs_up() {
    find "$TOP_SRCDIR/fuzz/regress" -mindepth 2 -type f 2>/dev/null | sed 's/\.txt$//' | sort | uniq -u >"$out"
    [ ! -s "$out" ]
}

tell_cuts() {
    case $1 in
    target | value | proxy | peers | faults | control) ;;
    server) echo ', and octet by octet' ;;
    *) echo ', and at every cut' ;;
    esac
}

total=0
for harness in $FUZZ_HARNESSES; do
    count=0
    claim_or_skip "${FUZZ_ENGINE:+this build is for the engine $FUZZ_ENGINE}" "$harness: what is kept, as it is$(tell_cuts "$harness")" \
        replays "$harness" --every-cut
    total=$((total + count))
done
for control in $FUZZ_CONTROLS; do
    claim_or_skip "${FUZZ_ENGINE:+this build is for the engine $FUZZ_ENGINE}" "$control: the same without oracles" replays "$control"
done
claim "each finding in fuzz/regress has its cause beside it" pairs_up
echo "# $total inputs in all"
end_claims
