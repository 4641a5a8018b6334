/* SPDX-License-Identifier: MIT */
/* fluxo in the strict profile, by the contract of verdict.h. */
#include "verdict.h"

#include <fluxo/parser.h>

#include <stdio.h>
#include <string.h>

struct reading {
    struct trial *present;
    struct message message;
    struct text target;
    char what[64];
};

static void answer_next(struct reading *reading, struct fluxo_parser *parser)
{
    const char *method = reading->present->next_method;
    unsigned id = fluxo_method_id(method, strcspn(method, ","));

    fluxo_parser_answers(parser, id ? (enum fluxo_method)id : FLUXO_METHOD_GET);
}

static int is_tunnel(const struct trial *present, struct fluxo_facts facts)
{
    if (!present->is_response)
        return facts.method == FLUXO_METHOD_CONNECT;
    return facts.status / 100 == 2 && trial_answers(present, "CONNECT");
}

static const char *say_keep(const struct trial *present, struct fluxo_facts facts)
{
    if (is_tunnel(present, facts) || facts.status / 100 == 1)
        return "-";
    return facts.keep_alive ? "keep" : "close";
}

static void end_message(struct reading *reading, struct fluxo_parser *parser)
{
    struct fluxo_facts facts = fluxo_parser_facts(parser);

    message_say(&reading->message, reading->what, reading->target.bytes, reading->target.length,
                say_keep(reading->present, facts));
    if (facts.status / 100 == 1 || !reading->present->is_response)
        return;
    trial_answered(reading->present);
    answer_next(reading, parser);
}

static void take_start(struct reading *reading, struct fluxo_span what, struct fluxo_span target)
{
    snprintf(reading->what, sizeof reading->what, "%.*s", (int)what.length, what.start);
    text_clear(&reading->target);
    if (!reading->present->is_response)
        text_add(&reading->target, target.start, target.length);
}

static void take(struct reading *reading, struct fluxo_parser *parser, const struct fluxo_event *event, const char *bytes)
{
    struct fluxo_span name = fluxo_event_name(event, bytes), value = fluxo_event_value(event, bytes);

    if (event->kind == FLUXO_EVENT_REQUEST_LINE || event->kind == FLUXO_EVENT_STATUS_LINE)
        take_start(reading, name, value);
    if (event->kind == FLUXO_EVENT_FIELD || event->kind == FLUXO_EVENT_TRAILER) {
        message_name(&reading->message, name.start, name.length);
        message_value(&reading->message, value.start, value.length);
    }
    if (event->kind == FLUXO_EVENT_HEAD)
        message_head(&reading->message);
    if (event->kind == FLUXO_EVENT_BODY)
        message_body(&reading->message, value.start, value.length);
    if (event->kind == FLUXO_EVENT_MESSAGE)
        end_message(reading, parser);
}

static struct fluxo_feed feed_all(struct reading *reading, struct fluxo_parser *parser)
{
    const char *bytes = reading->present->input.bytes;
    size_t length = reading->present->input.length;
    struct fluxo_event events[64];
    struct fluxo_feed feed;
    uint32_t at;

    do {
        feed = fluxo_parser_feed(parser, bytes, length, events, 64);
        for (at = 0; at < feed.count; at++)
            take(reading, parser, &events[at], bytes);
        bytes += feed.consumed;
        length -= feed.consumed;
    } while (feed.status > FLUXO_NEED_MORE && feed.status < FLUXO_SWITCHED);
    return feed;
}

static void finish(struct reading *reading, struct fluxo_parser *parser)
{
    struct fluxo_event events[8];
    struct fluxo_feed feed = fluxo_parser_finish(parser, events, 8);

    if (feed.status == FLUXO_MESSAGE)
        end_message(reading, parser);
    trial_end(feed.status == FLUXO_NEED_MORE ? "incomplete" : "accepted", NULL);
}

static void read_messages(struct reading *reading)
{
    struct fluxo_options options;
    struct fluxo_parser parser;
    struct fluxo_feed feed;

    fluxo_options_init(&options);
    options.relax = FLUXO_PROFILE_STRICT;
    fluxo_parser_init(&parser, reading->present->is_response ? FLUXO_RESPONSE : FLUXO_REQUEST, &options);
    if (reading->present->is_response)
        answer_next(reading, &parser);
    message_begin(&reading->message);
    feed = feed_all(reading, &parser);
    if (feed.status == FLUXO_ERROR)
        trial_end("refused", fluxo_error(feed.error)->name);
    else
        finish(reading, &parser);
}

void read_trial(struct trial *trial)
{
    static struct reading reading;

    reading.present = trial;
    read_messages(&reading);
}
