#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What fluxo-server promises, asked over real sockets of 127.0.0.1; TAP on standard output.
#     FLUXO_SERVER   the program (./fluxo-server)
#     KQUEUE_SERVER  the same with a kqueue of the tests' own (./tests/kqueue-server)
#     TALK           tests/talk.c, compiled (./tests/talk)

server=${FLUXO_SERVER:-./fluxo-server}
talk=${TALK:-./tests/talk}

. "${TOP_SRCDIR:-.}/tests/talking.sh"

get='GET / HTTP/1.1\r\nHost: a\r\n\r\n'
brew='BREW / HTTP/1.1\r\nHost: a\r\n\r\n'

# ---- What a server answers ----

is_hello() {
    ask "$get" --half-close || return 1
    head -n 1 "$out" | grep -qx 'HTTP/1.1 200 OK' && has 'Content-Type: text/plain; charset=utf-8' &&
        has 'Content-Length: 11' && lacks '^Connection' && ends_in_hello
}

ends_in_hello() {
    printf '\r\n\r\nOl\303\241 Mundo\n' >"$scratch/hello"
    tail -c 15 "$scratch/raw" | cmp -s - "$scratch/hello"
}

has_date() {
    ask "$get" --half-close
    grep -q '^Date: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT$' "$out"
}

head_has_no_body() {
    answers 200 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n' && has 'Content-Length: 11' && lacks Mundo
}

closes_when_told() {
    ask "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n$get" && test "$(statuses)" = 200 && has 'Connection: close'
}

closes_after_1_0() {
    ask 'GET / HTTP/1.0\r\n\r\n' && test "$(statuses)" = 200 && has 'Connection: close'
}

keeps_1_0_alive() {
    answers '200 200' 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n' &&
        has 'Connection: keep-alive' && has 'Connection: close'
}

curl_keeps_alive() {
    browse -o /dev/null -o /dev/null -w '%{num_connects}' "$url/" "$url/" >"$out" && test "$(cat "$out")" = 10
}

# 1000 requests of four kinds
pipelines() {
    put='PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'
    ask "$(repeat 250 "$get$brew${put}HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")" --half-close || return 1
    test "$(statuses) " = "$(repeat 250 '200 501 200 200 ')" && test "$(grep -c Mundo "$out")" = 500
}

pipelines_by_bytes() {
    ask "$(repeat 20 "$get$brew")" --half-close --split 1 && test "$(statuses) " = "$(repeat 20 '200 501 ')"
}

takes_slow_heads() {
    answers 200 "GET / HTTP/1.1\r\nHost: a\r\n$(repeat 60 "A: $(repeat 200 b)\r\n")\r\n" --split 7
}

expects_100() {
    browse -v -H 'Expect: 100-continue' --expect100-timeout 10 -d hello "$url/" 2>&1 | tr -d '\r' >"$out"
    has '< HTTP/1.1 100 Continue' && has '< HTTP/1.1 200 OK'
}

expecting='Host: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n'

# The client may send the body or not, so the connection cannot be used again.
refuses_expectation() {
    ask "BREW / HTTP/1.1\r\n$expecting" && test "$(statuses)" = 501 && has 'Connection: close'
}

refuses_connect() {
    ask "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n$get" && test "$(statuses)" = 501 && has 'Connection: close'
}

# The refused client is still sending when the answer comes; a reset would destroy it.
refusal_arrives() {
    ask "BAD\r\n\r\n$(repeat 1000 "$(repeat 100 x)")" && test "$(statuses)" = 400
}

# ---- Memory ----

uploads() {
    test -f "$scratch/large" || dd if=/dev/zero of="$scratch/large" bs=1000000 count=50 2>/dev/null
    browse -T "$scratch/large" "$url/" >"$out" && grep -q Mundo "$out" || return 1
    browse -T - "$url/" <"$scratch/large" >"$out" && grep -q Mundo "$out"
}

# A client that sends 20 MB of requests and takes no answer: the server stops reading it, and serves others meanwhile.
ignores_answers() {
    awk 'BEGIN { for (i = 0; i < 700000; i++) printf "GET / HTTP/1.1\r\nHost: a\r\n\r\n" }' >"$scratch/many"
    "$talk" "$port" --mute --wait 1000 <"$scratch/many" >"$scratch/took" &
    muted=$!
    nap
    is_hello
    served=$?
    wait $muted
    echo "the server took $(cat "$scratch/took") bytes of $(wc -c <"$scratch/many")" >>"$out"
    test $served = 0 && test "$(cat "$scratch/took")" -lt "$(wc -c <"$scratch/many")"
}

# ---- Descriptors ----

descriptors() {
    find "/proc/$pid/fd" -type l 2>/dev/null | wc -l
}

# Those that are left to close may take two seconds of lingering.
leaks_nothing() {
    before=$(descriptors)
    "$talk" "$port" --abuse 600 || return 1
    naps=0
    while test "$(descriptors)" -gt "$before" && test $naps -lt 40; do
        nap
        naps=$((naps + 1))
    done
    echo "descriptors: from $before to $(descriptors)" >"$out"
    test "$(descriptors)" -le "$before"
}

abuses() {
    "$talk" "$port" --abuse 600 && kill -0 "$pid"
}

ticks() {
    awk '{ print $14 + $15 }' "/proc/$pid/stat" 2>/dev/null || echo 0
}

# More clients than descriptors: those over wait in the backlog, the processor rests, and all is well when they have gone.
runs_out_of_descriptors() {
    # shellcheck disable=SC2016
    begin sh -c 'ulimit -n 16; exec "$0" --port 0' "$server"
    clients=
    for client in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        printf 'GET' | "$talk" "$port" --wait 2000 >/dev/null &
        clients="$clients $!"
    done
    nap
    before=$(ticks)
    # shellcheck disable=SC2086
    wait $clients
    echo "processor: from $before to $(ticks) ticks" >"$out"
    test $(($(ticks) - before)) -lt 50 && is_hello && end
}

# ---- Life ----

stops_when_idle() {
    begin "$server" --port 0
    printf "%b" "$get" | "$talk" "$port" --wait 9000 >"$scratch/idle" &
    client=$!
    sleep 1
    since=$(date +%s)
    end || return 1
    wait $client || return 1
    grep -q Mundo "$scratch/idle" && test $(($(date +%s) - since)) -le 2
}

finishes_what_it_began() {
    begin "$server" --port 0
    {
        printf 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe'
        sleep 2
        printf 'llo'
    } | "$talk" "$port" >"$scratch/raw" &
    client=$!
    sleep 1
    end || return 1
    wait $client || return 1
    tr -d '\r' <"$scratch/raw" >"$out"
    test "$(statuses)" = 200 && has 'Connection: close'
}

# Who waits for its first line may signal at once.
stops_upon_its_first_line() {
    mkfifo "$scratch/line" || return 1
    for try in 1 2 3 4 5 6 7 8 9 10; do
        "$server" --port 0 >"$scratch/line" &
        pid=$!
        read -r line <"$scratch/line"
        end || break
    done
    echo "try $try: status $result after: $line" >"$out"
    test "$result" = 0
}

# The request will never be complete.
stops_in_time() {
    begin "$server" --port 0 --grace 1
    printf 'GET' | "$talk" "$port" --wait 9000 >/dev/null &
    client=$!
    sleep 1
    end || return 1
    wait $client
}

# Nor does it for a client that has been refused and does not close.
stops_at_once_without_grace() {
    begin "$server" --port 0 --grace 0
    printf 'BAD\r\n\r\n' | "$talk" "$port" --mute --wait 3000 >/dev/null &
    client=$!
    nap
    nap
    before=$(milliseconds)
    end || return 1
    took=$(($(milliseconds) - before))
    kill "$client"
    wait "$client" 2>/dev/null
    echo "after $took ms" >"$out"
    test $took -lt 1000
}

stops_at_once_when_told_twice() {
    begin "$server" --port 0
    printf 'GET' | "$talk" "$port" --wait 9000 >/dev/null &
    client=$!
    sleep 1
    since=$(date +%s)
    kill -TERM "$pid"
    nap
    kill -INT "$pid"
    await_end && return 1
    wait $client
    test $(($(date +%s) - since)) -le 2
}

# ---- Defence ----

# Two are connected and stay; the third waits until one leaves.
waits_for_room() {
    begin "$server" --port 0 --max-connections 2
    "$talk" "$port" --crowd 2 --wait 1500 >/dev/null &
    crowd=$!
    nap
    nap
    ask "$get" --wait 300
    test -z "$(statuses)" || return 1
    wait $crowd
    is_hello && end
}

closes_after_two() {
    begin "$server" --port 0 --max-requests 2
    ask "$get$get$get" && test "$(statuses)" = '200 200' && test "$(grep -c '^Connection: close$' "$out")" = 1 && end
}

refuses_large_bodies() {
    begin "$server" --port 0 --max-body 10
    answers '200' 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789' &&
        refuses 413 BODY_LIMIT 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n' &&
        refuses 413 BODY_LIMIT 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a' && end
}

milliseconds() {
    echo $(($(date +%s%N) / 1000000))
}

# ends_after MILLISECONDS STATUSES BYTES: the server closes then, and not sooner
ends_after() {
    soonest=$1 expected=$2
    before=$(milliseconds)
    ask "$3" --wait 5000 || return 1
    took=$(($(milliseconds) - before))
    echo "after $took ms" >>"$out"
    test "$(statuses)" = "$expected" && test $took -ge "$soonest" && test $took -lt $((soonest + 1000))
}

has_deadlines() {
    begin "$server" --port 0 --head-timeout 0.5 --body-timeout 0.6 --idle-timeout 0.7
    ends_after 500 408 'GET / HTTP/1.1\r\nHost: a\r\n' &&
        ends_after 500 '200 408' "${get}G" &&
        ends_after 600 408 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell' &&
        ends_after 700 200 "$get" && ends_after 700 '' '' && end
}

# One byte each 100 ms does not put the deadline of a head off.
has_one_deadline_for_all_of_a_head() {
    begin "$server" --port 0 --head-timeout 0.5
    before=$(milliseconds)
    for byte in G E T ' ' / ' ' H T T P / 1 . 1 '\r' '\n' H o s t; do
        nap
        printf "$byte"
    done | "$talk" "$port" --wait 5000 | tr -d '\r' >"$out"
    took=$(($(milliseconds) - before))
    echo "after $took ms" >>"$out"
    test "$(statuses)" = 408 && end
}

# ---- Back ends ----

# works_with BACKEND: the same claims, in short
works_with() {
    begin "${2:-$server}" --port 0 --backend "$1"
    grep -q "^($1," "$scratch/said" && is_hello && pipelines && pipelines_by_bytes && refusal_arrives &&
        answers '' 'GET' && end
}

# More clients than select() can watch: those over wait, the processor rests, and all is well when they have gone.
knows_its_limit() {
    begin sh -c 'ulimit -n 4096; exec "$0" --port 0 --backend select' "$server"
    has_limit=$(sed -n 's,^(select.* \([0-9]*\) descriptors at most.*,\1,p' "$scratch/said")
    test "$has_limit" -gt 0 || return 1
    "$talk" "$port" --crowd $((has_limit + 50)) --wait 2000 >"$scratch/crowd" &
    crowd=$!
    sleep 1
    before=$(ticks)
    sleep 0.5
    echo "processor: from $before to $(ticks) ticks" >"$out"
    test $(($(ticks) - before)) -lt 10 || return 1
    wait $crowd
    is_hello && is_quiet && end
}

# ---- Workers ----

workers_of() {
    cat "/proc/$pid/task/$pid/children" 2>/dev/null
}

has_workers() {
    begin "$server" --port 0 --workers 2
    # shellcheck disable=SC2046
    set -- $(workers_of)
    test $# = 2 && is_hello && pipelines
}

# replaces_the_dead: with a word about it
replaces_the_dead() {
    # shellcheck disable=SC2046
    set -- $(workers_of)
    kill -9 "$1"
    naps=0
    # shellcheck disable=SC2046
    while set -- "$1" $(workers_of) && { test $# != 3 || test "$1" = "$2" || test "$1" = "$3"; } && test $naps -lt 50; do
        nap
        naps=$((naps + 1))
    done
    echo "workers: $*" >"$out"
    cat "$scratch/complained" >>"$out"
    test $# = 3 && grep -q "worker $1 was killed by signal 9" "$scratch/complained" && is_hello
}

replaces_all() {
    before=$(workers_of)
    kill -HUP "$pid"
    naps=0
    while after=$(workers_of) && { shares_a_word "$before" "$after" || test "$(echo "$after" | wc -w)" != 2; } && test $naps -lt 50; do
        nap
        naps=$((naps + 1))
    done
    echo "workers: $before, then $after" >"$out"
    ! shares_a_word "$before" "$after" && is_hello
}

shares_a_word() {
    for word in $1; do
        case " $2 " in *" $word "*) return 0 ;; esac
    done
    return 1
}

ends_with_workers() {
    workers=$(workers_of)
    end || return 1
    for worker in $workers; do
        kill -0 "$worker" 2>/dev/null && return 1
    done
    return 0
}

# As init systems do: to the workers, too, which the parent then tells a second time.
takes_sigterm_to_all() {
    begin "$server" --port 0 --workers 2
    {
        printf 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe'
        sleep 1
        printf 'llo'
    } | "$talk" "$port" >"$scratch/raw" &
    client=$!
    nap
    nap
    # shellcheck disable=SC2046
    kill -TERM $(workers_of)
    nap
    end || return 1
    wait $client || return 1
    tr -d '\r' <"$scratch/raw" >"$out"
    test "$(statuses)" = 200
}

# Whoever kills the parent does not leave children behind.
leaves_no_orphans() {
    begin "$server" --port 0 --workers 2
    workers=$(workers_of)
    kill -9 "$pid"
    wait "$pid" 2>/dev/null
    pid=
    naps=0
    while { for worker in $workers; do kill -0 "$worker" 2>/dev/null && break; done; } && test $naps -lt 50; do
        nap
        naps=$((naps + 1))
    done
    test $naps -lt 50
}

# ---- What an operator wants ----

writes_a_log() {
    begin "$server" --port 0 --access-log "$scratch/log"
    ask "${get}GET /\"\\\\ HTTP/1.1\r\n\r\n"
    ask '\001'
    answers '200 501' "HEAD /?a=b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n$brew"
    end
    cat "$scratch/log" >"$out"
    client='127\.0\.0\.1 - - \[[0-9][0-9]/[A-Z][a-z][a-z]/20[0-9][0-9]:[0-9][0-9]:[0-9][0-9]:[0-9][0-9] +0000\]'
    test "$(wc -l <"$scratch/log")" = 5 && grep -qx "$client \"GET / HTTP/1.1\" 200 11" "$out" &&
        grep -q '"GET /.x22.x5c HTTP/1.1" 400' "$out" && grep -qx "$client \"-\" 400 [0-9]*" "$out" &&
        grep -qx "$client \"HEAD /?a=b HTTP/1.0\" 200 0" "$out" && grep -qx "$client \"BREW / HTTP/1.1\" 501 [0-9]*" "$out"
}

# A head that came in pieces, and one whose response is complete before its body: while that is awaited another client asks.
logs_what_was_asked() {
    begin "$server" --port 0 --access-log "$scratch/log2"
    ask 'GET /in-pieces HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' --split 1
    {
        printf 'BREW /early HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n'
        nap
        nap
        nap
        printf 'hello'
    } | "$talk" "$port" --half-close >/dev/null &
    client=$!
    nap
    ask 'GET /of-another-client HTTP/1.1\r\nHost: a\r\n\r\n' --half-close
    wait $client
    ask 'POST /cut HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel' --half-close
    end
    cp "$scratch/log2" "$out"
    lacks /cut && grep -q '"GET /in-pieces HTTP/1.1" 200' "$out" && grep -q '"BREW /early HTTP/1.1" 501' "$out"
}

logs_to_standard_output() {
    begin "$server" --port 0 --access-log -
    is_hello && nap && nap && grep -q '"GET / HTTP/1.1" 200 11' "$scratch/said" && end
}

# Two workers and a reader that is late.
breaks_no_line() {
    mkfifo "$scratch/late" || return 1
    { sleep 2; cat; } <"$scratch/late" >"$scratch/log3" &
    reader=$!
    begin "$server" --port 0 --workers 2 --access-log "$scratch/late"
    for client in 1 2 3 4 5 6; do
        answers "$(repeat 200 '200 ' | sed 's/ $//')" "$(repeat 200 "GET /$(repeat 300 a) HTTP/1.1\r\nHost: a\r\n\r\n")" || return 1
    done
    sleep 2
    end && wait $reader
    grep -v '^# [0-9]* lines are lost' "$scratch/log3" | grep -vx '127.0.0.1 - - .* "GET /a\{300\} HTTP/1.1" 200 11' >"$out"
    echo "of $(wc -l <"$scratch/log3") lines" >>"$out"
    test "$(wc -l <"$out")" = 1 && test "$(wc -l <"$scratch/log3")" -gt 300
}

wake_ups() {
    awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$pid/status"
}

# It is asked again with the next line, not ten times a second.
rests_without_reader() {
    mkfifo "$scratch/reader" || return 1
    sleep 0.5 <"$scratch/reader" &
    begin "$server" --port 0 --access-log "$scratch/reader"
    sleep 1
    is_hello && sleep 0.5 || return 1
    before=$(wake_ups)
    sleep 1
    echo "wake-ups: from $before to $(wake_ups)" >"$out"
    test $(($(wake_ups) - before)) -lt 3 && is_hello && end
}

tells_a_log_that_cannot_be() {
    exits 1 --port 0 --access-log /nowhere/log && grep -q '/nowhere/log: ' "$scratch/refused"
}

says_nothing() {
    "$server" --port 0 --quiet >"$scratch/said" 2>&1 &
    pid=$!
    nap
    end && ! test -s "$scratch/said"
}

# ---- The command line ----

# exits STATUS ARGUMENTS...
exits() {
    expected=$1
    shift
    "$server" "$@" >"$scratch/told" 2>"$scratch/refused"
    result=$?
    cat "$scratch/told" "$scratch/refused" >"$out"
    test $result = "$expected"
}

is_misuse() {
    exits 64 "$@" && test -s "$scratch/refused" && ! test -s "$scratch/told"
}

tells_port_in_use() {
    exits 1 --port "$port" && grep -q 'Address already in use' "$scratch/refused" && grep -q "$port" "$scratch/refused"
}

is_quiet() {
    cat "$scratch/complained" >"$out"
    ! test -s "$out"
}

listens_on_ipv6() {
    grep -q '^Servidor rodando em http://\[::1\]:' "$scratch/said" && browse -g "http://[::1]:$port/" >"$out" && grep -q Mundo "$out"
}

manual_explains_options() {
    source=${TOP_SRCDIR:-.}
    "$server" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p' | sort >"$scratch/offered"
    sed -n 's/^\.It Fl -\([a-z-]*\).*/--\1/p' "$source/doc/fluxo-server.1" | sort >"$scratch/explained"
    diff "$scratch/offered" "$scratch/explained" >"$out" && test -s "$scratch/offered"
}

# ---- The claims, in the order of the message ----

begin "$server" --port 0
if test -z "$port"; then
    cat "$scratch/complained"
    echo "Bail out! $server does not start"
    exit 1
fi

claim 'GET is answered 200 with the 11 octets of the greeting' is_hello
claim 'a response is dated' has_date
claim 'HEAD is answered by the same head and no body' head_has_no_body
claim 'OPTIONS * is answered' answers 200 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'
claim 'a target in absolute-form is answered' answers 200 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n'
claim 'HTTP/1.9 is answered as HTTP/1.1' answers '200 200' "GET / HTTP/1.9\r\nHost: a\r\n\r\n$get"
claim 'empty lines before a request are passed over' answers 200 "\r\n\r\n$get"
claim 'an offer to upgrade is declined' answers '200 200' "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: b\r\n\r\n$get"

claim 'a method that is not known: 501, and the connection stays' answers '501 200' "$brew$get"
claim 'TRACE: 501' answers '501 200' "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n$get"
claim 'CONNECT: 501, and the connection ends' refuses_connect
claim 'a method that is too long: 501' refuses 501 METHOD_LIMIT "$(repeat 40 A) / HTTP/1.1\r\n\r\n"
claim 'a target that is too long: 414' refuses 414 TARGET_LIMIT "GET /$(repeat 9000 a) HTTP/1.1\r\nHost: a\r\n\r\n"
claim 'another major version: 505' refuses 505 HTTP_MAJOR_VERSION 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'
claim 'octets that are no HTTP: 400' refuses 400 METHOD '\026\003\001\002\000\001\000\001\374\003\003'
claim 'a bad field: 400' refuses 400 SPACE_BEFORE_COLON 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'
claim 'a line that ends in LF alone: 400' refuses 400 LF_WITHOUT_CR 'GET / HTTP/1.1\nHost: a\n\n'
claim 'Transfer-Encoding in HTTP/1.0: 400' refuses 400 TRANSFER_ENCODING_IN_1_0 \
    'POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
claim 'a request whose last coding is not chunked: 400' refuses 400 CHUNKED_NOT_LAST \
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n'
claim 'a Content-Length that is no number: 400' refuses 400 CONTENT_LENGTH \
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello'
claim 'the body of a GET is passed over' answers '200 200' \
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello$get"
claim 'no Host: 400' refuses 400 HOST_MISSING 'GET / HTTP/1.1\r\n\r\n'
claim 'two Hosts: 400' refuses 400 HOST_REPEATED 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'
claim 'too large a head: 431' refuses 431 HEAD_LIMIT "GET / HTTP/1.1\r\nHost: a\r\n$(repeat 100 "A: $(repeat 400 b)\r\n")\r\n"
claim 'too large a field: 431' refuses 431 FIELD_LINE_LIMIT "GET / HTTP/1.1\r\nA: $(repeat 20000 b)\r\n\r\n"
claim 'a transfer coding that is not known: 501' refuses 501 TRANSFER_CODING_UNKNOWN \
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: rot13, chunked\r\n\r\n'
claim 'Transfer-Encoding with Content-Length: 400' refuses 400 TRANSFER_ENCODING_AND_LENGTH \
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'

claim 'a body of known length is passed over' answers '200 200' "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello$get"
claim 'a chunked body with extensions and trailers is passed over' answers '200 200' \
    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0;c\r\nD: e\r\n\r\n$get"
claim 'the same, byte by byte' answers '200 200' \
    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0;c\r\nD: e\r\n\r\n$get" --split 1
claim 'a bad chunk: 400, and the request is not answered otherwise' refuses 400 CHUNK_SIZE \
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx\r\n'
claim 'a bad trailer: 400' refuses 400 FIELD_NAME \
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n(: b\r\n\r\n'
claim 'too large chunk extensions: 413' refuses 413 EXTENSIONS_LIMIT \
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=$(repeat 17000 b)\r\n"
claim 'a request that is cut short is not answered' answers '' 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel'

claim 'Expect: 100-continue is not answered when the body is there' answers 200 "POST / HTTP/1.1\r\n${expecting}ab"
claim 'Expect: 100-continue means nothing in HTTP/1.0' answers 200 "POST / HTTP/1.0\r\n${expecting}ab" --split 1
claim 'Expect: 100-continue and a method that is not known: 501 at once, and close' refuses_expectation

claim 'Connection: close is kept: nothing after it is answered' closes_when_told
claim 'HTTP/1.0 closes' closes_after_1_0
claim 'HTTP/1.0 stays if it asks to, and is told so' keeps_1_0_alive
claim '1000 requests in a pipeline are answered in order' pipelines
claim 'a pipeline that comes byte by byte is answered in order' pipelines_by_bytes
claim 'a head that comes in many pieces is answered' takes_slow_heads
claim 'an error in a pipeline is answered after the requests before it, and ends it' \
    refuses '200 501 400' FIELD_NAME "$get${brew}GET / HTTP/1.1\r\n\001: a\r\n\r\n$get"
claim 'the answer to a bad request arrives although more was sent' refusal_arrives

if command -v curl >/dev/null; then
    claim 'curl uses one connection twice' curl_keeps_alive
    claim 'curl is told 100 Continue when it waits' expects_100
else
    skip 'curl uses one connection twice' 'no curl'
    skip 'curl is told 100 Continue when it waits' 'no curl'
fi

memory_tells= # why it does not, or nothing
test -r "/proc/$pid/status" || memory_tells='no /proc'
test "$SANITIZE" != yes || memory_tells='the sanitizers take more'

if test -z "$memory_tells" && command -v curl >/dev/null; then
    claim 'two uploads of 50 MB, one of them chunked, take no memory' grows_less 1000 uploads
else
    skip 'two uploads of 50 MB, one of them chunked, take no memory' "${memory_tells:-no curl}"
fi
if test -z "$memory_tells"; then
    claim 'a client that asks and asks and takes no answers costs little' grows_less 4000 ignores_answers
else
    claim 'a client that asks and asks and takes no answers is stopped' ignores_answers
fi
if test -r "/proc/$pid/status"; then
    claim '600 bad connections leave no descriptor open' leaks_nothing
else
    claim '600 bad connections do no harm' abuses
fi
claim 'after all that the next client is served' is_hello

claim 'a port in use is told' tells_port_in_use
claim 'SIGTERM ends it with status 0' end
claim 'it had nothing to complain of' is_quiet
claim 'SIGTERM does not wait for an idle connection' stops_when_idle
claim 'SIGTERM waits for a request in flight, and then closes' finishes_what_it_began
claim 'SIGTERM may come with its first line' stops_upon_its_first_line
claim 'SIGTERM does not wait for ever' stops_in_time
claim '--grace 0: SIGTERM waits for nobody' stops_at_once_without_grace
claim 'a second signal ends it at once' stops_at_once_when_told_twice
claim 'more clients than descriptors: it waits, without spinning, and goes on' runs_out_of_descriptors

begin "$server" --listen ::1 --port=0
if test -z "$port"; then
    skip '--listen ::1 puts the address in brackets' 'no IPv6'
else
    claim '--listen ::1 puts the address in brackets' listens_on_ipv6
    end
fi

claim 'more than --max-connections wait' waits_for_room
claim '--max-requests: the last response says close' closes_after_two
claim '--max-body: 413 for one octet more' refuses_large_bodies
claim 'a head, a body and the next request have their deadlines' has_deadlines
claim 'a head that comes byte by byte has one deadline for all of it: 408' has_one_deadline_for_all_of_a_head

for backend in $("$server" --help | sed -n 's/.*what is ready: \([a-z, ]*\) (.*/\1/p' | tr -d ,); do
    claim "--backend $backend" works_with "$backend"
done
claim '--backend kqueue, over poll()' works_with kqueue "${KQUEUE_SERVER:-./tests/kqueue-server}"
if test -r /proc/self/stat; then
    claim 'select() is not given more than it can watch' knows_its_limit
else
    skip 'select() is not given more than it can watch' 'no /proc'
fi

if test -r /proc/self/task/$$/children; then
    claim '--workers 2' has_workers
    claim 'a worker that dies is replaced' replaces_the_dead
    claim 'SIGHUP replaces all workers' replaces_all
    claim 'SIGTERM ends all workers' ends_with_workers
    claim 'SIGTERM to all processes at once lets requests in flight be finished' takes_sigterm_to_all
    claim 'workers whose parent was killed end' leaves_no_orphans
else
    for what in '--workers 2' 'a worker that dies is replaced' 'SIGHUP replaces all workers' 'SIGTERM ends all workers' \
        'SIGTERM to all processes at once lets requests in flight be finished' 'workers whose parent was killed end'; do
        skip "$what" 'no /proc/PID/task/PID/children'
    done
fi

claim '--access-log has a line a response' writes_a_log
claim 'a line of the log tells its own request, however that came, if it was answered' logs_what_was_asked
claim '--access-log - goes to standard output' logs_to_standard_output
claim 'workers that write to one pipe break no line of the others' breaks_no_line
if test -r "/proc/self/status"; then
    claim 'a log that nobody reads any more does not keep the server awake' rests_without_reader
else
    skip 'a log that nobody reads any more does not keep the server awake' 'no /proc'
fi
claim 'a log that cannot be written is told' tells_a_log_that_cannot_be
claim '--quiet says nothing' says_nothing

claim '--help' exits 0 --help
claim '--version' exits 0 --version
claim 'the manual explains each option' manual_explains_options
claim 'an option that is not known: 64' is_misuse --nonsense
claim 'a value that is missing: 64' is_misuse --port
claim 'a port that is none: 64' is_misuse --port 65536
claim 'an argument: 64' is_misuse 8080
claim 'a back end that is not there: 64' is_misuse --backend nonsense
claim 'a time that is none: 64' is_misuse --grace 1x
claim 'a time that would be rounded to no bound: 64' is_misuse --head-timeout 0.0001
claim 'a time below 0: 64' is_misuse --idle-timeout -1
claim 'a number that is none: 64' is_misuse --max-requests many
claim 'a name instead of an address' exits 1 --listen example.invalid

end_claims
