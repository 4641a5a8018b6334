/* SPDX-License-Identifier: MIT */
/*
 * Heads and trailer sections, collected from events.
 *
 * How this works: a line is kept as the event that told it. Its `at` counts from head->bytes, which are those of the last call:
 * what a call leaves unconsumed stands at the front of the next, so the lines move with it. A line whose bytes are consumed
 * before the head is complete, that comes in pieces, or that goes on in a second one, is joined in head->text; the flag IN_TEXT
 * says so.
 */

#include "widen.h"

#include <fluxo/stream.h>

enum { IN_TEXT = 0x80 };

static const uint32_t TEXT_MOST = (uint32_t)1 << 30; /* octets */
static const uint32_t LINES_FIRST = 8;               /* what most heads have; then by doubling */

static void init(struct fluxo_head *head, struct fluxo_event *lines, uint32_t capacity, const struct fluxo_allocator *allocator)
{
    memset(head, 0, sizeof *head);
    head->lines = lines;
    head->capacity = capacity;
    head->allocator = allocator;
}

void fluxo_head_init(struct fluxo_head *head, struct fluxo_event *lines, uint32_t capacity,
                     const struct fluxo_allocator *allocator)
{
    init(head, lines, capacity, allocator);
}

void fluxo_head_init_trailers(struct fluxo_head *head, struct fluxo_event *lines, uint32_t capacity,
                              const struct fluxo_allocator *allocator)
{
    init(head, lines, capacity, allocator);
    head->is_trailers = 1;
}

void fluxo_head_reset(struct fluxo_head *head)
{
    head->bytes = NULL;
    head->count = 0;
    head->text_length = 0;
    head->is_open = 0;
    head->is_complete = 0;
    head->failure = 0;
}

void fluxo_head_close(struct fluxo_head *head)
{
    if (head->text)
        fluxo_resize(head->allocator, head->text, head->text_room, 0);
    if (head->room) {
        fluxo_resize(head->allocator, head->lines, head->room * sizeof *head->lines, 0);
        head->lines = NULL;
    }
    head->text = NULL;
    head->text_room = 0;
    head->room = 0;
    fluxo_head_reset(head);
}

/* ---- Text ---- */

static int reserve(struct fluxo_head *head, uint32_t more)
{
    if (more > TEXT_MOST - head->text_length)
        return FLUXO_MISUSE_LIMIT;
    return fluxo_widen(head->allocator, &head->text, &head->text_room, head->text_length + more);
}

/* After reserve. */
static void append(struct fluxo_head *head, struct fluxo_span span)
{
    if (span.length)
        memcpy(head->text + head->text_length, span.start, span.length);
    head->text_length += (uint32_t)span.length;
}

static const char *origin_of(const struct fluxo_head *head, const struct fluxo_event *line)
{
    return line->flags & IN_TEXT ? head->text : head->bytes;
}

/* A line to the end of the text, its value right behind its name. */
static int move_to_text(struct fluxo_head *head, struct fluxo_event *line)
{
    struct fluxo_span name = fluxo_event_name(line, origin_of(head, line)),
                      value = fluxo_event_value(line, origin_of(head, line));
    uint32_t at = head->text_length;
    int answer = reserve(head, (uint32_t)(name.length + value.length));

    if (answer)
        return answer;
    name = fluxo_event_name(line, origin_of(head, line)); /* the text may have moved */
    value = fluxo_event_value(line, origin_of(head, line));
    append(head, name);
    append(head, value);
    line->at = at;
    line->gap = line->name_len;
    line->flags |= IN_TEXT;
    return FLUXO_DONE;
}

int fluxo_head_keep(struct fluxo_head *head)
{
    uint32_t at;
    int answer = FLUXO_DONE;

    for (at = 0; at < head->count && !answer; at++)
        if (!(head->lines[at].flags & IN_TEXT))
            answer = move_to_text(head, &head->lines[at]);
    if (!answer)
        head->bytes = NULL;
    return answer;
}

/* ---- Adding ---- */

/* A line before it may have become text behind it. */
static int is_at_end(const struct fluxo_head *head, const struct fluxo_event *line)
{
    return (line->flags & IN_TEXT) && line->at + line->name_len + line->len == head->text_length;
}

/* The line that is open becomes the last of the text, with room for more of it. */
static int open_line(struct fluxo_head *head, struct fluxo_event *line, uint32_t more)
{
    int answer = is_at_end(head, line) ? FLUXO_DONE : move_to_text(head, line);

    return answer ? answer : reserve(head, more);
}

/* More of the line that is open: its name as long as it has no value. */
static int join(struct fluxo_head *head, const struct fluxo_event *event)
{
    struct fluxo_event *line = &head->lines[head->count - 1];
    struct fluxo_span name = fluxo_event_name(event, head->bytes), value = fluxo_event_value(event, head->bytes);
    int answer = open_line(head, line, (uint32_t)(name.length + value.length));

    if (answer)
        return answer;
    if (!event->name_len) { /* blanks at the end of what earlier pieces gave */
        line->len -= event->gap;
        head->text_length -= event->gap;
    }
    append(head, name);
    append(head, value);
    line->name_len = (uint16_t)(line->name_len + event->name_len);
    line->gap = line->name_len;
    line->len += event->len;
    line->id = event->id;
    return FLUXO_DONE;
}

/* RFC 9112 5.2: a fold is a space. */
static int join_fold(struct fluxo_head *head, const struct fluxo_event *event)
{
    static const struct fluxo_span space = {" ", 1};
    struct fluxo_event *line = &head->lines[head->count - 1];
    int answer = open_line(head, line, 1);

    if (answer)
        return answer;
    if (line->len) {
        append(head, space);
        line->len++;
    }
    return join(head, event);
}

/* The caller's lines have room for all; the allocator's, which `room` counts, come as they are needed. */
static int widen_lines(struct fluxo_head *head)
{
    uint32_t room = head->room ? head->room * 2 : LINES_FIRST;
    void *lines;

    if (head->count < head->room || (head->lines && !head->room))
        return FLUXO_DONE;
    lines = fluxo_resize(head->allocator, head->lines, head->room * sizeof *head->lines, room * sizeof *head->lines);
    if (!lines)
        return FLUXO_MISUSE_MEMORY;
    head->lines = (struct fluxo_event *)lines;
    head->room = room;
    return FLUXO_DONE;
}

static int add_line(struct fluxo_head *head, const struct fluxo_event *event)
{
    int answer = head->count == head->capacity ? FLUXO_MISUSE_LIMIT : widen_lines(head);

    if (answer)
        return answer;
    head->lines[head->count++] = *event;
    head->lines[head->count - 1].flags = 0;
    return FLUXO_DONE;
}

static int add_event(struct fluxo_head *head, const struct fluxo_event *event)
{
    int answer, goes_on = head->is_open || (event->flags & FLUXO_EVENT_FOLD);
    int folds = (event->flags & FLUXO_EVENT_FOLD) && !(head->is_open & FLUXO_EVENT_FOLD);

    if (folds && event->len)
        answer = join_fold(head, event);
    else
        answer = goes_on ? join(head, event) : add_line(head, event);
    head->is_open = event->flags & FLUXO_EVENT_MORE ? (uint8_t)(1 | (event->flags & FLUXO_EVENT_FOLD)) : 0;
    return answer;
}

static int is_line(const struct fluxo_head *head, unsigned kind)
{
    if (head->is_trailers)
        return kind == FLUXO_EVENT_TRAILER;
    return kind <= FLUXO_EVENT_FIELD;
}

static int is_end(const struct fluxo_head *head, unsigned kind)
{
    return kind == (head->is_trailers ? FLUXO_EVENT_MESSAGE : FLUXO_EVENT_HEAD);
}

static int add_events(struct fluxo_head *head, struct fluxo_feed fed, const struct fluxo_event *events)
{
    uint32_t at;
    int answer = FLUXO_DONE;

    for (at = 0; at < fed.count && !answer && !head->is_complete; at++) {
        if (is_line(head, events[at].kind))
            answer = add_event(head, &events[at]);
        head->is_complete = (uint8_t)is_end(head, events[at].kind);
    }
    return answer;
}

/* The call has dropped `consumed` bytes from the front: the lines there are copied, the others move with theirs. */
static int move_lines(struct fluxo_head *head, size_t consumed)
{
    uint32_t at;
    int answer = FLUXO_DONE;

    for (at = 0; at < head->count && !answer; at++) {
        struct fluxo_event *line = &head->lines[at];
        if (line->flags & IN_TEXT)
            continue;
        if (line->at >= consumed)
            line->at -= (uint32_t)consumed;
        else
            answer = move_to_text(head, line);
    }
    return answer;
}

int fluxo_head_add(struct fluxo_head *head, const void *bytes, struct fluxo_feed fed, const struct fluxo_event *events)
{
    int answer;

    if (head->is_complete)
        return FLUXO_MISUSE_ORDER;
    if (head->failure)
        return head->failure;
    head->bytes = (const char *)bytes;
    answer = add_events(head, fed, events);
    if (head->is_complete)
        return FLUXO_DONE;
    if (!answer)
        answer = move_lines(head, fed.consumed);
    head->bytes += fed.consumed;
    head->failure = (int8_t)answer;
    return answer ? answer : FLUXO_NOT_NOW;
}

/* ---- Reading ---- */

static const struct fluxo_span nothing = {NULL, 0};

static uint32_t first_field(const struct fluxo_head *head)
{
    return head->is_trailers || !head->count ? 0 : 1;
}

static struct fluxo_span name_of(const struct fluxo_head *head, const struct fluxo_event *line)
{
    return fluxo_event_name(line, origin_of(head, line));
}

static struct fluxo_span value_of(const struct fluxo_head *head, const struct fluxo_event *line)
{
    return fluxo_event_value(line, origin_of(head, line));
}

static int starts_with(const struct fluxo_head *head, enum fluxo_event_kind kind)
{
    return head->count && head->lines[0].kind == kind;
}

struct fluxo_span fluxo_head_method(const struct fluxo_head *head)
{
    return starts_with(head, FLUXO_EVENT_REQUEST_LINE) ? name_of(head, &head->lines[0]) : nothing;
}

struct fluxo_span fluxo_head_target(const struct fluxo_head *head)
{
    return starts_with(head, FLUXO_EVENT_REQUEST_LINE) ? value_of(head, &head->lines[0]) : nothing;
}

struct fluxo_span fluxo_head_reason(const struct fluxo_head *head)
{
    return starts_with(head, FLUXO_EVENT_STATUS_LINE) ? value_of(head, &head->lines[0]) : nothing;
}

enum fluxo_method fluxo_head_method_id(const struct fluxo_head *head)
{
    return starts_with(head, FLUXO_EVENT_REQUEST_LINE) ? (enum fluxo_method)head->lines[0].id : FLUXO_METHOD_OTHER;
}

unsigned fluxo_head_status(const struct fluxo_head *head)
{
    return starts_with(head, FLUXO_EVENT_STATUS_LINE) ? head->lines[0].id : 0;
}

uint32_t fluxo_head_fields(const struct fluxo_head *head)
{
    return head->count - first_field(head);
}

struct fluxo_span fluxo_head_name(const struct fluxo_head *head, uint32_t field)
{
    return field < fluxo_head_fields(head) ? name_of(head, &head->lines[first_field(head) + field]) : nothing;
}

struct fluxo_span fluxo_head_value(const struct fluxo_head *head, uint32_t field)
{
    return field < fluxo_head_fields(head) ? value_of(head, &head->lines[first_field(head) + field]) : nothing;
}

uint32_t fluxo_head_find(const struct fluxo_head *head, uint32_t from, struct fluxo_span name)
{
    uint32_t fields = fluxo_head_fields(head), field = from;

    while (field < fields && !fluxo_span_equals(fluxo_head_name(head, field), name))
        field++;
    return field < fields ? field : fields;
}

uint32_t fluxo_head_all(const struct fluxo_head *head, enum fluxo_field field, struct fluxo_span *values, uint32_t most)
{
    struct fluxo_span name = fluxo_text(fluxo_field_name(field));
    uint32_t fields = fluxo_head_fields(head), found = 0, at = 0;

    for (at = fluxo_head_find(head, 0, name); at < fields; at = fluxo_head_find(head, at + 1, name)) {
        if (found < most)
            values[found] = fluxo_head_value(head, at);
        found++;
    }
    return found;
}

struct fluxo_span fluxo_head_get(const struct fluxo_head *head, enum fluxo_field field)
{
    struct fluxo_span value = nothing;

    fluxo_head_all(head, field, &value, 1);
    return value;
}

/* ---- What the fields say together ---- */

int fluxo_head_uri(const struct fluxo_head *head, struct fluxo_span own_name, unsigned flags, struct fluxo_uri *out)
{
    struct fluxo_span host = fluxo_head_get(head, FLUXO_FIELD_HOST);
    struct fluxo_target target;
    int answer;

    if (!head->is_complete || !starts_with(head, FLUXO_EVENT_REQUEST_LINE))
        return FLUXO_MISUSE_ORDER;
    answer = fluxo_target_split(fluxo_head_method_id(head), fluxo_head_target(head), &target);
    if (!answer)
        return fluxo_target_reconcile(&target, host.start ? &host : NULL, own_name, flags, out);
    out->fault = target.fault;
    out->at = target.at;
    return answer;
}

int fluxo_head_is_coded(const struct fluxo_head *head)
{
    struct fluxo_span name = fluxo_text(fluxo_field_name(FLUXO_FIELD_TRANSFER_ENCODING)), value;
    uint32_t fields = fluxo_head_fields(head), at;
    struct fluxo_cursor cursor;
    struct fluxo_item item;
    int answer = FLUXO_DONE;

    for (at = fluxo_head_find(head, 0, name); at < fields; at = fluxo_head_find(head, at + 1, name)) {
        value = fluxo_head_value(head, at);
        fluxo_cursor_init(&cursor, FLUXO_READ_TRANSFER_ENCODING, &value, 1);
        while ((answer = fluxo_cursor_next(&cursor, &item)) == FLUXO_DONE)
            if (!fluxo_span_is(item.name, "chunked"))
                return 1;
        if (answer == FLUXO_FAULT)
            return 1;
    }
    return 0;
}
