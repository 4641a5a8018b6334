/* SPDX-License-Identifier: MIT */
/* Events on standard output, an object or a line each. */
#ifndef DUMP_PRINTER_H
#define DUMP_PRINTER_H

#include <fluxo/parser.h>

struct bytes {
    char *start;
    size_t length, capacity;
};

/* A line of the message, joined from its pieces and folds. */
struct line {
    uint8_t kind; /* enum fluxo_event_kind */
    uint16_t id;
    uint64_t at;
    struct bytes name, value;
    unsigned minor; /* of the version */
};

/* Bytes of the input around an error: `length` of them, of which the first is at `offset`. */
struct surroundings {
    const char *bytes;
    size_t length;
    uint64_t offset;
};

struct format {
    void (*print_line)(const struct line *line);
    void (*print_head)(const struct fluxo_facts *facts, uint64_t at);
    void (*begin_body)(void);
    void (*print_octets)(const char *octets, size_t length);
    void (*end_body)(uint64_t at);
    void (*print_end)(const char *event, uint64_t at); /* "message", "switched", "closed" */
    void (*print_error)(const struct fluxo_error_entry *error, uint64_t at, const struct surroundings *around);
};

extern const struct format json_format, text_format;

struct printer {
    const struct format *format;
    const struct fluxo_parser *parser; /* for the facts */
    int raw;
    int body_open; /* a body is not printed to its end yet */
    uint64_t body_at;
    uint64_t message_at; /* where the message began, which is where a status-line does */
    int line_open;       /* pieces of a line are being joined */
    int line_waits;      /* the line is complete, but a fold may follow */
    size_t line_length;  /* of its value, without a fold that is not complete */
    struct line line;
};

/* `bytes` as they were given with the event, `offset` of the first of them. */
void printer_print(struct printer *printer, const struct fluxo_event *event, const void *bytes, uint64_t offset);
void printer_print_end(struct printer *printer, const char *event, uint64_t at);
void printer_print_error(struct printer *printer, const struct fluxo_error_entry *error, uint64_t at,
                         const struct surroundings *around);
void printer_close(struct printer *printer);

#endif
