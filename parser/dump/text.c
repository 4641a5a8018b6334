/* SPDX-License-Identifier: MIT */
/* A listing for people: offset, event, what it says; and under the byte of an error a caret. */
#include "printer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    MARGIN = 26, /* columns before what an event says */
    BEFORE = 60, /* bytes shown before that of an error */
    BEHIND = 12  /* and from it on */
};

static uint64_t octets; /* of the open body */

static void begin(uint64_t at, const char *event)
{
    printf("%10" PRIu64 "  %-14s", at, event);
}

static char show(char byte)
{
    return byte >= 0x20 && byte < 0x7F ? byte : '.';
}

static void print_shown(const char *bytes, size_t length)
{
    while (length--)
        putchar(show(*bytes++));
}

static void print_bytes(const struct bytes *bytes)
{
    print_shown(bytes->start, bytes->length);
}

static void print_line(const struct line *line)
{
    static const char *const names[] = {"request-line", "status-line", "field", "", "chunk", "", "trailer", ""};

    begin(line->at, names[line->kind]);
    if (line->kind == FLUXO_EVENT_STATUS_LINE)
        printf("HTTP/1.%u ", line->minor);
    print_bytes(&line->name);
    if (line->kind == FLUXO_EVENT_FIELD || line->kind == FLUXO_EVENT_TRAILER)
        putchar(':');
    if (line->kind != FLUXO_EVENT_CHUNK)
        putchar(' ');
    print_bytes(&line->value);
    if (line->kind == FLUXO_EVENT_REQUEST_LINE)
        printf(" HTTP/1.%u", line->minor);
    putchar('\n');
}

static void print_head(const struct fluxo_facts *facts, uint64_t at)
{
    static const char *const framings[] = {"no body", "body by length", "chunked body", "body until close"};

    begin(at, "head");
    printf("%s", framings[facts->framing]);
    if (facts->framing == FLUXO_FRAMING_LENGTH)
        printf(" %" PRIu64, facts->length);
    printf(", %s%s%s\n", facts->keep_alive ? "keep-alive" : "close", facts->upgrade ? ", upgrade" : "",
           facts->expect_continue ? ", expects 100" : "");
}

static void begin_body(void)
{
    octets = 0;
}

static void print_octets(const char *bytes, size_t length)
{
    (void)bytes;
    octets += length;
}

static void end_body(uint64_t at)
{
    begin(at, "body");
    printf("%" PRIu64 " octets\n", octets);
}

static void print_end(const char *event, uint64_t at)
{
    begin(at, event);
    putchar('\n');
}

/* The line of the input in which the error is, as far as it is still there. */
static void print_caret(uint64_t at, const struct surroundings *around)
{
    size_t error = (size_t)(at - around->offset), first, last;

    if (at < around->offset || error > around->length)
        return;
    for (first = error; first > 0 && error - first < BEFORE && around->bytes[first - 1] != '\n';)
        first--;
    for (last = error; last < around->length && last - error < BEHIND && around->bytes[last] != '\n';)
        last++;
    printf("%*s", MARGIN, "");
    print_shown(around->bytes + first, last - first);
    printf("\n%*s^\n", MARGIN + (int)(error - first), "");
}

static void print_error(const struct fluxo_error_entry *error, uint64_t at, const struct surroundings *around)
{
    begin(at, "error");
    printf("%s: %s (%s; answer %u)\n", error->name, error->sentence, error->section, error->status);
    print_caret(at, around);
}

const struct format text_format = {print_line, print_head, begin_body, print_octets, end_body, print_end, print_error};
