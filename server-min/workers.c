/* SPDX-License-Identifier: MIT */
/*
 * How this works
 *
 * The parent has a socket to each child, and watches it like any other. The child writes a byte into it when it is ready; its
 * end tells that the child has died, and to the child that the parent has. So the parent's loop runs as long as there are
 * children, with no count of them kept anywhere.
 *
 *     STARTING    forked, not ready                    it is ready: SERVING, and the one before it in its slot: LEAVING
 *     SERVING                                          it is to be replaced, or all are to stop: LEAVING
 *     LEAVING     told to stop                         it has died: forgotten
 *
 * One that dies in another state than LEAVING leaves its slot empty, until the slot's deadline has passed.
 */
#include "workers.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"
#include "system.h"

enum {
    QUICK = 2000,      /* ms: who dies sooner has a reason that the next will have, too */
    FIRST_DELAY = 100, /* ms, doubled with each quick death */
    MOST_DELAY = 10000,
    REAP = 10,         /* ms until a process that has closed its files has ended, too */
    KILL_MARGIN = 1000 /* ms */
};

enum state { STARTING, SERVING, LEAVING };

struct child {
    struct watch watch;
    struct child *next;
    struct slot *slot;
    pid_t pid;
    int64_t born;
    enum state state;
    bool has_closed;
};

struct slot {
    struct watch watch; /* its deadline: when an empty slot is filled again */
    struct child *child;
    unsigned quick_deaths;
    bool is_waiting; /* `watch` is watched */
};

static struct {
    const struct workers_job *job;
    struct slot *slots;
    unsigned count;
    unsigned replaced; /* slots before this one have their new child; `count`: nothing is being replaced */
    struct child *children;
    bool shall_replace; /* told again in the middle */
    bool stopping;
} all;

static unsigned number_of(const struct slot *slot)
{
    return (unsigned)(slot - all.slots);
}

/* ---- In the child ---- */

/* It has died. Who is stopping already stops at once: the parent, told twice, did so, too. */
static void on_parent(struct watch *watch, unsigned what)
{
    struct sigaction now;
    (void)what;
    loop_remove(watch);
    close(watch->fd);
    if (sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
        signal(SIGTERM, SIG_DFL);
    raise(SIGTERM);
}

/* Signals to the whole group, as a terminal sends them, are the parent's to pass on; SIGTERM, which init systems send to all,
   is the same whether it comes from there or from the parent, or from both. */
static _Noreturn void be_child(const struct slot *slot, int to_parent)
{
    static struct watch parent = {.ready = on_parent, .events = LOOP_READ, .background = 1};
    unsigned number = number_of(slot);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    for (struct child *other = all.children; other; other = other->next)
        close(other->watch.fd);
    parent.fd = to_parent;
    int status = all.job->begin(number, all.job->data);
    if (status == 0 && (make_non_blocking(to_parent) < 0 || loop_add(&parent) < 0 || write(to_parent, "", 1) != 1))
        status = EXIT_FAILURE;
    if (status == 0)
        loop_run();
    exit(status);
}

/* ---- Starting ---- */

static void on_child(struct watch *watch, unsigned what);

/* The parent's side. */
static int watch_child(struct slot *slot, pid_t pid, int fd)
{
    struct child *child = calloc(1, sizeof *child);
    if (!child)
        return -1;
    *child = (struct child){.watch = {.ready = on_child, .fd = fd, .events = LOOP_READ},
                            .slot = slot,
                            .pid = pid,
                            .born = loop_now(),
                            .next = all.children};
    if (make_non_blocking(fd) < 0 || loop_add(&child->watch) < 0) {
        free(child);
        return -1;
    }
    all.children = child;
    return 0;
}

static int start_child(struct slot *slot)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return -1;
    fflush(NULL); /* or the child writes it again */
    pid_t pid = loop_fork();
    if (pid == 0) {
        close(ends[0]);
        be_child(slot, ends[1]);
    }
    close(ends[1]);
    if (pid > 0 && watch_child(slot, pid, ends[0]) == 0)
        return 0;
    int why = errno;
    close(ends[0]); /* which stops the child, if there is one */
    errno = why;
    return -1;
}

/* ---- An empty slot ---- */

static void leave_empty(struct slot *slot, uint32_t delay)
{
    if (!slot->is_waiting && loop_add(&slot->watch) < 0) {
        perror("fluxo-server: a worker cannot be replaced");
        return;
    }
    slot->is_waiting = true;
    loop_expire(&slot->watch, loop_now() + delay);
}

static void stop_waiting(struct slot *slot)
{
    if (slot->is_waiting)
        loop_remove(&slot->watch);
    slot->is_waiting = false;
}

static uint32_t next_delay(struct slot *slot, int64_t age)
{
    if (age >= QUICK)
        slot->quick_deaths = 0;
    if (age >= QUICK)
        return 0;
    uint32_t delay = slot->quick_deaths < 7 ? (uint32_t)FIRST_DELAY << slot->quick_deaths : MOST_DELAY;
    slot->quick_deaths++;
    return delay < MOST_DELAY ? delay : MOST_DELAY;
}

static void on_delay(struct watch *watch, unsigned what)
{
    struct slot *slot = (struct slot *)watch;
    (void)what;
    stop_waiting(slot);
    if (start_child(slot) < 0) {
        perror("fluxo-server: a worker cannot be started");
        leave_empty(slot, MOST_DELAY);
    }
}

/* ---- Replacing ---- */

static void stop_child(struct child *child)
{
    if (child->state == LEAVING)
        return;
    child->state = LEAVING;
    kill(child->pid, SIGTERM);
    loop_expire(&child->watch, loop_now() + all.job->grace + KILL_MARGIN);
}

/* An empty slot gets its child anyhow. */
static void replace_next(void)
{
    while (all.replaced < all.count && !all.slots[all.replaced].child)
        all.replaced++;
    if (all.replaced == all.count || start_child(&all.slots[all.replaced]) == 0)
        return;
    perror("fluxo-server: a worker cannot be started; the old ones go on");
    all.replaced = all.count;
}

static void replace_all(void)
{
    all.shall_replace = false;
    all.replaced = 0;
    replace_next();
}

/* Whoever is in the slot already makes room. */
static void take_over(struct child *child)
{
    struct slot *slot = child->slot;
    bool is_replacement = number_of(slot) == all.replaced;
    stop_waiting(slot);
    if (slot->child)
        stop_child(slot->child);
    slot->child = child;
    child->state = SERVING;
    if (!is_replacement)
        return;
    all.replaced++;
    replace_next();
    if (all.replaced == all.count && all.shall_replace)
        replace_all();
}

/* ---- The end of a child ---- */

static void say_how(const struct child *child, int status)
{
    if (WIFSIGNALED(status))
        fprintf(stderr, "fluxo-server: worker %ld was killed by signal %d\n", (long)child->pid, WTERMSIG(status));
    else
        fprintf(stderr, "fluxo-server: worker %ld ended with status %d\n", (long)child->pid, WEXITSTATUS(status));
}

static void miss(struct child *child)
{
    struct slot *slot = child->slot;
    if (number_of(slot) == all.replaced && child->state == STARTING) /* the new ones are no good: the old ones go on */
        all.replaced = all.count;
    if (slot->child && slot->child != child)
        return;
    slot->child = NULL;
    leave_empty(slot, next_delay(slot, loop_now() - child->born));
}

static void forget_child(struct child *child)
{
    struct child **place = &all.children;
    while (*place != child)
        place = &(*place)->next;
    *place = child->next;
    free(child);
}

static void reap(struct child *child)
{
    int status = 0;
    if (waitpid(child->pid, &status, WNOHANG) == 0) {
        loop_expire(&child->watch, loop_now() + REAP);
        return;
    }
    if (child->state != LEAVING)
        say_how(child, status);
    loop_remove(&child->watch);
    close(child->watch.fd);
    if (child->slot->child == child && child->state == LEAVING)
        child->slot->child = NULL;
    if (child->state != LEAVING && !all.stopping)
        miss(child);
    forget_child(child);
}

static void on_child(struct watch *watch, unsigned what)
{
    struct child *child = (struct child *)watch;
    char byte;
    ssize_t got = what & LOOP_TIMEOUT ? -1 : read(watch->fd, &byte, 1);
    if (got == 1 && child->state == STARTING)
        take_over(child);
    if (got == 0) {
        child->has_closed = true;
        loop_want(watch, 0);
    }
    if ((what & LOOP_TIMEOUT) && !child->has_closed)
        kill(child->pid, SIGKILL);
    if (child->has_closed)
        reap(child);
}

/* ---- All of them ---- */

static void stop_all(void)
{
    all.stopping = true;
    all.replaced = all.count;
    all.job->end(all.job->data);
    for (unsigned i = 0; i < all.count; i++)
        stop_waiting(&all.slots[i]);
    for (struct child *child = all.children; child; child = child->next)
        stop_child(child);
}

static void on_signal(int number)
{
    if (all.stopping)
        return;
    if (number != SIGHUP)
        stop_all();
    else if (all.replaced == all.count)
        replace_all();
    else
        all.shall_replace = true;
}

int workers_start(unsigned count, const struct workers_job *job)
{
    all.job = job;
    all.count = all.replaced = count;
    all.slots = calloc(count, sizeof *all.slots);
    if (!all.slots)
        return -1;
    loop_on_signal(on_signal);
    for (unsigned i = 0; i < count; i++) {
        all.slots[i].watch = (struct watch){.ready = on_delay, .fd = -1};
        if (start_child(&all.slots[i]) == 0)
            continue;
        int why = errno;
        stop_all();
        errno = why;
        return -1;
    }
    return 0;
}
