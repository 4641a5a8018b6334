/* SPDX-License-Identifier: MIT */
/* The promises of <fluxo/target.h>. */
#define _DEFAULT_SOURCE
#include <fluxo/target.h>

#include "guarded.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct guarded guarded, other_guarded;

static struct fluxo_span span_of(const char *text)
{
    struct fluxo_span span = {text, text ? strlen(text) : 0};

    return span;
}

static int is_text(struct fluxo_span span, const char *text)
{
    return span.start && span.length == strlen(text) && memcmp(span.start, text, span.length) == 0;
}

static void assert_text(struct fluxo_span span, const char *text, const char *of)
{
    if (!is_text(span, text))
        fail_msg("%s: \"%.*s\" is not \"%s\"", of, (int)span.length, span.start ? span.start : "(none)", text);
}

/* ---- Splitting ---- */

struct parts {
    const char *text;
    enum fluxo_target_form form;
    const char *scheme, *authority, *host, *path, *query; /* query NULL: there is none */
    unsigned port;
    enum fluxo_host_kind kind;
};

#define ORIGIN(text, path, query)                                                                                              \
    {                                                                                                                          \
        text, FLUXO_TARGET_ORIGIN, "", "", "", path, query, 0, FLUXO_HOST_NAME                                                 \
    }
#define ABSOLUTE(text, scheme, authority, host, port, kind, path, query)                                                       \
    {                                                                                                                          \
        text, FLUXO_TARGET_ABSOLUTE, scheme, authority, host, path, query, port, FLUXO_HOST_##kind                             \
    }
#define AUTHORITY(text, host, port, kind)                                                                                      \
    {                                                                                                                          \
        text, FLUXO_TARGET_AUTHORITY, "", text, host, "", NULL, port, FLUXO_HOST_##kind                                        \
    }

static const struct parts accepted[] = {
    ORIGIN("/", "/", NULL),
    ORIGIN("/?", "/", ""),
    ORIGIN("/where?q=now", "/where", "q=now"),
    ORIGIN("/a/b;c=d/../e:@!$&'()*+,", "/a/b;c=d/../e:@!$&'()*+,", NULL),
    ORIGIN("//a/b", "//a/b", NULL),
    ORIGIN("/%2e%2E/%41", "/%2e%2E/%41", NULL),
    ORIGIN("/a?b?c/d", "/a", "b?c/d"),
    ORIGIN("/http://a/", "/http://a/", NULL),
    ABSOLUTE("http://a", "http", "a", "a", 0, NAME, "", NULL),
    ABSOLUTE("http://a/", "http", "a", "a", 0, NAME, "/", NULL),
    ABSOLUTE("http://a?", "http", "a", "a", 0, NAME, "", ""),
    ABSOLUTE("http://a?b", "http", "a", "a", 0, NAME, "", "b"),
    ABSOLUTE("http://a?b/c?d", "http", "a", "a", 0, NAME, "", "b/c?d"),
    ABSOLUTE("HTTPS://www.Example.org:8443/x?y", "HTTPS", "www.Example.org:8443", "www.Example.org", 8443, NAME, "/x", "y"),
    ABSOLUTE("http://a:", "http", "a:", "a", 0, NAME, "", NULL),
    ABSOLUTE("http://a:/", "http", "a:", "a", 0, NAME, "/", NULL),
    ABSOLUTE("http://a:00080/", "http", "a:00080", "a", 80, NAME, "/", NULL),
    ABSOLUTE("http://a:65535", "http", "a:65535", "a", 65535, NAME, "", NULL),
    ABSOLUTE("http://127.0.0.1:1337/", "http", "127.0.0.1:1337", "127.0.0.1", 1337, IPV4, "/", NULL),
    ABSOLUTE("http://127.0.0.1", "http", "127.0.0.1", "127.0.0.1", 0, IPV4, "", NULL),
    ABSOLUTE("http://127.0.0.1/", "http", "127.0.0.1", "127.0.0.1", 0, IPV4, "/", NULL),
    ABSOLUTE("http://127.0.0.1.", "http", "127.0.0.1.", "127.0.0.1.", 0, NAME, "", NULL),
    ABSOLUTE("http://127.0.0.256", "http", "127.0.0.256", "127.0.0.256", 0, NAME, "", NULL),
    ABSOLUTE("http://127.0.0.25", "http", "127.0.0.25", "127.0.0.25", 0, IPV4, "", NULL),
    ABSOLUTE("http://127.0.0.01", "http", "127.0.0.01", "127.0.0.01", 0, NAME, "", NULL),
    ABSOLUTE("http://127.0.1", "http", "127.0.1", "127.0.1", 0, NAME, "", NULL),
    ABSOLUTE("http://[::1]", "http", "[::1]", "[::1]", 0, IPV6, "", NULL),
    ABSOLUTE("http://[::1]:81?", "http", "[::1]:81", "[::1]", 81, IPV6, "", ""),
    ABSOLUTE("http://[2001:db8::192.0.2.1]/", "http", "[2001:db8::192.0.2.1]", "[2001:db8::192.0.2.1]", 0, IPV6, "/", NULL),
    ABSOLUTE("http://[v1.a:b]/", "http", "[v1.a:b]", "[v1.a:b]", 0, FUTURE, "/", NULL),
    ABSOLUTE("http://a%20b!$&'()*+,;=/", "http", "a%20b!$&'()*+,;=", "a%20b!$&'()*+,;=", 0, NAME, "/", NULL),
    {"*", FLUXO_TARGET_ASTERISK, "", "", "", "", NULL, 0, FLUXO_HOST_NAME},
    AUTHORITY("www.example.org:80", "www.example.org", 80, NAME),
    AUTHORITY("192.0.2.1:443", "192.0.2.1", 443, IPV4),
    AUTHORITY("[2001:db8::1]:443", "[2001:db8::1]", 443, IPV6),
    AUTHORITY("[vF.x]:1", "[vF.x]", 1, FUTURE),
    AUTHORITY("http:80", "http", 80, NAME),
};

static enum fluxo_method choose_method(enum fluxo_target_form form)
{
    if (form == FLUXO_TARGET_AUTHORITY)
        return FLUXO_METHOD_CONNECT;
    return form == FLUXO_TARGET_ASTERISK ? FLUXO_METHOD_OPTIONS : FLUXO_METHOD_GET;
}

static void assert_inside(struct fluxo_span span, struct fluxo_span whole)
{
    assert_true(span.start >= whole.start && span.start + span.length <= whole.start + whole.length);
}

static void assert_parts(const struct parts *parts, int low)
{
    struct fluxo_span span = guarded_place(&guarded, parts->text, strlen(parts->text), low);
    struct fluxo_target target;

    memset(&target, 0xAA, sizeof target);
    if (fluxo_target_split(choose_method(parts->form), span, &target) != FLUXO_DONE)
        fail_msg("%s: fault %u at %zu", parts->text, target.fault, target.at);
    assert_int_equal(target.form, parts->form);
    assert_int_equal(target.method, choose_method(parts->form));
    assert_text(target.scheme, parts->scheme, parts->text);
    assert_int_equal(target.is_https, strlen(parts->scheme) == 5);
    assert_text(target.authority.whole, parts->authority, parts->text);
    assert_text(target.authority.host, parts->host, parts->text);
    assert_int_equal(target.authority.port, parts->port);
    if (target.authority.kind != parts->kind)
        fail_msg("%s: kind %u", parts->text, target.authority.kind);
    assert_text(target.path, parts->path, parts->text);
    assert_text(target.query, parts->query ? parts->query : "", parts->text);
    assert_int_equal(target.has_query, parts->query != NULL);
    assert_int_equal(target.relaxed, 0);
    assert_inside(target.scheme, span);
    assert_inside(target.authority.whole, span);
    assert_inside(target.authority.host, span);
    assert_inside(target.path, span);
    assert_inside(target.query, span);
}

static void a_target_comes_in_its_parts(void **state)
{
    size_t row;

    (void)state;
    for (row = 0; row < sizeof accepted / sizeof accepted[0]; row++) {
        assert_parts(&accepted[row], 0);
        assert_parts(&accepted[row], 1);
    }
}

static const struct {
    enum fluxo_method method;
    const char *text;
    enum fluxo_error_code fault;
    size_t at;
} refused[] = {
    {FLUXO_METHOD_GET, "", FLUXO_ERR_TARGET, 0},
    {FLUXO_METHOD_GET, "a", FLUXO_ERR_TARGET, 0},
    {FLUXO_METHOD_GET, "?a", FLUXO_ERR_TARGET, 0},
    {FLUXO_METHOD_GET, "www.example.org:80", FLUXO_ERR_TARGET, 0},
    {FLUXO_METHOD_GET, "http", FLUXO_ERR_TARGET, 4},
    {FLUXO_METHOD_GET, "http:", FLUXO_ERR_TARGET, 5},
    {FLUXO_METHOD_GET, "http:/a", FLUXO_ERR_TARGET, 6},
    {FLUXO_METHOD_GET, "http:a", FLUXO_ERR_TARGET, 5},
    {FLUXO_METHOD_GET, "httpx://a", FLUXO_ERR_TARGET, 4},
    {FLUXO_METHOD_GET, "ftp://a", FLUXO_ERR_TARGET, 0},
    {FLUXO_METHOD_GET, "/a#b", FLUXO_ERR_TARGET, 2},
    {FLUXO_METHOD_GET, "/a?b#c", FLUXO_ERR_TARGET, 4},
    {FLUXO_METHOD_GET, "/a b", FLUXO_ERR_TARGET, 2},
    {FLUXO_METHOD_GET, "/a\tb", FLUXO_ERR_TARGET, 2},
    {FLUXO_METHOD_GET, "/[", FLUXO_ERR_TARGET, 1},
    {FLUXO_METHOD_GET, "/\x7f", FLUXO_ERR_TARGET, 1},
    {FLUXO_METHOD_GET, "http://u@a/", FLUXO_ERR_TARGET, 8},
    {FLUXO_METHOD_GET, "http://u:p@a/", FLUXO_ERR_TARGET, 9},
    {FLUXO_METHOD_GET, "http://a#b", FLUXO_ERR_TARGET, 8},
    {FLUXO_METHOD_GET, "http://a\\b", FLUXO_ERR_TARGET, 8},
    {FLUXO_METHOD_GET, "http://a%4/", FLUXO_ERR_TARGET, 10},
    {FLUXO_METHOD_GET, "http://\xC3\xA1/", FLUXO_ERR_TARGET, 7},
    {FLUXO_METHOD_GET, "http://a:x", FLUXO_ERR_TARGET, 9},
    {FLUXO_METHOD_GET, "http://a:+1", FLUXO_ERR_TARGET, 9},
    {FLUXO_METHOD_GET, "http://a:1:2", FLUXO_ERR_TARGET, 10},
    {FLUXO_METHOD_GET, "http://[::1", FLUXO_ERR_TARGET, 11},
    {FLUXO_METHOD_GET, "http://[:1]", FLUXO_ERR_TARGET, 9},
    {FLUXO_METHOD_GET, "http://[::1]a", FLUXO_ERR_TARGET, 12},
    {FLUXO_METHOD_GET, "http://[fe80::1%25en0]", FLUXO_ERR_TARGET, 15},
    {FLUXO_METHOD_GET, "http://", FLUXO_ERR_TARGET_AUTHORITY, 0},
    {FLUXO_METHOD_GET, "http:///a", FLUXO_ERR_TARGET_AUTHORITY, 0},
    {FLUXO_METHOD_GET, "http://?a", FLUXO_ERR_TARGET_AUTHORITY, 0},
    {FLUXO_METHOD_GET, "http://:80/", FLUXO_ERR_TARGET_AUTHORITY, 0},
    {FLUXO_METHOD_GET, "http://a:0/", FLUXO_ERR_TARGET_AUTHORITY, 0},
    {FLUXO_METHOD_GET, "http://a:65536/", FLUXO_ERR_TARGET_AUTHORITY, 0},
    {FLUXO_METHOD_GET, "http://a:4294967376/", FLUXO_ERR_TARGET_AUTHORITY, 0},
    {FLUXO_METHOD_GET, "http://a:99999999999999999999999999999999999980/", FLUXO_ERR_TARGET_AUTHORITY, 0},
    {FLUXO_METHOD_GET, "*", FLUXO_ERR_TARGET_ASTERISK, 0},
    {FLUXO_METHOD_OTHER, "*", FLUXO_ERR_TARGET_ASTERISK, 0},
    {FLUXO_METHOD_OPTIONS, "*a", FLUXO_ERR_TARGET, 1},
    {FLUXO_METHOD_OPTIONS, "**", FLUXO_ERR_TARGET, 1},
    {FLUXO_METHOD_CONNECT, "", FLUXO_ERR_TARGET_CONNECT, 0},
    {FLUXO_METHOD_CONNECT, "a", FLUXO_ERR_TARGET_CONNECT, 0},
    {FLUXO_METHOD_CONNECT, "*", FLUXO_ERR_TARGET_CONNECT, 0},
    {FLUXO_METHOD_CONNECT, "a:", FLUXO_ERR_TARGET_CONNECT, 0},
    {FLUXO_METHOD_CONNECT, ":80", FLUXO_ERR_TARGET_CONNECT, 0},
    {FLUXO_METHOD_CONNECT, "a:0", FLUXO_ERR_TARGET_CONNECT, 0},
    {FLUXO_METHOD_CONNECT, "a:65536", FLUXO_ERR_TARGET_CONNECT, 0},
    {FLUXO_METHOD_CONNECT, "/", FLUXO_ERR_TARGET, 0},
    {FLUXO_METHOD_CONNECT, "a:80/", FLUXO_ERR_TARGET, 4},
    {FLUXO_METHOD_CONNECT, "a:80?", FLUXO_ERR_TARGET, 4},
    {FLUXO_METHOD_CONNECT, "http://a:80", FLUXO_ERR_TARGET, 5},
    {FLUXO_METHOD_CONNECT, "u@a:80", FLUXO_ERR_TARGET, 1},
};

static void what_is_no_target_is_refused_where_it_ceases_to_be_one(void **state)
{
    struct fluxo_target target;
    size_t row;
    int low;

    (void)state;
    for (row = 0; row < sizeof refused / sizeof refused[0]; row++)
        for (low = 0; low < 2; low++) {
            struct fluxo_span span = guarded_place(&guarded, refused[row].text, strlen(refused[row].text), low);
            int answer = fluxo_target_split(refused[row].method, span, &target);
            if (answer != FLUXO_FAULT || target.fault != refused[row].fault || target.at != refused[row].at)
                fail_msg("%s: answer %d, fault %u at %zu", refused[row].text, answer, target.fault, target.at);
        }
}

static void what_the_parser_lets_pass_is_taken_and_noted(void **state)
{
    static const struct {
        const char *text;
        uint32_t relaxed;
    } rows[] = {
        {"/\"<>\\^`{|}", FLUXO_RELAX_RAW_TARGET},
        {"/?[]", FLUXO_RELAX_RAW_TARGET},
        {"/100%", FLUXO_RELAX_BARE_PERCENT},
        {"/%%%41", FLUXO_RELAX_BARE_PERCENT},
        {"/%4", FLUXO_RELAX_BARE_PERCENT},
        {"/%4g?%", FLUXO_RELAX_BARE_PERCENT},
        {"/%?", FLUXO_RELAX_BARE_PERCENT},
        {"/\xC3\xA1", FLUXO_RELAX_TARGET_OBS_TEXT},
        {"http://a?\xFF", FLUXO_RELAX_TARGET_OBS_TEXT},
        {"http://a/|%", FLUXO_RELAX_RAW_TARGET | FLUXO_RELAX_BARE_PERCENT},
        {"/%41", 0},
    };
    struct fluxo_target target;
    size_t row;

    (void)state;
    for (row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        assert_int_equal(fluxo_target_split(FLUXO_METHOD_GET, span_of(rows[row].text), &target), FLUXO_DONE);
        if (target.relaxed != rows[row].relaxed)
            fail_msg("%s: relaxed %x", rows[row].text, (unsigned)target.relaxed);
    }
}

static void nothing_is_no_target(void **state)
{
    struct fluxo_target target;

    (void)state;
    assert_int_equal(fluxo_target_split(FLUXO_METHOD_GET, span_of(NULL), &target), FLUXO_FAULT);
    assert_int_equal(target.at, 0);
}

/* ---- Host ---- */

static void assert_host(const char *text, const char *host, unsigned port, enum fluxo_host_kind kind)
{
    int low;

    for (low = 0; low < 2; low++) {
        struct fluxo_authority authority;
        assert_int_equal(fluxo_authority_split(guarded_place(&guarded, text, strlen(text), low), &authority, NULL), FLUXO_DONE);
        assert_text(authority.whole, text, text);
        assert_text(authority.host, host, text);
        assert_int_equal(authority.port, port);
        assert_int_equal(authority.kind, kind);
    }
}

static void assert_no_host(const char *text, size_t at)
{
    struct fluxo_authority authority, before;
    size_t offset = 9999;

    memset(&authority, 0xAA, sizeof authority);
    before = authority;
    assert_int_equal(fluxo_authority_split(guarded_place(&guarded, text, strlen(text), 0), &authority, &offset), FLUXO_FAULT);
    if (offset != at)
        fail_msg("%s: at %zu", text, offset);
    assert_memory_equal(&authority, &before, sizeof before);
}

static void the_value_of_host_comes_in_its_parts(void **state)
{
    struct fluxo_authority authority;

    (void)state;
    assert_host("", "", 0, FLUXO_HOST_NAME);
    assert_host("a", "a", 0, FLUXO_HOST_NAME);
    assert_host("a:", "a", 0, FLUXO_HOST_NAME);
    assert_host("a:80", "a", 80, FLUXO_HOST_NAME);
    assert_host("1.2.3.4:80", "1.2.3.4", 80, FLUXO_HOST_IPV4);
    assert_host("[::]:1", "[::]", 1, FLUXO_HOST_IPV6);
    assert_host("[v0.1]", "[v0.1]", 0, FLUXO_HOST_FUTURE);
    assert_int_equal(fluxo_authority_split(span_of(NULL), &authority, NULL), FLUXO_DONE);
    assert_int_equal(authority.host.length, 0);
}

static void what_is_no_host_is_refused(void **state)
{
    (void)state;
    assert_no_host(":", 0);
    assert_no_host(":80", 0);
    assert_no_host("a:0", 0);
    assert_no_host("a:65536", 0);
    assert_no_host("a ", 1);
    assert_no_host(" a", 0);
    assert_no_host("a/b", 1);
    assert_no_host("a?b", 1);
    assert_no_host("a,b:x", 4);
    assert_no_host("u@a", 1);
    assert_no_host("http://a", 5);
    assert_no_host("[::1", 4);
    assert_no_host("::1", 1);
    assert_no_host("a%", 2);
    assert_no_host("\xC3\xA1", 0);
}

/* ---- The same as the parser, and the same as by hand ---- */

/* What the parser says of a request with this target and this Host, and the offset in the request. */
static enum fluxo_error_code ask_parser(const char *method, const char *target, const char *host, uint32_t relax, uint64_t *at)
{
    char message[2048];
    struct fluxo_options options;
    struct fluxo_parser parser;
    struct fluxo_event events[16];
    struct fluxo_feed fed;
    int length = snprintf(message, sizeof message, "%s %s HTTP/1.1\r\nHost: %s\r\n\r\n", method, target, host);

    fluxo_options_init(&options);
    options.relax = relax;
    assert_int_equal(fluxo_parser_init(&parser, FLUXO_REQUEST, &options), 0);
    fed = fluxo_parser_feed(&parser, message, (size_t)length, events, 16);
    *at = fluxo_parser_offset(&parser);
    return fed.status == FLUXO_ERROR ? (enum fluxo_error_code)fed.error : FLUXO_ERR_NONE;
}

/* Begins with one of so many starts, the first of which may begin a host too. */
static void make_text(char *text, uint32_t starts_used, uint32_t *random)
{
    static const char *const words[] = {
        "http",
        "HTTPS",
        "://",
        "//",
        "/",
        "/",
        "?",
        ":",
        ":",
        "80",
        "0",
        "65535",
        "65536",
        "a",
        "www.example.org",
        "1.2.3.4",
        "256.1.1.1",
        "[",
        "]",
        "[::1]",
        "[1:2:3:4:5:6:7:8]",
        "[v1.x]",
        "[::ffff:1.2.3.4]",
        "@",
        "%",
        "%41",
        "%4",
        "%2F",
        ".",
        "..",
        "*",
        "#",
        "\\",
        "|",
        "\"",
        "-",
        "~",
        "\xC3\xA1",
        "x=y",
        "&",
        "!",
        "'",
        "(",
        ")",
        "^",
        "{",
        "<",
    };
    static const char *const starts[] = {"", "a:", "/", "http://", "https://a", "http://a:", "*", "http://["};
    uint32_t count = guarded_random(random) % 5;

    strcpy(text, starts[guarded_random(random) % starts_used]);
    while (count--)
        strcat(text, words[guarded_random(random) % (sizeof words / sizeof words[0])]);
}

static const char *find_any(const char *text, const char *any)
{
    return text + strcspn(text, any);
}

/* RFC 3986, Appendix B, with what a target has not left out. */
static void assert_parts_by_hand(const char *text, const struct fluxo_target *target)
{
    const char *path = text, *query, *authority = text, *end;
    char cut[1024];

    if (target->form == FLUXO_TARGET_ABSOLUTE)
        authority = strstr(text, "://") + 3;
    if (target->form != FLUXO_TARGET_ORIGIN)
        path = target->form == FLUXO_TARGET_ABSOLUTE ? find_any(authority, "/?") : text + strlen(text);
    query = find_any(path, "?");
    snprintf(cut, sizeof cut, "%.*s", (int)(query - path), path);
    assert_text(target->path, cut, text);
    assert_text(target->query, *query ? query + 1 : "", text);
    assert_int_equal(target->has_query, *query == '?');
    if (target->form == FLUXO_TARGET_ORIGIN || target->form == FLUXO_TARGET_ASTERISK)
        return;
    snprintf(cut, sizeof cut, "%.*s", (int)(path - authority), authority);
    assert_text(target->authority.whole, cut, text);
    end = strrchr(cut, ']') ? strrchr(cut, ']') : cut;
    end = strchr(end, ':');
    assert_int_equal(target->authority.port, end ? strtoul(end + 1, NULL, 10) : 0);
    if (end)
        cut[end - cut] = 0;
    assert_text(target->authority.host, cut, text);
    assert_int_equal(target->authority.kind == FLUXO_HOST_FUTURE, cut[0] == '[' && (cut[1] | 0x20) == 'v');
    assert_int_equal(target->authority.kind == FLUXO_HOST_IPV6, cut[0] == '[' && (cut[1] | 0x20) != 'v');
}

#define PATHS (FLUXO_RELAX_RAW_TARGET | FLUXO_RELAX_BARE_PERCENT | FLUXO_RELAX_TARGET_OBS_TEXT)

static void random_targets_are_taken_as_the_parser_takes_them(void **state)
{
    static const struct {
        const char *name;
        enum fluxo_method method;
    } methods[] = {{"GET", FLUXO_METHOD_GET},
                   {"OPTIONS", FLUXO_METHOD_OPTIONS},
                   {"CONNECT", FLUXO_METHOD_CONNECT},
                   {"get", FLUXO_METHOD_OTHER}};
    uint32_t random = 3986;
    int round, taken = 0;

    (void)state;
    for (round = 0; round < 200000; round++) {
        int row = (int)(guarded_random(&random) % 4), answer;
        char text[512];
        uint64_t at;
        struct fluxo_target target;
        enum fluxo_error_code error;
        make_text(text, 8, &random);
        if (!text[0]) /* two spaces are another error of the parser */
            continue;
        error = ask_parser(methods[row].name, text, "", PATHS, &at);
        at -= strlen(methods[row].name) + 1;
        answer = fluxo_target_split(methods[row].method, guarded_place(&guarded, text, strlen(text), round & 1), &target);
        if (answer != (error ? FLUXO_FAULT : FLUXO_DONE) || target.fault != error || (error && target.at != at))
            fail_msg("%s %s: fault %u at %zu, the parser's %u at %d", methods[row].name, text, target.fault, target.at, error,
                     (int)at);
        if (error)
            continue;
        taken++;
        assert_parts_by_hand(text, &target);
        assert_int_equal(target.relaxed == 0, ask_parser(methods[row].name, text, "", 0, &at) == FLUXO_ERR_NONE);
        assert_int_equal(ask_parser(methods[row].name, text, "", target.relaxed, &at), FLUXO_ERR_NONE);
    }
    assert_true(taken > 20000);
}

static void random_hosts_are_taken_as_the_parser_takes_them(void **state)
{
    uint32_t random = 9110;
    int round, taken = 0;

    (void)state;
    for (round = 0; round < 200000; round++) {
        char text[512];
        uint64_t at;
        size_t offset = 0;
        struct fluxo_authority authority;
        enum fluxo_error_code error;
        int answer;
        make_text(text, 2, &random);
        error = ask_parser("GET", "/", text, 0, &at);
        at -= strlen("GET / HTTP/1.1\r\nHost: ");
        answer = fluxo_authority_split(guarded_place(&guarded, text, strlen(text), round & 1), &authority, &offset);
        if (answer != (error ? FLUXO_FAULT : FLUXO_DONE) || (error && (error != FLUXO_ERR_HOST || offset != at)))
            fail_msg("%s: answer %d at %zu, the parser's %u at %d", text, answer, offset, error, (int)at);
        taken += !error;
    }
    assert_true(taken > 20000);
}

/* ---- The target URI ---- */

struct request {
    enum fluxo_method method;
    const char *target, *host, *own_name;
    unsigned flags;
};

static struct fluxo_uri reconcile(const struct request *request, int wanted)
{
    struct fluxo_span host = span_of(request->host);
    struct fluxo_target target;
    struct fluxo_uri uri;
    int answer;

    memset(&uri, 0xAA, sizeof uri);
    assert_int_equal(fluxo_target_split(request->method, span_of(request->target), &target), FLUXO_DONE);
    if (request->host)
        host = guarded_place(&guarded, request->host, strlen(request->host), 0);
    answer = fluxo_target_reconcile(&target, request->host ? &host : NULL, span_of(request->own_name), request->flags, &uri);
    if (answer != wanted)
        fail_msg("%s, %s: answer %d, fault %u", request->target, request->host ? request->host : "(no Host)", answer,
                 uri.fault);
    return uri;
}

static void a_request_stands_for_a_uri(void **state)
{
    static const struct {
        struct request request;
        const char *uri;
        unsigned port;
    } rows[] = {
        /* The examples of RFC 9112 3.2.1, 3.2.2, 3.2.3, 3.2.4 and 3.3 */
        {{FLUXO_METHOD_GET, "/where?q=now", "www.example.org", "", 0}, "http://www.example.org/where?q=now", 80},
        {{FLUXO_METHOD_GET, "http://www.example.org/pub/WWW/TheProject.html", "www.example.org", "", 0},
         "http://www.example.org/pub/WWW/TheProject.html",
         80},
        {{FLUXO_METHOD_CONNECT, "www.example.com:80", "www.example.com", "", 0}, "http://www.example.com:80", 80},
        {{FLUXO_METHOD_OPTIONS, "*", "www.example.org:8001", "", 0}, "http://www.example.org:8001", 8001},
        {{FLUXO_METHOD_OPTIONS, "http://www.example.org:8001", "www.example.org:8001", "", 0},
         "http://www.example.org:8001",
         8001},
        {{FLUXO_METHOD_GET, "/pub/WWW/TheProject.html", "www.example.org", "", FLUXO_SECURE},
         "https://www.example.org/pub/WWW/TheProject.html",
         443},
        {{FLUXO_METHOD_OPTIONS, "*", "www.example.org:8080", "", 0}, "http://www.example.org:8080", 8080},
        /* The scheme is the target's where it has one */
        {{FLUXO_METHOD_GET, "HTTP://a/", "a", "", FLUXO_SECURE}, "http://a/", 80},
        {{FLUXO_METHOD_GET, "HttpS://a/", "a", "", 0}, "https://a/", 443},
        /* The authority is the target's where it has one */
        {{FLUXO_METHOD_GET, "http://a:81/", "b:82", "", 0}, "http://a:81/", 81},
        {{FLUXO_METHOD_GET, "http://a:/", NULL, "b:82", 0}, "http://a:/", 80},
        {{FLUXO_METHOD_CONNECT, "a:81", "b:82", "", 0}, "http://a:81", 81},
        /* An empty path */
        {{FLUXO_METHOD_GET, "http://a", "a", "", 0}, "http://a/", 80},
        {{FLUXO_METHOD_GET, "http://a?", "a", "", 0}, "http://a/?", 80},
        {{FLUXO_METHOD_GET, "http://a?b", "a", "", 0}, "http://a/?b", 80},
        {{FLUXO_METHOD_OPTIONS, "http://a?b", "a", "", 0}, "http://a/?b", 80},
        {{FLUXO_METHOD_OPTIONS, "http://a/", "a", "", 0}, "http://a/", 80},
        {{FLUXO_METHOD_OPTIONS, "/", "a", "", 0}, "http://a/", 80},
        /* No Host, an empty one, and a name that stands in */
        {{FLUXO_METHOD_GET, "/", NULL, "", 0}, "http:///", 80},
        {{FLUXO_METHOD_GET, "/", NULL, NULL, 0}, "http:///", 80},
        {{FLUXO_METHOD_GET, "/", "", "", FLUXO_SECURE}, "https:///", 443},
        {{FLUXO_METHOD_GET, "/?", NULL, "me:1337", 0}, "http://me:1337/?", 1337},
        {{FLUXO_METHOD_GET, "/", "", "me", FLUXO_REFUSE_OTHER_HOST}, "http://me/", 80},
        {{FLUXO_METHOD_GET, "/", "you", "me", FLUXO_REFUSE_OTHER_HOST}, "http://you/", 80},
        {{FLUXO_METHOD_OPTIONS, "*", "", "me", 0}, "http://me", 80},
    };
    size_t row;

    (void)state;
    for (row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        struct fluxo_uri uri = reconcile(&rows[row].request, FLUXO_DONE);
        char text[256];
        snprintf(text, sizeof text, "%.*s://%.*s%.*s%s%.*s", (int)uri.scheme.length, uri.scheme.start,
                 (int)uri.authority.whole.length, uri.authority.whole.start, (int)uri.path.length, uri.path.start,
                 uri.has_query ? "?" : "", (int)uri.query.length, uri.query.start);
        assert_string_equal(text, rows[row].uri);
        assert_int_equal(uri.port, rows[row].port);
        assert_int_equal(uri.is_https, uri.scheme.length == 5);
    }
}

static void another_host_is_seen_and_may_be_refused(void **state)
{
    static const struct {
        enum fluxo_method method;
        const char *target, *host;
        int differs;
    } rows[] = {
        {FLUXO_METHOD_GET, "http://a/", "a", 0},
        {FLUXO_METHOD_GET, "http://a/", NULL, 0},
        {FLUXO_METHOD_GET, "http://a/", "", 1},
        {FLUXO_METHOD_GET, "http://a/", "b", 1},
        {FLUXO_METHOD_GET, "http://a/", "ab", 1},
        {FLUXO_METHOD_GET, "http://ab/", "a", 1},
        {FLUXO_METHOD_GET, "http://A.example/", "a.EXAMPLE", 0},
        {FLUXO_METHOD_GET, "http://a/", "a:80", 0},
        {FLUXO_METHOD_GET, "http://a:/", "a", 0},
        {FLUXO_METHOD_GET, "http://a:80/", "a:", 0},
        {FLUXO_METHOD_GET, "http://a:0080/", "a:80", 0},
        {FLUXO_METHOD_GET, "http://a/", "a:443", 1},
        {FLUXO_METHOD_GET, "https://a/", "a:443", 0},
        {FLUXO_METHOD_GET, "https://a/", "a:80", 1},
        {FLUXO_METHOD_GET, "https://a:80/", "a", 1},
        {FLUXO_METHOD_GET, "http://a:81/", "a:82", 1},
        {FLUXO_METHOD_GET, "http://%61%2D%5a/", "A-z", 0},
        {FLUXO_METHOD_GET, "http://a%2c/", "a%2C", 0},
        {FLUXO_METHOD_GET, "http://a%2c/", "a,", 1},
        {FLUXO_METHOD_GET, "http://a%2561/", "aa", 1},
        {FLUXO_METHOD_GET, "http://a/", "x61", 1}, /* that is no escape */
        {FLUXO_METHOD_GET, "http://x61/", "a", 1},
        {FLUXO_METHOD_GET, "http://[::A]/", "[::a]:80", 0},
        {FLUXO_METHOD_GET, "http://[::1]/", "[0::1]", 1},
        {FLUXO_METHOD_CONNECT, "a:80", "a", 0},
        {FLUXO_METHOD_CONNECT, "a:443", "a", 0},
        {FLUXO_METHOD_CONNECT, "a:443", "a:443", 0},
        {FLUXO_METHOD_CONNECT, "a:443", "a:80", 1},
        {FLUXO_METHOD_CONNECT, "a:8443", "a", 1},
        {FLUXO_METHOD_CONNECT, "a:8443", "b:8443", 1},
        {FLUXO_METHOD_GET, "/", "a", 0},
        {FLUXO_METHOD_GET, "/", "", 0},
        {FLUXO_METHOD_OPTIONS, "*", "a", 0},
    };
    size_t row;

    (void)state;
    for (row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        struct request request = {rows[row].method, rows[row].target, rows[row].host, "", 0};
        struct fluxo_uri uri = reconcile(&request, FLUXO_DONE);
        if (uri.host_differs != rows[row].differs)
            fail_msg("%s, %s: differs %d", rows[row].target, rows[row].host, uri.host_differs);
        request.flags = FLUXO_REFUSE_OTHER_HOST;
        uri = reconcile(&request, rows[row].differs ? FLUXO_FAULT : FLUXO_DONE);
        assert_int_equal(uri.fault, rows[row].differs ? FLUXO_FAULT_HOST_DIFFERS : 0);
    }
}

/* RFC 3986 2.3, 6.2.2.2: an escaped octet is what it stands for if that is unreserved, and only then. */
static void a_host_is_the_same_with_its_unreserved_octets_escaped(void **state)
{
    static const char others[] = "!$&'()*+,;=";
    int octet;

    (void)state;
    for (octet = '!'; octet < 0x7F; octet++) {
        char target[32], host[2] = {(char)octet, '\0'};
        struct request request = {FLUXO_METHOD_GET, target, host, "", 0};
        int is_unreserved = isalnum(octet) || strchr("-._~", octet) != NULL;
        if (!is_unreserved && !strchr(others, octet))
            continue;
        snprintf(target, sizeof target, "http://%%%02X/", (unsigned)octet);
        assert_int_equal(reconcile(&request, FLUXO_DONE).host_differs, !is_unreserved);
    }
}

static void a_host_that_is_none_is_refused_and_an_own_name_is_misuse(void **state)
{
    struct request request = {FLUXO_METHOD_GET, "http://a/", "a b", "", 0};
    struct fluxo_uri uri = reconcile(&request, FLUXO_FAULT);

    (void)state;
    assert_int_equal(uri.fault, FLUXO_ERR_HOST);
    assert_int_equal(uri.at, 1);
    request.host = "a";
    request.own_name = "me:0";
    uri = reconcile(&request, FLUXO_MISUSE_HOST);
    assert_int_equal(uri.fault, 0xAAAA);
    request.own_name = "me";
    request.flags = 4;
    uri = reconcile(&request, FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(uri.fault, 0xAAAA);
}

/* ---- The path ---- */

static struct fluxo_path normalise(const char *text, unsigned keep, int wanted, char *in_place)
{
    size_t length = strlen(text);
    struct fluxo_path path, again;
    char *memory = other_guarded.memory + other_guarded.size - length;
    struct fluxo_span span = guarded_place(&guarded, text, length, 0);
    int answer = fluxo_path_normalise(span, keep, memory, &path);

    if (answer != wanted)
        fail_msg("%s: answer %d, fault %u at %zu", text, answer, path.fault, path.at);
    assert_memory_equal(span.start, text, length);
    strcpy(in_place, text);
    assert_int_equal(fluxo_path_normalise(span_of(in_place), keep, in_place, &again), answer);
    if (answer == FLUXO_DONE) {
        assert_ptr_equal(path.span.start, memory);
        assert_ptr_equal(again.span.start, in_place);
        assert_true(path.span.length <= length);
        assert_int_equal(again.span.length, path.span.length);
        assert_memory_equal(again.span.start, path.span.start, path.span.length);
        assert_int_equal(path.fault, 0);
    }
    return path;
}

static void assert_path(const char *text, unsigned keep, const char *wanted)
{
    char in_place[1024];

    assert_text(normalise(text, keep, FLUXO_DONE, in_place).span, wanted, text);
}

static void assert_no_path(const char *text, unsigned keep, enum fluxo_fault_code fault, size_t at)
{
    char in_place[1024];
    struct fluxo_path path = normalise(text, keep, FLUXO_FAULT, in_place);

    if (path.fault != fault || path.at != at)
        fail_msg("%s: fault %u at %zu", text, path.fault, path.at);
}

static void dot_segments_are_taken_out(void **state)
{
    (void)state;
    assert_path("/a/b/c/./../../g", 0, "/a/g"); /* RFC 3986 5.2.4 */
    assert_path("", 0, "");
    assert_path("/", 0, "/");
    assert_path("/.", 0, "/");
    assert_path("/./", 0, "/");
    assert_path("/..", 0, "/");
    assert_path("/../", 0, "/");
    assert_path("/../..", 0, "/");
    assert_path("/../../etc/passwd", 0, "/etc/passwd");
    assert_path("/a/.", 0, "/a/");
    assert_path("/a/..", 0, "/");
    assert_path("/a/../", 0, "/");
    assert_path("/a/b/..", 0, "/a/");
    assert_path("/a/b/../", 0, "/a/");
    assert_path("/a/./b/../../c", 0, "/c");
    assert_path("/a/...", 0, "/a/...");
    assert_path("/a/.b", 0, "/a/.b");
    assert_path("/a/b.", 0, "/a/b.");
    assert_path("/a/..b", 0, "/a/..b");
    assert_path("/a/b..", 0, "/a/b..");
    assert_path("/a/../b/../c", 0, "/c");
    assert_path("/a/..;x/b", 0, "/a/..;x/b");
}

/* RFC 3986 5.4.1 and 5.4.2: the reference's path merged with that of http://a/b/c/d;p?q */
static void the_examples_of_the_standard_come_out_as_there(void **state)
{
    static const char *const rows[][2] = {
        {"/b/c/g", "/b/c/g"},
        {"/b/c/./g", "/b/c/g"},
        {"/b/c/g/", "/b/c/g/"},
        {"/b/c/;x", "/b/c/;x"},
        {"/b/c/g;x", "/b/c/g;x"},
        {"/b/c/.", "/b/c/"},
        {"/b/c/./", "/b/c/"},
        {"/b/c/..", "/b/"},
        {"/b/c/../", "/b/"},
        {"/b/c/../g", "/b/g"},
        {"/b/c/../..", "/"},
        {"/b/c/../../", "/"},
        {"/b/c/../../g", "/g"},
        {"/b/c/../../../g", "/g"},
        {"/b/c/../../../../g", "/g"},
        {"/./g", "/g"},
        {"/../g", "/g"},
        {"/b/c/g.", "/b/c/g."},
        {"/b/c/.g", "/b/c/.g"},
        {"/b/c/g..", "/b/c/g.."},
        {"/b/c/..g", "/b/c/..g"},
        {"/b/c/./../g", "/b/g"},
        {"/b/c/./g/.", "/b/c/g/"},
        {"/b/c/g/./h", "/b/c/g/h"},
        {"/b/c/g/../h", "/b/c/h"},
        {"/b/c/g;x=1/./y", "/b/c/g;x=1/y"},
        {"/b/c/g;x=1/../y", "/b/c/y"},
    };
    size_t row;

    (void)state;
    for (row = 0; row < sizeof rows / sizeof rows[0]; row++)
        assert_path(rows[row][0], 0, rows[row][1]);
}

static void escaped_letters_cannot_hide(void **state)
{
    (void)state;
    assert_path("/%61%7E%7a%2D%5f%30", 0, "/a~z-_0");
    assert_path("/a/%2e%2e/b", 0, "/b");
    assert_path("/a/%2E./b", 0, "/b");
    assert_path("/a/.%2e", 0, "/");
    assert_path("/a/%2e", 0, "/a/");
    assert_path("/%2e%2e%2e", 0, "/...");
    assert_path("/%20%c3%a1%3f%23%25", 0, "/%20%C3%A1%3F%23%25");
    assert_path("/%252e%252e", 0, "/%252e%252e");
    assert_path("/%2525", 0, "/%2525");
    assert_path("/\xC3\xA1|\"", 0, "/\xC3\xA1|\"");
}

static void a_nul_misleads_however_it_comes(void **state)
{
    const struct fluxo_span span = {"/a\0b", 4};
    struct fluxo_path path;
    char memory[4];

    (void)state;
    assert_int_equal(fluxo_path_normalise(span, FLUXO_KEEP_ALL & ~FLUXO_KEEP_NUL, memory, &path), FLUXO_FAULT);
    assert_int_equal(path.fault, FLUXO_FAULT_PATH);
    assert_int_equal(path.at, 2);
    assert_int_equal(fluxo_path_normalise(span, FLUXO_KEEP_NUL, memory, &path), FLUXO_DONE);
    assert_memory_equal(path.span.start, span.start, 4);
}

static void what_misleads_is_refused_unless_it_is_kept(void **state)
{
    (void)state;
    assert_no_path("/a%2Fb", 0, FLUXO_FAULT_PATH, 2);
    assert_no_path("/a%2fb", FLUXO_KEEP_ALL & ~FLUXO_KEEP_SLASH, FLUXO_FAULT_PATH, 2);
    assert_path("/a%2fb/..%2f..", FLUXO_KEEP_SLASH, "/a%2Fb/..%2F..");
    assert_no_path("/%4`", 0, FLUXO_FAULT_PERCENT, 1); /* no digit, though its octet is near to some */
    assert_no_path("/%4@", 0, FLUXO_FAULT_PERCENT, 1);
    assert_no_path("/%00", 0, FLUXO_FAULT_PATH, 1);
    assert_no_path("/%00", FLUXO_KEEP_ALL & ~FLUXO_KEEP_NUL, FLUXO_FAULT_PATH, 1);
    assert_path("/%00", FLUXO_KEEP_NUL, "/%00");
    assert_no_path("//", 0, FLUXO_FAULT_PATH, 1);
    assert_no_path("/a//b", FLUXO_KEEP_ALL & ~FLUXO_KEEP_EMPTY, FLUXO_FAULT_PATH, 3);
    assert_no_path("/a///", 0, FLUXO_FAULT_PATH, 3);
    assert_no_path("/..//a", 0, FLUXO_FAULT_PATH, 4);
    assert_path("//", FLUXO_KEEP_EMPTY, "//");
    assert_path("/a//../b", FLUXO_KEEP_EMPTY, "/a/b");
    assert_path("/a/..//b", FLUXO_KEEP_EMPTY, "//b");
    assert_no_path("/a\\..", 0, FLUXO_FAULT_PATH, 2);
    assert_no_path("/%5C", FLUXO_KEEP_ALL & ~FLUXO_KEEP_BACKSLASH, FLUXO_FAULT_PATH, 1);
    assert_no_path("/%5c", 0, FLUXO_FAULT_PATH, 1);
    assert_path("/\\%5c", FLUXO_KEEP_BACKSLASH, "/\\%5C");
    assert_path("/.\\..", FLUXO_KEEP_BACKSLASH, "/.\\..");
}

static void a_bare_percent_sign_completes_no_escape(void **state)
{
    (void)state;
    assert_no_path("/100%", 0, FLUXO_FAULT_PERCENT, 4);
    assert_no_path("/a%4", 0, FLUXO_FAULT_PERCENT, 2);
    assert_no_path("/%4g", FLUXO_KEEP_ALL & ~FLUXO_KEEP_PERCENT, FLUXO_FAULT_PERCENT, 1);
    assert_path("/100%", FLUXO_KEEP_PERCENT, "/100%");
    assert_path("/%%32e", FLUXO_KEEP_PERCENT, "/%%32e");
    assert_path("/%2%65%65", FLUXO_KEEP_PERCENT, "/%2%65e");
    assert_path("/%zz%65", FLUXO_KEEP_PERCENT, "/%zze");
    assert_path("/a/%/%2e%2e", FLUXO_KEEP_PERCENT, "/a/");
    assert_path("/%/..", FLUXO_KEEP_PERCENT, "/");
}

static void a_path_begins_with_a_slash_and_flags_are_flags(void **state)
{
    char memory[8];
    struct fluxo_path path;

    (void)state;
    assert_int_equal(fluxo_path_normalise(span_of("a"), 0, memory, &path), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_path_normalise(span_of("*"), 0, memory, &path), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_path_normalise(span_of("/"), 32, memory, &path), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_path_normalise(span_of(NULL), 0, memory, &path), FLUXO_DONE);
    assert_int_equal(path.span.length, 0);
}

/* The same in steps: all escapes as far as they may go, in a pass of its own; then segments on a stack. */
static void decode_slowly(const char *text, char *out)
{
    for (; *text; text++) {
        unsigned octet;
        if (*text == '%' && sscanf(text + 1, "%2x", &octet) == 1) {
            if (octet < 128 && octet &&
                strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", (int)octet))
                *out++ = (char)octet;
            else
                out += sprintf(out, "%%%02X", octet);
            text += 2;
        } else
            *out++ = *text;
    }
    *out = 0;
}

static void resolve_slowly(char *text, char *out)
{
    char *stack[256];
    int depth = 0, each, is_open = 1;
    char *segment = text + 1, *next;

    for (; segment; segment = next) {
        next = strchr(segment, '/');
        if (next)
            *next++ = 0;
        is_open = strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0;
        if (strcmp(segment, "..") == 0)
            depth -= depth > 0;
        else if (!is_open)
            stack[depth++] = segment;
    }
    *out = 0;
    for (each = 0; each < depth; each++)
        strcat(strcat(out, "/"), stack[each]);
    if (is_open)
        strcat(out, "/");
}

static void random_paths_come_out_as_by_a_slow_reader(void **state)
{
    static const char *const words[] = {"/",   "/",   "/",   ".",   "..",  "/..", "/.",  "%2e", "%2E", "a", "bc",
                                        "%41", "%7e", "%2f", "%00", "%5C", "\\",  "%c3", "%25", ";",   "//"};
    uint32_t random = 524;
    int round;

    (void)state;
    for (round = 0; round < 200000; round++) {
        char text[256] = "/", decoded[512], wanted[512];
        uint32_t count = guarded_random(&random) % 12;
        while (count--)
            strcat(text, words[guarded_random(&random) % (sizeof words / sizeof words[0])]);
        decode_slowly(text, decoded);
        resolve_slowly(decoded, wanted);
        assert_path(text, FLUXO_KEEP_ALL, wanted);
        assert_path(wanted, FLUXO_KEEP_ALL, wanted);
    }
}

/* With any octets: the result is its own normal form, and what is refused would have been kept by some bit. */
static void random_octets_have_one_normal_form(void **state)
{
    static const char alphabet[] = "%%%%%%//..222eEfF05cCab\\\xC3";
    uint32_t random = 622;
    int round;

    (void)state;
    for (round = 0; round < 300000; round++) {
        char text[64] = "/", in_place[64], once[64];
        size_t length = 1 + guarded_random(&random) % 14;
        struct fluxo_path path;
        unsigned keep = guarded_random(&random) % 32;
        while (strlen(text) < length)
            strncat(text, &alphabet[guarded_random(&random) % (sizeof alphabet - 1)], 1);
        path = normalise(text, FLUXO_KEEP_ALL, FLUXO_DONE, in_place);
        snprintf(once, sizeof once, "%.*s", (int)path.span.length, path.span.start);
        assert_path(once, FLUXO_KEEP_ALL, once);
        assert_null(strstr(once, "/./"));
        assert_null(strstr(once, "/../"));
        if (fluxo_path_normalise(span_of(text), keep, in_place, &path) == FLUXO_DONE) {
            assert_text(path.span, once, text);
            assert_true((keep & FLUXO_KEEP_EMPTY) || !strstr(text, "//"));
            assert_true((keep & FLUXO_KEEP_BACKSLASH) || !strchr(text, '\\'));
            assert_true((keep & FLUXO_KEEP_SLASH) || !strstr(once, "%2F"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_comes_in_its_parts),
        cmocka_unit_test(what_is_no_target_is_refused_where_it_ceases_to_be_one),
        cmocka_unit_test(what_the_parser_lets_pass_is_taken_and_noted),
        cmocka_unit_test(nothing_is_no_target),
        cmocka_unit_test(the_value_of_host_comes_in_its_parts),
        cmocka_unit_test(what_is_no_host_is_refused),
        cmocka_unit_test(random_targets_are_taken_as_the_parser_takes_them),
        cmocka_unit_test(random_hosts_are_taken_as_the_parser_takes_them),
        cmocka_unit_test(a_request_stands_for_a_uri),
        cmocka_unit_test(another_host_is_seen_and_may_be_refused),
        cmocka_unit_test(a_host_is_the_same_with_its_unreserved_octets_escaped),
        cmocka_unit_test(a_host_that_is_none_is_refused_and_an_own_name_is_misuse),
        cmocka_unit_test(dot_segments_are_taken_out),
        cmocka_unit_test(the_examples_of_the_standard_come_out_as_there),
        cmocka_unit_test(escaped_letters_cannot_hide),
        cmocka_unit_test(a_nul_misleads_however_it_comes),
        cmocka_unit_test(what_misleads_is_refused_unless_it_is_kept),
        cmocka_unit_test(a_bare_percent_sign_completes_no_escape),
        cmocka_unit_test(a_path_begins_with_a_slash_and_flags_are_flags),
        cmocka_unit_test(random_paths_come_out_as_by_a_slow_reader),
        cmocka_unit_test(random_octets_have_one_normal_form),
    };

    guarded = guarded_open();
    other_guarded = guarded_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
