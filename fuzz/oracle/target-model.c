/* SPDX-License-Identifier: MIT */
/*
 * How this works: a reader goes along the text, one function a rule of RFC 3986 appendix A. Where no rule can go on, it notes
 * how far the text could be read: the furthest such place, over all alternatives, is the first byte that cannot stand there,
 * since each beginning of a rule has some end.
 */
#include "target-model.h"

#include <string.h>

struct reader {
    const char *text;
    size_t length, at, far; /* `far`: the furthest byte that some rule would not have */
};

/* ---- RFC 5234, RFC 3986 2: characters ---- */

static int is_ALPHA(int octet)
{
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
}

static int is_DIGIT(int octet)
{
    return octet >= '0' && octet <= '9';
}

static int is_HEXDIG(int octet)
{
    return is_DIGIT(octet) || (octet >= 'A' && octet <= 'F') || (octet >= 'a' && octet <= 'f');
}

static int is_one_of(int octet, const char *set)
{
    return octet > 0 && strchr(set, octet) != NULL;
}

static int is_unreserved(int octet)
{
    return is_ALPHA(octet) || is_DIGIT(octet) || is_one_of(octet, "-._~");
}

static int is_sub_delims(int octet)
{
    return is_one_of(octet, "!$&'()*+,;=");
}

static int lower(int octet)
{
    return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
}

static int value_of_HEXDIG(int octet)
{
    return is_DIGIT(octet) ? octet - '0' : lower(octet) - 'a' + 10;
}

/* ---- The reader ---- */

static struct reader read_span(struct fluxo_span span)
{
    struct reader reader = {span.start, span.length, 0, 0};

    return reader;
}

/* The octet at a place, or -1 behind the end. */
static int peek(const struct reader *reader, size_t at)
{
    return at < reader->length ? (unsigned char)reader->text[at] : -1;
}

static int refuse(struct reader *reader, size_t at)
{
    if (at > reader->far)
        reader->far = at;
    return 0;
}

/* One octet, in any case of letters, as ABNF has it. */
static int take(struct reader *reader, char octet)
{
    if (lower(peek(reader, reader->at)) != lower((unsigned char)octet))
        return refuse(reader, reader->at);
    reader->at++;
    return 1;
}

static int take_text(struct reader *reader, const char *text)
{
    for (; *text; text++)
        if (!take(reader, *text))
            return 0;
    return 1;
}

static struct fluxo_span span_from(const struct reader *reader, size_t from)
{
    struct fluxo_span span = {reader->text + from, reader->at - from};

    return span;
}

static int is_escape(const struct reader *reader, size_t at)
{
    return peek(reader, at) == '%' && is_HEXDIG(peek(reader, at + 1)) && is_HEXDIG(peek(reader, at + 2));
}

/* ---- RFC 3986 3.2.2: host ---- */

static int dec_octet(struct reader *reader)
{
    int value = 0;
    size_t digits = 0;

    while (digits < 3 && is_DIGIT(peek(reader, reader->at + digits)) && !(digits && value == 0) &&
           value * 10 + peek(reader, reader->at + digits) - '0' <= 255) {
        value = value * 10 + peek(reader, reader->at + digits) - '0';
        digits++;
    }
    reader->at += digits;
    return digits ? 1 : refuse(reader, reader->at);
}

static int IPv4address(struct reader *reader)
{
    return dec_octet(reader) && take(reader, '.') && dec_octet(reader) && take(reader, '.') && dec_octet(reader) &&
           take(reader, '.') && dec_octet(reader);
}

static int h16(struct reader *reader)
{
    size_t from = reader->at;

    while (reader->at - from < 4 && is_HEXDIG(peek(reader, reader->at)))
        reader->at++;
    return reader->at > from ? 1 : refuse(reader, reader->at);
}

static int ls32(struct reader *reader)
{
    size_t from = reader->at;

    if (h16(reader) && take(reader, ':') && h16(reader) && take(reader, ']'))
        return 1;
    reader->at = from;
    return IPv4address(reader) && take(reader, ']');
}

static int groups(struct reader *reader, int count)
{
    while (count--)
        if (!h16(reader) || !take(reader, ':'))
            return 0;
    return 1;
}

/* `before` groups, "::", `behind` groups with a colon each, and what the line of the ABNF ends with; then "]". */
static int compressed(struct reader *reader, int before, int behind, char ends_with)
{
    if (before && !(groups(reader, before - 1) && h16(reader)))
        return 0;
    if (!take_text(reader, "::") || !groups(reader, behind))
        return 0;
    if (ends_with == 'l')
        return ls32(reader);
    return (ends_with != 'h' || h16(reader)) && take(reader, ']');
}

/* With the bracket behind it. */
static int IPv6address(struct reader *reader)
{
    static const struct {
        int most_before, behind;
        char ends_with; /* ls32, h16, or nothing */
    } lines[] = {{0, 5, 'l'}, {1, 4, 'l'}, {2, 3, 'l'}, {3, 2, 'l'}, {4, 1, 'l'}, {5, 0, 'l'}, {6, 0, 'h'}, {7, 0, 0}};
    size_t from = reader->at, line;
    int before;

    if (groups(reader, 6) && ls32(reader))
        return 1;
    for (line = 0; line < sizeof lines / sizeof lines[0]; line++)
        for (before = 0; before <= lines[line].most_before; before++) {
            reader->at = from;
            if (compressed(reader, before, lines[line].behind, lines[line].ends_with))
                return 1;
        }
    return 0;
}

static int IPvFuture(struct reader *reader)
{
    size_t from;

    if (!take(reader, 'v'))
        return 0;
    for (from = reader->at; is_HEXDIG(peek(reader, reader->at));)
        reader->at++;
    if (reader->at == from || !take(reader, '.'))
        return refuse(reader, reader->at);
    for (from = reader->at;
         is_unreserved(peek(reader, reader->at)) || is_sub_delims(peek(reader, reader->at)) || peek(reader, reader->at) == ':';)
        reader->at++;
    return reader->at > from ? take(reader, ']') : refuse(reader, reader->at);
}

static int reg_name(struct reader *reader)
{
    for (;;) {
        int octet = peek(reader, reader->at);
        if (is_unreserved(octet) || is_sub_delims(octet))
            reader->at++;
        else if (is_escape(reader, reader->at))
            reader->at += 3;
        else if (octet == '%')
            return refuse(reader, reader->at + (is_HEXDIG(peek(reader, reader->at + 1)) ? 2 : 1));
        else
            return 1;
    }
}

static int is_IPv4address(struct fluxo_span host)
{
    struct reader reader = read_span(host);

    return IPv4address(&reader) && reader.at == reader.length;
}

static int host(struct reader *reader, struct fluxo_authority *out)
{
    size_t from = reader->at;
    int is_name = peek(reader, from) != '[';

    if (is_name) {
        if (!reg_name(reader))
            return 0;
    } else {
        reader->at++;
        out->kind = lower(peek(reader, reader->at)) == 'v' ? FLUXO_HOST_FUTURE : FLUXO_HOST_IPV6;
        if (!(out->kind == FLUXO_HOST_FUTURE ? IPvFuture(reader) : IPv6address(reader)))
            return 0;
    }
    out->host = span_from(reader, from);
    if (is_name)
        out->kind = is_IPv4address(out->host) ? FLUXO_HOST_IPV4 : FLUXO_HOST_NAME;
    return 1;
}

/* ---- RFC 3986 3.2: authority, without userinfo. `port`: its number; 0 where none is named; above 65535: too large ---- */

static int authority(struct reader *reader, struct fluxo_authority *out, uint32_t *port, int *names_port)
{
    size_t from = reader->at;

    *port = 0;
    *names_port = 0;
    if (!host(reader, out))
        return 0;
    if (peek(reader, reader->at) == ':') {
        reader->at++;
        for (; is_DIGIT(peek(reader, reader->at)); reader->at++) {
            *names_port = 1;
            *port = *port * 10 + (uint32_t)(peek(reader, reader->at) - '0');
            if (*port > 65535)
                *port = 65536;
        }
    }
    out->whole = span_from(reader, from);
    out->port = (uint16_t)*port;
    return 1;
}

static int is_port(uint32_t port)
{
    return port >= 1 && port <= 65535;
}

static int fault_at(struct reader *reader, size_t *at)
{
    refuse(reader, reader->at);
    if (at)
        *at = reader->far;
    return FLUXO_FAULT;
}

/* RFC 9110 7.2, RFC 9112 3.2: may be empty; but a port needs a host. */
int model_authority_split(struct fluxo_span value, struct fluxo_authority *out, size_t *at)
{
    struct reader reader = read_span(value);
    uint32_t port;
    int names_port;

    memset(out, 0, sizeof *out);
    if (!authority(&reader, out, &port, &names_port) || reader.at < reader.length)
        return fault_at(&reader, at);
    if ((!out->host.length && out->whole.length) || (names_port && !is_port(port))) {
        if (at)
            *at = 0;
        return FLUXO_FAULT;
    }
    return FLUXO_DONE;
}

/* ---- RFC 3986 3.3, 3.4: path and query, with what may be relaxed noted ---- */

static int pchar(const struct reader *reader, int in_query, uint32_t *relaxed)
{
    int octet = peek(reader, reader->at);

    if (is_unreserved(octet) || is_sub_delims(octet) || is_one_of(octet, ":@/") || (in_query && octet == '?'))
        return 1;
    if (octet == '%') {
        if (!is_escape(reader, reader->at))
            *relaxed |= FLUXO_RELAX_BARE_PERCENT;
        return 1;
    }
    if (is_one_of(octet, "\"<>\\^`{|}") || (in_query && is_one_of(octet, "[]"))) {
        *relaxed |= FLUXO_RELAX_RAW_TARGET;
        return 1;
    }
    if (octet >= 0x80) {
        *relaxed |= FLUXO_RELAX_TARGET_OBS_TEXT;
        return 1;
    }
    return 0;
}

static struct fluxo_span path_or_query(struct reader *reader, int in_query, uint32_t *relaxed)
{
    size_t from = reader->at;

    while (pchar(reader, in_query, relaxed))
        reader->at++;
    return span_from(reader, from);
}

static int ends_with_path_and_query(struct reader *reader, struct fluxo_target *out)
{
    if (reader->at < reader->length && peek(reader, reader->at) == '/')
        out->path = path_or_query(reader, 0, &out->relaxed);
    if (peek(reader, reader->at) == '?') {
        reader->at++;
        out->has_query = 1;
        out->query = path_or_query(reader, 1, &out->relaxed);
    }
    return reader->at == reader->length;
}

/* ---- RFC 9112 3.2: the four forms ---- */

static int fault_target(struct fluxo_target *out, unsigned fault, size_t at)
{
    out->fault = (uint16_t)fault;
    out->at = at;
    return FLUXO_FAULT;
}

static int fault_syntax(struct reader *reader, struct fluxo_target *out)
{
    refuse(reader, reader->at);
    return fault_target(out, FLUXO_ERR_TARGET, reader->far);
}

static int authority_form(struct reader *reader, struct fluxo_target *out)
{
    uint32_t port;
    int names_port;

    out->form = FLUXO_TARGET_AUTHORITY;
    if (!authority(reader, &out->authority, &port, &names_port) || reader->at < reader->length)
        return fault_syntax(reader, out);
    if (!out->authority.host.length || !is_port(port))
        return fault_target(out, FLUXO_ERR_TARGET_CONNECT, 0);
    return FLUXO_DONE;
}

static int asterisk_form(struct reader *reader, struct fluxo_target *out)
{
    out->form = FLUXO_TARGET_ASTERISK;
    if (out->method != FLUXO_METHOD_OPTIONS)
        return fault_target(out, FLUXO_ERR_TARGET_ASTERISK, 0);
    reader->at++;
    return reader->at == reader->length ? FLUXO_DONE : fault_syntax(reader, out);
}

static int absolute_form(struct reader *reader, struct fluxo_target *out)
{
    uint32_t port;
    int names_port;

    out->form = FLUXO_TARGET_ABSOLUTE;
    if (!take_text(reader, "http"))
        return fault_syntax(reader, out);
    out->is_https = (uint8_t)take(reader, 's');
    out->scheme = span_from(reader, 0);
    if (!take_text(reader, "://") || !authority(reader, &out->authority, &port, &names_port) ||
        !ends_with_path_and_query(reader, out))
        return fault_syntax(reader, out);
    if (!out->authority.host.length || (names_port && !is_port(port)))
        return fault_target(out, FLUXO_ERR_TARGET_AUTHORITY, 0);
    return FLUXO_DONE;
}

int model_target_split(enum fluxo_method method, struct fluxo_span target, struct fluxo_target *out)
{
    struct reader reader = read_span(target);

    memset(out, 0, sizeof *out);
    out->method = (uint8_t)method;
    if (method == FLUXO_METHOD_CONNECT)
        return authority_form(&reader, out);
    if (peek(&reader, 0) == '*')
        return asterisk_form(&reader, out);
    if (peek(&reader, 0) != '/')
        return absolute_form(&reader, out);
    out->form = FLUXO_TARGET_ORIGIN;
    return ends_with_path_and_query(&reader, out) ? FLUXO_DONE : fault_syntax(&reader, out);
}

/* ---- RFC 9112 3.3, RFC 9110 4.2.3: the target URI ---- */

/* The next octet of a host as it is compared: letters in lower case, unreserved octets out of their escapes (RFC 3986 6.2.2).
 */
static int next_compared(struct reader *reader)
{
    int octet = peek(reader, reader->at), escaped;

    reader->at++;
    if (octet != '%' || !is_escape(reader, reader->at - 1))
        return lower(octet);
    escaped = value_of_HEXDIG(peek(reader, reader->at)) * 16 + value_of_HEXDIG(peek(reader, reader->at + 1));
    reader->at += 2;
    return is_unreserved(escaped) ? lower(escaped) : 256 + escaped;
}

static int is_same_host(struct fluxo_span one, struct fluxo_span other)
{
    struct reader left = read_span(one), right = read_span(other);

    while (left.at < left.length && right.at < right.length)
        if (next_compared(&left) != next_compared(&right))
            return 0;
    return left.at == left.length && right.at == right.length;
}

static unsigned port_or_default(unsigned port, int is_https)
{
    return port ? port : is_https ? 443 : 80;
}

static int is_same_authority(const struct fluxo_target *target, const struct fluxo_authority *other)
{
    unsigned port = target->authority.port;

    if (!is_same_host(target->authority.host, other->host))
        return 0;
    if (target->form == FLUXO_TARGET_AUTHORITY)
        return other->port ? port == other->port : port == 80 || port == 443;
    return port_or_default(port, target->is_https) == port_or_default(other->port, target->is_https);
}

static int asks_whole_server(const struct fluxo_target *target)
{
    return target->form == FLUXO_TARGET_ASTERISK || target->form == FLUXO_TARGET_AUTHORITY ||
           (target->method == FLUXO_METHOD_OPTIONS && !target->path.length && !target->has_query);
}

int model_target_reconcile(const struct fluxo_target *target, const struct fluxo_span *host, struct fluxo_span own_name,
                           unsigned flags, struct fluxo_uri *out)
{
    struct fluxo_authority own, of_host;
    int has_authority = target->form == FLUXO_TARGET_ABSOLUTE || target->form == FLUXO_TARGET_AUTHORITY;

    memset(out, 0, sizeof *out);
    memset(&of_host, 0, sizeof of_host);
    if (flags & ~(unsigned)(FLUXO_SECURE | FLUXO_REFUSE_OTHER_HOST))
        return FLUXO_MISUSE_ARGUMENT;
    if (model_authority_split(own_name, &own, NULL) != FLUXO_DONE)
        return FLUXO_MISUSE_HOST;
    if (host && model_authority_split(*host, &of_host, &out->at) != FLUXO_DONE) {
        out->fault = FLUXO_ERR_HOST;
        return FLUXO_FAULT;
    }
    out->host_differs = (uint8_t)(has_authority && host && !is_same_authority(target, &of_host));
    if (out->host_differs && flags & FLUXO_REFUSE_OTHER_HOST) {
        out->fault = FLUXO_FAULT_HOST_DIFFERS;
        return FLUXO_FAULT;
    }
    out->is_https = (uint8_t)(target->form == FLUXO_TARGET_ABSOLUTE ? target->is_https : (flags & FLUXO_SECURE) != 0);
    out->scheme.start = out->is_https ? "https" : "http";
    out->scheme.length = out->is_https ? 5 : 4;
    out->authority = has_authority ? target->authority : of_host.whole.length ? of_host : own;
    out->port = (uint16_t)port_or_default(out->authority.port, out->is_https);
    out->path = target->path;
    if (!out->path.length && !asks_whole_server(target)) {
        out->path.start = "/";
        out->path.length = 1;
    }
    out->query = target->query;
    out->has_query = target->has_query;
    return FLUXO_DONE;
}

/* ---- RFC 3986 6.2.2, 5.2.4: the path ---- */

static int is_misleading(int octet, int escaped, unsigned keep)
{
    if (escaped && octet == '/')
        return !(keep & FLUXO_KEEP_SLASH);
    if (octet == 0)
        return !(keep & FLUXO_KEEP_NUL);
    return octet == '\\' && !(keep & FLUXO_KEEP_BACKSLASH);
}

static int fault_path(struct fluxo_path *out, unsigned fault, size_t at)
{
    out->fault = (uint16_t)fault;
    out->at = at;
    return FLUXO_FAULT;
}

/* Escapes in upper case, those of unreserved octets decoded; but none that stands among the two octets behind a bare percent
   sign, and could complete what nobody has escaped. */
static int decode_unreserved(struct reader *path, unsigned keep, char *to, size_t *length, struct fluxo_path *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t bare = path->length; /* where the last bare percent sign of this segment stands */

    for (*length = 0; path->at < path->length; path->at++) {
        int octet = peek(path, path->at), escaped = is_escape(path, path->at);
        int completes = path->at > bare && path->at - bare <= 2;

        if (octet == '%' && !escaped && !(keep & FLUXO_KEEP_PERCENT))
            return fault_path(out, FLUXO_FAULT_PERCENT, path->at);
        if (octet == '/' && path->at && peek(path, path->at - 1) == '/' && !(keep & FLUXO_KEEP_EMPTY))
            return fault_path(out, FLUXO_FAULT_PATH, path->at);
        if (octet == '/' || (octet == '%' && !escaped))
            bare = octet == '/' ? path->length : path->at;
        if (escaped)
            octet = value_of_HEXDIG(peek(path, path->at + 1)) * 16 + value_of_HEXDIG(peek(path, path->at + 2));
        if (is_misleading(octet, escaped, keep))
            return fault_path(out, FLUXO_FAULT_PATH, path->at);
        if (escaped && (!is_unreserved(octet) || completes)) {
            to[(*length)++] = '%';
            to[(*length)++] = digits[octet / 16];
            to[(*length)++] = digits[octet % 16];
        } else {
            to[(*length)++] = (char)octet;
        }
        if (escaped)
            path->at += 2;
    }
    return FLUXO_DONE;
}

static int begins(struct fluxo_span text, const char *with)
{
    return text.length >= strlen(with) && memcmp(text.start, with, strlen(with)) == 0;
}

static int equals(struct fluxo_span text, const char *other)
{
    return text.length == strlen(other) && begins(text, other);
}

static struct fluxo_span drop(struct fluxo_span text, size_t octets)
{
    text.start += octets;
    text.length -= octets;
    return text;
}

static size_t without_last_segment(const char *output, size_t length)
{
    while (length && output[length - 1] != '/')
        length--;
    return length ? length - 1 : 0;
}

/* Drops octets, and puts a slash in the place of the last of them. */
static struct fluxo_span drop_to_slash(struct fluxo_span text, size_t octets)
{
    text = drop(text, octets - 1);
    text.start = text.length > 1 ? text.start : "/";
    return text;
}

/* The loop of 5.2.4; its steps A and D only concern what does not begin with a slash. */
static size_t remove_dot_segments(struct fluxo_span input, char *output)
{
    size_t length = 0;

    while (input.length) {
        if (begins(input, "/./") || equals(input, "/.")) {
            input = drop_to_slash(input, input.length > 2 ? 3 : 2);
        } else if (begins(input, "/../") || equals(input, "/..")) {
            input = drop_to_slash(input, input.length > 3 ? 4 : 3);
            length = without_last_segment(output, length);
        } else {
            do {
                output[length++] = *input.start;
                input = drop(input, 1);
            } while (input.length && *input.start != '/');
        }
    }
    return length;
}

int model_path_normalise(struct fluxo_span path, unsigned keep, char *memory, struct fluxo_path *out)
{
    struct reader reader = read_span(path);
    struct fluxo_span decoded;
    int answer;

    memset(out, 0, sizeof *out);
    if (keep & ~(unsigned)FLUXO_KEEP_ALL || (path.length && *path.start != '/'))
        return FLUXO_MISUSE_ARGUMENT;
    decoded.start = memory + path.length;
    answer = decode_unreserved(&reader, keep, memory + path.length, &decoded.length, out);
    if (answer == FLUXO_DONE) {
        out->span.start = memory;
        out->span.length = remove_dot_segments(decoded, memory);
    }
    return answer;
}
