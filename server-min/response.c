/* SPDX-License-Identifier: MIT */
/*
 * Requests and responses, as handlers see them. A response is written with a fluxo_writer, which refuses what would be no
 * HTTP; what it has written becomes the connection's output at once, so that nobody has to keep what he gave.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "system.h"

/* ---- The request ---- */

const struct fluxo_head *request_head(const struct request *req)
{
    return &req->head;
}

/* If the client waits to be asked; when its response has begun to go out it is too late. */
static void ask_for_body(struct connection *c)
{
    if (!(fluxo_conn_life(&c->conn).flags & FLUXO_LIFE_EXPECT))
        return;
    if (fluxo_conn_accept(&c->conn) < 0 || fluxo_write_continue(&c->response->writer) != FLUXO_DONE)
        response_give_up(c->response);
    else if (!response_collect(c->response))
        c->phase = GONE;
}

void request_on(struct request *req, const struct request_events *events, void *data)
{
    req->events = events;
    req->data = data;
    if (request_wants_body(req))
        ask_for_body(req->connection);
    connection_wake(req->connection);
}

void *request_data(const struct request *req)
{
    return req->data;
}

bool request_wants_body(const struct request *req)
{
    return req->events && (req->events->body || req->events->end);
}

void request_pause(struct request *req)
{
    req->is_paused = true;
}

void request_resume(struct request *req)
{
    req->is_paused = false;
    connection_wake(req->connection);
}

/* ---- The response's life ---- */

static struct connection *connection_of(struct response *res)
{
    return res->connection;
}

static const struct request_events *events_of(struct response *res)
{
    return connection_of(res)->request->events;
}

static void on_tick(struct watch *watch, unsigned what)
{
    struct response *res = (struct response *)((char *)watch - offsetof(struct response, tick));
    struct connection *c = connection_of(res);
    (void)what;
    connection_enter(c);
    if (!response_is_ended(res) && events_of(res) && events_of(res)->tick)
        events_of(res)->tick(c->request, res);
    connection_leave(c);
}

struct response *response_open(struct connection *c)
{
    struct response *res = c->server->spares.response;
    c->server->spares.response = NULL;
    if (!res && (res = malloc(sizeof *res)))
        fluxo_writer_init(&res->writer, NULL, NULL);
    if (!res)
        return NULL;
    fluxo_writer_reset(&res->writer, &c->conn);
    res->connection = c;
    res->tick = (struct watch){.ready = on_tick, .fd = -1};
    res->is_ticking = res->is_full = false;
    res->stage = NOT_BEGUN;
    res->status = 0;
    res->octets = 0;
    return res;
}

void response_free(struct response *res)
{
    if (res)
        fluxo_writer_close(&res->writer);
    free(res);
}

void response_close(struct response *res)
{
    struct spares *spares = &connection_of(res)->server->spares;
    if (res->is_ticking)
        loop_remove(&res->tick);
    response_free(spares->response);
    spares->response = res;
}

bool response_is_ended(const struct response *res)
{
    return res->stage == ENDED;
}

void response_tell_drained(struct response *res)
{
    struct connection *c = connection_of(res);
    res->is_full = false;
    if (!response_is_ended(res) && events_of(res) && events_of(res)->drained)
        events_of(res)->drained(c->request, res);
}

void response_tick(struct response *res, uint32_t milliseconds)
{
    if (!res->is_ticking && loop_add(&res->tick) < 0) {
        response_give_up(res);
        return;
    }
    res->is_ticking = true;
    loop_expire(&res->tick, loop_now() + milliseconds);
}

/* ---- Output ---- */

static bool open_output(struct connection *c)
{
    struct spares *spares = &c->server->spares;
    if (c->output)
        return true;
    c->output = spares->output ? spares->output : bytes_open(OUTPUT_FULL);
    spares->output = NULL;
    return c->output != NULL;
}

bool response_collect(struct response *res)
{
    struct connection *c = connection_of(res);
    struct fluxo_span spans[FLUXO_WRITER_PIECES];
    uint32_t count = fluxo_writer_output(&res->writer, spans, FLUXO_WRITER_PIECES);
    size_t octets = 0;
    if (count && !open_output(c))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!bytes_append(&c->output, spans[i].start, spans[i].length))
            return false;
        octets += spans[i].length;
    }
    fluxo_writer_consumed(&res->writer, octets);
    connection_wake(c);
    return true;
}

static void collect(struct response *res)
{
    if (!response_collect(res)) {
        res->stage = ENDED;
        connection_of(res)->phase = GONE;
        connection_wake(connection_of(res));
    }
}

/* ---- Writing: each step answers whether it went well, and the next is taken only then ---- */

static bool is_gone(struct response *res)
{
    return connection_of(res)->phase == GONE || res->stage == ENDED;
}

static bool closes(const struct connection *c)
{
    uint32_t most = c->server->set.most_requests;
    return c->server->stopping || (most && c->requests >= most);
}

static bool begin_head(struct response *res, unsigned status)
{
    struct fluxo_writer *writer = &res->writer;
    res->status = (uint16_t)status;
    res->stage = HEAD_BEGUN;
    return status >= 200 && fluxo_write_response(writer, status, fluxo_text(NULL)) == FLUXO_DONE &&
           fluxo_write_date(writer, sys.date()) == FLUXO_DONE &&
           (!closes(connection_of(res)) || fluxo_write_close(writer) == FLUXO_DONE);
}

static bool add_field(struct response *res, const char *name, const char *value)
{
    const struct fluxo_span field = fluxo_text(name);
    return value && !fluxo_span_is(field, "Date") && fluxo_write_field(&res->writer, field, fluxo_text(value)) == FLUXO_DONE;
}

static bool can_have_content(const struct response *res)
{
    return res->status != 204 && res->status != 205 && res->status != 304;
}

static bool write_octets(struct response *res, const void *bytes, size_t length)
{
    const struct fluxo_span span = {bytes, length};
    if (!length || !can_have_content(res))
        return true;
    if (fluxo_write_body(&res->writer, &span, 1) != FLUXO_DONE)
        return false;
    res->octets += fluxo_writer_has_body(&res->writer) ? length : 0;
    return true;
}

/* The head is complete, and with it what the body will be. */
static bool end_head(struct response *res, enum fluxo_content content, size_t length)
{
    if (fluxo_write_head(&res->writer, can_have_content(res) ? content : FLUXO_CONTENT_NONE, length) != FLUXO_DONE)
        return false;
    res->stage = BODY_BEGUN;
    return true;
}

static bool end_body(struct response *res)
{
    if (can_have_content(res) && fluxo_write_end(&res->writer) != FLUXO_DONE)
        return false;
    res->stage = ENDED;
    return true;
}

static bool write_whole(struct response *res, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    return end_head(res, FLUXO_CONTENT_LENGTH, length) && write_octets(res, text, length) && end_body(res);
}

/* ---- When it does not go well ---- */

static void break_off(struct response *res)
{
    res->stage = ENDED;
    connection_break_off(connection_of(res));
    connection_wake(connection_of(res));
}

void response_refuse(struct response *res, unsigned status, const char *text, bool ends)
{
    if (res->stage == ENDED)
        return;
    if (res->stage == BODY_BEGUN) {
        break_off(res);
        return;
    }
    fluxo_write_nothing(&res->writer);
    if (begin_head(res, status) && (!ends || fluxo_write_close(&res->writer) == FLUXO_DONE) &&
        add_field(res, "Content-Type", "text/plain; charset=utf-8") && write_whole(res, text))
        collect(res);
    else
        break_off(res);
}

void response_give_up(struct response *res)
{
    response_refuse(res, 500, "RFC 9110 15.6.1: this server's handler has failed\n", false);
}

/* ---- What handlers call ---- */

void response_head(struct response *res, unsigned status, ...)
{
    va_list fields;
    if (is_gone(res))
        return;
    bool is_well = res->stage == NOT_BEGUN && begin_head(res, status);
    va_start(fields, status);
    for (const char *name; is_well && (name = va_arg(fields, const char *));)
        is_well = add_field(res, name, va_arg(fields, const char *));
    va_end(fields);
    if (!is_well)
        response_give_up(res);
}

/* What comes before the end is a stream. */
static bool begin_body(struct response *res)
{
    return res->stage == BODY_BEGUN || (res->stage == HEAD_BEGUN && end_head(res, FLUXO_CONTENT_STREAM, 0));
}

enum response_state response_write(struct response *res, const void *bytes, size_t length)
{
    if (is_gone(res))
        return RESPONSE_GONE;
    if (!begin_body(res) || !write_octets(res, bytes, length)) {
        response_give_up(res);
        return RESPONSE_GONE;
    }
    collect(res);
    res->is_full |= bytes_size(connection_of(res)->output) >= OUTPUT_FULL;
    return is_gone(res) ? RESPONSE_GONE : res->is_full ? RESPONSE_FULL : RESPONSE_OPEN;
}

/* The body before it may be empty. */
void response_trailer(struct response *res, struct fluxo_span name, struct fluxo_span value)
{
    if (is_gone(res))
        return;
    bool is_well = begin_body(res) &&
                   (!fluxo_writer_is_chunked(&res->writer) || fluxo_write_trailer(&res->writer, name, value) == FLUXO_DONE);
    if (is_well)
        collect(res);
    else
        response_give_up(res);
}

static bool end_response(struct response *res, const char *text)
{
    if (res->stage == HEAD_BEGUN)
        return write_whole(res, text);
    return res->stage == BODY_BEGUN && write_octets(res, text, text ? strlen(text) : 0) && end_body(res);
}

void response_end(struct response *res, const char *text)
{
    if (is_gone(res))
        return;
    if (end_response(res, text))
        collect(res);
    else
        response_give_up(res);
}
