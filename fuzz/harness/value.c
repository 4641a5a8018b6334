/* SPDX-License-Identifier: MIT */
/*
 * Field values: asked of the library and of oracle/value-model.h, which must agree.
 *
 * The bytes are up to four lines of one field; the first is also read as a name, a text to decode, a weight and a date. Octet
 * [7] of the head is the reading (bits 0 to 3) and on which side the guard page is (4); [1] to [6] are the time of now.
 */
#include "../oracle/value-model.h"
#include "harness.h"

#include <string.h>

enum { TEXT_MOST = 2048, LINES = 4 };

static struct arena arenas[LINES], room;

/* ---- Comparing ---- */

static int is_same_text(struct fluxo_span one, struct fluxo_span other)
{
    return one.length == other.length && (!one.length || memcmp(one.start, other.start, one.length) == 0);
}

/* The very same bytes; and a part that is not there is not the same as an empty one. */
static int is_same_span(struct fluxo_span one, struct fluxo_span other)
{
    return one.length == other.length && !one.start == !other.start && (!one.length || one.start == other.start);
}

static int is_same_item(const struct fluxo_item *one, const struct fluxo_item *other)
{
    return is_same_span(one->text, other->text) && is_same_span(one->name, other->name) &&
           is_same_span(one->value, other->value) && one->parameters.length == other->parameters.length &&
           (!one->parameters.length || one->parameters.start == other->parameters.start) && one->weight == other->weight &&
           one->flags == other->flags;
}

static int is_empty(const struct fluxo_item *item)
{
    return !item->text.start && !item->name.start && !item->value.start && !item->parameters.length && !item->flags &&
           item->weight == 1000;
}

/* ---- The cursor ---- */

static void check_ahead(const struct fluxo_cursor *cursor, const struct model_items *all)
{
    struct fluxo_cursor ahead = *cursor;
    int answer = fluxo_cursor_check(&ahead);

    hold(answer == (all->fault ? FLUXO_FAULT : FLUXO_DONE), "model", "whether the rest can be read");
    if (answer == FLUXO_DONE)
        hold(memcmp(&ahead, cursor, sizeof ahead) == 0, "check", "leaves the cursor where it stood");
    else
        hold(ahead.fault == all->fault && ahead.line == all->line && ahead.at == all->at, "check", "finds the fault");
}

static void compare_next(struct fluxo_cursor *cursor, const struct model_items *all, size_t nth)
{
    struct fluxo_cursor before = *cursor;
    struct fluxo_item item;
    int answer = fluxo_cursor_next(cursor, &item);

    if (nth < all->count) {
        hold(answer == FLUXO_DONE, "model", "there is an item more");
        hold(is_same_item(&item, &all->items[nth]), "model", "an item");
        hold(cursor->line == all->lines[nth], "model", "the line of an item");
        hold(cursor->line > before.line || cursor->at > before.at, "once", "no byte is read twice");
        return;
    }
    hold(answer == (all->fault ? FLUXO_FAULT : FLUXO_END), "model", "there is no item more");
    hold(is_empty(&item), "model", "without an item it is empty");
    hold(cursor->fault == all->fault, "model", "the fault");
    if (all->fault)
        hold(cursor->line == all->line && cursor->at == all->at, "model", "where the fault is");
    before = *cursor;
    hold(fluxo_cursor_next(cursor, &item) == answer && memcmp(&before, cursor, sizeof before) == 0, "sticky",
         "a cursor that is at its end stays there");
}

static void ask_items(enum fluxo_reading reading, const struct fluxo_span *lines, size_t count)
{
    static struct model_items all;
    struct fluxo_cursor cursor;
    size_t nth;

    model_read_items(reading, lines, count, &all);
    hold(fluxo_cursor_init(&cursor, reading, lines, count) == FLUXO_DONE, "model", "a cursor begins");
    check_ahead(&cursor, &all);
    for (nth = 0; nth <= all.count; nth++)
        compare_next(&cursor, &all, nth);
    if (all.count > 1) {
        fluxo_cursor_init(&cursor, reading, lines, count);
        compare_next(&cursor, &all, 0);
        check_ahead(&cursor, &all);
    }
}

/* RFC 9110 5.3: lines are as one value with commas between them, as long as each can be read. */
static void ask_joined(enum fluxo_reading reading, const struct fluxo_span *lines, size_t count)
{
    static char joined[TEXT_MOST + LINES];
    struct fluxo_cursor cursor, other;
    struct fluxo_item item, same;
    struct fluxo_span line = {joined, 0};
    size_t nth;
    int answer;

    if (reading == FLUXO_READ_PARAMETERS || reading == FLUXO_READ_TRANSFER_PARAMETERS || reading == FLUXO_READ_CONTENT_TYPE ||
        reading == FLUXO_READ_QVALUE)
        return;
    fluxo_cursor_init(&cursor, reading, lines, count);
    if (fluxo_cursor_check(&cursor) == FLUXO_FAULT)
        return;
    for (nth = 0; nth < count; nth++) {
        memcpy(joined + line.length, lines[nth].start, lines[nth].length);
        line.length += lines[nth].length;
        joined[line.length++] = ',';
    }
    fluxo_cursor_init(&other, reading, &line, 1);
    do {
        answer = fluxo_cursor_next(&cursor, &item);
        hold(fluxo_cursor_next(&other, &same) == answer, "joined", "lines have the items of one value");
        hold(is_same_text(item.text, same.text) && is_same_text(item.value, same.value) && item.flags == same.flags &&
                 item.weight == same.weight,
             "joined", "an item of one value");
    } while (answer == FLUXO_DONE);
}

/* ---- Questions ---- */

static void ask_parameter(struct fluxo_span parameters, const char *name)
{
    struct fluxo_item found, modelled;
    int answer = fluxo_parameter_find(parameters, name, &found);

    hold(answer == model_parameter_find(parameters, fluxo_span_of(name, strlen(name)), &modelled), "model",
         "whether a parameter is there");
    hold(answer == FLUXO_DONE ? is_same_item(&found, &modelled) : is_empty(&found), "model", "the parameter that is found");
}

static void ask_questions(const struct fluxo_span *lines, size_t count)
{
    static const char *const names[] = {"Host", "close", "keep-alive", "x", "q"};
    const char *chosen = names[lines[0].length % (sizeof names / sizeof names[0])];
    struct fluxo_span name = fluxo_span_of(chosen, strlen(chosen));

    hold(fluxo_list_has(lines, count, lines[0]) == model_list_has(lines, count, lines[0]), "model", "whether a list has it");
    hold(fluxo_field_is_hop_by_hop(lines + 1, count - 1, lines[0]) == model_is_hop_by_hop(lines + 1, count - 1, lines[0]),
         "model", "whether a field is hop-by-hop");
    hold(fluxo_list_has(lines, count, name) == model_list_has(lines, count, name), "model", "whether a list has it");
    hold(fluxo_field_is_hop_by_hop(lines, count, name) == model_is_hop_by_hop(lines, count, name), "model",
         "whether a field is hop-by-hop");
    ask_parameter(lines[0], chosen);
}

/* ---- Texts that stand for others ---- */

typedef int decoder(struct fluxo_span text, void *to, size_t most, size_t *length);
typedef int model(struct fluxo_span text, char *to, size_t *length);

/* Into room of just that size, which may be the text's own; and with an octet less nothing is written. */
static void ask_decoder(decoder *decode, model *plain, struct fluxo_span text)
{
    static char wanted[TEXT_MOST], untouched[TEXT_MOST];
    size_t expected = 0, length = 0;
    int answer = plain(text, wanted, &expected);
    const uint8_t *place = arena_place(&room, text.start, text.length, 0);
    char *own = (char *)(uintptr_t)place;

    hold(decode(text, untouched, answer == FLUXO_DONE ? expected : sizeof untouched, &length) == answer, "model",
         "whether a text can be decoded");
    hold(length == expected, "model", "how long it is decoded, or where it breaks");
    if (answer == FLUXO_DONE) {
        hold(memcmp(untouched, wanted, expected) == 0, "model", "the decoded text");
        hold(decode(fluxo_span_of(own, text.length), own, text.length, &length) == FLUXO_DONE && length == expected &&
                 memcmp(own, wanted, expected) == 0,
             "in place", "the decoded text");
        if (expected) {
            memset(untouched, '#', expected);
            memset(wanted, '#', expected);
            hold(decode(text, untouched, expected - 1, &length) == FLUXO_FULL && length == expected &&
                     memcmp(untouched, wanted, expected) == 0,
                 "room", "without room nothing is written");
        }
    }
    arena_drop(&room, place, text.length);
}

static void ask_weight(struct fluxo_span text)
{
    uint16_t found = 7, modelled = 9;

    hold(fluxo_text_weigh(text, &found) == model_weigh(text, &modelled) && found == modelled, "model", "a weight");
}

/* ---- Dates ---- */

/* RFC 9110 5.6.7: of two digits, the last year that leaves the time not more than 50 years after now. */
static void choose_century(struct model_date *date, const struct model_date *now)
{
    struct model_date latest = *now;
    int digits = date->year;

    latest.year += 50;
    for (date->year = latest.year - latest.year % 100 + digits; model_date_seconds(date) > model_date_seconds(&latest);)
        date->year -= 100;
}

static int model_date(struct fluxo_span text, const struct model_date *now, int64_t *seconds)
{
    struct model_date date;

    if (!model_date_read(text, &date))
        return FLUXO_FAULT;
    if (date.is_short_year)
        choose_century(&date, now);
    else if (date.weekday != model_date_weekday(&date))
        return FLUXO_FAULT;
    if (date.year < 0 || date.year > 9999 || !model_date_has_day(&date))
        return FLUXO_FAULT;
    *seconds = model_date_seconds(&date);
    return FLUXO_DONE;
}

/* Now, as octets [1] to [6] of the head say it. */
static struct model_date read_now(const uint8_t *data)
{
    struct model_date now;

    memset(&now, 0, sizeof now);
    now.year = (data[4] | data[5] << 8) % 10000;
    now.month = data[2] % 12;
    now.day = 1 + data[3] % 28;
    now.hour = data[1] % 24;
    now.second = data[6] % 60;
    return now;
}

static void ask_date(struct fluxo_span text, const struct model_date *today)
{
    int64_t found = 77, modelled = 77, again, now = model_date_seconds(today);
    size_t at = text.length + 1;
    char written[FLUXO_DATE_LENGTH];
    int answer = fluxo_date_parse(text, now, &found, &at);

    hold(answer == model_date(text, today, &modelled), "model", "whether it is a date");
    hold(found == modelled, "model", "the time");
    if (answer == FLUXO_FAULT) {
        hold(at <= text.length, "inside", "where it ceases to be a date");
        return;
    }
    if (fluxo_date_format(found, written) != FLUXO_DONE)
        return; /* a leap second at the end of the year 9999 */
    hold(fluxo_date_parse(fluxo_span_of(written, sizeof written), now, &again, NULL) == FLUXO_DONE && again == found,
         "round trip", "a date that was written");
}

/* Any number is a time or a misuse. */
static void ask_format(const struct trial *trial)
{
    char written[FLUXO_DATE_LENGTH];
    int64_t seconds = 0, again = 0;
    struct model_date date;

    memcpy(&seconds, trial->bytes, trial->length < 5 ? trial->length : 5);
    seconds -= INT64_C(62167219200); /* the year 0 */
    if (fluxo_date_format(seconds, written) != FLUXO_DONE) {
        hold(seconds >= INT64_C(253402300800), "model", "what is refused is after the year 9999");
        return;
    }
    hold(model_date_read(fluxo_span_of(written, sizeof written), &date) && model_date_seconds(&date) == seconds &&
             model_date_weekday(&date) == date.weekday,
         "model", "a time as it is written");
    hold(fluxo_date_parse(fluxo_span_of(written, sizeof written), 0, &again, NULL) == FLUXO_DONE && again == seconds,
         "round trip", "a time that was written");
}

/* ---- An input ---- */

static size_t place_lines(const struct trial *trial, struct fluxo_span *lines)
{
    const uint8_t *from = trial->bytes, *end = trial->bytes + trial->length, *line;
    size_t count = 0;

    do {
        line = from < end && count < LINES - 1 ? memchr(from, '\n', (size_t)(end - from)) : NULL;
        line = line ? line : end;
        lines[count].length = (size_t)(line - from);
        lines[count].start = (const char *)arena_place(&arenas[count], from, lines[count].length, trial->own & 16);
        count++;
        from = line + 1;
    } while (line < end);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fluxo_span lines[LINES];
    struct trial trial;
    struct model_date now;
    enum fluxo_reading reading;
    size_t count, line;

    if (!trial_read(&trial, data, size) || trial.length > TEXT_MOST)
        return 0;
    if (!room.memory) {
        for (line = 0; line < LINES; line++)
            arena_open(&arenas[line], TEXT_MOST);
        arena_open(&room, TEXT_MOST);
    }
    count = place_lines(&trial, lines);
    reading = (enum fluxo_reading)((trial.own & 15) % FLUXO_READINGS);
    ask_items(reading, lines, count);
    ask_joined(reading, lines, count);
    ask_questions(lines, count);
    ask_decoder(fluxo_text_unquote, model_unquote, lines[0]);
    ask_decoder(fluxo_text_unescape, model_unescape, lines[0]);
    ask_decoder(fluxo_text_unpercent, model_unpercent, lines[0]);
    ask_weight(lines[0]);
    now = read_now(data);
    ask_date(lines[0], &now);
    ask_format(&trial);
    for (line = 0; line < count; line++)
        arena_drop(&arenas[line], (const uint8_t *)lines[line].start, lines[line].length);
    return 0;
}
