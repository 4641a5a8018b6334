/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "connection.h"

static void put(struct response *res, const char *text)
{
    buffer_append(res->batch, text, strlen(text));
}

static void put_number(struct response *res, size_t number)
{
    char digits[24], *first = digits + sizeof digits;
    do
        *--first = (char)('0' + number % 10);
    while (number /= 10);
    buffer_append(res->batch, first, (size_t)(digits + sizeof digits - first));
}

/* ---- Date: IMF-fixdate of RFC 9110 5.6.7, in English whatever the locale, written once a second ---- */

static const char *current_date(void)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static char text[96];
    static time_t written = -1;
    time_t now = time(NULL);
    struct tm tm;
    if (now == written || !gmtime_r(&now, &tm))
        return text;
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
             tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    written = now;
    return text;
}

/* ---- Fields from the handler ---- */

/* RFC 9110 5.6.2 */
static bool is_token(const char *text)
{
    static const char tchars[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *text && !text[strspn(text, tchars)];
}

/* RFC 9110 5.5: no control but HTAB */
static bool is_field_value(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7F)
            return false;
    return true;
}

static bool is_ours(const char *name)
{
    switch (fluxo_field_id(name, strlen(name))) {
    case FLUXO_FIELD_CONNECTION:
    case FLUXO_FIELD_CONTENT_LENGTH:
    case FLUXO_FIELD_DATE:
    case FLUXO_FIELD_TRANSFER_ENCODING:
        return true;
    default:
        return false;
    }
}

static void put_field(struct response *res, const char *name, const char *value)
{
    if (!value || !is_token(name) || !is_field_value(value) || is_ours(name)) {
        res->stage = MISUSED;
        return;
    }
    put(res, name);
    put(res, ": ");
    put(res, value);
    put(res, "\r\n");
}

/* ---- Head and body ---- */

static void put_status_line(struct response *res)
{
    const char *reason = fluxo_status_reason(res->status);
    put(res, "HTTP/1.1 ");
    put_number(res, res->status);
    put(res, " "); /* RFC 9112 4: the space stays when there is no reason */
    put(res, reason ? reason : "");
    put(res, "\r\nDate: ");
    put(res, current_date());
    put(res, "\r\n");
}

static void put_connection(struct response *res)
{
    if (res->closes)
        put(res, "Connection: close\r\n");
    else if (res->keeps_open)
        put(res, "Connection: keep-alive\r\n");
}

void response_head(struct response *res, unsigned status, ...)
{
    va_list fields;
    if (res->stage != NOT_BEGUN || status < 200 || status > 599) {
        res->stage = MISUSED;
        return;
    }
    res->stage = HEAD_BEGUN;
    res->status = status;
    put_status_line(res);
    va_start(fields, status);
    for (const char *name; res->stage == HEAD_BEGUN && (name = va_arg(fields, const char *));)
        put_field(res, name, va_arg(fields, const char *));
    va_end(fields);
}

void response_end(struct response *res, const char *text)
{
    if (res->stage != HEAD_BEGUN) {
        res->stage = MISUSED;
        return;
    }
    bool unframed = res->status == 204 || res->status == 304;      /* RFC 9112 6.3 rule 1, RFC 9110 8.6 */
    size_t length = text && res->status != 205 ? strlen(text) : 0; /* RFC 9110 15.3.6 */
    if (!unframed) {
        put(res, "Content-Length: ");
        put_number(res, length);
        put(res, "\r\n");
    }
    put_connection(res);
    put(res, "\r\n");
    if (!unframed && !res->head_only)
        buffer_append(res->batch, text, length);
    res->stage = ENDED;
}

void response_finish(struct response *res)
{
    if (res->stage == ENDED)
        return;
    res->batch->to = res->start;
    res->stage = NOT_BEGUN;
    response_head(res, 500, "Content-Type", "text/plain; charset=utf-8", NULL);
    response_end(res, "500 Internal Server Error\n");
}
