/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <string.h>

static char store[INPUT_MOST];
static size_t stored;

void script_begin(struct script *script, const uint8_t *bytes, size_t length)
{
    script->at = bytes;
    script->end = bytes + length;
    script->lines = 0;
    stored = 0;
}

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

static const uint8_t *find_end_of_line(const struct script *script)
{
    const uint8_t *end = memchr(script->at, '\n', (size_t)(script->end - script->at));

    return end ? end : script->end;
}

int script_next(struct script *script, struct line *line)
{
    const uint8_t *at = script->at, *end;
    unsigned nth;

    if (at == script->end || script->lines++ == LINES_MOST)
        return 0;
    end = find_end_of_line(script);
    script->at = end < script->end ? end + 1 : end;
    memset(line, 0, sizeof *line);
    if (at < end)
        line->call = (char)*at++;
    if (at < end && *at == ' ')
        at++;
    for (nth = 0; nth < ARGUMENTS; nth++) {
        at = take_argument(&line->arguments[nth], at, end);
        at += at < end;
    }
    return 1;
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
