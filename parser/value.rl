/* SPDX-License-Identifier: MIT */
/*
 * The field values that steer the parser, but for Host (target.rl), each from its first byte that is no white space to the
 * line's end. Content-Length and Transfer-Encoding are RFC 9112's grammar and refuse what does not fit. Connection and
 * Expect are lists in which only some members matter here; what else stands in them is passed over.
 */

#include "generated.h"

%%{
    machine fluxo_value;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";
    include fluxo_require "require.rl";
    include relaxed "grammar/relaxed.rl";

    action end_length           { fluxo_end_length(run); }
    action add_length_digit     { fluxo_add_length_digit(run, p); }
    action see_chunked          { fluxo_see_coding(run, CODING_CHUNKED_LAST); }
    action see_known_coding     { fluxo_see_coding(run, CODING_OTHER); }
    action see_unknown_coding   { fluxo_see_unknown_coding(run); }
    action refuse_identity      { fluxo_refuse_value(run, FLUXO_ERR_TRANSFER_CODING_UNKNOWN); }
    action refuse_parameter     { fluxo_refuse_value(run, FLUXO_ERR_TRANSFER_CODING_PARAMETER); }
    action see_close            { run->parser->close = 1; }
    action see_keep_alive       { run->parser->keep_alive = 1; }
    action see_upgrade          { run->parser->upgrade_option = 1; }
    action see_100_continue     { run->parser->expect_continue = 1; }

    # RFC 9110 8.6
    the_length     = ( Content_Length $add_length_digit ) %end_length;
    content_length := the_length ( relaxed_length_list the_length )* OWS;

    # RFC 9112 6.1, 7.2, 7.3: chunked and the compression codings define no parameters; identity is no longer one
    chunked             = "chunked"i;
    compression         = "compress"i | "deflate"i | "gzip"i | "x-compress"i | "x-gzip"i;
    identity            = "identity"i;
    transfer_parameters = ( OWS ";" OWS transfer_parameter )*;
    refused_parameters  = ( OWS ( ";" @refuse_parameter ) OWS transfer_parameter )*;
    the_coding = ( chunked %see_chunked | compression %see_known_coding ) refused_parameters
               | identity %refuse_identity transfer_parameters
               | ( token - chunked - compression - identity ) %see_unknown_coding transfer_parameters;
    transfer_encoding := the_coding ( OWS "," OWS the_coding )* OWS;

    # RFC 9110 5.6.1: members between commas, with white space around them
    field_octet = HTAB | SP | field_vchar;
    passed_over = ( field_octet - "," )*;

    # RFC 9110 7.6.1
    close      = OWS "close"i OWS;
    keep_alive = OWS "keep-alive"i OWS;
    upgrade    = OWS "upgrade"i OWS;
    option     = close %see_close | keep_alive %see_keep_alive | upgrade %see_upgrade
               | ( passed_over - close - keep_alive - upgrade );
    connection := option ( "," option )*;

    # RFC 9110 10.1.1: what another expectation quotes is its own; a quote that is not closed is all the rest
    in_quotes       = ( field_octet - DQUOTE - "\\" | "\\" field_octet )*;
    unclosed        = DQUOTE in_quotes "\\"?;
    passed_quotes   = ( field_octet - "," - DQUOTE | DQUOTE in_quotes DQUOTE )*;
    continue_100    = OWS "100-continue"i OWS;
    the_expectation = continue_100 %see_100_continue | ( passed_quotes - continue_100 );
    expect := the_expectation ( "," the_expectation )* | ( the_expectation "," )* passed_quotes unclosed;

    write data noerror;
}%%

int fluxo_begin_value(enum steer steer)
{
    switch (steer) {
    case STEER_CONTENT_LENGTH:
        return fluxo_value_en_content_length;
    case STEER_TRANSFER_ENCODING:
        return fluxo_value_en_transfer_encoding;
    case STEER_CONNECTION:
        return fluxo_value_en_connection;
    case STEER_EXPECT:
        return fluxo_value_en_expect;
    default:
        return 0;
    }
}

int fluxo_value_is_final(const struct fluxo_parser *parser)
{
    return parser->sub >= fluxo_value_first_final;
}

const unsigned char *fluxo_run_value(struct run *run, const unsigned char *p, const unsigned char *pe, const unsigned char *eof)
{
    int cs = run->parser->sub;
    %% write exec;
    run->parser->sub = (uint16_t)cs;
    return p;
}
