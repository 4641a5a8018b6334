# SPDX-License-Identifier: MIT

# ---- Seeds: all inputs of the tree but findings, in fuzz/seeds/HARNESS ----

EXTRA_PROGRAMS += fuzz/make-seeds
fuzz_make_seeds_CPPFLAGS = $(fuzz_cppflags)
fuzz_make_seeds_SOURCES = fuzz/corpus/seeds.c fuzz/harness/harness.h tests/fixture.c tests/fixture.h tests/text.c tests/text.h
fuzz_make_seeds_LDADD = libfluxo.a

EXTRA_PROGRAMS += fuzz/inputs
fuzz_inputs_SOURCES = fuzz/corpus/inputs.c tests/text.c tests/text.h

# The harnesses that read messages: fixtures, and messages of our own in the same notation, each behind a head.
fuzz_message_harnesses = request response chunked split prefix model pause work proxy peers control

fuzz-seeds: fuzz/make-seeds$(EXEEXT) fuzz/inputs$(EXEEXT)
	$(AM_V_GEN)rm -rf fuzz/seeds || exit 1; \
	for harness in $(fuzz_message_harnesses); do \
	    $(MKDIR_P) fuzz/seeds/$$harness && \
	    fuzz/make-seeds$(EXEEXT) fuzz/seeds/$$harness $$harness $(seed_folders:%=$(srcdir)/%/*.txt) || exit 1; \
	done; \
	for folder in $(srcdir)/fuzz/corpus/seed/*; do \
	    harness=`basename $$folder`; \
	    $(MKDIR_P) fuzz/seeds/$$harness && cp $$folder/* fuzz/seeds/$$harness || exit 1; \
	done; \
	for text in $(srcdir)/fuzz/corpus/min/*.txt; do \
	    harness=`basename $$text .txt`; \
	    $(MKDIR_P) fuzz/seeds/$$harness && fuzz/inputs$(EXEEXT) unpack $$text fuzz/seeds/$$harness || exit 1; \
	done
.PHONY: fuzz-seeds
check_DATA += fuzz-seeds

seed_folders = fuzz/corpus/messages $(fixture_folders)
TESTS += tests/seeds.sh
EXTRA_DIST += fuzz/corpus/messages fuzz/corpus/min fuzz/corpus/seed fuzz/regress tests/seeds.sh
CLEANFILES += fuzz/make-seeds$(EXEEXT) fuzz/inputs$(EXEEXT)

clean-local: clean-fuzz-seeds
clean-fuzz-seeds:
	rm -rf fuzz/seeds
.PHONY: clean-fuzz-seeds
