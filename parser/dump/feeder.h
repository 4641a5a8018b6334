/* SPDX-License-Identifier: MIT */
/* The bytes of an input, given in pieces of chosen sizes. The window holds what is given and not yet dropped. */
#ifndef DUMP_FEEDER_H
#define DUMP_FEEDER_H

#include "settings.h"

struct feeder {
    int fd;
    const struct settings *settings;
    unsigned char *block;
    size_t capacity, start, given, filled; /* the window is start to given; behind it stands what is read ahead */
    size_t turn;                           /* pieces given so far */
    uint64_t offset;                       /* of the window's first byte */
    uint64_t noise;                        /* for random sizes */
    int ended;
};

/* Returns 0 after a message when the file cannot be opened. */
int feeder_open(struct feeder *feeder, const struct settings *settings);
void feeder_close(struct feeder *feeder);

const unsigned char *feeder_window(const struct feeder *feeder, size_t *length);
void feeder_drop(struct feeder *feeder, size_t length);

/* Gives one piece more. Returns 1, 0 at the end of the input, -1 after a message when it cannot be read. */
int feeder_widen(struct feeder *feeder);

/* Whether any byte follows those that are dropped. */
int feeder_has_more(struct feeder *feeder);

#endif
