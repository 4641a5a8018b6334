/* SPDX-License-Identifier: MIT */
/*
 * kqueue: the BSDs and macOS. What is idle costs nothing. Reading and writing are two filters, each there or not; which ones
 * are is kept by descriptor, since a filter that is not there cannot be deleted.
 */
#undef _POSIX_C_SOURCE /* which would hide it */
#include "backend.h"

#if defined HAVE_KQUEUE
#include <sys/types.h>

#include <sys/event.h>
#include <sys/time.h>

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "array.h"
#include "loop.h"

enum { FOUND = 256 }; /* a turn; the next begins where this one ended */

static struct {
    int queue;
    unsigned char *events; /* by descriptor */
    size_t room;
} watched = {.queue = -1};

static int open_queue(void)
{
    watched.queue = kqueue();
    return watched.queue < 0 ? -1 : 0;
}

static void close_queue(void)
{
    close(watched.queue);
    free(watched.events);
    watched.queue = -1;
    watched.events = NULL;
    watched.room = 0;
}

static int set_filter(int fd, int16_t filter, int on)
{
    struct kevent event;
    EV_SET(&event, (uintptr_t)fd, filter, on ? EV_ADD : EV_DELETE, 0, 0, 0);
    return kevent(watched.queue, &event, 1, NULL, 0, NULL);
}

static int set_filters(int fd, unsigned events)
{
    unsigned changed = watched.events[fd] ^ events;
    if ((changed & LOOP_READ) && set_filter(fd, EVFILT_READ, (events & LOOP_READ) != 0) < 0)
        return -1;
    if ((changed & LOOP_WRITE) && set_filter(fd, EVFILT_WRITE, (events & LOOP_WRITE) != 0) < 0)
        return -1;
    watched.events[fd] = (unsigned char)events;
    return 0;
}

static void change(int fd, unsigned events)
{
    set_filters(fd, events);
}

static int add(int fd, unsigned events)
{
    unsigned char *all = array_widen(watched.events, &watched.room, (size_t)fd, 1);
    if (!all)
        return -1;
    watched.events = all;
    watched.events[fd] = 0;
    return set_filters(fd, events);
}

static void drop(int fd)
{
    set_filters(fd, 0);
}

static int await_ready(int milliseconds, found_ready *found)
{
    struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    struct kevent events[FOUND];
    int count = kevent(watched.queue, NULL, 0, events, FOUND, milliseconds < 0 ? NULL : &time);
    for (int i = 0; i < count; i++)
        found((int)events[i].ident, events[i].filter == EVFILT_WRITE ? LOOP_WRITE : LOOP_READ);
    return count < 0 ? -1 : 0;
}

const struct backend backend_kqueue = {"kqueue", 0, open_queue, close_queue, add, change, drop, await_ready};
#endif
