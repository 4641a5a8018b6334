/* SPDX-License-Identifier: MIT */
/*
 * Twice the input is twice the work, at most: messages that grow in one way each, read in one piece and byte by byte, in both
 * modes, by a parser whose basic blocks are counted. TAP on standard output.
 */
#include "../fuzz/harness/read.h"
#include "../fuzz/harness/watch.h"

#include <stdio.h>
#include <string.h>

/* The first part once, the second until the length is reached, the third once. */
struct family {
    const char *name;
    enum fluxo_kind kind;
    const char *first, *again, *last;
};

#define HEAD "GET / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

static const struct family families[] = {
    {"empty lines", FLUXO_REQUEST, "", "\r\n", HEAD "\r\n"},
    {"a method", FLUXO_REQUEST, "", "GET", " / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a target's path", FLUXO_REQUEST, "GET /", "a/../", " HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a target's query", FLUXO_REQUEST, "GET /?", "%41", " HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a target's host", FLUXO_REQUEST, "GET http://", "a.b", "/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"blanks in a request-line", FLUXO_REQUEST, "GET ", " \t", "/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a reason-phrase", FLUXO_RESPONSE, "HTTP/1.1 200 ", "OK ", "\r\nContent-Length: 0\r\n\r\n"},
    {"fields without a value", FLUXO_REQUEST, HEAD, "a:\r\n", "\r\n"},
    {"fields with a value", FLUXO_REQUEST, HEAD, "Accept: */*\r\n", "\r\n"},
    {"names that begin as others do", FLUXO_REQUEST, HEAD, "Content-Lengthen: 5\r\n", "\r\n"},
    {"names that no other has", FLUXO_RESPONSE, "HTTP/1.1 200 \r\n", "X-1: 5\r\n", "Content-Length: 0\r\n\r\n"},
    {"a field's name", FLUXO_REQUEST, HEAD, "ab-", ": c\r\n\r\n"},
    {"a value", FLUXO_REQUEST, HEAD "a: ", "abc", "\r\n\r\n"},
    {"blanks before a value", FLUXO_REQUEST, HEAD "a:", " \t", "b\r\n\r\n"},
    {"blanks behind a value", FLUXO_REQUEST, HEAD "a: b", " \t", "\r\n\r\n"},
    {"blanks inside a value", FLUXO_REQUEST, HEAD "a: ", "b  \t", "c\r\n\r\n"},
    {"lines of a fold", FLUXO_RESPONSE, "HTTP/1.1 200 \r\na: b", "\r\n c ", "\r\nContent-Length: 0\r\n\r\n"},
    {"options of a connection", FLUXO_REQUEST, HEAD "Connection: a", ", keep-alive", "\r\n\r\n"},
    {"expectations", FLUXO_REQUEST, HEAD "Expect: a", ", a=\"100-continue\"", "\r\n\r\n"},
    {"codings", FLUXO_RESPONSE, "HTTP/1.1 200 \r\nTransfer-Encoding: gzip", ", gzip", "\r\n\r\n"},
    {"equal lengths in a list", FLUXO_REQUEST, HEAD "Content-Length: 0", ", 0", "\r\n\r\n"},
    {"equal lengths in lines", FLUXO_REQUEST, HEAD, "Content-Length: 0\r\n", "\r\n"},
    {"chunks", FLUXO_REQUEST, CHUNKED, "1\r\na\r\n", "0\r\n\r\n"},
    {"an extension", FLUXO_REQUEST, CHUNKED "1;a=\"", "abc", "\"\r\na\r\n0\r\n\r\n"},
    {"extensions", FLUXO_REQUEST, CHUNKED "1", ";a=b", "\r\na\r\n0\r\n\r\n"},
    {"trailers", FLUXO_REQUEST, CHUNKED "0\r\n", "a: b\r\n", "\r\n"},
    {"messages", FLUXO_REQUEST, "", HEAD "\r\n", ""},
    {"interim responses", FLUXO_RESPONSE, "", "HTTP/1.1 100 \r\n\r\n", ""},
    {"a body until the end", FLUXO_RESPONSE, "HTTP/1.1 200 \r\n\r\n", "abc", ""},
};

enum { LENGTH = 4096 };

static size_t build(uint8_t *bytes, const struct family *family, size_t length)
{
    size_t at = strlen(family->first), step = strlen(family->again), last = strlen(family->last);

    memcpy(bytes, family->first, at);
    for (; at < length; at += step)
        memcpy(bytes + at, family->again, step);
    memcpy(bytes + at, family->last, last);
    return at + last;
}

static void make_trial(struct trial *trial, const struct family *family)
{
    unsigned row;

    memset(trial, 0, sizeof *trial);
    trial->kind = family->kind;
    fluxo_options_init(&trial->options);
    trial->options.relax = FLUXO_PROFILE_LEGACY;
    for (row = 0; row < LIMIT_ROWS; row++)
        limit_set(&trial->options.limits, (enum limit_row)row, UINT64_MAX);
}

/* The basic blocks of a reading, or 0 when it is refused. */
static uint64_t count(const struct family *family, const struct manner *manner, size_t length)
{
    static uint8_t bytes[4 * LENGTH];
    struct trial trial;

    make_trial(&trial, family);
    trial.bytes = bytes;
    trial.length = build(bytes, family, length);
    read_trial(reading_of(0), &trial, manner);
    return reading_of(0)->ending == ENDING_ERROR ? 0 : work.blocks;
}

/* Twice, and a little for what does not grow. */
static int is_linear(const struct family *family, const struct manner *manner)
{
    uint64_t once = count(family, manner, LENGTH), twice = count(family, manner, 2 * LENGTH);
    int holds = once && twice && twice * 100 <= once * 205;

    if (!holds)
        printf("# %s, flags %u, cuts %u: %llu blocks, then %llu\n", family->name, manner->flags, manner->cuts,
               (unsigned long long)once, (unsigned long long)twice);
    return holds;
}

int main(void)
{
    size_t nth, families_count = sizeof families / sizeof families[0];
    int holds;

    for (nth = 0; nth < families_count; nth++) {
        struct manner manner = manner_whole();
        holds = 1;
        for (manner.flags = 0; manner.flags <= FLUXO_PIECES; manner.flags += FLUXO_PIECES) {
            manner.cuts = CUT_NOWHERE;
            holds &= is_linear(&families[nth], &manner);
            manner.cuts = CUT_EVERY_BYTE;
            holds &= is_linear(&families[nth], &manner);
        }
        printf("%s %zu - twice of it is twice the work: %s\n", holds ? "ok" : "not ok", nth + 1, families[nth].name);
    }
    printf("1..%zu\n", families_count);
    return 0;
}
