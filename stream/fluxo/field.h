/* SPDX-License-Identifier: MIT */
/*
 * <fluxo/field.h>: what stands in field values (RFC 9110 5.6): lists, parameters, quoted strings, weights, escapes.
 *
 * A cursor walks the lines of one field, in order and without joining them, and gives one item a call: spans of your bytes,
 * which live as long as those do. Nothing is copied, nothing is allocated, and no byte is read twice.
 *
 *     struct fluxo_cursor cursor;
 *     struct fluxo_item coding;
 *     int answer;
 *
 *     fluxo_cursor_init(&cursor, FLUXO_READ_TE, lines, count);
 *     while ((answer = fluxo_cursor_next(&cursor, &coding)) == FLUXO_DONE)
 *         consider(coding.name, coding.weight);
 *     if (answer == FLUXO_FAULT)
 *         complain(fluxo_fault(cursor.fault)->sentence, cursor.line, cursor.at);
 *
 * Answers are those of <fluxo/base.h>. Here FLUXO_DONE means that what was asked for is there, FLUXO_END that there is no more,
 * FLUXO_FAULT that the value is not what it should be; FLUXO_MISUSE_ARGUMENT, below 0, that the call is not. Functions named
 * _is, _has or _equals answer 1 or 0.
 */
#ifndef FLUXO_FIELD_H
#define FLUXO_FIELD_H

#include <fluxo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Spans ---- */

static inline struct fluxo_span fluxo_span_of(const char *start, size_t length)
{
    struct fluxo_span span = {start, length};
    return span;
}

/* Whether two texts are equal but for the case of ASCII letters: field names, options, codings, protocols, parameter names. */
int fluxo_span_equals(struct fluxo_span one, struct fluxo_span other);

/* The same, against a string that ends in NUL. */
int fluxo_span_is(struct fluxo_span span, const char *text);

/* ---- Items, one after the other ---- */

/* What a cursor reads: FLUXO_READ_TOKENS and so on, readings.def has them all. */
enum fluxo_reading {
#define READING(id, entry, fault, section) FLUXO_READ_##id,
#include <fluxo/readings.def>
#undef READING
    FLUXO_READINGS
};

enum {
    FLUXO_ITEM_QUOTED = 1,   /* the value stood in quotes */
    FLUXO_ITEM_ESCAPED = 2,  /* and holds a backslash: fluxo_text_unescape gives what it stands for */
    FLUXO_ITEM_WEIGHTED = 4, /* the weight was there */
    FLUXO_ITEM_REPEATED = 8  /* fluxo_parameter_find: a parameter of this name follows */
};

/*
 * An element of a list, or a parameter; what it lacks has length 0. By the reading:
 *
 *                          name           value                      parameters                     weight
 *     ELEMENTS
 *     TOKENS, MEMBERS      the token
 *     PARAMETERS           its name       behind "="
 *     UPGRADE              its name       version, behind "/"
 *     CONTENT_TYPE         type           subtype, behind "/"        FLUXO_READ_PARAMETERS
 *     EXPECT               its name       behind "="                 FLUXO_READ_PARAMETERS
 *     TE                   the coding                                FLUXO_READ_TRANSFER_PARAMETERS  q
 *     TRANSFER_ENCODING    the coding                                FLUXO_READ_TRANSFER_PARAMETERS
 *     TRANSFER_PARAMETERS  its name       behind "="
 *     ACCEPT               type           subtype, behind "/"        FLUXO_READ_PARAMETERS           q
 *     ACCEPT_ENCODING      the coding                                                               q
 */
struct fluxo_item {
    struct fluxo_span text;       /* all of it, without the white space around it */
    struct fluxo_span name;       /* a token; its case has no meaning */
    struct fluxo_span value;      /* what stands between the quotes if it is QUOTED; `start` is NULL if there is none */
    struct fluxo_span parameters; /* to be read in their turn; the weight is not among them, except in ACCEPT */
    uint16_t weight;              /* in thousandths, 0 to 1000; 1000 if none is there (RFC 9110 12.4.2) */
    uint8_t flags;                /* FLUXO_ITEM_ */
};

/* Plain data that may be copied, which keeps a place to return to. Read `line`, `at` and `fault`; the rest is private. */
struct fluxo_cursor {
    struct fluxo_span text;
    const struct fluxo_span *more;
    size_t left;
    size_t line, at; /* the line, from 0, and the offset in it where the cursor stands */
    uint16_t fault;  /* enum fluxo_fault_code: line and at tell the first byte that cannot stand there */
    uint16_t state;
    uint8_t reading;
};

/*
 * Begins to read the values of one field: `count` lines, in the order in which they came. White space around a value may be
 * there or not. The array is kept by pointer and must stay until the last line is begun; a single line is not, so it may be a
 * span on the stack, or the parameters of an item. Returns FLUXO_DONE, or FLUXO_MISUSE_ARGUMENT for a reading that is none, or
 * lines that are missing.
 */
int fluxo_cursor_init(struct fluxo_cursor *cursor, enum fluxo_reading reading, const struct fluxo_span *lines, size_t count);

/*
 * The next item. Empty elements are passed over (RFC 9110 5.6.1.2). FLUXO_FAULT is final; the items before it have been given,
 * so who must take all or nothing asks fluxo_cursor_check first. Without FLUXO_DONE the item is empty.
 */
int fluxo_cursor_next(struct fluxo_cursor *cursor, struct fluxo_item *item);

/* Whether all that is left can be read. FLUXO_DONE, and the cursor stands where it stood; or FLUXO_FAULT, and it stands there.
 */
int fluxo_cursor_check(struct fluxo_cursor *cursor);

/*
 * The first parameter of that name, in any case, among the parameters of an item. FLUXO_END if there is none; FLUXO_FAULT if
 * any of them is malformed. Of several with one name the first is given, flagged REPEATED: who has to agree with others about
 * it (a boundary, a charset) refuses that.
 */
int fluxo_parameter_find(struct fluxo_span parameters, const char *name, struct fluxo_item *item);

/* ---- Questions about lists of tokens ---- */

/* Whether the list has the token as a member, in any case. As the parser reads Connection: members that are no tokens are
   passed over, and do not hide the others. */
int fluxo_list_has(const struct fluxo_span *lines, size_t count, struct fluxo_span token);

/*
 * Whether an intermediary must take the field out of a message before it forwards it (RFC 9110 7.6.1): one that is known to be
 * for the next hop, or that Connection names; given all Connection lines of that message. Some fields that a message needs
 * stay, whatever Connection says: hops.def has both lists, with reasons. Each call reads the lines anew.
 */
int fluxo_field_is_hop_by_hop(const struct fluxo_span *connection, size_t count, struct fluxo_span name);

/* ---- Texts that stand for others ---- */

/*
 * Each writes what the text stands for to `to`, which has `room` octets and may be the text's own bytes: it is never longer
 * than the text. No NUL is put behind it, and octets of any value may be in it.
 *
 *     FLUXO_DONE   *length octets are written
 *     FLUXO_FULL   nothing is written; it needs *length octets
 *     FLUXO_FAULT  nothing is written; *length is the offset of the first byte that cannot stand there
 */

/* RFC 9110 5.6.4: of a token the token, of a quoted-string what it holds. Else FLUXO_FAULT_QUOTED. */
int fluxo_text_unquote(struct fluxo_span text, void *to, size_t room, size_t *length);

/* The same for what stands between the quotes, as in the value of an item that is ESCAPED. */
int fluxo_text_unescape(struct fluxo_span text, void *to, size_t room, size_t *length);

/* RFC 3986 2.1: %41 for A. Of FLUXO_FAULT_PERCENT the offset is that of the percent sign that begins no escape. */
int fluxo_text_unpercent(struct fluxo_span text, void *to, size_t room, size_t *length);

/* RFC 9110 12.4.2: a qvalue in thousandths, such as 500 of "0.5". Else FLUXO_FAULT (FLUXO_FAULT_QVALUE), and 0. */
int fluxo_text_weigh(struct fluxo_span text, uint16_t *weight);

#ifdef __cplusplus
}
#endif
#endif
