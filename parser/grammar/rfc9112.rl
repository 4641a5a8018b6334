# SPDX-License-Identifier: MIT
#
# RFC 9112, HTTP/1.1: messages. Syntax only. In the order of the RFC, but for rules made of later ones: Ragel wants a name before
# its use.

%%{
    machine rfc9112;
    include rfc9110 "grammar/rfc9110.rl";

    # 2.3 HTTP version
    HTTP_name    = 0x48 0x54 0x54 0x50;
    HTTP_version = HTTP_name "/" DIGIT "." DIGIT;

    # 3.1 Method: RFC 9110 9.1

    # 3.2.1 origin-form
    origin_form = absolute_path ( "?" query )?;

    # 3.2.2 absolute-form
    absolute_form = absolute_URI;

    # 3.2.3 authority-form
    authority_form = uri_host ":" port;

    # 3.2.4 asterisk-form
    asterisk_form = "*";

    # 3.2 Request target
    request_target = origin_form | absolute_form | authority_form | asterisk_form;

    # 3 Request line
    request_line = method SP request_target SP HTTP_version;

    # 4 Status line
    status_code   = DIGIT{3};
    reason_phrase = ( HTAB | SP | VCHAR | obs_text )+;
    status_line   = HTTP_version SP status_code SP reason_phrase?;

    # 5 Field syntax
    field_line = field_name ":" OWS field_value OWS;

    # 5.2 Obsolete line folding
    obs_fold = OWS CRLF RWS;

    # 6 Message body
    message_body = OCTET*;

    # 6.1 Transfer-Encoding; the codings are RFC 9110 10.1.4
    Transfer_Encoding = ( transfer_coding ( OWS "," OWS transfer_coding )* )?;

    # 7.1.1 Chunk extensions
    chunk_ext_name = token;
    chunk_ext_val  = token | quoted_string;
    chunk_ext      = ( BWS ";" BWS chunk_ext_name ( BWS "=" BWS chunk_ext_val )? )*;

    # 7.1.2 Chunked trailer section
    trailer_section = ( field_line CRLF )*;

    # 7.1 Chunked transfer coding
    chunk_size   = HEXDIG+;
    chunk_data   = OCTET+;
    chunk        = chunk_size chunk_ext? CRLF chunk_data CRLF;
    last_chunk   = "0"+ chunk_ext? CRLF;
    chunked_body = chunk* last_chunk trailer_section CRLF;

    # 2.1 Message format
    start_line   = request_line | status_line;
    HTTP_message = start_line CRLF ( field_line CRLF )* CRLF message_body?;
}%%
