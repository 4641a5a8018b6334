/* SPDX-License-Identifier: MIT */
/*
 * How this works: a line of a message is printed when its last piece is there; a body's string stays open while octets come,
 * so a body of any size is printed in constant memory.
 */
#include "printer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Strings ---- */

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

static void add_bytes(struct bytes *bytes, struct fluxo_span span)
{
    if (bytes->capacity - bytes->length < span.length) {
        bytes->capacity = 2 * bytes->capacity + span.length;
        bytes->start = (char *)realloc(bytes->start, bytes->capacity);
        if (!bytes->start) {
            perror("fluxo-dump");
            exit(EXIT_FAILURE);
        }
    }
    if (span.length)
        memcpy(bytes->start + bytes->length, span.start, span.length);
    bytes->length += span.length;
}

/* ---- Bodies ---- */

static void close_body(struct printer *printer)
{
    if (!printer->body_open)
        return;
    putchar('"');
    print_at(printer->body_at);
    printer->body_open = 0;
}

static void print_body(struct printer *printer, struct fluxo_span octets, uint64_t at)
{
    if (!printer->body_open) {
        printf("{\"event\":\"body\",\"data\":\"");
        printer->body_at = at;
        printer->body_open = 1;
    }
    print_octets(octets.start, octets.length);
    if (printer->raw)
        close_body(printer);
}

/* ---- Lines ---- */

/* Returns whether the line is complete: then its name and value are joined in the printer. */
static int join_line(struct printer *printer, const struct fluxo_event *event, const void *bytes, uint64_t at)
{
    if (!printer->line_open) {
        printer->line_at = at;
        printer->name.length = printer->value.length = 0;
    }
    printer->line_open = event->flags & FLUXO_EVENT_MORE;
    add_bytes(&printer->name, fluxo_event_name(event, bytes));
    add_bytes(&printer->value, fluxo_event_value(event, bytes));
    if (!printer->line_open && !event->name_len)
        printer->value.length -= event->gap;
    return !printer->line_open;
}

static void print_chunk_size(const struct printer *printer)
{
    uint64_t size = 0;
    size_t at;

    for (at = 0; at < printer->name.length; at++) {
        unsigned char digit = (unsigned char)printer->name.start[at];
        size = size << 4 | (digit <= '9' ? digit - (unsigned)'0' : (digit & 15u) + 9);
    }
    printf(",\"size\":%" PRIu64, size);
}

static void print_line(const struct printer *printer, const struct fluxo_event *event)
{
    unsigned minor = fluxo_parser_facts(printer->parser).minor;

    switch (event->kind) {
    case FLUXO_EVENT_REQUEST_LINE:
        printf("{\"event\":\"request-line\"");
        print_member("method", &printer->name);
        print_member("target", &printer->value);
        printf(",\"version\":\"1.%u\"", minor);
        break;
    case FLUXO_EVENT_STATUS_LINE:
        printf("{\"event\":\"status-line\",\"version\":\"1.%u\",\"status\":%u", minor, event->id);
        print_member("reason", &printer->value);
        break;
    case FLUXO_EVENT_CHUNK:
        printf("{\"event\":\"chunk\"");
        print_chunk_size(printer);
        print_member("extensions", &printer->value);
        break;
    default:
        printf("{\"event\":\"%s\"", event->kind == FLUXO_EVENT_FIELD ? "field" : "trailer");
        print_member("name", &printer->name);
        print_member("value", &printer->value);
    }
    print_at(event->kind == FLUXO_EVENT_STATUS_LINE ? printer->message_at : printer->line_at);
}

static void print_head(const struct printer *printer, uint64_t at)
{
    static const char *const framings[] = {"none", "length", "chunked", "close"};
    static const char *const truths[] = {"false", "true"};
    struct fluxo_facts facts = fluxo_parser_facts(printer->parser);

    printf("{\"event\":\"head\",\"framing\":\"%s\"", framings[facts.framing]);
    if (facts.framing == FLUXO_FRAMING_LENGTH || facts.framing == FLUXO_FRAMING_NONE)
        printf(",\"length\":%" PRIu64, facts.length);
    else
        printf(",\"length\":null");
    printf(",\"keep_alive\":%s,\"upgrade\":%s", truths[facts.keep_alive], truths[facts.upgrade]);
    print_at(at);
}

/* ---- Events ---- */

void printer_print_end(struct printer *printer, const char *event, uint64_t at)
{
    close_body(printer);
    printf("{\"event\":\"%s\"", event);
    print_at(at);
}

void printer_print_error(struct printer *printer, const struct fluxo_error_entry *error, uint64_t at)
{
    close_body(printer);
    printf("{\"event\":\"error\",\"error\":\"%s\",\"section\":\"%s\",\"status\":%u,\"text\":\"%s\"", error->name,
           error->section, error->status, error->sentence);
    print_at(at);
}

void printer_print(struct printer *printer, const struct fluxo_event *event, const void *bytes, uint64_t offset)
{
    uint64_t at = offset + event->at;

    switch (event->kind) {
    case FLUXO_EVENT_BODY:
        print_body(printer, fluxo_event_value(event, bytes), at);
        break;
    case FLUXO_EVENT_HEAD:
        print_head(printer, at);
        break;
    case FLUXO_EVENT_MESSAGE:
        printer_print_end(printer, "message", at);
        printer->message_at = at;
        break;
    default:
        if (!join_line(printer, event, bytes, at))
            return;
        close_body(printer);
        print_line(printer, event);
    }
}

void printer_close(struct printer *printer)
{
    close_body(printer);
    free(printer->name.start);
    free(printer->value.start);
}
