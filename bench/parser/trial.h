/* SPDX-License-Identifier: MIT */
/* An input, how it is cut, and its delivery to a reader. */
#ifndef BENCH_TRIAL_H
#define BENCH_TRIAL_H

#include "reader.h"

enum body { BODY_NONE, BODY_LENGTH, BODY_CHUNKED };

struct trial {
    char name[64];
    struct stream stream;
    enum body body;
    const char *bytes; /* as they are */
    size_t length;
    const uint32_t *ends; /* of the pieces */
    size_t pieces;
    char *memory; /* for delivery: from the end of a page that must not be touched to the start of another */
    size_t room;
};

enum { TRIALS_MOST = 128 };

/*
 * Reads a plan, a trial a line: name, request|response|answers-head, none|length|chunked, the cut, the file; tabs between.
 * The cut is whole, random (1 to 64 octets), or a number of octets. Returns the number of trials; exits for what it cannot
 * read.
 */
size_t trials_read(struct trial *trials, const char *plan);

int trial_suits(const struct trial *trial, const struct reader *reader);

/* What a parser writes into, or has not yet been given, is put right. */
int trial_is_spoiled_by(const struct trial *trial, const struct reader *reader);
void trial_restore(const struct trial *trial);

/* From the bytes at the start of `memory`, all there from the beginning. */
void trial_feed(const struct trial *trial, const struct reader *reader, struct reading *reading);

/* To `place` in `memory`, each piece when it is due; what is not due yet is poison. */
void trial_deliver(const struct trial *trial, const struct reader *reader, char *place, struct reading *reading);

#endif
