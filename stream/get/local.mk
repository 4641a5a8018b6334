# SPDX-License-Identifier: MIT

# ---- The client: only POSIX and the installed headers, what an outside user would have ----

bin_PROGRAMS += fluxo-get
fluxo_get_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser -D_POSIX_C_SOURCE=200809L
fluxo_get_SOURCES = stream/get/main.c \
    stream/get/client.c stream/get/client.h \
    stream/get/link.c stream/get/link.h \
    stream/get/outcome.c stream/get/outcome.h stream/get/outcomes.def \
    stream/get/request.c stream/get/response.c \
    stream/get/progress.c stream/get/progress.h \
    stream/get/settings.c stream/get/settings.h \
    stream/get/sink.c stream/get/sink.h \
    stream/get/source.c stream/get/source.h \
    stream/get/transcript.c stream/get/transcript.h \
    stream/get/url.c stream/get/url.h
fluxo_get_LDADD = libfluxo.a $(ZLIB_LIBS)

dist_man_MANS += doc/fluxo-get.1
