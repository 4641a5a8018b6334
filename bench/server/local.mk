# SPDX-License-Identifier: MIT

# ---- fluxo-server beside others: ./dev bench-server. Only for Linux, and made on demand. ----

bench_server_programs = bench/server/floor
EXTRA_PROGRAMS += $(bench_server_programs)
CLEANFILES += $(bench_server_programs)

bench_server_floor_CPPFLAGS = -D_GNU_SOURCE
bench_server_floor_SOURCES = bench/server/floor.c
