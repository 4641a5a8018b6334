/* SPDX-License-Identifier: MIT */
/* Where responses are written: a file or standard output. Small pieces are joined until sink_flush, long ones are not copied.
 */
#ifndef GET_SINK_H
#define GET_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "outcome.h"

struct sink {
    const char *path; /* NULL: standard output */
    int fd;
    bool has_failed; /* it has been complained of, and what is written is lost */
    size_t held;
    char room[4096];
};

enum outcome sink_open(struct sink *sink, const char *path);
void sink_write(struct sink *sink, const char *bytes, size_t length);
void sink_text(struct sink *sink, const char *text);
void sink_flush(struct sink *sink);
void sink_close(struct sink *sink);

#endif
