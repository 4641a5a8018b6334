/* SPDX-License-Identifier: MIT */
/*
 * How this works: a line of a message is printed when it is complete, and a field line when what follows is no fold of it. A
 * body is printed as it comes, so one of any size takes constant memory.
 */
#include "printer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_bytes(struct bytes *bytes, const char *start, size_t length)
{
    if (bytes->capacity - bytes->length < length) {
        bytes->capacity = 2 * bytes->capacity + length;
        bytes->start = (char *)realloc(bytes->start, bytes->capacity);
        if (!bytes->start) {
            perror("fluxo-dump");
            exit(EXIT_FAILURE);
        }
    }
    if (length)
        memcpy(bytes->start + bytes->length, start, length);
    bytes->length += length;
}

/* ---- Bodies ---- */

static void end_body(struct printer *printer)
{
    if (printer->body_open)
        printer->format->end_body(printer->body_at);
    printer->body_open = 0;
}

static void print_body(struct printer *printer, struct fluxo_span octets, uint64_t at)
{
    if (!printer->body_open) {
        printer->format->begin_body();
        printer->body_at = at;
        printer->body_open = 1;
    }
    printer->format->print_octets(octets.start, octets.length);
    if (printer->raw)
        end_body(printer);
}

/* ---- Lines ---- */

static void print_waiting_line(struct printer *printer)
{
    if (!printer->line_waits)
        return;
    printer->line_waits = 0;
    printer->line.value.length = printer->line_length;
    end_body(printer);
    printer->format->print_line(&printer->line);
}

static void begin_line(struct printer *printer, const struct fluxo_event *event, uint64_t at)
{
    print_waiting_line(printer);
    printer->line.kind = event->kind;
    printer->line.at = event->kind == FLUXO_EVENT_STATUS_LINE ? printer->message_at : at;
    printer->line.name.length = printer->line.value.length = 0;
}

static void join_line(struct printer *printer, const struct fluxo_event *event, const void *bytes, uint64_t at)
{
    struct line *line = &printer->line;
    struct fluxo_span name = fluxo_event_name(event, bytes), value = fluxo_event_value(event, bytes);

    if (!printer->line_open && (event->flags & FLUXO_EVENT_FOLD))
        add_bytes(&line->value, " ", 1);
    else if (!printer->line_open)
        begin_line(printer, event, at);
    add_bytes(&line->name, name.start, name.length);
    add_bytes(&line->value, value.start, value.length);
    printer->line_open = event->flags & FLUXO_EVENT_MORE;
    if (printer->line_open)
        return;
    line->value.length -= event->name_len ? 0 : event->gap;
    line->id = event->id;
    line->minor = fluxo_parser_facts(printer->parser).minor;
    printer->line_waits = 1;
    printer->line_length = line->value.length;
    if (event->kind != FLUXO_EVENT_FIELD && event->kind != FLUXO_EVENT_TRAILER)
        print_waiting_line(printer);
}

/* ---- Events ---- */

void printer_print_end(struct printer *printer, const char *event, uint64_t at)
{
    print_waiting_line(printer);
    end_body(printer);
    printer->format->print_end(event, at);
}

void printer_print_error(struct printer *printer, const struct fluxo_error_entry *error, uint64_t at,
                         const struct surroundings *around)
{
    print_waiting_line(printer);
    end_body(printer);
    printer->format->print_error(error, at, around);
}

static void print_head(struct printer *printer, uint64_t at)
{
    struct fluxo_facts facts = fluxo_parser_facts(printer->parser);

    print_waiting_line(printer);
    printer->format->print_head(&facts, at);
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
        join_line(printer, event, bytes, at);
    }
}

void printer_close(struct printer *printer)
{
    print_waiting_line(printer);
    end_body(printer);
    free(printer->line.name.start);
    free(printer->line.value.start);
}
