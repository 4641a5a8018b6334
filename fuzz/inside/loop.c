/* SPDX-License-Identifier: MIT */
#define main loop_main
#include "../../server-min/loop.c"

#include "inside.h"

void loop_forget(void)
{
    forget_all();
    signal_pipe[0] = signal_pipe[1] = -1;
    for_a_second = SIG_DFL;
}
