/* SPDX-License-Identifier: MIT */
/* Bytes that grow, and the notation of fixtures: every byte that matters is visible. */
#ifndef TESTS_TEXT_H
#define TESTS_TEXT_H

#include <stddef.h>

struct text {
    char *bytes;
    size_t length, capacity;
};

void text_add(struct text *text, const char *bytes, size_t length);
void text_add_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text *text);
void text_free(struct text *text);
int text_equal(const struct text *a, const struct text *b);

/* Adds bytes in the notation: printable ASCII as it is but for \\; \r \n \t \xHH; \(N*c) for N times the byte c. */
void text_add_visible(struct text *text, const char *bytes, size_t length);

/* Reads the notation. Returns how the line ended: with a byte, a line end written out, or `\` for "no line end". */
enum line_end { LINE_END_PLAIN, LINE_END_WRITTEN, LINE_END_ERROR };
enum line_end text_add_bytes(struct text *text, const char *visible, size_t length);

#endif
