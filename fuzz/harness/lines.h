/* SPDX-License-Identifier: MIT */
/*
 * Inputs that are calls, one a line: a letter says which, and what follows are its arguments, with bars between them.
 *
 *     q GET|/where|www.example.org
 *     < HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n
 *
 * One blank behind the letter is no part of the argument. \r \n \t \0 stand for those octets, \xHH for any, and a backslash
 * before anything else for that: \| and \\ for a bar and a backslash.
 */
#ifndef FUZZ_LINES_H
#define FUZZ_LINES_H

#include "harness.h"

enum { ARGUMENTS = 4, LINES_MOST = 192 };

struct script {
    const uint8_t *at, *end;
    unsigned lines;
};

/* The arguments stay where they are until the next script begins. What is missing has length 0. */
struct line {
    char call;
    struct fluxo_span arguments[ARGUMENTS];
};

void script_begin(struct script *script, const uint8_t *bytes, size_t length);
int script_next(struct script *script, struct line *line); /* 0: no more */

/* A number in digits, as many of it as fit; other octets are passed over. */
uint64_t script_number(struct fluxo_span argument);

#endif
