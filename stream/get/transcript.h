/* SPDX-License-Identifier: MIT */
/* What --verbose tells on standard error: "> " what is sent, "< " what is received, "* " what is known. */
#ifndef GET_TRANSCRIPT_H
#define GET_TRANSCRIPT_H

#include <fluxo/stream.h>

/* The heads that wait to be sent; nothing of a body may wait. */
void transcript_request(const struct fluxo_writer *writer);

/* A response's head, or trailers. `minor` is that of its version. */
void transcript_head(const struct fluxo_head *head, unsigned minor);

/* How the states of request and response changed, or what is wanted: "IDLE/IDLE -> DONE/WAIT, want READ". */
void transcript_life(const struct fluxo_conn *conn, struct fluxo_life *before);

void transcript_note(const char *format, ...);

#endif
