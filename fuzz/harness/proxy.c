/* SPDX-License-Identifier: MIT */
/*
 * Two parsers in a row: what one reads, by any profile, is written again as a proxy would, and read by a strict one and by the
 * reference model. The same messages come out, with the same ends (side.h), or nothing.
 *
 * The bytes are requests or responses, as the head says; octet [7] is the method that all responses answer.
 */
#include "side.h"

#include <string.h>

static struct side side;

struct stream {
    const struct trial *trial;
    struct reading reading;
    struct norm norm;
    size_t at; /* the next record */
};

/* ---- Reading ---- */

static void read_stream(struct stream *stream, const struct trial *trial)
{
    static struct record records[RECORDS_MOST];
    static struct fluxo_facts heads[HEADS_MOST];
    struct fluxo_event events[CAPACITY_MOST];
    struct fluxo_options options = trial->options;
    struct fluxo_parser parser;
    struct fluxo_feed fed;
    size_t at = 0;

    options.flags = 0;
    stream->trial = trial;
    stream->at = 0;
    stream->reading.records = records;
    stream->reading.room = RECORDS_MOST;
    norm_begin(&stream->norm, &stream->reading, heads);
    fluxo_parser_init(&parser, trial->kind, &options);
    do {
        fluxo_parser_answers(&parser, trial->answers); /* misuse inside a message, which changes nothing */
        fed = fluxo_parser_feed(&parser, trial->bytes + at, trial->length - at, events, CAPACITY_MOST);
        norm_add(&stream->norm, &parser, (uint32_t)at, trial->length - at, events, fed.count);
        at += fed.consumed;
    } while (fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE || fed.status == FLUXO_EVENTS_FULL);
    norm_end(&stream->norm);
}

static const struct record *look(const struct stream *stream)
{
    return stream->at < stream->reading.count ? &stream->reading.records[stream->at] : NULL;
}

static int is_next(const struct stream *stream, unsigned kind)
{
    const struct record *record = look(stream);

    return record && record->kind == kind;
}

static struct fluxo_span name_of(const struct stream *stream, const struct record *record)
{
    return fluxo_span_of((const char *)stream->trial->bytes + record->name_at, record->name_length);
}

static struct fluxo_span value_of(const struct stream *stream, const struct record *record)
{
    return fluxo_span_of((const char *)stream->trial->bytes + record->value_at, record->value_length);
}

/* ---- Writing ---- */

static int make(char call, struct fluxo_span first, struct fluxo_span second, struct fluxo_span third)
{
    struct line line;

    memset(&line, 0, sizeof line);
    line.call = call;
    line.arguments[0] = first;
    line.arguments[1] = second;
    line.arguments[2] = third;
    return side_call(&side, &line);
}

static int make_plain(char call)
{
    struct fluxo_span nothing = {NULL, 0};

    return make(call, nothing, nothing, nothing);
}

/* RFC 9110 7.6.1 and 7.2: what a proxy does not forward as it came. */
static int is_forwarded(const struct stream *stream, const struct record *record, const struct fluxo_span *connection,
                        size_t count)
{
    struct fluxo_span name = name_of(stream, record);

    return !fluxo_field_is_hop_by_hop(connection, count, name) && !fluxo_span_is(name, "Host") &&
           !fluxo_span_is(name, "Content-Length");
}

/* Of a head: what it says of its framing, and whether its octets are coded in a way that is not taken off. */
struct said {
    struct fluxo_span connection[16];
    size_t connections;
    struct fluxo_span host, length;
    int is_coded;
};

static void note_field(struct said *said, const struct stream *stream, const struct record *record)
{
    struct fluxo_span name = name_of(stream, record), value = value_of(stream, record);

    if (fluxo_span_is(name, "Connection") && said->connections < 16)
        said->connection[said->connections++] = value;
    else if (fluxo_span_is(name, "Host"))
        said->host = value;
    else if (fluxo_span_is(name, "Content-Length"))
        said->length = value;
    else if (fluxo_span_is(name, "Transfer-Encoding") && !fluxo_span_is(value, "chunked"))
        said->is_coded = 1;
}

static struct said look_at_fields(const struct stream *stream)
{
    struct said said;
    size_t at;

    memset(&said, 0, sizeof said);
    for (at = stream->at; at < stream->reading.count && stream->reading.records[at].kind == FLUXO_EVENT_FIELD; at++)
        note_field(&said, stream, &stream->reading.records[at]);
    return said;
}

/* Folds are refused with their line: a name that is none. */
static int write_fields(struct stream *stream, const struct said *said)
{
    int answer = FLUXO_DONE;

    for (; answer == FLUXO_DONE && is_next(stream, FLUXO_EVENT_FIELD); stream->at++) {
        const struct record *record = look(stream);
        if (is_forwarded(stream, record, said->connection, said->connections))
            answer = make('f', name_of(stream, record), value_of(stream, record), fluxo_text(NULL));
    }
    return answer;
}

/* The authority of an absolute target wins (RFC 9112 3.2.2). */
static int write_request_line(const struct stream *stream, const struct record *start, const struct said *said)
{
    struct fluxo_span target = value_of(stream, start), host = said->host;
    struct fluxo_target parts;

    if (fluxo_target_split((enum fluxo_method)start->id, target, &parts) == FLUXO_DONE && parts.authority.whole.length)
        host = parts.authority.whole;
    return make('q', name_of(stream, start), target, host);
}

static int write_start_line(const struct stream *stream, const struct record *start, const struct said *said)
{
    if (start->kind == FLUXO_EVENT_REQUEST_LINE)
        return write_request_line(stream, start, said);
    return make('a', name_of(stream, start), value_of(stream, start), fluxo_text(NULL));
}

/* Without framing there may be a length all the same, of what a HEAD or a 304 does not bring. */
static int end_head(unsigned framing, const struct said *said)
{
    if (framing == FLUXO_FRAMING_CHUNKED || framing == FLUXO_FRAMING_CLOSE)
        return make_plain('s');
    return said->length.start ? make('l', said->length, fluxo_text(NULL), fluxo_text(NULL)) : make_plain('h');
}

static int write_content(struct stream *stream)
{
    int answer = FLUXO_DONE;

    for (; answer == FLUXO_DONE && is_next(stream, FLUXO_EVENT_BODY); stream->at++) {
        answer = make('b', value_of(stream, look(stream)), fluxo_text(NULL), fluxo_text(NULL));
        side_send(&side);
    }
    for (; answer == FLUXO_DONE && is_next(stream, FLUXO_EVENT_TRAILER); stream->at++)
        if (make('t', name_of(stream, look(stream)), value_of(stream, look(stream)), fluxo_text(NULL)) == FLUXO_DONE)
            side_send(&side);
    return answer;
}

/* ---- One message after the other ---- */

static int write_message(struct stream *stream)
{
    const struct record *start = look(stream), *head;
    struct said said;
    int answer;

    stream->at++;
    said = look_at_fields(stream);
    if (said.is_coded)
        return 0;
    answer = write_start_line(stream, start, &said);
    if (answer == FLUXO_DONE)
        answer = write_fields(stream, &said);
    head = look(stream);
    if (answer != FLUXO_DONE || !head || head->kind != FLUXO_EVENT_HEAD)
        return 0;
    stream->at++;
    answer = end_head(head->id, &said);
    side_send(&side);
    if (answer != FLUXO_DONE || write_content(stream) != FLUXO_DONE || !is_next(stream, FLUXO_EVENT_MESSAGE))
        return 0;
    stream->at++;
    make_plain('z');
    side_send(&side);
    return 1;
}

/* What the other end does, so that the next message may follow. */
static void begin_exchange(const struct trial *trial)
{
    static const char *const requests[] = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
                                           "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
                                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"};

    if (trial->kind == FLUXO_RESPONSE)
        side_receive(&side, fluxo_text(requests[trial->own % 4]));
}

static int end_exchange(const struct trial *trial)
{
    if (trial->kind == FLUXO_RESPONSE && fluxo_conn_want(&side.conn) != FLUXO_WANT_NEXT)
        return fluxo_status_is_interim(fluxo_conn_status(&side.conn));
    if (trial->kind == FLUXO_REQUEST)
        side_receive(&side, fluxo_text("HTTP/1.1 204 No Content\r\n\r\n"));
    if (make_plain('.') != FLUXO_DONE)
        return 0;
    begin_exchange(trial);
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct trial plain = {.capacity = CAPACITY_MOST};
    struct trial trial, own = plain;
    static struct stream stream;
    unsigned messages = 0;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    fluxo_options_init(&own.options);
    read_stream(&stream, &trial);
    memory_begin(&side.memory, 0, 0);
    side_begin(&side, trial.kind == FLUXO_RESPONSE ? FLUXO_SERVER : FLUXO_CLIENT, &own, 0);
    begin_exchange(&trial);
    while (messages++ < LINES_MOST && look(&stream) && look(&stream)->kind <= FLUXO_EVENT_STATUS_LINE)
        if (!write_message(&stream) || !end_exchange(&trial))
            break;
    side.is_cut = 1; /* the stream may end anywhere */
    side_send(&side);
    side_end(&side);
    side_check_output(&side);
    return 0;
}
