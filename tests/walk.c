/* SPDX-License-Identifier: MIT */
/*
 * Every state of the machines, every transition, and each octet there: what the library says is what `ragel -x` lists of them.
 *
 * How this works: the files in tests/walk/ are written by the program in that folder, from the machines. Under `way NAME` a
 * line says what the end means after a text, and each of the octets; the texts that lead there follow it, and behind a plus
 * what makes each of them final. A way is a call of the library that leads into the machine. Whether those texts do lead to one
 * place is seen by what may follow, two octets or the end of any other text of the way: it means the same behind each.
 */
#include <fluxo/field.h>
#include <fluxo/target.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "line.h"
#include "text.h"

enum { TEXT_MOST = 200, AROUND_MOST = 200, EVENTS = 64, OCTETS = 256, RESTS_MOST = 200, COMPLAINTS_MOST = 8 };

/* ---- What a call says of a text ---- */

enum verdict { ACCEPTED, INCOMPLETE, WRONG };

struct answer {
    enum verdict verdict;
    size_t at; /* WRONG: the offset of the octet that cannot stand there */
};

struct way {
    const char *file, *name;
    struct answer (*ask)(const struct way *way, struct fluxo_span text);
    int choice;                 /* what else the call wants to be told */
    const char *before, *after; /* what stands around the text in a message */
};

static struct answer accept_if(int is_accepted)
{
    struct answer answer = {is_accepted ? ACCEPTED : INCOMPLETE, 0};

    return answer;
}

static struct answer refuse_at(size_t at)
{
    struct answer answer = {WRONG, at};

    return answer;
}

/* A text that is refused where it ends is one of which more is wanted. */
static struct answer refuse(struct fluxo_span text, size_t at)
{
    return at == text.length ? accept_if(0) : refuse_at(at);
}

/* ---- Messages and what stands in them, through the parser ---- */

static struct fluxo_parser parser;
static struct fluxo_options options;

/* Every leniency is on, but for the one with which nobody looks at Host. */
static void begin_parser(enum fluxo_kind kind)
{
    fluxo_options_init(&options);
    options.relax = FLUXO_RELAX_ALL & ~(uint32_t)FLUXO_RELAX_ANY_HOST;
    if (fluxo_parser_init(&parser, kind, &options))
        abort();
}

static struct fluxo_feed feed_all(const char *bytes, size_t length)
{
    struct fluxo_event events[EVENTS];
    struct fluxo_feed fed = fluxo_parser_feed(&parser, bytes, length, events, EVENTS);

    return fed.status == FLUXO_HEAD && fed.consumed < length ? feed_all(bytes + fed.consumed, length - fed.consumed) : fed;
}

static struct fluxo_feed feed_text(const struct way *way, struct fluxo_span text)
{
    size_t before = strlen(way->before), after = strlen(way->after);
    char bytes[TEXT_MOST + AROUND_MOST];

    memcpy(bytes, way->before, before);
    memcpy(bytes + before, text.start, text.length);
    memcpy(bytes + before + text.length, way->after, after);
    return feed_all(bytes, before + text.length + after);
}

static size_t find_error(const struct way *way)
{
    return (size_t)fluxo_parser_offset(&parser) - strlen(way->before);
}

static struct answer ask_message(const struct way *way, struct fluxo_span text)
{
    struct fluxo_feed fed;

    begin_parser((enum fluxo_kind)way->choice);
    fed = feed_text(way, text);
    return fed.status == FLUXO_ERROR ? refuse_at(find_error(way)) : accept_if(fed.status == FLUXO_MESSAGE);
}

/* The line is complete, the head is not: what the head as a whole has to be is not asked. */
static struct answer ask_line(const struct way *way, struct fluxo_span text)
{
    begin_parser((enum fluxo_kind)way->choice);
    return feed_text(way, text).status == FLUXO_ERROR ? refuse(text, find_error(way)) : accept_if(1);
}

enum fact { FACT_CLOSE, FACT_KEEP_ALIVE, FACT_UPGRADE, FACT_EXPECT };

static int is_told(enum fact fact, struct fluxo_facts facts)
{
    switch (fact) {
    case FACT_CLOSE:
        return !facts.keep_alive;
    case FACT_KEEP_ALIVE:
        return facts.keep_alive;
    case FACT_UPGRADE:
        return facts.upgrade;
    default:
        return facts.expect_continue;
    }
}

/* Incomplete is what does not say it; that is no error, not at the end either. */
static struct answer ask_head(const struct way *way, struct fluxo_span text)
{
    begin_parser(FLUXO_REQUEST);
    if (feed_text(way, text).status == FLUXO_ERROR)
        return refuse_at(find_error(way));
    return accept_if(is_told((enum fact)way->choice, fluxo_parser_facts(&parser)));
}

/* ---- What the toolkit reads ---- */

static struct answer ask_cursor(const struct way *way, struct fluxo_span text)
{
    struct fluxo_cursor cursor;

    if (fluxo_cursor_init(&cursor, (enum fluxo_reading)way->choice, &text, 1) != FLUXO_DONE)
        abort();
    return fluxo_cursor_check(&cursor) == FLUXO_DONE ? accept_if(1) : refuse(text, cursor.at);
}

static struct answer ask_target(const struct way *way, struct fluxo_span text)
{
    struct fluxo_target target;

    if (fluxo_target_split((enum fluxo_method)way->choice, text, &target) == FLUXO_DONE)
        return accept_if(1);
    return target.fault == FLUXO_ERR_TARGET ? refuse(text, target.at) : refuse_at(target.at);
}

static struct answer ask_authority(const struct way *way, struct fluxo_span text)
{
    struct fluxo_authority authority;
    size_t at;

    (void)way;
    return fluxo_authority_split(text, &authority, &at) == FLUXO_DONE ? accept_if(1) : refuse(text, at);
}

typedef int (*decoder)(struct fluxo_span text, void *to, size_t room, size_t *length);

static struct answer ask_decoder(const struct way *way, struct fluxo_span text)
{
    static const decoder decoders[] = {fluxo_text_unquote, fluxo_text_unescape, fluxo_text_unpercent};
    char to[TEXT_MOST];
    size_t at;

    return decoders[way->choice](text, to, sizeof to, &at) == FLUXO_DONE ? accept_if(1) : refuse(text, at);
}

/* Whether a month has that day is not the machine's. */
static struct answer ask_date(const struct way *way, struct fluxo_span text)
{
    size_t at;

    (void)way;
    return fluxo_date_check(text, &at) ? accept_if(1) : refuse(text, at);
}

static struct answer ask_writer(const struct way *way, struct fluxo_span text)
{
    static int (*const questions[])(struct fluxo_span) = {fluxo_is_field_name, fluxo_is_field_value, fluxo_is_reason_phrase};

    return accept_if(questions[way->choice](text));
}

static const struct way ways[] = {
    {"request", "request", ask_message, FLUXO_REQUEST, "", ""},
    {"response", "response", ask_message, FLUXO_RESPONSE, "", ""},
    {"chunked", "of a request", ask_message, FLUXO_REQUEST, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
    {"chunked", "of a response", ask_message, FLUXO_RESPONSE, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
    {"target", "GET", ask_line, FLUXO_REQUEST, "GET ", " HTTP/1.1\r\n"},
    {"target", "CONNECT", ask_line, FLUXO_REQUEST, "CONNECT ", " HTTP/1.1\r\n"},
    {"target", "Host", ask_line, FLUXO_REQUEST, "GET / HTTP/1.1\r\nHost:", "\r\n"},
    {"value", "Content-Length", ask_line, FLUXO_REQUEST, "POST / HTTP/1.1\r\nContent-Length:", "\r\n"},
    {"value", "Transfer-Encoding of a request", ask_line, FLUXO_REQUEST, "POST / HTTP/1.1\r\nTransfer-Encoding:", "\r\n"},
    {"value", "Transfer-Encoding of a response", ask_line, FLUXO_RESPONSE, "HTTP/1.1 200 OK\r\nTransfer-Encoding:", "\r\n"},
    {"value", "Connection: close", ask_head, FACT_CLOSE, "GET / HTTP/1.1\r\nConnection:", "\r\n\r\n"},
    {"value", "Connection: keep-alive", ask_head, FACT_KEEP_ALIVE, "GET / HTTP/1.0\r\nConnection:", "\r\n\r\n"},
    {"value", "Connection: upgrade", ask_head, FACT_UPGRADE, "GET / HTTP/1.1\r\nUpgrade: a\r\nConnection:", "\r\n\r\n"},
    {"value", "Expect: 100-continue", ask_head, FACT_EXPECT, "GET / HTTP/1.1\r\nExpect:", "\r\n\r\n"},
#define READING(id, entry, fault, section) {"list", #id, ask_cursor, FLUXO_READ_##id, "", ""},
#include <fluxo/readings.def>
#undef READING
    {"split", "OPTIONS", ask_target, FLUXO_METHOD_OPTIONS, "", ""},
    {"split", "CONNECT", ask_target, FLUXO_METHOD_CONNECT, "", ""},
    {"split", "Host", ask_authority, 0, "", ""},
    {"decode", "parameter_value", ask_decoder, 0, "", ""},
    {"decode", "quoted_text", ask_decoder, 1, "", ""},
    {"decode", "percent", ask_decoder, 2, "", ""},
    {"date", "date", ask_date, 0, "", ""},
    {"line", "name", ask_writer, 0, "", ""},
    {"line", "value", ask_writer, 1, "", ""},
    {"line", "reason", ask_writer, 2, "", ""},
};

/* ---- What the files say ---- */

enum outcome { REFUSED, FINAL, MORE, JUDGED, LEFT, OUTCOMES };

static const char *const words[OUTCOMES] = {"refused", "final", "more", "judged", "left"};

struct walk {
    const struct way *way;
    unsigned char outcomes[OCTETS], end;  /* enum outcome */
    unsigned char alphabet[OCTETS];       /* whether a text of the way ends in that octet */
    struct answer behind[OCTETS][OCTETS]; /* the first of the texts that stand together, counted from its end */
    struct rest {
        struct text text; /* what makes one or another text of the way final */
        struct answer behind;
    } rests[RESTS_MOST];
    unsigned rest_count;
    int is_first;
    unsigned long texts, octets, pairs, rested, wrong;
};

static enum outcome find_word(const char *word, size_t length)
{
    unsigned outcome = 0;

    while (outcome < OUTCOMES && (strlen(words[outcome]) != length || memcmp(words[outcome], word, length) != 0))
        outcome++;
    if (outcome == OUTCOMES)
        abort();
    return (enum outcome)outcome;
}

/* 30-39,41: octets, in hexadecimal digits. */
static void read_octets(struct walk *walk, const char *octets, enum outcome outcome)
{
    do {
        char *rest;
        unsigned long first = strtoul(octets, &rest, 16), last = *rest == '-' ? strtoul(rest + 1, &rest, 16) : first;

        if (last >= OCTETS)
            abort();
        for (; first <= last; first++)
            walk->outcomes[first] = (unsigned char)outcome;
        octets = *rest == ',' ? rest + 1 : NULL;
    } while (octets);
}

/* end=OUTCOME, and OUTCOME=OCTETS for each that any octet has. */
static void read_outcomes(struct walk *walk, char *line)
{
    char *word;

    memset(walk->outcomes, REFUSED, sizeof walk->outcomes);
    walk->is_first = 1;
    for (word = strtok(line, " "); word; word = strtok(NULL, " ")) {
        const char *equals = strchr(word, '=');

        if (!equals)
            abort();
        if (strncmp(word, "end=", 4) == 0)
            walk->end = (unsigned char)find_word(equals + 1, strlen(equals + 1));
        else
            read_octets(walk, equals + 1, find_word(word, (size_t)(equals - word)));
    }
}

/* ---- Comparing ---- */

/* Decoded escapes are refused at their percent sign, and the writer's lines at no place that is told. */
static int tells_the_place(const struct way *way)
{
    return way->ask != ask_writer && strcmp(way->name, "percent") != 0;
}

static int is_as_expected(const struct way *way, struct fluxo_span text, enum outcome outcome, struct answer answer)
{
    if (!tells_the_place(way))
        return (answer.verdict == ACCEPTED) == (outcome == FINAL);
    switch (outcome) {
    case FINAL:
        return answer.verdict == ACCEPTED;
    case MORE:
        return answer.verdict == INCOMPLETE;
    case JUDGED:
        return answer.verdict == WRONG && answer.at == 0;
    default:
        return answer.verdict == WRONG && answer.at == text.length - 1;
    }
}

static const char *const verdicts[] = {"accepted", "incomplete", "refused"};

static void complain(struct walk *walk, struct fluxo_span span, struct answer answer, const char *expected)
{
    struct text shown = {NULL, 0, 0};

    if (walk->wrong++ >= COMPLAINTS_MOST)
        return;
    text_add_visible(&shown, span.start, span.length);
    printf("# %s: \"%s\" should be %s, and is %s", walk->way->name, shown.bytes ? shown.bytes : "", expected,
           verdicts[answer.verdict]);
    printf(answer.verdict == WRONG ? " at %zu\n" : "\n", answer.at);
    text_free(&shown);
}

static void compare(struct walk *walk, struct fluxo_span text, enum outcome outcome)
{
    struct answer answer;

    if (outcome == LEFT)
        return;
    walk->octets++;
    answer = walk->way->ask(walk->way, text);
    if (!is_as_expected(walk->way, text, outcome, answer))
        complain(walk, text, answer, words[outcome]);
}

static void compare_octets(struct walk *walk, char *bytes, size_t length)
{
    unsigned octet;

    compare(walk, fluxo_span_of(bytes, length), (enum outcome)walk->end);
    for (octet = 0; octet < OCTETS; octet++) {
        bytes[length] = (char)octet;
        compare(walk, fluxo_span_of(bytes, length + 1), (enum outcome)walk->outcomes[octet]);
    }
}

/* What stands before the pair is refused as a whole, or not at all. */
static struct answer count_from(struct answer answer, size_t length)
{
    answer.at = answer.verdict == WRONG && answer.at >= length ? answer.at - length : 0;
    return answer;
}

/* The first text says what the others have to. */
static void compare_with_first(struct walk *walk, struct fluxo_span text, size_t length, struct answer *first)
{
    struct answer answer = count_from(walk->way->ask(walk->way, text), length);

    if (walk->is_first)
        *first = answer;
    else if (answer.verdict != first->verdict || answer.at != first->at)
        complain(walk, text, answer, verdicts[first->verdict]);
}

static void compare_pair(struct walk *walk, char *bytes, size_t length, unsigned one, unsigned other)
{
    bytes[length] = (char)one;
    bytes[length + 1] = (char)other;
    walk->pairs++;
    compare_with_first(walk, fluxo_span_of(bytes, length + 2), length, &walk->behind[one][other]);
}

static int may_go_on(const struct walk *walk, unsigned octet)
{
    return walk->alphabet[octet] && (walk->outcomes[octet] == FINAL || walk->outcomes[octet] == MORE);
}

static void compare_pairs(struct walk *walk, char *bytes, size_t length)
{
    unsigned one, other;

    for (one = 0; one < OCTETS; one++)
        for (other = 0; may_go_on(walk, one) && other < OCTETS; other++)
            if (walk->alphabet[other])
                compare_pair(walk, bytes, length, one, other);
}

static void compare_rests(struct walk *walk, char *bytes, size_t length)
{
    struct rest *rest = walk->rests;

    for (; rest < walk->rests + walk->rest_count; rest++) {
        memcpy(bytes + length, rest->text.bytes, rest->text.length);
        walk->rested++;
        compare_with_first(walk, fluxo_span_of(bytes, length + rest->text.length), length, &rest->behind);
    }
}

static void read_text(struct text *text, const char *visible, size_t length)
{
    memset(text, 0, sizeof *text);
    text_add(text, "", 0);
    if (text_add_bytes(text, visible, length) == LINE_END_ERROR || text->length > TEXT_MOST / 2)
        abort();
}

static struct rest *find_rest(struct walk *walk, const struct text *text)
{
    struct rest *rest = walk->rests;

    while (rest < walk->rests + walk->rest_count && !text_equal(&rest->text, text))
        rest++;
    return rest;
}

static void walk_text(struct walk *walk, const struct text *text)
{
    char bytes[TEXT_MOST];

    memcpy(bytes, text->bytes, text->length);
    walk->texts++;
    compare_octets(walk, bytes, text->length);
    compare_pairs(walk, bytes, text->length);
    compare_rests(walk, bytes, text->length);
    walk->is_first = 0;
}

/* The first text with it is as good as each, since they are the same. */
static void walk_rest(struct walk *walk, const struct text *text)
{
    const struct rest *rest = find_rest(walk, text);

    if (rest->behind.verdict != ACCEPTED)
        complain(walk, fluxo_span_of(text->bytes, text->length), rest->behind, "accepted behind the texts above it");
}

static void note_text(struct walk *walk, const struct text *text)
{
    if (text->length)
        walk->alphabet[(unsigned char)text->bytes[text->length - 1]] = 1;
}

static void note_rest(struct walk *walk, const struct text *text)
{
    struct rest *rest = find_rest(walk, text);

    if (rest < walk->rests + walk->rest_count)
        return;
    if (walk->rest_count++ == RESTS_MOST)
        abort();
    memset(&rest->text, 0, sizeof rest->text);
    text_add(&rest->text, text->bytes, text->length);
}

static void forget_rests(struct walk *walk)
{
    while (walk->rest_count)
        text_free(&walk->rests[--walk->rest_count].text);
}

/* ---- Files ---- */

static FILE *open_file(const char *name)
{
    const char *top = getenv("TOP_SRCDIR");
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/tests/walk/%s.txt", top ? top : ".", name);
    file = fopen(path, "r");
    if (!file)
        perror(path);
    return file;
}

/* What is done with a text, and with what stands behind a plus. */
struct reading {
    void (*take_text)(struct walk *walk, const struct text *text);
    void (*take_rest)(struct walk *walk, const struct text *text);
};

/* Either begins with four characters, and stands in quotes. */
static void read_quoted(struct walk *walk, const char *line, const struct reading *reading)
{
    struct text text;

    read_text(&text, line + 5, strlen(line) - 6);
    (line[2] == '+' ? reading->take_rest : reading->take_text)(walk, &text);
    text_free(&text);
}

static void read_line(struct walk *walk, char *line, int *is_here, const struct reading *reading)
{
    if (strncmp(line, "way ", 4) == 0)
        *is_here = strcmp(line + 4, walk->way->name) == 0;
    else if (*is_here && line[0] == ' ')
        read_quoted(walk, line, reading);
    else if (*is_here && line[0])
        read_outcomes(walk, line);
}

static void read_way(struct walk *walk, const struct reading *reading)
{
    FILE *file = open_file(walk->way->file);
    char line[4096];
    int is_here = 0;

    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '#')
            read_line(walk, line, &is_here, reading);
    }
    if (file)
        fclose(file);
}

static int walk_way(const struct way *way, unsigned number)
{
    static const struct reading to_note = {note_text, note_rest}, to_walk = {walk_text, walk_rest};
    static struct walk walk;
    int is_good;

    memset(&walk, 0, sizeof walk);
    walk.way = way;
    read_way(&walk, &to_note);
    read_way(&walk, &to_walk);
    forget_rests(&walk);
    is_good = walk.texts && !walk.wrong;
    printf("%s %u - %s, %s: %lu texts, behind them %lu octets, %lu pairs and %lu ends of others, %lu not as the machine says\n",
           is_good ? "ok" : "not ok", number, way->file, way->name, walk.texts, walk.octets, walk.pairs, walk.rested,
           walk.wrong);
    return is_good;
}

int main(void)
{
    unsigned count = sizeof ways / sizeof *ways, number, failed = 0;

    printf("1..%u\n", count);
    for (number = 0; number < count; number++)
        failed += !walk_way(&ways[number], number + 1);
    return failed != 0;
}
