/* SPDX-License-Identifier: MIT */
/*
 * A world for the server's loop (server-min/loop.h), all of it made up: a clock that goes when nothing else does, peers that
 * send what they are told to, system calls that fail as often as they are told to. Memory that runs out is memory.h's.
 *
 * How this works: world.c is the `sys` of system.h and a back end of the loop. When nothing is ready it moves the clock on, to
 * the next deadline or to the plot's time; when nothing is to come, it stops the server, and world_run returns. The server
 * listens at a real socket, at which nobody ever knocks.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "server.h"

enum { PEERS = 4, OUTPUT = 1 << 20 };

struct peer {
    /* what it is told */
    const char *bytes; /* all that it sends */
    size_t length;
    size_t arrived; /* of that; the rest when the plot says so, or world.arrives_by */
    size_t takes;   /* octets, and no more; SIZE_MAX: all */
    bool ends;      /* having sent all */
    bool is_reset;

    /* what it sees */
    bool is_accepted, is_shut, is_closed;
    bool is_abandoned;              /* closed by a reset */
    int64_t closed_at, answered_at; /* the last octet of an answer */
    size_t read, taken;
    char output[OUTPUT];
    unsigned events; /* that the server waits for */
};

struct world {
    int64_t now;
    void (*plot)(void); /* called when its time has come; it sets the next. NULL: nothing more is to come */
    int64_t plot_at;
    int64_t until;     /* then the server is stopped, whatever goes on */
    int64_t oversleep; /* ms that each sleep lasts too long */

    struct peer peers[PEERS];
    int count;                   /* of peers that knock */
    size_t arrives_by;           /* octets from each, each turn; 0: what has arrived has, and no more */
    size_t most_read, most_sent; /* octets in one call; 0: no bound */
    unsigned interrupts;         /* one in so many calls fails with EINTR; 0: none */
    unsigned delays;             /* likewise, with EAGAIN */
    int accept_errors[4];        /* of the first calls */

    unsigned turns, accepts;
    uint32_t chance;
    bool is_stopped;
};
extern struct world world;

void world_begin(void);                                                  /* an empty one */
struct peer *world_add(const char *bytes, size_t length);                /* sends all at once, ends, and takes all */
bool world_run(handler *handle, const struct server_settings *settings); /* false: the server did not begin */

#endif
