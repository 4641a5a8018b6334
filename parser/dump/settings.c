/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] = "usage: fluxo-dump [option...] [file]\n"
                           "Parses HTTP/1.1 messages from a file or standard input, and prints one JSON object an event.\n"
                           "A byte of the message appears in strings as the code point of the same number.\n"
                           "\n"
                           "  --request             the input is requests (the default)\n"
                           "  --response            the input is responses\n"
                           "  --request-method M    what a response answers; may repeat, in order\n"
                           "  --profile P           strict (the letter of the RFCs), default, or legacy\n"
                           "  --relax NAME          let pass one thing more; NAME is one of" /* the names follow */;

static const char help_limits[] = "  --limit NAME=N        a limit in bytes or lines; NAME is one of";

static const char help_end[] =
    "  --chunks              print chunk lines\n"
    "  --pieces              parse in pieces mode, in constant memory\n"
    "  --raw                 print each piece of a body as it comes\n"
    "  --format json|text    objects for scripts, or a listing, which a terminal gets if nothing is said\n"
    "  --split N[,N...]      feed pieces of these sizes, the last again and again\n"
    "  --split random:SEED   feed pieces of random sizes\n"
    "  --open                the end of the input is not the end of the connection\n"
    "  --help, --version     print this, or the version, and exit\n"
    "\n"
    "Exit status: 0 every message is complete, 1 refused, 2 incomplete at the end, 64 misuse.\n";

static void print_names(const char *const *names, size_t count)
{
    const int margin = 24, width = 80;
    int column = width; /* nothing fits before the first line */

    for (; count; count--, names++) {
        if (column + 1 + (int)strlen(*names) > width) {
            printf("\n%*s", margin, "");
            column = margin;
        }
        column += printf("%s ", *names);
    }
    putchar('\n');
}

static void print_help(void)
{
#define RELAX(bit, name, profile, section, passes, needs, attack) name,
    static const char *const relaxations[] = {
#include <fluxo/relax.def>
    };
#undef RELAX
#define LIMIT(member, name, type, standard, least, most, error) name,
    static const char *const limits[] = {
#include <fluxo/limits.def>
    };
#undef LIMIT

    fputs(help, stdout);
    print_names(relaxations, sizeof relaxations / sizeof relaxations[0]);
    fputs(help_limits, stdout);
    print_names(limits, sizeof limits / sizeof limits[0]);
    fputs(help_end, stdout);
}

static void misuse(const char *what, const char *detail)
{
    fprintf(stderr, "fluxo-dump: %s%s%s (see --help)\n", what, detail ? ": " : "", detail ? detail : "");
    exit(EXIT_MISUSE);
}

static unsigned long long read_number(const char *text)
{
    unsigned long long number;
    char *end;

    errno = 0;
    number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno)
        misuse("not a number", text);
    return number;
}

static void *grow(void *array, size_t count, size_t size)
{
    void *grown = realloc(array, (count + 1) * size);

    if (!grown) {
        perror("fluxo-dump");
        exit(EXIT_MISUSE);
    }
    return grown;
}

static int is_between(unsigned long long number, unsigned long long least, unsigned long long most)
{
    return number >= least && number <= most;
}

/* Sets a limit that is in range; the name ends at '='. */
static void set_limit(struct settings *settings, const char *text)
{
    const char *equals = strchr(text, '=');
    unsigned long long number;

    if (!equals)
        misuse("--limit wants NAME=N", text);
    number = read_number(equals + 1);
#define LIMIT(member, name, type, standard, least, most, error)                                                                \
    if (strlen(name) == (size_t)(equals - text) && memcmp(name, text, (size_t)(equals - text)) == 0) {                         \
        if (!is_between(number, least, most))                                                                                  \
            misuse("--limit out of range", text);                                                                              \
        settings->options.limits.member = (type)number;                                                                        \
        return;                                                                                                                \
    }
#include <fluxo/limits.def>
#undef LIMIT
    misuse("no such limit", text);
}

static void set_profile(struct settings *settings, const char *name)
{
    static const struct {
        const char *name;
        uint32_t relax;
    } profiles[] = {{"strict", FLUXO_PROFILE_STRICT}, {"default", FLUXO_PROFILE_DEFAULT}, {"legacy", FLUXO_PROFILE_LEGACY}};
    size_t at;

    for (at = 0; at < sizeof profiles / sizeof profiles[0]; at++)
        if (strcmp(profiles[at].name, name) == 0) {
            settings->options.relax = profiles[at].relax;
            return;
        }
    misuse("no such profile", name);
}

static void add_relaxation(struct settings *settings, const char *text)
{
#define RELAX(bit, name, profile, section, passes, needs, attack)                                                              \
    if (strcmp(text, name) == 0) {                                                                                             \
        settings->relax |= FLUXO_RELAX_##bit;                                                                                  \
        return;                                                                                                                \
    }
#include <fluxo/relax.def>
#undef RELAX
    misuse("no such relaxation", text);
}

static void set_split(struct settings *settings, const char *text)
{
    char *copy, *word;

    settings->split_count = 0;
    settings->random = strncmp(text, "random:", 7) == 0;
    if (settings->random) {
        settings->seed = read_number(text + 7);
        return;
    }
    copy = (char *)grow(NULL, strlen(text), 1);
    strcpy(copy, text);
    for (word = strtok(copy, ","); word; word = strtok(NULL, ",")) {
        settings->split = (size_t *)grow(settings->split, settings->split_count, sizeof *settings->split);
        settings->split[settings->split_count++] = (size_t)read_number(word);
        if (!settings->split[settings->split_count - 1])
            misuse("--split wants sizes above 0", text);
    }
    free(copy);
    if (!settings->split_count)
        misuse("--split wants sizes", text);
}

static void add_method(struct settings *settings, const char *name)
{
    settings->methods = (unsigned *)grow(settings->methods, settings->method_count, sizeof *settings->methods);
    settings->methods[settings->method_count++] = fluxo_method_id(name, strlen(name));
}

static int apply_flag(struct settings *settings, const char *word)
{
    if (strcmp(word, "--request") == 0)
        settings->kind = FLUXO_REQUEST;
    else if (strcmp(word, "--response") == 0)
        settings->kind = FLUXO_RESPONSE;
    else if (strcmp(word, "--chunks") == 0)
        settings->options.flags |= FLUXO_CHUNKS;
    else if (strcmp(word, "--pieces") == 0)
        settings->options.flags |= FLUXO_PIECES;
    else if (strcmp(word, "--raw") == 0)
        settings->raw = 1;
    else if (strcmp(word, "--open") == 0)
        settings->open = 1;
    else
        return 0;
    return 1;
}

static void apply_option(struct settings *settings, const char *word, const char *value)
{
    if (!value)
        misuse("no such option, or its value is missing", word);
    if (strcmp(word, "--request-method") == 0)
        add_method(settings, value);
    else if (strcmp(word, "--limit") == 0)
        set_limit(settings, value);
    else if (strcmp(word, "--split") == 0)
        set_split(settings, value);
    else if (strcmp(word, "--profile") == 0)
        set_profile(settings, value);
    else if (strcmp(word, "--relax") == 0)
        add_relaxation(settings, value);
    else if (strcmp(word, "--format") == 0 && (strcmp(value, "json") == 0 || strcmp(value, "text") == 0))
        settings->text = value[0] == 't';
    else
        misuse("no such option or value", word);
}

void settings_read(struct settings *settings, int argc, char **argv)
{
    int arg, files = 0;

    memset(settings, 0, sizeof *settings);
    fluxo_options_init(&settings->options);
    settings->text = isatty(STDOUT_FILENO);
    for (arg = 1; arg < argc; arg++) {
        const char *word = argv[arg];
        if (strcmp(word, "--help") == 0) {
            print_help();
            exit(EXIT_COMPLETE);
        }
        if (strcmp(word, "--version") == 0) {
            printf("fluxo-dump %s\n", fluxo_version());
            exit(EXIT_COMPLETE);
        }
        if (word[0] != '-' || word[1] == '\0') {
            settings->path = word[0] == '-' ? NULL : word;
            files++;
        } else if (!apply_flag(settings, word)) {
            apply_option(settings, word, arg + 1 < argc ? argv[arg + 1] : NULL);
            arg++;
        }
    }
    settings->options.relax |= settings->relax;
    if (files > 1)
        misuse("one file at a time", settings->path);
    if (settings->method_count && settings->kind == FLUXO_REQUEST)
        misuse("--request-method is for --response", NULL);
}

void settings_free(struct settings *settings)
{
    free(settings->methods);
    free(settings->split);
}
