/* SPDX-License-Identifier: MIT */
/* To be compiled without AFL++'s instrumentation, which declares its map in each source that it changes. */
#include "map.h"

enum { COUNTERS = 4096 };

/* libFuzzer counts these with its own; it clears them before each input. */
#if defined __linux__
__attribute__((section("__libfuzzer_extra_counters"), used)) static uint8_t counters[COUNTERS];
#else
static uint8_t counters[COUNTERS];
#endif

/* AFL++'s map, where it is linked. */
extern uint8_t *__afl_area_ptr __attribute__((weak));
extern uint32_t __afl_map_size __attribute__((weak));

void map_count(uint32_t hash)
{
    counters[hash % COUNTERS] = 1;
    if (&__afl_area_ptr && &__afl_map_size && __afl_map_size)
        __afl_area_ptr[hash % __afl_map_size]++;
}
