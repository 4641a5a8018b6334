/* SPDX-License-Identifier: MIT */
/*
 * Pipes and content codings: content that is encoded and decoded again; and octets that claim to be in some codings.
 *
 * However they are cut, driven and held up, the same comes out and the same is said of it; replay cuts in two at every place.
 * What is in one coding is also read by zlib in one go. A pipe takes all its memory when codings are added, gives it back, and
 * without it is as it was; it makes no more octets than its budget allows.
 *
 *     [0]  bit 0: the bytes are coded already; bit 1: an encoder is made to flush now and then
 *     [1]  the codings in the order in which they are applied: two bits each, three of them
 *     [2]  0: as much output as there may be; else so many times 16 octets
 *     [3]  0: no ratio; else the ratio
 *     [4, 5]  how the bytes are cut and held up
 *     [6]  bits 0 and 1: as steps, pushes, both in turn, or a source; bit 2: misuses between
 *     [7]  the allocation that fails
 */
#include "memory.h"

#include <fluxo/body.h>
#include <fluxo/field.h>

#include <string.h>

#ifdef FLUXO_WITH_ZLIB
#include <zlib.h>
#endif

enum {
    CONTENT_MOST = 1 << 15,
    OUTPUT_MOST = 1 << 18,
    CODED_MOST = 1 << 19,
    CODINGS = 3,
    PLACES_MOST = 512,
    CALLS_MOST = 1 << 21
};

static struct arena input_arena, room_arena;

/* ---- A coding of our own: runs, each a number from 1 and an octet, behind an R ---- */

struct runs {
    unsigned char begun, count, octet, has_count;
};

static int open_runs(void *state, const struct fluxo_allocator *allocator)
{
    (void)allocator;
    memset(state, 0, sizeof(struct runs));
    return FLUXO_DONE;
}

static void close_runs(void *state)
{
    (void)state;
}

static unsigned char take_octet(struct fluxo_span *in)
{
    in->length--;
    return (unsigned char)*in->start++;
}

static void put_octet(struct fluxo_room *room, unsigned char octet)
{
    *room->start++ = (char)octet;
    room->length--;
}

static void put_run(struct runs *runs, struct fluxo_room *room)
{
    size_t length = runs->count < room->length ? runs->count : room->length;

    if (length)
        memset(room->start, runs->octet, length);
    room->start += length;
    room->length -= length;
    runs->count -= (unsigned char)length;
}

static int decode_runs(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    struct runs *runs = state;

    (void)follow;
    if (!runs->begun && in->length) {
        if (take_octet(in) != 'R')
            return FLUXO_FAULT;
        runs->begun = 1;
    }
    for (;;) {
        if (!runs->has_count)
            put_run(runs, room);
        if (!runs->has_count && runs->count)
            return FLUXO_FULL;
        if (!in->length)
            return runs->begun && !runs->has_count ? FLUXO_END : FLUXO_DONE;
        if (runs->has_count) {
            runs->octet = take_octet(in);
            runs->has_count = 0;
        } else {
            runs->count = take_octet(in);
            if (!runs->count)
                return FLUXO_FAULT;
            runs->has_count = 1;
        }
    }
}

static void end_run(struct runs *runs, struct fluxo_room *room)
{
    if (!runs->count)
        return;
    put_octet(room, runs->count);
    put_octet(room, runs->octet);
    runs->count = 0;
}

static int encode_runs(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    struct runs *runs = state;

    if (!runs->begun)
        put_octet(room, 'R');
    runs->begun = 1;
    while (in->length) {
        if (runs->count && (runs->count == 255 || (unsigned char)*in->start != runs->octet)) {
            if (room->length < 2)
                return FLUXO_FULL;
            end_run(runs, room);
        }
        runs->octet = take_octet(in);
        runs->count++;
    }
    if (follow == FLUXO_PIPE_MORE)
        return FLUXO_DONE;
    if (runs->count && room->length < 2)
        return FLUXO_FULL;
    end_run(runs, room);
    return follow == FLUXO_PIPE_LAST ? FLUXO_END : FLUXO_DONE;
}

static const struct fluxo_coding own_codings[] = {{"runs",
                                                   NULL,
                                                   {sizeof(struct runs), open_runs, decode_runs, close_runs},
                                                   {sizeof(struct runs), open_runs, encode_runs, close_runs}}};

/* ---- An input ---- */

struct task {
    struct fluxo_span codings[CODINGS];
    size_t count;
    struct fluxo_pipe_options options;
    int is_coded, flushes, misuses;
    unsigned way;
    uint32_t chance;
    unsigned fails_at;
    struct fluxo_span content;
};

static void read_codings(struct task *task, unsigned bits)
{
    static const char *const names[] = {NULL, "gzip", "Deflate", "runs"};

    for (task->count = 0; task->count < CODINGS && (bits & 3); bits >>= 2)
        task->codings[task->count++] = fluxo_span_of(names[bits & 3], strlen(names[bits & 3]));
}

static int read_task(struct task *task, const uint8_t *data, size_t size)
{
    if (size < HEAD_LENGTH || size - HEAD_LENGTH > CONTENT_MOST)
        return 0;
    read_codings(task, data[1]);
    task->is_coded = data[0] & 1;
    task->flushes = data[0] & 2;
    fluxo_pipe_options_init(&task->options);
    task->options.codings = own_codings;
    task->options.count = 1;
    task->options.budget.codings = CODINGS;
    task->options.budget.output = data[2] ? data[2] * 16u : OUTPUT_MOST;
    task->options.budget.ratio = data[3] ? data[3] : UINT32_MAX;
    task->options.budget.grace = 256;
    task->chance = (uint32_t)(data[4] | data[5] << 8) | UINT32_C(0x10000);
    task->way = data[6] & 3;
    task->misuses = data[6] & 4;
    task->fails_at = data[7];
    task->content = fluxo_span_of((const char *)data + HEAD_LENGTH, size - HEAD_LENGTH);
    return 1;
}

/* ---- What comes out ---- */

struct output {
    size_t length, most;
    char *octets;
};

static void add_output(struct output *output, const char *octets, size_t length)
{
    hold(length <= output->most - output->length, "budget", "more octets than may come");
    if (length)
        memcpy(output->octets + output->length, octets, length);
    output->length += length;
}

/* ---- Driving ---- */

struct driver {
    struct fluxo_pipe *pipe;
    struct fluxo_span rest; /* not yet taken */
    size_t shown;           /* of it, given to the pipe and left over */
    struct output *output;
    uint32_t chance;
    int flushes, misuses, is_whole;
    const struct task *encodes; /* what a flush has to let out is looked at, once; else NULL */
    const char *begin;          /* of the content */
    size_t cut;                 /* not 0: octets of the first call; then comes all the rest */
};

static size_t draw(struct driver *driver, size_t below)
{
    return below ? (random_next(&driver->chance) >> 8) % below : 0;
}

/* Small most of the time. */
static size_t draw_size(struct driver *driver)
{
    size_t drawn = draw(driver, 16);

    if (driver->is_whole)
        return CODED_MOST;
    return drawn < 12 ? drawn : drawn < 15 ? draw(driver, 300) : draw(driver, 40000);
}

struct taker {
    struct output *output;
    size_t takes;
};

static size_t take(void *context, struct fluxo_span span)
{
    struct taker *taker = context;
    size_t length = span.length < taker->takes ? span.length : taker->takes;

    hold(span.length > 0, "sink", "is offered nothing");
    add_output(taker->output, span.start, length);
    taker->takes -= length;
    return length;
}

static int step(struct driver *driver, struct fluxo_span *in, enum fluxo_follow follow)
{
    size_t length = draw_size(driver);
    struct fluxo_room room;
    int answer;

    length = length < room_arena.size ? length : room_arena.size;
    room.start = (char *)room_arena.memory + (room_arena.size - length); /* a guard page follows it */
    room.length = length;
    answer = fluxo_pipe_step(driver->pipe, in, &room, follow);
    hold(room.length <= length && room.start + room.length == (char *)room_arena.memory + room_arena.size, "room",
         "has been left otherwise");
    add_output(driver->output, room.start - (length - room.length), length - room.length);
    return answer;
}

static int push(struct driver *driver, struct fluxo_span *in, enum fluxo_follow follow)
{
    struct taker taker = {driver->output, draw_size(driver)};
    struct fluxo_sink sink = {take, &taker};

    return fluxo_pipe_push(driver->pipe, in, follow, &sink);
}

static void check_misuse(struct driver *driver, struct fluxo_span in, enum fluxo_follow follow)
{
    struct fluxo_pipe before = *driver->pipe;
    struct fluxo_span other = in;
    size_t length = driver->output->length;

    hold(step(driver, &other, (enum fluxo_follow)3) == FLUXO_MISUSE_ARGUMENT, "misuse", "of what follows is taken");
    if (before.last && follow == FLUXO_PIPE_LAST && !before.fault)
        hold(push(driver, &other, FLUXO_PIPE_MORE) == FLUXO_MISUSE_ORDER, "misuse", "more behind the last");
    hold(other.start == in.start && other.length == in.length && driver->output->length == length, "misuse", "moves octets");
    hold(memcmp(&before, driver->pipe, sizeof before) == 0, "misuse", "changes the pipe");
}

/* All that was given so far can be decoded from what has come out so far. */
static void check_flush(struct driver *driver)
{
    static char octets[CONTENT_MOST];
    const struct task *task = driver->encodes;
    struct taker taker = {&(struct output){0, sizeof octets, octets}, sizeof octets};
    struct fluxo_sink sink = {take, &taker};
    struct fluxo_span coded = {driver->output->octets, driver->output->length};
    struct fluxo_pipe_options options = task->options;
    struct fluxo_pipe pipe;
    size_t given = (size_t)(driver->rest.start - driver->begin);

    driver->encodes = NULL;
    options.budget.output = UINT64_MAX;
    options.budget.ratio = UINT32_MAX;
    fluxo_pipe_open(&pipe, &options);
    hold(fluxo_pipe_decode(&pipe, task->codings, task->count) == FLUXO_DONE, "coding", "cannot be added");
    hold(fluxo_pipe_push(&pipe, &coded, FLUXO_PIPE_MORE, &sink) == FLUXO_DONE && !coded.length, "flush",
         "what is let out cannot be decoded");
    hold(taker.output->length == given && memcmp(octets, driver->begin, given) == 0, "flush", "does not let out all");
    fluxo_pipe_close(&pipe);
}

static enum fluxo_follow choose_follow(struct driver *driver, int is_last)
{
    if (is_last)
        return FLUXO_PIPE_LAST;
    return driver->flushes && !draw(driver, 8) ? FLUXO_PIPE_FLUSH : FLUXO_PIPE_MORE;
}

/* One call, with what was left of the last one and perhaps more. */
static int call(struct driver *driver, unsigned way)
{
    size_t more = driver->cut ? driver->cut : draw_size(driver), length;
    const uint8_t *placed;
    struct fluxo_span in;
    enum fluxo_follow follow;
    int answer;

    driver->cut = 0;
    more = more < driver->rest.length - driver->shown ? more : driver->rest.length - driver->shown;
    length = driver->pipe->last ? driver->shown : driver->shown + more;
    follow = choose_follow(driver, driver->pipe->last || length == driver->rest.length);
    placed = arena_place(&input_arena, driver->rest.start, length, 0);
    in = fluxo_span_of((const char *)placed, length);
    if (driver->misuses && driver->pipe->begun)
        check_misuse(driver, in, follow);
    answer = way == 1 || (way == 2 && draw(driver, 2)) ? push(driver, &in, follow) : step(driver, &in, follow);
    hold(in.length <= length && (!length || in.start + in.length == (const char *)placed + length), "input",
         "has been left otherwise");
    driver->rest = fluxo_span_of(driver->rest.start + (length - in.length), driver->rest.length - (length - in.length));
    driver->shown = in.length;
    arena_drop(&input_arena, placed, length);
    if (driver->encodes && follow == FLUXO_PIPE_FLUSH && answer == FLUXO_DONE)
        check_flush(driver);
    return answer;
}

static void check_over(struct driver *driver, int answer)
{
    struct fluxo_pipe before = *driver->pipe;
    struct fluxo_span nothing = fluxo_span_of(driver->rest.start, driver->shown);
    size_t length = driver->output->length;

    hold(push(driver, &nothing, FLUXO_PIPE_LAST) == answer && driver->output->length == length, "sticky",
         "something comes out still");
    hold(before.fault == driver->pipe->fault, "sticky", "another fault");
}

static int drive_calls(struct driver *driver, unsigned way)
{
    unsigned calls = 0;
    int answer;

    do {
        answer = call(driver, way);
        hold(calls++ < CALLS_MOST, "work", "a pipe that does not come to its end");
    } while (answer == FLUXO_DONE || answer == FLUXO_FULL);
    if (answer == FLUXO_FAULT || answer == FLUXO_END)
        check_over(driver, answer);
    return answer;
}

/* ---- As a source ---- */

static int pull(struct fluxo_source *source, size_t most, struct fluxo_span *span)
{
    struct driver *driver = source->context;
    size_t length = draw_size(driver);

    if (!driver->rest.length)
        return FLUXO_END;
    if (!length)
        return FLUXO_NOT_NOW;
    length = length < most ? length : most;
    length = length < driver->rest.length ? length : driver->rest.length;
    *span = fluxo_span_of(driver->rest.start, length);
    driver->rest = fluxo_span_of(driver->rest.start + length, driver->rest.length - length);
    return FLUXO_DONE;
}

static int drive_source(struct driver *driver)
{
    struct fluxo_source inner, outer;
    struct fluxo_span span;
    unsigned calls = 0;
    int answer;

    fluxo_source_init(&inner, pull, driver, FLUXO_LENGTH_UNKNOWN);
    answer = fluxo_pipe_source(driver->pipe, &inner, driver->flushes ? FLUXO_PIPE_FLUSH : FLUXO_PIPE_MORE, &outer);
    hold(answer == FLUXO_DONE, "misuse", "a pipe that is no source");
    do {
        size_t most = draw_size(driver) + 1;
        answer = fluxo_source_pull(&outer, most, &span);
        if (answer == FLUXO_DONE) {
            hold(span.length && span.length <= most, "source", "more than was asked for, or nothing");
            add_output(driver->output, span.start, span.length);
        }
        if (driver->encodes && driver->flushes && answer == FLUXO_NOT_NOW)
            check_flush(driver);
        hold(calls++ < CALLS_MOST, "work", "a pipe that does not come to its end");
    } while (answer == FLUXO_DONE || answer == FLUXO_NOT_NOW);
    return answer;
}

/* ---- A pipe from its beginning to its end ---- */

struct verdict {
    int answer;
    unsigned fault;
    uint64_t taken; /* octets that went in */
};

static int add_codings(struct fluxo_pipe *pipe, const struct task *task, enum fluxo_direction direction)
{
    size_t nth;
    int answer = FLUXO_DONE;

    if (direction == FLUXO_DECODE)
        return fluxo_pipe_decode(pipe, task->codings, task->count);
    for (nth = 0; nth < task->count && answer == FLUXO_DONE; nth++)
        answer = fluxo_pipe_add(pipe, task->codings[nth], direction);
    return answer;
}

/* A misuse leaves the pipe as it was, so that it can be made again. */
static void add_or_retry(struct fluxo_pipe *pipe, const struct task *task, struct memory *memory)
{
    struct fluxo_pipe before = *pipe;
    int answer = add_codings(pipe, task, FLUXO_DECODE);

    hold((answer == FLUXO_MISUSE_MEMORY) == (memory->failures > 0), "memory", "fails, and nobody says so");
    if (answer == FLUXO_DONE)
        return;
    hold(answer == FLUXO_MISUSE_MEMORY && memcmp(&before, pipe, sizeof before) == 0 && !memory->now, "memory",
         "a pipe that could not be made");
    hold(add_codings(pipe, task, FLUXO_DECODE) == FLUXO_DONE, "memory", "is there again, and not taken");
}

static struct verdict run_pipe(const struct task *task, enum fluxo_direction direction, struct fluxo_span content,
                               struct output *output, unsigned way, int is_whole, size_t cut)
{
    struct driver driver = {NULL,          content,      0,
                            output,        task->chance, task->flushes,
                            task->misuses, is_whole,     direction == FLUXO_ENCODE ? task : NULL,
                            content.start, cut};
    struct fluxo_pipe_options options = task->options;
    struct fluxo_pipe pipe;
    struct memory memory;
    struct verdict verdict;
    unsigned calls;

    memory_begin(&memory, is_whole || direction == FLUXO_ENCODE ? 0 : task->fails_at, 0);
    options.allocator = &memory.allocator;
    output->length = 0;
    driver.pipe = &pipe;
    fluxo_pipe_open(&pipe, &options);
    if (direction == FLUXO_DECODE)
        add_or_retry(&pipe, task, &memory);
    else
        hold(add_codings(&pipe, task, direction) == FLUXO_DONE, "coding", "cannot be added");
    calls = memory.calls;
    verdict.answer = way == 3 ? drive_source(&driver) : drive_calls(&driver, way);
    verdict.fault = pipe.fault;
    verdict.taken = pipe.taken;
    hold((verdict.answer == FLUXO_FAULT) == (pipe.fault != 0), "fault", "that is not told, or told and none");
    hold(memory.calls == calls, "memory", "is taken after the codings were added");
    fluxo_pipe_close(&pipe);
    memory_end(&memory);
    return verdict;
}

/* ---- The oracles ---- */

static int is_same_output(const struct output *one, const struct output *other)
{
    return one->length == other->length && memcmp(one->octets, other->octets, one->length) == 0;
}

static void check_budget(const struct task *task, const struct verdict *verdict, const struct output *output)
{
    const struct fluxo_budget *budget = &task->options.budget;
    uint64_t most = budget->grace;

    if (!task->count)
        return;
    hold(output->length <= budget->output, "budget", "more output than may come");
    if (budget->ratio == UINT32_MAX)
        return;
    if (most < budget->ratio * verdict->taken)
        most = budget->ratio * verdict->taken;
    hold(output->length <= most + FLUXO_PIPE_SCRATCH, "budget", "more output than the ratio allows");
}

#ifdef FLUXO_WITH_ZLIB
/* One member, or the stream. Returns the fault, or 0. */
static unsigned inflate_member(int window, struct fluxo_span *coded, struct output *output)
{
    z_stream z;
    int result;

    memset(&z, 0, sizeof z);
    z.next_in = (Bytef *)(uintptr_t)coded->start;
    z.avail_in = (uInt)coded->length;
    z.next_out = (Bytef *)output->octets + output->length;
    z.avail_out = (uInt)(output->most - output->length);
    hold(inflateInit2(&z, window) == Z_OK, "zlib", "has no memory");
    result = inflate(&z, Z_FINISH);
    output->length = output->most - z.avail_out;
    *coded = fluxo_span_of((const char *)z.next_in, z.avail_in);
    inflateEnd(&z);
    if (result == Z_STREAM_END)
        return 0;
    return result == Z_BUF_ERROR ? FLUXO_FAULT_CODING_TRUNCATED : FLUXO_FAULT_CODING_BROKEN;
}

/* RFC 1952 2.2: members, one after the other, and nothing else. */
static unsigned inflate_gzip(struct fluxo_span coded, struct output *output)
{
    unsigned fault = FLUXO_FAULT_CODING_TRUNCATED;

    while (coded.length && *coded.start == 0x1F) {
        fault = inflate_member(31, &coded, output);
        if (fault)
            return fault;
    }
    return coded.length ? FLUXO_FAULT_CODING_BROKEN : fault;
}

/* RFC 1950, or RFC 1951 where the first octet cannot begin that. */
static unsigned inflate_deflate(struct fluxo_span coded, struct output *output)
{
    int is_zlib = coded.length && (*coded.start & 15) == 8 && (*coded.start & 0xF0) <= 0x70;
    unsigned fault = FLUXO_FAULT_CODING_TRUNCATED;

    if (coded.length)
        fault = inflate_member(is_zlib ? 15 : -15, &coded, output);
    return !fault && coded.length ? FLUXO_FAULT_CODING_BROKEN : fault;
}

static void ask_zlib(const struct task *task, struct fluxo_span coded, const struct verdict *verdict,
                     const struct output *output)
{
    static char octets[OUTPUT_MOST];
    struct output plain = {0, sizeof octets, octets};
    unsigned fault;

    if (task->count != 1 || *task->codings[0].start == 'r' || verdict->fault == FLUXO_FAULT_RATIO_LIMIT ||
        verdict->fault == FLUXO_FAULT_OUTPUT_LIMIT)
        return;
    fault = *task->codings[0].start == 'g' ? inflate_gzip(coded, &plain) : inflate_deflate(coded, &plain);
    hold(fault == verdict->fault, "zlib", "has another opinion");
    hold(is_same_output(&plain, output), "zlib", "makes something else of it");
}
#else
static void ask_zlib(const struct task *task, struct fluxo_span coded, const struct verdict *verdict,
                     const struct output *output)
{
    (void)task, (void)coded, (void)verdict, (void)output;
}
#endif

static void compare(const struct verdict *one, const struct output *whole, const struct verdict *other,
                    const struct output *cut)
{
    if (one->fault == FLUXO_FAULT_RATIO_LIMIT || other->fault == FLUXO_FAULT_RATIO_LIMIT)
        return; /* it is looked at after each step */
    hold(one->answer == other->answer && one->fault == other->fault, "split", "another verdict when content is cut");
    hold(is_same_output(whole, cut), "split", "other content when it is cut");
}

/* In two parts, wherever it is cut. */
static void decode_at_every_cut(const struct task *task, struct fluxo_span coded, const struct verdict *one,
                                const struct output *whole, struct output *cut)
{
    size_t place;

    for (place = 1; place < coded.length && place < PLACES_MOST; place++) {
        struct verdict other = run_pipe(task, FLUXO_DECODE, coded, cut, 0, 1, place);
        compare(one, whole, &other, cut);
    }
}

static void decode(const struct task *task, struct fluxo_span coded)
{
    static char wholes[OUTPUT_MOST + 1], cuts[OUTPUT_MOST + 1];
    struct output whole = {0, sizeof wholes, wholes}, cut = {0, sizeof cuts, cuts};
    struct verdict one = run_pipe(task, FLUXO_DECODE, coded, &whole, 0, 1, 0);
    struct verdict other = run_pipe(task, FLUXO_DECODE, coded, &cut, task->way, 0, 0);

    check_budget(task, &one, &whole);
    check_budget(task, &other, &cut);
    ask_zlib(task, coded, &one, &whole);
    compare(&one, &whole, &other, &cut);
    if (replay_every_cut)
        decode_at_every_cut(task, coded, &one, &whole, &cut);
    if (other.fault == FLUXO_FAULT_RATIO_LIMIT)
        return;
    if (task->is_coded || one.answer != FLUXO_END)
        return;
    hold(whole.length == task->content.length && memcmp(wholes, task->content.start, whole.length) == 0, "round trip",
         "content comes back otherwise");
}

static void encode_and_decode(const struct task *task)
{
    static char octets[CODED_MOST];
    struct output coded = {0, sizeof octets, octets};
    struct verdict verdict = run_pipe(task, FLUXO_ENCODE, task->content, &coded, task->way, 0, 0);

    hold(verdict.answer == FLUXO_END, "round trip", "content cannot be encoded");
    decode(task, fluxo_span_of(octets, coded.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct task task;

    if (!read_task(&task, data, size))
        return NO_TRIAL;
    if (!input_arena.memory) {
        arena_open(&input_arena, CODED_MOST);
        arena_open(&room_arena, 1 << 16);
    }
    if (task.is_coded)
        decode(&task, task.content);
    else
        encode_and_decode(&task);
    return 0;
}
