# SPDX-License-Identifier: MIT
# Only POSIX, the system's own way to tell what is ready, and the installed headers: what an outside user would have.
noinst_LIBRARIES += libserver.a
libserver_a_SOURCES = \
	server-min/array.h \
	server-min/backend.h \
	server-min/bytes.c \
	server-min/bytes.h \
	server-min/connection.c \
	server-min/connection.h \
	server-min/epoll.c \
	server-min/kqueue.c \
	server-min/log.c \
	server-min/log.h \
	server-min/loop.c \
	server-min/loop.h \
	server-min/poll.c \
	server-min/response.c \
	server-min/select.c \
	server-min/server.c \
	server-min/server.h \
	server-min/sockets.c \
	server-min/sockets.h \
	server-min/system.c \
	server-min/system.h \
	server-min/timers.c \
	server-min/timers.h \
	server-min/workers.c \
	server-min/workers.h
libserver_a_CPPFLAGS = $(server_cppflags)
server_cppflags = -I$(top_srcdir)/parser -I$(top_srcdir)/stream -D_POSIX_C_SOURCE=200809L $(KQUEUE_CPPFLAGS)

bin_PROGRAMS += fluxo-server
fluxo_server_SOURCES = \
	server-min/echo.c \
	server-min/handlers.h \
	server-min/headers.c \
	server-min/hello.c \
	server-min/program.c \
	server-min/settings.c \
	server-min/settings.h \
	server-min/stream.c
fluxo_server_CPPFLAGS = $(server_cppflags)
fluxo_server_LDADD = libserver.a libfluxo.a $(ZLIB_LIBS)

dist_man_MANS += doc/fluxo-server.1
EXTRA_DIST += server-min/README.md
