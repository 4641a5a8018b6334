/* SPDX-License-Identifier: MIT */
/*
 * The parsers of tests/differential in one program: each reads all that comes over a connection, and leaves a verdict that can
 * be compared. Fluxo is in the strict profile with the default limits; the others are as their packages build them.
 */
#ifndef FUZZ_VERDICTS_H
#define FUZZ_VERDICTS_H

#include <stddef.h>
#include <stdint.h>

enum { VERDICT_MESSAGES = 32 }; /* kept; more are counted */

struct verdict_message {
    uint32_t start; /* a digest of method and target, or of the status */
    size_t fields, trailers, body;
    char keep; /* of keep, close and - the first letter */
};

struct verdict {
    struct verdict_message messages[VERDICT_MESSAGES];
    size_t count;
    const char *how; /* accepted, incomplete, refused */
    const char *why; /* the name of the error of who refused, else "" */
};

enum verdict_of { VERDICT_OF_FLUXO, VERDICT_OF_LLHTTP, VERDICT_OF_HTTP_PARSER, VERDICTS };

/* The connection carries requests, or responses that all answer `method`. */
struct verdict_connection {
    int is_response;
    const char *method;
    const uint8_t *bytes;
    size_t length;
};

void verdict_read(struct verdict *verdict, enum verdict_of reader, const struct verdict_connection *connection);

#endif
