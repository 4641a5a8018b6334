/* SPDX-License-Identifier: MIT */
/* An allocator that keeps accounts, and that fails when it is told to. */
#ifndef FUZZ_MEMORY_H
#define FUZZ_MEMORY_H

#include "harness.h"

#include <fluxo/base.h>

enum { BLOCKS_MOST = 64, POISONED_MOST = 4096 };

struct memory {
    struct fluxo_allocator allocator;
    struct {
        void *start;
        size_t size;
    } blocks[BLOCKS_MOST];
    size_t now, most;
    unsigned calls, fails_at; /* the call that fails, from 1; 0: none */
    int fails_on;             /* and all after it */
    unsigned failures;
};

void memory_begin(struct memory *memory, unsigned fails_at, int fails_on);

/* Refutes when something was not given back. */
void memory_end(const struct memory *memory);

#endif
