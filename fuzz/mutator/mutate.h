/* SPDX-License-Identifier: MIT */
/*
 * Changes fuzzing inputs as those who attack HTTP would: by lines, line ends, numbers, chunks, framing fields, whole
 * messages. An input is a head of HEAD_LENGTH octets, which harness.h explains, and the text behind it.
 *
 * mutations.def lists what there is. The same bytes and the same seed give the same result, whatever engine asks.
 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "../harness/harness.h"

enum mutation {
#define MUTATION(name, share, what) MUTATION_##name,
#include "mutations.def"
#undef MUTATION
    MUTATIONS
};

/* Another input, from which text is borrowed; none if its length is 0. */
struct mutate_other {
    const uint8_t *bytes;
    size_t length;
};

/* Changes the input in place, once or a few times; it grows up to `most`, which is at least `length`. Returns its new length.
 */
size_t mutate(uint8_t *bytes, size_t length, size_t most, struct mutate_other other, uint64_t seed);

/* One change of one kind. Returns the new length, or 0 where that kind cannot be: no number, no room. */
size_t mutate_by(enum mutation mutation, uint8_t *bytes, size_t length, size_t most, struct mutate_other other, uint64_t seed);

/* Lines of `first`, then lines of `second`, into `bytes`, which are neither. Returns their length, at most `most`. */
size_t mutate_cross(uint8_t *bytes, size_t most, struct mutate_other first, struct mutate_other second, uint64_t seed);

/* Whether the engine shall make this change by itself: so it is for one seed of three. */
int mutate_leaves(uint64_t seed);

const char *mutation_name(enum mutation mutation);
const char *mutation_sentence(enum mutation mutation);

#endif
