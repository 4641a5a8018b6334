/* SPDX-License-Identifier: MIT */
/*
 * The mutator for AFL++, as a library that AFL_CUSTOM_MUTATOR_LIBRARY names. AFL++ makes a stage of these changes and then its
 * own stages over the same input, so that the engine has its part without our leaving any.
 */
#include "mutate.h"

#include <string.h>

void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *state, uint8_t *bytes, size_t length, uint8_t **result, uint8_t *other, size_t other_length,
                       size_t most);
void afl_custom_deinit(void *state);

static uint64_t next_seed;
static uint8_t changed[HEAD_LENGTH + INPUT_MOST];

void *afl_custom_init(void *afl, unsigned seed)
{
    (void)afl;
    next_seed = (uint64_t)seed << 32;
    return changed;
}

/* AFL++ passes over a result of length 0. */
size_t afl_custom_fuzz(void *state, uint8_t *bytes, size_t length, uint8_t **result, uint8_t *other, size_t other_length,
                       size_t most)
{
    struct mutate_other text = {other, other_length};

    (void)state;
    *result = changed;
    most = most < sizeof changed ? most : sizeof changed;
    if (length > most)
        return 0;
    if (length)
        memcpy(changed, bytes, length);
    return mutate(changed, length, most, text, next_seed++);
}

void afl_custom_deinit(void *state)
{
    (void)state;
}
