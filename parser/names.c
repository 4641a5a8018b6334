/* SPDX-License-Identifier: MIT */
/* The tables: enum, name and lookups, all from the .def files. */

#include "machine.h"

#include <string.h>

/* The names of a table, in the order of its rows. The lengths stand apart, so that memchr finds the few rows of a length. */
struct names {
    const char *const *texts;
    const uint8_t *lengths;
    unsigned rows;
    int any_case;
};

static const char *const method_texts[] = {
#define METHOD(id, name, safe, idempotent, section) name,
#include <fluxo/methods.def>
#undef METHOD
};
static const uint8_t method_lengths[] = {
#define METHOD(id, name, safe, idempotent, section) sizeof name - 1,
#include <fluxo/methods.def>
#undef METHOD
};
static const char *const field_texts[] = {
#define FIELD(id, name, steers, section) name,
#include <fluxo/fields.def>
#undef FIELD
};
static const uint8_t field_lengths[] = {
#define FIELD(id, name, steers, section) sizeof name - 1,
#include <fluxo/fields.def>
#undef FIELD
};

static const struct names methods = {method_texts, method_lengths, sizeof method_lengths, 0};
static const struct names fields = {field_texts, field_lengths, sizeof field_lengths, 1};

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

enum { ERROR_ROWS = sizeof errors / sizeof errors[0], STATUS_ROWS = sizeof statuses / sizeof statuses[0] };

/* ---- Names by number: the rows count from 0, the ids from 1 ---- */

const struct fluxo_error_entry *fluxo_error(unsigned code)
{
    return code - 1 < ERROR_ROWS ? &errors[code - 1] : NULL;
}

const char *fluxo_method_name(unsigned method)
{
    return method - 1 < methods.rows ? method_texts[method - 1] : NULL;
}

const char *fluxo_field_name(unsigned field)
{
    return field - 1 < fields.rows ? field_texts[field - 1] : NULL;
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

static int are_cases(unsigned char one, unsigned char other)
{
    unsigned char lower = (unsigned char)(one | 0x20);

    return (one ^ other) == 0x20 && lower >= 'a'; /* one is of a table, where no byte is above Z but the letters to z */
}

static int is_same(const char *one, const char *other, size_t length, int any_case)
{
    size_t at = 0;

    while (at < length && (one[at] == other[at] || (any_case && are_cases((unsigned char)one[at], (unsigned char)other[at]))))
        at++;
    return at == length;
}

static unsigned find(const struct names *names, const char *name, size_t length)
{
    const uint8_t *at = names->lengths, *end = at + names->rows;

    if (length > UINT8_MAX)
        return 0;
    while ((at = (const uint8_t *)memchr(at, (int)length, (size_t)(end - at))) != NULL) {
        if (is_same(name, names->texts[at - names->lengths], length, names->any_case))
            return (unsigned)(at - names->lengths) + 1;
        at++;
    }
    return 0;
}

unsigned fluxo_method_id(const char *name, size_t length)
{
    return find(&methods, name, length);
}

unsigned fluxo_field_id(const char *name, size_t length)
{
    return find(&fields, name, length);
}

/* ---- Numbers by name, of which one byte more comes at a time ---- */

/* Of the rows from `row` on that begin as it does up to `place`, the first with `byte` there. NUL, which ends a row's text, is
   in no name. */
static uint16_t narrow(const struct names *names, uint16_t row, uint32_t place, unsigned char byte)
{
    unsigned at = row;

    for (; at < names->rows && is_same(names->texts[at], names->texts[row], place, names->any_case); at++)
        if (is_same(names->texts[at] + place, (const char *)&byte, 1, names->any_case))
            return (uint16_t)at;
    return NAMES_NONE;
}

uint16_t fluxo_narrow_method(uint16_t row, uint32_t place, unsigned char byte)
{
    return narrow(&methods, row, place, byte);
}

uint16_t fluxo_narrow_field(uint16_t row, uint32_t place, unsigned char byte)
{
    return narrow(&fields, row, place, byte);
}

unsigned fluxo_narrowed_method(uint16_t row, uint32_t length)
{
    return row != NAMES_NONE && method_lengths[row] == length ? row + 1u : 0;
}

unsigned fluxo_narrowed_field(uint16_t row, uint32_t length)
{
    return row != NAMES_NONE && field_lengths[row] == length ? row + 1u : 0;
}

/* ---- The fields that steer the parser ---- */

#define STEERS_0(of)
#define STEERS_1(of) of,
const char fluxo_steer_names[STEERS][STEER_NAME_MOST] = {
    "",
#define FIELD(id, name, steers, section) STEERS_##steers(name)
#include <fluxo/fields.def>
#undef FIELD
};
const uint8_t fluxo_steer_lengths[STEERS] = {
    0,
#define FIELD(id, name, steers, section) STEERS_##steers(sizeof name - 1)
#include <fluxo/fields.def>
#undef FIELD
};
const uint16_t fluxo_steer_fields[STEERS] = {
    FLUXO_FIELD_OTHER,
#define FIELD(id, name, steers, section) STEERS_##steers(FLUXO_FIELD_##id)
#include <fluxo/fields.def>
#undef FIELD
};
#undef STEERS_0
#undef STEERS_1

/* clang-format off */
const uint8_t fluxo_steer_guesses[32] = {
    0, 0, 0, 0, 0, STEER_TRANSFER_ENCODING, 0, 0, 0, 0, 0, STEER_EXPECT, STEER_HOST, STEER_CONNECTION, 0, 0,
    0, STEER_CONTENT_LENGTH, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, STEER_UPGRADE, 0, 0, 0};
/* clang-format on */

enum steer fluxo_find_steer(const char *name, size_t length)
{
    const enum steer steer = (enum steer)fluxo_steer_guesses[length ? ((unsigned char)name[0] + length) & 31 : 0];

    if (length != fluxo_steer_lengths[steer] || !is_same(name, fluxo_steer_names[steer], length, 1))
        return STEER_NONE;
    return steer;
}

enum steer fluxo_steer_of(unsigned field)
{
    unsigned steer;

    for (steer = 1; steer < STEERS; steer++)
        if (fluxo_steer_fields[steer] == field)
            return (enum steer)steer;
    return STEER_NONE;
}
