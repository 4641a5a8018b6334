/* SPDX-License-Identifier: MIT */
/* Lines, one each so many milliseconds. While the client does not take them, none is made. */
#include <stdio.h>
#include <stdlib.h>

#include "handlers.h"

enum { LINES = 10, PACE = 1000, NUMBER_MOST = 1000000000 };

struct ticks {
    unsigned long sent, lines;
    uint32_t pace; /* ms */
};

static void send_line(struct request *req, struct response *res)
{
    struct ticks *ticks = request_data(req);
    char line[64];
    int length = snprintf(line, sizeof line, "tick %lu\n", ++ticks->sent);
    enum response_state state = response_write(res, line, (size_t)length);
    if (ticks->sent == ticks->lines)
        response_end(res, NULL);
    else if (state == RESPONSE_OPEN)
        response_tick(res, ticks->pace);
}

static void go_on(struct request *req, struct response *res)
{
    response_tick(res, ((struct ticks *)request_data(req))->pace);
}

static void forget(struct request *req, struct response *res)
{
    (void)res;
    free(request_data(req));
}

/* -1: it is none. */
static long read_number(struct fluxo_span digits)
{
    long number = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.start[i] < '0' || digits.start[i] > '9')
            return -1;
        number = number * 10 + (digits.start[i] - '0');
        if (number > NUMBER_MOST)
            return -1;
    }
    return digits.length ? number : -1;
}

/* Takes the query's first part, up to an ampersand, off. */
static struct fluxo_span take_part(struct fluxo_span *query)
{
    const char *end = query->length ? memchr(query->start, '&', query->length) : NULL;
    struct fluxo_span part = {query->start, end ? (size_t)(end - query->start) : query->length};
    size_t taken = part.length + (end ? 1 : 0);
    query->start += taken;
    query->length -= taken;
    return part;
}

/* `name` ends in "=". The number behind it, -1 if there is none, or `otherwise` if the query does not have the name. */
static long find_number(struct fluxo_span query, struct fluxo_span name, long otherwise)
{
    while (query.length) {
        struct fluxo_span part = take_part(&query);
        if (part.length < name.length || memcmp(part.start, name.start, name.length) != 0)
            continue;
        part.start += name.length;
        part.length -= name.length;
        return read_number(part);
    }
    return otherwise;
}

static void refuse(struct response *res, unsigned status, const char *why)
{
    response_head(res, status, "Content-Type", "text/plain; charset=utf-8", NULL);
    response_end(res, why);
}

void answer_stream(struct request *req, struct response *res)
{
    static const struct request_events events = {.tick = send_line, .drained = go_on, .closed = forget};
    struct fluxo_uri uri;
    struct fluxo_span query = {NULL, 0};
    if (fluxo_head_uri(request_head(req), query, 0, &uri) == FLUXO_DONE)
        query = uri.query;
    long lines = find_number(query, fluxo_text("n="), LINES), pace = find_number(query, fluxo_text("ms="), PACE);
    if (lines < 0 || pace < 0) {
        refuse(res, 400, "n and ms are numbers, up to 1000000000\n");
        return;
    }
    struct ticks *ticks = malloc(sizeof *ticks);
    if (!ticks) {
        refuse(res, 503, "There is no memory for it now.\n");
        return;
    }
    *ticks = (struct ticks){0, (unsigned long)lines, (uint32_t)pace};
    response_head(res, 200, "Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store", NULL);
    if (!lines)
        response_end(res, NULL);
    request_on(req, &events, ticks);
    if (lines)
        response_tick(res, 0);
}
