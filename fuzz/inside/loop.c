/* SPDX-License-Identifier: MIT */
#include <stdio.h>

/* What it cannot do is what a harness wants to see thousands of times a second, but not to read. */
static void discard(const char *what)
{
    (void)what;
}

#define main loop_main
#define perror discard
#include "../../server-min/loop.c"

#include "inside.h"

void loop_forget(void)
{
    forget_all();
    signal_pipe[0] = signal_pipe[1] = -1;
    for_a_second = SIG_DFL;
}
