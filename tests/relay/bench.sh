# SPDX-License-Identifier: MIT
#
# examples/relay.c beside nginx as a reverse proxy: the same clients before both, the same nginx as origin behind. Rounds take
# turns, so that what else the machine does meets both; medians, and their ratio.
#     bench.sh [ROUNDS]   (5: about a minute)
#     RELAY   the program (./examples/relay)

relay=${RELAY:-./examples/relay}
rounds=${1:-5}
LC_ALL=C
export LC_ALL

. "${TOP_SRCDIR:-.}/tests/peers/peers.sh"
scratch=$(mktemp -d) || exit 99
relay_pid=
trap 'test -z "$relay_pid" || kill "$relay_pid"; stop_peers; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

give_up() {
    echo "bench.sh: $1" >&2
    exit 1
}

# As one would set it up for streaming: nothing is gathered before it goes on, and connections to the origin persist.
write_proxy() {
    cat <<END
daemon off;
master_process off;
pid $peer_folder/pid;
error_log $peer_folder/said;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $peer_folder/body;
    proxy_temp_path $peer_folder/proxy;
    fastcgi_temp_path $peer_folder/fastcgi;
    uwsgi_temp_path $peer_folder/uwsgi;
    scgi_temp_path $peer_folder/scgi;
    keepalive_requests 100000000;
    upstream origin { server 127.0.0.1:$origin; keepalive 64; keepalive_requests 100000000; }
    server {
        listen 127.0.0.1:$peer_port;
        client_max_body_size 0;
        location / {
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host \$http_host;
            proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
            proxy_buffering off;
            proxy_buffer_size 64k; # one buffer of the size of the relay's
            proxy_buffers 4 64k;
            proxy_request_buffering off;
        }
    }
}
END
}

# ---- One measurement: a number ----

# MB/s of one large response
download() {
    curl -s --noproxy '*' --max-time 30 -o /dev/null -w '%{speed_download}\n' "http://127.0.0.1:$1/large.bin" |
        awk '{ printf "%.0f\n", $1 / 1000000 }'
}

# requests/s of 32 connections, each asking again and again
requests() {
    wrk -t 1 -c 32 -d 2 "http://127.0.0.1:$1/small.txt" | awk '/^Requests\/sec:/ { printf "%.0f\n", $2 }'
}

median() {
    sort -n | awk '{ n[NR] = $1 } END { print NR % 2 ? n[(NR + 1) / 2] : (n[NR / 2] + n[NR / 2 + 1]) / 2 }'
}

# compare NAME COMMAND
compare() {
    : >"$scratch/relay"
    : >"$scratch/nginx"
    round=0
    while test $round -lt "$rounds"; do
        "$2" "$relay_port" >>"$scratch/relay"
        "$2" "$nginx_port" >>"$scratch/nginx"
        round=$((round + 1))
    done
    ours=$(median <"$scratch/relay")
    theirs=$(median <"$scratch/nginx")
    awk -v name="$1" -v ours="$ours" -v theirs="$theirs" -v direct="$("$2" "$origin")" \
        'BEGIN { printf "%-32s %10s %10s %10.2f %12s\n", name, ours, theirs, theirs ? ours / theirs : 0, direct }'
}

# ---- All of it ----

mkdir "$scratch/root"
head -c 536870912 /dev/zero >"$scratch/root/large.bin" || give_up 'no room for the large file'
echo hello >"$scratch/root/small.txt"
start_nginx "$scratch/root" || give_up "$peer_missing"
origin=$peer_port
start_listener nginx write_proxy "$peer_program" -e stderr -c || give_up "$peer_missing"
nginx_port=$peer_port
"$relay" --listen 127.0.0.1:0 --origin "127.0.0.1:$origin" >"$scratch/said" &
relay_pid=$!
sleep 1
relay_port=$(sed -n 's,^relay: http://.*:\([0-9]*\)/$,\1,p' "$scratch/said")
test -n "$relay_port" || give_up 'the relay does not start'

printf '%-32s %10s %10s %10s %12s\n' "median of $rounds" relay nginx ratio 'no proxy'
compare 'MB/s, 512 MiB down' download
if command -v wrk >/dev/null; then
    compare 'requests/s, 32 connections' requests
else
    echo 'requests/s: wrk is missing'
fi
