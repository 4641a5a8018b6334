/* SPDX-License-Identifier: MIT */
/*
 * RFC 9110 5.1, 5.5: what a field line is made of, for who writes one: the rules of the grammar as they stand, with nothing to do.
 * The message machines read the same rules, so what these accept is a name, or a value, to them.
 */

#include "line.h"

#include "tables.h"

%%{
    machine fluxo_line;
    alphtype unsigned char;
    include rfc9110 "grammar/rfc9110.rl";

    in_name  := field_name;
    in_value := field_value;

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
