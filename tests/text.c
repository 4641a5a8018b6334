/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_room(struct text *text, size_t more)
{
    if (text->length + more <= text->capacity)
        return;
    text->capacity = 2 * (text->length + more);
    text->bytes = (char *)realloc(text->bytes, text->capacity);
    if (!text->bytes)
        abort();
}

void text_add(struct text *text, const char *bytes, size_t length)
{
    make_room(text, length + 1);
    if (length)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_add_format(struct text *text, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof line)
        abort();
    text_add(text, line, (size_t)length);
}

void text_clear(struct text *text)
{
    text->length = 0;
    text_add(text, "", 0);
}

void text_free(struct text *text)
{
    free(text->bytes);
    memset(text, 0, sizeof *text);
}

int text_equal(const struct text *a, const struct text *b)
{
    return a->length == b->length && (a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0);
}

static void add_visible_byte(struct text *text, unsigned char byte)
{
    if (byte == '\\')
        text_add(text, "\\\\", 2);
    else if (byte >= 0x20 && byte < 0x7F)
        text_add(text, (const char *)&byte, 1);
    else if (byte == '\r' || byte == '\n' || byte == '\t')
        text_add_format(text, "\\%c", byte == '\r' ? 'r' : byte == '\n' ? 'n' : 't');
    else
        text_add_format(text, "\\x%02X", byte);
}

enum { RUN_LEAST = 20 }; /* shorter runs are written out */

void text_add_visible(struct text *text, const char *bytes, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t run = 1;
        while (at + run < length && bytes[at + run] == bytes[at])
            run++;
        if (run < RUN_LEAST)
            run = 1;
        else
            text_add_format(text, "\\(%zu*", run);
        add_visible_byte(text, (unsigned char)bytes[at]);
        if (run > 1)
            text_add(text, ")", 1);
        at += run;
    }
}

/* Reads one byte in the notation from `visible`. Returns how many characters it took, 0 for an error. */
static size_t read_byte(const char *visible, size_t length, char *byte)
{
    static const char escapes[] = "\\\\r\rn\nt\t";
    unsigned value;
    const char *escape;

    *byte = visible[0];
    if (visible[0] != '\\')
        return 1;
    if (length >= 4 && visible[1] == 'x' && sscanf(visible + 2, "%2x", &value) == 1) {
        *byte = (char)value;
        return 4;
    }
    for (escape = escapes; length >= 2 && *escape; escape += 2)
        if (*escape == visible[1]) {
            *byte = escape[1];
            return 2;
        }
    return 0;
}

static size_t read_run(struct text *text, const char *visible, size_t length)
{
    size_t times = 0, at = 2, took;
    char byte;

    while (at < length && visible[at] >= '0' && visible[at] <= '9')
        times = times * 10 + (size_t)(visible[at++] - '0');
    if (at + 2 > length || visible[at] != '*')
        return 0;
    took = read_byte(visible + at + 1, length - at - 1, &byte);
    at += 1 + took;
    if (!took || at >= length || visible[at] != ')')
        return 0;
    while (times--)
        text_add(text, &byte, 1);
    return at + 1;
}

enum line_end text_add_bytes(struct text *text, const char *visible, size_t length)
{
    enum line_end end = LINE_END_PLAIN;
    size_t at = 0, took;
    char byte;

    while (at < length) {
        end = LINE_END_PLAIN;
        if (visible[at] == '\\' && at + 1 == length)
            return LINE_END_WRITTEN;
        if (visible[at] == '\\' && visible[at + 1] == '(') {
            took = read_run(text, visible + at, length - at);
        } else {
            took = read_byte(visible + at, length - at, &byte);
            if (took)
                text_add(text, &byte, 1);
            if (took == 2 && (byte == '\r' || byte == '\n'))
                end = LINE_END_WRITTEN;
        }
        if (!took)
            return LINE_END_ERROR;
        at += took;
    }
    return end;
}
