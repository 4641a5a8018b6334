# SPDX-License-Identifier: MIT
#
# Every leniency, one rule each; nothing else in the grammar is lenient. Each hangs an action require_* on its bytes, which
# refuses them unless the bit is set: fluxo/relax.def says what it lets pass, who needs it, and what attack it opens. With a
# rule empty, the machine that uses it reads the language of the RFC.

%%{
    machine relaxed;

    # RFC 3986 2: what browsers leave raw in a path or a query
    relaxed_raw_target      = ( '"' | "<" | ">" | "\\" | "^" | "`" | "{" | "|" | "}" ) >require_raw_target;
    relaxed_raw_query       = ( "[" | "]" ) >require_raw_target;

    # RFC 3986 2: octets above 7F in a path or a query
    relaxed_target_obs_text = obs_text >require_target_obs_text;

    # RFC 3986 2.1: a percent sign that begins no escape, which only the byte after it tells
    relaxed_bare_percent    = ( "%" HEXDIG? ) %require_bare_percent;

    # RFC 9112 2.2: LF alone
    relaxed_bare_LF            = LF >require_bare_LF;

    # RFC 9112 3, 4: more white space than the one SP
    relaxed_start_line_spaces  = ( ( SP | HTAB ) >require_start_line_spaces )+;

    # RFC 9112 4: a status-line that ends after the status-code
    relaxed_status_end         = ( CR | LF ) >require_status_without_space;

    # RFC 9112 5.1: white space before the colon, in responses
    relaxed_space_before_colon = ( ( SP | HTAB ) >require_space_before_colon )+;

    # RFC 9112 5.2: a line that begins with white space goes on with the value of the line before
    relaxed_obs_fold           = ( SP | HTAB ) >require_obs_fold;

    # RFC 9110 5.5: controls in a value
    relaxed_value_control      = ( 0x01..0x08 | 0x0B | 0x0C | 0x0E..0x1F | 0x7F ) >require_value_controls;

    # RFC 9110 8.6: a list of lengths, which have to be equal
    relaxed_length_list        = OWS ( "," >require_equal_lengths ) OWS;
}%%
