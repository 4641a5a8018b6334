# SPDX-License-Identifier: MIT

# ---- The library: parser, and over it one connection's life without I/O. It sees parser/ and its own folder. ----

lib_LIBRARIES += libfluxo.a

libfluxo_a_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser $(ZLIB_CFLAGS)
libfluxo_a_SOURCES = stream/base.c stream/life.c stream/conn.c stream/conn.h stream/head.c stream/writer.c
libfluxo_a_LIBADD = $(libparser_a_OBJECTS)
libfluxo_a_DEPENDENCIES = $(libparser_a_OBJECTS)

fluxo_HEADERS += stream/fluxo/base.h stream/fluxo/faults.def stream/fluxo/misuses.def \
    stream/fluxo/stream.h stream/fluxo/events.def stream/fluxo/life.def stream/fluxo/want.def

pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = stream/fluxo.pc

# ---- The client: only POSIX and the installed headers, what an outside user would have ----

bin_PROGRAMS += fluxo-get
fluxo_get_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser -D_POSIX_C_SOURCE=200809L
fluxo_get_SOURCES = stream/get/main.c \
    stream/get/client.c stream/get/client.h \
    stream/get/link.c stream/get/link.h \
    stream/get/outcome.c stream/get/outcome.h stream/get/outcomes.def \
    stream/get/progress.c stream/get/progress.h \
    stream/get/settings.c stream/get/settings.h \
    stream/get/sink.c stream/get/sink.h \
    stream/get/source.c stream/get/source.h \
    stream/get/transcript.c stream/get/transcript.h \
    stream/get/url.c stream/get/url.h
fluxo_get_LDADD = libfluxo.a

dist_man_MANS = doc/fluxo-get.1
