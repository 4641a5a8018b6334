/* SPDX-License-Identifier: MIT */
/*
 * Runs fixtures: each whole, byte by byte, at every single cut and at random cuts, in whole and in pieces mode, with many and
 * with few event slots, without the lane and with each that the processor has, between guard pages. TAP on standard output.
 *
 *     run DIR|FILE...           every *.txt below
 *     run --mutate DIR|FILE...  the inputs with random edits: whatever they give, they give it however they are cut
 *     run --bless FILE...       writes the events that the parser gives into the files
 */
#define _XOPEN_SOURCE 700
#include "machine.h"
#include "transcript.h"

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Slicings ---- */

static size_t give_all(const struct slicing *slicing, size_t at, size_t length)
{
    (void)slicing;
    return length - at;
}

static size_t give_one(const struct slicing *slicing, size_t at, size_t length)
{
    (void)slicing;
    (void)length;
    (void)at;
    return 1;
}

static size_t give_cut(const struct slicing *slicing, size_t at, size_t length)
{
    return at < slicing->parameter ? slicing->parameter - at : length - at;
}

static uint64_t mix(uint64_t seed) /* splitmix64's finish */
{
    seed = (seed ^ (seed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    seed = (seed ^ (seed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return seed ^ (seed >> 31);
}

/* Small numbers more often than large ones, the same for the same seed and place. */
static size_t give_random(const struct slicing *slicing, size_t at, size_t length)
{
    uint64_t mixed = mix(slicing->parameter * 1000003u + at);
    size_t give = 1 + (size_t)((mixed >> 8) % (mixed & 7 ? 16 : 64));

    return give < length - at ? give : length - at;
}

/* ---- One fixture ---- */

static int differs_in_lane(const struct fixture *fixture, const struct slicing *slicing, const struct text *expected,
                           const char *how)
{
    static struct text transcript;
    int broken = transcript_write(&transcript, fixture, slicing);

    if (!broken && text_equal(&transcript, expected))
        return 0;
    printf("# %s, %s mode, parameter %zu, %u slots, lane %d, gives:\n", how, slicing->pieces ? "pieces" : "whole",
           slicing->parameter, slicing->capacity, slicing->lane);
    printf("%.*s", (int)transcript.length, transcript.bytes);
    return 1;
}

static int is_here(int lane)
{
    struct fluxo_parser parser;

    fluxo_parser_init(&parser, FLUXO_REQUEST, NULL);
    return fluxo_use_lane(&parser, (enum lane)lane);
}

/* Without a lane, and with each that the processor has. */
static int differ(const struct fixture *fixture, const struct slicing *slicing, const struct text *expected, const char *how)
{
    struct slicing copy = *slicing;

    for (copy.lane = LANE_NONE; copy.lane <= LANE_NEON; copy.lane++)
        if (is_here(copy.lane) && differs_in_lane(fixture, &copy, expected, how))
            return 1;
    return 0;
}

static int differs_at_cuts(const struct fixture *fixture, int pieces)
{
    struct slicing slicing = {pieces, 64, 0, give_cut, 0, LANE_NONE};
    size_t cut;

    for (cut = 1; cut < fixture->input.length; cut++) {
        slicing.parameter = cut;
        slicing.low = cut & 1;
        if (differ(fixture, &slicing, &fixture->events, "one cut"))
            return 1;
    }
    return 0;
}

static int differs_at_random(const struct fixture *fixture, int pieces)
{
    struct slicing slicing = {pieces, 9, 0, give_random, 0, LANE_NONE};
    size_t seed;

    for (seed = 1; seed <= 8; seed++) {
        slicing.parameter = seed;
        if (differ(fixture, &slicing, &fixture->events, "random cuts"))
            return 1;
    }
    return 0;
}

static int differs_in_mode(const struct fixture *fixture, int pieces)
{
    const struct slicing whole = {pieces, 256, 0, give_all, 0, LANE_NONE}, few = {pieces, 8, 1, give_all, 0, LANE_NONE};
    const struct slicing bytes = {pieces, 8, 0, give_one, 0, LANE_NONE};

    return differ(fixture, &whole, &fixture->events, "all at once") || differ(fixture, &few, &fixture->events, "few slots") ||
           differ(fixture, &bytes, &fixture->events, "byte by byte") || differs_at_cuts(fixture, pieces) ||
           differs_at_random(fixture, pieces);
}

static unsigned count, failures;

static void run_fixture(const char *path)
{
    struct fixture fixture;
    int good = fixture_read(&fixture, path);

    if (!good)
        printf("# %s\n", fixture.error);
    good = good && !differs_in_mode(&fixture, 0) && !differs_in_mode(&fixture, 1);
    count++;
    failures += !good;
    printf("%s %u - %s: %s\n", good ? "ok" : "not ok", count, path, fixture.title);
    fixture_free(&fixture);
}

/* ---- Random edits ---- */

static uint64_t noise;

static size_t draw(size_t below)
{
    noise += UINT64_C(0x9E3779B97F4A7C15);
    return below ? (size_t)(mix(noise) % below) : 0;
}

static char draw_byte(void)
{
    static const char telling[] = "\r\n\r\n\t  ::,,;;==//??*%[]\"\\@#0123456789abcfxzAF.-\x80\xff\x7f";

    return draw(4) ? telling[draw(sizeof telling)] : (char)draw(256);
}

static void edit(struct text *input)
{
    size_t at = draw(input->length), from = draw(input->length), length = draw(12);

    if (from + length > input->length)
        length = input->length - from;
    switch (draw(4)) {
    case 0: /* another byte */
        input->bytes[at] = draw_byte();
        break;
    case 1: /* a byte more */
        text_add(input, "", 1);
        memmove(input->bytes + at + 1, input->bytes + at, input->length - at - 1);
        input->bytes[at] = draw_byte();
        break;
    case 2: /* some bytes less */
        memmove(input->bytes + from, input->bytes + from + length, input->length - from - length);
        input->length -= length;
        break;
    default: /* some bytes over others */
        if (at + length <= input->length)
            memmove(input->bytes + at, input->bytes + from, length);
    }
}

enum { MUTANTS = 40, EDITS_MOST = 3 };

static int differs_between_cuts(const struct fixture *mutant)
{
    static struct text expected;
    const struct slicing whole = {0, 256, 0, give_all, 0, LANE_NONE};
    struct slicing slicing = {0, 8, 0, give_one, 0, LANE_NONE};
    int broken = transcript_write(&expected, mutant, &whole);

    if (broken)
        printf("%.*s", (int)expected.length, expected.bytes);
    for (slicing.pieces = 0; slicing.pieces <= 1; slicing.pieces++) {
        slicing.next = give_one;
        broken = broken || differ(mutant, &slicing, &expected, "byte by byte");
        slicing.next = give_random;
        for (slicing.parameter = 1; slicing.parameter <= 4; slicing.parameter++)
            broken = broken || differ(mutant, &slicing, &expected, "random cuts");
    }
    return broken;
}

/* Half of the mutants are read under other options: chunk lines, any relaxations, a limit that is soon reached. */
static void edit_options(struct fluxo_options *options)
{
    size_t limit = draw(20);

    if (draw(2))
        return;
    options->relax = (uint32_t)draw(FLUXO_RELAX_ALL + 1);
    options->flags = draw(2) ? FLUXO_CHUNKS : 0;
    switch (draw(12)) {
#define LIMIT(member, name, type, standard, least, most, error)                                                                \
    case FLUXO_ERR_##error - FLUXO_ERR_EMPTY_LINES_LIMIT:                                                                      \
        options->limits.member = (type)((least) + limit);                                                                      \
        break;
#include <fluxo/limits.def>
#undef LIMIT
    default:
        break;
    }
}

static void make_mutant(struct fixture *mutant, const struct fixture *fixture)
{
    size_t edits;

    mutant->options = fixture->options;
    edit_options(&mutant->options);
    text_clear(&mutant->input);
    text_add(&mutant->input, fixture->input.bytes, fixture->input.length);
    for (edits = 1 + draw(EDITS_MOST); edits && mutant->input.length; edits--)
        edit(&mutant->input);
}

static void show_mutant(const struct fixture *mutant)
{
    struct text visible = {NULL, 0, 0};

    text_add_visible(&visible, mutant->input.bytes, mutant->input.length);
    printf("# relax %#x, flags %u", mutant->options.relax, mutant->options.flags);
#define LIMIT(member, name, type, standard, least, most, error)                                                                \
    if (mutant->options.limits.member != (standard))                                                                           \
        printf(", limit:%s=%llu", name, (unsigned long long)mutant->options.limits.member);
#include <fluxo/limits.def>
#undef LIMIT
    printf(", the input: %s\n", visible.bytes);
    text_free(&visible);
}

static int differs_when_mutated(const struct fixture *fixture)
{
    struct fixture mutant = *fixture;
    int broken = 0;
    size_t nth;

    memset(&mutant.input, 0, sizeof mutant.input);
    for (nth = 0; nth < MUTANTS && !broken; nth++) {
        make_mutant(&mutant, fixture);
        broken = differs_between_cuts(&mutant);
    }
    if (broken)
        show_mutant(&mutant);
    text_free(&mutant.input);
    return broken;
}

static void run_mutants(const char *path)
{
    struct fixture fixture;
    int good = fixture_read(&fixture, path) && !differs_when_mutated(&fixture);

    count++;
    failures += !good;
    printf("%s %u - %s, mutated %d times\n", good ? "ok" : "not ok", count, path, MUTANTS);
    fixture_free(&fixture);
}

static int bless(const char *path)
{
    const struct slicing whole = {0, 256, 0, give_all, 0, LANE_NONE};
    struct text transcript = {NULL, 0, 0};
    struct fixture fixture;
    int good = fixture_read(&fixture, path);

    if (!good)
        fprintf(stderr, "%s: %s\n", path, fixture.error);
    good = good && !transcript_write(&transcript, &fixture, &whole) && fixture_write(&fixture, path, &transcript);
    text_free(&transcript);
    fixture_free(&fixture);
    return good;
}

/* ---- Finding them ---- */

static char **paths;
static size_t path_count;

static int add_path(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    size_t length = strlen(path);

    (void)status;
    (void)walk;
    if (type != FTW_F || length < 4 || strcmp(path + length - 4, ".txt") != 0)
        return 0;
    paths = (char **)realloc(paths, (path_count + 1) * sizeof *paths);
    if (!paths || !(paths[path_count++] = strdup(path)))
        abort();
    return 0;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void bless_or_count(const char *path)
{
    failures += !bless(path);
    count++;
}

int main(int argc, char **argv)
{
    void (*run)(const char *path) = run_fixture;
    int arg = 1, good;
    size_t at;

    if (argc > 1 && strcmp(argv[1], "--bless") == 0)
        run = bless_or_count;
    if (argc > 1 && strcmp(argv[1], "--mutate") == 0)
        run = run_mutants;
    for (arg += run != run_fixture; arg < argc; arg++)
        if (nftw(argv[arg], add_path, 16, 0) != 0)
            fprintf(stderr, "cannot read %s\n", argv[arg]);
    if (path_count)
        qsort(paths, path_count, sizeof *paths, compare_paths);
    for (at = 0; at < path_count; at++) {
        run(paths[at]);
        free(paths[at]);
    }
    free(paths);
    good = count > 0 && !failures;
    if (run != bless_or_count)
        printf("1..%u\n", count);
    return run == bless_or_count ? !good : 0;
}
