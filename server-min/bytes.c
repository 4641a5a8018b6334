/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 256 - sizeof(struct bytes) - sizeof(size_t) }; /* a plain request's head fits, in 256 octets of the heap's */

struct bytes *bytes_open(size_t room)
{
    struct bytes *bytes = malloc(sizeof *bytes + room);
    if (bytes) {
        bytes->from = bytes->to = 0;
        bytes->room = room;
    }
    return bytes;
}

static void move_to_front(struct bytes *bytes)
{
    memmove(bytes->at, bytes->at + bytes->from, bytes_size(bytes));
    bytes->to -= bytes->from;
    bytes->from = 0;
}

static bool resize(struct bytes **bytes, size_t room)
{
    struct bytes *resized = realloc(*bytes, sizeof *resized + room);
    if (!resized)
        return false;
    resized->room = room;
    *bytes = resized;
    return true;
}

/* Moves only when half of it is free, so that a byte is moved once or twice in its life, however it came. */
size_t bytes_reserve(struct bytes **bytes, size_t least)
{
    if (!*bytes)
        *bytes = bytes_open(least > LEAST ? least : LEAST);
    if (!*bytes || least > SIZE_MAX / 4)
        return 0;
    if ((*bytes)->room - (*bytes)->to < least && (*bytes)->from > (*bytes)->room / 2)
        move_to_front(*bytes);
    size_t room = (*bytes)->room;
    while (room - (*bytes)->to < least)
        room *= 2;
    if (room > (*bytes)->room && !resize(bytes, room))
        return 0;
    return (*bytes)->room - (*bytes)->to;
}

bool bytes_append(struct bytes **bytes, const char *start, size_t length)
{
    if (!length)
        return true;
    if (!bytes_reserve(bytes, length))
        return false;
    memcpy((*bytes)->at + (*bytes)->to, start, length);
    (*bytes)->to += length;
    return true;
}

void bytes_drop(struct bytes **bytes, size_t length)
{
    if (!*bytes)
        return;
    (*bytes)->from += length;
    if ((*bytes)->from == (*bytes)->to)
        bytes_free(bytes);
}

void bytes_fit(struct bytes **bytes)
{
    move_to_front(*bytes);
    if ((*bytes)->room > 2 * bytes_size(*bytes) && (*bytes)->room > LEAST)
        resize(bytes, bytes_size(*bytes) > LEAST ? bytes_size(*bytes) : LEAST);
}

void bytes_free(struct bytes **bytes)
{
    free(*bytes);
    *bytes = NULL;
}
