#!/bin/sh
# SPDX-License-Identifier: MIT
# fluxo-dump as a script sees it: its lines, its options, its exit status, its memory.

dump=$TOP_BUILDDIR/fluxo-dump
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
count=0

verdict() { # verdict STATUS WORDS
    count=$((count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
    fi
}

# gives WORDS EXPECTED-STATUS EXPECTED-OUTPUT OPTION... <INPUT
gives() {
    words=$1
    status=$2
    printf '%s' "$3" >"$scratch/expected"
    shift 3
    "$dump" "$@" >"$scratch/output" 2>"$scratch/errors"
    got=$?
    [ "$got" = "$status" ] && cmp -s "$scratch/expected" "$scratch/output"
    same=$?
    [ "$same" = 0 ] || { echo "# exit status $got"; sed 's/^/# /' "$scratch/output" "$scratch/errors"; }
    verdict "$same" "$words"
}

get='{"event":"request-line","method":"GET","target":"/","version":"1.1","at":0}
{"event":"field","name":"Host","value":"a","at":16}
{"event":"head","framing":"none","length":0,"keep_alive":true,"upgrade":false,"at":27}
{"event":"message","at":27}
'
printf 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' >"$scratch/get"
gives "a request from a file" 0 "$get" "$scratch/get"
gives "a request from standard input" 0 "$get" <"$scratch/get"
gives "a request from -" 0 "$get" - <"$scratch/get"
for split in 1 2,5 7,1,100 random:1 random:77; do
    gives "the same with --split $split" 0 "$get" --split "$split" "$scratch/get"
    gives "the same with --split $split --pieces" 0 "$get" --split "$split" --pieces "$scratch/get"
done

chunked='{"event":"request-line","method":"PUT","target":"/x","version":"1.1","at":0}
{"event":"field","name":"Host","value":"","at":17}
{"event":"field","name":"Transfer-Encoding","value":"chunked","at":24}
{"event":"field","name":"Connection","value":"close","at":52}
{"event":"head","framing":"chunked","length":null,"keep_alive":false,"upgrade":false,"at":73}
'
body='{"event":"body","data":"h\u00e9\"\\\u000alo","at":79}
{"event":"trailer","name":"X","value":"y \u0009z","at":97}
{"event":"message","at":109}
{"event":"closed","at":109}
'
chunks='{"event":"chunk","size":5,"extensions":"; a","at":73}
{"event":"body","data":"h\u00e9\"\\\u000a","at":79}
{"event":"chunk","size":2,"extensions":"","at":86}
{"event":"body","data":"lo","at":89}
{"event":"chunk","size":0,"extensions":"","at":93}
{"event":"trailer","name":"X","value":"y \u0009z","at":97}
{"event":"message","at":109}
{"event":"closed","at":109}
'
printf 'PUT /x HTTP/1.1\r\nHost:\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5; a\r\nh\351"\\\n\r\n2\r\nlo\r\n00\r\nX: y \tz \r\n\r\nmore' \
    >"$scratch/chunked"
gives "a chunked body is one event, with every octet as its code point" 0 "$chunked$body" "$scratch/chunked"
gives "--pieces --split 1 joins lines and body" 0 "$chunked$body" --pieces --split 1 "$scratch/chunked"
gives "--chunks prints chunk lines between" 0 "$chunked$chunks" --chunks --split 3 "$scratch/chunked"
printf 'PUT / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc' >"$scratch/put"
gives "--raw prints each piece of a body" 0 '{"event":"request-line","method":"PUT","target":"/","version":"1.0","at":0}
{"event":"field","name":"Content-Length","value":"3","at":16}
{"event":"head","framing":"length","length":3,"keep_alive":false,"upgrade":false,"at":37}
{"event":"body","data":"a","at":37}
{"event":"body","data":"bc","at":38}
{"event":"message","at":40}
' --raw --split 38,2 "$scratch/put"

refused='{"event":"request-line","method":"GET","target":"/","version":"1.1","at":0}
{"event":"error","error":"SPACE_BEFORE_COLON","section":"RFC 9112 5.1","status":400,"text":"white space between field name and colon","at":20}
'
printf 'GET / HTTP/1.1\r\nHost : a\r\n\r\n' >"$scratch/refused"
gives "what is refused ends with an error and exit status 1" 1 "$refused" "$scratch/refused"
gives "the same byte by byte" 1 "$refused" --split 1 "$scratch/refused"
gives "a limit is set by name" 1 '{"event":"error","error":"TARGET_LIMIT","section":"RFC 9110 15.5.15","status":414,"text":"the request-target is too long","at":6}
' --limit target=2 <<END
GET /abc HTTP/1.1
END

raw='{"event":"request-line","method":"GET","target":"/{a}","version":"1.0","at":0}
{"event":"head","framing":"none","length":0,"keep_alive":false,"upgrade":false,"at":21}
{"event":"message","at":21}
'
printf 'GET /{a} HTTP/1.0\r\n\r\n' >"$scratch/raw"
gives "the default profile lets raw octets pass" 0 "$raw" "$scratch/raw"
gives "--profile legacy too" 0 "$raw" --profile legacy "$scratch/raw"
gives "--profile strict --relax raw-target too" 0 "$raw" --profile strict --relax raw-target "$scratch/raw"
strict='{"event":"error","error":"TARGET","section":"RFC 9112 3.2","status":400,"text":"this byte cannot stand in the request-target","at":5}
'
gives "--profile strict does not" 1 "$strict" --profile strict "$scratch/raw"
gives "nor does --profile strict --relax bare-percent" 1 "$strict" --profile strict --relax bare-percent "$scratch/raw"

printf 'HTTP/1.1 204 x\r\nX: a \r\n  b\r\n\tc \r\nY: d\r\n\r\n' >"$scratch/folded"
folded='{"event":"status-line","version":"1.1","status":204,"reason":"x","at":0}
{"event":"field","name":"X","value":"a b c","at":16}
{"event":"field","name":"Y","value":"d","at":33}
{"event":"head","framing":"none","length":0,"keep_alive":true,"upgrade":false,"at":41}
{"event":"message","at":41}
'
gives "a folded value is one, with a space for each fold" 0 "$folded" --response --profile legacy "$scratch/folded"
gives "the same with --pieces --split 1" 0 "$folded" --response --profile legacy --pieces --split 1 "$scratch/folded"

gives "--format text prints a listing, with a caret under an error" 1 '         0  request-line  GET / HTTP/1.1
        20  error         SPACE_BEFORE_COLON: white space between field name and colon (RFC 9112 5.1; answer 400)
                          Host : a.
                              ^
' --format text "$scratch/refused"
gives "and a whole message" 0 '         0  request-line  PUT /x HTTP/1.1
        17  field         Host: 
        24  field         Transfer-Encoding: chunked
        52  field         Connection: close
        73  head          chunked body, close
        79  body          7 octets
        97  trailer       X: y .z
       109  message       
       109  closed        
' --format text "$scratch/chunked"

printf 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello' >"$scratch/responses"
heads='{"event":"status-line","version":"1.1","status":200,"reason":"OK","at":0}
{"event":"field","name":"Content-Length","value":"5","at":17}
{"event":"head","framing":"none","length":0,"keep_alive":true,"upgrade":false,"at":38}
{"event":"message","at":38}
{"event":"status-line","version":"1.1","status":200,"reason":"OK","at":38}
'
gives "--request-method says what the responses answer, in order" 0 "$heads"'{"event":"head","framing":"close","length":null,"keep_alive":false,"upgrade":false,"at":57}
{"event":"body","data":"hello","at":57}
{"event":"message","at":62}
' --response --request-method HEAD --request-method GET "$scratch/responses"
gives "--open: the end of the input does not end a body" 2 "$heads"'{"event":"head","framing":"close","length":null,"keep_alive":false,"upgrade":false,"at":57}
{"event":"body","data":"hello","at":57}
' --open --response --request-method HEAD "$scratch/responses"
gives "a tunnel ends HTTP" 0 "$heads"'{"event":"head","framing":"none","length":0,"keep_alive":true,"upgrade":false,"at":57}
{"event":"message","at":57}
{"event":"switched","at":57}
' --response --request-method HEAD --request-method CONNECT "$scratch/responses"

printf 'GET / HTTP/1.1\r\nHost: a\r\n' >"$scratch/cut"
gives "what is cut short is incomplete, exit status 2" 2 \
    '{"event":"request-line","method":"GET","target":"/","version":"1.1","at":0}
{"event":"field","name":"Host","value":"a","at":16}
' "$scratch/cut"
gives "nothing at all is complete" 0 '' </dev/null

for misuse in '--no-such-option' '--profile lax' '--relax all' '--format xml' '--limit head' \
    '--limit head=x' '--limit colour=1' '--limit method=70000' '--split 0' '--split a' '--request-method GET' '/no/such/file' 'a b'; do
    # shellcheck disable=SC2086
    gives "misuse: $misuse" 64 '' $misuse </dev/null
    [ -s "$scratch/errors" ]
    verdict $? "and says so"
done

"$dump" --help | grep -q -- '--request-method' && "$dump" --help | grep -q 'empty-lines'
verdict $? "--help lists options and limits"
"$dump" --version | grep -q '^fluxo-dump [0-9]'
verdict $? "--version"

# A body of 64 MiB under a limit on memory that would not hold it.
pour() {
    printf 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
    head -c 1048576 /dev/zero | tr '\0' x >"$scratch/mebibyte"
    chunk=0
    while [ $chunk -lt 64 ]; do
        printf '100000\r\n'
        cat "$scratch/mebibyte"
        printf '\r\n'
        chunk=$((chunk + 1))
    done
    printf '0\r\n\r\n'
}
if [ "$SANITIZE" = yes ]; then
    count=$((count + 1))
    echo "ok $count - a large body in constant memory # SKIP sanitizers reserve terabytes of address space"
elif ! (ulimit -v 20000) 2>/dev/null; then
    count=$((count + 1))
    echo "ok $count - a large body in constant memory # SKIP this shell cannot limit memory"
else
    octets=$(pour | (ulimit -v 20000 && "$dump") | wc -c)
    [ "$octets" -gt 67108864 ]
    verdict $? "a large body in constant memory"
fi

echo "1..$count"
