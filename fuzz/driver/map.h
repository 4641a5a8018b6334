/* SPDX-License-Identifier: MIT */
/* What a harness has found out about an input, told to the engine as if it were code that was run. */
#ifndef FUZZ_MAP_H
#define FUZZ_MAP_H

#include <stdint.h>

void map_count(uint32_t hash);

#endif
