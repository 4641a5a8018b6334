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
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/uio.h>
#include <unistd.h>

#include "progress.h"
#include "transcript.h"

static const int64_t CONTINUE_WAIT = 1000; /* milliseconds; RFC 9110 10.1.1: not for an indefinite period */

enum { READY_OUTPUT = 1, READY_INPUT = 2, READY_SOURCE = 4, READY_TO_STOP = 8 };

/* ---- Words ---- */

static void choose(struct client *c, enum outcome outcome)
{
    if (c->is_chosen)
        return;
    c->outcome = outcome;
    c->is_chosen = true;
}

static void tell_life(struct client *c)
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

/* ---- The request's head ---- */

static enum outcome refuse(int answer, const char *option, const char *text)
{
    const char *why = answer == FLUXO_MISUSE_OWN_CALL ? "fluxo-get writes this field itself" : fluxo_misuse(answer)->sentence;

    return complain(answer == FLUXO_MISUSE_MEMORY ? OUTCOME_LOCAL : OUTCOME_MISUSE, "%s%s: %s", option, text, why);
}

static enum outcome refuse_request(const struct client *c, int answer)
{
    if (answer == FLUXO_MISUSE_METHOD)
        return refuse(answer, "--method ", settings_method(c->settings));
    return refuse(answer, "", c->url->text);
}

static bool is_named(const struct line *line, const char *name)
{
    return line->name.length == strlen(name) && strncasecmp(line->name.start, name, line->name.length) == 0;
}

/* Some fields steer the connection and have calls of their own. */
static int write_line(struct fluxo_writer *writer, const struct line *line)
{
    if (is_named(line, "Connection") && line->value.length == 5 && strncasecmp(line->value.start, "close", 5) == 0)
        return fluxo_write_close(writer);
    if (is_named(line, "TE"))
        return fluxo_write_te(writer, line->value);
    return fluxo_write_field(writer, line->name, line->value);
}

static int write_default(struct client *c, const char *name, const char *value)
{
    return settings_has(c->settings, name) ? FLUXO_DONE : fluxo_write_field(&c->writer, fluxo_text(name), fluxo_text(value));
}

static int write_defaults(struct client *c)
{
    char agent[64];
    int answer;

    snprintf(agent, sizeof agent, "fluxo-get/%s", fluxo_version());
    answer = write_default(c, "User-Agent", agent);
    if (!answer)
        answer = write_default(c, "Accept", "*/*");
    if (!answer && c->settings->expect)
        answer = write_default(c, "Expect", "100-continue");
    return answer;
}

static enum outcome write_fields(struct client *c)
{
    int at, answer = write_defaults(c);

    if (answer)
        return refuse_request(c, answer);
    for (at = 0; at < c->settings->line_count && !answer; at++) {
        answer = write_line(&c->writer, &c->settings->lines[at]);
        if (answer)
            return refuse(answer, "--header ", c->settings->lines[at].text);
    }
    return OUTCOME_SUCCESS;
}

static int end_head(struct client *c)
{
    if (!c->settings->data)
        return fluxo_write_head(&c->writer, FLUXO_CONTENT_NONE, 0);
    if (c->source.is_sized)
        return fluxo_write_head(&c->writer, FLUXO_CONTENT_LENGTH, c->source.left);
    return fluxo_write_head(&c->writer, FLUXO_CONTENT_STREAM, 0);
}

static enum outcome write_request(struct client *c)
{
    int answer = fluxo_write_request(&c->writer, fluxo_text(settings_method(c->settings)), fluxo_text(c->url->target),
                                     fluxo_text(c->url->authority));
    enum outcome outcome;

    if (answer)
        return refuse_request(c, answer);
    outcome = write_fields(c);
    if (outcome)
        return outcome;
    answer = end_head(c);
    if (answer)
        return refuse_request(c, answer);
    return OUTCOME_SUCCESS;
}

/* ---- Sending ---- */

/* The rest of the request will not come. The response may still. */
static void stop_sending(struct client *c, const char *why)
{
    if (c->has_stopped)
        return;
    c->has_stopped = true;
    remark("%s: %s; the rest of the request is not sent", c->url->text, why);
    fluxo_conn_shut(&c->conn);
    fluxo_writer_close(&c->writer);
    tell_life(c);
}

static void end_request(struct client *c)
{
    fluxo_write_end(&c->writer);
    tell_life(c);
}

/* A piece of the content, once what was written before is sent: it stays in its place until then. */
static void offer_content(struct client *c)
{
    struct fluxo_span span = {c->piece, 0};
    enum outcome outcome = source_read(&c->source, c->piece, PIECE, &span.length);

    if (outcome) {
        choose(c, outcome);
        return;
    }
    if (span.length)
        fluxo_write_body(&c->writer, &span, 1);
    if (!span.length || source_is_at_end(&c->source))
        end_request(c);
    progress_add(span.length, 0);
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

static void write_head(struct client *c, const struct fluxo_head *head)
{
    char line[32];
    uint32_t field;
    struct fluxo_span span;

    if (fluxo_head_status(head)) {
        snprintf(line, sizeof line, "HTTP/1.%u %03u ", fluxo_conn_facts(&c->conn).minor, fluxo_head_status(head));
        sink_text(c->sink, line);
        span = fluxo_head_reason(head);
        sink_write(c->sink, span.start, span.length);
        sink_text(c->sink, "\r\n");
    }
    for (field = 0; field < fluxo_head_fields(head); field++) {
        span = fluxo_head_name(head, field);
        sink_write(c->sink, span.start, span.length);
        sink_text(c->sink, ": ");
        span = fluxo_head_value(head, field);
        sink_write(c->sink, span.start, span.length);
        sink_text(c->sink, "\r\n");
    }
    sink_text(c->sink, "\r\n");
}

static void show_head(struct client *c, const struct fluxo_head *head)
{
    if (c->settings->verbose)
        transcript_head(head, fluxo_conn_facts(&c->conn).minor);
    if (c->settings->include)
        write_head(c, head);
}

static void begin_content(struct client *c)
{
    struct fluxo_facts facts = fluxo_conn_facts(&c->conn);

    if (facts.framing == FLUXO_FRAMING_LENGTH)
        progress_expect(facts.length);
}

static void take_content(struct client *c, struct fluxo_span span)
{
    c->content += span.length;
    progress_add(0, span.length);
    sink_write(c->sink, span.start, span.length);
}

static void end_content(struct client *c)
{
    if (fluxo_head_fields(&c->trailers))
        show_head(c, &c->trailers);
    if (c->settings->verbose)
        transcript_note("%" PRIu64 " octets of content", c->content);
}

/* Returns whether it could be collected. */
static bool collect(struct client *c, struct fluxo_head *head, struct fluxo_feed fed)
{
    int answer = fluxo_head_add(head, c->input + c->from, fed, c->events);

    if (answer < 0)
        choose(c, complain(OUTCOME_LOCAL, "%s: %s", c->url->text, fluxo_misuse(answer)->sentence));
    return answer == FLUXO_DONE;
}

static bool is_final(const struct client *c)
{
    return fluxo_conn_status(&c->conn) >= 200;
}

static void take_head(struct client *c, struct fluxo_feed fed)
{
    if (!collect(c, &c->head, fed))
        return;
    show_head(c, &c->head);
    c->has_head = is_final(c);
    if (c->has_head)
        begin_content(c);
    else
        fluxo_head_reset(&c->head);
}

static void take_events(struct client *c, struct fluxo_feed fed)
{
    uint32_t at;

    if (!c->has_head) {
        take_head(c, fed);
    } else {
        for (at = 0; at < fed.count; at++)
            if (c->events[at].kind == FLUXO_EVENT_BODY)
                take_content(c, fluxo_event_value(&c->events[at], c->input + c->from));
        collect(c, &c->trailers, fed);
    }
    if (fed.status == FLUXO_MESSAGE && c->has_head)
        end_content(c);
}

/* The peer's fault, with what came before it. */
static void blame(struct client *c)
{
    const struct fluxo_error_entry *fault = fluxo_fault(fluxo_conn_fault(&c->conn));
    bool is_cut = fluxo_conn_fault(&c->conn) == FLUXO_FAULT_TRUNCATED;

    if (c->is_chosen)
        return;
    choose(c, complain(is_cut ? OUTCOME_INCOMPLETE : OUTCOME_BROKEN, "%s: %s: %s (%s), at octet %" PRIu64, c->url->text,
                       fault->name, fault->sentence, fault->section, fluxo_conn_offset(&c->conn)));
}

/* Reads one step of what has come; returns whether there may be another. */
static bool read_step(struct client *c)
{
    bool has_waited = fluxo_conn_want(&c->conn) == FLUXO_WANT_WAIT;
    struct fluxo_feed fed = fluxo_conn_receive(&c->conn, c->input + c->from, c->to - c->from, c->events, EVENTS);

    take_events(c, fed);
    c->from += fed.consumed;
    tell_life(c);
    if (fed.status == FLUXO_ERROR)
        blame(c);
    consider_stopping(c, has_waited);
    return !c->is_chosen && has_response_left(c) && fed.status != FLUXO_NEED_MORE;
}

static void read_input(struct client *c)
{
    while (read_step(c))
        continue;
    sink_flush(c->sink);
    if (c->sink->has_failed)
        choose(c, OUTCOME_LOCAL);
}

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

static void repeat(struct client *c)
{
    c->is_stale = true;
    choose(c, OUTCOME_INCOMPLETE);
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
    take_events(c, fed);
    tell_life(c);
    if (fed.status == FLUXO_ERROR)
        blame(c);
}

/* It ended without a word: even content that ends when the connection does is then not known to be whole. */
static void break_off(struct client *c)
{
    const char *why = strerror(errno);

    if (may_repeat(c))
        repeat(c);
    else
        choose(c, complain(OUTCOME_INCOMPLETE, "%s: %s before the response was complete", c->url->text, why));
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
    choose(c, complain(OUTCOME_TIMEOUT, "%s: nothing happened for %g seconds", c->url->text,
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

    return status >= 600 ? OUTCOME_SERVER_ERROR : outcomes[status / 100 - 2];
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
            offer_content(c);
    }
    if (!c->is_chosen)
        choose(c, judge(fluxo_conn_status(&c->conn)));
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
    if (fluxo_conn_next(&c->conn) == FLUXO_DONE)
        tell_life(c);
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
        outcome = write_request(c);
    if (!outcome && c->fd < 0)
        outcome = connect_to(c);
    if (!outcome && c->settings->verbose)
        transcript_request(&c->writer);
    if (!outcome && c->source.fd >= 0 && source_is_at_end(&c->source))
        end_request(c);
    if (!outcome) {
        tell_life(c);
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
