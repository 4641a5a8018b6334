/* SPDX-License-Identifier: MIT */
/* The machine of split.rl, for target.c. */
#ifndef FLUXO_STREAM_SPLIT_H
#define FLUXO_STREAM_SPLIT_H

#include <fluxo/target.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the machine notes of a target. Parts of it that are not there stay as they are given. */
struct split {
    struct fluxo_target *target;
    const unsigned char *begin, *part; /* of the target; of the part that is being read */
    int is_absolute;                   /* a path or a query may follow the authority */
    int has_port;                      /* its number is in `port`, or is too large */
    uint32_t port;
};

/* Reads the target as one of that form, an authority as authority-form, and says whether it is one; if not, the target's `at`
   is the offset of the byte that cannot stand there. */
int fluxo_split(struct split *split, enum fluxo_target_form form, size_t length);

#ifdef __cplusplus
}
#endif
#endif
