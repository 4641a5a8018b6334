/* SPDX-License-Identifier: MIT */
/*
 * The call-backs of llhttp, which are those of http-parser: they keep spans, as their users do. To be included once, behind
 * the types peer_parser and peer_settings and behind name_method.
 */
#ifndef BENCH_CALLBACKS_H
#define BENCH_CALLBACKS_H

#include "reader.h"

enum { FIELDS_MOST = 128 };

struct piece {
    const char *start;
    size_t length;
};

static struct {
    const struct stream *stream;
    struct reading *reading;
    struct piece target;
    struct piece names[FIELDS_MOST], values[FIELDS_MOST];
    size_t fields;
    int in_name;
} present;

/* What comes cut lies behind what has come. */
static void extend(struct piece *piece, const char *bytes, size_t length)
{
    if (!piece->length)
        piece->start = bytes;
    piece->length += length;
}

static int begin_message(peer_parser *parser)
{
    (void)parser;
    present.target.length = 0;
    present.fields = 0;
    present.in_name = 0;
    return 0;
}

static int take_target(peer_parser *parser, const char *bytes, size_t length)
{
    (void)parser;
    extend(&present.target, bytes, length);
    return 0;
}

static int take_name(peer_parser *parser, const char *bytes, size_t length)
{
    (void)parser;
    if (!present.in_name) {
        if (present.fields == FIELDS_MOST)
            return -1;
        present.names[present.fields].length = 0;
        present.values[present.fields].length = 0;
        present.fields++;
        present.in_name = 1;
    }
    extend(&present.names[present.fields - 1], bytes, length);
    return 0;
}

static int take_value(peer_parser *parser, const char *bytes, size_t length)
{
    (void)parser;
    present.in_name = 0;
    extend(&present.values[present.fields - 1], bytes, length);
    return 0;
}

static int take_body(peer_parser *parser, const char *bytes, size_t length)
{
    (void)parser;
    if (present.reading->log)
        log_body(present.reading->log, bytes, length);
    return 0;
}

static void log_head(const peer_parser *parser, struct log *log)
{
    const char *method = name_method(parser);
    size_t at;

    if (present.stream->is_response)
        log_status(log, parser->status_code);
    else
        log_start(log, method, strlen(method), present.target.start, present.target.length);
    for (at = 0; at < present.fields; at++)
        log_field(log, present.names[at].start, present.names[at].length, present.values[at].start, present.values[at].length);
}

/* 1: there is no body. */
static int end_head(peer_parser *parser)
{
    if (present.reading->log)
        log_head(parser, present.reading->log);
    return present.stream->answers_head;
}

static int end_message(peer_parser *parser)
{
    (void)parser;
    present.reading->messages++;
    if (present.reading->log)
        log_end(present.reading->log);
    return 0;
}

static void set_callbacks(peer_settings *settings)
{
    settings->on_message_begin = begin_message;
    settings->on_url = take_target;
    settings->on_header_field = take_name;
    settings->on_header_value = take_value;
    settings->on_headers_complete = end_head;
    settings->on_body = take_body;
    settings->on_message_complete = end_message;
}

#endif
