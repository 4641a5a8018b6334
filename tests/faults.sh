#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What goes wrong around a server, done to fluxo-server over real sockets of 127.0.0.1; TAP on standard output, with the figures
# as comments: for each back end what it has a part in, for epoll all. doc/server-faults.md has the table.
#     FLUXO_SERVER   the program (./fluxo-server)
#     FAULTS         tests/faults.c, compiled (./tests/faults)
#     SANITIZE       yes: a build with sanitizers, whose use of memory and processor is not judged

server=${FLUXO_SERVER:-./fluxo-server}
faults=${FAULTS:-./tests/faults}

test -r /proc/self/schedstat || { echo '1..0 # SKIP no /proc that tells of descriptors, memory and processor'; exit 0; }

. "${TOP_SRCDIR:-.}/tests/talking.sh"

# The figures are shown whether the claim holds or not.
tell_failure() {
    :
}

show() {
    claim "$@"
    head -c 3000 "$out" | tr -d '\r' | sed 's/^/# /'
}

# show_or_skip REASON TEXT COMMAND...
show_or_skip() {
    reason=$1
    shift
    if test -n "$reason"; then
        skip "$1" "$reason"
    else
        show "$@"
    fi
}

# fault SCENARIO [NUMBER...]: in what runs
fault() {
    timeout 60 "$faults" "$port" "$pid" "$@" >>"$out" 2>&1
}

# serve COMMAND...: whether it began
serve() {
    begin "$@"
    test -n "$port"
}

# Its workers' pids, in a row.
workers() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v parent="$pid" '{ sub(/\(.*\)/, "()") } $4 == parent { printf "%s ", $1 }'
}

# with "SERVER'S OPTIONS" SCENARIO [NUMBER...]: in a server of its own, which then ends well and has not complained
with() {
    options=$1
    shift
    # shellcheck disable=SC2086
    serve "$server" --port 0 --backend "$backend" $options || return 1
    fault "$@"
    result=$?
    end && ends_quietly && test $result = 0
}

ends_quietly() {
    cat "$scratch/complained" >>"$out"
    ! test -s "$scratch/complained"
}

lacks_program() {
    command -v "$1" >/dev/null 2>&1 || echo "$1 is not installed"
}

seconds=1 # each deadline of the server
deadlines="--head-timeout $seconds --body-timeout $seconds --idle-timeout $seconds --send-timeout $seconds"

# ---- Slow clients, by others' hands ----

# slow_test OPTION NAME: of slowhttptest, which says in the end whether the service was there; with its colours taken out
slow_test() {
    timeout 30 slowhttptest "$1" -c 100 -r 100 -l 3 -p 2 -u "http://127.0.0.1:$port/" 2>&1 | sed 's/\x1b\[[0-9;]*m//g' >"$scratch/slow$1"
}

# Heads, bodies and readers, all at once.
bears_slow_tests() {
    # shellcheck disable=SC2086
    serve "$server" --port 0 --backend "$backend" $deadlines || return 1
    tests=
    for kind in -H -B -X; do
        slow_test $kind &
        tests="$tests $!"
    done
    # shellcheck disable=SC2086
    wait $tests
    available=
    for kind in -H -B -X; do
        available="$available $(sed -n 's/^service available: *//p' "$scratch/slow$kind" | tail -n 1)"
    done
    echo "service available:$available" >>"$out"
    fault half-closes && end && ends_quietly && test "$available" = ' YES YES YES'
}

# ---- No descriptors ----

# The limit is the server's alone.
runs_out() {
    # shellcheck disable=SC2016
    serve sh -c 'ulimit -n 24; exec "$@"' sh "$server" --port 0 --backend "$backend" || return 1
    fault crowd 40 1000
    result=$?
    end && ends_quietly && test $result = 0
}

# ---- What the system answers, by strace. -D: the process is the server, and strace another ----

# A leak checker cannot trace what is traced.
traced() {
    ASAN_OPTIONS=detect_leaks=0
    export ASAN_OPTIONS
    exec strace -D -f -q -o /dev/null "$@" -- "$server" --port 0 --backend "$backend"
}

cannot_trace() {
    lacks_program strace | grep . && return
    strace -D -f -q -o /dev/null -e inject=recvfrom:error=EINTR:when=1 true >/dev/null 2>&1 || echo 'strace cannot trace here'
}

# survives CALLS HOW: the conversation is the same as without
survives() {
    serve traced -e trace="$1" -e inject="$1:$2" || return 1
    timeout 60 "$faults" "$port" "$pid" conversation >"$scratch/answers" 2>&1
    result=$?
    diff "$scratch/conversation" "$scratch/answers" >>"$out" || result=1
    end && ends_quietly && test $result = 0
}

# 20 times six requests, and a bad one.
converses() {
    with '' conversation || return 1
    mv "$out" "$scratch/conversation"
    sort "$scratch/conversation" | uniq -c >"$out"
    test "$(wc -l <"$scratch/conversation")" -eq 121
}

# The first accepts fail for want of descriptors: it waits a second, without spinning, each time, and then all is well.
recovers_from() {
    serve traced -e trace=accept4 -e inject=accept4:error="$1":when=1..2 || return 1
    fault crowd 3 1000
    result=$?
    end && ends_quietly && test $result = 0
}

# ---- Life under load ----

# under_load MS ALLOWED-FAILURES COMMAND...: what the callers found is in $out
under_load() {
    milliseconds=$1
    allowed=$2
    shift 2
    fault call 16 "$milliseconds" "$allowed" 0 &
    load=$!
    sleep 0.5
    "$@"
    result=$?
    wait $load && test $result = 0
}

# Who is answered is answered in full; new ones may be refused, once.
ends_under_load() {
    serve "$server" --port 0 --backend "$backend" --grace 3 || return 1
    fault call 16 5000 16 0 &
    load=$!
    sleep 0.5
    since=$(date +%s)
    end
    result=$?
    wait $load || return 1
    echo "exit status $result, after $(($(date +%s) - since)) s" >>"$out"
    test $result = 0 && test $(($(date +%s) - since)) -le 3 && grep -q 'failed: 0,' "$out" && grep -q 'nobody was let in' "$out"
}

hangs_up_thrice() {
    for _ in 1 2 3; do
        kill -HUP "$pid"
        sleep 0.4
    done
}

replaces_under_load() {
    serve "$server" --port 0 --backend "$backend" --workers 2 || return 1
    before=$(workers)
    under_load 2200 0 hangs_up_thrice
    result=$?
    sleep 1
    after=$(workers)
    echo "workers before: $before, after: $after" >>"$out"
    for worker in $before; do
        case " $after " in *" $worker "*) return 1 ;; esac
    done
    end && ends_quietly && test $result = 0
}

replaces_under_wrk() {
    serve "$server" --port 0 --backend "$backend" --workers 2 || return 1
    timeout 30 wrk -t 1 -c 16 -d 2 "http://127.0.0.1:$port/" >"$scratch/wrk" 2>&1 &
    load=$!
    sleep 0.5
    hangs_up_thrice
    wait $load
    grep -v '^Running' "$scratch/wrk" >>"$out"
    end && ends_quietly && grep -q 'Requests/sec' "$scratch/wrk" && ! grep -q -e 'Socket errors' -e 'Non-2xx' "$scratch/wrk"
}

kill_first() {
    # shellcheck disable=SC2046
    set -- $(workers)
    victim=$1
    kill -9 "$victim"
}

# Those that it served, 16 at the most, are cut off, once; all others go on.
replaces_the_killed() {
    serve "$server" --port 0 --backend "$backend" --workers 2 || return 1
    sleep 0.3
    before=$(workers)
    under_load 1500 16 kill_first
    result=$?
    after=$(workers)
    echo "workers before: $before, after: $after" >>"$out"
    cat "$scratch/complained" >>"$out"
    case " $after " in *" $victim "*) return 1 ;; esac
    test "$(echo "$after" | wc -w)" = 2 && test "$(grep -c . "$scratch/complained")" = 1 &&
        grep -q "worker $victim was killed by signal 9" "$scratch/complained" && end && test $result = 0
}

# ---- The claims: slow ones, broken ones, large ones, many, the system's answers, life ----

# What every back end has to do in its own way.
claim_core() {
    show "$backend: head, body and idle connection have their deadlines, and progress is waited for" with "$deadlines" deadlines 1000
    show "$backend: who does not read has a deadline" with "$deadlines" slow-readers 1000
    show "$backend: resets leave nothing behind" with '' resets 50
    show "$backend: half closes are answered, and closed" with '' half-closes
    show "$backend: an echo of 20 MB that is heard slowly takes no memory" with '' echo 20000000 7777 2
    show "$backend: who waits is not forgotten when those after it leave" with '' outlive
    show "$backend: more clients than descriptors: no spinning, and it goes on" runs_out
    show "$backend: harmless signals under load: nothing is lost" with '' call 16 1000 0 1
    show "$backend: SIGTERM under load: what has begun is finished" ends_under_load
}

for backend in epoll poll select; do
    claim_core
done

backend=epoll

show_or_skip "$(lacks_program slowhttptest)" 'slowhttptest -H, -B and -X at once: the service is there' bears_slow_tests
show '1,000 clients drip the end of a head of 8 KiB: others are served' with '' drip 1000 3000
show '2,000 idle connections expire at once' with '--idle-timeout 2' idle 2000 2000
show 'a limit is a limit: one more is refused' with '--max-body 100000' limits 100000
show '10,000 pipelined requests, unread: all are answered in order' with '' pipeline 10000
show 'an echo of 50 MB of known length, heard slowly' with '' echo 50000000 0 4
show '100,000 chunks of one octet come back' with '' echo 100000 1 2


show "a conversation of 121 requests" converses
why=$(cannot_trace)
for errors in \
    recvfrom:EINTR:1+2 recvfrom:EAGAIN:1+2 sendto:EINTR:1+2 sendto:EAGAIN:1+2 accept4:EINTR:1+2 accept4:ECONNABORTED:1+2; do
    call=${errors%%:*}
    error=${errors#*:}
    show_or_skip "$why" "every second $call fails with ${error%:*}: the same answers" survives "$call" "error=${error%:*}:when=${error#*:}"
done
for backend in epoll poll select; do
    case $backend in
    epoll) calls='?epoll_wait,?epoll_pwait' ;;
    poll) calls='?poll,?ppoll' ;;
    select) calls='?select,?pselect6' ;;
    esac
    show_or_skip "$why" "$backend: every second wait fails with EINTR: the same answers" survives "$calls" error=EINTR:when=1+2
done
backend=epoll
show_or_skip "$why" 'accept fails for want of descriptors: no spinning, and it goes on' recovers_from EMFILE

show '--workers 2, SIGHUP three times under load: nothing is lost' replaces_under_load
show_or_skip "$(lacks_program wrk)" '--workers 2, SIGHUP three times under wrk: no errors' replaces_under_wrk
show '--workers 2, one is killed under load: it is replaced, and the other serves' replaces_the_killed

end_claims
