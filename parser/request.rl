/* SPDX-License-Identifier: MIT */
/* RFC 9112 3: the head of a request, once more, with what is to be done. The request-target is target.rl's. */

#include "generated.h"

%%{
    machine fluxo_request;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";
    include fluxo_field "field.rl";

    action count_empty_line { pe = fluxo_count_empty_line(run, p); }
    action mark_method      { pe = fluxo_mark_method(run, p); }
    action end_method       { pe = fluxo_end_method(run, p); }
    action mark_target      { pe = fluxo_mark_target(run, p); }
    action end_target       { pe = fluxo_end_target(run, p); }
    action mark_major       { pe = fluxo_mark_major(run, p); }
    action mark_minor       { fluxo_mark_minor(run, p); }
    action emit_head        { pe = fluxo_emit_head(run, p); }

    action fail_method       { fluxo_fail(run, p, FLUXO_ERR_METHOD); }
    action fail_target       { fluxo_fail(run, p, FLUXO_ERR_TARGET); }
    action fail_HTTP_version { fluxo_fail_line(run, p, FLUXO_ERR_HTTP_VERSION); }

    # what stands between the spaces; target.rl says whether it is a request-target
    target_octet = VCHAR | obs_text;

    the_method         = method >mark_method %end_method $!fail_method;
    the_request_target = target_octet+ >mark_target %end_target $!fail_target;
    the_HTTP_version   = ( HTTP_name "/" DIGIT @mark_major "." DIGIT @mark_minor relaxed_start_line_spaces? ) $!fail_HTTP_version;
    the_SP             = SP relaxed_start_line_spaces?;
    the_request_line   = the_method the_SP the_request_target the_SP the_HTTP_version;
    the_empty_lines    = ( the_CRLF >count_empty_line )*;

    main := the_empty_lines the_request_line the_CRLF @emit_line the_field_lines the_CRLF @emit_head;

    write data noerror nofinal;
}%%

const uint8_t fluxo_request_states[LINE_STATES] = {fluxo_request_start, fluxo_request_en_main_the_field_lines_lines, fluxo_request_en_main_the_field_lines_lines_next};

const unsigned char *fluxo_run_request(struct run *run, const unsigned char *p, const unsigned char *pe)
{
    const unsigned char *const eof = NULL; /* a call's last byte is not the last of the connection */
    int cs = run->parser->state;
    %% write exec;
    run->parser->state = (uint8_t)cs;
    return p;
}
