# SPDX-License-Identifier: MIT
#
# Real servers for tests, each on a free port of 127.0.0.1; to be sourced.
#
#     . "$TOP_SRCDIR/tests/peers/peers.sh"
#     trap 'stop_peers; ...' EXIT
#     start_nginx FOLDER            /: length, and gzip on request for *.txt; /chunked/, /close/: the same files in these
#                                   framings; /gzip/: gzip on request for all of them
#     start_lighttpd FOLDER         the same without the last two
#     start_python FOLDER VERSION   http.server; HTTP/1.0 or HTTP/1.1; /close/: the same files until close
#     start_node [ADDRESS]          node.js, where the routes are
#
# Each sets peer_url (without a slash at its end), peer_port and peer_pid. If it cannot, it returns 1 and $peer_missing says
# why, in words that fit behind "# SKIP". A server ends with stop_peers, and by itself after PEER_SECONDS (600).

peers_home=${TOP_SRCDIR:-.}/tests/peers
peers_scratch=$(mktemp -d) || exit 99
peer_pids=
peer_count=0

# find_program NAME: also where Debian keeps servers, which not everybody has in PATH
find_program() {
    peer_program=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v "$1")
    test -n "$peer_program" || peer_missing="$1 is missing"
    test -n "$peer_program"
}

# run_bounded COMMAND...: sets peer_pid; its output is in $peer_folder/said
run_bounded() {
    if command -v timeout >/dev/null; then
        set -- timeout "${PEER_SECONDS:-600}" "$@"
    fi
    "$@" </dev/null >"$peer_folder/said" 2>&1 &
    peer_pid=$!
    peer_pids="$peer_pids $peer_pid"
}

make_peer_folder() {
    peer_count=$((peer_count + 1))
    peer_folder=$peers_scratch/$peer_count
    mkdir "$peer_folder"
}

# await_peer TEST...: until the test is true, the server has died, or ten seconds are over
await_peer() {
    peer_naps=0
    until "$@"; do
        if ! kill -0 "$peer_pid" 2>/dev/null || test $peer_naps -ge 100; then
            peer_missing="$peer_name does not start: $(tail -n 1 "$peer_folder/said")"
            return 1
        fi
        sleep 0.1 2>/dev/null || sleep 1
        peer_naps=$((peer_naps + 1))
    done
}

# For servers that say their port.
says_port() {
    peer_port=$(sed -n 's/^listening \([0-9]*\)$/\1/p' "$peer_folder/said")
    test -n "$peer_port"
}

# start_speaker NAME COMMAND...
start_speaker() {
    peer_name=$1
    shift
    make_peer_folder
    run_bounded "$@"
    await_peer says_port
}

# For servers that want to be told one: it is free now, and if somebody else takes it meanwhile we try another.
pick_port() {
    peer_port=$("$1" "$2" 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

# start_listener NAME CONFIGURATION-WRITER COMMAND...: the server writes its pid file when it listens
start_listener() {
    peer_name=$1
    peer_writer=$2
    shift 2
    if ! command -v python3 >/dev/null; then
        peer_missing="python3 is missing, which finds a free port"
        return 1
    fi
    for peer_try in 1 2 3; do
        make_peer_folder
        pick_port python3 -c
        "$peer_writer" >"$peer_folder/configuration"
        run_bounded "$@" "$peer_folder/configuration"
        if await_peer test -s "$peer_folder/pid"; then
            peer_url=http://127.0.0.1:$peer_port
            return 0
        fi
    done
    return 1
}

# ---- nginx ----

# One process of our own user, all files in our folder. A filter that finds nothing forgets the length of what passes it.
write_nginx() {
    cat <<END
daemon off;
master_process off;
pid $peer_folder/pid;
error_log $peer_folder/said;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path $peer_folder/body;
    proxy_temp_path $peer_folder/proxy;
    fastcgi_temp_path $peer_folder/fastcgi;
    uwsgi_temp_path $peer_folder/uwsgi;
    scgi_temp_path $peer_folder/scgi;
    types { text/plain txt; text/html html; }
    default_type application/octet-stream;
    sendfile on;
    gzip on;
    gzip_types text/plain;
    gzip_min_length 1;
    gzip_http_version 1.1;
    gzip_proxied any; # also through a relay
    server {
        listen 127.0.0.1:$peer_port;
        root $peer_root;
        location /chunked/ {
            alias $peer_root/;
            gzip off;
            sub_filter_types *;
            sub_filter "this stands in no file \$pid" "";
        }
        location /gzip/ {
            alias $peer_root/;
            gzip_types *;
        }
        location /close/ {
            alias $peer_root/;
            gzip off;
            chunked_transfer_encoding off;
            sub_filter_types *;
            sub_filter "this stands in no file \$pid" "";
        }
    }
}
END
}

start_nginx() {
    find_program nginx || return 1
    peer_root=$1
    start_listener nginx write_nginx "$peer_program" -e stderr -c
}

# ---- lighttpd ----

write_lighttpd() {
    cat <<END
server.document-root = "$peer_root"
server.bind = "127.0.0.1"
server.port = $peer_port
server.pid-file = "$peer_folder/pid"
server.errorlog = "$peer_folder/said"
server.upload-dirs = ( "$peer_folder" )
mimetype.assign = ( ".txt" => "text/plain", ".html" => "text/html", "" => "application/octet-stream" )
index-file.names = ( "index.html" )
server.modules = ( $peer_deflate )
END
    if test -n "$peer_deflate"; then
        cat <<END
deflate.mimetypes = ( "text/plain" )
deflate.allowed-encodings = ( "gzip", "deflate" )
END
    fi
}

start_lighttpd() {
    find_program lighttpd || return 1
    peer_root=$1
    peer_deflate='"mod_deflate"'
    start_listener lighttpd write_lighttpd "$peer_program" -D -f && return
    peer_deflate=
    start_listener lighttpd write_lighttpd "$peer_program" -D -f
}

# ---- Those that say their port ----

start_python() {
    find_program python3 || return 1
    start_speaker python3 "$peer_program" -B "$peers_home/static.py" "$1" "$2" || return 1
    peer_url=http://127.0.0.1:$peer_port
}

start_node() {
    find_program node || return 1
    start_speaker node "$peer_program" "$peers_home/node.js" "${1:-127.0.0.1}" || return 1
    case ${1:-} in
    *:*) peer_url=http://[$1]:$peer_port ;;
    *) peer_url=http://${1:-127.0.0.1}:$peer_port ;;
    esac
}

# ---- The end ----

stop_peers() {
    for peer_pid in $peer_pids; do
        kill -TERM "$peer_pid" 2>/dev/null
    done
    for peer_pid in $peer_pids; do
        wait "$peer_pid" 2>/dev/null
    done
    peer_pids=
    rm -rf "$peers_scratch"
}
