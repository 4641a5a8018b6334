/* SPDX-License-Identifier: MIT */
/* The promises of <fluxo/body.h>: what goes in comes out, however it is cut; nothing grows; what is at fault is named. */
#define _DEFAULT_SOURCE
#include <fluxo/body.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- Octets ---- */

struct octets {
    char *start;
    size_t length, size;
};

static void append(struct octets *octets, const char *start, size_t length)
{
    if (octets->length + length > octets->size) {
        octets->size = 2 * (octets->length + length);
        octets->start = (char *)realloc(octets->start, octets->size);
        assert_non_null(octets->start);
    }
    if (length)
        memcpy(octets->start + octets->length, start, length);
    octets->length += length;
}

static void drop(struct octets *octets)
{
    free(octets->start);
    memset(octets, 0, sizeof *octets);
}

static struct fluxo_span span_of(const struct octets *octets)
{
    struct fluxo_span span = {octets->start, octets->length};
    return span;
}

static struct fluxo_span span_of_text(const char *text)
{
    struct fluxo_span span = {text, strlen(text)};
    return span;
}

static void assert_same(const struct octets *octets, struct fluxo_span expected)
{
    assert_int_equal(octets->length, expected.length);
    if (expected.length)
        assert_memory_equal(octets->start, expected.start, expected.length);
}

static uint32_t seed = 9110;

static size_t draw(size_t below) /* xorshift: the same in every run */
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

enum kind { TEXT, NOISE, ZEROS };

static struct octets make_content(enum kind kind, size_t length)
{
    static const char *const words[] = {"field ", "line ", "content ", "coding, ", "octet ", "of ", "the\r\n", "span "};
    struct octets content = {NULL, 0, 0};

    while (content.length < length) {
        const char *word = words[draw(8)];
        char octet = kind == NOISE ? (char)draw(256) : '\0';
        if (kind == TEXT)
            append(&content, word, strlen(word));
        else
            append(&content, &octet, 1);
    }
    content.length = length;
    return content;
}

/* ---- An allocator that counts, checks and fails ---- */

struct meter {
    size_t now, most;
    unsigned calls, fail_at; /* the call that fails, from 1 */
};

union head {
    size_t size;
    long double align_number;
};

static void *resize_counted(void *context, void *block, size_t old, size_t size)
{
    struct meter *meter = (struct meter *)context;
    union head *head = block ? (union head *)block - 1 : NULL;

    assert_int_equal(head ? head->size : 0, old);
    if (size && ++meter->calls == meter->fail_at)
        return NULL;
    meter->now += size - old;
    if (meter->now > meter->most)
        meter->most = meter->now;
    if (!size) {
        free(head);
        return NULL;
    }
    head = (union head *)realloc(head, sizeof *head + size);
    assert_non_null(head);
    head->size = size;
    memset(head + 1, 0xA5, old ? 0 : size); /* who reads before writing reads nonsense */
    return head + 1;
}

static struct meter meter;
static const struct fluxo_allocator counted = {resize_counted, &meter};

/* ---- Codings of an application ---- */

static int open_nothing(void *state, const struct fluxo_allocator *allocator)
{
    (void)allocator;
    memset(state, 0, 1);
    return FLUXO_DONE;
}

static void close_nothing(void *state)
{
    (void)state;
}

/* Each octet twice, behind a "<" and before a ">". */
static int step_double(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    char *part = (char *)state;

    if (!*part) {
        *room->start++ = '<';
        room->length--;
        *part = 1;
    }
    for (; in->length && room->length >= 2; in->length--, room->length -= 2) {
        *room->start++ = *in->start;
        *room->start++ = *in->start++;
    }
    if (in->length || (follow == FLUXO_PIPE_LAST && *part == 1 && !room->length))
        return FLUXO_FULL;
    if (follow != FLUXO_PIPE_LAST)
        return FLUXO_DONE;
    if (*part == 1) {
        *room->start++ = '>';
        room->length--;
        *part = 2;
    }
    return FLUXO_END;
}

struct halves {
    char begun, odd, first, ended;
};

static int open_halves(void *state, const struct fluxo_allocator *allocator)
{
    (void)allocator;
    memset(state, 0, sizeof(struct halves));
    return FLUXO_DONE;
}

/* An octet may be '>' too: the end is told by the count. So '>' stands alone only as the first of a pair that never comes. */
static int take_half(struct halves *halves, char octet, struct fluxo_room *room)
{
    if (!halves->begun)
        return halves->begun = octet == '<';
    if (!halves->odd) {
        halves->odd = 1;
        halves->first = octet;
        return 1;
    }
    halves->odd = 0;
    *room->start++ = octet;
    room->length--;
    return octet == halves->first;
}

static int step_halve(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    struct halves *halves = (struct halves *)state;

    for (; in->length && room->length; in->length--)
        if (!take_half(halves, *in->start++, room))
            return FLUXO_FAULT;
    if (in->length)
        return FLUXO_FULL;
    return follow == FLUXO_PIPE_LAST && halves->odd && halves->first == '>' ? FLUXO_END : FLUXO_DONE;
}

/* Takes and gives nothing, and says what it was made to say. */
static int step_idle_done(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    (void)state, (void)in, (void)room, (void)follow;
    return FLUXO_DONE;
}

static int step_idle_full(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    (void)state, (void)in, (void)room, (void)follow;
    return FLUXO_FULL;
}

static int step_idle_end(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    (void)state, (void)in, (void)room, (void)follow;
    return FLUXO_END;
}

enum { OWN_FAILURE = FLUXO_MISUSES - 7 };

static int step_fail(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    (void)state, (void)in, (void)room, (void)follow;
    return OWN_FAILURE;
}

/* From each octet as many as there is room for. */
static int step_burst(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    (void)state, (void)follow;
    if (!in->length)
        return FLUXO_END;
    memset(room->start, *in->start++, room->length);
    in->length--;
    room->start += room->length;
    room->length = 0;
    return FLUXO_FULL;
}

#define NOTHING                                                                                                                \
    {                                                                                                                          \
        0, NULL, NULL, NULL                                                                                                    \
    }
#define DECODER(step)                                                                                                          \
    {                                                                                                                          \
        1, open_nothing, step, close_nothing                                                                                   \
    }
static const struct fluxo_coding own_codings[] = {
    {"double", "x-double", {sizeof(struct halves), open_halves, step_halve, close_nothing}, DECODER(step_double)},
    {"one-way", NULL, NOTHING, DECODER(step_double)},
    {"one-way-back", NULL, DECODER(step_double), NOTHING},
    {"idle-done", NULL, DECODER(step_idle_done), NOTHING},
    {"idle-full", NULL, DECODER(step_idle_full), NOTHING},
    {"idle-end", NULL, DECODER(step_idle_end), NOTHING},
    {"fail", NULL, DECODER(step_fail), NOTHING},
    {"burst", NULL, DECODER(step_burst), NOTHING},
    {"odd_one", NULL, DECODER(step_idle_done), NOTHING},
};

/* ---- Options: no limit, our codings, the counting allocator ---- */

static struct fluxo_pipe_options options;

static void reset_options(void)
{
    memset(&meter, 0, sizeof meter);
    fluxo_pipe_options_init(&options);
    options.budget.output = UINT64_MAX;
    options.budget.ratio = UINT32_MAX;
    options.budget.codings = FLUXO_PIPE_CODINGS;
    options.codings = own_codings;
    options.count = sizeof own_codings / sizeof *own_codings;
    options.allocator = &counted;
}

static int set_up(void **state)
{
    (void)state;
    reset_options();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return meter.now ? -1 : 0; /* leaks */
}

static int is_known(const char *name)
{
    return fluxo_coding_find(&options, span_of_text(name)) != NULL;
}

/* ---- Ways to drive a pipe ---- */

enum driver { STEP, PUSH, PULL };

struct way {
    enum driver driver;
    size_t most_in, most_out;
    int random; /* anything up to these, 0 too; sources say NOT_NOW at times */
};

static size_t cut(const struct way *way, size_t most)
{
    return way->random ? draw(most + 1) : most;
}

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

/* Octets that are given part by part; once the last part was offered, only what is left of it is. */
struct giver {
    const struct way *way;
    struct fluxo_span rest;
    int last;
};

static struct fluxo_span choose_part(struct giver *giver)
{
    struct fluxo_span part = giver->rest;

    if (!giver->last)
        part.length = least(part.length, cut(giver->way, giver->way->most_in));
    giver->last = part.length == giver->rest.length;
    return part;
}

static void drop_taken(struct giver *giver, size_t length)
{
    if (length)
        giver->rest.start += length;
    giver->rest.length -= length;
}

struct eater {
    const struct way *way;
    struct octets *out;
    size_t offered, calls;
};

static size_t eat(void *context, struct fluxo_span span)
{
    struct eater *eater = (struct eater *)context;
    size_t taken = least(span.length, cut(eater->way, eater->way->most_out));

    assert_int_not_equal(span.length, 0);
    eater->calls++;
    eater->offered += span.length;
    append(eater->out, span.start, taken);
    return taken;
}

static int is_over(int answer)
{
    return answer < 0 || answer == FLUXO_END || answer == FLUXO_FAULT;
}

static int step_part(struct fluxo_pipe *pipe, struct giver *giver, struct octets *out)
{
    size_t size = cut(giver->way, giver->way->most_out);
    char *octets = (char *)malloc(size + 1); /* of its own, so that a sanitizer sees its end */
    struct fluxo_room room = {octets, size};
    struct fluxo_span part = choose_part(giver);
    size_t given = part.length;
    int answer = fluxo_pipe_step(pipe, &part, &room, giver->last ? FLUXO_PIPE_LAST : FLUXO_PIPE_MORE);

    assert_ptr_equal(room.start, octets + (size - room.length));
    if (answer == FLUXO_DONE)
        assert_int_equal(part.length, 0);
    if (answer == FLUXO_FULL)
        assert_true(room.length == 0);
    drop_taken(giver, given - part.length);
    append(out, octets, size - room.length);
    free(octets);
    return answer;
}

static int push_part(struct fluxo_pipe *pipe, struct giver *giver, struct octets *out)
{
    struct eater eater = {giver->way, out, 0, 0};
    struct fluxo_sink sink = {eat, &eater};
    size_t before = out->length;
    struct fluxo_span part = choose_part(giver);
    size_t given = part.length;
    int answer = fluxo_pipe_push(pipe, &part, giver->last ? FLUXO_PIPE_LAST : FLUXO_PIPE_MORE, &sink);

    if (answer == FLUXO_DONE)
        assert_int_equal(part.length, 0);
    assert_int_equal(answer == FLUXO_FULL, eater.offered > out->length - before);
    drop_taken(giver, given - part.length);
    return answer;
}

/* Lends from a place that it writes over in the next call. */
static int lend_part(struct fluxo_source *source, size_t most, struct fluxo_span *span)
{
    static char place[1 << 16];
    struct giver *giver = (struct giver *)source->context;

    memset(place, 0x5A, sizeof place);
    if (giver->way->random && draw(3) == 0)
        return FLUXO_NOT_NOW;
    if (!giver->rest.length)
        return FLUXO_END;
    span->start = place;
    span->length = least(least(cut(giver->way, giver->way->most_in), giver->rest.length), least(most, sizeof place));
    if (span->length)
        memcpy(place, giver->rest.start, span->length);
    drop_taken(giver, span->length);
    return FLUXO_DONE;
}

static int pull_all(struct fluxo_pipe *pipe, struct giver *giver, struct octets *out)
{
    struct fluxo_source inner, outer;
    struct fluxo_span span;
    size_t most;
    int answer;

    fluxo_source_init(&inner, lend_part, giver, FLUXO_LENGTH_UNKNOWN);
    assert_int_equal(fluxo_pipe_source(pipe, &inner, draw(2) ? FLUXO_PIPE_FLUSH : FLUXO_PIPE_MORE, &outer), FLUXO_DONE);
    do {
        most = 1 + cut(giver->way, giver->way->most_out - 1);
        answer = fluxo_source_pull(&outer, most, &span);
        if (answer == FLUXO_DONE) {
            assert_true(span.length && span.length <= most);
            append(out, span.start, span.length);
        }
    } while (answer == FLUXO_DONE || answer == FLUXO_NOT_NOW);
    return answer;
}

static int drive(struct fluxo_pipe *pipe, struct fluxo_span in, const struct way *way, struct octets *out)
{
    struct giver giver = {way, in, 0};
    int answer;

    if (way->driver == PULL)
        return pull_all(pipe, &giver, out);
    do
        answer = way->driver == STEP ? step_part(pipe, &giver, out) : push_part(pipe, &giver, out);
    while (!is_over(answer));
    return answer;
}

enum { WHOLE = 1 << 30 };
static const struct way at_once = {PUSH, WHOLE, WHOLE, 0};
static const struct way ways[] = {
    {STEP, 1, 1, 0},          {PUSH, 1, 1, 0},         {PULL, 1, 1, 0},         {STEP, 1, 1, 1},
    {PUSH, 2, 3, 1},          {PULL, 3, 2, 1},         {STEP, WHOLE, 100, 0},   {PUSH, WHOLE, 1, 0},
    {STEP, 1, 100000, 0},     {PUSH, 1, WHOLE, 0},     {STEP, 300, 300, 1},     {PUSH, 300, 300, 1},
    {PULL, 300, 300, 1},      {STEP, 30000, 30000, 1}, {PUSH, 30000, 30000, 1}, {PULL, 30000, 30000, 1},
    {STEP, WHOLE, 200000, 0}, {PUSH, WHOLE, WHOLE, 0}, {PULL, 60000, WHOLE, 0},
};
enum { WAYS = sizeof ways / sizeof *ways, BIG_WAYS = 9 /* the last ones, which are fast enough for much content */ };

/* ---- Recoding: names are in the order of Content-Encoding ---- */

struct chain {
    const char *names[FLUXO_PIPE_CODINGS];
    size_t count;
};

static int encode(const struct chain *chain, struct fluxo_span content, const struct way *way, struct octets *coded)
{
    struct fluxo_pipe pipe;
    size_t at;
    int answer;

    assert_int_equal(fluxo_pipe_open(&pipe, &options), FLUXO_DONE);
    for (at = 0; at < chain->count; at++)
        assert_int_equal(fluxo_pipe_add(&pipe, span_of_text(chain->names[at]), FLUXO_ENCODE), FLUXO_DONE);
    answer = drive(&pipe, content, way, coded);
    fluxo_pipe_close(&pipe);
    return answer;
}

static int open_decoder(struct fluxo_pipe *pipe, const struct chain *chain)
{
    struct fluxo_span names[FLUXO_PIPE_CODINGS];
    size_t at;

    assert_int_equal(fluxo_pipe_open(pipe, &options), FLUXO_DONE);
    for (at = 0; at < chain->count; at++)
        names[at] = span_of_text(chain->names[at]);
    return fluxo_pipe_decode(pipe, names, chain->count);
}

/* FLUXO_END, or the fault, or a negative value. */
static int decode(const struct chain *chain, struct fluxo_span coded, const struct way *way, struct octets *content)
{
    struct fluxo_pipe pipe;
    int answer;

    assert_int_equal(open_decoder(&pipe, chain), FLUXO_DONE);
    answer = drive(&pipe, coded, way, content);
    fluxo_pipe_close(&pipe);
    return answer == FLUXO_FAULT ? pipe.fault : answer;
}

static void assert_decodes(const struct chain *chain, struct fluxo_span coded, const struct way *way, int answer,
                           struct fluxo_span expected)
{
    struct octets content = {NULL, 0, 0};

    assert_int_equal(decode(chain, coded, way, &content), answer);
    assert_same(&content, expected);
    drop(&content);
}

static void assert_comes_back(const struct chain *chain, struct fluxo_span content, const struct way *out, const struct way *in)
{
    struct octets coded = {NULL, 0, 0};

    assert_int_equal(encode(chain, content, out, &coded), FLUXO_END);
    assert_decodes(chain, span_of(&coded), in, FLUXO_END, content);
    drop(&coded);
}

static const char *const names[] = {"gzip", "deflate", "double", "identity"};
enum { NAMES = sizeof names / sizeof *names };

/* Calls it for every coding, and for every chain of two. */
static void for_each_chain(void (*test)(const struct chain *chain))
{
    struct chain chain;
    size_t one, other;

    for (one = 0; one < NAMES; one++) {
        chain.names[0] = names[one];
        chain.count = 1;
        if (!is_known(names[one]))
            continue;
        test(&chain);
        for (other = 0; other < NAMES; other++) {
            chain.names[1] = names[other];
            chain.count = 2;
            if (is_known(names[other]))
                test(&chain);
        }
    }
}

static const struct chain gzip = {{"gzip"}, 1}, deflate = {{"deflate"}, 1}, twofold = {{"double"}, 1},
                          gzip_gzip = {{"gzip", "gzip"}, 2};

static struct octets encode_all(const struct chain *chain, struct fluxo_span content)
{
    struct octets coded = {NULL, 0, 0};

    assert_int_equal(encode(chain, content, &at_once, &coded), FLUXO_END);
    return coded;
}

/* ---- The law ---- */

static void assert_law_in_all_ways(const struct chain *chain, enum kind kind, size_t length)
{
    struct octets content = make_content(kind, length);
    unsigned way;

    for (way = 0; way < WAYS; way++)
        assert_comes_back(chain, span_of(&content), &ways[way], &ways[draw(WAYS)]);
    drop(&content);
}

static void assert_law_of_little(const struct chain *chain)
{
    assert_law_in_all_ways(chain, TEXT, 0);
    assert_law_in_all_ways(chain, TEXT, 1);
    assert_law_in_all_ways(chain, TEXT, 1000);
    assert_law_in_all_ways(chain, NOISE, 1000);
    assert_law_in_all_ways(chain, ZEROS, 17000);
}

static void what_is_encoded_in_any_way_is_decoded_in_any_way(void **state)
{
    (void)state;
    for_each_chain(assert_law_of_little);
}

static void assert_law_of_much(const struct chain *chain)
{
    static const enum kind kinds[] = {TEXT, NOISE, ZEROS};
    unsigned trial;

    for (trial = 0; trial < 3; trial++) {
        struct octets content = make_content(kinds[trial], 1 << 20);
        assert_comes_back(chain, span_of(&content), &ways[WAYS - BIG_WAYS + draw(BIG_WAYS)],
                          &ways[WAYS - BIG_WAYS + draw(BIG_WAYS)]);
        drop(&content);
    }
}

static void so_is_a_mebibyte(void **state)
{
    (void)state;
    for_each_chain(assert_law_of_much);
}

/* Every cut in two, and whatever comes first is taken before the rest is there. */
static void assert_law_at_every_cut(const struct chain *chain)
{
    struct octets content = make_content(TEXT, 60), coded = encode_all(chain, span_of(&content));
    size_t at;

    for (at = 0; at <= coded.length; at++) {
        struct fluxo_span first = {coded.start, at}, rest = {coded.start + at, coded.length - at};
        struct octets out = {NULL, 0, 0};
        struct eater eater = {&at_once, &out, 0, 0};
        struct fluxo_sink sink = {eat, &eater};
        struct fluxo_pipe pipe;

        assert_int_equal(open_decoder(&pipe, chain), FLUXO_DONE);
        assert_int_equal(fluxo_pipe_push(&pipe, &first, FLUXO_PIPE_MORE, &sink), FLUXO_DONE);
        assert_int_equal(first.length, 0);
        assert_int_equal(fluxo_pipe_push(&pipe, &rest, FLUXO_PIPE_LAST, &sink), FLUXO_END);
        assert_same(&out, span_of(&content));
        fluxo_pipe_close(&pipe);
        drop(&out);
    }
    drop(&coded);
    drop(&content);
}

static void so_it_is_at_every_cut(void **state)
{
    (void)state;
    for_each_chain(assert_law_at_every_cut);
}

static void a_chain_may_be_of_four(void **state)
{
    static const struct chain four = {{"gzip", "double", "deflate", "gzip"}, 4};

    (void)state;
    assert_law_in_all_ways(&four, TEXT, 2000);
}

/* ---- Memory ---- */

typedef int recode(const struct chain *chain, struct fluxo_span in, const struct way *way, struct octets *out);

static size_t measure(recode *run, const struct chain *chain, struct fluxo_span in)
{
    struct octets out = {NULL, 0, 0};

    memset(&meter, 0, sizeof meter);
    assert_int_equal(run(chain, in, &ways[WAYS - 3], &out), FLUXO_END);
    drop(&out);
    return meter.most;
}

static void assert_memory_does_not_grow(const struct chain *chain)
{
    struct octets little = make_content(TEXT, 1 << 10), much = make_content(TEXT, 16 << 20);
    struct octets little_coded = encode_all(chain, span_of(&little)), much_coded = encode_all(chain, span_of(&much));

    assert_int_equal(measure(encode, chain, span_of(&little)), measure(encode, chain, span_of(&much)));
    assert_int_equal(measure(decode, chain, span_of(&little_coded)), measure(decode, chain, span_of(&much_coded)));
    drop(&little);
    drop(&much);
    drop(&little_coded);
    drop(&much_coded);
}

static void memory_does_not_grow_with_content(void **state)
{
    static const struct chain zlib_chains[] = {{{"gzip"}, 1}, {{"deflate", "gzip"}, 2}};

    (void)state;
    assert_memory_does_not_grow(&twofold);
    assert_memory_does_not_grow(&zlib_chains[0]);
    assert_memory_does_not_grow(&zlib_chains[1]);
}

static void structs_are_as_small_as_documented(void **state)
{
    (void)state;
    assert_true(sizeof(struct fluxo_pipe) <= 320);
    assert_true(sizeof(struct fluxo_source) <= 80);
}

static void memory_of_zlib_is_as_documented(void **state)
{
    struct fluxo_pipe pipe;

    (void)state;
    assert_int_equal(open_decoder(&pipe, &gzip), FLUXO_DONE);
    assert_true(meter.most <= FLUXO_PIPE_SCRATCH + (40 << 10) + 512);
    fluxo_pipe_close(&pipe);
    meter.most = 0;
    fluxo_pipe_open(&pipe, &options);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("gzip"), FLUXO_ENCODE), FLUXO_DONE);
    assert_true(meter.most <= FLUXO_PIPE_SCRATCH + (262 << 10) + 512);
    fluxo_pipe_close(&pipe);
}

static void nothing_is_taken_once_octets_pass(void **state)
{
    struct octets content = make_content(TEXT, 200000), coded, out = {NULL, 0, 0};
    struct fluxo_pipe pipe;
    unsigned calls;

    (void)state;
    coded = encode_all(&gzip, span_of(&content));
    assert_int_equal(open_decoder(&pipe, &gzip), FLUXO_DONE);
    calls = meter.calls;
    assert_int_equal(drive(&pipe, span_of(&coded), &ways[11], &out), FLUXO_END);
    assert_int_equal(meter.calls, calls);
    fluxo_pipe_close(&pipe);
    drop(&content);
    drop(&coded);
    drop(&out);
}

/* Makes each call of the allocator fail in turn; the pipe is as before, and so the same can be tried again. */
static void assert_survives_failures(const struct chain *chain, enum fluxo_direction direction)
{
    struct fluxo_span spans[FLUXO_PIPE_CODINGS];
    struct fluxo_pipe pipe, before;
    unsigned calls = 0, failed;
    int answer;
    size_t at;

    for (at = 0; at < chain->count; at++)
        spans[at] = span_of_text(chain->names[at]);
    fluxo_pipe_open(&pipe, &options);
    for (failed = 1;; failed++) {
        size_t now = meter.now;
        before = pipe;
        meter.calls = 0;
        meter.fail_at = failed;
        answer = direction == FLUXO_DECODE ? fluxo_pipe_decode(&pipe, spans, chain->count)
                                           : fluxo_pipe_add(&pipe, spans[0], direction);
        if (answer == FLUXO_DONE)
            break;
        assert_int_equal(answer, FLUXO_MISUSE_MEMORY);
        assert_memory_equal(&pipe, &before, sizeof pipe);
        assert_int_equal(meter.now, now);
        calls++;
    }
    meter.fail_at = 0;
    assert_int_equal(calls, meter.calls); /* each of them has failed once */
    assert_true(calls >= chain->count);
    fluxo_pipe_close(&pipe);
    assert_int_equal(meter.now, 0);
}

static void without_memory_nothing_leaks_and_nothing_changes(void **state)
{
    (void)state;
    assert_survives_failures(&twofold, FLUXO_DECODE);
    assert_survives_failures(&twofold, FLUXO_ENCODE);
}

static void without_memory_for_zlib_neither(void **state)
{
    (void)state;
    assert_survives_failures(&gzip_gzip, FLUXO_DECODE);
    assert_survives_failures(&gzip, FLUXO_ENCODE);
    assert_survives_failures(&deflate, FLUXO_ENCODE);
}

/* A pipe that is closed in the middle gives back what it has, and then says so. */
static void a_closed_pipe_has_nothing_and_does_nothing(void **state)
{
    struct octets content = make_content(NOISE, 100000);
    struct fluxo_span in = span_of(&content);
    char octets[10];
    struct fluxo_room room = {octets, 10};
    struct fluxo_source inner, outer;
    struct fluxo_pipe pipe;

    (void)state;
    fluxo_pipe_open(&pipe, &options);
    fluxo_pipe_add(&pipe, span_of_text("double"), FLUXO_ENCODE);
    fluxo_pipe_add(&pipe, span_of_text(is_known("gzip") ? "gzip" : "double"), FLUXO_ENCODE);
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_MORE), FLUXO_FULL);
    fluxo_pipe_close(&pipe);
    assert_int_equal(meter.now, 0);
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_MORE), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("double"), FLUXO_ENCODE), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_MORE, &outer), FLUXO_MISUSE_ORDER);
    fluxo_pipe_close(&pipe);
    drop(&content);
}

static void nor_does_one_that_was_closed_before_it_began(void **state)
{
    struct fluxo_span seen;
    struct fluxo_source inner, outer;
    struct fluxo_pipe pipe;

    (void)state;
    fluxo_source_init_span(&inner, span_of_text("abc"));
    fluxo_pipe_open(&pipe, &options);
    fluxo_pipe_close(&pipe);
    assert_int_equal(fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_MORE, &outer), FLUXO_MISUSE_ORDER);
    fluxo_pipe_open(&pipe, &options);
    assert_int_equal(fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_MORE, &outer), FLUXO_DONE);
    fluxo_pipe_close(&pipe);
    assert_int_equal(fluxo_source_pull(&outer, 10, &seen), FLUXO_MISUSE_ORDER);
}

/* ---- Bombs ---- */

/* `length` zeros, encoded. */
static struct octets make_bomb(const struct chain *chain, size_t length)
{
    struct octets zeros = make_content(ZEROS, 1 << 20), bomb = {NULL, 0, 0};
    struct eater eater = {&at_once, &bomb, 0, 0};
    struct fluxo_sink sink = {eat, &eater};
    struct fluxo_pipe pipe;
    size_t at;

    fluxo_pipe_open(&pipe, &options);
    for (at = 0; at < chain->count; at++)
        fluxo_pipe_add(&pipe, span_of_text(chain->names[at]), FLUXO_ENCODE);
    for (at = 0; at < length; at += zeros.length) {
        struct fluxo_span in = span_of(&zeros);
        assert_int_equal(fluxo_pipe_push(&pipe, &in, FLUXO_PIPE_MORE, &sink), FLUXO_DONE);
    }
    zeros.length = 0;
    {
        struct fluxo_span in = span_of(&zeros);
        assert_int_equal(fluxo_pipe_push(&pipe, &in, FLUXO_PIPE_LAST, &sink), FLUXO_END);
    }
    fluxo_pipe_close(&pipe);
    drop(&zeros);
    return bomb;
}

static void assert_stopped(const struct chain *chain, struct fluxo_span bomb, int fault, size_t least_out, size_t most_out)
{
    static const struct way some[] = {{STEP, WHOLE, 1 << 22, 0}, {STEP, 1, 1 << 15, 0}, {PUSH, WHOLE, WHOLE, 0},
                                      {PUSH, 1, WHOLE, 0},       {PUSH, 300, 30000, 1}, {PULL, 60000, WHOLE, 0},
                                      {PULL, 1, 1000, 0},        {STEP, 3000, 30000, 1}};
    unsigned way;

    for (way = 0; way < sizeof some / sizeof *some; way++) {
        struct octets out = {NULL, 0, 0};
        assert_int_equal(decode(chain, bomb, &some[way], &out), fault);
        assert_in_range(out.length, least_out, most_out);
        drop(&out);
    }
}

static void a_bomb_is_stopped_by_the_ratio(void **state)
{
    struct fluxo_budget open_budget = options.budget, budget;
    struct octets bomb, nested;

    (void)state;
    fluxo_pipe_options_init(&options);
    budget = options.budget;
    options.allocator = &counted;
    options.budget = open_budget;
    bomb = make_bomb(&gzip, 16 << 20);
    nested = make_bomb(&gzip_gzip, 16 << 20);
    assert_true(nested.length < 2000);
    options.budget = budget;
    assert_stopped(&gzip, span_of(&bomb), FLUXO_FAULT_RATIO_LIMIT, 1 << 20, (1 << 20) + FLUXO_PIPE_SCRATCH);
    assert_stopped(&gzip_gzip, span_of(&nested), FLUXO_FAULT_RATIO_LIMIT, 1 << 20, (1 << 20) + FLUXO_PIPE_SCRATCH);
    options.budget.ratio = 1100; /* deflate cannot grow more than that: only the nested one can */
    options.budget.output = UINT64_MAX;
    assert_stopped(&gzip, span_of(&bomb), FLUXO_END, 16 << 20, 16 << 20);
    assert_stopped(&gzip_gzip, span_of(&nested), FLUXO_FAULT_RATIO_LIMIT, 1 << 20, (1 << 20) + FLUXO_PIPE_SCRATCH);
    drop(&bomb);
    drop(&nested);
}

static void a_bomb_is_stopped_by_the_output_limit_to_the_octet(void **state)
{
    struct octets bomb, nested;

    (void)state;
    bomb = make_bomb(&gzip, 1 << 20);
    nested = make_bomb(&gzip_gzip, 1 << 20);
    options.budget.output = (1 << 20) - 1;
    assert_stopped(&gzip, span_of(&bomb), FLUXO_FAULT_OUTPUT_LIMIT, (1 << 20) - 1, (1 << 20) - 1);
    assert_stopped(&gzip_gzip, span_of(&nested), FLUXO_FAULT_OUTPUT_LIMIT, (1 << 20) - 1, (1 << 20) - 1);
    options.budget.output = 100;
    assert_stopped(&gzip, span_of(&bomb), FLUXO_FAULT_OUTPUT_LIMIT, 100, 100);
    options.budget.output = 0;
    assert_stopped(&gzip, span_of(&bomb), FLUXO_FAULT_OUTPUT_LIMIT, 0, 0);
    options.budget.output = 1 << 20;
    assert_stopped(&gzip, span_of(&bomb), FLUXO_END, 1 << 20, 1 << 20);
    assert_stopped(&gzip_gzip, span_of(&nested), FLUXO_END, 1 << 20, 1 << 20);
    drop(&bomb);
    drop(&nested);
}

/* Inside are 200000 empty members: all work, and nothing comes out. What the first decoder gives counts all the same. */
static void a_bomb_of_nothing_is_stopped(void **state)
{
    struct octets members = {NULL, 0, 0}, empty, bomb;
    struct fluxo_span nothing = {NULL, 0};
    unsigned member;

    (void)state;
    empty = encode_all(&gzip, nothing);
    for (member = 0; member < 200000; member++)
        append(&members, empty.start, empty.length);
    bomb = encode_all(&gzip, span_of(&members));
    assert_stopped(&gzip_gzip, span_of(&bomb), FLUXO_END, 0, 0);
    options.budget.ratio = 200;
    assert_stopped(&gzip_gzip, span_of(&bomb), FLUXO_FAULT_RATIO_LIMIT, 0, 0);
    options.budget.ratio = UINT32_MAX;
    options.budget.output = 1 << 20;
    assert_stopped(&gzip_gzip, span_of(&bomb), FLUXO_FAULT_OUTPUT_LIMIT, 0, 0);
    drop(&members);
    drop(&empty);
    drop(&bomb);
}

static void no_coding_escapes_the_budget(void **state)
{
    static const struct chain burst = {{"burst"}, 1}, halves_of_burst = {{"burst", "double"}, 2};

    (void)state;
    options.budget.grace = 0;
    options.budget.ratio = 2;
    assert_stopped(&burst, span_of_text("ab"), FLUXO_FAULT_RATIO_LIMIT, FLUXO_PIPE_ROOM, FLUXO_PIPE_SCRATCH);
    assert_stopped(&halves_of_burst, span_of_text("<aa>"), FLUXO_FAULT_RATIO_LIMIT, FLUXO_PIPE_ROOM, FLUXO_PIPE_SCRATCH);
    options.budget.ratio = UINT32_MAX;
    options.budget.output = 77;
    assert_stopped(&burst, span_of_text("ab"), FLUXO_FAULT_OUTPUT_LIMIT, 77, 77);
}

static void an_encoder_has_no_budget(void **state)
{
    struct octets content = make_content(NOISE, 5000), coded;

    (void)state;
    options.budget.output = 1;
    options.budget.grace = 0;
    options.budget.ratio = 1;
    coded = encode_all(&twofold, span_of(&content));
    assert_int_equal(coded.length, 10002);
    drop(&content);
    drop(&coded);
}

/* A step that gives much for little is still one call of bounded work: no more than its room and what may be held. */
static void a_call_does_no_more_than_its_room_asks(void **state)
{
    struct octets bomb;
    struct fluxo_pipe pipe;
    struct fluxo_span in;
    char octets[100];
    struct fluxo_room room = {octets, sizeof octets};

    (void)state;
    bomb = make_bomb(&gzip, 16 << 20);
    in = span_of(&bomb);
    assert_int_equal(open_decoder(&pipe, &gzip), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_LAST), FLUXO_FULL);
    assert_true(pipe.stages[0].made <= sizeof octets + FLUXO_PIPE_SCRATCH);
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_LAST), FLUXO_FULL); /* no room, nothing done */
    assert_true(pipe.stages[0].made <= sizeof octets + FLUXO_PIPE_SCRATCH);
    fluxo_pipe_close(&pipe);
    drop(&bomb);
}

static void codings_are_counted(void **state)
{
    static const struct chain three = {{"double", "double", "double"}, 3},
                              five = {{"identity", "double", "identity", "double"}, 4};
    struct octets none = {NULL, 0, 0};
    struct fluxo_pipe pipe;

    (void)state;
    options.budget.codings = 2;
    assert_int_equal(open_decoder(&pipe, &three), FLUXO_FAULT);
    assert_int_equal(pipe.fault, FLUXO_FAULT_CODINGS_LIMIT);
    assert_int_equal(drive(&pipe, span_of_text("<>"), &at_once, &none), FLUXO_FAULT);
    fluxo_pipe_close(&pipe);
    assert_int_equal(open_decoder(&pipe, &five), FLUXO_DONE); /* identity is none */
    fluxo_pipe_close(&pipe);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("double"), FLUXO_DECODE), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_pipe_refuse(&pipe, FLUXO_FAULT_LIST), FLUXO_MISUSE_ORDER);
    options.budget.codings = 0;
    assert_int_equal(open_decoder(&pipe, &twofold), FLUXO_FAULT);
    assert_int_equal(drive(&pipe, span_of_text("<>"), &ways[2], &none), FLUXO_FAULT);
    fluxo_pipe_close(&pipe);
    assert_int_equal(none.length, 0);
}

/* ---- What is not in the coding ---- */

static void assert_decodes_in_all_ways(const struct chain *chain, struct fluxo_span coded, int answer,
                                       struct fluxo_span expected)
{
    unsigned way;

    for (way = 0; way < WAYS; way++)
        assert_decodes(chain, coded, &ways[way], answer, expected);
}

static int has_coding(const struct chain *chain)
{
    size_t at;

    for (at = 0; at < chain->count; at++)
        if (strcmp(chain->names[at], "identity") != 0)
            return 1;
    return 0;
}

static void assert_truncation_is_told(const struct chain *chain)
{
    struct octets content = make_content(TEXT, 200), coded = encode_all(chain, span_of(&content));
    int answer = has_coding(chain) ? FLUXO_FAULT_CODING_TRUNCATED : FLUXO_END; /* only framing knows of plain octets */
    size_t length;

    for (length = 0; length < coded.length; length++) {
        struct fluxo_span part = {coded.start, length};
        struct octets out = {NULL, 0, 0};
        assert_int_equal(decode(chain, part, &ways[draw(WAYS)], &out), answer);
        assert_true(out.length <= content.length);
        if (out.length)
            assert_memory_equal(out.start, content.start, out.length);
        drop(&out);
    }
    assert_decodes(chain, span_of(&coded), &at_once, FLUXO_END, span_of(&content));
    drop(&content);
    drop(&coded);
}

static void what_ends_too_soon_is_truncated(void **state)
{
    (void)state;
    for_each_chain(assert_truncation_is_told);
}

static void a_wrong_check_is_told_when_all_octets_are_out(void **state)
{
    struct octets content = make_content(TEXT, 20000), coded;
    size_t behind;

    (void)state;
    coded = encode_all(&gzip, span_of(&content)); /* 4 octets of CRC, 4 of length */
    for (behind = 1; behind <= 8; behind++) {
        coded.start[coded.length - behind] ^= 1;
        assert_decodes_in_all_ways(&gzip, span_of(&coded), FLUXO_FAULT_CODING_BROKEN, span_of(&content));
        coded.start[coded.length - behind] ^= 1;
    }
    drop(&coded);
    coded = encode_all(&deflate, span_of(&content)); /* 4 octets of Adler-32 */
    coded.start[coded.length - 1] ^= 1;
    assert_decodes_in_all_ways(&deflate, span_of(&coded), FLUXO_FAULT_CODING_BROKEN, span_of(&content));
    drop(&content);
    drop(&coded);
}

static void a_stream_is_one_member_or_more(void **state)
{
    static const char *const junk[] = {"x", "\x1F\x8A", "\x1Fx", "\n\n", "junk that is longer than a header would be"};
    static const char zeros[8] = {0};
    struct octets content = make_content(TEXT, 300), member, twice = {NULL, 0, 0}, stream = {NULL, 0, 0};
    unsigned row;

    (void)state;
    member = encode_all(&gzip, span_of(&content));
    append(&twice, content.start, content.length);
    append(&twice, content.start, content.length);
    append(&stream, member.start, member.length);
    append(&stream, member.start, member.length);
    assert_decodes_in_all_ways(&gzip, span_of(&stream), FLUXO_END, span_of(&twice));
    stream.length--;
    assert_decodes_in_all_ways(&gzip, span_of(&stream), FLUXO_FAULT_CODING_TRUNCATED, span_of(&twice));
    stream.length = member.length + 1; /* ID1 alone: another member has begun */
    assert_decodes_in_all_ways(&gzip, span_of(&stream), FLUXO_FAULT_CODING_TRUNCATED, span_of(&content));
    for (row = 0; row < sizeof junk / sizeof *junk; row++) {
        stream.length = member.length;
        append(&stream, junk[row], strlen(junk[row]));
        assert_decodes_in_all_ways(&gzip, span_of(&stream), FLUXO_FAULT_CODING_BROKEN, span_of(&content));
    }
    stream.length = member.length;
    append(&stream, zeros, 1); /* padding is for tapes */
    assert_decodes_in_all_ways(&gzip, span_of(&stream), FLUXO_FAULT_CODING_BROKEN, span_of(&content));
    drop(&content);
    drop(&member);
    drop(&twice);
    drop(&stream);
}

static void deflate_has_one_stream_and_nothing_behind_it(void **state)
{
    struct octets content = make_content(TEXT, 300), stream;

    (void)state;
    stream = encode_all(&deflate, span_of(&content));
    append(&stream, "x", 1);
    assert_decodes_in_all_ways(&deflate, span_of(&stream), FLUXO_FAULT_CODING_BROKEN, span_of(&content));
    stream.length--;
    append(&stream, stream.start, stream.length / 2);
    assert_decodes_in_all_ways(&deflate, span_of(&stream), FLUXO_FAULT_CODING_BROKEN, span_of(&content));
    drop(&content);
    drop(&stream);
}

static void deflate_comes_with_and_without_the_zlib_format(void **state)
{
    static const enum kind kinds[] = {TEXT, NOISE, ZEROS};
    static const size_t lengths[] = {0, 1, 300, 20000};
    unsigned kind, length;

    (void)state;
    for (kind = 0; kind < 3; kind++)
        for (length = 0; length < 4; length++) {
            struct octets content = make_content(kinds[kind], lengths[length]);
            struct octets stream = encode_all(&deflate, span_of(&content));
            struct fluxo_span raw = {stream.start + 2, stream.length - 2 - 4};
            assert_decodes_in_all_ways(&deflate, raw, FLUXO_END, span_of(&content));
            raw.length++; /* the first octet of the Adler-32: nothing may stand there */
            assert_decodes_in_all_ways(&deflate, raw, FLUXO_FAULT_CODING_BROKEN, span_of(&content));
            drop(&content);
            drop(&stream);
        }
}

static void without_a_ratio_octets_may_come_of_nothing(void **state)
{
    static const struct chain one_way_back = {{"one-way-back"}, 1};

    (void)state;
    options.budget.grace = 0;
    options.budget.ratio = UINT32_MAX;
    assert_decodes_in_all_ways(&one_way_back, span_of_text(""), FLUXO_END, span_of_text("<>"));
}

/* CINFO above 7 is in no zlib format: here it is what is unused of a stored block's first octet (RFC 1951 3.2.4). */
static void what_cannot_be_the_zlib_format_is_deflate_data(void **state)
{
    static const char stored[] = "\x88\1\0\xFE\xFF"
                                 "a\1\0\0\xFF\xFF";
    const struct fluxo_span in = {stored, sizeof stored - 1};

    (void)state;
    assert_decodes_in_all_ways(&deflate, in, FLUXO_END, span_of_text("a"));
}

/* Whatever is still to come: who asks for the rest of what was given gets it. */
static void nothing_is_held_back_for_want_of_more(void **state)
{
    struct octets content = make_content(ZEROS, 100000), stream = encode_all(&gzip, span_of(&content));
    struct fluxo_span in = {stream.start, stream.length - 8}; /* without CRC32 and ISIZE */
    size_t length = 0;
    struct fluxo_pipe pipe;
    int answer;

    (void)state;
    assert_int_equal(open_decoder(&pipe, &gzip), FLUXO_DONE);
    do {
        char octets[FLUXO_PIPE_ROOM];
        struct fluxo_room room = {octets, sizeof octets};
        answer = fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_MORE);
        length += sizeof octets - room.length;
    } while (answer == FLUXO_FULL);
    assert_int_equal(answer, FLUXO_DONE);
    assert_int_equal(length, content.length);
    fluxo_pipe_close(&pipe);
    drop(&content);
    drop(&stream);
}

static void what_is_no_header_is_broken(void **state)
{
    static const struct {
        const struct chain *chain;
        const char *octets;
        size_t length;
    } rows[] = {
        {&gzip, "\x1E\x8B\x08", 3},          /* ID1 */
        {&gzip, "\x1F\x8C\x08", 3},          /* ID2 */
        {&gzip, "\x1F\x8B\x07\0", 4},        /* CM: only 8 is known */
        {&gzip, "\x1F\x8B\x08\x20", 4},      /* FLG: a reserved bit */
        {&gzip, "plain text", 10},           /* no coding at all */
        {&deflate, "\x78\x9D\x03\0", 4},     /* FCHECK */
        {&deflate, "\x78\xBB\0\0\0\1\0", 7}, /* FDICT: a dictionary that nobody has told us */
        {&deflate, "\x88\x1C\x03\0", 5},     /* CINFO above 7 is no zlib format, and no deflate data either */
        {&deflate, "\x07", 1},               /* a block of the reserved type */
    };
    struct fluxo_span nothing = {NULL, 0};
    unsigned row;

    (void)state;
    for (row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct fluxo_span octets = {rows[row].octets, rows[row].length};
        assert_decodes_in_all_ways(rows[row].chain, octets, FLUXO_FAULT_CODING_BROKEN, nothing);
    }
}

static int carries_nothing(size_t octet, unsigned bit, size_t length)
{
    if (octet == 3)
        return bit == 0; /* FTEXT: a guess at what the content is */
    return (octet >= 4 && octet <= 9) || octet == length - 9;
}

/*
 * Where the content is the same though a bit is not, the bit carries none: FTEXT, 32 bits of MTIME, 8 each of XFL and OS (RFC
 * 1952 2.3.1), and what fills the last octet of deflate data (RFC 1951 3.2.3), up to 7.
 */
static void a_bit_that_is_wrong_is_found(void **state)
{
    struct octets content = make_content(TEXT, 100), coded;
    unsigned same_head = 0, same_fill = 0, bit;
    size_t octet;

    (void)state;
    coded = encode_all(&gzip, span_of(&content));
    options.budget.output = 1000;
    for (octet = 0; octet < coded.length; octet++)
        for (bit = 0; bit < 8; bit++) {
            struct octets out = {NULL, 0, 0};
            int answer;
            coded.start[octet] = (char)(coded.start[octet] ^ 1 << bit);
            answer = decode(&gzip, span_of(&coded), &ways[draw(WAYS)], &out);
            coded.start[octet] = (char)(coded.start[octet] ^ 1 << bit);
            assert_true(answer == FLUXO_END || answer == FLUXO_FAULT_CODING_BROKEN || answer == FLUXO_FAULT_CODING_TRUNCATED ||
                        answer == FLUXO_FAULT_OUTPUT_LIMIT);
            assert_true(out.length <= 1000);
            if (answer == FLUXO_END) {
                assert_same(&out, span_of(&content));
                assert_true(carries_nothing(octet, bit, coded.length));
                same_head += octet < 10;
                same_fill += octet >= 10;
            }
            drop(&out);
        }
    assert_int_equal(same_head, 1 + 32 + 8 + 8);
    assert_true(same_fill <= 7);
    drop(&content);
    drop(&coded);
}

static void octets_at_the_end_of_a_page_are_enough(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = (char *)mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct octets content = make_content(TEXT, 600), coded;
    size_t length;

    (void)state;
    assert_true(pages != MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    assert_int_equal(mprotect(pages + 3 * page, page, PROT_NONE), 0);
    coded = encode_all(&gzip, span_of(&content));
    assert_true(coded.length <= page);
    for (length = 0; length <= coded.length; length++) {
        struct fluxo_span in = {pages + page - length, length};
        struct fluxo_room room = {pages + 3 * page - content.length, content.length};
        struct fluxo_pipe pipe;
        memcpy(pages + page - length, coded.start, length);
        assert_int_equal(open_decoder(&pipe, &gzip), FLUXO_DONE);
        assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_LAST), length == coded.length ? FLUXO_END : FLUXO_FAULT);
        fluxo_pipe_close(&pipe);
    }
    assert_memory_equal(pages + 3 * page - content.length, content.start, content.length);
    munmap(pages, 4 * page);
    drop(&content);
    drop(&coded);
}

/* ---- Codings: names, and those of the application ---- */

static void names_have_no_case(void **state)
{
    static const char *const known[] = {"double", "DOUBLE", "x-Double", "Identity", "GZIP", "X-gZip", "Deflate"},
                             *const unknown[] = {"", "doubl", "doubles", "gzi", "gzipp", "compress", "*", "br", "x-deflate"};
    size_t row, count = is_known("gzip") ? 7 : 4;

    (void)state;
#ifdef FLUXO_WITH_ZLIB
    assert_int_equal(count, 7);
#else
    assert_int_equal(count, 4);
#endif
    for (row = 0; row < count; row++)
        assert_true(is_known(known[row]));
    for (row = 0; row < sizeof unknown / sizeof *unknown; row++)
        assert_false(is_known(unknown[row]));
    assert_true(is_known("ODD_one"));
    assert_false(is_known("odd?one")); /* only letters have another case */
    assert_null(fluxo_coding_find(NULL, span_of_text("double")));
    assert_non_null(fluxo_coding_find(NULL, span_of_text("identity")));
}

static void nothing_passes_behind_an_unknown_coding(void **state)
{
    static const struct chain chains[] = {{{"br"}, 1}, {{"one-way"}, 1}, {{"double", "br"}, 2}, {{"br", "double"}, 2}};
    struct fluxo_span in = span_of_text("<aa>");
    struct octets out = {NULL, 0, 0};
    struct fluxo_pipe pipe;
    unsigned row;

    (void)state;
    for (row = 0; row < 4; row++) {
        assert_int_equal(open_decoder(&pipe, &chains[row]), FLUXO_FAULT);
        assert_int_equal(pipe.fault, FLUXO_FAULT_CODING_UNKNOWN);
        assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("double"), FLUXO_DECODE), FLUXO_FAULT);
        assert_int_equal(drive(&pipe, in, &ways[row], &out), FLUXO_FAULT);
        assert_int_equal(drive(&pipe, in, &ways[row % 2], &out), FLUXO_FAULT);
        assert_int_equal(out.length, 0);
        assert_int_equal(pipe.fault, FLUXO_FAULT_CODING_UNKNOWN);
        fluxo_pipe_close(&pipe);
    }
}

static void a_coding_of_ones_own_goes_before_a_shipped_one(void **state)
{
    static const struct fluxo_coding own = {
        "gzip", NULL, {sizeof(struct halves), open_halves, step_halve, close_nothing}, DECODER(step_double)};

    (void)state;
    options.codings = &own;
    options.count = 1;
    assert_decodes_in_all_ways(&gzip, span_of_text("<aabb>"), FLUXO_END, span_of_text("ab"));
    assert_decodes_in_all_ways(&gzip, span_of_text("<aabc>"), FLUXO_FAULT_CODING_BROKEN, span_of_text("ac"));
}

static void a_coding_that_stands_still_is_stopped(void **state)
{
    static const struct chain idle[] = {{{"idle-done"}, 1}, {{"idle-full"}, 1}, {{"idle-end"}, 1}}, fail = {{"fail"}, 1};
    struct fluxo_span nothing = {NULL, 0};
    struct octets none = {NULL, 0, 0};
    struct fluxo_pipe pipe;
    unsigned row;

    (void)state;
    for (row = 0; row < 3; row++)
        assert_decodes_in_all_ways(&idle[row], span_of_text("a"), FLUXO_FAULT_CODING_BROKEN, nothing);
    assert_decodes_in_all_ways(&idle[0], nothing, FLUXO_FAULT_CODING_TRUNCATED, nothing);
    assert_decodes_in_all_ways(&idle[1], nothing, FLUXO_FAULT_CODING_BROKEN, nothing);
    assert_decodes_in_all_ways(&idle[2], nothing, FLUXO_END, nothing);
    assert_decodes_in_all_ways(&fail, span_of_text("a"), OWN_FAILURE, nothing);
    assert_int_equal(open_decoder(&pipe, &fail), FLUXO_DONE);
    assert_int_equal(drive(&pipe, span_of_text("a"), &at_once, &none), OWN_FAILURE);
    assert_int_equal(drive(&pipe, nothing, &at_once, &none), OWN_FAILURE); /* and stays so */
    fluxo_pipe_close(&pipe);
}

/* All that it is given, and nothing comes of it. */
static int take_all(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    char *ended = (char *)state;

    (void)room;
    assert_true(in->length <= UINT32_MAX);
    assert_false(*ended); /* the last is the last */
    *ended = follow == FLUXO_PIPE_LAST;
    in->start += in->length;
    in->length = 0;
    return follow == FLUXO_PIPE_LAST ? FLUXO_END : FLUXO_DONE;
}

static void a_coding_is_given_no_more_at_once_than_32_bits_count(void **state)
{
    static const struct fluxo_coding own = {"own", NULL, {1, open_nothing, take_all, close_nothing}, {0, NULL, NULL, NULL}};
    struct fluxo_span in = {"", (size_t)-1 / 2}; /* of which nobody reads an octet */
    char octets[FLUXO_PIPE_ROOM];
    struct fluxo_room room = {octets, sizeof octets};
    struct fluxo_pipe pipe;

    (void)state;
    in.length = in.length > UINT32_MAX ? 3 * (size_t)UINT32_MAX : 100;
    options.codings = &own;
    options.count = 1;
    assert_int_equal(fluxo_pipe_open(&pipe, &options), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("own"), FLUXO_DECODE), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_LAST), FLUXO_END);
    assert_int_equal(in.length, 0);
    fluxo_pipe_close(&pipe);
}

/* One octet a call, however many there are, and nothing comes of them. */
static int take_one(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    (void)state;
    (void)room;
    in->start += in->length > 0;
    in->length -= in->length > 0;
    return follow == FLUXO_PIPE_LAST && !in->length ? FLUXO_END : FLUXO_DONE;
}

static void a_coding_may_leave_input_for_its_next_step(void **state)
{
    static const struct fluxo_coding own = {"own", NULL, {1, open_nothing, take_one, close_nothing}, {0, NULL, NULL, NULL}};
    static const struct chain chain = {{"own"}, 1};
    struct fluxo_span nothing = {NULL, 0};

    (void)state;
    options.codings = &own;
    options.count = 1;
    assert_decodes_in_all_ways(&chain, span_of_text("abcdefgh"), FLUXO_END, nothing);
}

/* Three rooms of octets at the end, and by then it is the end for good. */
static int end_slowly(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    char *steps = (char *)state;

    assert_true(!*steps || follow == FLUXO_PIPE_LAST);
    in->start += in->length;
    in->length = 0;
    if (follow != FLUXO_PIPE_LAST)
        return FLUXO_DONE;
    memset(room->start, 'x', room->length);
    room->start += room->length;
    room->length = 0;
    return ++*steps < 3 ? FLUXO_FULL : FLUXO_END;
}

static void a_coding_that_was_told_the_last_is_told_nothing_else(void **state)
{
    static const struct fluxo_coding own = {"own", NULL, {1, open_nothing, end_slowly, close_nothing}, {0, NULL, NULL, NULL}};
    struct fluxo_source inner, outer;
    struct fluxo_span seen;
    struct fluxo_pipe pipe;
    size_t octets = 0;
    int answer;

    (void)state;
    options.codings = &own;
    options.count = 1;
    fluxo_source_init_span(&inner, span_of_text("abc"));
    fluxo_pipe_open(&pipe, &options);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("own"), FLUXO_DECODE), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_MORE, &outer), FLUXO_DONE);
    while ((answer = fluxo_source_pull(&outer, 100, &seen)) == FLUXO_DONE)
        octets += seen.length;
    assert_int_equal(answer, FLUXO_END);
    assert_int_equal(octets, 3 * FLUXO_PIPE_SCRATCH);
    fluxo_pipe_close(&pipe);
}

/* So it is where a coding is unknown, and there are none. */
static void how_many_octets_a_coding_gives_is_unknown(void **state)
{
    struct fluxo_source inner, outer;
    struct fluxo_span seen;
    struct fluxo_pipe pipe;

    (void)state;
    fluxo_source_init_span(&inner, span_of_text("abc"));
    fluxo_pipe_open(&pipe, &options);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("double"), FLUXO_ENCODE), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_MORE, &outer), FLUXO_DONE);
    assert_true(outer.left == FLUXO_LENGTH_UNKNOWN);
    fluxo_pipe_close(&pipe);
    fluxo_pipe_open(&pipe, &options);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("one-way"), FLUXO_DECODE), FLUXO_FAULT);
    assert_int_equal(fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_MORE, &outer), FLUXO_DONE);
    assert_true(outer.left == FLUXO_LENGTH_UNKNOWN);
    assert_int_equal(fluxo_source_pull(&outer, 10, &seen), FLUXO_FAULT);
    fluxo_pipe_close(&pipe);
}

static const char *room_given;

static int note_room(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    room_given = room->start;
    return take_one(state, in, room, follow);
}

/* Without a copy, where that is as large as codings may expect. */
static void the_last_coding_writes_into_the_room_itself(void **state)
{
    static const struct fluxo_coding own = {"own", NULL, {1, open_nothing, note_room, close_nothing}, {0, NULL, NULL, NULL}};
    char octets[FLUXO_PIPE_ROOM];
    struct fluxo_span in = span_of_text("ab");
    struct fluxo_room room = {octets, sizeof octets}, small = {octets, sizeof octets - 1};
    struct fluxo_pipe pipe;

    (void)state;
    options.codings = &own;
    options.count = 1;
    assert_int_equal(fluxo_pipe_open(&pipe, &options), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("own"), FLUXO_DECODE), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_MORE), FLUXO_DONE);
    assert_ptr_equal(room_given, octets);
    in = span_of_text("c");
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &small, FLUXO_PIPE_MORE), FLUXO_DONE);
    assert_ptr_not_equal(room_given, octets);
    fluxo_pipe_close(&pipe);
}

/* ---- Flushing ---- */

static void assert_flush_lets_all_out(const struct chain *chain, size_t room_size)
{
    struct octets content = make_content(TEXT, 4000), coded = {NULL, 0, 0}, out = {NULL, 0, 0};
    struct eater eater = {&at_once, &out, 0, 0};
    struct fluxo_sink sink = {eat, &eater};
    struct fluxo_pipe encoder, decoder;
    char octets[4096];
    size_t at, seen = 0;
    unsigned flush, calls;

    fluxo_pipe_open(&encoder, &options);
    for (at = 0; at < chain->count; at++)
        fluxo_pipe_add(&encoder, span_of_text(chain->names[at]), FLUXO_ENCODE);
    open_decoder(&decoder, chain);
    for (at = 0; at < content.length; at += 100) {
        struct fluxo_span in = {content.start + at, 100}, part;
        for (flush = 0; flush < 2; flush++) {
            int answer = FLUXO_FULL;
            size_t before = coded.length;
            for (calls = 0; answer == FLUXO_FULL; calls++) {
                struct fluxo_room room = {octets, room_size};
                answer = fluxo_pipe_step(&encoder, &in, &room, FLUXO_PIPE_FLUSH);
                append(&coded, octets, room_size - room.length);
                assert_true(calls < 2000);
            }
            assert_int_equal(answer, FLUXO_DONE);
            assert_true(flush == 0 || coded.length == before); /* the second finds nothing to let out */
        }
        part.start = coded.start + seen;
        part.length = coded.length - seen;
        seen = coded.length;
        assert_int_equal(fluxo_pipe_push(&decoder, &part, FLUXO_PIPE_MORE, &sink), FLUXO_DONE);
        assert_int_equal(out.length, at + 100);
    }
    assert_same(&out, span_of(&content));
    fluxo_pipe_close(&encoder);
    fluxo_pipe_close(&decoder);
    drop(&content);
    drop(&coded);
    drop(&out);
}

static void assert_flush_in_rooms(const struct chain *chain)
{
    static const size_t rooms[] = {1, 2, 5, 7, 63, 64, 65, 4096};
    unsigned row;

    for (row = 0; row < 8; row++)
        assert_flush_lets_all_out(chain, rooms[row]);
}

static void what_was_flushed_can_be_decoded(void **state)
{
    (void)state;
    for_each_chain(assert_flush_in_rooms);
}

/* A source of three events, each of which has to happen before it is there. */
struct events {
    unsigned given, happened;
};

static int lend_event(struct fluxo_source *source, size_t most, struct fluxo_span *span)
{
    struct events *events = (struct events *)source->context;

    (void)most;
    if (events->given == events->happened)
        return events->given == 3 ? FLUXO_END : FLUXO_NOT_NOW;
    events->given++;
    *span = span_of_text("event");
    return FLUXO_DONE;
}

static void assert_idle(enum fluxo_follow idle, unsigned nows)
{
    struct octets out = {NULL, 0, 0};
    struct eater eater = {&at_once, &out, 0, 0};
    struct fluxo_sink sink = {eat, &eater};
    struct fluxo_pipe encoder, decoder;
    struct fluxo_source inner, outer;
    struct fluxo_span span;
    struct events events = {0, 1};
    unsigned seen = 0;
    int answer;

    fluxo_pipe_open(&encoder, &options);
    fluxo_pipe_add(&encoder, span_of_text("gzip"), FLUXO_ENCODE);
    open_decoder(&decoder, &gzip);
    fluxo_source_init(&inner, lend_event, &events, FLUXO_LENGTH_UNKNOWN);
    fluxo_pipe_source(&encoder, &inner, idle, &outer);
    while ((answer = fluxo_source_pull(&outer, 4, &span)) != FLUXO_END) {
        if (answer == FLUXO_DONE) {
            answer = fluxo_pipe_push(&decoder, &span, FLUXO_PIPE_MORE, &sink);
            assert_int_equal(answer, FLUXO_DONE);
        } else {
            assert_int_equal(answer, FLUXO_NOT_NOW);
            seen += out.length == 5 * events.happened++;
        }
    }
    assert_int_equal(seen, nows);
    assert_same(&out, span_of_text("eventeventevent"));
    fluxo_pipe_close(&encoder);
    fluxo_pipe_close(&decoder);
    drop(&out);
}

static void a_pipe_flushes_while_its_source_is_idle_if_it_is_told_to(void **state)
{
    (void)state;
    assert_idle(FLUXO_PIPE_FLUSH, 2);
    assert_idle(FLUXO_PIPE_MORE, 0);
}

/* ---- Without codings ---- */

static size_t note_span(void *context, struct fluxo_span span)
{
    *(struct fluxo_span *)context = span;
    return span.length > 3 ? 3 : span.length;
}

static void octets_without_coding_are_not_copied(void **state)
{
    static const char octets[] = "abcdef";
    struct fluxo_span in = {octets, 6}, seen = {NULL, 0}, list[3];
    struct fluxo_sink sink = {note_span, &seen};
    struct fluxo_source inner, outer;
    struct fluxo_pipe pipe;

    (void)state;
    fluxo_pipe_open(&pipe, NULL);
    assert_int_equal(fluxo_pipe_push(&pipe, &in, FLUXO_PIPE_LAST, &sink), FLUXO_FULL);
    assert_ptr_equal(seen.start, octets);
    assert_int_equal(seen.length, 6);
    assert_int_equal(fluxo_pipe_push(&pipe, &in, FLUXO_PIPE_LAST, &sink), FLUXO_END);
    assert_ptr_equal(seen.start, octets + 3);
    assert_int_equal(fluxo_pipe_push(&pipe, &in, FLUXO_PIPE_LAST, &sink), FLUXO_END);
    fluxo_pipe_close(&pipe);

    list[0].start = octets;
    list[0].length = 2;
    list[1].start = NULL;
    list[1].length = 0;
    list[2].start = octets + 2;
    list[2].length = 4;
    fluxo_source_init_list(&inner, list, 3);
    fluxo_pipe_open(&pipe, NULL);
    assert_int_equal(fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_MORE, &outer), FLUXO_DONE);
    assert_int_equal(outer.left, 6);
    assert_int_equal(fluxo_source_pull(&outer, 10, &seen), FLUXO_DONE);
    assert_ptr_equal(seen.start, octets);
    assert_int_equal(seen.length, 2);
    assert_int_equal(fluxo_source_pull(&outer, 3, &seen), FLUXO_DONE);
    assert_ptr_equal(seen.start, octets + 2);
    assert_int_equal(seen.length, 3);
    assert_int_equal(outer.left, 1);
    assert_int_equal(fluxo_source_pull(&outer, 3, &seen), FLUXO_DONE);
    assert_int_equal(fluxo_source_pull(&outer, 3, &seen), FLUXO_END);
    fluxo_pipe_close(&pipe);
}

/* ---- Misuse ---- */

static void after_last_there_is_only_what_was_left(void **state)
{
    char octets[8];
    struct fluxo_span in = span_of_text("abcdefghij"), less, nothing = {NULL, 0};
    struct fluxo_room room = {octets, 2};
    struct fluxo_pipe pipe, before;
    unsigned coded;

    (void)state;
    for (coded = 0; coded < 2; coded++) {
        in = span_of_text("abcdefghij");
        room.start = octets;
        room.length = 2;
        fluxo_pipe_open(&pipe, &options);
        if (coded)
            fluxo_pipe_add(&pipe, span_of_text("double"), FLUXO_ENCODE);
        assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_LAST), FLUXO_FULL);
        less = in;
        less.length = in.length + 1;
        before = pipe;
        assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_MORE), FLUXO_MISUSE_ORDER);
        assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_FLUSH), FLUXO_MISUSE_ORDER);
        assert_int_equal(fluxo_pipe_step(&pipe, &less, &room, FLUXO_PIPE_LAST), FLUXO_MISUSE_LENGTH);
        assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, (enum fluxo_follow)3), FLUXO_MISUSE_ARGUMENT);
        assert_memory_equal(&pipe, &before, sizeof pipe);
        do {
            room.start = octets;
            room.length = 3;
        } while (fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_LAST) == FLUXO_FULL);
        assert_int_equal(fluxo_pipe_step(&pipe, &nothing, &room, FLUXO_PIPE_LAST), FLUXO_END);
        in = span_of_text("k");
        assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_LAST), FLUXO_MISUSE_LENGTH);
        fluxo_pipe_close(&pipe);
    }
}

static void an_encoder_that_has_ended_stays_so(void **state)
{
    const struct fluxo_coding *coding = fluxo_coding_find(NULL, span_of_text("gzip"));
    struct fluxo_span in = span_of_text("abc"), nothing = {NULL, 0};
    char octets[FLUXO_PIPE_ROOM];
    struct fluxo_room room = {octets, sizeof octets};
    void *block = malloc(coding->encode.size);

    (void)state;
    assert_non_null(block);
    assert_int_equal(coding->encode.open(block, NULL), FLUXO_DONE);
    assert_int_equal(coding->encode.step(block, &in, &room, FLUXO_PIPE_LAST), FLUXO_END);
    assert_int_equal(coding->encode.step(block, &nothing, &room, FLUXO_PIPE_LAST), FLUXO_END);
    assert_int_equal(coding->encode.step(block, &nothing, &room, FLUXO_PIPE_FLUSH), FLUXO_END);
    coding->encode.close(block);
    free(block);
}

static void what_is_out_of_range_is_misuse(void **state)
{
    struct fluxo_span nothing = {NULL, 0};
    struct fluxo_room room = {NULL, 0};
    struct fluxo_source inner, outer;
    struct fluxo_pipe pipe;

    (void)state;
    options.budget.ratio = 0;
    assert_int_equal(fluxo_pipe_open(&pipe, &options), FLUXO_MISUSE_ARGUMENT);
    options.budget.ratio = 1;
    options.budget.codings = FLUXO_PIPE_CODINGS + 1;
    assert_int_equal(fluxo_pipe_open(&pipe, &options), FLUXO_MISUSE_ARGUMENT);
    options.budget.codings = FLUXO_PIPE_CODINGS;
    assert_int_equal(fluxo_pipe_open(&pipe, &options), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("double"), (enum fluxo_direction)2), FLUXO_MISUSE_ARGUMENT);
    fluxo_source_init_span(&inner, span_of_text("a"));
    assert_int_equal(fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_LAST, &outer), FLUXO_MISUSE_ARGUMENT);
    assert_int_equal(fluxo_pipe_step(&pipe, &nothing, &room, FLUXO_PIPE_MORE), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_add(&pipe, span_of_text("double"), FLUXO_DECODE), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_MORE, &outer), FLUXO_MISUSE_ORDER);
    assert_int_equal(fluxo_pipe_refuse(&pipe, FLUXO_FAULT_LIST), FLUXO_MISUSE_ORDER);
    fluxo_pipe_close(&pipe);
    assert_int_equal(fluxo_pipe_refuse(&pipe, FLUXO_FAULT_LIST), FLUXO_MISUSE_ORDER);
}

/* ---- Sources ---- */

static size_t room_asked;

static int fill_letters(void *context, struct fluxo_room room, size_t *filled)
{
    unsigned *turn = (unsigned *)context;

    room_asked = room.length;
    *filled = least(3, room.length);
    memset(room.start, 'a' + (int)(*turn)++, *filled);
    return FLUXO_DONE;
}

static void a_source_may_fill_a_room_and_is_cut_at_its_length(void **state)
{
    char octets[16];
    struct fluxo_room room = {octets, sizeof octets};
    struct fluxo_source source;
    struct octets out = {NULL, 0, 0};
    struct fluxo_span span;
    unsigned turn = 0;

    (void)state;
    fluxo_source_init_fill(&source, fill_letters, &turn, room, FLUXO_LENGTH_UNKNOWN);
    assert_int_equal(fluxo_source_pull(&source, 100, &span), FLUXO_DONE);
    assert_int_equal(room_asked, sizeof octets);
    turn = 0;
    fluxo_source_init_fill(&source, fill_letters, &turn, room, 8);
    while (fluxo_source_pull(&source, 100, &span) == FLUXO_DONE)
        append(&out, span.start, span.length);
    assert_same(&out, span_of_text("aaabbbcc"));
    assert_int_equal(source.left, 0);
    assert_int_equal(fluxo_source_pull(&source, 100, &span), FLUXO_END);
    assert_int_equal(turn, 3); /* it is not asked any more */
    drop(&out);
}

struct script {
    int answer;
    size_t length;
};

static int follow_script(struct fluxo_source *source, size_t most, struct fluxo_span *span)
{
    const struct script *script = (const struct script *)source->context;

    (void)most;
    source->context = (void *)(script + 1);
    span->start = "abcdefgh";
    span->length = script->length;
    return script->answer;
}

static int fill_too_much(void *context, struct fluxo_room room, size_t *filled)
{
    (void)context;
    *filled = room.length + 1;
    return FLUXO_DONE;
}

static void a_source_is_held_to_its_promise(void **state)
{
    static const struct script script[] = {{FLUXO_DONE, 2}, {FLUXO_NOT_NOW, 0}, {FLUXO_DONE, 0}, {OWN_FAILURE, 0},
                                           {FLUXO_DONE, 5}, {FLUXO_DONE, 4},    {FLUXO_END, 0},  {FLUXO_DONE, 1}};
    static const int answers[] = {FLUXO_DONE, FLUXO_NOT_NOW, FLUXO_NOT_NOW, OWN_FAILURE, FLUXO_MISUSE_LENGTH, FLUXO_DONE};
    char octets[4];
    struct fluxo_room room = {octets, 4};
    struct fluxo_source source;
    struct fluxo_span span;
    unsigned known, row;

    (void)state;
    for (known = 0; known < 2; known++) {
        fluxo_source_init(&source, follow_script, (void *)script, known ? 7 : FLUXO_LENGTH_UNKNOWN);
        assert_int_equal(fluxo_source_pull(&source, 0, &span), FLUXO_MISUSE_ARGUMENT);
        for (row = 0; row < 6; row++)
            assert_int_equal(fluxo_source_pull(&source, 4, &span), answers[row]);
        assert_int_equal(source.left, known ? 1 : FLUXO_LENGTH_UNKNOWN);
        assert_int_equal(fluxo_source_pull(&source, 4, &span), known ? FLUXO_MISUSE_LENGTH : FLUXO_END);
        assert_int_equal(fluxo_source_pull(&source, 4, &span), known ? FLUXO_DONE : FLUXO_END); /* an end is for ever */
    }
    fluxo_source_init_fill(&source, fill_too_much, NULL, room, FLUXO_LENGTH_UNKNOWN);
    assert_int_equal(fluxo_source_pull(&source, 100, &span), FLUXO_MISUSE_LENGTH);
}

static void a_failure_of_the_source_passes_through_a_pipe_and_may_be_followed_by_more(void **state)
{
    static const struct script script[] = {{FLUXO_DONE, 2}, {OWN_FAILURE, 0}, {FLUXO_DONE, 1}, {FLUXO_END, 0}};
    struct fluxo_source inner, outer;
    enum fluxo_follow idle;
    struct fluxo_span span;
    struct fluxo_pipe pipe;
    int answer;

    (void)state;
    for (idle = FLUXO_PIPE_MORE; idle <= FLUXO_PIPE_FLUSH; idle++) {
        struct octets out = {NULL, 0, 0};
        unsigned failures = 0;

        fluxo_pipe_open(&pipe, &options);
        fluxo_pipe_add(&pipe, span_of_text("double"), FLUXO_ENCODE);
        fluxo_source_init(&inner, follow_script, (void *)script, FLUXO_LENGTH_UNKNOWN);
        fluxo_pipe_source(&pipe, &inner, idle, &outer);
        assert_int_equal(outer.left, FLUXO_LENGTH_UNKNOWN);
        while ((answer = fluxo_source_pull(&outer, 100, &span)) != FLUXO_END) {
            if (answer == FLUXO_DONE)
                append(&out, span.start, span.length);
            else
                failures += answer == OWN_FAILURE;
        }
        assert_int_equal(failures, 1);
        assert_same(&out, span_of_text("<aabbaa>"));
        fluxo_pipe_close(&pipe);
        drop(&out);
    }
    fluxo_pipe_open(&pipe, &options); /* a coding's own failure is for ever */
    fluxo_pipe_add(&pipe, span_of_text("fail"), FLUXO_DECODE);
    fluxo_source_init_span(&inner, span_of_text("a"));
    fluxo_pipe_source(&pipe, &inner, FLUXO_PIPE_MORE, &outer);
    assert_int_equal(fluxo_source_pull(&outer, 100, &span), OWN_FAILURE);
    assert_int_equal(fluxo_source_pull(&outer, 100, &span), OWN_FAILURE);
    fluxo_pipe_close(&pipe);
}

static void a_fault_is_told_when_all_before_it_is_out_and_stays(void **state)
{
    struct fluxo_span in = span_of_text("<aabbccdx"), nothing = {NULL, 0};
    char octets[8];
    struct fluxo_room room = {octets, 1};
    struct fluxo_pipe pipe;

    (void)state;
    assert_int_equal(open_decoder(&pipe, &twofold), FLUXO_DONE);
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_MORE), FLUXO_FULL);
    room.length = 1;
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_MORE), FLUXO_FULL);
    room.length = 8 - 2;
    assert_int_equal(fluxo_pipe_step(&pipe, &in, &room, FLUXO_PIPE_MORE), FLUXO_FAULT);
    assert_int_equal(room.start - octets, 4);
    assert_memory_equal(octets, "abcx", 4);
    assert_int_equal(fluxo_pipe_step(&pipe, &nothing, &room, FLUXO_PIPE_LAST), FLUXO_FAULT);
    assert_int_equal(fluxo_pipe_step(&pipe, &nothing, &room, FLUXO_PIPE_MORE), FLUXO_FAULT);
    assert_int_equal(pipe.fault, FLUXO_FAULT_CODING_BROKEN);
    fluxo_pipe_close(&pipe);
}

static void leave_out(void **state)
{
    (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_OF_ZLIB(name)                                                                                                     \
    {                                                                                                                          \
        has_zlib ? #name : #name " # SKIP the library has no zlib", has_zlib ? (name) : leave_out, set_up, tear_down, NULL     \
    }

int main(void)
{
    const int has_zlib = fluxo_coding_find(NULL, span_of_text("gzip")) != NULL;
    const struct CMUnitTest tests[] = {
        TEST(what_is_encoded_in_any_way_is_decoded_in_any_way),
        TEST(so_is_a_mebibyte),
        TEST(so_it_is_at_every_cut),
        TEST_OF_ZLIB(a_chain_may_be_of_four),
        TEST_OF_ZLIB(memory_does_not_grow_with_content),
        TEST(structs_are_as_small_as_documented),
        TEST_OF_ZLIB(memory_of_zlib_is_as_documented),
        TEST_OF_ZLIB(nothing_is_taken_once_octets_pass),
        TEST(without_memory_nothing_leaks_and_nothing_changes),
        TEST_OF_ZLIB(without_memory_for_zlib_neither),
        TEST(a_closed_pipe_has_nothing_and_does_nothing),
        TEST(nor_does_one_that_was_closed_before_it_began),
        TEST_OF_ZLIB(a_bomb_is_stopped_by_the_ratio),
        TEST_OF_ZLIB(a_bomb_is_stopped_by_the_output_limit_to_the_octet),
        TEST_OF_ZLIB(a_bomb_of_nothing_is_stopped),
        TEST(no_coding_escapes_the_budget),
        TEST(without_a_ratio_octets_may_come_of_nothing),
        TEST(an_encoder_has_no_budget),
        TEST_OF_ZLIB(a_call_does_no_more_than_its_room_asks),
        TEST(codings_are_counted),
        TEST(what_ends_too_soon_is_truncated),
        TEST_OF_ZLIB(a_wrong_check_is_told_when_all_octets_are_out),
        TEST_OF_ZLIB(a_stream_is_one_member_or_more),
        TEST_OF_ZLIB(deflate_has_one_stream_and_nothing_behind_it),
        TEST_OF_ZLIB(deflate_comes_with_and_without_the_zlib_format),
        TEST_OF_ZLIB(what_cannot_be_the_zlib_format_is_deflate_data),
        TEST_OF_ZLIB(nothing_is_held_back_for_want_of_more),
        TEST_OF_ZLIB(what_is_no_header_is_broken),
        TEST_OF_ZLIB(a_bit_that_is_wrong_is_found),
        TEST_OF_ZLIB(octets_at_the_end_of_a_page_are_enough),
        TEST(names_have_no_case),
        TEST(nothing_passes_behind_an_unknown_coding),
        TEST(a_coding_of_ones_own_goes_before_a_shipped_one),
        TEST(a_coding_that_stands_still_is_stopped),
        TEST(a_coding_is_given_no_more_at_once_than_32_bits_count),
        TEST(a_coding_may_leave_input_for_its_next_step),
        TEST(a_coding_that_was_told_the_last_is_told_nothing_else),
        TEST(how_many_octets_a_coding_gives_is_unknown),
        TEST(the_last_coding_writes_into_the_room_itself),
        TEST(what_was_flushed_can_be_decoded),
        TEST_OF_ZLIB(a_pipe_flushes_while_its_source_is_idle_if_it_is_told_to),
        TEST(octets_without_coding_are_not_copied),
        TEST(after_last_there_is_only_what_was_left),
        TEST_OF_ZLIB(an_encoder_that_has_ended_stays_so),
        TEST(what_is_out_of_range_is_misuse),
        TEST(a_source_may_fill_a_room_and_is_cut_at_its_length),
        TEST(a_source_is_held_to_its_promise),
        TEST(a_failure_of_the_source_passes_through_a_pipe_and_may_be_followed_by_more),
        TEST(a_fault_is_told_when_all_before_it_is_out_and_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
