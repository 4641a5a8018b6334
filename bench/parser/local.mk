# SPDX-License-Identifier: MIT

# ---- The parser beside others: ./dev bench. Only for Linux; build.py compiles it, for it is the same parsers in several ways. ----

EXTRA_DIST += bench/parser/__main__.py bench/parser/build.py bench/parser/chart.py bench/parser/inputs.py bench/parser/report.py \
    bench/parser/bench.c bench/parser/trial.c bench/parser/trial.h bench/parser/steps.c bench/parser/steps.h bench/parser/log.c \
    bench/parser/reader.h bench/parser/fluxo.c bench/parser/callbacks.h bench/parser/llhttp.c bench/parser/http-parser.c \
    bench/parser/picohttpparser.c bench/parser/growth.c bench/parser/inputs/request-703.txt bench/parser/inputs/tiny.txt bench/parser/inputs/chrome.txt \
    bench/parser/inputs/cdn.txt doc/bench-parser.md doc/bench-parser.svg doc/bench-growth.svg

TESTS += tests/bench.sh
EXTRA_DIST += tests/bench.sh tests/bench/ahead.c tests/bench/wrong.c
