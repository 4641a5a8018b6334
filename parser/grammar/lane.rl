# SPDX-License-Identifier: MIT
#
# What the lane takes (lane.c), rule by rule: each is a part of the rule of the RFC that it stands for, which the proof shows; and
# that of lines and values the lane takes these and no others is shown by tests/lane.c.

%%{
    machine lane;
    include rfc9112 "grammar/rfc9112.rl";

    # RFC 9112 3: a method that has a number, but for CONNECT; origin-form
    lane_version      = "HTTP/1." ( "0" | "1" );
    lane_target       = "/" ( unreserved | sub_delims | ":" | "@" | "/" | "?" | "%" HEXDIG HEXDIG )*;
    lane_request_line = ( ALPHA | "-" )+ SP lane_target SP lane_version CRLF;

    # RFC 9112 4
    lane_status_line = lane_version SP "1".."5" DIGIT DIGIT SP reason_phrase? CRLF;

    # RFC 9112 5: one SP behind the colon, and no white space before the line's end
    lane_octet      = VCHAR | obs_text;
    lane_field_line = tchar+ ": " lane_octet ( ( HTAB | SP | lane_octet )* lane_octet )? CRLF;

    # the values of fields that steer the parser
    lane_host   = ( unreserved | sub_delims )+ ( ":" "1".."9" DIGIT{0,3} )?;
    lane_length = DIGIT{1,18};
    lane_coding = "chunked"i;
    lane_option = "close"i | "keep-alive"i | "upgrade"i;

    # RFC 9112 7.1: of the data one octet, as in chunked.rl
    lane_chunk = ( HEXDIG{1,8} - "0"+ ) CRLF OCTET CRLF;
}%%
