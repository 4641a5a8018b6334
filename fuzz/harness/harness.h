/* SPDX-License-Identifier: MIT */
/*
 * What the harnesses share: the head of an input, memory between guard pages, and the report of an oracle that does not hold.
 *
 * Every input is 8 octets of head, then the bytes:
 *
 *     [0]     bit 0: a response; 1: FLUXO_PIECES; 2: FLUXO_CHUNKS; 3-4: the profile (DEFAULT, STRICT, LEGACY, DEFAULT with one
 *             relaxation toggled); 5-7: the harness's own
 *     [1]     which relaxation
 *     [2, 3]  0: default limits; else limit number ([2] - 1) is [3] above its least
 *     [4, 5]  where to cut, low octet first: 0 nowhere, 1 everywhere, EC75 at each place in turn, else a seed
 *     [6]     the events a call has room for, above the least; and a seed of pauses
 *     [7]     the method that responses answer, or the harness's own
 */
#ifndef FUZZ_HARNESS_H
#define FUZZ_HARNESS_H

#include <fluxo/parser.h>

#include <stddef.h>
#include <stdint.h>

/* CUTS_IN_TURN is slow, so it is no number that an engine likes to try. */
enum { CUTS_IN_TURN = 0xEC75 };

enum { HEAD_LENGTH = 8, INPUT_MOST = 1 << 16, CAPACITY_MOST = FLUXO_CAPACITY_LEAST + 56 };

/* What all engines call. The first prepares, and only some harnesses have it. The second returns 0, or that this is no input:
   then libFuzzer does not keep it. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
enum { NO_TRIAL = -1 };

/* ---- Limits, by their row in limits.def ---- */

enum limit_row {
#define LIMIT(member, name, type, standard, least, most, error) LIMIT_ROW_##member,
#include <fluxo/limits.def>
#undef LIMIT
    LIMIT_ROWS
};

void limit_set(struct fluxo_limits *limits, enum limit_row row, uint64_t limit); /* its most, if that is less */
uint64_t limit_least(enum limit_row row);
enum fluxo_error_code limit_error(enum limit_row row);

/* ---- An input ---- */

struct trial {
    enum fluxo_kind kind;
    struct fluxo_options options;
    uint16_t cuts;
    int every_cut;
    uint32_t capacity;
    enum fluxo_method answers;
    uint8_t pauses, spare, own; /* [6], bits 5-7 of [0], [7] */
    const uint8_t *bytes;
    size_t length;
};

/* Returns whether it is one: it has a head and is not too long. */
int trial_read(struct trial *trial, const uint8_t *data, size_t size);

extern int replay_every_cut; /* set by the replay driver: whatever the head says */

/* ---- Oracles ---- */

/* Says which oracle does not hold, and how, and aborts. */
_Noreturn void refute(const char *oracle, const char *what);

static inline void hold(int holds, const char *oracle, const char *what)
{
    if (!holds)
        refute(oracle, what);
}

/* ---- Memory between guard pages ---- */

enum { POISON = 0xA5 };

struct arena {
    uint8_t *memory;
    size_t size;
};

/* Opened once and never closed: `size` octets or a little more. */
void arena_open(struct arena *arena, size_t size);

/*
 * Copies bytes to where an inaccessible page follows the last, or with `low` comes before the first. With the address
 * sanitizer, to a block of exactly that size. What was placed before must have been dropped.
 */
const uint8_t *arena_place(struct arena *arena, const void *bytes, size_t length, int low);

/* The bytes become poison: who still reads them reads nonsense. */
void arena_drop(struct arena *arena, const uint8_t *placed, size_t length);

/* ---- Random numbers, the same for the same seed ---- */

static inline uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* ---- Random cuts of a seed: the length of the next piece; small ones and large ones come side by side ---- */

static inline uint32_t cuts_begin(unsigned seed)
{
    return seed | UINT32_C(0x10000);
}

static inline uint32_t cuts_next(uint32_t *state)
{
    uint32_t drawn = random_next(state);

    return 1 + (drawn >> 8) % (4u << 2 * (drawn & 3)); /* up to 4, 16, 64 or 256 */
}

#endif
