/* SPDX-License-Identifier: MIT */
/* A line on the terminal that says how far a long transfer is. It comes after half a second, and goes when it is over. */
#ifndef GET_PROGRESS_H
#define GET_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

enum { LENGTH_UNKNOWN = 0 };

/* Standard error has to be a terminal; and nobody wants the line among content or a transcript. */
void progress_allow(bool is_wanted);

void progress_begin(void);
void progress_expect(uint64_t octets); /* of the response's content as it is framed */
void progress_add(uint64_t sent, uint64_t received);
void progress_clear(void); /* it is over, or something else is to be written */

#endif
