# SPDX-License-Identifier: MIT

# ---- Programs to read and to copy: only POSIX and the installed headers. They are built by make check, not installed. ----

check_PROGRAMS += examples/relay
examples_relay_CPPFLAGS = -I$(top_srcdir)/stream -I$(top_srcdir)/parser -D_POSIX_C_SOURCE=200809L
examples_relay_SOURCES = examples/relay.c
examples_relay_LDADD = libfluxo.a

check_PROGRAMS += examples/hello
examples_hello_CPPFLAGS = -I$(top_srcdir)/server-min $(server_cppflags)
examples_hello_SOURCES = examples/hello.c
examples_hello_LDADD = libserver.a libfluxo.a $(ZLIB_LIBS)

# ---- A configuration: doc/haproxy.md explains it, tests/haproxy.sh shows that it holds ----

EXTRA_DIST += examples/haproxy.cfg
