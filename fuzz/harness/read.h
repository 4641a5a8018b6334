/* SPDX-License-Identifier: MIT */
/*
 * Reads a trial with the parser, in one of many manners. Whatever the manner, these must hold: an error stays what it is; bytes
 * are consumed once and in order; the work is bounded by bytes and calls; nothing is allocated.
 */
#ifndef FUZZ_READ_H
#define FUZZ_READ_H

#include "../oracle/norm.h"
#include "harness.h"

/* Else a seed. EVERYWHERE takes longer steps behind many bytes that are held, since they are copied for each call. */
enum { CUT_NOWHERE, CUT_EVERYWHERE, CUT_EVERY_BYTE = 0x10000 };

struct manner {
    uint32_t flags;    /* FLUXO_PIECES or not */
    uint32_t capacity; /* events a call has room for */
    unsigned cuts;     /* one of them, or a seed */
    size_t cut;        /* not 0: the first cut, whatever the others */
    uint32_t misuses;  /* not 0: a seed of pauses and of wrong calls between the right ones */
};

struct manner manner_whole(void);                        /* one shot, whole mode, all the room */
struct manner manner_of_head(const struct trial *trial); /* as the input's head says */

/* Returns how many bytes it was given before the reading ended. */
size_t read_trial(struct reading *reading, const struct trial *trial, const struct manner *manner);

/* For the present reading and another; each has its own records. */
struct reading *reading_of(unsigned nth);
enum { READINGS = 3 };

#endif
