/* SPDX-License-Identifier: MIT */
/*
 * How the system tells what is ready: one table a system call. loop.c is their only caller. LOOP_READ and LOOP_WRITE are those
 * of loop.h.
 */
#ifndef BACKEND_H
#define BACKEND_H

typedef void found_ready(int fd, unsigned what);

struct backend {
    const char *name;
    int most;          /* descriptors from here on cannot be watched; 0: all can */
    int (*open)(void); /* -1: errno */
    void (*close)(void);
    int (*add)(int fd, unsigned events); /* -1: errno; then nothing has changed */
    void (*change)(int fd, unsigned events);
    void (*remove)(int fd);

    /* Waits until something is ready, so many milliseconds at most (-1: for ever), and calls `found` for each that is: with
       what was asked for, and LOOP_BROKEN beside it when the connection is broken, if the system tells. Between two calls of
       `found` any of the functions above may be called. Returns -1: errno. */
    int (*wait)(int milliseconds, found_ready *found);
};

/* Those that this system has, the best first; NULL ends them. */
extern const struct backend *const backends[];

extern const struct backend backend_select, backend_poll;
#if defined __linux__
extern const struct backend backend_epoll;
#endif
#if defined HAVE_KQUEUE
extern const struct backend backend_kqueue;
#endif

#endif
