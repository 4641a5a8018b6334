/* SPDX-License-Identifier: MIT */
/* One JSON object an event, on standard output. */
#ifndef DUMP_PRINTER_H
#define DUMP_PRINTER_H

#include <fluxo/parser.h>

struct bytes {
    char *start;
    size_t length, capacity;
};

struct printer {
    const struct fluxo_parser *parser; /* for the facts */
    int raw;
    int body_open; /* a body's string is not closed yet */
    uint64_t body_at;
    uint64_t message_at; /* where the message began, which is where a status-line does */
    int line_open;       /* pieces of a line are being joined */
    uint64_t line_at;
    struct bytes name, value;
};

/* `bytes` as they were given with the event, `offset` of the first of them. */
void printer_print(struct printer *printer, const struct fluxo_event *event, const void *bytes, uint64_t offset);
void printer_print_end(struct printer *printer, const char *event, uint64_t at); /* "switched", "closed" */
void printer_print_error(struct printer *printer, const struct fluxo_error_entry *error, uint64_t at);
void printer_close(struct printer *printer);

#endif
