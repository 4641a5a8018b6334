/* SPDX-License-Identifier: MIT */
/*
 * The call-backs of llhttp, which are those of http-parser: what they tell becomes verdicts (see verdict.h). To be included
 * once, behind the types peer_parser and peer_settings and behind these two, in which the libraries differ:
 */
#ifndef DIFFERENTIAL_CALLBACKS_H
#define DIFFERENTIAL_CALLBACKS_H

#include "verdict.h"

#include <stdio.h>

static int keeps_alive(const peer_parser *parser);
static const char *name_method(const peer_parser *parser);

static struct trial *present;
static struct message message;
static struct text target;

static int begin_message(peer_parser *parser)
{
    (void)parser;
    text_clear(&target);
    return 0;
}

static int take_target(peer_parser *parser, const char *bytes, size_t length)
{
    (void)parser;
    text_add(&target, bytes, length);
    return 0;
}

static int take_name(peer_parser *parser, const char *bytes, size_t length)
{
    (void)parser;
    message_name(&message, bytes, length);
    return 0;
}

static int take_value(peer_parser *parser, const char *bytes, size_t length)
{
    (void)parser;
    message_value(&message, bytes, length);
    return 0;
}

static int take_body(peer_parser *parser, const char *bytes, size_t length)
{
    (void)parser;
    message_body(&message, bytes, length);
    return 0;
}

static int is_tunnel(const peer_parser *parser)
{
    if (!present->is_response)
        return parser->method == HTTP_CONNECT;
    return parser->status_code / 100 == 2 && trial_answers(present, "CONNECT");
}

/* 1: there is no body; 2: nor anything else of HTTP. */
static int end_head(peer_parser *parser)
{
    message_head(&message);
    if (!present->is_response)
        return 0;
    return is_tunnel(parser) ? 2 : trial_answers(present, "HEAD");
}

static int end_message(peer_parser *parser)
{
    int is_interim = present->is_response && parser->status_code / 100 == 1;
    const char *keep = is_interim || is_tunnel(parser) ? "-" : keeps_alive(parser) ? "keep" : "close";
    char status[8];

    snprintf(status, sizeof status, "%03u", (unsigned)parser->status_code);
    message_say(&message, present->is_response ? status : name_method(parser), target.bytes, target.length, keep);
    if (present->is_response && !is_interim)
        trial_answered(present);
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
