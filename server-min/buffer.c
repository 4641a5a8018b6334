/* SPDX-License-Identifier: MIT */
#include "buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 256 }; /* a plain request's head fits */

static void move_to_front(struct buffer *buffer)
{
    memmove(buffer->bytes, buffer->bytes + buffer->from, buffer_size(buffer));
    buffer->to -= buffer->from;
    buffer->from = 0;
}

static bool widen(struct buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity ? buffer->capacity : LEAST;
    while (capacity < needed && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    char *bytes = capacity < needed ? NULL : realloc(buffer->bytes, capacity);
    if (!bytes)
        return false;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

/* Moves only when half of it is free, so that a byte is moved once or twice in its life, however it came. */
char *buffer_reserve(struct buffer *buffer, size_t room)
{
    if (buffer->failed || room > SIZE_MAX - buffer->to)
        return NULL;
    if (buffer->capacity - buffer->to < room && buffer->from > buffer->capacity / 2)
        move_to_front(buffer);
    if (buffer->capacity - buffer->to < room && !widen(buffer, buffer->to + room))
        buffer->failed = true;
    return buffer->failed ? NULL : buffer->bytes + buffer->to;
}

void buffer_append(struct buffer *buffer, const char *bytes, size_t length)
{
    char *to = length ? buffer_reserve(buffer, length) : NULL;
    if (!to)
        return;
    memcpy(to, bytes, length);
    buffer->to += length;
}

void buffer_drop(struct buffer *buffer, size_t length)
{
    buffer->from += length;
    if (buffer->from == buffer->to)
        buffer->from = buffer->to = 0;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}
