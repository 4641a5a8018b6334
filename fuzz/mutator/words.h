/* SPDX-License-Identifier: MIT */
/* What is put into texts, in the order of a message. Methods, fields and reasons come from the tables of parser/fluxo. */
#ifndef FUZZ_WORDS_H
#define FUZZ_WORDS_H

#include <stddef.h>

struct word {
    const char *bytes;
    size_t length; /* a word may hold NUL */
};

#define WORD(text)                                                                                                             \
    {                                                                                                                          \
        text, sizeof(text) - 1                                                                                                 \
    }

static const struct word methods[] = {
#define METHOD(id, name, safe, idempotent, section) WORD(name),
#include <fluxo/methods.def>
#undef METHOD
};

static const struct word fields[] = {
#define FIELD(id, name, steers, section) WORD(name),
#include <fluxo/fields.def>
#undef FIELD
};

static const struct word statuses[] = {
#define STATUS(code, reason, section) WORD(#code " " reason),
#include <fluxo/status.def>
#undef STATUS
};

static const struct word targets[] = {
    WORD("/"),           WORD("*"),           WORD("//"),         WORD("/a?b"),
    WORD("/%00"),        WORD("/%"),          WORD("/%4"),        WORD("/a b"),
    WORD("/#"),          WORD("/\xC3\xA9"),   WORD("/{|}"),       WORD("/[]?[]"),
    WORD("http://a/"),   WORD("http://a:80"), WORD("http:///"),   WORD("http://u@a/"),
    WORD("x:y"),         WORD("a:443"),       WORD("a:0"),        WORD("a:65536"),
    WORD(":1"),          WORD("a:"),          WORD("[::1]:1"),    WORD("[v1.a]:1"),
    WORD("[1::2::3]:1"), WORD("1.2.3.256:1"), WORD("/../%2e%2e"), WORD("http://[::]/?"),
    WORD("a"),
};

static const struct word versions[] = {
    WORD("HTTP/1.1"), WORD("HTTP/1.0"), WORD("HTTP/1.9"), WORD("HTTP/0.9"),  WORD("HTTP/2.0"),
    WORD("http/1.1"), WORD("HTTP/1."),  WORD("HTTP/11"),  WORD("HTTP/1.10"), WORD("HTTPS/1.1"),
};

static const struct word numbers[] = {
    WORD("0"),
    WORD("1"),
    WORD("2147483647"),
    WORD("2147483648"), /* 2^31 */
    WORD("4294967295"),
    WORD("4294967296"),
    WORD("4294967301"),          /* 2^32 + 5 */
    WORD("9223372036854775807"), /* 2^63 - 1 */
    WORD("9223372036854775808"),
    WORD("18446744073709551615"),
    WORD("18446744073709551616"),
    WORD("18446744073709551621"), /* 2^64 + 5 */
    WORD("99999999999999999999"),
    WORD("7fffffff"),
    WORD("80000000"),
    WORD("FFFFFFFF"),
    WORD("100000005"),
    WORD("7fffffffffffffff"),
    WORD("fffffffffffffff0"),
    WORD("ffffffffffffffff"),
    WORD("10000000000000005"),
    WORD("255"),
    WORD("256"),
    WORD("65535"),
    WORD("65536"),
    WORD(""),
    WORD("+5"),
    WORD("-1"),
    WORD("-0"),
    WORD("0x5"),
    WORD("5 5"),
    WORD("5,5"),
    WORD("5, 6"),
    WORD("5,"),
    WORD(",5"),
    WORD("5\t"),
    WORD("5.0"),
    WORD("5e1"),
    WORD("\"5\""),
    WORD("5\0"),
    WORD("\xD9\xA5"), /* a digit of Unicode */
};

static const struct word hosts[] = {
    WORD("a"), WORD("example.com:80"), WORD(""), WORD("a:"), WORD("[::1]"), WORD("a b"), WORD("a,b"), WORD("a/"), WORD("u@a"),
};

static const struct word codings[] = {
    WORD("chunked"),
    WORD("Chunked"),
    WORD("CHUNKED"),
    WORD("xchunked"),
    WORD("chunkedx"),
    WORD("chunked, chunked"),
    WORD("chunked,"),
    WORD(",chunked"),
    WORD(", ,chunked"),
    WORD("identity"),
    WORD("identity, chunked"),
    WORD("chunked, identity"),
    WORD("gzip"),
    WORD("gzip, chunked"),
    WORD("chunked, gzip"),
    WORD("gzip;q=1, chunked"),
    WORD("chunked;a=b"),
    WORD("\"chunked\""),
    WORD("chunked\0"),
    WORD("\vchunked"),
    WORD("chunked\x80"),
    WORD("chunk ed"),
    WORD("deflate,gzip"),
    WORD("trailers"),
    WORD(""),
    WORD("x;a=\"chunked\""),
    WORD("gzip,\tchunked"),
    WORD("chunked ;"),
    WORD("c"),
    WORD("br\t,\tchunked"),
};

static const struct word connections[] = {
    WORD("close"),
    WORD("keep-alive"),
    WORD("Close"),
    WORD("KEEP-ALIVE"),
    WORD("close, x"),
    WORD("x, close"),
    WORD("upgrade"),
    WORD("te, close"),
    WORD("keep-alive, close"),
    WORD("closed"),
    WORD("xclose"),
    WORD("clo se"),
    WORD(""),
    WORD(",,close,,"),
    WORD("close, upgrade"),
    WORD("content-length"),
    WORD("close;a"),
    WORD("upgrade,\tkeep-alive"),
};

static const struct word expectations[] = {
    WORD("100-continue"), WORD("100-Continue"), WORD("100-continue, x"), WORD("100-continu"), WORD(""), WORD("200-ok"),
};

static const struct word protocols[] = {WORD("websocket"), WORD("h2c"), WORD("HTTP/2.0, x/1"), WORD(""), WORD("a b")};

/* Fields that steer the parser, and the values that are tried with them. */
static const struct {
    struct word name;
    const struct word *values;
    size_t count;
} steering[] = {
#define ROW(name, values)                                                                                                      \
    {                                                                                                                          \
        WORD(name), values, sizeof values / sizeof values[0]                                                                   \
    }
    ROW("Transfer-Encoding", codings), ROW("Transfer-Encoding", codings), ROW("Content-Length", numbers),
    ROW("Content-Length", numbers),    ROW("Connection", connections),    ROW("Host", hosts),
    ROW("Upgrade", protocols),         ROW("Expect", expectations),
#undef ROW
};

static const struct word colons[] = {
    WORD(": "),       WORD(":"),      WORD(" : "),         WORD("\t:"),      WORD(":\t"), WORD(":\r\n "),
    WORD(": \r\n\t"), WORD(":\v"),    WORD(":\r\n \r\n "), WORD("\r\n : "),  WORD(" "),   WORD("\0:"),
    WORD("::"),       WORD("\x80: "), WORD(":\n "),        WORD(":   \t  "),
};

static const struct word values[] = {
    WORD(""),
    WORD("a"),
    WORD("a, b"),
    WORD("a=\"b\""),
    WORD("\"\\\"\""),
    WORD("\xFF"),
    WORD("text/html;q=0.5"),
    WORD("W/\"1\""),
    WORD("Sun, 06 Nov 1994 08:49:37 GMT"),
    WORD("bytes=0-0,-1"),
};

static const struct word eols[] = {
    WORD("\n"), WORD("\r"),   WORD("\r\r\n"),   WORD("\n\r"),   WORD("\r\n "),
    WORD(""),   WORD("\r\n"), WORD("\r\n\r\n"), WORD("\r\n\t"),
};

static const struct word extensions[] = {
    WORD(";a"),
    WORD(";a=b"),
    WORD(";a=\"b\""),
    WORD(" ; a = b"),
    WORD(";a=\"\\\"\r\""),
    WORD(";a=\"\\\";0\""),
    WORD(";"),
    WORD(";="),
    WORD(";a=\""),
    WORD(";\ta"),
    WORD(" "),
    WORD("\t"),
    WORD(";a;b;c"),
    WORD(";a=\"\n\""),
    WORD(";a=b c"),
    WORD(";a=\x80"),
    WORD(";a=\"\x80\""),
    WORD(";a=\"b\" "),
};

static const struct word edges[] = {
    WORD("\0"), WORD("\x7F"), WORD("\x80"), WORD("\xFF"), WORD("\x01"), WORD("\x1F"), WORD("\t"), WORD(" "),
    WORD("\r"), WORD("\n"),   WORD("\v"),   WORD("\f"),   WORD(":"),    WORD(","),    WORD(";"),  WORD("="),
    WORD("\""), WORD("\\"),   WORD("%"),    WORD("/"),    WORD("@"),    WORD("["),    WORD("`"),  WORD("{"),
    WORD("!"),  WORD("~"),    WORD("?"),    WORD("\r\n"), WORD("#"),    WORD("."),
};

static const struct word requests[] = {
    WORD("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    WORD("HEAD / HTTP/1.0\r\n\r\n"),
    WORD("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
    WORD("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
    WORD("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"b\"\r\nx\r\n00\r\nX: y\r\nContent-Length: "
         "9\r\n\r\n"),
    WORD("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    WORD("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    WORD("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"),
    WORD("GET http://a/ HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    WORD("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"),
};

static const struct word responses[] = {
    WORD("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    WORD("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
    WORD("HTTP/1.1 200 \r\n\r\nuntil close"),
    WORD("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"),
    WORD("HTTP/1.1 100 Continue\r\n\r\n"),
    WORD("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    WORD("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n"),
    WORD("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"),
    WORD("HTTP/1.1 200\nContent-Length: 1\n\nx"),
    WORD("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx"),
};

#undef WORD

#define COUNT(words) (sizeof(words) / sizeof(words)[0])

#endif
