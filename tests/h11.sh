#!/bin/sh
# SPDX-License-Identifier: MIT
# The life of a connection and h11's own state object, step by step on the same random events: h11.py. H11_SEED is another seed.

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

find_python() { # a Python of the system may have it where the first on the path has not
    for python in python3 /usr/bin/python3; do
        if $python -c 'import h11, sys; sys.exit(h11.__version__ != "0.14.0")' 2>/dev/null; then
            return
        fi
    done
    echo "1..0 # SKIP h11 0.14.0 is not installed"
    exit 0
}

compile_life() { # NAME FOLDER: the tables of that folder
    $CC -O1 -std=c11 -shared -fPIC -I "$2" -I "$TOP_SRCDIR/stream" -I "$TOP_SRCDIR/parser" -o "$scratch/$1.so" \
        "$TOP_SRCDIR/stream/life.c" >"$scratch/log" 2>&1 && return
    sed 's/^/# /' "$scratch/log"
    echo "Bail out! life.c does not compile"
    exit 99
}

# A comparison that explains whatever comes would explain nothing: the same with one guard less.
change_tables() {
    mkdir -p "$scratch/changed/fluxo"
    sed '/^LIFE(NEXT,/s/  CLOSE,  */  0, /' "$TOP_SRCDIR/stream/fluxo/life.def" >"$scratch/changed/fluxo/life.def"
    ! cmp -s "$TOP_SRCDIR/stream/fluxo/life.def" "$scratch/changed/fluxo/life.def"
}

find_python
compile_life life "$TOP_SRCDIR/stream"
change_tables || { echo "Bail out! there is no guard to take out"; exit 99; }
compile_life changed "$scratch/changed"
exec $python -B "$TOP_SRCDIR/tests/h11/lockstep.py" "$scratch/life.so" "$scratch/changed.so"
