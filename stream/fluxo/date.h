/* SPDX-License-Identifier: MIT */
/*
 * <fluxo/date.h>: HTTP-date, the time as Date, Last-Modified and their like write it (RFC 9110 5.6.7).
 *
 * A time is an int64_t: seconds since 1970-01-01 00:00:00 UTC, without leap seconds, from the year 0 to the year 9999 of the
 * Gregorian calendar. No call asks a clock or a locale; what time it is now, the caller says.
 */
#ifndef FLUXO_DATE_H
#define FLUXO_DATE_H

#include <fluxo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FLUXO_DATE_LENGTH = 29 }; /* of "Sun, 06 Nov 1994 08:49:37 GMT" */

/*
 * Reads the value of a field, without white space around it, in any of the three forms that a recipient MUST accept:
 *
 *     Sun, 06 Nov 1994 08:49:37 GMT     IMF-fixdate
 *     Sunday, 06-Nov-94 08:49:37 GMT    rfc850-date
 *     Sun Nov  6 08:49:37 1994          asctime-date
 *
 * `now` settles the century of an rfc850-date: it is the last one that leaves the time not more than 50 years after now.
 * A second of 60 is a leap second, and counts as the second after it.
 *
 * FLUXO_DONE: `*seconds` is the time. FLUXO_FAULT: the fault is FLUXO_FAULT_DATE, `*at` (if `at` is not NULL) the offset of the
 * first byte that cannot stand there, or the value's length where it ends too soon; `*seconds` is as it was. Refused are also,
 * at offset 0, a day that its month does not have, and a day-name that is not the date's: RFC 5322 3.3 wants the one it
 * implies. The day-name of an rfc850-date is not compared, since its sender may have meant another century than the one it
 * gets. FLUXO_MISUSE_ARGUMENT: now is not in the years 0 to 9999.
 */
int fluxo_date_parse(struct fluxo_span value, int64_t now, int64_t *seconds, size_t *at);

/*
 * Writes the time as an IMF-fixdate, the one form to generate: FLUXO_DATE_LENGTH bytes into `bytes`, and no NUL after them.
 * FLUXO_DONE, or FLUXO_MISUSE_ARGUMENT for a time that is not in the years 0 to 9999.
 */
int fluxo_date_format(int64_t seconds, char *bytes);

#ifdef __cplusplus
}
#endif
#endif
