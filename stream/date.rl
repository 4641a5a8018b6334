/* SPDX-License-Identifier: MIT */
/*
 * RFC 9110 5.6.7: the three forms of HTTP-date.
 *
 * How this works: the machine only says whether the value is one, and where it ceases to be one. It has no actions, since in a
 * date that is one everything stands at a place that is known: calendar.c reads it there. The ABNF's numbers are any digits;
 * here each has the range that the RFC's comments and RFC 5322 3.3 give it. How many days a month has, calendar.c knows.
 */

#include "date.h"
#include "generated.h"

%%{
    machine fluxo_date;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";

    # 01 to 31; 00:00:00 to 23:59:60
    the_day_digit   = 0x31..0x39;
    the_day         = "0" the_day_digit | ( "1" | "2" ) DIGIT | "3" ( "0" | "1" );
    the_hour        = ( "0" | "1" ) DIGIT | "2" 0x30..0x33;
    the_minute      = 0x30..0x35 DIGIT;
    the_second      = the_minute | "60";
    the_time_of_day = the_hour ":" the_minute ":" the_second;

    the_IMF_fixdate  = day_name "," SP the_day SP month SP year SP the_time_of_day SP GMT;
    the_rfc850_date  = day_name_l "," SP the_day "-" month "-" DIGIT{2} SP the_time_of_day SP GMT;
    the_asctime_date = day_name SP month SP ( the_day | SP the_day_digit ) SP the_time_of_day SP year;

    main := the_IMF_fixdate | the_rfc850_date | the_asctime_date;

    write data;
}%%


int fluxo_date_check(struct fluxo_span value, size_t *at)
{
    const unsigned char *begin = (const unsigned char *)(value.length ? value.start : ""), *p = begin;
    const unsigned char *pe = begin + value.length;
    int cs = fluxo_date_start;
    %% write exec;
    *at = (size_t)(p - begin);
    return cs >= fluxo_date_first_final;
}
