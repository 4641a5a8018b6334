/* SPDX-License-Identifier: MIT */
/* Memory that is counted, and runs out: malloc, calloc, realloc and free of all that is linked in, by the linker's --wrap. */
#ifndef TESTS_MEMORY_H
#define TESTS_MEMORY_H

#include <stdbool.h>

struct memory {
    long live;            /* allocations that are not freed */
    long octets;          /* in them, as far as the system tells */
    unsigned long asked;  /* how often since memory_fail */
    unsigned long denied; /* of those */
};
extern struct memory memory;

void memory_fail(unsigned long nth, bool for_ever); /* that call fails, and all after it if for ever; 0: none */

#endif
