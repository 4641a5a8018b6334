/* SPDX-License-Identifier: MIT */
/* The machine of date.rl, for calendar.c. */
#ifndef FLUXO_STREAM_DATE_H
#define FLUXO_STREAM_DATE_H

#include <fluxo/parser.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the value is an HTTP-date with every number in its range; if not, the offset of the byte that cannot stand there. */
int fluxo_date_check(struct fluxo_span value, size_t *at);

#ifdef __cplusplus
}
#endif
#endif
