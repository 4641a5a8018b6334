/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <string.h>

static char store[INPUT_MOST];
static size_t stored;

static int digit_of(uint8_t octet)
{
    if (octet >= '0' && octet <= '9')
        return octet - '0';
    octet |= 0x20;
    return octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

/* What stands behind a backslash. */
static char take_escape(const uint8_t **at, const uint8_t *end)
{
    static const char letters[] = "rnt0", octets[] = "\r\n\t\0";
    uint8_t letter = *(*at)++;
    const char *known = letter ? strchr(letters, letter) : NULL;

    if (known)
        return octets[known - letters];
    if (letter == 'x' && end - *at >= 2 && digit_of((*at)[0]) >= 0 && digit_of((*at)[1]) >= 0) {
        *at += 2;
        return (char)(digit_of((*at)[-2]) * 16 + digit_of((*at)[-1]));
    }
    return (char)letter;
}

static const uint8_t *take_argument(struct fluxo_span *argument, const uint8_t *at, const uint8_t *end)
{
    argument->start = store + stored;
    while (at < end && *at != '|') {
        uint8_t octet = *at++;
        store[stored++] = octet == '\\' && at < end ? take_escape(&at, end) : (char)octet;
    }
    argument->length = (size_t)(store + stored - argument->start);
    return at;
}

static void read_line(struct line *line, const uint8_t *at, const uint8_t *end)
{
    unsigned nth;

    line->call = at < end ? (char)*at++ : '\0';
    if (at < end && *at == ' ')
        at++;
    for (nth = 0; nth < ARGUMENTS; nth++) {
        at = take_argument(&line->arguments[nth], at, end);
        at += at < end;
    }
}

void script_read(struct script *script, const uint8_t *bytes, size_t length)
{
    const uint8_t *at = bytes, *all = bytes + length;

    stored = 0;
    for (script->count = 0; at < all && script->count < LINES_MOST; script->count++) {
        const uint8_t *end = memchr(at, '\n', (size_t)(all - at));
        end = end ? end : all;
        read_line(&script->lines[script->count], at, end);
        at = end + (end < all);
    }
}

uint64_t script_number(struct fluxo_span argument)
{
    uint64_t number = 0;
    size_t at;

    for (at = 0; at < argument.length; at++)
        if (argument.start[at] >= '0' && argument.start[at] <= '9')
            number = number * 10 + (uint64_t)(argument.start[at] - '0');
    return number;
}
