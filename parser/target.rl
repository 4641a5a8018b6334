/* SPDX-License-Identifier: MIT */
/*
 * RFC 9112 3.2: the four forms of request-target, and the value of Host, which is the same authority.
 *
 * How this works: the method and the first byte choose the form. The authority stands here once, for absolute-form, CONNECT
 * and Host; only in absolute-form may a path or a query follow it, only in Host can white space. What is not regular (a host that
 * must not be empty, the number of a port) is noted on the way and judged at the end, in check.c.
 */

#include "generated.h"

%%{
    machine fluxo_target;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";
    include fluxo_require "require.rl";
    include relaxed "grammar/relaxed.rl";

    action pass_over       { p = fluxo_pass_reg_name(run, p, pe); }
    include fluxo_path "path.rl";

    action see_host        { fluxo_see_host(run); }
    action see_colon       { fluxo_see_colon(run); }
    action add_port_digit  { fluxo_add_port_digit(run, p); }
    action begin_authority { fluxo_see_authority(run); fgoto in_authority; }
    action begin_path      { fhold; fgoto in_path; }
    action require_absolute_form { if (!fluxo_is_absolute_form(run)) fgoto *fluxo_target_error; }

    # RFC 9110 4.2: of absolute-form only http and https, and 4.2.4: without userinfo
    the_scheme    = "http"i "s"i?;
    the_uri_host  = ( IP_literal | IPv4address | reg_name @pass_over ) $see_host; # nothing is relaxed there
    the_authority = the_uri_host ( ":" @see_colon ( port $add_port_digit ) )?;

    the_query     = "?" query_octets;
    the_path      = ( "/" path_octets )? the_query?;

    in_origin    := "/" path_octets the_query?;
    in_asterisk  := asterisk_form;
    in_absolute  := the_scheme "://" @begin_authority;
    in_authority := the_authority ( ( "/" | "?" ) >require_absolute_form @begin_path | OWS );
    in_path      := the_path;

    write data;
}%%


int fluxo_begin_target(const struct run *run, unsigned char first)
{
    if (run->parser->line != LINE_REQUEST || run->parser->code == FLUXO_METHOD_CONNECT)
        return fluxo_target_en_in_authority;
    if (first == '/')
        return fluxo_target_en_in_origin;
    return first == '*' ? fluxo_target_en_in_asterisk : fluxo_target_en_in_absolute;
}

int fluxo_target_is_final(const struct fluxo_parser *parser)
{
    return parser->sub >= fluxo_target_first_final;
}

const unsigned char *fluxo_run_target(struct run *run, const unsigned char *p, const unsigned char *pe, const unsigned char *eof)
{
    int cs = run->parser->sub;
    %% write exec;
    run->parser->sub = (uint16_t)cs;
    return p;
}
