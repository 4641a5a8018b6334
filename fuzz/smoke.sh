#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A look at each harness under libFuzzer, from what is kept:
#
#     sh fuzz/smoke.sh BUILD SECONDS HARNESS...
#
# BUILD is configured for the engine. A line a harness: executions, how many a second of processor time, edges, and how fast that is
# beside two programs without an oracle. One is the control, which reads messages in one shot. It runs in the same way before and
# after each of the others, for a quarter of the time, and on all processors at once: what one has to itself is faster, and how fast
# a machine is changes. A harness that is about more than a parser has an own control, too, which makes the same calls on the same
# inputs; it runs at the same time as the harness, and as long. Who has less than a fifth of its own control's rate, or of the
# control's where it has no other, is called slow, which is no finding.

set -u
build=$1
seconds=$2
shift 2
top=$(cd "$(dirname "$0")/.." && pwd)
scratch=$build/fuzz/smoke
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
most=520 # octets an input: the head and 512
least=0.2 # of a control's rate

# The own control of the harness $1, if it has one.
name_control() {
    case $1 in
    conn | writer) echo control-conn ;;
    server | faults) echo "control-$1" ;;
    esac
}

# What runs: first the harnesses that have an own control, each beside that, which has the harness's name with .control; so two
# processors, or four, have both at the same time.
list_runs() {
    for harness in "$@"; do
        [ -z "$(name_control "$harness")" ] || echo "$harness" "$harness.control"
    done
    for harness in "$@"; do
        [ -n "$(name_control "$harness")" ] || echo "$harness"
    done
}

for harness in "$@"; do
    for program in "$harness" $(name_control "$harness"); do
        [ -x "$build/fuzz/$program" ] || { echo "there is no $program in $build/fuzz" >&2; exit 2; }
    done
done

rm -rf "$scratch"
mkdir -p "$scratch"

# Those of the harness $1, with inputs.
list_folders() {
    for folder in "$build/fuzz/seeds" "$top/fuzz/regress"; do
        [ ! -d "$folder/$1" ] || echo "$folder/$1"
    done
}

# On the inputs of a harness. What it says is in $scratch/$2.log, and the processor's time in $scratch/$2.times.
run_program() { # run_program PROGRAM NAME SECONDS HARNESS
    mkdir -p "$scratch/$2"
    dictionary=
    [ ! -f "$build/fuzz/http1.dict" ] || dictionary="-dict=$build/fuzz/http1.dict"
    # shellcheck disable=SC2046,SC2086
    (
        "$build/fuzz/$1" -max_total_time="$3" -max_len=$most -len_control=0 -timeout=10 -verbosity=1 $dictionary \
            -artifact_prefix="$scratch/$2-" "$scratch/$2" $(list_folders "$4") >"$scratch/$2.log" 2>&1
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

# run_control GROUP: before that group, as many as there are processors
run_control() {
    running=0
    while [ "$running" -lt "$jobs" ]; do
        running=$((running + 1))
        run_program control "control-$1-$running" $(((seconds + 3) / 4)) control &
    done
    wait
}

# find_control_rate GROUP: of the controls before it and behind it
find_control_rate() {
    for log in "$scratch/control-$1"-*.log "$scratch/control-$(($1 + 1))"-*.log; do
        read_log "$(basename "$log" .log)"
    done | awk '{ rate += $3 } END { if (NR) print int(rate / NR) }'
}

# The rate of the own control of the harness $1, if it has one and that came to its end.
find_own_rate() {
    [ ! -f "$scratch/$1.control.log" ] || read_log "$1.control" | awk '{ print int($3) }'
}

tell_rates() { # tell_rates HARNESS GROUP
    read_log "$1" | awk -v name="$1" -v control="$(find_control_rate "$2")" -v own="$(find_own_rate "$1")" -v least=$least '{
        ratio = control ? $3 / control : 0
        own_ratio = own ? $3 / own : 0
        slow = (own ? own_ratio : ratio) < least ? "  slow" : ""
        printf "%-12s %12d %10d %8d %8.2f %8s%s\n", name, $1, $3, $2, ratio, own ? sprintf("%.2f", own_ratio) : "-", slow }'
}

tell() { # tell RUN GROUP: of a control only if it came to no end
    if [ -n "$(read_log "$1")" ]; then
        case $1 in
        *.control) ;;
        *) tell_rates "$1" "$2" ;;
        esac
    else
        echo "$1: FOUND"
        grep -E '^ORACLE|^==.*ERROR|SUMMARY|written to' "$scratch/$1.log" | sed 's/^/    /'
    fi
}

# A group is as many runs as there are processors.
runs=$(list_runs "$@")
group=0
place=$jobs
for run in $runs; do
    if [ "$place" = "$jobs" ]; then
        wait
        group=$((group + 1))
        place=0
        run_control "$group"
    fi
    case $run in
    *.control) run_program "$(name_control "${run%.control}")" "$run" "$seconds" "${run%.control}" & ;;
    *) run_program "$run" "$run" "$seconds" "$run" & ;;
    esac
    place=$((place + 1))
done
wait
run_control $((group + 1))

place=0
echo "harness        executions  a second    edges  of the control's rate, and of its own control's (at least $least)"
for run in $runs; do
    tell "$run" $((place / jobs + 1))
    place=$((place + 1))
done | tee "$scratch/told"
found=$(grep -c ': FOUND$' "$scratch/told")
slow=$(grep -c 'slow$' "$scratch/told")
echo "$found $([ "$found" = 1 ] && echo finding || echo findings), $slow slower than $least of its control"
[ "$found" = 0 ]
