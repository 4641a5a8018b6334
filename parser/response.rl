/* SPDX-License-Identifier: MIT */
/* RFC 9112 4: the head of a response, once more, with what is to be done. */

#include "generated.h"

%%{
    machine fluxo_response;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";
    include fluxo_field "field.rl";

    action mark_head        { pe = fluxo_mark_head(run, p); }
    action mark_major       { pe = fluxo_mark_major(run, p); }
    action mark_minor       { fluxo_mark_minor(run, p); }
    action mark_status      { pe = fluxo_mark_status(run, p); }
    action add_status_digit { fluxo_add_status_digit(run, p); }
    action end_status       { pe = fluxo_end_status(run, p); }
    action mark_reason      { pe = fluxo_mark_reason(run, p); }
    action end_reason       { pe = fluxo_end_reason(run, p); }
    action emit_head        { pe = fluxo_emit_head(run, p); }

    action fail_HTTP_version  { fluxo_fail(run, p, FLUXO_ERR_HTTP_VERSION); }
    action fail_status_code   { fluxo_fail(run, p, FLUXO_ERR_STATUS_CODE); }
    action fail_reason_phrase { fluxo_fail(run, p, FLUXO_ERR_REASON_PHRASE); }

    the_HTTP_version  = ( HTTP_name "/" DIGIT @mark_major "." DIGIT @mark_minor ) >mark_head $!fail_HTTP_version;
    the_status_code   = status_code >mark_status $add_status_digit %end_status $!fail_status_code;
    the_reason_phrase = ( reason_phrase >mark_reason )? %end_reason $!fail_reason_phrase;
    the_SP            = SP relaxed_start_line_spaces?;
    the_short_end     = the_CRLF & ( ( relaxed_status_end >end_reason ) any* );
    the_status_line   = the_HTTP_version the_SP the_status_code ( SP the_reason_phrase the_CRLF | the_short_end );

    main := the_status_line @emit_line the_field_lines the_CRLF @emit_head;

    write data noerror nofinal;
}%%

const uint8_t fluxo_response_states[LINE_STATES] = {fluxo_response_start, fluxo_response_en_main_the_field_lines_lines, fluxo_response_en_main_the_field_lines_lines_next};

const unsigned char *fluxo_run_response(struct run *run, const unsigned char *p, const unsigned char *pe)
{
    const unsigned char *const eof = NULL; /* a call's last byte is not the last of the connection */
    int cs = run->parser->state;
    %% write exec;
    run->parser->state = (uint8_t)cs;
    return p;
}
