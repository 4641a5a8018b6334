/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include "harness.h"

#include <stdlib.h>

struct work work;

#if WITH_WRAP

struct run;

/* ---- Machines ---- */

typedef const unsigned char *reach;

static reach count_steps(reach from, reach to)
{
    work.steps += 1 + (uint64_t)(to - from);
    return to;
}

#define MESSAGE_MACHINE(name)                                                                                                  \
    reach __real_##name(struct run *run, reach p, reach pe);                                                                   \
    reach __wrap_##name(struct run *run, reach p, reach pe);                                                                   \
    reach __wrap_##name(struct run *run, reach p, reach pe)                                                                    \
    {                                                                                                                          \
        return count_steps(p, __real_##name(run, p, pe));                                                                      \
    }
MESSAGE_MACHINE(fluxo_run_request)
MESSAGE_MACHINE(fluxo_run_response)
MESSAGE_MACHINE(fluxo_run_chunked)
#undef MESSAGE_MACHINE

#define VALUE_MACHINE(name)                                                                                                    \
    reach __real_##name(struct run *run, reach p, reach pe, reach eof);                                                        \
    reach __wrap_##name(struct run *run, reach p, reach pe, reach eof);                                                        \
    reach __wrap_##name(struct run *run, reach p, reach pe, reach eof)                                                         \
    {                                                                                                                          \
        return count_steps(p, __real_##name(run, p, pe, eof));                                                                 \
    }
VALUE_MACHINE(fluxo_run_target)
VALUE_MACHINE(fluxo_run_value)
#undef VALUE_MACHINE

/* ---- Basic blocks ---- */

void __wrap___sanitizer_cov_trace_pc(void);

void __wrap___sanitizer_cov_trace_pc(void)
{
    work.blocks++;
}

/* ---- Memory ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static void allow(void)
{
    if (!work.is_inside)
        return;
    work.is_inside = 0;
    refute("allocation", "the parser asks for memory");
}

void *__wrap_malloc(size_t size)
{
    allow();
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allow();
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    allow();
    return __real_realloc(block, size);
}

void __wrap_free(void *block)
{
    allow();
    __real_free(block);
}

#endif
