/* SPDX-License-Identifier: MIT */
#include <llhttp.h>

#include <string.h>

typedef llhttp_t peer_parser;
typedef llhttp_settings_t peer_settings;

static const char *name_method(const peer_parser *parser)
{
    return llhttp_method_name((llhttp_method_t)parser->method);
}

#include "callbacks.h"

static llhttp_t parser;
static llhttp_settings_t settings;

static void begin(const struct stream *stream)
{
    present.stream = stream;
    llhttp_settings_init(&settings);
    set_callbacks(&settings);
    llhttp_init(&parser, stream->is_response ? HTTP_RESPONSE : HTTP_REQUEST, &settings);
}

static size_t feed(const char *bytes, size_t length, struct reading *reading)
{
    llhttp_errno_t error;

    present.reading = reading;
    error = llhttp_execute(&parser, bytes, length);
    if (error != HPE_OK)
        reading->trouble = llhttp_errno_name(error);
    return length;
}

const struct reader READER = {READER_NAME, READER_FRAMES, sizeof parser, begin, feed};
