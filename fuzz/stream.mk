# SPDX-License-Identifier: MIT

# ---- The harnesses of the stream toolkit ----

fuzz_stream_cppflags = -I$(top_srcdir)/stream $(fuzz_cppflags)
fuzz_stream_ldadd = fuzz/libstream.a fuzz/libharness.a libfluxo.a $(ZLIB_LIBS) $(fuzz_engine)

noinst_LIBRARIES += fuzz/libstream.a
fuzz_libstream_a_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_libstream_a_CFLAGS = $(fuzz_cflags)
fuzz_libstream_a_SOURCES = fuzz/oracle/target-model.c fuzz/oracle/target-model.h fuzz/oracle/value-model.c fuzz/oracle/value-model.h

fuzz_programs += fuzz/target fuzz/value

fuzz_target_SOURCES = fuzz/harness/target.c
fuzz_target_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_target_CFLAGS = $(fuzz_cflags)
fuzz_target_LDADD = $(fuzz_stream_ldadd)

fuzz_value_SOURCES = fuzz/harness/value.c
fuzz_value_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_value_CFLAGS = $(fuzz_cflags)
fuzz_value_LDADD = $(fuzz_stream_ldadd)
