/* SPDX-License-Identifier: MIT */
/*
 * RFC 9110 5.1, 5.5 and RFC 9112 4: what lines are made of, for who writes them: the rules of the grammar as they stand, with
 * nothing to do. The message machines read the same rules, so what these accept is a name, a value, a reason to them.
 */

#include "line.h"

#include "tables.h"

%%{
    machine fluxo_line;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";

    in_name   := field_name;
    in_value  := field_value;
    in_reason := reason_phrase;

    write data noerror;
}%%

static int is_all(int cs, struct fluxo_span span)
{
    const unsigned char *p = (const unsigned char *)span.start, *pe = p + span.length;
    %% write exec;
    return cs >= fluxo_line_first_final;
}

int fluxo_is_field_name(struct fluxo_span span)
{
    return is_all(fluxo_line_en_in_name, span);
}

int fluxo_is_field_value(struct fluxo_span span)
{
    return is_all(fluxo_line_en_in_value, span);
}

int fluxo_is_reason_phrase(struct fluxo_span span)
{
    return is_all(fluxo_line_en_in_reason, span);
}
