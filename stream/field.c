/* SPDX-License-Identifier: MIT */
/*
 * Field values: what the machines of list.rl and decode.rl find, as items and as octets.
 *
 * How this works: a cursor holds one line and the machine's state in it. State 0, which is the machine's refusal, stands here
 * for a line that is read to its end as well: a refusal is noted as the cursor's fault.
 */

#include <fluxo/field.h>

#include "decode.h"
#include "list.h"

#include <string.h>

/* ---- Spans ---- */

static unsigned char to_lower(char letter)
{
    unsigned char octet = (unsigned char)letter;

    return octet >= 'A' && octet <= 'Z' ? (unsigned char)(octet | 0x20) : octet;
}

int fluxo_span_equals(struct fluxo_span one, struct fluxo_span other)
{
    size_t at;

    if (one.length != other.length)
        return 0;
    for (at = 0; at < one.length; at++) {
        if (to_lower(one.start[at]) != to_lower(other.start[at]))
            return 0;
    }
    return 1;
}

int fluxo_span_is(struct fluxo_span span, const char *text)
{
    size_t at;

    for (at = 0; at < span.length; at++) {
        if (!text[at] || to_lower(text[at]) != to_lower(span.start[at]))
            return 0;
    }
    return !text[at];
}

/* ---- Items ---- */

static void clear_item(struct fluxo_item *item)
{
    memset(item, 0, sizeof *item);
    item->weight = 1000;
}

static void begin_line(struct fluxo_cursor *cursor, const struct fluxo_span *line)
{
    cursor->text = line->length ? *line : fluxo_span_of("", 0);
    cursor->at = 0;
    cursor->state = (uint16_t)fluxo_begin_list((enum fluxo_reading)cursor->reading);
}

int fluxo_cursor_init(struct fluxo_cursor *cursor, enum fluxo_reading reading, const struct fluxo_span *lines, size_t count)
{
    if ((unsigned)reading >= FLUXO_READINGS || (!lines && count))
        return FLUXO_MISUSE_ARGUMENT;
    memset(cursor, 0, sizeof *cursor);
    cursor->reading = (uint8_t)reading;
    if (count) {
        begin_line(cursor, lines);
        cursor->more = lines + 1;
        cursor->left = count - 1;
    }
    return FLUXO_DONE;
}

/* Whether there is something to read: the rest of a line, or another one. */
static int find_line(struct fluxo_cursor *cursor)
{
    if (cursor->state)
        return 1;
    if (!cursor->left)
        return 0;
    begin_line(cursor, cursor->more++);
    cursor->left--;
    cursor->line++;
    return 1;
}

static enum fluxo_fault_code name_fault(const struct fluxo_cursor *cursor)
{
    static const uint8_t faults[] = {
#define READING(id, entry, fault, section) FLUXO_FAULT_##fault,
#include <fluxo/readings.def>
#undef READING
    };

    return (enum fluxo_fault_code)faults[cursor->reading];
}

/* Whether there is an item; else the line is at its end, or at fault. */
static int read_item(struct fluxo_cursor *cursor, struct fluxo_item *item)
{
    int answer;

    clear_item(item);
    answer = fluxo_run_list(cursor, item);
    if (answer == FLUXO_FAULT)
        cursor->fault = (uint16_t)name_fault(cursor);
    if (answer != FLUXO_DONE)
        cursor->state = 0;
    return answer != FLUXO_FAULT && item->text.length;
}

int fluxo_cursor_next(struct fluxo_cursor *cursor, struct fluxo_item *item)
{
    while (!cursor->fault && find_line(cursor)) {
        if (read_item(cursor, item))
            return FLUXO_DONE;
    }
    clear_item(item);
    return cursor->fault ? FLUXO_FAULT : FLUXO_END;
}

int fluxo_cursor_check(struct fluxo_cursor *cursor)
{
    struct fluxo_cursor ahead = *cursor;
    struct fluxo_item item;
    int answer;

    do
        answer = fluxo_cursor_next(&ahead, &item);
    while (answer == FLUXO_DONE);
    if (answer == FLUXO_FAULT)
        *cursor = ahead;
    return answer == FLUXO_END ? FLUXO_DONE : answer;
}

/* ---- Questions ---- */

int fluxo_parameter_find(struct fluxo_span parameters, const char *name, struct fluxo_item *item)
{
    struct fluxo_cursor cursor;
    struct fluxo_item parameter;
    int found = FLUXO_END, answer;

    clear_item(item);
    fluxo_cursor_init(&cursor, FLUXO_READ_PARAMETERS, &parameters, 1);
    while ((answer = fluxo_cursor_next(&cursor, &parameter)) == FLUXO_DONE) {
        if (!fluxo_span_is(parameter.name, name))
            continue;
        if (found == FLUXO_DONE)
            item->flags |= FLUXO_ITEM_REPEATED;
        else
            *item = parameter;
        found = FLUXO_DONE;
    }
    if (answer == FLUXO_FAULT)
        clear_item(item);
    return answer == FLUXO_FAULT ? FLUXO_FAULT : found;
}

int fluxo_list_has(const struct fluxo_span *lines, size_t count, struct fluxo_span token)
{
    struct fluxo_cursor cursor;
    struct fluxo_item member;

    if (fluxo_cursor_init(&cursor, FLUXO_READ_MEMBERS, lines, count) != FLUXO_DONE)
        return 0;
    while (fluxo_cursor_next(&cursor, &member) == FLUXO_DONE) {
        if (fluxo_span_equals(member.name, token))
            return 1;
    }
    return 0;
}

/* What hops.def says of a field. */
enum hop { HOP_UNKNOWN, HOP_NEXT, HOP_KEEP };

static enum hop find_hop(struct fluxo_span name)
{
    static const struct {
        const char *name;
        enum hop hop;
    } rows[] = {
#define HOP(name, section) {name, HOP_NEXT},
#define KEEP(name, reason) {name, HOP_KEEP},
#include <fluxo/hops.def>
#undef HOP
#undef KEEP
    };
    size_t row;

    for (row = 0; row < sizeof rows / sizeof *rows; row++) {
        if (fluxo_span_is(name, rows[row].name))
            return rows[row].hop;
    }
    return HOP_UNKNOWN;
}

int fluxo_field_is_hop_by_hop(const struct fluxo_span *connection, size_t count, struct fluxo_span name)
{
    enum hop hop = find_hop(name);

    return hop == HOP_NEXT || (hop == HOP_UNKNOWN && fluxo_list_has(connection, count, name));
}

/* ---- Texts that stand for others ---- */

/* The text is read twice, first without writing, so that nothing is written of what is refused or has no room. */
static int decode_text(enum decode decode, struct fluxo_span text, void *to, size_t room, size_t *length)
{
    const unsigned char *start = (const unsigned char *)(text.length ? text.start : ""), *wrong;
    struct decoded decoded;

    memset(&decoded, 0, sizeof decoded);
    wrong = fluxo_run_decode(decode, &decoded, start, start + text.length);
    if (wrong) {
        *length = (size_t)((decoded.percent ? decoded.percent : wrong) - start);
        return FLUXO_FAULT;
    }
    *length = decoded.length;
    if (decoded.length > room)
        return FLUXO_FULL;
    decoded.to = (unsigned char *)to;
    decoded.length = 0;
    fluxo_run_decode(decode, &decoded, start, start + text.length);
    return FLUXO_DONE;
}

int fluxo_text_unquote(struct fluxo_span text, void *to, size_t room, size_t *length)
{
    return decode_text(DECODE_PARAMETER_VALUE, text, to, room, length);
}

int fluxo_text_unescape(struct fluxo_span text, void *to, size_t room, size_t *length)
{
    return decode_text(DECODE_QUOTED_TEXT, text, to, room, length);
}

int fluxo_text_unpercent(struct fluxo_span text, void *to, size_t room, size_t *length)
{
    return decode_text(DECODE_PERCENT, text, to, room, length);
}

int fluxo_text_weigh(struct fluxo_span text, uint16_t *weight)
{
    struct fluxo_cursor cursor;
    struct fluxo_item item;
    int answer;

    fluxo_cursor_init(&cursor, FLUXO_READ_QVALUE, &text, 1);
    answer = fluxo_cursor_next(&cursor, &item);
    if (item.text.length != text.length) /* the cursor lets white space stand around it */
        answer = FLUXO_FAULT;
    *weight = answer == FLUXO_DONE ? item.weight : 0;
    return answer;
}
