/* SPDX-License-Identifier: MIT */
/* What the command line says. */
#ifndef GET_SETTINGS_H
#define GET_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include <fluxo/stream.h>

#include "outcome.h"
#include "url.h"

struct line {
    const char *text; /* "Name: value", as it was given */
    struct fluxo_span name, value;
};

struct settings {
    struct fluxo_conn_options options;
    struct url *urls;
    struct line *lines;
    int url_count, line_count;
    const char *method; /* NULL: GET, or POST with data */
    const char *data;   /* a file, "-", or NULL */
    const char *output; /* a file, or NULL for standard output */
    int64_t patience;   /* milliseconds */
    bool include, verbose, expect, compressed;
};

/* Answers --help and --version by leaving the program, as any misuse. */
void settings_read(struct settings *settings, int argc, char **argv);
void settings_free(struct settings *settings);

const char *settings_method(const struct settings *settings);

/* Whether a field of this name was given. */
bool settings_has(const struct settings *settings, const char *name);

#endif
