/* SPDX-License-Identifier: MIT */
/* The machine of list.rl, for field.c. */
#ifndef FLUXO_STREAM_LIST_H
#define FLUXO_STREAM_LIST_H

#include <fluxo/field.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The state in which the reading of a line begins. 0 is refusal. */
int fluxo_begin_list(enum fluxo_reading reading);

/*
 * Reads on from where the cursor stands. FLUXO_DONE: up to a byte that ends an item, and stands behind it; FLUXO_END: up to the
 * line's end; FLUXO_FAULT: up to a byte that cannot stand there.
 */
int fluxo_run_list(struct fluxo_cursor *cursor, struct fluxo_item *item);

#ifdef __cplusplus
}
#endif
#endif
