/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#if defined __GLIBC__
#include <malloc.h>
#endif

/* The heap keeps what is freed: giving it back to the system and asking anew for each input took half the time of a pipe's. */
static void keep_heap(void)
{
#if defined __GLIBC__
    enum { ALL_BLOCKS = 1 << 24 }; /* octets: more than they ever are together */
    static int is_kept;

    if (!is_kept)
        is_kept = mallopt(M_TRIM_THRESHOLD, ALL_BLOCKS) && mallopt(M_MMAP_THRESHOLD, ALL_BLOCKS);
#endif
}

static unsigned find_block(const struct memory *memory, const void *start)
{
    unsigned nth = 0;

    while (nth < BLOCKS_MOST && memory->blocks[nth].start != start)
        nth++;
    return nth;
}

static int is_to_fail(struct memory *memory)
{
    memory->calls++;
    return memory->fails_at && (memory->calls == memory->fails_at || (memory->fails_on && memory->calls > memory->fails_at));
}

/* Of a large block only the beginning, since it takes time. */
static void poison(void *block, size_t size)
{
    memset(block, POISON, size < POISONED_MOST ? size : (size_t)POISONED_MOST);
}

/* Another block always, so that who kept the old one is seen. */
static void *move_block(void *block, size_t old, size_t size)
{
    void *other = malloc(size);

    hold(other != NULL, "arena", "no memory");
    poison(other, size);
    if (block) {
        memcpy(other, block, old < size ? old : size);
        poison(block, old);
        free(block);
    }
    return other;
}

static void *resize(void *context, void *block, size_t old, size_t size)
{
    struct memory *memory = context;
    unsigned nth = find_block(memory, block);

    hold(nth < BLOCKS_MOST, "memory", block ? "a block that is none" : "more blocks than anything needs");
    hold(memory->blocks[nth].size == old, "memory", "another size than the block has");
    if (size && is_to_fail(memory)) {
        memory->failures++;
        return NULL;
    }
    if (size) {
        block = move_block(block, old, size);
    } else {
        free(block);
        block = NULL;
    }
    memory->blocks[nth].start = block;
    memory->blocks[nth].size = size;
    memory->now += size - old;
    memory->most = memory->now > memory->most ? memory->now : memory->most;
    return block;
}

void memory_begin(struct memory *memory, unsigned fails_at, int fails_on)
{
    keep_heap();
    memset(memory, 0, sizeof *memory);
    memory->allocator.resize = resize;
    memory->allocator.context = memory;
    memory->fails_at = fails_at;
    memory->fails_on = fails_on;
}

void memory_end(const struct memory *memory)
{
    hold(memory->now == 0, "memory", "not all was given back");
}
