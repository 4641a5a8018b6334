/* SPDX-License-Identifier: MIT */
/*
 * The engine of those who have none: hands files to the harness, one after the other.
 *
 *     fuzz/NAME [--every-cut] [FILE|FOLDER...]     without any: standard input
 *
 * A *.txt in a folder is the cause of the finding beside it, and no input.
 */
#define _XOPEN_SOURCE 700
#include "../harness/harness.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#pragma weak LLVMFuzzerInitialize

/* ---- Finding inputs ---- */

static char **paths;
static size_t path_count;

static int is_cause(const char *path)
{
    size_t length = strlen(path);

    return length >= 4 && strcmp(path + length - 4, ".txt") == 0;
}

static int add_path(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    if (type != FTW_F || (walk->level && is_cause(path)))
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

/* ---- Handing them over ---- */

static const char *current = "standard input";
static size_t refused; /* too short or too long for the harness */

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(1);
}

/* The input that broke the harness. */
static void name_input(int number)
{
    say("INPUT ");
    say(current);
    say("\n");
    raise(number);
}

/* Once: then they do what they do without us. */
static void catch_signals(void)
{
    static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS};
    struct sigaction action;
    size_t nth;

    memset(&action, 0, sizeof action);
    action.sa_handler = name_input;
    action.sa_flags = (int)SA_RESETHAND;
    for (nth = 0; nth < sizeof fatal / sizeof fatal[0]; nth++)
        sigaction(fatal[nth], &action, NULL);
}

/* In a block of exactly its size. */
static void hand_over(FILE *file)
{
    size_t size = 0, room = 4096, got;
    uint8_t *data = (uint8_t *)malloc(room);

    while (data && (got = fread(data + size, 1, room - size, file)) > 0) {
        size += got;
        if (size == room)
            data = (uint8_t *)realloc(data, room *= 2);
    }
    if (data && size)
        data = (uint8_t *)realloc(data, size);
    if (!data)
        abort();
    refused += LLVMFuzzerTestOneInput(data, size) == NO_TRIAL;
    free(data);
}

static int hand_over_path(const char *path)
{
    FILE *file = fopen(path, "rb");

    current = path;
    if (!file) {
        perror(path);
        return 1;
    }
    hand_over(file);
    fclose(file);
    return 0;
}

int main(int argc, char **argv)
{
    int arg = 1, missing = 0;
    size_t at;

    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    catch_signals();
    if (arg < argc && strcmp(argv[arg], "--every-cut") == 0) {
        replay_every_cut = 1;
        arg++;
    }
    if (arg == argc) {
        hand_over(stdin);
        return refused != 0;
    }
    for (; arg < argc; arg++)
        if (nftw(argv[arg], add_path, 16, 0) != 0)
            missing = 1 + fprintf(stderr, "cannot read %s\n", argv[arg]);
    if (path_count)
        qsort(paths, path_count, sizeof *paths, compare_paths);
    for (at = 0; at < path_count; at++)
        missing |= hand_over_path(paths[at]);
    printf("%zu inputs\n", path_count - refused);
    if (refused)
        printf("%zu files are too short or too long\n", refused);
    return missing != 0;
}
