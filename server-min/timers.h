/* SPDX-License-Identifier: MIT */
/*
 * Deadlines, the soonest first: a binary heap, so that thousands of connections cost a dozen comparisons, and none of them is
 * looked at before its time.
 */
#ifndef TIMERS_H
#define TIMERS_H

#include <stddef.h>
#include <stdint.h>

#define TIMERS_NEVER INT64_MAX

/* Whose deadline it is; its place in the heap, from 1, is kept with it (0: it has none). */
struct watch;
uint32_t *timers_place(struct watch *watch);

/* Makes room for so many; -1: no memory. With room made, timers_set cannot fail. */
int timers_reserve(size_t count);
void timers_set(struct watch *watch, int64_t deadline); /* TIMERS_NEVER: none */

int64_t timers_soonest(void);             /* TIMERS_NEVER: there is none */
struct watch *timers_take(int64_t until); /* the one whose deadline was the soonest, if not after `until`; it has none now */
void timers_forget(void);                 /* all */

#endif
