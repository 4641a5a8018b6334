/* SPDX-License-Identifier: MIT */
/*
 * A parser, as the benchmark sees it. Each is wrapped so that it delivers what a user needs: method and target or status,
 * names and values of the fields as spans, the octets of bodies, and where a message ends. What is timed is what is checked:
 * the log is written from the same spans, and only when one is asked for.
 */
#ifndef BENCH_READER_H
#define BENCH_READER_H

#include "../../tests/text.h"

#include <stddef.h>
#include <stdint.h>

/* What a connection is known to carry: what a user of a parser knows as well. */
struct stream {
    int is_response;
    int answers_head; /* responses: none has a body */
};

/* What was read, in words that are the same for all parsers. */
struct log {
    struct text text;
    uint64_t body, hash; /* of the present message */
};

void log_start(struct log *log, const char *method, size_t method_length, const char *target, size_t target_length);
void log_status(struct log *log, unsigned status);
void log_field(struct log *log, const char *name, size_t name_length, const char *value, size_t value_length);
void log_body(struct log *log, const char *bytes, size_t length);
void log_end(struct log *log);

struct reading {
    uint64_t messages;
    const char *trouble; /* why the parser does not go on, or NULL */
    struct log *log;     /* NULL while it is timed */
};

enum {
    READER_FRAMES = 1, /* finds the end of a body */
    READER_SPOILS = 2  /* writes into chunked bodies */
};

struct reader {
    const char *name;
    unsigned traits;
    size_t state; /* octets for a connection */
    void (*begin)(const struct stream *stream);

    /* `bytes` begins with what earlier calls left; returns how many are done with. The memory stays where it is. */
    size_t (*feed)(const char *bytes, size_t length, struct reading *reading);
};

#endif
