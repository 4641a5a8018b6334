/* SPDX-License-Identifier: MIT */
/* Whether a line is one that grammar/lane.rl describes. */
#include "lane-rules.h"

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-const-variable"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

%%{
    machine lane_rules;
    alphtype unsigned char;
    include lane "grammar/lane.rl";

    a_request_line := lane_request_line;
    a_status_line  := lane_status_line;
    a_field_line   := lane_field_line;
    a_host         := lane_host;
    a_length       := lane_length;
    a_coding       := lane_coding;
    an_option      := lane_option;

    # RFC 9110 5.6.2; RFC 3986 3.3, 3.4, and 3.2.2, but for escapes; RFC 9110 5.5
    a_tchar      := tchar;
    a_path_query := ( pchar - "%" ) | "/" | "?";
    a_reg_name   := unreserved | sub_delims;
    a_value      := field_vchar | SP | HTAB;

    write data noerror;
}%%

static int accepts(int cs, const unsigned char *p, const unsigned char *pe)
{
    %% write exec;
    return cs >= lane_rules_first_final;
}

int is_lane_line(enum lane_rule rule, const char *line, size_t length)
{
    static const int entries[LANE_RULES] = {
        lane_rules_en_a_request_line, lane_rules_en_a_status_line, lane_rules_en_a_field_line, lane_rules_en_a_host,
        lane_rules_en_a_length,       lane_rules_en_a_coding,      lane_rules_en_an_option,    lane_rules_en_a_tchar,
        lane_rules_en_a_path_query,   lane_rules_en_a_reg_name,    lane_rules_en_a_value};

    return accepts(entries[rule], (const unsigned char *)line, (const unsigned char *)line + length);
}
