/* SPDX-License-Identifier: MIT */
/*
 * A queue of bytes on the heap: appended at its end, dropped from its front. Zeroed it is empty and owns nothing. When
 * memory runs out it says so in `failed`, once and for all, so that a row of appends needs one check, after the last.
 */
#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *bytes;
    size_t from, to, capacity; /* in use: [from, to) */
    bool failed;
};

static inline size_t buffer_size(const struct buffer *buffer)
{
    return buffer->to - buffer->from;
}

static inline char *buffer_start(const struct buffer *buffer)
{
    return buffer->bytes ? buffer->bytes + buffer->from : NULL;
}

char *buffer_reserve(struct buffer *buffer, size_t room); /* where to write at least so much, or NULL; then move `to` */
void buffer_append(struct buffer *buffer, const char *bytes, size_t length);
void buffer_drop(struct buffer *buffer, size_t length); /* keeps the memory */
void buffer_free(struct buffer *buffer);                /* empties it; it may be used again */

#endif
