# SPDX-License-Identifier: MIT

# ---- The harnesses of the stream toolkit ----

fuzz_stream_cppflags = -I$(top_srcdir)/stream $(fuzz_cppflags)
fuzz_stream_ldadd = fuzz/libstream.a fuzz/libread.a fuzz/libharness.a fuzz/libmutator.a libfluxo.a $(ZLIB_LIBS) $(fuzz_engine)

noinst_LIBRARIES += fuzz/libstream.a
fuzz_libstream_a_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_libstream_a_CFLAGS = $(fuzz_cflags)
fuzz_libstream_a_SOURCES = fuzz/oracle/target-model.c fuzz/oracle/target-model.h fuzz/oracle/value-model.c fuzz/oracle/value-model.h \
    fuzz/harness/memory.c fuzz/harness/memory.h fuzz/harness/lines.c fuzz/harness/lines.h fuzz/harness/exchange.c fuzz/harness/exchange.h \
    fuzz/harness/side.c fuzz/harness/side.h

EXTRA_DIST += fuzz/corpus/seed/target fuzz/corpus/seed/value fuzz/corpus/seed/conn fuzz/corpus/seed/writer fuzz/corpus/seed/pipe \
    fuzz/corpus/seed/proxy fuzz/regress/value fuzz/regress/conn fuzz/regress/writer fuzz/regress/peers

fuzz_programs += fuzz/target fuzz/value fuzz/conn fuzz/writer fuzz/pipe fuzz/proxy

fuzz_target_SOURCES = fuzz/harness/target.c
fuzz_target_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_target_CFLAGS = $(fuzz_cflags)
fuzz_target_LDADD = $(fuzz_stream_ldadd)

fuzz_value_SOURCES = fuzz/harness/value.c
fuzz_value_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_value_CFLAGS = $(fuzz_cflags)
fuzz_value_LDADD = $(fuzz_stream_ldadd)

fuzz_conn_SOURCES = fuzz/harness/conn.c
fuzz_conn_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_conn_CFLAGS = $(fuzz_cflags)
fuzz_conn_LDFLAGS = $(fuzz_mutator_ldflags)
fuzz_conn_LDADD = $(fuzz_stream_ldadd)

fuzz_writer_SOURCES = fuzz/harness/writer.c
fuzz_writer_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_writer_CFLAGS = $(fuzz_cflags)
fuzz_writer_LDFLAGS = $(fuzz_mutator_ldflags)
fuzz_writer_LDADD = $(fuzz_stream_ldadd)

fuzz_controls += fuzz/control-conn
fuzz_control_conn_SOURCES = fuzz/harness/control-conn.c
fuzz_control_conn_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_control_conn_CFLAGS = $(fuzz_cflags)
fuzz_control_conn_LDFLAGS = $(fuzz_mutator_ldflags)
fuzz_control_conn_LDADD = $(fuzz_stream_ldadd)

fuzz_pipe_SOURCES = fuzz/harness/pipe.c
fuzz_pipe_CPPFLAGS = $(fuzz_stream_cppflags) $(ZLIB_CFLAGS)
fuzz_pipe_CFLAGS = $(fuzz_cflags)
fuzz_pipe_LDADD = $(fuzz_stream_ldadd)

fuzz_proxy_SOURCES = fuzz/harness/proxy.c
fuzz_proxy_CPPFLAGS = $(fuzz_stream_cppflags)
fuzz_proxy_CFLAGS = $(fuzz_cflags)
fuzz_proxy_LDFLAGS = $(fuzz_mutator_ldflags)
fuzz_proxy_LDADD = $(fuzz_stream_ldadd)
