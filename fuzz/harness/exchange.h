/* SPDX-License-Identifier: MIT */
/*
 * The calls of a script (lines.h) that a connection and its writer are made, and nothing that looks at what they do:
 *
 *     +                          fluxo_conn_accept              >                 fluxo_conn_proceed
 *     .                          fluxo_conn_next                /                 fluxo_conn_shut
 *     q METHOD|TARGET|HOST       fluxo_write_request            a STATUS|REASON   fluxo_write_response
 *     f NAME|VALUE               fluxo_write_field              t NAME|VALUE      fluxo_write_trailer
 *     u PROTOCOLS                fluxo_write_upgrade            v CODINGS         fluxo_write_te
 *     d SECONDS                  fluxo_write_date               k                 fluxo_write_close
 *     n                          fluxo_write_nothing            c                 fluxo_write_continue
 *     h                          fluxo_write_head: NONE         s                 STREAM
 *     l LENGTH                   LENGTH
 *     b OCTETS|OCTETS...         fluxo_write_body               x EXTENSION|OCTETS...  fluxo_write_chunk
 *     p MOST|OCTETS|OCTETS       fluxo_write_source             z                 fluxo_write_end
 */
#ifndef FUZZ_EXCHANGE_H
#define FUZZ_EXCHANGE_H

#include "lines.h"

#include <fluxo/stream.h>

enum { NO_CALL = 1 };

struct exchange {
    struct fluxo_conn *conn;
    struct fluxo_writer *writer;
    struct fluxo_source source; /* of the last p: what is left of it */
};

/* As the head of an input says. */
enum fluxo_role exchange_role(const struct trial *trial);
void exchange_set_options(struct fluxo_conn_options *options, const struct trial *trial);

/* The answer of the call, or NO_CALL. */
int exchange_call(struct exchange *exchange, char call, const struct fluxo_span arguments[ARGUMENTS]);

/* The number of a status: what stands there, cut to three digits. */
unsigned exchange_status(struct fluxo_span number);

#endif
