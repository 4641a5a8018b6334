# SPDX-License-Identifier: MIT
#
# RFC 9110, HTTP Semantics: tokens, fields, and the values that frame a message or steer its connection. Syntax only. In the
# order of the RFC, but for rules made of later ones: Ragel wants a name before its use. `comment` (5.6.5) nests, which no machine
# without a stack can read.

%%{
    machine rfc9110;
    include rfc5234 "grammar/rfc5234.rl";
    include rfc3986 "grammar/rfc3986.rl";

    # 5.6.2 Tokens
    tchar = "!" | "#" | "$" | "%" | "&" | "'" | "*" | "+" | "-" | "." | "^" | "_" | "`" | "|" | "~" | DIGIT | ALPHA;
    token = tchar+;

    # 4.1 URI references; the others are RFC 3986's
    uri_host      = host;
    absolute_path = ( "/" segment )+;
    partial_URI   = relative_part ( "?" query )?;

    # 4.2.1, 4.2.2 http and https URI schemes
    http_URI  = "http://"i authority path_abempty ( "?" query )?;
    https_URI = "https://"i authority path_abempty ( "?" query )?;

    # 5.1 Field names
    field_name = token;

    # 5.5 Field values
    obs_text      = 0x80..0xFF;
    field_vchar   = VCHAR | obs_text;
    field_content = field_vchar ( ( SP | HTAB | field_vchar )+ field_vchar )?;
    field_value   = field_content*;

    # 5.6.3 White space
    OWS = ( SP | HTAB )*;
    RWS = ( SP | HTAB )+;
    BWS = OWS;

    # 5.6.4 Quoted strings
    qdtext        = HTAB | SP | "!" | 0x23..0x5B | 0x5D..0x7E | obs_text;
    quoted_pair   = "\\" ( HTAB | SP | VCHAR | obs_text );
    quoted_string = DQUOTE ( qdtext | quoted_pair )* DQUOTE;

    # 5.6.5 Comments
    ctext = HTAB | SP | 0x21..0x27 | 0x2A..0x5B | 0x5D..0x7E | obs_text;

    # 5.6.6 Parameters
    parameter_name  = token;
    parameter_value = token | quoted_string;
    parameter       = parameter_name "=" parameter_value;
    parameters      = ( OWS ";" OWS parameter? )*;

    # 5.6.7 Date/time formats: case-sensitive, all of them
    day_name     = "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun";
    day          = DIGIT{2};
    month        = "Jan" | "Feb" | "Mar" | "Apr" | "May" | "Jun" | "Jul" | "Aug" | "Sep" | "Oct" | "Nov" | "Dec";
    year         = DIGIT{4};
    date1        = day SP month SP year;
    GMT          = "GMT";
    hour         = DIGIT{2};
    minute       = DIGIT{2};
    second       = DIGIT{2};
    time_of_day  = hour ":" minute ":" second;
    IMF_fixdate  = day_name "," SP date1 SP time_of_day SP GMT;
    date2        = day "-" month "-" DIGIT{2};
    day_name_l   = "Monday" | "Tuesday" | "Wednesday" | "Thursday" | "Friday" | "Saturday" | "Sunday";
    rfc850_date  = day_name_l "," SP date2 SP time_of_day SP GMT;
    date3        = month SP ( DIGIT{2} | ( SP DIGIT ) );
    asctime_date = day_name SP date3 SP time_of_day SP year;
    obs_date     = rfc850_date | asctime_date;
    HTTP_date    = IMF_fixdate | obs_date;

    # 6.6.2 Trailer
    Trailer = ( field_name ( OWS "," OWS field_name )* )?;

    # 7.2 Host
    Host = uri_host ( ":" port )?;

    # 7.6.1 Connection
    connection_option = token;
    Connection        = ( connection_option ( OWS "," OWS connection_option )* )?;

    # 7.8 Upgrade
    protocol_name    = token;
    protocol_version = token;
    protocol         = protocol_name ( "/" protocol_version )?;
    Upgrade          = ( protocol ( OWS "," OWS protocol )* )?;

    # 8.3.1 Media type
    type       = token;
    subtype    = token;
    media_type = type "/" subtype parameters;

    # 8.3 Content-Type
    Content_Type = media_type;

    # 8.4.1 Content codings
    content_coding = token;

    # 8.4 Content-Encoding
    Content_Encoding = ( content_coding ( OWS "," OWS content_coding )* )?;

    # 8.6 Content-Length
    Content_Length = DIGIT+;

    # 9.1 Methods
    method = token;

    # 10.1.1 Expect
    expectation = token ( "=" ( token | quoted_string ) parameters )?;
    Expect      = ( expectation ( OWS "," OWS expectation )* )?;

    # 12.4.2 Quality values
    qvalue = ( "0" ( "." DIGIT{,3} )? ) | ( "1" ( "." "0"{,3} )? );
    weight = OWS ";" OWS "q="i qvalue;

    # 10.1.4 TE
    transfer_parameter = token BWS "=" BWS ( token | quoted_string );
    transfer_coding    = token ( OWS ";" OWS transfer_parameter )*;
    t_codings          = "trailers"i | ( transfer_coding weight? );
    TE                 = ( t_codings ( OWS "," OWS t_codings )* )?;

    # 12.5.1 Accept
    media_range = ( "*/*" | ( type "/*" ) | ( type "/" subtype ) ) parameters;
    Accept      = ( ( media_range weight? ) ( OWS "," OWS ( media_range weight? ) )* )?;

    # 12.5.3 Accept-Encoding
    codings         = content_coding | "identity"i | "*";
    Accept_Encoding = ( ( codings weight? ) ( OWS "," OWS ( codings weight? ) )* )?;
}%%
