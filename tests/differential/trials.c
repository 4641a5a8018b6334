/* SPDX-License-Identifier: MIT */
/* Writes the inputs of fixtures as trials (see verdict.h). Those with limits or relaxations of their own are left out. */
#include "../fixture.h"

#include <stdio.h>

static int is_plain(const struct fixture *fixture)
{
    struct fluxo_options plain;
    int is = fixture->options.relax == FLUXO_PROFILE_STRICT;

    fluxo_options_init(&plain);
#define LIMIT(member, text, type, standard, least, most, error)                                                                \
    is = is && fixture->options.limits.member == plain.limits.member;
#include <fluxo/limits.def>
#undef LIMIT
    return is;
}

static void write_methods(const struct fixture *fixture)
{
    size_t at;

    if (!fixture->answer_count)
        fputs("-", stdout);
    for (at = 0; at < fixture->answer_count; at++)
        printf("%s%s", at ? "," : "", fluxo_method_name(fixture->answers[at]));
}

static void write_trial(const struct fixture *fixture, const char *path)
{
    printf("%s %s ", path, fixture->kind == FLUXO_RESPONSE ? "response" : "request");
    write_methods(fixture);
    printf(" %zu\n", fixture->input.length);
    if (fixture->input.length)
        fwrite(fixture->input.bytes, 1, fixture->input.length, stdout);
}

int main(int argc, char **argv)
{
    struct fixture fixture;
    int arg, good = 1;

    for (arg = 1; arg < argc && good; arg++) {
        good = fixture_read(&fixture, argv[arg]);
        if (!good)
            fprintf(stderr, "%s: %s\n", argv[arg], fixture.error);
        else if (is_plain(&fixture))
            write_trial(&fixture, argv[arg]);
        fixture_free(&fixture);
    }
    return !good;
}
