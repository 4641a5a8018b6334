/* SPDX-License-Identifier: MIT */
/*
 * The pipe: codings one behind the other, and the budget.
 *
 * How this works. Each stage writes into its own scratch, only when that is empty, and the next one reads there. Whoever
 * drives the pipe wants octets from the last stage, so that is where run_stages begins: a stage that has nothing to do sends
 * it back to the one before, and a stage that did something sends it on to the next. Where none has anything to do, the pipe
 * needs more. A stage that has failed, and those before it, do not run any more; those behind it finish what they have, so a
 * fault is told only when all octets before it are out.
 *
 * What follows a stage's output is what the stage has settled: it is LAST once it has seen LAST and ended, FLUSH once it has
 * let everything out, else MORE.
 */

#include <fluxo/body.h>

#include <string.h>

enum { MOST_INPUT = 0x40000000 }; /* octets for one step of a coding, whose library may count with 32 bits */

static const struct fluxo_pipe_options default_options = {{64 << 20, 1 << 20, 200, 2}, NULL, 0, NULL};

void fluxo_pipe_options_init(struct fluxo_pipe_options *options)
{
    *options = default_options;
}

/* ---- Spans ---- */

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

static void skip_octets(struct fluxo_span *span, size_t count)
{
    if (count) { /* nothing may be added to NULL, not even 0 */
        span->start += count;
        span->length -= count;
    }
}

static void copy_octets(struct fluxo_span *in, struct fluxo_room *room)
{
    size_t count = least(in->length, room->length);

    if (!count)
        return;
    memcpy(room->start, in->start, count);
    room->start += count;
    room->length -= count;
    skip_octets(in, count);
}

/* ---- Opening, adding, closing ---- */

int fluxo_pipe_open(struct fluxo_pipe *pipe, const struct fluxo_pipe_options *options)
{
    if (options && (!options->budget.ratio || options->budget.codings > FLUXO_PIPE_CODINGS))
        return FLUXO_MISUSE_ARGUMENT;
    memset(pipe, 0, sizeof *pipe);
    pipe->options = options ? options : &default_options;
    return FLUXO_DONE;
}

static size_t find_scratch(const struct fluxo_stage *stage)
{
    return stage->filter->size;
}

static size_t size_block(const struct fluxo_filter *filter)
{
    return filter->size + FLUXO_PIPE_SCRATCH;
}

static void free_block(const struct fluxo_pipe *pipe, const struct fluxo_filter *filter, char *block)
{
    fluxo_resize(pipe->options->allocator, block, size_block(filter), 0);
}

static void close_stages(struct fluxo_pipe *pipe, unsigned from)
{
    while (pipe->count > from) {
        struct fluxo_stage *stage = &pipe->stages[--pipe->count];

        stage->filter->close(stage->block);
        free_block(pipe, stage->filter, stage->block);
        memset(stage, 0, sizeof *stage);
    }
}

void fluxo_pipe_close(struct fluxo_pipe *pipe)
{
    close_stages(pipe, 0);
    pipe->failure = FLUXO_MISUSE_ORDER;
}

/* No stage up to this one runs any more. */
static int break_pipe(struct fluxo_pipe *pipe, unsigned stages, enum fluxo_fault_code fault)
{
    pipe->broken = (uint8_t)stages;
    pipe->fault = (uint16_t)fault;
    return FLUXO_FAULT;
}

static int open_stage(struct fluxo_pipe *pipe, const struct fluxo_filter *filter, enum fluxo_direction direction)
{
    struct fluxo_stage *stage = &pipe->stages[pipe->count];
    char *block = (char *)fluxo_resize(pipe->options->allocator, NULL, 0, size_block(filter));
    int answer;

    if (!block)
        return FLUXO_MISUSE_MEMORY;
    answer = filter->open(block, pipe->options->allocator);
    if (answer < 0) {
        free_block(pipe, filter, block);
        return answer;
    }
    stage->filter = filter;
    stage->block = block;
    stage->direction = (uint8_t)direction;
    pipe->count++;
    return FLUXO_DONE;
}

static int add_coding(struct fluxo_pipe *pipe, const struct fluxo_coding *coding, enum fluxo_direction direction)
{
    const struct fluxo_filter *filter = direction == FLUXO_DECODE ? &coding->decode : &coding->encode;

    if (!coding->decode.open && !coding->encode.open)
        return FLUXO_DONE;
    if (!filter->open)
        return break_pipe(pipe, FLUXO_PIPE_CODINGS, FLUXO_FAULT_CODING_UNKNOWN);
    if (pipe->count >= pipe->options->budget.codings)
        return break_pipe(pipe, FLUXO_PIPE_CODINGS, FLUXO_FAULT_CODINGS_LIMIT);
    return open_stage(pipe, filter, direction);
}

int fluxo_pipe_add(struct fluxo_pipe *pipe, struct fluxo_span name, enum fluxo_direction direction)
{
    const struct fluxo_coding *coding;

    if (pipe->failure || pipe->begun)
        return FLUXO_MISUSE_ORDER;
    if (direction != FLUXO_DECODE && direction != FLUXO_ENCODE)
        return FLUXO_MISUSE_ARGUMENT;
    if (pipe->fault)
        return FLUXO_FAULT;
    coding = fluxo_coding_find(pipe->options, name);
    return coding ? add_coding(pipe, coding, direction) : break_pipe(pipe, FLUXO_PIPE_CODINGS, FLUXO_FAULT_CODING_UNKNOWN);
}

int fluxo_pipe_decode(struct fluxo_pipe *pipe, const struct fluxo_span *names, size_t count)
{
    unsigned before = pipe->count;
    int answer = FLUXO_DONE;

    while (count && answer == FLUXO_DONE)
        answer = fluxo_pipe_add(pipe, names[--count], FLUXO_DECODE);
    if (answer < 0)
        close_stages(pipe, before);
    return answer;
}

/* ---- One step of one stage ---- */

static unsigned find_overrun(const struct fluxo_pipe *pipe, const struct fluxo_stage *stage)
{
    const struct fluxo_budget *budget = &pipe->options->budget;

    if (stage->direction != FLUXO_DECODE)
        return 0;
    if (stage->made > budget->output)
        return FLUXO_FAULT_OUTPUT_LIMIT;
    if (stage->made > budget->grace && budget->ratio != UINT32_MAX && (stage->made - 1) / budget->ratio >= pipe->taken)
        return FLUXO_FAULT_RATIO_LIMIT;
    return 0;
}

/* What a coding did in a step. */
struct deed {
    size_t left; /* octets of input */
    size_t took, made;
    enum fluxo_follow follow;
    int answer;
};

/* A coding that has something to do and does nothing would be asked for ever. */
static int is_stuck(const struct deed *deed)
{
    return !deed->took && !deed->made && (deed->left || deed->answer == FLUXO_FULL);
}

static int is_step_answer(int answer)
{
    return answer == FLUXO_DONE || answer == FLUXO_FULL || answer == FLUXO_END;
}

static unsigned find_fault(const struct fluxo_pipe *pipe, const struct fluxo_stage *stage, const struct deed *deed)
{
    unsigned overrun = find_overrun(pipe, stage);

    if (overrun)
        return overrun; /* those octets came before whatever else is wrong */
    if (!is_step_answer(deed->answer) || is_stuck(deed))
        return FLUXO_FAULT_CODING_BROKEN;
    if (deed->answer == FLUXO_DONE && deed->follow == FLUXO_PIPE_LAST && !deed->left)
        return FLUXO_FAULT_CODING_TRUNCATED;
    return 0;
}

/* Octets beyond the limit are not delivered. */
static size_t count_made(struct fluxo_pipe *pipe, struct fluxo_stage *stage, size_t made)
{
    uint64_t limit = stage->direction == FLUXO_DECODE ? pipe->options->budget.output : UINT64_MAX;
    uint64_t may = limit - stage->made;

    stage->made += made;
    return made > may ? (size_t)may : made;
}

static void settle(struct fluxo_stage *stage, const struct deed *deed)
{
    stage->answer = (uint8_t)deed->answer;
    stage->settled = (uint8_t)(deed->answer == FLUXO_FULL || deed->left ? FLUXO_PIPE_MORE : deed->follow);
}

static struct deed call_coding(struct fluxo_stage *stage, struct fluxo_span *in, struct fluxo_room room, int follow)
{
    struct fluxo_span part = {in->start, least(in->length, MOST_INPUT)};
    size_t most = room.length, given = part.length;
    struct deed deed;

    deed.follow = given < in->length ? FLUXO_PIPE_MORE : (enum fluxo_follow)follow;
    deed.answer = stage->filter->step(stage->block, &part, &room, deed.follow);
    deed.took = given - part.length;
    deed.made = most - room.length;
    skip_octets(in, deed.took);
    deed.left = in->length;
    return deed;
}

/* ---- All stages ---- */

/* What a call brings along: octets, and a room or a sink. */
struct drive {
    struct fluxo_span *in;
    enum fluxo_follow follow;
    struct fluxo_room *room;
    const struct fluxo_sink *sink;
};

static struct fluxo_span *find_input(struct fluxo_pipe *pipe, unsigned at, const struct drive *drive)
{
    return at ? &pipe->stages[at - 1].held : drive->in;
}

static int find_follow(const struct fluxo_pipe *pipe, unsigned at, const struct drive *drive)
{
    return at ? pipe->stages[at - 1].settled : (int)drive->follow;
}

static int has_work(struct fluxo_pipe *pipe, unsigned at, const struct drive *drive)
{
    const struct fluxo_stage *stage = &pipe->stages[at];

    if (at < pipe->broken)
        return 0;
    return find_input(pipe, at, drive)->length || stage->answer == FLUXO_FULL || find_follow(pipe, at, drive) > stage->settled;
}

static int writes_direct(const struct fluxo_pipe *pipe, unsigned at, const struct drive *drive)
{
    return at + 1u == pipe->count && drive->room && drive->room->length >= FLUXO_PIPE_ROOM;
}

/* Where the stage may write: no more than its scratch would hold, so that the budget is looked at often enough. */
static struct fluxo_room find_room(const struct fluxo_pipe *pipe, unsigned at, const struct drive *drive)
{
    const struct fluxo_stage *stage = &pipe->stages[at];
    struct fluxo_room room = {stage->block + find_scratch(stage), FLUXO_PIPE_SCRATCH};

    if (writes_direct(pipe, at, drive)) {
        room.start = drive->room->start;
        room.length = least(drive->room->length, FLUXO_PIPE_SCRATCH);
    }
    return room;
}

static void hand_on(struct fluxo_pipe *pipe, unsigned at, const struct drive *drive, struct fluxo_room room, size_t made)
{
    if (writes_direct(pipe, at, drive)) {
        drive->room->start += made;
        drive->room->length -= made;
    } else {
        pipe->stages[at].held.start = room.start;
        pipe->stages[at].held.length = made;
    }
}

static int run_stage(struct fluxo_pipe *pipe, unsigned at, const struct drive *drive)
{
    struct fluxo_stage *stage = &pipe->stages[at];
    struct fluxo_room room = find_room(pipe, at, drive);
    struct deed deed = call_coding(stage, find_input(pipe, at, drive), room, find_follow(pipe, at, drive));
    unsigned fault;

    if (!at)
        pipe->taken += deed.took;
    hand_on(pipe, at, drive, room, count_made(pipe, stage, deed.made));
    if (deed.answer < 0)
        return pipe->failure = deed.answer;
    fault = find_fault(pipe, stage, &deed);
    if (fault) {
        deed.answer = FLUXO_DONE;
        deed.follow = FLUXO_PIPE_MORE;
        break_pipe(pipe, at + 1, (enum fluxo_fault_code)fault);
    }
    settle(stage, &deed);
    return FLUXO_DONE;
}

static int tell_state(const struct fluxo_pipe *pipe)
{
    if (pipe->fault)
        return FLUXO_FAULT;
    return pipe->stages[pipe->count - 1].settled == FLUXO_PIPE_LAST ? FLUXO_END : FLUXO_DONE;
}

/* FULL: the last stage holds octets, and they have to go before this is called again. */
static int run_stages(struct fluxo_pipe *pipe, const struct drive *drive)
{
    unsigned last = pipe->count - 1u, at = last;

    for (;;) {
        if (has_work(pipe, at, drive)) {
            int answer = run_stage(pipe, at, drive);
            if (answer < 0)
                return answer;
            if (at == last && pipe->stages[at].held.length)
                return FLUXO_FULL;
            if (at < last)
                at++;
        } else if (at) {
            at--;
        } else {
            return tell_state(pipe);
        }
    }
}

/* ---- Driving it ---- */

static int check_call(const struct fluxo_pipe *pipe, const struct drive *drive)
{
    if (pipe->failure)
        return pipe->failure;
    if (drive->follow != FLUXO_PIPE_MORE && drive->follow != FLUXO_PIPE_FLUSH && drive->follow != FLUXO_PIPE_LAST)
        return FLUXO_MISUSE_ARGUMENT;
    if (pipe->fault || !pipe->last)
        return FLUXO_DONE;
    if (drive->follow != FLUXO_PIPE_LAST)
        return FLUXO_MISUSE_ORDER;
    if (drive->in->length != pipe->rest)
        return FLUXO_MISUSE_LENGTH;
    return FLUXO_DONE;
}

static void offer_octets(struct fluxo_span *span, const struct fluxo_sink *sink)
{
    if (span->length)
        skip_octets(span, least(sink->take(sink->context, *span), span->length));
}

static void deliver(struct fluxo_span *span, const struct drive *drive)
{
    if (drive->sink)
        offer_octets(span, drive->sink);
    else
        copy_octets(span, drive->room);
}

static int drive_stages(struct fluxo_pipe *pipe, const struct drive *drive)
{
    struct fluxo_span *held = &pipe->stages[pipe->count - 1].held;
    int answer;

    do {
        deliver(held, drive);
        if (held->length)
            return FLUXO_FULL;
        answer = run_stages(pipe, drive);
    } while (answer == FLUXO_FULL);
    return answer;
}

static int pass_through(const struct fluxo_pipe *pipe, const struct drive *drive)
{
    if (pipe->fault)
        return FLUXO_FAULT;
    deliver(drive->in, drive);
    if (drive->in->length)
        return FLUXO_FULL;
    return drive->follow == FLUXO_PIPE_LAST ? FLUXO_END : FLUXO_DONE;
}

static int drive_pipe(struct fluxo_pipe *pipe, const struct drive *drive)
{
    int answer = check_call(pipe, drive);

    if (answer < 0)
        return answer;
    pipe->begun = 1;
    pipe->last = drive->follow == FLUXO_PIPE_LAST;
    answer = pipe->count ? drive_stages(pipe, drive) : pass_through(pipe, drive);
    pipe->rest = drive->in->length;
    return answer;
}

int fluxo_pipe_step(struct fluxo_pipe *pipe, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    struct drive drive = {in, follow, room, NULL};

    return drive_pipe(pipe, &drive);
}

int fluxo_pipe_push(struct fluxo_pipe *pipe, struct fluxo_span *in, enum fluxo_follow follow, const struct fluxo_sink *sink)
{
    struct drive drive = {in, follow, NULL, sink};

    return drive_pipe(pipe, &drive);
}

/* ---- As a source ---- */

static int lend_held(struct fluxo_span *held, size_t most, struct fluxo_span *span)
{
    span->start = held->start;
    span->length = least(held->length, most);
    skip_octets(held, span->length);
    return FLUXO_DONE;
}

/* DONE: there is something to run the stages for, new octets or another `follow`. */
static int refill(struct fluxo_pipe *pipe, struct drive *drive)
{
    int answer = fluxo_source_pull(pipe->source, MOST_INPUT, drive->in);

    if (answer == FLUXO_END) {
        drive->follow = FLUXO_PIPE_LAST;
        pipe->last = 1;
        return FLUXO_DONE;
    }
    if (answer == FLUXO_NOT_NOW && pipe->idle == FLUXO_PIPE_FLUSH && drive->follow == FLUXO_PIPE_MORE) {
        drive->follow = FLUXO_PIPE_FLUSH;
        return FLUXO_DONE;
    }
    return answer;
}

static int pull_stages(struct fluxo_pipe *pipe, size_t most, struct fluxo_span *span)
{
    struct drive drive = {&pipe->lent, pipe->last ? FLUXO_PIPE_LAST : FLUXO_PIPE_MORE, NULL, NULL};
    struct fluxo_span *held = &pipe->stages[pipe->count - 1].held;
    int answer = FLUXO_DONE;

    while (answer == FLUXO_DONE && !held->length) {
        answer = run_stages(pipe, &drive);
        if (answer == FLUXO_DONE)
            answer = refill(pipe, &drive);
    }
    return held->length ? lend_held(held, most, span) : answer;
}

static int pull_pipe(struct fluxo_source *source, size_t most, struct fluxo_span *span)
{
    struct fluxo_pipe *pipe = (struct fluxo_pipe *)source->context;

    if (pipe->failure)
        return pipe->failure;
    if (pipe->count)
        return pull_stages(pipe, most, span);
    return pipe->fault ? FLUXO_FAULT : fluxo_source_pull(pipe->source, most, span);
}

int fluxo_pipe_source(struct fluxo_pipe *pipe, struct fluxo_source *inner, enum fluxo_follow idle, struct fluxo_source *outer)
{
    if (pipe->failure || pipe->begun)
        return FLUXO_MISUSE_ORDER;
    if (idle != FLUXO_PIPE_MORE && idle != FLUXO_PIPE_FLUSH)
        return FLUXO_MISUSE_ARGUMENT;
    pipe->begun = 1;
    pipe->source = inner;
    pipe->idle = (uint8_t)idle;
    fluxo_source_init(outer, pull_pipe, pipe, pipe->count || pipe->fault ? FLUXO_LENGTH_UNKNOWN : inner->left);
    return FLUXO_DONE;
}
