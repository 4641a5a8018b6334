# SPDX-License-Identifier: MIT

# Every test speaks TAP.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)
TEST_EXTENSIONS = .test .sh
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
    TOP_SRCDIR='$(abs_top_srcdir)'; TOP_BUILDDIR='$(abs_top_builddir)'; export TOP_SRCDIR TOP_BUILDDIR; \
    FLUXO_SERVER='$(abs_top_builddir)/fluxo-server'; TALK='$(abs_top_builddir)/tests/talk'; export FLUXO_SERVER TALK; \
    HANDLERS='$(abs_top_builddir)/tests/handlers'; HELLO='$(abs_top_builddir)/examples/hello'; KQUEUE_SERVER='$(abs_top_builddir)/tests/kqueue-server'; export HANDLERS HELLO KQUEUE_SERVER; \
    FAULTS='$(abs_top_builddir)/tests/faults'; export FAULTS; \
    FLUXO_GET='$(abs_top_builddir)/fluxo-get'; RELAY='$(abs_top_builddir)/examples/relay'; export FLUXO_GET RELAY; \
    RAGEL='$(RAGEL)'; export RAGEL; \
    CC='$(CC)'; CXX='$(CXX_OR_NONE)'; NM='$(NM)'; SANITIZE='$(enable_sanitize)'; export CC CXX NM SANITIZE; \
    FUZZ_HARNESSES='$(fuzz_programs:fuzz/%=%)'; FUZZ_CONTROLS='$(fuzz_controls:fuzz/%=%)'; FUZZ_ENGINE='$(LIB_FUZZING_ENGINE)'; \
    export FUZZ_HARNESSES FUZZ_CONTROLS FUZZ_ENGINE; \
    ZLIB_CFLAGS='$(ZLIB_CFLAGS)'; export ZLIB_CFLAGS;

# What waits for others most of its time comes first, so that the rest fills it.
TESTS += $(peer_tests)

# ---- Text fixtures: a claim, an input, the events ----

fixture_folders = tests/rfc9112 tests/rfc9110 tests/rfc3986 tests/limits tests/smuggling tests/incremental tests/relaxed tests/regress tests/real

check_PROGRAMS += tests/run
tests_run_CPPFLAGS = -I$(top_srcdir)/parser
tests_run_SOURCES = tests/run.c tests/transcript.c tests/transcript.h tests/fixture.c tests/fixture.h tests/text.c tests/text.h
tests_run_LDADD = libfluxo.a

TESTS += tests/fixtures.sh tests/mutants.sh

# The same fixtures, read by the model that fuzzing compares the parser with.
check_PROGRAMS += tests/model
tests_model_CPPFLAGS = -I$(top_srcdir)/parser -I$(top_srcdir)/fuzz/oracle
tests_model_SOURCES = tests/model.c tests/fixture.c tests/fixture.h tests/text.c tests/text.h \
    fuzz/oracle/model.c fuzz/oracle/model.h fuzz/oracle/reading.h
tests_model_LDADD = libfluxo.a

TESTS += tests/model.sh

# ---- The harnesses of fuzz/ on the inputs that are kept ----

TESTS += tests/fuzz.sh
tests/fuzz.log: fuzz-seeds
EXTRA_DIST += tests/fuzz.sh

# ---- C units ----

if HAVE_CMOCKA
check_PROGRAMS += tests/units.test
tests_units_test_CPPFLAGS = -I$(top_srcdir)/parser $(CMOCKA_CFLAGS)
tests_units_test_SOURCES = tests/units.c
tests_units_test_LDADD = libfluxo.a $(CMOCKA_LIBS)
TESTS += tests/units.test

check_PROGRAMS += tests/lane.test
tests_lane_test_CPPFLAGS = -I$(top_srcdir)/parser -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_lane_test_SOURCES = tests/lane.c tests/lane-rules.c tests/lane-rules.h tests/guarded.h
tests_lane_test_LDADD = libfluxo.a $(CMOCKA_LIBS)
TESTS += tests/lane.test

EXTRA_DIST += tests/lane-rules.rl
MAINTAINERCLEANFILES += tests/lane-rules.c
if HAVE_RAGEL
tests/lane-rules.c: tests/lane-rules.rl parser/grammar/lane.rl $(grammar)
	$(AM_V_GEN)$(MKDIR_P) tests && $(RAGEL) -C -L -T0 -I $(srcdir)/parser -o $@ $(srcdir)/tests/lane-rules.rl
endif

check_PROGRAMS += tests/conn.test
tests_conn_test_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser $(CMOCKA_CFLAGS)
tests_conn_test_SOURCES = tests/conn.c tests/exchange.c tests/exchange.h
tests_conn_test_LDADD = libfluxo.a $(ZLIB_LIBS) $(CMOCKA_LIBS)
TESTS += tests/conn.test

check_PROGRAMS += tests/writer.test
tests_writer_test_CPPFLAGS = $(tests_conn_test_CPPFLAGS)
tests_writer_test_SOURCES = tests/writer.c tests/exchange.c tests/exchange.h
tests_writer_test_LDADD = libfluxo.a $(ZLIB_LIBS) $(CMOCKA_LIBS)
TESTS += tests/writer.test

check_PROGRAMS += tests/target.test tests/date.test
tests_target_test_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser $(CMOCKA_CFLAGS)
tests_target_test_SOURCES = tests/target.c tests/guarded.h
tests_target_test_LDADD = libfluxo.a $(CMOCKA_LIBS)
tests_date_test_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser $(CMOCKA_CFLAGS)
tests_date_test_SOURCES = tests/date.c tests/guarded.h
tests_date_test_LDADD = libfluxo.a $(CMOCKA_LIBS)
TESTS += tests/target.test tests/date.test

check_PROGRAMS += tests/field.test
tests_field_test_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser $(CMOCKA_CFLAGS)
tests_field_test_SOURCES = tests/field.c
tests_field_test_LDADD = libfluxo.a $(CMOCKA_LIBS)
TESTS += tests/field.test

check_PROGRAMS += tests/body.test
tests_body_test_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser $(ZLIB_CFLAGS) $(CMOCKA_CFLAGS)
tests_body_test_SOURCES = tests/body.c
tests_body_test_LDADD = libfluxo.a $(ZLIB_LIBS) $(CMOCKA_LIBS)
TESTS += tests/body.test
endif

# ---- Each octet in each state of the machines ----

check_PROGRAMS += tests/walk.test
tests_walk_test_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser
tests_walk_test_SOURCES = tests/walk.c tests/text.c tests/text.h
tests_walk_test_LDADD = libfluxo.a
TESTS += tests/walk.test

EXTRA_DIST += tests/walk-files.sh tests/walk/__main__.py tests/walk/chunked.txt tests/walk/date.txt tests/walk/decode.txt tests/walk/line.txt \
    tests/walk/list.txt tests/walk/request.txt tests/walk/response.txt tests/walk/split.txt tests/walk/target.txt tests/walk/value.txt

# ---- Content codings, with other programs ----

check_PROGRAMS += tests/recode
tests_recode_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser
tests_recode_SOURCES = tests/recode.c
tests_recode_LDADD = libfluxo.a $(ZLIB_LIBS)

TESTS += tests/codings.sh
EXTRA_DIST += tests/codings.sh

# ---- Laws of connection and writer, over random calls and cuts ----

check_PROGRAMS += tests/laws.test
tests_laws_test_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser
tests_laws_test_SOURCES = tests/laws.c tests/fixture.c tests/fixture.h tests/text.c tests/text.h
tests_laws_test_LDADD = libfluxo.a
TESTS += tests/laws.test

# ---- The life of a connection: all of it ----

check_PROGRAMS += tests/life.test
tests_life_test_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser
tests_life_test_SOURCES = tests/life.c tests/life.h tests/pair.c tests/story.c
tests_life_test_LDADD = libfluxo.a
TESTS += tests/life.test tests/h11.sh
EXTRA_DIST += tests/h11.sh tests/h11/__main__.py tests/h11/conversations.py tests/h11/lockstep.py tests/h11/partner.c tests/h11/tap.py

# ---- The programs and the library, from outside ----

check_PROGRAMS += tests/talk
tests_talk_CPPFLAGS = -D_POSIX_C_SOURCE=200809L
tests_talk_SOURCES = tests/talk.c

check_PROGRAMS += tests/handlers
tests_handlers_CPPFLAGS = -I$(top_srcdir)/server-min $(server_cppflags)
tests_handlers_SOURCES = tests/handlers.c
tests_handlers_LDADD = libserver.a libfluxo.a $(ZLIB_LIBS)

# The server with a kqueue of the tests' own.
check_PROGRAMS += tests/kqueue-server
tests_kqueue_server_CPPFLAGS = -I$(top_srcdir)/tests/kqueue $(server_cppflags) -DHAVE_KQUEUE
tests_kqueue_server_SOURCES = $(libserver_a_SOURCES) $(fluxo_server_SOURCES) tests/kqueue/kqueue.c tests/kqueue/sys/event.h
tests_kqueue_server_LDADD = libfluxo.a $(ZLIB_LIBS)

TESTS += tests/dump.sh tests/library.sh tests/readme.sh

EXTRA_DIST += $(fixture_folders) tests/claims.sh tests/fixtures.sh tests/model.sh tests/mutants.sh tests/dump.sh tests/library.sh tests/readme.sh tests/server.sh tests/handlers.sh tests/talking.sh

# ---- The grammar, proven and shown by example ----

TESTS += $(text_tests)
text_tests = tests/proof.sh tests/rules.sh tests/accident.sh tests/map.sh tests/walk-files.sh # of what stands in the tree, not of what is compiled
EXTRA_DIST += tests/with-ragel.sh tests/proof.sh tests/rules.sh tests/proof tests/rules

# These are folders; make would write them from the scripts of the same name.
tests/proof tests/rules: ;

# ---- Other parsers on the same inputs; and that a fixture with one letter changed fails ----

# One by one: make would write a program tests/differential from tests/differential.sh if it were asked for the folder.
differential_files = tests/differential/callbacks.h tests/differential/compare.py tests/differential/known.txt \
    tests/differential/peer_fluxo.c tests/differential/peer_h11.py tests/differential/peer_http_parser.c \
    tests/differential/peer_llhttp.c tests/differential/trials.c tests/differential/verdict.c tests/differential/verdict.h

TESTS += tests/differential.sh
EXTRA_DIST += tests/accident.sh tests/differential.sh $(differential_files)

# ---- The manual holds what the tree does ----

EXTRA_DIST += tests/map.sh doc/map.py doc/life.py doc/lives.py doc/reading.py doc/writing.py doc/pictures.py doc/stories.txt doc/map.md doc/life.md doc/errors.md doc/requirements.md \
    doc/deviations.md doc/haproxy.md doc/sections.txt doc/left-out.txt

# ---- Real servers, and who speaks with them ----

# Programs and whom they talk with: the longest.
peer_tests = tests/get.sh tests/transfer.sh tests/relay.sh tests/server.sh tests/handlers.sh tests/haproxy.sh tests/browser.sh
EXTRA_DIST += tests/browser.sh tests/haproxy.sh tests/get.sh tests/transfer.sh tests/relay.sh tests/relay/ends.js tests/relay/bench.sh tests/peers/peers.sh tests/peers/node.js tests/peers/static.py

# ---- What goes wrong around a server ----

check_PROGRAMS += tests/faults
tests_faults_CPPFLAGS = -I$(top_srcdir)/parser -D_POSIX_C_SOURCE=200809L
tests_faults_SOURCES = tests/faults.c tests/faults.h tests/crowds.c tests/client.c tests/client.h tests/text.c tests/text.h
tests_faults_LDADD = libfluxo.a

peer_tests += tests/faults.sh
EXTRA_DIST += tests/faults.sh tests/soak.sh doc/server-faults.md

# The same, and more, in a made-up world.
if HAVE_CMOCKA
check_PROGRAMS += tests/timers.test
tests_timers_test_CPPFLAGS = -I$(top_srcdir)/server-min $(server_cppflags) $(CMOCKA_CFLAGS)
tests_timers_test_SOURCES = tests/timers.c
tests_timers_test_LDADD = libserver.a $(CMOCKA_LIBS)
TESTS += tests/timers.test

if HAVE_WRAP
check_PROGRAMS += tests/loop.test
tests_loop_test_CPPFLAGS = -I$(top_srcdir)/server-min $(server_cppflags) $(CMOCKA_CFLAGS)
tests_loop_test_SOURCES = tests/loop.c tests/world.c tests/world.h tests/memory.c tests/memory.h tests/client.c tests/client.h \
    server-min/echo.c server-min/handlers.h server-min/headers.c server-min/hello.c server-min/stream.c
tests_loop_test_LDFLAGS = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=loop_on_signal
tests_loop_test_LDADD = libserver.a libfluxo.a $(ZLIB_LIBS) $(CMOCKA_LIBS)
TESTS += tests/loop.test
endif
endif
