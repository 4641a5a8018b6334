# SPDX-License-Identifier: MIT
#
# RFC 9112, HTTP/1.1: messages. Syntax only.

%%{
    machine rfc9112;
    include rfc9110 "grammar/rfc9110.rl";

    # 2.3 HTTP version
    HTTP_name    = 0x48 0x54 0x54 0x50;
    HTTP_version = HTTP_name "/" DIGIT "." DIGIT;

    # 3.2 Request target
    origin_form    = absolute_path ( "?" query )?;
    absolute_form  = absolute_URI;
    authority_form = uri_host ":" port;
    asterisk_form  = "*";
    request_target = origin_form | absolute_form | authority_form | asterisk_form;

    # 3 Request line
    request_line = method SP request_target SP HTTP_version;

    # 4 Status line
    status_code   = DIGIT{3};
    reason_phrase = ( HTAB | SP | VCHAR | obs_text )+;
    status_line   = HTTP_version SP status_code SP reason_phrase?;

    # 5 Field syntax
    field_line = field_name ":" OWS field_value OWS;

    # 6.1 Transfer-Encoding (RFC 9110 10.1.4 for the codings)
    transfer_parameter = token BWS "=" BWS ( token | quoted_string );
    transfer_coding    = token ( OWS ";" OWS transfer_parameter )*;
    Transfer_Encoding  = ( transfer_coding ( OWS "," OWS transfer_coding )* )?;

    # 7.1 Chunked transfer coding
    chunk_size     = HEXDIG+;
    chunk_ext_name = token;
    chunk_ext_val  = token | quoted_string;
    chunk_ext      = ( BWS ";" BWS chunk_ext_name ( BWS "=" BWS chunk_ext_val )? )*;
    chunk_data     = OCTET+;
    last_chunk     = "0"+ chunk_ext? CRLF;
    chunk          = chunk_size chunk_ext? CRLF chunk_data CRLF;

    # 7.1.2 Trailer section
    trailer_section = ( field_line CRLF )*;
    chunked_body    = chunk* last_chunk trailer_section CRLF;

    # 2.1 Message format
    start_line   = request_line | status_line;
    message_body = OCTET*;
    HTTP_message = start_line CRLF ( field_line CRLF )* CRLF message_body?;
}%%
