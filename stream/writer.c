/* SPDX-License-Identifier: MIT */
/*
 * The writer.
 *
 * How this works: what is written is read at once by a strict parser, writer->check. A line counts only if that parser finds in
 * it exactly the one line that was meant; else text and parser are put back as they were. So nothing can be written that reads
 * otherwise, and what a head means for its body and for the connection is decided by the parser's own rules.
 *
 * It is not asked what is known without it:
 *
 *     a plain field line        the field does not steer who reads it, its name is a field-name and its value a field-value by
 *                               the rules of which the parser is made (line.rl), and it is not too long. To the parser that is
 *                               one line, behind which it stands where it stood before. What is not plain it reads, and says
 * why the head of a response    the status-line is ours but for the reason-phrase, which has a rule as well. All that steers is
 *                               ours and stands at the end; choose_framing says what it means, and a test compares that with
 *                               what a strict parser says, for all responses that there are
 *     octets of a body          if no text stands behind them: it counts only those of chunks
 *
 * What waits to be sent is a ring of pieces: octets of a body, which are the caller's, or stretches of the writer's text.
 */

#include "conn.h"
#include "line.h"
#include "widen.h"

enum stage { STAGE_NONE, STAGE_HEAD, STAGE_BODY, STAGE_DROPPED, STAGE_TRAILERS };

/* What goes into Connection (RFC 9110 7.6.1). */
enum { OPTION_CLOSE = 1, OPTION_UPGRADE = 2, OPTION_TE = 4 };

enum { EVENTS = FLUXO_CAPACITY_LEAST, NUMBER = 20 /* digits of 2^64 */, CHUNK_LINE = 16 + 2 };

static const uint32_t TEXT_MOST = (uint32_t)1 << 21; /* octets, all that waits included */
static const uint32_t HEAD_MOST = (uint32_t)1 << 20;
static const uint64_t PENDING_MOST = 262144; /* octets that may wait when another message is begun */

/* Strict, and no limit of its own. */
#define LIMIT(member, name, type, standard, least, most, error) most,
/* clang-format off */
static const struct fluxo_options strict = {FLUXO_PROFILE_STRICT, FLUXO_PIECES | FLUXO_CHUNKS, {
#include <fluxo/limits.def>
}};
/* clang-format on */
#undef LIMIT

void fluxo_writer_init(struct fluxo_writer *writer, struct fluxo_conn *conn, const struct fluxo_allocator *allocator)
{
    memset(writer, 0, offsetof(struct fluxo_writer, pieces)); /* of which none is there */
    writer->conn = conn;
    writer->allocator = allocator;
}

void fluxo_writer_reset(struct fluxo_writer *writer, struct fluxo_conn *conn)
{
    char *text = writer->text;
    uint32_t room = writer->room;

    fluxo_writer_init(writer, conn, writer->allocator);
    writer->text = text;
    writer->room = room;
}

void fluxo_writer_close(struct fluxo_writer *writer)
{
    if (writer->text)
        fluxo_resize(writer->allocator, writer->text, writer->room, 0);
    fluxo_writer_init(writer, writer->conn, writer->allocator);
}

/* ---- Pieces ---- */

static struct fluxo_piece *piece_at(struct fluxo_writer *writer, unsigned nth)
{
    return &writer->pieces[(writer->first + nth) % FLUXO_WRITER_PIECES];
}

static const struct fluxo_piece *piece_of(const struct fluxo_writer *writer, unsigned nth)
{
    return &writer->pieces[(writer->first + nth) % FLUXO_WRITER_PIECES];
}

/* For octets, the text before and behind them. Text is one piece with the text before it, so behind octets that leave two slots
   there is room for all text that may follow. */
static int has_slots(const struct fluxo_writer *writer, unsigned octets)
{
    return writer->count + octets + 2 <= (unsigned)FLUXO_WRITER_PIECES;
}

static void add_piece(struct fluxo_writer *writer, const char *start, uint32_t at, size_t length)
{
    struct fluxo_piece *piece = piece_at(writer, writer->count++);

    piece->start = start;
    piece->at = at;
    piece->length = length;
}

/* The text that has been added goes out; behind text that waits it is one piece with it. */
static void release_text(struct fluxo_writer *writer)
{
    uint32_t length = writer->to - writer->ready;
    struct fluxo_piece *last = writer->count ? piece_at(writer, writer->count - 1u) : NULL;

    if (last && !last->start)
        last->length += length;
    else
        add_piece(writer, NULL, writer->ready, length);
    writer->ready = writer->to;
}

uint32_t fluxo_writer_output(const struct fluxo_writer *writer, struct fluxo_span *spans, uint32_t most)
{
    uint32_t nth;

    for (nth = 0; nth < writer->count && nth < most; nth++) {
        const struct fluxo_piece *piece = piece_of(writer, nth);
        spans[nth].start = piece->start ? piece->start : writer->text + piece->at;
        spans[nth].length = piece->length;
    }
    return nth;
}

uint64_t fluxo_writer_pending(const struct fluxo_writer *writer)
{
    uint64_t octets = 0;
    unsigned nth;

    for (nth = 0; nth < writer->count; nth++)
        octets += piece_of(writer, nth)->length;
    return octets;
}

static void consume_piece(struct fluxo_writer *writer, struct fluxo_piece *piece, size_t octets)
{
    if (piece->start)
        piece->start += octets;
    else
        piece->at += (uint32_t)octets;
    piece->length -= octets;
    if (piece->length)
        return;
    writer->first = (uint8_t)((writer->first + 1) % FLUXO_WRITER_PIECES);
    writer->count--;
}

/* The first text that must stay where it is. */
static uint32_t find_text(const struct fluxo_writer *writer)
{
    unsigned nth = 0;

    while (nth < writer->count && piece_of(writer, nth)->start)
        nth++;
    return nth < writer->count ? piece_of(writer, nth)->at : writer->ready;
}

/* Here and nowhere else, for a call that adds text keeps offsets into it; and seldom, so that it costs little. */
static void move_text_down(struct fluxo_writer *writer, uint32_t from)
{
    unsigned nth;

    memmove(writer->text, writer->text + from, writer->to - from);
    for (nth = 0; nth < writer->count; nth++)
        piece_at(writer, nth)->at -= from; /* of octets it means nothing */
    writer->ready -= from;
    writer->to -= from;
}

int fluxo_writer_consumed(struct fluxo_writer *writer, size_t octets)
{
    uint32_t from;

    if (octets > fluxo_writer_pending(writer))
        return FLUXO_MISUSE_LENGTH;
    while (octets) {
        struct fluxo_piece *piece = piece_at(writer, 0);
        size_t here = octets < piece->length ? octets : piece->length;
        consume_piece(writer, piece, here);
        octets -= here;
    }
    from = find_text(writer);
    if (from && (from == writer->to || from > writer->room / 2))
        move_text_down(writer, from);
    return FLUXO_DONE;
}

/* ---- Text ---- */

static int reserve(struct fluxo_writer *writer, size_t more)
{
    if (writer->to - writer->ready + more > HEAD_MOST)
        return FLUXO_MISUSE_LIMIT;
    if (writer->to + more > TEXT_MOST)
        return FLUXO_FULL;
    return fluxo_widen(writer->allocator, &writer->text, &writer->room, writer->to + (uint32_t)more);
}

static char *copy(char *to, struct fluxo_span span)
{
    if (span.length)
        memcpy(to, span.start, span.length);
    return to + span.length;
}

/* More than HEAD_MOST is too much, however much. */
static size_t add_length(size_t sum, struct fluxo_span span)
{
    return span.length > HEAD_MOST ? HEAD_MOST + (size_t)1 : sum + span.length;
}

/* Room for them is reserved. */
static void put_parts(struct fluxo_writer *writer, const struct fluxo_span *parts, unsigned count)
{
    char *to = writer->text + writer->to;
    unsigned nth;

    for (nth = 0; nth < count; nth++)
        to = copy(to, parts[nth]);
    writer->to = (uint32_t)(to - writer->text);
}

/* All of the parts or none. */
static int append_parts(struct fluxo_writer *writer, const struct fluxo_span *parts, unsigned count)
{
    size_t length = 0;
    unsigned nth;
    int answer;

    for (nth = 0; nth < count; nth++)
        length = add_length(length, parts[nth]);
    answer = reserve(writer, length);
    if (!answer)
        put_parts(writer, parts, count);
    return answer;
}

static int append(struct fluxo_writer *writer, struct fluxo_span span)
{
    int answer = reserve(writer, span.length);

    if (answer)
        return answer;
    copy(writer->text + writer->to, span);
    writer->to += (uint32_t)span.length;
    return FLUXO_DONE;
}

static struct fluxo_span write_number(char *room, uint64_t number, unsigned base)
{
    char *first = room + NUMBER;

    do
        *--first = "0123456789abcdef"[number % base];
    while (number /= base);
    return fluxo_span_of(first, (size_t)(room + NUMBER - first));
}

/* ---- Reading what was written ---- */

struct reading {
    struct fluxo_feed fed;
    struct fluxo_event events[EVENTS];
};

/* What the strict parser finds in the text from `from` on. */
static struct reading read_text(struct fluxo_writer *writer, uint32_t from)
{
    struct reading reading;

    reading.fed = fluxo_parser_feed(&writer->check, writer->text + from, writer->to - from, reading.events, EVENTS);
    return reading;
}

/* Text of our own, of which the parser's opinion is known. */
static int append_good(struct fluxo_writer *writer, const char *text)
{
    uint32_t from = writer->to;
    int answer = append(writer, fluxo_text(text));

    if (!answer)
        read_text(writer, from);
    return answer;
}

/* Whether an event has a name and a value of these lengths. */
static int is_line(const struct fluxo_event *event, size_t name, size_t value)
{
    return event->name_len == name && event->len == value;
}

/* They stand behind the others in errors.def, but for MISUSE, which is nothing that is read. */
static int is_limit(unsigned error)
{
    return error >= FLUXO_ERR_EMPTY_LINES_LIMIT;
}

/* Where text and reading stood before a call that may fail. */
struct mark {
    struct fluxo_parser check;
    uint32_t to, fields;
};

static struct mark mark_place(const struct fluxo_writer *writer)
{
    struct mark mark;

    mark.check = writer->check;
    mark.to = writer->to;
    mark.fields = writer->fields;
    return mark;
}

static void put_back(struct fluxo_writer *writer, const struct mark *mark)
{
    writer->check = mark->check;
    writer->to = mark->to;
    writer->fields = mark->fields;
}

/* ---- Fields ---- */

/* Where in the text the strict parser refused it: behind `before`, which is that parser as it was. */
static uint64_t find_refusal(const struct fluxo_writer *writer, const struct fluxo_parser *before)
{
    return fluxo_parser_offset(&writer->check) - fluxo_parser_offset(before);
}

static int name_field_misuse(const struct fluxo_writer *writer, const struct fluxo_parser *before,
                             const struct reading *reading, size_t name)
{
    int is_name;

    if (is_limit(reading->fed.error))
        return FLUXO_MISUSE_LIMIT;
    if (reading->fed.count)
        is_name = reading->events[0].name_len != name;
    else
        is_name = find_refusal(writer, before) <= name;
    return is_name ? FLUXO_MISUSE_NAME : FLUXO_MISUSE_VALUE;
}

/* Those that fields.def says the parser has to know. */
static int steers(enum fluxo_field field)
{
    switch (field) {
#define STEERS_0(id)
#define STEERS_1(id) case FLUXO_FIELD_##id:
#define FIELD(id, name, steers, section) STEERS_##steers(id)
#include <fluxo/fields.def>
#undef FIELD
#undef STEERS_0
#undef STEERS_1
        return 1;
    default:
        return 0;
    }
}

/* In a response only those steer of which the writer has the last word. And a name in fields.def is a field-name. */
static int is_plain(const struct fluxo_writer *writer, enum fluxo_field field, struct fluxo_span name, struct fluxo_span value)
{
    return (writer->status || !steers(field)) && name.length + 2 + value.length <= strict.limits.field_line &&
           (field != FLUXO_FIELD_OTHER || fluxo_is_field_name(name)) && fluxo_is_field_value(value);
}

/* A parser that has read the text, of a response. */
static void begin_check(struct fluxo_writer *writer, const char *text)
{
    struct fluxo_event events[EVENTS];

    fluxo_parser_init(&writer->check, FLUXO_RESPONSE, &strict);
    fluxo_parser_feed(&writer->check, text, strlen(text), events, EVENTS);
}

/* The last line of the text, from `from` on. */
static int read_field(struct fluxo_writer *writer, uint32_t from, enum fluxo_event_kind kind, struct fluxo_span name,
                      struct fluxo_span value)
{
    struct fluxo_parser before;
    struct reading reading;
    int misuse;

    if (writer->status && kind == FLUXO_EVENT_FIELD)
        begin_check(writer, "HTTP/1.1 200 \r\n");
    before = writer->check;
    reading = read_text(writer, from);
    if (reading.fed.status == FLUXO_NEED_MORE && reading.fed.count == 1 &&
        is_line(&reading.events[0], name.length, value.length))
        return FLUXO_DONE;
    misuse = name_field_misuse(writer, &before, &reading, name.length);
    writer->check = before;
    return misuse;
}

static int append_field(struct fluxo_writer *writer, struct fluxo_span name, struct fluxo_span value)
{
    size_t length = add_length(add_length(4, name), value);
    int answer = writer->fields == strict.limits.fields ? (int)FLUXO_MISUSE_LIMIT : reserve(writer, length);
    char *to;

    if (answer)
        return answer;
    to = copy(writer->text + writer->to, name);
    to = copy(to, fluxo_text(": "));
    to = copy(to, value);
    copy(to, fluxo_text("\r\n"));
    writer->to += (uint32_t)length;
    return FLUXO_DONE;
}

/* With a value of our own, which is one. */
static int append_known_field(struct fluxo_writer *writer, enum fluxo_field field, struct fluxo_span value)
{
    int answer = append_field(writer, fluxo_text(fluxo_field_name(field)), value);

    writer->fields += !answer;
    return answer;
}

static int put_field(struct fluxo_writer *writer, enum fluxo_event_kind kind, enum fluxo_field field, struct fluxo_span name,
                     struct fluxo_span value)
{
    uint32_t from = writer->to;
    int answer = append_field(writer, name, value);

    if (answer)
        return answer;
    if (!is_plain(writer, field, name, value))
        answer = read_field(writer, from, kind, name, value);
    if (answer)
        writer->to = from;
    else
        writer->fields++;
    return answer;
}

static int put_known_field(struct fluxo_writer *writer, enum fluxo_field field, struct fluxo_span value)
{
    return put_field(writer, FLUXO_EVENT_FIELD, field, fluxo_text(fluxo_field_name(field)), value);
}

static int has_own_call(enum fluxo_field field)
{
    switch (field) {
    case FLUXO_FIELD_CONNECTION:
    case FLUXO_FIELD_CONTENT_LENGTH:
    case FLUXO_FIELD_HOST:
    case FLUXO_FIELD_TE:
    case FLUXO_FIELD_TRANSFER_ENCODING:
    case FLUXO_FIELD_UPGRADE:
        return 1;
    default:
        return 0;
    }
}

int fluxo_write_field(struct fluxo_writer *writer, struct fluxo_span name, struct fluxo_span value)
{
    enum fluxo_field field;

    if (writer->stage != STAGE_HEAD)
        return FLUXO_MISUSE_ORDER;
    field = (enum fluxo_field)fluxo_field_id(name.start, name.length);
    if (has_own_call(field))
        return FLUXO_MISUSE_OWN_CALL;
    return put_field(writer, FLUXO_EVENT_FIELD, field, name, value);
}

int fluxo_write_date(struct fluxo_writer *writer, int64_t seconds)
{
    char date[FLUXO_DATE_LENGTH];
    int answer = fluxo_date_format(seconds, date);

    if (answer)
        return answer;
    if (writer->stage != STAGE_HEAD)
        return FLUXO_MISUSE_ORDER;
    return append_known_field(writer, FLUXO_FIELD_DATE, fluxo_span_of(date, sizeof date));
}

int fluxo_write_close(struct fluxo_writer *writer)
{
    if (writer->stage != STAGE_HEAD ||
        fluxo_status_is_interim(writer->status)) /* RFC 9112 9.6: it is for the final one to say */
        return FLUXO_MISUSE_ORDER;
    writer->options |= OPTION_CLOSE;
    return FLUXO_DONE;
}

/* A field that needs a connection option beside it. */
static int put_with_option(struct fluxo_writer *writer, enum fluxo_field field, struct fluxo_span value, unsigned option)
{
    int answer;

    if (writer->stage != STAGE_HEAD)
        return FLUXO_MISUSE_ORDER;
    answer = put_known_field(writer, field, value);
    if (!answer)
        writer->options = (uint8_t)(writer->options | option);
    return answer;
}

/* The list has members, and the grammar of its field; with `but`, none of that name, and none with parameters. */
static int is_list(enum fluxo_reading reading, struct fluxo_span value, const char *but)
{
    struct fluxo_cursor cursor;
    struct fluxo_item item;
    unsigned members = 0;
    int answer;

    fluxo_cursor_init(&cursor, reading, &value, 1);
    while ((answer = fluxo_cursor_next(&cursor, &item)) == FLUXO_DONE) {
        if (but && (fluxo_span_is(item.name, but) || item.parameters.length))
            return 0;
        members++;
    }
    return answer == FLUXO_END && members > 0;
}

int fluxo_write_upgrade(struct fluxo_writer *writer, struct fluxo_span protocols)
{
    if (writer->stage == STAGE_HEAD && !is_list(FLUXO_READ_UPGRADE, protocols, NULL))
        return FLUXO_MISUSE_VALUE;
    return put_with_option(writer, FLUXO_FIELD_UPGRADE, protocols, OPTION_UPGRADE);
}

/* RFC 9112 7.4: chunked is always acceptable, and is not named. */
int fluxo_write_te(struct fluxo_writer *writer, struct fluxo_span codings)
{
    if (writer->stage == STAGE_HEAD && !is_list(FLUXO_READ_TE, codings, "chunked"))
        return FLUXO_MISUSE_VALUE;
    return put_with_option(writer, FLUXO_FIELD_TE, codings, OPTION_TE);
}

/* ---- Start-lines ---- */

static int may_begin(const struct fluxo_writer *writer, enum fluxo_kind kind)
{
    if (writer->stage != STAGE_NONE || fluxo_conn_writes(writer->conn) != kind)
        return FLUXO_MISUSE_ORDER;
    return fluxo_writer_pending(writer) > PENDING_MOST ? (int)FLUXO_FULL : (int)FLUXO_DONE;
}

static void begin_message(struct fluxo_writer *writer)
{
    writer->fields = 0;
    writer->options = 0;
    writer->due = 0;
    writer->status = 0;
    writer->method = 0;
}

static int begin_head(struct fluxo_writer *writer, int answer)
{
    if (!answer)
        writer->stage = STAGE_HEAD;
    else
        writer->to = writer->ready;
    return answer;
}

/* RFC 9112 3.2: where the target names an authority, Host is the same. The strict parser has taken the target. */
static int is_host_of(enum fluxo_method method, struct fluxo_span target, struct fluxo_span host)
{
    struct fluxo_target parts;

    fluxo_target_split(method, target, &parts);
    return !parts.authority.whole.length || fluxo_span_equals(parts.authority.whole, host);
}

static int name_request_misuse(const struct fluxo_writer *writer, const struct fluxo_parser *before,
                               const struct reading *reading, struct fluxo_span method, struct fluxo_span target)
{
    uint64_t place = find_refusal(writer, before);

    if (reading->fed.count && reading->events[0].name_len == method.length)
        return reading->events[0].len == target.length ? FLUXO_MISUSE_HOST : FLUXO_MISUSE_TARGET;
    if (reading->fed.count || place <= method.length || memchr(method.start, ' ', method.length))
        return FLUXO_MISUSE_METHOD;
    return FLUXO_MISUSE_TARGET;
}

static int put_request_line(struct fluxo_writer *writer, struct fluxo_span method, struct fluxo_span target,
                            struct fluxo_span host)
{
    struct fluxo_span parts[6];
    struct fluxo_parser before = writer->check;
    struct reading reading;
    int answer;

    parts[0] = method;
    parts[1] = fluxo_text(" ");
    parts[2] = target;
    parts[3] = fluxo_text(" HTTP/1.1\r\nHost: ");
    parts[4] = host;
    parts[5] = fluxo_text("\r\n");
    answer = append_parts(writer, parts, 6);
    if (answer)
        return answer;
    reading = read_text(writer, writer->ready);
    writer->fields = 1;
    if (reading.fed.status == FLUXO_NEED_MORE && reading.fed.count == 2 &&
        is_line(&reading.events[0], method.length, target.length) && is_line(&reading.events[1], 4, host.length))
        return FLUXO_DONE;
    return name_request_misuse(writer, &before, &reading, method, target);
}

int fluxo_write_request(struct fluxo_writer *writer, struct fluxo_span method, struct fluxo_span target, struct fluxo_span host)
{
    struct fluxo_life life = writer->conn->life;
    enum fluxo_method id = (enum fluxo_method)fluxo_method_id(method.start, method.length);
    int answer = may_begin(writer, FLUXO_REQUEST);

    if (answer)
        return answer;
    if (!fluxo_life_step(&life, FLUXO_LIFE_EVENT_REQUEST, 0))
        return FLUXO_MISUSE_ORDER;
    begin_message(writer);
    fluxo_parser_init(&writer->check, FLUXO_REQUEST, &strict);
    answer = begin_head(writer, put_request_line(writer, method, target, host));
    if (answer)
        return answer;
    if (!is_host_of(id, target, host)) {
        fluxo_write_nothing(writer);
        return FLUXO_MISUSE_HOST;
    }
    writer->method = (uint8_t)id;
    return FLUXO_DONE;
}

static int put_status_line(struct fluxo_writer *writer, unsigned status, struct fluxo_span reason)
{
    char start[] = "HTTP/1.1 000 "; /* RFC 9112 4: the space also when there is no reason */
    struct fluxo_span parts[3];
    char digits[NUMBER];
    int answer;

    memcpy(start + 9, write_number(digits, status, 10).start, 3);
    parts[0] = fluxo_span_of(start, sizeof start - 1);
    parts[1] = reason.length ? reason : fluxo_text(fluxo_status_reason(status));
    parts[2] = fluxo_text("\r\n");
    answer = append_parts(writer, parts, 3);
    if (answer)
        return answer;
    return !reason.length || fluxo_is_reason_phrase(reason) ? (int)FLUXO_DONE : (int)FLUXO_MISUSE_REASON;
}

/* Of a CONNECT that was refused nothing is known but its method, by which a 2xx begins a tunnel for the client (RFC
 * 9110 9.3.6). */
static int opens_unasked(const struct fluxo_conn *conn, unsigned status)
{
    return status / 100 == 2 && conn->method == FLUXO_METHOD_CONNECT && !(conn->life.flags & FLUXO_LIFE_CONNECT);
}

static int may_respond(const struct fluxo_writer *writer, unsigned status)
{
    struct fluxo_life life = writer->conn->life;
    int answer = may_begin(writer, FLUXO_RESPONSE);

    if (answer)
        return answer;
    if (status < 100 || status > 599 || opens_unasked(writer->conn, status))
        return FLUXO_MISUSE_STATUS;
    if (fluxo_life_step(&life, fluxo_conn_name_response(writer->conn, status), 0))
        return FLUXO_DONE;
    return life.response == FLUXO_SIDE_WAIT ? FLUXO_MISUSE_STATUS : FLUXO_MISUSE_ORDER;
}

int fluxo_write_response(struct fluxo_writer *writer, unsigned status, struct fluxo_span reason)
{
    int answer = may_respond(writer, status);

    if (answer)
        return answer;
    begin_message(writer);
    writer->status = (uint16_t)status;
    writer->method = (uint8_t)fluxo_conn_method(writer->conn);
    return begin_head(writer, put_status_line(writer, status, reason));
}

int fluxo_write_nothing(struct fluxo_writer *writer)
{
    if (writer->stage != STAGE_HEAD)
        return FLUXO_MISUSE_ORDER;
    writer->to = writer->ready;
    writer->stage = STAGE_NONE;
    return FLUXO_DONE;
}

/* ---- The end of a head ---- */

static int is_old(const struct fluxo_writer *writer)
{
    return (writer->conn->life.flags & FLUXO_LIFE_OLD) != 0;
}

static int is_tunnel(const struct fluxo_writer *writer)
{
    return fluxo_conn_name_response(writer->conn, writer->status) == FLUXO_LIFE_EVENT_TUNNEL;
}

/* RFC 9110 8.6 and RFC 9112 6.1: where neither Content-Length nor Transfer-Encoding may stand. */
static int has_no_framing(const struct fluxo_writer *writer)
{
    if (writer->status)
        return fluxo_status_is_interim(writer->status) || writer->status == 204 || is_tunnel(writer);
    return writer->method == FLUXO_METHOD_CONNECT;
}

static int may_have(const struct fluxo_writer *writer, enum fluxo_content content, uint64_t length)
{
    int is_empty = content == FLUXO_CONTENT_NONE || (content == FLUXO_CONTENT_LENGTH && !length);

    return is_empty || !(has_no_framing(writer) || writer->status == 205); /* RFC 9110 15.3.6 */
}

/* RFC 9110 8.6: a response without content says so, as do requests whose method expects content. A 304 would say it of the
   content that is not sent. */
static int says_zero(const struct fluxo_writer *writer)
{
    if (writer->status)
        return writer->status != 304;
    return writer->method == FLUXO_METHOD_POST || writer->method == FLUXO_METHOD_PUT || writer->method == FLUXO_METHOD_PATCH;
}

static int append_length(struct fluxo_writer *writer, uint64_t length)
{
    char digits[NUMBER];

    return append_known_field(writer, FLUXO_FIELD_CONTENT_LENGTH, write_number(digits, length, 10));
}

static int append_framing(struct fluxo_writer *writer, enum fluxo_content content, uint64_t length)
{
    if (has_no_framing(writer))
        return FLUXO_DONE;
    if (content == FLUXO_CONTENT_LENGTH)
        return append_length(writer, length);
    if (content == FLUXO_CONTENT_NONE)
        return says_zero(writer) ? append_length(writer, 0) : FLUXO_DONE;
    if (is_old(writer) || writer->status == 304) /* until close, or nothing to say */
        return FLUXO_DONE;
    return append_known_field(writer, FLUXO_FIELD_TRANSFER_ENCODING, fluxo_text("chunked"));
}

/* RFC 9112 9.3: an HTTP/1.0 client has to be told that the connection persists. */
static const char *name_persistence(const struct fluxo_writer *writer, int is_last)
{
    if (is_last)
        return "close";
    return is_old(writer) ? "keep-alive" : NULL;
}

/* Adds an option, if there is one, to the list in `text`; returns the list's length. */
static size_t add_option(char *text, size_t length, const char *option)
{
    if (!option)
        return length;
    if (length) {
        memcpy(text + length, ", ", 2);
        length += 2;
    }
    memcpy(text + length, option, strlen(option));
    return length + strlen(option);
}

static int append_connection(struct fluxo_writer *writer, int is_last)
{
    char text[40]; /* "keep-alive, Upgrade, TE" */
    size_t length = add_option(text, 0, name_persistence(writer, is_last));

    length = add_option(text, length, writer->options & OPTION_UPGRADE ? "Upgrade" : NULL);
    length = add_option(text, length, writer->options & OPTION_TE ? "TE" : NULL);
    return length ? append_known_field(writer, FLUXO_FIELD_CONNECTION, fluxo_span_of(text, length)) : FLUXO_DONE;
}

static int append_end(struct fluxo_writer *writer, enum fluxo_content content, uint64_t length, int is_last)
{
    int answer = append_framing(writer, content, length);

    if (!answer)
        answer = append_connection(writer, is_last);
    return answer ? answer : append(writer, fluxo_text("\r\n"));
}

/* What stands from `from` on are our own lines, `fields` of them fields. */
static int read_end(struct fluxo_writer *writer, uint32_t from, uint32_t fields)
{
    struct reading reading = read_text(writer, from);
    uint32_t behind = reading.fed.status == FLUXO_MESSAGE ? 2 : 1; /* HEAD, and MESSAGE if nothing follows it */

    return reading.fed.count == fields + behind ? (int)FLUXO_DONE : (int)FLUXO_MISUSE_NO_BODY;
}

static int end_request_head(struct fluxo_writer *writer, enum fluxo_content content, uint64_t length)
{
    uint32_t from = writer->to, fields = writer->fields;
    int answer = append_end(writer, content, length, writer->options & OPTION_CLOSE);
    struct fluxo_facts facts;

    if (!answer)
        answer = read_end(writer, from, writer->fields - fields);
    if (answer)
        return answer;
    facts = fluxo_parser_facts(&writer->check);
    if (!fluxo_conn_see_head(writer->conn, FLUXO_REQUEST, &facts))
        return FLUXO_MISUSE_ORDER;
    writer->framing = facts.framing;
    return FLUXO_DONE;
}

/* RFC 9112 6.3, of a response that is ours */
static enum fluxo_framing choose_framing(const struct fluxo_writer *writer, enum fluxo_content content)
{
    if (writer->method == FLUXO_METHOD_HEAD || writer->status == 304 || has_no_framing(writer))
        return FLUXO_FRAMING_NONE;
    if (content != FLUXO_CONTENT_STREAM)
        return FLUXO_FRAMING_LENGTH;
    return is_old(writer) ? FLUXO_FRAMING_CLOSE : FLUXO_FRAMING_CHUNKED;
}

/* What a response parser would say of it, as far as the connection asks. */
static struct fluxo_facts foretell_facts(const struct fluxo_writer *writer, enum fluxo_content content)
{
    struct fluxo_facts facts;

    memset(&facts, 0, sizeof facts);
    facts.status = writer->status;
    facts.framing = (uint8_t)choose_framing(writer, content);
    facts.keep_alive = !(writer->options & OPTION_CLOSE) && !(content == FLUXO_CONTENT_STREAM && is_old(writer));
    return facts;
}

/* Whether the connection ends after this response: it says so, or its life does. Interim ones, and those that switch, do not
   say it of others. */
static int is_last_of(const struct fluxo_conn *conn, const struct fluxo_facts *facts)
{
    return !facts->keep_alive || (conn->life.response == FLUXO_SIDE_BODY && (conn->life.flags & FLUXO_LIFE_CLOSE));
}

static int end_response_head(struct fluxo_writer *writer, enum fluxo_content content, uint64_t length)
{
    struct fluxo_facts facts = foretell_facts(writer, content);
    struct fluxo_conn conn = *writer->conn;
    int answer;

    if (!fluxo_conn_see_head(&conn, FLUXO_RESPONSE, &facts))
        return FLUXO_MISUSE_ORDER;
    answer = append_end(writer, content, length, is_last_of(&conn, &facts));
    if (answer)
        return answer;
    *writer->conn = conn;
    writer->framing = facts.framing;
    return FLUXO_DONE;
}

static int end_head(struct fluxo_writer *writer, enum fluxo_content content, uint64_t length)
{
    return writer->status ? end_response_head(writer, content, length) : end_request_head(writer, content, length);
}

static void begin_content(struct fluxo_writer *writer, enum fluxo_content content, uint64_t length)
{
    writer->due = content == FLUXO_CONTENT_LENGTH ? length : 0;
    if (content == FLUXO_CONTENT_NONE) {
        fluxo_conn_see_end(writer->conn, fluxo_conn_writes(writer->conn));
        writer->stage = STAGE_NONE;
    } else {
        writer->stage = writer->framing == FLUXO_FRAMING_NONE ? STAGE_DROPPED : STAGE_BODY;
    }
    if (writer->status && fluxo_writer_is_chunked(writer))
        begin_check(writer, "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n");
}

int fluxo_write_head(struct fluxo_writer *writer, enum fluxo_content content, uint64_t length)
{
    struct mark before = mark_place(writer);
    int answer;

    if (writer->stage != STAGE_HEAD)
        return FLUXO_MISUSE_ORDER;
    if (content > FLUXO_CONTENT_STREAM || length > INT64_MAX)
        return FLUXO_MISUSE_ARGUMENT;
    if (writer->status && writer->method != (uint8_t)fluxo_conn_method(writer->conn))
        return FLUXO_MISUSE_ORDER; /* a request has come since: this would answer it unseen */
    if (writer->status == 101 && !(writer->options & OPTION_UPGRADE)) /* RFC 9110 7.8 */
        return FLUXO_MISUSE_STATUS;
    if (!may_have(writer, content, length))
        return FLUXO_MISUSE_NO_BODY;
    answer = end_head(writer, content, length);
    if (answer) {
        put_back(writer, &before);
        return answer;
    }
    release_text(writer);
    begin_content(writer, content, length);
    return FLUXO_DONE;
}

/* Before the head that is open, of which nothing has gone out. */
static int insert_continue(struct fluxo_writer *writer)
{
    const struct fluxo_span text = fluxo_text("HTTP/1.1 100 Continue\r\n\r\n");
    uint32_t open = writer->to - writer->ready;
    struct fluxo_facts facts;
    int answer;

    memset(&facts, 0, sizeof facts);
    facts.status = 100;
    facts.keep_alive = 1;
    answer = reserve(writer, text.length);
    if (answer)
        return answer;
    if (!fluxo_conn_see_head(writer->conn, FLUXO_RESPONSE, &facts))
        return FLUXO_MISUSE_ORDER;
    memmove(writer->text + writer->ready + text.length, writer->text + writer->ready, open);
    memcpy(writer->text + writer->ready, text.start, text.length);
    writer->to = writer->ready + (uint32_t)text.length;
    release_text(writer);
    writer->to += open;
    return FLUXO_DONE;
}

int fluxo_write_continue(struct fluxo_writer *writer)
{
    int answer;

    if (writer->stage == STAGE_HEAD && writer->status >= 200)
        return insert_continue(writer);
    answer = fluxo_write_response(writer, 100, fluxo_text(NULL));
    if (answer)
        return answer;
    answer = fluxo_write_head(writer, FLUXO_CONTENT_NONE, 0);
    if (answer)
        fluxo_write_nothing(writer);
    return answer;
}

/* ---- Bodies ---- */

int fluxo_writer_has_body(const struct fluxo_writer *writer)
{
    return writer->stage == STAGE_BODY;
}

int fluxo_writer_is_chunked(const struct fluxo_writer *writer)
{
    return writer->stage >= STAGE_BODY && writer->framing == FLUXO_FRAMING_CHUNKED;
}

/* More than INT64_MAX is no length of anything. */
static uint64_t sum_lengths(const struct fluxo_span *spans, uint32_t count)
{
    uint64_t octets = 0;
    uint32_t nth;

    for (nth = 0; nth < count && octets <= INT64_MAX; nth++)
        octets = spans[nth].length > INT64_MAX ? UINT64_MAX : octets + spans[nth].length;
    return octets;
}

/* The strict parser counts the octets; it does not look at them. */
static void read_octets(struct fluxo_writer *writer, struct fluxo_span span)
{
    struct fluxo_event events[EVENTS];

    while (span.length) {
        struct fluxo_feed fed = fluxo_parser_feed(&writer->check, span.start, span.length, events, EVENTS);
        span.start += fed.consumed;
        span.length -= fed.consumed;
    }
}

static void put_octets(struct fluxo_writer *writer, const struct fluxo_span *spans, uint32_t count)
{
    uint32_t nth;

    for (nth = 0; nth < count; nth++) {
        if (!spans[nth].length)
            continue;
        add_piece(writer, spans[nth].start, 0, spans[nth].length);
        if (writer->framing == FLUXO_FRAMING_CHUNKED)
            read_octets(writer, spans[nth]);
    }
}

/* RFC 9110 5.6.3: bad white space is not generated; in quotes it is none. */
static int has_bad_white_space(struct fluxo_span extension)
{
    int is_quoted = 0;
    size_t at;

    for (at = 0; at < extension.length; at++) {
        char octet = extension.start[at];
        if (octet == '"')
            is_quoted = !is_quoted;
        else if (octet == '\\') /* in no extension but in quotes */
            at++;
        else if ((octet == ' ' || octet == '\t') && !is_quoted)
            return 1;
    }
    return 0;
}

/* Room for it is reserved. */
static int put_chunk_line(struct fluxo_writer *writer, uint64_t size, struct fluxo_span extension)
{
    struct mark before = mark_place(writer);
    struct fluxo_span parts[3];
    struct reading reading;
    uint32_t from = writer->to;
    char digits[NUMBER];

    if (has_bad_white_space(extension))
        return FLUXO_MISUSE_EXTENSION;
    parts[0] = write_number(digits, size, 16);
    parts[1] = extension;
    parts[2] = fluxo_text("\r\n");
    put_parts(writer, parts, 3);
    reading = read_text(writer, from);
    if (reading.fed.status == FLUXO_NEED_MORE && reading.fed.count == 1 &&
        is_line(&reading.events[0], parts[0].length, extension.length))
        return FLUXO_DONE;
    put_back(writer, &before);
    return FLUXO_MISUSE_EXTENSION;
}

static int put_chunk(struct fluxo_writer *writer, const struct fluxo_span *spans, uint32_t count, uint64_t octets,
                     struct fluxo_span extension)
{
    int answer = reserve(writer, add_length(CHUNK_LINE + 2, extension));

    if (!answer)
        answer = put_chunk_line(writer, octets, extension);
    if (answer)
        return answer;
    release_text(writer);
    put_octets(writer, spans, count);
    append_good(writer, "\r\n");
    release_text(writer);
    return FLUXO_DONE;
}

static int may_put_octets(const struct fluxo_writer *writer, uint32_t count, uint64_t octets)
{
    if (writer->stage != STAGE_BODY && writer->stage != STAGE_DROPPED)
        return writer->stage == STAGE_NONE ? FLUXO_MISUSE_NO_BODY : FLUXO_MISUSE_ORDER;
    if (count > FLUXO_WRITER_SPANS || octets > INT64_MAX)
        return FLUXO_MISUSE_ARGUMENT;
    if (writer->framing == FLUXO_FRAMING_LENGTH && octets > writer->due)
        return FLUXO_MISUSE_LENGTH;
    return has_slots(writer, count) ? (int)FLUXO_DONE : (int)FLUXO_FULL;
}

int fluxo_write_chunk(struct fluxo_writer *writer, const struct fluxo_span *spans, uint32_t count, struct fluxo_span extension)
{
    struct fluxo_conn conn = *writer->conn;
    uint64_t octets = sum_lengths(spans, count);
    int answer = may_put_octets(writer, count, octets);

    if (answer || !octets)
        return answer;
    if (!fluxo_conn_see_content(&conn, fluxo_conn_writes(&conn)))
        return FLUXO_MISUSE_ORDER;
    if (writer->stage == STAGE_DROPPED)
        return FLUXO_DONE;
    if (writer->framing == FLUXO_FRAMING_CHUNKED)
        answer = put_chunk(writer, spans, count, octets, extension);
    else
        put_octets(writer, spans, count);
    if (answer)
        return answer;
    writer->due -= writer->framing == FLUXO_FRAMING_LENGTH ? octets : 0;
    *writer->conn = conn;
    return FLUXO_DONE;
}

int fluxo_write_body(struct fluxo_writer *writer, const struct fluxo_span *spans, uint32_t count)
{
    return fluxo_write_chunk(writer, spans, count, fluxo_text(NULL));
}

int fluxo_write_source(struct fluxo_writer *writer, struct fluxo_source *source, size_t most)
{
    struct fluxo_span span;
    int answer = may_put_octets(writer, 0, 0);

    if (answer)
        return answer;
    if (writer->count)
        return FLUXO_FULL;
    answer = fluxo_source_pull(source, most, &span);
    return answer ? answer : fluxo_write_body(writer, &span, 1);
}

/* ---- Trailers, and the end ---- */

static const char LAST_CHUNK[] = "0\r\n";

/* RFC 9110 6.5.1: what frames, routes, authenticates, controls, or says how the content is to be read, has to come before it.
 */
static int may_trail(enum fluxo_field field)
{
    static const uint8_t refused[] = {
        FLUXO_FIELD_AGE,
        FLUXO_FIELD_AUTHORIZATION,
        FLUXO_FIELD_CACHE_CONTROL,
        FLUXO_FIELD_CONNECTION,
        FLUXO_FIELD_CONTENT_ENCODING,
        FLUXO_FIELD_CONTENT_LENGTH,
        FLUXO_FIELD_CONTENT_RANGE,
        FLUXO_FIELD_CONTENT_TYPE,
        FLUXO_FIELD_COOKIE,
        FLUXO_FIELD_DATE,
        FLUXO_FIELD_EXPECT,
        FLUXO_FIELD_EXPIRES,
        FLUXO_FIELD_HOST,
        FLUXO_FIELD_IF_MATCH,
        FLUXO_FIELD_IF_MODIFIED_SINCE,
        FLUXO_FIELD_IF_NONE_MATCH,
        FLUXO_FIELD_IF_RANGE,
        FLUXO_FIELD_IF_UNMODIFIED_SINCE,
        FLUXO_FIELD_KEEP_ALIVE,
        FLUXO_FIELD_LOCATION,
        FLUXO_FIELD_MAX_FORWARDS,
        FLUXO_FIELD_PRAGMA,
        FLUXO_FIELD_PROXY_AUTHENTICATE,
        FLUXO_FIELD_PROXY_AUTHORIZATION,
        FLUXO_FIELD_RANGE,
        FLUXO_FIELD_RETRY_AFTER,
        FLUXO_FIELD_SET_COOKIE,
        FLUXO_FIELD_TE,
        FLUXO_FIELD_TRAILER,
        FLUXO_FIELD_TRANSFER_ENCODING,
        FLUXO_FIELD_UPGRADE,
        FLUXO_FIELD_VARY,
        FLUXO_FIELD_WARNING,
        FLUXO_FIELD_WWW_AUTHENTICATE,
    };

    return !memchr(refused, (int)field, sizeof refused);
}

static int can_end(const struct fluxo_writer *writer)
{
    struct fluxo_conn conn = *writer->conn;

    return fluxo_conn_see_end(&conn, fluxo_conn_writes(&conn));
}

int fluxo_write_trailer(struct fluxo_writer *writer, struct fluxo_span name, struct fluxo_span value)
{
    struct mark before = mark_place(writer);
    enum fluxo_field field = (enum fluxo_field)fluxo_field_id(name.start, name.length);
    int answer = FLUXO_DONE;

    if (!fluxo_writer_is_chunked(writer) || !can_end(writer))
        return FLUXO_MISUSE_ORDER;
    if (!may_trail(field))
        return FLUXO_MISUSE_TRAILER;
    if (writer->stage == STAGE_BODY)
        answer = append_good(writer, LAST_CHUNK);
    if (!answer)
        answer = put_field(writer, FLUXO_EVENT_TRAILER, field, name, value);
    if (answer) {
        put_back(writer, &before);
        return answer;
    }
    release_text(writer);
    writer->stage = STAGE_TRAILERS;
    return FLUXO_DONE;
}

static int end_chunked(struct fluxo_writer *writer)
{
    struct mark before = mark_place(writer);
    int answer = FLUXO_DONE;

    if (writer->stage == STAGE_BODY)
        answer = append_good(writer, LAST_CHUNK);
    if (!answer)
        answer = append_good(writer, "\r\n");
    if (answer)
        put_back(writer, &before);
    else
        release_text(writer);
    return answer;
}

int fluxo_write_end(struct fluxo_writer *writer)
{
    struct fluxo_conn conn = *writer->conn;
    int answer = FLUXO_DONE;

    if (writer->stage < STAGE_BODY || !fluxo_conn_see_end(&conn, fluxo_conn_writes(&conn)))
        return FLUXO_MISUSE_ORDER;
    if (writer->stage == STAGE_BODY && writer->due)
        return FLUXO_MISUSE_LENGTH;
    if (fluxo_writer_is_chunked(writer))
        answer = end_chunked(writer);
    if (answer)
        return answer;
    *writer->conn = conn;
    writer->stage = STAGE_NONE;
    return FLUXO_DONE;
}
