/* SPDX-License-Identifier: MIT */
/*
 * Processes that share the load: a parent that forks them, and does nothing else but look after them.
 *
 * A child that dies is replaced: at once if it has lived for a while, later and later if it has not. SIGHUP replaces all, one
 * by one: the new one is ready before the old one is told to stop. SIGTERM and SIGINT stop all; when the last has ended, so
 * does the parent's loop. A child whose parent has died stops, too.
 */
#ifndef WORKERS_H
#define WORKERS_H

#include <stdint.h>

struct workers_job {
    int (*begin)(unsigned slot, void *data); /* in the child, before its loop runs; not 0: it exits with that status */
    void (*end)(void *data);                 /* in the parent, when it has been told to stop all */
    void *data;
    uint32_t grace; /* ms for a child to stop when it is told to, by SIGTERM; then it is killed */
};

/* Slots are numbered from 0 to `count` - 1; there is one child in each, two while it is replaced. `job` is kept by pointer.
   Returns 0, or -1: errno. A child never returns from here. */
int workers_start(unsigned count, const struct workers_job *job);

#endif
