/* SPDX-License-Identifier: MIT */
/*
 * growth ROUNDS MICROSECONDS: what fluxo needs for messages of tests/families.def as they grow, in one piece and byte by byte,
 * with the widest limits and all that may be let pass. Rows on standard output, with tabs:
 *
 *     growth  FAMILY MANNER OCTETS ROUND NANOSECONDS for all of it
 */
#include "../../tests/families.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    FAMILIES = sizeof families / sizeof families[0],
    LEAST = 4096,
    SIZES = 4, /* each twice the one before; the longest that fits a name's and a line's limit */
    MOST = LEAST << (SIZES - 1),
    CAPACITY = 128,
    PASSES_MOST = 1 << 16
};

static const struct manner {
    const char *name;
    size_t piece;
} manners[] = {{"whole", 2 * MOST}, {"1", 1}};

enum { MANNERS = sizeof manners / sizeof manners[0] };

static struct fluxo_options options;

static void widen_options(void)
{
    fluxo_options_init(&options);
    options.relax = FLUXO_PROFILE_LEGACY;
#define LIMIT(member, name, type, standard, least, most, error) options.limits.member = (type)(most);
#include <fluxo/limits.def>
#undef LIMIT
}

static void refuse(const struct family *family, uint8_t error)
{
    fprintf(stderr, "growth: %s: %s\n", family->name, fluxo_error(error)->name);
    exit(1);
}

static void read_message(const struct family *family, const char *bytes, size_t length, size_t piece)
{
    static struct fluxo_event events[CAPACITY];
    struct fluxo_parser parser;
    struct fluxo_feed fed;
    size_t end = 0, at = 0;

    fluxo_parser_init(&parser, family->kind, &options);
    while (end < length) {
        end = piece < length - end ? end + piece : length;
        do {
            fed = fluxo_parser_feed(&parser, bytes + at, end - at, events, CAPACITY);
            at += fed.consumed;
        } while (fed.status == FLUXO_EVENTS_FULL || ((fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE) && at < end));
        if (fed.status == FLUXO_ERROR)
            refuse(family, fed.error);
    }
}

static double read_clock(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double time_passes(const struct family *family, const struct manner *manner, size_t size, unsigned passes)
{
    static char bytes[2 * MOST];
    size_t length = family_build(bytes, family, size);
    unsigned pass;
    double began;

    read_message(family, bytes, length, manner->piece); /* warm */
    began = read_clock();
    for (pass = 0; pass < passes; pass++)
        read_message(family, bytes, length, manner->piece);
    return (read_clock() - began) / passes;
}

static unsigned choose_passes(const struct family *family, const struct manner *manner, size_t size, double slice)
{
    unsigned passes = 1;

    while (passes < PASSES_MOST && time_passes(family, manner, size, passes) * passes < slice / 2)
        passes *= 2;
    return passes;
}

static void run_family(const struct family *family, unsigned round, double slice)
{
    static unsigned passes[FAMILIES][MANNERS][SIZES];
    size_t manner, nth;

    for (manner = 0; manner < MANNERS; manner++)
        for (nth = 0; nth < SIZES; nth++) {
            unsigned *count = &passes[family - families][manner][nth];
            size_t size = (size_t)LEAST << nth;

            if (!*count)
                *count = choose_passes(family, &manners[manner], size, slice);
            printf("growth\t%s\t%s\t%zu\t%u\t%.1f\n", family->name, manners[manner].name, size, round,
                   time_passes(family, &manners[manner], size, *count));
        }
}

int main(int argc, char **argv)
{
    unsigned round, rounds;
    size_t nth;

    if (argc != 3) {
        fprintf(stderr, "usage: growth ROUNDS MICROSECONDS\n");
        return 1;
    }
    rounds = (unsigned)strtoul(argv[1], NULL, 10);
    widen_options();
    for (round = 0; round < rounds; round++)
        for (nth = 0; nth < FAMILIES; nth++)
            run_family(&families[nth], round, strtod(argv[2], NULL) * 1e3);
    return 0;
}
