/* SPDX-License-Identifier: MIT */
#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>

#include "progress.h"

static void tell(const char *format, va_list values)
{
    progress_clear();
    fputs("fluxo-get: ", stderr);
    vfprintf(stderr, format, values);
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
