/* SPDX-License-Identifier: MIT */
/* Sources: one call that holds each of them to its promise, and those that come ready made. */

#include <fluxo/body.h>

#include <string.h>

static int account_for(struct fluxo_source *source, size_t most, const struct fluxo_span *span)
{
    if (span->length > most)
        return FLUXO_MISUSE_LENGTH;
    if (!span->length)
        return FLUXO_NOT_NOW;
    if (source->left != FLUXO_LENGTH_UNKNOWN)
        source->left -= span->length;
    return FLUXO_DONE;
}

static int end_source(struct fluxo_source *source)
{
    if (source->left != FLUXO_LENGTH_UNKNOWN)
        return FLUXO_MISUSE_LENGTH;
    source->left = 0;
    return FLUXO_END;
}

int fluxo_source_pull(struct fluxo_source *source, size_t most, struct fluxo_span *span)
{
    int answer;

    if (!most)
        return FLUXO_MISUSE_ARGUMENT;
    if (!source->left)
        return FLUXO_END;
    if (most > source->left)
        most = (size_t)source->left;
    span->length = 0;
    answer = source->pull(source, most, span);
    if (answer == FLUXO_DONE)
        return account_for(source, most, span);
    return answer == FLUXO_END ? end_source(source) : answer;
}

void fluxo_source_init(struct fluxo_source *source,
                       int (*pull)(struct fluxo_source *source, size_t most, struct fluxo_span *span), void *context,
                       uint64_t length)
{
    memset(source, 0, sizeof *source);
    source->pull = pull;
    source->context = context;
    source->left = length;
}

/* ---- Spans ---- */

/* Not called when all of them are pulled. */
static int pull_spans(struct fluxo_source *source, size_t most, struct fluxo_span *span)
{
    while (!source->rest.length)
        source->rest = *source->spans++;
    *span = source->rest;
    if (span->length > most)
        span->length = most;
    source->rest.start += span->length;
    source->rest.length -= span->length;
    return FLUXO_DONE;
}

void fluxo_source_init_span(struct fluxo_source *source, struct fluxo_span span)
{
    fluxo_source_init(source, pull_spans, NULL, span.length);
    source->rest = span;
}

void fluxo_source_init_list(struct fluxo_source *source, const struct fluxo_span *spans, size_t count)
{
    size_t at;

    fluxo_source_init(source, pull_spans, NULL, 0);
    source->spans = spans;
    for (at = 0; at < count; at++)
        source->left += spans[at].length;
}

/* ---- A function that fills a room ---- */

static int pull_filled(struct fluxo_source *source, size_t most, struct fluxo_span *span)
{
    struct fluxo_room room = source->room;
    size_t filled = 0;
    int answer;

    if (room.length > most)
        room.length = most;
    answer = source->fill(source->context, room, &filled);
    if (filled > room.length)
        return FLUXO_MISUSE_LENGTH;
    span->start = room.start;
    span->length = filled;
    return answer;
}

void fluxo_source_init_fill(struct fluxo_source *source, int (*fill)(void *context, struct fluxo_room room, size_t *filled),
                            void *context, struct fluxo_room room, uint64_t length)
{
    fluxo_source_init(source, pull_filled, context, length);
    source->fill = fill;
    source->room = room;
}
