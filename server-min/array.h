/* SPDX-License-Identifier: MIT */
#ifndef ARRAY_H
#define ARRAY_H

#include <stdlib.h>

/* An array on the heap with room for more than `count` entries of `size` octets, by doubling; or NULL: no memory, and the
   array is as it was. */
static inline void *array_widen(void *array, size_t *room, size_t count, size_t size)
{
    size_t wanted = *room ? *room : 64;
    if (count < *room)
        return array;
    while (wanted <= count)
        wanted *= 2;
    array = realloc(array, wanted * size);
    if (array)
        *room = wanted;
    return array;
}

#endif
