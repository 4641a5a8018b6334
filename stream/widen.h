/* SPDX-License-Identifier: MIT */
/* Text that grows: what head.c and writer.c share. */
#ifndef FLUXO_WIDEN_H
#define FLUXO_WIDEN_H

#include <fluxo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes room for `octets` in all, by doubling, if there is less. FLUXO_DONE, or FLUXO_MISUSE_MEMORY: then nothing has changed.
 */
int fluxo_widen(const struct fluxo_allocator *allocator, char **text, uint32_t *room, uint32_t octets);

#ifdef __cplusplus
}
#endif
#endif
