/* SPDX-License-Identifier: MIT */
/* The machine of decode.rl, for field.c: texts that stand for others. */
#ifndef FLUXO_STREAM_DECODE_H
#define FLUXO_STREAM_DECODE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum decode { DECODE_PARAMETER_VALUE, DECODE_QUOTED_TEXT, DECODE_PERCENT };

struct decoded {
    unsigned char *to; /* NULL: nothing is written, and the octets are counted */
    size_t length;
    const unsigned char *percent; /* where the last escape begins */
    unsigned char octet;          /* its octet, so far */
};

/* Reads all bytes from p to pe. Returns NULL, or where the first byte stands that cannot stand there; pe: more should follow.
 */
const unsigned char *fluxo_run_decode(enum decode decode, struct decoded *decoded, const unsigned char *p,
                                      const unsigned char *pe);

#ifdef __cplusplus
}
#endif
#endif
