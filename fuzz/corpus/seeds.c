/* SPDX-License-Identifier: MIT */
/*
 * Makes fuzzing inputs of fixtures: a head that says what the fixture's words say, as far as a head can, and its input.
 *
 *     seeds FOLDER HARNESS FILE...
 *
 * The harness `request` gets requests, `response` responses, `chunked` what is behind the head of messages with that coding,
 * any other all messages. How an input is cut depends on its name, so that there is something of everything.
 */
#define _XOPEN_SOURCE 700
#include "../harness/harness.h"
#include "../../tests/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The head ---- */

static uint32_t hash_name(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    return hash;
}

enum { IN_DEFAULT = 0, IN_STRICT = 1, IN_LEGACY = 2, ONE_TOGGLED = 3 };

static uint8_t find_row(uint32_t bit)
{
    uint8_t row = 0;

    while (bit >> row > 1)
        row++;
    return row;
}

/* The profile that lets pass what the fixture does; the one relaxation for those that no profile has. */
static void put_relax(uint8_t *head, uint32_t relax)
{
    unsigned profile = ONE_TOGGLED;

    if (relax == FLUXO_PROFILE_STRICT)
        profile = IN_STRICT;
    else if (!(relax & ~(uint32_t)FLUXO_PROFILE_DEFAULT))
        profile = IN_DEFAULT;
    else if (!(relax & ~(uint32_t)FLUXO_PROFILE_LEGACY) && relax & (relax - 1))
        profile = IN_LEGACY;
    head[0] |= (uint8_t)(profile << 3);
    if (profile == ONE_TOGGLED)
        head[1] = find_row(relax & ~(uint32_t)FLUXO_PROFILE_DEFAULT);
}

/* A head can tell one limit, if it is near its least. */
static void put_limit(uint8_t *head, const struct fluxo_limits *limits)
{
    uint8_t row = 0;

#define LIMIT(member, name, type, standard, least, most, error)                                                                \
    row++;                                                                                                                     \
    if (limits->member != (standard) && limits->member - (uint64_t)(least) <= UINT8_MAX) {                                     \
        head[2] = row;                                                                                                         \
        head[3] = (uint8_t)(limits->member - (least));                                                                         \
    }
#include <fluxo/limits.def>
#undef LIMIT
}

static void put_answers(uint8_t *head, const struct fixture *fixture)
{
    static const enum fluxo_method answered[] = {FLUXO_METHOD_GET, FLUXO_METHOD_HEAD, FLUXO_METHOD_CONNECT, FLUXO_METHOD_POST};
    uint8_t nth;

    for (nth = 0; nth < sizeof answered / sizeof answered[0]; nth++)
        if (fixture->answer_count && fixture->answers[0] == answered[nth])
            head[7] = nth;
}

static void make_head(uint8_t head[HEAD_LENGTH], const struct fixture *fixture, const char *name)
{
    uint32_t hash = hash_name(name);

    memset(head, 0, HEAD_LENGTH);
    head[0] = (uint8_t)((fixture->kind == FLUXO_RESPONSE) | (hash >> 24 & 1 ? 2 : 0) |
                        (fixture->options.flags & FLUXO_CHUNKS ? 4 : 0));
    put_relax(head, fixture->options.relax);
    put_limit(head, &fixture->options.limits);
    head[4] = (uint8_t)hash;
    head[5] = (uint8_t)(hash >> 8);
    head[6] = (uint8_t)(hash >> 16);
    put_answers(head, fixture);
}

/* ---- The bytes ---- */

static const char *find_text(const struct text *input, const char *text)
{
    size_t length = strlen(text), at;

    for (at = 0; at + length <= input->length; at++)
        if (memcmp(input->bytes + at, text, length) == 0)
            return input->bytes + at;
    return NULL;
}

/* Behind the first head, if that asks for the chunked coding. */
static struct fluxo_span find_body(const struct text *input)
{
    const char *coding = find_text(input, "Transfer-Encoding: chunked"), *end = find_text(input, "\r\n\r\n");
    struct fluxo_span body = {NULL, 0};

    if (coding && end && coding < end)
        body = (struct fluxo_span){end + 4, input->length - (size_t)(end + 4 - input->bytes)};
    return body;
}

/* Nothing, if the harness is not about such messages. */
static struct fluxo_span choose_bytes(const char *harness, const struct fixture *fixture)
{
    struct fluxo_span all = {fixture->input.bytes, fixture->input.length}, none = {NULL, 0};

    if (strcmp(harness, "chunked") == 0)
        return find_body(&fixture->input);
    if (strcmp(harness, "request") == 0 && fixture->kind != FLUXO_REQUEST)
        return none;
    if (strcmp(harness, "response") == 0 && fixture->kind != FLUXO_RESPONSE)
        return none;
    return all;
}

/* ---- Files ---- */

/* tests/limits/5-a-field.txt becomes limits-5-a-field. */
static void name_seed(char *name, size_t size, const char *path)
{
    const char *begin = path + strlen(path), *end = begin - strlen(".txt");
    int slashes = 2;
    char *slash;

    while (begin > path && (begin[-1] != '/' || --slashes))
        begin--;
    snprintf(name, size, "%.*s", (int)(end - begin), begin);
    slash = strchr(name, '/');
    if (slash)
        *slash = '-';
}

static int write_seed(const char *folder, const char *name, const uint8_t *head, struct fluxo_span bytes)
{
    char path[4096];
    FILE *file;
    int good;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    good = file && fwrite(head, 1, HEAD_LENGTH, file) == HEAD_LENGTH;

    good = good && fwrite(bytes.start, 1, bytes.length, file) == bytes.length;
    if (file)
        good = fclose(file) == 0 && good;
    if (!good)
        perror(path);
    return good;
}

static int make_seed(const char *folder, const char *harness, const char *path)
{
    uint8_t head[HEAD_LENGTH];
    struct fluxo_span bytes;
    struct fixture fixture;
    char name[256];
    int good = fixture_read(&fixture, path);

    if (!good)
        fprintf(stderr, "%s\n", fixture.error);
    name_seed(name, sizeof name, path);
    make_head(head, &fixture, name);
    bytes = choose_bytes(harness, &fixture);
    good = good && (!bytes.start || write_seed(folder, name, head, bytes));
    fixture_free(&fixture);
    return good;
}

int main(int argc, char **argv)
{
    int at, good = 1;

    if (argc < 4) {
        fprintf(stderr, "usage: seeds FOLDER HARNESS FILE...\n");
        return 1;
    }
    for (at = 3; at < argc; at++)
        good &= make_seed(argv[1], argv[2], argv[at]);
    return !good;
}
