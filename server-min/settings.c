/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fluxo/parser.h>

enum { EXIT_MISUSE = 64 }; /* EX_USAGE of sysexits.h, which POSIX does not have */

static const char HELP[] = "Usage: fluxo-server [--listen ADDR] [--port N]\n"
                           "Answers every HTTP/1.1 request with a greeting.\n"
                           "\n"
                           "  --listen ADDR  the address to listen on, numeric or localhost (127.0.0.1)\n"
                           "  --port N       the port, 0 to 65535; 0 picks a free one and prints it (1337)\n"
                           "  --help         print this and leave\n"
                           "  --version      print the version and leave\n"
                           "\n"
                           "SIGTERM and SIGINT finish the requests in flight and stop; a second one stops at once.\n";

static _Noreturn void leave_misused(const char *what, const char *word)
{
    fprintf(stderr, "fluxo-server: %s: %s\nTry fluxo-server --help.\n", word, what);
    exit(EXIT_MISUSE);
}

static _Noreturn void leave_told(const char *text)
{
    int failed = fputs(text, stdout) < 0 || fflush(stdout) != 0;
    exit(failed ? EXIT_FAILURE : EXIT_SUCCESS);
}

static _Noreturn void leave_with_version(void)
{
    char text[64];
    snprintf(text, sizeof text, "fluxo-server %s\n", fluxo_version());
    leave_told(text);
}

static unsigned read_port(const char *text)
{
    char *end;
    errno = 0;
    unsigned long port = strtoul(text, &end, 10);
    /* strtoul would take a sign and blanks */
    if (text[0] < '0' || text[0] > '9' || *end || errno || port > 65535)
        leave_misused("not a port", text);
    return (unsigned)port;
}

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

void settings_read(struct settings *settings, int argc, char **argv)
{
    const char *value;
    if (argc < 1)
        return;
    for (char **word = argv + 1; *word; word++) {
        if (strcmp(*word, "--help") == 0)
            leave_told(HELP);
        if (strcmp(*word, "--version") == 0)
            leave_with_version();
        if ((value = take_value(&word, "--listen")))
            settings->host = value;
        else if ((value = take_value(&word, "--port")))
            settings->port = read_port(value);
        else
            leave_misused("not an option", *word);
    }
}
