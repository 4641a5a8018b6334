/* SPDX-License-Identifier: MIT */
/*
 * Values that are checked while they come: the request-target, and the fields that steer the parser.
 *
 * How this works: when such a value begins, its machine begins; it is run up to the end of each call, and judged at the
 * value's end. So an error is told in the call that brings it, at the byte that cannot stand there.
 */

#include "head.h"

/* RFC 9112 6.3 rule 2. Those of other messages without a body are ignored too (rule 1), but not when they are malformed: that
   is policy. */
static int is_ignored(const struct fluxo_parser *parser)
{
    int frames = parser->steer == STEER_CONTENT_LENGTH || parser->steer == STEER_TRANSFER_ENCODING;

    return frames && fluxo_is_tunnel(parser);
}

/* A target, or a field of the head that steers the parser. */
void fluxo_begin_check(struct run *run, unsigned char first)
{
    struct fluxo_parser *parser = run->parser;
    enum steer steer = (enum steer)parser->steer;

    parser->sub = 0;
    run->rests = 0;
    if (steer == STEER_HOST && (run->options->relax & FLUXO_RELAX_ANY_HOST))
        return;
    if (parser->line == LINE_REQUEST || (steer == STEER_HOST && parser->phase == PHASE_HEAD && !parser->response))
        parser->sub = (uint16_t)fluxo_begin_target(run, first);
    else if (parser->phase == PHASE_HEAD && !is_ignored(parser))
        parser->sub = (uint16_t)fluxo_begin_value(steer);
    parser->remaining = 0;
}

static int is_target_check(const struct fluxo_parser *parser)
{
    return parser->line == LINE_REQUEST || parser->steer == STEER_HOST;
}

static enum fluxo_error_code name_value_error(const struct fluxo_parser *parser)
{
    if (parser->line == LINE_REQUEST)
        return FLUXO_ERR_TARGET;
    if (parser->steer == STEER_HOST)
        return FLUXO_ERR_HOST;
    if (parser->steer == STEER_CONTENT_LENGTH)
        return FLUXO_ERR_CONTENT_LENGTH;
    return FLUXO_ERR_TRANSFER_ENCODING; /* the others are read leniently: nothing in them is refused */
}

static const unsigned char *run_check(struct run *run, const unsigned char *p, const unsigned char *pe,
                                      const unsigned char *eof)
{
    return is_target_check(run->parser) ? fluxo_run_target(run, p, pe, eof) : fluxo_run_value(run, p, pe, eof);
}

static int is_check_final(const struct fluxo_parser *parser)
{
    return is_target_check(parser) ? fluxo_target_is_final(parser) : fluxo_value_is_final(parser);
}

/* Runs the open value's machine over what it has not seen, up to `to`. Returns 0 after a refusal. */
int fluxo_check_value(struct run *run, int32_t to)
{
    struct fluxo_parser *parser = run->parser;
    const unsigned char *p = run->bytes + run->checked, *pe = run->bytes + to;

    if (parser->part != PART_VALUE || !parser->sub || run->checked >= to)
        return !run->error;
    run->rests = 0;
    p = run_check(run, p, pe, NULL);
    run->checked = to;
    if (!parser->sub)
        fluxo_refuse(run, name_value_error(parser), place(run, p));
    return !run->error;
}

/* What is noted of an authority, in the parser's `remaining`, which a head does not need. */
enum {
    AUTHORITY_SEEN = 1 << 20,
    HOST_SEEN = 1 << 21,
    COLON_SEEN = 1 << 22,
    PORT_SEEN = 1 << 23,
    PORT_MASK = (1 << 20) - 1,
    PORT_MOST = 65535
};

void fluxo_see_authority(struct run *run)
{
    run->parser->remaining |= AUTHORITY_SEEN;
}

void fluxo_see_host(struct run *run)
{
    run->parser->remaining |= HOST_SEEN;
}

void fluxo_see_colon(struct run *run)
{
    run->parser->remaining |= COLON_SEEN;
}

void fluxo_add_port_digit(struct run *run, const unsigned char *p)
{
    uint64_t noted = run->parser->remaining;
    uint64_t port = (noted & PORT_MASK) * 10 + (uint64_t)(*p - '0');

    if (port > PORT_MOST)
        port = PORT_MOST + 1;
    run->parser->remaining = (noted & ~(uint64_t)PORT_MASK) | PORT_SEEN | port;
}

int fluxo_is_absolute_form(const struct run *run)
{
    return run->parser->line == LINE_REQUEST && run->parser->code != FLUXO_METHOD_CONNECT;
}

static int is_port_valid(const struct fluxo_parser *parser)
{
    uint64_t port = parser->remaining & PORT_MASK;

    return !(parser->remaining & PORT_SEEN) || (port > 0 && port <= PORT_MOST);
}

/* RFC 9112 3.2: which forms a method may have; RFC 9110 4.2.1 and 9.3.6: what an authority needs. */
static void judge_target(struct run *run)
{
    struct fluxo_parser *parser = run->parser;
    int32_t start = parser->name + parser->value_off;
    uint64_t noted = parser->remaining;

    if (run->options->relax & FLUXO_RELAX_ANY_AUTHORITY)
        return;
    if (parser->code == FLUXO_METHOD_CONNECT && (!(noted & HOST_SEEN) || !(noted & PORT_SEEN) || !is_port_valid(parser)))
        fluxo_refuse(run, FLUXO_ERR_TARGET_CONNECT, start);
    else if ((noted & AUTHORITY_SEEN) && (!(noted & HOST_SEEN) || !is_port_valid(parser)))
        fluxo_refuse(run, FLUXO_ERR_TARGET_AUTHORITY, start);
}

/* The port is for the host before it (RFC 9110 4.2.1); a Host that is empty altogether is valid (RFC 9112 3.2). */
static void judge_host(struct run *run)
{
    struct fluxo_parser *parser = run->parser;
    uint64_t noted = parser->remaining;

    if (!is_port_valid(parser) || (noted && !(noted & HOST_SEEN)))
        fluxo_refuse_value(run, FLUXO_ERR_HOST);
}

/* At the end of a value. */
void fluxo_judge_value(struct run *run, int32_t to)
{
    struct fluxo_parser *parser = run->parser;
    const unsigned char *end = run->bytes + to;

    fluxo_check_value(run, to);
    if (!parser->sub)
        return;
    run_check(run, end, end, end);
    if (!is_check_final(parser))
        fluxo_refuse(run, name_value_error(parser), to);
    else if (parser->line == LINE_REQUEST)
        judge_target(run);
    else if (parser->steer == STEER_HOST)
        judge_host(run);
}

void fluxo_add_length_digit(struct run *run, const unsigned char *p)
{
    uint64_t digit = (uint64_t)(*p - '0');

    if (run->parser->remaining > (INT64_MAX - digit) / 10)
        fluxo_refuse(run, FLUXO_ERR_CONTENT_LENGTH_OVERFLOW, place(run, p));
    else
        run->parser->remaining = run->parser->remaining * 10 + digit;
}

/* Another length of the same value comes here only when it is let pass. */
void fluxo_end_length(struct run *run)
{
    struct fluxo_parser *parser = run->parser;

    if (parser->length_seen && parser->length != parser->remaining)
        fluxo_refuse_value(run, FLUXO_ERR_CONTENT_LENGTH_REPEATED);
    parser->length = parser->remaining;
    parser->length_seen = 1;
    parser->remaining = 0;
}

/* RFC 9112 6.1: chunked at most once; in a request nothing after it, which is refused as soon as it is seen. */
void fluxo_see_coding(struct run *run, enum coding coding)
{
    struct fluxo_parser *parser = run->parser;
    int after_chunked = parser->coding >= CODING_CHUNKED_LAST;

    if (after_chunked && (coding == CODING_CHUNKED_LAST || !parser->response))
        fluxo_refuse_value(run, FLUXO_ERR_CHUNKED_NOT_LAST);
    else
        parser->coding = (after_chunked ? CODING_CHUNKED_EARLIER : coding) & 3;
}

void fluxo_see_unknown_coding(struct run *run)
{
    if (run->parser->response)
        fluxo_see_coding(run, CODING_OTHER);
    else
        fluxo_refuse_value(run, FLUXO_ERR_TRANSFER_CODING_UNKNOWN);
}
