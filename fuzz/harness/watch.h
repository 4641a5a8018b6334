/* SPDX-License-Identifier: MIT */
/*
 * What the parser does inside a call, seen through the linker, which puts functions of these names in the place of others: how
 * many steps its machines take, and that it never asks for memory. Where the linker cannot, there is nothing to see. In a
 * parser that is compiled with -fsanitize-coverage=trace-pc, each basic block is seen as well.
 */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include <stdint.h>

struct work {
    uint64_t steps;  /* bytes that machines have read, and calls of them */
    uint64_t blocks; /* basic blocks, where they are seen */
    int is_inside;   /* the parser is at work: no allocation */
};

extern struct work work;

#endif
