/* SPDX-License-Identifier: MIT */
/* http-parser as its package was built, by the contract of verdict.h. */
#include <http_parser.h>

typedef http_parser peer_parser;
typedef http_parser_settings peer_settings;

#include "callbacks.h"

static int keeps_alive(const peer_parser *parser)
{
    return http_should_keep_alive(parser);
}

static const char *name_method(const peer_parser *parser)
{
    return http_method_str((enum http_method)parser->method);
}

/* A switch that was only offered does not come about here: what follows is read on. */
static enum http_errno feed_all(peer_parser *parser, const peer_settings *settings)
{
    const char *bytes = present->input.bytes;
    size_t length = present->input.length, took;

    while (length && HTTP_PARSER_ERRNO(parser) == HPE_OK) {
        took = http_parser_execute(parser, settings, bytes, length);
        bytes += took;
        length -= took;
        if (parser->upgrade && (present->is_response || is_tunnel(parser)))
            return HTTP_PARSER_ERRNO(parser);
    }
    if (HTTP_PARSER_ERRNO(parser) == HPE_OK)
        http_parser_execute(parser, settings, bytes, 0);
    return HTTP_PARSER_ERRNO(parser);
}

static void say_end(enum http_errno error)
{
    if (error == HPE_OK || error == HPE_CLOSED_CONNECTION)
        trial_end("accepted", NULL);
    else if (error == HPE_INVALID_EOF_STATE)
        trial_end("incomplete", NULL);
    else
        trial_end("refused", http_errno_name(error));
}

void read_trial(struct trial *trial)
{
    http_parser_settings settings;
    http_parser parser;

    present = trial;
    message_begin(&message);
    http_parser_settings_init(&settings);
    set_callbacks(&settings);
    http_parser_init(&parser, trial->is_response ? HTTP_RESPONSE : HTTP_REQUEST);
    say_end(feed_all(&parser, &settings));
}
