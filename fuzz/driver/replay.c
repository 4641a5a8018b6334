/* SPDX-License-Identifier: MIT */
/*
 * The engine of those who have none: hands files to the harness, one after the other.
 *
 *     fuzz/NAME [--every-cut] [--text] [FILE|FOLDER...]
 *
 * A *.txt in a folder is the cause of the finding beside it, and no input.
 */
#define _XOPEN_SOURCE 700
#include "../harness/harness.h"

#include <errno.h>
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

/* For who cannot go on. */
static int complain(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    return 1;
}

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

/* Returns whether something is wrong with it. */
static int find_inputs(const char *path)
{
    size_t before = path_count;

    errno = 0;
    if (nftw(path, add_path, 16, 0) != 0)
        return complain(path, errno ? strerror(errno) : "cannot be read");
    return path_count > before ? 0 : complain(path, "there is no input in this folder");
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* ---- Handing them over ---- */

static const char *current = "standard input";
static size_t refused; /* too short or too long for the harness */
static size_t head;    /* octets of a head that we put before the bytes */

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
    size_t size = head, room = 4096, got;
    uint8_t *data = (uint8_t *)calloc(1, room);

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
    if (!file)
        return complain(path, strerror(errno));
    hand_over(file);
    fclose(file);
    return 0;
}

static int hand_over_stdin(void)
{
    if (isatty(STDIN_FILENO))
        say("reads an input from the terminal (--help tells more)\n");
    hand_over(stdin);
    return refused ? complain(current, "no input: one is a head of 8 octets and up to 65536 more (--text is without a head)")
                   : 0;
}

static int hand_over_all(void)
{
    size_t at, count;
    int is_wrong = 0;

    if (path_count)
        qsort(paths, path_count, sizeof *paths, compare_paths);
    for (at = 0; at < path_count; at++)
        is_wrong |= hand_over_path(paths[at]);
    count = path_count - refused;
    printf("%zu input%s\n", count, count == 1 ? "" : "s");
    if (refused)
        printf("%zu %s too short or too long\n", refused, refused == 1 ? "file is" : "files are");
    return is_wrong;
}

static int help(const char *name)
{
    printf("usage: %s [--every-cut] [--text] [FILE|FOLDER...]\n"
           "\n"
           "Replays inputs: each FILE, each file below each FOLDER (but *.txt, the causes of findings), or\n"
           "standard input. What does not hold is said as ORACLE, its input as INPUT, and ends this program.\n"
           "\n"
           "  --every-cut  cut at every place, whatever the head of an input says\n"
           "  --text       the inputs are text without a head of 8 octets, which is then all zero\n",
           name);
    return 0;
}

/* Returns the first argument that is none. */
static int read_options(int argc, char **argv)
{
    int arg = 1;

    for (; arg < argc && strncmp(argv[arg], "--", 2) == 0; arg++) {
        if (strcmp(argv[arg], "--every-cut") == 0)
            replay_every_cut = 1;
        else if (strcmp(argv[arg], "--text") == 0)
            head = HEAD_LENGTH;
        else if (strcmp(argv[arg], "--help") == 0)
            exit(help(argv[0]));
        else
            exit(complain(argv[arg], "no such option (--help tells which there are)"));
    }
    return arg;
}

int main(int argc, char **argv)
{
    int arg, is_wrong = 0;

    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    catch_signals();
    arg = read_options(argc, argv);
    if (arg == argc)
        return hand_over_stdin();
    for (; arg < argc; arg++)
        is_wrong |= find_inputs(argv[arg]);
    return hand_over_all() | is_wrong;
}
