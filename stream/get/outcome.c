/* SPDX-License-Identifier: MIT */
#include "outcome.h"

#include <stdarg.h>
#include <string.h>

#include "progress.h"

void show_octets(FILE *file, const char *octets, size_t length)
{
    for (; length; octets++, length--) {
        unsigned char octet = (unsigned char)*octets;
        if (octet == '\t' || (octet >= 0x20 && octet < 0x7F))
            fputc(octet, file);
        else
            fprintf(file, "\\x%02X", octet);
    }
}

enum { LINE_ROOM = 2048 };

/* In one line, whatever the words of the command line hold. */
static void tell(const char *format, va_list values)
{
    char line[LINE_ROOM];

    progress_clear();
    vsnprintf(line, sizeof line, format, values);
    fputs("fluxo-get: ", stderr);
    show_octets(stderr, line, strlen(line));
    fputc('\n', stderr);
}

enum outcome complain(enum outcome outcome, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    tell(format, values);
    va_end(values);
    return outcome;
}

void remark(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    tell(format, values);
    va_end(values);
}
