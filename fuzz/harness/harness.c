/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define HAS_ADDRESS_SANITIZER 1
#endif
#elif defined __SANITIZE_ADDRESS__
#define HAS_ADDRESS_SANITIZER 1
#endif
#ifndef HAS_ADDRESS_SANITIZER
#define HAS_ADDRESS_SANITIZER 0
#endif

int replay_every_cut;

/* ---- Limits ---- */

static const struct {
    uint64_t least, most;
    enum fluxo_error_code error;
} limit_rows[] = {
#define LIMIT(member, name, type, standard, least, most, error) {least, most, FLUXO_ERR_##error},
#include <fluxo/limits.def>
#undef LIMIT
};

uint64_t limit_least(enum limit_row row)
{
    return limit_rows[row].least;
}

enum fluxo_error_code limit_error(enum limit_row row)
{
    return limit_rows[row].error;
}

void limit_set(struct fluxo_limits *limits, enum limit_row row, uint64_t limit)
{
    uint64_t most = limit_rows[row].most, value = limit < most ? limit : most;

    switch (row) {
#define LIMIT(member, name, type, standard, least, most, error)                                                                \
    case LIMIT_ROW_##member:                                                                                                   \
        limits->member = (type)value;                                                                                          \
        break;
#include <fluxo/limits.def>
#undef LIMIT
    default:
        break;
    }
}

/* ---- An input ---- */

static uint32_t choose_relax(unsigned profile, unsigned row)
{
    switch (profile) {
    case 1:
        return FLUXO_PROFILE_STRICT;
    case 2:
        return FLUXO_PROFILE_LEGACY;
    case 3:
        return FLUXO_PROFILE_DEFAULT ^ (UINT32_C(1) << row % FLUXO_RELAX_ROWS);
    default:
        return FLUXO_PROFILE_DEFAULT;
    }
}

static void choose_limit(struct fluxo_limits *limits, unsigned which, unsigned above)
{
    enum limit_row row = (enum limit_row)((which - 1) % LIMIT_ROWS);

    if (which)
        limit_set(limits, row, limit_least(row) + above);
}

int trial_read(struct trial *trial, const uint8_t *data, size_t size)
{
    static const enum fluxo_method answered[] = {FLUXO_METHOD_GET, FLUXO_METHOD_HEAD, FLUXO_METHOD_CONNECT, FLUXO_METHOD_POST};

    if (size < HEAD_LENGTH || size - HEAD_LENGTH > INPUT_MOST)
        return 0;
    trial->kind = data[0] & 1 ? FLUXO_RESPONSE : FLUXO_REQUEST;
    fluxo_options_init(&trial->options);
    trial->options.flags = (data[0] & 2 ? FLUXO_PIECES : 0) | (data[0] & 4 ? FLUXO_CHUNKS : 0);
    trial->options.relax = choose_relax(data[0] >> 3 & 3, data[1]);
    choose_limit(&trial->options.limits, data[2], data[3]);
    trial->cuts = (uint16_t)(data[4] | data[5] << 8);
    trial->every_cut = replay_every_cut || trial->cuts == CUTS_IN_TURN;
    trial->capacity = FLUXO_CAPACITY_LEAST + data[6] % (CAPACITY_MOST - FLUXO_CAPACITY_LEAST + 1);
    trial->answers = answered[data[7] % 4];
    trial->pauses = data[6];
    trial->spare = data[0] >> 5;
    trial->own = data[7];
    trial->bytes = data + HEAD_LENGTH;
    trial->length = size - HEAD_LENGTH;
    return 1;
}

/* ---- Oracles ---- */

void refute(const char *oracle, const char *what)
{
    fprintf(stderr, "ORACLE %s: %s\n", oracle, what);
    abort();
}

/* ---- Memory between guard pages ---- */

void arena_open(struct arena *arena, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (size / page + 1) * page;
    uint8_t *memory = (uint8_t *)mmap(NULL, room + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) || mprotect(memory + page + room, page, PROT_NONE))
        refute("arena", "no memory");
    arena->memory = memory + page;
    arena->size = room;
    memset(arena->memory, POISON, room);
}

const uint8_t *arena_place(struct arena *arena, const void *bytes, size_t length, int low)
{
    uint8_t *place = low ? arena->memory : arena->memory + arena->size - length;

    if (HAS_ADDRESS_SANITIZER)
        place = (uint8_t *)malloc(length ? length : 1);
    if (!place || length > arena->size)
        refute("arena", "no room");
    if (length)
        memcpy(place, bytes, length);
    return place;
}

void arena_drop(struct arena *arena, const uint8_t *placed, size_t length)
{
    if (HAS_ADDRESS_SANITIZER)
        free((void *)(uintptr_t)placed);
    else
        memset(arena->memory + (placed - arena->memory), POISON, length);
}
