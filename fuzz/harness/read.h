/* SPDX-License-Identifier: MIT */
/*
 * Reads a trial with the parser, in one of many manners. Whatever the manner, these must hold: an error stays what it is; bytes
 * are consumed once and in order; the work is bounded by bytes and calls; nothing is allocated.
 */
#ifndef FUZZ_READ_H
#define FUZZ_READ_H

#include "../oracle/norm.h"
#include "harness.h"

enum { CUT_NOWHERE, CUT_EVERYWHERE }; /* else a seed */

struct manner {
    uint32_t flags;    /* FLUXO_PIECES or not */
    uint32_t capacity; /* events a call has room for */
    unsigned cuts;     /* CUT_NOWHERE, CUT_EVERYWHERE or a seed */
    size_t cut;        /* not 0: one cut, there */
    int misuses;       /* wrong calls between the right ones */
};

struct manner manner_whole(void);                        /* one shot, whole mode, all the room */
struct manner manner_of_head(const struct trial *trial); /* as the input's head says */

void read_trial(struct reading *reading, const struct trial *trial, const struct manner *manner);

/* For the present reading and another; each has its own records. */
struct reading *reading_of(unsigned nth);
enum { READINGS = 3 };

#endif
