/* SPDX-License-Identifier: MIT */
/*
 * The event loop: calls you when a descriptor is ready or a deadline has passed. It owns main(), calls start(), and runs
 * until nothing is left to wait for. There is one loop a process, and one thread.
 *
 *     static struct watch w = {.ready = on_ready, .fd = fd, .events = LOOP_READ};
 *     loop_add(&w);
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "backend.h"

enum {
    LOOP_READ = 1,
    LOOP_WRITE = 2,
    LOOP_TIMEOUT = 4,
    LOOP_BROKEN = 8 /* told to those who want neither to read nor to write: the connection is reset, or closed both ways;
                       by epoll and poll, the others do not tell */
};

#define LOOP_NEVER INT64_MAX

/* Yours, wherever it lives, mostly as the first member of something larger; it must stay at its address from loop_add to
   loop_remove. Change it by the calls below only. */
struct watch {
    void (*ready)(struct watch *watch, unsigned what);
    int fd;             /* -1: none; only its deadline counts */
    uint32_t timer;     /* the loop's */
    uint8_t events;     /* LOOP_READ, LOOP_WRITE, both, or 0 */
    uint8_t background; /* the loop does not run for its sake alone */
};

int loop_add(struct watch *watch); /* 0, or -1: errno says why. It has no deadline yet */
void loop_want(struct watch *watch, unsigned events);
void loop_expire(struct watch *watch,
                 int64_t deadline);    /* of loop_now's clock; once, and after the next millisecond at the soonest */
void loop_remove(struct watch *watch); /* before the descriptor is closed; also from within `ready` */

/* All that have a descriptor. `visit` may remove the one it is given. */
void loop_each(void (*visit)(struct watch *watch, void *data), void *data);

/* Milliseconds of a clock that never goes back, as they were when the loop last woke. */
int64_t loop_now(void);

/* What SIGTERM, SIGINT and SIGHUP mean: leave nothing to wait for, most likely. It is called by the loop, not by the signal.
   Having told of SIGTERM or SIGINT once, the loop lets the next of them kill; in the child of loop_fork it ignores them. */
void loop_on_signal(void (*told)(int number));

/* What tells the loop what is ready: for start() to say, before it adds anything. Without it the best that there is. */
void loop_use(const struct backend *backend);
const struct backend *loop_backend(void);

/* fork(), from within the loop or before it. The child has a loop of its own, with nothing in it: what the parent watches is
   forgotten, and its to close. The child calls loop_run, and exits. */
pid_t loop_fork(void);
void loop_run(void); /* main() does it for all others */

/* The program's own beginning, not the loop's. Not 0: the program ends here, with this exit status. */
int start(int argc, char **argv);

#endif
