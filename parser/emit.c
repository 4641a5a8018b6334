/* SPDX-License-Identifier: MIT */
/*
 * What the machines' actions do, in the order of the message.
 *
 * How this works: `name` is the place where the event's name begins, counted from the first byte of the call; `value_off` and
 * `value_end` count from `name`. In pieces mode `name` goes below zero when the line began in an earlier call, and an event
 * holds what of the line lies at or above zero.
 */

#include "head.h"

/* ---- A line and its parts ---- */

static int32_t at_least_0(int32_t at)
{
    return at < 0 ? 0 : at;
}

static void open_line(struct run *run, enum line line, const unsigned char *p)
{
    struct fluxo_parser *parser = run->parser;

    parser->line = line & 7;
    parser->part = PART_NAME;
    parser->name = place(run, p);
    parser->name_len = 0;
    parser->value_off = 0;
    parser->value_end = 0;
    parser->steer = STEER_NONE;
    parser->fold = 0;
    parser->sub = NAMES_BEGIN;
}

static void begin_value(struct run *run, int32_t at)
{
    struct fluxo_parser *parser = run->parser;

    parser->part = PART_VALUE;
    parser->value_off = (uint16_t)(at - parser->name);
    run->checked = at;
}

/* In pieces mode, the bytes of an open name that this call has seen, up to `to`. */
static void narrow_name(struct run *run, int32_t to)
{
    struct fluxo_parser *parser = run->parser;
    int32_t at = at_least_0(parser->name);

    for (; at < to; at++) {
        uint32_t nth = (uint32_t)(at - parser->name);
        if (parser->line == LINE_REQUEST)
            parser->sub = fluxo_narrow_method(parser->sub, nth, run->bytes[at]);
        if (parser->line == LINE_FIELD)
            parser->sub = fluxo_narrow_field(parser->sub, nth, run->bytes[at]);
    }
}

static void end_name(struct run *run, const unsigned char *p)
{
    run->parser->name_len = (uint16_t)(place(run, p) - run->parser->name);
    run->parser->part = PART_GAP;
}

static unsigned recognise_method(struct run *run)
{
    const struct fluxo_parser *parser = run->parser;

    if (parser->name >= 0)
        return fluxo_method_id((const char *)run->bytes + parser->name, parser->name_len);
    narrow_name(run, parser->name + parser->name_len);
    return fluxo_narrowed_method(parser->sub, parser->name_len);
}

static enum steer recognise_field(struct run *run)
{
    const struct fluxo_parser *parser = run->parser;

    if (parser->name >= 0)
        return fluxo_find_steer((const char *)run->bytes + parser->name, parser->name_len);
    narrow_name(run, parser->name + parser->name_len);
    return fluxo_steer_of(fluxo_narrowed_field(parser->sub, parser->name_len));
}

/* ---- Writing events ---- */

static struct fluxo_event *add_event(struct run *run, enum fluxo_event_kind kind, unsigned id, int32_t at)
{
    struct fluxo_event *event = &run->events[run->count++];

    set_event(event, kind, id, (uint32_t)at, 0, 0, 0);
    return event;
}

static fluxo_reach go_on_if_room(struct run *run, const unsigned char *p)
{
    if (!fluxo_has_room(run)) {
        run->status = FLUXO_EVENTS_FULL;
        run->stop = 1;
    }
    return fluxo_go_on(run, p);
}

static enum fluxo_event_kind name_event(const struct fluxo_parser *parser)
{
    switch (parser->line) {
    case LINE_REQUEST:
        return FLUXO_EVENT_REQUEST_LINE;
    case LINE_STATUS:
        return FLUXO_EVENT_STATUS_LINE;
    case LINE_CHUNK:
        return FLUXO_EVENT_CHUNK;
    default:
        return parser->phase == PHASE_TRAILER ? FLUXO_EVENT_TRAILER : FLUXO_EVENT_FIELD;
    }
}

static unsigned name_id(const struct fluxo_parser *parser)
{
    if (parser->line == LINE_FIELD)
        return fluxo_steer_fields[parser->steer];
    return parser->line == LINE_CHUNK ? 0 : parser->code;
}

/* What this call has of the open line: its name up to name_end, its value up to value_end. It may be nothing. */
static struct fluxo_event *add_part(struct run *run, int32_t name_end, int32_t value_end)
{
    const struct fluxo_parser *parser = run->parser;
    int32_t name = at_least_0(parser->name), value = at_least_0(parser->name + parser->value_off);
    struct fluxo_event *event = add_event(run, name_event(parser), name_id(parser), name);

    event->flags = parser->fold ? FLUXO_EVENT_FOLD : 0;
    if (name_end > name)
        event->name_len = (uint16_t)(name_end - name);
    else
        event->at = (uint32_t)value;
    if (parser->value_off && value_end > value)
        event->len = (uint32_t)(value_end - value);
    if (event->name_len)
        event->gap = (uint16_t)(parser->value_off ? value - name : event->name_len);
    return event;
}

/* Where the value ends, if it ended here: a field's without the white space behind it, which may lie in earlier calls. */
static void mark_value_end(struct run *run, int32_t to)
{
    struct fluxo_parser *parser = run->parser;
    int32_t start = at_least_0(parser->name + parser->value_off), end = to;

    if (parser->line == LINE_FIELD) {
        while (end > start && is_blank(run->bytes[end - 1]))
            end--;
        if (end == start && parser->name + parser->value_off < 0)
            return;
    }
    parser->value_end = (uint32_t)(end - parser->name);
}

/* Pieces mode: the bytes go, the line stays open. */
void fluxo_emit_piece(struct run *run)
{
    struct fluxo_parser *parser = run->parser;
    int32_t name_end = parser->part == PART_NAME ? run->at : parser->name + parser->name_len;
    int32_t value_end = run->at;

    if (parser->part == PART_NAME)
        narrow_name(run, run->at);
    if (parser->part == PART_VALUE)
        mark_value_end(run, run->at);
    if (parser->part == PART_END) { /* keep what has to be dropped as far behind the next call as it is behind this one */
        value_end = parser->name + (int32_t)parser->value_end;
        parser->value_end += (uint32_t)(run->at - at_least_0(value_end));
    }
    add_part(run, name_end, value_end)->flags |= FLUXO_EVENT_MORE;
    if (!run->events[run->count - 1].name_len && !run->events[run->count - 1].len)
        run->count--;
}

enum { WORTH_A_LANE = 64 /* octets behind a line */, MOST_DOUBTS = 4 };

/* Whether the lane may be faster from here on; where it has left line after line, it is not asked again in this call. */
static int may_yield(struct run *run, const unsigned char *p)
{
    const int32_t least = run->may_await ? 1 : WORTH_A_LANE;

    run->yields = run->parser->lane && run->parser->phase == PHASE_HEAD && run->bound - place(run, p) > least &&
                  run->doubts < MOST_DOUBTS;
    return run->yields;
}

fluxo_reach fluxo_emit_line(struct run *run, const unsigned char *p)
{
    struct fluxo_parser *parser = run->parser;
    int32_t value_end = parser->name + (int32_t)parser->value_end;
    struct fluxo_event *event;

    if (run->error) /* by this very byte */
        return p + 1;
    event = add_part(run, parser->name + parser->name_len, value_end);
    if (value_end < 0)
        event->gap = (uint16_t)-value_end;
    parser->line = LINE_NONE;
    if (may_yield(run, p))
        return p + 1;
    return go_on_if_room(run, p);
}

/* ---- The request-line ---- */

fluxo_reach fluxo_count_empty_line(struct run *run, const unsigned char *p)
{
    if (run->parser->fields++ == run->options->limits.empty_lines)
        return fluxo_stop(run, FLUXO_ERR_EMPTY_LINES_LIMIT, p);
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_mark_head(struct run *run, const unsigned char *p)
{
    run->parser->phase = PHASE_HEAD;
    run->parser->fields = 0;
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_mark_method(struct run *run, const unsigned char *p)
{
    open_line(run, LINE_REQUEST, p);
    return fluxo_mark_head(run, p);
}

fluxo_reach fluxo_end_method(struct run *run, const unsigned char *p)
{
    end_name(run, p);
    run->parser->code = (uint16_t)recognise_method(run);
    return fluxo_go_on(run, p);
}

/* RFC 9112 3.2.4; CONNECT's target is an authority, where * is a byte like others. */
static int may_ask_for_asterisk(const struct run *run)
{
    unsigned method = run->parser->code;

    return method == FLUXO_METHOD_OPTIONS || method == FLUXO_METHOD_CONNECT || (run->options->relax & FLUXO_RELAX_ANY_ASTERISK);
}

fluxo_reach fluxo_mark_target(struct run *run, const unsigned char *p)
{
    begin_value(run, place(run, p));
    fluxo_begin_check(run, *p);
    if (*p == '*' && !may_ask_for_asterisk(run))
        return fluxo_stop(run, FLUXO_ERR_TARGET_ASTERISK, p);
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_end_target(struct run *run, const unsigned char *p)
{
    fluxo_judge_value(run, place(run, p));
    mark_value_end(run, place(run, p));
    run->parser->part = PART_END;
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_mark_major(struct run *run, const unsigned char *p)
{
    return *p == '1' || (run->options->relax & FLUXO_RELAX_ANY_VERSION) ? fluxo_go_on(run, p)
                                                                        : fluxo_stop(run, FLUXO_ERR_HTTP_MAJOR_VERSION, p);
}

void fluxo_mark_minor(struct run *run, const unsigned char *p)
{
    run->parser->minor = (uint32_t)(*p - '0') & 15;
}

/* ---- The status-line: the event's name is the status-code ---- */

fluxo_reach fluxo_mark_status(struct run *run, const unsigned char *p)
{
    open_line(run, LINE_STATUS, p);
    return fluxo_go_on(run, p);
}

void fluxo_add_status_digit(struct run *run, const unsigned char *p)
{
    run->parser->code = (uint16_t)(run->parser->code * 10 + (*p - '0'));
}

fluxo_reach fluxo_end_status(struct run *run, const unsigned char *p)
{
    end_name(run, p);
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_mark_reason(struct run *run, const unsigned char *p)
{
    begin_value(run, place(run, p));
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_end_reason(struct run *run, const unsigned char *p)
{
    if (run->parser->part == PART_GAP)
        begin_value(run, place(run, p));
    mark_value_end(run, place(run, p));
    run->parser->part = PART_END;
    return fluxo_go_on(run, p);
}

/* ---- Field lines ---- */

fluxo_reach fluxo_mark_name(struct run *run, const unsigned char *p)
{
    if (run->parser->fields == run->options->limits.fields)
        return fluxo_stop(run, FLUXO_ERR_FIELDS_LIMIT, p);
    run->parser->fields++;
    open_line(run, LINE_FIELD, p);
    return fluxo_go_on(run, p);
}

/* A line that goes on with the value before it: a field line without a name. */
fluxo_reach fluxo_mark_fold(struct run *run, const unsigned char *p)
{
    fluxo_mark_name(run, p);
    run->parser->part = PART_GAP;
    run->parser->fold = 1;
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_end_name(struct run *run, const unsigned char *p)
{
    end_name(run, p);
    run->parser->steer = recognise_field(run) & 7;
    return fluxo_go_on(run, p);
}

/* Only one Host (RFC 9112 3.2) and, as policy, only one Content-Length line. */
static void refuse_repetition(struct run *run)
{
    const struct fluxo_parser *parser = run->parser;

    if (!parser->sub)
        return;
    if (parser->steer == STEER_HOST && parser->host_seen)
        fluxo_refuse_value(run, FLUXO_ERR_HOST_REPEATED);
    if (parser->steer == STEER_CONTENT_LENGTH && parser->length_seen && !(run->options->relax & FLUXO_RELAX_EQUAL_LENGTHS))
        fluxo_refuse_value(run, FLUXO_ERR_CONTENT_LENGTH_REPEATED);
}

/* At its first byte that is no white space; an empty value stands at the line's end. */
static void begin_field_value(struct run *run, const unsigned char *p)
{
    begin_value(run, place(run, p));
    fluxo_begin_check(run, *p);
    refuse_repetition(run);
}

fluxo_reach fluxo_mark_value(struct run *run, const unsigned char *p)
{
    begin_field_value(run, p);
    if (run->parser->steer == STEER_UPGRADE && run->parser->phase == PHASE_HEAD)
        run->parser->upgrade_field = 1;
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_end_value(struct run *run, const unsigned char *p)
{
    if (run->parser->part == PART_GAP)
        begin_field_value(run, p);
    fluxo_judge_value(run, place(run, p));
    if (run->parser->steer == STEER_HOST)
        run->parser->host_seen = 1;
    mark_value_end(run, place(run, p));
    run->parser->part = PART_END;
    return fluxo_go_on(run, p);
}

/* ---- The end of a head, of a message ---- */

void fluxo_end_message(struct run *run, int32_t at)
{
    add_event(run, FLUXO_EVENT_MESSAGE, 0, at);
    run->from = at;
    run->stop = 1;
    run->status = FLUXO_MESSAGE;
    fluxo_leave_message(run->parser);
}

fluxo_reach fluxo_emit_head(struct run *run, const unsigned char *p)
{
    enum fluxo_error_code error = run->error ? (enum fluxo_error_code)run->error : fluxo_judge_head(run->parser);
    int32_t after = place(run, p) + 1;

    if (error) {
        fluxo_refuse(run, error, after);
        return p + 1;
    }
    run->status = (uint8_t)fluxo_end_head(run->parser, run->events + run->count, (uint32_t)after);
    run->count += run->status == FLUXO_MESSAGE ? 2 : 1;
    run->from = after;
    run->stop = 1;
    return p + 1;
}

/* ---- Bodies ---- */

void fluxo_emit_body(struct run *run, uint64_t length)
{
    if (length)
        add_event(run, FLUXO_EVENT_BODY, 0, run->at)->len = (uint32_t)length;
    run->at += (int32_t)length;
    run->from = run->at;
}

fluxo_reach fluxo_mark_chunk_size(struct run *run, const unsigned char *p)
{
    open_line(run, LINE_CHUNK, p);
    run->parser->remaining = 0;
    return fluxo_go_on(run, p);
}

enum { CHUNK_SIZE_DIGITS = 16 }; /* they fill 64 bits; leading zeros count */

fluxo_reach fluxo_add_chunk_digit(struct run *run, const unsigned char *p)
{
    struct fluxo_parser *parser = run->parser;

    if (place(run, p) - parser->name >= CHUNK_SIZE_DIGITS || parser->remaining > INT64_MAX >> 4)
        return fluxo_stop(run, FLUXO_ERR_CHUNK_SIZE_OVERFLOW, p);
    parser->remaining = parser->remaining << 4 | hex_value(*p);
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_end_chunk_size(struct run *run, const unsigned char *p)
{
    end_name(run, p);
    return fluxo_go_on(run, p);
}

/* While an extension is open, `section` is where the extensions would have begun if they stood in one piece; else their size.
 */
fluxo_reach fluxo_mark_chunk_ext(struct run *run, const unsigned char *p)
{
    begin_value(run, place(run, p));
    run->parser->section = place(run, p) - run->parser->section;
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_end_chunk_ext(struct run *run, const unsigned char *p)
{
    if (run->parser->part == PART_GAP)
        begin_value(run, place(run, p));
    else
        run->parser->section = place(run, p) - run->parser->section;
    mark_value_end(run, place(run, p));
    run->parser->part = PART_END;
    return fluxo_go_on(run, p);
}

fluxo_reach fluxo_emit_chunk(struct run *run, const unsigned char *p)
{
    struct fluxo_parser *parser = run->parser;

    if (run->options->flags & FLUXO_CHUNKS)
        fluxo_emit_line(run, p);
    parser->line = LINE_NONE;
    run->from = place(run, p) + 1;
    run->stop = 1;
    parser->phase = parser->remaining ? PHASE_DATA : PHASE_TRAILER;
    parser->section = parser->remaining ? parser->section : run->from;
    return p + 1;
}

fluxo_reach fluxo_emit_trailers(struct run *run, const unsigned char *p)
{
    if (!run->error) /* by this very byte */
        fluxo_end_message(run, place(run, p) + 1);
    return p + 1;
}
