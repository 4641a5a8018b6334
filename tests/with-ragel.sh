# SPDX-License-Identifier: MIT
# For scripts that read what Ragel writes, by Python: read this first. Where either is missing, the test is skipped.

python=${PYTHON:-python3}
ragel=${RAGEL:-ragel}
for program in "$python" "$ragel"; do
    command -v "$program" >/dev/null 2>&1 || { echo "1..0 # SKIP $program is not installed"; exit 0; }
done
"$ragel" --version | grep -q 'version 6\.' || { echo "1..0 # SKIP $ragel is not Ragel 6"; exit 0; }
