# SPDX-License-Identifier: MIT

# ---- The dictionary, for all engines: `-dict=fuzz/http1.dict`, `-x fuzz/http1.dict` ----

EXTRA_PROGRAMS += fuzz/words
fuzz_words_CPPFLAGS = $(fuzz_cppflags)
fuzz_words_SOURCES = fuzz/dict/words.c fuzz/mutator/words.h

fuzz/http1.dict: fuzz/words$(EXEEXT)
	$(AM_V_GEN)fuzz/words$(EXEEXT) >$@.tmp && mv $@.tmp $@

check_DATA = fuzz/http1.dict
CLEANFILES += fuzz/words$(EXEEXT) fuzz/http1.dict
TESTS += tests/dict.sh
EXTRA_DIST += tests/dict.sh
