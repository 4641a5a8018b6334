/* SPDX-License-Identifier: MIT */
/* What a head means for what follows it, and how it ends: for the machine, and for the lane. */
#ifndef FLUXO_HEAD_H
#define FLUXO_HEAD_H

#include "machine.h"

static inline int fluxo_has_no_body(const struct fluxo_parser *parser) /* whatever its fields say */
{
    const unsigned status = parser->code;

    return parser->response && (parser->answers_head || (status >= 100 && status < 200) || status == 204 || status == 304);
}

static inline int fluxo_is_connect(const struct fluxo_parser *parser)
{
    return !parser->response && parser->code == FLUXO_METHOD_CONNECT;
}

static inline int fluxo_is_interim(const struct fluxo_parser *parser)
{
    return parser->response && parser->code >= 100 && parser->code < 200 && parser->code != 101;
}

static inline int fluxo_is_tunnel(const struct fluxo_parser *parser) /* a 2xx response to CONNECT */
{
    return parser->answers_connect && parser->code >= 200 && parser->code < 300;
}

static inline int fluxo_switches(const struct fluxo_parser *parser)
{
    if (parser->response)
        return parser->code == 101 || fluxo_is_tunnel(parser);
    return parser->code == FLUXO_METHOD_CONNECT;
}

/* RFC 9112 9.3; what an interim response says of the connection is for the final one to say. */
static inline int fluxo_persists(const struct fluxo_parser *parser)
{
    if (fluxo_is_interim(parser))
        return 1;
    if (parser->close || parser->framing == FLUXO_FRAMING_CLOSE)
        return 0;
    return parser->minor > 0 ? 1 : parser->keep_alive;
}

/* ---- Framing: RFC 9112 6.3 ---- */

enum fluxo_error_code fluxo_frame_by_coding(struct fluxo_parser *parser);

/* Without Transfer-Encoding: rules 2 and 1, 6, 7 and 8. Content of CONNECT has no meaning (RFC 9110 9.3.6): refused, by policy.
 */
static inline enum fluxo_error_code fluxo_frame_by_length(struct fluxo_parser *parser)
{
    if (fluxo_is_tunnel(parser) || fluxo_has_no_body(parser))
        parser->length = 0;
    else if (parser->length_seen) {
        if (fluxo_is_connect(parser) && parser->length)
            return FLUXO_ERR_CONNECT_WITH_BODY;
        if (parser->length > parser->options->limits.body)
            return FLUXO_ERR_BODY_LIMIT;
        parser->framing = FLUXO_FRAMING_LENGTH;
    } else if (parser->response)
        parser->framing = FLUXO_FRAMING_CLOSE;
    return FLUXO_ERR_NONE;
}

static inline int fluxo_needs_host(const struct fluxo_parser *parser)
{
    return !parser->response && parser->minor > 0 && !(parser->options->relax & FLUXO_RELAX_NO_HOST);
}

/* Decides framing, which is NONE until then. Asked again after an error, it says the same. */
static inline enum fluxo_error_code fluxo_judge_head(struct fluxo_parser *parser)
{
    if (!parser->host_seen && fluxo_needs_host(parser))
        return FLUXO_ERR_HOST_MISSING;
    return parser->coding == CODING_NONE ? fluxo_frame_by_length(parser) : fluxo_frame_by_coding(parser);
}

/* ---- The end ---- */

static inline void fluxo_leave_message(struct fluxo_parser *parser)
{
    if (fluxo_switches(parser))
        parser->phase = PHASE_SWITCHED;
    else
        parser->phase = fluxo_persists(parser) ? PHASE_DONE : PHASE_CLOSED;
}

static inline void fluxo_begin_body(struct fluxo_parser *parser)
{
    parser->remaining = parser->length;
    parser->section = 0;
    parser->state = fluxo_chunked_state;
    if (parser->framing == FLUXO_FRAMING_CHUNKED)
        parser->phase = PHASE_CHUNK;
    else
        parser->phase = parser->framing == FLUXO_FRAMING_LENGTH ? PHASE_LENGTH : PHASE_CLOSE;
}

/* HEAD, of a head that is judged, and MESSAGE where nothing follows it: two slots. */
static inline enum fluxo_status fluxo_end_head(struct fluxo_parser *parser, struct fluxo_event *event, uint32_t after)
{
    const unsigned framing = parser->framing;
    const int has_body = framing != FLUXO_FRAMING_NONE && (framing != FLUXO_FRAMING_LENGTH || parser->length > 0);

    if (!has_body)
        fluxo_leave_message(parser);
    set_event(event, FLUXO_EVENT_HEAD, framing, after, 0, 0, 0);
    if (has_body)
        return FLUXO_HEAD;
    set_event(event + 1, FLUXO_EVENT_MESSAGE, 0, after, 0, 0, 0);
    return FLUXO_MESSAGE;
}

#endif
