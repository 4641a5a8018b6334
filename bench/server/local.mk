# SPDX-License-Identifier: MIT

# ---- fluxo-server beside others: ./dev bench-server. Only for Linux; made on demand, not installed. ----

bench_server_programs = bench/server/floor bench/server/threads bench/server/hold
EXTRA_PROGRAMS += $(bench_server_programs)
CLEANFILES += $(bench_server_programs)

bench_server_floor_CPPFLAGS = -D_GNU_SOURCE
bench_server_floor_SOURCES = bench/server/floor.c

bench_server_threads_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser -D_POSIX_C_SOURCE=200809L
bench_server_threads_CFLAGS = $(AM_CFLAGS) -pthread
bench_server_threads_SOURCES = bench/server/threads.c
bench_server_threads_LDADD = libfluxo.a

bench_server_hold_CPPFLAGS = -D_GNU_SOURCE
bench_server_hold_SOURCES = bench/server/hold.c

EXTRA_DIST += bench/drawing.py bench/tables.py
EXTRA_DIST += bench/server/__main__.py bench/server/chart.py bench/server/measure.py bench/server/report.py bench/server/servers.py \
    bench/server/hello.js bench/server/hello.py bench/server/hello.rb bench/server/pipeline.lua doc/bench-server.md doc/bench-server.svg
