#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fluxo-server under everything at once, for a while: 1,000 idle clients, 100 whose heads drip, resets and bad requests without
# end, callers who check each answer, and wrk. In three parts of the same length:
#     alone      one process: whether memory or descriptors leak
#     replaced   two workers, SIGHUP every 10 seconds: no request is lost
#     killed     two workers, one of them killed every 5 seconds: only what it had in hand is lost
# Prints what was found; the exit status is 1 if something was lost that must not be, or has leaked.
#     soak.sh [SECONDS]   (120; 30 at the least)
#     FLUXO_SERVER   the program (./fluxo-server)
#     FAULTS         tests/faults.c, compiled (./tests/faults)
#     LOG            a line each 5 seconds (./soak.log)

server=${FLUXO_SERVER:-./fluxo-server}
faults=${FAULTS:-./tests/faults}
log=${LOG:-./soak.log}
seconds=${1:-120}
callers=16
leak=1024 # KiB: more than that above what it had under load from the beginning is one
GLIBC_TUNABLES=glibc.malloc.tcache_count=0 # whose slow filling would look like a leak
export GLIBC_TUNABLES

case $seconds in
'' | *[!0-9]*) echo "soak: not a number of seconds: $seconds" >&2; exit 64 ;;
esac
test "$seconds" -ge 30 || seconds=30
part=$((seconds / 3))
test -r /proc/self/status || { echo 'soak: no /proc that tells of memory and descriptors' >&2; exit 77; }

. "${TOP_SRCDIR:-.}/tests/talking.sh"

failures=0

# found TEXT COMMAND...: says whether it holds
found() {
    text=$1
    shift
    if "$@"; then
        echo "  well: $text"
    else
        echo "  WRONG: $text"
        failures=$((failures + 1))
    fi
}

# ---- What the system tells of the server and its workers ----

workers() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v parent="$pid" '{ sub(/\(.*\)/, "()") } $4 == parent && $3 != "Z" { printf "%s ", $1 }'
}

memory() {
    for process in $pid $(workers); do
        cat "/proc/$process/status" 2>/dev/null
    done | awk '/^VmRSS:/ { sum += $2 } END { print sum + 0 }'
}

descriptors() {
    for process in $pid $(workers); do
        find "/proc/$process/fd" -type l 2>/dev/null
    done | wc -l
}

note() {
    printf '%s %s seconds=%s descriptors=%s memory=%sKiB workers=%s load=%s\n' "$(date -u +%H:%M:%S)" "$name" "$1" \
        "$(descriptors)" "$(memory)" "$(workers | wc -w)" "$(cut -d ' ' -f 1 /proc/loadavg)" >>"$log"
}

# Of this part's lines, but for the first: KiB a minute, by least squares.
slope() {
    grep " $name " "$log" | sed 1d | sed 's/.*seconds=\([0-9]*\) .*memory=\([0-9]*\)KiB.*/\1 \2/' | awk '
        { n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
        END { d = n * xx - x * x; printf "%.0f", d ? 60 * (n * xy - x * y) / d : 0 }'
}

first_memory() {
    grep " $name " "$log" | sed -n '1s/.*memory=\([0-9]*\)KiB.*/\1/p'
}

# ---- One part ----

# attack: all clients at once, for $part seconds
attack() {
    milliseconds=$((part * 1000))
    "$faults" "$port" "$pid" besiege 1000 100 $milliseconds >"$scratch/siege" 2>&1 &
    siege=$!
    "$faults" "$port" "$pid" call $callers $milliseconds 1000000 0 >"$scratch/calls" 2>&1 &
    call=$!
    wrk=
    if command -v wrk >/dev/null; then
        wrk -t 1 -c 16 -d "${part}s" --timeout 10s "http://127.0.0.1:$port/" >"$scratch/wrk" 2>&1 &
        wrk=$!
    fi
    running="$siege $call $wrk"
}

# number NAME: that the callers' line has behind "NAME: "
number() {
    sed -n "s/.*$1: \([0-9]*\).*/\1/p" "$scratch/calls"
}

await_attackers() {
    # shellcheck disable=SC2086
    wait $running
    running=
    sed 's/^/  /' "$scratch/calls" "$scratch/siege"
    test -z "$wrk" || grep -e requests -e Requests/sec -e errors -e Non-2xx "$scratch/wrk" | sed 's/^ */  wrk: /'
}

hang_up() {
    kill -HUP "$pid"
}

kill_first() {
    # shellcheck disable=SC2046
    set -- $(workers)
    kill -9 "$1" && kills=$((kills + 1))
}

# disturb EVERY COMMAND: for as long as the part lasts, with a line in the log each 5 seconds
disturb() {
    every=$1
    shift
    spent=0
    while test $((spent + 5)) -le "$part"; do
        sleep 5
        spent=$((spent + 5))
        note $spent
        # the last must have time to be over before the clients leave
        test $((spent % every)) != 0 || test $((spent + 2)) -gt "$part" || "$@"
    done
}

settle() {
    naps=0
    while test "$(descriptors)" -ne "$before" && test $naps -lt 150; do
        nap
        naps=$((naps + 1))
    done
}

# soak NAME EVERY COMMAND OPTIONS...
soak() {
    name=$1
    every=$2
    command=$3
    shift 3
    echo "$name, $part seconds: fluxo-server $*"
    begin "$server" --port 0 --head-timeout 5 --idle-timeout 20 "$@"
    test -n "$port" || { echo "soak: $server does not start" >&2; exit 1; }
    sleep 1
    before=$(descriptors)
    idle=$(memory)
    attack
    disturb "$every" "$command"
    await_attackers
    settle
    after=$(memory)
    found "no answer was wrong" test "$(number 'of which wrong')" = 0
    found "descriptors: from $before to $(descriptors)" test "$(descriptors)" = "$before"
}

# Without a disturbance of ours nobody may lose anything.
loses_nothing() {
    found "no request was lost: failed $(number failed), refused $(number refused)" \
        test "$(number failed)$(number refused)" = 00
    test -z "$wrk" || found 'wrk has no errors' no_errors
}

no_errors() {
    grep -q Requests/sec "$scratch/wrk" && ! grep -q -e 'Socket errors' -e 'Non-2xx' "$scratch/wrk"
}

complains_of() {
    test "$(grep -c . "$scratch/complained")" = "$1" && test "$(grep -c 'was killed by signal 9' "$scratch/complained")" = "$1"
}

stop() {
    found "it complained of $1 deaths, and of nothing else" complains_of "$1"
    found 'SIGTERM ends it with status 0' end
}

: >"$log"
soak alone 1000000 :
loses_nothing
memory_bound=$(($(first_memory) + leak))
found "memory: $idle KiB idle, $(first_memory) KiB after 5 seconds under load, $after KiB when all had left; slope under load $(slope) KiB a minute" \
    test "$after" -le "$memory_bound"
stop 0

soak replaced 10 hang_up --workers 2
loses_nothing
found "memory: $idle KiB idle, $after KiB when all had left" test "$after" -le $((idle + 8192))
stop 0

kills=0
soak killed 5 kill_first --workers 2
lost=$(($(number failed) + $(number refused)))
found "$kills workers were killed, and $lost requests lost, of $((kills * callers)) that could be" test $lost -le $((kills * callers))
found 'there are two workers again' test "$(workers | wc -w)" = 2
stop $kills

echo "soak: $failures wrong; each 5 seconds are in $log"
test $failures = 0
