# SPDX-License-Identifier: MIT

# ---- Fuzzing: each harness is a program, which the engine makes. `configure LIB_FUZZING_ENGINE=-fsanitize=fuzzer` asks for one;
# without it the programs replay the files that they are given. `make print-harnesses` names them. ----

# Controls do what a harness does without its oracles, on its inputs; that of most is the harness control.
check_PROGRAMS += $(fuzz_programs) $(fuzz_controls)
fuzz_programs =
fuzz_controls =

noinst_LIBRARIES += fuzz/libreplay.a fuzz/libharness.a
fuzz_cppflags = -I$(top_srcdir)/parser
fuzz_cflags = $(AM_CFLAGS) $(FUZZ_PLAIN_CFLAGS)
EXTRA_DIST += fuzz/plain.txt fuzz/smoke.sh

fuzz_libreplay_a_CPPFLAGS = $(fuzz_cppflags)
fuzz_libreplay_a_CFLAGS = $(fuzz_cflags)
fuzz_libreplay_a_SOURCES = fuzz/driver/replay.c

# What every harness links, whatever it is about.
fuzz_libharness_a_CPPFLAGS = $(fuzz_cppflags)
fuzz_libharness_a_CFLAGS = $(fuzz_cflags)
fuzz_libharness_a_SOURCES = fuzz/harness/harness.c fuzz/harness/harness.h

fuzz_engine = $(FUZZ_ENGINE_FILE) $(FUZZ_ENGINE_FLAGS)

# AFL++'s, which its own compilers make: `configure CC=afl-clang-fast LIB_FUZZING_ENGINE=fuzz/driver/afl.o`.
EXTRA_DIST += fuzz/driver/afl.c
CLEANFILES += fuzz/driver/afl.o
fuzz/driver/afl.o: $(srcdir)/fuzz/driver/afl.c $(srcdir)/fuzz/harness/harness.h
	$(AM_V_CC)$(MKDIR_P) fuzz/driver && $(CC) $(fuzz_cppflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $(srcdir)/fuzz/driver/afl.c

# ---- The parser's harnesses: `fuzz_NAME_SOURCES = fuzz/harness/NAME.c` and these three variables ----

noinst_LIBRARIES += fuzz/libread.a
fuzz_libread_a_CPPFLAGS = $(fuzz_cppflags) $(fuzz_wrap_cppflags)
fuzz_libread_a_CFLAGS = $(fuzz_cflags)
fuzz_libread_a_SOURCES = fuzz/harness/check.c fuzz/harness/check.h fuzz/harness/read.c fuzz/harness/read.h fuzz/harness/watch.c fuzz/harness/watch.h \
    fuzz/oracle/model.c fuzz/oracle/model.h fuzz/oracle/norm.c fuzz/oracle/norm.h fuzz/oracle/reading.h

if HAVE_WRAP
fuzz_wrap_cppflags = -DWITH_WRAP=1
fuzz_wrap_ldflags = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free \
    -Wl,--wrap=fluxo_run_request,--wrap=fluxo_run_response,--wrap=fluxo_run_chunked,--wrap=fluxo_run_target,--wrap=fluxo_run_value
endif
fuzz_read_ldflags = $(fuzz_wrap_ldflags) $(fuzz_mutator_ldflags)
fuzz_read_ldadd = fuzz/libread.a fuzz/libharness.a fuzz/libmutator.a libfluxo.a $(fuzz_engine)

fuzz_programs += fuzz/request fuzz/response fuzz/chunked fuzz/split fuzz/prefix fuzz/model fuzz/pause fuzz/control

fuzz_request_SOURCES = fuzz/harness/request.c
fuzz_request_CPPFLAGS = $(fuzz_cppflags)
fuzz_request_CFLAGS = $(fuzz_cflags)
fuzz_request_LDFLAGS = $(fuzz_read_ldflags)
fuzz_request_LDADD = $(fuzz_read_ldadd)

fuzz_response_SOURCES = fuzz/harness/response.c
fuzz_response_CPPFLAGS = $(fuzz_cppflags)
fuzz_response_CFLAGS = $(fuzz_cflags)
fuzz_response_LDFLAGS = $(fuzz_read_ldflags)
fuzz_response_LDADD = $(fuzz_read_ldadd)

fuzz_chunked_SOURCES = fuzz/harness/chunked.c
fuzz_chunked_CPPFLAGS = $(fuzz_cppflags)
fuzz_chunked_CFLAGS = $(fuzz_cflags)
fuzz_chunked_LDFLAGS = $(fuzz_read_ldflags)
fuzz_chunked_LDADD = $(fuzz_read_ldadd)

fuzz_split_SOURCES = fuzz/harness/split.c
fuzz_split_CPPFLAGS = $(fuzz_cppflags)
fuzz_split_CFLAGS = $(fuzz_cflags)
fuzz_split_LDFLAGS = $(fuzz_read_ldflags)
fuzz_split_LDADD = $(fuzz_read_ldadd)

fuzz_prefix_SOURCES = fuzz/harness/prefix.c
fuzz_prefix_CPPFLAGS = $(fuzz_cppflags)
fuzz_prefix_CFLAGS = $(fuzz_cflags)
fuzz_prefix_LDFLAGS = $(fuzz_read_ldflags)
fuzz_prefix_LDADD = $(fuzz_read_ldadd)

fuzz_model_SOURCES = fuzz/harness/model.c
fuzz_model_CPPFLAGS = $(fuzz_cppflags)
fuzz_model_CFLAGS = $(fuzz_cflags)
fuzz_model_LDFLAGS = $(fuzz_read_ldflags)
fuzz_model_LDADD = $(fuzz_read_ldadd)

fuzz_pause_SOURCES = fuzz/harness/pause.c
fuzz_pause_CPPFLAGS = $(fuzz_cppflags)
fuzz_pause_CFLAGS = $(fuzz_cflags)
fuzz_pause_LDFLAGS = $(fuzz_read_ldflags)
fuzz_pause_LDADD = $(fuzz_read_ldadd)

# Work, of a parser whose basic blocks are counted; those of the machines are another number in each style, and their steps are
# counted in any case.
if HAVE_WRAP
if HAVE_TRACE
noinst_LIBRARIES += fuzz/libcounted.a fuzz/libmachines.a
fuzz_libcounted_a_CPPFLAGS = $(libparser_a_CPPFLAGS)
fuzz_libcounted_a_CFLAGS = $(AM_CFLAGS) $(FUZZ_COUNTED_CFLAGS)
fuzz_libcounted_a_SOURCES = $(hand_written)
fuzz_libmachines_a_CPPFLAGS = $(libparser_a_CPPFLAGS)
fuzz_libmachines_a_SOURCES = $(machines)
counted_libraries = fuzz/libcounted.a fuzz/libmachines.a fuzz/libcounted.a

fuzz_programs += fuzz/work
fuzz_work_SOURCES = fuzz/harness/work.c
fuzz_work_CPPFLAGS = $(fuzz_cppflags)
fuzz_work_CFLAGS = $(fuzz_cflags)
fuzz_work_LDFLAGS = $(fuzz_read_ldflags) -Wl,--wrap=__sanitizer_cov_trace_pc
fuzz_work_LDADD = fuzz/libread.a fuzz/libharness.a fuzz/libmutator.a $(counted_libraries) $(fuzz_engine)

# tests/work.c counts as the harness does.
check_PROGRAMS += tests/work.test
tests_work_test_CPPFLAGS = $(fuzz_cppflags)
tests_work_test_SOURCES = tests/work.c tests/families.h tests/families.def
tests_work_test_LDFLAGS = $(fuzz_wrap_ldflags) -Wl,--wrap=__sanitizer_cov_trace_pc
tests_work_test_LDADD = fuzz/libread.a fuzz/libharness.a $(counted_libraries)
TESTS += tests/work.test
endif
endif

fuzz_control_SOURCES = fuzz/harness/control.c
fuzz_control_CPPFLAGS = $(fuzz_cppflags)
fuzz_control_CFLAGS = $(fuzz_cflags)
fuzz_control_LDFLAGS = $(fuzz_mutator_ldflags)
fuzz_control_LDADD = fuzz/libharness.a fuzz/libmutator.a libfluxo.a $(fuzz_engine)

# ---- The server's: all of it, above a made-up kernel ----

EXTRA_DIST += fuzz/corpus/seed/server fuzz/corpus/seed/faults fuzz/regress/server

if HAVE_WRAP
if HAVE_EPOLL
fuzz_programs += fuzz/server fuzz/faults
noinst_LIBRARIES += fuzz/libscript.a fuzz/libinside.a

fuzz_served_cppflags = -I$(top_srcdir)/server-min $(server_cppflags)

fuzz_libscript_a_CPPFLAGS = $(fuzz_served_cppflags)
fuzz_libscript_a_CFLAGS = $(fuzz_cflags)
fuzz_libscript_a_SOURCES = fuzz/harness/calls.def fuzz/harness/kernel.c fuzz/harness/kernel.h fuzz/harness/script.c fuzz/harness/script.h \
    fuzz/oracle/dialogue.c fuzz/oracle/dialogue.h fuzz/oracle/patience.c fuzz/oracle/patience.h tests/memory.c tests/memory.h

# The server's own code, and under test: engines observe it.
fuzz_libinside_a_CPPFLAGS = $(fuzz_served_cppflags)
fuzz_libinside_a_SOURCES = fuzz/inside/inside.h fuzz/inside/loop.c fuzz/inside/program.c fuzz/inside/server.c \
    server-min/echo.c server-min/handlers.h server-min/headers.c server-min/hello.c server-min/settings.c server-min/settings.h \
    server-min/stream.c

fuzz_served_ldflags = $(fuzz_mutator_ldflags) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free \
    -Wl,--wrap=accept4,--wrap=bind,--wrap=close,--wrap=fcntl,--wrap=freeaddrinfo,--wrap=getaddrinfo,--wrap=getnameinfo \
    -Wl,--wrap=getsockname,--wrap=listen,--wrap=recv,--wrap=send,--wrap=setsockopt,--wrap=shutdown,--wrap=socket \
    -Wl,--wrap=epoll_create1,--wrap=epoll_ctl,--wrap=epoll_wait,--wrap=poll,--wrap=select \
    -Wl,--wrap=clock_gettime,--wrap=pipe,--wrap=read,--wrap=sigaction,--wrap=signal,--wrap=__sysv_signal,--wrap=time,--wrap=write

# The engine first, since libserver.a has a main(), too.
fuzz_served_ldadd = $(fuzz_engine) fuzz/libscript.a fuzz/libinside.a libserver.a fuzz/libharness.a fuzz/libmutator.a libfluxo.a $(ZLIB_LIBS)

fuzz_server_SOURCES = fuzz/harness/server.c
fuzz_server_CPPFLAGS = $(fuzz_served_cppflags)
fuzz_server_CFLAGS = $(fuzz_cflags)
fuzz_server_LDFLAGS = $(fuzz_served_ldflags)
fuzz_server_LDADD = $(fuzz_served_ldadd)

fuzz_faults_SOURCES = fuzz/harness/faults.c
fuzz_faults_CPPFLAGS = $(fuzz_served_cppflags)
fuzz_faults_CFLAGS = $(fuzz_cflags)
fuzz_faults_LDFLAGS = $(fuzz_served_ldflags)
fuzz_faults_LDADD = $(fuzz_served_ldadd)

fuzz_controls += fuzz/control-server fuzz/control-faults
fuzz_control_server_SOURCES = fuzz/harness/control-server.c
fuzz_control_server_CPPFLAGS = $(fuzz_served_cppflags)
fuzz_control_server_CFLAGS = $(fuzz_cflags)
fuzz_control_server_LDFLAGS = $(fuzz_served_ldflags)
fuzz_control_server_LDADD = $(fuzz_served_ldadd)

fuzz_control_faults_SOURCES = fuzz/harness/control-faults.c
fuzz_control_faults_CPPFLAGS = $(fuzz_served_cppflags)
fuzz_control_faults_CFLAGS = $(fuzz_cflags)
fuzz_control_faults_LDFLAGS = $(fuzz_served_ldflags)
fuzz_control_faults_LDADD = $(fuzz_served_ldadd)
endif
endif

include fuzz/stream.mk

include fuzz/harness/peers.mk
include fuzz/garden/local.mk

$(fuzz_programs) $(fuzz_controls): $(FUZZ_ENGINE_FILE)

# All that fuzzing needs.
fuzz: $(fuzz_programs) $(fuzz_controls) fuzz/http1.dict fuzz-seeds

print-harnesses:
	@printf '%s\n' $(fuzz_programs:fuzz/%=%)
.PHONY: fuzz print-harnesses
