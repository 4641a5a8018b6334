# SPDX-License-Identifier: MIT
# Only POSIX and the installed headers: what an outside user would have.
bin_PROGRAMS += fluxo-server
fluxo_server_SOURCES = \
	server-min/buffer.c \
	server-min/buffer.h \
	server-min/connection.c \
	server-min/connection.h \
	server-min/hello.c \
	server-min/loop.c \
	server-min/loop.h \
	server-min/response.c \
	server-min/server.c \
	server-min/server.h \
	server-min/settings.c \
	server-min/settings.h
fluxo_server_CPPFLAGS = -I$(top_srcdir)/parser -D_POSIX_C_SOURCE=200809L
fluxo_server_LDADD = libfluxo.a

