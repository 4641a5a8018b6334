/* SPDX-License-Identifier: MIT */
/* A reader that looks at the octet behind those it has been given: the benchmark must notice. */
#include "reader.h"

static void begin(const struct stream *stream)
{
    (void)stream;
}

static size_t feed(const char *bytes, size_t length, struct reading *reading)
{
    volatile char behind = bytes[length];

    (void)behind;
    reading->trouble = "it has looked ahead, and nobody has noticed";
    return length;
}

const struct reader READER = {READER_NAME, 0, 0, begin, feed};
