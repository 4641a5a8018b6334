/* SPDX-License-Identifier: MIT */
#include "feeder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 65536, RANDOM_MOST = 64 };

int feeder_open(struct feeder *feeder, const struct settings *settings)
{
    memset(feeder, 0, sizeof *feeder);
    feeder->settings = settings;
    feeder->noise = settings->seed;
    feeder->fd = settings->path ? open(settings->path, O_RDONLY) : STDIN_FILENO;
    if (feeder->fd < 0)
        fprintf(stderr, "fluxo-dump: %s: %s\n", settings->path, strerror(errno));
    return feeder->fd >= 0;
}

void feeder_close(struct feeder *feeder)
{
    if (feeder->settings->path)
        close(feeder->fd);
    free(feeder->block);
}

const unsigned char *feeder_window(const struct feeder *feeder, size_t *length)
{
    *length = feeder->given - feeder->start;
    return feeder->block + feeder->start;
}

void feeder_drop(struct feeder *feeder, size_t length)
{
    feeder->start += length;
    feeder->offset += length;
}

static int make_room(struct feeder *feeder)
{
    unsigned char *grown;

    if (feeder->start) {
        memmove(feeder->block, feeder->block + feeder->start, feeder->filled - feeder->start);
        feeder->given -= feeder->start;
        feeder->filled -= feeder->start;
        feeder->start = 0;
    }
    if (feeder->capacity - feeder->filled >= BLOCK)
        return 1;
    grown = (unsigned char *)realloc(feeder->block, feeder->capacity + 2 * BLOCK);
    if (!grown) {
        perror("fluxo-dump");
        return 0;
    }
    feeder->block = grown;
    feeder->capacity += 2 * BLOCK;
    return 1;
}

/* Reads what is there now. Returns 1, 0 at the end, -1 for an error. */
static int read_block(struct feeder *feeder)
{
    ssize_t length;

    if (!make_room(feeder))
        return -1;
    do
        length = read(feeder->fd, feeder->block + feeder->filled, BLOCK);
    while (length < 0 && errno == EINTR);
    if (length < 0) {
        perror("fluxo-dump");
        return -1;
    }
    feeder->filled += (size_t)length;
    feeder->ended = length == 0;
    return length > 0;
}

static uint64_t make_noise(struct feeder *feeder) /* splitmix64: the same sizes for the same seed everywhere */
{
    uint64_t mixed = feeder->noise += UINT64_C(0x9E3779B97F4A7C15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

/* The size of the next piece; 0 for whatever is there. */
static size_t choose_size(struct feeder *feeder)
{
    const struct settings *settings = feeder->settings;
    size_t last = settings->split_count - 1;

    if (settings->random)
        return 1 + (size_t)(make_noise(feeder) % RANDOM_MOST);
    if (!settings->split_count)
        return 0;
    return settings->split[feeder->turn < last ? feeder->turn : last];
}

int feeder_widen(struct feeder *feeder)
{
    size_t size = choose_size(feeder), least = size ? size : 1;
    int good = 1;

    while (good > 0 && feeder->filled - feeder->given < least && !feeder->ended)
        good = read_block(feeder);
    if (good < 0 || feeder->filled == feeder->given)
        return good < 0 ? -1 : 0;
    if (!size || size > feeder->filled - feeder->given)
        size = feeder->filled - feeder->given;
    feeder->given += size;
    feeder->turn++;
    return 1;
}

int feeder_has_more(struct feeder *feeder)
{
    return feeder->filled > feeder->start || (!feeder->ended && read_block(feeder) > 0);
}
