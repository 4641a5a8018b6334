/* SPDX-License-Identifier: MIT */
/* What the command line can set. Fill in the defaults, then let settings_read change them. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "backend.h"
#include "server.h"

struct settings {
    const char *host; /* a numeric address, or localhost */
    unsigned port;    /* 0: the system picks one */
    const struct backend *backend;
    unsigned workers; /* 0: none but this process */
    const char *access_log;
    bool is_quiet;
    struct server_settings server;
};

/* Answers --help and --version, and misuse (exit status 64), by leaving the program. */
void settings_read(struct settings *settings, int argc, char **argv);

#endif
