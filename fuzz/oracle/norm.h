/* SPDX-License-Identifier: MIT */
/*
 * The parser's events as records, whatever the mode and the cuts; what the header promises about them is checked on the way.
 */
#ifndef FUZZ_NORM_H
#define FUZZ_NORM_H

#include "../harness/harness.h"
#include "reading.h"

/* A line needs 3 octets, and HEAD and MESSAGE come with a line; a head needs a start-line. */
enum { RECORDS_MOST = INPUT_MOST, HEADS_MOST = INPUT_MOST / 8 };

struct norm {
    struct reading *reading;
    struct fluxo_facts *heads;
    int line_open, body_open;
    uint64_t body;    /* octets of the present message's body */
    uint64_t length;  /* of its Content-Length */
    unsigned framing; /* of its HEAD */
};

/* With room for HEADS_MOST heads. */
void norm_begin(struct norm *norm, struct reading *reading, struct fluxo_facts *heads);

/* The events of one call, whose first byte is at `base` of the input and which was given `length` bytes. */
void norm_add(struct norm *norm, const struct fluxo_parser *parser, uint32_t base, size_t length,
              const struct fluxo_event *events, uint32_t count);

/* Drops what is not complete. */
void norm_end(struct norm *norm);

/* Refutes the oracle when the two do not say the same. */
void reading_compare(const struct reading *a, const struct reading *b, const char *oracle);

/* Refutes when a name is not what its id says, or records do not stand in order inside the input. */
void reading_check(const struct reading *reading, const uint8_t *bytes, size_t length);

#endif
