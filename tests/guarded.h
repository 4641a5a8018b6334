/* SPDX-License-Identifier: MIT */
/* Memory between two pages that must not be touched: what a test gives lies at its very end, and once more at its very start.
 */
#ifndef FLUXO_TESTS_GUARDED_H
#define FLUXO_TESTS_GUARDED_H

#include <fluxo/parser.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guarded {
    char *memory;
    size_t size;
};

/* Room for one page. Define _DEFAULT_SOURCE before the first #include. */
static inline struct guarded guarded_open(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = (char *)mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct guarded guarded = {memory + page, page};

    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) || mprotect(memory + 2 * page, page, PROT_NONE))
        abort();
    return guarded;
}

static inline struct fluxo_span guarded_place(const struct guarded *guarded, const void *bytes, size_t length, int low)
{
    char *place = low ? guarded->memory : guarded->memory + guarded->size - length;
    struct fluxo_span span = {place, length};

    if (length)
        memcpy(place, bytes, length);
    return span;
}

/* Random numbers that are the same in every run. */
static inline uint32_t guarded_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

#endif
