/* SPDX-License-Identifier: MIT */
/*
 * How this works
 *
 * A connection joins a socket to a fluxo_conn, which knows what is next: to read, to write, to go on to the next exchange, to
 * close. step() does the next thing; serve() does so until bytes are missing, or the client does not take what we send, or a
 * handler has to act. Then settle() sends what has gathered and tells the loop what to wait for, and until when. It is always
 * the last call: a connection is freed there and nowhere else.
 *
 *     SERVING      as fluxo_conn_want says
 *     LINGERING    the last response is sent and our side is shut: discarding, until the client has closed, or has sent or
 *                  waited too long
 *     GONE         to be closed
 *
 * Input is read into the server's one buffer. What is not consumed is kept: a head that is not complete, or requests that come
 * while the client does not take its responses. While something is kept, input is read to its end, so that bytes that come one
 * by one are not copied again and again. Output gathers in one buffer, the server's spare if that is free, and is sent when the
 * input is served. What the socket does not take is kept, and when that is too much, no more input is served or read.
 */
#include "connection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "system.h"

enum {
    LINGER_MOST = 262144, /* octets: what a client may have under way when we refuse; past that it is not listening */
    LINGER_TIME = 2000,   /* ms: some round trips, for our last bytes and the client's end */
    LAST_WORD = 500,      /* ms: for the request that is under way on an idle connection when the server stops */
    GRAIN = 128           /* ms: long deadlines are a multiple of it, so that a busy connection seldom moves its own */
};

static void fail(struct connection *c)
{
    c->phase = GONE;
}

static bool is_backed_up(const struct connection *c)
{
    return bytes_size(c->output) >= OUTPUT_FULL;
}

static enum fluxo_want want(const struct connection *c)
{
    return fluxo_conn_want(&c->conn);
}

/* ---- Output ---- */

static void give_back_output(struct connection *c)
{
    struct spares *spares = &c->server->spares;
    if (spares->output || !c->output || c->output->room < OUTPUT_FULL) {
        bytes_free(&c->output);
        return;
    }
    c->output->from = c->output->to = 0;
    spares->output = c->output;
    c->output = NULL;
}

static ssize_t send_some(struct connection *c)
{
    ssize_t sent;
    do
        sent = sys.send(c->watch.fd, bytes_start(c->output), bytes_size(c->output));
    while (sent < 0 && errno == EINTR);
    return sent;
}

static void flush(struct connection *c)
{
    if (!bytes_size(c->output))
        return;
    ssize_t sent = send_some(c);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        fail(c);
    if (sent <= 0)
        return;
    c->has_gone = true;
    c->output->from += (size_t)sent;
    if (!bytes_size(c->output))
        give_back_output(c);
}

/* ---- The exchange: a request and its response ---- */

static bool open_request(struct connection *c)
{
    struct request *req = c->server->spares.request;
    c->server->spares.request = NULL;
    if (!req && (req = malloc(sizeof *req)))
        fluxo_head_init(&req->head, NULL, c->server->options.parser.limits.fields + 1, NULL);
    if (!req)
        return false;
    *req = (struct request){.connection = c, .head = req->head};
    c->request = req;
    return true;
}

static void free_request(struct request *req)
{
    if (req)
        fluxo_head_close(&req->head);
    free(req);
}

static void close_request(struct request *req)
{
    struct spares *spares = &req->connection->server->spares;
    if (spares->request)
        free_request(spares->request);
    fluxo_head_reset(&req->head);
    spares->request = req;
}

void server_free_spares(struct server *server)
{
    struct spares *spares = &server->spares;
    bytes_free(&spares->output);
    free_request(spares->request);
    response_free(spares->response);
    *spares = (struct spares){0};
}

static void end_exchange(struct connection *c)
{
    struct request *req = c->request;
    if (c->response && c->response->status && c->server->set.logs)
        log_exchange(c->watch.fd, &req->head, fluxo_conn_facts(&c->conn).minor, c->response->status, c->response->octets);
    if (req && req->is_given && req->events && req->events->closed)
        req->events->closed(req, c->response);
    if (c->response)
        response_close(c->response);
    if (req)
        close_request(req);
    c->request = NULL;
    c->response = NULL;
}

static void begin_next(struct connection *c)
{
    end_exchange(c);
    fluxo_conn_next(&c->conn);
    if (c->waiting == FOR_HEAD)
        c->waiting = FOR_NOTHING; /* its time begins anew; not that of a client who does not take what is sent */
}

static bool is_implemented(enum fluxo_method method)
{
    return method != FLUXO_METHOD_OTHER && method != FLUXO_METHOD_CONNECT && method != FLUXO_METHOD_TRACE;
}

/* The head is complete. */
static void give(struct connection *c)
{
    struct request *req = c->request;
    c->requests++;
    c->response = response_open(c);
    if (!c->response) {
        fail(c);
        return;
    }
    if (!is_implemented(fluxo_head_method_id(&req->head))) {
        response_refuse(c->response, 501, "RFC 9110 15.6.2: this server does not implement the method\n", false);
        return;
    }
    req->is_given = true;
    c->server->handle(req, c->response);
    if (!req->events && !response_is_ended(c->response))
        response_give_up(c->response); /* nobody will ever end it */
}

static void refuse(struct connection *c, unsigned status, const char *text)
{
    if (!c->response)
        c->response = response_open(c);
    if (c->response)
        response_refuse(c->response, status, text, true);
    else
        fail(c);
}

static void refuse_fault(struct connection *c)
{
    const struct fluxo_error_entry *fault = fluxo_fault(fluxo_conn_fault(&c->conn));
    char text[256];
    snprintf(text, sizeof text, "%s at byte %" PRIu64 ": %s (%s)\n", fault->name, fluxo_conn_offset(&c->conn), fault->sentence,
             fault->section);
    refuse(c, fault->status, text);
}

/* ---- Input ---- */

/* A handler that has ended its response is not told of the rest of the request. */
static void tell_event(struct connection *c, const char *bytes, const struct fluxo_event *event)
{
    struct request *req = c->request;
    const struct request_events *events = req->events;
    if (!events || response_is_ended(c->response))
        return;
    if (event->kind == FLUXO_EVENT_BODY && events->body)
        events->body(req, c->response, fluxo_event_value(event, bytes));
    if (event->kind == FLUXO_EVENT_TRAILER && events->trailer)
        events->trailer(req, c->response, fluxo_event_name(event, bytes), fluxo_event_value(event, bytes));
    if (event->kind == FLUXO_EVENT_MESSAGE && events->end)
        events->end(req, c->response);
}

static void hear(struct connection *c, const char *bytes, struct fluxo_feed fed)
{
    struct request *req = c->request;
    if (!c->response) {
        int answer = fluxo_head_add(&req->head, bytes, fed, c->server->events);
        if (answer < 0)
            fail(c);
        if (answer == FLUXO_DONE)
            give(c);
    }
    for (uint32_t i = 0; i < fed.count && req->is_given; i++)
        tell_event(c, bytes, &c->server->events[i]);
    if (fed.status == FLUXO_ERROR)
        refuse_fault(c);
}

/* A request that is cut short is not answered: who sent it has left, or has given up. */
static void hear_end(struct connection *c)
{
    struct fluxo_feed fed = fluxo_conn_end(&c->conn, c->server->events, EVENTS);
    if (fed.status == FLUXO_ERROR)
        connection_break_off(c);
}

/* Before its response is complete a body comes only if the handler wants it, now. */
static bool hears(const struct connection *c)
{
    const struct request *req = c->request;
    if (!req || !c->response || response_is_ended(c->response))
        return true;
    return request_wants_body(req) && !req->is_paused;
}

struct input {
    const char *bytes;
    size_t length, done;
};

/* Returns whether more can be done. */
static bool receive(struct connection *c, struct input *in)
{
    if (!hears(c))
        return false;
    if (in->done == in->length && !c->has_more) {
        if (c->has_ended)
            hear_end(c);
        return c->has_ended;
    }
    if (!c->request && !open_request(c)) {
        fail(c);
        return false;
    }
    const char *bytes = in->bytes + in->done;
    struct fluxo_feed fed = fluxo_conn_receive(&c->conn, bytes, in->length - in->done, c->server->events, EVENTS);
    in->done += fed.consumed;
    c->has_more = fed.status == FLUXO_EVENTS_FULL;
    hear(c, bytes, fed);
    if (fed.status == FLUXO_NEED_MORE && c->has_ended)
        hear_end(c);
    return fed.status != FLUXO_NEED_MORE || c->has_ended;
}

/* Does the next thing; returns whether there may be another. */
static bool step(struct connection *c, struct input *in)
{
    if (is_backed_up(c))
        flush(c);
    if (c->phase != SERVING || is_backed_up(c))
        return false;
    switch (want(c)) {
    case FLUXO_WANT_READ:
    case FLUXO_WANT_DRAIN:
        return receive(c, in);
    case FLUXO_WANT_NEXT:
        begin_next(c);
        return true;
    default:
        return false; /* WRITE, PAUSE: the handler's turn; LINGER, CLOSE: when all is sent */
    }
}

/* A head outlives its bytes when its exchange does: it may be asked for, or logged. */
static size_t serve(struct connection *c, const char *bytes, size_t length)
{
    struct input in = {.bytes = bytes, .length = length};
    while (step(c, &in))
        continue;
    if (c->response && fluxo_head_keep(&c->request->head) < 0)
        fail(c);
    return in.done;
}

static void serve_kept(struct connection *c)
{
    if (c->phase != SERVING)
        return;
    bytes_drop(&c->input, serve(c, bytes_start(c->input), bytes_size(c->input)));
}

/* Returns how many bytes came. */
static size_t read_bytes(struct connection *c, char *to, size_t room)
{
    ssize_t got;
    do
        got = sys.receive(c->watch.fd, to, room);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        fail(c);
    if (got == 0)
        c->has_ended = true;
    c->has_come |= got > 0;
    return got > 0 ? (size_t)got : 0;
}

static void read_to_kept(struct connection *c)
{
    size_t room = bytes_reserve(&c->input, 1);
    if (!room) {
        fail(c);
        return;
    }
    c->input->to += read_bytes(c, c->input->at + c->input->to, room);
    serve_kept(c);
}

static void read_to_serve(struct connection *c)
{
    char *input = c->server->input;
    size_t got = read_bytes(c, input, INPUT_SIZE);
    size_t done = serve(c, input, got);
    if (c->phase == SERVING && !bytes_append(&c->input, input + done, got - done))
        fail(c);
}

static bool is_reading(const struct connection *c)
{
    enum fluxo_want wanted = want(c);
    return c->phase == SERVING && !c->has_ended && !is_backed_up(c) && hears(c) &&
           (wanted == FLUXO_WANT_READ || wanted == FLUXO_WANT_DRAIN);
}

static void discard(struct connection *c)
{
    c->discarded += (uint32_t)read_bytes(c, c->server->input, INPUT_SIZE);
    if (c->has_ended || c->discarded > LINGER_MOST)
        fail(c);
}

static void read_some(struct connection *c)
{
    if (c->phase == LINGERING)
        discard(c);
    else if (!is_reading(c))
        serve_kept(c);
    else if (c->input)
        read_to_kept(c);
    else
        read_to_serve(c);
}

/* ---- Life ---- */

/* Bytes that arrive at a closed socket make it answer RST, and a RST may destroy our last response before the client has read
   it (RFC 9112 9.6). So shut our side, and discard until the client's side ends. */
static void linger(struct connection *c)
{
    c->phase = LINGERING;
    bytes_free(&c->input);
    sys.shut(c->watch.fd);
    if (c->has_ended)
        fail(c);
    else
        discard(c); /* the client may have ended already */
}

/* All is sent. */
static void end_if_wanted(struct connection *c)
{
    enum fluxo_want wanted = want(c);
    if (wanted != FLUXO_WANT_LINGER && wanted != FLUXO_WANT_CLOSE)
        return;
    end_exchange(c);
    if (wanted == FLUXO_WANT_LINGER)
        linger(c);
    else
        fail(c);
}

/* RFC 9112 8: a response that ends when we close is taken for complete, unless the connection is seen to break. */
static bool ends_when_closed(const struct connection *c)
{
    return fluxo_conn_life(&c->conn).flags & FLUXO_LIFE_UNTIL_CLOSE;
}

static bool is_cut_short(const struct connection *c)
{
    return ends_when_closed(c) && (fluxo_conn_life(&c->conn).response == FLUXO_SIDE_BODY || bytes_size(c->output));
}

void connection_break_off(struct connection *c)
{
    if (ends_when_closed(c))
        fail(c);
    else
        fluxo_conn_shut(&c->conn);
}

static void close_connection(struct connection *c)
{
    struct server *server = c->server;
    int (*close_it)(int fd) = is_cut_short(c) ? sys.abandon : sys.close;
    c->phase = GONE;
    end_exchange(c);
    loop_remove(&c->watch);
    close_it(c->watch.fd);
    bytes_free(&c->input);
    give_back_output(c);
    free(c);
    server_forget_connection(server);
}

static enum waiting decide_waiting(const struct connection *c, bool reads, bool writes)
{
    if (c->phase == LINGERING)
        return FOR_CLOSE;
    if (writes)
        return FOR_CLIENT;
    if (!reads)
        return FOR_NOTHING; /* but the handler */
    if (!c->request)
        return FOR_REQUEST;
    return c->response ? FOR_BODY : FOR_HEAD;
}

static uint32_t time_for(const struct connection *c)
{
    const struct server_settings *set = &c->server->set;
    switch ((enum waiting)c->waiting) {
    case FOR_REQUEST:
        return c->server->stopping ? LAST_WORD : set->idle_timeout;
    case FOR_HEAD:
        return set->head_timeout;
    case FOR_BODY:
        return set->body_timeout;
    case FOR_CLIENT:
        return set->send_timeout;
    case FOR_CLOSE:
        return LINGER_TIME;
    case FOR_NOTHING:
        break;
    }
    return 0;
}

static void set_deadline(struct connection *c)
{
    uint32_t time = time_for(c);
    int64_t deadline = time ? loop_now() + time : LOOP_NEVER;
    if (time >= 8 * GRAIN)
        deadline = (deadline + GRAIN - 1) / GRAIN * GRAIN;
    loop_expire(&c->watch, deadline < c->server->stop_at ? deadline : c->server->stop_at);
}

/* A byte puts the deadline off, if it is one that is waited for; but not that of a head, which is for all of it, nor that of
   the end. */
static bool puts_off(const struct connection *c, enum waiting waiting)
{
    if (waiting == FOR_CLIENT)
        return c->has_gone;
    return c->has_come && waiting != FOR_HEAD && waiting != FOR_CLOSE;
}

static void watch_on(struct connection *c)
{
    bool reads = c->phase == LINGERING || is_reading(c);
    /* the system may have taken all of it, and have no room for more: then who writes is told when there is */
    bool writes = bytes_size(c->output) > 0 || (c->response && c->response->is_full);
    enum waiting waiting = decide_waiting(c, reads, writes);
    loop_want(&c->watch, (reads ? LOOP_READ : 0U) | (writes ? LOOP_WRITE : 0U));
    if (waiting != c->waiting || puts_off(c, waiting)) {
        c->waiting = (uint8_t)waiting;
        if (loop_now() < c->server->stop_at) /* that of the grace is not put off by what happens when it has passed */
            set_deadline(c);
    }
    c->has_come = c->has_gone = false;
}

static void settle(struct connection *c)
{
    c->server->turn = NULL;
    if (c->phase != GONE)
        flush(c);
    if (c->phase == SERVING && !bytes_size(c->output))
        end_if_wanted(c);
    if (c->output)
        bytes_fit(&c->output);
    if (c->phase == GONE)
        close_connection(c);
    else
        watch_on(c);
}

void connection_enter(struct connection *c)
{
    c->server->turn = c;
}

void connection_leave(struct connection *c)
{
    serve_kept(c);
    settle(c);
}

/* It can be written to at once, mostly. If not, a client may be sending that reads no more until it has sent all. */
void connection_wake(struct connection *c)
{
    if (c->server->turn != c)
        loop_want(&c->watch, LOOP_READ | LOOP_WRITE);
}

static void expire(struct connection *c)
{
    bool is_over = loop_now() >= c->server->stop_at;
    if (!is_over && (c->waiting == FOR_HEAD || (c->waiting == FOR_BODY && !response_is_ended(c->response))))
        refuse(c, 408, "RFC 9110 15.5.9: the request did not arrive in time\n");
    else
        fail(c);
}

static void write_some(struct connection *c)
{
    flush(c);
    if (c->phase == SERVING && c->response && c->response->is_full && !bytes_size(c->output))
        response_tell_drained(c->response);
}

static void on_ready(struct watch *watch, unsigned what)
{
    struct connection *c = (struct connection *)watch;
    connection_enter(c);
    if (what & LOOP_TIMEOUT)
        expire(c);
    if (what & LOOP_BROKEN)
        fail(c);
    if (what & LOOP_WRITE)
        write_some(c);
    if (what & LOOP_READ)
        read_some(c);
    else
        serve_kept(c);
    settle(c);
}

bool connection_is(const struct watch *watch)
{
    return watch->ready == on_ready;
}

/* Mostly that select() cannot watch it. */
static void refuse_client(int fd)
{
    static bool is_told;
    if (!is_told)
        fprintf(stderr, "fluxo-server: %s() cannot watch descriptor %d, whose client is refused, as others may be: %s\n",
                loop_backend()->name, fd, strerror(errno));
    is_told = true;
    sys.close(fd);
}

void connection_open(struct server *server, int fd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c) {
        sys.close(fd);
        return;
    }
    c->server = server;
    c->watch = (struct watch){.ready = on_ready, .fd = fd, .events = LOOP_READ};
    fluxo_conn_init(&c->conn, FLUXO_SERVER, &server->options);
    if (loop_add(&c->watch) < 0) {
        refuse_client(fd);
        free(c);
        return;
    }
    server->count++;
    watch_on(c);
}

/* The deadlines are others now. A request may have come that we have not been told of, or be on its way: so each has its own
   turn, after this one, which may be a handler's that still has the server's one buffer and events. */
void connection_stop(struct connection *c)
{
    set_deadline(c);
    connection_wake(c);
}
