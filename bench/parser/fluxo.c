/* SPDX-License-Identifier: MIT */
/* fluxo. READER_FLAGS: 0 for whole mode, or FLUXO_PIECES. */
#include <fluxo/parser.h>

#include "reader.h"

#include <string.h>

enum { CAPACITY = 128 };

static struct fluxo_parser parser;
static struct fluxo_options options;
static struct fluxo_event events[CAPACITY];
static const struct stream *present;

static void expect_response(void)
{
    if (present->answers_head)
        fluxo_parser_answers(&parser, FLUXO_METHOD_HEAD);
}

static void begin(const struct stream *stream)
{
    present = stream;
    fluxo_options_init(&options);
    options.flags = READER_FLAGS;
    fluxo_parser_init(&parser, stream->is_response ? FLUXO_RESPONSE : FLUXO_REQUEST, &options);
    expect_response();
}

/* ---- What is checked ---- */

static struct text line_name, line_value; /* the pieces of a line so far */

static void add_piece(const struct fluxo_event *event, const char *bytes)
{
    struct fluxo_span name = fluxo_event_name(event, bytes), value = fluxo_event_value(event, bytes);

    text_add(&line_name, name.start, name.length);
    if (!event->name_len)
        line_value.length -= event->gap;
    text_add(&line_value, value.start, value.length);
}

static void log_line(const struct fluxo_event *event, const char *bytes, struct log *log)
{
    add_piece(event, bytes);
    if (event->flags & FLUXO_EVENT_MORE)
        return;
    if (event->kind == FLUXO_EVENT_REQUEST_LINE)
        log_start(log, line_name.bytes, line_name.length, line_value.bytes, line_value.length);
    else if (event->kind == FLUXO_EVENT_STATUS_LINE)
        log_status(log, event->id);
    else
        log_field(log, line_name.bytes, line_name.length, line_value.bytes, line_value.length);
    text_clear(&line_name);
    text_clear(&line_value);
}

static void log_event(const struct fluxo_event *event, const char *bytes, struct log *log)
{
    struct fluxo_span value = fluxo_event_value(event, bytes);

    switch (event->kind) {
    case FLUXO_EVENT_BODY:
        log_body(log, value.start, value.length);
        break;
    case FLUXO_EVENT_MESSAGE:
        log_end(log);
        break;
    case FLUXO_EVENT_HEAD:
        break;
    default:
        log_line(event, bytes, log);
    }
}

static void log_events(uint32_t count, const char *bytes, struct log *log)
{
    uint32_t at;

    for (at = 0; at < count; at++)
        log_event(&events[at], bytes, log);
}

/* ---- What is timed ---- */

static size_t feed(const char *bytes, size_t length, struct reading *reading)
{
    struct fluxo_feed fed;
    size_t at = 0;

    do {
        fed = fluxo_parser_feed(&parser, bytes + at, length - at, events, CAPACITY);
        if (reading->log)
            log_events(fed.count, bytes + at, reading->log);
        at += fed.consumed;
        if (fed.status == FLUXO_MESSAGE) {
            reading->messages++;
            expect_response();
        }
    } while (fed.status == FLUXO_EVENTS_FULL || ((fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE) && at < length));
    if (fed.status > FLUXO_MESSAGE)
        reading->trouble = fed.status == FLUXO_ERROR ? fluxo_error(fed.error)->name : "it does not go on";
    return at;
}

const struct reader READER = {READER_NAME, READER_FRAMES, sizeof parser, begin, feed};
