# SPDX-License-Identifier: MIT
#
# RFC 3986, Uniform Resource Identifier: Generic Syntax. Syntax only. In the order of the RFC, but for rules made of later ones:
# Ragel wants a name before its use.

%%{
    machine rfc3986;
    include rfc5234 "grammar/rfc5234.rl";

    # 2.1 Percent-encoding
    pct_encoded = "%" HEXDIG HEXDIG;

    # 2.2 Reserved characters
    gen_delims = ":" | "/" | "?" | "#" | "[" | "]" | "@";
    sub_delims = "!" | "$" | "&" | "'" | "(" | ")" | "*" | "+" | "," | ";" | "=";
    reserved   = gen_delims | sub_delims;

    # 2.3 Unreserved characters
    unreserved = ALPHA | DIGIT | "-" | "." | "_" | "~";

    # 3.1 Scheme
    scheme = ALPHA ( ALPHA | DIGIT | "+" | "-" | "." )*;

    # 3.2.1 User information
    userinfo = ( unreserved | pct_encoded | sub_delims | ":" )*;

    # 3.2.2 Host
    dec_octet   = DIGIT                 # 0-9
                | 0x31..0x39 DIGIT      # 10-99
                | "1" DIGIT{2}          # 100-199
                | "2" 0x30..0x34 DIGIT  # 200-249
                | "25" 0x30..0x35;      # 250-255
    IPv4address = dec_octet "." dec_octet "." dec_octet "." dec_octet;
    h16         = HEXDIG{1,4};
    ls32        = ( h16 ":" h16 ) | IPv4address;
    IPv6address =                              ( h16 ":" ){6} ls32
                |                         "::" ( h16 ":" ){5} ls32
                | (                 h16 )? "::" ( h16 ":" ){4} ls32
                | ( ( h16 ":" ){,1} h16 )? "::" ( h16 ":" ){3} ls32
                | ( ( h16 ":" ){,2} h16 )? "::" ( h16 ":" ){2} ls32
                | ( ( h16 ":" ){,3} h16 )? "::"   h16 ":"      ls32
                | ( ( h16 ":" ){,4} h16 )? "::"                ls32
                | ( ( h16 ":" ){,5} h16 )? "::"                h16
                | ( ( h16 ":" ){,6} h16 )? "::";
    IPvFuture   = "v"i HEXDIG+ "." ( unreserved | sub_delims | ":" )+;
    IP_literal  = "[" ( IPv6address | IPvFuture ) "]";
    reg_name    = ( unreserved | pct_encoded | sub_delims )*;
    host        = IP_literal | IPv4address | reg_name;

    # 3.2.3 Port
    port = DIGIT*;

    # 3.2 Authority
    authority = ( userinfo "@" )? host ( ":" port )?;

    # 3.3 Path
    pchar         = unreserved | pct_encoded | sub_delims | ":" | "@";
    segment       = pchar*;
    segment_nz    = pchar+;
    segment_nz_nc = ( unreserved | pct_encoded | sub_delims | "@" )+;
    path_abempty  = ( "/" segment )*;
    path_absolute = "/" ( segment_nz ( "/" segment )* )?;
    path_noscheme = segment_nz_nc ( "/" segment )*;
    path_rootless = segment_nz ( "/" segment )*;
    path_empty    = "";
    path          = path_abempty
                  | path_absolute
                  | path_noscheme
                  | path_rootless
                  | path_empty;

    # 3.4 Query
    query = ( pchar | "/" | "?" )*;

    # 3.5 Fragment
    fragment = ( pchar | "/" | "?" )*;

    # 3 Syntax components
    hier_part = "//" authority path_abempty
              | path_absolute
              | path_rootless
              | path_empty;
    URI       = scheme ":" hier_part ( "?" query )? ( "#" fragment )?;

    # 4.2 Relative reference
    relative_part = "//" authority path_abempty
                  | path_absolute
                  | path_noscheme
                  | path_empty;
    relative_ref  = relative_part ( "?" query )? ( "#" fragment )?;

    # 4.1 URI reference
    URI_reference = URI | relative_ref;

    # 4.3 Absolute URI
    absolute_URI = scheme ":" hier_part ( "?" query )?;
}%%
