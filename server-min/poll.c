/* SPDX-License-Identifier: MIT */
/*
 * poll(): everywhere, for any number, each of which costs a little in every turn.
 *
 * How this works: poll() wants an array without holes, so what is removed gives its place to the last. `places` tells where a
 * descriptor's entry is. The array is walked from its end, so that what moves forward has had its turn.
 */
#include <poll.h>
#include <stdlib.h>

#include "array.h"
#include "backend.h"
#include "loop.h"

static struct {
    struct pollfd *entries;
    size_t count, room;
    size_t *places; /* by descriptor */
    size_t places_room;
} watched;

static int open_arrays(void)
{
    watched.count = 0;
    return 0;
}

static void close_arrays(void)
{
    free(watched.entries);
    free(watched.places);
    watched.entries = NULL;
    watched.places = NULL;
    watched.count = watched.room = watched.places_room = 0;
}

static void change(int fd, unsigned events)
{
    watched.entries[watched.places[fd]].events =
        (short)((events & LOOP_READ ? POLLIN : 0) | (events & LOOP_WRITE ? POLLOUT : 0));
}

static int add(int fd, unsigned events)
{
    struct pollfd *entries = array_widen(watched.entries, &watched.room, watched.count, sizeof *entries);
    if (!entries)
        return -1;
    watched.entries = entries;
    size_t *places = array_widen(watched.places, &watched.places_room, (size_t)fd, sizeof *places);
    if (!places)
        return -1;
    watched.places = places;
    watched.places[fd] = watched.count;
    watched.entries[watched.count++] = (struct pollfd){.fd = fd};
    change(fd, events);
    return 0;
}

static void drop(int fd)
{
    size_t place = watched.places[fd];
    watched.entries[place] = watched.entries[--watched.count];
    watched.places[watched.entries[place].fd] = place;
}

static unsigned translate(short found)
{
    unsigned what = (found & POLLIN ? LOOP_READ : 0U) | (found & POLLOUT ? LOOP_WRITE : 0U);
    return found & (POLLERR | POLLHUP | POLLNVAL) ? what | LOOP_BROKEN : what;
}

static int await_ready(int milliseconds, found_ready *found)
{
    int left = poll(watched.entries, (nfds_t)watched.count, milliseconds);
    if (left < 0)
        return -1;
    for (size_t place = watched.count; place-- > 0 && left > 0;) {
        if (place >= watched.count || !watched.entries[place].revents)
            continue;
        unsigned what = translate(watched.entries[place].revents);
        watched.entries[place].revents = 0;
        left--;
        found(watched.entries[place].fd, what);
    }
    return 0;
}

const struct backend backend_poll = {"poll", 0, open_arrays, close_arrays, add, change, drop, await_ready};
