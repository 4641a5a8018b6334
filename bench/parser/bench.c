/* SPDX-License-Identifier: MIT */
/*
 * bench PLAN ROUNDS MICROSECONDS STEPS: parsers beside each other in one process, on the trials of a plan (see trial.h).
 *
 * First all read each trial, from memory where a touch outside of it is seen, and must agree on what it says. Then, in each
 * round, all readers of a trial are timed one behind another, each for some microseconds; then instructions are counted, for
 * trials of at most STEPS. Rows on standard output, with tabs:
 *
 *     reader  NAME state OCTETS
 *     trial   NAME messages COUNT octets COUNT
 *     time    TRIAL ROUND READER NANOSECONDS a message
 *     steps   TRIAL READER INSTRUCTIONS a message
 */
#include "steps.h"
#include "trial.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Each reader is an object file of its own; who links them writes this list. */
extern const struct reader *const readers[];
extern const size_t readers_count;

enum { READERS_MOST = 16, PREFIXES_MOST = 4096, PASSES_MOST = 1 << 20 };

struct bench {
    struct trial trials[TRIALS_MOST];
    size_t trials_count;
    uint64_t messages[TRIALS_MOST];             /* in a pass, as all agree */
    unsigned passes[TRIALS_MOST][READERS_MOST]; /* in a slice of time */
};

static struct bench bench;

/* ---- What happens now, for who must say it in a signal handler ---- */

static char now[256];

static void say_now(int number)
{
    static const char words[] = "bench: a byte outside of the input was touched: ";

    (void)number;
    if (write(STDERR_FILENO, words, sizeof words - 1) > 0 && write(STDERR_FILENO, now, strlen(now)) > 0)
        _exit(2);
    _exit(2);
}

static void note_now(const struct trial *trial, const struct reader *reader)
{
    snprintf(now, sizeof now, "%s reads %s\n", reader->name, trial->name);
}

static void refuse(const struct trial *trial, const struct reader *reader, const char *why)
{
    fprintf(stderr, "bench: %s reads %s: %s\n", reader->name, trial->name, why);
    exit(1);
}

/* ---- Agreement ---- */

static void check_trouble(const struct trial *trial, const struct reader *reader, const struct reading *reading)
{
    if (reading->trouble)
        refuse(trial, reader, reading->trouble);
}

static uint64_t read_into(struct log *log, const struct trial *trial, const struct reader *reader, char *place)
{
    struct reading reading = {.log = log};

    text_clear(&log->text);
    trial_deliver(trial, reader, place, &reading);
    check_trouble(trial, reader, &reading);
    return reading.messages;
}

/* No prefix of a message is wrong, and nothing behind it may be looked at. */
static void read_prefixes(const struct trial *trial, const struct reader *reader)
{
    size_t length, most = trial->length < PREFIXES_MOST ? trial->length : PREFIXES_MOST;
    char *end = trial->memory + trial->room;

    for (length = 1; length <= most; length++) {
        struct reading reading = {0};

        memcpy(end - length, trial->bytes, length);
        reader->begin(&trial->stream);
        reader->feed(end - length, length, &reading);
        check_trouble(trial, reader, &reading);
    }
}

static const char *find_difference(const char *one, const char *other)
{
    while (*one && *one == *other)
        one++, other++;
    return one;
}

static void compare(const struct trial *trial, const struct reader *reader, const struct log *log, const struct log *first)
{
    if (text_equal(&log->text, &first->text))
        return;
    fprintf(stderr, "bench: %s differs from %s, first at: %.60s\n", reader->name, readers[0]->name,
            find_difference(log->text.bytes, first->text.bytes));
    refuse(trial, reader, "another result");
}

static void check_reader(const struct trial *trial, const struct reader *reader, uint64_t *messages, struct log *first)
{
    static struct log log;
    uint64_t count;

    note_now(trial, reader);
    count = read_into(&log, trial, reader, trial->memory + trial->room - trial->length);
    if (reader == readers[0]) {
        *messages = count;
        text_clear(&first->text);
        text_add(&first->text, log.text.bytes, log.text.length);
    }
    compare(trial, reader, &log, first);
    read_into(&log, trial, reader, trial->memory);
    compare(trial, reader, &log, first);
    if (count != *messages || !count)
        refuse(trial, reader, "another number of messages");
    if (trial->pieces == 1)
        read_prefixes(trial, reader);
}

static void check_all(void)
{
    static struct log first;
    const struct trial *trial;
    size_t nth, reader;

    for (nth = 0; nth < bench.trials_count; nth++) {
        trial = &bench.trials[nth];
        for (reader = 0; reader < readers_count; reader++)
            if (trial_suits(trial, readers[reader]))
                check_reader(trial, readers[reader], &bench.messages[nth], &first);
        printf("trial\t%s\tmessages\t%" PRIu64 "\toctets\t%zu\n", trial->name, bench.messages[nth], trial->length);
    }
}

/* ---- Time ---- */

static double read_clock(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double time_passes(const struct trial *trial, const struct reader *reader, unsigned passes, struct reading *reading)
{
    double began = read_clock();

    while (passes--)
        trial_feed(trial, reader, reading);
    return read_clock() - began;
}

/* What the parser has written must be put right after each pass, outside of the time. */
static double time_spoiled(const struct trial *trial, const struct reader *reader, unsigned passes, struct reading *reading)
{
    double took = 0;

    while (passes--) {
        trial_restore(trial);
        took += time_passes(trial, reader, 1, reading);
    }
    return took;
}

/* Nanoseconds; one connection all along. */
static double time_slice(size_t nth, const struct reader *reader, unsigned passes)
{
    const struct trial *trial = &bench.trials[nth];
    struct reading reading = {0};
    double took;

    trial_restore(trial);
    reader->begin(&trial->stream);
    trial_feed(trial, reader, &reading); /* warm */
    if (trial_is_spoiled_by(trial, reader))
        took = time_spoiled(trial, reader, passes, &reading);
    else
        took = time_passes(trial, reader, passes, &reading);
    check_trouble(trial, reader, &reading);
    if (reading.messages != (passes + 1) * bench.messages[nth])
        refuse(trial, reader, "another number of messages when it is timed");
    return took;
}

static void choose_passes(double slice)
{
    size_t nth, reader;
    unsigned passes;

    for (nth = 0; nth < bench.trials_count; nth++)
        for (reader = 0; reader < readers_count; reader++) {
            if (!trial_suits(&bench.trials[nth], readers[reader]))
                continue;
            for (passes = 1; passes < PASSES_MOST && time_slice(nth, readers[reader], passes) < slice / 2; passes *= 2)
                ;
            bench.passes[nth][reader] = passes;
        }
}

/* Each has another before it in each round. */
static void run_round(unsigned round)
{
    const struct trial *trial;
    size_t nth, turn, at;
    double took;

    for (nth = 0; nth < bench.trials_count; nth++)
        for (turn = 0, trial = &bench.trials[nth]; turn < readers_count; turn++) {
            at = (turn + round) % readers_count;
            if (!trial_suits(trial, readers[at]))
                continue;
            took = time_slice(nth, readers[at], bench.passes[nth][at]);
            printf("time\t%s\t%u\t%s\t%.3f\n", trial->name, round, readers[at]->name,
                   took / bench.passes[nth][at] / (double)bench.messages[nth]);
        }
}

/* ---- Instructions ---- */

static size_t feed_nothing(const char *bytes, size_t length, struct reading *reading)
{
    (void)bytes;
    (void)reading;
    return length;
}

static void begin_nothing(const struct stream *stream)
{
    (void)stream;
}

static const struct reader nothing = {"nothing", READER_FRAMES, 0, begin_nothing, feed_nothing};

/* Of a second pass: the first has made the way. */
static uint64_t count_steps(const struct trial *trial, const struct reader *reader, uint64_t most)
{
    struct reading reading = {0};

    trial_restore(trial);
    reader->begin(&trial->stream);
    trial_feed(trial, reader, &reading);
    trial_restore(trial);
    steps_begin(most);
    trial_feed(trial, reader, &reading);
    return steps_end();
}

static void count_all(uint64_t most)
{
    uint64_t steps, without;
    size_t nth, reader;

    if (!most || !steps_can_be_counted())
        return;
    for (nth = 0; nth < bench.trials_count; nth++) {
        without = count_steps(&bench.trials[nth], &nothing, most);
        if (without >= most)
            continue;
        for (reader = 0; reader < readers_count; reader++) {
            if (!trial_suits(&bench.trials[nth], readers[reader]))
                continue;
            steps = count_steps(&bench.trials[nth], readers[reader], most);
            if (steps < most)
                printf("steps\t%s\t%s\t%.1f\n", bench.trials[nth].name, readers[reader]->name,
                       (double)(steps - without) / (double)bench.messages[nth]);
        }
    }
}

/* ---- All of it ---- */

static void write_readers(void)
{
    size_t at;

    for (at = 0; at < readers_count; at++)
        printf("reader\t%s\tstate\t%zu\n", readers[at]->name, readers[at]->state);
}

int main(int argc, char **argv)
{
    unsigned round, rounds;

    if (argc != 5 || readers_count > READERS_MOST) {
        fprintf(stderr, "usage: bench PLAN ROUNDS MICROSECONDS STEPS\n");
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGSEGV, say_now);
    signal(SIGBUS, say_now);
    rounds = (unsigned)strtoul(argv[2], NULL, 10);
    bench.trials_count = trials_read(bench.trials, argv[1]);
    write_readers();
    check_all();
    if (rounds)
        choose_passes(strtod(argv[3], NULL) * 1e3);
    for (round = 0; round < rounds; round++)
        run_round(round);
    count_all(strtoull(argv[4], NULL, 10));
    return 0;
}
