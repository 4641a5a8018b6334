/* SPDX-License-Identifier: MIT */
/* One JSON object an event; a byte of the message is the code point of the same number. */
#include "printer.h"

#include <inttypes.h>
#include <stdio.h>

static void print_octets(const char *octets, size_t length)
{
    size_t at, plain = 0;

    for (at = 0; at < length; at++) {
        unsigned char octet = (unsigned char)octets[at];
        if (octet >= 0x20 && octet < 0x7F && octet != '"' && octet != '\\')
            continue;
        fwrite(octets + plain, 1, at - plain, stdout);
        plain = at + 1;
        if (octet == '"' || octet == '\\')
            printf("\\%c", octet);
        else
            printf("\\u%04x", octet);
    }
    fwrite(octets + plain, 1, length - plain, stdout);
}

static void print_member(const char *member, const struct bytes *value)
{
    printf(",\"%s\":\"", member);
    print_octets(value->start, value->length);
    putchar('"');
}

static void print_at(uint64_t at)
{
    printf(",\"at\":%" PRIu64 "}\n", at);
}

static void print_chunk_size(const struct bytes *digits)
{
    uint64_t size = 0;
    size_t at;

    for (at = 0; at < digits->length; at++) {
        unsigned char digit = (unsigned char)digits->start[at];
        size = size << 4 | (digit <= '9' ? digit - (unsigned)'0' : (digit & 15u) + 9);
    }
    printf(",\"size\":%" PRIu64, size);
}

static void print_line(const struct line *line)
{
    switch (line->kind) {
    case FLUXO_EVENT_REQUEST_LINE:
        printf("{\"event\":\"request-line\"");
        print_member("method", &line->name);
        print_member("target", &line->value);
        printf(",\"version\":\"1.%u\"", line->minor);
        break;
    case FLUXO_EVENT_STATUS_LINE:
        printf("{\"event\":\"status-line\",\"version\":\"1.%u\",\"status\":%u", line->minor, line->id);
        print_member("reason", &line->value);
        break;
    case FLUXO_EVENT_CHUNK:
        printf("{\"event\":\"chunk\"");
        print_chunk_size(&line->name);
        print_member("extensions", &line->value);
        break;
    default:
        printf("{\"event\":\"%s\"", line->kind == FLUXO_EVENT_FIELD ? "field" : "trailer");
        print_member("name", &line->name);
        print_member("value", &line->value);
    }
    print_at(line->at);
}

static void print_head(const struct fluxo_facts *facts, uint64_t at)
{
    static const char *const framings[] = {"none", "length", "chunked", "close"};
    static const char *const truths[] = {"false", "true"};

    printf("{\"event\":\"head\",\"framing\":\"%s\"", framings[facts->framing]);
    if (facts->framing == FLUXO_FRAMING_LENGTH || facts->framing == FLUXO_FRAMING_NONE)
        printf(",\"length\":%" PRIu64, facts->length);
    else
        printf(",\"length\":null");
    printf(",\"keep_alive\":%s,\"upgrade\":%s", truths[facts->keep_alive], truths[facts->upgrade]);
    print_at(at);
}

static void begin_body(void)
{
    printf("{\"event\":\"body\",\"data\":\"");
}

static void end_body(uint64_t at)
{
    putchar('"');
    print_at(at);
}

static void print_end(const char *event, uint64_t at)
{
    printf("{\"event\":\"%s\"", event);
    print_at(at);
}

static void print_error(const struct fluxo_error_entry *error, uint64_t at, const struct surroundings *around)
{
    (void)around;
    printf("{\"event\":\"error\",\"error\":\"%s\",\"section\":\"%s\",\"status\":%u,\"text\":\"%s\"", error->name,
           error->section, error->status, error->sentence);
    print_at(at);
}

const struct format json_format = {print_line, print_head, begin_body, print_octets, end_body, print_end, print_error};
