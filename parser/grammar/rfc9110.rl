# SPDX-License-Identifier: MIT
#
# RFC 9110, HTTP Semantics: tokens, fields, and the values that RFC 9112 leans on. Syntax only.

%%{
    machine rfc9110;
    include rfc5234 "grammar/rfc5234.rl";
    include rfc3986 "grammar/rfc3986.rl";

    # 4.1 URI references
    uri_host      = host;
    absolute_path = ( "/" segment )+;

    # 5.6.2 Tokens
    tchar = "!" | "#" | "$" | "%" | "&" | "'" | "*" | "+" | "-" | "." | "^" | "_" | "`" | "|" | "~" | DIGIT | ALPHA;
    token = tchar+;

    # 5.6.3 White space
    OWS = ( SP | HTAB )*;
    BWS = OWS;

    # 5.5 Field values
    obs_text      = 0x80..0xFF;
    field_vchar   = VCHAR | obs_text;
    field_content = field_vchar ( ( SP | HTAB | field_vchar )+ field_vchar )?;
    field_value   = field_content*;

    # 5.1 Field names
    field_name = token;

    # 5.6.4 Quoted strings
    qdtext        = HTAB | SP | "!" | 0x23..0x5B | 0x5D..0x7E | obs_text;
    quoted_pair   = "\\" ( HTAB | SP | VCHAR | obs_text );
    quoted_string = DQUOTE ( qdtext | quoted_pair )* DQUOTE;

    # 7.2 Host
    Host = uri_host ( ":" port )?;

    # 8.6 Content-Length
    Content_Length = DIGIT+;

    # 9.1 Methods
    method = token;
}%%
