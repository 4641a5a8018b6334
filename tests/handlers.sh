#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What handlers can do and what they cannot, and the handlers of fluxo-server; TAP on standard output.
#     FLUXO_SERVER   the program (./fluxo-server)
#     HANDLERS       tests/handlers.c, compiled (./tests/handlers)
#     HELLO          examples/hello.c, compiled (./examples/hello)
#     TALK           tests/talk.c, compiled (./tests/talk)

server=${FLUXO_SERVER:-./fluxo-server}
handlers=${HANDLERS:-./tests/handlers}
hello=${HELLO:-./examples/hello}
talk=${TALK:-./tests/talk}

. "${TOP_SRCDIR:-.}/tests/talking.sh"

# get PATH: a request for it
get() {
    printf 'GET %s HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n' "$1"
}

last='GET /refuse-early HTTP/1.1\r\nHost: a\r\n\r\n' # shows that the connection goes on

# ---- Misuse ----

# becomes_500 PATH: and the connection goes on
becomes_500() {
    answers '500 403' "$(get "$1")$last" && lacks stolen && lacks '^no$'
}

breaks_off() {
    ask "$(get "$1")$last"
    test "$(statuses)" = 200 && lacks '^0$'
}

ends_once() {
    answers '200 403' "$(get /end-twice)$last" && has 'once' || grep -q '^once' "$out" && lacks twice && lacks thrice
}

# ---- Less usual ----

has_no_content() {
    answers "$2 403" "$(get "$1")$last" && lacks 'left out' && lacks '^Transfer-Encoding'
}

has_no_length() {
    has_no_content /no-content 204 && test "$(grep -c '^Content-Length' "$out")" = 1
}

reset_has_length_0() {
    has_no_content /reset-content 205 && has 'Content-Length: 0'
}

not_modified_has_no_length() {
    has_no_content /not-modified 304 && test "$(grep -c '^Content-Length' "$out")" = 1
}

# The body that was not read cannot be told from a request: if it is too long to be dropped the connection ends.
refuses_before_the_body() {
    ask 'POST /refuse-early HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\nbegun' --half-close
    test "$(statuses)" = 403
}

drops_a_short_body() {
    answers '403 403' "POST /refuse-early HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello$last"
}

answers_late() {
    answers '200 403' "$(get /late)$last" && has /late
}

wakes_another() {
    printf '%b' "$(get /wait)" | "$talk" "$port" --wait 1000 >"$scratch/waiter" &
    waiter=$!
    nap
    nap
    answers 200 "$(get /wake)" && has told || return 1
    wait "$waiter"
    cat "$scratch/waiter" >>"$out"
    grep -q 'connection' "$scratch/waiter"
}

is_told_of_the_end() {
    printf '%b' "$(get /never-end)" | "$talk" "$port" --wait 300 >"$scratch/begun"
    grep -q begun "$scratch/begun" || return 1
    for client in 1 2; do # who has not read what it was sent leaves with a reset
        printf 'GET /never-end HTTP/1.1\r\nHost: a\r\n\r\n' | "$talk" "$port" --mute --wait 300 >/dev/null
    done
    nap
    nap
    ask "$(get /closed)" --half-close && has '2 closed'
}

counts_in_steps() {
    head -c 3000000 /dev/zero >"$scratch/zeros"
    browse -T "$scratch/zeros" "$url/count" >"$out" && has '3000000 octets'
    browse -T - "$url/count" <"$scratch/zeros" >>"$out" && test "$(grep -c '3000000 octets' "$out")" = 2
}

asks_for_the_body() {
    browse -v -H 'Expect: 100-continue' --expect100-timeout 10 -d hello "$url/ask" 2>&1 | tr -d '\r' >"$out"
    has '< HTTP/1.1 100 Continue' && has '< HTTP/1.1 200 OK' && grep -q 'asked for' "$out"
}

# What has begun is finished, the connection ends, and nobody else gets in.
closes_itself() {
    printf '%b' "$(get /late)" | "$talk" "$port" >"$scratch/late" &
    late=$!
    nap
    ask "$(get /close)$last" --wait 2000 && test "$(statuses)" = 200 && has 'Connection: close' || return 1
    wait $late && grep -q '^/late' "$scratch/late" || return 1
    test -n "$("$talk" "$port" --wait 100 2>&1 </dev/null)"
}

# sends_with_others TEXT: when the server stands still, so that it finds all in one turn
sends_with_others() {
    {
        while ! test -e "$scratch/still"; do nap; done
        printf 'POST /close-in-body HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n%s' "$1"
    } | "$talk" "$port" >"$scratch/$1" &
    senders="$senders $!"
}

# Whoever is served first, the other's bytes are there.
serves_others_when_it_closes() {
    senders=
    sends_with_others first
    sends_with_others other
    nap
    nap
    kill -STOP "$pid"
    : >"$scratch/still"
    nap
    nap
    nap
    kill -CONT "$pid"
    # shellcheck disable=SC2086
    wait $senders
    cat "$scratch/first" "$scratch/other" >"$out"
    grep -q '^first' "$scratch/first" && grep -q '^other' "$scratch/other"
}

# Connection: close, as the end of the exchange is that of the connection.
closes_itself_last() {
    ask 'GET /close-when-closed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' && has bye
}

is_told_once() {
    end && cat "$scratch/said" >"$out" && test "$(grep -c '^closed' "$out")" = 1
}

# ---- The handlers of fluxo-server ----

echoes() {
    answers 200 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/x\r\nContent-Length: 5\r\n\r\nhello' &&
        has 'Content-Type: text/x' && has 'Transfer-Encoding: chunked' && has hello
}

echoes_trailers() {
    answers 200 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX-Sum: 9\r\n\r\n' --split 1 &&
        has 'X-Sum: 9' && test "$(grep -cx '[1-6]' "$out")" -ge 2 && # as they came; those that waited for each other come together
        test "$(grep -x '[helo!]*' "$out" | tr -d '\n')" = 'hello!'
}

echoes_to_1_0() {
    ask 'POST /echo HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello' && test "$(statuses)" = 200 && has hello && lacks Transfer-Encoding
}

echoes_nothing() {
    answers '200 200' "$(get /echo)$(get /)" && has Mundo || grep -q Mundo "$out"
}

echoes_much() {
    test -f "$scratch/much" || head -c 30000000 /dev/urandom >"$scratch/much"
    browse --data-binary "@$scratch/much" -H Expect: "$url/echo" | cmp - "$scratch/much" >"$out" 2>&1 || return 1
    browse -T - "$url/echo" <"$scratch/much" | cmp - "$scratch/much" >"$out" 2>&1
}

# A client that sends 20 MB and takes nothing: it is read no further than it can be sent back.
stops_reading() {
    {
        printf 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n'
        head -c 20000000 /dev/zero
    } >"$scratch/zeros"
    "$talk" "$port" --mute --wait 500 <"$scratch/zeros" >"$scratch/took"
    echo "the server took $(cat "$scratch/took") octets" >"$out"
    test "$(cat "$scratch/took")" -lt 15000000
}

streams() {
    answers 200 "$(get '/stream?n=3&ms=20')" && grep -q 'tick 1' "$out" && grep -q 'tick 3' "$out" && lacks 'tick 4'
}

streams_in_time() {
    begin_ms=$(date +%s%N)
    browse "$url/stream?n=4&ms=200" >"$out"
    end_ms=$(date +%s%N)
    echo "$(((end_ms - begin_ms) / 1000000)) ms" >>"$out"
    test $(((end_ms - begin_ms) / 1000000)) -ge 600
}

stops_ticking() {
    printf '%b' "$(get '/stream?n=1000000000&ms=0')" | "$talk" "$port" --mute --wait 1500 >/dev/null
    test $? = 2 # nothing happened any more
}

streams_nothing() {
    answers '200 200' "$(get '/stream?n=0')$(get '/')" && lacks tick
}

refuses_no_numbers() {
    answers '400 400 400 200' "$(get '/stream?n=-1')$(get '/stream?ms=a')$(get '/stream?n=99999999999')$(get '/stream?ms=1&n=1')"
}

tells_fields() {
    ask 'GET /headers?a HTTP/1.0\r\nHost: a\r\nX-Own:  b c \r\n\r\n' && has 'method GET' && has 'target /headers?a' &&
        has 'field\* Host: a' && has 'field X-Own: b c'
}

# ---- The six lines ----

greets_with_six_lines() {
    begin "$hello"
    answers '200 200' "$(get /)$(get /any)" && test "$(grep -c Mundo "$out")" = 2 && end
}

# ---- The claims ----

begin "$handlers"
if test -z "$port"; then
    cat "$scratch/complained"
    echo "Bail out! $handlers does not start"
    exit 1
fi

for path in nothing begin-only forge-field forge-name take-framing take-date bad-status interim-status twice body-first; do
    claim "/$path: what would be no response becomes a 500" becomes_500 "/$path"
done
claim 'a response that is never ended is broken off' breaks_off /write-only
claim 'a trailer that would frame breaks the response off' breaks_off /forge-trailer
claim 'what follows the end changes nothing' ends_once
claim '204 has no content and no length' has_no_length
claim '205 has length 0' reset_has_length_0
claim '304 has no content, and no length that is not that of the 200' not_modified_has_no_length
claim 'a response before the body' refuses_before_the_body
claim 'a short body that nobody wants is dropped, and the connection goes on' drops_a_short_body
claim 'a response that comes later knows its request' answers_late
claim 'a response may be written in the turn of another connection' wakes_another
claim 'who waits is told when the client has gone' is_told_of_the_end
if command -v curl >/dev/null; then
    claim 'a handler that pauses after each piece gets all of them' counts_in_steps
    claim 'a body may be asked for behind response_head' asks_for_the_body
else
    skip 'a body may be asked for behind response_head' 'no curl'
    skip 'a handler that pauses after each piece gets all of them' 'no curl'
fi
claim 'SIGTERM ends both of its servers, with status 0' end
begin "$handlers"
claim 'a handler may close the server' closes_itself
claim 'SIGTERM ends the other one, with status 0' end
begin "$handlers"
claim 'a handler that closes the server goes on with its own bytes, and others with theirs' serves_others_when_it_closes
begin "$handlers"
claim 'a handler may close the server when its exchange is closed' closes_itself_last
claim 'and is told so once' is_told_once

begin "$server" --port 0
claim '/echo sends the body back' echoes
claim '/echo sends chunks and trailers back' echoes_trailers
claim '/echo to HTTP/1.0: until close' echoes_to_1_0
claim '/echo of nothing' echoes_nothing
if command -v curl >/dev/null; then
    claim '/echo of 30 MB, whole and chunked' echoes_much
else
    skip '/echo of 30 MB, whole and chunked' 'no curl'
fi
if test -r "/proc/$pid/status" && test "$SANITIZE" != yes; then
    claim 'a client that does not read its echo is not read, and costs little' grows_less 1000 stops_reading
    claim 'a client that does not read its stream stops it, and costs little' grows_less 1000 stops_ticking
else
    claim 'a client that does not read its echo is not read' stops_reading
    claim 'a client that does not read its stream stops it' stops_ticking
fi
claim '/stream sends lines' streams
if command -v curl >/dev/null; then
    claim '/stream takes its time' streams_in_time
else
    skip '/stream takes its time' 'no curl'
fi
claim '/stream of nothing' streams_nothing
claim '/stream refuses what is no number: 400' refuses_no_numbers
claim '/headers tells what was asked' tells_fields
claim 'SIGTERM ends it with status 0 after all that' end

if test -n "$(printf '' | "$talk" 1337 --wait 100 2>&1)"; then # it cannot connect
    claim 'examples/hello greets' greets_with_six_lines
else
    skip 'examples/hello greets' 'port 1337 is in use'
fi

end_claims
