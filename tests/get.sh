#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What fluxo-get promises, with real servers on the other side; TAP on standard output.
#     FLUXO_GET   the program (./fluxo-get)

get=${FLUXO_GET:-./fluxo-get}
source=${TOP_SRCDIR:-.}
LC_ALL=C
export LC_ALL

. "$source/tests/peers/peers.sh"
scratch=$(mktemp -d) || exit 99
out=$scratch/out
err=$scratch/err
trap 'stop_peers; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

. "$source/tests/claims.sh"

begin_claim() {
    : >"$out"
    : >"$err"
    status=none
}

tell_failure() {
    echo "# status $status"
    head -c 1500 "$out" | cat -v | sed 's/^/# out: /'
    head -c 3000 "$err" | cat -v | sed 's/^/# err: /'
}

# ---- Running it ----

# run ARGUMENTS...: its output is in $out, its complaints in $err
run() {
    "$get" "$@" >"$out" 2>"$err"
    status=$?
}

# exits STATUS ARGUMENTS...
exits() {
    expected=$1
    shift
    run "$@"
    test "$status" = "$expected"
}

says() {
    grep -q -e "$1" "$out"
}

complains() {
    grep -q -e "$1" "$err"
}

is_quiet() {
    ! test -s "$err"
}

# The output is the text, for printf.
is() {
    # shellcheck disable=SC2059
    printf "$1" >"$scratch/expected"
    cmp -s "$out" "$scratch/expected"
}

sum_of() {
    sha256sum | cut -d ' ' -f 1
}

browse() {
    curl -s -g --noproxy '*' --max-time 20 "$@"
}

# ---- The command line ----

helps() {
    exits 0 --help && is_quiet && says '^usage: fluxo-get' && says '^ *13  ' && test "$(awk 'length > 120' "$out")" = ''
}

tells_version() {
    exits 0 --version && grep -qx 'fluxo-get [0-9.]*' "$out"
}

# misuses COMPLAINT ARGUMENTS...
misuses() {
    complaint=$1
    shift
    exits 64 "$@" && ! test -s "$out" && test "$(wc -l <"$err")" = 1 && complains "^fluxo-get: .*$complaint"
}

# What --help names and what the manual names is the same.
is_in_the_manual() {
    run --help
    sed -n 's/^  --help, /  /; s/^  \(--[a-z]*\).*/\1/p' "$out" >"$scratch/helped"
    sed -n 's/^  \(--help\),.*/\1/p' "$out" | sort - "$scratch/helped" -o "$scratch/helped"
    sed -n 's/^\.It Fl -\([a-z]*\).*/--\1/p' "$source/doc/fluxo-get.1" | sort >"$scratch/explained"
    sed -n 's/^ *\([0-9][0-9]*\)  .*/\1/p' "$out" >"$scratch/statuses"
    sed -n 's/^\.It \([0-9]*\)$/\1/p' "$source/doc/fluxo-get.1" >"$scratch/explained_statuses"
    test "$(wc -l <"$scratch/helped")" -gt 10 && cmp "$scratch/helped" "$scratch/explained" >"$err" &&
        test "$(wc -l <"$scratch/statuses")" = 10 && cmp "$scratch/statuses" "$scratch/explained_statuses" >"$err"
}

# ---- Content ----

# gets OCTETS-FOR-PRINTF PATH [OPTIONS...]: and nothing to complain of
gets() {
    octets=$1
    path=$2
    shift 2
    exits 0 "$@" "$node$path" && is "$octets" && is_quiet
}

# judges STATUS PATH
judges() {
    exits "$1" "$node$2" && says "^status" && is_quiet
}

judges_odd_statuses() {
    judges 0 '/status?code=299' && judges 3 '/status?code=399' && judges 4 '/status?code=499' && judges 5 '/status?code=600' &&
        judges 5 '/status?code=999'
}

gets_from() {
    exits 0 "$1" && is 'hello\n' && is_quiet
}

# as_curl URL: the same octets
as_curl() {
    run "$1"
    browse "$1" >"$scratch/theirs" || return 1
    test "$status" = 0 && is_quiet && cmp "$out" "$scratch/theirs" >"$err"
}

# The file itself, though it came encoded.
arrives_encoded() {
    if ! exits 0 --compressed --verbose "$1"; then
        complains 'built without zlib'
        return
    fi
    complains '^< Content-Encoding: gzip$' && cmp "$out" "$folder/small.txt" >"$err"
}

# fetches URL: the large file, whole
fetches() {
    "$get" "$1" 2>"$err" | sum_of >"$out"
    test "$(cat "$out")" = "$large_sum" && is_quiet
}

# fetches_made ROUTE: content of node's own making, as curl gets it
fetches_made() {
    theirs=$(browse "$node/$1?size=16777216" | sum_of)
    "$get" "$node/$1?size=16777216" 2>"$err" | sum_of >"$out"
    test "$(cat "$out")" = "$theirs" && is_quiet
}

# sends_and_gets_back OPTIONS...: an echo of the large file from a file or standard input
sends_and_gets_back() {
    "$get" "$@" "$node/echo" <"$folder/large.bin" 2>"$err" | sum_of >"$out"
    test "$(cat "$out")" = "$large_sum" && is_quiet
}

pipes_and_gets_back() {
    # shellcheck disable=SC2002
    cat "$folder/large.bin" | "$get" --data - "$node/echo" 2>"$err" | sum_of >"$out"
    test "$(cat "$out")" = "$large_sum" && is_quiet
}

writes_to_file() {
    exits 0 --output "$scratch/file" "$node/hello" && ! test -s "$out" && test "$(cat "$scratch/file")" = hello &&
        exits 0 --output - "$node/hello" && is 'hello\n'
}

# Date and Keep-Alive tell when it was.
without_time() {
    grep -v -a -i -e '^date:' -e '^keep-alive:'
}

includes_as_curl() {
    run --include "$1"
    browse -i "$1" | without_time >"$scratch/theirs"
    without_time <"$out" >"$scratch/ours"
    cmp "$scratch/ours" "$scratch/theirs" >"$err" && says '^HTTP/1.1 200'
}

includes_trailers() {
    exits 0 --include "$node/trailers?size=64" || return 1
    tail -n 4 "$out" | tr -d '\r' >"$scratch/end"
    printf '%063d\nCheck: sum\nCount: 2\n\n' 0 | tr 0 . | sed '1s/\.$/0/' >"$scratch/expected"
    cmp "$scratch/end" "$scratch/expected" >"$err"
}

sends_nothing_more_for_head() {
    exits 0 --head --include "$node/length?size=70" && tr -d '\r' <"$out" | grep -qx 'Content-Length: 70' &&
        test "$(tail -n 1 "$out" | tr -d '\r')" = ''
}

# The status is 3, and there is no content.
is_not_modified() {
    run --include "$1/small.txt"
    tag=$(tr -d '\r' <"$out" | sed -n 's/^ETag: //p')
    test -n "$tag" && exits 3 --header "If-None-Match: $tag" "$1/small.txt" && ! test -s "$out" && is_quiet
}

gets_range() {
    run --include --header 'Range: bytes=5-9' "$1/small.txt"
    test "$status" = 0 && says '^HTTP/1.1 206' && test "$(tail -c 5 "$out")" = "$(head -c 10 "$folder/small.txt" | tail -c 5)"
}

# ---- What is said ----

sends_what_it_is_told() {
    exits 0 --method REPORT --header 'A: b' --header 'A:  c d ' --header 'user-agent: me' --header 'X-Empty:' \
        --header 'TE: trailers' --header 'Connection: close' "$node/request?a=b&c#d" || return 1
    printf 'REPORT /request?a=b&c HTTP/1.1\nHost: %s\nAccept: */*\nA: b\nA: c d\nuser-agent: me\nX-Empty: \nTE: trailers\nConnection: close, TE\n' \
        "${node#http://}" >"$scratch/expected"
    cmp "$out" "$scratch/expected" >"$err"
}

declares_length_of_files() {
    exits 0 --data "$folder/small.txt" "$node/request" && says "^POST /request" &&
        says "^Content-Length: $(wc -c <"$folder/small.txt")\$" && ! says '^Transfer-Encoding'
}

sends_pipes_in_chunks() {
    echo hello | "$get" --data - --method PUT "$node/request" >"$out"
    says '^PUT /request' && says '^Transfer-Encoding: chunked$' && ! says '^Content-Length'
}

# The shell's read takes no more from a file than its line.
sends_the_rest_of_a_file() {
    {
        read -r _
        "$get" --data - "$node/echo"
    } <"$scratch/lines" >"$out"
    test "$(cat "$out")" = 'second'
}

tells_verbosely() {
    exits 0 --verbose "$node/trailers?size=64" || return 1
    for line in '^\* connected to 127.0.0.1 port' '^> GET /trailers?size=64 HTTP/1.1$' '^> Host: 127' '^>$' \
        '^\* IDLE/IDLE -> DONE/WAIT, want READ$' '^< HTTP/1.1 200 OK$' '^< Transfer-Encoding: chunked$' '^<$' \
        '^\* DONE/WAIT -> DONE/BODY, want READ$' '^< Check: sum$' '^\* 64 octets of content$' \
        '^\* DONE/BODY -> DONE/DONE, want NEXT$'; do
        complains "$line" || return 1
    done
}

shows_octets_as_numbers() {
    exits 0 --verbose "$node/broken/octets" && complains '^< A: \\x9B31m\\xFF$'
}

shows_no_progress_in_files() {
    exits 0 "$node/slow?ticks=4&ms=300" && is_quiet
}

# A terminal for standard error, made by Python; what was shown is in $out.
shows_progress_on_terminals() {
    python3 -B - "$get" "$@" >"$out" 2>"$err" <<'END'
import os, pty, subprocess, sys
ours, theirs = pty.openpty()
program = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=theirs)
os.close(theirs)
try:
    while True:
        sys.stdout.write(os.read(ours, 1000).decode())
except OSError:
    pass
sys.exit(program.wait())
END
    says 'received 0.0 MiB' && ! says 'fluxo-get'
}

# ---- Connections ----

shares_connection() {
    exits 0 "$node/connection" "$node/trailers?size=64" "$node/connection" && test "$(sed -n 1p "$out")" = "$(tail -n 1 "$out")"
}

opens_another() {
    exits 0 --header 'Connection: close' "$node/connection" "$node/connection" &&
        test "$(sed -n 1p "$out")" != "$(sed -n 2p "$out")"
}

asks_once_more() {
    exits 0 --verbose "$node/hello" "$node/once" && is 'hello\nhello\n' && complains 'once more, on a new one' &&
        ! complains 'fluxo-get: '
}

# POST is not idempotent.
does_not_post_twice() {
    exits 13 --data "$folder/small.txt" "$node/count" "$node/once" && says octets &&
        { complains TRUNCATED || complains 'before the response was complete'; }
}

# goes_on_after STATUS PATH OCTETS: the connection cannot be used again, and the next URL is fetched all the same
goes_on_after() {
    exits "$1" "$node$2" "$node/hello" && is "$3hello\n"
}

asks_two_servers() {
    exits 0 "$node/hello" "$static/small.txt" "$node/hello" && test "$(sed -n '1p;$p' "$out" | tr -d '\n')" = hellohello
}

# ---- Interim responses, expectations, early answers ----

passes_interims() {
    exits 0 --include "$node/interim" && is_quiet || return 1
    test "$(sed -n 's/^HTTP\/1.1 \([0-9]*\).*/\1/p' "$out" | tr '\n' ' ')" = '103 200 '
}

expects() {
    exits 0 --verbose --expect --data "$folder/small.txt" "$node/echo" && cmp "$out" "$folder/small.txt" &&
        complains '^> Expect: 100-continue' && complains '^< HTTP/1.1 100' && complains '^\* BODY/WAIT -> DONE/WAIT'
}

waits_a_second() {
    since=$(date +%s)
    exits 0 --verbose --expect --data "$folder/small.txt" "$node/wait" && cmp "$out" "$folder/small.txt" &&
        complains 'no answer within a second' && ! complains '^< HTTP/1.1 100' || return 1
    took=$(($(date +%s) - since))
    test $took -ge 1 && test $took -le 5
}

takes_refusal() {
    exits 4 --expect --data "$folder/large.bin" "$node/refuse" && is 'not wanted\n' && complains 'the rest of the request is not sent'
}

# The server answers and closes; all the content would not fit into the sockets.
stops_early() {
    exits 4 --data "$folder/large.bin" "$node/early" && is 'too large\n' && complains 'the rest of the request is not sent'
}

# A success is no reason to stop.
sends_on() {
    exits 0 --verbose --data "$folder/large.bin" "$node/early-patient" "$node/connection" && says '^early$' &&
        complains '^\* BODY/DONE -> DONE/DONE, want NEXT' && complains 'the connection is used again'
}

# The answer to the first line is there before the second one is sent.
converses() {
    mkfifo "$scratch/fifo"
    "$get" --data - "$node/echo" <"$scratch/fifo" >"$out" 2>"$err" &
    client=$!
    exec 3>"$scratch/fifo"
    echo one >&3
    naps=0
    until says one || test $naps -ge 100; do
        sleep 0.1
        naps=$((naps + 1))
    done
    says one && ! says two && echo two >&3
    exec 3>&-
    wait $client
    status=$?
    test $status = 0 && is 'one\ntwo\n'
}

# ---- What breaks ----

# breaks STATUS OCTETS-FOR-PRINTF COMPLAINT NAME [OPTIONS...]: what came before is there
breaks() {
    expected=$1
    octets=$2
    complaint=$3
    name=$4
    shift 4
    exits "$expected" "$@" "$node/broken/$name" && is "$octets" && complains "$complaint" && test "$(wc -l <"$err")" = 1
}

# decodes PATH: content of node's own making, 100,000 octets
decodes() {
    exits 0 --compressed "$node$1?size=100000" && is_quiet && browse "$node/length?size=100000" | cmp - "$out" >"$err"
}

asks_for_codings() {
    exits 0 --compressed "$node/request" && says '^Accept-Encoding: gzip, deflate$'
}

decodes_in_turn() {
    exits 0 --compressed "$node/gzip?size=64" "$node/hello" "$node/deflate?size=64" && test "$(wc -c <"$out")" = 134
}

# breaks_off STATUS FAULT NAME [OPTIONS...]: after some content
breaks_off() {
    expected=$1
    complaint=$2
    name=$3
    shift 3
    exits "$expected" "$@" "$node/broken/$name" && says '^hello$' && complains "$complaint: "
}

refuses_coding() {
    exits 12 --compressed "$node/unknown-coding" && ! test -s "$out" && complains 'CODING_UNKNOWN: '
}

# A response with no content has nothing to decode, whatever its fields say.
decodes_no_head() {
    exits 0 --compressed --head "$node/gzip" && is_quiet && ! test -s "$out"
}

# 1 GiB out of 1 MiB: refused long before, and what came out until then is little.
defuses_bomb() {
    exits 12 --compressed "$node/broken/bomb" && complains 'RATIO_LIMIT' && test "$(wc -c <"$out")" -lt 4194304
}

# breaks_not NAME [OPTIONS...]
breaks_not() {
    name=$1
    shift
    exits 0 "$@" "$node/broken/$name" && is 'hello\n' && is_quiet
}

times_out() {
    since=$(date +%s)
    exits 11 --timeout 0.5 "$node/broken/silence" && complains 'nothing happened for 0.5 seconds' || return 1
    test $(($(date +%s) - since)) -le 5
}

# 1.5 seconds, but never more than 0.3 of silence
is_patient() {
    exits 0 --timeout 1 "$node/slow?ticks=5&ms=300" && is 'tick 5\ntick 4\ntick 3\ntick 2\ntick 1\n'
}

# A listener that is there for a moment tells a port where nobody is.
finds_nobody() {
    nobody=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    exits 10 "http://127.0.0.1:$nobody/" && complains 'Connection refused'
}

fails_to_write() {
    "$get" "$node/length?size=1000000" 2>"$err" >/dev/full
    status=$?
    test $status = 74 && complains 'standard output: No space left'
}

survives_closed_pipe() {
    { "$get" "$node/length?size=10000000" 2>"$err"; echo $? >"$scratch/status"; } | head -c 1 >"$out"
    status=$(cat "$scratch/status")
    test "$status" = 74 && complains 'standard output: Broken pipe'
}

# ---- The servers ----

if ! start_node; then
    echo "1..0 # SKIP $peer_missing"
    exit 0
fi
node=$peer_url

folder=$scratch/files
mkdir "$folder"
printf 'first\nsecond\n' >"$scratch/lines"
awk 'BEGIN { for (n = 0; n < 5000; n++) print "line", n }' >"$folder/small.txt"
: >"$folder/empty.txt"
head -c 16777216 /dev/urandom >"$folder/large.bin" || exit 99
large_sum=$(sum_of <"$folder/large.bin")

# ---- The claims, in the order of the message ----

claim '--help is readable' helps
claim '--version' tells_version
claim 'the manual names every option and exit status' is_in_the_manual
claim 'no URL: 64' misuses 'a URL is missing'
claim 'an option that is not known: 64' misuses 'no such option: --nonsense' --nonsense 1 "$node/"
claim 'a value that is missing: 64' misuses 'its value is missing: --output' "$node/" --output
claim 'a profile that is not known: 64' misuses 'no such profile: lax' --profile lax "$node/"
claim 'a timeout that is none: 64' misuses 'not a time in seconds: -1' --timeout -1 "$node/"
claim 'a timeout of nothing: 64' misuses 'not a time in seconds: 0' --timeout 0 "$node/"
claim 'https: 64' misuses 'only http: https://a/' https://a/
claim 'no scheme: 64' misuses 'begins with http://: localhost' localhost
claim 'no host: 64' misuses 'no host' http:///a
claim 'a user: 64' misuses 'a user' http://user@a/
claim 'a port that is none: 64' misuses 'not a port' http://a:65536/
claim 'a port with letters: 64' misuses 'not a port' http://a:8o/
claim 'an address without its bracket: 64' misuses 'no \]' 'http://[::1/'
claim 'standard input for two URLs: 64' misuses 'to one URL only' --data - "$node/" "$node/"
claim '--head with --data: 64' misuses 'no --data' --head --data - "$node/"
claim '--expect without --data: 64' misuses 'for --data' --expect "$node/"
claim 'CONNECT: 64' misuses 'tunnel' --method CONNECT "$node/"
claim 'a field without a colon: 64' misuses '--header wants NAME: VALUE: Nonsense' --header Nonsense "$node/"
claim 'a field name that is no token: 64, in plain words' misuses 'A b: c: the field name is not a token' --header 'A b: c' "$node/"
claim 'a field value that would forge another field: 64' misuses 'the field value holds a control' --header "A: b$(printf '\r\nC: d')" "$node/"
claim 'Content-Length by hand: 64' misuses 'writes this field itself' --header 'Content-Length: 5' "$node/"
claim 'Transfer-Encoding by hand: 64' misuses 'writes this field itself' --header 'transfer-encoding: chunked' "$node/"
claim 'a method that is no token: 64' misuses '--method G(T: the method is not a token' --method 'G(T' "$node/"
claim 'a target with a space: 64' misuses 'the request-target' "$node/a b"
claim 'a host that is none: 64' misuses 'not a host' 'http://a"b/'
claim 'a file to send that is not there: 74' exits 74 --data "$scratch/none" "$node/"
claim 'a file to write that cannot be: 74' exits 74 --output "$scratch/none/none" "$node/"

claim 'GET: the content, and nothing to complain of' gets 'hello\n' /hello
claim 'what is told to be sent is sent, each field once' sends_what_it_is_told
claim '--output writes to a file' writes_to_file
claim 'a name is looked up' exits 0 "$(echo "$node" | sed s/127.0.0.1/localhost/)/hello"
claim 'HEAD: the head, no content' sends_nothing_more_for_head
claim '204 is a success without content' gets '' /nothing
claim '3xx: 3' judges 3 '/status?code=301&location=/hello'
claim '4xx: 4, with the content' judges 4 '/status?code=404'
claim '5xx: 5, with the content' judges 5 '/status?code=503'
claim 'a status that nobody knows counts as the x00 of its class, and one above 599 as 500' judges_odd_statuses
claim '304: 3' exits 3 "$node/not-modified"

claim 'a length' gets 'hello\n' /hello
claim 'chunked' as_curl "$node/chunked?size=100000"
claim 'chunked, with trailers that are not content' as_curl "$node/trailers?size=100000"
claim 'until close' as_curl "$node/close?size=100000"
claim 'coded content as it is, if nobody asks for it' as_curl "$node/gzip?size=100000"
if run --compressed "$node/hello" && test "$status" = 0; then
    claim '--compressed asks for gzip and deflate' asks_for_codings
    claim '--compressed: gzip' decodes /gzip
    claim '--compressed: deflate' decodes /deflate
    claim '--compressed: deflate without its zlib wrapper, as some send it' decodes /deflate-raw
    claim '--compressed: gzip twice' decodes /gzip-twice
    claim '--compressed: content without coding' decodes /chunked
    claim '--compressed: HEAD' decodes_no_head
    claim '--compressed: what follows on the connection' decodes_in_turn
    claim '--compressed: gzip that is cut: 13' breaks_off 13 CODING_TRUNCATED gzip-cut --compressed
    claim '--compressed: no gzip: 12' breaks 12 '' 'CODING_BROKEN: .*RFC 9110 8.4.1' gzip-junk --compressed
    claim '--compressed: something behind gzip: 12' breaks_off 12 CODING_BROKEN gzip-more --compressed
    claim '--compressed: a coding that is not known: 12, and nothing is written' refuses_coding
    claim '--compressed: a bomb: 12' defuses_bomb
else
    claim '--compressed without zlib: 64' misuses 'built without zlib' --compressed "$node/"
fi
claim '16 MiB by length' fetches_made length
claim '16 MiB in chunks' fetches_made chunked
claim '16 MiB until close' fetches_made close
claim '--include writes the head as curl does' includes_as_curl "$node/hello"
claim '--include writes trailers behind the content' includes_trailers
claim '--verbose tells heads, states and trailers' tells_verbosely
claim 'octets that a terminal would obey are shown as numbers' shows_octets_as_numbers
claim 'no progress line where there is no terminal' shows_no_progress_in_files
claim 'a progress line on a terminal' shows_progress_on_terminals "$node/slow?ticks=4&ms=300"

claim 'a file is sent with its length' declares_length_of_files
claim 'a pipe is sent in chunks' sends_pipes_in_chunks
claim 'of a file on standard input, what is left of it is sent' sends_the_rest_of_a_file
claim 'an empty file is sent' gets '0 octets\n' /count --data "$folder/empty.txt"
claim 'nothing from a pipe is sent' gets '0 octets\n' /count --data /dev/null
claim '16 MiB from a file, and back' sends_and_gets_back --data "$folder/large.bin"
claim '16 MiB from standard input with its length, and back' sends_and_gets_back --data -
claim '16 MiB from a pipe, and back' pipes_and_gets_back
claim 'a response is read while the request is sent' converses

claim 'URLs of one server share a connection' shares_connection
claim 'Connection: close is kept' opens_another
claim 'a connection that the server closed meanwhile: once more' asks_once_more
claim 'but not what may do harm twice: 13' does_not_post_twice
claim 'after a broken response another connection is opened' goes_on_after 12 /broken/chunk-size hello
claim 'after a response that is cut short too' goes_on_after 13 /broken/short 'hello\n'

claim 'interim responses pass' passes_interims
claim 'too many of them: 12' exits 12 "$node/interims?count=17"
claim 'as many as there may be' exits 0 "$node/interims?count=16"
claim '--expect: the content follows 100' expects
claim '--expect: or it follows after a second' waits_a_second
claim '--expect: 417 is a 4, and the content is kept back' takes_refusal
claim 'an error while it sends: it stops, and has the response' stops_early
claim 'a success while it sends: it sends on, and the connection stays' sends_on

claim 'a length that is not reached: 13, what came is there' breaks 13 'hello\n' 'TRUNCATED.*RFC 9112 8.*octet 46$' short
claim 'an end in a chunk: 13' breaks 13 'hellohal' 'TRUNCATED' chunk
claim 'an end before the last chunk: 13' breaks 13 'hello' 'TRUNCATED' last-chunk
claim 'an end in the trailers: 13' breaks 13 'hello' 'TRUNCATED' trailers
claim 'an end in the head: 13' breaks 13 '' 'TRUNCATED' head
claim 'no answer at all: 13' breaks 13 '' 'TRUNCATED.*octet 0$' close
claim 'a reset before the length is reached: 13' breaks 13 'hello\n' 'reset' reset
claim 'a reset where close would be the end: 13' breaks 13 'hello\n' 'reset' reset-close
claim 'a chunk-size that is none: 12, with rule, section and octet' breaks 12 'hello' 'CHUNK_SIZE: .*RFC 9112 7.1.*octet 57$' chunk-size
claim 'a chunk that does not end where it should: 12' breaks 12 'hello' 'CHUNK_DATA_END: .*octet 55$' chunk-end
claim 'no HTTP: 12' breaks 12 '' 'HTTP_VERSION: .*octet 0$' junk
claim 'a bad field: 12' breaks 12 '' 'SPACE_BEFORE_COLON: .*RFC 9112 5.1.*octet 31$' field
claim 'a bad length: 12' breaks 12 '' 'CONTENT_LENGTH: ' length
claim 'two lengths: 12' breaks 12 '' 'CONTENT_LENGTH_REPEATED: ' lengths
claim 'a switch that nobody asked for: 12' breaks 12 '' 'SWITCH_UNASKED: .*RFC 9110 7.8' switch
claim 'more than the length: the content is the length, the rest is told' breaks 0 'hello' 'behind the response: RESPONSE_UNASKED' long
claim 'a response that nobody asked for: told' breaks 0 'hello\n' 'behind the response: RESPONSE_UNASKED' after
claim 'a fold: 12' breaks 12 '' 'OBS_FOLD' fold
claim 'but not with --profile legacy' breaks_not fold --profile legacy
claim 'nor lines that end in LF alone' breaks_not lf --profile legacy
claim 'a missing space passes' breaks_not no-space
claim 'but not with --profile strict' breaks 12 '' '(RFC 9112 4)' no-space --profile strict
claim 'silence: 11' times_out
claim 'slowness is not silence' is_patient
claim 'nobody there: 10' finds_nobody
claim 'a name that is none: 10' exits 10 http://name.invalid/
claim 'a pipe that nobody reads: 74, not a signal' survives_closed_pipe
if test -w /dev/full; then
    claim 'a disk that is full: 74' fails_to_write
else
    skip 'a disk that is full: 74' 'no /dev/full'
fi

# with_server TEXT COMMAND...: if there is one in $static
with_server() {
    if test -n "$static"; then
        claim "$@"
    else
        skip "$1" "$peer_missing"
    fi
}

static=
start_nginx "$folder" && static=$peer_url
with_server 'nginx: length' as_curl "$static/small.txt"
with_server 'nginx: chunked' as_curl "$static/chunked/small.txt"
with_server 'nginx: until close' as_curl "$static/close/small.txt"
with_server 'nginx: 16 MiB, sendfile' fetches "$static/large.bin"
with_server 'nginx: 16 MiB, chunked' fetches "$static/chunked/large.bin"
with_server 'nginx: 16 MiB, until close' fetches "$static/close/large.bin"
with_server 'nginx: --compressed' arrives_encoded "$static/small.txt"
with_server 'nginx: 304' is_not_modified "$static"
with_server 'nginx: a range' gets_range "$static"
with_server 'nginx: 404' exits 4 "$static/none"
with_server 'nginx and node: one connection each' asks_two_servers

static=
start_lighttpd "$folder" && static=$peer_url
with_server 'lighttpd: length' as_curl "$static/small.txt"
with_server 'lighttpd: 16 MiB' fetches "$static/large.bin"
with_server 'lighttpd: --compressed' arrives_encoded "$static/small.txt"
with_server 'lighttpd: 304' is_not_modified "$static"
with_server 'lighttpd: a range' gets_range "$static"
with_server 'lighttpd: 404' exits 4 "$static/none"

for version in HTTP/1.0 HTTP/1.1; do
    static=
    start_python "$folder" $version && static=$peer_url
    with_server "http.server, $version: length" as_curl "$static/small.txt"
    with_server "http.server, $version: until close" as_curl "$static/close/small.txt"
    with_server "http.server, $version: 16 MiB" fetches "$static/large.bin"
    with_server "http.server, $version: 404" exits 4 "$static/none"
    with_server "http.server, $version: two files" exits 0 "$static/small.txt" "$static/small.txt"
done

static=
start_node ::1 && static=$peer_url
with_server 'an IPv6 address in brackets' gets_from "$static/hello"

end_claims
