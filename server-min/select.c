/* SPDX-License-Identifier: MIT */
/* select(): everywhere, and for descriptors below FD_SETSIZE only. */
#include <sys/select.h>

#include <errno.h>

#include "backend.h"
#include "loop.h"

static struct {
    fd_set reads, writes;
    int count; /* one more than the highest descriptor that is in one of them */
} watched;

static int open_sets(void)
{
    FD_ZERO(&watched.reads);
    FD_ZERO(&watched.writes);
    watched.count = 0;
    return 0;
}

static void close_sets(void)
{
}

static void change(int fd, unsigned events)
{
    if (events && fd >= watched.count)
        watched.count = fd + 1;
    if (events & LOOP_READ)
        FD_SET(fd, &watched.reads);
    else
        FD_CLR(fd, &watched.reads);
    if (events & LOOP_WRITE)
        FD_SET(fd, &watched.writes);
    else
        FD_CLR(fd, &watched.writes);
}

static int add(int fd, unsigned events)
{
    if (fd >= FD_SETSIZE) {
        errno = EMFILE;
        return -1;
    }
    change(fd, events);
    return 0;
}

static void drop(int fd)
{
    change(fd, 0);
    while (watched.count && !FD_ISSET(watched.count - 1, &watched.reads) && !FD_ISSET(watched.count - 1, &watched.writes))
        watched.count--;
}

static int await_ready(int milliseconds, found_ready *found)
{
    struct timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};
    fd_set reads = watched.reads, writes = watched.writes;
    int left = select(watched.count, &reads, &writes, NULL, milliseconds < 0 ? NULL : &time);
    if (left < 0)
        return -1;
    for (int fd = 0; left > 0; fd++) {
        unsigned what = (FD_ISSET(fd, &reads) ? LOOP_READ : 0U) | (FD_ISSET(fd, &writes) ? LOOP_WRITE : 0U);
        left -= (what & LOOP_READ ? 1 : 0) + (what & LOOP_WRITE ? 1 : 0);
        if (what)
            found(fd, what);
    }
    return 0;
}

const struct backend backend_select = {"select", FD_SETSIZE, open_sets, close_sets, add, change, drop, await_ready};
