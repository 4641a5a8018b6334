/* SPDX-License-Identifier: MIT */
/*
 * How this works
 *
 * A connection joins a socket to a parser. It is in one of five phases:
 *
 *     WAITING     for a request's head            a head, and a body is due: RECEIVING    answered: WAITING, or ENDING
 *     RECEIVING   a body, and dropping it         the request is complete and answered: WAITING, or ENDING
 *     ENDING      to send the last response       all is sent: LINGERING
 *     LINGERING   our side is shut: discarding    the peer has closed, or has sent or waited too long: GONE
 *     GONE        to be closed
 *
 * The peer's end of input leads to ENDING, an error of the socket to GONE, from any phase. Functions only set the phase;
 * settle(), always the last call, acts on it. So a connection is freed in one place and nobody holds one that is freed.
 *
 * Input is read into the server's one buffer. What the parser does not consume is kept: a head that is not complete, or
 * requests that came while the client did not take its responses. While something is kept, input is read to its end, so that
 * bytes that come one by one are not copied again and again. Responses gather in the server's batch, which is sent when the
 * input is served; what the socket does not take is unsent, and when that is too much, no more input is served or read.
 */
#include "connection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS = 64,          /* a usual head fits in one call */
    BATCH_FULL = 65536,   /* bytes: one send of a pipeline's responses */
    BATCH_MOST = 262144,  /* bytes of capacity: an uncommonly long response gives its memory back */
    UNSENT_MOST = 65536,  /* bytes: more is not worth memory, the client is slower than we are */
    LINGER_MOST = 262144, /* bytes: what a client may have under way when we refuse; past that it is not listening */
    LINGER_TIME = 2000,   /* ms: some round trips, for our last bytes and the peer's end */
    PATIENCE = 60000      /* ms without a byte in either direction: the middle of what other servers allow */
};

static bool is_serving(const struct connection *c)
{
    return c->phase == WAITING || c->phase == RECEIVING;
}

static bool is_backed_up(const struct connection *c)
{
    return buffer_size(&c->unsent) > UNSENT_MOST;
}

static bool is_idle(const struct connection *c)
{
    return c->phase == WAITING && !buffer_size(&c->kept) && !buffer_size(&c->unsent);
}

static void set_deadline(struct connection *c, int64_t milliseconds)
{
    int64_t deadline = loop_now() + milliseconds;
    loop_expire(&c->watch, deadline < c->server->stop_at ? deadline : c->server->stop_at);
}

static void forget_target(struct connection *c)
{
    free(c->target);
    c->target = NULL;
}

/* ---- Output ---- */

/* Returns how many bytes the socket took. */
static size_t send_some(struct connection *c, const char *bytes, size_t length)
{
    ssize_t sent;
    if (!length)
        return 0;
    do
        sent = send(c->watch.fd, bytes, length, 0);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        c->phase = GONE;
    if (sent > 0)
        set_deadline(c, PATIENCE);
    return sent > 0 ? (size_t)sent : 0;
}

static void send_batch(struct connection *c)
{
    struct buffer *batch = &c->server->batch;
    if (!buffer_size(&c->unsent))
        buffer_drop(batch, send_some(c, buffer_start(batch), buffer_size(batch)));
    buffer_append(&c->unsent, buffer_start(batch), buffer_size(batch));
    if (batch->failed || c->unsent.failed)
        c->phase = GONE;
    if (batch->failed || batch->capacity > BATCH_MOST)
        buffer_free(batch);
    buffer_drop(batch, buffer_size(batch));
}

static void send_unsent(struct connection *c)
{
    buffer_drop(&c->unsent, send_some(c, buffer_start(&c->unsent), buffer_size(&c->unsent)));
    if (!buffer_size(&c->unsent))
        buffer_free(&c->unsent);
}

/* ---- Answers ---- */

static bool is_implemented(enum fluxo_method method)
{
    return method != FLUXO_METHOD_OTHER && method != FLUXO_METHOD_CONNECT && method != FLUXO_METHOD_TRACE;
}

static struct response begin_response(struct connection *c, bool closes)
{
    return (struct response){
        .batch = &c->server->batch,
        .start = c->server->batch.to,
        .head_only = c->method == FLUXO_METHOD_HEAD,
        .closes = closes || c->server->stopping,
    };
}

static void end_response(struct connection *c, struct response *res)
{
    response_finish(res);
    forget_target(c);
    c->method = FLUXO_METHOD_OTHER;
    c->phase = res->closes ? ENDING : WAITING;
}

static void answer_in_text(struct connection *c, struct response *res, unsigned status, const char *text)
{
    response_head(res, status, "Content-Type", "text/plain; charset=utf-8", NULL);
    response_end(res, text);
    end_response(c, res);
}

static void answer_not_implemented(struct connection *c, struct response *res)
{
    answer_in_text(c, res, 501, "RFC 9110 15.6.2: this server does not implement the method\n");
}

/* `target` as begin_body copied it, or as it lies in the input. */
static void answer(struct connection *c, const char *target)
{
    struct fluxo_facts facts = fluxo_parser_facts(&c->parser);
    struct response res = begin_response(c, !facts.keep_alive || c->method == FLUXO_METHOD_CONNECT);
    struct request req = {.method = c->method, .target = {target, c->target_length}};
    res.keeps_open = facts.minor == 0;
    if (!is_implemented(c->method)) {
        answer_not_implemented(c, &res);
        return;
    }
    c->server->handle(&req, &res);
    end_response(c, &res);
}

static void refuse(struct connection *c, unsigned code)
{
    const struct fluxo_error_entry *error = fluxo_error(code);
    struct response res = begin_response(c, true);
    char text[256];
    snprintf(text, sizeof text, "%s at byte %" PRIu64 ": %s (%s)\n", error->name, fluxo_parser_offset(&c->parser),
             error->sentence, error->section);
    answer_in_text(c, &res, error->status ? error->status : 500, text);
}

/* The client waits for 100 or a final status (RFC 9110 10.1.1). After a final one it may send the body or not: close. */
static void answer_expectation(struct connection *c)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (is_implemented(c->method)) {
        buffer_append(&c->server->batch, go_on, sizeof go_on - 1);
        return;
    }
    struct response res = begin_response(c, true);
    answer_not_implemented(c, &res);
}

/* The head's bytes go, the body's come: what the handler is to see must be copied. */
static void begin_body(struct connection *c, const char *bytes, bool body_has_come)
{
    c->phase = RECEIVING;
    c->target = malloc(c->target_length ? c->target_length : 1);
    if (!c->target) {
        c->phase = GONE;
        return;
    }
    memcpy(c->target, bytes + c->target_at, c->target_length);
    if (fluxo_parser_facts(&c->parser).expect_continue && !body_has_come)
        answer_expectation(c);
}

/* ---- Input ---- */

static void note_request_line(struct connection *c, const struct fluxo_event *events, uint32_t count, const char *bytes)
{
    for (uint32_t i = 0; i < count; i++) {
        if (events[i].kind != FLUXO_EVENT_REQUEST_LINE)
            continue;
        struct fluxo_span target = fluxo_event_value(&events[i], bytes);
        c->method = (enum fluxo_method)events[i].id;
        c->target_at = (size_t)(target.start - bytes);
        c->target_length = target.length;
    }
}

/* One decision point. */
static struct fluxo_feed feed(struct connection *c, const char *bytes, size_t length)
{
    struct fluxo_event events[EVENTS];
    struct fluxo_feed fed = fluxo_parser_feed(&c->parser, bytes, length, events, EVENTS);
    if (c->phase == WAITING)
        note_request_line(c, events, fed.count, bytes);
    switch ((enum fluxo_status)fed.status) {
    case FLUXO_HEAD:
        begin_body(c, bytes, fed.consumed < length);
        break;
    case FLUXO_MESSAGE:
        answer(c, c->target ? c->target : bytes + c->target_at);
        break;
    case FLUXO_ERROR:
        refuse(c, fed.error);
        break;
    case FLUXO_SWITCHED:
    case FLUXO_CLOSED:
        c->phase = ENDING;
        break; /* the message before has led there already */
    case FLUXO_NEED_MORE:
    case FLUXO_EVENTS_FULL:
        break;
    }
    return fed;
}

/* Serves what is in the bytes, as long as the client takes its responses. Returns how many are done with. */
static size_t serve(struct connection *c, const char *bytes, size_t length)
{
    size_t done = 0;
    while (is_serving(c) && !is_backed_up(c)) {
        struct fluxo_feed fed = feed(c, bytes + done, length - done);
        done += fed.consumed;
        if (fed.status == FLUXO_NEED_MORE)
            break;
        if (c->server->batch.to >= BATCH_FULL)
            send_batch(c);
    }
    return done;
}

static void serve_kept(struct connection *c)
{
    if (!buffer_size(&c->kept))
        return;
    buffer_drop(&c->kept, serve(c, buffer_start(&c->kept), buffer_size(&c->kept)));
    if (!buffer_size(&c->kept))
        buffer_free(&c->kept);
}

/* Returns how many bytes came. */
static size_t receive(struct connection *c, char *to, size_t room)
{
    ssize_t got;
    do
        got = recv(c->watch.fd, to, room, 0);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        return (size_t)got;
    if (got == 0)
        c->phase = c->phase == LINGERING ? GONE : ENDING;
    if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        c->phase = GONE;
    return 0;
}

static void read_to_kept(struct connection *c)
{
    char *to = buffer_reserve(&c->kept, 1);
    if (!to) {
        c->phase = GONE;
        return;
    }
    size_t got = receive(c, to, c->kept.capacity - c->kept.to);
    if (!got)
        return;
    set_deadline(c, PATIENCE);
    c->kept.to += got;
    serve_kept(c);
}

static void read_to_serve(struct connection *c)
{
    char *input = c->server->input;
    size_t got = receive(c, input, INPUT_SIZE);
    if (!got)
        return;
    set_deadline(c, PATIENCE);
    size_t done = serve(c, input, got);
    if (is_serving(c))
        buffer_append(&c->kept, input + done, got - done);
    if (c->kept.failed)
        c->phase = GONE;
}

static void read_to_discard(struct connection *c)
{
    c->discarded += receive(c, c->server->input, INPUT_SIZE);
    if (c->discarded > LINGER_MOST)
        c->phase = GONE;
}

static void read_some(struct connection *c)
{
    if (c->phase == LINGERING)
        read_to_discard(c);
    else if (is_serving(c) && !is_backed_up(c) && buffer_size(&c->kept))
        read_to_kept(c);
    else if (is_serving(c) && !is_backed_up(c))
        read_to_serve(c);
}

/* ---- Life ---- */

/* Bytes that arrive at a closed socket make it answer RST, and a RST may destroy our last response before the peer has read
   it (RFC 9112 9.6). So shut our side, and discard until the peer's side ends. */
static void linger(struct connection *c)
{
    c->phase = LINGERING;
    shutdown(c->watch.fd, SHUT_WR);
    set_deadline(c, LINGER_TIME);
    read_to_discard(c); /* the peer may have ended already */
}

static void leave(struct connection *c)
{
    if (c->previous)
        c->previous->next = c->next;
    else
        c->server->connections = c->next;
    if (c->next)
        c->next->previous = c->previous;
}

static void close_connection(struct connection *c)
{
    loop_remove(&c->watch);
    leave(c);
    close(c->watch.fd);
    buffer_free(&c->kept);
    buffer_free(&c->unsent);
    forget_target(c);
    free(c);
}

static void watch_on(struct connection *c)
{
    bool reads = c->phase == LINGERING || (is_serving(c) && !is_backed_up(c));
    bool writes = buffer_size(&c->unsent) > 0;
    loop_want(&c->watch, (reads ? LOOP_READ : 0U) | (writes ? LOOP_WRITE : 0U));
}

static void settle(struct connection *c)
{
    send_batch(c);
    if (!is_serving(c))
        buffer_free(&c->kept);
    if (c->phase == ENDING && !buffer_size(&c->unsent))
        linger(c);
    if (c->phase == GONE)
        close_connection(c);
    else
        watch_on(c);
}

static void on_ready(struct watch *watch, unsigned what)
{
    struct connection *c = watch->data;
    if (what & LOOP_TIMEOUT)
        c->phase = GONE;
    if (what & LOOP_WRITE)
        send_unsent(c);
    if (what & LOOP_WRITE)
        serve_kept(c);
    if (what & LOOP_READ)
        read_some(c);
    settle(c);
}

static void join(struct server *server, struct connection *c)
{
    c->next = server->connections;
    if (c->next)
        c->next->previous = c;
    server->connections = c;
}

void connection_open(struct server *server, int fd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c) {
        close(fd);
        return;
    }
    c->server = server;
    c->watch = (struct watch){.fd = fd, .events = LOOP_READ, .deadline = loop_now() + PATIENCE, .ready = on_ready, .data = c};
    fluxo_parser_init(&c->parser, FLUXO_REQUEST, NULL);
    if (loop_add(&c->watch) < 0) {
        close(fd);
        free(c);
        return;
    }
    join(server, c);
}

void connection_stop(struct connection *c)
{
    if (is_idle(c))
        read_some(c); /* a request may have come that we have not been told of */
    if (is_idle(c))
        c->phase = GONE;
    if (c->phase != LINGERING)
        set_deadline(c, PATIENCE); /* the server's stop_at is sooner */
    settle(c);
}
