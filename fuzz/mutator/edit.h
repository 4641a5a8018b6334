/* SPDX-License-Identifier: MIT */
/* What all mutations are made of: chance, the places of lines and tokens in a text, and the exchange of octets. */
#ifndef FUZZ_EDIT_H
#define FUZZ_EDIT_H

#include "mutate.h"

struct edit {
    uint8_t *bytes;
    size_t length, most;
    struct mutate_other other;
    uint64_t state;
};

struct range {
    size_t at, length;
};

/* ---- Chance ---- */

uint64_t draw(struct edit *edit);
size_t draw_below(struct edit *edit, size_t bound); /* 0 for a bound of 0 */
size_t draw_size(struct edit *edit, size_t most);   /* 1 to most, small more often */

/* ---- Places. None of them is in the head; a length of 0 says that there is no such place. ---- */

struct range draw_line(struct edit *edit);          /* with its line end, if it has one */
size_t draw_head_line(struct edit *edit);           /* where one begins */
size_t draw_boundary(struct edit *edit);            /* between two lines, more often in the first head */
size_t draw_boundary_behind(struct edit *edit);     /* more often behind the first head, where chunks are */
struct range draw_lines(struct edit *edit);         /* any number of lines, also none */
struct range draw_token(struct edit *edit);         /* octets of letters, digits, - and _ */
size_t draw_edge(struct edit *edit);                /* where a token begins or ends */
struct range draw_eol(struct edit *edit);           /* CR LF or LF */
struct range draw_number(struct edit *edit);        /* digits; where a chunk-size may be, hexadecimal ones */
struct range line_at(struct edit *edit, size_t at); /* the line in which `at` is */
int is_letter(uint8_t octet);
size_t count_eol(struct edit *edit, struct range line);

/* ---- Exchange. Returns whether there was room. ---- */

int exchange(struct edit *edit, struct range old, const void *bytes, size_t count); /* `bytes` are not of the edit's own */
int repeat(struct edit *edit, struct range old, size_t at, size_t times); /* copies of what is there, put before `at` */

#endif
