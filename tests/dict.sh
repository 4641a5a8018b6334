#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The fuzzers' dictionary has the words of all tables, each once, in the form that engines read.

dictionary=$TOP_BUILDDIR/fuzz/http1.dict

check() { # check NAME COMMAND...
    name=$1
    shift
    number=$((number + 1))
    if "$@"; then echo "ok $number - $name"; else echo "not ok $number - $name"; fi
}

each_line_has_the_form() {
    ! grep -v -x -E '#.*|"([] !#-[^-~]|\\x[0-9A-F]{2})+"' "$dictionary" | sed 's/^/# /' | grep .
}

each_word_comes_once() {
    ! grep -v '^#' "$dictionary" | sort | uniq -d | sed 's/^/# /' | grep .
}

# has_all FILE ROW: the second thing in each row of a table
has_all() {
    sed -n "s/^$2([^,]*, *\"\([^\"]*\)\".*/\1/p" "$TOP_SRCDIR/parser/fluxo/$1" >dict.words
    [ -s dict.words ] && while read -r word; do
        grep -q -F "\"$word\"" "$dictionary" || { echo "# not there: $word" && return 1; }
    done <dict.words
}

has_reasons() {
    grep -q -x '"404 Not Found"' "$dictionary"
}

has_bytes() {
    grep -q -x '"\\x0D\\x0D\\x0A"' "$dictionary" && grep -q -x '"\\x00"' "$dictionary" && grep -q -x '";a=\\x22b\\x22"' "$dictionary"
}

number=0
echo 1..6
check "each line is a comment or a word in quotes" each_line_has_the_form
check "each word comes once" each_word_comes_once
check "each method is there" has_all methods.def METHOD
check "each field is there" has_all fields.def FIELD
check "reasons are there" has_reasons
check "line ends, NUL and quotes are there, escaped" has_bytes
rm -f dict.words
