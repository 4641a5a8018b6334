/* SPDX-License-Identifier: MIT */
/*
 * The server in a made-up world (world.h): deadlines to the millisecond, system calls that give and take little or fail, and
 * memory that runs out, at every place there is. main() is the loop's, and start() runs the tests.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "handlers.h"
#include "loop.h"
#include "world.h"

enum { GRAIN = 128 }; /* ms: that of connection.c, to which long deadlines are rounded up */

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static bool asks_for(const struct request *req, const char *path)
{
    struct fluxo_span asked = fluxo_head_target(request_head(req));
    return asked.length >= strlen(path) && memcmp(asked.start, path, strlen(path)) == 0;
}

/* As program.c does. */
static void answer(struct request *req, struct response *res)
{
    static const struct request_events greet_at_end = {.end = answer_hello};
    if (asks_for(req, "/echo"))
        answer_echo(req, res);
    else if (asks_for(req, "/stream"))
        answer_stream(req, res);
    else if (asks_for(req, "/headers"))
        answer_headers(req, res);
    else
        request_on(req, &greet_at_end, NULL);
}

static struct peer *add_text(const char *text)
{
    return world_add(text, strlen(text));
}

static struct server_settings make_settings(void)
{
    struct server_settings set;
    server_settings_init(&set);
    return set;
}

static void run(void)
{
    struct server_settings set = make_settings();
    assert_true(world_run(answer, &set));
}

/* ---- What came back, without what may differ: how a body was cut into chunks ---- */

struct story {
    char text[1 << 18];
    size_t length;
};

static void tell(struct story *story, const char *bytes, size_t length)
{
    assert_true(length < sizeof story->text - story->length);
    memcpy(story->text + story->length, bytes, length);
    story->length += length;
    story->text[story->length] = '\0';
}

static void on_body(void *data, const char *octets, size_t length)
{
    tell(data, octets, length);
}

static void tell_answer(struct story *story, const struct reading *r)
{
    char line[96];
    int length = snprintf(line, sizeof line, "\n%u%s%s, %u trailers\n", r->status, r->is_chunked ? " chunked" : "",
                          r->closes ? " close" : "", r->trailers);
    tell(story, line, (size_t)length);
}

static struct reading begin_reading(const struct peer *peer, struct story *story)
{
    story->length = 0;
    story->text[0] = '\0';
    bool is_head = peer->length > 4 && memcmp(peer->bytes, "HEAD", 4) == 0; /* none of the others in a pipeline is */
    return (struct reading){.on_body = on_body, .data = story, .is_head = is_head};
}

/* Returns whether the output is whole answers, and nothing else. */
static bool read_story(const struct peer *peer, struct story *story)
{
    struct reading reading = begin_reading(peer, story);
    for (size_t done = 0; done < peer->taken && reading.place != AT_FAULT;) {
        done += reading_take(&reading, peer->output + done, peer->taken - done);
        if (reading.place != AT_END)
            continue;
        tell_answer(story, &reading);
        reading = (struct reading){.on_body = on_body, .data = story};
    }
    return reading.place == AT_STATUS_LINE && !reading.line_length;
}

static void assert_statuses(const struct peer *peer, unsigned first, unsigned second)
{
    struct story story;
    char expected[2][16];
    assert_true(read_story(peer, &story));
    snprintf(expected[0], sizeof *expected, "\n%u", first);
    snprintf(expected[1], sizeof *expected, "\n%u", second);
    const char *at = first ? strstr(story.text, expected[0]) : story.text;
    assert_non_null(at);
    at = second ? strstr(at + 1, expected[1]) : at;
    assert_non_null(at);
    if (!first)
        assert_int_equal(peer->taken, 0);
}

/* ---- Conversations: the same answers, however little each call gives and takes, and whatever fails ---- */

static char long_body[70000];

static const struct conversation {
    const char *text;
    bool is_exact; /* the bytes are the same; else only what they say */
} conversations[] = {
    {GET GET "BREW / HTTP/1.1\r\nHost: a\r\n\r\n" GET, true},
    {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n", true},
    {GET "GET / HTTP/1.1\r\nHost : a\r\n\r\n" GET, true},
    {"GET /headers HTTP/1.1\r\nHost: a\r\nAccept: b\r\nC: d\r\n\r\n" GET, true},
    {"GET /stream?n=3&ms=5 HTTP/1.1\r\nHost: a\r\n\r\nGET /stream?n=0 HTTP/1.1\r\nHost: a\r\n\r\n", true},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" GET, true},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx\r\n", true},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\nc\r\n0\r\nD: e\r\n\r\n" GET,
     false},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello" GET, false},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello" GET, false},
    {"GET / HTTP/1.1\r\nHost: a\r\nA: ", true},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n", false}, /* and the long body */
};
enum { CONVERSATIONS = sizeof conversations / sizeof *conversations };

static char conversation_bytes[80000];

static void add_conversation(size_t number)
{
    size_t length = strlen(conversations[number].text);
    memcpy(conversation_bytes, conversations[number].text, length);
    if (number == CONVERSATIONS - 1) {
        memset(long_body, 'b', sizeof long_body);
        memcpy(conversation_bytes + length, long_body, sizeof long_body);
        length += sizeof long_body;
    }
    world_add(conversation_bytes, length);
}

static struct {
    char bytes[OUTPUT];
    size_t length;
    struct story story;
} plain;

static void run_plainly(size_t number)
{
    world_begin();
    add_conversation(number);
    run();
    memcpy(plain.bytes, world.peers[0].output, world.peers[0].taken);
    plain.length = world.peers[0].taken;
    read_story(&world.peers[0], &plain.story);
}

static void assert_as_plain(size_t number)
{
    static struct story story;
    const struct peer *peer = &world.peers[0];
    assert_true(peer->is_closed);
    read_story(peer, &story);
    assert_string_equal(story.text, plain.story.text);
    if (!conversations[number].is_exact)
        return;
    assert_int_equal(peer->taken, plain.length);
    assert_memory_equal(peer->output, plain.bytes, plain.length);
}

static void set_most_read(unsigned value)
{
    world.most_read = value;
}

static void set_most_sent(unsigned value)
{
    world.most_sent = value;
}

static void set_arrives_by(unsigned value)
{
    world.peers[0].arrived = 0;
    world.arrives_by = value;
}

static void set_interrupts(unsigned value)
{
    world.interrupts = value;
}

static void set_delays(unsigned value)
{
    world.delays = value;
}

static void converse_with(void (*set)(unsigned value), const unsigned *values)
{
    for (size_t number = 0; number < CONVERSATIONS; number++) {
        run_plainly(number);
        assert_true(plain.length > 0 || number == CONVERSATIONS - 2);
        for (const unsigned *value = values; *value; value++) {
            world_begin();
            add_conversation(number);
            set(*value);
            run();
            assert_as_plain(number);
        }
    }
}

static void short_reads_change_nothing(void **state)
{
    (void)state;
    converse_with(set_most_read, (const unsigned[]){1, 2, 3, 7, 100, 4096, 0});
}

static void short_writes_change_nothing(void **state)
{
    (void)state;
    converse_with(set_most_sent, (const unsigned[]){1, 2, 3, 7, 100, 4096, 0});
}

static void bytes_that_come_slowly_change_nothing(void **state)
{
    (void)state;
    converse_with(set_arrives_by, (const unsigned[]){1, 2, 3, 7, 100, 4096, 0});
}

static void interrupted_calls_change_nothing(void **state)
{
    (void)state;
    converse_with(set_interrupts, (const unsigned[]){2, 3, 5, 7, 0});
}

static void calls_that_would_block_change_nothing(void **state)
{
    (void)state;
    converse_with(set_delays, (const unsigned[]){2, 3, 5, 7, 0});
}

/* All at once, by different primes. */
static void set_all(unsigned value)
{
    world.peers[0].arrived = 0;
    world.arrives_by = value;
    world.most_read = value % 5 + 1;
    world.most_sent = value % 3 + 1;
    world.interrupts = 7;
    world.delays = 5;
}

static void all_of_that_together_changes_nothing(void **state)
{
    (void)state;
    converse_with(set_all, (const unsigned[]){1, 2, 3, 5, 11, 1000, 0});
}

/* ---- Deadlines ---- */

/* Its deadline began at `since`: it has been kept to, never early, and late by no more than the grain and one sleep. */
static void assert_kept(const struct peer *peer, int64_t at, int64_t since, uint32_t time)
{
    int64_t lived = at - since, grain = time >= 8 * GRAIN ? GRAIN : 1;
    assert_true(peer->is_closed || peer->is_shut);
    assert_true(lived >= time);
    assert_true(lived < (int64_t)time + grain + world.oversleep);
}

static const uint32_t times[] = {50, 1000, 1023, 1024, 1500, 10000, 4000000};
static const int64_t sleeps[] = {0, 1, 77};

/* For each of these times, and sleeps that last too long. */
static void keep_all(void (*keep)(uint32_t time))
{
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        for (size_t j = 0; j < sizeof sleeps / sizeof *sleeps; j++) {
            world_begin();
            world.oversleep = sleeps[j];
            keep(times[i]);
        }
}

static int64_t run_with(struct server_settings set)
{
    int64_t since = world.now;
    assert_true(world_run(answer, &set));
    return since;
}

static void keep_head(uint32_t time)
{
    struct server_settings set = make_settings();
    struct peer *peer = add_text("GET / HTTP/1.1\r\nHo");
    set.head_timeout = time;
    peer->ends = false;
    int64_t since = run_with(set);
    assert_statuses(peer, 408, 0);
    assert_kept(peer, peer->answered_at, since, time);
}

static void a_head_has_its_time(void **state)
{
    (void)state;
    keep_all(keep_head);
}

/* A byte each 10 ms, for ever. */
static void drip(void)
{
    struct peer *peer = &world.peers[0];
    peer->arrived += peer->arrived < peer->length ? 1 : 0;
    world.plot_at = world.now + 10;
    if (peer->is_closed || peer->is_shut)
        world.plot = NULL;
}

static void begin_dripping(struct peer *peer, size_t arrived)
{
    peer->arrived = arrived;
    peer->ends = false;
    world.plot = drip;
    world.plot_at = world.now + 10;
}

static char slow[4000];

static struct peer *add_slow(const char *opening)
{
    size_t length = strlen(opening);
    memset(slow, 'x', sizeof slow);
    memcpy(slow, opening, length);
    struct peer *peer = world_add(slow, sizeof slow);
    begin_dripping(peer, length);
    return peer;
}

static void bytes_do_not_put_off_the_time_for_a_head(void **state)
{
    struct server_settings set = make_settings();
    (void)state;
    world_begin();
    struct peer *peer = add_slow("GET / HTTP/1.1\r\nHost: a\r\nA: ");
    int64_t since = run_with(set);
    assert_statuses(peer, 408, 0);
    assert_kept(peer, peer->answered_at, since, set.head_timeout);
}

static void nor_do_they_that_of_the_next(void **state)
{
    struct server_settings set = make_settings();
    (void)state;
    world_begin();
    struct peer *peer = add_slow(GET "GET / HTTP/1.1\r\nHost: a\r\nA: ");
    int64_t since = run_with(set);
    assert_statuses(peer, 200, 408);
    assert_kept(peer, peer->answered_at, since, set.head_timeout);
}

/* The rest of the first head, and the beginning of a second one, nine seconds later. */
static void bring_more(void)
{
    world.peers[0].arrived = world.peers[0].length;
    world.plot = NULL;
}

static void each_head_has_a_time_of_its_own(void **state)
{
    struct server_settings set = make_settings();
    (void)state;
    world_begin();
    struct peer *peer = add_text(GET "GET / HT");
    peer->arrived = 10;
    peer->ends = false;
    world.plot = bring_more;
    world.plot_at = world.now + 9000;
    int64_t since = run_with(set);
    assert_statuses(peer, 200, 408);
    assert_kept(peer, peer->answered_at, since + 9000, set.head_timeout);
}

static void wake_each_millisecond(void)
{
    world.plot_at = world.now + 1;
    world.peers[1].arrived++;
    if (world.peers[0].is_shut)
        world.plot = NULL;
}

/* Though the loop looks at the clock each millisecond. */
static void no_deadline_is_early(void **state)
{
    struct server_settings set = make_settings();
    (void)state;
    set.head_timeout = 1000;
    world_begin();
    struct peer *peer = add_text("GET / HT");
    add_slow("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n");
    peer->ends = false;
    world.plot = wake_each_millisecond;
    world.plot_at = world.now + 1;
    int64_t since = run_with(set);
    assert_int_equal(peer->answered_at - since, set.head_timeout);
}

static void keep_body(uint32_t time)
{
    struct server_settings set = make_settings();
    struct peer *peer = add_text("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    set.body_timeout = time;
    peer->ends = false;
    int64_t since = run_with(set);
    assert_statuses(peer, 408, 0);
    assert_kept(peer, peer->answered_at, since, time);
}

static void a_body_has_its_time(void **state)
{
    (void)state;
    keep_all(keep_body);
}

static void bytes_put_off_the_time_for_a_body(void **state)
{
    struct server_settings set = make_settings();
    (void)state;
    set.body_timeout = 100;
    world_begin();
    struct peer *peer = add_slow("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n");
    peer->length = peer->arrived + 1000;
    int64_t since = run_with(set);
    assert_statuses(peer, 200, 0);
    assert_true(peer->answered_at - since >= 9990);
}

static void keep_idle(uint32_t time)
{
    struct server_settings set = make_settings();
    struct peer *peer = add_text(GET);
    set.idle_timeout = time;
    peer->ends = false;
    int64_t since = run_with(set);
    assert_statuses(peer, 200, 0);
    assert_kept(peer, peer->closed_at, since, time);
}

static void an_idle_connection_has_its_time(void **state)
{
    (void)state;
    keep_all(keep_idle);
}

static void keep_reader(uint32_t time)
{
    struct server_settings set = make_settings();
    struct peer *peer = add_text(GET);
    set.send_timeout = time;
    peer->ends = false;
    peer->takes = 20;
    int64_t since = run_with(set);
    assert_int_equal(peer->taken, 20);
    assert_kept(peer, peer->closed_at, since, time);
}

static void who_does_not_read_has_his_time(void **state)
{
    (void)state;
    keep_all(keep_reader);
}

/* The same while lines are due: none is made. */
static void a_stream_that_is_not_read_has_its_time(void **state)
{
    struct server_settings set = make_settings();
    (void)state;
    world_begin();
    struct peer *peer = add_text("GET /stream?n=1000000&ms=0 HTTP/1.1\r\nHost: a\r\n\r\n");
    peer->ends = false;
    peer->takes = 5000;
    run_with(set);
    assert_int_equal(peer->taken, 5000);
    assert_kept(peer, peer->closed_at, peer->answered_at, set.send_timeout);
}

/* What he sends meanwhile does not count: he has to take. */
static void bytes_do_not_put_off_the_time_of_who_does_not_read(void **state)
{
    struct server_settings set = make_settings();
    (void)state;
    world_begin();
    struct peer *peer = add_slow(GET "GET / HTTP/1.1\r\nHost: a\r\nA: ");
    peer->takes = 20;
    int64_t since = run_with(set);
    assert_kept(peer, peer->closed_at, since, set.send_timeout);
}

/* After a refusal the connection lingers two seconds, for a client that does not close. */
static void lingering_has_its_time(void **state)
{
    (void)state;
    world_begin();
    struct peer *peer = add_slow("BAD\r\n\r\n");
    run();
    assert_statuses(peer, 400, 0);
    assert_kept(peer, peer->closed_at, peer->answered_at, 2000);
}

static void stop_now(void)
{
    world.plot = NULL;
    world.until = world.now;
}

/* Told to stop, the server gives what has begun its grace, and no more. */
static void grace_has_its_time(void **state)
{
    struct server_settings set = make_settings();
    (void)state;
    for (size_t i = 0; i < sizeof sleeps / sizeof *sleeps; i++) {
        world_begin();
        world.oversleep = sleeps[i];
        struct peer *peer = add_text("GET /stream?n=1000000&ms=100 HTTP/1.1\r\nHost: a\r\n\r\n");
        peer->ends = false;
        world.plot = stop_now;
        world.plot_at = world.now + 3000;
        int64_t since = run_with(set);
        assert_true(peer->is_closed);
        assert_true(peer->closed_at - since >= 3000 + set.grace);
        assert_true(peer->closed_at - since < 3000 + set.grace + GRAIN + 2 * world.oversleep);
    }
}

/* ---- Responses that end when the server closes: those that are cut short must not look whole ---- */

static const struct peer *run_old_echo(const char *body)
{
    static char text[128];
    world_begin();
    snprintf(text, sizeof text, "POST /echo HTTP/1.0\r\nContent-Length: 5\r\n\r\n%s", body);
    const struct peer *peer = add_text(text);
    run();
    assert_true(peer->is_closed);
    return peer;
}

static void what_is_cut_short_ends_in_a_reset(void **state)
{
    (void)state;
    assert_true(run_old_echo("hel")->is_abandoned);
}

static void what_is_whole_does_not(void **state)
{
    (void)state;
    const struct peer *peer = run_old_echo("hello");
    assert_false(peer->is_abandoned);
    assert_memory_equal(peer->output + peer->taken - 5, "hello", 5);
}

/* ---- A clock that jumps, as when a machine has slept ---- */

enum { HOURS_10 = 36000000 };

static void jump(void)
{
    world.now += HOURS_10;
    world.plot = NULL;
}

static void jump_and_go_on(void)
{
    jump();
    world.peers[0].arrived = world.peers[0].length;
}

static struct peer *add_interrupted(const char *text, size_t arrived, void (*plot)(void))
{
    struct peer *peer = add_text(text);
    peer->arrived = arrived;
    peer->ends = false;
    world.plot = plot;
    world.plot_at = world.now + 5;
    return peer;
}

static void a_jump_of_the_clock_ends_what_is_overdue(void **state)
{
    (void)state;
    world_begin();
    struct peer *peer = add_interrupted(GET, 10, jump);
    int64_t since = world.now;
    run();
    assert_statuses(peer, 408, 0);
    assert_int_equal(peer->answered_at, since + 5 + HOURS_10);
}

/* What has come meanwhile has come in time, as far as anybody knows. */
static void what_came_during_the_jump_is_answered(void **state)
{
    (void)state;
    world_begin();
    struct peer *peer = add_interrupted(GET, 10, jump_and_go_on);
    int64_t since = world.now;
    run();
    assert_statuses(peer, 200, 0);
    assert_int_equal(peer->answered_at, since + 5 + HOURS_10);
    assert_true(peer->closed_at - peer->answered_at >= 60000);
    assert_true(peer->closed_at - peer->answered_at < 60000 + GRAIN);
}

/* ---- Accepting ---- */

static const int64_t PAUSE = 1000; /* ms, that of server.c */

static void accept_that_is_for_now_is_tried_at_once(void **state)
{
    static const int errors[] = {EINTR, ECONNABORTED};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        world_begin();
        struct peer *peer = add_text(GET);
        for (size_t j = 0; j < 4; j++)
            world.accept_errors[j] = errors[i];
        int64_t since = world.now;
        run();
        assert_statuses(peer, 200, 0);
        assert_int_equal(peer->closed_at, since);
    }
}

static void accept_that_fails_is_tried_again_after_a_pause(void **state)
{
    static const int errors[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        world_begin();
        struct peer *peer = add_text(GET);
        for (size_t j = 0; j < 4; j++)
            world.accept_errors[j] = errors[i];
        int64_t since = world.now;
        run();
        assert_statuses(peer, 200, 0);
        assert_int_equal(peer->closed_at, since + 4 * PAUSE);
        assert_true(world.turns < 20);
    }
}

/* A descriptor that is free again is used at once. */
static void accept_that_fails_is_tried_when_a_connection_has_ended(void **state)
{
    (void)state;
    world_begin();
    add_text(GET);
    struct peer *second = add_text(GET);
    world.accept_errors[1] = EMFILE;
    int64_t since = world.now;
    run();
    assert_statuses(second, 200, 0);
    assert_int_equal(second->closed_at, since);
}

static void no_more_connections_than_allowed(void **state)
{
    struct server_settings set = make_settings();
    (void)state;
    set.most_connections = 1;
    set.idle_timeout = 500;
    world_begin();
    struct peer *first = add_text(GET), *second = add_text(GET);
    first->ends = false;
    int64_t since = run_with(set);
    assert_statuses(second, 200, 0);
    assert_int_equal(second->closed_at, since + 500);
    assert_true(world.turns < 20);
}

/* ---- At rest ---- */

static long before, at_rest;

static void note_memory(void)
{
    at_rest = memory.live;
    world.plot = NULL;
}

/* One allocation, and no turns. */
static void a_connection_at_rest_costs_little(void **state)
{
    (void)state;
    for (int connections = 1; connections < 4; connections++) {
        world_begin();
        for (int i = 0; i < connections; i++)
            add_text(GET)->ends = false;
        world.plot = note_memory;
        world.plot_at = world.now + 30000;
        run();
        if (connections == 1)
            before = at_rest - 1; /* what the server itself keeps */
        else
            assert_int_equal(at_rest - before, connections);
        assert_true(world.turns < 15);
    }
}

/* ---- Memory that runs out ---- */

/* Answers that are whole, but for the last. */
static void assert_whole_but_the_last(const struct peer *peer)
{
    static struct story story;
    struct reading reading = begin_reading(peer, &story);
    for (size_t done = 0; done < peer->taken;) {
        done += reading_take(&reading, peer->output + done, peer->taken - done);
        assert_int_not_equal(reading.place, AT_FAULT);
        if (reading.place == AT_END)
            reading = (struct reading){.on_body = on_body, .data = &story};
    }
}

static int lowest_free_descriptor(void)
{
    int fd = dup(STDIN_FILENO);
    close(fd);
    return fd;
}

/* Returns whether the failure was reached. */
static bool fail_once_in(size_t number, unsigned long nth, bool for_ever)
{
    struct server_settings set = make_settings();
    long live = memory.live;
    int descriptor = lowest_free_descriptor();
    world_begin();
    add_conversation(number);
    set.send_timeout = 0;
    memory_fail(nth, for_ever);
    bool began = world_run(answer, &set);
    bool was_reached = memory.denied > 0;
    memory_fail(0, false);
    assert_true(!began || world.peers[0].is_closed);
    assert_true(!was_reached || !began || world.is_stopped);
    assert_whole_but_the_last(&world.peers[0]);
    assert_int_equal(memory.live, live);
    assert_int_equal(lowest_free_descriptor(), descriptor);
    return was_reached;
}

/* The first, then the second, and so on, until there are no more. */
static void fail_everywhere(bool for_ever)
{
    unsigned long reached = 0;
    for (size_t number = 0; number < CONVERSATIONS; number++) {
        unsigned long nth = 1;
        run_plainly(number); /* what the loop keeps it has by now */
        while (fail_once_in(number, nth, for_ever))
            nth++;
        assert_true(nth > 3);
        reached += nth - 1;
    }
    print_message("# allocations that failed: %lu\n", reached);
}

static void an_allocation_that_fails_harms_one_connection(void **state)
{
    (void)state;
    fail_everywhere(false);
}

static void no_memory_at_all_harms_no_more(void **state)
{
    (void)state;
    fail_everywhere(true);
}

/* There is memory again, and the next knocks. */
static void let_next_knock(void)
{
    world.plot = NULL;
    world.count = 2;
    memory_fail(0, false);
}

static void the_next_is_served(void **state)
{
    (void)state;
    for (unsigned long nth = 1; nth < 20; nth++) {
        world_begin();
        add_text(GET);
        struct peer *second = add_text(GET);
        world.count = 1;
        world.plot = let_next_knock;
        world.plot_at = world.now + 10;
        memory_fail(nth, true);
        bool began = world_run(answer, NULL);
        memory_fail(0, false);
        if (began)
            assert_statuses(second, 200, 0);
    }
}

/* ---- All of them ---- */

int start(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_reads_change_nothing),
        cmocka_unit_test(short_writes_change_nothing),
        cmocka_unit_test(bytes_that_come_slowly_change_nothing),
        cmocka_unit_test(interrupted_calls_change_nothing),
        cmocka_unit_test(calls_that_would_block_change_nothing),
        cmocka_unit_test(all_of_that_together_changes_nothing),
        cmocka_unit_test(a_head_has_its_time),
        cmocka_unit_test(bytes_do_not_put_off_the_time_for_a_head),
        cmocka_unit_test(nor_do_they_that_of_the_next),
        cmocka_unit_test(each_head_has_a_time_of_its_own),
        cmocka_unit_test(no_deadline_is_early),
        cmocka_unit_test(a_body_has_its_time),
        cmocka_unit_test(bytes_put_off_the_time_for_a_body),
        cmocka_unit_test(an_idle_connection_has_its_time),
        cmocka_unit_test(who_does_not_read_has_his_time),
        cmocka_unit_test(a_stream_that_is_not_read_has_its_time),
        cmocka_unit_test(bytes_do_not_put_off_the_time_of_who_does_not_read),
        cmocka_unit_test(lingering_has_its_time),
        cmocka_unit_test(grace_has_its_time),
        cmocka_unit_test(what_is_cut_short_ends_in_a_reset),
        cmocka_unit_test(what_is_whole_does_not),
        cmocka_unit_test(a_jump_of_the_clock_ends_what_is_overdue),
        cmocka_unit_test(what_came_during_the_jump_is_answered),
        cmocka_unit_test(accept_that_is_for_now_is_tried_at_once),
        cmocka_unit_test(accept_that_fails_is_tried_again_after_a_pause),
        cmocka_unit_test(accept_that_fails_is_tried_when_a_connection_has_ended),
        cmocka_unit_test(no_more_connections_than_allowed),
        cmocka_unit_test(a_connection_at_rest_costs_little),
        cmocka_unit_test(an_allocation_that_fails_harms_one_connection),
        cmocka_unit_test(no_memory_at_all_harms_no_more),
        cmocka_unit_test(the_next_is_served),
    };
    (void)argc;
    (void)argv;
    alarm(300); /* who hangs where the world does not see it */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
