# SPDX-License-Identifier: MIT
# For scripts that claim something and show it, as TAP: read this first, and end with end_claims. What a command leaves in the file
# $out, if the script has one, is shown when its claim does not hold. A script that has more to empty and to show says so by a
# begin_claim or a tell_failure of its own.

claims=0
: "${out:=/dev/null}"

begin_claim() {
    : >"$out"
}

tell_failure() { # of much, the beginning and the end
    {
        head -c 1500 "$out"
        test "$(wc -c <"$out")" -le 1500 || { echo && echo ... && tail -c 1500 "$out"; }
    } | tr -d '\r' | awk '{ print "# " $0 }'
}

# claim TEXT COMMAND...
claim() {
    text=$1
    shift
    claims=$((claims + 1))
    begin_claim
    if "$@"; then
        echo "ok $claims - $text"
    else
        echo "not ok $claims - $text"
        tell_failure
    fi
}

# skip TEXT REASON
skip() {
    claims=$((claims + 1))
    echo "ok $claims - $1 # SKIP $2"
}

# claim_or_skip REASON TEXT COMMAND...: a claim unless there is a reason not to
claim_or_skip() {
    reason=$1
    shift
    if test -n "$reason"; then
        skip "$1" "$reason"
    else
        claim "$@"
    fi
}

end_claims() {
    echo "1..$claims"
}

nap() {
    sleep 0.1 2>/dev/null || sleep 1
}
