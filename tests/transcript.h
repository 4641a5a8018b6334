/* SPDX-License-Identifier: MIT */
/*
 * Feeds a parser and writes down what comes back, one event a line: offset, name, what it says. Pieces of a line, and all of
 * one message's body, are joined, so the same input gives the same transcript however it was cut.
 */
#ifndef TESTS_TRANSCRIPT_H
#define TESTS_TRANSCRIPT_H

#include "fixture.h"

/* How the input is handed over. */
struct slicing {
    int pieces;        /* pieces mode */
    uint32_t capacity; /* events a call */
    int low;           /* put bytes behind the lower guard page, not before the upper one */
    size_t (*next)(const struct slicing *slicing, size_t at, size_t length); /* how many bytes come at `at` */
    size_t parameter;
    int lane; /* enum lane */
};

/* Returns 0, or 1 when the parser broke its contract: then the transcript's last line says how. */
int transcript_write(struct text *transcript, const struct fixture *fixture, const struct slicing *slicing);

#endif
