# SPDX-License-Identifier: MIT
#
# A server on 127.0.0.1 and talks with it, and claims.sh, for scripts that source this. They set before:
#     server   the program, which prints its URL
#     talk     tests/talk.c, compiled, if they ask
# They get a folder of their own, $scratch, and the file in it that a failed claim shows, $out. The server $pid and
# those in $running are ended with them.

LC_ALL=C
export LC_ALL

scratch=$(mktemp -d) || exit 99
out=$scratch/out
pid=
running= # whoever else is to end with the script
# shellcheck disable=SC2086
trap 'test -z "$running" || kill $running 2>/dev/null; test -z "$pid" || kill -9 "$pid" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

. "${TOP_SRCDIR:-.}/tests/claims.sh"

# ---- The server ----

# begin COMMAND...: sets pid and port. A server that a failed claim has left behind is ended.
begin() {
    test -z "$pid" || kill -9 "$pid" 2>/dev/null
    : >"$scratch/said" # what the one before has said is not its port
    "$@" >"$scratch/said" 2>"$scratch/complained" &
    pid=$!
    port=
    naps=0
    while test -z "$port" && test $naps -lt 100; do
        nap
        naps=$((naps + 1))
        port=$(sed -n 's,^Servidor rodando em http://.*:\([0-9]*\)/$,\1,p' "$scratch/said")
    done
    url=http://127.0.0.1:$port
}

# Waits for the server to end by itself, 10 seconds at most; its exit status.
await_end() {
    ended=$pid
    (sleep 10 && kill -9 "$ended") >/dev/null 2>&1 &
    guard=$!
    wait "$ended"
    result=$?
    kill -9 "$guard" 2>/dev/null # no other signal: a shell that has hardly begun would run our traps
    wait "$guard" 2>/dev/null
    pid=
    return $result
}

end() {
    kill -TERM "$pid"
    await_end
}

# ---- Talking ----

# ask BYTES [TALK'S OPTIONS]: the answer is in $out, without its CRs
ask() {
    bytes=$1
    shift
    # shellcheck disable=SC2059
    printf "$bytes" | "$talk" "$port" "$@" >"$scratch/raw"
    result=$?
    tr -d '\r' <"$scratch/raw" >"$out"
    return $result
}

# The answers' status codes, in a row.
statuses() {
    sed -n 's,^HTTP/1.1 \([0-9]*\) .*,\1,p' "$out" | tr '\n' ' ' | sed 's/ $//'
}

# answers STATUSES BYTES [OPTIONS]
answers() {
    expected=$1
    shift
    ask "$@" --half-close && test "$(statuses)" = "$expected"
}

# refuses STATUS ERROR BYTES: and says close, and closes by itself, without a reset
refuses() {
    expected=$1
    error=$2
    shift 2
    ask "$@" && test "$(statuses)" = "$expected" && has "Connection: close" && grep -q "^$error at byte" "$out"
}

has() {
    grep -qx "$1" "$out"
}

lacks() {
    ! grep -q "$1" "$out"
}

# repeat COUNT TEXT: backslashes stay, for ask to read
repeat() {
    TEXT=$2 awk -v count="$1" 'BEGIN { while (count--) printf "%s", ENVIRON["TEXT"] }'
}

browse() {
    curl -s --noproxy '*' --max-time 20 "$@"
}

# ---- Memory, in KiB, at its highest ----

peak() {
    awk '/^VmHWM:/ { print $2 }' "/proc/$pid/status"
}

# grows_less KIB COMMAND...
grows_less() {
    most=$1
    shift
    before=$(peak)
    "$@" || return 1
    after=$(peak)
    echo "peak memory: from $before to $after KiB" >>"$out"
    test $((after - before)) -lt "$most"
}
