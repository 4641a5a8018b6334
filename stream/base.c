/* SPDX-License-Identifier: MIT */
/* The tables of faults and misuses, and memory: the allocator that stands in when the caller passes none. */

#include "widen.h"

#include <stdlib.h>

#define FAULT(name, status, section, sentence) {#name, section, sentence, status},
static const struct fluxo_error_entry faults[] = {
#include <fluxo/faults.def>
};
#undef FAULT

#define MISUSE(name, sentence) {#name, sentence},
static const struct fluxo_misuse_entry misuses[] = {
#include <fluxo/misuses.def>
};
#undef MISUSE

const struct fluxo_error_entry *fluxo_fault(unsigned code)
{
    if (code < FLUXO_ERRORS)
        return fluxo_error(code);
    return code < FLUXO_FAULTS ? &faults[code - FLUXO_ERRORS] : NULL;
}

const struct fluxo_misuse_entry *fluxo_misuse(int answer)
{
    return answer < 0 && answer > FLUXO_MISUSES ? &misuses[-answer - 1] : NULL;
}

static void *resize_by_libc(void *block, size_t size)
{
    if (size)
        return realloc(block, size);
    free(block);
    return NULL;
}

void *fluxo_resize(const struct fluxo_allocator *allocator, void *block, size_t old, size_t size)
{
    return allocator ? allocator->resize(allocator->context, block, old, size) : resize_by_libc(block, size);
}

enum { ROOM_FIRST = 512 }; /* octets: a usual head */

int fluxo_widen(const struct fluxo_allocator *allocator, char **text, uint32_t *room, uint32_t octets)
{
    uint32_t wider = ROOM_FIRST;
    char *other;

    if (octets <= *room)
        return FLUXO_DONE;
    while (wider < octets)
        wider *= 2;
    other = (char *)fluxo_resize(allocator, *text, *room, wider);
    if (!other)
        return FLUXO_MISUSE_MEMORY;
    *text = other;
    *room = wider;
    return FLUXO_DONE;
}
