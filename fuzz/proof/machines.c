/* SPDX-License-Identifier: MIT */
/*
 * What Frama-C's Eva runs: a machine, from whatever state, over any PROOF_LENGTH octets, from beside which it may read nothing.
 *
 * The actions are assumed to keep what machine.h says of them and no more: how far the machine may go on is beyond this byte
 * and not beyond the end. So nothing depends on what they decide.
 */
#include "machine.h"

#include "__fc_builtin.h"

static unsigned char bytes[PROOF_LENGTH];

static fluxo_reach choose_reach(const unsigned char *p)
{
    return bytes + Frama_C_interval((int)(p - (const unsigned char *)bytes) + 1, PROOF_LENGTH);
}

static fluxo_reach choose_stop(const unsigned char *p, fluxo_reach pe)
{
    return Frama_C_interval(0, 1) ? p + 1 : pe;
}

/* ---- Actions that say how far ---- */

#define REACH(name)                                                                                                            \
    fluxo_reach name(struct run *run, const unsigned char *p)                                                                  \
    {                                                                                                                          \
        return choose_reach(p);                                                                                                \
    }
REACH(fluxo_count_empty_line)
REACH(fluxo_mark_method)
REACH(fluxo_end_method)
REACH(fluxo_mark_target)
REACH(fluxo_end_target)
REACH(fluxo_mark_head)
REACH(fluxo_mark_major)
REACH(fluxo_mark_status)
REACH(fluxo_end_status)
REACH(fluxo_mark_reason)
REACH(fluxo_end_reason)
REACH(fluxo_emit_line)
REACH(fluxo_mark_name)
REACH(fluxo_end_name)
REACH(fluxo_mark_fold)
REACH(fluxo_mark_value)
REACH(fluxo_end_value)
REACH(fluxo_emit_head)
REACH(fluxo_mark_chunk_size)
REACH(fluxo_add_chunk_digit)
REACH(fluxo_end_chunk_size)
REACH(fluxo_mark_chunk_ext)
REACH(fluxo_end_chunk_ext)
REACH(fluxo_emit_chunk)
REACH(fluxo_emit_trailers)

fluxo_reach fluxo_require(struct run *run, const unsigned char *p, fluxo_reach pe, uint32_t bit, enum fluxo_error_code code)
{
    return choose_stop(p, pe);
}

fluxo_reach fluxo_require_in_value(struct run *run, const unsigned char *p, fluxo_reach pe, uint32_t bit,
                                   enum fluxo_error_code code)
{
    return choose_stop(p, pe);
}

fluxo_reach fluxo_require_spaces(struct run *run, const unsigned char *p, fluxo_reach pe)
{
    return choose_stop(p, pe);
}

fluxo_reach fluxo_require_space_before_colon(struct run *run, const unsigned char *p, fluxo_reach pe)
{
    return choose_stop(p, pe);
}

fluxo_reach fluxo_require_unless_steering(struct run *run, const unsigned char *p, fluxo_reach pe, uint32_t bit,
                                          enum fluxo_error_code code)
{
    return choose_stop(p, pe);
}

/* Of the octets before the reach it passes over those that the machine goes through without an action: where it comes to, the
   machine comes to. */
const unsigned char *fluxo_go_through_value(const struct run *run, const unsigned char *p, const unsigned char *end)
{
    return p;
}

const unsigned char *fluxo_pass_reg_name(struct run *run, const unsigned char *p, const unsigned char *end)
{
    return p;
}

/* ---- Actions that only remember, or read this byte ---- */

static volatile unsigned char remembered;

#define REMEMBER(name, ...)                                                                                                    \
    void name(__VA_ARGS__)                                                                                                     \
    {                                                                                                                          \
    }
#define REMEMBER_BYTE(name)                                                                                                    \
    void name(struct run *run, const unsigned char *p)                                                                         \
    {                                                                                                                          \
        remembered = *p;                                                                                                       \
    }
REMEMBER_BYTE(fluxo_mark_minor)
REMEMBER_BYTE(fluxo_add_status_digit)
REMEMBER_BYTE(fluxo_add_port_digit)
REMEMBER_BYTE(fluxo_add_length_digit)
REMEMBER(fluxo_see_authority, struct run *run)
REMEMBER(fluxo_see_host, struct run *run)
REMEMBER(fluxo_see_colon, struct run *run)
REMEMBER(fluxo_end_length, struct run *run)
REMEMBER(fluxo_see_coding, struct run *run, enum coding coding)
REMEMBER(fluxo_see_unknown_coding, struct run *run)
REMEMBER(fluxo_refuse_value, struct run *run, enum fluxo_error_code code)

void fluxo_fail(struct run *run, const unsigned char *p, enum fluxo_error_code code)
{
    remembered = *p;
}

void fluxo_fail_line(struct run *run, const unsigned char *p, enum fluxo_error_code code)
{
    remembered = *p;
}

REMEMBER_BYTE(fluxo_fail_name)

int fluxo_is_absolute_form(const struct run *run)
{
    return Frama_C_interval(0, 1);
}

/* ---- The machines: PROOF_STATE is the state's number; -1: any ---- */

static struct fluxo_parser parser;
static struct fluxo_options options;

static struct run begin(void)
{
    struct run run = {.parser = &parser, .options = &options, .bytes = bytes, .end = PROOF_LENGTH};

    parser.state = parser.sub = (uint16_t)(PROOF_STATE < 0 ? Frama_C_interval(0, UINT16_MAX) : PROOF_STATE);
    return run;
}

void prove_request(void)
{
    struct run run = begin();

    fluxo_run_request(&run, bytes, bytes + PROOF_LENGTH);
}

void prove_response(void)
{
    struct run run = begin();

    fluxo_run_response(&run, bytes, bytes + PROOF_LENGTH);
}

void prove_chunked(void)
{
    struct run run = begin();

    fluxo_run_chunked(&run, bytes, bytes + PROOF_LENGTH);
}

/* Of a value there may be nothing; and it goes on, or ends here. */
void prove_target(void)
{
    struct run run = begin();
    const unsigned char *end = Frama_C_interval(0, 1) ? bytes + PROOF_LENGTH : bytes;

    fluxo_run_target(&run, bytes, end, Frama_C_interval(0, 1) ? end : NULL);
}

void prove_value(void)
{
    struct run run = begin();
    const unsigned char *end = Frama_C_interval(0, 1) ? bytes + PROOF_LENGTH : bytes;

    fluxo_run_value(&run, bytes, end, Frama_C_interval(0, 1) ? end : NULL);
}
