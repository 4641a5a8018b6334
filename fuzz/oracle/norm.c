/* SPDX-License-Identifier: MIT */
#include "norm.h"

#include <stdio.h>
#include <string.h>

void norm_begin(struct norm *norm, struct reading *reading, struct fluxo_facts *heads)
{
    memset(norm, 0, sizeof *norm);
    norm->reading = reading;
    norm->heads = heads;
    reading->heads = heads;
    reading->head_count = 0;
    reading->count = 0;
    reading->ending = ENDING_MORE;
    reading->error = 0;
    reading->offset = 0;
    reading->finish = FINISH_CLEAN;
}

static struct record *last_record(struct norm *norm)
{
    return &norm->reading->records[norm->reading->count - 1];
}

static struct record *add_record(struct norm *norm, const struct fluxo_event *event)
{
    struct reading *reading = norm->reading;
    struct record *record;

    if (reading->count == reading->room)
        refute("events", "more than the input has bytes");
    record = &reading->records[reading->count++];
    memset(record, 0, sizeof *record);
    record->kind = event->kind;
    record->flags = event->flags & FLUXO_EVENT_FOLD;
    record->id = event->id;
    return record;
}

/* ---- Lines ---- */

static void add_name(struct record *record, const struct fluxo_event *event, uint32_t base)
{
    if (!record->name_length)
        record->name_at = base + event->at;
    hold(record->name_at + record->name_length == base + event->at, "events", "a name with a hole");
    record->name_length += event->name_len;
}

static void add_value(struct record *record, const struct fluxo_event *event, uint32_t base)
{
    uint32_t at = base + event->at + (event->name_len ? event->gap : 0);

    if (!record->value_length)
        record->value_at = at;
    hold(record->value_at + record->value_length == at, "events", "a value with a hole");
    record->value_length += event->len;
}

static void drop_blanks(struct record *record, uint32_t blanks)
{
    hold(blanks <= record->value_length, "events", "more blanks to drop than there are");
    record->value_length -= blanks;
    if (!record->value_length)
        record->value_at = 0;
}

static void add_line(struct norm *norm, const struct fluxo_event *event, uint32_t base)
{
    struct record *record = norm->line_open ? last_record(norm) : add_record(norm, event);

    hold(record->kind == event->kind, "events", "another line inside a line");
    hold(record->flags == (event->flags & FLUXO_EVENT_FOLD), "events", "a fold inside a line");
    hold(!event->name_len || !record->value_length, "events", "a name after its value");
    hold(!event->name_len || !record->flags, "events", "a fold with a name");
    if (event->name_len)
        add_name(record, event, base);
    if (event->len)
        add_value(record, event, base);
    norm->line_open = event->flags & FLUXO_EVENT_MORE;
    if (norm->line_open)
        return;
    record->id = event->id;
    if (!event->name_len)
        drop_blanks(record, event->gap);
}

/* ---- Bodies ---- */

static void add_body(struct norm *norm, const struct fluxo_event *event, uint32_t base)
{
    struct record *record = norm->body_open ? last_record(norm) : NULL;

    hold(event->len > 0, "events", "an empty BODY");
    hold(norm->framing != FLUXO_FRAMING_NONE, "facts", "a body without framing");
    if (!record || record->value_at + record->value_length != base + event->at) {
        record = add_record(norm, event);
        record->value_at = base + event->at;
    }
    record->value_length += event->len;
    norm->body += event->len;
}

/* ---- HEAD and MESSAGE ---- */

static void add_head(struct norm *norm, const struct fluxo_parser *parser, const struct fluxo_event *event, uint32_t base)
{
    struct fluxo_facts facts = fluxo_parser_facts(parser);

    add_record(norm, event)->name_at = base + event->at;
    hold(event->id == facts.framing, "facts", "the HEAD event has another framing");
    hold(norm->reading->head_count < HEADS_MOST, "events", "more heads than the input can have");
    norm->heads[norm->reading->head_count++] = facts;
    norm->framing = facts.framing;
    norm->length = facts.length;
    norm->body = 0;
}

static void add_message(struct norm *norm, const struct fluxo_event *event, uint32_t base)
{
    add_record(norm, event)->name_at = base + event->at;
    hold(norm->framing != FLUXO_FRAMING_LENGTH || norm->body == norm->length, "facts", "another length of body than said");
    norm->framing = FLUXO_FRAMING_NONE;
}

/* ---- All of them ---- */

static void check_inside(const struct fluxo_event *event, size_t length)
{
    size_t value = (size_t)event->at + (event->name_len ? event->gap : 0);

    hold(value + event->len <= length && (size_t)event->at + event->name_len <= length, "events", "outside the bytes");
    hold(!event->name_len || event->gap >= event->name_len, "events", "a value inside its name");
}

static void add_event(struct norm *norm, const struct fluxo_parser *parser, const struct fluxo_event *event, uint32_t base)
{
    hold(!norm->line_open || event->kind != FLUXO_EVENT_BODY, "events", "a body inside a line");
    switch (event->kind) {
    case FLUXO_EVENT_BODY:
        add_body(norm, event, base);
        break;
    case FLUXO_EVENT_HEAD:
        add_head(norm, parser, event, base);
        break;
    case FLUXO_EVENT_MESSAGE:
        add_message(norm, event, base);
        break;
    default:
        hold(event->kind < FLUXO_EVENT_MESSAGE, "events", "no such kind");
        add_line(norm, event, base);
    }
    norm->body_open = event->kind == FLUXO_EVENT_BODY;
}

void norm_add(struct norm *norm, const struct fluxo_parser *parser, uint32_t base, size_t length,
              const struct fluxo_event *events, uint32_t count)
{
    uint32_t nth;

    for (nth = 0; nth < count; nth++) {
        check_inside(&events[nth], length);
        add_event(norm, parser, &events[nth], base);
    }
}

void norm_end(struct norm *norm)
{
    if (norm->line_open)
        norm->reading->count--;
    norm->line_open = 0;
}

/* ---- Two readings ---- */

static void show_reading(const struct reading *reading)
{
    static const char *const endings[] = {"more", "error", "switched", "closed"};
    const struct fluxo_error_entry *error = fluxo_error(reading->error);
    size_t nth;

    for (nth = 0; nth < reading->count; nth++) {
        const struct record *record = &reading->records[nth];
        fprintf(stderr, "  kind %u flags %u id %u name %u+%u value %u+%u\n", record->kind, record->flags, record->id,
                record->name_at, record->name_length, record->value_at, record->value_length);
    }
    for (nth = 0; nth < reading->head_count; nth++) {
        const struct fluxo_facts *facts = &reading->heads[nth];
        fprintf(stderr,
                "  head: length %llu status %u method %u minor %u framing %u keep-alive %u upgrade %u expect-continue %u\n",
                (unsigned long long)facts->length, facts->status, facts->method, facts->minor, facts->framing,
                facts->keep_alive, facts->upgrade, facts->expect_continue);
    }
    fprintf(stderr, "  %s %s at %llu, finish %d\n", endings[reading->ending], error ? error->name : "",
            (unsigned long long)reading->offset, reading->finish);
}

static int are_same(const void *a, const void *b, size_t size)
{
    return !size || memcmp(a, b, size) == 0;
}

static int are_equal(const struct reading *a, const struct reading *b)
{
    return a->count == b->count && a->ending == b->ending && a->error == b->error && a->offset == b->offset &&
           a->finish == b->finish && a->head_count == b->head_count &&
           are_same(a->heads, b->heads, a->head_count * sizeof *a->heads) &&
           are_same(a->records, b->records, a->count * sizeof *a->records);
}

void reading_compare(const struct reading *a, const struct reading *b, const char *oracle)
{
    if (are_equal(a, b))
        return;
    show_reading(a);
    fprintf(stderr, "and\n");
    show_reading(b);
    refute(oracle, "two readings differ");
}

/* ---- One reading ---- */

static unsigned find_steering(const uint8_t *name, size_t length)
{
    static const unsigned char steers[] = {
        0,
#define FIELD(id, name, steers, section) steers,
#include <fluxo/fields.def>
#undef FIELD
    };
    unsigned id = fluxo_field_id((const char *)name, length);

    return steers[id] ? id : 0;
}

static unsigned find_status(const uint8_t *digits)
{
    return (digits[0] - '0') * 100u + (digits[1] - '0') * 10u + (digits[2] - '0');
}

static void check_id(const struct record *record, const uint8_t *bytes)
{
    const uint8_t *name = bytes + record->name_at;

    switch (record->kind) {
    case FLUXO_EVENT_REQUEST_LINE:
        hold(record->id == fluxo_method_id((const char *)name, record->name_length), "facts", "a wrong id for the method");
        break;
    case FLUXO_EVENT_STATUS_LINE:
        hold(record->name_length == 3 && record->id == find_status(name), "facts", "a wrong id for the status");
        break;
    case FLUXO_EVENT_FIELD:
    case FLUXO_EVENT_TRAILER:
        if (!record->flags)
            hold(record->id == find_steering(name, record->name_length), "facts", "a wrong id for the field");
        break;
    default:
        break;
    }
}

void reading_check(const struct reading *reading, const uint8_t *bytes, size_t length)
{
    uint64_t reached = 0;
    size_t nth;

    for (nth = 0; nth < reading->count; nth++) {
        const struct record *record = &reading->records[nth];
        uint64_t name_end = (uint64_t)record->name_at + record->name_length;
        uint64_t value_end = (uint64_t)record->value_at + record->value_length;
        if (record->name_at) {
            hold(record->name_at >= reached, "events", "a name before what came before it");
            reached = name_end;
        }
        if (record->value_length) {
            hold(record->value_at >= reached, "events", "a value before what came before it");
            reached = value_end;
        }
        hold(reached <= length, "events", "a record outside the input");
        check_id(record, bytes);
    }
}
