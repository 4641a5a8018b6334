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

/* What is missing has length 0. */
struct line {
    char call;
    struct fluxo_span arguments[ARGUMENTS];
};

struct script {
    struct line lines[LINES_MOST];
    unsigned count;
};

/* The arguments stay where they are until the next script is read. */
void script_read(struct script *script, const uint8_t *bytes, size_t length);

/* A number in digits, as many of it as fit; other octets are passed over. */
uint64_t script_number(struct fluxo_span argument);

#endif
