/* SPDX-License-Identifier: MIT */
/*
 * Which steps the machines of a build took: traced-ragel writes the calls of trace_step into what Ragel writes. At the end of
 * the program they are appended to $FLUXO_TRACE/MACHINE.PROCESS, a line each: state, octet (or 256 for the end).
 */
#ifndef FUZZ_TRACE_H
#define FUZZ_TRACE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TRACE_STATES = 1024, TRACE_END = 256 };

struct trace {
    const char *machine;
    struct trace *next;
    int is_listed;
    unsigned char seen[TRACE_STATES][TRACE_END + 1];
};

static struct trace *trace_list;

static void trace_write(const struct trace *trace, const char *folder)
{
    char path[4096];
    FILE *file;
    int state, octet;

    snprintf(path, sizeof path, "%s/%s.%ld", folder, trace->machine, (long)getpid());
    file = fopen(path, "a");
    for (state = 0; file && state < TRACE_STATES; state++)
        for (octet = 0; octet <= TRACE_END; octet++)
            if (trace->seen[state][octet])
                fprintf(file, "%d %d\n", state, octet);
    if (!file || fclose(file))
        perror(path);
}

static void trace_write_all(void)
{
    const char *folder = getenv("FLUXO_TRACE");
    const struct trace *trace;

    for (trace = trace_list; folder && trace; trace = trace->next)
        trace_write(trace, folder);
}

static void trace_step(struct trace *trace, int state, int octet)
{
    if (!trace->is_listed) {
        if (!trace_list)
            atexit(trace_write_all);
        trace->is_listed = 1;
        trace->next = trace_list;
        trace_list = trace;
    }
    if (state < TRACE_STATES)
        trace->seen[state][octet] = 1;
    else
        abort();
}

#endif
