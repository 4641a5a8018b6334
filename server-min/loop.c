/* SPDX-License-Identifier: MIT */
/*
 * How this works
 *
 * poll() wants an array, so a watch has a place in two arrays side by side: what poll() reads, and whom to call. A callback
 * may add and remove watches while the arrays are walked. Added ones go to the end, where this round does not look; removed
 * ones leave a hole, which is filled after the round.
 *
 * `soonest` is not later than any deadline. Deadlines are mostly put off, which does not move it; so the watches are
 * searched only when it has passed, and then it is set right.
 *
 * A signal writes a byte into a pipe that the loop reads like any descriptor. The pipe is the first watch, and the only one
 * that is nothing to wait for.
 */
#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BREATHER = 100 }; /* milliseconds until poll() is tried again when the system had no memory for it */

static struct {
    struct pollfd *polls;
    struct watch **watches; /* NULL: a hole */
    size_t count, capacity;
    int64_t now, soonest;
    void (*stop)(void *data);
    void *stop_data;
} loop = {.soonest = LOOP_NEVER};

static int signal_pipe[2];

static int64_t read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t loop_now(void)
{
    return loop.now;
}

void loop_at_stop(void (*stop)(void *data), void *data)
{
    loop.stop = stop;
    loop.stop_data = data;
}

/* ---- Watches ---- */

static int grow(void)
{
    size_t capacity = loop.capacity ? loop.capacity * 2 : 64;
    struct pollfd *polls = realloc(loop.polls, capacity * sizeof *polls);
    if (!polls)
        return -1;
    loop.polls = polls;
    struct watch **watches = realloc(loop.watches, capacity * sizeof *watches);
    if (!watches)
        return -1;
    loop.watches = watches;
    loop.capacity = capacity;
    return 0;
}

int loop_add(struct watch *watch)
{
    if (loop.count == loop.capacity && grow() < 0)
        return -1;
    watch->place = loop.count++;
    loop.watches[watch->place] = watch;
    loop.polls[watch->place].revents = 0;
    loop_want(watch, watch->events);
    loop_expire(watch, watch->deadline);
    return 0;
}

void loop_want(struct watch *watch, unsigned events)
{
    struct pollfd *entry = &loop.polls[watch->place];
    watch->events = events;
    entry->fd = events ? watch->fd : -1; /* poll() would report a hang-up even to those who want nothing */
    entry->events = (short)((events & LOOP_READ ? POLLIN : 0) | (events & LOOP_WRITE ? POLLOUT : 0));
}

void loop_expire(struct watch *watch, int64_t deadline)
{
    watch->deadline = deadline;
    if (deadline < loop.soonest)
        loop.soonest = deadline;
}

void loop_remove(struct watch *watch)
{
    loop.watches[watch->place] = NULL;
    loop.polls[watch->place].fd = -1;
    loop.polls[watch->place].revents = 0;
}

static void move_last(size_t place)
{
    loop.count--;
    if (place == loop.count)
        return;
    loop.polls[place] = loop.polls[loop.count];
    loop.watches[place] = loop.watches[loop.count];
    if (loop.watches[place])
        loop.watches[place]->place = place;
}

static void fill_holes(void)
{
    for (size_t place = 0; place < loop.count;)
        if (loop.watches[place])
            place++;
        else
            move_last(place);
}

/* ---- One round ---- */

/* A hang-up or an error is news for whatever is wanted: the next read or write tells which. */
static unsigned decide_ready(const struct watch *watch, short found)
{
    unsigned ready = 0;
    if (found & POLLIN)
        ready |= LOOP_READ;
    if (found & POLLOUT)
        ready |= LOOP_WRITE;
    if (found & (POLLERR | POLLHUP | POLLNVAL))
        ready |= watch->events;
    return ready & watch->events;
}

static void call_ready(int found)
{
    for (size_t place = 0, count = loop.count; place < count && found > 0; place++) {
        short events = loop.polls[place].revents;
        struct watch *watch = loop.watches[place];
        if (events)
            found--;
        if (events && watch)
            watch->ready(watch, decide_ready(watch, events));
    }
}

static void call_expired(void)
{
    loop.soonest = LOOP_NEVER;
    for (size_t place = 0, count = loop.count; place < count; place++) {
        struct watch *watch = loop.watches[place];
        if (!watch)
            continue;
        int passed = watch->deadline <= loop.now;
        loop_expire(watch, passed ? LOOP_NEVER : watch->deadline);
        if (passed)
            watch->ready(watch, LOOP_TIMEOUT);
    }
}

static int milliseconds_to_wait(void)
{
    int64_t left = loop.soonest - loop.now;
    if (loop.soonest == LOOP_NEVER)
        return -1;
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void run(void)
{
    loop.now = read_clock();
    while (loop.count > 1) {
        int found = poll(loop.polls, (nfds_t)loop.count, milliseconds_to_wait());
        if (found < 0 && errno != EINTR)
            poll(NULL, 0, BREATHER);
        loop.now = read_clock();
        if (found > 0)
            call_ready(found);
        if (loop.now >= loop.soonest)
            call_expired();
        fill_holes();
    }
}

/* ---- Signals ---- */

static void note_signal(int number)
{
    int saved = errno;
    (void)number;
    signal(SIGTERM, SIG_DFL); /* a second signal, of either name, kills */
    signal(SIGINT, SIG_DFL);
    if (write(signal_pipe[1], "", 1) < 0)
        errno = saved; /* only a full pipe, which is as good */
    errno = saved;
}

static void on_signal(struct watch *watch, unsigned what)
{
    char bytes[16];
    (void)what;
    while (read(watch->fd, bytes, sizeof bytes) > 0)
        continue;
    if (loop.stop)
        loop.stop(loop.stop_data);
}

static int open_pipe(void)
{
    if (pipe(signal_pipe) < 0)
        return -1;
    for (int end = 0; end < 2; end++)
        if (fcntl(signal_pipe[end], F_SETFL, O_NONBLOCK) < 0 || fcntl(signal_pipe[end], F_SETFD, FD_CLOEXEC) < 0)
            return -1;
    return 0;
}

static int open_signals(void)
{
    static struct watch watch = {.events = LOOP_READ, .deadline = LOOP_NEVER, .ready = on_signal};
    struct sigaction action = {.sa_handler = note_signal};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGINT);
    if (open_pipe() < 0)
        return -1;
    watch.fd = signal_pipe[0];
    if (loop_add(&watch) < 0)
        return -1;
    signal(SIGPIPE, SIG_IGN); /* write() says EPIPE where we are looking */
    return sigaction(SIGTERM, &action, NULL) < 0 || sigaction(SIGINT, &action, NULL) < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
    if (open_signals() < 0) {
        perror("signals");
        return EXIT_FAILURE;
    }
    int status = start(argc, argv);
    if (status == 0)
        run();
    return status;
}
