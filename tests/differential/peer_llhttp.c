/* SPDX-License-Identifier: MIT */
/* llhttp in its strict mode, by the contract of verdict.h. */
#include <llhttp.h>

typedef llhttp_t peer_parser;
typedef llhttp_settings_t peer_settings;

#include "callbacks.h"

static int keeps_alive(const peer_parser *parser)
{
    return llhttp_should_keep_alive(parser);
}

static const char *name_method(const peer_parser *parser)
{
    return llhttp_method_name((llhttp_method_t)parser->method);
}

static int end_value(peer_parser *parser) /* an empty value comes as no piece */
{
    return take_value(parser, "", 0);
}

/* A switch that was only offered does not come about here: what follows is read on. */
static llhttp_errno_t feed_all(peer_parser *parser)
{
    const char *bytes = present->input.bytes, *end = bytes + present->input.length;
    llhttp_errno_t error = llhttp_execute(parser, bytes, (size_t)(end - bytes));

    while (error == HPE_PAUSED_UPGRADE && !present->is_response && !is_tunnel(parser)) {
        bytes = llhttp_get_error_pos(parser);
        llhttp_resume_after_upgrade(parser);
        error = llhttp_execute(parser, bytes, (size_t)(end - bytes));
    }
    return error == HPE_OK ? llhttp_finish(parser) : error;
}

static void say_end(llhttp_errno_t error)
{
    if (error == HPE_OK || error == HPE_PAUSED_UPGRADE || error == HPE_CLOSED_CONNECTION)
        trial_end("accepted", NULL);
    else if (error == HPE_INVALID_EOF_STATE)
        trial_end("incomplete", NULL);
    else
        trial_end("refused", llhttp_errno_name(error));
}

void read_trial(struct trial *trial)
{
    llhttp_settings_t settings;
    llhttp_t parser;

    present = trial;
    message_begin(&message);
    llhttp_settings_init(&settings);
    set_callbacks(&settings);
    settings.on_header_value_complete = end_value;
    llhttp_init(&parser, trial->is_response ? HTTP_RESPONSE : HTTP_REQUEST, &settings);
    say_end(feed_all(&parser));
}
