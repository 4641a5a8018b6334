/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fluxo/field.h>

static const char help[] =
    "usage: fluxo-get [option...] URL...\n"
    "Fetches what the URLs name over HTTP/1.1, and writes the content to standard output as it arrives. URLs of one\n"
    "server that follow each other share a connection.\n"
    "\n"
    "  --head                ask for the head alone\n"
    "  --method M            ask with this method instead of GET, or of POST where there is --data\n"
    "  --data FILE           send the content of a file, or with - of standard input, as it is read\n"
    "  --expect              before that, ask the server whether it wants it; after a second without answer, send it\n"
    "  --header 'NAME: V'    send this field; may repeat\n"
    "  --compressed          ask for gzip and deflate, and write what was encoded\n"
    "  --output FILE         write to a file instead of standard output (-)\n"
    "  --include             write the heads of the responses, and their trailers, with their content\n"
    "  --verbose             tell on standard error what is said, and the states of both sides as they change\n"
    "  --profile P           strict (the letter of the RFCs), default, or legacy\n"
    "  --timeout SECONDS     give up when the server is silent for so long (60)\n"
    "  --help, --version     print this, or the version, and exit\n"
    "\n"
    "A progress line is shown on a terminal. Exit status, of the first URL that has not 0:\n";

static void print_help(void)
{
#define OUTCOME(name, status, sentence) printf("  %2d  %s\n", status, sentence);
    fputs(help, stdout);
#include "outcomes.def"
#undef OUTCOME
}

static _Noreturn void misuse(const char *what, const char *detail)
{
    exit(outcome_status(complain(OUTCOME_MISUSE, "%s%s%s (see --help)", what, detail ? ": " : "", detail ? detail : "")));
}

static void *allocate(size_t count, size_t size)
{
    void *array = calloc(count, size);

    if (!array)
        misuse("there is no memory", NULL);
    return array;
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
            settings->options.parser.relax = profiles[at].relax;
            return;
        }
    misuse("no such profile", name);
}

static void set_timeout(struct settings *settings, const char *text)
{
    static const double most = 1e6; /* seconds: poll takes no more than 2^31 milliseconds */
    char *end;
    double seconds = strtod(text, &end);

    if (text[0] < '0' || text[0] > '9' || *end || !(seconds >= 0.001 && seconds <= most))
        misuse("not a time in seconds", text);
    settings->patience = (int64_t)(seconds * 1000);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* White space around the value does not belong to it (RFC 9112 5.1); what else is wrong is found when it is written. */
static void add_line(struct settings *settings, const char *text)
{
    struct line *line = &settings->lines[settings->line_count++];
    const char *colon = strchr(text, ':');

    if (!colon)
        misuse("--header wants NAME: VALUE", text);
    line->text = text;
    line->name.start = text;
    line->name.length = (size_t)(colon - text);
    line->value = fluxo_text(colon + 1);
    while (line->value.length && is_blank(*line->value.start)) {
        line->value.start++;
        line->value.length--;
    }
    while (line->value.length && is_blank(line->value.start[line->value.length - 1]))
        line->value.length--;
}

static void add_url(struct settings *settings, const char *text)
{
    const char *wrong = url_read(&settings->urls[settings->url_count++], text);

    if (wrong)
        misuse(wrong, text);
}

static bool apply_flag(struct settings *settings, const char *word)
{
    if (strcmp(word, "--head") == 0)
        settings->method = "HEAD";
    else if (strcmp(word, "--expect") == 0)
        settings->expect = true;
    else if (strcmp(word, "--compressed") == 0)
        settings->compressed = true;
    else if (strcmp(word, "--include") == 0)
        settings->include = true;
    else if (strcmp(word, "--verbose") == 0)
        settings->verbose = true;
    else
        return false;
    return true;
}

static void apply_option(struct settings *settings, const char *word, const char *value)
{
    if (!value)
        misuse("no such option, or its value is missing", word);
    if (strcmp(word, "--method") == 0)
        settings->method = value;
    else if (strcmp(word, "--data") == 0)
        settings->data = value;
    else if (strcmp(word, "--header") == 0)
        add_line(settings, value);
    else if (strcmp(word, "--output") == 0)
        settings->output = strcmp(value, "-") == 0 ? NULL : value;
    else if (strcmp(word, "--profile") == 0)
        set_profile(settings, value);
    else if (strcmp(word, "--timeout") == 0)
        set_timeout(settings, value);
    else
        misuse("no such option", word);
}

static _Noreturn void leave(void)
{
    exit(outcome_status(fflush(stdout) || ferror(stdout) ? OUTCOME_LOCAL : OUTCOME_SUCCESS));
}

static void leave_if_asked(const char *word)
{
    if (strcmp(word, "--help") == 0) {
        print_help();
        leave();
    }
    if (strcmp(word, "--version") == 0) {
        printf("fluxo-get %s\n", fluxo_version());
        leave();
    }
}

static void refuse_contradictions(const struct settings *settings)
{
    if (!settings->url_count)
        misuse("a URL is missing", NULL);
    if (settings->data && strcmp(settings_method(settings), "HEAD") == 0)
        misuse("--head has no --data", NULL);
    if (settings->data && strcmp(settings->data, "-") == 0 && settings->url_count > 1)
        misuse("standard input can be sent to one URL only", NULL);
    if (settings->compressed && !fluxo_coding_find(NULL, fluxo_text("gzip")))
        misuse("this fluxo-get was built without zlib", "--compressed");
    if (settings->expect && !settings->data)
        misuse("--expect is for --data", NULL);
    if (strcmp(settings_method(settings), "CONNECT") == 0)
        misuse("there is nothing to do with a tunnel here", "CONNECT");
}

void settings_read(struct settings *settings, int argc, char **argv)
{
    int arg;

    memset(settings, 0, sizeof *settings);
    fluxo_conn_options_init(&settings->options);
    fluxo_pipe_options_init(&settings->pipe);
    settings->pipe.budget.output = UINT64_MAX; /* it is not kept: only what grows too much does harm */
    settings->patience = 60000;
    settings->urls = allocate((size_t)argc + 1, sizeof *settings->urls);
    settings->lines = allocate((size_t)argc + 1, sizeof *settings->lines);
    for (arg = 1; arg < argc; arg++) {
        leave_if_asked(argv[arg]);
        if (argv[arg][0] != '-') {
            add_url(settings, argv[arg]);
        } else if (!apply_flag(settings, argv[arg])) {
            apply_option(settings, argv[arg], arg + 1 < argc ? argv[arg + 1] : NULL);
            arg++;
        }
    }
    refuse_contradictions(settings);
}

void settings_free(struct settings *settings)
{
    while (settings->url_count)
        url_free(&settings->urls[--settings->url_count]);
    free(settings->urls);
    free(settings->lines);
}

const char *settings_method(const struct settings *settings)
{
    if (settings->method)
        return settings->method;
    return settings->data ? "POST" : "GET";
}

bool settings_has(const struct settings *settings, const char *name)
{
    int at;

    for (at = 0; at < settings->line_count; at++)
        if (fluxo_span_is(settings->lines[at].name, name))
            return true;
    return false;
}
