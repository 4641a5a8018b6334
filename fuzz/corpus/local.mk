# SPDX-License-Identifier: MIT

# ---- Seeds: fixtures, and messages of our own in the same notation, each behind a head; a folder a harness ----

EXTRA_PROGRAMS += fuzz/make-seeds
fuzz_make_seeds_CPPFLAGS = $(fuzz_cppflags)
fuzz_make_seeds_SOURCES = fuzz/corpus/seeds.c fuzz/harness/harness.h tests/fixture.c tests/fixture.h tests/text.c tests/text.h
fuzz_make_seeds_LDADD = libfluxo.a

# The harnesses that read messages. The others' seeds are in fuzz/corpus/seed.
fuzz_message_harnesses = request response chunked split prefix model pause work proxy peers control

fuzz-seeds: fuzz/make-seeds$(EXEEXT)
	$(AM_V_GEN)for harness in $(fuzz_message_harnesses); do \
	    $(MKDIR_P) fuzz/seeds/$$harness && \
	    fuzz/make-seeds$(EXEEXT) fuzz/seeds/$$harness $$harness $(seed_folders:%=$(srcdir)/%/*.txt) || exit 1; \
	done
.PHONY: fuzz-seeds
check_DATA += fuzz-seeds

seed_folders = fuzz/corpus/messages $(fixture_folders)
TESTS += tests/seeds.sh
EXTRA_DIST += fuzz/corpus/messages fuzz/corpus/min fuzz/corpus/seed fuzz/regress tests/seeds.sh
CLEANFILES += fuzz/make-seeds$(EXEEXT)

clean-local: clean-fuzz-seeds
clean-fuzz-seeds:
	rm -rf fuzz/seeds
.PHONY: clean-fuzz-seeds
