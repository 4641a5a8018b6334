/* SPDX-License-Identifier: MIT */
/*
 * How this works
 *
 * The trap flag of x86 raises SIGTRAP behind each instruction. A program cannot set it by a C expression, but it is part of
 * what a signal handler returns to: one signal's handler sets it there, another's takes it away.
 */
#include "steps.h"

#include <signal.h>
#include <string.h>
#include <ucontext.h>

#ifdef __x86_64__

enum { TRAP_FLAG = 0x100 };

static volatile uint64_t steps, steps_most;

static void set_flag(void *context, int on)
{
    greg_t *flags = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];

    *flags = on ? *flags | TRAP_FLAG : *flags & ~(greg_t)TRAP_FLAG;
}

static void count_step(int number, siginfo_t *information, void *context)
{
    (void)number;
    (void)information;
    if (++steps >= steps_most)
        set_flag(context, 0);
}

static void start_steps(int number, siginfo_t *information, void *context)
{
    (void)number;
    (void)information;
    set_flag(context, 1);
}

static void stop_steps(int number, siginfo_t *information, void *context)
{
    (void)number;
    (void)information;
    set_flag(context, 0);
}

static void handle(int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    sigaction(number, &action, NULL);
}

int steps_can_be_counted(void)
{
    return 1;
}

void steps_begin(uint64_t most)
{
    handle(SIGTRAP, count_step);
    handle(SIGUSR1, start_steps);
    handle(SIGUSR2, stop_steps);
    steps_most = most;
    steps = 0;
    raise(SIGUSR1);
}

uint64_t steps_end(void)
{
    raise(SIGUSR2);
    return steps;
}

#else

int steps_can_be_counted(void)
{
    return 0;
}

void steps_begin(uint64_t most)
{
    (void)most;
}

uint64_t steps_end(void)
{
    return 0;
}

#endif
