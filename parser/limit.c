/* SPDX-License-Identifier: MIT */
/*
 * How far a machine may go on, and what is said when it may not.
 *
 * How this works: a limit is a bound on the bytes that a machine is given, so it stops there by itself, and at the same byte
 * whether they came in one piece or in many.
 */

#include "machine.h"

#define WHERE(line, part) ((line) << 2 | (part))

int64_t fluxo_token_bound(const struct fluxo_parser *parser)
{
    const struct fluxo_limits *limits = &parser->options->limits;
    int64_t name = parser->name;

    switch (WHERE(parser->line, parser->part)) {
    case WHERE(LINE_REQUEST, PART_NAME):
        return name + limits->method;
    case WHERE(LINE_REQUEST, PART_GAP): /* more blanks than an event's gap counts */
        return name + UINT16_MAX;
    case WHERE(LINE_REQUEST, PART_VALUE):
        return name + parser->value_off + limits->target;
    case WHERE(LINE_FIELD, PART_NAME):
        return name + (limits->field_name < limits->field_line ? limits->field_name : limits->field_line);
    case WHERE(LINE_FIELD, PART_GAP):
    case WHERE(LINE_FIELD, PART_VALUE):
        return name + limits->field_line;
    case WHERE(LINE_CHUNK, PART_VALUE):
        return (int64_t)parser->section + limits->extensions;
    default:
        return INT64_MAX;
    }
}

static enum fluxo_error_code name_token_error(const struct run *run)
{
    const struct fluxo_limits *limits = &run->options->limits;

    switch (WHERE(run->parser->line, run->parser->part)) {
    case WHERE(LINE_REQUEST, PART_NAME):
        return FLUXO_ERR_METHOD_LIMIT;
    case WHERE(LINE_REQUEST, PART_GAP):
    case WHERE(LINE_REQUEST, PART_VALUE):
        return FLUXO_ERR_TARGET_LIMIT;
    case WHERE(LINE_FIELD, PART_NAME):
        return limits->field_name < limits->field_line ? FLUXO_ERR_FIELD_NAME_LIMIT : FLUXO_ERR_FIELD_LINE_LIMIT;
    case WHERE(LINE_CHUNK, PART_VALUE):
        return FLUXO_ERR_EXTENSIONS_LIMIT;
    default:
        return FLUXO_ERR_FIELD_LINE_LIMIT;
    }
}

/* The machine reads one byte beyond a token's limit: when that ends the token, or cannot stand there, the token is not too
 * long. */
static void find_reach(struct run *run)
{
    run->token = fluxo_token_bound(run->parser);
    run->reach = run->token < run->bound ? (int32_t)run->token + 1 : run->bound;
}

void fluxo_begin_bound(struct run *run)
{
    fluxo_bound_section(run);
    find_reach(run);
}

enum fluxo_error_code fluxo_find_excess(const struct run *run, int32_t *at)
{
    if (run->token < run->at) {
        *at = (int32_t)run->token;
        return name_token_error(run);
    }
    *at = run->at;
    return run->parser->phase == PHASE_TRAILER ? FLUXO_ERR_TRAILERS_LIMIT : FLUXO_ERR_HEAD_LIMIT;
}

/* What goes on at `p` is within its limits there, so its bound lies behind `p`. */
fluxo_reach fluxo_go_on(struct run *run, const unsigned char *p)
{
    if (run->stop)
        return p + 1;
    find_reach(run);
    return run->bytes + run->reach;
}

/* ---- Refusing ---- */

void fluxo_refuse(struct run *run, enum fluxo_error_code code, int32_t at)
{
    run->stop = 1;
    if (run->error)
        return;
    run->error = (uint8_t)code;
    run->error_at = at;
}

fluxo_reach fluxo_stop(struct run *run, enum fluxo_error_code code, const unsigned char *p)
{
    fluxo_refuse(run, code, place(run, p));
    return p + 1;
}

fluxo_reach fluxo_require(struct run *run, const unsigned char *p, fluxo_reach pe, uint32_t bit, enum fluxo_error_code code)
{
    if (!(run->options->relax & bit))
        fluxo_fail(run, p, code);
    return run->stop ? p + 1 : pe;
}

fluxo_reach fluxo_require_in_value(struct run *run, const unsigned char *p, fluxo_reach pe, uint32_t bit,
                                   enum fluxo_error_code code)
{
    if (!(run->options->relax & bit))
        fluxo_refuse(run, code, place(run, p));
    return run->stop ? p + 1 : pe;
}

fluxo_reach fluxo_require_spaces(struct run *run, const unsigned char *p, fluxo_reach pe)
{
    enum fluxo_error_code code = FLUXO_ERR_STATUS_CODE;

    if (run->parser->line == LINE_REQUEST)
        code = run->parser->part == PART_GAP ? FLUXO_ERR_TARGET : FLUXO_ERR_HTTP_VERSION;
    return fluxo_require(run, p, pe, FLUXO_RELAX_START_LINE_SPACES, code);
}

/* RFC 9112 5.1: never in a request. */
fluxo_reach fluxo_require_space_before_colon(struct run *run, const unsigned char *p, fluxo_reach pe)
{
    uint32_t bit = run->parser->response ? FLUXO_RELAX_SPACE_BEFORE_COLON : 0;

    return fluxo_require(run, p, pe, bit, FLUXO_ERR_SPACE_BEFORE_COLON);
}

/* What a field that steers the parser may never have. */
fluxo_reach fluxo_require_unless_steering(struct run *run, const unsigned char *p, fluxo_reach pe, uint32_t bit,
                                          enum fluxo_error_code code)
{
    return fluxo_require(run, p, pe, run->parser->steer == STEER_NONE ? bit : 0, code);
}

void fluxo_fail(struct run *run, const unsigned char *p, enum fluxo_error_code code)
{
    fluxo_check_value(run, place(run, p));
    fluxo_refuse(run, code, place(run, p));
}

/* LF alone never ends a chunk line. Where it may end a line, this is not its end. */
void fluxo_fail_line(struct run *run, const unsigned char *p, enum fluxo_error_code code)
{
    int ends_lines = run->parser->line == LINE_REQUEST && (run->options->relax & FLUXO_RELAX_BARE_LF);

    fluxo_fail(run, p, *p == '\n' && !ends_lines ? FLUXO_ERR_LF_WITHOUT_CR : code);
}

/* Blanks behind a name, and before a line that follows a field line, have guards of their own. */
void fluxo_fail_name(struct run *run, const unsigned char *p)
{
    fluxo_fail(run, p, is_blank(*p) ? FLUXO_ERR_SPACE_BEFORE_FIELDS : FLUXO_ERR_FIELD_NAME);
}

void fluxo_refuse_value(struct run *run, enum fluxo_error_code code)
{
    fluxo_refuse(run, code, run->parser->name + run->parser->value_off);
}
