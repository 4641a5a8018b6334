/* SPDX-License-Identifier: MIT */
/*
 * Runs fixtures: each whole, byte by byte, at every single cut and at random cuts, in whole and in pieces mode, with many and
 * with few event slots, between guard pages. TAP on standard output.
 *
 *     run DIR|FILE...           every *.txt below
 *     run --bless FILE...       writes the events that the parser gives into the files
 */
#define _XOPEN_SOURCE 700
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

/* Small numbers more often than large ones, the same for the same seed and place. */
static size_t give_random(const struct slicing *slicing, size_t at, size_t length)
{
    uint64_t mixed = (slicing->parameter * 1000003u + at + 1) * UINT64_C(0x9E3779B97F4A7C15);
    size_t give = 1 + (size_t)((mixed >> 33) % ((mixed >> 60) ? 16 : 64));

    return give < length - at ? give : length - at;
}

/* ---- One fixture ---- */

static int differ(const struct fixture *fixture, const struct slicing *slicing, const struct text *expected, const char *how)
{
    static struct text transcript;
    int broken = transcript_write(&transcript, fixture, slicing);

    if (!broken && text_equal(&transcript, expected))
        return 0;
    printf("# %s, %s mode, parameter %zu, %u slots, gives:\n", how, slicing->pieces ? "pieces" : "whole", slicing->parameter,
           slicing->capacity);
    printf("%.*s", (int)transcript.length, transcript.bytes);
    return 1;
}

static int differs_at_cuts(const struct fixture *fixture, int pieces)
{
    struct slicing slicing = {pieces, 64, 0, give_cut, 0};
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
    struct slicing slicing = {pieces, 9, 0, give_random, 0};
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
    const struct slicing whole = {pieces, 256, 0, give_all, 0}, few = {pieces, 8, 1, give_all, 0};
    const struct slicing bytes = {pieces, 8, 0, give_one, 0};

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

static int bless(const char *path)
{
    const struct slicing whole = {0, 256, 0, give_all, 0};
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

int main(int argc, char **argv)
{
    int blessing = argc > 1 && strcmp(argv[1], "--bless") == 0, arg;
    size_t at;

    for (arg = 1 + blessing; arg < argc; arg++)
        if (nftw(argv[arg], add_path, 16, 0) != 0)
            fprintf(stderr, "cannot read %s\n", argv[arg]);
    if (path_count)
        qsort(paths, path_count, sizeof *paths, compare_paths);
    for (at = 0; at < path_count; at++) {
        if (!blessing)
            run_fixture(paths[at]);
        else if (!bless(paths[at]))
            failures++;
        free(paths[at]);
    }
    free(paths);
    if (!blessing)
        printf("1..%u\n", count);
    return failures > 0 || (!blessing && count == 0);
}
