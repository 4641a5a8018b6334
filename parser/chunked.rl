/* SPDX-License-Identifier: MIT */
/*
 * RFC 9112 7.1: the chunked transfer coding, once more, with what is to be done. Chunk-data is one octet here: the machine
 * stops after a chunk line, C counts the octets, and the machine reads the last of them.
 */

#include "generated.h"

%%{
    machine fluxo_chunked;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";
    include fluxo_field "field.rl";

    action mark_chunk_size { pe = fluxo_mark_chunk_size(run, p); }
    action add_chunk_digit { pe = fluxo_add_chunk_digit(run, p); }
    action end_chunk_size  { pe = fluxo_end_chunk_size(run, p); }
    action mark_chunk_ext  { pe = fluxo_mark_chunk_ext(run, p); }
    action end_chunk_ext   { pe = fluxo_end_chunk_ext(run, p); }
    action emit_chunk      { pe = fluxo_emit_chunk(run, p); }
    action emit_trailers   { pe = fluxo_emit_trailers(run, p); }

    action fail_chunk_size     { fluxo_fail_line(run, p, FLUXO_ERR_CHUNK_SIZE); }
    action fail_chunk_ext      { fluxo_fail_line(run, p, FLUXO_ERR_CHUNK_EXT); }
    action fail_chunk_data_end { fluxo_fail(run, p, FLUXO_ERR_CHUNK_DATA_END); }

    zero = "0"+;

    # "0" may begin both a chunk and the last one: there mark and digit are told twice, which changes nothing.
    the_chunk_size = chunk_size >mark_chunk_size $add_chunk_digit %end_chunk_size $!fail_chunk_size;
    the_chunk_ext  = ( ( chunk_ext - "" ) >mark_chunk_ext )? %end_chunk_ext $!fail_chunk_ext;
    the_line_end   = CR ( LF >!fail_LF );
    the_data_end   = CRLF @!fail_chunk_data_end;
    the_chunk      = ( the_chunk_size - zero ) the_chunk_ext the_line_end @emit_chunk OCTET the_data_end;
    the_last_chunk = ( the_chunk_size & zero ) the_chunk_ext the_line_end @emit_chunk;

    main := the_chunk* the_last_chunk the_field_lines the_CRLF @emit_trailers;

    write data noerror nofinal noentry;
}%%

const uint8_t fluxo_chunked_state = fluxo_chunked_start;

const unsigned char *fluxo_run_chunked(struct run *run, const unsigned char *p, const unsigned char *pe)
{
    const unsigned char *const eof = NULL; /* a call's last byte is not the last of the connection */
    int cs = run->parser->state;
    %% write exec;
    run->parser->state = (uint8_t)cs;
    return p;
}
