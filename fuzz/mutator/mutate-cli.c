/* SPDX-License-Identifier: MIT */
/*
 * The mutator by hand: standard input to standard output.
 *
 *     fuzz/mutate [--text] SEED [MUTATION]     --text: the input is text without a head, and what comes out is
 *     fuzz/mutate --list                       the mutations
 *
 * Exit status 2: there is no such mutation, or this input has nothing for it.
 */
#include "mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t bytes[HEAD_LENGTH + INPUT_MOST];

static int list(FILE *out)
{
    unsigned mutation;

    for (mutation = 0; mutation < MUTATIONS; mutation++)
        fprintf(out, "%-18s %s\n", mutation_name((enum mutation)mutation), mutation_sentence((enum mutation)mutation));
    return 0;
}

static enum mutation find_mutation(const char *name)
{
    unsigned mutation = 0;

    while (mutation < MUTATIONS && strcmp(name, mutation_name((enum mutation)mutation)) != 0)
        mutation++;
    return (enum mutation)mutation;
}

static int name_unknown(const char *name)
{
    fprintf(stderr, "mutate: there is no mutation %s; these are known:\n", name);
    list(stderr);
    return 2;
}

static size_t change(size_t length, uint64_t seed, const char *name)
{
    const struct mutate_other none = {NULL, 0};

    if (!name)
        return mutate(bytes, length, sizeof bytes, none, seed);
    return mutate_by(find_mutation(name), bytes, length, sizeof bytes, none, seed);
}

static int complain(void)
{
    fprintf(stderr, "usage: mutate [--text] SEED [MUTATION] < FILE\n       mutate --list\n");
    return 1;
}

int main(int argc, char **argv)
{
    int text = argc > 1 && strcmp(argv[1], "--text") == 0;
    size_t head = text ? HEAD_LENGTH : 0, length;
    char *end = NULL;
    uint64_t seed;

    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list(stdout);
    argv += text;
    argc -= text;
    if (argc < 2 || argc > 3)
        return complain();
    seed = strtoull(argv[1], &end, 0);
    if (end == argv[1] || *end)
        return complain();
    if (argc > 2 && find_mutation(argv[2]) == MUTATIONS)
        return name_unknown(argv[2]);
    length = head + fread(bytes + head, 1, sizeof bytes - head, stdin);
    length = change(length, seed, argc > 2 ? argv[2] : NULL);
    if (length < head || !length) {
        fprintf(stderr, "mutate: this input has nothing for that mutation\n");
        return 2;
    }
    return fwrite(bytes + head, 1, length - head, stdout) == length - head ? 0 : 1;
}
