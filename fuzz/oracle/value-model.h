/* SPDX-License-Identifier: MIT */
/*
 * What stands in field values, read a second time: rule by rule along the ABNF of RFC 9110 5.6, by someone who has not looked
 * at the library. Items are those of <fluxo/field.h>.
 */
#ifndef FUZZ_VALUE_MODEL_H
#define FUZZ_VALUE_MODEL_H

#include <fluxo/date.h>
#include <fluxo/field.h>

enum { MODEL_ITEMS = 2048 };

struct model_items {
    struct fluxo_item items[MODEL_ITEMS];
    size_t lines[MODEL_ITEMS]; /* of each item */
    size_t count;
    uint16_t fault; /* 0: all could be read */
    size_t line, at;
};

/* All the items of the lines, or those before the fault. The lines are of MODEL_ITEMS octets in all at most. */
void model_read_items(enum fluxo_reading reading, const struct fluxo_span *lines, size_t count, struct model_items *out);

/* As the functions of these names in the library. */
int model_parameter_find(struct fluxo_span parameters, struct fluxo_span name, struct fluxo_item *item);
int model_list_has(const struct fluxo_span *lines, size_t count, struct fluxo_span token);
int model_is_hop_by_hop(const struct fluxo_span *connection, size_t count, struct fluxo_span name);
int model_unquote(struct fluxo_span text, char *to, size_t *length);
int model_unescape(struct fluxo_span text, char *to, size_t *length);
int model_unpercent(struct fluxo_span text, char *to, size_t *length);
int model_weigh(struct fluxo_span text, uint16_t *weight);

/* A date of any of the three forms, whatever day-name it has and whether or not its month has the day: what is written there.
 */
struct model_date {
    int year, month, day, hour, minute, second; /* month from 0 */
    int weekday;                                /* from Sunday, 0 */
    int is_short_year;
};
int model_date_read(struct fluxo_span value, struct model_date *date);

/* Seconds since 1970, counted day by day from there; days of a month; and the weekday of a day. */
int64_t model_date_seconds(const struct model_date *date);
int model_date_has_day(const struct model_date *date);
int model_date_weekday(const struct model_date *date);

#endif
