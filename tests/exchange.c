/* SPDX-License-Identifier: MIT */
#include "exchange.h"

struct fluxo_conn conn;
struct fluxo_writer writer;
struct fluxo_event events[EVENTS];

void begin(enum fluxo_role role)
{
    assert_int_equal(fluxo_conn_init(&conn, role, NULL), FLUXO_DONE);
    fluxo_writer_close(&writer);
    fluxo_writer_init(&writer, &conn, NULL);
}

struct fluxo_feed receive_some(const char *bytes, size_t length)
{
    return fluxo_conn_receive(&conn, bytes, length, events, EVENTS);
}

struct fluxo_feed receive(const char *bytes)
{
    return receive_some(bytes, strlen(bytes));
}

void assert_receive(const char *bytes, unsigned status, size_t consumed)
{
    struct fluxo_feed fed = receive(bytes);

    assert_int_equal(fed.status, status);
    assert_int_equal(fed.consumed, consumed);
}

/* All of it is one message and no more. */
void assert_message(const char *bytes)
{
    assert_receive(bytes, FLUXO_MESSAGE, strlen(bytes));
}

void assert_fault(const char *bytes, unsigned fault)
{
    struct fluxo_feed fed = receive(bytes);

    assert_int_equal(fed.status, FLUXO_ERROR);
    assert_int_equal(fed.error, fault);
    assert_int_equal(fluxo_conn_fault(&conn), fault);
    fed = receive(bytes);
    assert_int_equal(fed.status, FLUXO_ERROR); /* sticky */
    assert_int_equal(fed.consumed, 0);
}

void assert_want(enum fluxo_want want)
{
    assert_string_equal(fluxo_want_name(fluxo_conn_want(&conn)), fluxo_want_name(want));
}

void assert_end(unsigned status)
{
    assert_int_equal(fluxo_conn_end(&conn, events, EVENTS).status, status);
}

/* What waits in the writer goes out, and is this. */
void assert_sends(const char *expected)
{
    struct fluxo_span spans[FLUXO_WRITER_PIECES];
    char sent[4096];
    size_t length = 0;
    uint32_t count = fluxo_writer_output(&writer, spans, FLUXO_WRITER_PIECES), nth;

    for (nth = 0; nth < count; nth++) {
        assert_true(length + spans[nth].length < sizeof sent);
        memcpy(sent + length, spans[nth].start, spans[nth].length);
        length += spans[nth].length;
    }
    sent[length] = '\0';
    assert_string_equal(sent, expected);
    assert_int_equal(fluxo_writer_consumed(&writer, length), FLUXO_DONE);
}

void forget_output(void)
{
    assert_int_equal(fluxo_writer_consumed(&writer, (size_t)fluxo_writer_pending(&writer)), FLUXO_DONE);
}

void respond(unsigned status, enum fluxo_content content, uint64_t length)
{
    assert_int_equal(fluxo_write_response(&writer, status, fluxo_text(NULL)), FLUXO_DONE);
    assert_int_equal(fluxo_write_head(&writer, content, length), FLUXO_DONE);
}

void ask(const char *method, const char *target, const char *host)
{
    assert_int_equal(fluxo_write_request(&writer, fluxo_text(method), fluxo_text(target), fluxo_text(host)), FLUXO_DONE);
}

void ask_for_nothing(const char *method)
{
    begin(FLUXO_CLIENT);
    ask(method, "/", "a");
    assert_int_equal(fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    forget_output();
}

void put_body(const char *octets)
{
    struct fluxo_span span = fluxo_text(octets);
    assert_int_equal(fluxo_write_body(&writer, &span, 1), FLUXO_DONE);
}
