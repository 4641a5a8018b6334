/* SPDX-License-Identifier: MIT */
/* The command line of fluxo-dump. */
#ifndef DUMP_SETTINGS_H
#define DUMP_SETTINGS_H

#include <fluxo/parser.h>

enum { EXIT_COMPLETE = 0, EXIT_REFUSED = 1, EXIT_INCOMPLETE = 2, EXIT_MISUSE = 64 };

struct settings {
    enum fluxo_kind kind;
    struct fluxo_options options;
    unsigned *methods; /* what the responses answer, in order */
    size_t method_count;
    size_t *split; /* sizes of the pieces, the last again and again; none: as they are read */
    size_t split_count;
    int random; /* pieces of random sizes, from the seed */
    unsigned long long seed;
    uint32_t relax; /* beyond the profile */
    int raw, open;
    int text;         /* a listing instead of JSON */
    const char *path; /* NULL: standard input */
};

/* Exits by itself for --help and --version, and with EXIT_MISUSE and a message for what it does not understand. */
void settings_read(struct settings *settings, int argc, char **argv);
void settings_free(struct settings *settings);

#endif
