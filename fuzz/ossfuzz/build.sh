#!/bin/bash -eu
# SPDX-License-Identifier: MIT
#
# Builds every harness into $OUT, each with its seeds, dictionary and options, as OSS-Fuzz and ClusterFuzzLite ask for it: with $CC,
# $CFLAGS, $CXX and $LIB_FUZZING_ENGINE, from the folder of the sources. $WORK is for what lies between.

top=$(pwd)
[ -x configure ] || autoreconf -fi

# A library that is not built with the memory sanitizer would be suspected; else it is linked in, for it may be missing where the
# harnesses run.
codings=(ZLIB_LIBS=-l:libz.a)
[ "${SANITIZER:-}" != memory ] || codings=(--without-zlib)

mkdir -p "$WORK/engine" "$WORK/plain"
(cd "$WORK/engine" && "$top/configure" -q "CC=$CC" "CFLAGS=$CFLAGS" "LIB_FUZZING_ENGINE=$LIB_FUZZING_ENGINE" "${codings[@]}")
make -s -C "$WORK/engine" -j"$(nproc)" "CCLD=$CXX" fuzz

# The seeds and the dictionary are written by programs, which no engine has to be in.
(cd "$WORK/plain" && env -u CFLAGS -u CXXFLAGS -u LIB_FUZZING_ENGINE "$top/configure" -q CC=cc --without-zlib)
make -s -C "$WORK/plain" -j"$(nproc)" fuzz-seeds fuzz/http1.dict

for harness in $(make -s -C "$WORK/engine" print-harnesses); do
    cp "$WORK/engine/fuzz/$harness" "$OUT/"
    cp "$WORK/plain/fuzz/http1.dict" "$OUT/$harness.dict"
    cp "$top/fuzz/ossfuzz/harness.options" "$OUT/$harness.options"
    seeds=$WORK/seeds/$harness
    rm -rf "$seeds"
    mkdir -p "$seeds"
    for folder in "$WORK/plain/fuzz/seeds" "$top/fuzz/regress"; do
        [ ! -d "$folder/$harness" ] || find "$folder/$harness" -type f ! -name '*.txt' -exec cp {} "$seeds/" \;
    done
    (cd "$WORK/seeds" && python3 -m zipfile -c "$OUT/${harness}_seed_corpus.zip" "$harness/")
done
