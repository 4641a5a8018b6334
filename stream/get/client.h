/* SPDX-License-Identifier: MIT */
/* A client: one connection at a time, and the exchange that goes on there. */
#ifndef GET_CLIENT_H
#define GET_CLIENT_H

#include <fluxo/stream.h>

#include "link.h"
#include "settings.h"
#include "sink.h"
#include "source.h"

/* Lines that a head can have: the start-line and the fields that the default limits allow. */
enum {
#define LIMIT(member, name, type, standard, least, most, error) MOST_##member = (int)(standard & 0x7FFFFFFF),
#include <fluxo/limits.def>
#undef LIMIT
    LINES = MOST_fields + 1,
    EVENTS = 64,
    INPUT = 131072, /* above the limits for heads and trailers, so that it never fills up */
    PIECE = 65536   /* of the request's content: one chunk */
};

struct client {
    const struct settings *settings;
    struct sink *sink;
    bool is_chosen; /* the outcome is, and so the exchange is over */
    bool is_reused, is_stale, has_stopped, has_head;
    enum outcome outcome;

    /* The connection */
    int fd; /* -1: none */
    struct url origin;
    struct fluxo_conn conn;
    struct fluxo_writer writer;
    struct fluxo_life life; /* as it was told last */

    /* The exchange */
    const struct url *url;
    struct source source;
    int64_t proceed_at; /* when the server has been waited for long enough, or 0 */
    uint64_t heard;     /* octets in this exchange */
    uint64_t content;   /* of them, the final response's content as it was framed */
    struct fluxo_head head, trailers;
    struct fluxo_event lines[LINES], trailer_lines[LINES], events[EVENTS];
    size_t from, to; /* of the input that is not consumed */
    char input[INPUT], piece[PIECE];
};

void client_init(struct client *client, const struct settings *settings, struct sink *sink);
void client_close(struct client *client);

/* One exchange, on the connection that is there if it leads to the same origin and can be used again. */
enum outcome client_ask(struct client *client, const struct url *url);

#endif
