#!/bin/sh
# SPDX-License-Identifier: MIT
#
# That a browser shows the greeting, rightly decoded; TAP on standard output.
#     FLUXO_SERVER   the program (./fluxo-server)

server=${FLUXO_SERVER:-./fluxo-server}

. "${TOP_SRCDIR:-.}/tests/talking.sh"

browser=
for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    test -n "$browser" || browser=$(command -v $name)
done
if test -z "$browser"; then
    echo "1..0 # SKIP no Chromium"
    exit 0
fi

# dump URL: the document as the browser has it, in UTF-8
dump() {
    timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/profile" --dump-dom "$1" 2>"$scratch/why"
}

shows_the_greeting() {
    dump "$url/" >"$out"
    grep -q "$(printf 'Ol\303\241 Mundo')" "$out"
}

# The second line comes while the first is shown.
shows_a_stream() {
    dump "$url/stream?n=3&ms=50" >"$out"
    grep -q 'tick 3' "$out"
}

begin "$server" --port 0
claim 'Chromium shows the greeting' shows_the_greeting
claim 'Chromium shows a stream' shows_a_stream
claim 'SIGTERM ends it with status 0' end
end_claims
