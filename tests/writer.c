/* SPDX-License-Identifier: MIT */
/* What a sender must and must not do (RFC 9110, RFC 9112), and that the writer leaves no way to do otherwise. */
#include "exchange.h"
#include "line.h"

static int put(const char *name, const char *value)
{
    return fluxo_write_field(&writer, fluxo_text(name), fluxo_text(value));
}

static int end_head(enum fluxo_content content, uint64_t length)
{
    return fluxo_write_head(&writer, content, length);
}

static int request(const char *method, const char *target, const char *host)
{
    return fluxo_write_request(&writer, fluxo_text(method), fluxo_text(target), fluxo_text(host));
}

static int response(unsigned status, const char *reason)
{
    return fluxo_write_response(&writer, status, fluxo_text(reason));
}

static void begin_answering(const char *asked)
{
    begin(FLUXO_SERVER);
    assert_message(asked);
}

static int chunk(const char *octets, const char *extension)
{
    struct fluxo_span span = fluxo_text(octets);
    return fluxo_write_chunk(&writer, &span, 1, fluxo_text(extension));
}

/* ---- Lines ---- */

/* RFC 9112 2.2, 5.2 */
static void no_line_end_gets_into_a_line(void **state)
{
    static const char *const ends[] = {"\r",     "\n",      "\r\n",     "a\rb",       "a\nb",
                                       "a\r\nb", "a\r\n b", "a\r\n\tb", "a\r\n\r\nb", "\r\n"};
    size_t nth;

    (void)state;
    for (nth = 0; nth < sizeof ends / sizeof ends[0]; nth++) {
        begin(FLUXO_CLIENT);
        assert_int_equal(request(ends[nth], "/", "a"), FLUXO_MISUSE_METHOD);
        assert_int_equal(request("GET", ends[nth], "a"), FLUXO_MISUSE_TARGET);
        assert_int_equal(request("GET", "/", ends[nth]), FLUXO_MISUSE_HOST);
        assert_int_equal(request("GET", "/ HTTP/1.1\r\na: b", "a"), FLUXO_MISUSE_TARGET);
        assert_int_equal(request("GET", "/", "a"), FLUXO_DONE);
        assert_int_equal(put(ends[nth], "b"), FLUXO_MISUSE_NAME);
        assert_int_equal(put("a", ends[nth]), FLUXO_MISUSE_VALUE);
        assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text(ends[nth])), FLUXO_MISUSE_VALUE);
        assert_int_equal(fluxo_write_te(&writer, fluxo_text(ends[nth])), FLUXO_MISUSE_VALUE);
        assert_int_equal(end_head(FLUXO_CONTENT_STREAM, 0), FLUXO_DONE);
        assert_int_equal(chunk("x", ends[nth]), FLUXO_MISUSE_EXTENSION);
        assert_int_equal(fluxo_write_trailer(&writer, fluxo_text(ends[nth]), fluxo_text("b")), FLUXO_MISUSE_NAME);
        assert_int_equal(fluxo_write_trailer(&writer, fluxo_text("a"), fluxo_text(ends[nth])), FLUXO_MISUSE_VALUE);
        assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
        assert_sends("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        begin_answering(GET);
        assert_int_equal(response(200, ends[nth]), FLUXO_MISUSE_REASON);
        assert_sends("");
    }
}

static void no_control_gets_into_a_line(void **state)
{
    char value[2] = "?", name[3] = "a?";
    int octet;

    (void)state;
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    for (octet = 1; octet < 256; octet++) {
        int is_control = octet < ' ' || octet == 0x7F;
        value[0] = name[1] = (char)octet;
        assert_int_equal(put("a", value), is_control || octet == ' ' ? FLUXO_MISUSE_VALUE : FLUXO_DONE);
        if (is_control || octet >= 0x80 || strchr(" \"(),/:;<=>?@[\\]{}", octet))
            assert_int_equal(put(name, "b"), FLUXO_MISUSE_NAME);
        else
            assert_int_equal(put(name, "b"), FLUXO_DONE);
    }
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("a"), fluxo_span_of("\0", 1)), FLUXO_MISUSE_VALUE);
    assert_int_equal(fluxo_write_field(&writer, fluxo_span_of("a\0b", 3), fluxo_text("a")), FLUXO_MISUSE_NAME);
}

/* Whether a strict parser finds in a head with this line exactly the one field that is meant. */
static int is_read_as_meant(struct fluxo_span name, struct fluxo_span value)
{
    static struct fluxo_options strict;
    char head[64];
    struct fluxo_parser parser;
    struct fluxo_event found[8];
    struct fluxo_feed fed;
    int length = snprintf(head, sizeof head, "HTTP/1.1 204 \r\n");

    memcpy(head + length, name.start, name.length);
    memcpy(head + length + name.length, ": ", 2);
    memcpy(head + length + name.length + 2, value.start, value.length);
    memcpy(head + length + name.length + 2 + value.length, "\r\n\r\n", 4);
    fluxo_options_init(&strict);
    strict.relax = FLUXO_PROFILE_STRICT;
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_RESPONSE, &strict), 0);
    fed = fluxo_parser_feed(&parser, head, (size_t)length + name.length + value.length + 6, found, 8);
    return fed.status == FLUXO_MESSAGE && fed.count == 4 && found[1].kind == FLUXO_EVENT_FIELD &&
           found[1].name_len == name.length && found[1].len == value.length;
}

/* A plain line, which the writer's parser does not read, is what that would read as meant; of others the writer names the
 * fault.
 */
static void compare_field(struct fluxo_span name, struct fluxo_span value, int misuse)
{
    int is_meant = is_read_as_meant(name, value), is_plain = fluxo_is_field_name(name) && fluxo_is_field_value(value);

    if (is_plain != is_meant)
        fail_msg("'%.*s: %.*s'", (int)name.length, name.start, (int)value.length, value.start);
    if (fluxo_field_id(name.start, name.length) == FLUXO_FIELD_TE) /* which has a call of its own */
        return;
    assert_int_equal(fluxo_write_field(&writer, name, value), is_meant ? FLUXO_DONE : misuse);
    if (is_meant) { /* room for the next */
        assert_int_equal(fluxo_write_nothing(&writer), FLUXO_DONE);
        assert_int_equal(response(200, NULL), FLUXO_DONE);
    }
}

/* RFC 9110 5.1, 5.5: every octet and every pair of them, alone, with another between, before and behind. */
static void a_plain_line_is_what_a_strict_parser_reads_as_one(void **state)
{
    static const char *const frames[][3] = {{"", "", ""},  {"", "b", ""}, {"", " ", ""}, {"", "\t", ""},
                                            {"b", "", ""}, {"", "", "b"}, {"b", "", "b"}};
    struct fluxo_span a = fluxo_text("a");
    size_t frame;
    int pair;

    (void)state;
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    compare_field(fluxo_text(""), a, FLUXO_MISUSE_NAME);
    compare_field(a, fluxo_text(""), FLUXO_MISUSE_VALUE);
    for (pair = 0; pair < 256; pair++) {
        char octet = (char)pair;
        compare_field(fluxo_span_of(&octet, 1), a, FLUXO_MISUSE_NAME);
        compare_field(a, fluxo_span_of(&octet, 1), FLUXO_MISUSE_VALUE);
    }
    for (frame = 0; frame < sizeof frames / sizeof *frames; frame++) {
        for (pair = 0; pair < 65536; pair++) {
            char text[8];
            int length = snprintf(text, sizeof text, "%s?%s?%s", frames[frame][0], frames[frame][1], frames[frame][2]);
            text[strlen(frames[frame][0])] = (char)(pair >> 8);
            text[strlen(frames[frame][0]) + 1 + strlen(frames[frame][1])] = (char)pair;
            compare_field(fluxo_span_of(text, (size_t)length), a, FLUXO_MISUSE_NAME);
            compare_field(a, fluxo_span_of(text, (size_t)length), FLUXO_MISUSE_VALUE);
        }
    }
    assert_int_equal(fluxo_write_nothing(&writer), FLUXO_DONE);
}

/* All that have a name, in either kind of head. */
static void a_field_goes_by_its_own_call_or_by_that_of_all(void **state)
{
    static const enum fluxo_field own[] = {FLUXO_FIELD_CONNECTION, FLUXO_FIELD_CONTENT_LENGTH,    FLUXO_FIELD_HOST,
                                           FLUXO_FIELD_TE,         FLUXO_FIELD_TRANSFER_ENCODING, FLUXO_FIELD_UPGRADE};
    const char *name;
    unsigned field, nth, has_own;

    (void)state;
    for (field = 1; (name = fluxo_field_name(field)) != NULL; field++) {
        for (nth = has_own = 0; nth < sizeof own / sizeof *own; nth++)
            has_own |= own[nth] == field;
        begin_answering(GET);
        assert_int_equal(response(200, NULL), FLUXO_DONE);
        assert_int_equal(put(name, "1"), has_own ? FLUXO_MISUSE_OWN_CALL : FLUXO_DONE);
        begin(FLUXO_CLIENT);
        assert_int_equal(request("GET", "/", "a"), FLUXO_DONE);
        assert_int_equal(put(name, "1"), has_own ? FLUXO_MISUSE_OWN_CALL : FLUXO_DONE);
    }
    assert_true(field > FLUXO_FIELD_UPGRADE);
}

/* RFC 9112 2.2 */
static void no_white_space_begins_a_field(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    assert_int_equal(request("GET", "/", "a"), FLUXO_DONE);
    assert_int_equal(put(" a", "b"), FLUXO_MISUSE_NAME);
    assert_int_equal(put("\ta", "b"), FLUXO_MISUSE_NAME);
    assert_int_equal(put("a ", "b"), FLUXO_MISUSE_NAME);
    assert_int_equal(put("a:b", "  "), FLUXO_MISUSE_NAME); /* as long as it is, the value would be "b:" */
    assert_int_equal(put("", "b"), FLUXO_MISUSE_NAME);
    assert_int_equal(put("a", " b"), FLUXO_MISUSE_VALUE);
    assert_int_equal(put("a", "b\t"), FLUXO_MISUSE_VALUE);
    assert_int_equal(put("a", "b \tc"), FLUXO_DONE);
    assert_int_equal(put("a", ""), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("GET / HTTP/1.1\r\nHost: a\r\na: b \tc\r\na: \r\n\r\n");
}

/* RFC 9112 2.2 */
static void a_request_is_its_octets_and_no_more(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(end_head(FLUXO_CONTENT_LENGTH, 2), FLUXO_DONE);
    put_body("ab");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
    assert_message("HTTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    ask("GET", "/", "a");
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends(GET);
}

/* ---- Requests ---- */

/* RFC 9112 3.2, RFC 9110 7.2 */
static void every_request_has_the_host_of_its_target(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    assert_int_equal(request("GET", "/", "u@a"), FLUXO_MISUSE_HOST);
    assert_int_equal(request("GET", "/", "a:0"), FLUXO_MISUSE_HOST);
    assert_int_equal(request("GET", "/", "a b"), FLUXO_MISUSE_HOST);
    assert_int_equal(request("GET", "http://a/", "b"), FLUXO_MISUSE_HOST);
    assert_int_equal(request("GET", "http://a:80/", "a"), FLUXO_MISUSE_HOST);
    assert_int_equal(request("GET", "http://a?q://b/", "b"), FLUXO_MISUSE_HOST);
    assert_int_equal(request("CONNECT", "a:1", "a"), FLUXO_MISUSE_HOST);
    assert_sends("");
    assert_int_equal(request("GET", "http://A:8080/x?y", "a:8080"), FLUXO_DONE);
    assert_int_equal(put("Host", "b"), FLUXO_MISUSE_OWN_CALL);
    assert_int_equal(put("hOST", "b"), FLUXO_MISUSE_OWN_CALL);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("GET http://A:8080/x?y HTTP/1.1\r\nHost: a:8080\r\n\r\n");
    begin(FLUXO_CLIENT);
    assert_int_equal(request("OPTIONS", "*", ""), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("OPTIONS * HTTP/1.1\r\nHost: \r\n\r\n");
}

/* RFC 9112 3.2.1, 3.2.3, 3.2.4 */
static void each_method_has_its_form_of_target(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    assert_int_equal(request("GET", "", "a"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("GET", "?q", "a"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("GET", "x", "a"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("GET", "a:80", "a:80"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("GET", "*", "a"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("CONNECT", "/", "a"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("CONNECT", "a", "a"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("CONNECT", "http://a:80/", "a:80"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("GET", "http://u@a/", "a"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("GET", "/#f", "a"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("GET", "/ b", "a"), FLUXO_MISUSE_TARGET);
    assert_int_equal(request("GE T", "/", "a"), FLUXO_MISUSE_METHOD);
    assert_int_equal(request("GET /a", "/", "a"), FLUXO_MISUSE_METHOD);
    assert_int_equal(request("\r\nGET", "/", "a"), FLUXO_MISUSE_METHOD);
    assert_int_equal(request("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET", "/", "a"), FLUXO_MISUSE_METHOD);
    assert_int_equal(request("", "/", "a"), FLUXO_MISUSE_METHOD);
    assert_sends("");
    assert_int_equal(request("CONNECT", "a:80", "a:80"), FLUXO_DONE);
    assert_int_equal(fluxo_write_nothing(&writer), FLUXO_DONE);
    assert_int_equal(request("purge", "/a%20b", "a"), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("purge /a%20b HTTP/1.1\r\nHost: a\r\n\r\n");
}

/* RFC 9110 8.6 */
static void a_request_says_when_it_has_no_content_if_that_is_news(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("POST", "/", "a");
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    begin(FLUXO_CLIENT);
    ask("PUT", "/", "a");
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    begin(FLUXO_CLIENT);
    ask("PATCH", "/", "a");
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("PATCH / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    begin(FLUXO_CLIENT);
    ask("DELETE", "/", "a");
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
}

/* RFC 9112 7.4, RFC 9110 10.1.4 */
static void te_names_no_chunked_and_has_its_option(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("GET", "/", "a");
    assert_int_equal(put("TE", "trailers"), FLUXO_MISUSE_OWN_CALL);
    assert_int_equal(fluxo_write_te(&writer, fluxo_text("chunked")), FLUXO_MISUSE_VALUE);
    assert_int_equal(fluxo_write_te(&writer, fluxo_text("gzip, Chunked;q=0.5")), FLUXO_MISUSE_VALUE);
    assert_int_equal(fluxo_write_te(&writer, fluxo_text("")), FLUXO_MISUSE_VALUE);
    assert_int_equal(fluxo_write_te(&writer, fluxo_text("gzip ; a = b")), FLUXO_MISUSE_VALUE);
    assert_int_equal(fluxo_write_te(&writer, fluxo_text("gzip, a b")), FLUXO_MISUSE_VALUE);
    assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("echo, a b")), FLUXO_MISUSE_VALUE);
    assert_int_equal(fluxo_write_te(&writer, fluxo_text("trailers, gzip;q=0.5")), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers, gzip;q=0.5\r\nConnection: TE\r\n\r\n");
    assert_int_equal(fluxo_write_te(&writer, fluxo_text("")), FLUXO_MISUSE_ORDER); /* there is no head */
    assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("")), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_close(&writer), FLUXO_MISUSE_ORDER);
}

/* ---- Responses ---- */

/* RFC 9112 4 */
static void a_status_line_has_its_space_without_a_reason(void **state)
{
    (void)state;
    begin_answering(GET);
    assert_int_equal(response(599, NULL), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n");
    begin_answering(GET);
    assert_int_equal(response(200, "Certo, \xC3\xB3timo"), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 Certo, \xC3\xB3timo\r\nContent-Length: 0\r\n\r\n");
}

static int is_read_as_reason(const char *reason)
{
    struct fluxo_parser parser;
    struct fluxo_event found[8];
    struct fluxo_feed fed;
    char line[32];
    int length = snprintf(line, sizeof line, "HTTP/1.1 200 %s\r\n", reason);

    assert_int_equal(fluxo_parser_init(&parser, FLUXO_RESPONSE, NULL), 0);
    fed = fluxo_parser_feed(&parser, line, (size_t)length, found, 8);
    return fed.status == FLUXO_NEED_MORE && fed.count == 1 && found[0].kind == FLUXO_EVENT_STATUS_LINE &&
           found[0].len == strlen(reason);
}

static void a_reason_is_what_a_parser_reads_as_one(void **state)
{
    char reason[3] = "";
    int pair;

    (void)state;
    begin_answering(GET);
    for (pair = 256; pair < 65536; pair++) {
        reason[0] = (char)(pair >> 8);
        reason[1] = (char)pair;
        assert_int_equal(response(200, reason), is_read_as_reason(reason) ? FLUXO_DONE : FLUXO_MISUSE_REASON);
        fluxo_write_nothing(&writer);
    }
    assert_int_equal(fluxo_write_response(&writer, 200, fluxo_span_of("\0", 1)), FLUXO_MISUSE_REASON);
}

static void a_status_is_from_100_to_599(void **state)
{
    (void)state;
    begin_answering(GET);
    assert_int_equal(response(0, NULL), FLUXO_MISUSE_STATUS);
    assert_int_equal(response(99, NULL), FLUXO_MISUSE_STATUS);
    assert_int_equal(response(600, NULL), FLUXO_MISUSE_STATUS);
    assert_int_equal(response(101, NULL), FLUXO_MISUSE_STATUS);
    assert_int_equal(response(65736, NULL), FLUXO_MISUSE_STATUS);
    assert_sends("");
}

/* RFC 9110 9.3.6: to the client any 2xx would begin it. */
static void a_connect_that_was_refused_opens_no_tunnel(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_int_equal(receive("CONNECT a:443 HTTP/1.1\r\nHost: %\r\n\r\n").status, FLUXO_ERROR);
    assert_int_equal(response(200, NULL), FLUXO_MISUSE_STATUS);
    assert_int_equal(response(299, NULL), FLUXO_MISUSE_STATUS);
    assert_int_equal(response(400, NULL), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

/* RFC 9110 5.3 */
static void fields_keep_their_order_and_are_not_joined(void **state)
{
    (void)state;
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(put("Set-Cookie", "a=1"), FLUXO_DONE);
    assert_int_equal(put("B", "2"), FLUXO_DONE);
    assert_int_equal(put("Set-Cookie", "c=3"), FLUXO_DONE);
    assert_int_equal(put("A", "4"), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nB: 2\r\nSet-Cookie: c=3\r\nA: 4\r\nContent-Length: 0\r\n\r\n");
}

/* RFC 9110 5.6.1 */
static void connection_is_one_list_without_empty_elements(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("GET", "/", "a");
    assert_int_equal(put("Connection", "close"), FLUXO_MISUSE_OWN_CALL);
    assert_int_equal(fluxo_write_te(&writer, fluxo_text("trailers")), FLUXO_DONE);
    assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("a/1, b")), FLUXO_DONE);
    assert_int_equal(fluxo_write_close(&writer), FLUXO_DONE);
    assert_int_equal(fluxo_write_close(&writer), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nUpgrade: a/1, b\r\nConnection: close, Upgrade, TE\r\n\r\n");
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(put("Upgrade", "a"), FLUXO_MISUSE_OWN_CALL);
    assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("a b")), FLUXO_MISUSE_VALUE);
    assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("")), FLUXO_MISUSE_VALUE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

/* ---- Framing ---- */

static struct fluxo_facts read_what_waits(enum fluxo_method asked)
{
    static struct fluxo_options strict;
    struct fluxo_span spans[FLUXO_WRITER_PIECES];
    struct fluxo_parser parser;
    struct fluxo_feed fed;

    fluxo_options_init(&strict);
    strict.relax = FLUXO_PROFILE_STRICT;
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_RESPONSE, &strict), 0);
    assert_int_equal(fluxo_parser_answers(&parser, asked), 0);
    assert_int_equal(fluxo_writer_output(&writer, spans, FLUXO_WRITER_PIECES), 1);
    fed = fluxo_parser_feed(&parser, spans[0].start, spans[0].length, events, EVENTS);
    assert_true(fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE);
    assert_int_equal(fed.consumed, spans[0].length);
    return fluxo_parser_facts(&parser);
}

/* The life behind a head, if a parser's facts decided. */
static struct fluxo_life live_on(struct fluxo_life life, const struct fluxo_facts *facts)
{
    unsigned brings =
        (facts->keep_alive ? 0 : FLUXO_LIFE_CLOSE) | (facts->framing == FLUXO_FRAMING_CLOSE ? FLUXO_LIFE_UNTIL_CLOSE : 0);
    int is_tunnel = facts->status >= 200 && facts->status < 300 && (life.flags & FLUXO_LIFE_CONNECT);
    enum fluxo_life_event event = facts->status == 100   ? FLUXO_LIFE_EVENT_CONTINUE
                                  : facts->status == 101 ? FLUXO_LIFE_EVENT_SWITCH
                                  : facts->status < 200  ? FLUXO_LIFE_EVENT_INTERIM
                                  : is_tunnel            ? FLUXO_LIFE_EVENT_TUNNEL
                                                         : FLUXO_LIFE_EVENT_RESPONSE;

    assert_true(fluxo_life_step(&life, event, brings));
    return life;
}

static void compare_response(unsigned status, enum fluxo_content content, uint64_t length)
{
    struct fluxo_life life = fluxo_conn_life(&conn);
    struct fluxo_facts facts;

    if (end_head(content, length))
        return;
    facts = read_what_waits(fluxo_conn_method(&conn));
    life = live_on(life, &facts);
    if (content == FLUXO_CONTENT_NONE && life.response == FLUXO_SIDE_BODY)
        assert_true(fluxo_life_step(&life, FLUXO_LIFE_EVENT_RESPONSE_END, 0));
    assert_int_equal(facts.status, status);
    assert_memory_equal(&life, &conn.life, sizeof life);
    if (content == FLUXO_CONTENT_NONE)
        assert_true(facts.framing == FLUXO_FRAMING_NONE || (facts.framing == FLUXO_FRAMING_LENGTH && !facts.length));
    else
        assert_int_equal(fluxo_writer_has_body(&writer), facts.framing != FLUXO_FRAMING_NONE);
    assert_int_equal(fluxo_writer_is_chunked(&writer), facts.framing == FLUXO_FRAMING_CHUNKED);
    if (facts.framing == FLUXO_FRAMING_LENGTH)
        assert_int_equal(facts.length, length);
    forget_output();
}

/* RFC 9112 6.3, 9.3: to every kind of request, with every status and content. */
static void a_response_means_what_a_parser_reads(void **state)
{
    static const char *const asked[] = {GET,
                                        "GET / HTTP/1.0\r\n\r\n",
                                        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: b\r\n\r\n",
                                        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
                                        "HEAD / HTTP/1.0\r\n\r\n",
                                        "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
                                        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"};
    static const struct {
        enum fluxo_content content;
        uint64_t length;
    } ends[] = {{FLUXO_CONTENT_NONE, 0}, {FLUXO_CONTENT_LENGTH, 0}, {FLUXO_CONTENT_LENGTH, 5}, {FLUXO_CONTENT_STREAM, 0}};
    size_t nth, end;
    unsigned status, options;

    (void)state;
    for (nth = 0; nth < sizeof asked / sizeof *asked; nth++)
        for (status = 100; status < 600; status++)
            for (end = 0; end < sizeof ends / sizeof *ends; end++)
                for (options = 0; options < 4; options++) {
                    begin(FLUXO_SERVER);
                    receive(asked[nth]);
                    if (response(status, NULL))
                        continue;
                    if (options & 1)
                        fluxo_write_close(&writer);
                    if (options & 2)
                        assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("b")), FLUXO_DONE);
                    compare_response(status, ends[end].content, ends[end].length);
                }
}

/* RFC 9112 6.1, 6.2 */
static void framing_is_set_once_and_by_the_writer(void **state)
{
    (void)state;
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(put("Transfer-Encoding", "chunked"), FLUXO_MISUSE_OWN_CALL);
    assert_int_equal(put("transfer-encoding", "gzip"), FLUXO_MISUSE_OWN_CALL);
    assert_int_equal(put("Content-Length", "5"), FLUXO_MISUSE_OWN_CALL);
    assert_int_equal(put("content-LENGTH", "5"), FLUXO_MISUSE_OWN_CALL);
    assert_int_equal(end_head(FLUXO_CONTENT_STREAM, 5), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_LENGTH, 5), FLUXO_MISUSE_ORDER);
    assert_int_equal(put("a", "b"), FLUXO_MISUSE_ORDER);
    assert_sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_LENGTH, INT64_MAX), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n");
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_LENGTH, (uint64_t)INT64_MAX + 1), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(end_head((enum fluxo_content)3, 0), FLUXO_MISUSE_ARGUMENT);
    assert_sends("");
}

/* RFC 9112 6.1, RFC 9110 8.6 */
static void what_has_no_content_has_no_framing(void **state)
{
    (void)state;
    begin_answering(GET);
    respond(103, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 103 Early Hints\r\n\r\n");
    respond(103, FLUXO_CONTENT_LENGTH, 0);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_int_equal(response(102, NULL), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_LENGTH, 1), FLUXO_MISUSE_NO_BODY);
    assert_int_equal(end_head(FLUXO_CONTENT_STREAM, 0), FLUXO_MISUSE_NO_BODY);
    assert_int_equal(fluxo_write_nothing(&writer), FLUXO_DONE);
    respond(204, FLUXO_CONTENT_LENGTH, 0);
    assert_sends("HTTP/1.1 204 No Content\r\n\r\n");
    begin_answering(GET);
    respond(304, FLUXO_CONTENT_STREAM, 0);
    assert_sends("HTTP/1.1 304 Not Modified\r\n\r\n");
    begin(FLUXO_CLIENT);
    ask("CONNECT", "b:1", "b:1");
    assert_int_equal(end_head(FLUXO_CONTENT_LENGTH, 0), FLUXO_DONE);
    assert_sends("CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n");
    begin_answering("CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n");
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_STREAM, 0), FLUXO_MISUSE_NO_BODY);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\n\r\n");
    begin_answering("CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n");
    respond(200, FLUXO_CONTENT_LENGTH, 0);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\n\r\n");
}

static void http_1_0_gets_no_chunks(void **state)
{
    (void)state;
    begin_answering("GET / HTTP/1.0\r\n\r\n");
    respond(200, FLUXO_CONTENT_STREAM, 0);
    assert_int_equal(chunk("x", ";a"), FLUXO_DONE);
    assert_int_equal(fluxo_write_trailer(&writer, fluxo_text("a"), fluxo_text("b")), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nx");
}

/* RFC 9112 6.3, rule 6 */
static void a_declared_length_is_met_exactly(void **state)
{
    struct fluxo_span span = {"123456", 6};

    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_LENGTH, 5);
    assert_int_equal(fluxo_write_body(&writer, &span, 1), FLUXO_MISUSE_LENGTH);
    put_body("123");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_MISUSE_LENGTH);
    assert_int_equal(fluxo_write_body(&writer, &span, 1), FLUXO_MISUSE_LENGTH);
    assert_want(FLUXO_WANT_WRITE);
    assert_int_equal(fluxo_conn_shut(&conn), FLUXO_DONE); /* the rest will not come */
    assert_want(FLUXO_WANT_CLOSE);
    assert_int_equal(fluxo_write_body(&writer, &span, 1), FLUXO_MISUSE_LENGTH);
    span.length = 2;
    assert_int_equal(fluxo_write_body(&writer, &span, 1), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_MISUSE_ORDER);
    assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n123");
}

/* RFC 9112 7.1: a chunk of no octets would be the last one */
static void an_empty_write_makes_no_chunk(void **state)
{
    struct fluxo_span nothing[2] = {{"", 0}, {NULL, 0}};

    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_STREAM, 0);
    assert_int_equal(fluxo_write_body(&writer, nothing, 2), FLUXO_DONE);
    assert_int_equal(fluxo_write_body(&writer, NULL, 0), FLUXO_DONE);
    put_body("a");
    assert_true(fluxo_writer_is_chunked(&writer));
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_false(fluxo_writer_is_chunked(&writer));
    assert_sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
}

/* RFC 9112 7.1.1, RFC 9110 5.6.3 */
static void extensions_are_extensions_without_bad_white_space(void **state)
{
    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_STREAM, 0);
    assert_int_equal(chunk("x", "a"), FLUXO_MISUSE_EXTENSION);
    assert_int_equal(chunk("x", ";"), FLUXO_MISUSE_EXTENSION);
    assert_int_equal(chunk("x", "; a"), FLUXO_MISUSE_EXTENSION);
    assert_int_equal(chunk("x", ";a =b"), FLUXO_MISUSE_EXTENSION);
    assert_int_equal(chunk("x", ";a\t=b"), FLUXO_MISUSE_EXTENSION);
    assert_int_equal(chunk("x", ";a= \"b\""), FLUXO_MISUSE_EXTENSION);
    assert_int_equal(chunk("x", ";a=\"b"), FLUXO_MISUSE_EXTENSION);
    assert_int_equal(chunk("x", ";a=\"b\\\" ;c\";d"), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"b\\\" ;c\";d\r\nx\r\n");
}

/* RFC 9110 6.5.1 */
static void trailers_that_must_come_first_are_refused(void **state)
{
    static const char *const refused[] = {
        "Content-Length", "transfer-encoding", "Host",          "Authorization", "Cache-Control",
        "Content-Type",   "Content-Encoding",  "Set-Cookie",    "Trailer",       "TE",
        "Connection",     "Upgrade",           "Content-Range", "Expect",        "Location"};
    size_t nth;

    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_STREAM, 0);
    for (nth = 0; nth < sizeof refused / sizeof refused[0]; nth++)
        assert_int_equal(fluxo_write_trailer(&writer, fluxo_text(refused[nth]), fluxo_text("1")), FLUXO_MISUSE_TRAILER);
    put_body("a");
    assert_int_equal(fluxo_write_trailer(&writer, fluxo_text("Content-Digest"), fluxo_text("x=:YQ==:")), FLUXO_DONE);
    assert_int_equal(fluxo_write_trailer(&writer, fluxo_text("X"), fluxo_text("")), FLUXO_DONE);
    assert_int_equal(chunk("b", NULL), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nContent-Digest: x=:YQ==:\r\nX: \r\n\r\n");
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_LENGTH, 0);
    assert_int_equal(fluxo_write_trailer(&writer, fluxo_text("X"), fluxo_text("y")), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    forget_output();
}

/* ---- Output ---- */

static void bodies_are_not_copied(void **state)
{
    static const char octets[] = "0123456789";
    struct fluxo_span spans[FLUXO_WRITER_PIECES], body = {octets, 10};

    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_LENGTH, 10);
    assert_int_equal(fluxo_write_body(&writer, &body, 1), FLUXO_DONE);
    assert_int_equal(fluxo_writer_output(&writer, spans, 1), 1);
    assert_int_equal(fluxo_writer_output(&writer, spans, FLUXO_WRITER_PIECES), 2);
    assert_ptr_equal(spans[1].start, octets);
    assert_int_equal(fluxo_writer_consumed(&writer, spans[0].length + 3), FLUXO_DONE);
    assert_int_equal(fluxo_writer_output(&writer, spans, FLUXO_WRITER_PIECES), 1);
    assert_ptr_equal(spans[0].start, octets + 3);
    assert_int_equal(fluxo_writer_consumed(&writer, 8), FLUXO_MISUSE_LENGTH);
    assert_int_equal(fluxo_writer_pending(&writer), 7);
    assert_int_equal(fluxo_writer_consumed(&writer, 7), FLUXO_DONE);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
}

/* RFC 9110 6.6.1 */
static void a_response_says_when_it_was_made(void **state)
{
    (void)state;
    begin_answering(GET);
    assert_int_equal(fluxo_write_date(&writer, 0), FLUXO_MISUSE_ORDER);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(fluxo_write_date(&writer, INT64_MAX), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_write_date(&writer, 784111777), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n");
}

static int hesitate(void *context, struct fluxo_room room, size_t *filled)
{
    unsigned *times = context;

    (void)room;
    *filled = 0;
    return (*times)++ % 2 ? FLUXO_NOT_NOW : (room.start[0] = (char)('a' + *times / 2), *filled = 1, FLUXO_DONE);
}

static void a_source_is_asked_when_what_it_lent_is_sent(void **state)
{
    struct fluxo_source source;
    struct fluxo_span span = {"12345", 5};
    struct fluxo_room room;
    char octets[8];
    unsigned times = 0;

    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_LENGTH, 5);
    fluxo_source_init_span(&source, span);
    assert_int_equal(fluxo_write_source(&writer, &source, 3), FLUXO_FULL);
    forget_output();
    assert_int_equal(fluxo_write_source(&writer, &source, 3), FLUXO_DONE);
    assert_int_equal(fluxo_write_source(&writer, &source, 3), FLUXO_FULL);
    assert_sends("123");
    assert_int_equal(fluxo_write_source(&writer, &source, 3), FLUXO_DONE);
    assert_sends("45");
    assert_int_equal(fluxo_write_source(&writer, &source, 3), FLUXO_END);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_int_equal(fluxo_write_source(&writer, &source, 3), FLUXO_MISUSE_NO_BODY);
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_STREAM, 0);
    forget_output();
    room.start = octets;
    room.length = sizeof octets;
    fluxo_source_init_fill(&source, hesitate, &times, room, 2);
    assert_int_equal(fluxo_write_source(&writer, &source, 8), FLUXO_DONE);
    assert_sends("1\r\na\r\n");
    assert_int_equal(fluxo_write_source(&writer, &source, 8), FLUXO_NOT_NOW);
    assert_int_equal(fluxo_write_source(&writer, &source, 8), FLUXO_DONE);
    assert_sends("1\r\nb\r\n");
    assert_int_equal(fluxo_write_source(&writer, &source, 8), FLUXO_END);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("0\r\n\r\n");
}

static void a_writer_that_is_full_says_so(void **state)
{
    unsigned times = 0;
    int answer;

    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_STREAM, 0);
    while ((answer = chunk("ab", NULL)) == FLUXO_DONE)
        times++;
    assert_int_equal(answer, FLUXO_FULL);
    assert_in_range(times, 2, FLUXO_WRITER_PIECES);
    assert_int_equal(chunk("ab", NULL), FLUXO_FULL);
    forget_output();
    assert_int_equal(chunk("ab", NULL), FLUXO_DONE);
    forget_output();
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("0\r\n\r\n");
}

static void a_head_may_be_taken_back(void **state)
{
    (void)state;
    begin_answering(GET);
    assert_int_equal(fluxo_write_nothing(&writer), FLUXO_MISUSE_ORDER);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(put("a", "b"), FLUXO_DONE);
    assert_int_equal(response(200, NULL), FLUXO_MISUSE_ORDER);
    assert_sends("");
    assert_int_equal(fluxo_write_nothing(&writer), FLUXO_DONE);
    respond(500, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
}

static void a_head_has_a_bound(void **state)
{
    static char value[60000];
    struct fluxo_span span = {value, sizeof value};
    unsigned times = 0;
    int answer;

    (void)state;
    memset(value, 'v', sizeof value);
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    while ((answer = fluxo_write_field(&writer, fluxo_text("a"), span)) == FLUXO_DONE)
        times++;
    assert_int_equal(answer, FLUXO_MISUSE_LIMIT);
    assert_int_equal(times, 17);
    span.length = 70000;
    assert_int_equal(put("b", "c"), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_true(fluxo_writer_pending(&writer) < 1 << 20);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_message(GET);
    assert_int_equal(response(200, NULL), FLUXO_FULL); /* too much waits */
    forget_output();
    assert_int_equal(response(200, NULL), FLUXO_DONE);
}

static void a_line_has_a_bound(void **state)
{
    static char octets[65536];

    (void)state;
    memset(octets, 'o', sizeof octets);
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("a"), fluxo_span_of(octets, 65532)), FLUXO_DONE);
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("a"), fluxo_span_of(octets, 65533)), FLUXO_MISUSE_LIMIT);
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("Expect"), fluxo_span_of(octets, 65528)), FLUXO_MISUSE_LIMIT);
    assert_int_equal(fluxo_write_field(&writer, fluxo_span_of(octets, 65533), fluxo_text("")), FLUXO_DONE);
    assert_int_equal(fluxo_write_field(&writer, fluxo_span_of(octets, 65534), fluxo_text("")), FLUXO_MISUSE_LIMIT);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    forget_output();
}

/* Whoever reads them, all lines count; a message may end when there is room for its own. */
static void a_message_has_so_many_fields(void **state)
{
    int nth;

    (void)state;
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    for (nth = 0; nth < 65535; nth++)
        assert_int_equal(put(nth % 2 ? "a" : "Expect", ""), FLUXO_DONE);
    assert_int_equal(put("a", "b"), FLUXO_MISUSE_LIMIT);
    assert_int_equal(put("a b", "b"), FLUXO_MISUSE_LIMIT);
    assert_int_equal(put("Expect", "b"), FLUXO_MISUSE_LIMIT);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_MISUSE_LIMIT);
    assert_int_equal(fluxo_write_nothing(&writer), FLUXO_DONE);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    for (nth = 0; nth < 65533; nth++)
        assert_int_equal(put("a", ""), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_STREAM, 0), FLUXO_DONE);
    forget_output();
    assert_int_equal(fluxo_write_trailer(&writer, fluxo_text("a"), fluxo_text("b")), FLUXO_DONE);
    assert_int_equal(fluxo_write_trailer(&writer, fluxo_text("a"), fluxo_text("b")), FLUXO_MISUSE_LIMIT);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_sends("0\r\na: b\r\n\r\n");
}

static void a_response_that_was_begun_answers_no_later_request(void **state)
{
    (void)state;
    begin(FLUXO_SERVER);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_message("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(end_head(FLUXO_CONTENT_LENGTH, 5), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_nothing(&writer), FLUXO_DONE);
    assert_sends("");
}

/* RFC 9110 7.8 and RFC 9112 9.6 */
static void interim_responses_say_what_is_theirs_to_say(void **state)
{
    (void)state;
    begin_answering("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    assert_int_equal(response(103, NULL), FLUXO_DONE);
    assert_int_equal(fluxo_write_close(&writer), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_continue(&writer), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_write_nothing(&writer), FLUXO_DONE);
    assert_int_equal(response(101, NULL), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_MISUSE_STATUS);
    assert_int_equal(fluxo_write_upgrade(&writer, fluxo_text("echo")), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_want(FLUXO_WANT_SWITCH);
    forget_output();
    begin_answering("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    respond(103, FLUXO_CONTENT_NONE, 0);
    respond(204, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    begin_answering("CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n");
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(fluxo_write_close(&writer), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_DONE);
    assert_sends("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

static void spans_that_cannot_be_are_refused(void **state)
{
    struct fluxo_span spans[3] = {{"a", SIZE_MAX / 2 + 1}, {"b", SIZE_MAX / 2 + 1}, {"c", 1}},
                      around[2] = {{"ab", 2}, {"c", SIZE_MAX}};

    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_LENGTH, 5);
    assert_int_equal(fluxo_write_body(&writer, spans, 3), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_write_body(&writer, around, 2), FLUXO_MISUSE_ARGUMENT);
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("a"), fluxo_span_of("b", SIZE_MAX - 3)), FLUXO_MISUSE_LIMIT);
    assert_int_equal(fluxo_write_nothing(&writer), FLUXO_DONE);
}

static void responses_may_wait_behind_each_other(void **state)
{
    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_LENGTH, 1);
    put_body("1");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_message(GET);
    respond(404, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

static void even_100_waits_until_there_is_room(void **state)
{
    static char octets[300000];
    const struct fluxo_span much = {octets, sizeof octets};

    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_LENGTH, sizeof octets);
    assert_int_equal(fluxo_write_body(&writer, &much, 1), FLUXO_DONE);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    assert_receive(EXPECT_5, FLUXO_HEAD, sizeof EXPECT_5 - 1);
    assert_int_equal(fluxo_write_continue(&writer), FLUXO_FULL);
    forget_output();
    assert_int_equal(fluxo_write_continue(&writer), FLUXO_DONE);
    forget_output();
}

/* A head with a field of so many octets, and of the text that waits all but so many octets sent. */
static void write_and_send(int length, size_t waiting)
{
    static char value[1000];

    memset(value, 'v', sizeof value);
    assert_message(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    assert_int_equal(fluxo_write_field(&writer, fluxo_text("a"), fluxo_span_of(value, (size_t)length)), FLUXO_DONE);
    assert_int_equal(end_head(FLUXO_CONTENT_LENGTH, 1), FLUXO_DONE);
    assert_int_equal(fluxo_writer_consumed(&writer, (size_t)fluxo_writer_pending(&writer) - waiting), FLUXO_DONE);
    put_body("x");
    assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
    assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
}

/* As much text as waits at once has room, however much has been written. */
static void text_that_is_sent_makes_room(void **state)
{
    int times;

    (void)state;
    begin(FLUXO_SERVER);
    for (times = 0; times < 20; times++) {
        write_and_send(100, 0);
        forget_output();
        write_and_send(400, 0); /* only the octet of its body waits */
    }
    assert_int_equal(writer.room, 512);
    fluxo_writer_close(&writer);
    begin(FLUXO_SERVER);
    for (times = 0; times < 20; times++) {
        write_and_send(400, 10); /* more than half of the room is sent */
        write_and_send(200, 0);
        forget_output();
    }
    assert_int_equal(writer.room, 512);
}

/* What has gone out makes room for what is written, and nothing that is being written moves. */
static void a_connection_may_have_many_exchanges(void **state)
{
    int exchange;

    (void)state;
    begin(FLUXO_SERVER);
    for (exchange = 0; exchange < 100; exchange++) {
        assert_message(GET);
        assert_int_equal(response(200, NULL), FLUXO_DONE);
        assert_int_equal(put("a", "a value of some length, so that the text fills up"), FLUXO_DONE);
        assert_int_equal(end_head(FLUXO_CONTENT_STREAM, 0), FLUXO_DONE);
        put_body("x");
        assert_int_equal(fluxo_write_end(&writer), FLUXO_DONE);
        assert_sends("HTTP/1.1 200 OK\r\na: a value of some length, so that the text fills up\r\nTransfer-Encoding: "
                     "chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
        assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
    }
}

/* ---- Failing ---- */

/* Refuses every other time. */
static void *resize_reluctantly(void *context, void *block, size_t old, size_t size)
{
    unsigned *times = (unsigned *)context;

    (void)old;
    if (!size)
        free(block);
    return size && (*times)++ % 2 ? realloc(block, size) : NULL;
}

static size_t padding; /* octets of a value, so that the text is full at every place once */
enum { PADDING_MOST = 1200 };

static int put_pad(void)
{
    static char value[PADDING_MOST];

    memset(value, 'p', sizeof value);
    return fluxo_write_field(&writer, fluxo_text("pad"), fluxo_span_of(value, padding));
}

static int take_step_of_server(unsigned step)
{
    switch (step) {
    case 0:
        return fluxo_write_continue(&writer);
    case 1:
        return response(200, "Fine");
    case 2:
        return put_pad();
    case 3:
        return fluxo_write_date(&writer, 0);
    case 4:
        return fluxo_write_upgrade(&writer, fluxo_text("b"));
    case 5:
        return end_head(FLUXO_CONTENT_STREAM, 0);
    case 6:
        return chunk("one", ";two=three");
    case 7:
        return chunk("four", NULL);
    case 8:
        return fluxo_write_trailer(&writer, fluxo_text("five"), fluxo_text("six"));
    case 9:
        return fluxo_write_trailer(&writer, fluxo_text("seven"), fluxo_text("eight"));
    default:
        return fluxo_write_end(&writer);
    }
}

/* The same with the response begun before the client is told to go on, and nothing behind the last chunk. */
static int take_step_of_late_server(unsigned step)
{
    switch (step) {
    case 0:
        return response(200, NULL);
    case 1:
        return put_pad();
    case 2:
        return fluxo_write_continue(&writer);
    case 3:
        return end_head(FLUXO_CONTENT_STREAM, 0);
    case 4:
        return chunk("one", NULL);
    default:
        return fluxo_write_end(&writer);
    }
}

/* Behind an answer that waits. */
static int take_step_of_second_answer(unsigned step)
{
    switch (step) {
    case 0:
        return response(200, NULL);
    case 1:
        return put_pad();
    case 2:
        return end_head(FLUXO_CONTENT_NONE, 0);
    case 3:
        assert_int_equal(fluxo_conn_next(&conn), FLUXO_DONE);
        assert_receive(EXPECT_5, FLUXO_HEAD, sizeof EXPECT_5 - 1);
        return fluxo_conn_accept(&conn);
    case 4:
        return fluxo_write_continue(&writer);
    case 5:
        return response(200, NULL);
    default:
        return end_head(FLUXO_CONTENT_NONE, 0);
    }
}

/* No chunk but the last, with and without a trailer section. */
static int take_step_without_chunks(unsigned step)
{
    static const unsigned steps[] = {1, 2, 5, 9, 10};

    return take_step_of_server(steps[step]);
}

static int take_step_without_trailers(unsigned step)
{
    static const unsigned steps[] = {1, 2, 5, 10};

    return take_step_of_server(steps[step]);
}

static int take_step_of_client(unsigned step)
{
    switch (step) {
    case 0:
        return request("PUT", "/", "a");
    case 1:
        return put_pad();
    case 2:
        return fluxo_write_te(&writer, fluxo_text("trailers"));
    case 3:
        return fluxo_write_close(&writer);
    case 4:
        return end_head(FLUXO_CONTENT_LENGTH, 3);
    case 5:
        return chunk("one", NULL);
    default:
        return fluxo_write_end(&writer);
    }
}

static size_t collect(char *sent, size_t room)
{
    struct fluxo_span spans[FLUXO_WRITER_PIECES];
    uint32_t count = fluxo_writer_output(&writer, spans, FLUXO_WRITER_PIECES), nth;
    size_t length = 0;

    for (nth = 0; nth < count; nth++) {
        assert_true(length + spans[nth].length <= room);
        memcpy(sent + length, spans[nth].start, spans[nth].length);
        length += spans[nth].length;
    }
    assert_true(count < FLUXO_WRITER_PIECES); /* text always has a place */
    return length;
}

/* Takes each step until there is memory for it; what has no memory changes nothing. Returns how often there was none. */
static unsigned take_steps(int (*take_step)(unsigned step), unsigned steps)
{
    unsigned step, refused = 0;

    for (step = 0; step < steps; step++) {
        struct fluxo_conn before = conn;
        uint64_t pending = fluxo_writer_pending(&writer);
        int answer;
        while ((answer = take_step(step)) == FLUXO_MISUSE_MEMORY) {
            assert_memory_equal(&before, &conn, sizeof conn);
            assert_int_equal(fluxo_writer_pending(&writer), pending);
            assert_true(++refused < 100);
        }
        assert_int_equal(answer, FLUXO_DONE);
    }
    return refused;
}

static void begin_asked(const char *asked)
{
    begin(asked ? FLUXO_SERVER : FLUXO_CLIENT);
    if (!asked)
        return;
    receive(asked);
    if (fluxo_conn_want(&conn) == FLUXO_WANT_WRITE)
        fluxo_conn_accept(&conn);
}

/* What a writer that has all memory sends, is what one sends that has to ask twice for it. */
static void memory_that_comes_later_is_as_good(void **state)
{
    static const struct {
        int (*take_step)(unsigned step);
        unsigned steps;
        const char *asked;
    } scripts[] = {{take_step_of_server, 11, EXPECT_5}, {take_step_of_late_server, 6, EXPECT_5},
                   {take_step_of_client, 7, NULL},      {take_step_of_second_answer, 7, GET},
                   {take_step_without_chunks, 5, GET},  {take_step_without_trailers, 4, GET}};
    static char sent[4096], expected[4096];
    unsigned times, refused = 0;
    const struct fluxo_allocator reluctant = {resize_reluctantly, &times};
    size_t script, length;

    (void)state;
    for (script = 0; script < sizeof scripts / sizeof *scripts; script++)
        for (padding = 0; padding < PADDING_MOST; padding++) {
            begin_asked(scripts[script].asked);
            assert_int_equal(take_steps(scripts[script].take_step, scripts[script].steps), 0);
            length = collect(expected, sizeof expected);
            begin_asked(scripts[script].asked);
            fluxo_writer_init(&writer, &conn, &reluctant);
            times = 0;
            refused += take_steps(scripts[script].take_step, scripts[script].steps);
            assert_int_equal(collect(sent, sizeof sent), length);
            assert_memory_equal(sent, expected, length);
        }
    assert_true(refused > 3 * PADDING_MOST);
    begin(FLUXO_SERVER); /* with memory from elsewhere */
}

static void a_writer_that_is_reset_writes_for_another_connection(void **state)
{
    const char *text;

    (void)state;
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_STREAM, 0);
    text = writer.text;
    fluxo_writer_reset(&writer, &conn);
    assert_int_equal(fluxo_writer_pending(&writer), 0);
    assert_int_equal(fluxo_write_end(&writer), FLUXO_MISUSE_ORDER); /* it has begun nothing */
    assert_ptr_equal(writer.text, text);
    assert_int_equal(fluxo_conn_init(&conn, FLUXO_SERVER, NULL), FLUXO_DONE);
    assert_message(GET);
    respond(204, FLUXO_CONTENT_NONE, 0);
    assert_sends("HTTP/1.1 204 No Content\r\n\r\n");
}

/* The connection ends while a head is open: it is too late for it. */
static void a_head_that_comes_too_late_is_not_sent(void **state)
{
    (void)state;
    begin(FLUXO_CLIENT);
    ask("GET", "/", "a");
    assert_end(FLUXO_CLOSED);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_MISUSE_ORDER);
    assert_sends("");
    begin_answering(GET);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    fluxo_conn_break(&conn);
    assert_int_equal(end_head(FLUXO_CONTENT_NONE, 0), FLUXO_MISUSE_ORDER);
    assert_sends("");
    begin_asked(EXPECT_5);
    assert_int_equal(response(200, NULL), FLUXO_DONE);
    fluxo_conn_break(&conn);
    assert_int_equal(fluxo_write_continue(&writer), FLUXO_MISUSE_ORDER);
    assert_sends("");
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_STREAM, 0);
    forget_output();
    fluxo_conn_break(&conn);
    assert_int_equal(fluxo_write_trailer(&writer, fluxo_text("a"), fluxo_text("b")), FLUXO_MISUSE_ORDER);
    assert_sends("");
}

static void a_second_request_waits_for_the_first(void **state)
{
    (void)state;
    ask_for_nothing("GET");
    assert_int_equal(request("GET", "/", "a"), FLUXO_MISUSE_ORDER);
    begin_answering(GET);
    respond(200, FLUXO_CONTENT_NONE, 0);
    assert_int_equal(response(200, NULL), FLUXO_MISUSE_ORDER);
    assert_int_equal(response(103, NULL), FLUXO_MISUSE_ORDER);
    forget_output();
}

static void what_is_longer_than_a_head_is_no_part_of_it(void **state)
{
    static char octets[(1 << 20) + 1];
    const struct fluxo_span much = {octets, sizeof octets}, most = {octets, 1000000};
    struct fluxo_span spans[FLUXO_WRITER_SPANS + 1] = {{0}};

    (void)state;
    memset(octets, 'o', sizeof octets);
    begin(FLUXO_CLIENT);
    assert_int_equal(fluxo_write_request(&writer, fluxo_text("GET"), much, fluxo_text("a")), FLUXO_MISUSE_LIMIT);
    begin_answering(GET);
    assert_int_equal(fluxo_write_response(&writer, 200, much), FLUXO_MISUSE_LIMIT);
    respond(200, FLUXO_CONTENT_STREAM, 0);
    assert_int_equal(fluxo_write_body(&writer, spans, FLUXO_WRITER_SPANS + 1), FLUXO_MISUSE_ARGUMENT);
    octets[0] = ';'; /* a long extension, twice: the third is too much to wait */
    assert_int_equal(fluxo_write_chunk(&writer, &(struct fluxo_span){"x", 1}, 1, most), FLUXO_DONE);
    assert_int_equal(fluxo_write_chunk(&writer, &(struct fluxo_span){"x", 1}, 1, most), FLUXO_DONE);
    assert_int_equal(fluxo_write_chunk(&writer, &(struct fluxo_span){"x", 1}, 1, most), FLUXO_FULL);
    assert_int_equal(fluxo_write_chunk(&writer, &(struct fluxo_span){"x", 1}, 1, much), FLUXO_MISUSE_LIMIT);
    forget_output();
    assert_int_equal(fluxo_write_chunk(&writer, &(struct fluxo_span){"x", 1}, 1, most), FLUXO_DONE);
    forget_output();
    assert_int_equal(chunk("x", ";a=b"), FLUXO_DONE);
    assert_sends("1;a=b\r\nx\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_end_gets_into_a_line),
        cmocka_unit_test(no_control_gets_into_a_line),
        cmocka_unit_test(a_plain_line_is_what_a_strict_parser_reads_as_one),
        cmocka_unit_test(a_field_goes_by_its_own_call_or_by_that_of_all),
        cmocka_unit_test(no_white_space_begins_a_field),
        cmocka_unit_test(a_request_is_its_octets_and_no_more),
        cmocka_unit_test(every_request_has_the_host_of_its_target),
        cmocka_unit_test(each_method_has_its_form_of_target),
        cmocka_unit_test(a_request_says_when_it_has_no_content_if_that_is_news),
        cmocka_unit_test(te_names_no_chunked_and_has_its_option),
        cmocka_unit_test(a_status_line_has_its_space_without_a_reason),
        cmocka_unit_test(a_reason_is_what_a_parser_reads_as_one),
        cmocka_unit_test(a_status_is_from_100_to_599),
        cmocka_unit_test(a_connect_that_was_refused_opens_no_tunnel),
        cmocka_unit_test(fields_keep_their_order_and_are_not_joined),
        cmocka_unit_test(connection_is_one_list_without_empty_elements),
        cmocka_unit_test(a_response_means_what_a_parser_reads),
        cmocka_unit_test(framing_is_set_once_and_by_the_writer),
        cmocka_unit_test(what_has_no_content_has_no_framing),
        cmocka_unit_test(http_1_0_gets_no_chunks),
        cmocka_unit_test(a_declared_length_is_met_exactly),
        cmocka_unit_test(an_empty_write_makes_no_chunk),
        cmocka_unit_test(extensions_are_extensions_without_bad_white_space),
        cmocka_unit_test(trailers_that_must_come_first_are_refused),
        cmocka_unit_test(bodies_are_not_copied),
        cmocka_unit_test(a_response_says_when_it_was_made),
        cmocka_unit_test(a_source_is_asked_when_what_it_lent_is_sent),
        cmocka_unit_test(a_writer_that_is_full_says_so),
        cmocka_unit_test(a_head_may_be_taken_back),
        cmocka_unit_test(a_head_has_a_bound),
        cmocka_unit_test(a_line_has_a_bound),
        cmocka_unit_test(a_message_has_so_many_fields),
        cmocka_unit_test(a_response_that_was_begun_answers_no_later_request),
        cmocka_unit_test(interim_responses_say_what_is_theirs_to_say),
        cmocka_unit_test(spans_that_cannot_be_are_refused),
        cmocka_unit_test(responses_may_wait_behind_each_other),
        cmocka_unit_test(even_100_waits_until_there_is_room),
        cmocka_unit_test(text_that_is_sent_makes_room),
        cmocka_unit_test(a_connection_may_have_many_exchanges),
        cmocka_unit_test(memory_that_comes_later_is_as_good),
        cmocka_unit_test(a_writer_that_is_reset_writes_for_another_connection),
        cmocka_unit_test(a_head_that_comes_too_late_is_not_sent),
        cmocka_unit_test(a_second_request_waits_for_the_first),
        cmocka_unit_test(what_is_longer_than_a_head_is_no_part_of_it),
    };
    int failed = cmocka_run_group_tests_name("writer", tests, NULL, NULL);

    fluxo_writer_close(&writer);
    return failed;
}
