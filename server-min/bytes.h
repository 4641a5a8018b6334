/* SPDX-License-Identifier: MIT */
/*
 * A queue of bytes on the heap: appended at its end, dropped from its front. NULL is the empty one, and what is emptied is
 * freed: who has nothing to keep pays a pointer.
 */
#ifndef BYTES_H
#define BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
    size_t from, to, room; /* in use: [from, to) of `at` */
    char at[];
};

static inline size_t bytes_size(const struct bytes *bytes)
{
    return bytes ? bytes->to - bytes->from : 0;
}

static inline const char *bytes_start(const struct bytes *bytes)
{
    return bytes ? bytes->at + bytes->from : NULL;
}

struct bytes *bytes_open(size_t room); /* NULL: no memory */

/* Room behind the last byte, of at least so many: write there, and move `to`. Returns how much it is; 0: no memory. */
size_t bytes_reserve(struct bytes **bytes, size_t least);
bool bytes_append(struct bytes **bytes, const char *start, size_t length); /* false: no memory, and nothing has changed */
void bytes_drop(struct bytes **bytes, size_t length);
void bytes_fit(struct bytes **bytes); /* gives back the room that is not in use */
void bytes_free(struct bytes **bytes);

#endif
