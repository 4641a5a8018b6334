# SPDX-License-Identifier: MIT

# ---- The parser: bytes to events. It sees its own folder only. Its objects go into libfluxo.a, which stream/ makes. ----

noinst_LIBRARIES += libparser.a

libparser_a_CPPFLAGS = -I$(top_srcdir)/parser -DFLUXO_VERSION='"$(PACKAGE_VERSION)"'
libparser_a_SOURCES = $(machines) $(hand_written)
hand_written = parser/parser.c parser/emit.c parser/check.c parser/limit.c parser/framing.c parser/names.c parser/lane.c \
    parser/machine.h parser/head.h parser/scan.h parser/lines.h parser/generated.h

fluxodir = $(includedir)/fluxo
fluxo_HEADERS = parser/fluxo/parser.h \
    parser/fluxo/errors.def parser/fluxo/fields.def parser/fluxo/limits.def parser/fluxo/methods.def parser/fluxo/relax.def parser/fluxo/status.def

# ---- The machines: goto code or tables, as configured; tables for what the lane sees first, where code would be five times as long ----

machines = parser/request.c parser/response.c parser/chunked.c parser/target.c parser/value.c
grammar = parser/require.rl parser/grammar/relaxed.rl parser/grammar/rfc5234.rl parser/grammar/rfc3986.rl parser/grammar/rfc9110.rl parser/grammar/rfc9112.rl

EXTRA_DIST += $(grammar) parser/grammar/lane.rl parser/field.rl parser/path.rl $(machines:.c=.rl) parser/ragel-$(RAGEL_STYLE)

if HAVE_RAGEL
RUN_RAGEL = $(AM_V_GEN)$(MKDIR_P) parser && $(RAGEL) -C -L -I $(srcdir)/parser -o $@

parser/request.c: parser/request.rl parser/field.rl $(grammar) parser/ragel-$(RAGEL_STYLE)
	$(RUN_RAGEL) -$(RAGEL_STYLE) $(srcdir)/parser/request.rl
parser/response.c: parser/response.rl parser/field.rl $(grammar) parser/ragel-$(RAGEL_STYLE)
	$(RUN_RAGEL) -$(RAGEL_STYLE) $(srcdir)/parser/response.rl
parser/chunked.c: parser/chunked.rl parser/field.rl $(grammar) parser/ragel-$(RAGEL_STYLE)
	$(RUN_RAGEL) -$(RAGEL_STYLE) $(srcdir)/parser/chunked.rl
parser/target.c: parser/target.rl parser/path.rl $(grammar)
	$(RUN_RAGEL) -T0 $(srcdir)/parser/target.rl
parser/value.c: parser/value.rl $(grammar)
	$(RUN_RAGEL) -T0 $(srcdir)/parser/value.rl

# The name says in which style the machines are written; another style is another file, so they are written again.
parser/ragel-$(RAGEL_STYLE):
	$(AM_V_at)$(MKDIR_P) parser && rm -f parser/ragel-* && touch $@
endif

MAINTAINERCLEANFILES = $(machines) parser/ragel-G2 parser/ragel-T0

# A release carries the default style.
dist-hook:
	test "$(RAGEL_STYLE)" = G2

# ---- The program ----

bin_PROGRAMS += fluxo-dump
fluxo_dump_CPPFLAGS = -I$(top_srcdir)/parser -D_POSIX_C_SOURCE=200809L
fluxo_dump_SOURCES = parser/dump/main.c parser/dump/settings.c parser/dump/settings.h parser/dump/feeder.c parser/dump/feeder.h \
    parser/dump/printer.c parser/dump/json.c parser/dump/text.c parser/dump/printer.h
fluxo_dump_LDADD = libfluxo.a
