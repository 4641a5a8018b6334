#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A look at each harness under libFuzzer, from what is kept:
#
#     sh fuzz/smoke.sh BUILD SECONDS HARNESS...
#
# BUILD is configured for the engine. A line a harness: executions, how many a second of processor time, edges, and how fast that is
# beside the control, which has no oracle and runs in the same way before and after the others: on all processors at once, since
# what one has to itself is faster.

set -u
build=$1
seconds=$2
shift 2
top=$(cd "$(dirname "$0")/.." && pwd)
scratch=$build/fuzz/smoke
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
most=520 # octets an input: the head and 512

for harness in "$@"; do
    [ -x "$build/fuzz/$harness" ] || { echo "there is no harness $harness in $build" >&2; exit 2; }
done

rm -rf "$scratch"
mkdir -p "$scratch"

# Those of the harness $1, with inputs.
list_folders() {
    for folder in "$build/fuzz/seeds" "$top/fuzz/regress"; do
        [ ! -d "$folder/$1" ] || echo "$folder/$1"
    done
}

# What it says is in $scratch/$2.log, and the processor's time in $scratch/$2.times.
run_harness() { # run_harness HARNESS NAME
    mkdir -p "$scratch/$2"
    dictionary=
    [ ! -f "$build/fuzz/http1.dict" ] || dictionary="-dict=$build/fuzz/http1.dict"
    # shellcheck disable=SC2046,SC2086
    (
        "$build/fuzz/$1" -max_total_time="$seconds" -max_len=$most -len_control=0 -timeout=10 -verbosity=1 $dictionary \
            -artifact_prefix="$scratch/$2-" "$scratch/$2" $(list_folders "$1") >"$scratch/$2.log" 2>&1
        times >"$scratch/$2.times"
    )
}

# The seconds that children took, of what `times` says: its second line, as 1m2.345s
read_times() {
    sed -n '2s/[ms]/ /gp' "$scratch/$1.times" | awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }'
}

# "executions edges rate", or nothing if it did not come to its end
read_log() {
    awk -v seconds="$(read_times "$1")" '$2 == "DONE" { for (word = 1; word < NF; word++) if ($word == "cov:") edges = $(word + 1)
        print substr($1, 2), edges, substr($1, 2) / seconds }' "$scratch/$1.log"
}

# run_control WHEN: as many as there are processors
run_control() {
    running=0
    while [ "$running" -lt "$jobs" ]; do
        running=$((running + 1))
        run_harness control "control-$1-$running" &
    done
    wait
}

find_control_rate() {
    for log in "$scratch"/control-before-*.log "$scratch"/control-after-*.log; do
        read_log "$(basename "$log" .log)"
    done | awk '{ rate += $3 } END { if (NR) print int(rate / NR) }'
}

tell() { # tell HARNESS
    if [ -n "$(read_log "$1")" ]; then
        read_log "$1" | awk -v name="$1" -v control="$control" '{ printf "%-12s %12d %10d %8d %8.2f\n", name, $1, $3, $2, control ? $3 / control : 0 }'
    else
        echo "$1: FOUND"
        grep -E '^ORACLE|^==.*ERROR|SUMMARY|written to' "$scratch/$1.log" | sed 's/^/    /'
        found=$((found + 1))
    fi
}

run_control before
running=0
for harness in "$@"; do
    run_harness "$harness" "$harness" &
    running=$((running + 1))
    if [ "$running" = "$jobs" ]; then
        wait
        running=0
    fi
done
wait
run_control after

control=$(find_control_rate)
found=0
echo "harness        executions  a second    edges  of the control's rate"
for harness in "$@"; do
    tell "$harness"
done
echo "$found findings"
[ "$found" = 0 ]
