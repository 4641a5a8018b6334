/* SPDX-License-Identifier: MIT */
#ifndef FLUXO_TESTS_LANE_RULES_H
#define FLUXO_TESTS_LANE_RULES_H

#include <stddef.h>

enum lane_rule { LANE_REQUEST_LINE, LANE_STATUS_LINE, LANE_FIELD_LINE, LANE_HOST, LANE_RULES };

/* The line with its CRLF; of LANE_HOST the value alone. */
int is_lane_line(enum lane_rule rule, const char *line, size_t length);

#endif
