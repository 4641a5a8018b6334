/* SPDX-License-Identifier: MIT */
/*
 * How this works: one function a rule, named as the rule is, in the order of the message. A rule looks at the octet under the
 * cursor, and takes it or refuses. Nobody returns a failure: what cannot go on, because it is refused or because the input
 * ends, leaves by longjmp for the one place that writes down the ending. So a rule reads as its ABNF does.
 *
 * Who is right when an octet is wrong in several ways: first the limits of a whole section (head, trailers), beyond which
 * nobody looks; then the syntax of the line; then the limits of the line and of its parts; then the grammar of a target or a
 * value. What follows a part that is exactly as long as it may be is not beyond the part's limit.
 */
#include "model.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_END = -1 }; /* what is seen where a field value ends */

/* Where the cursor is, if that says what any octet there may be. */
enum place { IN_ANY_PLACE, IN_TARGET, IN_CHUNK_LINE, IN_VALUE, IN_STEERING_VALUE };

enum coding { CODING_ABSENT, CODING_CHUNKED, CODING_OTHER };

struct message {
    struct fluxo_facts facts;
    size_t lines; /* field lines, trailers included */
    int host_seen;
    int length_seen;
    uint64_t length;
    enum coding last_coding;
    int chunked_seen;
    int close_option, keep_alive_option, upgrade_option, upgrade_offered, continue_expected;
    uint64_t body;     /* octets so far */
    size_t extensions; /* octets so far */
};

struct limit {
    size_t end; /* the first octet beyond */
    unsigned error;
};

static const struct limit no_limit = {SIZE_MAX, FLUXO_ERR_NONE};

struct model {
    const uint8_t *bytes;
    size_t length, at;
    const struct fluxo_options *options;
    const enum fluxo_method *answers;
    size_t answers_left;
    enum fluxo_kind kind;
    struct reading *reading;
    jmp_buf stop;
    enum place place;
    struct limit section, line, part; /* the line's part: a method, a target, a name, extensions */
    struct message message;
    int closing; /* an interim response has said close */
};

/* ---- Records and facts: memory that is kept from reading to reading ---- */

static struct record *records;
static size_t records_room;
static struct fluxo_facts *facts;
static size_t facts_count, facts_room;

static void *grow(void *memory, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return memory;
    *room = *room ? 2 * *room : 1024;
    memory = realloc(memory, *room * size);
    if (!memory)
        abort();
    return memory;
}

static struct record *add_record(struct model *m, unsigned kind, unsigned id)
{
    struct reading *reading = m->reading;
    struct record *record;

    reading->records = records = (struct record *)grow(records, reading->count, &records_room, sizeof *records);
    reading->room = records_room;
    record = &records[reading->count++];
    memset(record, 0, sizeof *record);
    record->kind = (uint8_t)kind;
    record->id = (uint16_t)id;
    return record;
}

static void set_name(struct record *record, size_t from, size_t to)
{
    record->name_at = to > from ? (uint32_t)from : 0;
    record->name_length = (uint32_t)(to - from);
}

static void set_value(struct record *record, size_t from, size_t to)
{
    record->value_at = to > from ? (uint32_t)from : 0;
    record->value_length = (uint32_t)(to - from);
}

static void add_mark(struct model *m, unsigned kind, unsigned id)
{
    add_record(m, kind, id)->name_at = (uint32_t)m->at;
}

static void add_facts(const struct model *m)
{
    facts = (struct fluxo_facts *)grow(facts, facts_count, &facts_room, sizeof *facts);
    facts[facts_count++] = m->message.facts;
}

const struct fluxo_facts *model_facts(size_t *count)
{
    *count = facts_count;
    return facts;
}

/* ---- Octets: RFC 5234 B.1, RFC 9110 5.5 and 5.6, RFC 3986 2 ---- */

enum {
    A_DIGIT = 1,
    A_HEXDIG = 2,
    A_TCHAR = 4,       /* RFC 9110 5.6.2 */
    A_BLANK = 8,       /* SP / HTAB */
    A_TEXT = 16,       /* VCHAR / obs-text / SP / HTAB: what values and reasons are made of */
    A_HOST_CHAR = 32,  /* RFC 3986 3.2.2: unreserved / sub-delims */
    A_PATH_CHAR = 64,  /* RFC 3986 3.3: pchar without pct-encoded, and "/" */
    A_QUERY_CHAR = 128 /* RFC 3986 3.4: the same, and "?" */
};

static uint8_t classes[256];

static void add_range(unsigned kinds, int from, int to)
{
    for (; from <= to; from++)
        classes[from] |= (uint8_t)kinds;
}

static void add_octets(unsigned kinds, const char *octets)
{
    for (; *octets; octets++)
        add_range(kinds, *octets, *octets);
}

static void define_classes(void)
{
    static const unsigned alpha = A_TCHAR | A_HOST_CHAR | A_PATH_CHAR | A_QUERY_CHAR;

    add_range(alpha, 'A', 'Z');
    add_range(alpha, 'a', 'z');
    add_range(alpha | A_DIGIT | A_HEXDIG, '0', '9');
    add_octets(A_HEXDIG, "ABCDEFabcdef");
    add_octets(A_TCHAR, "!#$%&'*+-.^_`|~");
    add_octets(A_BLANK, " \t");
    add_octets(A_TEXT, " \t");
    add_range(A_TEXT, 0x21, 0x7E);
    add_range(A_TEXT, 0x80, 0xFF);
    add_octets(A_HOST_CHAR | A_PATH_CHAR | A_QUERY_CHAR, "-._~!$&'()*+,;=");
    add_octets(A_PATH_CHAR | A_QUERY_CHAR, ":@/");
    add_octets(A_QUERY_CHAR, "?");
}

static int is(int octet, unsigned class)
{
    return octet >= 0 && (classes[octet] & class);
}

static int is_one_of(int octet, const char *octets)
{
    return octet > 0 && strchr(octets, octet) != NULL;
}

static unsigned digit_value(int octet)
{
    return (unsigned)(octet <= '9' ? octet - '0' : (octet | 0x20) - 'a' + 10);
}

static int lower(int octet)
{
    return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
}

/* Without case: RFC 9110 5.1, 7.6.1, RFC 9112 7 */
static int equals(const struct model *m, size_t from, size_t to, const char *name)
{
    size_t at;

    for (at = from; at < to && *name; at++, name++)
        if (lower(m->bytes[at]) != lower(*name))
            return 0;
    return at == to && !*name;
}

/* ---- The cursor ---- */

static _Noreturn void end_reading(struct model *m, enum ending ending, uint64_t offset)
{
    m->reading->ending = ending;
    m->reading->offset = offset;
    longjmp(m->stop, 1);
}

static _Noreturn void refuse(struct model *m, unsigned error, size_t offset)
{
    m->reading->error = error;
    end_reading(m, ENDING_ERROR, offset);
}

static int relaxed(const struct model *m, uint32_t relaxation)
{
    return (m->options->relax & relaxation) != 0;
}

static _Noreturn void refuse_here(struct model *m, unsigned error)
{
    refuse(m, error, m->at);
}

static void check_limits(struct model *m)
{
    if (m->at >= m->line.end)
        refuse_here(m, m->line.error);
    if (m->at >= m->part.end)
        refuse_here(m, m->part.error);
}

/* RFC 9110 5.5: field-vchar / SP / HTAB, or the end of the line. */
static int value_octet(struct model *m, int octet)
{
    if (octet == '\r' || octet == '\n')
        return LINE_END;
    if (!is(octet, A_TEXT) && (octet == 0 || m->place == IN_STEERING_VALUE || !relaxed(m, FLUXO_RELAX_VALUE_CONTROLS)))
        refuse_here(m, FLUXO_ERR_FIELD_VALUE);
    check_limits(m);
    return octet;
}

/* The octet under the cursor. */
static int look(struct model *m)
{
    if (m->at == m->length)
        end_reading(m, ENDING_MORE, m->length);
    if (m->at >= m->section.end)
        refuse_here(m, m->section.error);
    if (m->place == IN_TARGET && is(m->bytes[m->at], A_TEXT) && !is(m->bytes[m->at], A_BLANK))
        check_limits(m);
    if (m->place == IN_CHUNK_LINE && m->bytes[m->at] == '\n')
        refuse_here(m, FLUXO_ERR_LF_WITHOUT_CR);
    return m->place >= IN_VALUE ? value_octet(m, m->bytes[m->at]) : m->bytes[m->at];
}

/* An octet that may stand where it stands. */
static void take(struct model *m)
{
    check_limits(m);
    m->at++;
}

/* So many octets from here. */
static struct limit limit_here(const struct model *m, size_t octets, unsigned error)
{
    struct limit limit = {octets < SIZE_MAX - m->at ? m->at + octets : SIZE_MAX, error};

    return limit;
}

static void take_one(struct model *m, unsigned class, unsigned error)
{
    if (!is(look(m), class))
        refuse_here(m, error);
    take(m);
}

static void take_all(struct model *m, unsigned class)
{
    while (is(look(m), class))
        take(m);
}

static void take_octet(struct model *m, int octet, unsigned error)
{
    if (look(m) != octet)
        refuse_here(m, error);
    take(m);
}

static void take_text(struct model *m, const char *text, unsigned error)
{
    for (; *text; text++)
        take_octet(m, *text, error);
}

/* RFC 9112 2.2: CRLF, and "a recipient MAY recognize a single LF as a line terminator". `error` is for what ends no line. */
static void line_terminator(struct model *m, unsigned error)
{
    if (look(m) == '\n' && !relaxed(m, FLUXO_RELAX_BARE_LF))
        refuse_here(m, FLUXO_ERR_LF_WITHOUT_CR);
    if (look(m) == '\n') {
        take(m);
        return;
    }
    take_octet(m, '\r', error);
    take_octet(m, '\n', FLUXO_ERR_CR_WITHOUT_LF);
}

/* In the last part of a line an LF alone is an end that comes too soon, unless it may be one. */
static unsigned error_or_end(struct model *m, unsigned error)
{
    return look(m) == '\n' && !relaxed(m, FLUXO_RELAX_BARE_LF) ? FLUXO_ERR_LF_WITHOUT_CR : error;
}

/* RFC 9112 3 and 4: "recipients MAY instead parse on whitespace-delimited word boundaries". */
static void further_spaces(struct model *m)
{
    if (relaxed(m, FLUXO_RELAX_START_LINE_SPACES))
        take_all(m, A_BLANK);
}

/* ---- RFC 3986: hosts, as far as RFC 9110 4.1 takes them in. `error` is that of the rule that asks. ---- */

/* RFC 3986 2.1 */
static void pct_encoded(struct model *m, unsigned error)
{
    take_octet(m, '%', error);
    take_one(m, A_HEXDIG, error);
    take_one(m, A_HEXDIG, error);
}

/* RFC 3986 3.2.2 */
static void dec_octet(struct model *m, unsigned error)
{
    unsigned value = 0;

    if (!is(look(m), A_DIGIT))
        refuse_here(m, error);
    do {
        value = 10 * value + digit_value(look(m));
        take(m);
    } while (value && is(look(m), A_DIGIT) && 10 * value + digit_value(look(m)) <= 255);
}

static int is_dec_octet(const struct model *m, size_t from, size_t to)
{
    unsigned value = 0;
    size_t at;

    for (at = from; at < to && is(m->bytes[at], A_DIGIT); at++)
        value = 10 * value + digit_value(m->bytes[at]);
    return at == to && value <= 255 && (to == from + 1 || m->bytes[from] != '0');
}

/* RFC 3986 3.2.2: 1*4HEXDIG */
static void h16(struct model *m, unsigned error)
{
    size_t first = m->at;

    take_one(m, A_HEXDIG, error);
    while (m->at < first + 4 && is(look(m), A_HEXDIG))
        take(m);
}

/* The rest of an IPv4address, whose first dec-octet has been read as a group. */
static void IPv4address_rest(struct model *m, unsigned error)
{
    int dots;

    for (dots = 0; dots < 3; dots++) {
        take_octet(m, '.', error);
        dec_octet(m, error);
    }
}

/*
 * RFC 3986 3.2.2: the nine alternatives of IPv6address are eight groups, or a "::" and seven groups at the most; an IPv4address
 * counts for the last two.
 */
static void IPv6address(struct model *m, unsigned error)
{
    unsigned groups = 0, most = 8;
    size_t first;

    if (look(m) == ':') {
        take_text(m, "::", error);
        most = 7;
    }
    while (most == 8 || look(m) != ']') {
        if (groups == most)
            refuse_here(m, error);
        first = m->at;
        h16(m, error);
        if (look(m) == '.' && is_dec_octet(m, first, m->at) && (groups == 6 ? most == 8 : most == 7 && groups < 6)) {
            IPv4address_rest(m, error);
            return;
        }
        groups++;
        if (look(m) == ']' && (groups == 8 || most == 7))
            return;
        if (groups == most)
            refuse_here(m, error);
        take_octet(m, ':', error);
        if (most == 8 && look(m) == ':') {
            take(m);
            most = 7;
        } else if (look(m) == ']') {
            refuse_here(m, error);
        }
    }
}

/* RFC 3986 3.2.2: "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ) */
static void IPvFuture(struct model *m, unsigned error)
{
    take(m);
    take_one(m, A_HEXDIG, error);
    take_all(m, A_HEXDIG);
    take_octet(m, '.', error);
    do {
        if (look(m) != ':' && !is(look(m), A_HOST_CHAR))
            refuse_here(m, error);
        take(m);
    } while (look(m) != ']');
}

/* RFC 3986 3.2.2 */
static void IP_literal(struct model *m, unsigned error)
{
    take(m);
    if (lower(look(m)) == 'v')
        IPvFuture(m, error);
    else
        IPv6address(m, error);
    take_octet(m, ']', error);
}

/* RFC 3986 3.2.2: *( unreserved / pct-encoded / sub-delims ); every IPv4address is one. */
static void reg_name(struct model *m, unsigned error)
{
    for (;;) {
        if (look(m) == '%')
            pct_encoded(m, error);
        else if (is(look(m), A_HOST_CHAR))
            take(m);
        else
            return;
    }
}

struct authority {
    size_t host_length, port_length;
    int has_port;
    uint32_t port; /* 65536: or more */
};

/* RFC 9110 4.1: uri-host [ ":" port ] */
static struct authority authority(struct model *m, unsigned error)
{
    struct authority authority = {0, 0, 0, 0};
    size_t first = m->at;

    if (look(m) == '[')
        IP_literal(m, error);
    else
        reg_name(m, error);
    authority.host_length = m->at - first;
    if (look(m) != ':')
        return authority;
    take(m);
    authority.has_port = 1;
    for (first = m->at; is(look(m), A_DIGIT); take(m))
        if (authority.port <= 65535)
            authority.port = 10 * authority.port + digit_value(look(m));
    authority.port_length = m->at - first;
    return authority;
}

/* 1 to 65535, and empty only where it may be. */
static int is_port(const struct authority *authority, int may_be_empty)
{
    return authority->port_length ? authority->port >= 1 && authority->port <= 65535 : may_be_empty;
}

/* ---- The request-target: RFC 9112 3.2 ---- */

static int may_stand_in_path(struct model *m, int octet, unsigned class)
{
    if (is(octet, class))
        return 1;
    if (relaxed(m, FLUXO_RELAX_RAW_TARGET) &&
        (is_one_of(octet, "\"<>\\^`{|}") || (class == A_QUERY_CHAR && is_one_of(octet, "[]"))))
        return 1;
    return relaxed(m, FLUXO_RELAX_TARGET_OBS_TEXT) && octet >= 0x80;
}

/* RFC 3986 3.3 and 3.4: as many octets as may stand there. */
static void path_octets(struct model *m, unsigned class)
{
    for (;;) {
        if (look(m) == '%' && !relaxed(m, FLUXO_RELAX_BARE_PERCENT))
            pct_encoded(m, FLUXO_ERR_TARGET);
        else if (look(m) == '%' || may_stand_in_path(m, look(m), class))
            take(m);
        else
            return;
    }
}

/* RFC 9112 3.2.1: absolute-path [ "?" query ], and what is alike of absolute-form */
static void path_and_query(struct model *m)
{
    if (look(m) == '/')
        path_octets(m, A_PATH_CHAR);
    if (look(m) != '?')
        return;
    take(m);
    path_octets(m, A_QUERY_CHAR);
}

/* RFC 9112 3.2.2, RFC 9110 4.2.1 and 4.2.2: "http" [ "s" ] "://" authority path-abempty [ "?" query ] */
static struct authority absolute_form(struct model *m)
{
    const char *scheme;
    struct authority read;

    for (scheme = "http"; *scheme; scheme++) {
        if (lower(look(m)) != *scheme)
            refuse_here(m, FLUXO_ERR_TARGET);
        take(m);
    }
    if (lower(look(m)) == 's')
        take(m);
    take_text(m, "://", FLUXO_ERR_TARGET);
    read = authority(m, FLUXO_ERR_TARGET);
    path_and_query(m);
    return read;
}

/* RFC 9112 3.2.3, RFC 9110 9.3.6: uri-host ":" port */
static unsigned authority_form(struct model *m)
{
    struct authority read = authority(m, FLUXO_ERR_TARGET);

    if (!read.host_length && !read.has_port) /* no target is empty */
        refuse_here(m, FLUXO_ERR_TARGET);
    return read.host_length && is_port(&read, 0) ? FLUXO_ERR_NONE : FLUXO_ERR_TARGET_CONNECT;
}

/* RFC 9112 3.2.4. For other methods than OPTIONS the asterisk itself cannot stand there. */
static void asterisk_form(struct model *m)
{
    if (m->message.facts.method != FLUXO_METHOD_OPTIONS && !relaxed(m, FLUXO_RELAX_ANY_ASTERISK))
        refuse_here(m, FLUXO_ERR_TARGET_ASTERISK);
    take(m);
}

/* RFC 9112 3.2. Returns the rule about the whole target that is broken, or FLUXO_ERR_NONE. */
static unsigned target_form(struct model *m)
{
    struct authority read;

    if (m->message.facts.method == FLUXO_METHOD_CONNECT)
        return authority_form(m);
    if (look(m) == '*') {
        asterisk_form(m);
        return FLUXO_ERR_NONE;
    }
    if (look(m) == '/') {
        path_and_query(m);
        return FLUXO_ERR_NONE;
    }
    read = absolute_form(m);
    return read.host_length && is_port(&read, 1) ? FLUXO_ERR_NONE : FLUXO_ERR_TARGET_AUTHORITY;
}

static void request_target(struct model *m)
{
    size_t first = m->at;
    unsigned broken;

    m->part = limit_here(m, m->options->limits.target, FLUXO_ERR_TARGET_LIMIT);
    m->place = IN_TARGET;
    broken = target_form(m);
    if (look(m) != ' ')
        refuse_here(m, FLUXO_ERR_TARGET);
    m->place = IN_ANY_PLACE;
    m->part = no_limit;
    if (broken && !relaxed(m, FLUXO_RELAX_ANY_AUTHORITY))
        refuse(m, broken, first);
}

/* ---- Start-lines: RFC 9112 2.3, 3, 4 ---- */

/* What is said of an octet that stands in no version. That of a request-line is the last part of its line. */
static unsigned version_error(struct model *m)
{
    return m->kind == FLUXO_REQUEST ? error_or_end(m, FLUXO_ERR_HTTP_VERSION) : FLUXO_ERR_HTTP_VERSION;
}

static unsigned version_digit(struct model *m)
{
    unsigned digit;

    if (!is(look(m), A_DIGIT))
        refuse_here(m, version_error(m));
    digit = digit_value(look(m));
    take(m);
    return digit;
}

/* RFC 9112 2.3, RFC 9110 2.5: HTTP-name "/" DIGIT "." DIGIT */
static void HTTP_version(struct model *m)
{
    const char *text;

    for (text = "HTTP/"; *text; text++)
        take_octet(m, *text, version_error(m));
    if (version_digit(m) != 1 && !relaxed(m, FLUXO_RELAX_ANY_VERSION))
        refuse(m, FLUXO_ERR_HTTP_MAJOR_VERSION, m->at - 1);
    take_octet(m, '.', version_error(m));
    m->message.facts.minor = (uint8_t)version_digit(m);
}

/* RFC 9112 2.3: a higher minor version is treated as the highest that is known. */
static int is_1_0(const struct model *m)
{
    return m->message.facts.minor == 0;
}

static unsigned method_id(const struct model *m, size_t from, size_t to)
{
    static const char *const names[] = {
#define METHOD(id, name, safe, idempotent, section) name,
#include <fluxo/methods.def>
#undef METHOD
    };
    unsigned nth;

    for (nth = 0; nth < sizeof names / sizeof *names; nth++)
        if (strlen(names[nth]) == to - from && memcmp(names[nth], m->bytes + from, to - from) == 0)
            return nth + 1;
    return FLUXO_METHOD_OTHER;
}

/* RFC 9110 9.1: a token */
static void method(struct model *m)
{
    size_t first = m->at;

    m->part = limit_here(m, m->options->limits.method, FLUXO_ERR_METHOD_LIMIT);
    take_one(m, A_TCHAR, FLUXO_ERR_METHOD);
    take_all(m, A_TCHAR);
    m->part = no_limit;
    m->message.facts.method = (uint8_t)method_id(m, first, m->at);
}

/* RFC 9112 3: method SP request-target SP HTTP-version */
static void request_line(struct model *m)
{
    size_t name = m->at, name_end, value, value_end;
    struct record *record;

    method(m);
    name_end = m->at;
    take_octet(m, ' ', FLUXO_ERR_METHOD);
    further_spaces(m);
    value = m->at;
    request_target(m);
    value_end = m->at;
    take(m);
    further_spaces(m);
    HTTP_version(m);
    further_spaces(m);
    line_terminator(m, FLUXO_ERR_HTTP_VERSION);
    record = add_record(m, FLUXO_EVENT_REQUEST_LINE, m->message.facts.method);
    set_name(record, name, name_end);
    set_value(record, value, value_end);
}

/* RFC 9112 4: 3DIGIT */
static void status_code(struct model *m)
{
    int digits;

    for (digits = 0; digits < 3; digits++) {
        if (is(look(m), A_DIGIT))
            m->message.facts.status = (uint16_t)(10 * m->message.facts.status + digit_value(look(m)));
        take_one(m, A_DIGIT, FLUXO_ERR_STATUS_CODE);
    }
}

/* RFC 9112 4: HTTP-version SP status-code SP [ reason-phrase ] */
static void status_line(struct model *m)
{
    size_t name, value, value_end;
    struct record *record;

    HTTP_version(m);
    take_octet(m, ' ', FLUXO_ERR_HTTP_VERSION);
    further_spaces(m);
    name = m->at;
    status_code(m);
    value = value_end = m->at;
    if (look(m) == ' ' || !relaxed(m, FLUXO_RELAX_STATUS_WITHOUT_SPACE)) {
        take_octet(m, ' ', error_or_end(m, FLUXO_ERR_STATUS_CODE));
        value = m->at;
        take_all(m, A_TEXT);
        value_end = m->at;
        line_terminator(m, FLUXO_ERR_REASON_PHRASE);
    } else {
        line_terminator(m, FLUXO_ERR_STATUS_CODE);
    }
    record = add_record(m, FLUXO_EVENT_STATUS_LINE, m->message.facts.status);
    set_name(record, name, name + 3);
    set_value(record, value, value_end);
}

/* RFC 9112 2.2: "SHOULD ignore at least one empty line (CRLF) received prior to the request-line". */
static void empty_lines(struct model *m)
{
    size_t lines;

    for (lines = 0; look(m) == '\r' || look(m) == '\n'; lines++) {
        if (lines == m->options->limits.empty_lines)
            refuse_here(m, FLUXO_ERR_EMPTY_LINES_LIMIT);
        m->reading->finish = FINISH_INCOMPLETE;
        line_terminator(m, FLUXO_ERR_METHOD);
        m->reading->finish = FINISH_CLEAN;
    }
}

/* ---- The values of the fields that steer: what breaks their grammar is refused where it stands ---- */

static void OWS(struct model *m)
{
    take_all(m, A_BLANK);
}

/* What stands behind the OWS behind a value is refused, for there is nothing more to come. */
static void end_of_value(struct model *m, unsigned error)
{
    OWS(m);
    if (look(m) != LINE_END)
        refuse_here(m, error);
}

/* RFC 9110 8.6: 1*DIGIT; no more than 2^63 - 1 */
static uint64_t content_length_number(struct model *m)
{
    static const uint64_t most = INT64_MAX;
    uint64_t number = 0;

    do {
        unsigned digit;
        if (!is(look(m), A_DIGIT))
            refuse_here(m, FLUXO_ERR_CONTENT_LENGTH);
        digit = digit_value(look(m));
        if (number > (most - digit) / 10)
            refuse_here(m, FLUXO_ERR_CONTENT_LENGTH_OVERFLOW);
        number = 10 * number + digit;
        take(m);
    } while (is(look(m), A_DIGIT));
    return number;
}

/*
 * RFC 9110 8.6 and 9112 6.3 rule 5: one number, and no second; or, if that may pass, "a comma-separated list, all values in the
 * list are valid, and all values in the list are the same".
 */
static void Content_Length(struct model *m)
{
    struct message *message = &m->message;
    int list = relaxed(m, FLUXO_RELAX_EQUAL_LENGTHS);
    size_t first = m->at;

    for (;;) {
        uint64_t number = content_length_number(m);
        if (look(m) != LINE_END && !is(look(m), A_BLANK) && !(list && look(m) == ','))
            refuse_here(m, FLUXO_ERR_CONTENT_LENGTH);
        if (message->length_seen && message->length != number)
            refuse(m, FLUXO_ERR_CONTENT_LENGTH_REPEATED, first);
        message->length_seen = 1;
        message->length = number;
        OWS(m);
        if (!list || look(m) != ',')
            break;
        take(m);
        OWS(m);
    }
    end_of_value(m, FLUXO_ERR_CONTENT_LENGTH);
}

/* RFC 9110 5.6.2, as a part of Transfer-Encoding */
static void token(struct model *m, unsigned error)
{
    take_one(m, A_TCHAR, error);
    take_all(m, A_TCHAR);
}

/* RFC 9110 5.6.4: DQUOTE *( qdtext / quoted-pair ) DQUOTE */
static void quoted_string(struct model *m, unsigned error)
{
    take_octet(m, '"', error);
    while (look(m) != '"') {
        if (look(m) == '\\')
            take(m);
        take_one(m, A_TEXT, error);
    }
    take(m);
}

/* RFC 9110 10.1.4: token BWS "=" BWS ( token / quoted-string ) */
static void transfer_parameter(struct model *m)
{
    token(m, FLUXO_ERR_TRANSFER_ENCODING);
    OWS(m);
    take_octet(m, '=', FLUXO_ERR_TRANSFER_ENCODING);
    OWS(m);
    if (look(m) == '"')
        quoted_string(m, FLUXO_ERR_TRANSFER_ENCODING);
    else
        token(m, FLUXO_ERR_TRANSFER_ENCODING);
}

/* RFC 9112 7.1 and 7.2: those that define no parameters; in lower case */
static int is_known_coding(const struct model *m, size_t from, size_t to)
{
    static const char *const names[] = {"chunked", "compress", "deflate", "gzip", "x-compress", "x-gzip"};
    size_t nth;

    for (nth = 0; nth < sizeof names / sizeof *names; nth++)
        if (equals(m, from, to, names[nth]))
            return 1;
    return 0;
}

/* The policy: no coding that is not understood in a request, identity nowhere. */
static int is_refused_coding(const struct model *m, size_t from, size_t to)
{
    return m->kind == FLUXO_REQUEST ? !is_known_coding(m, from, to) : equals(m, from, to, "identity");
}

/* RFC 9112 6.1: chunked "MUST NOT" come twice, and is the last one of a request. `first` is the value's first octet. */
static void judge_coding(struct model *m, size_t first, size_t from, size_t to)
{
    struct message *message = &m->message;
    int is_chunked = equals(m, from, to, "chunked");

    if (is_refused_coding(m, from, to))
        refuse(m, FLUXO_ERR_TRANSFER_CODING_UNKNOWN, first);
    if (message->chunked_seen && (is_chunked || m->kind == FLUXO_REQUEST))
        refuse(m, FLUXO_ERR_CHUNKED_NOT_LAST, first);
    message->chunked_seen |= is_chunked;
    message->last_coding = is_chunked ? CODING_CHUNKED : CODING_OTHER;
}

/* RFC 9110 10.1.4: token *( OWS ";" OWS transfer-parameter ) */
static void transfer_coding(struct model *m, size_t first)
{
    size_t from = m->at, to;

    token(m, FLUXO_ERR_TRANSFER_ENCODING);
    to = m->at;
    if (look(m) != LINE_END && !is(look(m), A_BLANK) && !is_one_of(look(m), ";,"))
        refuse_here(m, FLUXO_ERR_TRANSFER_ENCODING);
    judge_coding(m, first, from, to);
    for (OWS(m); look(m) == ';'; OWS(m)) {
        if (is_known_coding(m, from, to))
            refuse(m, FLUXO_ERR_TRANSFER_CODING_PARAMETER, first);
        take(m);
        OWS(m);
        transfer_parameter(m);
    }
}

/* RFC 9112 6.1: transfer-coding *( OWS "," OWS transfer-coding ), and by the policy no empty element */
static void Transfer_Encoding(struct model *m)
{
    size_t first = m->at;

    transfer_coding(m, first);
    while (look(m) == ',') {
        take(m);
        OWS(m);
        transfer_coding(m, first);
    }
    end_of_value(m, FLUXO_ERR_TRANSFER_ENCODING);
}

/* RFC 9110 7.2: uri-host [ ":" port ]; empty where the target has no authority */
static void Host(struct model *m)
{
    size_t first = m->at;
    struct authority read = authority(m, FLUXO_ERR_HOST);

    end_of_value(m, FLUXO_ERR_HOST);
    if (read.has_port && (!read.host_length || !is_port(&read, 1)))
        refuse(m, FLUXO_ERR_HOST, first);
}

/* RFC 9110 5.5: whatever may stand in a value */
static void any_value(struct model *m)
{
    while (look(m) != LINE_END)
        take(m);
}

/* ---- Field lines: RFC 9112 5 ---- */

/* RFC 9112 6.3 rule 2: "a client MUST ignore any Content-Length or Transfer-Encoding header fields received in such a message"
 */
static int is_tunnel(const struct model *m)
{
    return m->kind == FLUXO_RESPONSE && *m->answers == FLUXO_METHOD_CONNECT && m->message.facts.status / 100 == 2;
}

/* A second line of a field that may come only once is refused with its value, whatever that is. */
static void check_repeated(struct model *m, unsigned field)
{
    const struct message *message = &m->message;

    if (look(m) == 0) /* begins no value at all */
        return;
    if (field == FLUXO_FIELD_HOST && message->host_seen)
        refuse(m, FLUXO_ERR_HOST_REPEATED, m->at);
    if (field == FLUXO_FIELD_CONTENT_LENGTH && message->length_seen && !relaxed(m, FLUXO_RELAX_EQUAL_LENGTHS))
        refuse(m, FLUXO_ERR_CONTENT_LENGTH_REPEATED, m->at);
}

/* The field whose grammar the value must keep, or FLUXO_FIELD_OTHER. */
static unsigned field_with_grammar(const struct model *m, unsigned field)
{
    if (field == FLUXO_FIELD_HOST && m->kind == FLUXO_REQUEST && !relaxed(m, FLUXO_RELAX_ANY_HOST))
        return field;
    if ((field == FLUXO_FIELD_CONTENT_LENGTH || field == FLUXO_FIELD_TRANSFER_ENCODING) && !is_tunnel(m))
        return field;
    return FLUXO_FIELD_OTHER;
}

static void value_by_grammar(struct model *m, unsigned field)
{
    if (field == FLUXO_FIELD_HOST)
        Host(m);
    else if (field == FLUXO_FIELD_CONTENT_LENGTH)
        Content_Length(m);
    else if (field == FLUXO_FIELD_TRANSFER_ENCODING)
        Transfer_Encoding(m);
    else
        any_value(m);
}

/* RFC 9112 5.1: "OWS occurring before the first non-whitespace octet of the field line value, or after the last" is no part. */
static size_t without_blanks(const struct model *m, size_t from, size_t to)
{
    while (to > from && is(m->bytes[to - 1], A_BLANK))
        to--;
    return to;
}

/* RFC 9110 5.6.4: where the quoted string that begins at `from` ends; one that does not is all the rest. */
static size_t end_of_quoted(const struct model *m, size_t from, size_t to)
{
    for (from++; from < to && m->bytes[from] != '"'; from++)
        if (m->bytes[from] == '\\')
            from++;
    return from < to ? from : to - 1;
}

/* RFC 9110 5.6.1.2: whether a list of options has that one; of what cannot be read, nothing is meant. */
static int list_has(const struct model *m, size_t from, size_t to, const char *name, int may_be_quoted)
{
    size_t end;

    for (; from <= to; from = end + 1) {
        for (end = from; end < to && m->bytes[end] != ','; end++)
            if (may_be_quoted && m->bytes[end] == '"')
                end = end_of_quoted(m, end, to);
        while (from < end && is(m->bytes[from], A_BLANK))
            from++;
        if (equals(m, from, without_blanks(m, from, end), name))
            return 1;
    }
    return 0;
}

/* RFC 9110 7.6.1, 7.8, 10.1.1: what a line of the head says of the connection */
static void note_field(struct model *m, unsigned field, size_t from, size_t to)
{
    struct message *message = &m->message;

    if (field == FLUXO_FIELD_HOST)
        message->host_seen = 1;
    if (field == FLUXO_FIELD_CONNECTION) {
        message->close_option |= list_has(m, from, to, "close", 0);
        message->keep_alive_option |= list_has(m, from, to, "keep-alive", 0);
        message->upgrade_option |= list_has(m, from, to, "upgrade", 0);
    }
    if (field == FLUXO_FIELD_UPGRADE)
        message->upgrade_offered |= to > from;
    if (field == FLUXO_FIELD_EXPECT)
        message->continue_expected |= list_has(m, from, to, "100-continue", 1);
}

/* The field of that name if it steers the parser. */
static unsigned steering_field(const struct model *m, size_t from, size_t to)
{
    static const struct {
        const char *name;
        int steers;
    } rows[] = {
#define FIELD(id, name, steers, section) {name, steers},
#include <fluxo/fields.def>
#undef FIELD
    };
    unsigned nth;

    for (nth = 0; nth < sizeof rows / sizeof *rows; nth++)
        if (rows[nth].steers && equals(m, from, to, rows[nth].name))
            return nth + 1;
    return FLUXO_FIELD_OTHER;
}

/* RFC 9110 5.1: a token */
static unsigned field_name(struct model *m)
{
    size_t first = m->at;

    m->part = limit_here(m, m->options->limits.field_name, FLUXO_ERR_FIELD_NAME_LIMIT);
    take_all(m, A_TCHAR);
    m->part = no_limit;
    return steering_field(m, first, m->at);
}

/* RFC 9112 5.1: "No whitespace is allowed between the field name and colon." */
static void colon(struct model *m)
{
    int may_be_blank = m->kind == FLUXO_RESPONSE && relaxed(m, FLUXO_RELAX_SPACE_BEFORE_COLON);

    if (is(look(m), A_BLANK) && !may_be_blank)
        refuse_here(m, FLUXO_ERR_SPACE_BEFORE_COLON);
    take_all(m, A_BLANK);
    take_octet(m, ':', FLUXO_ERR_FIELD_NAME);
}

/* RFC 9112 5: OWS field-value OWS, and the line's end. Returns where the value ends. */
static size_t field_value(struct model *m, unsigned field, unsigned grammar)
{
    size_t first = m->at, end;

    m->place = field ? IN_STEERING_VALUE : IN_VALUE;
    value_by_grammar(m, grammar);
    m->place = IN_ANY_PLACE;
    end = without_blanks(m, first, m->at);
    m->line = no_limit;
    line_terminator(m, FLUXO_ERR_FIELD_VALUE);
    return end;
}

static void begin_line(struct model *m)
{
    if (m->message.lines == m->options->limits.fields)
        refuse_here(m, FLUXO_ERR_FIELDS_LIMIT);
    m->message.lines++;
    m->line = limit_here(m, m->options->limits.field_line, FLUXO_ERR_FIELD_LINE_LIMIT);
}

/* RFC 9112 5: field-name ":" OWS field-value OWS. Returns the field if it steers. */
static unsigned field_line(struct model *m, unsigned kind)
{
    size_t name = m->at, name_end, value, value_end;
    struct record *record;
    unsigned field;

    if (!is(look(m), A_TCHAR))
        refuse_here(m, FLUXO_ERR_FIELD_NAME);
    begin_line(m);
    field = field_name(m);
    name_end = m->at;
    colon(m);
    OWS(m);
    if (kind == FLUXO_EVENT_FIELD)
        check_repeated(m, field_with_grammar(m, field));
    value = m->at;
    value_end = field_value(m, field, kind == FLUXO_EVENT_FIELD ? field_with_grammar(m, field) : FLUXO_FIELD_OTHER);
    if (kind == FLUXO_EVENT_FIELD)
        note_field(m, field, value, value_end);
    record = add_record(m, kind, field);
    set_name(record, name, name_end);
    set_value(record, value, value_end);
    return field;
}

/* RFC 9112 5.2: obs-fold = OWS CRLF RWS; what steers is never folded. */
static void obs_fold(struct model *m, unsigned kind, unsigned field)
{
    size_t value, value_end;
    struct record *record;

    if (field || !relaxed(m, FLUXO_RELAX_OBS_FOLD))
        refuse_here(m, FLUXO_ERR_OBS_FOLD);
    begin_line(m);
    OWS(m);
    value = m->at;
    value_end = field_value(m, FLUXO_FIELD_OTHER, FLUXO_FIELD_OTHER);
    record = add_record(m, kind, FLUXO_FIELD_OTHER);
    record->flags = FLUXO_EVENT_FOLD;
    set_value(record, value, value_end);
}

/* RFC 9112 2.1 and 7.1.2: *( field-line CRLF ) CRLF */
static void field_section(struct model *m, unsigned kind)
{
    unsigned field = FLUXO_FIELD_OTHER;

    /* RFC 9112 2.2: no "whitespace between the start-line and the first header field" */
    if (is(look(m), A_BLANK))
        refuse_here(m, FLUXO_ERR_SPACE_BEFORE_FIELDS);
    while (look(m) != '\r' && look(m) != '\n') {
        if (is(look(m), A_BLANK))
            obs_fold(m, kind, field);
        else
            field = field_line(m, kind);
    }
    line_terminator(m, FLUXO_ERR_FIELD_NAME);
}

/* ---- What the head says: RFC 9112 6.3 and 9.3 ---- */

/* RFC 9112 3.2: "any HTTP/1.1 request message that lacks a Host header field" */
static void check_host(struct model *m)
{
    if (m->kind == FLUXO_REQUEST && !is_1_0(m) && !m->message.host_seen && !relaxed(m, FLUXO_RELAX_NO_HOST))
        refuse_here(m, FLUXO_ERR_HOST_MISSING);
}

/* RFC 9112 6.1: "A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field MUST treat
   the message as if the framing is faulty". */
static void check_coding_in_1_0(struct model *m)
{
    if (m->message.last_coding == CODING_ABSENT || !is_1_0(m) || is_tunnel(m))
        return;
    if (!relaxed(m, FLUXO_RELAX_CODING_IN_1_0))
        refuse_here(m, FLUXO_ERR_TRANSFER_ENCODING_IN_1_0);
    m->message.close_option = 1;
}

/* RFC 9112 6.3 rule 1 */
static int has_no_body(const struct model *m)
{
    unsigned status = m->message.facts.status;

    return m->kind == FLUXO_RESPONSE &&
           (*m->answers == FLUXO_METHOD_HEAD || status / 100 == 1 || status == 204 || status == 304);
}

/* RFC 9112 6.3 rule 4 */
static unsigned framing_by_coding(struct model *m)
{
    if (m->message.last_coding == CODING_CHUNKED)
        return FLUXO_FRAMING_CHUNKED;
    if (m->kind == FLUXO_REQUEST)
        refuse_here(m, FLUXO_ERR_CHUNKED_NOT_LAST);
    return FLUXO_FRAMING_CLOSE;
}

/* RFC 9110 9.3.6: "A CONNECT request message does not have content." */
static void check_connect(struct model *m)
{
    const struct message *message = &m->message;

    if (message->facts.method == FLUXO_METHOD_CONNECT && (message->last_coding != CODING_ABSENT || message->length > 0))
        refuse_here(m, FLUXO_ERR_CONNECT_WITH_BODY);
}

/* RFC 9112 6.3, rule by rule */
static unsigned decide_framing(struct model *m)
{
    struct message *message = &m->message;

    check_coding_in_1_0(m);
    if (has_no_body(m) || is_tunnel(m)) /* rules 1 and 2 */
        return FLUXO_FRAMING_NONE;
    if (message->last_coding != CODING_ABSENT && message->length_seen) { /* rule 3 */
        if (!relaxed(m, FLUXO_RELAX_LENGTH_WITH_CODING))
            refuse_here(m, FLUXO_ERR_TRANSFER_ENCODING_AND_LENGTH);
        message->close_option = 1;
    }
    check_connect(m);
    if (message->last_coding != CODING_ABSENT) /* rule 4 */
        return framing_by_coding(m);
    if (message->length_seen) { /* rule 6; rule 5 is Content_Length's */
        if (message->length > m->options->limits.body)
            refuse_here(m, FLUXO_ERR_BODY_LIMIT);
        message->facts.length = message->length;
        return FLUXO_FRAMING_LENGTH;
    }
    return m->kind == FLUXO_REQUEST ? FLUXO_FRAMING_NONE : FLUXO_FRAMING_CLOSE; /* rules 7 and 8 */
}

/* RFC 9110 15.2; 101 is the last word in HTTP. */
static int is_interim(const struct model *m)
{
    return m->kind == FLUXO_RESPONSE && m->message.facts.status / 100 == 1 && m->message.facts.status != 101;
}

/* RFC 9112 9.3: close wins, HTTP/1.1 persists, HTTP/1.0 with keep-alive. An interim response ends nothing. */
static int persists(const struct model *m)
{
    const struct message *message = &m->message;

    if (is_interim(m))
        return 1;
    if (message->close_option || m->closing || message->facts.framing == FLUXO_FRAMING_CLOSE)
        return 0;
    return !is_1_0(m) || message->keep_alive_option;
}

/* RFC 9110 7.8: "A server MUST ignore an Upgrade header field that is received in an HTTP/1.0 request"; it needs its option. */
static int offers_upgrade(const struct model *m)
{
    return !is_1_0(m) && m->message.upgrade_option && m->message.upgrade_offered;
}

static void decide(struct model *m)
{
    struct fluxo_facts *known = &m->message.facts;

    check_host(m);
    known->framing = (uint8_t)decide_framing(m);
    known->keep_alive = (uint8_t)persists(m);
    known->upgrade = (uint8_t)(m->kind == FLUXO_REQUEST ? offers_upgrade(m) : known->status == 101);
    known->expect_continue = (uint8_t)(m->kind == FLUXO_REQUEST && !is_1_0(m) && m->message.continue_expected);
    if (is_interim(m))
        m->closing |= m->message.close_option;
}

/* ---- Bodies: RFC 9112 6.2, 6.3, 7.1 ---- */

/* So many octets of content; where fewer are there, they are the last. */
static void body_octets(struct model *m, uint64_t wanted)
{
    uint64_t allowed = m->options->limits.body - m->message.body;
    size_t there = m->length - m->at, read;

    if (there > wanted)
        there = (size_t)wanted;
    read = there > allowed ? (size_t)allowed : there;
    if (read)
        set_value(add_record(m, FLUXO_EVENT_BODY, 0), m->at, m->at + read);
    m->at += read;
    m->message.body += read;
    if (read < there)
        refuse_here(m, FLUXO_ERR_BODY_LIMIT);
    if (read < wanted)
        end_reading(m, ENDING_MORE, m->length);
}

/* RFC 9112 6.3 rule 8 */
static void body_until_close(struct model *m)
{
    m->reading->finish = FINISH_COMPLETE;
    body_octets(m, UINT64_MAX);
}

/* RFC 9112 7.1: 1*HEXDIG; 16 of them at the most, and no more than 2^63 - 1 */
static uint64_t chunk_size(struct model *m)
{
    uint64_t size = 0;
    unsigned digits = 0;

    do {
        if (!is(look(m), A_HEXDIG))
            refuse_here(m, FLUXO_ERR_CHUNK_SIZE);
        if (digits == 16 || size > INT64_MAX / 16)
            refuse_here(m, FLUXO_ERR_CHUNK_SIZE_OVERFLOW);
        size = 16 * size + digit_value(look(m));
        digits++;
        take(m);
    } while (is(look(m), A_HEXDIG));
    return size;
}

/* RFC 9112 7.1.1: chunk-ext-name [ BWS "=" BWS chunk-ext-val ], the BWS behind it included. Returns whether it ends in BWS. */
static int chunk_extension(struct model *m)
{
    token(m, FLUXO_ERR_CHUNK_EXT);
    if (!is(look(m), A_BLANK) && look(m) != '=')
        return 0;
    OWS(m);
    if (look(m) != '=')
        return 1;
    take(m);
    OWS(m);
    if (look(m) == '"')
        quoted_string(m, FLUXO_ERR_CHUNK_EXT);
    else
        token(m, FLUXO_ERR_CHUNK_EXT);
    if (!is(look(m), A_BLANK))
        return 0;
    OWS(m);
    return 1;
}

/* RFC 9112 7.1.1: *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) */
static void chunk_ext(struct model *m)
{
    int blank = is(look(m), A_BLANK);

    if (!blank && look(m) != ';')
        return;
    m->part = limit_here(m, m->options->limits.extensions - m->message.extensions, FLUXO_ERR_EXTENSIONS_LIMIT);
    OWS(m);
    while (blank || look(m) == ';') {
        take_octet(m, ';', FLUXO_ERR_CHUNK_EXT);
        OWS(m);
        blank = chunk_extension(m);
    }
    m->part = no_limit;
    if (look(m) != '\r')
        refuse_here(m, FLUXO_ERR_CHUNK_EXT);
}

/* RFC 9112 7.1: chunk-size [ chunk-ext ] CRLF, of a chunk or the last one */
static uint64_t chunk_line(struct model *m)
{
    size_t first = m->at, ext, end;
    struct record *record;
    uint64_t size;

    m->place = IN_CHUNK_LINE;
    size = chunk_size(m);
    ext = m->at;
    chunk_ext(m);
    end = m->at;
    m->message.extensions += end - ext;
    take_octet(m, '\r', FLUXO_ERR_CHUNK_SIZE);
    m->place = IN_ANY_PLACE;
    take_octet(m, '\n', FLUXO_ERR_CR_WITHOUT_LF);
    if (m->options->flags & FLUXO_CHUNKS) {
        record = add_record(m, FLUXO_EVENT_CHUNK, 0);
        set_name(record, first, ext);
        set_value(record, ext, end);
    }
    return size;
}

/* RFC 9112 7.1.2; the CRLF of an empty one is within any limit. */
static void trailer_section(struct model *m)
{
    size_t limit = m->options->limits.trailers;

    m->section = limit_here(m, limit > 2 ? limit : 2, FLUXO_ERR_TRAILERS_LIMIT);
    field_section(m, FLUXO_EVENT_TRAILER);
    m->section = no_limit;
}

/* RFC 9112 7.1: *chunk last-chunk trailer-section CRLF */
static void chunked_body(struct model *m)
{
    uint64_t size;

    while ((size = chunk_line(m)) > 0) {
        body_octets(m, size);
        take_text(m, "\r\n", FLUXO_ERR_CHUNK_DATA_END);
    }
    trailer_section(m);
}

static void message_body(struct model *m)
{
    if (m->message.facts.framing == FLUXO_FRAMING_LENGTH)
        body_octets(m, m->message.length);
    if (m->message.facts.framing == FLUXO_FRAMING_CHUNKED)
        chunked_body(m);
    if (m->message.facts.framing == FLUXO_FRAMING_CLOSE)
        body_until_close(m);
}

/* ---- Messages: RFC 9112 2.1 ---- */

/* start-line CRLF *( field-line CRLF ) CRLF */
static void head(struct model *m)
{
    m->section = limit_here(m, m->options->limits.head, FLUXO_ERR_HEAD_LIMIT);
    m->reading->finish = FINISH_CLEAN;
    if (m->kind == FLUXO_REQUEST)
        empty_lines(m);
    look(m);
    m->reading->finish = FINISH_INCOMPLETE;
    if (m->kind == FLUXO_REQUEST)
        request_line(m);
    else
        status_line(m);
    add_facts(m);
    field_section(m, FLUXO_EVENT_FIELD);
    m->section = no_limit;
    decide(m);
    add_mark(m, FLUXO_EVENT_HEAD, m->message.facts.framing);
    facts[facts_count - 1] = m->message.facts;
}

/* RFC 9110 9.3.6 and 15.2.2, RFC 9112 6.3 rule 2 */
static int switches(const struct model *m)
{
    if (m->kind == FLUXO_REQUEST)
        return m->message.facts.method == FLUXO_METHOD_CONNECT;
    return m->message.facts.status == 101 || is_tunnel(m);
}

/* RFC 9112 9.2: responses answer in order; 9110 15.2: an interim response does not answer yet. */
static void answer(struct model *m)
{
    if (m->kind == FLUXO_RESPONSE && !is_interim(m) && m->answers_left > 1) {
        m->answers++;
        m->answers_left--;
    }
}

static void HTTP_message(struct model *m)
{
    memset(&m->message, 0, sizeof m->message);
    head(m);
    message_body(m);
    add_mark(m, FLUXO_EVENT_MESSAGE, 0);
    if (switches(m))
        end_reading(m, ENDING_SWITCHED, m->at);
    if (!m->message.facts.keep_alive)
        end_reading(m, ENDING_CLOSED, m->at);
    answer(m);
}

static void read_all(struct model *m)
{
    if (setjmp(m->stop) != 0)
        return;
    for (;;)
        HTTP_message(m);
}

void model_read_answers(struct reading *reading, enum fluxo_kind kind, const struct fluxo_options *options,
                        const enum fluxo_method *answers, size_t count, const void *bytes, size_t length)
{
    struct model m;

    if (!classes['A'])
        define_classes();
    memset(reading, 0, sizeof *reading);
    facts_count = 0;
    memset(&m, 0, sizeof m);
    m.bytes = (const uint8_t *)bytes;
    m.length = length;
    m.options = options;
    m.answers = answers;
    m.answers_left = count;
    m.kind = kind;
    m.reading = reading;
    m.section = m.line = m.part = no_limit;
    read_all(&m);
    if (reading->ending != ENDING_MORE)
        reading->finish = FINISH_CLEAN;
}

void model_read(struct reading *reading, enum fluxo_kind kind, const struct fluxo_options *options, enum fluxo_method answers,
                const void *bytes, size_t length)
{
    model_read_answers(reading, kind, options, &answers, 1, bytes, length);
}
