# SPDX-License-Identifier: MIT

# ---- The library: parser, and over it one connection's life without I/O. It sees parser/ and its own folder. ----

lib_LIBRARIES += libfluxo.a

libfluxo_a_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser $(ZLIB_CFLAGS)
libfluxo_a_SOURCES = stream/base.c stream/widen.h \
    stream/life.c stream/rows.h stream/conn.c stream/conn.h stream/head.c stream/content.c stream/writer.c \
    stream/target.c stream/path.c stream/octets.h stream/split.h \
    stream/calendar.c stream/date.h \
    stream/coding.c stream/pipe.c stream/source.c
libfluxo_a_LIBADD = $(libparser_a_OBJECTS)
libfluxo_a_DEPENDENCIES = $(libparser_a_OBJECTS)

fluxo_HEADERS += stream/fluxo/base.h stream/fluxo/faults.def stream/fluxo/misuses.def \
    stream/fluxo/stream.h stream/fluxo/sizes.def stream/fluxo/events.def stream/fluxo/life.def stream/fluxo/want.def \
    stream/fluxo/target.h stream/fluxo/date.h stream/fluxo/body.h

pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = stream/fluxo.pc

# ---- The machines of values, in tables: each is small and none is hot. `stream_machines += stream/NAME.c` adds one. ----

stream_machines = stream/list.c stream/decode.c
stream_machines += stream/split.c stream/date.c
stream_machines += stream/line.c # this one is hot, and in the style of the message machines

libfluxo_a_SOURCES += $(stream_machines) stream/field.c stream/tables.h stream/list.h stream/decode.h stream/line.h
fluxo_HEADERS += stream/fluxo/field.h stream/fluxo/hops.def stream/fluxo/readings.def
EXTRA_DIST += $(stream_machines:.c=.rl) stream/note.rl
MAINTAINERCLEANFILES += $(stream_machines)

if HAVE_RAGEL
RUN_STREAM_RAGEL = $(AM_V_GEN)$(MKDIR_P) stream && $(RAGEL) -C -L -I $(srcdir)/parser -o $@

stream/list.c: stream/list.rl $(grammar)
	$(RUN_STREAM_RAGEL) -T0 $(srcdir)/stream/list.rl
stream/decode.c: stream/decode.rl $(grammar)
	$(RUN_STREAM_RAGEL) -T0 $(srcdir)/stream/decode.rl
stream/split.c: stream/split.rl stream/note.rl parser/path.rl $(grammar)
	$(RUN_STREAM_RAGEL) -T0 $(srcdir)/stream/split.rl
stream/date.c: stream/date.rl $(grammar)
	$(RUN_STREAM_RAGEL) -T0 $(srcdir)/stream/date.rl
stream/line.c: stream/line.rl $(grammar) parser/ragel-$(RAGEL_STYLE)
	$(RUN_STREAM_RAGEL) -$(RAGEL_STYLE) $(srcdir)/stream/line.rl
endif
