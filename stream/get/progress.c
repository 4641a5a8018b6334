/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "link.h"

static const int64_t FIRST = 500, EVERY = 200; /* milliseconds */

static struct {
    bool is_allowed, is_shown;
    uint64_t sent, received, expected;
    int64_t began, due;
} progress;

void progress_allow(bool is_wanted)
{
    progress.is_allowed = is_wanted && isatty(STDERR_FILENO);
}

void progress_begin(void)
{
    progress.sent = 0;
    progress.received = 0;
    progress.expected = LENGTH_UNKNOWN;
    progress.began = now();
    progress.due = progress.began + FIRST;
}

void progress_expect(uint64_t octets)
{
    progress.expected = octets;
}

static double mebibytes(uint64_t octets)
{
    return (double)octets / 1048576;
}

static void show(int64_t time)
{
    double seconds = (double)(time - progress.began) / 1000;

    fputs("\r\033[K", stderr);
    if (progress.sent)
        fprintf(stderr, "sent %.1f MiB, ", mebibytes(progress.sent));
    fprintf(stderr, "received %.1f ", mebibytes(progress.received));
    if (progress.expected)
        fprintf(stderr, "of %.1f MiB (%.0f %%)", mebibytes(progress.expected),
                100 * (double)progress.received / (double)progress.expected);
    else
        fputs("MiB", stderr);
    fprintf(stderr, ", %.1f MiB/s ", mebibytes(progress.sent + progress.received) / seconds);
    fflush(stderr);
    progress.is_shown = true;
    progress.due = time + EVERY;
}

void progress_add(uint64_t sent, uint64_t received)
{
    int64_t time;

    progress.sent += sent;
    progress.received += received;
    if (!progress.is_allowed)
        return;
    time = now();
    if (time >= progress.due)
        show(time);
}

void progress_clear(void)
{
    if (progress.is_shown)
        fputs("\r\033[K", stderr);
    progress.is_shown = false;
}
