/* SPDX-License-Identifier: MIT */
/* Instructions, counted exactly: the processor stops behind each. */
#ifndef BENCH_STEPS_H
#define BENCH_STEPS_H

#include <stdint.h>

/* 0 where this is not known to the program. */
int steps_can_be_counted(void);

/* Between the two, at most `most` are counted; steps_end says how many there were, with those of the two themselves, which
   are always as many. */
void steps_begin(uint64_t most);
uint64_t steps_end(void);

#endif
