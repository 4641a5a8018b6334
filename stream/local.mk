# SPDX-License-Identifier: MIT

# ---- The library: parser, and over it one connection's life without I/O. It sees parser/ and its own folder. ----

lib_LIBRARIES += libfluxo.a

libfluxo_a_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser $(ZLIB_CFLAGS)
libfluxo_a_SOURCES = stream/base.c stream/coding.c stream/pipe.c stream/source.c
libfluxo_a_LIBADD = $(libparser_a_OBJECTS)
libfluxo_a_DEPENDENCIES = $(libparser_a_OBJECTS)

fluxo_HEADERS += stream/fluxo/base.h stream/fluxo/faults.def stream/fluxo/misuses.def stream/fluxo/body.h

pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = stream/fluxo.pc
