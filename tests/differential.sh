#!/bin/sh
# SPDX-License-Identifier: MIT
# What the fixtures give to fluxo, given to the peers that are installed; differential/known.txt explains what differs.

here=$TOP_SRCDIR/tests/differential
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
count=0

say() { # ok|"not ok" WHAT
    count=$((count + 1))
    echo "$1 $count - $2"
}

compile() { # NAME FLAG-OR-FILE...
    name=$1
    shift
    $CC -O1 -std=c11 -o "$scratch/$name" "$@" "$TOP_SRCDIR/tests/text.c" >"$scratch/$name.log" 2>&1 && return
    sed 's/^/# /' "$scratch/$name.log"
    return 1
}

compile_fluxo() { # NAME FILE...
    flags=
    [ "$SANITIZE" = yes ] && flags="-fsanitize=address,undefined"
    compile "$@" $flags -Wall -Wextra -Werror -I "$TOP_SRCDIR/parser" "$TOP_BUILDDIR/libfluxo.a"
}

write_trials() {
    cd "$TOP_SRCDIR/tests" && "$scratch/trials" rfc9110/*.txt rfc9112/*.txt rfc3986/*.txt limits/*.txt smuggling/*.txt \
        incremental/*.txt relaxed/*.txt regress/*.txt real/*.txt >"$scratch/trials.in" && [ -s "$scratch/trials.in" ]
}

read_with_fluxo() {
    compile_fluxo trials "$here/trials.c" "$TOP_SRCDIR/tests/fixture.c" && write_trials &&
        compile_fluxo fluxo "$here/peer_fluxo.c" "$here/verdict.c" &&
        "$scratch/fluxo" <"$scratch/trials.in" >"$scratch/fluxo.out"
}

version_of() { # HEADER PREFIX FLAG...: as MAJOR.MINOR.PATCH, nothing where there is no such header
    header=$1
    prefix=$2
    shift 2
    echo "#include <$header>" | $CC "$@" -E -dM - 2>/dev/null | awk -v prefix="${prefix}_VERSION_" '
        index($2, prefix) == 1 { part[substr($2, length(prefix) + 1)] = $3 }
        END { if ("PATCH" in part) print part["MAJOR"] "." part["MINOR"] "." part["PATCH"] }'
}

compare() { # PEER KNOWN
    python3 "$here/compare.py" "$2" "$1" "$scratch/fluxo.out" "$scratch/$1.out"
}

check_table() { # PEER: a comparison that explains whatever comes would explain nothing
    { cat "$here/known.txt" && echo "    $1 | accepted -> refused | no-such-folder/*"; } >"$scratch/longer.txt"
    if ! compare "$1" /dev/null >"$scratch/untold" && grep -q '^# no row explains' "$scratch/untold" &&
        ! compare "$1" "$scratch/longer.txt" >"$scratch/stale" &&
        grep -q '^# nothing is like .*no-such-folder' "$scratch/stale"; then
        say ok "a row of $1 too few or too many is noticed"
    else
        say "not ok" "a row of $1 too few or too many is noticed"
    fi
}

check() { # PEER COMMAND...: the command reads the trials
    peer=$1
    shift
    if "$@" <"$scratch/trials.in" >"$scratch/$peer.out" && compare "$peer" "$here/known.txt"; then
        say ok "each difference from $peer is explained"
    else
        say "not ok" "each difference from $peer is explained"
    fi
    check_table "$peer"
}

skip() { # PEER VERSION
    say ok "each difference from $1 is explained # SKIP $1 $2 is not installed"
}

check_llhttp() { # the package brings its sources
    sources=/usr/share/llhttp
    include=/usr/share/include/llhttp
    if [ "$(version_of llhttp.h LLHTTP -I "$include")" != 8.1.0 ] || [ ! -f "$sources/llhttp.c" ]; then
        skip llhttp 8.1.0
    elif compile llhttp -w -DLLHTTP_STRICT_MODE=1 -I "$include" "$here/peer_llhttp.c" "$here/verdict.c" "$sources"/*.c; then
        check llhttp "$scratch/llhttp"
    else
        say "not ok" "what calls llhttp compiles"
    fi
}

check_http_parser() {
    if [ "$(version_of http_parser.h HTTP_PARSER)" != 2.9.4 ]; then
        skip http-parser 2.9.4
    elif compile http-parser -Wall -Wextra -Werror "$here/peer_http_parser.c" "$here/verdict.c" -lhttp_parser; then
        check http-parser "$scratch/http-parser"
    else
        say "not ok" "what calls http-parser compiles"
    fi
}

check_h11() { # a Python of the system may have it where the first on the path has not
    for python in python3 /usr/bin/python3; do
        if $python -c 'import h11, sys; sys.exit(h11.__version__ != "0.14.0")' 2>/dev/null; then
            check h11 $python "$here/peer_h11.py"
            return
        fi
    done
    skip h11 0.14.0
}

if ! python3 -c '' 2>/dev/null; then
    echo "1..0 # SKIP python3 is not installed"
    exit 0
fi
if read_with_fluxo; then
    say ok "fluxo reads $(grep -c '^= ' "$scratch/fluxo.out") inputs"
    check_llhttp
    check_http_parser
    check_h11
else
    say "not ok" "fluxo reads the inputs"
fi
echo "1..$count"
