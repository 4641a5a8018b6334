/* SPDX-License-Identifier: MIT */
/* A reader that takes what it is given for one request without fields: the benchmark must notice. */
#include "reader.h"

#include <string.h>

static int is_first;

static void begin(const struct stream *stream)
{
    (void)stream;
    is_first = 1;
}

static size_t feed(const char *bytes, size_t length, struct reading *reading)
{
    size_t method = strcspn(bytes, " ");

    if (is_first && reading->log) {
        log_start(reading->log, bytes, method, "/", 1);
        log_end(reading->log);
    }
    reading->messages += (uint64_t)is_first;
    is_first = 0;
    return length;
}

const struct reader READER = {READER_NAME, 0, 0, begin, feed};
