/* SPDX-License-Identifier: MIT */
#include "edit.h"

#include <string.h>

/* ---- Chance: splitmix64 ---- */

uint64_t draw(struct edit *edit)
{
    uint64_t mixed = edit->state += UINT64_C(0x9E3779B97F4A7C15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

size_t draw_below(struct edit *edit, size_t bound)
{
    return bound ? (size_t)(draw(edit) % bound) : 0;
}

size_t draw_size(struct edit *edit, size_t most)
{
    size_t scale = 1;

    while (scale < most && draw_below(edit, 4))
        scale *= 2;
    return 1 + draw_below(edit, scale < most ? scale : most);
}

/* ---- Places ---- */

static size_t find_after(const struct edit *edit, size_t at, int octet)
{
    const uint8_t *found = at < edit->length ? memchr(edit->bytes + at, octet, edit->length - at) : NULL;

    return found ? (size_t)(found - edit->bytes) + 1 : edit->length;
}

struct range line_at(struct edit *edit, size_t at)
{
    struct range line = {at, 0};

    while (line.at > HEAD_LENGTH && edit->bytes[line.at - 1] != '\n')
        line.at--;
    line.length = find_after(edit, at, '\n') - line.at;
    return line;
}

size_t count_eol(struct edit *edit, struct range line)
{
    const uint8_t *end = edit->bytes + line.at + line.length;

    if (!line.length || end[-1] != '\n')
        return 0;
    return line.length > 1 && end[-2] == '\r' ? 2 : 1;
}

static size_t count_lines(const struct edit *edit)
{
    size_t at, count = 0;

    for (at = HEAD_LENGTH; at < edit->length; at = find_after(edit, at, '\n'))
        count++;
    return count;
}

static size_t skip_lines(const struct edit *edit, size_t count)
{
    size_t at = HEAD_LENGTH;

    while (count--)
        at = find_after(edit, at, '\n');
    return at;
}

struct range draw_line(struct edit *edit)
{
    size_t at = skip_lines(edit, draw_below(edit, count_lines(edit)));
    struct range line = {at, find_after(edit, at, '\n') - at};

    return line;
}

/* Lines up to the first empty one. */
static size_t count_head_lines(const struct edit *edit)
{
    size_t at = HEAD_LENGTH, count = 0;

    while (at < edit->length && edit->bytes[at] != '\r' && edit->bytes[at] != '\n') {
        at = find_after(edit, at, '\n');
        count++;
    }
    return count;
}

size_t draw_head_line(struct edit *edit)
{
    return skip_lines(edit, draw_below(edit, count_head_lines(edit)));
}

size_t draw_boundary(struct edit *edit)
{
    if (draw_below(edit, 2))
        return skip_lines(edit, 1 + draw_below(edit, count_head_lines(edit)));
    return skip_lines(edit, draw_below(edit, count_lines(edit) + 1));
}

size_t draw_boundary_behind(struct edit *edit)
{
    size_t head = count_head_lines(edit) + 1, all = count_lines(edit);

    if (all < head || !draw_below(edit, 4))
        return draw_boundary(edit);
    return skip_lines(edit, head + draw_below(edit, all - head + 1));
}

struct range draw_lines(struct edit *edit)
{
    size_t one = draw_boundary(edit), two = draw_boundary(edit), at = one < two ? one : two;

    return (struct range){at, one + two - 2 * at};
}

int is_letter(uint8_t octet)
{
    return (octet | 0x20) >= 'a' && (octet | 0x20) <= 'z';
}

static int is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static int is_hex(uint8_t octet)
{
    return is_digit(octet) || ((octet | 0x20) >= 'a' && (octet | 0x20) <= 'f');
}

static int is_of_token(uint8_t octet)
{
    return is_digit(octet) || is_letter(octet) || octet == '-' || octet == '_';
}

/* The first octet of a kind at or behind a random place, or else before it. */
static size_t draw_octet(struct edit *edit, int (*is_wanted)(uint8_t octet))
{
    size_t size = edit->length - HEAD_LENGTH, begin = draw_below(edit, size), step;

    for (step = 0; step < size; step++) {
        size_t at = HEAD_LENGTH + (begin + step) % size;
        if (is_wanted(edit->bytes[at]))
            return at;
    }
    return edit->length;
}

static struct range widen(const struct edit *edit, size_t at, int (*is_wanted)(uint8_t octet))
{
    struct range range = {at, 0};

    while (range.at > HEAD_LENGTH && is_wanted(edit->bytes[range.at - 1]))
        range.at--;
    while (range.at + range.length < edit->length && is_wanted(edit->bytes[range.at + range.length]))
        range.length++;
    return range;
}

struct range draw_token(struct edit *edit)
{
    return widen(edit, draw_octet(edit, is_of_token), is_of_token);
}

size_t draw_edge(struct edit *edit)
{
    struct range token = draw_token(edit);

    return token.at + (draw_below(edit, 2) ? token.length : 0);
}

static int is_lf(uint8_t octet)
{
    return octet == '\n';
}

struct range draw_eol(struct edit *edit)
{
    struct range eol = {draw_octet(edit, is_lf), 1};

    if (eol.at == edit->length)
        eol.length = 0;
    else if (eol.at > HEAD_LENGTH && edit->bytes[eol.at - 1] == '\r')
        eol = (struct range){eol.at - 1, 2};
    return eol;
}

struct range draw_number(struct edit *edit)
{
    size_t at = draw_octet(edit, is_digit);
    struct range hex = widen(edit, at, is_hex);

    if (at == edit->length)
        return (struct range){at, 0};
    if (hex.at == HEAD_LENGTH || edit->bytes[hex.at - 1] == '\n')
        return hex;
    return widen(edit, at, is_digit);
}

/* ---- Exchange ---- */

/* Room for `count` octets in place of the old ones. */
static uint8_t *make_room(struct edit *edit, struct range old, size_t count)
{
    uint8_t *room = edit->bytes + old.at;

    if (count > old.length && count - old.length > edit->most - edit->length)
        return NULL;
    memmove(room + count, room + old.length, edit->length - old.at - old.length);
    edit->length = edit->length - old.length + count;
    return room;
}

int exchange(struct edit *edit, struct range old, const void *bytes, size_t count)
{
    uint8_t *room = make_room(edit, old, count);

    if (!room)
        return 0;
    if (count)
        memcpy(room, bytes, count);
    return 1;
}

int repeat(struct edit *edit, struct range old, size_t at, size_t times)
{
    static uint8_t kept[UINT16_MAX];
    uint8_t *room;

    if (!old.length || old.length > sizeof kept || times > edit->most / old.length)
        return 0;
    memcpy(kept, edit->bytes + old.at, old.length);
    room = make_room(edit, (struct range){at, 0}, old.length * times);
    if (!room)
        return 0;
    for (; times; times--, room += old.length)
        memcpy(room, kept, old.length);
    return 1;
}
