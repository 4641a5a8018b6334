/* SPDX-License-Identifier: MIT */
/*
 * How this works: a reader goes along one line; each function is a rule of RFC 9110 (or RFC 9112) and leaves the reader behind
 * what it took, or, answering 0, at the first byte that cannot stand there. A line is read on its own (5.3: lines are as one
 * list, with commas between them).
 */
#include "value-model.h"

#include <string.h>

struct reader {
    const char *text;
    size_t length, at;
};

static struct reader read_span(struct fluxo_span span)
{
    struct reader reader = {span.start, span.length, 0};

    return reader;
}

static int peek(const struct reader *reader)
{
    return reader->at < reader->length ? (unsigned char)reader->text[reader->at] : -1;
}

static int is_over(const struct reader *reader)
{
    return reader->at == reader->length;
}

static int take(struct reader *reader, char octet)
{
    if (peek(reader) != (unsigned char)octet)
        return 0;
    reader->at++;
    return 1;
}

static struct fluxo_span from(const struct reader *reader, size_t at)
{
    return fluxo_span_of(reader->text + at, reader->at - at);
}

/* ---- RFC 9110 5.6.2 to 5.6.4 ---- */

static int is_digit(int octet)
{
    return octet >= '0' && octet <= '9';
}

static int is_letter(int octet)
{
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
}

static int is_tchar(int octet)
{
    return is_digit(octet) || is_letter(octet) || (octet > 0 && strchr("!#$%&'*+-.^_`|~", octet));
}

static int is_white(int octet)
{
    return octet == ' ' || octet == '\t';
}

static int is_text(int octet) /* HTAB / SP / VCHAR / obs-text */
{
    return is_white(octet) || (octet > 0x20 && octet != 0x7F);
}

static void OWS(struct reader *reader)
{
    while (is_white(peek(reader)))
        reader->at++;
}

static int token(struct reader *reader, struct fluxo_span *out)
{
    size_t at = reader->at;

    while (is_tchar(peek(reader)))
        reader->at++;
    *out = from(reader, at);
    return out->length > 0;
}

/* What stands between the quotes. */
static int quoted_string(struct reader *reader, struct fluxo_span *out, int *escaped)
{
    size_t at = reader->at + 1;

    *escaped = 0;
    if (!take(reader, '"'))
        return 0;
    while (peek(reader) != '"') {
        if (take(reader, '\\'))
            *escaped = 1;
        if (!is_text(peek(reader)))
            return 0;
        reader->at++;
    }
    *out = from(reader, at);
    reader->at++;
    return 1;
}

static int token_or_quoted_string(struct reader *reader, struct fluxo_item *item)
{
    int escaped;

    if (peek(reader) != '"')
        return token(reader, &item->value);
    if (!quoted_string(reader, &item->value, &escaped))
        return 0;
    item->flags |= (uint8_t)(FLUXO_ITEM_QUOTED | (escaped ? FLUXO_ITEM_ESCAPED : 0));
    return 1;
}

/* ---- RFC 9110 12.4.2: qvalue ---- */

static int qvalue(struct reader *reader, uint16_t *weight)
{
    int whole = peek(reader), place;

    *weight = 0;
    if (whole != '0' && whole != '1')
        return 0;
    reader->at++;
    *weight = whole == '1' ? 1000 : 0;
    if (!take(reader, '.'))
        return 1;
    for (place = 100; place && is_digit(peek(reader)) && (whole == '0' || peek(reader) == '0'); place /= 10) {
        *weight = (uint16_t)(*weight + place * (peek(reader) - '0'));
        reader->at++;
    }
    return 1;
}

/* ---- RFC 9110 5.6.6: parameters, and those of transfer codings (10.1.4), which may have white space around "=" ---- */

static int is_q(struct fluxo_span name)
{
    return name.length == 1 && (*name.start | 32) == 'q';
}

static int parameter(struct reader *reader, int bad_white_space, struct fluxo_item *out)
{
    if (!token(reader, &out->name))
        return 0;
    if (bad_white_space)
        OWS(reader);
    if (!take(reader, '='))
        return 0;
    if (bad_white_space)
        OWS(reader);
    return token_or_quoted_string(reader, out);
}

static int weight_parameter(struct reader *reader, struct fluxo_item *item)
{
    if (!qvalue(reader, &item->weight))
        return 0;
    item->flags |= FLUXO_ITEM_WEIGHTED;
    return 1;
}

/* Where the next semicolon stands, white space before it included, if there is one. */
static int begins_parameter(struct reader *reader)
{
    size_t at = reader->at;

    OWS(reader);
    if (take(reader, ';')) {
        OWS(reader);
        return 1;
    }
    reader->at = at;
    return 0;
}

/* Whether the parameter that begins here is a weight; then the reader stands at its number. */
static int is_weight(struct reader *reader, int bad_white_space)
{
    struct reader ahead = *reader;
    struct fluxo_span name;

    if (!token(&ahead, &name) || !is_q(name))
        return 0;
    if (bad_white_space)
        OWS(&ahead);
    if (!take(&ahead, '='))
        return 0;
    if (bad_white_space)
        OWS(&ahead);
    *reader = ahead;
    return 1;
}

/* *( OWS ";" OWS [ parameter ] ); `weighs`: one of the name q is a weight. */
static int parameters(struct reader *reader, int weighs, struct fluxo_item *item)
{
    size_t at = reader->at;

    while (begins_parameter(reader)) {
        struct fluxo_item unused;
        memset(&unused, 0, sizeof unused);
        if (weighs && is_weight(reader, 0)) {
            if (!weight_parameter(reader, item))
                return 0;
        } else if (is_tchar(peek(reader)) && !parameter(reader, 0, &unused)) {
            return 0;
        }
    }
    item->parameters = from(reader, at);
    return 1;
}

/* *( OWS ";" OWS transfer-parameter ) [ weight ] */
static int transfer_parameters(struct reader *reader, int weighs, struct fluxo_item *item)
{
    size_t at = reader->at, end = at;

    item->parameters = from(reader, at);
    while (begins_parameter(reader)) {
        struct fluxo_item unused;
        memset(&unused, 0, sizeof unused);
        if (weighs && is_weight(reader, 1))
            return weight_parameter(reader, item);
        if (!parameter(reader, 1, &unused))
            return 0;
        end = reader->at;
        item->parameters = fluxo_span_of(reader->text + at, end - at);
    }
    return 1;
}

/* ---- One element, by the reading ---- */

static int element(struct reader *reader)
{
    struct fluxo_span unused;
    int escaped;

    while (!is_over(reader) && peek(reader) != ',') {
        if (peek(reader) == '"') {
            if (!quoted_string(reader, &unused, &escaped))
                return 0;
        } else if (is_text(peek(reader))) {
            reader->at++;
        } else {
            return 0;
        }
    }
    while (is_white(reader->text[reader->at - 1]))
        reader->at--;
    return 1;
}

static int protocol(struct reader *reader, struct fluxo_item *item) /* RFC 9110 7.8 */
{
    return token(reader, &item->name) && (!take(reader, '/') || token(reader, &item->value));
}

static int media_type(struct reader *reader, int weighs, struct fluxo_item *item) /* RFC 9110 8.3.1, 12.5.1 */
{
    return token(reader, &item->name) && take(reader, '/') && token(reader, &item->value) && parameters(reader, weighs, item);
}

static int expectation(struct reader *reader, struct fluxo_item *item) /* RFC 9110 10.1.1 */
{
    if (!token(reader, &item->name))
        return 0;
    return !take(reader, '=') || (token_or_quoted_string(reader, item) && parameters(reader, 0, item));
}

static int codings(struct reader *reader, struct fluxo_item *item) /* RFC 9110 12.5.3, 12.4.2: with one weight */
{
    if (!token(reader, &item->name) || !begins_parameter(reader))
        return item->name.length > 0;
    if ((peek(reader) | 32) != 'q')
        return 0;
    reader->at++;
    return take(reader, '=') && weight_parameter(reader, item);
}

static int read_element(enum fluxo_reading reading, struct reader *reader, struct fluxo_item *item)
{
    switch (reading) {
    case FLUXO_READ_ELEMENTS:
        return element(reader);
    case FLUXO_READ_TOKENS:
        return token(reader, &item->name);
    case FLUXO_READ_UPGRADE:
        return protocol(reader, item);
    case FLUXO_READ_EXPECT:
        return expectation(reader, item);
    case FLUXO_READ_TE:
        return token(reader, &item->name) && transfer_parameters(reader, 1, item);
    case FLUXO_READ_TRANSFER_ENCODING:
        return token(reader, &item->name) && transfer_parameters(reader, 0, item);
    case FLUXO_READ_ACCEPT:
        return media_type(reader, 1, item);
    case FLUXO_READ_ACCEPT_ENCODING:
        return codings(reader, item);
    case FLUXO_READ_CONTENT_TYPE:
        return media_type(reader, 0, item);
    case FLUXO_READ_QVALUE:
        return weight_parameter(reader, item);
    case FLUXO_READ_PARAMETERS:
        return parameter(reader, 0, item);
    default:
        return parameter(reader, 1, item);
    }
}

/* ---- The lines ---- */

static struct fluxo_item nothing(void)
{
    struct fluxo_item item;

    memset(&item, 0, sizeof item);
    item.weight = 1000;
    return item;
}

static void add(struct model_items *out, const struct fluxo_item *item)
{
    out->lines[out->count] = out->line;
    out->items[out->count++] = *item;
}

/* What an element is followed by, which has to be there before the element counts. */
static int is_followed(struct reader *reader, char by)
{
    OWS(reader);
    return is_over(reader) || (by && peek(reader) == by);
}

/* White space at the end of a line belongs to no parameters. */
static void cut_behind(struct fluxo_span *span, const char *end)
{
    if (span->length && span->start + span->length > end)
        span->length = (size_t)(end - span->start);
}

static int read_one(enum fluxo_reading reading, struct reader *reader, char followed_by, struct model_items *out)
{
    struct fluxo_item item = nothing();
    size_t at = reader->at, end;

    if (!read_element(reading, reader, &item))
        return 0;
    end = reader->at;
    if (!is_followed(reader, followed_by))
        return 0;
    while (is_white(reader->text[end - 1]))
        end--;
    item.text = fluxo_span_of(reader->text + at, end - at);
    cut_behind(&item.parameters, reader->text + end);
    add(out, &item);
    return 1;
}

/* RFC 9110 5.6.1.2: [ element ] *( OWS "," OWS [ element ] ) */
static int read_list(enum fluxo_reading reading, struct reader *reader, struct model_items *out)
{
    for (;;) {
        OWS(reader);
        if (is_over(reader))
            return 1;
        if (!take(reader, ',') && !read_one(reading, reader, ',', out))
            return 0;
    }
}

/* The tokens among what stands between commas. */
static int read_members(struct reader *reader, struct model_items *out)
{
    do {
        struct fluxo_item item = nothing();
        OWS(reader);
        token(reader, &item.name);
        OWS(reader);
        item.text = item.name;
        if (item.name.length && (is_over(reader) || peek(reader) == ','))
            add(out, &item);
        while (!is_over(reader) && peek(reader) != ',')
            reader->at++;
    } while (take(reader, ','));
    return 1;
}

static int read_parameters(enum fluxo_reading reading, struct reader *reader, struct model_items *out)
{
    for (;;) {
        OWS(reader);
        if (is_over(reader))
            return 1;
        if (!take(reader, ';'))
            return 0;
        OWS(reader);
        if (reading == FLUXO_READ_PARAMETERS && (is_over(reader) || peek(reader) == ';'))
            continue;
        if (!read_one(reading, reader, ';', out))
            return 0;
    }
}

static int read_single(enum fluxo_reading reading, struct reader *reader, struct model_items *out)
{
    OWS(reader);
    return read_one(reading, reader, 0, out);
}

static int read_line(enum fluxo_reading reading, struct reader *reader, struct model_items *out)
{
    switch (reading) {
    case FLUXO_READ_MEMBERS:
        return read_members(reader, out);
    case FLUXO_READ_PARAMETERS:
    case FLUXO_READ_TRANSFER_PARAMETERS:
        return read_parameters(reading, reader, out);
    case FLUXO_READ_CONTENT_TYPE:
    case FLUXO_READ_QVALUE:
        return read_single(reading, reader, out);
    default:
        return read_list(reading, reader, out);
    }
}

static uint16_t fault_of(enum fluxo_reading reading)
{
    switch (reading) {
    case FLUXO_READ_PARAMETERS:
    case FLUXO_READ_TRANSFER_PARAMETERS:
        return FLUXO_FAULT_PARAMETER;
    case FLUXO_READ_CONTENT_TYPE:
        return FLUXO_FAULT_MEDIA_TYPE;
    case FLUXO_READ_QVALUE:
        return FLUXO_FAULT_QVALUE;
    default:
        return FLUXO_FAULT_LIST;
    }
}

void model_read_items(enum fluxo_reading reading, const struct fluxo_span *lines, size_t count, struct model_items *out)
{
    out->count = 0;
    out->fault = 0;
    for (out->line = 0; out->line < count; out->line++) {
        struct reader reader = read_span(lines[out->line]);
        if (!read_line(reading, &reader, out)) {
            out->fault = fault_of(reading);
            out->at = reader.at;
            return;
        }
    }
}

/* ---- Questions ---- */

static int lower(char octet)
{
    return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
}

static int is_same(struct fluxo_span one, struct fluxo_span other)
{
    size_t at;

    for (at = 0; one.length == other.length && at < one.length; at++)
        if (lower(one.start[at]) != lower(other.start[at]))
            return 0;
    return one.length == other.length;
}

int model_parameter_find(struct fluxo_span text, struct fluxo_span name, struct fluxo_item *item)
{
    static struct model_items all;
    size_t nth, found = 0;

    model_read_items(FLUXO_READ_PARAMETERS, &text, 1, &all);
    *item = nothing();
    if (all.fault)
        return FLUXO_FAULT;
    for (nth = 0; nth < all.count; nth++)
        if (is_same(all.items[nth].name, name) && !found++)
            *item = all.items[nth];
    if (found > 1)
        item->flags |= FLUXO_ITEM_REPEATED;
    return found ? FLUXO_DONE : FLUXO_END;
}

int model_list_has(const struct fluxo_span *lines, size_t count, struct fluxo_span name)
{
    static struct model_items all;
    size_t nth;

    model_read_items(FLUXO_READ_MEMBERS, lines, count, &all);
    for (nth = 0; nth < all.count; nth++)
        if (is_same(all.items[nth].name, name))
            return 1;
    return 0;
}

int model_is_hop_by_hop(const struct fluxo_span *connection, size_t count, struct fluxo_span name)
{
    static const char *const hops[] = {
#define HOP(name, section) name,
#define KEEP(name, reason)
#include <fluxo/hops.def>
#undef HOP
#undef KEEP
    };
    static const char *const kept[] = {
#define HOP(name, section)
#define KEEP(name, reason) name,
#include <fluxo/hops.def>
#undef HOP
#undef KEEP
    };
    size_t nth;

    for (nth = 0; nth < sizeof hops / sizeof hops[0]; nth++)
        if (is_same(fluxo_span_of(hops[nth], strlen(hops[nth])), name))
            return 1;
    for (nth = 0; nth < sizeof kept / sizeof kept[0]; nth++)
        if (is_same(fluxo_span_of(kept[nth], strlen(kept[nth])), name))
            return 0;
    return model_list_has(connection, count, name);
}

/* ---- Texts that stand for others ---- */

int model_unescape(struct fluxo_span text, char *to, size_t *length)
{
    size_t at, written = 0;

    for (at = 0; at < text.length; at++) {
        int quoted_pair = text.start[at] == '\\';
        at += (size_t)quoted_pair;
        *length = at;
        if (at == text.length || !is_text((unsigned char)text.start[at]) || (text.start[at] == '"' && !quoted_pair))
            return FLUXO_FAULT;
        to[written++] = text.start[at];
    }
    *length = written;
    return FLUXO_DONE;
}

int model_unquote(struct fluxo_span text, char *to, size_t *length)
{
    struct reader reader = read_span(text);
    struct fluxo_span inside;
    int escaped;
    int is_quoted = peek(&reader) == '"';

    if (!(is_quoted ? quoted_string(&reader, &inside, &escaped) : token(&reader, &inside)) || !is_over(&reader)) {
        *length = reader.at;
        return FLUXO_FAULT;
    }
    if (is_quoted)
        return model_unescape(inside, to, length);
    *length = inside.length;
    memcpy(to, inside.start, inside.length);
    return FLUXO_DONE;
}

static int digit_of(int octet)
{
    if (is_digit(octet))
        return octet - '0';
    return is_letter(octet) && (octet | 32) <= 'f' ? (octet | 32) - 'a' + 10 : -1;
}

int model_unpercent(struct fluxo_span text, char *to, size_t *length)
{
    size_t at, written = 0;

    for (at = 0; at < text.length; at++) {
        int high, low;
        if (text.start[at] != '%') {
            to[written++] = text.start[at];
            continue;
        }
        high = at + 1 < text.length ? digit_of(text.start[at + 1]) : -1;
        low = at + 2 < text.length ? digit_of(text.start[at + 2]) : -1;
        *length = at;
        if (high < 0 || low < 0)
            return FLUXO_FAULT;
        to[written++] = (char)(high * 16 + low);
        at += 2;
    }
    *length = written;
    return FLUXO_DONE;
}

int model_weigh(struct fluxo_span text, uint16_t *weight)
{
    struct reader reader = read_span(text);

    if (qvalue(&reader, weight) && is_over(&reader))
        return FLUXO_DONE;
    *weight = 0;
    return FLUXO_FAULT;
}

/* ---- RFC 9110 5.6.7: dates ---- */

static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int take_name(struct reader *reader, const char *name, size_t length)
{
    if (reader->length - reader->at < length || memcmp(reader->text + reader->at, name, length) != 0)
        return 0;
    reader->at += length;
    return 1;
}

static int take_literal(struct reader *reader, const char *text)
{
    return take_name(reader, text, strlen(text));
}

static int take_month(struct reader *reader, struct model_date *date)
{
    for (date->month = 0; date->month < 12; date->month++)
        if (take_name(reader, months[date->month], 3))
            return 1;
    return 0;
}

static int take_number(struct reader *reader, int digits, int *number)
{
    for (*number = 0; digits--; reader->at++) {
        if (!is_digit(peek(reader)))
            return 0;
        *number = *number * 10 + peek(reader) - '0';
    }
    return 1;
}

static int time_of_day(struct reader *reader, struct model_date *date)
{
    return take_number(reader, 2, &date->hour) && take(reader, ':') && take_number(reader, 2, &date->minute) &&
           take(reader, ':') && take_number(reader, 2, &date->second) && date->hour < 24 && date->minute < 60 &&
           date->second <= 60;
}

static int IMF_fixdate(struct reader *reader, struct model_date *date)
{
    return take_literal(reader, ", ") && take_number(reader, 2, &date->day) && take(reader, ' ') && take_month(reader, date) &&
           take(reader, ' ') && take_number(reader, 4, &date->year) && take(reader, ' ') && time_of_day(reader, date) &&
           take_literal(reader, " GMT");
}

static int rfc850_date(struct reader *reader, struct model_date *date)
{
    date->is_short_year = 1;
    return take_literal(reader, ", ") && take_number(reader, 2, &date->day) && take(reader, '-') && take_month(reader, date) &&
           take(reader, '-') && take_number(reader, 2, &date->year) && take(reader, ' ') && time_of_day(reader, date) &&
           take_literal(reader, " GMT");
}

static int asctime_date(struct reader *reader, struct model_date *date)
{
    return take(reader, ' ') && take_month(reader, date) && take(reader, ' ') &&
           take_number(reader, take(reader, ' ') ? 1 : 2, &date->day) && take(reader, ' ') && time_of_day(reader, date) &&
           take(reader, ' ') && take_number(reader, 4, &date->year);
}

int model_date_read(struct fluxo_span value, struct model_date *date)
{
    struct reader reader = read_span(value), behind;
    int is_read = 0;

    memset(date, 0, sizeof *date);
    for (date->weekday = 0; date->weekday < 7; date->weekday++)
        if (take_name(&reader, days[date->weekday], 3))
            break;
    if (date->weekday == 7)
        return 0;
    behind = reader;
    if (take_literal(&reader, days[date->weekday] + 3))
        is_read = rfc850_date(&reader, date);
    else if (peek(&behind) == ',')
        is_read = IMF_fixdate(&reader, date);
    else
        is_read = asctime_date(&reader, date);
    return is_read && is_over(&reader);
}

static int is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return lengths[month] + (month == 1 && is_leap(year));
}

int model_date_has_day(const struct model_date *date)
{
    return date->day >= 1 && date->day <= days_of(date->year, date->month);
}

/* After which the calendar repeats itself. */
enum { DAYS_OF_400_YEARS = 400 * 365 + 97 };

static int64_t days_since_1970(const struct model_date *date)
{
    int64_t count = date->day - 1;
    int year, month;

    for (year = 1970; year < date->year; year += 400 <= date->year - year ? 400 : 1)
        count += 400 <= date->year - year ? DAYS_OF_400_YEARS : 365 + is_leap(year);
    for (year = 1970; year > date->year; year -= 400 <= year - date->year ? 400 : 1)
        count -= 400 <= year - date->year ? DAYS_OF_400_YEARS : 365 + is_leap(year - 1);
    for (month = 0; month < date->month; month++)
        count += days_of(date->year, month);
    return count;
}

int model_date_weekday(const struct model_date *date)
{
    return (int)(((days_since_1970(date) + 4) % 7 + 7) % 7); /* 1970 began on a Thursday */
}

int64_t model_date_seconds(const struct model_date *date)
{
    return ((days_since_1970(date) * 24 + date->hour) * 60 + date->minute) * 60 + date->second;
}
