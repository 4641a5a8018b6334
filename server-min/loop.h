/* SPDX-License-Identifier: MIT */
/*
 * The event loop: calls you when a descriptor is ready or a deadline has passed. It owns main(), calls start(), and runs
 * until nothing is left to wait for. There is one loop a process, and one thread.
 *
 *     static struct watch w = {.fd = fd, .events = LOOP_READ, .deadline = LOOP_NEVER, .ready = on_ready};
 *     loop_add(&w);
 */
#ifndef LOOP_H
#define LOOP_H

#include <stddef.h>
#include <stdint.h>

enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_TIMEOUT = 4 };

#define LOOP_NEVER INT64_MAX

/* Yours, wherever it lives; it must stay at its address from loop_add to loop_remove. Change it by the calls below only. */
struct watch {
    int fd;
    unsigned events;  /* LOOP_READ, LOOP_WRITE, both, or 0 */
    int64_t deadline; /* of loop_now's clock; it has passed: LOOP_TIMEOUT, and there is none any more */
    void (*ready)(struct watch *watch, unsigned what);
    void *data;   /* yours */
    size_t place; /* the loop's */
};

int loop_add(struct watch *watch); /* 0, or -1: no memory */
void loop_want(struct watch *watch, unsigned events);
void loop_expire(struct watch *watch, int64_t deadline);
void loop_remove(struct watch *watch); /* before the descriptor is closed; also from within `ready` */

/* Milliseconds of a clock that never goes back, as they were when the loop last woke. */
int64_t loop_now(void);

/* Says what to do when SIGTERM or SIGINT asks the program to end: leave nothing to wait for. A second signal kills. */
void loop_at_stop(void (*stop)(void *data), void *data);

/* The program's own beginning, not the loop's. Not 0: the program ends here, with this exit status. */
int start(int argc, char **argv);

#endif
