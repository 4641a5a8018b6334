#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What fluxo-server promises, asked over real sockets of 127.0.0.1; TAP on standard output.
#     FLUXO_SERVER   the program (./fluxo-server)
#     TALK           tests/talk.c, compiled (./tests/talk)

server=${FLUXO_SERVER:-./fluxo-server}
talk=${TALK:-./tests/talk}
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d) || exit 99
out=$scratch/out
pid=
trap 'test -z "$pid" || kill -9 "$pid" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

. "${TOP_SRCDIR:-.}/tests/claims.sh"
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

# ---- Memory, in KiB, at its highest ----

peak() {
    awk '/^VmHWM:/ { print $2 }' "/proc/$pid/status"
}

# grows_less KIB COMMAND...
grows_less() {
    most=$1
    shift
    before=$(peak)
    "$@" || return 1
    after=$(peak)
    echo "peak memory: from $before to $after KiB" >>"$out"
    test $((after - before)) -lt "$most"
}

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

# The request will never be complete.
stops_in_time() {
    begin "$server" --port 0
    printf 'GET' | "$talk" "$port" --wait 9000 >/dev/null &
    client=$!
    sleep 1
    end || return 1
    wait $client
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

if test -r "/proc/$pid/status" && command -v curl >/dev/null; then
    claim 'two uploads of 50 MB, one of them chunked, take no memory' grows_less 1000 uploads
else
    skip 'two uploads of 50 MB, one of them chunked, take no memory' 'no /proc or no curl'
fi
if test -r "/proc/$pid/status"; then
    claim 'a client that asks and asks and takes no answers costs little' grows_less 4000 ignores_answers
    claim '600 bad connections leave no descriptor open' leaks_nothing
else
    claim 'a client that asks and asks and takes no answers is stopped' ignores_answers
    claim '600 bad connections do no harm' abuses
fi
claim 'after all that the next client is served' is_hello

claim 'a port in use is told' tells_port_in_use
claim 'SIGTERM ends it with status 0' end
claim 'it had nothing to complain of' is_quiet
claim 'SIGTERM does not wait for an idle connection' stops_when_idle
claim 'SIGTERM waits for a request in flight, and then closes' finishes_what_it_began
claim 'SIGTERM does not wait for ever' stops_in_time
claim 'a second signal ends it at once' stops_at_once_when_told_twice
claim 'more clients than descriptors: it waits, without spinning, and goes on' runs_out_of_descriptors

begin "$server" --listen ::1 --port=0
if test -z "$port"; then
    skip '--listen ::1 puts the address in brackets' 'no IPv6'
else
    claim '--listen ::1 puts the address in brackets' listens_on_ipv6
    end
fi

claim '--help' exits 0 --help
claim '--version' exits 0 --version
claim 'an option that is not known: 64' is_misuse --nonsense
claim 'a value that is missing: 64' is_misuse --port
claim 'a port that is none: 64' is_misuse --port 65536
claim 'an argument: 64' is_misuse 8080
claim 'a name instead of an address' exits 1 --listen example.invalid

end_claims
