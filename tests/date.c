/* SPDX-License-Identifier: MIT */
/* The promises of <fluxo/date.h>. */
#define _DEFAULT_SOURCE
#include <fluxo/date.h>

#include "guarded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define UNTOUCHED INT64_C(-987654321987654321)
#define FIRST INT64_C(-62167219200) /* 0000-01-01 */
#define LAST INT64_C(253402300799)  /* 9999-12-31 23:59:59 */
#define NOW INT64_C(1795608000)     /* Wed, 25 Nov 2026 12:00:00 GMT */

static struct guarded guarded;

struct parsed {
    int answer;
    int64_t seconds;
    size_t at;
};

static struct parsed parse_at(const char *bytes, size_t length, int64_t now, int low)
{
    struct parsed parsed = {0, UNTOUCHED, 9999};
    int64_t alone = UNTOUCHED;

    parsed.answer = fluxo_date_parse(guarded_place(&guarded, bytes, length, low), now, &parsed.seconds, &parsed.at);
    assert_int_equal(fluxo_date_parse(guarded_place(&guarded, bytes, length, low), now, &alone, NULL), parsed.answer);
    assert_true(alone == parsed.seconds);
    return parsed;
}

static struct parsed parse_bytes(const char *bytes, size_t length, int64_t now)
{
    struct parsed high = parse_at(bytes, length, now, 0), low = parse_at(bytes, length, now, 1);

    assert_int_equal(high.answer, low.answer);
    assert_true(high.seconds == low.seconds && high.at == low.at);
    return high;
}

static struct parsed parse(const char *text, int64_t now)
{
    return parse_bytes(text, strlen(text), now);
}

static void assert_time(const char *text, int64_t now, int64_t seconds)
{
    struct parsed parsed = parse(text, now);

    if (parsed.answer != FLUXO_DONE || parsed.seconds != seconds)
        fail_msg("%s: answer %d, %lld, at %zu", text, parsed.answer, (long long)parsed.seconds, parsed.at);
}

static void assert_refused(const char *text, size_t at)
{
    struct parsed parsed = parse(text, NOW);

    if (parsed.answer != FLUXO_FAULT || parsed.at != at || parsed.seconds != UNTOUCHED)
        fail_msg("%s: answer %d, %lld, at %zu", text, parsed.answer, (long long)parsed.seconds, parsed.at);
}

/* ---- The three forms ---- */

static void the_examples_of_the_standard_are_one_time(void **state)
{
    (void)state;
    assert_time("Sun, 06 Nov 1994 08:49:37 GMT", NOW, 784111777);
    assert_time("Sunday, 06-Nov-94 08:49:37 GMT", NOW, 784111777);
    assert_time("Sun Nov  6 08:49:37 1994", NOW, 784111777);
    assert_time("Sun Nov 06 08:49:37 1994", NOW, 784111777);
}

static void the_ends_of_the_calendar_are_times(void **state)
{
    (void)state;
    assert_time("Thu, 01 Jan 1970 00:00:00 GMT", NOW, 0);
    assert_time("Wed, 31 Dec 1969 23:59:59 GMT", NOW, -1);
    assert_time("Sat, 01 Jan 0000 00:00:00 GMT", NOW, FIRST);
    assert_time("Fri, 31 Dec 9999 23:59:59 GMT", NOW, LAST);
    assert_time("Fri Dec 31 23:59:60 9999", NOW, LAST + 1);
    assert_time("Tue, 19 Jan 2038 03:14:08 GMT", NOW, INT64_C(2147483648));
}

static void a_leap_second_is_the_second_after_it(void **state)
{
    (void)state;
    assert_time("Sat, 31 Dec 2016 23:59:60 GMT", NOW, 1483228800);
    assert_time("Sun, 01 Jan 2017 00:00:00 GMT", NOW, 1483228800);
    assert_time("Saturday, 31-Dec-16 23:59:60 GMT", NOW, 1483228800);
}

static void a_leap_year_has_its_day(void **state)
{
    (void)state;
    assert_time("Tue, 29 Feb 2000 00:00:00 GMT", NOW, 951782400);
    assert_time("Thu, 29 Feb 2024 00:00:00 GMT", NOW, 1709164800);
    assert_refused("Thu, 29 Feb 1900 00:00:00 GMT", 0);
    assert_refused("Wed, 29 Feb 2023 00:00:00 GMT", 0);
    assert_refused("Wednesday, 29-Feb-23 00:00:00 GMT", 0);
    assert_refused("Wed Feb 29 00:00:00 2023", 0);
}

/* ---- Fifty years ---- */

static void fifty_years_ahead_is_the_last_that_is_ahead(void **state)
{
    (void)state;
    assert_time("Wednesday, 25-Nov-76 12:00:00 GMT", NOW, NOW + INT64_C(18263) * 86400);     /* 2076 */
    assert_time("Thursday, 25-Nov-76 12:00:01 GMT", NOW, INT64_C(217771201));                /* 1976 */
    assert_time("Friday, 26-Nov-76 00:00:00 GMT", NOW, INT64_C(217814400));                  /* 1976 */
    assert_time("Saturday, 25-Dec-76 12:00:00 GMT", NOW, INT64_C(220363200));                /* 1976 */
    assert_time("Saturday, 25-Jan-76 12:00:01 GMT", NOW, INT64_C(3347179201));               /* 2076 */
    assert_time("Friday, 31-Dec-99 23:59:59 GMT", NOW, INT64_C(946684799));                  /* 1999 */
    assert_time("Friday, 31-Dec-99 23:59:59 GMT", INT64_C(2524608000), INT64_C(4102444799)); /* 2099, from 2050 on */
}

static void a_day_name_of_another_century_is_let_pass(void **state)
{
    (void)state;
    assert_time("Monday, 06-Nov-94 08:49:37 GMT", NOW, 784111777);
}

/* Of all years that end so, the last one that is not beyond the same moment fifty years from now. */
static int find_year_slowly(int digits, int is_later, int this_year)
{
    int year, found = -1;

    for (year = 0; year <= 9999; year++)
        if (year % 100 == digits && (year < this_year + 50 || (year == this_year + 50 && !is_later)))
            found = year;
    return found;
}

static int64_t count_slowly(int year)
{
    int64_t days = 0;
    int each;

    for (each = 0; each < year; each++)
        days += each % 4 ? 365 : each % 100 ? 366 : each % 400 ? 365 : 366;
    return FIRST + days * 86400;
}

/* From 12 March of each of some years: the day before, the day itself a second later, and so on. */
static void every_two_digits_have_their_century(void **state)
{
    static const int years[] = {50, 1970, 1999, 2000, 2026, 2049, 2050, 2051, 2099, 2100, 9900};
    static const struct {
        const char *text;
        int day, second, is_later;
    } moments[] = {
        {"11-Jan", 10, 12, 0}, {"12-Jan", 11, 11, 0}, {"12-Jan", 11, 12, 0}, {"12-Jan", 11, 13, 1}, {"13-Jan", 12, 0, 1}};
    size_t row, each;
    int digits;

    (void)state;
    for (row = 0; row < sizeof years / sizeof years[0]; row++)
        for (each = 0; each < sizeof moments / sizeof moments[0]; each++)
            for (digits = 0; digits < 100; digits++) {
                int year = find_year_slowly(digits, moments[each].is_later, years[row]);
                char text[64];
                snprintf(text, sizeof text, "Monday, %s-%02d 00:00:%02d GMT", moments[each].text, digits, moments[each].second);
                if (year < 0)
                    assert_int_equal(parse(text, count_slowly(years[row]) + 11 * 86400 + 12).answer, FLUXO_FAULT);
                else
                    assert_time(text, count_slowly(years[row]) + 11 * 86400 + 12,
                                count_slowly(year) + moments[each].day * 86400 + moments[each].second);
            }
}

/* ---- What is refused, and where ---- */

static void the_byte_that_cannot_stand_is_named(void **state)
{
    (void)state;
    assert_refused("", 0);
    assert_refused("sun, 06 Nov 1994 08:49:37 GMT", 0);
    assert_refused(" Sun, 06 Nov 1994 08:49:37 GMT", 0);
    assert_refused("SUN, 06 Nov 1994 08:49:37 GMT", 1);
    assert_refused("Son, 06 Nov 1994 08:49:37 GMT", 1);
    assert_refused("Sun; 06 Nov 1994 08:49:37 GMT", 3);
    assert_refused("Sund, 06-Nov-94 08:49:37 GMT", 4);
    assert_refused("Sun,06 Nov 1994 08:49:37 GMT", 4);
    assert_refused("Sun,  6 Nov 1994 08:49:37 GMT", 5);
    assert_refused("Sun, 6 Nov 1994 08:49:37 GMT", 5);
    assert_refused("Sun, 00 Nov 1994 08:49:37 GMT", 6);
    assert_refused("Sun, 32 Nov 1994 08:49:37 GMT", 6);
    assert_refused("Sun, 06-Nov-1994 08:49:37 GMT", 7);
    assert_refused("Sun, 06 NOV 1994 08:49:37 GMT", 9);
    assert_refused("Sun, 06 Nov 94 08:49:37 GMT", 14);
    assert_refused("Sun, 06 Nov 1994 8:49:37 GMT", 17);
    assert_refused("Sun, 06 Nov 1994 24:49:37 GMT", 18);
    assert_refused("Sun, 06 Nov 1994 08.49.37 GMT", 19);
    assert_refused("Sun, 06 Nov 1994 08:60:37 GMT", 20);
    assert_refused("Sun, 06 Nov 1994 08:49:61 GMT", 24);
    assert_refused("Sun, 06 Nov 1994 08:49:37 UTC", 26);
    assert_refused("Sun, 06 Nov 1994 08:49:37 +0000", 26);
    assert_refused("Sun, 06 Nov 1994 08:49:37 GM", 28);
    assert_refused("Sun, 06 Nov 1994 08:49:37 GMT ", 29);
    assert_refused("Sunday, 06-Nov-1994 08:49:37 GMT", 17);
    assert_refused("Sun Nov 6 08:49:37 1994", 8);
    assert_refused("Sun Nov  0 08:49:37 1994", 9);
    assert_refused("Sun Nov  6 08:49:37 94", 22);
}

static void what_is_about_the_whole_is_refused_at_its_start(void **state)
{
    (void)state;
    assert_refused("Mon, 06 Nov 1994 08:49:37 GMT", 0);
    assert_refused("Mon Nov  6 08:49:37 1994", 0);
    assert_refused("Thu, 31 Nov 1994 08:49:37 GMT", 0);
    assert_refused("Wednesday, 31-Apr-94 08:49:37 GMT", 0);
    assert_refused("Wed Jun 31 08:49:37 1994", 0);
}

static void a_caller_without_a_time_is_told(void **state)
{
    int64_t seconds = UNTOUCHED;
    struct fluxo_span nothing = {NULL, 0};

    (void)state;
    assert_int_equal(parse("Sun, 06 Nov 1994 08:49:37 GMT", FIRST - 1).answer, FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(parse("Sun, 06 Nov 1994 08:49:37 GMT", LAST + 1).answer, FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(parse("Sun, 06 Nov 1994 08:49:37 GMT", INT64_MIN).answer, FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(parse("Sun, 06 Nov 1994 08:49:37 GMT", INT64_MAX).answer, FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(parse("Friday, 01-Jan-99 00:00:00 GMT", FIRST).answer, FLUXO_FAULT); /* that would be before year 0 */
    assert_int_equal(parse("Friday, 01-Jan-40 00:00:00 GMT", LAST).answer, FLUXO_FAULT);  /* and that after 9999 */
    assert_time("Sun, 06 Nov 1994 08:49:37 GMT", FIRST, 784111777);
    assert_time("Sun, 06 Nov 1994 08:49:37 GMT", LAST, 784111777);
    assert_int_equal(fluxo_date_parse(nothing, NOW, &seconds, NULL), FLUXO_FAULT);
}

/* ---- Writing, and reading back ---- */

static void assert_written(int64_t seconds, const char *text)
{
    int low;

    for (low = 0; low < 2; low++) {
        char *place = low ? guarded.memory : guarded.memory + guarded.size - FLUXO_DATE_LENGTH;
        assert_int_equal(fluxo_date_format(seconds, place), FLUXO_DONE);
        assert_memory_equal(place, text, FLUXO_DATE_LENGTH);
    }
}

static void a_time_is_written_in_29_bytes(void **state)
{
    char bytes[FLUXO_DATE_LENGTH] = "untouched";

    (void)state;
    assert_int_equal(strlen("Sun, 06 Nov 1994 08:49:37 GMT"), FLUXO_DATE_LENGTH);
    assert_written(784111777, "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_written(-1, "Wed, 31 Dec 1969 23:59:59 GMT");
    assert_written(FIRST, "Sat, 01 Jan 0000 00:00:00 GMT");
    assert_written(LAST, "Fri, 31 Dec 9999 23:59:59 GMT");
    assert_int_equal(fluxo_date_format(FIRST - 1, bytes), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_date_format(LAST + 1, bytes), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_date_format(INT64_MIN, bytes), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_date_format(INT64_MAX, bytes), FLUXO_MISUSE_ARGUMENT);
    assert_string_equal(bytes, "untouched");
}

static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int count_month(int year, int month)
{
    if (month == 1)
        return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
    return month == 3 || month == 5 || month == 8 || month == 10 ? 30 : 31;
}

static void put_two(char *digits, int number)
{
    digits[0] = (char)('0' + number / 10);
    digits[1] = (char)('0' + number % 10);
}

/* One day after the other, by leafing through a calendar; each at another time of the day. */
static void every_day_of_ten_thousand_years_goes_both_ways(void **state)
{
    int year, month, day, weekday = 5;
    int64_t midnight = FIRST;

    (void)state;
    for (year = 0; year <= 9999; year++)
        for (month = 0; month < 12; month++)
            for (day = 1; day <= count_month(year, month); day++, weekday = (weekday + 1) % 7, midnight += 86400) {
                char text[] = "Day, 00 Mon 0000 00:00:00 GMT", bytes[FLUXO_DATE_LENGTH];
                struct fluxo_span span = {bytes, sizeof bytes};
                int time = (int)((midnight / 86400 % 86400 + 86400) * 7919 % 86400);
                int64_t seconds;
                memcpy(text, days[weekday], 3);
                put_two(text + 5, day);
                memcpy(text + 8, months[month], 3);
                put_two(text + 12, year / 100);
                put_two(text + 14, year % 100);
                put_two(text + 17, time / 3600);
                put_two(text + 20, time / 60 % 60);
                put_two(text + 23, time % 60);
                if (fluxo_date_format(midnight + time, bytes) != FLUXO_DONE || memcmp(bytes, text, sizeof bytes) != 0)
                    fail_msg("%lld is written %.29s, not %s", (long long)(midnight + time), bytes, text);
                if (fluxo_date_parse(span, NOW, &seconds, NULL) != FLUXO_DONE || seconds != midnight + time)
                    fail_msg("%s is read %lld, not %lld", text, (long long)seconds, (long long)(midnight + time));
            }
    assert_true(midnight == LAST + 1);
}

/* From the written form make the other two. */
static void the_three_forms_of_a_time_are_one(void **state)
{
    int64_t seconds;

    (void)state;
    for (seconds = FIRST; seconds <= LAST; seconds += INT64_C(7919) * 1201) {
        char imf[FLUXO_DATE_LENGTH + 1] = "", text[64], other[64];
        int weekday = 0, day;
        assert_int_equal(fluxo_date_format(seconds, imf), FLUXO_DONE);
        while (strncmp(days[weekday], imf, 3) != 0)
            weekday++;
        day = (imf[5] - '0') * 10 + imf[6] - '0';
        snprintf(text, sizeof text, "%.3s %.3s %2d %.8s %.4s", imf, imf + 8, day, imf + 17, imf + 12);
        assert_time(text, NOW, seconds);
        snprintf(other, sizeof other, "%s, %.2s-%.3s-%.2s %.8s GMT", days[weekday], imf + 5, imf + 8, imf + 14, imf + 17);
        assert_time(other, seconds, seconds);
    }
}

/* ---- A slow reader, made otherwise: each form is a row of lists of words, one of which stands there ---- */

struct words {
    char word[101][10];
    int count;
};
static struct words short_days, long_days, month_words, day_numbers, padded_numbers, hours, minutes, seconds_60, two_digits;

static void add_word(struct words *words, const char *format, int number)
{
    snprintf(words->word[words->count++], sizeof words->word[0], format, number);
}

static void fill_words(void)
{
    int each;

    for (each = 0; each < 7; each++) {
        snprintf(short_days.word[short_days.count++], 10, "%.3s", days[each]);
        snprintf(long_days.word[long_days.count++], 10, "%s", days[each]);
    }
    for (each = 0; each < 12; each++)
        snprintf(month_words.word[month_words.count++], 10, "%s", months[each]);
    for (each = 1; each < 32; each++)
        add_word(&day_numbers, "%02d", each), add_word(&padded_numbers, "%02d", each);
    for (each = 1; each < 10; each++)
        add_word(&padded_numbers, "%2d", each);
    for (each = 0; each < 100; each++) {
        add_word(&two_digits, "%02d", each);
        if (each < 24)
            add_word(&hours, "%02d", each);
        if (each < 60)
            add_word(&minutes, "%02d", each);
        if (each < 61)
            add_word(&seconds_60, "%02d", each);
    }
}

static size_t count_common(const char *word, const char *text)
{
    size_t length = 0;

    while (word[length] && word[length] == text[length])
        length++;
    return length;
}

/* How far a text is one of the words; *is_whole: it begins with one. */
static size_t read_word(const struct words *words, const char *text, int *is_whole)
{
    size_t longest = 0;
    int each;

    *is_whole = 0;
    for (each = 0; each < words->count; each++) {
        size_t common = count_common(words->word[each], text);
        if (common > longest)
            longest = common;
        if (!words->word[each][common])
            *is_whole = 1;
    }
    return longest;
}

/* How far a text follows a pattern of letters, each for a list, and other bytes, each for itself. *is_whole: to its end. */
static size_t read_pattern(const char *pattern, const char *text, int *is_whole)
{
    size_t at = 0;

    for (*is_whole = 0; *pattern; pattern++) {
        const struct words *words = *pattern == 'a'   ? &short_days
                                    : *pattern == 'A' ? &long_days
                                    : *pattern == 'b' ? &month_words
                                    : *pattern == 'd' ? &day_numbers
                                    : *pattern == 'e' ? &padded_numbers
                                    : *pattern == 'h' ? &hours
                                    : *pattern == 'm' ? &minutes
                                    : *pattern == 's' ? &seconds_60
                                    : *pattern == 'y' ? &two_digits
                                                      : NULL;
        int fits = text[at] == *pattern;
        at += words ? read_word(words, text + at, &fits) : (size_t)fits;
        if (!fits)
            return at;
    }
    *is_whole = text[at] == 0;
    return at;
}

static void assert_as_slowly(const char *text)
{
    static const char *const patterns[] = {"a, d b yy h:m:s GMT", "A, d-b-y h:m:s GMT", "a b e h:m:s yy"};
    struct parsed parsed = parse(text, NOW);
    size_t longest = 0;
    int each, fits, is_any = 0;

    for (each = 0; each < 3; each++) {
        size_t at = read_pattern(patterns[each], text, &fits);
        longest = at > longest ? at : longest;
        is_any |= fits;
    }
    if (is_any ? parsed.answer == FLUXO_FAULT && parsed.at != 0 : parsed.answer != FLUXO_FAULT || parsed.at != longest)
        fail_msg("%s: answer %d at %zu, slowly %d at %zu", text, parsed.answer, parsed.at, is_any, longest);
}

static void changed_dates_are_read_as_by_a_slow_reader(void **state)
{
    static const char *const dates[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                        "Sun Nov  6 08:49:37 1994", "Wed, 31 Dec 2008 23:59:60 GMT",
                                        "Saturday, 29-Feb-20 19:50:00 GMT"};
    static const char alphabet[] = "0123456789 :,-SMTWFJADOonGMTuedayrgpv\x01\x80\xff";
    uint32_t random = 20261125;
    int round, change;

    (void)state;
    for (round = 0; round < 200000; round++) {
        char text[64];
        strcpy(text, dates[guarded_random(&random) % 5]);
        for (change = (int)(guarded_random(&random) % 3); change >= 0; change--) {
            size_t length = strlen(text), at = guarded_random(&random) % (length + 1);
            if (at == length || guarded_random(&random) % 8 == 0)
                text[at] = 0;
            else
                text[at] = alphabet[guarded_random(&random) % (sizeof alphabet - 1)];
        }
        assert_as_slowly(text);
    }
}

static void a_nul_is_no_end(void **state)
{
    struct parsed parsed;

    (void)state;
    parsed = parse_bytes("Sun, 06 Nov 1994 08:49:37 GMT\0", 30, NOW);
    assert_int_equal(parsed.answer, FLUXO_FAULT);
    assert_int_equal(parsed.at, 29);
}

static void what_is_no_date_has_a_fault_of_its_own(void **state)
{
    struct fluxo_span value = {"now", 3};
    int64_t seconds = 1;
    size_t at;

    (void)state;
    assert_int_equal(fluxo_date_parse(value, 0, &seconds, &at), FLUXO_FAULT);
    assert_string_equal(fluxo_fault(FLUXO_FAULT_DATE)->section, "RFC 9110 5.6.7");
    assert_int_equal(seconds, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_date_has_a_fault_of_its_own),
        cmocka_unit_test(the_examples_of_the_standard_are_one_time),
        cmocka_unit_test(the_ends_of_the_calendar_are_times),
        cmocka_unit_test(a_leap_second_is_the_second_after_it),
        cmocka_unit_test(a_leap_year_has_its_day),
        cmocka_unit_test(fifty_years_ahead_is_the_last_that_is_ahead),
        cmocka_unit_test(a_day_name_of_another_century_is_let_pass),
        cmocka_unit_test(every_two_digits_have_their_century),
        cmocka_unit_test(the_byte_that_cannot_stand_is_named),
        cmocka_unit_test(what_is_about_the_whole_is_refused_at_its_start),
        cmocka_unit_test(a_caller_without_a_time_is_told),
        cmocka_unit_test(a_time_is_written_in_29_bytes),
        cmocka_unit_test(every_day_of_ten_thousand_years_goes_both_ways),
        cmocka_unit_test(the_three_forms_of_a_time_are_one),
        cmocka_unit_test(changed_dates_are_read_as_by_a_slow_reader),
        cmocka_unit_test(a_nul_is_no_end),
    };

    guarded = guarded_open();
    fill_words();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
