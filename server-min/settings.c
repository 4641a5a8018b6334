/* SPDX-License-Identifier: MIT */
#if !defined __linux__
#undef _POSIX_C_SOURCE /* which would hide _SC_NPROCESSORS_ONLN */
#endif
#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    EXIT_MISUSE = 64, /* EX_USAGE of sysexits.h, which POSIX does not have */
    WORKERS_MOST = 1024,
    SECONDS_MOST = 4000000 /* in 32 bits of milliseconds */
};

static const char HELP[] =
    "Usage: fluxo-server [OPTION...]\n"
    "Answers HTTP/1.1 requests: /echo sends a request's body back, /stream?n=10&ms=1000 sends so many\n"
    "lines at that pace, /headers tells what was asked, and all else is a greeting.\n"
    "\n"
    "  --listen ADDR        the address to listen on, numeric or localhost (127.0.0.1)\n"
    "  --port N             the port, 0 to 65535; 0 picks a free one and prints it (1337)\n"
    "  --backend NAME       how the system tells what is ready: %s (%s)\n"
    "  --workers N          so many processes share the load; 0: one a processor (none but this one)\n"
    "  --grace S            the time that SIGTERM leaves to what has begun (5)\n"
    "\n"
    "  --head-timeout S     for a request's head, from its first byte to its last (10)\n"
    "  --body-timeout S     without a byte of a request's body (30)\n"
    "  --idle-timeout S     without a request (60)\n"
    "  --send-timeout S     without the client taking a byte of the response (30)\n"
    "  --max-connections N  at once, in each process; others wait (as many as there are descriptors)\n"
    "  --max-requests N     on one connection (no bound)\n"
    "  --max-body N         octets of a request's body (no bound)\n"
    "\n"
    "  --access-log FILE    a line a response, in the common log format; - is standard output\n"
    "  --quiet              say nothing but what is wrong\n"
    "  --help               print this and leave\n"
    "  --version            print the version and leave\n"
    "\n"
    "Times are in seconds, with a fraction if you like; 0 is no bound, but for --grace. SIGTERM and SIGINT\n"
    "finish what has begun and stop; a second one stops at once. SIGHUP replaces the workers, one by one.\n";

static _Noreturn void leave_misused(const char *what, const char *word)
{
    fprintf(stderr, "fluxo-server: %s: %s\nTry fluxo-server --help.\n", word, what);
    exit(EXIT_MISUSE);
}

static _Noreturn void leave_told(bool went_well)
{
    exit(went_well && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static _Noreturn void leave_with_help(void)
{
    char names[64] = "";
    for (const struct backend *const *backend = backends; *backend; backend++) {
        strcat(names, backend == backends ? "" : ", ");
        strcat(names, (*backend)->name);
    }
    leave_told(printf(HELP, names, backends[0]->name) > 0);
}

/* ---- Values ---- */

static uint64_t read_number(const char *text, uint64_t most, const char *what)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    /* strtoull would take a sign and blanks */
    if (text[0] < '0' || text[0] > '9' || *end || errno || number > most)
        leave_misused(what, text);
    return number;
}

static uint32_t read_count(const char *text)
{
    return (uint32_t)read_number(text, UINT32_MAX, "not a number");
}

/* To milliseconds, by hand: strtod would take what the locale says, and hexadecimal. */
static uint32_t read_seconds(const char *text)
{
    char *end;
    unsigned long seconds = strtoul(text, &end, 10);
    uint32_t milliseconds = 0, worth = 100;
    bool is_number = text[0] >= '0' && text[0] <= '9' && seconds < SECONDS_MOST;
    if (*end == '.')
        for (end++; *end >= '0' && *end <= '9' && worth; end++, worth /= 10)
            milliseconds += (uint32_t)(*end - '0') * worth;
    if (!is_number || *end)
        leave_misused("not a time in seconds, to the millisecond", text);
    return (uint32_t)seconds * 1000 + milliseconds;
}

static const struct backend *read_backend(const char *text)
{
    for (const struct backend *const *backend = backends; *backend; backend++)
        if (strcmp((*backend)->name, text) == 0)
            return *backend;
    leave_misused("not a back end that this system has", text);
}

static unsigned read_workers(const char *text)
{
    unsigned workers = (unsigned)read_number(text, WORKERS_MOST, "not a number of workers");
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return workers ? workers : processors > 0 ? (unsigned)processors : 1;
}

/* ---- Words ---- */

/* The value of option `name` if *word is that option, as `name VALUE` or `name=VALUE`; moves *word to its last word. */
static const char *take_value(char ***word, const char *name)
{
    size_t length = strlen(name);
    const char *given = **word;
    if (strncmp(given, name, length) != 0)
        return NULL;
    if (given[length] == '=')
        return given + length + 1;
    if (given[length] != '\0')
        return NULL;
    if (!(*word)[1])
        leave_misused("a value is missing", name);
    return *++*word;
}

static bool read_defence(struct server_settings *server, char ***word)
{
    const struct {
        const char *name;
        uint32_t *place;
        uint32_t (*read)(const char *text);
    } options[] = {
        {"--grace", &server->grace, read_seconds},
        {"--head-timeout", &server->head_timeout, read_seconds},
        {"--body-timeout", &server->body_timeout, read_seconds},
        {"--idle-timeout", &server->idle_timeout, read_seconds},
        {"--send-timeout", &server->send_timeout, read_seconds},
        {"--max-connections", &server->most_connections, read_count},
        {"--max-requests", &server->most_requests, read_count},
    };
    const char *value;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if ((value = take_value(word, options[i].name))) {
            *options[i].place = options[i].read(value);
            return true;
        }
    return false;
}

static void read_word(struct settings *settings, char ***word)
{
    const char *value;
    if (strcmp(**word, "--help") == 0)
        leave_with_help();
    if (strcmp(**word, "--version") == 0)
        leave_told(printf("fluxo-server %s\n", fluxo_version()) > 0);
    if (strcmp(**word, "--quiet") == 0)
        settings->is_quiet = true;
    else if ((value = take_value(word, "--listen")))
        settings->host = value;
    else if ((value = take_value(word, "--port")))
        settings->port = (unsigned)read_number(value, 65535, "not a port");
    else if ((value = take_value(word, "--backend")))
        settings->backend = read_backend(value);
    else if ((value = take_value(word, "--workers")))
        settings->workers = read_workers(value);
    else if ((value = take_value(word, "--max-body")))
        settings->server.most_body = read_number(value, UINT64_MAX, "not a number of octets");
    else if ((value = take_value(word, "--access-log")))
        settings->access_log = value;
    else if (!read_defence(&settings->server, word))
        leave_misused("not an option", **word);
}

void settings_read(struct settings *settings, int argc, char **argv)
{
    if (argc < 1)
        return;
    for (char **word = argv + 1; *word; word++)
        read_word(settings, &word);
}
