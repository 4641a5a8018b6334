#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What examples/relay.c promises, between real clients and real servers of 127.0.0.1; TAP on standard output.
#     RELAY   the program (./examples/relay)
#     TALK    tests/talk.c, compiled (./tests/talk)

relay=${RELAY:-./examples/relay}
talk=${TALK:-./tests/talk}
LC_ALL=C
export LC_ALL

. "${TOP_SRCDIR:-.}/tests/peers/peers.sh"
ends=${TOP_SRCDIR:-.}/tests/relay/ends.js

scratch=$(mktemp -d) || exit 99
out=$scratch/out
relays=
trap 'kill -9 $relays 2>/dev/null; stop_peers; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

. "${TOP_SRCDIR:-.}/tests/claims.sh"

# ---- Relays ----

# begin NAME ORIGIN-PORT [OPTION...]: sets pid, port and url
begin() {
    said=$scratch/said.$1
    complained=$scratch/complained.$1
    origin=$2
    shift 2
    "$relay" --listen 127.0.0.1:0 --origin "127.0.0.1:$origin" "$@" >"$said" 2>"$complained" &
    pid=$!
    relays="$relays $pid"
    port=
    naps=0
    while test -z "$port" && test $naps -lt 100; do
        nap
        naps=$((naps + 1))
        port=$(sed -n 's,^relay: http://.*:\([0-9]*\)/$,\1,p' "$said")
    done
    url=http://127.0.0.1:$port
}

# end PID: in order, within ten seconds
end() {
    kill -TERM "$1" && await_end "$1"
}

await_end() {
    ended=$1
    (sleep 10 && kill -9 "$ended") >/dev/null 2>&1 &
    guard=$!
    wait "$ended"
    result=$?
    kill -9 "$guard" 2>/dev/null
    wait "$guard" 2>/dev/null
    return $result
}

# start_end NAME [ARGUMENT...]: an origin of tests/relay/ends.js
start_end() {
    find_program node || return 1
    start_speaker "$1" "$peer_program" "$ends" "$@"
}

# ---- Talking ----

browse() {
    curl -s --noproxy '*' --max-time 20 "$@"
}

sum() {
    sha256sum | cut -d ' ' -f 1
}

# ask PORT BYTES [TALK'S OPTIONS]: the answer is in $out, without its CRs
ask() {
    to=$1
    bytes=$2
    shift 2
    printf '%b' "$bytes" | "$talk" "$to" "$@" >"$scratch/raw"
    talked=$?
    tr -d '\r' <"$scratch/raw" >"$out"
    return $talked
}

statuses() {
    sed -n 's,^HTTP/1.1 \([0-9]*\) .*,\1,p' "$out" | tr '\n' ' ' | sed 's/ $//'
}

has() {
    grep -qx "$1" "$out"
}

lacks() {
    ! grep -qi "$1" "$out"
}

# What ends.js found is what was expected. finds EXPECTED ARGUMENT...
finds() {
    expected=$1
    shift
    timeout 30 node "$ends" "$@" >"$out" 2>&1
    test "$(cat "$out")" = "$expected"
}

# ---- The same as without a relay ----

# same PATH [CURL'S OPTIONS]: status and octets; the relay's url is $url, the origin's $direct
same() {
    path=$1
    shift
    browse -w '\n%{http_code}' "$@" "$direct$path" >"$scratch/direct" || return 1
    browse -w '\n%{http_code}' "$@" "$url$path" >"$out" || return 1
    test "$(sum <"$scratch/direct")" = "$(sum <"$out")"
}

# The head is the same but for what the relay adds, and what is said about the connection or about how octets are framed.
same_head() {
    path=$1
    shift
    for side in direct url; do
        eval "base=\$$side"
        browse -o /dev/null -D - "$@" "$base$path" | tr -d '\r' |
            grep -v -i '^via:\|^date:\|^connection:\|^keep-alive:' | sort >"$scratch/head.$side"
    done
    diff "$scratch/head.direct" "$scratch/head.url" >"$out" && test -s "$scratch/head.url"
}

keeps_alive() {
    browse -o /dev/null -o /dev/null -o /dev/null -w '%{num_connects}' "$url$1" "$url$1" "$url$1" >"$out"
    test "$(cat "$out")" = 100
}

not_modified() {
    since=$(browse -I "$url$1" | tr -d '\r' | sed -n 's/^Last-Modified: //p')
    browse -o "$out" -w '%{http_code}' -H "If-Modified-Since: $since" "$url$1" >"$scratch/code"
    test "$(cat "$scratch/code")" = 304 && ! test -s "$out"
}

is_coded() {
    browse -D - -o /dev/null -H 'Accept-Encoding: gzip' "$url$1" | tr -d '\r' >"$out"
    grep -qi '^content-encoding: gzip$' "$out" && same "$1" --compressed
}

# RFC 9110 15.3.6
drops_content() {
    browse -i "$url/status?code=205" "$url/hello" | tr -d '\r' >"$out"
    test "$(statuses)" = '205 200' && has 'Content-Length: 0' && lacks 'status 205' && has hello
}

is_chunked() {
    browse -D - -o /dev/null "$url$1" | tr -d '\r' >"$out"
    has 'Transfer-Encoding: chunked' && same "$1"
}

# An HTTP/1.0 client gets no chunks: the content ends with the connection.
is_until_close() {
    browse -0 -D - -o /dev/null "$url$1" | tr -d '\r' >"$out"
    lacks '^transfer-encoding' && has 'Connection: close' && same "$1" -0
}

# echoes CURL'S OPTIONS: 16 MiB there and back
echoes() {
    browse "$@" "$url/echo" | sum >"$out"
    test "$(cat "$out")" = "$(sum <"$scratch/large")"
}

echoes_piece_by_piece() {
    browse -T - "$url/echo" <"$scratch/large" | sum >"$out"
    test "$(cat "$out")" = "$(sum <"$scratch/large")"
}

# ---- Expectations, interim responses, trailers ----

continues() {
    browse -v -H 'Expect: 100-continue' --expect100-timeout 10 -d hello "$url/echo" 2>&1 | tr -d '\r' >"$out"
    has '< HTTP/1.1 100 Continue' && has '< HTTP/1.1 200 OK' && grep -q hello "$out"
}

refuses_content() {
    browse -v -H 'Expect: 100-continue' --expect100-timeout 10 -d hello "$url/refuse" 2>&1 | tr -d '\r' >"$out"
    has '< HTTP/1.1 417 Expectation Failed' && has '< Connection: close' && lacks '100 Continue'
}

# The origin says nothing before it has the content, and the client does not wait for ever.
sends_unasked() {
    browse -H 'Expect: 100-continue' --expect100-timeout 1 -d hello "$url/wait" >"$out" && grep -qx hello "$out"
}

tells_early_hints() {
    browse -i "$url/interim" | tr -d '\r' >"$out"
    has 'HTTP/1.1 103 Early Hints' && has 'Link: </a.css>; rel=preload' && has 'HTTP/1.1 200 OK'
}

tells_none_to_1_0() {
    ask "$port" 'GET /interim HTTP/1.0\r\n\r\n' && test "$(statuses)" = 200 && has hello
}

passes_trailers() {
    browse --raw -H 'Connection: TE' -H 'TE: trailers' "$url/trailers" | tr -d '\r' >"$out"
    has 'Check: sum' && has 'Count: 2'
}

keeps_trailers_back() {
    browse --raw "$url/trailers" | tr -d '\r' >"$out"
    has 0 && lacks 'check: sum'
}

passes_request_trailers() {
    ask "$port" 'PUT /request HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: x-b\r\n\r\n3;x=y\r\nabc\r\n0\r\nX-A: 1\r\nX-B: 2\r\nHost: b\r\n\r\n' --half-close &&
        has 'trailer x-a: 1' && lacks 'x-b' && lacks 'trailer host'
}

# ---- Fields ----

drops_hop_by_hop() {
    ask "$port" 'GET /request HTTP/1.1\r\nHost: a.example\r\nConnection: X-Hop, close\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nProxy-Connection: keep-alive\r\nTE: gzip, trailers\r\nUpgrade: echo\r\nX-End: 2\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n' || return 1
    sed -n '/^GET/,$p' "$out" >"$scratch/seen"
    mv "$scratch/seen" "$out"
    lacks hop && lacks keep-alive && lacks '^upgrade' && has 'X-End: 2' && has 'Host: a.example' && has 'TE: trailers' &&
        has 'Connection: TE' && has 'Via: 1.1 relay' && has 'X-Forwarded-For: 192.0.2.1' && has 'X-Forwarded-For: 127.0.0.1'
}

# Connection cannot take away what the message needs.
keeps_end_to_end() {
    ask "$port" 'PUT /request HTTP/1.1\r\nHost: a\r\nConnection: close, Content-Length, Authorization, Host\r\nAuthorization: b\r\nContent-Length: 3\r\n\r\nabc' &&
        has 'Content-Length: 3' && has 'Authorization: b' && has 'Host: a'
}

goes_by_absolute_form() {
    ask "$port" 'GET http://b.example:81/request?q HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' &&
        has 'GET /request?q HTTP/1.1' && has 'Host: b.example:81' && lacks '^Host: a$' &&
        ask "$port" 'OPTIONS http://b.example HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' && test "$(statuses)" = 404 &&
        ask "$port" 'GET http://b.example?/request HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' && test "$(statuses)" = 404
}

refuses_codings() {
    ask "$port" 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n' && test "$(statuses)" = 501
}

counts_hops() {
    ask "$port" 'OPTIONS /request HTTP/1.1\r\nHost: a\r\nMax-Forwards: 7\r\nConnection: close\r\n\r\n' && has 'Max-Forwards: 6' &&
        ask "$port" 'GET /request HTTP/1.1\r\nHost: a\r\nMax-Forwards: 7\r\nConnection: close\r\n\r\n' && has 'Max-Forwards: 7' &&
        ask "$port" 'OPTIONS /request HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n' && test "$(statuses)" = 200 && lacks '^via' &&
        ask "$port" 'TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n' && test "$(statuses)" = 501 &&
        ask "$port" 'OPTIONS /request HTTP/1.1\r\nHost: a\r\nMax-Forwards: x\r\n\r\n' && test "$(statuses)" = 400 &&
        ask "$port" 'OPTIONS /request HTTP/1.1\r\nHost: a\r\nMax-Forwards: 5\r\nMax-Forwards: 0\r\n\r\n' && test "$(statuses)" = 400
}

names_1_0_in_via() {
    ask "$port" 'GET /request HTTP/1.0\r\nHost: a\r\n\r\n' && has 'Via: 1.0 relay' && has 'GET /request HTTP/1.1'
}

# ---- What is broken ----

# answers STATUSES BYTES [TALK'S OPTIONS]: and closes by itself, without a reset
answers() {
    expected=$1
    shift
    ask "$port" "$@" && test "$(statuses)" = "$expected" && has 'Connection: close'
}

# is_gateway_fault STATUS ROUTE
is_gateway_fault() {
    test "$(browse -o "$out" -w '%{http_code}' "$url/broken/$2")" = "$1"
}

# The head has come, so it cannot be taken back; but the client sees that the content is not whole.
is_incomplete() {
    browse -o "$out" "$url/broken/$1"
    test $? = 18
}

# Where the end of the connection would end the content, there is a reset instead.
is_reset_for_1_0() {
    ask "$port" 'GET /broken/last-chunk HTTP/1.0\r\n\r\n'
    test $? = 3
}

# What an origin says unasked is no answer to the next request.
is_not_desynchronised() {
    browse "$url/broken/$1" "$url/hello" >"$out"
    tail -n 1 "$out" | grep -q 'hello$' && lacks more
}

tells_unreachable() {
    begin unreachable "$(pick_port python3 -c && echo "$peer_port")" || return 1
    browse -i "$url/" | tr -d '\r' >"$out"
    test "$(statuses)" = 502 && end "$pid"
}

asks_again() {
    browse -o /dev/null -o /dev/null -w '%{http_code} ' "$url/" "$url/" >"$out" && test "$(cat "$out")" = '200 200 '
}

asks_post_once() {
    browse -o /dev/null -o /dev/null -w '%{http_code} ' -d x "$url/" "$url/" >"$out"
    test "$(cat "$out")" = '200 502 '
}

asks_put_once() {
    browse -o /dev/null -o /dev/null -w '%{http_code} ' -X PUT -d x "$url/" "$url/" >"$out"
    test "$(cat "$out")" = '200 502 '
}

# RFC 9110 10.1.1: in HTTP/1.0 there is nothing to expect.
expects_nothing_in_1_0() {
    ask "$port" 'POST /request HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx' && has 'POST /request HTTP/1.1' &&
        test "$(statuses)" = 200 && lacks '^expect'
}

vanishes() {
    before=$(descriptors)
    browse --max-time 1 --limit-rate 100k -o /dev/null "$url/length?size=100000000"
    browse --max-time 1 --limit-rate 100k -T "$scratch/large" -o /dev/null "$url/count"
    await_descriptors "$before"
}

# ---- Memory and descriptors ----

dirty() {
    awk '/^Private_Dirty:/ { print $2 }' "/proc/$1/smaps_rollup"
}

descriptors() {
    find "/proc/$pid/fd" -type l | wc -l
}

# Those that linger may take two seconds.
await_descriptors() {
    naps=0
    while test "$(descriptors)" -gt "$1" && test $naps -lt 60; do
        nap
        naps=$((naps + 1))
    done
    echo "descriptors: $1, then $(descriptors)" >>"$out"
    test "$(descriptors)" -le "$1"
}

# A client that takes a little of 1 GB: nothing piles up. Its two buffers, heads and tables are less than 256 KiB.
stays_flat() {
    browse -o /dev/null "$url/length?size=1000000"
    before=$(dirty "$pid")
    browse --limit-rate 1M --max-time 3 -o /dev/null "$url/length?size=1000000000" &
    slow=$!
    sleep 2
    after=$(dirty "$pid")
    wait $slow
    echo "private dirty memory: $before KiB, with a slow client $after KiB" >>"$out"
    test $((after - before)) -lt 256
}

# An origin that takes nothing, and a client that sends and sends.
stays_flat_upwards() {
    before=$(dirty "$pid")
    browse --max-time 2 -T "$scratch/large" -o /dev/null "$url/broken/silence" &
    slow=$!
    sleep 1
    after=$(dirty "$pid")
    wait $slow
    echo "private dirty memory: $before KiB, with an origin that reads nothing $after KiB" >>"$out"
    test $((after - before)) -lt 256
}

abuses() {
    before=$(descriptors)
    "$talk" "$port" --abuse 600 || return 1
    await_descriptors "$before"
}

ticks() {
    awk '{ print $14 + $15 }' "/proc/$1/stat"
}

# More clients than allowed wait in the backlog; the processor rests; all are served in the end.
waits_when_full() {
    begin full "$node" --clients 2 --timeout 5
    printf 'GET' | "$talk" "$port" --wait 1000 >/dev/null &
    one=$!
    printf 'GET' | "$talk" "$port" --wait 1000 >/dev/null &
    two=$!
    nap
    before=$(ticks "$pid")
    browse "$url/hello" >"$out"
    wait $one $two
    echo "processor: $(($(ticks "$pid") - before)) ticks" >>"$out"
    has hello && test $(($(ticks "$pid") - before)) -lt 20 && end "$pid"
}

# Those who are gone may still wait to be accepted and to linger; until then there is no descriptor for the origin: 502.
await_hello() {
    naps=0
    until browse "$url/hello" >>"$out" && has hello; do
        test $naps -lt 60 || return 1
        nap
        naps=$((naps + 1))
    done
}

runs_out_of_descriptors() {
    # shellcheck disable=SC2016
    relay_before=$relay
    printf '#!/bin/sh\nulimit -n 12\nexec "%s" "$@"\n' "$relay" >"$scratch/poor"
    chmod +x "$scratch/poor"
    relay=$scratch/poor
    begin poor "$node" --timeout 5
    relay=$relay_before
    clients=
    for client in 1 2 3 4 5 6 7 8 9 10 11 12; do
        printf 'GET' | "$talk" "$port" --wait 1000 >/dev/null &
        clients="$clients $!"
    done
    nap
    before=$(ticks "$pid")
    # shellcheck disable=SC2086
    wait $clients
    echo "processor: $(($(ticks "$pid") - before)) ticks" >"$out"
    test $(($(ticks "$pid") - before)) -lt 50 && await_hello && end "$pid"
}

# ---- Order ----

pipelines() {
    get='GET /hello HTTP/1.1\r\nHost: a\r\n\r\n'
    put='PUT /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'
    ask "$port" "$get$put$get${put}HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n$get" --half-close "$@" || return 1
    test "$(statuses)" = '200 200 200 200 200 200' && test "$(grep -c '^hello$' "$out")" = 3
}

finishes_what_it_began() {
    begin stopped "$node"
    browse -i "$url/slow?ticks=3&ms=600" >"$scratch/finished" &
    client=$!
    sleep 0.5 2>/dev/null || sleep 1
    before=$(ticks "$pid")
    kill -TERM "$pid"
    sleep 0.5 2>/dev/null || sleep 1
    spent=$(($(ticks "$pid") - before))
    await_end "$pid" || return 1
    wait $client
    cat "$scratch/finished" >"$out"
    echo "processor: $spent ticks" >>"$out"
    grep -q 'tick 1' "$out" && test $spent -lt 20
}

stops_when_idle() {
    begin idle "$node"
    printf 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n' | "$talk" "$port" --wait 9000 >"$out" &
    client=$!
    sleep 1
    since=$(date +%s)
    end "$pid" || return 1
    wait $client && grep -q hello "$out" && test $(($(date +%s) - since)) -le 2
}

ends_in_order() {
    end "$1" && cat "$2" >"$out" && ! test -s "$out"
}

# ---- The claims ----

if ! command -v curl >/dev/null; then
    echo '1..0 # SKIP no curl'
    exit 0
fi
mkdir "$scratch/root"
awk 'BEGIN { for (line = 0; line < 40000; line++) printf "%063d\n", line }' >"$scratch/root/a.txt"
dd if=/dev/urandom of="$scratch/large" bs=1048576 count=16 2>/dev/null

for server in nginx lighttpd; do
    missing=
    if "start_$server" "$scratch/root"; then
        direct=$peer_url
        begin "$server" "$peer_port"
    else
        missing=$peer_missing
    fi
    claim_or_skip "$missing" "$server: three requests on one connection" keeps_alive /a.txt
    claim_or_skip "$missing" "$server: content of known length is the same" same /a.txt
    claim_or_skip "$missing" "$server: a part of it is the same" same /a.txt -r 1000-900000
    claim_or_skip "$missing" "$server: the head is the same" same_head /a.txt
    claim_or_skip "$missing" "$server: the head that answers HEAD is the same" same_head /a.txt -I
    claim_or_skip "$missing" "$server: 304" not_modified /a.txt
    claim_or_skip "$missing" "$server: 404" same /none
    claim_or_skip "$missing" "$server: gzip" is_coded /a.txt
    if test "$server" = nginx; then
        claim_or_skip "$missing" "$server: chunked" is_chunked /chunked/a.txt
        claim_or_skip "$missing" "$server: until close becomes chunked" is_chunked /close/a.txt
        claim_or_skip "$missing" "$server: chunked becomes until close for HTTP/1.0" is_until_close /chunked/a.txt
    fi
    test -n "$missing" || claim "$server: SIGTERM ends the relay, which had nothing to complain of" ends_in_order "$pid" "$complained"
done

if ! start_node; then
    skip 'node, and all that needs it' "$peer_missing"
    end_claims
    exit 0
fi
node=$peer_port
direct=$peer_url
begin node "$node"
main_pid=$pid
main_complained=$complained

claim 'node: three requests on one connection' keeps_alive /hello
claim 'node: content of known length is the same' same '/length?size=3000000'
claim 'node: chunked' is_chunked '/chunked?size=3000000'
claim 'node: until close becomes chunked' is_chunked '/close?size=3000000'
claim 'node: until close stays so for HTTP/1.0' is_until_close '/close?size=3000000'
claim 'node: the head that answers HEAD is the same' same_head '/length?size=1000' -I
claim 'node: gzip' is_coded '/gzip?size=100000'
claim 'node: 204' same_head /nothing
claim 'node: 205, whose content is dropped' drops_content
claim 'node: 304' same_head /not-modified
claim 'node: 16 MiB of known length come back as they went' echoes -T "$scratch/large"
claim 'node: 16 MiB in chunks come back as they went' echoes_piece_by_piece
claim 'node: the same from an HTTP/1.0 client' echoes -0 -T "$scratch/large"

claim '100 Continue is the origin'\''s word' continues
claim 'so is its refusal, which ends the connection' refuses_content
claim 'content that comes without 100 goes on' sends_unasked
claim 'an expectation in HTTP/1.0 is none' expects_nothing_in_1_0
claim '103 Early Hints is passed on' tells_early_hints
claim 'an HTTP/1.0 client gets no interim response' tells_none_to_1_0
claim 'trailers of a response are passed on to who takes them' passes_trailers
claim 'and are dropped where nobody said so' keeps_trailers_back
claim 'trailers of a request are passed on, without those that may not be' passes_request_trailers

claim 'fields for one hop are gone, Via and X-Forwarded-For are there' drops_hop_by_hop
claim 'Connection does not remove what the message needs' keeps_end_to_end
claim 'absolute-form becomes origin-form, its authority Host' goes_by_absolute_form
claim 'Max-Forwards' counts_hops
claim 'a transfer coding that is not taken off: 501' refuses_codings
claim 'Via names the version that the client speaks' names_1_0_in_via
claim 'pipelined requests are answered in order' pipelines
claim 'the same, byte by byte' pipelines --split 1

claim 'upgrade: a protocol of the origin'\''s own, both ways, and its end' finds '101 echo 1048581 HELLO' upgrade "$port"
claim 'upgrade: octets right behind the request are not lost' finds 'AT ONCE' switch "$port"
claim 'upgrade: a 101 that names no protocol: 502' answers 502 \
    'GET /broken/switch-unnamed HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
claim 'an answer before the content has come' finds 'HTTP/1.1 200 OK early' early "$port" 4000000
claim 'the same, and the rest of the content is short' finds 'HTTP/1.1 200 OK early' early "$port" 32768

claim 'CONNECT: 501' answers 501 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n'
claim 'a request that is none: 400' answers 400 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'
claim 'no Host: 400' answers 400 'GET / HTTP/1.1\r\n\r\n'
claim 'Transfer-Encoding with Content-Length: 400' answers 400 \
    'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n'
claim 'a second Content-Length: 400' answers 400 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd'
claim 'a bare LF in a target that the strict profile refuses: 400' answers 400 'GET /a|b HTTP/1.1\r\nHost: a\r\n\r\n'
claim 'a transfer coding that is not known: 501' answers 501 \
    'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip2, chunked\r\n\r\n0\r\n\r\n'
claim 'a request that is cut short: 400' answers 400 'POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc' --half-close

for route in junk close head field length lengths switch; do
    claim "an origin's fault before the content, $route: 502" is_gateway_fault 502 $route
done
for route in short chunk last-chunk trailers chunk-size chunk-end reset; do
    claim "an origin's fault in the content, $route: incomplete" is_incomplete $route
done
claim 'the same for HTTP/1.0: a reset' is_reset_for_1_0
claim 'octets behind a response answer nothing' is_not_desynchronised long
claim 'a second response answers nothing' is_not_desynchronised after

claim 'a client that vanishes leaves nothing open' vanishes
claim '600 bad connections leave nothing open' abuses
claim '200 connections at once' finds '200 connections, 0 failures, many answers' crowd "$port" 200 2000

if test -r "/proc/$pid/smaps_rollup"; then
    claim 'a slow client costs no memory' stays_flat
    claim 'nor does an origin that reads nothing' stays_flat_upwards
else
    skip 'a slow client costs no memory' 'no smaps_rollup'
    skip 'nor does an origin that reads nothing' 'no smaps_rollup'
fi
claim 'after all that the next client is served' same /hello
claim 'SIGTERM ends it, and it had nothing to complain of' ends_in_order "$main_pid" "$main_complained"

begin patient "$node" --timeout 1
claim 'an origin that says nothing: 504' is_gateway_fault 504 silence
claim 'a client that does not end its request: 408' answers 408 'GET / HTTP/1.1\r\n'
claim 'a client that says nothing is left' ask "$port" ''
claim 'an origin that cannot be reached: 502' tells_unreachable

start_end fickle && begin fickle "$peer_port"
claim 'a connection that ends as it is asked: GET is asked again' asks_again
claim 'and POST is not' asks_post_once
claim 'nor is PUT, whose content is gone' asks_put_once
start_end old && begin old "$peer_port" && direct=http://127.0.0.1:$peer_port
claim 'an origin that speaks HTTP/1.0' same / -X GET

claim 'more clients than allowed wait, and the processor rests' waits_when_full
claim 'more clients than descriptors: the same' runs_out_of_descriptors
claim 'SIGTERM waits for a response in flight, and the processor rests' finishes_what_it_began
claim 'SIGTERM does not wait for an idle connection' stops_when_idle

missing=
if ! command -v npm >/dev/null; then
    missing='npm is missing'
elif ! timeout 60 npm install --silent --no-audit --no-fund --prefix "$scratch/ws" ws >"$scratch/npm" 2>&1; then
    missing='npm install ws: the registry cannot be reached'
elif ! start_end ws-origin "$scratch/ws"; then
    missing=$peer_missing
else
    begin ws "$peer_port"
fi
claim_or_skip "$missing" 'WebSocket by ws on both sides' finds '3 messages, closed by 1000' ws "$port" "$scratch/ws"

end_claims
