/* SPDX-License-Identifier: MIT */
/*
 * Twice the input is twice the work, at most: messages that grow in one way each, read in one piece and byte by byte, in both
 * modes, by a parser whose basic blocks are counted. TAP on standard output.
 */
#include "../fuzz/harness/read.h"
#include "../fuzz/harness/watch.h"
#include "families.h"

#include <stdio.h>
#include <string.h>

enum { LENGTH = 4096 };

static void make_trial(struct trial *trial, const struct family *family)
{
    unsigned row;

    memset(trial, 0, sizeof *trial);
    trial->kind = family->kind;
    fluxo_options_init(&trial->options);
    trial->options.relax = FLUXO_PROFILE_LEGACY;
    for (row = 0; row < LIMIT_ROWS; row++)
        limit_set(&trial->options.limits, (enum limit_row)row, UINT64_MAX);
}

/* The basic blocks of a reading, or 0 when it is refused. */
static uint64_t count(const struct family *family, const struct manner *manner, size_t length)
{
    static uint8_t bytes[4 * LENGTH];
    struct trial trial;

    make_trial(&trial, family);
    trial.bytes = bytes;
    trial.length = family_build(bytes, family, length);
    read_trial(reading_of(0), &trial, manner);
    return reading_of(0)->ending == ENDING_ERROR ? 0 : work.blocks;
}

/* Twice, and a little for what does not grow. */
static int is_linear(const struct family *family, const struct manner *manner)
{
    uint64_t once = count(family, manner, LENGTH), twice = count(family, manner, 2 * LENGTH);
    int holds = once && twice && twice * 100 <= once * 205;

    if (!holds)
        printf("# %s, flags %u, cuts %u: %llu blocks, then %llu\n", family->name, manner->flags, manner->cuts,
               (unsigned long long)once, (unsigned long long)twice);
    return holds;
}

int main(void)
{
    size_t nth, families_count = sizeof families / sizeof families[0];
    int holds;

    for (nth = 0; nth < families_count; nth++) {
        struct manner manner = manner_whole();
        holds = 1;
        for (manner.flags = 0; manner.flags <= FLUXO_PIECES; manner.flags += FLUXO_PIECES) {
            manner.cuts = CUT_NOWHERE;
            holds &= is_linear(&families[nth], &manner);
            manner.cuts = CUT_EVERY_BYTE;
            holds &= is_linear(&families[nth], &manner);
        }
        printf("%s %zu - twice of it is twice the work: %s\n", holds ? "ok" : "not ok", nth + 1, families[nth].name);
    }
    printf("1..%zu\n", families_count);
    return 0;
}
