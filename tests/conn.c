/* SPDX-License-Identifier: MIT */
/* The promises of <fluxo/stream.h> about connections and heads: what each kind of peer gets, good and bad, and what misuse
 * changes. */
#define _DEFAULT_SOURCE
#include "exchange.h"

#define LINES 130

/* ---- Sizes, tables ---- */

static void sizes_are_as_documented(void **state)
{
    (void)state;
    assert_true(sizeof(struct fluxo_conn) <= 128);
    if (sizeof(void *) != 8)
        return;
#define SIZE(name, octets, whose) assert_int_equal(sizeof(struct name), octets);
#include <fluxo/sizes.def>
#undef SIZE
}

static void each_fault_and_misuse_has_its_row(void **state)
{
    unsigned fault;
    int misuse;

    (void)state;
    for (fault = 1; fault < FLUXO_FAULTS; fault++) {
        assert_non_null(fluxo_fault(fault));
        assert_true(fluxo_fault(fault)->status == 0 ? fault == FLUXO_ERR_MISUSE : fluxo_fault(fault)->status >= 400);
    }
    assert_string_equal(fluxo_fault(FLUXO_FAULT_TRUNCATED)->name, "TRUNCATED");
    assert_string_equal(fluxo_fault(FLUXO_ERR_HOST)->name, "HOST");
    assert_null(fluxo_fault(0));
    assert_null(fluxo_fault(FLUXO_FAULTS));
    for (misuse = -1; misuse > FLUXO_MISUSES; misuse--)
        assert_non_null(fluxo_misuse(misuse));
    assert_string_equal(fluxo_misuse(FLUXO_MISUSE_ORDER)->name, "ORDER");
    assert_null(fluxo_misuse(0));
    assert_null(fluxo_misuse(FLUXO_MISUSES));
    assert_null(fluxo_misuse(FLUXO_FULL));
    for (fault = 0; fault < 64; fault++) {
        assert_null(fluxo_side_name(FLUXO_SIDES + fault));
        assert_null(fluxo_life_event_name(FLUXO_LIFE_EVENTS + fault));
        assert_null(fluxo_want_name(FLUXO_WANTS + fault));
    }
}

/* ---- Servers: exchanges ---- */

static void a_server_keeps_a_connection_alive(void **state)
{
    unsigned times;

    (void)state;
    begin(FLUXO_SERVER);
    for (times = 0; times < 3; times++) {
        assert_want(FLUXO_WANT_READ);
        assert_message(GET);
        assert_want(FLUXO_WANT_WRITE);
        respond(200, FLUXO_CONTENT_LENGTH, 2);
        put_body("ok");
        assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
        assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assert_want(FLUXO_WANT_NEXT);
        assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    }
}

static void pipelined_requests_wait_for_their_turn(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(GET GET GET, FLUXO_MESSAGE, sizeof GET - 1);
    assert_want(FLUXO_WANT_WRITE);
    assert_receive(GET GET, FLUXO_PAUSED, 0);
    assert_want(FLUXO_WANT_PAUSE);
    respond(204, FLUXO_CONTENT_NONE, 0);
    assert_want(FLUXO_WANT_NEXT);
    assert_receive(GET GET, FLUXO_PAUSED, 0);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_want(FLUXO_WANT_READ);
    assert_receive(GET GET, FLUXO_MESSAGE, sizeof GET - 1);
}

static void http_1_0_closes_unless_it_asks_to_be_kept(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message("GET / HTTP/1.0\r\n\r\n");
    respond(200, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_want(FLUXO_WANT_LINGER);
    begin(FLUXO_SERVER);
    assert_message("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    respond(200, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
    assert_want(FLUXO_WANT_NEXT);
}

static void a_stream_to_http_1_0_ends_with_the_connection(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    respond(200, FLUXO_CONTENT_STREAM, 0);
    assert_false(fluxo_writer_is_chunked(&writer));
    put_body("abc");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
    assert_want(FLUXO_WANT_LINGER);
    assert_end(FLUXO_CLOSED);
    assert_want(FLUXO_WANT_CLOSE);
}

static void interim_responses_are_not_for_http_1_0(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message("GET / HTTP/1.0\r\n\r\n");
    assert_int_equal(fluxo_write_response(&writer, 103, fluxo_text(NULL)), FLUXO_MISUSE_STATUS);
    assert_int_equal(fluxo_write_response(&writer, 100, fluxo_text(NULL)), FLUXO_MISUSE_STATUS);
    begin(FLUXO_SERVER);
    assert_message(GET);
    respond(103, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_want(FLUXO_WANT_WRITE);
    respond(200, FLUXO_CONTENT_NONE, 0);
    assert_want(FLUXO_WANT_NEXT);
}

static void an_answer_to_head_has_no_octets(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    respond(200, FLUXO_CONTENT_LENGTH, 2);
    assert_false(fluxo_writer_has_body(&writer));
    put_body("ok");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_message("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    respond(200, FLUXO_CONTENT_STREAM, 0);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_want(FLUXO_WANT_NEXT);
}

/* RFC 9110 9.3.2: the method is known, whatever is wrong behind it. */
static void nor_has_one_to_a_head_that_is_refused(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_int_equal(receive("HEAD / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status, FLUXO_ERROR);
    respond(400, FLUXO_CONTENT_LENGTH, 2);
    assert_false(fluxo_writer_has_body(&writer));
    put_body("no");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\n");
    assert_want(FLUXO_WANT_LINGER);
}

static void not_modified_has_a_length_and_no_octets(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message(GET);
    respond(304, FLUXO_CONTENT_LENGTH, 7);
    put_body("1234567");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
    assert_want(FLUXO_WANT_NEXT);
}

static void what_can_have_no_content_gets_none(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message(GET);
    assert_int_equal(fluxo_write_response(&writer, 204, fluxo_text(NULL)), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, 1), FLUXO_MISUSE_NO_BODY);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_STREAM, 0), FLUXO_MISUSE_NO_BODY);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_message(GET);
    assert_int_equal(fluxo_write_response(&writer, 205, fluxo_text(NULL)), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_STREAM, 0), FLUXO_MISUSE_NO_BODY);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n");
}

/* A call without octets says nothing of those to come. */
static void no_octets_change_nothing(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_int_equal(fluxo_conn_receive(&conn, NULL, 0, events, EVENTS).status, FLUXO_NEED_MORE);
    assert_receive(EXPECT_5, FLUXO_HEAD, sizeof EXPECT_5 - 1);
    assert_receive("", FLUXO_NEED_MORE, 0);
    assert_want(FLUXO_WANT_WRITE); /* the client waits still */
    assert_message("12345");
    assert_receive("", FLUXO_PAUSED, 0);
    assert_want(FLUXO_WANT_WRITE); /* and nothing is held back */
    assert_end(FLUXO_CLOSED);
}

/* ---- 100-continue ---- */

static void a_body_that_is_waited_for_is_asked_for(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(EXPECT_5, FLUXO_HEAD, sizeof EXPECT_5 - 1);
    assert_want(FLUXO_WANT_WRITE);
    assert_int_equal(fluxo_conn_accept(&conn), FLUXO_DONE);
    assert_want(FLUXO_WANT_CONTINUE);
    assert_int_equal(fluxo_write_continue(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 100 Continue\r\n\r\n");
    assert_want(FLUXO_WANT_READ);
    assert_message("12345");
    respond(200, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_want(FLUXO_WANT_NEXT);
}

static void a_body_may_be_asked_for_while_the_head_is_open(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(EXPECT_5, FLUXO_HEAD, sizeof EXPECT_5 - 1);
    assert_int_equal(fluxo_write_response(&writer, 200, fluxo_text(NULL)), FLUXO_DONE);
    assert_int_equal(fluxo_conn_accept(&conn), FLUXO_DONE);
    assert_int_equal(fluxo_write_continue(&writer), FLUXO_DONE);
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("A"), fluxo_text("b")), FLUXO_DONE);
    assert_sends("HTTP/1.1 100 Continue\r\n\r\n");
    assert_want(FLUXO_WANT_READ);
    assert_message("12345");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n");
    assert_want(FLUXO_WANT_NEXT);
}

static void a_body_that_is_not_wanted_is_refused(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(EXPECT_5, FLUXO_HEAD, sizeof EXPECT_5 - 1);
    respond(417, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_want(FLUXO_WANT_LINGER);
}

static void a_body_that_comes_uninvited_needs_no_100(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(EXPECT_5 "1", FLUXO_HEAD, sizeof EXPECT_5 - 1);
    assert_want(FLUXO_WANT_READ);
    assert_message("12345");
    begin(FLUXO_SERVER);
    assert_receive(EXPECT_5, FLUXO_HEAD, sizeof EXPECT_5 - 1);
    assert_int_equal(fluxo_conn_accept(&conn), FLUXO_DONE);
    assert_receive("12", FLUXO_NEED_MORE, 2);
    assert_want(FLUXO_WANT_READ);
}

static void an_expectation_without_a_body_is_none(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n");
    respond(200, FLUXO_CONTENT_NONE, 0);
    assert_want(FLUXO_WANT_NEXT);
    begin(FLUXO_SERVER);
    assert_message("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(fluxo_conn_facts(&conn).expect_continue, 1);
    assert_int_equal(fluxo_conn_accept(&conn), FLUXO_MISUSE_ORDER);
    respond(200, FLUXO_CONTENT_NONE, 0);
    assert_want(FLUXO_WANT_NEXT);
}

static void nor_does_a_client_wait_for_leave_to_send_nothing(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("Expect"), fluxo_text("100-continue")), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, 0), FLUXO_DONE);
    assert_want(FLUXO_WANT_WRITE);
    begin(FLUXO_CLIENT);
    ask("CONNECT", "b:1", "b:1");
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("Expect"), fluxo_text("100-continue")), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, 0), FLUXO_DONE);
    assert_want(FLUXO_WANT_WRITE);
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("Expect"), fluxo_text("100-continue")), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_STREAM, 0), FLUXO_DONE);
    assert_want(FLUXO_WANT_WAIT);
    forget_output();
}

static void an_answer_that_closes_drains_nothing(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(POST_5, FLUXO_HEAD, sizeof POST_5 - 1);
    assert_int_equal(fluxo_write_response(&writer, 403, fluxo_text(NULL)), FLUXO_DONE);
    assert_int_equal(fluxo_write_close(&writer), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_want(FLUXO_WANT_LINGER);
    assert_int_equal(receive("123").count, 1); /* who receives all the same is told */
    assert_want(FLUXO_WANT_LINGER);
    forget_output();
}

static void begin_expecting(void)
{
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("Expect"), fluxo_text("100-continue")), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, 5), FLUXO_DONE);
    assert_sends("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_want(FLUXO_WANT_WAIT);
}

static void a_client_waits_for_100_and_not_for_ever(void **state)
{
    (void)state;
    begin_expecting();
    assert_message("HTTP/1.1 100 Continue\r\n\r\n");
    assert_int_equal(fluxo_conn_status(&conn), 100);
    assert_want(FLUXO_WANT_WRITE);
    put_body("12345");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("12345");
    assert_want(FLUXO_WANT_READ);
    assert_message("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_want(FLUXO_WANT_NEXT);
    begin_expecting();
    assert_int_equal(fluxo_conn_proceed(&conn), FLUXO_DONE);
    assert_want(FLUXO_WANT_WRITE);
    assert_int_equal(fluxo_conn_proceed(&conn), FLUXO_MISUSE_ORDER);
}

static void a_client_that_is_refused_sends_no_body(void **state)
{
    (void)state;
    begin_expecting();
    assert_message("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
    assert_want(FLUXO_WANT_CLOSE);
}

/* ---- Bodies that nobody wants ---- */

static void an_unwanted_body_is_drained(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(POST_5, FLUXO_HEAD, sizeof POST_5 - 1);
    respond(403, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    assert_want(FLUXO_WANT_DRAIN);
    assert_int_equal(receive("123").count, 0);
    assert_want(FLUXO_WANT_DRAIN);
    assert_receive("45" GET, FLUXO_MESSAGE, 2);
    assert_want(FLUXO_WANT_NEXT);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_message(GET);
}

static void draining_has_a_bound(void **state)
{
    static struct fluxo_conn_options options;

    (void)state;
    fluxo_conn_options_init(&options);
    options.drain = 4;
    assert_int_equal(fluxo_conn_init(&conn, FLUXO_SERVER, &options), FLUXO_DONE);
    assert_receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", FLUXO_HEAD, 47);
    respond(403, FLUXO_CONTENT_NONE, 0);
    assert_receive("1234", FLUXO_NEED_MORE, 4);
    assert_want(FLUXO_WANT_DRAIN);
    assert_int_equal(receive("5").status, FLUXO_ERROR);
    assert_int_equal(fluxo_conn_fault(&conn), FLUXO_FAULT_DRAIN_LIMIT);
    assert_want(FLUXO_WANT_LINGER);
    forget_output();
}

static void a_body_that_ends_an_octet_past_the_bound_is_drained(void **state)
{
    static struct fluxo_conn_options options;

    (void)state;
    fluxo_conn_options_init(&options);
    options.drain = 4;
    assert_int_equal(fluxo_conn_init(&conn, FLUXO_SERVER, &options), FLUXO_DONE);
    assert_receive(POST_5, FLUXO_HEAD, sizeof POST_5 - 1);
    respond(403, FLUXO_CONTENT_NONE, 0);
    assert_receive("12345", FLUXO_MESSAGE, 5);
    assert_want(FLUXO_WANT_NEXT);
    forget_output();
}

static void draining_depends_on_no_cut(void **state)
{
    static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n";
    static char body[70000];
    size_t cut;

    (void)state;
    memset(body, 'x', sizeof body);
    for (cut = 0; cut <= sizeof body; cut += 10000) {
        begin(FLUXO_SERVER);
        assert_receive(head, FLUXO_HEAD, sizeof head - 1);
        respond(403, FLUXO_CONTENT_NONE, 0);
        receive_some(body, cut);
        receive_some(body + cut, sizeof body - cut);
        assert_int_equal(fluxo_conn_fault(&conn), FLUXO_FAULT_DRAIN_LIMIT);
        assert_want(FLUXO_WANT_LINGER);
        forget_output();
    }
}

/* After so many octets of the rest of a chunked body, which may be drained, all that is left of it. */
static void drain_cut(const char *rest, size_t length, size_t cut, uint64_t most)
{
    static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    static struct fluxo_conn_options options;
    size_t consumed;

    fluxo_conn_options_init(&options);
    options.drain = most;
    assert_int_equal(fluxo_conn_init(&conn, FLUXO_SERVER, &options), FLUXO_DONE);
    assert_receive(head, FLUXO_HEAD, sizeof head - 1);
    respond(403, FLUXO_CONTENT_NONE, 0);
    consumed = receive_some(rest, cut).consumed;
    receive_some(rest + consumed, length - consumed);
}

/* Trailers are taken together, with the last octet. */
static void trailers_may_be_longer_than_what_is_drained(void **state)
{
    static const char rest[] = "0\r\nA: b\r\nC: d\r\n\r\n";
    size_t cut;

    (void)state;
    for (cut = 0; cut < sizeof rest - 1; cut++) {
        drain_cut(rest, sizeof rest - 1, cut, 5);
        assert_int_equal(fluxo_conn_fault(&conn), 0);
        assert_want(FLUXO_WANT_NEXT);
        forget_output();
    }
}

static void a_chunk_line_that_is_too_much_is_so_however_it_comes(void **state)
{
    static const char rest[] = "1;abc=defghi\r\nx\r\n0\r\n\r\n";
    size_t cut;

    (void)state;
    for (cut = 0; cut < sizeof rest - 1; cut++) {
        drain_cut(rest, sizeof rest - 1, cut, 5);
        assert_int_equal(fluxo_conn_fault(&conn), FLUXO_FAULT_DRAIN_LIMIT);
        forget_output();
    }
}

static void the_end_waits_for_what_is_held(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(GET GET, FLUXO_MESSAGE, sizeof GET - 1);
    assert_receive(GET, FLUXO_PAUSED, 0);
    assert_int_equal(fluxo_conn_end(&conn, events, EVENTS).error, FLUXO_ERR_MISUSE);
    respond(204, FLUXO_CONTENT_NONE, 0);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_message(GET);
    assert_end(FLUXO_CLOSED);
    respond(204, FLUXO_CONTENT_NONE, 0);
    assert_want(FLUXO_WANT_CLOSE);
    forget_output();
}

/* ---- Switching ---- */

#define OFFER "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"

static void an_upgrade_hands_the_rest_over(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(OFFER "rest", FLUXO_MESSAGE, sizeof OFFER - 1);
    assert_int_equal(fluxo_write_response(&writer, 101, fluxo_text(NULL)), FLUXO_DONE);
    assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("echo")), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
    assert_want(FLUXO_WANT_SWITCH);
    assert_receive("rest", FLUXO_SWITCHED, 0);
}

static void an_upgrade_that_is_declined_goes_on(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message(OFFER);
    respond(200, FLUXO_CONTENT_NONE, 0);
    assert_want(FLUXO_WANT_NEXT);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_message(GET);
    assert_int_equal(fluxo_write_response(&writer, 101, fluxo_text(NULL)), FLUXO_MISUSE_STATUS);
    forget_output();
}

static void a_client_is_switched_only_if_it_offered(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("GET", "/", "a");
    assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("echo")), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
    assert_receive("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\nrest", FLUXO_MESSAGE, 72);
    assert_want(FLUXO_WANT_SWITCH);
    assert_receive("rest", FLUXO_SWITCHED, 0);
    ask_for_nothing("GET");
    assert_fault("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n",
                 FLUXO_FAULT_SWITCH_UNASKED);
    assert_want(FLUXO_WANT_CLOSE);
}

static void a_switch_before_the_request_is_complete_is_a_fault(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("echo")), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, 5), FLUXO_DONE);
    forget_output();
    assert_fault("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n",
                 FLUXO_FAULT_SWITCH_UNASKED);
}

#define CONNECT "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n"

static void connect_becomes_a_tunnel_or_ends(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive(CONNECT "rest", FLUXO_MESSAGE, sizeof CONNECT - 1);
    respond(200, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 200 OK\r\n\r\n");
    assert_want(FLUXO_WANT_SWITCH);
    assert_receive("rest", FLUXO_SWITCHED, 0);
    begin(FLUXO_SERVER);
    assert_message(CONNECT);
    respond(403, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_want(FLUXO_WANT_LINGER);
}

static void a_client_that_connects_gets_a_tunnel(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("CONNECT", "b:443", "b:443");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, 1), FLUXO_MISUSE_NO_BODY);
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends(CONNECT);
    assert_receive("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", FLUXO_MESSAGE, 38);
    assert_want(FLUXO_WANT_SWITCH);
    assert_end(FLUXO_SWITCHED);
}

/* ---- Ends ---- */

static void a_client_may_close_its_side_and_wait(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message(GET);
    assert_end(FLUXO_CLOSED);
    assert_want(FLUXO_WANT_WRITE);
    respond(200, FLUXO_CONTENT_LENGTH, 2);
    put_body("ok");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    assert_want(FLUXO_WANT_CLOSE);
}

static void a_close_between_messages_is_no_fault(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_end(FLUXO_CLOSED);
    assert_want(FLUXO_WANT_CLOSE);
    assert_int_equal(fluxo_conn_fault(&conn), 0);
    begin(FLUXO_CLIENT);
    assert_end(FLUXO_CLOSED);
    assert_want(FLUXO_WANT_CLOSE);
    assert_int_equal(fluxo_conn_fault(&conn), 0);
}

static void a_bad_request_can_be_answered(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_fault("GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", FLUXO_ERR_SPACE_BEFORE_COLON);
    assert_int_equal(fluxo_conn_offset(&conn), 28);
    assert_want(FLUXO_WANT_WRITE);
    respond(fluxo_fault(fluxo_conn_fault(&conn))->status, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_want(FLUXO_WANT_LINGER);
}

static void a_bad_body_is_a_fault_though_the_answer_has_begun(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", FLUXO_HEAD, 56);
    respond(200, FLUXO_CONTENT_STREAM, 0);
    put_body("a");
    assert_fault("x\r\n", FLUXO_ERR_CHUNK_SIZE);
    assert_want(FLUXO_WANT_WRITE);
    assert_int_equal(fluxo_conn_shut(&conn), FLUXO_DONE);
    assert_want(FLUXO_WANT_CLOSE);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_MISUSE_ORDER);
    forget_output();
}

static void a_server_may_say_why_it_closes(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    respond(408, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_want(FLUXO_WANT_LINGER);
    assert_receive(GET, FLUXO_CLOSED, 0);
}

/* ---- What is complete and what is cut short, in every framing ---- */

static const struct {
    enum fluxo_role role;
    const char *head, *body;
    int until_close;
} framings[] = {
    {FLUXO_SERVER, GET, "", 0},
    {FLUXO_SERVER, POST_5, "12345", 0},
    {FLUXO_SERVER, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "5;a=b\r\n12345\r\n0\r\nX: y\r\n\r\n",
     0},
    {FLUXO_CLIENT, "HTTP/1.1 204 No Content\r\n\r\n", "", 0},
    {FLUXO_CLIENT, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "12345", 0},
    {FLUXO_CLIENT, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\n12345\r\n0\r\nX: y\r\n\r\n", 0},
    {FLUXO_CLIENT, "HTTP/1.1 200 OK\r\n\r\n", "12345", 1},
    {FLUXO_CLIENT, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "12345", 1},
    {FLUXO_CLIENT, "HTTP/1.0 200 OK\r\n\r\n", "", 1},
};

static void begin_exchange(enum fluxo_role role)
{
    if (role == FLUXO_SERVER)
        begin(role);
    else
        ask_for_nothing("GET");
}

/* The first `length` bytes, and then the end. */
static void end_after(const char *bytes, size_t length)
{
    size_t at = 0;
    struct fluxo_feed fed;

    do {
        fed = receive_some(bytes + at, length - at);
        at += fed.consumed;
    } while (fed.status == FLUXO_HEAD);
    if (fed.status != FLUXO_MESSAGE)
        fluxo_conn_end(&conn, events, EVENTS);
}

static int is_complete(void)
{
    unsigned side = conn.life.flags & FLUXO_LIFE_SERVER ? conn.life.request : conn.life.response;
    return (side == FLUXO_SIDE_DONE || side == FLUXO_SIDE_CLOSED) && !fluxo_conn_fault(&conn);
}

static void a_message_cut_short_is_told_from_a_complete_one(void **state)
{
    char message[512];
    size_t row, length;

    (void)state;
    for (row = 0; row < sizeof framings / sizeof framings[0]; row++) {
        size_t head = strlen(framings[row].head), whole = head + strlen(framings[row].body);
        snprintf(message, sizeof message, "%s%s", framings[row].head, framings[row].body);
        for (length = 1; length <= whole; length++) {
            int complete = length == whole || (framings[row].until_close && length >= head);
            begin_exchange(framings[row].role);
            end_after(message, length);
            assert_int_equal(is_complete(), complete);
            if (!complete)
                assert_int_equal(fluxo_conn_fault(&conn), FLUXO_FAULT_TRUNCATED);
        }
    }
}

static void a_connection_that_broke_has_completed_nothing(void **state)
{
    size_t row;

    (void)state;
    for (row = 0; row < sizeof framings / sizeof framings[0]; row++) {
        char message[512];
        size_t whole = strlen(framings[row].head) + strlen(framings[row].body), length;
        snprintf(message, sizeof message, "%s%s", framings[row].head, framings[row].body);
        for (length = 0; length <= whole; length++) {
            int complete = length == whole && !framings[row].until_close, begun = length || framings[row].role == FLUXO_CLIENT;
            size_t at = 0;
            struct fluxo_feed fed;
            begin_exchange(framings[row].role);
            do {
                fed = receive_some(message + at, length - at);
                at += fed.consumed;
            } while (fed.status == FLUXO_HEAD);
            fluxo_conn_break(&conn);
            assert_int_equal(fluxo_conn_fault(&conn), begun && !complete ? FLUXO_FAULT_TRUNCATED : 0);
            assert_want(FLUXO_WANT_CLOSE);
        }
    }
    begin(FLUXO_CLIENT);
    fluxo_conn_break(&conn);
    assert_int_equal(fluxo_conn_fault(&conn), 0);
    assert_string_equal(fluxo_side_name(fluxo_conn_life(&conn).response), "CLOSED");
    assert_want(FLUXO_WANT_CLOSE);
}

/* However the bytes are held; and empty lines are nothing. */
static void a_request_that_broke_off_in_its_head_is_cut_short(void **state)
{
    static const struct {
        const char *bytes;
        unsigned fault;
    } rows[] = {{"", 0}, {"\r\n", 0}, {"G", FLUXO_FAULT_TRUNCATED}, {"\r\nGET / HTTP/1.1\r\nA", FLUXO_FAULT_TRUNCATED}};
    struct fluxo_conn_options options;
    size_t row;

    (void)state;
    fluxo_conn_options_init(&options);
    for (options.parser.flags = 0; options.parser.flags <= FLUXO_PIECES; options.parser.flags += FLUXO_PIECES)
        for (row = 0; row < sizeof rows / sizeof rows[0]; row++) {
            fluxo_conn_init(&conn, FLUXO_SERVER, &options);
            receive_some(rows[row].bytes, strlen(rows[row].bytes));
            fluxo_conn_break(&conn);
            assert_int_equal(fluxo_conn_fault(&conn), rows[row].fault);
            assert_want(FLUXO_WANT_CLOSE);
            assert_int_equal(receive_some("", 0).status, rows[row].fault ? FLUXO_ERROR : FLUXO_CLOSED);
        }
}

static void no_answer_at_all_is_cut_short(void **state)
{
    (void)state;
    ask_for_nothing("GET");
    assert_end(FLUXO_ERROR);
    assert_int_equal(fluxo_conn_fault(&conn), FLUXO_FAULT_TRUNCATED);
    assert_want(FLUXO_WANT_CLOSE);
    ask_for_nothing("GET");
    assert_message("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_end(FLUXO_ERROR);
    assert_int_equal(fluxo_conn_fault(&conn), FLUXO_FAULT_TRUNCATED);
}

/* ---- Bad servers, seen by a client ---- */

static void an_answer_before_the_question_is_a_fault(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    assert_receive("\r\n\r\n", FLUXO_NEED_MORE, 4);
    assert_receive("\r", FLUXO_NEED_MORE, 0);
    assert_fault("HTTP/1.1 200 OK\r\n\r\n", FLUXO_FAULT_RESPONSE_UNASKED);
    assert_int_equal(fluxo_conn_offset(&conn), 4);
    assert_want(FLUXO_WANT_CLOSE);
}

static void a_second_answer_is_a_fault(void **state)
{
    static const char two[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\n\r\n";

    (void)state;
    ask_for_nothing("GET");
    assert_receive(two, FLUXO_HEAD, 38);
    assert_receive(two + 38, FLUXO_MESSAGE, 2);
    assert_receive(two + 40, FLUXO_PAUSED, 0);
    assert_want(FLUXO_WANT_NEXT);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_fault(two + 40, FLUXO_FAULT_RESPONSE_UNASKED);
}

static void between_answers_a_client_takes_empty_lines_only(void **state)
{
    static const char *const rows[] = {"\rX", "\r\n\rX", "X", "XY", "X\n", "\r\r\n"};
    size_t row;

    (void)state;
    for (row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        begin(FLUXO_CLIENT);
        assert_receive("\r\n\r", FLUXO_NEED_MORE, 2);
        assert_int_equal(fluxo_conn_offset(&conn), 2);
        assert_fault(rows[row], FLUXO_FAULT_RESPONSE_UNASKED);
    }
}

static void octets_after_close_are_not_read(void **state)
{
    (void)state;
    ask_for_nothing("GET");
    assert_receive("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\nmore", FLUXO_MESSAGE, 57);
    assert_want(FLUXO_WANT_CLOSE);
    assert_receive("more", FLUXO_CLOSED, 0);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_MISUSE_ORDER);
    begin(FLUXO_SERVER);
    assert_message("GET / HTTP/1.0\r\n\r\n");
    assert_receive("more", FLUXO_PAUSED, 0); /* as long as the answer is due */
}

static void interim_responses_have_a_bound(void **state)
{
    unsigned times;

    (void)state;
    ask_for_nothing("GET");
    for (times = 0; times < 16; times++)
        assert_message("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_fault("HTTP/1.1 103 Early Hints\r\n\r\n", FLUXO_FAULT_INTERIMS_LIMIT);
    assert_want(FLUXO_WANT_CLOSE);
}

static void a_final_response_is_within_the_bound_on_others(void **state)
{
    unsigned times, exchange;

    (void)state;
    ask_for_nothing("GET");
    for (exchange = 0; exchange < 2; exchange++) {
        for (times = 0; times < 16; times++)
            assert_message("HTTP/1.1 103 Early Hints\r\n\r\n");
        assert_message("HTTP/1.1 204 No Content\r\n\r\n");
        assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
        assert_int_equal(fluxo_conn_status(&conn), 0);
        assert_int_equal(fluxo_conn_method(&conn), FLUXO_METHOD_OTHER);
        ask("GET", "/", "a");
        assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("echo")), FLUXO_DONE);
        assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
        forget_output();
    }
    for (times = 0; times < 16; times++)
        assert_message("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_message("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n");
}

static void the_bound_on_interim_responses_is_an_option(void **state)
{
    static struct fluxo_conn_options options;

    (void)state;
    fluxo_conn_options_init(&options);
    options.interims = 1;
    assert_int_equal(fluxo_conn_init(&conn, FLUXO_CLIENT, &options), FLUXO_DONE);
    fluxo_writer_close(&writer);
    fluxo_writer_init(&writer, &conn, NULL);
    ask("GET", "/", "a");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    forget_output();
    assert_message("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_fault("HTTP/1.1 103 Early Hints\r\n\r\n", FLUXO_FAULT_INTERIMS_LIMIT);
}

static void an_early_answer_lets_the_request_be_finished(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, 5), FLUXO_DONE);
    forget_output();
    assert_message("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_want(FLUXO_WANT_WRITE);
    put_body("12345");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_want(FLUXO_WANT_NEXT);
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, 5), FLUXO_DONE);
    forget_output();
    assert_message("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    assert_want(FLUXO_WANT_CLOSE);
}

/* RFC 9112 9.5: it stops sending when the server says that it does not want the rest; the answer it may have. */
static void a_client_that_cuts_its_request_short_reads_the_answer(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_STREAM, 0), FLUXO_DONE);
    put_body("hel");
    assert_int_equal(fluxo_conn_shut(&conn), FLUXO_DONE);
    assert_want(FLUXO_WANT_READ);
    assert_string_equal(fluxo_side_name(fluxo_conn_life(&conn).request), "ERROR");
    assert_message("HTTP/1.1 100 Continue\r\n\r\n");
    assert_message("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_receive("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\n", FLUXO_HEAD, 53);
    assert_want(FLUXO_WANT_READ);
    assert_message("no");
    assert_want(FLUXO_WANT_CLOSE);
    assert_int_equal(fluxo_conn_fault(&conn), 0);
    forget_output();
}

static void the_parser_knows_what_a_response_answers(void **state)
{
    (void)state;
    ask_for_nothing("HEAD");
    assert_message("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    assert_want(FLUXO_WANT_NEXT);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    ask("GET", "/", "a");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    forget_output();
    assert_receive("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", FLUXO_HEAD, 38);
}

/* RFC 9112 4: the phrase is for people. RFC 9110 15: an unknown status is the x00 of its class; the number stays as it is. */
static void the_reason_phrase_and_odd_statuses_decide_nothing(void **state)
{
    static const char *const lines[] = {
        "HTTP/1.1 299 100 Continue\r\n",     "HTTP/1.1 299 \r\n", "HTTP/1.1 299 204 No Content\r\n", "HTTP/1.1 699 OK\r\n",
        "HTTP/1.1 099 Early Hints\r\n",      "HTTP/1.1 000 \r\n", "HTTP/1.1 099 Early Hints\r\n",    "HTTP/1.1 000 \r\n",
        "HTTP/1.1 999 Connection: close\r\n"};
    char response[128];
    size_t nth;

    (void)state;
    for (nth = 0; nth < sizeof lines / sizeof lines[0]; nth++) {
        snprintf(response, sizeof response, "%sContent-Length: 2\r\n\r\n", lines[nth]);
        ask_for_nothing("GET");
        assert_receive(response, FLUXO_HEAD, strlen(response));
        assert_message("ab");
        assert_int_equal(fluxo_conn_status(&conn), atoi(lines[nth] + 9));
        assert_want(FLUXO_WANT_NEXT);
    }
}

/* ---- Misuse ---- */

static void a_state_that_nobody_reaches_wants_to_close(void **state)
{
    const struct fluxo_life life = {FLUXO_SIDE_DONE, FLUXO_SIDE_IDLE, 0};

    (void)state;
    assert_int_equal(fluxo_life_want(&life), FLUXO_WANT_CLOSE);
}

static void misuse_changes_nothing(void **state)
{
    struct fluxo_conn before;
    struct fluxo_feed fed;
    struct fluxo_conn_options options;

    (void)state;
    begin(FLUXO_SERVER);
    before = conn;
    assert_int_equal(fluxo_life_step(&conn.life, FLUXO_LIFE_EVENTS, 0), 0);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_conn_accept(&conn), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_conn_proceed(&conn), FLUXO_MISUSE_ORDER);
    fed = fluxo_conn_receive(&conn, GET, sizeof GET - 1, events, 7);
    assert_int_equal(fed.status, FLUXO_ERROR);
    assert_int_equal(fed.error, FLUXO_ERR_MISUSE);
    fed = fluxo_conn_receive(&conn, NULL, 1, events, EVENTS);
    assert_int_equal(fed.error, FLUXO_ERR_MISUSE);
    assert_int_equal(fluxo_write_request(&writer, fluxo_text("GET"), fluxo_text("/"), fluxo_text("a")), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_response(&writer, 100, fluxo_text(NULL)), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("a"), fluxo_text("b")), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_MISUSE_ORDER);
    assert_memory_equal(&before, &conn, sizeof conn);
    assert_int_equal(fluxo_conn_fault(&conn), 0);
    fluxo_conn_options_init(&options);
    options.parser.limits.method = 0;
    assert_int_equal(fluxo_conn_init(&conn, FLUXO_CLIENT, &options), FLUXO_MISUSE_ARGUMENT);
    assert_memory_equal(&before, &conn, sizeof conn);
    begin(FLUXO_CLIENT);
    before = conn;
    assert_int_equal(fluxo_write_response(&writer, 200, fluxo_text(NULL)), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_conn_receive(&conn, NULL, 1, events, EVENTS).error, FLUXO_ERR_MISUSE);
    assert_memory_equal(&before, &conn, sizeof conn);
    assert_receive("", FLUXO_NEED_MORE, 0);
}

static void misuse_of_the_end_changes_nothing(void **state)
{
    struct fluxo_conn before;

    (void)state;
    begin(FLUXO_SERVER);
    assert_receive("GET", FLUXO_NEED_MORE, 0);
    before = conn;
    assert_int_equal(fluxo_conn_receive(&conn, "GET", 3, NULL, EVENTS).error, FLUXO_ERR_MISUSE);
    assert_int_equal(receive("GE").error, FLUXO_ERR_MISUSE); /* fewer than were left */
    assert_int_equal(fluxo_conn_end(&conn, NULL, EVENTS).error, FLUXO_ERR_MISUSE);
    assert_int_equal(fluxo_conn_end(&conn, events, FLUXO_CAPACITY_LEAST - 1).error, FLUXO_ERR_MISUSE);
    assert_memory_equal(&before, &conn, sizeof conn);
    assert_end(FLUXO_ERROR);
    assert_int_equal(fluxo_conn_fault(&conn), FLUXO_FAULT_TRUNCATED);
    assert_int_equal(fluxo_conn_offset(&conn), 3);
    before = conn; /* misuse is told where nothing is read as well */
    assert_int_equal(fluxo_conn_receive(&conn, "GET", 3, NULL, EVENTS).error, FLUXO_ERR_MISUSE);
    assert_int_equal(fluxo_conn_receive(&conn, "GET", 3, events, FLUXO_CAPACITY_LEAST - 1).error, FLUXO_ERR_MISUSE);
    assert_int_equal(fluxo_conn_receive(&conn, NULL, 3, events, EVENTS).error, FLUXO_ERR_MISUSE);
    assert_memory_equal(&before, &conn, sizeof conn);
    before = conn;
    assert_end(FLUXO_ERROR);
    assert_memory_equal(&before, &conn, sizeof conn);
}

static void what_is_not_due_is_not_accepted_nor_shut_twice(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_message(GET);
    assert_int_equal(fluxo_conn_accept(&conn), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_conn_shut(&conn), FLUXO_DONE);
    assert_int_equal(fluxo_conn_shut(&conn), FLUXO_MISUSE_ORDER);
    begin(FLUXO_SERVER);
    assert_receive(POST_5, FLUXO_HEAD, sizeof POST_5 - 1);
    assert_int_equal(fluxo_conn_accept(&conn), FLUXO_DONE);
    begin(FLUXO_CLIENT);
    assert_int_equal(fluxo_conn_accept(&conn), FLUXO_MISUSE_ORDER);
    assert_end(FLUXO_CLOSED);
    assert_end(FLUXO_CLOSED);
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, 5), FLUXO_DONE);
    assert_int_equal(fluxo_conn_accept(&conn), FLUXO_MISUSE_ORDER); /* that is the server's to do */
    forget_output();
}

/* ---- Heads ---- */

static void assert_span(struct fluxo_span span, const char *text)
{
    assert_int_equal(span.length, strlen(text));
    assert_memory_equal(span.start, text, span.length);
}

static const char long_head[] =
    "\r\nGET /a?b HTTP/1.1\r\nHost: a\r\nX:\r\nCookie: one\r\nx-y:  two words \t\r\ncookie:three\r\n\r\n";

static void check_long_head(const struct fluxo_head *head)
{
    struct fluxo_span values[1];

    assert_span(fluxo_head_method(head), "GET");
    assert_int_equal(fluxo_head_method_id(head), FLUXO_METHOD_GET);
    assert_span(fluxo_head_target(head), "/a?b");
    assert_int_equal(fluxo_head_fields(head), 5);
    assert_span(fluxo_head_name(head, 3), "x-y");
    assert_span(fluxo_head_value(head, 3), "two words");
    assert_span(fluxo_head_value(head, 1), "");
    assert_int_equal(fluxo_head_find(head, 0, fluxo_text("COOKIE")), 2);
    assert_int_equal(fluxo_head_find(head, 3, fluxo_text("COOKIE")), 4);
    assert_int_equal(fluxo_head_find(head, 5, fluxo_text("COOKIE")), 5);
    assert_int_equal(fluxo_head_find(head, 0, fluxo_text("cooki")), 5);
    assert_int_equal(fluxo_head_all(head, FLUXO_FIELD_COOKIE, values, 1), 2);
    assert_span(values[0], "one");
    assert_span(fluxo_head_get(head, FLUXO_FIELD_HOST), "a");
    assert_null(fluxo_head_get(head, FLUXO_FIELD_DATE).start);
    assert_null(fluxo_head_get(head, FLUXO_FIELD_OTHER).start);
    assert_null(fluxo_head_value(head, 5).start);
    assert_int_equal(fluxo_head_status(head), 0);
    assert_null(fluxo_head_reason(head).start);
}

/* Cut after `cut` bytes, each call's bytes at another place, in whole or in pieces mode. */
static void collect(struct fluxo_head *head, uint32_t flags, const char *bytes, size_t length, size_t step, char *last)
{
    static struct fluxo_conn_options options;
    size_t from = 0, to = 0;
    int answer = FLUXO_NOT_NOW;

    fluxo_conn_options_init(&options);
    options.parser.flags = flags;
    assert_int_equal(fluxo_conn_init(&conn, FLUXO_SERVER, &options), FLUXO_DONE);
    while (answer == FLUXO_NOT_NOW) {
        struct fluxo_feed fed;
        to = to + step < length ? to + step : length;
        memset(last, '?', length);
        memcpy(last, bytes + from, to - from);
        fed = fluxo_conn_receive(&conn, last, to - from, events, EVENTS);
        answer = fluxo_head_add(head, last, fed, events);
        from += fed.consumed;
    }
    assert_int_equal(answer, FLUXO_DONE);
}

static void a_head_is_the_same_however_it_comes(void **state)
{
    struct fluxo_event lines[LINES];
    struct fluxo_head head;
    char last[sizeof long_head];
    size_t step, length = sizeof long_head - 1;
    uint32_t flags, kept;

    (void)state;
    fluxo_head_init(&head, lines, LINES, NULL);
    for (flags = 0; flags <= FLUXO_PIECES; flags += FLUXO_PIECES) {
        for (step = 1; step <= length; step++) {
            collect(&head, flags, long_head, length, step, last);
            check_long_head(&head);
            if (flags == 0)
                assert_int_equal(head.text_length, 0); /* nothing was copied */
            assert_int_equal(fluxo_head_keep(&head), FLUXO_DONE);
            assert_null(head.bytes); /* nothing points there any more */
            kept = head.text_length;
            assert_int_equal(fluxo_head_keep(&head), FLUXO_DONE);
            assert_int_equal(head.text_length, kept); /* once is enough */
            memset(last, '!', sizeof last);
            check_long_head(&head);
            fluxo_head_reset(&head);
        }
    }
    fluxo_head_close(&head);
}

static void a_folded_value_is_joined_by_a_space(void **state)
{
    static struct fluxo_options options;
    struct fluxo_parser parser;
    struct fluxo_event lines[8];
    struct fluxo_head head;
    static const char folded[] = "HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n\td\r\nE: f\r\n\r\n";
    struct fluxo_feed fed;

    (void)state;
    fluxo_options_init(&options);
    options.relax |= FLUXO_RELAX_OBS_FOLD;
    fluxo_parser_init(&parser, FLUXO_RESPONSE, &options);
    fluxo_head_init(&head, lines, 8, NULL);
    fed = fluxo_parser_feed(&parser, folded, sizeof folded - 1, events, EVENTS);
    assert_int_equal(fluxo_head_add(&head, folded, fed, events), FLUXO_DONE);
    assert_int_equal(fluxo_head_status(&head), 200);
    assert_span(fluxo_head_reason(&head), "OK");
    assert_int_equal(fluxo_head_fields(&head), 2);
    assert_span(fluxo_head_value(&head, 0), "b c d");
    assert_span(fluxo_head_value(&head, 1), "f");
    fluxo_head_close(&head);
}

static void a_folded_value_is_the_same_however_it_comes(void **state)
{
    static const char folded[] = "HTTP/1.1 200 OK\r\nA: b\r\n  c c\r\n \r\n\td \r\nE:\r\n f\r\nG: h\r\n  \r\n\r\n";
    static struct fluxo_options options;
    size_t step;

    (void)state;
    fluxo_options_init(&options);
    options.relax |= FLUXO_RELAX_OBS_FOLD;
    for (step = 1; step < 2 * sizeof folded; step++) {
        size_t from = 0, to = 0, length = sizeof folded - 1;
        struct fluxo_parser parser;
        struct fluxo_head head;
        int answer = FLUXO_NOT_NOW;
        options.flags = step % 2 ? FLUXO_PIECES : 0;
        fluxo_parser_init(&parser, FLUXO_RESPONSE, &options);
        fluxo_head_init(&head, NULL, LINES, NULL);
        while (answer == FLUXO_NOT_NOW) {
            struct fluxo_feed fed;
            to = to + (step + 1) / 2 < length ? to + (step + 1) / 2 : length;
            fed = fluxo_parser_feed(&parser, folded + from, to - from, events, EVENTS);
            answer = fluxo_head_add(&head, folded + from, fed, events);
            from += fed.consumed;
        }
        assert_int_equal(answer, FLUXO_DONE);
        assert_int_equal(fluxo_head_fields(&head), 3);
        assert_span(fluxo_head_value(&head, 0), "b c c d");
        assert_span(fluxo_head_value(&head, 1), "f");
        assert_span(fluxo_head_value(&head, 2), "h");
        fluxo_head_close(&head);
    }
}

static struct fluxo_head head_of(const char *bytes, struct fluxo_event *lines)
{
    struct fluxo_head head;

    begin(FLUXO_SERVER);
    fluxo_head_init(&head, lines, LINES, NULL);
    fluxo_head_add(&head, bytes, receive(bytes), events);
    return head;
}

/* RFC 9110 7.1, RFC 9112 3.3 */
static void a_head_knows_the_uri_that_is_asked_for(void **state)
{
    struct fluxo_event lines[LINES];
    struct fluxo_head head = head_of("GET /a?b HTTP/1.1\r\nHost: h:8080\r\n\r\n", lines);
    struct fluxo_span own = {"own", 3};
    struct fluxo_uri uri;

    (void)state;
    assert_int_equal(fluxo_head_uri(&head, own, 0, &uri), FLUXO_DONE);
    assert_span(uri.scheme, "http");
    assert_span(uri.authority.whole, "h:8080");
    assert_int_equal(uri.port, 8080);
    assert_span(uri.path, "/a");
    assert_span(uri.query, "b");
    head = head_of("GET http://t/x HTTP/1.1\r\nHost: h\r\n\r\n", lines);
    assert_int_equal(fluxo_head_uri(&head, own, 0, &uri), FLUXO_DONE);
    assert_span(uri.authority.host, "t");
    assert_true(uri.host_differs);
    assert_int_equal(fluxo_head_uri(&head, own, FLUXO_REFUSE_OTHER_HOST, &uri), FLUXO_FAULT);
    assert_int_equal(uri.fault, FLUXO_FAULT_HOST_DIFFERS);
    head = head_of("GET http://t/x HTTP/1.0\r\n\r\n", lines);
    assert_int_equal(fluxo_head_uri(&head, own, FLUXO_REFUSE_OTHER_HOST, &uri), FLUXO_DONE);
    assert_false(uri.host_differs); /* there is none */
    head = head_of("GET / HTTP/1.0\r\n\r\n", lines);
    assert_int_equal(fluxo_head_uri(&head, own, FLUXO_SECURE, &uri), FLUXO_DONE);
    assert_span(uri.scheme, "https");
    assert_span(uri.authority.host, "own");
    head = head_of("GET / HTTP/1.1\r\n", lines);
    assert_int_equal(fluxo_head_uri(&head, own, 0, &uri), FLUXO_MISUSE_ORDER);
}

static void what_is_no_request_knows_no_uri(void **state)
{
    static struct fluxo_options options;
    struct fluxo_event lines[LINES];
    struct fluxo_head head = head_of("", lines);
    struct fluxo_parser parser;
    struct fluxo_span own = {"own", 3};
    struct fluxo_uri uri;
    struct fluxo_feed fed;
    static const char response[] = "HTTP/1.1 204 None\r\nA: b\r\n\r\n", odd[] = "GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n";

    (void)state;
    assert_int_equal(fluxo_head_fields(&head), 0);
    assert_null(fluxo_head_name(&head, 0).start);
    assert_null(fluxo_head_method(&head).start);
    assert_int_equal(fluxo_head_method_id(&head), FLUXO_METHOD_OTHER);
    fluxo_parser_init(&parser, FLUXO_RESPONSE, NULL);
    fluxo_head_init(&head, lines, LINES, NULL);
    fed = fluxo_parser_feed(&parser, response, sizeof response - 1, events, EVENTS);
    assert_int_equal(fluxo_head_add(&head, response, fed, events), FLUXO_DONE);
    assert_null(fluxo_head_method(&head).start);
    assert_null(fluxo_head_target(&head).start);
    assert_int_equal(fluxo_head_method_id(&head), FLUXO_METHOD_OTHER);
    assert_span(fluxo_head_name(&head, 0), "A");
    assert_null(fluxo_head_name(&head, 1).start);
    assert_int_equal(fluxo_head_uri(&head, own, 0, &uri), FLUXO_MISUSE_ORDER);
    fluxo_options_init(&options);
    options.relax = FLUXO_RELAX_ALL;
    fluxo_parser_init(&parser, FLUXO_REQUEST, &options);
    fluxo_head_init(&head, lines, LINES, NULL);
    fed = fluxo_parser_feed(&parser, odd, sizeof odd - 1, events, EVENTS);
    assert_int_equal(fluxo_head_add(&head, odd, fed, events), FLUXO_DONE);
    assert_int_equal(fluxo_head_uri(&head, own, 0, &uri), FLUXO_FAULT);
}

static int decode_with(const char *fields, unsigned *fault)
{
    struct fluxo_event lines[LINES];
    struct fluxo_pipe pipe;
    struct fluxo_head head;
    char request[1024];
    size_t at = 0;
    int answer;

    snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
    head = head_of(request, lines);
    fluxo_pipe_open(&pipe, NULL);
    answer = fluxo_head_decode(&head, &pipe, &at);
    *fault = pipe.fault;
    fluxo_pipe_close(&pipe);
    fluxo_pipe_open(&pipe, NULL);
    assert_int_equal(fluxo_head_decode(&head, &pipe, NULL), answer);
    assert_int_equal(pipe.fault, *fault);
    fluxo_pipe_close(&pipe);
    if (*fault == FLUXO_FAULT_LIST)
        assert_int_equal(at, 4); /* behind "gzip" */
    return answer;
}

/* RFC 9110 8.4 */
static void a_head_names_the_codings_of_its_content(void **state)
{
    static char lines[17 * sizeof "Content-Encoding: a\r\n"]; /* one line more than is looked at */
    unsigned fault, nth;

    (void)state;
    for (nth = 0; nth < 17; nth++)
        strcat(lines, "Content-Encoding: a\r\n");
    assert_int_equal(decode_with("", &fault), FLUXO_DONE);
    assert_int_equal(decode_with("Content-Encoding: identity\r\n", &fault), FLUXO_DONE);
    assert_int_equal(decode_with("Content-Encoding: br\r\n", &fault), FLUXO_FAULT);
    assert_int_equal(fault, FLUXO_FAULT_CODING_UNKNOWN);
    assert_int_equal(decode_with("Content-Encoding: gzip;q=1\r\n", &fault), FLUXO_FAULT);
    assert_int_equal(fault, FLUXO_FAULT_LIST);
    assert_int_equal(decode_with(lines, &fault), FLUXO_FAULT);
    assert_int_equal(fault, FLUXO_FAULT_CODINGS_LIMIT);
    assert_int_equal(decode_with("Content-Encoding: a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a\r\n", &fault), FLUXO_FAULT);
    assert_int_equal(fault, FLUXO_FAULT_CODINGS_LIMIT);
    assert_int_equal(decode_with("Content-Encoding: a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a;q=1\r\n", &fault), FLUXO_FAULT);
    assert_int_equal(fault, FLUXO_FAULT_CODINGS_LIMIT); /* nobody looks further */
    assert_int_equal(decode_with("Content-Encoding: gzip;q=1\r\n", &fault), FLUXO_FAULT);
    assert_int_equal(fault, FLUXO_FAULT_LIST);
    if (!fluxo_coding_find(NULL, fluxo_text("gzip")))
        return; /* the library was built without zlib */
    assert_int_equal(decode_with("Content-Encoding: GZIP\r\n", &fault), FLUXO_DONE);
    assert_int_equal(decode_with("Content-Encoding: gzip, ,\r\nContent-Encoding: deflate\r\n", &fault), FLUXO_DONE);
    assert_int_equal(decode_with("Content-Encoding: gzip, gzip, gzip\r\n", &fault), FLUXO_FAULT);
    assert_int_equal(fault, FLUXO_FAULT_CODINGS_LIMIT);
    assert_int_equal(decode_with("Content-Encoding: gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip\r\n"
                                 "Content-Encoding: gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,identity\r\n",
                                 &fault),
                     FLUXO_FAULT);
    assert_int_equal(fault, FLUXO_FAULT_CODINGS_LIMIT);
}

/* RFC 9112 7.2 */
static void codings_that_stay_on_the_body_are_told(void **state)
{
    struct fluxo_event lines[LINES];
    struct fluxo_head head;
    static const char tunnel[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, g zip\r\n\r\n";

    (void)state;
    head = head_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n", lines);
    assert_false(fluxo_head_is_coded(&head));
    head = head_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", lines);
    assert_false(fluxo_head_is_coded(&head));
    head = head_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", lines);
    assert_true(fluxo_head_is_coded(&head));
    head = head_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", lines);
    assert_true(fluxo_head_is_coded(&head));
    begin(FLUXO_CLIENT); /* of a tunnel they frame nothing, and may be anything */
    ask("CONNECT", "a:1", "a:1");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    forget_output();
    fluxo_head_init(&head, lines, LINES, NULL);
    assert_int_equal(fluxo_head_add(&head, tunnel, receive(tunnel), events), FLUXO_DONE);
    assert_true(fluxo_head_is_coded(&head));
}

static void a_trailer_section_is_collected_apart(void **state)
{
    static const char chunked[] =
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\nZ: 1\r\n\r\n";
    struct fluxo_event lines[8], trailer_lines[8];
    struct fluxo_head head, trailers;
    struct fluxo_feed fed;

    (void)state;
    begin(FLUXO_SERVER);
    fluxo_head_init(&head, lines, 8, NULL);
    fluxo_head_init_trailers(&trailers, trailer_lines, 8, NULL);
    fed = receive(chunked);
    assert_int_equal(fluxo_head_add(&head, chunked, fed, events), FLUXO_DONE);
    assert_int_equal(fluxo_head_add(&head, chunked, fed, events), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_head_fields(&head), 2);
    fed = receive(chunked + 56);
    assert_int_equal(fluxo_head_add(&trailers, chunked + 56, fed, events), FLUXO_DONE);
    assert_int_equal(fluxo_head_fields(&trailers), 2);
    assert_span(fluxo_head_name(&trailers, 1), "Z");
    assert_null(fluxo_head_target(&trailers).start);
}

static void too_many_lines_are_a_misuse(void **state)
{
    struct fluxo_event lines[2];
    struct fluxo_head head;
    static const char fields[] = "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";

    (void)state;
    begin(FLUXO_SERVER);
    fluxo_head_init(&head, lines, 2, NULL);
    assert_int_equal(fluxo_head_add(&head, fields, receive(fields), events), FLUXO_MISUSE_LIMIT);
    assert_int_equal(fluxo_head_add(&head, fields, receive(""), events), FLUXO_MISUSE_LIMIT); /* it stays incomplete */
    assert_false(head.is_complete);
    fluxo_head_reset(&head);
    begin(FLUXO_SERVER);
    assert_int_equal(fluxo_head_add(&head, "GET", receive("GET"), events), FLUXO_NOT_NOW);
}

static void *refuse_memory(void *context, void *block, size_t old, size_t size)
{
    (void)context;
    (void)block;
    (void)old;
    (void)size;
    return NULL;
}

static void a_head_without_memory_stays_incomplete(void **state)
{
    static struct fluxo_conn_options options;
    const struct fluxo_allocator none = {refuse_memory, NULL};
    static const char first[] = "GET / HTTP/1.1\r\nHost: a\r\nX-Au", second[] = "th: no\r\nB: c\r\n\r\n";
    struct fluxo_event lines[8];
    struct fluxo_head head;

    (void)state;
    fluxo_conn_options_init(&options);
    options.parser.flags = FLUXO_PIECES;
    assert_int_equal(fluxo_conn_init(&conn, FLUXO_SERVER, &options), FLUXO_DONE);
    fluxo_head_init(&head, lines, 8, &none);
    assert_int_equal(fluxo_head_add(&head, first, receive(first), events), FLUXO_MISUSE_MEMORY);
    assert_int_equal(fluxo_head_add(&head, second, receive(second), events), FLUXO_MISUSE_MEMORY);
}

/* Refuses once it has been asked so often. */
static void *resize_so_often(void *context, void *block, size_t old, size_t size)
{
    unsigned *left = (unsigned *)context;

    (void)old;
    if (!size)
        free(block);
    else if (*left)
        return --*left, realloc(block, size);
    return NULL;
}

static void a_head_may_lack_memory_at_any_time(void **state)
{
    static const char folded[] = "HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n \r\n\td \r\nSome-Name: and a value\r\n\r\n";
    static struct fluxo_options options;
    unsigned left, refused = 0;
    size_t step;

    (void)state;
    fluxo_options_init(&options);
    options.relax |= FLUXO_RELAX_OBS_FOLD;
    options.flags = FLUXO_PIECES;
    for (step = 1; step < sizeof folded; step++)
        for (left = 0; left < 20; left++) {
            unsigned times = left;
            const struct fluxo_allocator some = {resize_so_often, &times};
            struct fluxo_parser parser;
            struct fluxo_head head;
            struct fluxo_feed fed = {0};
            size_t from;
            int answer = FLUXO_NOT_NOW;
            fluxo_parser_init(&parser, FLUXO_RESPONSE, &options);
            fluxo_head_init(&head, NULL, LINES, &some);
            for (from = 0; answer == FLUXO_NOT_NOW; from += fed.consumed) {
                size_t length = from + step < sizeof folded - 1 ? step : sizeof folded - 1 - from;
                fed = fluxo_parser_feed(&parser, folded + from, length, events, EVENTS);
                answer = fluxo_head_add(&head, folded + from, fed, events);
            }
            refused += answer == FLUXO_MISUSE_MEMORY;
            if (answer == FLUXO_DONE) {
                assert_span(fluxo_head_value(&head, 0), "b c d");
                if (fluxo_head_keep(&head) == FLUXO_DONE)
                    assert_span(fluxo_head_value(&head, 1), "and a value");
            }
            fluxo_head_close(&head);
        }
    assert_true(refused > sizeof folded);
}

/* Blocks with a few octets more, which nobody may write. */
static void *resize_guarded(void *context, void *block, size_t old, size_t size)
{
    static const char guard[] = "and not an octet more";
    unsigned *left = (unsigned *)context;
    char *other;

    if (block)
        assert_memory_equal((char *)block + old, guard, sizeof guard);
    if (!size) {
        free(block);
        return NULL;
    }
    if (!*left)
        return NULL;
    --*left;
    other = (char *)realloc(block, size + sizeof guard);
    assert_non_null(other);
    memcpy(other + size, guard, sizeof guard);
    return other;
}

static int collect_pieces(struct fluxo_head *head, const char *bytes, size_t length, size_t step)
{
    static struct fluxo_options options;
    struct fluxo_parser parser;
    struct fluxo_feed fed;
    size_t from;
    int answer = FLUXO_NOT_NOW;

    fluxo_options_init(&options);
    options.flags = FLUXO_PIECES;
    fluxo_parser_init(&parser, FLUXO_RESPONSE, &options);
    for (from = 0; from < length && answer == FLUXO_NOT_NOW; from += fed.consumed) {
        fed = fluxo_parser_feed(&parser, bytes + from, from + step < length ? step : length - from, events, EVENTS);
        answer = fluxo_head_add(head, bytes + from, fed, events);
    }
    return answer;
}

/* A value of 3000 octets; the text is widened while its pieces come, and may fail to be. */
static void a_long_line_in_pieces_has_its_room(void **state)
{
    static char response[4000];
    int length = snprintf(response, sizeof response, "HTTP/1.1 200 OK\r\nA: %03000d\r\nB: c\r\n\r\n", 0);
    unsigned granted;
    size_t step;

    (void)state;
    for (step = 10; step < 1000; step += 90)
        for (granted = 0; granted < 8; granted++) {
            unsigned left = granted;
            const struct fluxo_allocator some = {resize_guarded, &left};
            struct fluxo_event lines[LINES];
            struct fluxo_head head;
            int answer;
            fluxo_head_init(&head, lines, LINES, &some);
            answer = collect_pieces(&head, response, (size_t)length, step);
            assert_int_equal(answer, granted < 4 ? FLUXO_MISUSE_MEMORY : FLUXO_DONE); /* 512, 1024, 2048, 4096 octets */
            if (answer == FLUXO_DONE)
                assert_int_equal(fluxo_head_value(&head, 0).length, 3000);
            fluxo_head_close(&head);
        }
}

/* The first fold takes the text; the second line has no room in it, but what is added to that line would. */
static void a_line_that_cannot_be_moved_is_not_added_to(void **state)
{
    static struct fluxo_options options;
    static char response[1000];
    int length = snprintf(response, sizeof response, "HTTP/1.1 200 OK\r\nA: a\r\n b\r\nC: %0600d\r\n d\r\n\r\n", 0);
    unsigned once = 1;
    const struct fluxo_allocator some = {resize_guarded, &once};
    struct fluxo_event lines[LINES];
    struct fluxo_parser parser;
    struct fluxo_head head;
    struct fluxo_feed fed;

    (void)state;
    fluxo_options_init(&options);
    options.relax |= FLUXO_RELAX_OBS_FOLD;
    fluxo_parser_init(&parser, FLUXO_RESPONSE, &options);
    fluxo_head_init(&head, lines, LINES, &some);
    fed = fluxo_parser_feed(&parser, response, (size_t)length, events, EVENTS);
    assert_int_equal(fluxo_head_add(&head, response, fed, events), FLUXO_MISUSE_MEMORY);
    fluxo_head_close(&head);
}

static void *never_called(void *context, void *block, size_t old, size_t size)
{
    fail();
    return refuse_memory(context, block, old, size);
}

static void who_has_taken_nothing_gives_nothing_back(void **state)
{
    const struct fluxo_allocator none = {never_called, NULL};
    struct fluxo_event lines[LINES];
    struct fluxo_writer idle;
    struct fluxo_head head;

    (void)state;
    fluxo_head_init(&head, lines, LINES, &none);
    fluxo_head_close(&head);
    assert_ptr_equal(head.lines, lines); /* they are the caller's */
    fluxo_writer_init(&idle, &conn, &none);
    fluxo_writer_close(&idle);
}

static void what_is_lost_for_want_of_memory_is_told_whatever_follows(void **state)
{
    static char response[1000];
    int length = snprintf(response, sizeof response, "HTTP/1.1 200 OK\r\nA: %0600d\r\nB: c\r\n", 0);
    unsigned once = 1;
    const struct fluxo_allocator some = {resize_guarded, &once};
    struct fluxo_event lines[LINES];
    struct fluxo_head head;

    (void)state;
    fluxo_head_init(&head, lines, LINES, &some);
    assert_int_equal(collect_pieces(&head, response, (size_t)length, (size_t)length), FLUXO_MISUSE_MEMORY);
    fluxo_head_close(&head);
}

/* The text is full at every place of a fold once. */
static void a_fold_may_lack_memory(void **state)
{
    static const struct fluxo_options options = {FLUXO_RELAX_OBS_FOLD,
                                                 FLUXO_PIECES,
                                                 {
#define LIMIT(member, name, type, standard, least, most, error) standard,
#include <fluxo/limits.def>
#undef LIMIT
                                                 }};
    static char folded[800];
    unsigned refused = 0;
    size_t padding;

    (void)state;
    for (padding = 400; padding < 600; padding++) {
        unsigned once = 2; /* the lines, and the text as it is at first */
        const struct fluxo_allocator some = {resize_so_often, &once};
        struct fluxo_parser parser;
        struct fluxo_head head;
        struct fluxo_feed fed;
        int answer, length = snprintf(folded, sizeof folded, "HTTP/1.1 200 OK\r\nA: %0*d\r\n b\r\n\r\n", (int)padding, 0);
        fluxo_parser_init(&parser, FLUXO_RESPONSE, &options);
        fluxo_head_init(&head, NULL, LINES, &some);
        fed = fluxo_parser_feed(&parser, folded, (size_t)length, events, EVENTS);
        answer = fluxo_head_add(&head, folded, fed, events);
        refused += answer == FLUXO_MISUSE_MEMORY;
        if (answer == FLUXO_DONE)
            assert_int_equal(fluxo_head_value(&head, 0).length, padding + 2);
        fluxo_head_close(&head);
    }
    assert_true(refused > 0 && refused < 200);
}

static void a_head_that_cannot_be_kept_says_so(void **state)
{
    struct fluxo_event lines[LINES];
    struct fluxo_head head = head_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n", lines);
    const struct fluxo_allocator none = {refuse_memory, NULL};

    (void)state;
    head.allocator = &none;
    assert_int_equal(fluxo_head_keep(&head), FLUXO_MISUSE_MEMORY);
    assert_span(fluxo_head_get(&head, FLUXO_FIELD_HOST), "a");
    head.allocator = NULL;
    head.text_length = (uint32_t)1 << 30; /* as if that much were kept already */
    assert_int_equal(fluxo_head_keep(&head), FLUXO_MISUSE_LIMIT);
}

static uint32_t count_until(struct fluxo_head *head, const char *text)
{
    struct fluxo_feed fed = receive(text);
    assert_int_equal(fed.status, FLUXO_MESSAGE);
    assert_int_equal(fluxo_head_add(head, text, fed, events), FLUXO_DONE);
    return fluxo_head_fields(head);
}

static void lines_of_the_allocator_come_as_they_are_needed(void **state)
{
    unsigned often = 9;
    const struct fluxo_allocator none = {refuse_memory, NULL}, guarded = {resize_guarded, &often};
    static const char many[] =
        "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\nG: 7\r\nH: 8\r\n\r\n";
    struct fluxo_head head;

    (void)state;
    assert_int_equal(fluxo_conn_init(&conn, FLUXO_SERVER, NULL), FLUXO_DONE);
    fluxo_head_init(&head, NULL, 10, &guarded);
    assert_int_equal(count_until(&head, many), 9);
    assert_true(fluxo_span_equals(fluxo_head_value(&head, 8), fluxo_text("8")));
    fluxo_head_close(&head);
    assert_null(head.lines); /* it may take others */

    assert_int_equal(fluxo_conn_init(&conn, FLUXO_SERVER, NULL), FLUXO_DONE);
    fluxo_head_init(&head, NULL, 9, NULL);
    assert_int_equal(fluxo_head_add(&head, many, receive(many), events), FLUXO_MISUSE_LIMIT);
    fluxo_head_close(&head);

    assert_int_equal(fluxo_conn_init(&conn, FLUXO_SERVER, NULL), FLUXO_DONE);
    fluxo_head_init(&head, NULL, 10, &none);
    assert_int_equal(fluxo_head_add(&head, many, receive(many), events), FLUXO_MISUSE_MEMORY);
    fluxo_head_close(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_as_documented),
        cmocka_unit_test(each_fault_and_misuse_has_its_row),
        cmocka_unit_test(a_server_keeps_a_connection_alive),
        cmocka_unit_test(pipelined_requests_wait_for_their_turn),
        cmocka_unit_test(http_1_0_closes_unless_it_asks_to_be_kept),
        cmocka_unit_test(a_stream_to_http_1_0_ends_with_the_connection),
        cmocka_unit_test(interim_responses_are_not_for_http_1_0),
        cmocka_unit_test(an_answer_to_head_has_no_octets),
        cmocka_unit_test(nor_has_one_to_a_head_that_is_refused),
        cmocka_unit_test(not_modified_has_a_length_and_no_octets),
        cmocka_unit_test(what_can_have_no_content_gets_none),
        cmocka_unit_test(no_octets_change_nothing),
        cmocka_unit_test(a_body_that_is_waited_for_is_asked_for),
        cmocka_unit_test(a_body_may_be_asked_for_while_the_head_is_open),
        cmocka_unit_test(a_body_that_is_not_wanted_is_refused),
        cmocka_unit_test(a_body_that_comes_uninvited_needs_no_100),
        cmocka_unit_test(an_expectation_without_a_body_is_none),
        cmocka_unit_test(nor_does_a_client_wait_for_leave_to_send_nothing),
        cmocka_unit_test(an_answer_that_closes_drains_nothing),
        cmocka_unit_test(a_client_waits_for_100_and_not_for_ever),
        cmocka_unit_test(a_client_that_is_refused_sends_no_body),
        cmocka_unit_test(an_unwanted_body_is_drained),
        cmocka_unit_test(draining_has_a_bound),
        cmocka_unit_test(a_body_that_ends_an_octet_past_the_bound_is_drained),
        cmocka_unit_test(draining_depends_on_no_cut),
        cmocka_unit_test(trailers_may_be_longer_than_what_is_drained),
        cmocka_unit_test(a_chunk_line_that_is_too_much_is_so_however_it_comes),
        cmocka_unit_test(the_end_waits_for_what_is_held),
        cmocka_unit_test(an_upgrade_hands_the_rest_over),
        cmocka_unit_test(an_upgrade_that_is_declined_goes_on),
        cmocka_unit_test(a_client_is_switched_only_if_it_offered),
        cmocka_unit_test(a_switch_before_the_request_is_complete_is_a_fault),
        cmocka_unit_test(connect_becomes_a_tunnel_or_ends),
        cmocka_unit_test(a_client_that_connects_gets_a_tunnel),
        cmocka_unit_test(a_client_may_close_its_side_and_wait),
        cmocka_unit_test(a_close_between_messages_is_no_fault),
        cmocka_unit_test(a_bad_request_can_be_answered),
        cmocka_unit_test(a_bad_body_is_a_fault_though_the_answer_has_begun),
        cmocka_unit_test(a_server_may_say_why_it_closes),
        cmocka_unit_test(a_message_cut_short_is_told_from_a_complete_one),
        cmocka_unit_test(a_connection_that_broke_has_completed_nothing),
        cmocka_unit_test(a_request_that_broke_off_in_its_head_is_cut_short),
        cmocka_unit_test(no_answer_at_all_is_cut_short),
        cmocka_unit_test(an_answer_before_the_question_is_a_fault),
        cmocka_unit_test(a_second_answer_is_a_fault),
        cmocka_unit_test(between_answers_a_client_takes_empty_lines_only),
        cmocka_unit_test(octets_after_close_are_not_read),
        cmocka_unit_test(interim_responses_have_a_bound),
        cmocka_unit_test(a_final_response_is_within_the_bound_on_others),
        cmocka_unit_test(the_bound_on_interim_responses_is_an_option),
        cmocka_unit_test(an_early_answer_lets_the_request_be_finished),
        cmocka_unit_test(a_client_that_cuts_its_request_short_reads_the_answer),
        cmocka_unit_test(the_parser_knows_what_a_response_answers),
        cmocka_unit_test(the_reason_phrase_and_odd_statuses_decide_nothing),
        cmocka_unit_test(a_state_that_nobody_reaches_wants_to_close),
        cmocka_unit_test(misuse_changes_nothing),
        cmocka_unit_test(misuse_of_the_end_changes_nothing),
        cmocka_unit_test(what_is_not_due_is_not_accepted_nor_shut_twice),
        cmocka_unit_test(a_head_is_the_same_however_it_comes),
        cmocka_unit_test(a_folded_value_is_joined_by_a_space),
        cmocka_unit_test(a_folded_value_is_the_same_however_it_comes),
        cmocka_unit_test(a_head_knows_the_uri_that_is_asked_for),
        cmocka_unit_test(what_is_no_request_knows_no_uri),
        cmocka_unit_test(a_head_names_the_codings_of_its_content),
        cmocka_unit_test(codings_that_stay_on_the_body_are_told),
        cmocka_unit_test(a_trailer_section_is_collected_apart),
        cmocka_unit_test(too_many_lines_are_a_misuse),
        cmocka_unit_test(a_head_without_memory_stays_incomplete),
        cmocka_unit_test(a_head_may_lack_memory_at_any_time),
        cmocka_unit_test(a_long_line_in_pieces_has_its_room),
        cmocka_unit_test(a_line_that_cannot_be_moved_is_not_added_to),
        cmocka_unit_test(who_has_taken_nothing_gives_nothing_back),
        cmocka_unit_test(what_is_lost_for_want_of_memory_is_told_whatever_follows),
        cmocka_unit_test(a_fold_may_lack_memory),
        cmocka_unit_test(a_head_that_cannot_be_kept_says_so),
        cmocka_unit_test(lines_of_the_allocator_come_as_they_are_needed),
    };
    int failed = cmocka_run_group_tests_name("conn", tests, NULL, NULL);

    fluxo_writer_close(&writer);
    return failed;
}
