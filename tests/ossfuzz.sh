#!/bin/sh
# SPDX-License-Identifier: MIT
# What OSS-Fuzz and ClusterFuzzLite would do: build.sh from its environment, and each harness alone in a folder, from its seeds.

clang=$(command -v clang-19 || command -v clang) || { echo "1..0 # SKIP clang is not installed"; exit 0; }
for program in bash python3; do
    command -v "$program" >/dev/null 2>&1 || { echo "1..0 # SKIP $program is not installed"; exit 0; }
done

. "$TOP_SRCDIR/tests/claims.sh"
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
out=$scratch/log
OUT=$scratch/out
mkdir -p "$OUT" "$scratch/work"

builds() {
    (cd "$TOP_SRCDIR" && env -u MAKEFLAGS -u MAKELEVEL -u LIB_FUZZING_ENGINE "CC=$clang" "CXX=$clang" CXXFLAGS= \
        CFLAGS="-O1 -fno-omit-frame-pointer -fsanitize=address -fsanitize=fuzzer-no-link" LIB_FUZZING_ENGINE=-fsanitize=fuzzer \
        SANITIZER=address "OUT=$OUT" "WORK=$scratch/work" bash .clusterfuzzlite/build.sh) >"$out" 2>&1
}

list_harnesses() {
    for options in "$OUT"/*.options; do
        basename "$options" .options
    done
}

runs() { # runs HARNESS
    mkdir -p "$scratch/seeds" "$scratch/new/$1" &&
        python3 -m zipfile -e "$OUT/$1_seed_corpus.zip" "$scratch/seeds" &&
        (cd "$scratch" && "$OUT/$1" -dict="$OUT/$1.dict" -runs=0 -max_len=4096 -timeout=10 -print_final_stats=1 \
            "new/$1" "seeds/$1") >"$out" 2>&1 &&
        grep -q '^stat::number_of_executed_units: *[1-9]' "$out"
}

claim "build.sh builds with an engine that is given to it" builds
[ -f "$OUT/request.options" ] || { echo "Bail out! there is no harness"; exit 1; }
for harness in $(list_harnesses); do
    claim "$harness runs from its seeds" runs "$harness"
done
end_claims
