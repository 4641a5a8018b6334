/* SPDX-License-Identifier: MIT */
#ifndef FLUXO_TESTS_LANE_RULES_H
#define FLUXO_TESTS_LANE_RULES_H

#include <stddef.h>

enum lane_rule {
    LANE_REQUEST_LINE,
    LANE_STATUS_LINE,
    LANE_FIELD_LINE,
    LANE_HOST,
    LANE_CONTENT_LENGTH,
    LANE_CODING,
    LANE_OPTION,
    CLASS_TCHAR, /* from here on of one octet: the classes of scan.h */
    CLASS_PATH_QUERY,
    CLASS_REG_NAME,
    CLASS_VALUE,
    LANE_RULES
};

/* A line with its CRLF; a value alone; an octet. */
int is_lane_line(enum lane_rule rule, const char *line, size_t length);

#endif
