# SPDX-License-Identifier: MIT

# ---- The mutator: one core, and how each engine asks for it ----

fuzz_mutator = fuzz/mutator/mutate.c fuzz/mutator/mutate.h fuzz/mutator/mutations.def fuzz/mutator/edit.c fuzz/mutator/edit.h fuzz/mutator/words.h

# For libFuzzer, which refers to it weakly: harnesses whose bytes are text link with these flags and this library.
fuzz_mutator_ldflags = -u LLVMFuzzerCustomMutator -u LLVMFuzzerCustomCrossOver
noinst_LIBRARIES += fuzz/libmutator.a
fuzz_libmutator_a_CPPFLAGS = $(fuzz_cppflags)
fuzz_libmutator_a_CFLAGS = $(fuzz_cflags)
fuzz_libmutator_a_SOURCES = $(fuzz_mutator) fuzz/mutator/libfuzzer.c

# For AFL++: AFL_CUSTOM_MUTATOR_LIBRARY=fuzz/mutate.so. afl-fuzz itself loads it, so it is never instrumented, whatever CC is.
PLAIN_CC = cc -O2
EXTRA_DIST += fuzz/mutator/afl.c
CLEANFILES += fuzz/mutate.so
fuzz/mutate.so: $(fuzz_mutator) fuzz/mutator/afl.c
	$(AM_V_CCLD)$(MKDIR_P) fuzz && $(PLAIN_CC) $(fuzz_cppflags) -std=c11 -fPIC -shared -o $@ \
	    $(srcdir)/fuzz/mutator/mutate.c $(srcdir)/fuzz/mutator/edit.c $(srcdir)/fuzz/mutator/afl.c

# By hand.
EXTRA_PROGRAMS += fuzz/mutate
CLEANFILES += fuzz/mutate
fuzz_mutate_CPPFLAGS = $(fuzz_cppflags)
fuzz_mutate_SOURCES = $(fuzz_mutator) fuzz/mutator/mutate-cli.c

if HAVE_CMOCKA
check_PROGRAMS += tests/mutate.test
tests_mutate_test_CPPFLAGS = $(fuzz_cppflags) $(CMOCKA_CFLAGS)
tests_mutate_test_SOURCES = tests/mutate.c $(fuzz_mutator)
tests_mutate_test_LDADD = $(CMOCKA_LIBS)
TESTS += tests/mutate.test
endif
