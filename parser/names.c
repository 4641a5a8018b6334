/* SPDX-License-Identifier: MIT */
/* The tables: enum, name and lookups, all from the .def files. */

#include "machine.h"

struct name {
    const char *text;
    uint8_t length;
};

#define METHOD(id, name, safe, idempotent, section) {name, sizeof name - 1},
static const struct name methods[] = {
#include <fluxo/methods.def>
};
#undef METHOD

#define FIELD(id, name, steers, section) {name, sizeof name - 1},
static const struct name fields[] = {
#include <fluxo/fields.def>
};
#undef FIELD

#define ERROR(name, status, section, sentence) {#name, section, sentence, status},
static const struct fluxo_error_entry errors[] = {
#include <fluxo/errors.def>
};
#undef ERROR

#define STATUS(code, reason, section) {code, reason},
static const struct {
    uint16_t code;
    const char *reason;
} statuses[] = {
#include <fluxo/status.def>
};
#undef STATUS

enum {
    METHOD_ROWS = sizeof methods / sizeof methods[0],
    FIELD_ROWS = sizeof fields / sizeof fields[0],
    ERROR_ROWS = sizeof errors / sizeof errors[0],
    STATUS_ROWS = sizeof statuses / sizeof statuses[0]
};

/* ---- Names by number: the rows count from 0, the ids from 1 ---- */

const struct fluxo_error_entry *fluxo_error(unsigned code)
{
    return code - 1 < ERROR_ROWS ? &errors[code - 1] : NULL;
}

const char *fluxo_method_name(unsigned method)
{
    return method - 1 < METHOD_ROWS ? methods[method - 1].text : NULL;
}

const char *fluxo_field_name(unsigned field)
{
    return field - 1 < FIELD_ROWS ? fields[field - 1].text : NULL;
}

const char *fluxo_status_reason(unsigned status)
{
    unsigned row;

    for (row = 0; row < STATUS_ROWS; row++)
        if (statuses[row].code == status)
            return statuses[row].reason;
    return NULL;
}

const char *fluxo_version(void)
{
    return FLUXO_VERSION;
}

/* ---- Numbers by name ---- */

static unsigned char keep_case(unsigned char byte)
{
    return byte;
}

static unsigned char lower_case(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte | 0x20) : byte;
}

typedef unsigned char fold_case(unsigned char byte);

/* Of the rows from `row` on that begin as it does up to `place`, the first with `byte` there. */
static uint16_t narrow(const struct name *names, unsigned rows, uint16_t row, uint32_t place, unsigned char byte,
                       fold_case *fold)
{
    const struct name *first = &names[row];
    unsigned at;

    for (at = row; at < rows && names[at].length >= place; at++) {
        uint32_t agree = 0;
        while (agree < place && fold((unsigned char)names[at].text[agree]) == fold((unsigned char)first->text[agree]))
            agree++;
        if (agree < place)
            break;
        if (place < names[at].length && fold((unsigned char)names[at].text[place]) == fold(byte))
            return (uint16_t)at;
    }
    return NAMES_NONE;
}

uint16_t fluxo_narrow_method(uint16_t row, uint32_t place, unsigned char byte)
{
    return row == NAMES_NONE ? row : narrow(methods, METHOD_ROWS, row, place, byte, keep_case);
}

uint16_t fluxo_narrow_field(uint16_t row, uint32_t place, unsigned char byte)
{
    return row == NAMES_NONE ? row : narrow(fields, FIELD_ROWS, row, place, byte, lower_case);
}

unsigned fluxo_narrowed_method(uint16_t row, uint32_t length)
{
    return row != NAMES_NONE && methods[row].length == length ? row + 1u : 0;
}

unsigned fluxo_narrowed_field(uint16_t row, uint32_t length)
{
    return row != NAMES_NONE && fields[row].length == length ? row + 1u : 0;
}

static int compare(const struct name *row, const char *name, size_t length, fold_case *fold)
{
    size_t at = 0;

    while (at < length && at < row->length && fold((unsigned char)name[at]) == fold((unsigned char)row->text[at]))
        at++;
    if (at == length || at == row->length)
        return at < length ? 1 : at < row->length ? -1 : 0;
    return fold((unsigned char)name[at]) - fold((unsigned char)row->text[at]);
}

static unsigned find(const struct name *names, unsigned rows, const char *name, size_t length, fold_case *fold)
{
    unsigned from = 0, to = rows;

    while (from < to) {
        unsigned middle = from + (to - from) / 2;
        int order = compare(&names[middle], name, length, fold);
        if (order == 0)
            return middle + 1;
        if (order > 0)
            from = middle + 1;
        else
            to = middle;
    }
    return 0;
}

unsigned fluxo_method_id(const char *name, size_t length)
{
    return find(methods, METHOD_ROWS, name, length, keep_case);
}

unsigned fluxo_field_id(const char *name, size_t length)
{
    return find(fields, FIELD_ROWS, name, length, lower_case);
}

/* ---- The fields that steer the parser: each has a length of its own, so one comparison finds it ---- */

static const uint16_t steering[STEERS] = {
    FLUXO_FIELD_OTHER,
#define STEERS_0(id)
#define STEERS_1(id) FLUXO_FIELD_##id,
#define FIELD(id, name, steers, section) STEERS_##steers(id)
#include <fluxo/fields.def>
#undef FIELD
#undef STEERS_0
#undef STEERS_1
};

enum steer fluxo_find_steer(const char *name, size_t length)
{
    unsigned steer;

    for (steer = 1; steer < STEERS; steer++)
        if (fields[steering[steer] - 1].length == length)
            return compare(&fields[steering[steer] - 1], name, length, lower_case) == 0 ? (enum steer)steer : STEER_NONE;
    return STEER_NONE;
}

enum steer fluxo_steer_of(unsigned field)
{
    unsigned steer;

    for (steer = 1; steer < STEERS; steer++)
        if (steering[steer] == field)
            return (enum steer)steer;
    return STEER_NONE;
}

unsigned fluxo_field_of(enum steer steer)
{
    return steering[steer];
}
