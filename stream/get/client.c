/* SPDX-License-Identifier: MIT */
/*
 * How this works: the request's head is written before there is a connection, so that misuse costs nobody anything. Then one
 * loop waits for whatever comes first, room to send, octets received, or more content to be sent, until fluxo_conn_want says
 * that the exchange is over. So a response is read while the request is still being sent, and neither side waits for the other.
 */
#include "client.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "progress.h"
#include "transcript.h"

static const int64_t CONTINUE_WAIT = 1000; /* milliseconds; RFC 9110 10.1.1: not for an indefinite period */

enum { READY_OUTPUT = 1, READY_INPUT = 2, READY_SOURCE = 4, READY_TO_STOP = 8 };

/* ---- Words ---- */

void client_choose(struct client *c, enum outcome outcome)
{
    if (c->is_chosen)
        return;
    c->outcome = outcome;
    c->is_chosen = true;
}

void client_tell_life(struct client *c)
{
    if (c->settings->verbose)
        transcript_life(&c->conn, &c->life);
}

static bool has_request_left(const struct client *c)
{
    return fluxo_conn_life(&c->conn).request == FLUXO_SIDE_BODY;
}

static bool has_response_left(const struct client *c)
{
    unsigned side = fluxo_conn_life(&c->conn).response;

    return side == FLUXO_SIDE_WAIT || side == FLUXO_SIDE_BODY;
}

/* ---- The connection ---- */

static void hang_up(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->from = 0;
    c->to = 0;
    fluxo_writer_close(&c->writer);
    fluxo_conn_init(&c->conn, FLUXO_CLIENT, &c->settings->options);
    fluxo_writer_init(&c->writer, &c->conn, NULL);
    c->life = fluxo_conn_life(&c->conn);
}

void client_init(struct client *c, const struct settings *settings, struct sink *sink)
{
    memset(c, 0, sizeof *c);
    c->settings = settings;
    c->sink = sink;
    c->fd = -1;
    c->source.fd = -1;
    fluxo_head_init(&c->head, c->lines, LINES, NULL);
    fluxo_head_init_trailers(&c->trailers, c->trailer_lines, LINES, NULL);
    hang_up(c);
}

void client_close(struct client *c)
{
    hang_up(c);
    fluxo_head_close(&c->head);
    fluxo_head_close(&c->trailers);
}

static bool is_reusable(const struct client *c, const struct url *url)
{
    return c->fd >= 0 && url_has_same_origin(&c->origin, url) && c->from == c->to && link_is_quiet(c->fd);
}

static enum outcome connect_to(struct client *c)
{
    char peer[PEER_ROOM];
    enum outcome outcome = link_open(&c->fd, peer, c->url, c->settings->patience);

    if (outcome) {
        c->fd = -1;
        return outcome;
    }
    c->origin = *c->url;
    if (c->settings->verbose)
        transcript_note("connected to %s", peer);
    return OUTCOME_SUCCESS;
}

/* ---- Sending ---- */

/* RFC 9112 9.3.1: a request that went out while the server closed an idle connection may be sent again, if that can do no
   harm. */
static bool may_repeat(const struct client *c)
{
    static const bool is_idempotent[] = {
        false,
#define METHOD(id, name, safe, idempotent, section) idempotent,
#include <fluxo/methods.def>
#undef METHOD
    };

    return c->is_reused && !c->heard && is_idempotent[fluxo_conn_method(&c->conn)] &&
           !(c->settings->data && strcmp(c->settings->data, "-") == 0);
}

/* The rest of the request will not come. The response may still, so our side of the TCP connection stays open until it is
   there, though RFC 9112 9.5 would have it closed: many servers take that for a client that has gone, and give the response up.
 */
static void stop_sending(struct client *c, const char *why)
{
    if (c->has_stopped)
        return;
    c->has_stopped = true;
    if (!may_repeat(c))
        remark("%s: %s; the rest of the request is not sent", c->url->text, why);
    fluxo_conn_shut(&c->conn);
    fluxo_writer_close(&c->writer);
    client_tell_life(c);
}

static void send_output(struct client *c)
{
    struct fluxo_span spans[FLUXO_WRITER_PIECES];
    struct iovec vectors[FLUXO_WRITER_PIECES];
    uint32_t count = fluxo_writer_output(&c->writer, spans, FLUXO_WRITER_PIECES), at;
    ssize_t sent;

    for (at = 0; at < count; at++) {
        vectors[at].iov_base = (void *)(uintptr_t)spans[at].start;
        vectors[at].iov_len = spans[at].length;
    }
    sent = writev(c->fd, vectors, (int)count);
    if (sent >= 0)
        fluxo_writer_consumed(&c->writer, (size_t)sent);
    else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        stop_sending(c, strerror(errno));
}

/* RFC 9112 9.5: an error response ends the sending. A final response instead of 100 says the same. */
static void consider_stopping(struct client *c, bool has_waited)
{
    unsigned status = fluxo_conn_status(&c->conn);

    if (!has_request_left(c) || status < 200)
        return;
    if (has_waited || status >= 300)
        stop_sending(c, "the server answers before it has the whole request");
}

/* ---- Receiving ---- */

/* Reads one step of what has come; returns whether there may be another. */
static bool read_step(struct client *c)
{
    bool has_waited = fluxo_conn_want(&c->conn) == FLUXO_WANT_WAIT;
    struct fluxo_feed fed = fluxo_conn_receive(&c->conn, c->input + c->from, c->to - c->from, c->events, EVENTS);

    response_take(c, fed);
    c->from += fed.consumed;
    client_tell_life(c);
    if (fed.status == FLUXO_ERROR)
        response_blame(c);
    consider_stopping(c, has_waited);
    return !c->is_chosen && has_response_left(c) && fed.status != FLUXO_NEED_MORE;
}

static void read_input(struct client *c)
{
    while (read_step(c))
        continue;
    sink_flush(c->sink);
    if (c->sink->has_failed)
        client_choose(c, OUTCOME_LOCAL);
}

static void repeat(struct client *c)
{
    c->is_stale = true;
    client_choose(c, OUTCOME_INCOMPLETE);
}

/* The server has closed its side. */
static void end_input(struct client *c)
{
    struct fluxo_feed fed;

    if (may_repeat(c)) {
        repeat(c);
        return;
    }
    fed = fluxo_conn_end(&c->conn, c->events, EVENTS);
    response_take(c, fed);
    client_tell_life(c);
    if (fed.status == FLUXO_ERROR)
        response_blame(c);
}

/* It ended without a word: even content that ends when the connection does is then not known to be whole. */
static void break_off(struct client *c)
{
    const char *why = strerror(errno);

    if (may_repeat(c))
        repeat(c);
    else
        client_choose(c, complain(OUTCOME_INCOMPLETE, "%s: %s before the response was complete", c->url->text, why));
}

static void make_room(struct client *c)
{
    memmove(c->input, c->input + c->from, c->to - c->from);
    c->to -= c->from;
    c->from = 0;
}

static void receive_input(struct client *c)
{
    ssize_t got;

    make_room(c);
    got = read(c->fd, c->input + c->to, INPUT - c->to);
    if (got == 0)
        end_input(c);
    else if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        break_off(c);
    if (got <= 0)
        return;
    c->to += (size_t)got;
    c->heard += (uint64_t)got;
    read_input(c);
}

/* ---- Waiting ---- */

static bool has_output(const struct client *c)
{
    return fluxo_writer_pending(&c->writer) > 0;
}

static bool wants_source(const struct client *c)
{
    return fluxo_conn_want(&c->conn) == FLUXO_WANT_WRITE && has_request_left(c) && !has_output(c);
}

/* Milliseconds; -1 where we wait for our own input, which may take its time. */
static int choose_timeout(struct client *c)
{
    int64_t left;

    if (wants_source(c))
        return -1;
    if (fluxo_conn_want(&c->conn) != FLUXO_WANT_WAIT)
        return (int)c->settings->patience;
    if (!c->proceed_at)
        c->proceed_at = now() + CONTINUE_WAIT;
    left = c->proceed_at - now();
    return left > 0 ? (int)left : 0;
}

static void give_up_waiting(struct client *c)
{
    if (fluxo_conn_proceed(&c->conn) == FLUXO_DONE) {
        if (c->settings->verbose)
            transcript_note("no answer within a second: the content is sent");
        return;
    }
    client_choose(c, complain(OUTCOME_TIMEOUT, "%s: nothing happened for %g seconds", c->url->text,
                              (double)c->settings->patience / 1000));
}

/* Errors and hang-ups are found by who then reads; where nobody will, there is nothing more to send for. */
static unsigned name_ready(const struct client *c, const struct pollfd polls[2])
{
    unsigned ready = 0;

    if (polls[0].revents & POLLOUT)
        ready |= READY_OUTPUT;
    if (polls[0].revents & ~POLLOUT)
        ready |= has_response_left(c) ? READY_INPUT : READY_TO_STOP;
    if (polls[1].revents)
        ready |= READY_SOURCE;
    return ready;
}

/* Waits for whatever comes first. */
static unsigned await(struct client *c)
{
    struct pollfd polls[2] = {{.fd = c->fd}, {.fd = -1, .events = POLLIN}};
    int count;

    polls[0].events = (short)((has_output(c) ? POLLOUT : 0) | (has_response_left(c) ? POLLIN : 0));
    if (wants_source(c))
        polls[1].fd = c->source.fd;
    count = poll(polls, 2, choose_timeout(c));
    if (count == 0)
        give_up_waiting(c);
    return count > 0 ? name_ready(c, polls) : 0;
}

/* ---- The exchange ---- */

static bool is_over(const struct client *c)
{
    switch (fluxo_conn_want(&c->conn)) {
    case FLUXO_WANT_CLOSE:
    case FLUXO_WANT_SWITCH:
        return true;
    case FLUXO_WANT_NEXT:
        return !has_output(c);
    default:
        return c->is_chosen;
    }
}

static enum outcome judge(unsigned status)
{
    static const enum outcome outcomes[] = {OUTCOME_SUCCESS, OUTCOME_REDIRECTION, OUTCOME_CLIENT_ERROR, OUTCOME_SERVER_ERROR};

    return status < 200 || status >= 600 ? OUTCOME_SERVER_ERROR : outcomes[status / 100 - 2]; /* RFC 9110 15 */
}

static enum outcome converse(struct client *c)
{
    while (!c->is_chosen && !is_over(c)) {
        unsigned ready = await(c);
        if (ready & READY_INPUT)
            receive_input(c);
        if (ready & READY_TO_STOP)
            stop_sending(c, "the server has closed");
        if (ready & READY_OUTPUT && !c->has_stopped)
            send_output(c);
        if (ready & READY_SOURCE && wants_source(c))
            request_offer(c);
    }
    if (!c->is_chosen)
        client_choose(c, judge(fluxo_conn_status(&c->conn)));
    return c->outcome;
}

static void begin_exchange(struct client *c, const struct url *url)
{
    c->is_reused = is_reusable(c, url);
    if (!c->is_reused)
        hang_up(c);
    else if (c->settings->verbose)
        transcript_note("the connection is used again");
    c->url = url;
    c->is_chosen = false;
    c->is_stale = false;
    c->has_stopped = false;
    c->has_head = false;
    c->proceed_at = 0;
    c->heard = 0;
    c->content = 0;
    c->is_decoded = false;
    fluxo_pipe_open(&c->pipe, &c->settings->pipe);
    fluxo_head_reset(&c->head);
    fluxo_head_reset(&c->trailers);
    progress_begin();
}

/* On to the next, unless the server has said something more that nobody asked for. */
static void end_exchange(struct client *c)
{
    const struct fluxo_error_entry *fault;

    progress_clear();
    source_close(&c->source);
    fluxo_pipe_close(&c->pipe);
    if (fluxo_conn_next(&c->conn) == FLUXO_DONE)
        client_tell_life(c);
    else
        hang_up(c);
    if (c->from == c->to ||
        fluxo_conn_receive(&c->conn, c->input + c->from, c->to - c->from, c->events, EVENTS).status != FLUXO_ERROR)
        return;
    fault = fluxo_fault(fluxo_conn_fault(&c->conn));
    remark("%s: behind the response: %s: %s (%s), at octet %" PRIu64, c->url->text, fault->name, fault->sentence,
           fault->section, fluxo_conn_offset(&c->conn));
    hang_up(c);
}

static enum outcome ask_once(struct client *c, const struct url *url)
{
    enum outcome outcome = OUTCOME_SUCCESS;

    begin_exchange(c, url);
    if (c->settings->data)
        outcome = source_open(&c->source, c->settings->data);
    if (!outcome)
        outcome = request_write(c);
    if (!outcome && c->fd < 0)
        outcome = connect_to(c);
    if (!outcome && c->settings->verbose)
        transcript_request(&c->writer);
    if (!outcome && c->source.fd >= 0 && source_is_at_end(&c->source))
        request_end(c);
    if (!outcome) {
        client_tell_life(c);
        outcome = converse(c);
    }
    end_exchange(c);
    return outcome;
}

enum outcome client_ask(struct client *c, const struct url *url)
{
    enum outcome outcome = ask_once(c, url);

    if (!c->is_stale)
        return outcome;
    if (c->settings->verbose)
        transcript_note("the server had closed the connection: once more, on a new one");
    return ask_once(c, url);
}
