/* SPDX-License-Identifier: MIT */
/*
 * A connection: a parser for the side that is read, and the life of both.
 *
 * How this works: whatever happens becomes an event of life.def. What is read comes from the parser's events; what is written
 * from the writer, which reads it with a parser of its own. So heads of either origin pass through fluxo_conn_see_head, and one
 * table decides for both.
 */

#include "conn.h"

static const uint64_t DRAIN_OCTETS = 65536;
static const uint32_t INTERIMS = 16;

void fluxo_conn_options_init(struct fluxo_conn_options *options)
{
    fluxo_options_init(&options->parser);
    options->drain = DRAIN_OCTETS;
    options->interims = INTERIMS;
}

int fluxo_conn_init(struct fluxo_conn *conn, enum fluxo_role role, const struct fluxo_conn_options *options)
{
    struct fluxo_conn fresh;

    memset(&fresh, 0, sizeof fresh);
    if (fluxo_parser_init(&fresh.parser, role == FLUXO_SERVER ? FLUXO_REQUEST : FLUXO_RESPONSE,
                          options ? &options->parser : NULL))
        return FLUXO_MISUSE_ARGUMENT;
    fresh.options = options;
    fresh.life.flags = role == FLUXO_SERVER ? FLUXO_LIFE_SERVER : 0;
    *conn = fresh;
    return FLUXO_DONE;
}

static int has(const struct fluxo_conn *conn, unsigned flag)
{
    return (conn->life.flags & flag) != 0;
}

static int is_server(const struct fluxo_conn *conn)
{
    return has(conn, FLUXO_LIFE_SERVER);
}

enum fluxo_kind fluxo_conn_writes(const struct fluxo_conn *conn)
{
    return is_server(conn) ? FLUXO_RESPONSE : FLUXO_REQUEST;
}

static enum fluxo_kind reads(const struct fluxo_conn *conn)
{
    return is_server(conn) ? FLUXO_REQUEST : FLUXO_RESPONSE;
}

static unsigned side_read(const struct fluxo_conn *conn)
{
    return is_server(conn) ? conn->life.request : conn->life.response;
}

/* ---- Messages, read or written ---- */

static int has_body(const struct fluxo_facts *facts)
{
    return facts->framing != FLUXO_FRAMING_NONE && (facts->framing != FLUXO_FRAMING_LENGTH || facts->length > 0);
}

static int see_request(struct fluxo_conn *conn, const struct fluxo_facts *facts)
{
    unsigned brings = facts->keep_alive ? 0 : FLUXO_LIFE_CLOSE;

    brings |= facts->minor == 0 ? FLUXO_LIFE_OLD : 0;
    brings |= facts->upgrade ? FLUXO_LIFE_UPGRADE : 0;
    brings |= facts->method == FLUXO_METHOD_CONNECT ? FLUXO_LIFE_CONNECT : 0;
    brings |= facts->expect_continue && has_body(facts) ? FLUXO_LIFE_EXPECT : 0;
    if (!fluxo_life_step(&conn->life, FLUXO_LIFE_EVENT_REQUEST, brings))
        return 0;
    conn->method = facts->method;
    if (!is_server(conn))
        fluxo_parser_answers(&conn->parser, (enum fluxo_method)facts->method);
    return 1;
}

enum fluxo_life_event fluxo_conn_name_response(const struct fluxo_conn *conn, unsigned status)
{
    if (status == 100)
        return FLUXO_LIFE_EVENT_CONTINUE;
    if (status == 101)
        return FLUXO_LIFE_EVENT_SWITCH;
    if (fluxo_status_is_interim(status))
        return FLUXO_LIFE_EVENT_INTERIM;
    return status < 300 && has(conn, FLUXO_LIFE_CONNECT) ? FLUXO_LIFE_EVENT_TUNNEL : FLUXO_LIFE_EVENT_RESPONSE;
}

static int see_response(struct fluxo_conn *conn, const struct fluxo_facts *facts)
{
    unsigned brings = facts->keep_alive ? 0 : FLUXO_LIFE_CLOSE;

    brings |= facts->framing == FLUXO_FRAMING_CLOSE ? FLUXO_LIFE_UNTIL_CLOSE : 0;
    if (!fluxo_life_step(&conn->life, fluxo_conn_name_response(conn, facts->status), brings))
        return 0;
    conn->status = facts->status;
    return 1;
}

int fluxo_conn_see_head(struct fluxo_conn *conn, enum fluxo_kind kind, const struct fluxo_facts *facts)
{
    return kind == FLUXO_REQUEST ? see_request(conn, facts) : see_response(conn, facts);
}

int fluxo_conn_see_content(struct fluxo_conn *conn, enum fluxo_kind kind)
{
    return fluxo_life_step(&conn->life,
                           kind == FLUXO_REQUEST ? FLUXO_LIFE_EVENT_REQUEST_CONTENT : FLUXO_LIFE_EVENT_RESPONSE_CONTENT, 0);
}

/* Interim responses, and those that switch, are over with their head. */
int fluxo_conn_see_end(struct fluxo_conn *conn, enum fluxo_kind kind)
{
    if (kind == FLUXO_REQUEST)
        return fluxo_life_step(&conn->life, FLUXO_LIFE_EVENT_REQUEST_END, 0);
    if (conn->life.response == FLUXO_SIDE_WAIT || conn->life.response == FLUXO_SIDE_TUNNEL)
        return 1;
    return fluxo_life_step(
        &conn->life, has(conn, FLUXO_LIFE_UNTIL_CLOSE) ? FLUXO_LIFE_EVENT_RESPONSE_CLOSE : FLUXO_LIFE_EVENT_RESPONSE_END, 0);
}

/* ---- Receiving ---- */

static struct fluxo_feed tell(unsigned status)
{
    struct fluxo_feed feed;

    memset(&feed, 0, sizeof feed);
    feed.status = (uint8_t)status;
    return feed;
}

static struct fluxo_feed tell_misuse(void)
{
    struct fluxo_feed fed = tell(FLUXO_ERROR);

    fed.error = FLUXO_ERR_MISUSE;
    return fed;
}

static void blame(struct fluxo_conn *conn, unsigned fault)
{
    conn->fault = (uint8_t)fault;
    fluxo_life_step(&conn->life, is_server(conn) ? FLUXO_LIFE_EVENT_REQUEST_BAD : FLUXO_LIFE_EVENT_RESPONSE_BAD, 0);
}

static uint32_t interims_most(const struct fluxo_conn *conn)
{
    return conn->options ? conn->options->interims : INTERIMS;
}

static uint64_t drain_most(const struct fluxo_conn *conn)
{
    return conn->options ? conn->options->drain : DRAIN_OCTETS;
}

/* The fault of a head that has come, or 0. */
static unsigned see_head_read(struct fluxo_conn *conn)
{
    struct fluxo_facts facts = fluxo_parser_facts(&conn->parser);

    if (!fluxo_conn_see_head(conn, reads(conn), &facts))
        return FLUXO_FAULT_SWITCH_UNASKED;
    if (fluxo_status_is_interim(facts.status) && facts.status != 101 && conn->interims++ >= interims_most(conn))
        return FLUXO_FAULT_INTERIMS_LIMIT;
    return 0;
}

/* The method is known before the head is complete, and counts if that is refused: RFC 9110 9.3.2, no content after HEAD. */
static unsigned see_event(struct fluxo_conn *conn, const struct fluxo_event *event)
{
    if (event->kind == FLUXO_EVENT_REQUEST_LINE && !(event->flags & FLUXO_EVENT_MORE))
        conn->method = (uint8_t)event->id;
    if (event->kind == FLUXO_EVENT_HEAD)
        return see_head_read(conn);
    if (event->kind == FLUXO_EVENT_MESSAGE)
        fluxo_conn_see_end(conn, reads(conn));
    return 0;
}

static void see_events(struct fluxo_conn *conn, struct fluxo_feed *fed, const struct fluxo_event *events)
{
    uint32_t at;
    unsigned fault = 0;

    for (at = 0; at < fed->count && !fault; at++)
        fault = see_event(conn, &events[at]);
    if (fed->status == FLUXO_ERROR)
        fault = fed->error;
    if (!fault)
        return;
    blame(conn, fault);
    fed->status = FLUXO_ERROR;
    fed->error = (uint8_t)fault;
}

/* Who gets no more of a body than this need not be told of it. */
static void drop_events(struct fluxo_conn *conn, struct fluxo_feed *fed)
{
    conn->drained += fed->consumed;
    fed->count = 0;
    if (conn->drained > drain_most(conn) && fluxo_life_step(&conn->life, FLUXO_LIFE_EVENT_EXCESS, 0))
        conn->fault = FLUXO_FAULT_DRAIN_LIMIT;
    if (conn->fault == FLUXO_FAULT_DRAIN_LIMIT) {
        fed->status = FLUXO_ERROR;
        fed->error = conn->fault;
    }
}

/* One octet more than may be drained, however many come at once; but not fewer than the parser has seen already. */
static size_t limit_drain(const struct fluxo_conn *conn, size_t length)
{
    uint64_t most = drain_most(conn) - conn->drained;

    if (most < conn->left)
        most = conn->left;
    return length > most ? (size_t)most + 1 : length;
}

static struct fluxo_feed feed(struct fluxo_conn *conn, const void *bytes, size_t length, struct fluxo_event *events,
                              uint32_t capacity)
{
    int drains = conn->life.response == FLUXO_SIDE_DONE && fluxo_conn_want(conn) == FLUXO_WANT_DRAIN;
    size_t shown = drains ? limit_drain(conn, length) : length;
    struct fluxo_feed fed = fluxo_parser_feed(&conn->parser, bytes, shown, events, capacity);

    if (fed.error == FLUXO_ERR_MISUSE)
        return fed;
    conn->left = (uint32_t)(shown - fed.consumed);
    see_events(conn, &fed, events);
    if (drains)
        drop_events(conn, &fed);
    if (fed.status == FLUXO_HEAD ? fed.consumed < length : length > 0) /* if a body is due, it comes: nobody waits for 100 */
        fluxo_conn_see_content(conn, reads(conn));
    return fed;
}

/* Who asks for more has seen all: a line that drains may be longer than what was shown at first. */
static struct fluxo_feed feed_all(struct fluxo_conn *conn, const void *bytes, size_t length, struct fluxo_event *events,
                                  uint32_t capacity)
{
    struct fluxo_feed fed = feed(conn, bytes, length, events, capacity);
    size_t consumed = fed.consumed;

    while (fed.status == FLUXO_NEED_MORE && consumed + conn->left < length) {
        fed = feed(conn, (const char *)bytes + consumed, length - consumed, events, capacity);
        consumed += fed.consumed;
    }
    fed.consumed = consumed;
    return fed;
}

/* What comes while nothing is asked may be empty lines (RFC 9112 9.2), and nothing else. */
static struct fluxo_feed skip_empty_lines(struct fluxo_conn *conn, const char *bytes, size_t length)
{
    struct fluxo_feed fed = tell(FLUXO_NEED_MORE);

    while (length - fed.consumed >= 2 && bytes[fed.consumed] == '\r' && bytes[fed.consumed + 1] == '\n')
        fed.consumed += 2;
    conn->skipped += fed.consumed;
    if (length - fed.consumed == 0 || (length - fed.consumed == 1 && bytes[fed.consumed] == '\r'))
        return fed;
    blame(conn, FLUXO_FAULT_RESPONSE_UNASKED);
    fed.status = FLUXO_ERROR;
    fed.error = FLUXO_FAULT_RESPONSE_UNASKED;
    return fed;
}

static struct fluxo_feed pause(struct fluxo_conn *conn, size_t length)
{
    if (length)
        fluxo_life_step(&conn->life, FLUXO_LIFE_EVENT_HOLD, 0);
    return tell(FLUXO_PAUSED);
}

/* The side that is read, when it takes no more bytes. */
static struct fluxo_feed answer_over(const struct fluxo_conn *conn, unsigned side)
{
    struct fluxo_feed fed = tell(side == FLUXO_SIDE_TUNNEL ? FLUXO_SWITCHED : FLUXO_CLOSED);

    if (conn->fault) {
        fed.status = FLUXO_ERROR;
        fed.error = conn->fault;
    }
    return fed;
}

/* A server that has said its last word takes no request any more. */
static int is_deaf(const struct fluxo_conn *conn)
{
    return has(conn, FLUXO_LIFE_CLOSE) && conn->life.request == FLUXO_SIDE_IDLE;
}

struct fluxo_feed fluxo_conn_receive(struct fluxo_conn *conn, const void *bytes, size_t length, struct fluxo_event *events,
                                     uint32_t capacity)
{
    unsigned side = side_read(conn);

    if (!events || capacity < FLUXO_CAPACITY_LEAST || (length && !bytes))
        return tell_misuse();
    if (side == FLUXO_SIDE_DONE && !is_server(conn) && has(conn, FLUXO_LIFE_CLOSE))
        return tell(FLUXO_CLOSED);
    if (side == FLUXO_SIDE_DONE)
        return pause(conn, length);
    if (side >= FLUXO_SIDE_TUNNEL || is_deaf(conn))
        return answer_over(conn, side);
    if (!is_server(conn) && side == FLUXO_SIDE_IDLE)
        return skip_empty_lines(conn, (const char *)bytes, length);
    return feed_all(conn, bytes, length, events, capacity);
}

/* ---- The end of what is received ---- */

static void close_side_read(struct fluxo_conn *conn)
{
    fluxo_life_step(&conn->life, is_server(conn) ? FLUXO_LIFE_EVENT_REQUEST_CLOSE : FLUXO_LIFE_EVENT_RESPONSE_CLOSE, 0);
}

static struct fluxo_feed truncate(struct fluxo_conn *conn)
{
    struct fluxo_feed fed = tell(FLUXO_ERROR);

    blame(conn, FLUXO_FAULT_TRUNCATED);
    fed.error = conn->fault;
    return fed;
}

struct fluxo_feed fluxo_conn_end(struct fluxo_conn *conn, struct fluxo_event *events, uint32_t capacity)
{
    unsigned side = side_read(conn);
    struct fluxo_feed fed;

    if (!events || capacity < FLUXO_CAPACITY_LEAST || has(conn, FLUXO_LIFE_HELD))
        return tell_misuse();
    if (side >= FLUXO_SIDE_TUNNEL)
        return answer_over(conn, side);
    fed = fluxo_parser_finish(&conn->parser, events, capacity);
    if (fed.status == FLUXO_MESSAGE) {
        see_events(conn, &fed, events);
        return fed;
    }
    if (side == FLUXO_SIDE_WAIT || fed.status == FLUXO_NEED_MORE)
        return truncate(conn);
    close_side_read(conn);
    return tell(FLUXO_CLOSED);
}

/* Whether the parser stands inside a message, whose head need not be complete. */
static int is_inside(struct fluxo_parser parser)
{
    struct fluxo_event events[FLUXO_CAPACITY_LEAST];

    return fluxo_parser_finish(&parser, events, FLUXO_CAPACITY_LEAST).status == FLUXO_NEED_MORE;
}

/* Whether something has begun, or is due, which has not come to its end. */
static int has_begun(const struct fluxo_conn *conn)
{
    unsigned side = side_read(conn);

    if (side == FLUXO_SIDE_IDLE)
        return is_inside(conn->parser);
    return side == FLUXO_SIDE_WAIT || side == FLUXO_SIDE_BODY;
}

/* A response that is broken off in its body is BAD, not closed, whatever would have ended it. */
void fluxo_conn_break(struct fluxo_conn *conn)
{
    if (has_begun(conn))
        conn->fault = FLUXO_FAULT_TRUNCATED;
    if (conn->fault)
        fluxo_life_step(&conn->life, FLUXO_LIFE_EVENT_RESPONSE_BAD, 0);
    fluxo_life_step(&conn->life, FLUXO_LIFE_EVENT_REQUEST_CLOSE, 0);
    fluxo_life_step(&conn->life, FLUXO_LIFE_EVENT_RESPONSE_CLOSE, 0);
}

/* ---- What is known, and what the caller decides ---- */

enum fluxo_want fluxo_conn_want(const struct fluxo_conn *conn)
{
    return fluxo_life_want(&conn->life);
}

struct fluxo_life fluxo_conn_life(const struct fluxo_conn *conn)
{
    return conn->life;
}

struct fluxo_facts fluxo_conn_facts(const struct fluxo_conn *conn)
{
    return fluxo_parser_facts(&conn->parser);
}

enum fluxo_method fluxo_conn_method(const struct fluxo_conn *conn)
{
    return (enum fluxo_method)conn->method;
}

unsigned fluxo_conn_status(const struct fluxo_conn *conn)
{
    return conn->status;
}

unsigned fluxo_conn_fault(const struct fluxo_conn *conn)
{
    return conn->fault;
}

uint64_t fluxo_conn_offset(const struct fluxo_conn *conn)
{
    uint64_t seen = conn->fault == FLUXO_FAULT_TRUNCATED ? conn->left : 0;

    return fluxo_parser_offset(&conn->parser) + conn->skipped + seen;
}

static int take_step(struct fluxo_conn *conn, enum fluxo_life_event event)
{
    if (!fluxo_life_step(&conn->life, event, 0))
        return FLUXO_MISUSE_ORDER;
    return FLUXO_DONE;
}

int fluxo_conn_accept(struct fluxo_conn *conn)
{
    if (has(conn, FLUXO_LIFE_EXPECT))
        return take_step(conn, FLUXO_LIFE_EVENT_WANT);
    if (!is_server(conn) || conn->life.request != FLUXO_SIDE_BODY)
        return FLUXO_MISUSE_ORDER;
    return FLUXO_DONE;
}

int fluxo_conn_proceed(struct fluxo_conn *conn)
{
    return take_step(conn, FLUXO_LIFE_EVENT_PROCEED);
}

int fluxo_conn_next(struct fluxo_conn *conn)
{
    int answer = take_step(conn, FLUXO_LIFE_EVENT_NEXT);

    if (answer)
        return answer;
    conn->drained = 0;
    conn->interims = 0;
    conn->status = 0;
    conn->method = 0;
    return FLUXO_DONE;
}

int fluxo_conn_shut(struct fluxo_conn *conn)
{
    return take_step(conn, is_server(conn) ? FLUXO_LIFE_EVENT_RESPONSE_CLOSE : FLUXO_LIFE_EVENT_REQUEST_CLOSE);
}
