/* SPDX-License-Identifier: MIT */
/*
 * How this works
 *
 * One turn, in this order:
 *
 *     1. sleep in the back end, until a descriptor is ready, a signal comes, or the soonest deadline has passed
 *     2. read the clock, once
 *     3. call those whose descriptors are ready, a signal being one of them: the pipe that its handler writes to
 *     4. call those whose deadline has passed, the soonest first
 *
 * and again, as long as something that is not in the background is watched. What a callback leaves undone is told again in the
 * next turn, when all others have been called.
 *
 * A watch is found by its descriptor, never by an address that the system keeps: so one that is removed, even in the turn that
 * finds it ready, is just not found. A descriptor that is closed and opened anew in one turn may be called for nothing, and
 * finds nothing to read.
 */
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "system.h"
#include "timers.h"

enum { BREATHER = 100 }; /* milliseconds until the system is asked again when it had no memory to wait with */

const struct backend *const backends[] = {
#if defined __linux__
    &backend_epoll,
#endif
#if defined HAVE_KQUEUE
    &backend_kqueue,
#endif
    &backend_poll,   &backend_select, NULL,
};

static struct {
    const struct backend *backend;
    struct watch **watches; /* by descriptor; NULL: nobody watches it */
    size_t room, count;     /* of all watches, those without a descriptor included */
    size_t waiting;         /* of those that are not in the background */
    int64_t now;
    bool is_open, is_awake;
    void (*told)(int number);
} loop;

/* ---- The heart ---- */

static int milliseconds_to_wait(void)
{
    int64_t soonest = timers_soonest(), left = soonest - loop.now;
    if (soonest == LOOP_NEVER)
        return -1;
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void wake(void)
{
    if (!loop.is_awake)
        loop.now = sys.now();
    loop.is_awake = true;
}

static void on_found(int fd, unsigned what)
{
    wake();
    struct watch *watch = (size_t)fd < loop.room ? loop.watches[fd] : NULL;
    if (!watch)
        return;
    unsigned ready = what & watch->events;
    if (what & LOOP_BROKEN) /* the next read or write tells how */
        ready = watch->events ? watch->events : LOOP_BROKEN;
    if (ready)
        watch->ready(watch, ready);
}

static void call_expired(void)
{
    for (struct watch *watch; (watch = timers_take(loop.now));)
        watch->ready(watch, LOOP_TIMEOUT);
}

static void turn(void)
{
    loop.is_awake = false;
    if (loop.backend->wait(milliseconds_to_wait(), on_found) < 0 && errno != EINTR)
        poll(NULL, 0, BREATHER);
    wake();
    call_expired();
}

/* ---- Watches ---- */

uint32_t *timers_place(struct watch *watch)
{
    return &watch->timer;
}

int64_t loop_now(void)
{
    return loop.now;
}

void loop_use(const struct backend *backend)
{
    loop.backend = backend;
}

const struct backend *loop_backend(void)
{
    return loop.backend ? loop.backend : backends[0];
}

static int open_loop(void)
{
    if (loop.is_open)
        return 0;
    loop.backend = loop_backend();
    if (loop.backend->open() < 0)
        return -1;
    loop.now = sys.now();
    loop.is_open = true;
    return 0;
}

static int add_descriptor(struct watch *watch)
{
    size_t room = loop.room;
    struct watch **watches = array_widen(loop.watches, &loop.room, (size_t)watch->fd, sizeof *watches);
    if (!watches)
        return -1;
    memset(watches + room, 0, (loop.room - room) * sizeof *watches);
    loop.watches = watches;
    if (loop.backend->add(watch->fd, watch->events) < 0)
        return -1;
    loop.watches[watch->fd] = watch;
    return 0;
}

int loop_add(struct watch *watch)
{
    if (open_loop() < 0 || timers_reserve(loop.count + 1) < 0)
        return -1;
    if (watch->fd >= 0 && add_descriptor(watch) < 0)
        return -1;
    watch->timer = 0;
    loop.count++;
    loop.waiting += !watch->background;
    return 0;
}

void loop_want(struct watch *watch, unsigned events)
{
    if (watch->events == events)
        return;
    watch->events = (uint8_t)events;
    loop.backend->change(watch->fd, events);
}

void loop_expire(struct watch *watch, int64_t deadline)
{
    timers_set(watch, deadline > loop.now ? deadline : loop.now + 1);
}

void loop_remove(struct watch *watch)
{
    timers_set(watch, LOOP_NEVER);
    loop.count--;
    loop.waiting -= !watch->background;
    if (watch->fd < 0)
        return;
    loop.watches[watch->fd] = NULL;
    loop.backend->remove(watch->fd);
}

void loop_each(void (*visit)(struct watch *watch, void *data), void *data)
{
    for (size_t fd = 0; fd < loop.room; fd++)
        if (loop.watches[fd])
            visit(loop.watches[fd], data);
}

/* ---- Signals ---- */

static int signal_pipe[2] = {-1, -1};
static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
static void (*for_a_second)(int) = SIG_DFL; /* which kills */

static void note_signal(int number)
{
    int saved = errno;
    char byte = (char)number;
    if (number != SIGHUP) {
        signal(SIGTERM, for_a_second);
        signal(SIGINT, for_a_second);
    }
    if (write(signal_pipe[1], &byte, 1) < 0)
        errno = saved; /* only a full pipe, which is as good */
    errno = saved;
}

static void on_signal(struct watch *watch, unsigned what)
{
    char numbers[16];
    ssize_t got = read(watch->fd, numbers, sizeof numbers);
    (void)what;
    for (ssize_t i = 0; i < got && loop.told; i++)
        loop.told(numbers[i]);
}

void loop_on_signal(void (*told)(int number))
{
    loop.told = told;
}

static int open_pipe(void)
{
    static struct watch watch = {.ready = on_signal, .events = LOOP_READ, .background = 1};
    if (pipe(signal_pipe) < 0 || make_non_blocking(signal_pipe[0]) < 0 || make_non_blocking(signal_pipe[1]) < 0)
        return -1;
    watch.fd = signal_pipe[0];
    return loop_add(&watch);
}

/* Who was started with SIGHUP ignored, by nohup, goes on to ignore it. */
static bool is_ignored(int number)
{
    struct sigaction before;
    return number == SIGHUP && sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
}

static int catch_signals(void)
{
    struct sigaction action = {.sa_handler = note_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&action.sa_mask, signals[i]);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (!is_ignored(signals[i]) && sigaction(signals[i], &action, NULL) < 0)
            return -1;
    signal(SIGPIPE, SIG_IGN); /* send() says EPIPE where we are looking */
    return 0;
}

static int open_signals(void)
{
    return open_pipe() < 0 ? -1 : catch_signals();
}

/* ---- Processes ---- */

static void forget_all(void)
{
    if (loop.is_open)
        loop.backend->close();
    timers_forget();
    free(loop.watches);
    loop.watches = NULL;
    loop.room = loop.count = loop.waiting = 0;
    loop.is_open = false;
    loop.told = NULL;
    close(signal_pipe[0]);
    close(signal_pipe[1]);
}

/* No signal may come between fork() and the child's own pipe: the parent would get it. */
pid_t loop_fork(void)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) {
        forget_all();
        for_a_second = SIG_IGN;
        if (open_signals() < 0) {
            perror("signals");
            _exit(EXIT_FAILURE);
        }
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return child;
}

void loop_run(void)
{
    while (loop.waiting > 0)
        turn();
}

int main(int argc, char **argv)
{
    int status = start(argc, argv);
    if (status != 0 || loop.waiting == 0)
        return status;
    if (open_signals() < 0) {
        perror("signals");
        return EXIT_FAILURE;
    }
    fflush(stdout); /* who started us through a pipe may wait for a line, and then signal */
    loop_run();
    return EXIT_SUCCESS;
}
