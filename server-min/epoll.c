/* SPDX-License-Identifier: MIT */
/* epoll: Linux. What is idle costs nothing. Level-triggered, as the others are: what is not read now is told again. */
#include "backend.h"

#if defined __linux__
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"

enum { FOUND = 256 }; /* a turn; the next begins where this one ended */

static int queue = -1;

static int open_queue(void)
{
    queue = epoll_create1(EPOLL_CLOEXEC);
    return queue < 0 ? -1 : 0;
}

static void close_queue(void)
{
    close(queue);
    queue = -1;
}

static int control(int how, int fd, unsigned events)
{
    struct epoll_event event = {
        .events = (events & LOOP_READ ? (uint32_t)EPOLLIN : 0) | (events & LOOP_WRITE ? (uint32_t)EPOLLOUT : 0),
        .data.fd = fd,
    };
    return epoll_ctl(queue, how, fd, &event);
}

static int add(int fd, unsigned events)
{
    return control(EPOLL_CTL_ADD, fd, events);
}

static void change(int fd, unsigned events)
{
    control(EPOLL_CTL_MOD, fd, events);
}

/* Closing a descriptor would not do: another process may have a copy, and then the queue goes on to tell of it. */
static void drop(int fd)
{
    control(EPOLL_CTL_DEL, fd, 0);
}

static unsigned translate(uint32_t found)
{
    unsigned what = (found & EPOLLIN ? LOOP_READ : 0U) | (found & EPOLLOUT ? LOOP_WRITE : 0U);
    return found & (EPOLLERR | EPOLLHUP) ? what | LOOP_BROKEN : what;
}

static int await_ready(int milliseconds, found_ready *found)
{
    struct epoll_event events[FOUND];
    int count = epoll_wait(queue, events, FOUND, milliseconds);
    for (int i = 0; i < count; i++)
        found(events[i].data.fd, translate(events[i].events));
    return count < 0 ? -1 : 0;
}

const struct backend backend_epoll = {"epoll", 0, open_queue, close_queue, add, change, drop, await_ready};
#endif
