# SPDX-License-Identifier: MIT
#
# Large contents through fluxo-get, from and to real servers, and through examples/relay.c: that they arrive whole, that neither
# takes more memory for them than for small ones, and how fast it is, beside curl. TAP on standard output; behind it a table.
#     transfer.sh [OCTETS]   (16 MiB)
#     FLUXO_GET      the program (./fluxo-get)
#     RELAY          the other one (./examples/relay)

get=${FLUXO_GET:-./fluxo-get}
relay=${RELAY:-./examples/relay}
watched= # whose memory is looked at, if not that of fluxo-get
size=${1:-16777216}
small=1048576
most=1024 # KiB of private dirty memory
LC_ALL=C
export LC_ALL

. "${TOP_SRCDIR:-.}/tests/peers/peers.sh"
scratch=$(mktemp -d) || exit 99
trap 'test -z "$watched" || kill "$watched"; stop_peers; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM
table=$scratch/table
out=$scratch/said # what is not so

. "${TOP_SRCDIR:-.}/tests/claims.sh"

# ---- One transfer ----

# become_get KIND URL FILE OUTPUT: the process becomes fluxo-get
become_get() {
    case $1 in
    download) exec "$get" --output "$4" "$2/$3" ;;
    decode) exec "$get" --compressed --output "$4" "$2/$3" ;;
    echo) exec "$get" --output "$4" --data "$folder/$3" "$2/echo" ;;
    echo-chunked)
        cat "$folder/$3" >"$scratch/in" &
        exec "$get" --output "$4" --data - "$2/echo" <"$scratch/in"
        ;;
    esac
}

become_curl() {
    set -- "$1" "$2" "$3" "$4" -s --noproxy '*' -o "$4"
    kind=$1 url=$2 file=$3
    shift 4
    case $kind in
    download) exec curl "$@" "$url/$file" ;;
    decode) exec curl --compressed "$@" "$url/$file" ;;
    echo) exec curl "$@" -H Expect: -X POST -T "$folder/$file" "$url/echo" ;;
    echo-chunked)
        cat "$folder/$file" >"$scratch/in" &
        exec curl "$@" -H Expect: -X POST -T - "$url/echo" <"$scratch/in"
        ;;
    esac
}

sum_of() {
    sha256sum | cut -d ' ' -f 1
}

# It takes its time, so that even a small transfer can be looked at.
read_slowly() {
    {
        sleep 0.2
        head -c 262144
        sleep 0.2
        cat
    } <"$scratch/out" | sum_of >"$scratch/sum"
}

private_dirty() {
    awk '/^Private_Dirty:/ { print $2 }' "/proc/$1/smaps_rollup" 2>/dev/null
}

# watch_get KIND URL FILE: sets sum, status, and the peak of private dirty memory in KiB (0: nobody can tell)
watch_get() {
    read_slowly &
    reader=$!
    become_get "$1" "$2" "$3" "$scratch/out" 2>"$scratch/complaint" &
    pid=$!
    peak=0
    while kill -0 $pid 2>/dev/null; do
        now=$(private_dirty "${watched:-$pid}")
        test "${now:-0}" -gt "$peak" && peak=$now
        sleep 0.02
    done
    wait $pid
    status=$?
    test $status = 0 || : >>"$scratch/out" # in case nobody wrote: the reader must end
    wait $reader
    sum=$(cat "$scratch/sum")
}

is_whole() {
    echo "status $status, sum $sum instead of $1; $(cat "$scratch/complaint")" >"$out"
    test "$status" = 0 && test "$sum" = "$1"
}

is_constant() {
    echo "private dirty: $small_peak KiB for 1 MiB, $peak KiB for $size octets" >"$out"
    test "$small_peak" -gt 0 && test "$peak" -gt 0 || return 1
    test "$peak" -lt $most && test $((peak * 100)) -le $((small_peak * 105)) && test $((peak * 105)) -ge $((small_peak * 100))
}

# ---- The table ----

# speed COMMAND...: MB/s for the large file; of a short transfer it would say nothing
speed() {
    if test "$size" -lt $((8 * 16777216)); then
        echo -
        return
    fi
    begin=$(date +%s%N)
    ("$@")
    end=$(date +%s%N)
    awk -v octets="$size" -v ns=$((end - begin)) 'BEGIN { printf "%.0f", octets / (ns / 1000) }'
}

# transfer NAME KIND URL: the claims and a row of the table
transfer() {
    watch_get "$2" "$3" small.bin
    small_peak=$peak
    watch_get "$2" "$3" large.bin
    claim "$1: $size octets arrive whole" is_whole "$large_sum"
    if test "$SANITIZE" = yes; then
        skip "$1: memory stays under $most KiB and does not grow" 'the sanitizers take more'
    elif test ! -r /proc/self/smaps_rollup; then
        skip "$1: memory stays under $most KiB and does not grow" 'no /proc/PID/smaps_rollup'
    else
        claim "$1: memory stays under $most KiB and does not grow" is_constant
    fi
    ours=$(speed become_get "$2" "$3" large.bin /dev/null)
    theirs=$(speed become_curl "$2" "$3" large.bin /dev/null)
    printf '%-32s %10s %10s %12s %12s\n' "$1" "$ours" "$theirs" "$small_peak" "$peak" >>"$table"
}

# start_relay PORT: sets watched and relay_url
start_relay() {
    "$relay" --listen 127.0.0.1:0 --origin "127.0.0.1:$1" >"$scratch/relay" &
    watched=$!
    relay_url=
    while test -z "$relay_url" && kill -0 "$watched" 2>/dev/null; do
        relay_url=$(sed -n 's,^relay: \(.*\)/$,\1,p' "$scratch/relay")
        sleep 0.1
    done
}

leave_out() {
    for row in "$@"; do
        skip "$row: $size octets arrive whole" "$peer_missing"
        skip "$row: memory stays under $most KiB and does not grow" "$peer_missing"
    done
}

# ---- All of them ----

for program in sha256sum curl; do
    if ! command -v $program >/dev/null; then
        echo "1..0 # SKIP $program is missing"
        exit 0
    fi
done

folder=$scratch/files
mkdir "$folder"
mkfifo "$scratch/out" "$scratch/in"
head -c "$size" /dev/urandom >"$folder/large.bin" && head -c $small "$folder/large.bin" >"$folder/small.bin" || exit 99
large_sum=$(sum_of <"$folder/large.bin")
# What has just been linked has not reached the disk; its pages would count as written by the process that runs them.
sync "$get" "$relay"
printf '%-32s %10s %10s %12s %12s\n' "$size octets" 'MB/s' 'curl MB/s' 'KiB at 1 MiB' 'KiB at all' >"$table"

if start_nginx "$folder"; then
    transfer 'nginx, length' download "$peer_url"
    transfer 'nginx, chunked' download "$peer_url/chunked"
    transfer 'nginx, until close' download "$peer_url/close"
    transfer 'nginx, chunked, gzip' decode "$peer_url/gzip"
else
    leave_out 'nginx, length' 'nginx, chunked' 'nginx, until close' 'nginx, chunked, gzip'
fi
if start_lighttpd "$folder"; then
    transfer 'lighttpd, length' download "$peer_url"
else
    leave_out 'lighttpd, length'
fi
for version in HTTP/1.0 HTTP/1.1; do
    if start_python "$folder" $version; then
        transfer "http.server $version, length" download "$peer_url"
        transfer "http.server $version, until close" download "$peer_url/close"
    else
        leave_out "http.server $version, length" "http.server $version, until close"
    fi
done
if start_node; then
    transfer 'node, echo, length' echo "$peer_url"
    transfer 'node, echo, chunked' echo-chunked "$peer_url"
    start_relay "$peer_port"
    transfer 'relay, echo, length' echo "$relay_url"
    transfer 'relay, echo, chunked' echo-chunked "$relay_url"
else
    leave_out 'node, echo, length' 'node, echo, chunked' 'relay, echo, length' 'relay, echo, chunked'
fi

end_claims
sed 's/^/# /' "$table"
