/* SPDX-License-Identifier: MIT */
#include <http_parser.h>

#include <string.h>

typedef http_parser peer_parser;
typedef http_parser_settings peer_settings;

static const char *name_method(const peer_parser *parser)
{
    return http_method_str((enum http_method)parser->method);
}

#include "callbacks.h"

static http_parser parser;
static http_parser_settings settings;

static void begin(const struct stream *stream)
{
    present.stream = stream;
    http_parser_settings_init(&settings);
    set_callbacks(&settings);
    http_parser_init(&parser, stream->is_response ? HTTP_RESPONSE : HTTP_REQUEST);
}

static size_t feed(const char *bytes, size_t length, struct reading *reading)
{
    present.reading = reading;
    if (http_parser_execute(&parser, &settings, bytes, length) != length)
        reading->trouble = http_errno_name(HTTP_PARSER_ERRNO(&parser));
    return length;
}

const struct reader READER = {READER_NAME, READER_FRAMES, sizeof parser, begin, feed};
