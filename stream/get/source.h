/* SPDX-License-Identifier: MIT */
/* The content of a request, out of a file or standard input. */
#ifndef GET_SOURCE_H
#define GET_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "outcome.h"

struct source {
    const char *path; /* "-": standard input */
    int fd;
    bool is_sized;
    uint64_t left; /* octets, if it is sized */
};

/* The size of a regular file is known: what stands in it from where it is read to its end. */
enum outcome source_open(struct source *source, const char *path);
void source_close(struct source *source);

/* Reads at most `size` octets. *length is 0 at the end; a sized source that ends too soon is a failure. */
enum outcome source_read(struct source *source, char *room, size_t size, size_t *length);

/* Nothing more is to be read. Only a sized source knows that before it is asked. */
bool source_is_at_end(const struct source *source);

#endif
