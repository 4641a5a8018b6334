/* SPDX-License-Identifier: MIT */
/*
 * How this works: each mutation of mutations.def is one function, which draws a place and an exchange there, and says
 * whether something could be done. They stand in the order of that list.
 */
#include "edit.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Text that is put together before it goes in ---- */

struct draft {
    char bytes[1024];
    size_t length;
};

static void add_word(struct draft *draft, struct word word)
{
    size_t room = sizeof draft->bytes - draft->length, length = word.length < room ? word.length : room;

    memcpy(draft->bytes + draft->length, word.bytes, length);
    draft->length += length;
}

static void add_text(struct draft *draft, const char *text)
{
    add_word(draft, (struct word){text, strlen(text)});
}

static int insert(struct edit *edit, size_t at, const struct draft *draft)
{
    return exchange(edit, (struct range){at, 0}, draft->bytes, draft->length);
}

#define DRAW_WORD(edit, words) words[draw_below(edit, COUNT(words))]

/* ---- Lines ---- */

static int insert_line(struct edit *edit)
{
    struct draft draft = {.length = 0};

    add_word(&draft, DRAW_WORD(edit, fields));
    add_text(&draft, ": ");
    add_word(&draft, DRAW_WORD(edit, values));
    add_text(&draft, "\r\n");
    return insert(edit, draw_boundary(edit), &draft);
}

static int duplicate_line(struct edit *edit)
{
    enum { SOME = 3, MANY = 130 }; /* beyond the default limit of field lines, 128 */
    struct range line = draw_line(edit);
    size_t times = 1 + draw_below(edit, draw_below(edit, 8) ? SOME : MANY);

    return repeat(edit, line, line.at + line.length, times);
}

static int delete_line(struct edit *edit)
{
    struct range line = draw_below(edit, 4) ? draw_line(edit) : draw_lines(edit);

    return line.length && exchange(edit, line, NULL, 0);
}

static int move_line(struct edit *edit)
{
    struct range line = draw_line(edit);
    size_t to = draw_boundary(edit);

    if (!repeat(edit, line, to, 1))
        return 0;
    line.at += to <= line.at ? line.length : 0;
    return exchange(edit, line, NULL, 0);
}

static int replace_eol(struct edit *edit)
{
    struct range eol = draw_eol(edit);
    struct word word = DRAW_WORD(edit, eols);

    return eol.length && exchange(edit, eol, word.bytes, word.length);
}

/* ---- Octets ---- */

/* The number that stands there, and one or two more or less. */
static void add_neighbour(struct edit *edit, struct draft *draft, const char *digits)
{
    int base = strpbrk(digits, "abcdefABCDEF") ? 16 : 10;
    unsigned long long number = strtoull(digits, NULL, base) + draw_below(edit, 5) - 2;
    char text[24];

    snprintf(text, sizeof text, base == 16 ? "%llx" : "%llu", number);
    add_text(draft, text);
}

static void add_zeros(struct edit *edit, struct draft *draft, const char *digits)
{
    size_t count = draw_size(edit, 40);

    while (count--)
        add_text(draft, "0");
    add_text(draft, digits);
}

static void add_list(struct edit *edit, struct draft *draft, const char *digits)
{
    static const char *const commas[] = {",", ", ", " ", "\t,\t", ",,"};

    add_text(draft, digits);
    add_text(draft, commas[draw_below(edit, COUNT(commas))]);
    add_text(draft, digits);
}

static int replace_number(struct edit *edit)
{
    struct range number = draw_number(edit);
    struct draft draft = {.length = 0};
    char digits[32] = "";

    if (!number.length || number.length >= sizeof digits)
        return 0;
    memcpy(digits, edit->bytes + number.at, number.length);
    switch (draw_below(edit, 8)) {
    case 0:
    case 1:
    case 2:
        add_neighbour(edit, &draft, digits);
        break;
    case 3:
        add_zeros(edit, &draft, digits);
        break;
    case 4:
        add_list(edit, &draft, digits);
        break;
    default:
        add_word(&draft, DRAW_WORD(edit, numbers));
    }
    return exchange(edit, number, draft.bytes, draft.length);
}

/* The head's lines have the most rules about single octets; where lines are drawn first, short ones have their part. */
static size_t draw_place(struct edit *edit)
{
    struct range line = draw_below(edit, 3) ? line_at(edit, draw_head_line(edit)) : draw_line(edit);

    return line.at + draw_below(edit, line.length);
}

/* A delimiter, or anything. */
static uint8_t draw_new_octet(struct edit *edit)
{
    return draw_below(edit, 3) ? (uint8_t)*DRAW_WORD(edit, edges).bytes : (uint8_t)draw(edit);
}

static int change_octet(struct edit *edit)
{
    size_t at = draw_place(edit);

    if (at >= edit->length)
        return 0;
    if (draw_below(edit, 4))
        edit->bytes[at] = draw_new_octet(edit);
    else
        edit->bytes[at] ^= (uint8_t)(1 << draw_below(edit, 8));
    return 1;
}

static int insert_octet(struct edit *edit)
{
    uint8_t octet = draw_new_octet(edit);

    return exchange(edit, (struct range){draw_place(edit), 0}, &octet, 1);
}

static struct range draw_few(struct edit *edit, size_t most)
{
    size_t at = draw_place(edit), left = edit->length - at;

    return (struct range){at, left ? draw_size(edit, left < most ? left : most) : 0};
}

static int erase_octets(struct edit *edit)
{
    enum { MOST = 8 };
    struct range few = draw_few(edit, MOST);

    return few.length && exchange(edit, few, NULL, 0);
}

static int copy_octets(struct edit *edit)
{
    enum { MOST = 32 };
    struct range few = draw_few(edit, MOST), old = draw_few(edit, MOST);
    uint8_t copy[MOST];

    if (!few.length)
        return 0;
    memcpy(copy, edit->bytes + few.at, few.length);
    old.length = draw_below(edit, 2) ? old.length : 0;
    return exchange(edit, old, copy, few.length);
}

static int stretch_octet(struct edit *edit)
{
    enum { MOST = 8192 };
    struct range octet = {HEAD_LENGTH + draw_below(edit, edit->length - HEAD_LENGTH), 1};
    size_t room = edit->most - edit->length, times = draw_size(edit, MOST);

    if (octet.at >= edit->length)
        return 0;
    return repeat(edit, octet, octet.at, times < room ? times : room);
}

/* ---- Chunks ---- */

enum { CHUNK_MOST = 300 };

static void add_size(struct edit *edit, struct draft *draft, size_t size)
{
    static const char *const forms[] = {"%zx", "%zx", "%zX", "0%zx", "%016zx", "%017zx"};
    char text[32];

    snprintf(text, sizeof text, forms[draw_below(edit, COUNT(forms))], size);
    add_text(draft, text);
}

static void add_extension(struct edit *edit, struct draft *draft)
{
    while (draw_below(edit, 2))
        add_word(draft, DRAW_WORD(edit, extensions));
}

/* What a reader that has lost its place would take for chunks. */
static void add_data(struct edit *edit, struct draft *draft, size_t size)
{
    static const char data[] = "0\r\n\r\n5;a\r\nGET / HTTP/1.1\r\n";
    size_t at = draw_below(edit, sizeof data - 1);

    for (; size; size--, at++)
        add_word(draft, (struct word){data + at % (sizeof data - 1), 1});
}

static void add_chunk(struct edit *edit, struct draft *draft, size_t told, size_t size)
{
    add_size(edit, draft, told);
    add_extension(edit, draft);
    add_text(draft, "\r\n");
    add_data(edit, draft, size);
    add_text(draft, "\r\n");
}

static int insert_chunk(struct edit *edit)
{
    struct draft draft = {.length = 0};
    size_t size = draw_size(edit, CHUNK_MOST);

    add_chunk(edit, &draft, size, size);
    return insert(edit, draw_boundary_behind(edit), &draft);
}

static int insert_bad_chunk(struct edit *edit)
{
    struct draft draft = {.length = 0};
    size_t size = draw_size(edit, CHUNK_MOST);

    add_chunk(edit, &draft, draw_below(edit, 2) ? size + 1 : size - 1, size);
    return insert(edit, draw_boundary_behind(edit), &draft);
}

static int insert_last_chunk(struct edit *edit)
{
    struct draft draft = {.length = 0};

    add_size(edit, &draft, 0);
    add_extension(edit, &draft);
    add_text(&draft, draw_below(edit, 2) ? "\r\n\r\n" : "\r\nTrailer: a\r\n\r\n");
    return insert(edit, draw_boundary_behind(edit), &draft);
}

/* ---- Framing ---- */

static int insert_framing(struct edit *edit)
{
    size_t row = draw_below(edit, COUNT(steering));
    struct draft draft = {.length = 0};
    int plain = (int)draw_below(edit, 2);

    add_word(&draft, steering[row].name);
    add_word(&draft, plain ? colons[0] : DRAW_WORD(edit, colons));
    add_word(&draft, steering[row].values[draw_below(edit, steering[row].count)]);
    add_word(&draft, plain ? (struct word){"\r\n", 2} : DRAW_WORD(edit, eols));
    return insert(edit, draw_boundary(edit), &draft);
}

/* ---- Messages ---- */

static int is_of_responses(const struct edit *edit)
{
    return edit->length >= HEAD_LENGTH + 5 && !memcmp(edit->bytes + HEAD_LENGTH, "HTTP/", 5);
}

static struct word draw_message(struct edit *edit)
{
    int response = is_of_responses(edit);

    if (!draw_below(edit, 16))
        response = !response;
    return response ? DRAW_WORD(edit, responses) : DRAW_WORD(edit, requests);
}

static int append_message(struct edit *edit)
{
    struct word message = draw_message(edit);

    return exchange(edit, (struct range){edit->length, 0}, message.bytes, message.length);
}

static int prepend_message(struct edit *edit)
{
    struct word message = draw_message(edit);

    return exchange(edit, (struct range){HEAD_LENGTH, 0}, message.bytes, message.length);
}

/* ---- Tokens ---- */

/* One letter, or all of the token. */
static int flip_case(struct edit *edit)
{
    struct range token = draw_token(edit);
    size_t at, flipped = 0;

    if (draw_below(edit, 2))
        token = (struct range){token.at + draw_below(edit, token.length), token.length ? 1 : 0};
    for (at = token.at; at < token.at + token.length; at++)
        if (is_letter(edit->bytes[at])) {
            edit->bytes[at] ^= 0x20;
            flipped++;
        }
    return flipped > 0;
}

static int mark_edge(struct edit *edit)
{
    enum { FIRST = 3 }; /* NUL, DEL and 80 */
    size_t at = draw_edge(edit), word = draw_below(edit, draw_below(edit, 2) ? FIRST : COUNT(edges));
    struct range old = {at, at < edit->length && draw_below(edit, 2)};

    return exchange(edit, old, edges[word].bytes, edges[word].length);
}

static struct word draw_vocabulary(struct edit *edit)
{
    switch (draw_below(edit, 8)) {
    case 0:
        return DRAW_WORD(edit, methods);
    case 1:
        return DRAW_WORD(edit, targets);
    case 2:
        return DRAW_WORD(edit, versions);
    case 3:
        return DRAW_WORD(edit, statuses);
    case 4:
        return steering[draw_below(edit, COUNT(steering))].name;
    case 5:
        return DRAW_WORD(edit, codings);
    case 6:
        return DRAW_WORD(edit, connections);
    default:
        return DRAW_WORD(edit, fields);
    }
}

static int replace_token(struct edit *edit)
{
    struct range token = draw_token(edit);
    struct word word = draw_vocabulary(edit);

    return token.length && exchange(edit, token, word.bytes, word.length);
}

static int insert_word(struct edit *edit)
{
    struct word word = draw_vocabulary(edit);

    return exchange(edit, (struct range){draw_place(edit), 0}, word.bytes, word.length);
}

/* ---- Sense: what follows a number is as long as it says ---- */

static const char *find_text(const struct edit *edit, size_t from, const char *text)
{
    size_t length = strlen(text), at;

    for (at = from; at + length <= edit->length; at++)
        if (!memcmp(edit->bytes + at, text, length))
            return (const char *)edit->bytes + at;
    return NULL;
}

static size_t find_content(const struct edit *edit, size_t from)
{
    const char *end = find_text(edit, from, "\r\n\r\n");

    return end ? (size_t)(end - (const char *)edit->bytes) + 4 : edit->length;
}

/* Up to the end, or to another line. */
static size_t draw_end(struct edit *edit, size_t from)
{
    size_t end = draw_boundary_behind(edit);

    return end < from || draw_below(edit, 2) ? edit->length : end;
}

static int fit_content_length(struct edit *edit, const char *field)
{
    struct range value = {(size_t)(field - (const char *)edit->bytes) + sizeof "Content-Length:" - 1, 0};
    size_t content = find_content(edit, value.at);
    char text[32];

    value.length = line_at(edit, value.at).at + line_at(edit, value.at).length - value.at;
    snprintf(text, sizeof text, " %zu\r\n", draw_end(edit, content) - content);
    return exchange(edit, value, text, strlen(text));
}

/* A line becomes a chunk line, and what is behind it up to another one its data. */
static int fit_chunk_size(struct edit *edit)
{
    struct range line = line_at(edit, draw_boundary_behind(edit));
    size_t data = line.at + line.length, end = draw_end(edit, data);
    char text[32];

    snprintf(text, sizeof text, "%zx\r\n", end - data);
    if (!line.length || !exchange(edit, (struct range){end, 0}, "\r\n", 2))
        return 0;
    return exchange(edit, line, text, strlen(text));
}

static int fit_length(struct edit *edit)
{
    const char *field = find_text(edit, HEAD_LENGTH, "Content-Length:");

    return field && draw_below(edit, 2) ? fit_content_length(edit, field) : fit_chunk_size(edit);
}

/* ---- Another input ---- */

static int borrow_lines(struct edit *edit)
{
    struct edit other = {(uint8_t *)edit->other.bytes, edit->other.length, edit->other.length, {NULL, 0}, draw(edit)};
    struct range old = draw_lines(edit), lines;

    if (edit->other.length <= HEAD_LENGTH)
        return 0;
    lines = draw_lines(&other);
    old.length = draw_below(edit, 2) ? old.length : 0;
    return lines.length && exchange(edit, old, other.bytes + lines.at, lines.length);
}

/* ---- The head ---- */

/* Which octet of the head says what; harness.h has the whole of it. */
enum { AT_MODE, AT_RELAX, AT_LIMIT, AT_ABOVE, AT_CUTS, AT_CUTS_HIGH, AT_CAPACITY, AT_ANSWERS };

static void set_cuts(struct edit *edit, size_t cuts)
{
    edit->bytes[AT_CUTS] = (uint8_t)cuts;
    edit->bytes[AT_CUTS_HIGH] = (uint8_t)(cuts >> 8);
}

static int change_seed(struct edit *edit)
{
    size_t cuts = draw_below(edit, UINT16_MAX + 1);

    set_cuts(edit, draw_below(edit, 4) ? cuts : cuts % 2);
    return 1;
}

static int change_mode(struct edit *edit)
{
    edit->bytes[AT_MODE] ^= (uint8_t)(1 << draw_below(edit, 8));
    return 1;
}

static int change_relaxation(struct edit *edit)
{
    enum { SHIFT = 3, ONE_TOGGLED = 3 };
    size_t profile = draw_below(edit, 2) ? ONE_TOGGLED : draw_below(edit, ONE_TOGGLED + 1);

    edit->bytes[AT_MODE] &= (uint8_t) ~(ONE_TOGGLED << SHIFT);
    edit->bytes[AT_MODE] |= (uint8_t)(profile << SHIFT);
    edit->bytes[AT_RELAX] = (uint8_t)draw_below(edit, FLUXO_RELAX_ROWS);
    return 1;
}

static const uint64_t least_limits[] = {
#define LIMIT(member, name, type, standard, least, most, error) least,
#include <fluxo/limits.def>
#undef LIMIT
};

/* How long or how many something is, of which a limit might be told. */
static size_t measure(struct edit *edit)
{
    struct range line = draw_line(edit);

    switch (draw_below(edit, 4)) {
    case 0:
        return draw_below(edit, 6);
    case 1:
        return line.length - count_eol(edit, line);
    case 2:
        return draw_token(edit).length;
    default:
        return draw_lines(edit).length;
    }
}

static int change_limit(struct edit *edit)
{
    size_t row = draw_below(edit, COUNT(least_limits)),
           above = measure(edit) + draw_below(edit, 3) - 1 - (size_t)least_limits[row];

    edit->bytes[AT_LIMIT] = (uint8_t)(draw_below(edit, 8) ? 1 + row : 0);
    edit->bytes[AT_ABOVE] = (uint8_t)above;
    return 1;
}

static int change_capacity(struct edit *edit)
{
    edit->bytes[AT_CAPACITY] = (uint8_t)(draw_below(edit, 2) ? 0 : draw(edit));
    return 1;
}

static int change_answer(struct edit *edit)
{
    edit->bytes[AT_ANSWERS] = (uint8_t)(draw_below(edit, 2) ? draw_below(edit, 4) : draw(edit));
    return 1;
}

/* Behind the first octet of a line end or behind all of it, inside a number, at the end of a token. */
static size_t draw_cut(struct edit *edit)
{
    struct range place;

    switch (draw_below(edit, 4)) {
    case 0:
        place = draw_eol(edit);
        return place.at + 1;
    case 1:
        place = draw_eol(edit);
        return place.at + place.length;
    case 2:
        place = draw_number(edit);
        return place.at + 1 + draw_below(edit, place.length);
    default:
        place = draw_token(edit);
        return place.at + place.length;
    }
}

static int cuts_at(unsigned seed, size_t wanted)
{
    uint32_t cuts = cuts_begin(seed);
    size_t at = 0;

    while (at < wanted)
        at += cuts_next(&cuts);
    return at == wanted;
}

/* A seed of which one cut falls there; about one in forty does. */
static int move_cut(struct edit *edit)
{
    enum { TRIES = 128, FIRST_SEED = 2 };
    size_t wanted = draw_cut(edit) - HEAD_LENGTH;
    int tries;

    for (tries = 0; tries < TRIES; tries++) {
        unsigned seed = FIRST_SEED + (unsigned)draw_below(edit, UINT16_MAX - FIRST_SEED);
        if (cuts_at(seed, wanted)) {
            set_cuts(edit, seed);
            return 1;
        }
    }
    return 0;
}

/* ---- All of them ---- */

static const struct {
    int (*change)(struct edit *edit);
    const char *name, *sentence;
    unsigned share;
} mutations[] = {
#define MUTATION(name, share, what) {name, #name, what, share},
#include "mutations.def"
#undef MUTATION
};

const char *mutation_name(enum mutation mutation)
{
    return mutations[mutation].name;
}

const char *mutation_sentence(enum mutation mutation)
{
    return mutations[mutation].sentence;
}

static enum mutation draw_mutation(struct edit *edit)
{
    enum {
        SHARES = 0
#define MUTATION(name, share, what) +share
#include "mutations.def"
#undef MUTATION
    };
    size_t drawn = draw_below(edit, SHARES), mutation = 0;

    while (drawn >= mutations[mutation].share)
        drawn -= mutations[mutation++].share;
    return (enum mutation)mutation;
}

/* A head is there, and some octet behind it, where there is room. */
static struct edit begin(uint8_t *bytes, size_t length, size_t most, struct mutate_other other, uint64_t seed)
{
    struct edit edit = {bytes, length, most, other, seed};

    if (length < HEAD_LENGTH && most >= HEAD_LENGTH) {
        memset(bytes + length, 0, HEAD_LENGTH - length);
        edit.length = HEAD_LENGTH;
    }
    return edit;
}

size_t mutate_by(enum mutation mutation, uint8_t *bytes, size_t length, size_t most, struct mutate_other other, uint64_t seed)
{
    struct edit edit = begin(bytes, length, most, other, seed);

    return edit.length >= HEAD_LENGTH && mutations[mutation].change(&edit) ? edit.length : 0;
}

size_t mutate(uint8_t *bytes, size_t length, size_t most, struct mutate_other other, uint64_t seed)
{
    enum { TRIES = 16 };
    struct edit edit = begin(bytes, length, most, other, seed);
    int tries;

    if (edit.length < HEAD_LENGTH)
        return length;
    for (tries = 0; tries < TRIES; tries++)
        if (mutations[draw_mutation(&edit)].change(&edit) && draw_below(&edit, 4))
            break;
    return edit.length;
}

int mutate_leaves(uint64_t seed)
{
    struct edit edit = {NULL, 0, 0, {NULL, 0}, ~seed};

    return draw_below(&edit, 3) == 0;
}

size_t mutate_cross(uint8_t *bytes, size_t most, struct mutate_other first, struct mutate_other second, uint64_t seed)
{
    struct edit edit = {bytes, first.length < most ? first.length : most, most, second, seed};

    memcpy(bytes, first.bytes, edit.length);
    if (edit.length >= HEAD_LENGTH)
        borrow_lines(&edit);
    return edit.length;
}
