/* SPDX-License-Identifier: MIT */
/*
 * The parser's calls.
 *
 * How this works: feed takes steps until one of them decides what to return. A step runs a machine over lines, or hands out
 * octets of a body. At the end of the call the parser's places move with the bytes that are consumed.
 */

#include "machine.h"

#include <string.h>

#define LIMIT(member, name, type, standard, least, most, error) standard,
/* clang-format off */
static const struct fluxo_options defaults = {FLUXO_PROFILE_DEFAULT, 0, {
#include <fluxo/limits.def>
}};
/* clang-format on */
#undef LIMIT

static const int32_t INPUT_MOST = INT32_MAX; /* more is taken in parts */

void fluxo_options_init(struct fluxo_options *options)
{
    *options = defaults;
}

/* ---- A connection, a message ---- */

static int are_valid(const struct fluxo_options *options)
{
    const uint32_t known_flags = FLUXO_PIECES | FLUXO_CHUNKS;
    const struct {
        uint64_t value, least, most;
    } limits[] = {
#define LIMIT(member, name, type, standard, least, most, error) {options->limits.member, least, most},
#include <fluxo/limits.def>
#undef LIMIT
    };
    size_t at;

    for (at = 0; at < sizeof limits / sizeof limits[0]; at++)
        if (limits[at].value < limits[at].least || limits[at].value > limits[at].most)
            return 0;
    return !(options->relax & ~(uint32_t)FLUXO_RELAX_ALL) && !(options->flags & ~known_flags);
}

static uint8_t begin_state(const struct fluxo_parser *parser)
{
    return parser->response ? fluxo_response_states[AT_START] : fluxo_request_states[AT_START];
}

/* What has been asked holds until the final response, and so does a close (RFC 9112 9.6). */
static void forget_unless_interim(struct fluxo_parser *parser)
{
    if (fluxo_is_interim(parser))
        return;
    parser->answers_head = 0;
    parser->answers_connect = 0;
    parser->close = 0;
}

static void begin_message(struct fluxo_parser *parser)
{
    forget_unless_interim(parser);
    parser->length = 0;
    parser->remaining = 0;
    parser->seen = 0;
    parser->section = 0;
    parser->code = 0;
    parser->fields = 0;
    parser->state = begin_state(parser);
    parser->phase = PHASE_START;
    parser->line = LINE_NONE;
    parser->part = PART_NAME;
    parser->minor = 0;
    parser->framing = FLUXO_FRAMING_NONE;
    parser->coding = CODING_NONE;
    parser->steer = STEER_NONE;
    parser->fold = 0;
    parser->length_seen = 0;
    parser->host_seen = 0;
    parser->keep_alive = 0;
    parser->upgrade_option = 0;
    parser->upgrade_field = 0;
    parser->expect_continue = 0;
}

int fluxo_parser_init(struct fluxo_parser *parser, enum fluxo_kind kind, const struct fluxo_options *options)
{
    if (options && !are_valid(options))
        return FLUXO_ERR_MISUSE;
    memset(parser, 0, sizeof *parser);
    parser->options = options ? options : &defaults;
    parser->response = kind == FLUXO_RESPONSE;
    parser->lane = (uint8_t)fluxo_choose_lane(parser->options);
    begin_message(parser);
    return FLUXO_ERR_NONE;
}

int fluxo_parser_answers(struct fluxo_parser *parser, enum fluxo_method method)
{
    int between = parser->phase == PHASE_DONE || parser->phase == PHASE_START;

    if (!parser->response || !between)
        return FLUXO_ERR_MISUSE;
    if (parser->phase == PHASE_DONE)
        begin_message(parser);
    parser->answers_head = method == FLUXO_METHOD_HEAD;
    parser->answers_connect = method == FLUXO_METHOD_CONNECT;
    return FLUXO_ERR_NONE;
}

/* ---- The steps of a call ---- */

static const unsigned char *run_machine(struct run *run, const unsigned char *p, const unsigned char *pe)
{
    if (run->parser->phase >= PHASE_CHUNK)
        return fluxo_run_chunked(run, p, pe);
    return run->parser->response ? fluxo_run_response(run, p, pe) : fluxo_run_request(run, p, pe);
}

/* Whether what is read need not be passed again even when it is not complete. */
static int releases(const struct run *run)
{
    if (run->options->flags & FLUXO_PIECES)
        return 1;
    return run->parser->phase == PHASE_CHUNK && !(run->options->flags & FLUXO_CHUNKS);
}

static int has_events(const struct run *run)
{
    return run->parser->line != LINE_NONE && (run->parser->line != LINE_CHUNK || (run->options->flags & FLUXO_CHUNKS));
}

static void need_more(struct run *run)
{
    run->status = FLUXO_NEED_MORE;
    if (!fluxo_check_value(run, run->end))
        return;
    if (releases(run) && has_events(run))
        fluxo_emit_piece(run);
}

/* What the lane has left is the machine's, up to a line's end where the lane may go on. */
static void run_lines(struct run *run)
{
    int32_t beyond = run->at;
    enum fluxo_error_code excess;

    run->yields = 0;
    fluxo_begin_bound(run);
    if (run->at < run->reach)
        run->at = place(run, fluxo_skip_run(run, run->bytes + run->at, run->bytes + run->reach));
    if (run->at < run->reach)
        run->at = place(run, run_machine(run, run->bytes + run->at, run->bytes + run->reach));
    if (run->stop || run->yields)
        return;
    excess = fluxo_find_excess(run, &beyond);
    if (excess)
        fluxo_fail(run, run->bytes + beyond, excess);
    else
        need_more(run);
}

static void read_lines(struct run *run)
{
    run->stop = 0;
    run_lines(run);
    if (run->yields)
        fluxo_take_lines(run);
}

static uint64_t count_here(const struct run *run, uint64_t due)
{
    uint64_t here = (uint64_t)(run->end - run->at);

    return here < due ? here : due;
}

/* How many octets may be handed out now, of `due`; a body over its limit is refused at the first octet beyond. */
static uint64_t measure(struct run *run, uint64_t due)
{
    uint64_t length = count_here(run, due);
    uint64_t allowed = run->options->limits.body - run->parser->length;

    if (length > allowed) {
        length = allowed;
        fluxo_refuse(run, FLUXO_ERR_BODY_LIMIT, run->at + (int32_t)allowed);
    }
    run->parser->length += length;
    return length;
}

static void read_length(struct run *run)
{
    struct fluxo_parser *parser = run->parser;
    uint64_t length = count_here(run, parser->remaining);

    fluxo_emit_body(run, length);
    parser->remaining -= length;
    if (!parser->remaining)
        fluxo_end_message(run, run->at);
    else
        run->status = FLUXO_NEED_MORE;
}

/* The chunked machine reads the last octet of chunk-data, as its one octet. */
static void read_data(struct run *run)
{
    struct fluxo_parser *parser = run->parser;
    uint64_t length = measure(run, parser->remaining);

    fluxo_emit_body(run, length);
    parser->remaining -= length;
    if (parser->remaining) { /* or what comes is over the limit */
        run->status = FLUXO_NEED_MORE;
        return;
    }
    fluxo_run_chunked(run, run->bytes + run->at - 1, run->bytes + run->at);
    parser->phase = PHASE_CHUNK;
}

static void read_until_close(struct run *run)
{
    fluxo_emit_body(run, measure(run, UINT64_MAX));
    run->status = FLUXO_NEED_MORE;
}

static void step(struct run *run)
{
    switch (run->parser->phase) {
    case PHASE_CHUNK:
        fluxo_take_chunks(run);
        if (!fluxo_has_room(run))
            break;
        /* fall through */
    case PHASE_START:
    case PHASE_HEAD:
    case PHASE_TRAILER:
        read_lines(run);
        break;
    case PHASE_LENGTH:
        read_length(run);
        break;
    case PHASE_DATA:
        read_data(run);
        break;
    default:
        read_until_close(run);
        break;
    }
}

static NOINLINE void take_steps(struct run *run)
{
    while (run->status == RUNNING && !run->error) {
        if (fluxo_has_room(run))
            step(run);
        else
            run->status = FLUXO_EVENTS_FULL;
    }
}

/* ---- One call ---- */

static struct fluxo_feed answer(enum fluxo_status status, enum fluxo_error_code error)
{
    struct fluxo_feed feed;

    feed.consumed = 0;
    feed.count = 0;
    feed.status = (uint8_t)status;
    feed.error = (uint8_t)error;
    return feed;
}

/* What stays so whatever is fed. */
static int is_over(const struct fluxo_parser *parser)
{
    return parser->phase >= PHASE_CLOSED;
}

static struct fluxo_feed answer_over(const struct fluxo_parser *parser)
{
    if (parser->phase == PHASE_ERROR)
        return answer(FLUXO_ERROR, (enum fluxo_error_code)parser->sub);
    return answer(parser->phase == PHASE_SWITCHED ? FLUXO_SWITCHED : FLUXO_CLOSED, FLUXO_ERR_NONE);
}

static void begin_run(struct run *run, struct fluxo_parser *parser, const void *bytes, size_t length,
                      struct fluxo_event *events, uint32_t capacity)
{
    static const unsigned char nothing[1] = {0};

    run->parser = parser;
    run->options = parser->options;
    run->bytes = bytes ? (const unsigned char *)bytes : nothing;
    run->events = events;
    run->count = 0;
    run->capacity = capacity;
    run->at = (int32_t)parser->seen;
    run->end = length < (size_t)INPUT_MOST ? (int32_t)length : INPUT_MOST;
    run->from = 0;
    run->checked = run->at;
    run->error_at = 0;
    run->error = FLUXO_ERR_NONE;
    run->status = RUNNING;
    run->doubts = 0;
}

static void move_places(struct fluxo_parser *parser, int32_t consumed)
{
    if (parser->line != LINE_NONE)
        parser->name -= consumed;
    if (parser->phase <= PHASE_HEAD || parser->phase == PHASE_TRAILER ||
        parser->part == PART_VALUE) /* among chunks it is a place while an extension is open */
        parser->section -= consumed;
}

static NOINLINE void stay_refused(struct run *run)
{
    struct fluxo_parser *parser = run->parser;

    parser->phase = PHASE_ERROR;
    parser->sub = run->error;
    parser->remaining = (uint64_t)((int64_t)parser->offset + run->error_at);
    run->status = FLUXO_ERROR;
}

static void begin_body(struct fluxo_parser *parser)
{
    parser->remaining = parser->length;
    parser->section = 0;
    parser->state = fluxo_chunked_state;
    if (parser->framing == FLUXO_FRAMING_CHUNKED)
        parser->phase = PHASE_CHUNK;
    else
        parser->phase = parser->framing == FLUXO_FRAMING_LENGTH ? PHASE_LENGTH : PHASE_CLOSE;
}

/* At a decision point the next section begins, and has no places yet. */
static void keep_places(struct run *run)
{
    if (run->error)
        stay_refused(run);
    else if (run->status == FLUXO_HEAD)
        begin_body(run->parser);
    else if (run->status < FLUXO_HEAD) {
        if (releases(run))
            run->from = run->at;
        move_places(run->parser, run->from);
    }
    run->parser->seen = (uint32_t)(run->at - run->from);
}

static struct fluxo_feed end_run(struct run *run)
{
    struct fluxo_feed feed;

    keep_places(run);
    run->parser->offset += (uint64_t)run->from;
    feed.consumed = (size_t)run->from;
    feed.count = run->count;
    feed.status = run->status;
    feed.error = run->error;
    return feed;
}

/* A short way in and out for a few octets in the middle of a line, as when they come one by one. */
static struct fluxo_feed rest(struct fluxo_parser *parser, size_t length)
{
    parser->seen = (uint32_t)length;
    return answer(FLUXO_NEED_MORE, FLUXO_ERR_NONE);
}

struct fluxo_feed fluxo_parser_feed(struct fluxo_parser *parser, const void *bytes, size_t length, struct fluxo_event *events,
                                    uint32_t capacity)
{
    struct run run;

    if (is_over(parser))
        return answer_over(parser);
    if (length < parser->seen || capacity < FLUXO_CAPACITY_LEAST || !events || (length && !bytes))
        return answer(FLUXO_ERROR, FLUXO_ERR_MISUSE);
    if (parser->line == LINE_FIELD && length > parser->seen && fluxo_is_run(parser, (const unsigned char *)bytes, length))
        return rest(parser, length);
    if (parser->phase == PHASE_DONE)
        begin_message(parser);
    begin_run(&run, parser, bytes, length, events, capacity);
    if (parser->lane && parser->phase <= PHASE_HEAD)
        fluxo_take_lines(&run);
    if (run.status == RUNNING) {
        take_steps(&run);
        if (run.status == FLUXO_NEED_MORE && length > (size_t)run.end)
            run.status = FLUXO_EVENTS_FULL;
    }
    return end_run(&run);
}

/* Empty lines are nothing; a CR is the half of one. */
static int has_nothing_begun(const struct fluxo_parser *parser)
{
    return parser->phase == PHASE_DONE || (parser->phase == PHASE_START && parser->state == begin_state(parser));
}

struct fluxo_feed fluxo_parser_finish(struct fluxo_parser *parser, struct fluxo_event *events, uint32_t capacity)
{
    struct run run;

    if (is_over(parser))
        return answer_over(parser);
    if (capacity < FLUXO_CAPACITY_LEAST || !events)
        return answer(FLUXO_ERROR, FLUXO_ERR_MISUSE);
    if (has_nothing_begun(parser)) {
        parser->phase = PHASE_CLOSED;
        return answer(FLUXO_CLOSED, FLUXO_ERR_NONE);
    }
    if (parser->phase != PHASE_CLOSE)
        return answer(FLUXO_NEED_MORE, FLUXO_ERR_NONE);
    begin_run(&run, parser, NULL, 0, events, capacity);
    fluxo_end_message(&run, 0);
    return end_run(&run);
}

struct fluxo_facts fluxo_parser_facts(const struct fluxo_parser *parser)
{
    struct fluxo_facts facts;

    facts.length = parser->length;
    facts.status = parser->response ? parser->code : 0;
    facts.method = parser->response ? 0 : (uint8_t)parser->code;
    facts.minor = (uint8_t)parser->minor;
    facts.framing = (uint8_t)parser->framing;
    facts.keep_alive = (uint8_t)fluxo_persists(parser);
    facts.upgrade = (uint8_t)fluxo_upgrades(parser);
    facts.expect_continue = !parser->response && parser->minor > 0 && parser->expect_continue;
    return facts;
}

uint64_t fluxo_parser_offset(const struct fluxo_parser *parser)
{
    return parser->phase == PHASE_ERROR ? parser->remaining : parser->offset;
}
