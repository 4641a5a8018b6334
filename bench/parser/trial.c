/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RANDOM_MOST = 64, POISON = 0 };

static void fail(const char *what, const char *about)
{
    fprintf(stderr, "bench: %s: %s\n", what, about);
    exit(1);
}

static void *require(void *memory)
{
    if (!memory)
        fail("memory", "there is not enough");
    return memory;
}

/* ---- Reading a plan ---- */

static void read_file(struct trial *trial, const char *path)
{
    FILE *file = fopen(path, "rb");
    struct text text = {NULL, 0, 0};
    char buffer[4096];
    size_t length;

    if (!file)
        fail(path, "cannot be read");
    while ((length = fread(buffer, 1, sizeof buffer, file)) > 0)
        text_add(&text, buffer, length);
    fclose(file);
    if (!text.length)
        fail(path, "is empty");
    trial->bytes = text.bytes;
    trial->length = text.length;
}

static uint32_t draw_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* 0: no such cut. */
static size_t draw_piece(const char *cut, size_t left, uint32_t *state)
{
    size_t piece = strcmp(cut, "whole") == 0    ? left
                   : strcmp(cut, "random") == 0 ? draw_random(state) % RANDOM_MOST + 1
                                                : strtoul(cut, NULL, 10);

    return piece < left ? piece : left;
}

static void cut_input(struct trial *trial, const char *cut)
{
    uint32_t *ends = (uint32_t *)require(malloc(trial->length * sizeof *ends)), state = 1;
    size_t at = 0, piece;

    while (at < trial->length) {
        piece = draw_piece(cut, trial->length - at, &state);
        if (!piece)
            fail(cut, "is no cut");
        at += piece;
        ends[trial->pieces++] = (uint32_t)at;
    }
    trial->ends = ends;
}

static void guard(struct trial *trial)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory;

    trial->room = (trial->length + page - 1) / page * page;
    memory = (char *)mmap(NULL, trial->room + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) || mprotect(memory + page + trial->room, page, PROT_NONE))
        fail("memory", "cannot be guarded");
    trial->memory = memory + page;
}

static int read_row(struct trial *trial, FILE *file)
{
    static const char *const bodies[] = {"none", "length", "chunked"};
    char stream[16], body[16], cut[16], path[512];

    memset(trial, 0, sizeof *trial);
    if (fscanf(file, " %63[^\t]\t%15s\t%15s\t%15s\t%511[^\n]", trial->name, stream, body, cut, path) != 5)
        return 0;
    trial->stream.is_response = strcmp(stream, "request") != 0;
    trial->stream.answers_head = strcmp(stream, "answers-head") == 0;
    while (trial->body < BODY_CHUNKED && strcmp(body, bodies[trial->body]) != 0)
        trial->body++;
    read_file(trial, path);
    cut_input(trial, cut);
    guard(trial);
    return 1;
}

size_t trials_read(struct trial *trials, const char *plan)
{
    FILE *file = fopen(plan, "r");
    size_t count = 0;

    if (!file)
        fail(plan, "cannot be read");
    while (count < TRIALS_MOST && read_row(&trials[count], file))
        count++;
    if (!feof(file))
        fail(plan, "has a row that is not understood, or too many");
    fclose(file);
    return count;
}

/* ---- Delivery ---- */

int trial_suits(const struct trial *trial, const struct reader *reader)
{
    return trial->body == BODY_NONE || reader->traits & READER_FRAMES;
}

int trial_is_spoiled_by(const struct trial *trial, const struct reader *reader)
{
    return trial->body == BODY_CHUNKED && reader->traits & READER_SPOILS;
}

void trial_restore(const struct trial *trial)
{
    memcpy(trial->memory, trial->bytes, trial->length);
}

void trial_feed(const struct trial *trial, const struct reader *reader, struct reading *reading)
{
    size_t done = 0, nth;

    for (nth = 0; nth < trial->pieces; nth++)
        done += reader->feed(trial->memory + done, trial->ends[nth] - done, reading);
}

void trial_deliver(const struct trial *trial, const struct reader *reader, char *place, struct reading *reading)
{
    size_t start = 0, done = 0, nth;

    memset(trial->memory, POISON, trial->room);
    reader->begin(&trial->stream);
    for (nth = 0; nth < trial->pieces && !reading->trouble; nth++) {
        memcpy(place + start, trial->bytes + start, trial->ends[nth] - start);
        start = trial->ends[nth];
        done += reader->feed(place + done, start - done, reading);
    }
    if (!reading->trouble && done != trial->length)
        reading->trouble = "bytes are left";
}
