/* SPDX-License-Identifier: MIT */
/*
 * <fluxo/field.h>: what each reading gives and refuses, and laws that hold for any bytes.
 *
 * How this works: a value is read twice, once with an unreadable page right behind its last byte, once with one right before
 * its first, so a byte read outside kills the test. What is read is written out and compared: the items of a value between
 * bars, each as name{value}(parameters)*weight, or <text> where no name is told, Q for quotes and E for backslashes; then ! and
 * the fault, its line and its offset.
 */
#define _DEFAULT_SOURCE
#include <fluxo/field.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINES = 4, ROOM = 2048 };

/* ---- Bytes between guards ---- */

enum side { GUARD_BEHIND, GUARD_BEFORE };

/* A readable page between two that are not. */
static char *map_guarded(size_t *page)
{
    char *bytes;

    *page = (size_t)sysconf(_SC_PAGESIZE);
    bytes = (char *)mmap(NULL, 3 * *page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(bytes, MAP_FAILED);
    assert_int_equal(mprotect(bytes + *page, *page, PROT_READ | PROT_WRITE), 0);
    return bytes + *page;
}

static struct fluxo_span guard(unsigned line, struct fluxo_span text, enum side side)
{
    static char *pages[LINES];
    static size_t page;
    struct fluxo_span span;

    if (!pages[line])
        pages[line] = map_guarded(&page);
    assert_true(text.length <= page);
    span = fluxo_span_of(side == GUARD_BEFORE ? pages[line] : pages[line] + page - text.length, text.length);
    memcpy((char *)pages[line] + (span.start - pages[line]), text.start, text.length);
    return span;
}

/* ---- What is read, written out ---- */

struct page {
    char text[8 * ROOM];
    size_t length;
};

static void write_text(struct page *page, const char *text)
{
    page->length += (size_t)snprintf(page->text + page->length, sizeof page->text - page->length, "%s", text);
}

static void write_span(struct page *page, const char *before, struct fluxo_span span, const char *behind)
{
    write_text(page, before);
    assert_true(page->length + span.length < sizeof page->text);
    memcpy(page->text + page->length, span.start ? span.start : "", span.length);
    page->length += span.length;
    page->text[page->length] = 0;
    write_text(page, behind);
}

static void write_item(struct page *page, const struct fluxo_item *item)
{
    char weight[16];

    if (item->name.start)
        write_span(page, "", item->name, "");
    else
        write_span(page, "<", item->text, ">");
    if (item->value.start)
        write_span(page, "{", item->value, "}");
    write_text(page, item->flags & FLUXO_ITEM_QUOTED ? "Q" : "");
    write_text(page, item->flags & FLUXO_ITEM_ESCAPED ? "E" : "");
    if (item->parameters.length)
        write_span(page, "(", item->parameters, ")");
    snprintf(weight, sizeof weight, "*%u", item->weight);
    write_text(page, item->flags & FLUXO_ITEM_WEIGHTED ? weight : "");
    assert_true(item->weight == 1000 || item->flags & FLUXO_ITEM_WEIGHTED);
}

static void write_fault(struct page *page, const struct fluxo_cursor *cursor)
{
    char where[64];

    snprintf(where, sizeof where, "%s! %s %zu:%zu", page->length ? " " : "", fluxo_fault(cursor->fault)->name, cursor->line,
             cursor->at);
    write_text(page, where);
}

static int is_within(struct fluxo_span inner, struct fluxo_span outer)
{
    return !inner.start || (inner.start >= outer.start && inner.start + inner.length <= outer.start + outer.length);
}

static void assert_empty(const struct fluxo_item *item)
{
    assert_null(item->text.start);
    assert_int_equal(item->text.length + item->name.length + item->value.length + item->parameters.length + item->flags, 0);
    assert_int_equal(item->weight, 1000);
}

/* All of the items, or what the check says before and after. */
static void write_items(struct page *page, enum fluxo_reading reading, const struct fluxo_span *lines, size_t count)
{
    struct fluxo_cursor cursor, ahead;
    struct fluxo_item item;
    int answer, check;

    page->length = 0;
    page->text[0] = 0;
    assert_int_equal(fluxo_cursor_init(&cursor, reading, lines, count), FLUXO_DONE);
    ahead = cursor;
    check = fluxo_cursor_check(&ahead);
    while ((answer = fluxo_cursor_next(&cursor, &item)) == FLUXO_DONE) {
        assert_true(item.text.length && is_within(item.text, lines[cursor.line]) && is_within(item.name, item.text));
        assert_true(is_within(item.value, item.text) && is_within(item.parameters, item.text));
        assert_true(cursor.at >= (size_t)(item.text.start - lines[cursor.line].start) + item.text.length);
        write_text(page, page->length ? " | " : "");
        write_item(page, &item);
    }
    assert_empty(&item);
    if (answer == FLUXO_FAULT)
        write_fault(page, &cursor);
    else
        assert_int_equal(answer, FLUXO_END);
    assert_int_equal(check, answer == FLUXO_FAULT ? FLUXO_FAULT : FLUXO_DONE);
    assert_int_equal(ahead.fault, cursor.fault);
    if (check == FLUXO_FAULT)
        assert_true(ahead.line == cursor.line && ahead.at == cursor.at);
    else
        assert_true(ahead.line == 0 && ahead.at == 0);
    assert_int_equal(fluxo_cursor_next(&cursor, &item), answer);
}

/* ---- Each reading ---- */

struct row {
    enum fluxo_reading reading;
    const char *value; /* its lines, each but the last with \n behind it */
    const char *items;
};

static size_t cut_lines(const char *value, struct fluxo_span *lines, enum side side)
{
    const char *end = value;
    size_t count = 0;

    do {
        end = value + strcspn(value, "\n");
        assert_true(count < LINES);
        lines[count] = guard((unsigned)count, fluxo_span_of(value, (size_t)(end - value)), side);
        count++;
        value = end + 1;
    } while (*end);
    return count;
}

static void assert_row(const struct row *row, enum side side)
{
    static struct page page;
    struct fluxo_span lines[LINES];
    size_t count = cut_lines(row->value, lines, side);

    write_items(&page, row->reading, lines, count);
    if (strcmp(page.text, row->items) != 0)
        print_error("reading %d of: %s\n", (int)row->reading, row->value);
    assert_string_equal(page.text, row->items);
}

static void assert_rows(const struct row *rows, size_t count)
{
    size_t row;

    for (row = 0; row < count; row++) {
        assert_row(&rows[row], GUARD_BEHIND);
        assert_row(&rows[row], GUARD_BEFORE);
    }
}

#define ASSERT_ROWS(rows) assert_rows(rows, sizeof(rows) / sizeof *(rows))

static void elements_end_at_commas_that_are_not_quoted(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_ELEMENTS, "", ""},
        {FLUXO_READ_ELEMENTS, " \t ", ""},
        {FLUXO_READ_ELEMENTS, "a", "<a>"},
        {FLUXO_READ_ELEMENTS, "foo ,bar,", "<foo> | <bar>"},
        {FLUXO_READ_ELEMENTS, "foo , ,bar,charlie", "<foo> | <bar> | <charlie>"},
        {FLUXO_READ_ELEMENTS, ",,,, \t,", ""},
        {FLUXO_READ_ELEMENTS, " a b\t c ,d ", "<a b\t c> | <d>"},
        {FLUXO_READ_ELEMENTS, "a;b=\"x,y\" , c", "<a;b=\"x,y\"> | <c>"},
        {FLUXO_READ_ELEMENTS, "\"a,b\", W/\"c,\", \"\"", "<\"a,b\"> | <W/\"c,\"> | <\"\">"},
        {FLUXO_READ_ELEMENTS, "\"\\\",\", \"\\\\\",b", "<\"\\\",\"> | <\"\\\\\"> | <b>"},
        {FLUXO_READ_ELEMENTS, "a\\,b", "<a\\> | <b>"},
        {FLUXO_READ_ELEMENTS, "\x80\xFF, \"\x80\"", "<\x80\xFF> | <\"\x80\">"},
        {FLUXO_READ_ELEMENTS, "a\n\nb,\n", "<a> | <b>"},
        {FLUXO_READ_ELEMENTS, "\"a, b", "! LIST 0:5"},
        {FLUXO_READ_ELEMENTS, "a, \"b\\", "<a> ! LIST 0:6"},
        {FLUXO_READ_ELEMENTS, "a, b\x7F, c", "<a> ! LIST 0:4"},
        {FLUXO_READ_ELEMENTS, "\x01", "! LIST 0:0"},
        {FLUXO_READ_ELEMENTS, "a\rb", "! LIST 0:1"},
        {FLUXO_READ_ELEMENTS, "\"a\\\x01\"", "! LIST 0:3"},
        {FLUXO_READ_ELEMENTS, "\"a\nb\"", "! LIST 0:2"}, /* a quoted string does not go on in the next line */
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void tokens_are_options_trailers_and_codings(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_TOKENS, "", ""},
        {FLUXO_READ_TOKENS, ",", ""},
        {FLUXO_READ_TOKENS, "close", "close"},
        {FLUXO_READ_TOKENS, "Keep-Alive, Upgrade", "Keep-Alive | Upgrade"},
        {FLUXO_READ_TOKENS, ",close,\t,, te,", "close | te"},
        {FLUXO_READ_TOKENS, "close\nte, x \n,\ny", "close | te | x | y"},
        {FLUXO_READ_TOKENS, "!#$%&'*+-.^_`|~09azAZ", "!#$%&'*+-.^_`|~09azAZ"},
        {FLUXO_READ_TOKENS, "a b", "! LIST 0:2"},
        {FLUXO_READ_TOKENS, "close;x, te", "! LIST 0:5"},
        {FLUXO_READ_TOKENS, "te, \"close\"", "te ! LIST 0:4"},
        {FLUXO_READ_TOKENS, "te=1", "! LIST 0:2"},
        {FLUXO_READ_TOKENS, "\x80", "! LIST 0:0"},
        {FLUXO_READ_TOKENS, "te\nclose;\nx", "te ! LIST 1:5"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void members_are_the_tokens_among_anything(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_MEMBERS, "", ""},
        {FLUXO_READ_MEMBERS, " close ,\tte", "close | te"},
        {FLUXO_READ_MEMBERS, "close;x, te", "te"},
        {FLUXO_READ_MEMBERS, "\"close, te\", x", "x"},
        {FLUXO_READ_MEMBERS, "a b,\x01,\x80, c,", "c"},
        {FLUXO_READ_MEMBERS, "\"\nclose", "close"},
        {FLUXO_READ_MEMBERS, "close x", ""},
        {FLUXO_READ_MEMBERS, "close x,close", "close"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void parameters_have_no_white_space_around_the_equals_sign(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_PARAMETERS, "", ""},
        {FLUXO_READ_PARAMETERS, ";", ""},
        {FLUXO_READ_PARAMETERS, " ; ;; ", ""},
        {FLUXO_READ_PARAMETERS, ";a=b", "a{b}"},
        {FLUXO_READ_PARAMETERS, " ; charset=utf-8 ;\tx=\"y;z\";", "charset{utf-8} | x{y;z}Q"},
        {FLUXO_READ_PARAMETERS, ";a=\"\"", "a{}Q"},
        {FLUXO_READ_PARAMETERS, ";a=\"b\\\"c\"", "a{b\\\"c}QE"},
        {FLUXO_READ_PARAMETERS, ";a=b ", "a{b}"},
        {FLUXO_READ_PARAMETERS, ";filename*=UTF-8''a", "filename*{UTF-8''a}"},
        {FLUXO_READ_PARAMETERS, ";a=\"\x80\t \"", "a{\x80\t }Q"},
        {FLUXO_READ_PARAMETERS, "a=b", "! PARAMETER 0:0"},
        {FLUXO_READ_PARAMETERS, ";a", "! PARAMETER 0:2"},
        {FLUXO_READ_PARAMETERS, ";a=", "! PARAMETER 0:3"},
        {FLUXO_READ_PARAMETERS, ";a =b", "! PARAMETER 0:2"},
        {FLUXO_READ_PARAMETERS, ";a= b", "! PARAMETER 0:3"},
        {FLUXO_READ_PARAMETERS, ";a=b c=d", "! PARAMETER 0:5"},
        {FLUXO_READ_PARAMETERS, ";a=b;c=\"d", "a{b} ! PARAMETER 0:9"},
        {FLUXO_READ_PARAMETERS, ";a=\"b\"c", "! PARAMETER 0:6"},
        {FLUXO_READ_PARAMETERS, ";a=b,c=d", "! PARAMETER 0:4"},
        {FLUXO_READ_PARAMETERS, ";=b", "! PARAMETER 0:1"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void protocols_have_a_name_and_perhaps_a_version(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_UPGRADE, "", ""},
        {FLUXO_READ_UPGRADE, "websocket", "websocket"},
        {FLUXO_READ_UPGRADE, "HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11", "HTTP{2.0} | SHTTP{1.3} | IRC{6.9} | RTA{x11}"},
        {FLUXO_READ_UPGRADE, ",h2c ,\n websocket", "h2c | websocket"},
        {FLUXO_READ_UPGRADE, "HTTP/", "! LIST 0:5"},
        {FLUXO_READ_UPGRADE, "/2", "! LIST 0:0"},
        {FLUXO_READ_UPGRADE, "HTTP/2/0", "! LIST 0:6"},
        {FLUXO_READ_UPGRADE, "HTTP /2", "! LIST 0:5"},
        {FLUXO_READ_UPGRADE, "h2c;x", "! LIST 0:3"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void a_media_type_has_a_type_and_a_subtype(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_CONTENT_TYPE, "text/html", "text{html}"},
        {FLUXO_READ_CONTENT_TYPE, "Text/HTML;Charset=\"utf-8\"", "Text{HTML}(;Charset=\"utf-8\")"},
        {FLUXO_READ_CONTENT_TYPE, " text/html ; charset=utf-8; ", "text{html}( ; charset=utf-8;)"},
        {FLUXO_READ_CONTENT_TYPE, "multipart/form-data; boundary=\"a,b;c\"", "multipart{form-data}(; boundary=\"a,b;c\")"},
        {FLUXO_READ_CONTENT_TYPE, "a/b\nc/d", "a{b} | c{d}"},
        {FLUXO_READ_CONTENT_TYPE, "", "! MEDIA_TYPE 0:0"},
        {FLUXO_READ_CONTENT_TYPE, "text", "! MEDIA_TYPE 0:4"},
        {FLUXO_READ_CONTENT_TYPE, "text/", "! MEDIA_TYPE 0:5"},
        {FLUXO_READ_CONTENT_TYPE, "text/html,text/plain", "! MEDIA_TYPE 0:9"},
        {FLUXO_READ_CONTENT_TYPE, "text/html;charset", "! MEDIA_TYPE 0:17"},
        {FLUXO_READ_CONTENT_TYPE, "text/html;charset = x", "! MEDIA_TYPE 0:17"},
        {FLUXO_READ_CONTENT_TYPE, "text/html;a=\"b", "! MEDIA_TYPE 0:14"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void expectations_have_a_name_and_perhaps_a_value(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_EXPECT, "", ""},
        {FLUXO_READ_EXPECT, "100-continue", "100-continue"},
        {FLUXO_READ_EXPECT, "100-Continue, a=b;c=d ;e=\"f,\", g=\"\"", "100-Continue | a{b}(;c=d ;e=\"f,\") | g{}Q"},
        {FLUXO_READ_EXPECT, "no-cache, max-age=5, private=\"a, b\"", "no-cache | max-age{5} | private{a, b}Q"},
        {FLUXO_READ_EXPECT, "a=\"\\b\"; , c", "a{\\b}QE(;) | c"},
        {FLUXO_READ_EXPECT, "100-continue;a=b", "! LIST 0:12"},
        {FLUXO_READ_EXPECT, "a=", "! LIST 0:2"},
        {FLUXO_READ_EXPECT, "a =b", "! LIST 0:2"},
        {FLUXO_READ_EXPECT, "a=b;c", "! LIST 0:5"},
        {FLUXO_READ_EXPECT, "a=\"b", "! LIST 0:4"},
        {FLUXO_READ_EXPECT, "a=\"b\"c", "! LIST 0:5"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void transfer_codings_have_parameters(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_TRANSFER_ENCODING, "", ""},
        {FLUXO_READ_TRANSFER_ENCODING, "chunked", "chunked"},
        {FLUXO_READ_TRANSFER_ENCODING, "gzip, chunked", "gzip | chunked"},
        {FLUXO_READ_TRANSFER_ENCODING, "gzip\nchunked", "gzip | chunked"},
        {FLUXO_READ_TRANSFER_ENCODING, "a ; b = \"c,d\" ;e=f, chunked", "a( ; b = \"c,d\" ;e=f) | chunked"},
        {FLUXO_READ_TRANSFER_ENCODING, "gzip;q=2", "gzip(;q=2)"},
        {FLUXO_READ_TRANSFER_ENCODING, "chunked;", "! LIST 0:8"},
        {FLUXO_READ_TRANSFER_ENCODING, "\"chunked\"", "! LIST 0:0"},
        {FLUXO_READ_TRANSFER_ENCODING,
         "\x0B"
         "chunked",
         "! LIST 0:0"},
        {FLUXO_READ_TRANSFER_ENCODING, "gzip chunked", "! LIST 0:5"},
        {FLUXO_READ_TRANSFER_ENCODING, "a;b", "! LIST 0:3"},
        {FLUXO_READ_TRANSFER_ENCODING, "a;;b=c", "! LIST 0:2"},
        {FLUXO_READ_TRANSFER_ENCODING, "a=b", "! LIST 0:1"},
        {FLUXO_READ_TRANSFER_PARAMETERS, "", ""},
        {FLUXO_READ_TRANSFER_PARAMETERS, " ; b = \"c,d\" ;e=f", "b{c,d}Q | e{f}"},
        {FLUXO_READ_TRANSFER_PARAMETERS, ";a\t=\tb ", "a{b}"},
        {FLUXO_READ_TRANSFER_PARAMETERS, ";", "! PARAMETER 0:1"},
        {FLUXO_READ_TRANSFER_PARAMETERS, ";a=b;", "a{b} ! PARAMETER 0:5"},
        {FLUXO_READ_TRANSFER_PARAMETERS, ";a=b;;c=d", "a{b} ! PARAMETER 0:5"},
        {FLUXO_READ_TRANSFER_PARAMETERS, ";a=b c", "! PARAMETER 0:5"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void te_has_weights_which_come_last(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_TE, "", ""},
        {FLUXO_READ_TE, "trailers", "trailers"},
        {FLUXO_READ_TE, "trailers, deflate;q=0.5", "trailers | deflate*500"},
        {FLUXO_READ_TE, "gzip;a=b;Q=1.000 , x;q=0", "gzip(;a=b)*1000 | x*0"},
        {FLUXO_READ_TE, "gzip ; q=0.001", "gzip*1"},
        {FLUXO_READ_TE, "gzip;q = 0.25", "gzip*250"}, /* bad white space is for recipients to remove (RFC 9110 5.6.3) */
        {FLUXO_READ_TE, "gzip;qq=2;a=\"q=0\"", "gzip(;qq=2;a=\"q=0\")"},
        {FLUXO_READ_TE, "gzip;q=0.;\n", "! LIST 0:9"},
        {FLUXO_READ_TE, "gzip;q=0.5;a=b", "! LIST 0:10"},
        {FLUXO_READ_TE, "gzip;q=2", "! LIST 0:7"},
        {FLUXO_READ_TE, "gzip;q=1.001", "! LIST 0:11"},
        {FLUXO_READ_TE, "gzip;q=0.1234", "! LIST 0:12"},
        {FLUXO_READ_TE, "gzip;q=\"0.5\"", "! LIST 0:7"},
        {FLUXO_READ_TE, "gzip;q=0.5;q=1", "! LIST 0:10"},
        {FLUXO_READ_TE, "trailers deflate", "! LIST 0:9"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void accept_has_ranges_with_weights(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_ACCEPT, "", ""},
        {FLUXO_READ_ACCEPT, "audio/*; q=0.2, audio/basic", "audio{*}(; q=0.2)*200 | audio{basic}"},
        {FLUXO_READ_ACCEPT, "text/html;level=1;Q=0.4;x=y", "text{html}(;level=1;Q=0.4;x=y)*400"},
        {FLUXO_READ_ACCEPT, "*/*;a=\"b,c\";q=0", "*{*}(;a=\"b,c\";q=0)*0"},
        {FLUXO_READ_ACCEPT, "text/html , image/avif,*/*;q=0.8;", "text{html} | image{avif} | *{*}(;q=0.8;)*800"},
        {FLUXO_READ_ACCEPT, "a/b;q=0.5;q=1", "a{b}(;q=0.5;q=1)*1000"},
        {FLUXO_READ_ACCEPT, "*", "! LIST 0:1"},
        {FLUXO_READ_ACCEPT, "text/html;q=1.1", "! LIST 0:14"},
        {FLUXO_READ_ACCEPT, "text/html;q", "! LIST 0:11"},
        {FLUXO_READ_ACCEPT, "text/html q=1", "! LIST 0:10"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void accept_encoding_has_codings_with_weights(void **state)
{
    static const struct row rows[] = {
        {FLUXO_READ_ACCEPT_ENCODING, "", ""},
        {FLUXO_READ_ACCEPT_ENCODING, "*", "*"},
        {FLUXO_READ_ACCEPT_ENCODING, "gzip, deflate, br", "gzip | deflate | br"},
        {FLUXO_READ_ACCEPT_ENCODING, "gzip;q=1.0, identity; q=0.5, *;q=0", "gzip*1000 | identity*500 | **0"},
        {FLUXO_READ_ACCEPT_ENCODING, "gzip;Q=0.12\t,x", "gzip*120 | x"},
        {FLUXO_READ_ACCEPT_ENCODING, "gzip;q=1;q=0", "! LIST 0:8"},
        {FLUXO_READ_ACCEPT_ENCODING, "gzip;level=1", "! LIST 0:5"},
        {FLUXO_READ_ACCEPT_ENCODING, "gzip;q =1", "! LIST 0:6"},
        {FLUXO_READ_ACCEPT_ENCODING, "gzip;q=.5", "! LIST 0:7"},
        {FLUXO_READ_ACCEPT_ENCODING, "gzip;", "! LIST 0:5"},
        {FLUXO_READ_ACCEPT_ENCODING, "gzip;q=-1", "! LIST 0:7"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void weights_are_thousandths(void **state)
{
    static const struct {
        const char *text;
        int answer;
        unsigned weight;
    } rows[] = {
        {"0", FLUXO_DONE, 0},        {"1", FLUXO_DONE, 1000},   {"0.", FLUXO_DONE, 0},      {"1.", FLUXO_DONE, 1000},
        {"0.5", FLUXO_DONE, 500},    {"0.05", FLUXO_DONE, 50},  {"0.999", FLUXO_DONE, 999}, {"0.001", FLUXO_DONE, 1},
        {"1.000", FLUXO_DONE, 1000}, {"", FLUXO_FAULT, 0},      {"2", FLUXO_FAULT, 0},      {"0.5000", FLUXO_FAULT, 0},
        {"1.001", FLUXO_FAULT, 0},   {"00", FLUXO_FAULT, 0},    {".5", FLUXO_FAULT, 0},     {"-0", FLUXO_FAULT, 0},
        {"0,5", FLUXO_FAULT, 0},     {"1e0", FLUXO_FAULT, 0},   {"\"1\"", FLUXO_FAULT, 0},  {" 1", FLUXO_FAULT, 0},
        {"1\t", FLUXO_FAULT, 0},     {"0.5.5", FLUXO_FAULT, 0}, {"1.0.0", FLUXO_FAULT, 0},
    };
    uint16_t weight;
    size_t row;

    (void)state;
    for (row = 0; row < sizeof rows / sizeof *rows; row++) {
        weight = 77;
        assert_int_equal(
            fluxo_text_weigh(guard(0, fluxo_span_of(rows[row].text, strlen(rows[row].text)), GUARD_BEHIND), &weight),
            rows[row].answer);
        assert_int_equal(weight, rows[row].weight);
    }
}

/* ---- Calls that are none, and lines that are none ---- */

static void a_cursor_wants_a_reading_and_lines(void **state)
{
    struct fluxo_cursor cursor;
    struct fluxo_item item;
    struct fluxo_span nothing = {NULL, 0};

    (void)state;
    assert_int_equal(fluxo_cursor_init(&cursor, FLUXO_READINGS, NULL, 0), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_cursor_init(&cursor, (enum fluxo_reading) - 1, NULL, 0), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_cursor_init(&cursor, FLUXO_READ_TOKENS, NULL, 1), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_cursor_init(&cursor, FLUXO_READ_CONTENT_TYPE, NULL, 0), FLUXO_DONE);
    assert_int_equal(fluxo_cursor_next(&cursor, &item), FLUXO_END); /* no line is no fault, an empty one is */
    assert_int_equal(fluxo_cursor_init(&cursor, FLUXO_READ_CONTENT_TYPE, &nothing, 1), FLUXO_DONE);
    assert_int_equal(fluxo_cursor_next(&cursor, &item), FLUXO_FAULT);
    assert_int_equal(cursor.fault, FLUXO_FAULT_MEDIA_TYPE);
    assert_int_equal(fluxo_cursor_init(&cursor, FLUXO_READ_TOKENS, &nothing, 1), FLUXO_DONE);
    assert_int_equal(fluxo_cursor_check(&cursor), FLUXO_DONE);
}

static void a_single_line_need_not_stay(void **state)
{
    struct fluxo_cursor cursor;
    struct fluxo_item item;
    struct fluxo_span line = fluxo_span_of("a,b", 3);

    (void)state;
    fluxo_cursor_init(&cursor, FLUXO_READ_TOKENS, &line, 1);
    memset(&line, 0xFF, sizeof line);
    assert_int_equal(fluxo_cursor_next(&cursor, &item), FLUXO_DONE);
    assert_int_equal(fluxo_cursor_next(&cursor, &item), FLUXO_DONE);
    assert_true(fluxo_span_is(item.name, "b"));
    assert_int_equal(fluxo_cursor_next(&cursor, &item), FLUXO_END);
}

static void a_check_looks_ahead_from_where_the_cursor_stands(void **state)
{
    struct fluxo_cursor cursor;
    struct fluxo_item item;
    struct fluxo_span lines[2] = {{"a,b", 3}, {"c d", 3}};

    (void)state;
    fluxo_cursor_init(&cursor, FLUXO_READ_TOKENS, lines, 1);
    fluxo_cursor_next(&cursor, &item);
    assert_int_equal(fluxo_cursor_check(&cursor), FLUXO_DONE);
    assert_int_equal(fluxo_cursor_next(&cursor, &item), FLUXO_DONE);
    assert_true(fluxo_span_is(item.name, "b"));
    fluxo_cursor_init(&cursor, FLUXO_READ_TOKENS, lines, 2);
    assert_int_equal(fluxo_cursor_check(&cursor), FLUXO_FAULT);
    assert_true(cursor.line == 1 && cursor.at == 2 && cursor.fault == FLUXO_FAULT_LIST);
    assert_int_equal(fluxo_cursor_next(&cursor, &item), FLUXO_FAULT);
}

/* ---- Spans ---- */

static void texts_are_equal_but_for_the_case_of_letters(void **state)
{
    static const char upper[] = "AZ[@`{\xC4\xFF", lower[] = "az[@`{\xC4\xFF";
    unsigned one, other;

    (void)state;
    assert_true(fluxo_span_equals(fluxo_span_of(upper, sizeof upper), fluxo_span_of(lower, sizeof lower)));
    assert_true(fluxo_span_equals(fluxo_span_of(NULL, 0), fluxo_span_of("a", 0)));
    assert_false(fluxo_span_equals(fluxo_span_of("ab", 2), fluxo_span_of("ab", 1)));
    assert_true(fluxo_span_is(fluxo_span_of("Keep-ALIVE, x", 10), "keep-alive"));
    assert_true(fluxo_span_is(fluxo_span_of(NULL, 0), ""));
    assert_false(fluxo_span_is(fluxo_span_of("close", 5), "clos"));
    assert_false(fluxo_span_is(fluxo_span_of("clos", 4), "close"));
    assert_false(fluxo_span_is(fluxo_span_of("a\0b", 3), "a"));
    assert_false(fluxo_span_is(fluxo_span_of("a\0b", 3), "a\0b")); /* a text ends at its NUL */
    for (one = 0; one < 256; one++) {
        for (other = 0; other < 256; other++) {
            char left = (char)one, right = (char)other;
            int letters = (one ^ other) == 0x20 && (one | 0x20) >= 'a' && (one | 0x20) <= 'z';

            assert_int_equal(fluxo_span_equals(fluxo_span_of(&left, 1), fluxo_span_of(&right, 1)), one == other || letters);
        }
    }
}

/* ---- Questions ---- */

static int find(const char *parameters, const char *name, struct fluxo_item *item)
{
    return fluxo_parameter_find(fluxo_span_of(parameters, strlen(parameters)), name, item);
}

static void a_parameter_is_found_by_its_name(void **state)
{
    struct fluxo_item item;

    (void)state;
    assert_int_equal(find("; a=b;Charset=\"utf-8\";c=d;", "charset", &item), FLUXO_DONE);
    assert_true(fluxo_span_is(item.value, "utf-8") && item.flags == FLUXO_ITEM_QUOTED);
    assert_int_equal(find(";a=b", "charset", &item), FLUXO_END);
    assert_empty(&item);
    assert_int_equal(find("", "charset", &item), FLUXO_END);
    assert_int_equal(find(";a=\";charset=x\";xcharset=y", "charset", &item), FLUXO_END);
    assert_int_equal(find(";charset=x;a", "charset", &item), FLUXO_FAULT);
    assert_empty(&item);
    assert_int_equal(find(";boundary=a;BOUNDARY=b;boundary=c", "boundary", &item), FLUXO_DONE);
    assert_true(fluxo_span_is(item.value, "a") && item.flags == FLUXO_ITEM_REPEATED);
}

static void a_list_has_what_it_has(void **state)
{
    struct fluxo_span lines[LINES];
    size_t count = cut_lines("x-gzip, bugzipped\ngzip;q=0\n\"br, zstd\"\nclose;x , Keep-Alive", lines, GUARD_BEHIND);
    int in_lines = fluxo_list_has(lines, count, fluxo_span_of("x-gzip", 6));
    int in_none = fluxo_list_has(NULL, 1, fluxo_span_of("bugzipped", 9)); /* which the call before would have read next */

    (void)state;
    assert_true(in_lines && !in_none);
    assert_true(fluxo_list_has(lines, count, fluxo_span_of("keep-alive", 10)));
    assert_true(fluxo_list_has(lines, count, fluxo_span_of("X-GZIP", 6)));
    assert_false(fluxo_list_has(lines, count, fluxo_span_of("gzip", 4)));
    assert_false(fluxo_list_has(lines, count, fluxo_span_of("zip", 3)));
    assert_false(fluxo_list_has(lines, count, fluxo_span_of("close", 5)));
    assert_false(fluxo_list_has(lines, count, fluxo_span_of("", 0)));
    assert_false(fluxo_list_has(lines, 3, fluxo_span_of("keep-alive", 10)));
    assert_false(fluxo_list_has(NULL, 0, fluxo_span_of("close", 5)));
    assert_false(fluxo_list_has(NULL, 1, fluxo_span_of("close", 5)));
}

static int hops(const struct fluxo_span *lines, size_t count, const char *name)
{
    return fluxo_field_is_hop_by_hop(lines, count, fluxo_span_of(name, strlen(name)));
}

static void what_connection_names_is_hop_by_hop(void **state)
{
    struct fluxo_span lines[LINES];
    size_t count = cut_lines("close, X-Secret;a\nHTTP2-Settings\n host, Content-Length,x-forwarded-for, Cache-Control", lines,
                             GUARD_BEHIND);

    (void)state;
    assert_true(hops(lines, count, "http2-settings"));
    assert_false(hops(lines, count, "Accept"));
    assert_false(hops(lines, count, "X-Secret"));
    assert_false(hops(NULL, 0, "HTTP2-Settings"));
    /* Known to be for the next hop, whether named or not. */
    assert_true(hops(NULL, 0, "connection") && hops(NULL, 0, "TE") && hops(NULL, 0, "Transfer-Encoding"));
    assert_true(hops(NULL, 0, "keep-alive") && hops(NULL, 0, "proxy-connection") && hops(NULL, 0, "upgrade"));
    /* Needed to the message's end, whatever is named. */
    assert_false(hops(lines, count, "Host") || hops(lines, count, "content-length"));
    assert_false(hops(lines, count, "X-Forwarded-For") || hops(lines, count, "Cache-Control"));
}

/* ---- Texts that stand for others ---- */

typedef int decoder(struct fluxo_span text, void *to, size_t room, size_t *length);

struct decoding {
    decoder *decode;
    const char *text;
    size_t length; /* of the text */
    int answer;
    const char *to;
    size_t count; /* octets, or the offset of the fault */
};

/* Into just enough room, which may be the text itself; and with one octet less nothing is written. */
static void assert_decoding(const struct decoding *row)
{
    struct fluxo_span text = guard(0, fluxo_span_of(row->text, row->length), GUARD_BEHIND), own, to;
    size_t length = 99;

    memset(&to, 0, sizeof to);
    to = guard(1, fluxo_span_of("################", row->answer == FLUXO_DONE ? row->count : 16), GUARD_BEHIND);
    assert_int_equal(row->decode(text, (char *)to.start, to.length, &length), row->answer);
    assert_int_equal(length, row->count);
    if (row->answer == FLUXO_FAULT) {
        assert_memory_equal(to.start, "################", 16);
        return;
    }
    assert_memory_equal(to.start, row->to, length);
    if (length) {
        memset((char *)to.start, '#', length);
        assert_int_equal(row->decode(text, (char *)to.start, length - 1, &length), FLUXO_FULL);
        assert_int_equal(length, row->count);
        assert_memory_equal(to.start, "################", length);
    }
    own = guard(1, text, GUARD_BEFORE);
    assert_int_equal(row->decode(own, (char *)own.start, own.length, &length), FLUXO_DONE);
    assert_memory_equal(own.start, row->to, length);
}

static void texts_are_decoded_or_left_alone(void **state)
{
#define TEXT(text) text, sizeof(text) - 1
    static const struct decoding rows[] = {
        {fluxo_text_unquote, TEXT("token"), FLUXO_DONE, TEXT("token")},
        {fluxo_text_unquote, TEXT("\"\""), FLUXO_DONE, TEXT("")},
        {fluxo_text_unquote, TEXT("\"a b\""), FLUXO_DONE, TEXT("a b")},
        {fluxo_text_unquote, TEXT("\"\\a\\\"\\\\\\\t\x80\""), FLUXO_DONE, TEXT("a\"\\\t\x80")},
        {fluxo_text_unquote, TEXT(""), FLUXO_FAULT, NULL, 0},
        {fluxo_text_unquote, TEXT("a b"), FLUXO_FAULT, NULL, 1},
        {fluxo_text_unquote, TEXT("\"a"), FLUXO_FAULT, NULL, 2},
        {fluxo_text_unquote, TEXT("\"a\\\""), FLUXO_FAULT, NULL, 4},
        {fluxo_text_unquote, TEXT("\"a\"b"), FLUXO_FAULT, NULL, 3},
        {fluxo_text_unquote, TEXT("\"\\\x7F\""), FLUXO_FAULT, NULL, 2},
        {fluxo_text_unescape, TEXT(""), FLUXO_DONE, TEXT("")},
        {fluxo_text_unescape, TEXT("ut\\f-8"), FLUXO_DONE, TEXT("utf-8")},
        {fluxo_text_unescape, TEXT("a\"b"), FLUXO_FAULT, NULL, 1},
        {fluxo_text_unescape, TEXT("a\\"), FLUXO_FAULT, NULL, 2},
        {fluxo_text_unescape, TEXT("a\0"), FLUXO_FAULT, NULL, 1},
        {fluxo_text_unpercent, TEXT(""), FLUXO_DONE, TEXT("")},
        {fluxo_text_unpercent, TEXT("a%20b+c"), FLUXO_DONE, TEXT("a b+c")},
        {fluxo_text_unpercent, TEXT("%00%fF%Aa%7e"), FLUXO_DONE, TEXT("\0\xFF\xAA~")},
        {fluxo_text_unpercent, TEXT("%2541"), FLUXO_DONE, TEXT("%41")},
        {fluxo_text_unpercent, TEXT("\x80\0\r"), FLUXO_DONE, TEXT("\x80\0\r")},
        {fluxo_text_unpercent, TEXT("a%"), FLUXO_FAULT, NULL, 1},
        {fluxo_text_unpercent, TEXT("a%4"), FLUXO_FAULT, NULL, 1},
        {fluxo_text_unpercent, TEXT("%41%4g%41"), FLUXO_FAULT, NULL, 3},
        {fluxo_text_unpercent, TEXT("%%41"), FLUXO_FAULT, NULL, 0},
    };
    size_t row;

    (void)state;
    for (row = 0; row < sizeof rows / sizeof *rows; row++)
        assert_decoding(&rows[row]);
}

/* ---- Laws, over bytes that nobody chose ---- */

static uint32_t draw(uint32_t below)
{
    static uint32_t seed = 9110;

    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

/* Mostly of what values are made of, so that many are read to their end and the others break late. */
static size_t draw_value(char *value, size_t most)
{
    static const char *const parts[] = {"a",        "q",        "Q=0.5", ";",   ";",   "=",    ",",   ",", "\"",
                                        "\"x,;y\"", "\"\\\"\"", " ",     "\t",  "0.5", "1",    "/",   "*", "\\",
                                        "\x80",     "; q=1",    "a=b",   "a/b", ", ",  ";a=b", "%41", "%"};
    size_t length = 0, part;

    while (draw(12) && length + 8 < most) {
        part = draw(sizeof parts / sizeof *parts);
        memcpy(value + length, parts[part], strlen(parts[part]));
        length += strlen(parts[part]);
        if (!draw(40))
            value[length++] = (char)draw(256);
    }
    return length;
}

static int is_list(enum fluxo_reading reading)
{
    return reading != FLUXO_READ_PARAMETERS && reading != FLUXO_READ_TRANSFER_PARAMETERS &&
           reading != FLUXO_READ_CONTENT_TYPE && reading != FLUXO_READ_QVALUE;
}

/* The items once more, as a sender should write them. */
static size_t join_items(enum fluxo_reading reading, struct fluxo_span value, char *to)
{
    struct fluxo_cursor cursor;
    struct fluxo_item item;
    size_t length = 0;

    fluxo_cursor_init(&cursor, reading, &value, 1);
    while (fluxo_cursor_next(&cursor, &item) == FLUXO_DONE) {
        if (!is_list(reading) && item.name.start && reading != FLUXO_READ_CONTENT_TYPE)
            to[length++] = ';';
        else if (length)
            to[length++] = ',';
        to[length++] = ' ';
        memcpy(to + length, item.text.start, item.text.length);
        length += item.text.length;
    }
    return length;
}

static void assert_same_items(enum fluxo_reading reading, const struct page *page, const char *value, size_t length)
{
    static struct page again;
    struct fluxo_span span = guard(1, fluxo_span_of(value, length), GUARD_BEHIND);

    write_items(&again, reading, &span, 1);
    assert_int_equal(again.length, page->length);
    assert_memory_equal(again.text, page->text, page->length);
}

/* Whether a value of that beginning can be read, as far as the beginning tells: cut there, it is at most too short. */
static void assert_first_that_cannot_stand(enum fluxo_reading reading, struct fluxo_span value,
                                           const struct fluxo_cursor *fault)
{
    struct fluxo_cursor cursor;
    struct fluxo_span cut = guard(1, fluxo_span_of(value.start, fault->at), GUARD_BEHIND);
    char other[ROOM];
    size_t length;

    fluxo_cursor_init(&cursor, reading, &cut, 1);
    if (fluxo_cursor_check(&cursor) == FLUXO_FAULT)
        assert_int_equal(cursor.at, fault->at);
    if (fault->at == value.length)
        return;
    memcpy(other, value.start, fault->at + 1);
    length = fault->at + 1 + draw_value(other + fault->at + 1, ROOM / 4);
    cut = guard(1, fluxo_span_of(other, length), GUARD_BEHIND);
    fluxo_cursor_init(&cursor, reading, &cut, 1);
    assert_int_equal(fluxo_cursor_check(&cursor), FLUXO_FAULT);
    assert_int_equal(cursor.at, fault->at);
}

static void any_value_is_given_again_or_refused_where_it_breaks(void **state)
{
    static struct page page;
    static unsigned read[FLUXO_READINGS], refused[FLUXO_READINGS];
    static char value[ROOM], joined[2 * ROOM];
    struct fluxo_cursor cursor;
    struct fluxo_span span;
    unsigned trial, reading;

    (void)state;
    for (trial = 0; trial < 40000; trial++) {
        reading = trial % FLUXO_READINGS;
        span = guard(0, fluxo_span_of(value, draw_value(value, ROOM / 4)), trial & 64 ? GUARD_BEHIND : GUARD_BEFORE);
        write_items(&page, (enum fluxo_reading)reading, &span, 1);
        fluxo_cursor_init(&cursor, (enum fluxo_reading)reading, &span, 1);
        if (fluxo_cursor_check(&cursor) == FLUXO_FAULT) {
            assert_first_that_cannot_stand((enum fluxo_reading)reading, span, &cursor);
            refused[reading]++;
        } else {
            assert_same_items((enum fluxo_reading)reading, &page, joined,
                              join_items((enum fluxo_reading)reading, span, joined));
            read[reading]++;
        }
    }
    for (reading = 0; reading < FLUXO_READINGS; reading++) {
        assert_true(read[reading] > 20);
        assert_true(refused[reading] > 200 || reading == FLUXO_READ_MEMBERS);
    }
    assert_int_equal(refused[FLUXO_READ_MEMBERS], 0);
}

/* RFC 9110 5.3: lines are as one value with commas between them, as long as each can be read. */
static void lines_are_as_one_value(void **state)
{
    static struct page page;
    static char values[3][ROOM], joined[3 * ROOM];
    struct fluxo_span lines[3];
    struct fluxo_cursor cursor;
    unsigned trial, line, told = 0;
    size_t length;

    (void)state;
    for (trial = 0; trial < 20000; trial++) {
        enum fluxo_reading reading = (enum fluxo_reading)(trial % FLUXO_READINGS);

        for (length = 0, line = 0; line < 3; line++) {
            lines[line] = fluxo_span_of(values[line], draw_value(values[line], 64));
            joined[length] = ',';
            length += line ? 1 : 0;
            memcpy(joined + length, values[line], lines[line].length);
            length += lines[line].length;
        }
        fluxo_cursor_init(&cursor, reading, lines, 3);
        if (!is_list(reading) || fluxo_cursor_check(&cursor) == FLUXO_FAULT)
            continue;
        write_items(&page, reading, lines, 3);
        assert_same_items(reading, &page, joined, length);
        told += page.length > 0;
    }
    assert_true(told > 100);
}

/* What the decoders should do, told by the byte. */
static int unescape_plainly(const char *text, size_t length, char *to, size_t *count)
{
    size_t at;

    for (at = 0, *count = 0; at < length; at++) {
        int escaped = text[at] == '\\';

        at += (size_t)escaped;
        if (at == length || (text[at] == '"' && !escaped))
            return 0;
        if (text[at] == 0x7F || ((unsigned char)text[at] < ' ' && text[at] != '\t'))
            return 0;
        to[(*count)++] = text[at];
    }
    return 1;
}

static int unpercent_plainly(const char *text, size_t length, char *to, size_t *count)
{
    size_t at;

    for (at = 0, *count = 0; at < length; at++) {
        char digits[3] = {0, 0, 0};

        if (text[at] != '%') {
            to[(*count)++] = text[at];
            continue;
        }
        memcpy(digits, text + at + 1, length - at - 1 < 2 ? length - at - 1 : 2);
        if (strspn(digits, "0123456789abcdefABCDEF") != 2)
            return 0;
        to[(*count)++] = (char)strtol(digits, NULL, 16);
        at += 2;
    }
    return 1;
}

static void decoders_do_what_they_should(void **state)
{
    static char value[ROOM], wanted[ROOM], found[ROOM];
    unsigned trial, good = 0;
    size_t length, count, found_count;

    (void)state;
    for (trial = 0; trial < 20000; trial++) {
        int percent = trial & 1, right;
        struct fluxo_span span;

        length = draw_value(value, 64);
        span = guard(0, fluxo_span_of(value, length), GUARD_BEHIND);
        right = (percent ? unpercent_plainly : unescape_plainly)(value, length, wanted, &count);
        assert_int_equal((percent ? fluxo_text_unpercent : fluxo_text_unescape)(span, found, sizeof found, &found_count),
                         right ? FLUXO_DONE : FLUXO_FAULT);
        if (right) {
            assert_int_equal(found_count, count);
            assert_memory_equal(found, wanted, count);
        }
        good += (unsigned)right;
    }
    assert_true(good > 5000 && good < 19000);
}

/* Megabytes of what others have read again and again; the alarm ends who does. */
static void work_grows_with_length_only(void **state)
{
    static const char *const repeated[] = {",", " ", "\"", "\\", "\"\\\",\"", ";a=b", "a,", "a;b=\"c\", ", ";", "q=", "%"};
    enum { LENGTH = 1 << 21 };
    char *value = (char *)malloc(LENGTH), *to = (char *)malloc(LENGTH);
    size_t part, at, length, count;
    unsigned reading;

    (void)state;
    assert_true(value && to);
    alarm(60);
    for (part = 0; part < sizeof repeated / sizeof *repeated; part++) {
        length = strlen(repeated[part]);
        for (at = 0; at < LENGTH; at++)
            value[at] = repeated[part][at % length];
        for (reading = 0; reading < FLUXO_READINGS; reading++) {
            struct fluxo_span line = fluxo_span_of(value, LENGTH);
            struct fluxo_cursor cursor;
            struct fluxo_item item;
            size_t before = 0;

            fluxo_cursor_init(&cursor, (enum fluxo_reading)reading, &line, 1);
            while (fluxo_cursor_next(&cursor, &item) == FLUXO_DONE) {
                assert_true(cursor.at > before);
                before = cursor.at;
            }
        }
        fluxo_text_unescape(fluxo_span_of(value, LENGTH), to, LENGTH, &count);
        fluxo_text_unpercent(fluxo_span_of(value, LENGTH), to, LENGTH, &count);
    }
    alarm(0);
    free(value);
    free(to);
}

static void each_text_that_is_refused_has_a_fault_of_its_own(void **state)
{
    struct fluxo_span parameters = {";a", 2}, open = {"\"a", 2}, weight = {"2", 1};
    struct fluxo_cursor cursor;
    struct fluxo_item item;
    uint16_t thousandths;
    char room[4];
    size_t length;

    (void)state;
    fluxo_cursor_init(&cursor, FLUXO_READ_PARAMETERS, &parameters, 1);
    assert_int_equal(fluxo_cursor_next(&cursor, &item), FLUXO_FAULT);
    assert_int_equal(cursor.fault, FLUXO_FAULT_PARAMETER);
    assert_int_equal(fluxo_text_unquote(open, room, sizeof room, &length), FLUXO_FAULT);
    assert_string_equal(fluxo_fault(FLUXO_FAULT_QUOTED)->section, "RFC 9110 5.6.4");
    assert_int_equal(fluxo_text_weigh(weight, &thousandths), FLUXO_FAULT);
    fluxo_cursor_init(&cursor, FLUXO_READ_QVALUE, &weight, 1);
    assert_int_equal(fluxo_cursor_next(&cursor, &item), FLUXO_FAULT);
    assert_int_equal(cursor.fault, FLUXO_FAULT_QVALUE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_text_that_is_refused_has_a_fault_of_its_own),
        cmocka_unit_test(elements_end_at_commas_that_are_not_quoted),
        cmocka_unit_test(tokens_are_options_trailers_and_codings),
        cmocka_unit_test(members_are_the_tokens_among_anything),
        cmocka_unit_test(parameters_have_no_white_space_around_the_equals_sign),
        cmocka_unit_test(protocols_have_a_name_and_perhaps_a_version),
        cmocka_unit_test(a_media_type_has_a_type_and_a_subtype),
        cmocka_unit_test(expectations_have_a_name_and_perhaps_a_value),
        cmocka_unit_test(transfer_codings_have_parameters),
        cmocka_unit_test(te_has_weights_which_come_last),
        cmocka_unit_test(accept_has_ranges_with_weights),
        cmocka_unit_test(accept_encoding_has_codings_with_weights),
        cmocka_unit_test(weights_are_thousandths),
        cmocka_unit_test(a_cursor_wants_a_reading_and_lines),
        cmocka_unit_test(a_single_line_need_not_stay),
        cmocka_unit_test(a_check_looks_ahead_from_where_the_cursor_stands),
        cmocka_unit_test(texts_are_equal_but_for_the_case_of_letters),
        cmocka_unit_test(a_parameter_is_found_by_its_name),
        cmocka_unit_test(a_list_has_what_it_has),
        cmocka_unit_test(what_connection_names_is_hop_by_hop),
        cmocka_unit_test(texts_are_decoded_or_left_alone),
        cmocka_unit_test(any_value_is_given_again_or_refused_where_it_breaks),
        cmocka_unit_test(lines_are_as_one_value),
        cmocka_unit_test(decoders_do_what_they_should),
        cmocka_unit_test(work_grows_with_length_only),
    };

    return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
