/* SPDX-License-Identifier: MIT */
/* The promises of <fluxo/parser.h> that a transcript cannot show: misuse, ownership, stops, tables. */
#define _DEFAULT_SOURCE
#include <fluxo/parser.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define CAPACITY 64

static struct fluxo_parser parser;
static struct fluxo_event events[CAPACITY];

static struct fluxo_feed feed(const char *bytes)
{
    return fluxo_parser_feed(&parser, bytes, strlen(bytes), events, CAPACITY);
}

static void begin(enum fluxo_kind kind)
{
    assert_int_equal(fluxo_parser_init(&parser, kind, NULL), 0);
}

static void assert_feed(struct fluxo_feed fed, enum fluxo_status status, size_t consumed, unsigned count)
{
    assert_int_equal(fed.status, status);
    assert_int_equal(fed.consumed, consumed);
    assert_int_equal(fed.count, count);
}

/* ---- Sizes ---- */

static void sizes_are_as_promised(void **state)
{
    (void)state;
    assert_true(sizeof(struct fluxo_parser) <= 64);
    assert_int_equal(sizeof(struct fluxo_event), 16);
}

/* ---- Stops ---- */

static void a_head_with_a_body_stops_at_head(void **state)
{
    static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n",
                      message[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab";

    (void)state;
    begin(FLUXO_REQUEST);
    assert_feed(feed(message), FLUXO_HEAD, sizeof head - 1, 4);
    assert_feed(feed("ab"), FLUXO_MESSAGE, 2, 2);
}

static void a_head_without_a_body_stops_at_message(void **state)
{
    static const char message[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";

    (void)state;
    begin(FLUXO_REQUEST);
    assert_feed(feed(message), FLUXO_MESSAGE, sizeof message - 1, 5);
    assert_int_equal(events[4].kind, FLUXO_EVENT_MESSAGE);
}

static void events_come_once_and_the_rest_when_there_is_room(void **state)
{
    char message[4096] = "GET / HTTP/1.1\r\nHost: a\r\n";
    unsigned count = 0, field;
    struct fluxo_feed fed;

    (void)state;
    for (field = 0; field < 60; field++)
        strcat(message, "X: y\r\n");
    strcat(message, "\r\n");
    begin(FLUXO_REQUEST);
    do {
        fed = fluxo_parser_feed(&parser, message, strlen(message), events, 8);
        assert_true(fed.count <= 8);
        count += fed.count;
        if (fed.status == FLUXO_EVENTS_FULL)
            assert_int_equal(fed.consumed, 0); /* the head is not complete */
    } while (fed.status == FLUXO_EVENTS_FULL);
    assert_int_equal(fed.status, FLUXO_MESSAGE);
    assert_int_equal(fed.consumed, strlen(message));
    assert_int_equal(count, 1 + 61 + 2);
}

static void events_are_full_between_chunks_too(void **state)
{
    static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    char body[256] = "";
    unsigned chunk;
    struct fluxo_feed fed;

    (void)state;
    for (chunk = 0; chunk < 20; chunk++)
        strcat(body, "1\r\nx\r\n");
    begin(FLUXO_REQUEST);
    assert_int_equal(feed(head).status, FLUXO_HEAD);
    fed = fluxo_parser_feed(&parser, body, strlen(body), events, FLUXO_CAPACITY_LEAST);
    assert_int_equal(fed.status, FLUXO_EVENTS_FULL);
    assert_true(fed.count <= FLUXO_CAPACITY_LEAST);
}

static void what_follows_a_close_is_not_consumed(void **state)
{
    (void)state;
    begin(FLUXO_REQUEST);
    assert_int_equal(feed("GET / HTTP/1.0\r\n\r\nGET /").status, FLUXO_MESSAGE);
    assert_feed(feed("GET /"), FLUXO_CLOSED, 0, 0);
    assert_feed(feed(""), FLUXO_CLOSED, 0, 0);
    assert_int_equal(fluxo_parser_finish(&parser, events, CAPACITY).status, FLUXO_CLOSED);
}

static void what_follows_a_switch_is_not_consumed(void **state)
{
    (void)state;
    begin(FLUXO_RESPONSE);
    assert_int_equal(feed("HTTP/1.1 101 x\r\n\r\n\x81\x05").status, FLUXO_MESSAGE);
    assert_feed(feed("\x81\x05"), FLUXO_SWITCHED, 0, 0);
    assert_int_equal(fluxo_parser_finish(&parser, events, CAPACITY).status, FLUXO_SWITCHED);
}

static void a_refusal_is_sticky(void **state)
{
    struct fluxo_feed fed;

    (void)state;
    begin(FLUXO_REQUEST);
    assert_int_equal(feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, FLUXO_MESSAGE);
    fed = feed("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n");
    assert_int_equal(fed.status, FLUXO_ERROR);
    assert_int_equal(fed.error, FLUXO_ERR_OBS_FOLD);
    assert_int_equal(fed.count, 2);
    assert_int_equal(fluxo_parser_offset(&parser), 27 + 25);
    fed = feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_feed(fed, FLUXO_ERROR, 0, 0);
    assert_int_equal(fed.error, FLUXO_ERR_OBS_FOLD);
    assert_int_equal(fluxo_parser_finish(&parser, events, CAPACITY).error, FLUXO_ERR_OBS_FOLD);
    begin(FLUXO_REQUEST);
    assert_int_equal(feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, FLUXO_MESSAGE);
}

static void a_value_that_is_refused_is_not_handed_out(void **state)
{
    struct fluxo_options options;

    (void)state;
    fluxo_options_init(&options);
    options.flags = FLUXO_PIECES;
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, &options), 0);
    assert_feed(feed("GET / HTTP/1.1\r\nHost: a b"), FLUXO_ERROR, 0, 1);
}

/* ---- Bytes that stay, bytes that go ---- */

static void whole_mode_keeps_an_unfinished_head(void **state)
{
    (void)state;
    begin(FLUXO_REQUEST);
    assert_feed(feed("\r\nGET / HTTP/1.1\r\nHost: a"), FLUXO_NEED_MORE, 0, 1);
    assert_int_equal(events[0].at, 2);
    assert_feed(feed("\r\nGET / HTTP/1.1\r\nHost: a\r\n"), FLUXO_NEED_MORE, 0, 1);
    assert_int_equal(events[0].at, 18);
    assert_feed(feed("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), FLUXO_MESSAGE, 29, 2);
}

static void whole_mode_lets_chunk_lines_go_unless_they_are_asked_for(void **state)
{
    static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct fluxo_options options;

    (void)state;
    begin(FLUXO_REQUEST);
    assert_int_equal(feed(head).status, FLUXO_HEAD);
    assert_feed(feed("000"), FLUXO_NEED_MORE, 3, 0);
    assert_feed(feed("1;a"), FLUXO_NEED_MORE, 3, 0);
    assert_feed(feed("\r\nx\r\n0\r\nA: b"), FLUXO_NEED_MORE, 8, 1); /* the trailer section stays */
    assert_feed(feed("A: b\r\n\r\n"), FLUXO_MESSAGE, 8, 2);

    fluxo_options_init(&options);
    options.flags = FLUXO_CHUNKS;
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, &options), 0);
    assert_int_equal(feed(head).status, FLUXO_HEAD);
    assert_feed(feed("000"), FLUXO_NEED_MORE, 0, 0);
    assert_feed(feed("0001;a\r\nx"), FLUXO_NEED_MORE, 9, 2);
    assert_int_equal(events[0].kind, FLUXO_EVENT_CHUNK);
}

static void pieces_mode_keeps_nothing(void **state)
{
    struct fluxo_options options;

    (void)state;
    fluxo_options_init(&options);
    options.flags = FLUXO_PIECES;
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, &options), 0);
    assert_feed(feed("GE"), FLUXO_NEED_MORE, 2, 1);
    assert_int_equal(events[0].flags, FLUXO_EVENT_MORE);
    assert_feed(feed("T /a"), FLUXO_NEED_MORE, 4, 1);
    assert_feed(feed(" HTTP/1.1\r\nHos"), FLUXO_NEED_MORE, 14, 2);
    assert_int_equal(events[0].kind, FLUXO_EVENT_REQUEST_LINE);
    assert_int_equal(events[0].flags, 0);
    assert_int_equal(events[0].id, FLUXO_METHOD_GET);
    assert_feed(feed("t:  a \t"), FLUXO_NEED_MORE, 7, 1);
    assert_feed(feed(" \r\n"), FLUXO_NEED_MORE, 3, 1);
    assert_int_equal(events[0].id, FLUXO_FIELD_HOST);
    assert_int_equal(events[0].len, 0);
    assert_int_equal(events[0].gap, 2); /* of the blanks that were handed out */
    assert_feed(feed("\r\n"), FLUXO_MESSAGE, 2, 2);
}

static void more_than_2_gib_is_taken_in_parts(void **state)
{
    static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000000\r\n\r\n";
    const size_t size = 3000000000u;
    void *octets;
    struct fluxo_feed fed;

    (void)state;
    if (sizeof(size_t) < 8)
        skip();
    octets = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (octets == MAP_FAILED)
        skip();
    begin(FLUXO_REQUEST);
    assert_int_equal(feed(head).status, FLUXO_HEAD);
    fed = fluxo_parser_feed(&parser, octets, size, events, CAPACITY);
    assert_feed(fed, FLUXO_EVENTS_FULL, INT32_MAX, 1);
    assert_int_equal(events[0].len, INT32_MAX);
    fed = fluxo_parser_feed(&parser, (char *)octets + fed.consumed, size - fed.consumed, events, CAPACITY);
    assert_feed(fed, FLUXO_MESSAGE, size - INT32_MAX, 2);
    assert_int_equal(fluxo_parser_offset(&parser), sizeof head - 1 + size);
    assert_int_equal(feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n").status, FLUXO_HEAD);
    assert_feed(fluxo_parser_feed(&parser, octets, size, events, CAPACITY), FLUXO_MESSAGE, 3, 2);
    munmap(octets, size);
}

static void a_trailer_changes_no_fact(void **state)
{
    static const char head[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct fluxo_facts before, after;

    (void)state;
    begin(FLUXO_REQUEST);
    assert_int_equal(feed(head).status, FLUXO_HEAD);
    before = fluxo_parser_facts(&parser);
    assert_int_equal(feed("0\r\nUpgrade: h2c\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n").status,
                     FLUXO_MESSAGE);
    after = fluxo_parser_facts(&parser);
    assert_memory_equal(&before, &after, sizeof before);
}

static void an_empty_reason_phrase_stands_behind_its_space(void **state)
{
    (void)state;
    begin(FLUXO_RESPONSE);
    assert_int_equal(feed("HTTP/1.1 200 \r\n\r\n").status, FLUXO_HEAD);
    assert_int_equal(events[0].name_len, 3);
    assert_int_equal(events[0].gap, 4);
    assert_int_equal(events[0].len, 0);
}

static void what_101_says_of_the_connection_counts(void **state)
{
    (void)state;
    begin(FLUXO_RESPONSE);
    assert_int_equal(feed("HTTP/1.1 101 x\r\nConnection: upgrade, close\r\n\r\n").status, FLUXO_MESSAGE);
    assert_false(fluxo_parser_facts(&parser).keep_alive);
}

static void a_status_is_not_taken_for_a_method(void **state)
{
    char head[] = "HTTP/1.1 000 x\r\nContent-Length: 1\r\n\r\n";

    (void)state;
    assert_in_range(FLUXO_METHOD_CONNECT, 1, 9);
    head[strlen("HTTP/1.1 00")] = '0' + FLUXO_METHOD_CONNECT;
    begin(FLUXO_RESPONSE);
    assert_int_equal(feed(head).status, FLUXO_HEAD);
    assert_int_equal(feed("x").status, FLUXO_MESSAGE);
    assert_int_equal(feed("").status, FLUXO_NEED_MORE);
}

/* ---- Limits ---- */

/* All of it that is not consumed, in one call after the other while they tell of more. */
static enum fluxo_status feed_all(const char *bytes, size_t length, size_t *consumed)
{
    struct fluxo_feed fed;

    do {
        fed = fluxo_parser_feed(&parser, bytes + *consumed, length - *consumed, events, CAPACITY);
        *consumed += fed.consumed;
    } while (fed.status == FLUXO_HEAD);
    return (enum fluxo_status)fed.status;
}

/* Octet by octet: each before the one beyond the limit is let pass, and that one is not. */
static void assert_refused_at(const struct fluxo_options *options, const char *message, size_t beyond)
{
    size_t consumed = 0, length;

    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, options), 0);
    for (length = 1; length <= beyond; length++)
        assert_int_equal(feed_all(message, length, &consumed), FLUXO_NEED_MORE);
    assert_int_equal(feed_all(message, length, &consumed), FLUXO_ERROR);
    assert_int_equal(fluxo_parser_offset(&parser), beyond);
}

/* Up to limits from which on whole lines are taken, and runs of octets that change nothing. */
static void the_octet_beyond_a_limit_is_refused_when_it_comes(void **state)
{
#define LONG "a-name-of-which-nobody-would-think-that-it-goes-on-and-on-and-on-for-a-hundred-octets-as-this-one-does-and-so-on"
#define VALUE                                                                                                                  \
    "A: a value of which nobody would think that it goes on and on and on for a hundred octets, as this one does, and so on"
#define START "GET / HTTP/1.1\r\n"
#define CHUNKED "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    struct fluxo_options options;
    uint32_t most;

    (void)state;
    for (most = 2; most < 100; most++) {
        fluxo_options_init(&options);
        options.limits.head = (uint32_t)(sizeof START - 1) + most;
        assert_refused_at(&options, START VALUE, sizeof START - 1 + most);
        fluxo_options_init(&options);
        options.limits.field_line = most;
        assert_refused_at(&options, START VALUE, sizeof START - 1 + most);
        fluxo_options_init(&options);
        options.limits.field_name = most;
        assert_refused_at(&options, START LONG, sizeof START - 1 + most);
        fluxo_options_init(&options);
        options.limits.trailers = most;
        assert_refused_at(&options, CHUNKED VALUE, sizeof CHUNKED - 1 + most);
    }
#undef LONG
#undef VALUE
#undef START
#undef CHUNKED
}

/* ---- The end of the connection ---- */

static enum fluxo_status finish_after(enum fluxo_kind kind, const char *bytes)
{
    struct fluxo_feed fed;

    begin(kind);
    do {
        fed = feed(bytes);
        bytes += fed.consumed;
    } while (fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE);
    return (enum fluxo_status)fluxo_parser_finish(&parser, events, CAPACITY).status;
}

/* A body that ended with the connection leaves none on which a message could follow, whatever the version. */
static void the_end_of_a_body_is_that_of_the_connection(void **state)
{
    (void)state;
    begin(FLUXO_RESPONSE);
    assert_int_equal(feed("HTTP/1.1 200 OK\r\n\r\n").status, FLUXO_HEAD);
    assert_feed(feed("abc"), FLUXO_NEED_MORE, 3, 1);
    assert_int_equal(fluxo_parser_finish(&parser, events, CAPACITY).status, FLUXO_MESSAGE);
    assert_feed(feed("HTTP/1.1 200 OK\r\n\r\n"), FLUXO_CLOSED, 0, 0);
}

static void the_end_has_three_outcomes(void **state)
{
    (void)state;
    assert_int_equal(finish_after(FLUXO_REQUEST, ""), FLUXO_CLOSED);
    assert_int_equal(finish_after(FLUXO_REQUEST, "\r\n\r\n"), FLUXO_CLOSED);
    assert_int_equal(finish_after(FLUXO_REQUEST, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), FLUXO_CLOSED);
    assert_int_equal(finish_after(FLUXO_REQUEST, "G"), FLUXO_NEED_MORE);
    assert_int_equal(finish_after(FLUXO_RESPONSE, "H"), FLUXO_NEED_MORE);
    assert_int_equal(finish_after(FLUXO_RESPONSE, "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\na"), FLUXO_NEED_MORE);
    assert_int_equal(finish_after(FLUXO_RESPONSE, "HTTP/1.1 200 \r\n\r\n"), FLUXO_MESSAGE);
    assert_int_equal(finish_after(FLUXO_RESPONSE, "HTTP/1.1 200 \r\n\r\nabc"), FLUXO_MESSAGE);
    assert_int_equal(fluxo_parser_finish(&parser, events, CAPACITY).status, FLUXO_CLOSED);
}

/* ---- Misuse changes nothing and says so ---- */

static void assert_misuse(struct fluxo_feed fed, const struct fluxo_parser *before)
{
    assert_feed(fed, FLUXO_ERROR, 0, 0);
    assert_int_equal(fed.error, FLUXO_ERR_MISUSE);
    assert_memory_equal(&parser, before, sizeof parser);
}

static void misuse_of_feed_changes_nothing(void **state)
{
    static const char message[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct fluxo_parser before;

    (void)state;
    begin(FLUXO_REQUEST);
    assert_feed(fluxo_parser_feed(&parser, message, 10, events, CAPACITY), FLUXO_NEED_MORE, 0, 0);
    before = parser;
    assert_misuse(fluxo_parser_feed(&parser, message, 9, events, CAPACITY), &before);
    assert_misuse(fluxo_parser_feed(&parser, message, 20, events, 7), &before);
    assert_misuse(fluxo_parser_feed(&parser, message, 20, NULL, CAPACITY), &before);
    assert_misuse(fluxo_parser_feed(&parser, NULL, 20, events, CAPACITY), &before);
    assert_misuse(fluxo_parser_finish(&parser, events, 7), &before);
    assert_feed(feed(message), FLUXO_MESSAGE, sizeof message - 1, 4);
    assert_feed(fluxo_parser_feed(&parser, NULL, 0, events, CAPACITY), FLUXO_NEED_MORE, 0, 0);
}

static void misuse_of_finish_changes_nothing(void **state)
{
    struct fluxo_parser before;

    (void)state;
    begin(FLUXO_RESPONSE);
    assert_int_equal(feed("HTTP/1.1 200 \r\n\r\n").status, FLUXO_HEAD);
    before = parser;
    assert_misuse(fluxo_parser_finish(&parser, NULL, CAPACITY), &before);
    assert_misuse(fluxo_parser_finish(&parser, events, FLUXO_CAPACITY_LEAST - 1), &before);
    assert_int_equal(fluxo_parser_finish(&parser, events, FLUXO_CAPACITY_LEAST).status, FLUXO_MESSAGE);
}

static void an_option_out_of_range_is_misuse(void **state)
{
    struct fluxo_parser before;
    struct fluxo_options options;

    (void)state;
    memset(&parser, 0x5A, sizeof parser);
    before = parser;
#define REFUSED(change)                                                                                                        \
    fluxo_options_init(&options);                                                                                              \
    change;                                                                                                                    \
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, &options), FLUXO_ERR_MISUSE);                                   \
    assert_memory_equal(&parser, &before, sizeof parser)
    REFUSED(options.relax = FLUXO_RELAX_ALL + 1);
    REFUSED(options.flags = 4);
    REFUSED(options.limits.method = 0);
    REFUSED(options.limits.method = 65535);
    REFUSED(options.limits.field_name = 65536);
    REFUSED(options.limits.field_line = 65536);
    REFUSED(options.limits.head = 0x40000001);
#undef REFUSED
    fluxo_options_init(&options);
    options.limits.method = 65534;
    options.limits.field_line = 65535;
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, &options), 0);
}

static void answers_is_for_responses_before_their_first_byte(void **state)
{
    static const char interim[] = "HTTP/1.1 100 \r\n\r\n", final[] = "HTTP/1.1 200 \r\nContent-Length: 9\r\n\r\n";
    struct fluxo_parser before;

    (void)state;
    begin(FLUXO_REQUEST);
    assert_int_equal(fluxo_parser_answers(&parser, FLUXO_METHOD_HEAD), FLUXO_ERR_MISUSE);
    begin(FLUXO_RESPONSE);
    assert_int_equal(fluxo_parser_answers(&parser, FLUXO_METHOD_HEAD), 0);
    assert_int_equal(feed("H").status, FLUXO_NEED_MORE);
    before = parser;
    assert_int_equal(fluxo_parser_answers(&parser, FLUXO_METHOD_GET), FLUXO_ERR_MISUSE);
    assert_memory_equal(&parser, &before, sizeof parser);
    assert_int_equal(feed(interim).status, FLUXO_MESSAGE);
    assert_int_equal(feed(final).status, FLUXO_MESSAGE); /* still the answer to HEAD */
    assert_int_equal(feed(final).status, FLUXO_HEAD);    /* and now no longer */
}

static void answers_keeps_what_an_interim_response_said(void **state)
{
    (void)state;
    begin(FLUXO_RESPONSE);
    assert_int_equal(feed("HTTP/1.1 103 x\r\nConnection: close\r\n\r\n").status, FLUXO_MESSAGE);
    assert_int_equal(feed("").status, FLUXO_NEED_MORE); /* the next has begun, with none of its bytes */
    assert_int_equal(fluxo_parser_answers(&parser, FLUXO_METHOD_GET), 0);
    assert_int_equal(feed("HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n").status, FLUXO_MESSAGE);
    assert_int_equal(feed("").status, FLUXO_CLOSED);
}

/* ---- A parser is plain data ---- */

static void a_copy_goes_on_where_the_original_was(void **state)
{
    static const char message[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct fluxo_parser copy;

    (void)state;
    begin(FLUXO_REQUEST);
    assert_int_equal(fluxo_parser_feed(&parser, message, 20, events, CAPACITY).status, FLUXO_NEED_MORE);
    copy = parser;
    assert_int_equal(feed(message).status, FLUXO_MESSAGE);
    assert_int_equal(fluxo_parser_feed(&copy, message, strlen(message), events, CAPACITY).status, FLUXO_MESSAGE);
    assert_memory_equal(&parser, &copy, sizeof parser);
}

/* ---- Blanks between method and target, where they may pass ---- */

static struct fluxo_feed feed_blanks(size_t blanks, struct fluxo_options *options)
{
    static char message[70000];
    struct fluxo_feed fed;

    fluxo_options_init(options);
    options->relax = FLUXO_RELAX_START_LINE_SPACES;
    options->limits.head = 100000;
    memset(message, ' ', sizeof message);
    memcpy(message, "GET", 3);
    strcpy(message + 3 + blanks, "/ HTTP/1.0\r\n\r\n");
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, options), 0);
    fed = feed(message);
    if (fed.count)
        assert_int_equal(fluxo_event_value(&events[0], message).start - message, 3 + blanks);
    return fed;
}

static void the_gap_of_an_event_never_overflows(void **state)
{
    struct fluxo_options options;

    (void)state;
    assert_int_equal(feed_blanks(65532, &options).status, FLUXO_MESSAGE);
    assert_int_equal(feed_blanks(65533, &options).error, FLUXO_ERR_TARGET_LIMIT);
    assert_int_equal(fluxo_parser_offset(&parser), 65535);
}

/* ---- Tables ---- */

static const char *const method_names[] = {
#define METHOD(id, name, safe, idempotent, section) name,
#include <fluxo/methods.def>
#undef METHOD
};

static const char *const field_names[] = {
#define FIELD(id, name, steers, section) name,
#include <fluxo/fields.def>
#undef FIELD
};

static void every_method_is_found_by_its_name(void **state)
{
    unsigned row;

    (void)state;
    for (row = 0; row < FLUXO_METHODS - 1; row++) {
        assert_int_equal(fluxo_method_id(method_names[row], strlen(method_names[row])), row + 1);
        assert_string_equal(fluxo_method_name(row + 1), method_names[row]);
    }
    assert_int_equal(fluxo_method_id("get", 3), FLUXO_METHOD_OTHER);
    assert_int_equal(fluxo_method_id("GE", 2), FLUXO_METHOD_OTHER);
    assert_int_equal(fluxo_method_id("GETS", 4), FLUXO_METHOD_OTHER);
    assert_int_equal(fluxo_method_id("", 0), FLUXO_METHOD_OTHER);
    /* 8 bits of this length are those of GET; nobody reads so far */
    assert_int_equal(fluxo_method_id(fluxo_method_name(FLUXO_METHOD_GET), UINT8_MAX + 1 + 3), FLUXO_METHOD_OTHER);
    assert_null(fluxo_method_name(0));
    assert_null(fluxo_method_name(FLUXO_METHODS));
}

static void every_field_is_found_by_its_name_in_any_case(void **state)
{
    unsigned row;

    (void)state;
    for (row = 0; row < FLUXO_FIELDS - 1; row++) {
        char name[64];
        size_t at, length = strlen(field_names[row]);
        for (at = 0; at < length; at++)
            name[at] = (char)(at % 2 ? field_names[row][at] | 0x20
                                     : field_names[row][at] & (field_names[row][at] >= 'a' ? ~0x20 : ~0));
        assert_int_equal(fluxo_field_id(field_names[row], length), row + 1);
        assert_int_equal(fluxo_field_id(name, length), row + 1);
        assert_string_equal(fluxo_field_name(row + 1), field_names[row]);
    }
    assert_int_equal(fluxo_field_id("Hos", 3), FLUXO_FIELD_OTHER);
    assert_int_equal(fluxo_field_id("Hosts", 5), FLUXO_FIELD_OTHER);
    assert_int_equal(fluxo_field_id("Content_Length", 14), FLUXO_FIELD_OTHER);
    assert_int_equal(fluxo_field_id("Content\rLength", 14), FLUXO_FIELD_OTHER); /* a hyphen has no other case */
    assert_null(fluxo_field_name(0));
    assert_null(fluxo_field_name(FLUXO_FIELDS));
}

/* A message with the method and the field, byte by byte in pieces mode: the ids in the last events must be theirs. */
static void assert_ids_in_pieces(const char *method, const char *field)
{
    static const struct {
        const char *text;
        unsigned steers;
    } steering[] = {
#define FIELD(id, name, steers, section) {name, steers},
#include <fluxo/fields.def>
#undef FIELD
    };
    char head[256];
    struct fluxo_options options;
    unsigned method_id = 99, field_id = 99, expected = fluxo_field_id(field, strlen(field));
    const char *at;

    fluxo_options_init(&options);
    options.flags = FLUXO_PIECES;
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, &options), 0);
    strcpy(head, method);
    strcat(head, strcmp(method, "CONNECT") == 0 ? " a:1 HTTP/1.1\r\n" : " / HTTP/1.1\r\n");
    strcat(head, field);
    strcat(head, ":");
    for (at = head; *at; at++)
        if (fluxo_parser_feed(&parser, at, 1, events, 8).count && !events[0].flags)
            method_id = events[0].id;
    assert_int_equal(method_id, fluxo_method_id(method, strlen(method)));
    for (at = strcmp(field, "Content-Length") == 0      ? "1\r\n"
              : strcmp(field, "Transfer-Encoding") == 0 ? "gzip\r\n"
                                                        : "a\r\n";
         *at; at++)
        if (fluxo_parser_feed(&parser, at, 1, events, 8).count && !events[0].flags)
            field_id = events[0].id;
    assert_int_equal(field_id, expected && steering[expected - 1].steers ? expected : 0);
}

static void ids_are_right_over_any_cut(void **state)
{
    unsigned row;

    (void)state;
    for (row = 0; row < FLUXO_METHODS - 1; row++) {
        char other[32];
        strcpy(other, method_names[row]);
        assert_ids_in_pieces(other, "Host");
        strcat(other, "S");
        assert_ids_in_pieces(other, "Host");
        other[strlen(method_names[row]) - 1] = '\0';
        assert_ids_in_pieces(other, "Host");
    }
    for (row = 0; row < FLUXO_FIELDS - 1; row++) {
        char other[64];
        strcpy(other, field_names[row]);
        assert_ids_in_pieces("GET", other);
        strcat(other, "s");
        assert_ids_in_pieces("GET", other);
        other[strlen(field_names[row]) - 1] = '\0';
        if (other[0])
            assert_ids_in_pieces("GET", other);
    }
}

static void every_error_is_described(void **state)
{
    unsigned code;

    (void)state;
    for (code = 1; code < FLUXO_ERRORS; code++) {
        const struct fluxo_error_entry *error = fluxo_error(code);
        assert_non_null(error);
        assert_true(error->name[0] && error->section[0] && error->sentence[0]);
        assert_true(code == FLUXO_ERR_MISUSE ? error->status == 0 : fluxo_status_reason(error->status) != NULL);
    }
    assert_null(fluxo_error(0));
    assert_true(fluxo_version()[0] >= '0' && fluxo_version()[0] <= '9');
    assert_null(fluxo_error(FLUXO_ERRORS));
    assert_string_equal(fluxo_error(FLUXO_ERR_HOST)->name, "HOST");
}

static void statuses_have_reasons(void **state)
{
    (void)state;
    assert_string_equal(fluxo_status_reason(200), "OK");
    assert_string_equal(fluxo_status_reason(431), "Request Header Fields Too Large");
    assert_null(fluxo_status_reason(299));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_as_promised),
        cmocka_unit_test(a_head_with_a_body_stops_at_head),
        cmocka_unit_test(a_head_without_a_body_stops_at_message),
        cmocka_unit_test(events_come_once_and_the_rest_when_there_is_room),
        cmocka_unit_test(events_are_full_between_chunks_too),
        cmocka_unit_test(what_follows_a_close_is_not_consumed),
        cmocka_unit_test(what_follows_a_switch_is_not_consumed),
        cmocka_unit_test(a_refusal_is_sticky),
        cmocka_unit_test(a_value_that_is_refused_is_not_handed_out),
        cmocka_unit_test(whole_mode_keeps_an_unfinished_head),
        cmocka_unit_test(whole_mode_lets_chunk_lines_go_unless_they_are_asked_for),
        cmocka_unit_test(pieces_mode_keeps_nothing),
        cmocka_unit_test(more_than_2_gib_is_taken_in_parts),
        cmocka_unit_test(a_trailer_changes_no_fact),
        cmocka_unit_test(an_empty_reason_phrase_stands_behind_its_space),
        cmocka_unit_test(what_101_says_of_the_connection_counts),
        cmocka_unit_test(a_status_is_not_taken_for_a_method),
        cmocka_unit_test(the_octet_beyond_a_limit_is_refused_when_it_comes),
        cmocka_unit_test(the_end_of_a_body_is_that_of_the_connection),
        cmocka_unit_test(the_end_has_three_outcomes),
        cmocka_unit_test(misuse_of_feed_changes_nothing),
        cmocka_unit_test(misuse_of_finish_changes_nothing),
        cmocka_unit_test(an_option_out_of_range_is_misuse),
        cmocka_unit_test(answers_is_for_responses_before_their_first_byte),
        cmocka_unit_test(answers_keeps_what_an_interim_response_said),
        cmocka_unit_test(a_copy_goes_on_where_the_original_was),
        cmocka_unit_test(the_gap_of_an_event_never_overflows),
        cmocka_unit_test(every_method_is_found_by_its_name),
        cmocka_unit_test(every_field_is_found_by_its_name_in_any_case),
        cmocka_unit_test(ids_are_right_over_any_cut),
        cmocka_unit_test(every_error_is_described),
        cmocka_unit_test(statuses_have_reasons),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
