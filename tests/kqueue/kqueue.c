/* SPDX-License-Identifier: MIT */
/*
 * One queue a process. As on the BSDs a filter that is not there cannot be deleted, those of a descriptor that is closed are
 * gone, and the queue is not handed on by fork().
 */
#include <sys/event.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536 };

static struct pollfd filters[DESCRIPTORS]; /* by descriptor; those without events are not watched */
static int count;                          /* one more than the highest descriptor */
static int queue = -1;
static pid_t owner;

int kqueue(void)
{
    owner = getpid();
    for (int fd = 0; fd < count; fd++)
        filters[fd].events = 0;
    count = 0;
    return queue = open("/dev/null", O_RDONLY);
}

static int change_filter(const struct kevent *change)
{
    int fd = (int)change->ident;
    short event = change->filter == EVFILT_WRITE ? POLLOUT : POLLIN;
    if (fd < 0 || fd >= DESCRIPTORS || fcntl(fd, F_GETFD) < 0) {
        errno = EBADF;
        return -1;
    }
    if (change->flags == EV_DELETE && !(filters[fd].events & event)) {
        errno = ENOENT;
        return -1;
    }
    filters[fd].events = (short)(change->flags == EV_DELETE ? filters[fd].events & ~event : filters[fd].events | event);
    if (fd >= count)
        count = fd + 1;
    return 0;
}

static int add_event(struct kevent *event, int fd, int filter, short found)
{
    EV_SET(event, (uintptr_t)fd, filter, found & (POLLHUP | POLLERR) ? EV_EOF : 0, 0, 0, NULL);
    return 1;
}

/* poll() passes over descriptors below 0. */
static int find_events(struct kevent *events, int most, int milliseconds)
{
    static struct pollfd asked[DESCRIPTORS];
    int found = 0;
    for (int fd = 0; fd < count; fd++)
        asked[fd] = (struct pollfd){.fd = filters[fd].events ? fd : -1, .events = filters[fd].events};
    if (poll(asked, (nfds_t)count, milliseconds) < 0)
        return -1;
    for (int fd = 0; fd < count && found + 2 <= most; fd++) {
        short told = asked[fd].revents;
        if (told & POLLNVAL)
            filters[fd].events = 0;
        else if ((told & (POLLIN | POLLHUP | POLLERR)) && (filters[fd].events & POLLIN))
            found += add_event(&events[found], fd, EVFILT_READ, told);
        if ((told & (POLLOUT | POLLHUP | POLLERR)) && (filters[fd].events & POLLOUT))
            found += add_event(&events[found], fd, EVFILT_WRITE, told);
    }
    return found;
}

int kevent(int asked, const struct kevent *changes, int changes_count, struct kevent *events, int events_most,
           const struct timespec *time)
{
    if (asked != queue || owner != getpid()) {
        errno = EBADF;
        return -1;
    }
    for (int i = 0; i < changes_count; i++)
        if (change_filter(&changes[i]) < 0)
            return -1;
    return events_most ? find_events(events, events_most, time ? (int)(time->tv_sec * 1000 + time->tv_nsec / 1000000) : -1) : 0;
}
