/* SPDX-License-Identifier: MIT */
/*
 * The lane reads as the machine does: whatever octet stands anywhere in messages of all kinds, for each set of instructions
 * that is here, right before and right behind memory that must not be touched, up to each length. And the classes that it knows
 * are the grammar's.
 */
#define _DEFAULT_SOURCE
#include "guarded.h"
#include "lane-rules.h"
#include "machine.h"
#include "scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct fluxo_feed feed_on_from(struct fluxo_parser *parser, const void *bytes, size_t length, struct fluxo_event *events,
                               uint32_t capacity, uint32_t at, uint32_t count);

#define fluxo_feed_on feed_on_from
#include "../parser/lane.c"
#undef fluxo_feed_on

enum { CAPACITY = 64 };

struct reading {
    struct fluxo_event events[CAPACITY];
    struct fluxo_feed fed;
    struct fluxo_facts facts;
    uint64_t offset;
};

static struct guarded guarded;

static const char *const requests[] = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a/b?c=d%20e HTTP/1.1\r\nHost: example.org:8080\r\nAccept: */*\r\nX: 1\r\n\r\nGET /",
    "POST /form HTTP/1.1\r\nHost: a.b\r\nContent-Length: 12\r\nConnection: keep-alive\r\nUpgrade: x\r\n\r\nabcdefghijkl",
    "PUT /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
    "PATCH /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\nConnection: Upgrade\r\nEmpty:\r\nTab: a\tb\r\nX:1\r\n\r\n",
    "OPTIONS /x HTTP/1.1\r\nHost: 127.0.0.1:1\r\nA-name-of-32-octets-is-not-rare-x: y\r\nLong: a value that is longer than all "
    "that is looked at, at once, and has \xC3\xA4 in it, a\ttab, and a blank at its end \r\nNext: z\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nSixty-four: 01234567890123456789012345678901234567890123456789\r\n\r\n", /* octets are that
                                                                                                              line */
    "HEAD /% HTTP/1.1\r\nHost: a:b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nx: an empty name follows, long enough that it is taken for a usual line\r\n: b\r\nc: d\r\n: "
    "e\r\n\r\n",
    "GET /a-target-that-is-longer-than-all-that-is-looked-at-at-once?and=goes&on%20 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nLonger: a value that goes on behind all that is looked at, at once, and once more, and once "
    "more, and "
    "once more, with nothing in it at which one could stop to look more closely\r\nA: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nA-name-that-is-longer-than-all-that-is-looked-at-at-once-is-the-machines: b\r\n\r\n",
    "GET / HTTP/1.1\r\nA-name-of-63-octets-which-has-its-colon-where-the-last-is-seen1: b\r\nHost: a\r\n\r\n",
    "/no-method HTTP/1.1\r\nHost: somewhere.example.org\r\n\r\n",
    "DELETE http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
};

static const char *const responses[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\nServer: x\r\n\r\nhello",
    "HTTP/1.0 304 Not Modified\r\nDate: Sat, 28 Nov 2026 00:00:00 GMT\r\nETag: \"x\"\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 \r\nHost: ignored here\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
};

static const char *const chunks =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
    "chunked\r\n\r\n1\r\na\r\n0a\r\nabcdefghij\r\n1;x=y\r\nb\r\nF\r\nabcdefghijklmno\r\n0\r\n\r\n";

/* ---- One reading ---- */

static void feed_all(struct fluxo_parser *parser, struct reading *reading, struct fluxo_span bytes)
{
    size_t at = 0;
    uint32_t count = 0;

    do {
        reading->fed =
            fluxo_parser_feed(parser, bytes.start + at, bytes.length - at, reading->events + count, CAPACITY - count);
        for (; reading->fed.count; reading->fed.count--)
            reading->events[count++].at += (uint32_t)at;
        at += reading->fed.consumed;
    } while (reading->fed.status == FLUXO_HEAD || (reading->fed.status == FLUXO_MESSAGE && at < bytes.length));
    reading->fed.count = count;
    reading->fed.consumed =
        reading->fed.status == FLUXO_ERROR ? 0 : at; /* what belongs to a chunk that is refused is not told apart */
}

static int read_by(enum lane lane, enum fluxo_kind kind, const struct fluxo_options *options, struct fluxo_span bytes,
                   struct reading *reading)
{
    struct fluxo_parser parser;

    memset(reading, 0, sizeof *reading);
    assert_int_equal(fluxo_parser_init(&parser, kind, options), 0);
    if (!fluxo_use_lane(&parser, lane))
        return 0;
    feed_all(&parser, reading, bytes);
    if (reading->fed.count) /* there are none before the start-line's event */
        reading->facts = fluxo_parser_facts(&parser);
    reading->offset = fluxo_parser_offset(&parser);
    return 1;
}

static void show(int lane, const struct reading *reading)
{
    print_error("# lane %d: status %u, error %u at %lu, %u events, %lu consumed, length %lu, method %u, minor %u\n", lane,
                reading->fed.status, reading->fed.error, (unsigned long)reading->offset, reading->fed.count,
                (unsigned long)reading->fed.consumed, (unsigned long)reading->facts.length, reading->facts.method,
                reading->facts.minor);
}

static void assert_same(enum fluxo_kind kind, const struct fluxo_options *options, struct fluxo_span bytes)
{
    static struct reading by_machine, by_lane;
    int lane;

    assert_true(read_by(LANE_NONE, kind, options, bytes, &by_machine));
    for (lane = LANE_PLAIN; lane <= LANE_NEON; lane++)
        if (read_by((enum lane)lane, kind, options, bytes, &by_lane) && memcmp(&by_machine, &by_lane, sizeof by_lane) != 0) {
            show(LANE_NONE, &by_machine);
            show(lane, &by_lane);
            print_error("# %.*s\n", (int)bytes.length, bytes.start);
            fail();
        }
}

/* ---- Messages ---- */

static void assert_all_octets(enum fluxo_kind kind, const struct fluxo_options *options, const char *message)
{
    char copy[512];
    size_t length = strlen(message), at;
    int octet;

    memcpy(copy, message, length);
    for (at = 0; at < length; at++) {
        for (octet = 0; octet < 256; octet++) {
            copy[at] = (char)octet;
            assert_same(kind, options, guarded_place(&guarded, copy, length, octet & 1));
        }
        copy[at] = message[at];
    }
}

static void assert_all_lengths(enum fluxo_kind kind, const struct fluxo_options *options, const char *message)
{
    size_t length;

    for (length = 0; length <= strlen(message); length++) {
        assert_same(kind, options, guarded_place(&guarded, message, length, 0));
        assert_same(kind, options, guarded_place(&guarded, message, length, 1));
    }
}

typedef void trial(enum fluxo_kind kind, const struct fluxo_options *options, const char *message);

static void try_all(trial *try, uint32_t relax, uint32_t flags)
{
    struct fluxo_options options;
    size_t nth;

    fluxo_options_init(&options);
    options.relax = relax;
    options.flags = flags;
    for (nth = 0; nth < sizeof requests / sizeof *requests; nth++)
        try(FLUXO_REQUEST, &options, requests[nth]);
    for (nth = 0; nth < sizeof responses / sizeof *responses; nth++)
        try(FLUXO_RESPONSE, &options, responses[nth]);
    try(FLUXO_REQUEST, &options, chunks);
}

static void each_octet_at_each_place(void **state)
{
    (void)state;
    try_all(assert_all_octets, FLUXO_PROFILE_STRICT, 0);
    try_all(assert_all_octets, FLUXO_PROFILE_LEGACY, FLUXO_CHUNKS);
}

static void each_length(void **state)
{
    (void)state;
    try_all(assert_all_lengths, FLUXO_PROFILE_DEFAULT, 0);
    try_all(assert_all_lengths, FLUXO_PROFILE_DEFAULT, FLUXO_PIECES | FLUXO_CHUNKS);
}

/* ---- In two calls, of which each may begin and end anywhere ---- */

static void read_in_two(enum lane lane, struct fluxo_parser *parser, const char *message, size_t length, size_t cut,
                        struct reading *reading)
{
    struct fluxo_span bytes = guarded_place(&guarded, message, cut, 1);
    size_t from;

    memset(reading, 0, sizeof *reading);
    fluxo_use_lane(parser, lane);
    reading->fed = fluxo_parser_feed(parser, bytes.start, bytes.length, reading->events, CAPACITY);
    if (reading->fed.status != FLUXO_NEED_MORE)
        return;
    from = reading->fed.consumed;
    bytes = guarded_place(&guarded, message + from, length - from, 1);
    reading->fed = fluxo_parser_feed(parser, bytes.start, bytes.length, reading->events + reading->fed.count,
                                     CAPACITY - reading->fed.count);
    reading->offset = fluxo_parser_offset(parser);
}

static void assert_same_in_two(enum fluxo_kind kind, const struct fluxo_options *options, const char *message, size_t length,
                               size_t cut)
{
    static struct reading by_machine, by_lane;
    struct fluxo_parser parser;
    int lane;

    fluxo_parser_init(&parser, kind, options);
    read_in_two(LANE_NONE, &parser, message, length, cut, &by_machine);
    for (lane = LANE_PLAIN; lane <= LANE_NEON; lane++) {
        fluxo_parser_init(&parser, kind, options);
        if (!fluxo_use_lane(&parser, (enum lane)lane))
            continue;
        read_in_two((enum lane)lane, &parser, message, length, cut, &by_lane);
        if (memcmp(&by_machine, &by_lane, sizeof by_lane) != 0) {
            show(LANE_NONE, &by_machine);
            show(lane, &by_lane);
            print_error("# %lu octets, then all %lu of %s\n", (unsigned long)cut, (unsigned long)length, message);
            fail();
        }
    }
}

static void assert_all_cuts(enum fluxo_kind kind, const struct fluxo_options *options, const char *message)
{
    const size_t length = strlen(message);
    size_t end, cut;

    for (end = 1; end <= length; end++)
        for (cut = 1; cut < end; cut++)
            assert_same_in_two(kind, options, message, end, cut);
}

static void each_cut(void **state)
{
    (void)state;
    try_all(assert_all_cuts, FLUXO_PROFILE_DEFAULT, 0);
    try_all(assert_all_cuts, FLUXO_PROFILE_DEFAULT, FLUXO_PIECES | FLUXO_CHUNKS);
}

/* ---- Limits: one octet less than the message needs, as many, and one more ---- */

static void assert_limit(uint32_t *limit, const struct fluxo_options *options, uint32_t least, const char *message)
{
    for (*limit = least; *limit < 300; ++*limit)
        assert_same(FLUXO_REQUEST, options, guarded_place(&guarded, message, strlen(message), 0));
}

static void limits_hold(void **state)
{
    struct fluxo_options options;
    size_t nth;

    (void)state;
    for (nth = 0; nth < sizeof requests / sizeof *requests; nth++) {
        fluxo_options_init(&options);
        assert_limit(&options.limits.target, &options, 1, requests[nth]);
        fluxo_options_init(&options);
        assert_limit(&options.limits.field_line, &options, 64, requests[nth]);
        fluxo_options_init(&options);
        assert_limit(&options.limits.fields, &options, 0, requests[nth]);
        fluxo_options_init(&options);
        assert_limit(&options.limits.head, &options, 1, requests[nth]);
    }
    fluxo_options_init(&options);
    for (options.limits.body = 0; options.limits.body < 40; options.limits.body++)
        assert_same(FLUXO_REQUEST, &options, guarded_place(&guarded, chunks, strlen(chunks), 0));
}

/* ---- Room for events ---- */

static void assert_capacity(enum lane lane, uint32_t capacity, const char *message)
{
    struct fluxo_parser parser, other;
    struct fluxo_event events[CAPACITY], expected[CAPACITY];
    struct fluxo_span bytes = guarded_place(&guarded, message, strlen(message), 0);
    struct fluxo_feed fed, should;

    memset(events, 0, sizeof events);
    memset(expected, 0, sizeof expected);
    fluxo_parser_init(&parser, FLUXO_REQUEST, NULL);
    fluxo_parser_init(&other, FLUXO_REQUEST, NULL);
    if (!fluxo_use_lane(&parser, lane))
        return;
    fluxo_use_lane(&other, LANE_NONE);
    fed = fluxo_parser_feed(&parser, bytes.start, bytes.length, events, capacity);
    should = fluxo_parser_feed(&other, bytes.start, bytes.length, expected, capacity);
    assert_int_equal(fed.status, should.status);
    assert_int_equal(fed.count, should.count);
    assert_memory_equal(events, expected, sizeof events);
}

static void there_is_room_for_what_is_told(void **state)
{
    static const char message[] =
        "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\nE: f\r\nG: h\r\nI: j\r\nK: l\r\nM: n\r\nO: p\r\nQ: r\r\n\r\n";
    uint32_t capacity;
    int lane;

    (void)state;
    for (lane = LANE_PLAIN; lane <= LANE_NEON; lane++)
        for (capacity = FLUXO_CAPACITY_LEAST; capacity < 20; capacity++)
            assert_capacity((enum lane)lane, capacity, message);
}

/* ---- What is regular is taken: or all this would prove nothing ---- */

/* The lane is compiled into this program, and says here how far it has come before the machine goes on. */
static int32_t taken;

struct fluxo_feed feed_on_from(struct fluxo_parser *parser, const void *bytes, size_t length, struct fluxo_event *events,
                               uint32_t capacity, uint32_t at, uint32_t count)
{
    taken = (int32_t)at;
    return fluxo_feed_on(parser, bytes, length, events, capacity, at, count);
}

static int32_t take(enum lane lane, enum fluxo_kind kind, const char *message, size_t length)
{
    struct fluxo_parser parser;
    struct fluxo_event events[CAPACITY];
    struct fluxo_feed fed;

    fluxo_parser_init(&parser, kind, NULL);
    if (!fluxo_use_lane(&parser, lane))
        return -1;
    taken = -1;
    fed = fluxo_parser_feed(&parser, message, length, events, CAPACITY);
    return taken >= 0 ? taken : (int32_t)fed.consumed;
}

static void assert_taken(enum fluxo_kind kind, const char *message, size_t length)
{
    int lane;

    for (lane = LANE_PLAIN; lane <= LANE_NEON; lane++) {
        int32_t at = take((enum lane)lane, kind, message, strlen(message));
        if (at >= 0)
            assert_int_equal(at, length);
    }
}

static void regular_heads_are_taken_whole(void **state)
{
    static const char *const heads[] = {
        "GET / HTTP/1.1\r\nHost: a\r\nX-Y: zzz\r\n\r\n",
        "GET /a-target-that-is-longer-than-all-that-is-looked-at-at-once?and=goes&on%20 HTTP/1.1\r\nHost: a\r\n\r\n",
        "DELETE /a%2Fb?c HTTP/1.0\r\nContent-Length: 123456789012345678\r\nConnection: Keep-Alive\r\nUpgrade: h2c\r\n\r\n",
        ("PROPFIND /a HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: CHUNKED\r\nConnection: close\r\n"
         "Cookie: a value that goes on for more than sixty-four octets, and has \xC3\xA4 in it, and\ta tab\r\nA: b\r\n\r\n"),
    };
    static const char *const answers[] = {
        "HTTP/1.1 200 \r\nServer: something\r\n\r\n",
        "HTTP/1.0 599 What a reason\r\nHost: anything goes\r\nDate: now\r\n\r\n",
    };
    size_t nth;

    (void)state;
    for (nth = 0; nth < sizeof heads / sizeof *heads; nth++)
        assert_taken(FLUXO_REQUEST, heads[nth], strlen(heads[nth]));
    for (nth = 0; nth < sizeof answers / sizeof *answers; nth++)
        assert_taken(FLUXO_RESPONSE, answers[nth], strlen(answers[nth]));
}

static void the_rest_is_left_at_its_line(void **state)
{
    (void)state;
    assert_taken(FLUXO_REQUEST, "GET * HTTP/1.1\r\nHost: a\r\nX-Y: zzz\r\n\r\n", 0);
    assert_taken(FLUXO_REQUEST, "CONNECT /x HTTP/1.1\r\nHost: a\r\nX-Y: zzz\r\n\r\n", 0);
    assert_taken(FLUXO_REQUEST, "GET / HTTP/2.0\r\nHost: a\r\nX-Y: zzz\r\n\r\n", 0);
    assert_taken(FLUXO_REQUEST, "GET / HTTP/1.1\r\nHost: a\r\nX-Y:  zzz\r\n\r\n", 25);
    assert_taken(FLUXO_REQUEST, "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", 25);
    assert_taken(FLUXO_RESPONSE, "HTTP/1.1 600 What a status\r\nServer: x\r\n\r\n", 0);
}

/* ---- It is just what grammar/lane.rl describes that is taken ---- */

enum { LINE_MOST = 128 };

struct frame {
    enum fluxo_kind kind;
    enum lane_rule rule;
    const char *before, *after;
};

static const struct frame request_frame = {FLUXO_REQUEST, LANE_REQUEST_LINE, "", "Host: somewhere\r\nA: b\r\n"};
static const struct frame status_frame = {FLUXO_RESPONSE, LANE_STATUS_LINE, "", "Server: something\r\nA: b\r\n"};
static const struct frame field_frame = {FLUXO_REQUEST, LANE_FIELD_LINE, "GET / HTTP/1.1\r\nA: a line before this\r\n",
                                         "A: b\r\n"};
static const struct frame host_frame = {FLUXO_REQUEST, LANE_HOST,
                                        "GET / HTTP/1.1\r\nA: a line before this\r\nHost: ", "\r\nA: b\r\n"};

static const struct frame length_frame = {FLUXO_REQUEST, LANE_CONTENT_LENGTH,
                                          "GET / HTTP/1.1\r\nA: a line before this\r\nContent-Length: ", "\r\nA: b\r\n"};
static const struct frame coding_frame = {FLUXO_REQUEST, LANE_CODING,
                                          "GET / HTTP/1.1\r\nA: a line before this\r\nTransfer-Encoding: ", "\r\nA: b\r\n"};
static const struct frame option_frame = {FLUXO_REQUEST, LANE_OPTION,
                                          "GET / HTTP/1.1\r\nA: a line before this\r\nConnection: ", "\r\nA: b\r\n"};

static size_t join(char *message, const struct frame *frame, const char *line, size_t length)
{
    const size_t before = strlen(frame->before), after = strlen(frame->after);

    memcpy(message, frame->before, before);
    memcpy(message + before, line, length);
    memcpy(message + before + length, frame->after, after + 1);
    return before + length;
}

/* The rule has all names; of methods, only those with a number are taken. */
static int has_number(const char *line)
{
    const unsigned method = fluxo_method_id(line, strcspn(line, " "));

    return method && method != FLUXO_METHOD_CONNECT;
}

static void assert_taken_as_described(const struct frame *frame, const char *line, size_t length)
{
    char message[2 * LINE_MOST];
    const size_t behind = join(message, frame, line, length);
    const int is_described = is_lane_line(frame->rule, line, length) && (frame->rule != LANE_REQUEST_LINE || has_number(line));
    int lane;

    for (lane = LANE_PLAIN; lane <= LANE_NEON; lane++) {
        const int32_t at = take((enum lane)lane, frame->kind, message, behind + strlen(frame->after));
        if (at >= 0 && ((size_t)at >= behind) != is_described) {
            print_error("# lane %d: %.*s\n", lane, (int)length, line);
            fail();
        }
    }
}

static void try_lines(const struct frame *frame, const char *line)
{
    char copy[LINE_MOST];
    const size_t length = strlen(line);
    size_t at;
    int octet;

    for (at = 0; at < length; at++) {
        memcpy(copy, line, length);
        for (octet = 0; octet < 256; octet++) {
            copy[at] = (char)octet;
            assert_taken_as_described(frame, copy, length);
        }
        memmove(copy + at, line + at + 1, length - at - 1);
        assert_taken_as_described(frame, copy, length - 1);
        copy[at] = line[at];
        memcpy(copy + at + 1, line + at, length - at);
        assert_taken_as_described(frame, copy, length + 1);
    }
}

/* Each that has a number, and those that only begin or end as it does. */
static void try_methods(void)
{
    char line[LINE_MOST];
    unsigned method;

    for (method = 1; fluxo_method_name(method); method++) {
        snprintf(line, sizeof line, "%s / HTTP/1.1\r\n", fluxo_method_name(method));
        try_lines(&request_frame, line);
    }
}

static void what_is_taken_is_what_the_rules_describe(void **state)
{
    (void)state;
    try_methods();
    try_lines(&request_frame, "PUT /a%2Fb?c=d&e HTTP/1.1\r\n");
    try_lines(&status_frame, "HTTP/1.1 404 Not Found\r\n");
    try_lines(&field_frame, "X-Name: a value, \xC3\xA4 and\tmore\r\n");
    try_lines(&field_frame, "X: a value that is longer than all that is looked at, at once: 64 octets\r\n");
    try_lines(&host_frame, "www.example.org:8080");
    try_lines(&host_frame, "a:1");
    try_lines(&length_frame, "0");
    try_lines(&length_frame, "123456789012345678");
    try_lines(&coding_frame, "chunked");
    try_lines(&option_frame, "keep-alive");
    try_lines(&option_frame, "Close");
    try_lines(&option_frame, "upgrade");
}

/* ---- A start-line of which there is less than is looked at, behind empty lines that are still here ---- */

static enum fluxo_status feed_guarded(struct fluxo_parser *parser, const char *message, size_t length)
{
    struct fluxo_event events[CAPACITY];
    const struct fluxo_span bytes = guarded_place(&guarded, message, length, 0);

    return (enum fluxo_status)fluxo_parser_feed(parser, bytes.start, bytes.length, events, CAPACITY).status;
}

static void a_start_line_may_come_bit_by_bit(void **state)
{
    static const char message[] =
        "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n";
    const size_t all = sizeof message - 1, empty = strspn(message, "\r\n");
    struct fluxo_options options;
    struct fluxo_parser parser;
    size_t length;
    int lane;

    (void)state;
    fluxo_options_init(&options);
    options.limits.empty_lines = 20;
    for (lane = LANE_PLAIN; lane <= LANE_NEON; lane++)
        for (length = empty + 1; length <= all; length++) {
            assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, &options), 0);
            if (!fluxo_use_lane(&parser, (enum lane)lane))
                break;
            assert_int_equal(feed_guarded(&parser, message, empty), FLUXO_NEED_MORE);
            assert_int_equal(feed_guarded(&parser, message, length), length < all ? FLUXO_NEED_MORE : FLUXO_MESSAGE);
        }
}

/* ---- Which lane ---- */

static int choose_lane(const struct fluxo_options *options)
{
    struct fluxo_parser parser;

    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, options), 0);
    return parser.lane;
}

static void assert_needs(uint32_t *limit, const struct fluxo_options *options, uint32_t least)
{
    const uint32_t standard = *limit;

    *limit = least;
    assert_int_equal(choose_lane(options), choose_lane(NULL));
    *limit = least - 1;
    assert_int_equal(choose_lane(options), LANE_NONE);
    *limit = standard;
}

/* The last that can be used, where the limits let pass what it sees at once. */
static void the_best_is_chosen(void **state)
{
    const int chosen = choose_lane(NULL);
    struct fluxo_options options;
    struct fluxo_parser parser;
    int lane;

    (void)state;
    assert_int_not_equal(chosen, LANE_NONE);
    fluxo_parser_init(&parser, FLUXO_REQUEST, NULL);
    assert_true(fluxo_use_lane(&parser, (enum lane)chosen));
    for (lane = chosen + 1; lane <= LANE_NEON; lane++)
        assert_false(fluxo_use_lane(&parser, (enum lane)lane));
    fluxo_options_init(&options);
    assert_needs(&options.limits.method, &options, 17);
    assert_needs(&options.limits.field_name, &options, 64);
    assert_needs(&options.limits.field_line, &options, 64);
    assert_needs(&options.limits.head, &options, LANE_LEAST);
}

/* ---- Classes ---- */

static int is_described_octet(enum lane_rule rule, int octet)
{
    const char alone = (char)octet;

    return is_lane_line(rule, &alone, 1);
}

static void assert_class(const struct fluxo_class *of, enum lane_rule rule)
{
    int octet;

    for (octet = 0; octet < 256; octet++)
        assert_int_equal(!!fluxo_is_of(of, (unsigned char)octet), is_described_octet(rule, octet));
}

static void classes_are_those_of_the_grammar(void **state)
{
    int octet;

    (void)state;
    assert_class(&fluxo_tchar, CLASS_TCHAR);
    assert_class(&fluxo_path_query, CLASS_PATH_QUERY);
    assert_class(&fluxo_reg_name, CLASS_REG_NAME);
    for (octet = 0; octet < 256; octet++)
        assert_int_equal(fluxo_is_value((unsigned char)octet), is_described_octet(CLASS_VALUE, octet));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_octet_at_each_place),
        cmocka_unit_test(each_length),
        cmocka_unit_test(each_cut),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(there_is_room_for_what_is_told),
        cmocka_unit_test(regular_heads_are_taken_whole),
        cmocka_unit_test(the_rest_is_left_at_its_line),
        cmocka_unit_test(what_is_taken_is_what_the_rules_describe),
        cmocka_unit_test(a_start_line_may_come_bit_by_bit),
        cmocka_unit_test(the_best_is_chosen),
        cmocka_unit_test(classes_are_those_of_the_grammar),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    guarded = guarded_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
