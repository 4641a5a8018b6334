/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <errno.h>
#include <stdlib.h>
#if defined __GLIBC__
#include <malloc.h>
#endif

struct memory memory;

static struct {
    unsigned long nth;
    bool for_ever;
} failing;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *before, size_t size);
void __wrap_free(void *allocation);

void memory_fail(unsigned long nth, bool for_ever)
{
    memory.asked = memory.denied = 0;
    failing.nth = nth;
    failing.for_ever = for_ever;
}

static bool is_denied(void)
{
    memory.asked++;
    if (!failing.nth || (failing.for_ever ? memory.asked < failing.nth : memory.asked != failing.nth))
        return false;
    memory.denied++;
    errno = ENOMEM;
    return true;
}

#if defined __GLIBC__
static long measure(void *allocation)
{
    return (long)malloc_usable_size(allocation);
}
#else
static long measure(void *allocation)
{
    (void)allocation;
    return 0;
}
#endif

static void *count_in(void *allocation)
{
    memory.live += allocation != NULL;
    memory.octets += measure(allocation);
    return allocation;
}

static void count_out(void *allocation)
{
    memory.live -= allocation != NULL;
    memory.octets -= measure(allocation);
}

void *__wrap_malloc(size_t size)
{
    return is_denied() ? NULL : count_in(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_denied() ? NULL : count_in(__real_calloc(count, size));
}

void *__wrap_realloc(void *before, size_t size)
{
    if (is_denied())
        return NULL;
    long octets = measure(before);
    void *after = __real_realloc(before, size);
    if (!before)
        return count_in(after);
    memory.octets += after ? measure(after) - octets : 0;
    return after;
}

void __wrap_free(void *allocation)
{
    count_out(allocation);
    __real_free(allocation);
}
