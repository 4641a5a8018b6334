#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What fuzzing inputs are made of fixtures: the head says what the fixture's words say, and each harness gets what it is about.
# And what is packed into a text comes out of it again.

. "$TOP_SRCDIR/tests/claims.sh"
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
out=$scratch/out

# make_seed HARNESS WORDS: of a message that has a chunked body, in $scratch/folder-a
make_seed() {
    rm -f "$scratch/folder-a"
    mkdir -p "$scratch/tests/folder"
    case $2 in
    request*) line="PUT / HTTP/1.1" ;;
    *) line="HTTP/1.1 200 OK" ;;
    esac
    printf 'A claim\n--- %s\n%s\nTransfer-Encoding: chunked\n\n0\n\n--- events\n' "$2" "$line" >"$scratch/tests/folder/a.txt"
    "$TOP_BUILDDIR/fuzz/make-seeds" "$scratch" "$1" "$scratch/tests/folder/a.txt" >"$out" 2>&1
}

# octet N: in decimal, of the seed
octet() {
    od -A n -t u1 -j "$1" -N 1 "$scratch/folder-a" | tr -d ' '
}

# says WORDS MODE RELAX LIMIT ABOVE ANSWERS: without the bit of the mode that is drawn, FLUXO_PIECES
says() {
    make_seed split "$1" || return 1
    echo "mode $(octet 0), relaxation $(octet 1), limit $(octet 2) $(octet 3), answers $(octet 7)" >"$out"
    [ $(($(octet 0) & ~2)) = "$2" ] && [ "$(octet 1)" = "$3" ] && [ "$(octet 2)" = "$4" ] && [ "$(octet 3)" = "$5" ] && [ "$(octet 7)" = "$6" ]
}

# gives HARNESS WORDS TEXT: behind the head
gives() {
    make_seed "$1" "$2" || return 1
    tail -c +9 "$scratch/folder-a" | od -A n -c >"$out"
    printf "$3" | od -A n -c | cmp -s - "$out"
}

gives_nothing() {
    make_seed "$1" "$2" && [ ! -e "$scratch/folder-a" ]
}

refuses() {
    ! make_seed split "$1" && [ -s "$out" ]
}

each_harness_has_some() {
    for harness in request response chunked split; do
        ls "$TOP_BUILDDIR/fuzz/seeds/$harness" >"$out" && [ "$(wc -l <"$out")" -gt 100 ] || return 1
    done
}

inputs() {
    "$TOP_BUILDDIR/fuzz/inputs" "$@"
}

empty_folders() {
    rm -rf "$scratch/in" "$scratch/unpacked"
    mkdir "$scratch/in" "$scratch/unpacked"
}

# packs TEXT LINE: the input TEXT, as printf reads it, is the third line, and comes out as it was
packs() {
    empty_folders
    printf "$1" >"$scratch/in/a"
    inputs pack "$scratch/in" >"$out" && inputs unpack "$out" "$scratch/unpacked" &&
        [ "$(sed -n '3p' "$out")" = "$2" ] && cmp -s "$scratch/in/a" "$scratch/unpacked/min-0003"
}

sorts() {
    empty_folders
    for input in b c a; do
        echo $input >"$scratch/in/of-$input"
    done
    inputs pack "$scratch/in" >"$out" && [ "$(grep -v '^#' "$out")" = 'a\n
b\n
c\n' ]
}

every_text_is_as_it_would_be_packed() {
    for packed in "$TOP_SRCDIR"/fuzz/corpus/min/*.txt; do
        empty_folders
        inputs unpack "$packed" "$scratch/unpacked" && inputs pack "$scratch/unpacked" | cmp "$packed" - >"$out" 2>&1 || return 1
    done
}

# refuses_line LINE: and says which
refuses_line() {
    empty_folders
    printf '# a comment\n%s\n' "$1" >"$scratch/text"
    ! inputs unpack "$scratch/text" "$scratch/unpacked" >"$out" 2>&1 && grep -q '^line 2 ' "$out"
}

claim "strict is what fixtures are" says request 8 0 0 0 0
claim "the default profile, and a response" says "response profile=default" 1 0 0 0 0
claim "the legacy profile, and events of chunks" says "request chunks profile=legacy" 20 0 0 0 0
claim "a relaxation of the default profile is that profile" says "request relax=bare-percent" 0 0 0 0 0
claim "any other is toggled alone" says "request relax=any-version" 24 16 0 0 0
claim "a limit, above its least" says "request limit:method=9" 8 0 2 8 0
claim "a limit that is too large for a head is left out" says "request limit:head=900" 8 0 0 0 0
claim "the method that is answered" says "response answers=CONNECT,GET" 9 0 0 0 2
claim "messages are whole" gives split response 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
claim "chunked gets what is behind the head" gives chunked request '0\r\n\r\n'
claim "request gets requests" gives request request 'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
claim "request gets no responses" gives_nothing request response
claim "response gets no requests" gives_nothing response request
claim "what is no fixture is refused" refuses "request no-such-word"
claim "each harness has some" each_harness_has_some
claim "octets are packed in the notation of fixtures" packs 'a\r\n\t\\\000\200\377\n' 'a\r\n\t\\\x00\x80\xFF\n'
claim "a first # is no comment" packs '#a#' '\x23a#'
claim "a blank at the end is seen" packs '  a  ' '  a \x20'
claim "an input of one blank" packs ' ' '\x20'
claim "an input of one #" packs '#' '\x23'
claim "a run is counted" packs 'aaaaaaaaaaaaaaaaaaaaaaaaa' '\(25*a)'
claim "lines are sorted" sorts
claim "a line that is no input is refused" refuses_line 'a\q'
claim "an empty line is refused" refuses_line ''
claim "every text of the tree is as it would be packed" every_text_is_as_it_would_be_packed
end_claims
