/* SPDX-License-Identifier: MIT */
/* The mutator for libFuzzer, which finds these functions by their names. Other engines that link this file do without it. */
#include "mutate.h"

#include <string.h>

#pragma weak LLVMFuzzerMutate

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most); /* the engine's own, with its dictionary */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second, size_t second_size,
                                 uint8_t *result, size_t most, unsigned seed);

static size_t change(uint8_t *data, size_t size, size_t most, struct mutate_other other, unsigned seed)
{
    if (mutate_leaves(seed))
        return LLVMFuzzerMutate(data, size, most);
    return mutate(data, size, most, other, seed);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    return change(data, size, most, (struct mutate_other){NULL, 0}, seed);
}

/* libFuzzer asks for as many of these as of the other; so most of them only know of one more text. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second, size_t second_size,
                                 uint8_t *result, size_t most, unsigned seed)
{
    struct mutate_other one = {first, first_size}, two = {second, second_size};

    if (seed % 8 == 0 || first_size > most)
        return mutate_cross(result, most, one, two, seed);
    if (first_size)
        memcpy(result, first, first_size);
    return change(result, first_size, most, two, seed);
}
