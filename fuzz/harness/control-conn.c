/* SPDX-License-Identifier: MIT */
/*
 * What the harnesses conn and writer are compared with, in speed: the calls of their scripts, in either role, and what arrives
 * whole, as who uses fluxo makes them; no oracle, and no memory but the heap's.
 */
#include "exchange.h"

#include <string.h>

enum { SPANS = FLUXO_WRITER_PIECES };

static char arrived[INPUT_MOST];

struct user {
    struct fluxo_conn conn;
    struct fluxo_writer writer;
    struct exchange exchange; /* of both */
    struct fluxo_head head, trailers;
    uint32_t capacity;
    size_t from, to; /* of what arrived: consumed, all */
};

static void forget_heads(struct user *user)
{
    fluxo_head_reset(&user->head);
    fluxo_head_reset(&user->trailers);
}

static void ask_head(const struct fluxo_head *head)
{
    struct fluxo_uri uri;

    fluxo_head_uri(head, fluxo_text("me"), 0, &uri);
    fluxo_head_is_coded(head);
    fluxo_head_find(head, 0, fluxo_text(" "));
}

static void collect_heads(struct user *user, struct fluxo_feed fed, const struct fluxo_event *events)
{
    const char *bytes = arrived + user->from;

    if (!user->trailers.is_complete)
        fluxo_head_add(&user->trailers, bytes, fed, events);
    if (!user->head.is_complete && fluxo_head_add(&user->head, bytes, fed, events) == FLUXO_DONE &&
        fluxo_head_keep(&user->head) == FLUXO_DONE)
        ask_head(&user->head);
    if (fed.status == FLUXO_MESSAGE)
        forget_heads(user);
}

static void receive(struct user *user, struct fluxo_span octets)
{
    struct fluxo_event events[CAPACITY_MOST];
    struct fluxo_feed fed;

    memcpy(arrived + user->to, octets.start, octets.length);
    user->to += octets.length;
    do {
        fed = fluxo_conn_receive(&user->conn, arrived + user->from, user->to - user->from, events, user->capacity);
        if (fed.status < FLUXO_SWITCHED)
            collect_heads(user, fed, events);
        user->from += fed.consumed;
    } while (fed.status == FLUXO_EVENTS_FULL ||
             ((fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE) && user->from < user->to));
}

static void end_receiving(struct user *user)
{
    struct fluxo_event events[CAPACITY_MOST];

    if (fluxo_conn_end(&user->conn, events, user->capacity).status == FLUXO_MESSAGE)
        forget_heads(user);
}

static void send_some(struct user *user, uint64_t most)
{
    struct fluxo_span spans[SPANS];
    uint64_t pending = fluxo_writer_pending(&user->writer);

    fluxo_writer_output(&user->writer, spans, SPANS);
    fluxo_writer_consumed(&user->writer, (size_t)(pending < most ? pending : most));
}

static void make_call(struct user *user, const struct line *line)
{
    switch (line->call) {
    case '<':
        receive(user, line->arguments[0]);
        break;
    case '!':
        end_receiving(user);
        break;
    case '#':
        fluxo_conn_break(&user->conn);
        break;
    case 'o':
        send_some(user, line->arguments[0].length ? script_number(line->arguments[0]) : UINT64_MAX);
        break;
    default:
        exchange_call(&user->exchange, line->call, line->arguments);
    }
}

static void run_script(struct user *user, const struct script *script)
{
    unsigned nth;

    for (nth = 0; nth < script->count; nth++)
        make_call(user, &script->lines[nth]);
    send_some(user, UINT64_MAX);
}

static void begin(struct user *user, const struct trial *trial, const struct fluxo_conn_options *options)
{
    fluxo_conn_init(&user->conn, exchange_role(trial), options);
    fluxo_writer_init(&user->writer, &user->conn, NULL);
    user->exchange.conn = &user->conn;
    user->exchange.writer = &user->writer;
    fluxo_head_init(&user->head, NULL, UINT32_MAX, NULL);
    fluxo_head_init_trailers(&user->trailers, NULL, UINT32_MAX, NULL);
    user->capacity = trial->capacity;
    user->from = user->to = 0;
}

static void end(struct user *user)
{
    fluxo_writer_close(&user->writer);
    fluxo_head_close(&user->head);
    fluxo_head_close(&user->trailers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct script script;
    struct fluxo_conn_options options;
    struct user user;
    struct trial trial;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    script_read(&script, trial.bytes, trial.length);
    exchange_set_options(&options, &trial);
    begin(&user, &trial, &options);
    run_script(&user, &script);
    end(&user);
    return 0;
}
