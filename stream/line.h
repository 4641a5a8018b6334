/* SPDX-License-Identifier: MIT */
/* The machine of line.rl, for writer.c. */
#ifndef FLUXO_STREAM_LINE_H
#define FLUXO_STREAM_LINE_H

#include <fluxo/parser.h>

#ifdef __cplusplus
extern "C" {
#endif

int fluxo_is_field_name(struct fluxo_span span);
int fluxo_is_field_value(struct fluxo_span span); /* without white space around it */
int fluxo_is_reason_phrase(struct fluxo_span span);

#ifdef __cplusplus
}
#endif
#endif
