/* SPDX-License-Identifier: MIT */
/*
 * Dates to seconds and back (RFC 9110 5.6.7), in integers alone.
 *
 * How this works: days are counted from 0000-01-01 of the Gregorian calendar as it is reckoned backwards, which was a Saturday.
 * A date that the machine has let pass holds its parts at places that are fixed from its day-name's end on: a `form` names
 * them.
 */

#include <fluxo/date.h>

#include <string.h>

#include "date.h"

enum { DAY = 24 * 60 * 60, DAYS_TO_1970 = 719528, LAST_YEAR = 9999, YEARS_AHEAD = 50 };

#define EPOCH ((int64_t)DAYS_TO_1970 * DAY)

static const char day_names[] = "MonTueWedThuFriSatSun";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* January is month 0, Monday weekday 0. `time` is seconds of the day. */
struct date {
    int year, month, day, weekday, time;
};

/* ---- The calendar ---- */

static int is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Of the year 0, which has 366 days, to the one before `year`. */
static int32_t count_days_before_year(int year)
{
    return 365 * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
}

static int count_days_before_month(int year, int month)
{
    static const int16_t days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

    return days[month] + (month > 1 && is_leap(year));
}

static int32_t count_days(const struct date *date)
{
    return count_days_before_year(date->year) + count_days_before_month(date->year, date->month) + date->day - 1;
}

static int has_day(const struct date *date)
{
    return date->day <= count_days_before_month(date->year, date->month + 1) - count_days_before_month(date->year, date->month);
}

static int find_weekday(int32_t days)
{
    return (int)((days + 5) % 7);
}

static int64_t count_seconds(const struct date *date)
{
    return (int64_t)count_days(date) * DAY + date->time - EPOCH;
}

static int is_in_range(int64_t seconds)
{
    return seconds >= -EPOCH && seconds < (int64_t)count_days_before_year(LAST_YEAR + 1) * DAY - EPOCH;
}

/* The guess is the year, or the one before it. */
static int find_year(int32_t days)
{
    int year = (int)((int64_t)days * 400 / 146097);

    while (count_days_before_year(year + 1) <= days)
        year++;
    while (count_days_before_year(year) > days)
        year--;
    return year;
}

static struct date find_date(int64_t seconds)
{
    struct date date;
    int32_t days = (int32_t)((seconds + EPOCH) / DAY), rest;

    date.time = (int)((seconds + EPOCH) % DAY);
    date.weekday = find_weekday(days);
    date.year = find_year(days);
    rest = days - count_days_before_year(date.year);
    for (date.month = 11; count_days_before_month(date.year, date.month) > rest; date.month--)
        continue;
    date.day = rest - count_days_before_month(date.year, date.month) + 1;
    return date;
}

/* ---- Reading ---- */

struct form {
    uint8_t length;                         /* from the day-name's end */
    uint8_t day, month, year, digits, time; /* where each begins, from there; the digits of the year */
};
static const struct form imf_fixdate = {26, 2, 5, 9, 4, 14}, rfc850_date = {24, 2, 5, 9, 2, 12},
                         asctime_date = {21, 5, 1, 17, 4, 8};

/* The byte after a short day-name tells; a long one goes on. */
static const struct form *find_form(const char *value)
{
    if (value[3] == ',')
        return &imf_fixdate;
    return value[3] == ' ' ? &asctime_date : &rfc850_date;
}

static int find_name(const char *names, const char *name)
{
    int index = 0;

    while (memcmp(names + 3 * index, name, 3) != 0)
        index++;
    return index;
}

/* A blank is no digit: asctime-date pads the day with one. */
static int read_number(const char *digits, int count)
{
    int number = 0;

    for (; count > 0; digits++, count--)
        if (*digits != ' ')
            number = number * 10 + (*digits - '0');
    return number;
}

static int read_time(const char *time)
{
    return (read_number(time, 2) * 60 + read_number(time + 3, 2)) * 60 + read_number(time + 6, 2);
}

static struct date read_date(const struct form *form, struct fluxo_span value)
{
    const char *rest = value.start + (value.length - form->length);
    struct date date;

    date.weekday = find_name(day_names, value.start);
    date.day = read_number(rest + form->day, 2);
    date.month = find_name(month_names, rest + form->month);
    date.year = read_number(rest + form->year, form->digits);
    date.time = read_time(rest + form->time);
    return date;
}

static int is_later_in_the_year(const struct date *date, const struct date *other)
{
    if (date->month != other->month)
        return date->month > other->month;
    return date->day != other->day ? date->day > other->day : date->time > other->time;
}

/* The last year of these two digits that is not more than 50 years ahead: beyond that, the RFC wants the last one in the past,
   which is a hundred years earlier. */
static void choose_century(struct date *date, int64_t now)
{
    struct date today = find_date(now);
    int last = today.year + YEARS_AHEAD;

    date->year = last - (last + 100 - date->year) % 100;
    if (date->year == last && is_later_in_the_year(date, &today))
        date->year -= 100;
}

static int is_date(const struct form *form, const struct date *date)
{
    if (date->year < 0 || date->year > LAST_YEAR || !has_day(date))
        return 0;
    return form == &rfc850_date || date->weekday == find_weekday(count_days(date));
}

static int refuse(size_t offset, size_t *at)
{
    if (at)
        *at = offset;
    return FLUXO_FAULT;
}

int fluxo_date_parse(struct fluxo_span value, int64_t now, int64_t *seconds, size_t *at)
{
    const struct form *form;
    struct date date;
    size_t offset;

    if (!is_in_range(now))
        return FLUXO_MISUSE_ARGUMENT;
    if (!fluxo_date_check(value, &offset))
        return refuse(offset, at);
    form = find_form(value.start);
    date = read_date(form, value);
    if (form == &rfc850_date)
        choose_century(&date, now);
    if (!is_date(form, &date))
        return refuse(0, at);
    *seconds = count_seconds(&date);
    return FLUXO_DONE;
}

/* ---- Writing ---- */

static void write_number(char *digits, int count, int number)
{
    for (; count > 0; count--, number /= 10)
        digits[count - 1] = (char)('0' + number % 10);
}

int fluxo_date_format(int64_t seconds, char *bytes)
{
    struct date date;

    if (!is_in_range(seconds))
        return FLUXO_MISUSE_ARGUMENT;
    date = find_date(seconds);
    memcpy(bytes, "Day, 00 Mon 0000 00:00:00 GMT", FLUXO_DATE_LENGTH);
    memcpy(bytes, day_names + 3 * date.weekday, 3);
    write_number(bytes + 5, 2, date.day);
    memcpy(bytes + 8, month_names + 3 * date.month, 3);
    write_number(bytes + 12, 4, date.year);
    write_number(bytes + 17, 2, date.time / 3600);
    write_number(bytes + 20, 2, date.time / 60 % 60);
    write_number(bytes + 23, 2, date.time % 60);
    return FLUXO_DONE;
}
