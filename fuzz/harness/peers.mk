# SPDX-License-Identifier: MIT

# ---- Peers in the loop, where their packages are (configure says): the parsers of tests/differential in one program ----

EXTRA_DIST += fuzz/driver/map.c fuzz/driver/map.h fuzz/corpus/seed/peers fuzz/harness/peers.c fuzz/oracle/peers.def fuzz/oracle/verdicts.c fuzz/oracle/verdicts.h

if HAVE_PEERS
fuzz_programs += fuzz/peers
noinst_LIBRARIES += fuzz/libpeerfluxo.a fuzz/libpeerllhttp.a fuzz/libpeerhttpparser.a

# Each reads trials by a function of the same name.
fuzz_libpeerfluxo_a_CPPFLAGS = $(fuzz_cppflags) -Dread_trial=read_with_fluxo
fuzz_libpeerfluxo_a_CFLAGS = $(fuzz_cflags)
fuzz_libpeerfluxo_a_SOURCES = tests/differential/peer_fluxo.c
fuzz_libpeerllhttp_a_CPPFLAGS = $(LLHTTP_CPPFLAGS) -Dread_trial=read_with_llhttp
fuzz_libpeerllhttp_a_CFLAGS = $(fuzz_cflags)
fuzz_libpeerllhttp_a_SOURCES = tests/differential/peer_llhttp.c
fuzz_libpeerhttpparser_a_CPPFLAGS = -Dread_trial=read_with_http_parser
fuzz_libpeerhttpparser_a_CFLAGS = $(fuzz_cflags)
fuzz_libpeerhttpparser_a_SOURCES = tests/differential/peer_http_parser.c

# llhttp is compiled from its package's sources, so that engines see its branches; its warnings are not ours.
fuzz_llhttp_objects = fuzz/llhttp-api.o fuzz/llhttp-http.o fuzz/llhttp-llhttp.o
CLEANFILES += $(fuzz_llhttp_objects)
fuzz/llhttp-%.o: $(LLHTTP_SOURCES)/%.c
	$(AM_V_CC)$(MKDIR_P) fuzz && $(CC) $(LLHTTP_CPPFLAGS) $(CFLAGS) -w -c -o $@ $<

# AFL_NOOPT: its compilers are then plain ones.
CLEANFILES += fuzz/driver/map.o
fuzz/driver/map.o: $(srcdir)/fuzz/driver/map.c $(srcdir)/fuzz/driver/map.h
	$(AM_V_CC)$(MKDIR_P) fuzz/driver && AFL_NOOPT=1 $(CC) $(AM_CFLAGS) $(CFLAGS) -c -o $@ $(srcdir)/fuzz/driver/map.c

fuzz_peers_SOURCES = fuzz/harness/peers.c fuzz/oracle/verdicts.c fuzz/oracle/verdicts.h fuzz/oracle/peers.def \
    tests/differential/verdict.h tests/text.c tests/text.h
fuzz_peers_CPPFLAGS = $(fuzz_cppflags)
fuzz_peers_CFLAGS = $(fuzz_cflags)
fuzz_peers_LDFLAGS = $(fuzz_mutator_ldflags)
fuzz_peers_LDADD = fuzz/libpeerfluxo.a fuzz/libpeerllhttp.a fuzz/libpeerhttpparser.a $(fuzz_llhttp_objects) fuzz/driver/map.o -lhttp_parser \
    fuzz/libharness.a fuzz/libmutator.a libfluxo.a $(fuzz_engine)
endif
