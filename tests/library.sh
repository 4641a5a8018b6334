#!/bin/sh
# SPDX-License-Identifier: MIT
# What the library is to a linker and to compilers: no symbol but mem*, C99, C11 and C++17, a header that stands alone.

. "$TOP_SRCDIR/tests/claims.sh"
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

# The compiler's runtime knows the processor: __cpu_model.
list_foreign_symbols() { # list_foreign_symbols LIBRARY
    "$NM" "$TOP_BUILDDIR/$1" | awk '
        NF == 2 && $1 == "U" { needed[$2] }
        NF == 3 { defined[$3] }
        END { for (symbol in needed) if (!(symbol in defined)) print symbol }' |
        grep -v -x -E '_?(memchr|memcmp|memcpy|memmove|memset|bcmp)|_GLOBAL_OFFSET_TABLE_|_*cpu_model'
}

needs_only_mem_functions() {
    foreign=$(list_foreign_symbols libparser.a)
    [ -z "$foreign" ] || { echo "# needs: $foreign"; false; }
}

# No socket, no clock, no signal: memory, and the codings of zlib.
needs_no_system() {
    foreign=$(list_foreign_symbols libfluxo.a |
        grep -v -x -E '_?(realloc|free|strlen|(inflate|deflate)[A-Za-z0-9]*_?|__stack_chk_fail)')
    [ -z "$foreign" ] || { echo "# needs: $foreign"; false; }
}

exports_only_its_prefix() {
    strangers=$("$NM" -g "$TOP_BUILDDIR/libfluxo.a" | awk 'NF == 3 && $2 ~ /[A-TV-Z]/ { print $3 }' | grep -v -E '^_?(__odr_asan\.)?fluxo_')
    [ -z "$strangers" ] || { echo "# exports: $strangers"; false; }
}

has_no_writable_data() {
    data=$("$NM" "$TOP_BUILDDIR/libfluxo.a" | awk 'NF == 3 && $2 ~ /[bBcCD]/ { print $3 }')
    [ -z "$data" ] || { echo "# writable: $data"; false; }
}

# Sources and generated machines, wherever the machines were written.
list_sources() {
    for source in parser emit check limit framing names lane; do
        echo "$TOP_SRCDIR/parser/$source.c"
    done
    for machine in request response chunked target value; do
        find_machine "parser/$machine.c"
    done
    for source in $(grep -l 'write exec' "$TOP_SRCDIR"/stream/*.rl); do # others are parts of them
        find_machine "stream/$(basename "$source" .rl).c"
    done
    for source in "$TOP_SRCDIR"/stream/*.c; do
        [ -f "${source%.c}.rl" ] || echo "$source"
    done
}

find_machine() {
    if [ -f "$TOP_BUILDDIR/$1" ]; then
        echo "$TOP_BUILDDIR/$1"
    else
        echo "$TOP_SRCDIR/$1"
    fi
}

compiles() { # compiles COMPILER FLAG...
    compiler=$1
    shift
    for source in $(list_sources); do
        $compiler "$@" -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I "$TOP_SRCDIR/stream" -I "$TOP_SRCDIR/parser" \
            -DFLUXO_VERSION='"0"' $ZLIB_CFLAGS -fsyntax-only "$source" 2>"$scratch/log" || { sed 's/^/# /' "$scratch/log"; return 1; }
    done
}

headers_stand_alone() { # headers_stand_alone COMPILER ENDING
    for header in "$TOP_SRCDIR"/parser/fluxo/*.h "$TOP_SRCDIR"/stream/fluxo/*.h; do
        name=$(basename "$header")
        printf '#include <fluxo/%s>\n#include <fluxo/%s>\nstruct fluxo_parser p;\n' "$name" "$name" >"$scratch/header.$2"
        $1 -Wall -Wextra -Wpedantic -Werror -I "$TOP_SRCDIR/stream" -I "$TOP_SRCDIR/parser" -fsyntax-only "$scratch/header.$2" || return 1
    done
}

# What an outside user has: the public header, and files of one's own.
server_knows_only_public_headers() {
    foreign=$(sed -n 's/^#include "\(.*\)"/\1/p' "$TOP_SRCDIR"/server-min/*.[ch] | sort -u | while read -r name; do
        [ -f "$TOP_SRCDIR/server-min/$name" ] || echo "$name"
    done)
    foreign="$foreign$(sed -n 's/^#include <\(fluxo.*\)>/\1/p' "$TOP_SRCDIR"/server-min/*.[ch] | grep -v -x 'fluxo/\(parser\|stream\).h')"
    [ -z "$foreign" ] || { echo "# includes: $foreign"; false; }
}

if [ "$SANITIZE" = yes ]; then
    skip "the parser needs no symbol but the mem-functions" "sanitizers add theirs"
    skip "the library needs memory and zlib, and nothing else of the system" "sanitizers add theirs"
    skip "the library has no writable data" "sanitizers add theirs"
else
    claim "the parser needs no symbol but the mem-functions" needs_only_mem_functions
    claim "the library needs memory and zlib, and nothing else of the system" needs_no_system
    claim "the library has no writable data" has_no_writable_data
fi
claim "every symbol that the library exports begins with fluxo_" exports_only_its_prefix
claim "the server includes no header of fluxo but the public ones" server_knows_only_public_headers
claim "the library is C99" compiles "$CC" -std=c99
claim "each header stands alone in C" headers_stand_alone "$CC" c
if [ "$CXX" = none ]; then
    skip "the library is C++17" "there is no C++ compiler"
    skip "each header stands alone in C++" "there is no C++ compiler"
else
    claim "the library is C++17" compiles "$CXX" -std=c++17 -x c++
    claim "each header stands alone in C++" headers_stand_alone "$CXX" cc
fi
end_claims
