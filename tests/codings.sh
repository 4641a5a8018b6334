#!/bin/sh
# SPDX-License-Identifier: MIT
# What gzip, Python and Node encode is decoded by the library, and what the library encodes is decoded by them.

recode=$TOP_BUILDDIR/tests/recode
python=${PYTHON:-python3}

. "$TOP_SRCDIR/tests/claims.sh"
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

# ---- Content: nothing, an octet, text, machine code, zeros ----

: >"$scratch/nothing"
printf a >"$scratch/octet"
cat "$TOP_SRCDIR/tests/body.c" >"$scratch/text"
cat "$recode" >"$scratch/code"
head -c 300000 /dev/zero >"$scratch/zeros"
contents='nothing octet text code zeros'

# ---- Peers: encode_PEER and decode_PEER FORMAT, from standard input to standard output ----

encode_gzip() { gzip -9 -c; }
decode_gzip() { gzip -dc; }

python_zlib='
import sys, zlib
act, form = sys.argv[1:]
bits = {"gzip": 31, "deflate": 15, "raw": -15}[form]
data = sys.stdin.buffer.read()
if act == "encode":
    coder = zlib.compressobj(9, zlib.DEFLATED, bits)
    out = coder.compress(data) + coder.flush()
else:
    coder = zlib.decompressobj(bits)
    out = coder.decompress(data) + coder.flush()
    if not coder.eof or coder.unused_data:
        sys.exit("incomplete, or more than one stream")
sys.stdout.buffer.write(out)'
encode_python() { "$python" -c "$python_zlib" encode "$1"; }
decode_python() { "$python" -c "$python_zlib" decode "$1"; }

node_zlib='
const zlib = require("zlib"), [act, form] = process.argv.slice(1);
const data = require("fs").readFileSync(0);
const calls = {
    encode: {gzip: zlib.gzipSync, deflate: zlib.deflateSync, raw: zlib.deflateRawSync},
    decode: {gzip: zlib.gunzipSync, deflate: zlib.inflateSync}};
process.stdout.write(calls[act][form](data));'
encode_node() { node -e "$node_zlib" encode "$1"; }
decode_node() { node -e "$node_zlib" decode "$1"; }

# ---- Claims ----

# The library names deflate data without the zlib format deflate too.
coding_of() {
    case $1 in
    raw) echo deflate ;;
    *) echo "$1" ;;
    esac
}

decodes_what_it_makes() { # decodes_what_it_makes PEER FORMAT
    for content in $contents; do
        "encode_$1" "$2" <"$scratch/$content" >"$scratch/coded" || return 1
        for octets in 1 61 65536; do
            "$recode" decode "$(coding_of "$2")" "$octets" <"$scratch/coded" >"$scratch/decoded" &&
                cmp -s "$scratch/$content" "$scratch/decoded" ||
                { echo "# $content, $octets octets at a time"; return 1; }
        done
    done
}

makes_what_it_decodes() { # makes_what_it_decodes PEER FORMAT
    for content in $contents; do
        for octets in 61 65536; do
            "$recode" encode "$2" "$octets" <"$scratch/$content" >"$scratch/coded" &&
                "decode_$1" "$2" <"$scratch/coded" >"$scratch/decoded" &&
                cmp -s "$scratch/$content" "$scratch/decoded" ||
                { echo "# $content, $octets octets at a time"; return 1; }
        done
    done
}

decodes_members_one_after_the_other() {
    for content in $contents; do
        gzip -c <"$scratch/$content"
    done >"$scratch/coded"
    for content in $contents; do
        cat "$scratch/$content"
    done >"$scratch/joined"
    "$recode" decode gzip <"$scratch/coded" >"$scratch/decoded" && cmp -s "$scratch/joined" "$scratch/decoded"
}

# A name and a time in the header, as gzip writes them for a file.
decodes_a_file_with_its_name() {
    gzip -c "$scratch/text" >"$scratch/coded"
    "$recode" decode gzip 1 <"$scratch/coded" >"$scratch/decoded" && cmp -s "$scratch/text" "$scratch/decoded"
}

refuses_a_part() { # refuses_a_part OCTETS
    gzip -c "$scratch/text" | head -c "$1" >"$scratch/coded"
    ! "$recode" decode gzip <"$scratch/coded" >"$scratch/decoded" 2>"$scratch/fault" &&
        [ "$(cat "$scratch/fault")" = CODING_TRUNCATED ]
}

claim_peer() { # claim_peer PEER DECODED-FORMATS ENCODED-FORMATS
    for format in $2; do
        claim "$format of $1 is decoded" decodes_what_it_makes "$1" "$format"
    done
    for format in $3; do
        claim "$format of the library is decoded by $1" makes_what_it_decodes "$1" "$format"
    done
}

skip_peer() { # skip_peer PEER
    skip "codings of $1 are decoded, and it decodes ours" "$1 is not installed"
}

is_installed() {
    command -v "$1" >/dev/null 2>&1
}

printf '' | "$recode" encode gzip >"$scratch/coded" 2>"$scratch/fault" ||
    { echo "1..0 # SKIP the library has no gzip: $(cat "$scratch/fault")"; exit 0; }

if is_installed gzip; then
    claim_peer gzip gzip gzip
    claim "members of gzip one after the other are decoded" decodes_members_one_after_the_other
    claim "a file of gzip with its name in it is decoded" decodes_a_file_with_its_name
    claim "a part of a file of gzip is refused" refuses_a_part 5000
else
    skip_peer gzip
fi
if "$python" -c 'import zlib' 2>/dev/null; then
    claim_peer python "gzip deflate raw" "gzip deflate"
else
    skip_peer python
fi
if is_installed node; then
    claim_peer node "gzip deflate raw" "gzip deflate"
else
    skip_peer node
fi
end_claims
