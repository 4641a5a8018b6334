/* SPDX-License-Identifier: MIT */
/* What conn.c lends to writer.c: a message is seen the same way whether it is read or written. */
#ifndef FLUXO_CONN_H
#define FLUXO_CONN_H

#include <fluxo/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

enum fluxo_kind fluxo_conn_writes(const struct fluxo_conn *conn); /* what we write */

/* Each returns whether the life allows it; if not, nothing has changed. */
int fluxo_conn_see_head(struct fluxo_conn *conn, enum fluxo_kind kind, const struct fluxo_facts *facts);
int fluxo_conn_see_content(struct fluxo_conn *conn, enum fluxo_kind kind);
int fluxo_conn_see_end(struct fluxo_conn *conn, enum fluxo_kind kind);

/* The event that a response's head is. */
enum fluxo_life_event fluxo_conn_name_response(const struct fluxo_conn *conn, unsigned status);

#ifdef __cplusplus
}
#endif
#endif
