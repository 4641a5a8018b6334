#!/bin/sh
# SPDX-License-Identifier: MIT
#
# HAProxy before several fluxo-servers, as examples/haproxy.cfg sets it up: under load from wrk, servers leave, come and are
# replaced, and no request fails; what fails when one is killed. TAP on standard output.
#     FLUXO_SERVER   the program (./fluxo-server)
#     TALK           tests/talk.c, compiled (./tests/talk)

server=${FLUXO_SERVER:-./fluxo-server}
talk=${TALK:-./tests/talk}
LC_ALL=C
export LC_ALL

. "${TOP_SRCDIR:-.}/tests/peers/peers.sh"
example=${TOP_SRCDIR:-.}/examples/haproxy.cfg

scratch=$(mktemp -d) || exit 99
out=$scratch/out
pids=
trap 'kill -9 $pids 2>/dev/null; stop_peers; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

. "${TOP_SRCDIR:-.}/tests/claims.sh"

connections=8 # of wrk
lines=40      # of a stream, ten a second
grace=20      # s: a stream takes longer on a machine that has more to do

# await COMMAND...: until it succeeds, for 20 seconds at most
await() {
    since=$(date +%s)
    until "$@"; do
        test $(($(date +%s) - since)) -lt 20 || return 1
        nap
    done
}

# ---- fluxo-servers, by number; each has a log of that number, to which the next of that number appends ----

# begin NUMBER PORT [OPTION...]: sets pid_NUMBER and port
begin() {
    number=$1
    port=$2
    shift 2
    said=$scratch/said.$number
    : >"$said" # or we would read what the last one has said
    "$server" --port "$port" --grace $grace --access-log "$scratch/log.$number" "$@" >"$said" 2>>"$scratch/complained" &
    pids="$pids $!"
    eval "pid_$number=$!"
    await says_its_port
}

says_its_port() {
    port=$(sed -n 's,^Servidor rodando em http://.*:\([0-9]*\)/$,\1,p' "$said")
    test -n "$port"
}

send() {
    eval "kill -$1 \$pid_$2"
}

# ends NUMBER: with status 0, within its grace
ends() {
    send TERM "$1"
    eval "ended=\$pid_$1"
    (sleep $((grace + 5)) && kill -9 "$ended") >/dev/null 2>&1 &
    guard=$!
    wait "$ended"
    result=$?
    kill -9 "$guard" 2>/dev/null
    wait "$guard" 2>/dev/null
    echo "server $1 ended with status $result" >>"$out"
    return $result
}

# ---- HAProxy ----

# The example as it is; only the addresses are ours, and the runtime API is where tests/talk.c can ask.
start_haproxy() {
    find_program haproxy || return 1
    peer_name=haproxy
    for peer_try in 1 2 3; do
        make_peer_folder
        pick_port python3 -c && runtime=$peer_port
        pick_port python3 -c && front=http://127.0.0.1:$peer_port
        run_bounded env LISTEN="127.0.0.1:$peer_port" RUNTIME="127.0.0.1:$runtime" FLUXO_1="127.0.0.1:$port_1" \
            FLUXO_2="127.0.0.1:$port_2" FLUXO_3="127.0.0.1:$port_3" FLUXO_4="127.0.0.1:$port_4" "$peer_program" -db -f "$example"
        await_peer are UP 1 2 3 && return 0
    done
    return 1
}

# ask COMMAND: HAProxy's runtime API
ask() {
    echo "$1" | "$talk" "$runtime" 2>>"$out"
}

order() {
    ask "$1" >>"$out"
}

# figures COLUMN NUMBER...: of these servers, a line each
figures() {
    column=$1
    shift
    ask 'show stat' | awk -F , -v column="$column" -v wanted=" $* " '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
        sub("fluxo-", "", $2) && index(wanted, " " $2 " ") { print $at }'
}

# are STATE NUMBER...
are() {
    state=$1
    shift
    test "$(figures status "$@" | grep -c "^$state")" = $#
}

is_at_rest() {
    test "$(figures scur "$1")" = 0
}

# Of the requests that HAProxy has given to it, or has tried to, there are no more.
is_left_alone() {
    before=$(figures stot "$1")
    sleep 1
    after=$(figures stot "$1")
    echo "requests to server $1: $before, a second later $after" >>"$out"
    test -n "$after" && test "$before" = "$after"
}

answers() {
    figures hrsp_2xx "$@" | tr '\n' ' '
}

# share_the_load NUMBER...: in a second each answers at least half of what would be an equal part
share_the_load() {
    before=$(answers "$@")
    sleep 1
    after=$(answers "$@")
    echo "answers of servers $*: $before, a second later $after" >>"$out"
    echo "$before $after" | awk '{
        n = NF / 2
        for (i = 1; i <= n; i++) all += $(n + i) - $i
        for (i = 1; i <= n; i++) poor += 2 * n * ($(n + i) - $i) < all
        exit !(all > 0 && !poor) }'
}

# As soon as they are there.
come_to_share_the_load() {
    await are UP "$@" && share_the_load "$@"
}

# ---- Load ----

browse() {
    curl -s --noproxy '*' --max-time 60 "$@"
}

# load METHOD METHOD: wrk asks, in turn, until unload
load() {
    cat >"$scratch/load.lua" <<END
local methods, turn = {"$1", "$2"}, 0
function request()
    turn = turn % 2 + 1
    return wrk.format(methods[turn], "/load", nil, methods[turn] == "POST" and "hello" or nil)
end
END
    wrk -t 1 -c $connections -d 120 --timeout 20s -s "$scratch/load.lua" "$front" >"$scratch/wrk" 2>&1 &
    wrk=$!
    pids="$pids $wrk"
    sleep 1
}

# Sets responses and failures. There was load until now.
unload() {
    kill -INT $wrk && wait $wrk || return 1
    responses=$(sed -n 's/^ *\([0-9]*\) requests in .*/\1/p' "$scratch/wrk")
    failures=$(awk '/Socket errors:/ { n += $4 + $6 + $8 + $10 } /Non-2xx/ { n += $NF } END { print n + 0 }' "$scratch/wrk")
    cat "$scratch/wrk" >>"$out"
    test "$responses" -gt 0
}

tell_load() {
    echo "# $responses responses, $failures failures"
}

# fail_at_most NUMBER: requests
fail_at_most() {
    unload && test "$failures" -le "$1"
}

# count_served NUMBER...: sets served, and fails if one has served nothing. The logs are written a little later.
count_served() {
    served=0
    : >"$out"
    for number in "$@"; do
        here=$(grep -c '/load HTTP/1.1" 200 ' "$scratch/log.$number")
        echo "server $number: $here, wrk: $responses" >>"$out"
        test "$here" -gt 0 || return 1
        served=$((served + here))
    done
    test $served -ge "$responses"
}

# served_once NUMBER...: there is nothing more but what wrk did not wait for at its end; and no answer but 200
served_once() {
    await count_served "$@" && test $((served - responses)) -le $connections &&
        test "$(cat "$scratch"/log.* | grep -c /load)" = $served
}

# ---- Streams: responses that have begun ----

# stream NUMBER...: one on each of these servers; HAProxy gives them out in turn, and nothing else is asked
stream() {
    streams=
    rm -f "$scratch"/stream.*
    for number in "$@"; do
        (browse -N "$front/stream?n=$lines&ms=100" >"$scratch/stream.$number"
            echo $? >"$scratch/stream.$number.status") &
        streams="$streams $!"
    done
    await each_streams "$@"
}

each_streams() {
    test "$(figures scur "$@" | grep -c '^1$')" = $#
}

none_has_ended() {
    ! ls "$scratch"/stream.*.status >>"$out" 2>/dev/null
}

# streams_end STATUSES: curl's, in order of their number: nobody knows which stream is whose
streams_end() {
    wait $streams
    (cd "$scratch" && tail -n 1 stream.?) >>"$out"
    test "$(cat "$scratch"/stream.*.status | sort -n | tr '\n' ' ')" = "$1 " &&
        test "$(cat "$scratch"/stream.? | grep -c "^tick $lines\$")" = "$(echo "$1" | tr ' ' '\n' | grep -c '^0$')"
}

# ---- What happens ----

is_valid() {
    find_program haproxy
    (
        unset LISTEN FLUXO_1 FLUXO_2 FLUXO_3 FLUXO_4
        RUNTIME=$scratch/runtime "$peer_program" -c -f "$example"
    ) >"$out" 2>&1
}

three_are_there() {
    await are DOWN 4 && are UP 1 2 3
}

greets() {
    browse "$1/" >>"$out" && grep -q Mundo "$out"
}

# That the stream was here, its log knows: it has a line when the response is complete.
leaves() {
    none_has_ended && ends "$1" && grep -q '/stream.* 200 ' "$scratch/log.$1"
}

is_missed() {
    await are DOWN "$1" && is_left_alone "$1"
}

drains() {
    order 'set server fluxo/fluxo-2 state drain' && await is_at_rest 2 && are DRAIN 2 && is_left_alone 2 &&
        greets "http://127.0.0.1:$port_2"
}

is_replaced() {
    ends 2 && begin 2 "$port_2" && order 'set server fluxo/fluxo-2 state ready' && come_to_share_the_load 2 3 4
}

is_added() {
    begin 5 0 && order "add server fluxo/fluxo-5 127.0.0.1:$port check inter 200ms fall 2 rise 2 pool-purge-delay 2s" &&
        order 'enable health fluxo/fluxo-5' && order 'enable server fluxo/fluxo-5' && come_to_share_the_load 2 3 4 5
}

is_removed() {
    order 'set server fluxo/fluxo-5 state drain' && await is_at_rest 5 && order 'set server fluxo/fluxo-5 state maint' &&
        await is_deleted && ends 5
}

# HAProxy says no while it has connections to it.
is_deleted() {
    order 'del server fluxo/fluxo-5' && test -z "$(figures status 5)"
}

is_killed() {
    send KILL 3 && is_missed 3
}

# sends_none_again COMMAND...: what could not be sent at all, and went elsewhere, HAProxy counts apart
sends_none_again() {
    sent_again=$(figures wretr 2 3 4)
    "$@" || return 1
    echo "sent again: $sent_again, then $(figures wretr 2 3 4)" >>"$out"
    test -n "$sent_again" && test "$(figures wretr 2 3 4)" = "$sent_again"
}

is_killed_while_it_streams() {
    none_has_ended && is_killed
}

comes_in_its_place() {
    begin 3 "$port_3" && await are UP 2 3 4
}

end_in_order() {
    for number in "$@"; do
        ends "$number" || return 1
    done
    cat "$scratch/complained" >>"$out"
    ! test -s "$scratch/complained"
}

# ---- The claims ----

for program in haproxy wrk curl python3; do
    if ! find_program $program; then
        echo "1..0 # SKIP $peer_missing"
        exit 0
    fi
done

claim 'the example is a valid configuration' is_valid

begin 1 0 --workers 2 && port_1=$port
begin 2 0 && port_2=$port
begin 3 0 && port_3=$port
begin 4 0 && port_4=$port && ends 4 # it was free; it comes later
if ! start_haproxy; then
    echo "not ok - $peer_missing"
    exit 1
fi

claim 'three servers are there, the fourth is not' three_are_there
claim 'they answer' greets "$front"
stream 1 2 3
load GET POST
claim 'one is told to stop: it finishes what has begun, and ends with status 0' leaves 1
claim 'it gets no request any more' is_missed 1
claim 'the responses that had begun are whole' streams_end '0 0 0'
begin 4 "$port_4"
claim 'one comes: it gets its part' come_to_share_the_load 2 3 4
claim 'one is drained: it gets no request any more, though it would answer' drains
claim 'it ends with status 0, and the next one in its place gets its part' is_replaced
claim 'one comes that the configuration does not know: it gets its part' is_added
claim 'it leaves, and is forgotten' is_removed
claim 'in all this no request has failed' fail_at_most 0
tell_load
claim 'each was served once, and each server has served some' served_once 1 2 3 4 5

stream 2 3 4
load GET GET
claim 'one is killed: it gets no request any more' is_killed_while_it_streams
claim 'the others serve on' share_the_load 2 4
claim 'no request has failed that may be sent twice' fail_at_most 0
tell_load
claim 'the response that had begun there is cut, and its client knows; the others are whole' streams_end '0 0 18'

claim 'one comes in its place' comes_in_its_place
load POST POST
claim 'one is killed: no request is sent again that may not be sent twice' sends_none_again is_killed
unload
tell_load # what was under way there fails
load POST POST
claim 'once it is missed, the others serve on' share_the_load 2 4
claim 'and no request fails any more' fail_at_most 0
tell_load

claim 'those that are left end with status 0, and nobody has complained' end_in_order 2 4

end_claims
