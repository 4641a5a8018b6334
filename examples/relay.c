/* SPDX-License-Identifier: MIT */
/*
 * relay: a reverse proxy that streams. What clients ask goes on to one origin server, and its responses come back.
 *
 *     relay --listen HOST:PORT --origin HOST:PORT [--timeout SECONDS] [--clients COUNT]
 *
 * How this works
 *
 * A link joins two ends: the client, to which we are a server, and the origin, to which we are a client. Each end has a socket,
 * the input that came from it, and a writer for what goes to it. take() receives what lies in the input of one end and passes
 * it to the writer of the other: a head is written anew, field by field; content is sent from where it lies; trailers follow.
 *
 * Back-pressure is one rule: as long as an end has not been sent all that its writer holds, nothing more is read or taken from
 * the other end. So one buffer a direction is all there is, and who does not read stops who sends. The directions do not know
 * of each other: an upload and its echo flow at the same time.
 *
 * fluxo_conn_want of the client's end steers the link: NEXT leads to the next request, LINGER and CLOSE to the end, SWITCH
 * makes two pipes of it. The origin's connection belongs to its link and lasts from request to request, if the origin likes.
 *
 * All passes a strict parser when it comes and another when it goes, and framing is never copied: what we send means to the
 * next what it meant to us. A response that breaks off is never made to look whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <fluxo/stream.h>

enum {
    INPUT = 65536,       /* octets: more than the limits of head and trailers, so that neither fills it */
    LINES = 130,         /* a start-line and as many fields as the limits allow */
    EVENTS = 64,         /* a usual head in one call */
    LINGER_TIME = 2000,  /* ms for our last octets to arrive (RFC 9112 9.6) */
    STOP_TIME = 5000,    /* ms for exchanges in flight when we are told to end */
    BREATHER = 100,      /* ms without accepting when there are no descriptors left, rather than spinning */
    HOPS_MOST = 99999999 /* Max-Forwards, at most (RFC 9110 7.6.2) */
};

struct end {
    int fd;                       /* -1: none */
    bool can_send, has_more;      /* the socket takes octets; the input may hold something to take */
    bool at_end, is_shut, breaks; /* it sends no more; we send no more; it does not receive */
    bool has_head, has_content;   /* of the message that comes from it */
    struct fluxo_conn conn;
    struct fluxo_writer writer;       /* what goes to it */
    struct fluxo_head head, trailers; /* what came from it */
    struct fluxo_event lines[LINES], trailer_lines[LINES];
    size_t from, to; /* what lies in the input */
    char input[INPUT];
};

struct link {
    struct link *next;
    struct end client, origin;
    int64_t deadline;
    bool is_asked, may_ask_again;       /* the origin has the request; it may have closed before it saw it */
    bool ends_at_close, takes_trailers; /* the response to the client; the client */
    bool is_lingering, is_late, is_gone;
    char address[64];
};

static struct {
    const char *listen, *origin;
    struct addrinfo *origin_address;
    struct fluxo_conn_options options;
    struct link *links;
    struct pollfd *polls;
    int listener, signals[2];
    unsigned count, most;
    int64_t now, timeout, stop_at, accept_at; /* ms */
    bool is_stopping;
} relay = {.timeout = 60000, .most = 500, .stop_at = INT64_MAX};

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "relay: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void put_off(struct link *link, int64_t milliseconds)
{
    link->deadline = relay.now + milliseconds < relay.stop_at ? relay.now + milliseconds : relay.stop_at;
}

/* ---- Ends ---- */

static struct end *other(struct link *link, const struct end *end)
{
    return end == &link->client ? &link->origin : &link->client;
}

static bool owes(const struct end *end)
{
    return fluxo_writer_pending(&end->writer) > 0;
}

static void open_end(struct end *end, int fd, enum fluxo_role role)
{
    memset(end, 0, offsetof(struct end, input));
    end->fd = fd;
    fluxo_conn_init(&end->conn, role, &relay.options);
    fluxo_writer_init(&end->writer, &end->conn, NULL);
    fluxo_head_init(&end->head, end->lines, LINES, NULL);
    fluxo_head_init_trailers(&end->trailers, end->trailer_lines, LINES, NULL);
}

/* The input stays as it is: what has been passed on may still lie there. */
static void close_end(struct end *end)
{
    if (end->fd >= 0)
        close(end->fd);
    end->fd = -1;
    end->has_more = false;
    fluxo_writer_close(&end->writer);
    fluxo_head_close(&end->head);
    fluxo_head_close(&end->trailers);
}

static void forget_message(struct end *end)
{
    end->has_head = end->has_content = false;
    end->has_more = end->from < end->to;
    fluxo_head_reset(&end->head);
    fluxo_head_reset(&end->trailers);
}

static bool prepare_socket(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* we send all we have at once */
    return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* If it cannot be reached, sending or reading will tell. */
static bool connect_origin(struct end *end)
{
    const struct addrinfo *address = relay.origin_address;
    int fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (fd < 0)
        return false;
    open_end(end, fd, FLUXO_CLIENT);
    return prepare_socket(fd) && (connect(fd, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS);
}

/* ---- What we say ourselves ---- */

/* What broke off is not to look as if it had ended. */
static void reset_when_closed(const struct end *end)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/* The client is to see that the response is not whole. Where only the connection's end would end it, that takes a reset. */
static void break_off(struct link *link)
{
    if (link->ends_at_close)
        reset_when_closed(&link->client);
    link->is_gone = link->ends_at_close;
    fluxo_conn_shut(&link->client.conn);
}

/* Instead of the origin, and the last word on this connection: simple, and right whatever of the request is still due. */
static void answer(struct link *link, unsigned status)
{
    struct fluxo_writer *writer = &link->client.writer;
    struct fluxo_span text[] = {fluxo_text(fluxo_status_reason(status)), fluxo_text("\n")};
    close_end(&link->origin);
    link->is_asked = false;
    if (fluxo_write_response(writer, status, fluxo_text(NULL))) { /* another response has begun */
        break_off(link);
        return;
    }
    fluxo_write_date(writer, time(NULL));
    fluxo_write_close(writer);
    fluxo_write_field(writer, fluxo_text("Content-Type"), fluxo_text("text/plain"));
    fluxo_write_head(writer, FLUXO_CONTENT_LENGTH, text[0].length + text[1].length);
    fluxo_write_body(writer, text, 2);
    fluxo_write_end(writer);
}

/* ---- Heads ---- */

/* A number that is sure to be one is read; else the answer is false. */
static bool read_number(struct fluxo_span digits, uint64_t most, uint64_t *number)
{
    *number = 0;
    for (size_t at = 0; at < digits.length; at++) {
        if (digits.start[at] < '0' || digits.start[at] > '9')
            return false;
        *number = *number > most / 10 ? most : *number * 10 + (uint64_t)(digits.start[at] - '0');
    }
    return digits.length > 0;
}

/* RFC 9112 3.2.2: of absolute-form the origin gets path and query as the target, and the authority as Host. */
static struct fluxo_span split_target(const struct fluxo_head *head, struct fluxo_span *host)
{
    static char room[INPUT];
    struct fluxo_span whole = fluxo_head_target(head);
    struct fluxo_target target;
    *host = fluxo_head_get(head, FLUXO_FIELD_HOST);
    if (!host->start)
        *host = fluxo_text(relay.origin); /* HTTP/1.0 */
    if (fluxo_target_split(fluxo_head_method_id(head), whole, &target) || target.form != FLUXO_TARGET_ABSOLUTE)
        return whole;
    *host = target.authority.whole;
    if (target.path.length)
        return fluxo_span_of(target.path.start, (size_t)(whole.start + whole.length - target.path.start));
    if (!target.has_query) /* RFC 9112 3.2.4 */
        return fluxo_text(fluxo_head_method_id(head) == FLUXO_METHOD_OPTIONS ? "*" : "/");
    snprintf(room, sizeof room, "/?%.*s", (int)target.query.length, target.query.start);
    return fluxo_text(room);
}

/* Fields that the writer has calls of its own for are its business. */
static int write_field(struct fluxo_writer *writer, struct fluxo_span name, struct fluxo_span value)
{
    int result = fluxo_write_field(writer, name, value);
    return result == FLUXO_MISUSE_OWN_CALL ? (int)FLUXO_DONE : result;
}

static bool is_limited(const struct fluxo_head *head)
{
    enum fluxo_method method = fluxo_head_method_id(head);
    return method == FLUXO_METHOD_OPTIONS || method == FLUXO_METHOD_TRACE;
}

/* RFC 9110 7.6.2: one hop less. */
static int write_hops(struct fluxo_writer *writer, struct fluxo_span name, struct fluxo_span value)
{
    char text[24];
    uint64_t hops;
    read_number(value, HOPS_MOST, &hops);
    snprintf(text, sizeof text, "%u", (unsigned)hops - 1);
    return fluxo_write_field(writer, name, fluxo_text(text));
}

/* Those that are not for this hop alone (RFC 9110 7.6.1), in their order, and Via behind them (7.6.3). */
static int write_fields(struct fluxo_writer *writer, const struct end *from)
{
    const struct fluxo_head *head = &from->head;
    struct fluxo_span connection[LINES];
    uint32_t count = fluxo_head_all(head, FLUXO_FIELD_CONNECTION, connection, LINES);
    unsigned minor = fluxo_conn_facts(&from->conn).minor;
    bool is_old = minor == 0; /* RFC 9110 10.1.1: then it expects nothing */
    int result = FLUXO_DONE;
    char via[16];
    for (uint32_t field = 0; field < fluxo_head_fields(head) && !result; field++) {
        struct fluxo_span name = fluxo_head_name(head, field), value = fluxo_head_value(head, field);
        if (fluxo_field_is_hop_by_hop(connection, count, name) || (is_old && fluxo_span_is(name, "Expect")))
            continue;
        if (is_limited(head) && fluxo_span_is(name, "Max-Forwards"))
            result = write_hops(writer, name, value);
        else
            result = write_field(writer, name, value);
    }
    snprintf(via, sizeof via, "1.%u relay", minor);
    return result ? result : fluxo_write_field(writer, fluxo_text("Via"), fluxo_text(via));
}

static int write_upgrades(struct fluxo_writer *writer, const struct fluxo_head *head)
{
    struct fluxo_span values[LINES];
    uint32_t count = fluxo_head_all(head, FLUXO_FIELD_UPGRADE, values, LINES);
    int result = FLUXO_DONE;
    for (uint32_t nth = 0; nth < count && !result; nth++)
        result = fluxo_write_upgrade(writer, values[nth]);
    return result;
}

/* ---- Requests ---- */

static int write_request(struct link *link)
{
    static const enum fluxo_content contents[] = {FLUXO_CONTENT_NONE, FLUXO_CONTENT_LENGTH, FLUXO_CONTENT_STREAM};
    struct fluxo_facts facts = fluxo_conn_facts(&link->client.conn);
    struct fluxo_head *head = &link->client.head;
    struct fluxo_writer *writer = &link->origin.writer;
    struct fluxo_span host, target = split_target(head, &host);
    int result = fluxo_write_request(writer, fluxo_head_method(head), target, host);
    if (!result)
        result = write_fields(writer, &link->client);
    if (!result)
        result = fluxo_write_field(writer, fluxo_text("X-Forwarded-For"), fluxo_text(link->address));
    if (!result && link->takes_trailers)
        result = fluxo_write_te(writer, fluxo_text("trailers"));
    if (!result && facts.upgrade)
        result = write_upgrades(writer, head);
    link->client.has_content = facts.framing != FLUXO_FRAMING_NONE;
    return result ? result : fluxo_write_head(writer, contents[facts.framing], facts.length);
}

/* RFC 9110 9.2.2: a request that may be made twice, and that we still have. */
static bool is_repeatable(const struct fluxo_conn *conn)
{
    static const bool idempotent[FLUXO_METHODS] = {
        false,
#define METHOD(id, name, safe, idempotent, section) idempotent,
#include <fluxo/methods.def>
#undef METHOD
    };
    return idempotent[fluxo_conn_method(conn)] && fluxo_conn_facts(conn).framing == FLUXO_FRAMING_NONE;
}

/* What says something before it is asked, or has ended, is no connection to ask on. */
static bool is_quiet(const struct end *end)
{
    char octet;
    if (end->from != end->to)
        return false;
    return recv(end->fd, &octet, 1, MSG_PEEK) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

static void ask_origin(struct link *link)
{
    if (link->origin.fd >= 0 && !is_quiet(&link->origin))
        close_end(&link->origin);
    link->may_ask_again = link->origin.fd >= 0 && is_repeatable(&link->client.conn);
    if (link->origin.fd < 0 && !connect_origin(&link->origin)) {
        answer(link, 502);
        return;
    }
    int result = write_request(link);
    link->is_asked = result == FLUXO_DONE;
    if (result)
        answer(link, result == FLUXO_MISUSE_MEMORY ? 500 : 400);
}

/* The status to answer instead of asking the origin, or 0. */
static unsigned judge_request(const struct fluxo_head *head)
{
    struct fluxo_span value = fluxo_head_get(head, FLUXO_FIELD_MAX_FORWARDS);
    uint64_t hops;
    if (fluxo_head_method_id(head) == FLUXO_METHOD_CONNECT || fluxo_head_is_coded(head)) /* this is no tunnel; RFC 9112 6.1 */
        return 501;
    if (!is_limited(head) || !value.start)
        return 0;
    if (fluxo_head_all(head, FLUXO_FIELD_MAX_FORWARDS, NULL, 0) > 1 || !read_number(value, HOPS_MOST, &hops))
        return 400;
    if (hops > 0)
        return 0;
    return fluxo_head_method_id(head) == FLUXO_METHOD_OPTIONS ? 200 : 501; /* as the final recipient */
}

static void pass_request(struct link *link)
{
    struct fluxo_span te[LINES];
    uint32_t count = fluxo_head_all(&link->client.head, FLUXO_FIELD_TE, te, LINES);
    unsigned status = judge_request(&link->client.head);
    link->takes_trailers = fluxo_list_has(te, count, fluxo_text("trailers"));
    if (status)
        answer(link, status);
    else
        ask_origin(link);
}

/* The origin has closed, or broken the protocol. If it closed an idle connection just when we asked, it is asked once more. */
static void lose_origin(struct link *link, unsigned status)
{
    close_end(&link->origin);
    if (link->is_asked && link->may_ask_again)
        ask_origin(link);
    else if (link->is_asked)
        answer(link, status);
}

/* ---- Responses ---- */

/* RFC 9110 8.6: an answer to HEAD, and a 304, say what would come. */
static enum fluxo_content decide_content(const struct end *origin, uint64_t *length)
{
    struct fluxo_facts facts = fluxo_conn_facts(&origin->conn);
    *length = facts.length;
    if (fluxo_status_is_interim(facts.status) || facts.status == 204 || facts.status == 205)
        return FLUXO_CONTENT_NONE;
    if (facts.framing == FLUXO_FRAMING_NONE)
        return read_number(fluxo_head_get(&origin->head, FLUXO_FIELD_CONTENT_LENGTH), INT64_MAX, length) ? FLUXO_CONTENT_LENGTH
                                                                                                         : FLUXO_CONTENT_STREAM;
    return facts.framing == FLUXO_FRAMING_LENGTH ? FLUXO_CONTENT_LENGTH : FLUXO_CONTENT_STREAM;
}

static int write_response(struct link *link)
{
    struct fluxo_head *head = &link->origin.head;
    struct fluxo_writer *writer = &link->client.writer;
    unsigned status = fluxo_head_status(head);
    uint64_t length;
    enum fluxo_content content = decide_content(&link->origin, &length);
    int result = fluxo_write_response(writer, status, fluxo_head_reason(head));
    if (!result)
        result = write_fields(writer, &link->origin);
    if (!result && status >= 200 && !fluxo_head_get(head, FLUXO_FIELD_DATE).start) /* RFC 9110 6.6.1 */
        result = fluxo_write_date(writer, time(NULL));
    if (!result && (status == 101 || status == 426)) /* RFC 9110 7.8 */
        result = write_upgrades(writer, head);
    if (!result && relay.is_stopping && status >= 200)
        result = fluxo_write_close(writer);
    if (!result)
        result = fluxo_write_head(writer, content, length);
    link->origin.has_content = content != FLUXO_CONTENT_NONE;
    link->ends_at_close = content == FLUXO_CONTENT_STREAM && fluxo_writer_has_body(writer) && !fluxo_writer_is_chunked(writer);
    return result;
}

static void pass_response(struct link *link)
{
    const struct fluxo_head *head = &link->origin.head;
    int result =
        fluxo_head_is_coded(head) ? FLUXO_FAULT : write_response(link); /* we take no transfer coding off but chunked */
    if (result == FLUXO_MISUSE_STATUS && fluxo_status_is_interim(fluxo_head_status(head)) && fluxo_head_status(head) != 101)
        return; /* RFC 9110 15.2: an HTTP/1.0 client gets none of these */
    if (result) {
        fluxo_write_nothing(&link->client.writer);
        answer(link, 502);
    }
}

/* ---- Messages, from either end to the other ---- */

static void pass_head(struct link *link, struct end *from, const char *bytes, struct fluxo_feed fed,
                      const struct fluxo_event *events)
{
    int result = fluxo_head_add(&from->head, bytes, fed, events);
    if (result == FLUXO_NOT_NOW)
        return;
    if (!result)
        result = fluxo_head_keep(&from->head); /* it is needed again: for trailers, or to ask once more */
    from->has_head = true;
    if (result)
        link->is_gone = true;
    else if (from == &link->client)
        pass_request(link);
    else
        pass_response(link);
}

/* All that one call of fluxo_conn_receive told, as one chunk at most. */
static int pass_content(struct end *from, struct end *to, const char *bytes, struct fluxo_feed fed,
                        const struct fluxo_event *events)
{
    struct fluxo_span spans[FLUXO_WRITER_SPANS];
    uint32_t count = 0;
    for (uint32_t at = 0; at < fed.count; at++)
        if (events[at].kind == FLUXO_EVENT_BODY)
            spans[count++] = fluxo_event_value(&events[at], bytes);
    fluxo_head_add(&from->trailers, bytes, fed, events);
    return from->has_content ? fluxo_write_body(&to->writer, spans, count) : (int)FLUXO_DONE;
}

/* The writer refuses those that may not be trailers. */
static void pass_trailers(struct end *from, struct end *to)
{
    struct fluxo_span connection[LINES];
    uint32_t count = fluxo_head_all(&from->head, FLUXO_FIELD_CONNECTION, connection, LINES);
    for (uint32_t nth = 0; nth < fluxo_head_fields(&from->trailers); nth++) {
        struct fluxo_span name = fluxo_head_name(&from->trailers, nth);
        if (!fluxo_field_is_hop_by_hop(connection, count, name))
            fluxo_write_trailer(&to->writer, name, fluxo_head_value(&from->trailers, nth));
    }
}

/* The response is complete. If the request is not, or if it was the last, the origin is done with. */
static void end_exchange(struct link *link)
{
    if (fluxo_conn_want(&link->client.conn) == FLUXO_WANT_NEXT)
        return;
    close_end(&link->origin);
    link->is_asked = false;
}

static int pass_end(struct link *link, struct end *from, struct end *to)
{
    int result = FLUXO_DONE;
    if (from->has_content && fluxo_writer_is_chunked(&to->writer) && (from == &link->client || link->takes_trailers))
        pass_trailers(from, to);
    if (from->has_content)
        result = fluxo_write_end(&to->writer);
    from->has_content = false;
    if (from == &link->origin && fluxo_status_is_interim(fluxo_conn_status(&from->conn)))
        forget_message(from);
    else if (from == &link->origin && !result)
        end_exchange(link);
    return result;
}

/* Who broke the protocol is told so, if it is the client. */
static void blame(struct link *link, struct end *from)
{
    if (from == &link->origin)
        lose_origin(link, 502);
    else if (fluxo_conn_want(&from->conn) != FLUXO_WANT_LINGER) /* then all is said already */
        answer(link, fluxo_fault(fluxo_conn_fault(&from->conn))->status);
}

static void pass(struct link *link, struct end *from, const char *bytes, struct fluxo_feed fed,
                 const struct fluxo_event *events)
{
    struct end *to = other(link, from);
    int result = FLUXO_DONE;
    if (fed.status == FLUXO_ERROR) {
        blame(link, from);
        return;
    }
    if (!from->has_head)
        pass_head(link, from, bytes, fed, events);
    else if (link->is_asked)
        result = pass_content(from, to, bytes, fed, events);
    if (!result && fed.status == FLUXO_MESSAGE && link->is_asked)
        result = pass_end(link, from, to);
    if (result)
        answer(link, 500);
}

/* ---- Steps: each answers whether it has done something, so that another look is worth while ---- */

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* What is sent to an origin that receives no more is thrown away: it may still have something to say. */
static bool send_some(struct link *link, struct end *end)
{
    struct fluxo_span spans[FLUXO_WRITER_PIECES];
    struct iovec parts[FLUXO_WRITER_PIECES];
    ssize_t sent;
    if (!owes(end) || !end->can_send)
        return false;
    uint32_t count = fluxo_writer_output(&end->writer, spans, FLUXO_WRITER_PIECES);
    for (uint32_t nth = 0; nth < count; nth++)
        parts[nth] = (struct iovec){(void *)(uintptr_t)spans[nth].start, spans[nth].length};
    sent = end->breaks ? (ssize_t)fluxo_writer_pending(&end->writer) : writev(end->fd, parts, (int)count);
    if (sent >= 0) {
        fluxo_writer_consumed(&end->writer, (size_t)sent);
        put_off(link, relay.timeout);
        return true;
    }
    end->can_send = !would_block();
    end->breaks = end->can_send;
    link->is_gone = end->breaks && end == &link->client;
    return end->breaks;
}

static bool take(struct link *link, struct end *from)
{
    struct fluxo_event events[EVENTS];
    const char *bytes = from->input + from->from;
    if (!from->has_more || owes(other(link, from)))
        return false;
    struct fluxo_feed fed = fluxo_conn_receive(&from->conn, bytes, from->to - from->from, events,
                                               from->has_head ? (uint32_t)FLUXO_WRITER_SPANS : (uint32_t)EVENTS);
    from->from += fed.consumed;
    from->has_more = fed.status == FLUXO_EVENTS_FULL || fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE;
    pass(link, from, bytes, fed, events);
    return true;
}

/* A client may have closed its side only, and still gets its responses. */
static bool take_end(struct link *link, struct end *from)
{
    struct fluxo_event events[EVENTS];
    enum fluxo_want want = fluxo_conn_want(&from->conn);
    if (from->fd < 0 || !from->at_end || from->has_more || owes(other(link, from)))
        return false;
    if (from == &link->client && want != FLUXO_WANT_READ && want != FLUXO_WANT_DRAIN)
        return false;
    struct fluxo_feed fed = fluxo_conn_end(&from->conn, events, EVENTS);
    if (fed.status != FLUXO_CLOSED)
        pass(link, from, from->input + from->from, fed, events);
    else if (from == &link->origin)
        close_end(from);
    return true;
}

static bool is_idle(const struct link *link)
{
    const struct end *client = &link->client;
    return fluxo_conn_want(&client->conn) == FLUXO_WANT_READ && client->from == client->to && !client->has_head;
}

static bool begin_next(struct link *link)
{
    if (link->is_asked && link->origin.fd >= 0) {
        if (fluxo_conn_want(&link->origin.conn) == FLUXO_WANT_CLOSE)
            close_end(&link->origin);
        else if (fluxo_conn_next(&link->origin.conn) < 0)
            return false; /* it goes on, with what may not be passed on */
        else
            forget_message(&link->origin);
    }
    fluxo_conn_next(&link->client.conn);
    forget_message(&link->client);
    link->is_asked = link->ends_at_close = false;
    return true;
}

static void begin_linger(struct link *link)
{
    shutdown(link->client.fd, SHUT_WR);
    link->is_lingering = true;
    link->client.from = link->client.to = 0;
    put_off(link, LINGER_TIME);
}

static bool move_on(struct link *link)
{
    switch (fluxo_conn_want(&link->client.conn)) {
    case FLUXO_WANT_NEXT:
        return begin_next(link);
    case FLUXO_WANT_LINGER:
        if (!owes(&link->client) && !link->is_lingering)
            begin_linger(link);
        link->is_gone = link->is_lingering && link->client.at_end;
        return false;
    case FLUXO_WANT_CLOSE:
        link->is_gone = !owes(&link->client);
        return false;
    default:
        link->is_gone = relay.is_stopping && is_idle(link) && !owes(&link->client);
        return false;
    }
}

/* Another protocol: octets as they come, and the end of them. */
static bool pour(struct link *link, struct end *from)
{
    struct end *to = other(link, from);
    ssize_t sent;
    if (owes(to) || !to->can_send || to->is_shut)
        return false;
    if (from->from == from->to) {
        to->is_shut = from->at_end && shutdown(to->fd, SHUT_WR) == 0;
        link->is_gone = (to->is_shut && from->is_shut) || (from->at_end && !to->is_shut);
        return false;
    }
    sent = send(to->fd, from->input + from->from, from->to - from->from, 0);
    to->can_send = sent > 0;
    link->is_gone = sent < 0 && !would_block();
    if (link->is_gone)
        reset_when_closed(from);
    from->from += sent > 0 ? (size_t)sent : 0;
    from->has_more = from->from < from->to;
    return sent > 0;
}

static bool step(struct link *link)
{
    struct end *client = &link->client, *origin = &link->origin;
    if (link->is_gone)
        return false;
    if (send_some(link, client) || send_some(link, origin))
        return true;
    if (fluxo_conn_want(&client->conn) == FLUXO_WANT_SWITCH)
        return pour(link, client) || (!link->is_gone && pour(link, origin));
    if (take(link, origin) || take_end(link, origin) || take(link, client) || take_end(link, client))
        return true;
    return move_on(link);
}

/* ---- Reading ---- */

/* Nothing is read while something that was passed on may still lie in the buffer. */
static bool wants_input(struct link *link, struct end *end)
{
    if (end->fd < 0 || end->at_end || end->has_more || owes(other(link, end)) || end->to - end->from == INPUT)
        return false;
    if (end == &link->origin)
        return true;
    switch (fluxo_conn_want(&end->conn)) {
    case FLUXO_WANT_PAUSE:
    case FLUXO_WANT_NEXT:
    case FLUXO_WANT_CLOSE:
        return false;
    case FLUXO_WANT_LINGER:
        return link->is_lingering;
    default:
        return true;
    }
}

static void fail_to_read(struct link *link, struct end *end)
{
    if (fluxo_conn_want(&end->conn) == FLUXO_WANT_SWITCH)
        reset_when_closed(other(link, end));
    if (end == &link->client || fluxo_conn_want(&end->conn) == FLUXO_WANT_SWITCH)
        link->is_gone = true;
    else
        lose_origin(link, 502);
}

static void fill(struct link *link, struct end *end)
{
    if (end->from == end->to || end->to == INPUT) {
        memmove(end->input, end->input + end->from, end->to - end->from);
        end->to -= end->from;
        end->from = 0;
    }
    ssize_t got = recv(end->fd, end->input + end->to, INPUT - end->to, 0);
    if (got < 0) {
        if (!would_block())
            fail_to_read(link, end);
        return;
    }
    end->at_end = got == 0;
    if (link->is_lingering)
        return;
    end->to += (size_t)got;
    end->has_more = got > 0;
    link->may_ask_again &= end != &link->origin || got == 0;
    put_off(link, relay.timeout);
}

/* ---- Links ---- */

static void open_link(int fd, const struct sockaddr *address, socklen_t length)
{
    struct link *link = calloc(1, sizeof *link);
    if (!link || !prepare_socket(fd)) {
        free(link);
        close(fd);
        return;
    }
    open_end(&link->client, fd, FLUXO_SERVER);
    link->client.can_send = true;
    link->origin.fd = -1;
    getnameinfo(address, length, link->address, sizeof link->address, NULL, 0, NI_NUMERICHOST);
    put_off(link, relay.timeout);
    link->next = relay.links;
    relay.links = link;
    relay.count++;
}

static void close_link(struct link *link)
{
    close_end(&link->client);
    close_end(&link->origin);
    free(link);
    relay.count--;
}

/* Who has waited too long is told why, if that can be said, and has a moment more. */
static void expire(struct link *link)
{
    enum fluxo_want want = fluxo_conn_want(&link->client.conn);
    bool is_over = link->is_late || link->is_lingering || is_idle(link) || want == FLUXO_WANT_SWITCH;
    put_off(link, LINGER_TIME);
    link->is_late = true;
    if (is_over)
        link->is_gone = true;
    else
        answer(link, want == FLUXO_WANT_READ && !owes(&link->origin) ? 408 : 504);
}

static void serve_end(struct link *link, struct end *end, const struct pollfd *found)
{
    if (!found->revents || found->fd != end->fd || link->is_gone)
        return;
    if (found->revents & (POLLOUT | POLLERR | POLLHUP))
        end->can_send = true;
    if (found->events == 0) /* the client is gone: a reset */
        link->is_gone = true;
    else if ((found->revents & (POLLIN | POLLERR | POLLHUP)) && wants_input(link, end))
        fill(link, end);
}

static void serve_link(struct link *link, const struct pollfd *found)
{
    serve_end(link, &link->origin, &found[1]);
    serve_end(link, &link->client, &found[0]);
    while (step(link))
        continue;
    if (!link->is_gone && link->deadline <= relay.now) {
        expire(link);
        while (step(link))
            continue;
    }
}

/* ---- The loop ---- */

static int64_t read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool is_pouring(const struct link *link)
{
    return fluxo_conn_want(&link->client.conn) == FLUXO_WANT_SWITCH;
}

static struct pollfd watch_end(struct link *link, struct end *end)
{
    struct end *from = other(link, end);
    bool sends = owes(end) || (is_pouring(link) && (from->from < from->to || from->at_end) && !end->is_shut);
    struct pollfd poll = {.fd = end->fd};
    poll.events = (short)((wants_input(link, end) ? POLLIN : 0) | (sends && !end->can_send ? POLLOUT : 0));
    if (!poll.events &&
        (end == &link->origin || end->at_end || end->is_shut)) /* poll() would tell a hang-up, again and again */
        poll.fd = -1;
    return poll;
}

/* Fills relay.polls: signals, listener, two ends a link. Returns how many, and sets the time to wait. */
static nfds_t watch_all(int *wait)
{
    bool accepts = !relay.is_stopping && relay.count < relay.most && relay.now >= relay.accept_at;
    int64_t soonest = relay.now < relay.accept_at ? relay.accept_at : INT64_MAX;
    nfds_t count = 2;
    relay.polls[0] = (struct pollfd){.fd = relay.is_stopping ? -1 : relay.signals[0], .events = POLLIN};
    relay.polls[1] = (struct pollfd){.fd = accepts ? relay.listener : -1, .events = POLLIN};
    for (struct link *link = relay.links; link; link = link->next) {
        relay.polls[count++] = watch_end(link, &link->client);
        relay.polls[count++] = watch_end(link, &link->origin);
        soonest = link->deadline < soonest ? link->deadline : soonest;
    }
    *wait = soonest == INT64_MAX ? -1 : soonest > relay.now ? (int)(soonest - relay.now) : 0;
    return count;
}

static void serve_links(void)
{
    const struct pollfd *found = &relay.polls[2];
    for (struct link **place = &relay.links, *link; (link = *place); found += 2) {
        serve_link(link, found);
        if (link->is_gone) {
            *place = link->next;
            close_link(link);
        } else {
            place = &link->next;
        }
    }
}

static void accept_clients(void)
{
    while (relay.count < relay.most) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int fd = accept(relay.listener, (struct sockaddr *)&address, &length);
        if (fd >= 0)
            open_link(fd, (struct sockaddr *)&address, length);
        else if (errno == ECONNABORTED || errno == EINTR)
            continue;
        else {
            relay.accept_at = would_block() ? 0 : relay.now + BREATHER;
            return;
        }
    }
}

static void stop(void)
{
    relay.is_stopping = true;
    relay.stop_at = relay.now + STOP_TIME;
    close(relay.listener);
    for (struct link *link = relay.links; link; link = link->next)
        put_off(link, relay.timeout);
}

static void run(void)
{
    while (!relay.is_stopping || relay.links) {
        int wait;
        relay.now = read_clock();
        nfds_t count = watch_all(&wait);
        if (poll(relay.polls, count, wait) < 0 && errno != EINTR)
            fail("poll", strerror(errno));
        relay.now = read_clock();
        if (relay.polls[0].revents)
            stop();
        serve_links();
        if (relay.polls[1].revents && !relay.is_stopping)
            accept_clients();
    }
}

/* A second signal, of either name, kills. */
static void note_signal(int number)
{
    int saved = errno;
    (void)number;
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (write(relay.signals[1], "", 1) < 0)
        errno = saved;
    errno = saved;
}

/* ---- The beginning ---- */

static struct addrinfo *find_address(const char *text, int flags)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags}, *found;
    char host[256];
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;
    if (!colon || length >= sizeof host)
        fail(text, "not HOST:PORT");
    memcpy(host, text, length);
    host[length] = '\0';
    if (host[0] == '[' && host[length - 1] == ']') { /* IPv6 */
        memmove(host, host + 1, length);
        host[length - 2] = '\0';
    }
    int result = getaddrinfo(host, colon + 1, &hints, &found);
    if (result)
        fail(text, gai_strerror(result));
    return found;
}

static void listen_for_clients(void)
{
    struct addrinfo *address = find_address(relay.listen, AI_PASSIVE);
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    int on = 1;
    char host[64], port[16];
    relay.listener = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    setsockopt(relay.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (relay.listener < 0 || !prepare_socket(relay.listener) ||
        bind(relay.listener, address->ai_addr, address->ai_addrlen) < 0 || listen(relay.listener, SOMAXCONN) < 0)
        fail(relay.listen, strerror(errno));
    freeaddrinfo(address);
    getsockname(relay.listener, (struct sockaddr *)&bound, &length);
    getnameinfo((struct sockaddr *)&bound, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    printf(strchr(host, ':') ? "relay: http://[%s]:%s/\n" : "relay: http://%s:%s/\n", host, port);
    fflush(stdout);
}

static void listen_for_signals(void)
{
    struct sigaction action = {.sa_handler = note_signal};
    sigemptyset(&action.sa_mask);
    if (pipe(relay.signals) < 0 || sigaction(SIGTERM, &action, NULL) < 0 || sigaction(SIGINT, &action, NULL) < 0)
        fail("signals", strerror(errno));
    signal(SIGPIPE, SIG_IGN); /* a write says EPIPE where we are looking */
}

static void read_arguments(int count, char **words)
{
    for (int at = 1; at + 1 < count; at += 2) {
        const char *value = words[at + 1];
        if (strcmp(words[at], "--listen") == 0)
            relay.listen = value;
        else if (strcmp(words[at], "--origin") == 0)
            relay.origin = value;
        else if (strcmp(words[at], "--timeout") == 0)
            relay.timeout = atoi(value) * (int64_t)1000;
        else if (strcmp(words[at], "--clients") == 0)
            relay.most = (unsigned)atoi(value);
        else
            fail(words[at], "not an option");
    }
    if (!relay.listen || !relay.origin || relay.timeout <= 0 || relay.most == 0 || count % 2 == 0)
        fail("usage", "relay --listen HOST:PORT --origin HOST:PORT [--timeout SECONDS] [--clients COUNT]");
}

/* A client takes two descriptors, its own and one to the origin; poll() refuses more than there may be. */
static void limit_clients(void)
{
    long most = (sysconf(_SC_OPEN_MAX) - 16) / 2;
    if (most > 0 && relay.most > (unsigned long)most)
        relay.most = (unsigned)most;
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv);
    limit_clients();
    fluxo_conn_options_init(&relay.options);
    relay.options.parser.relax = FLUXO_PROFILE_STRICT;
    relay.origin_address = find_address(relay.origin, 0);
    relay.polls = calloc(2 + 2 * (size_t)relay.most, sizeof *relay.polls);
    if (!relay.polls)
        fail("memory", strerror(errno));
    listen_for_signals();
    listen_for_clients();
    run();
    freeaddrinfo(relay.origin_address);
    free(relay.polls);
    return EXIT_SUCCESS;
}
