/* SPDX-License-Identifier: MIT */
/*
 * The parser's calls.
 *
 * How this works: feed takes steps until one of them decides what to return. A step runs a machine over lines, or hands out
 * octets of a body. At the end of the call the parser's places move with the bytes that are consumed.
 */

#include "head.h"
#include "scan.h"

#include <string.h>

#define LIMIT(member, name, type, standard, least, most, error) standard,
/* clang-format off */
static const struct fluxo_options defaults = {FLUXO_PROFILE_DEFAULT, 0, {
#include <fluxo/limits.def>
}};
/* clang-format on */
#undef LIMIT

enum {
    SHORT_WAY = 32, /* octets: of more, others find the end faster */
    AWAIT_LEAST = 8 /* octets: fewer are better read as they come than again and again with what follows */
};

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
    fluxo_choose_lane(parser);
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
    if (run->parser->part == PART_VALUE && !fluxo_check_value(run, run->end))
        return;
    if (releases(run) && has_events(run))
        fluxo_emit_piece(run);
}

static void refuse_excess(struct run *run)
{
    int32_t beyond = run->at;
    enum fluxo_error_code excess = fluxo_find_excess(run, &beyond);

    fluxo_fail(run, run->bytes + beyond, excess);
}

/* What the lane has left is the machine's, up to a line's end where the lane may go on. */
static void run_lines(struct run *run)
{
    run->yields = 0;
    fluxo_begin_bound(run);
    if (run->reach - run->at > SHORT_WAY)
        run->at = place(run, fluxo_skip_run(run, run->bytes + run->at, run->bytes + run->reach));
    if (run->at < run->reach)
        run->at = place(run, run_machine(run, run->bytes + run->at, run->bytes + run->reach));
    if (run->stop || run->yields)
        return;
    if (run->token < run->at || run->at < run->end)
        refuse_excess(run);
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
    run->stop = 0;
    run->doubts = 0;
    run->rests = 0;
    run->may_await = bytes && length - parser->seen >= AWAIT_LEAST && !(parser->options->flags & FLUXO_PIECES);
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
    parser->value_end = 0;
    parser->remaining = (uint64_t)((int64_t)parser->offset + run->error_at);
    run->status = FLUXO_ERROR;
}

/* ---- A short way for few octets in the middle of a line, as when they come one by one: in whole mode ---- */

static int is_open_to_run(const struct run *run)
{
    const struct fluxo_parser *parser = run->parser;

    if (parser->part == PART_NAME)
        return parser->line == LINE_FIELD || parser->line == LINE_REQUEST;
    return parser->part == PART_VALUE && parser->line != LINE_CHUNK && (!parser->sub || run->rests);
}

/* How far octets may go on that change nothing in what is open here. */
static void begin_short_way(const struct run *run)
{
    struct fluxo_parser *parser = run->parser;
    int64_t token, section;

    if (parser->part == PART_END)
        return;
    parser->value_end = 0;
    if (!parser->lane || !is_open_to_run(run))
        return;
    token = fluxo_token_bound(parser);
    section = fluxo_section_bound(parser);
    if (token > section)
        token = section;
    parser->value_end = token < INT32_MAX ? (uint32_t)token : INT32_MAX;
}

static int is_all_of(const struct fluxo_class *of, const unsigned char *p, const unsigned char *end)
{
    while (p < end && fluxo_is_of(of, *p))
        p++;
    return p == end;
}

static int is_all_value(const unsigned char *p, const unsigned char *end)
{
    while (p < end && fluxo_is_value(*p))
        p++;
    return p == end;
}

/* Whether the octets that are new change nothing but how many have been seen. */
static inline int may_take_short_way(const struct fluxo_parser *parser, const unsigned char *bytes, size_t length)
{
    const unsigned char *p, *end;

    if (length > parser->value_end || length - parser->seen - 1 >= SHORT_WAY || parser->line == LINE_NONE)
        return 0;
    p = bytes + parser->seen;
    end = bytes + length;
    if (parser->part == PART_VALUE)
        return parser->sub ? is_all_of(&fluxo_reg_name, p, end) : is_all_value(p, end);
    return parser->part == PART_NAME && is_all_of(&fluxo_tchar, p, end);
}

/* At a decision point the next section begins, and has no places yet. */
static void keep_places(struct run *run)
{
    if (run->error)
        stay_refused(run);
    else if (run->status == FLUXO_HEAD)
        fluxo_begin_body(run->parser);
    else if (run->status < FLUXO_HEAD) {
        if (releases(run))
            run->from = run->at;
        move_places(run->parser, run->from);
        if (run->parser->line != LINE_NONE && !(run->options->flags & FLUXO_PIECES))
            begin_short_way(run);
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

static struct fluxo_feed finish_call(struct run *run, size_t length)
{
    take_steps(run);
    if (run->status == FLUXO_NEED_MORE && length > (size_t)run->end)
        run->status = FLUXO_EVENTS_FULL;
    return end_run(run);
}

struct fluxo_feed fluxo_feed_on(struct fluxo_parser *parser, const void *bytes, size_t length, struct fluxo_event *events,
                                uint32_t capacity, uint32_t at, uint32_t count)
{
    struct run run;

    begin_run(&run, parser, bytes, length, events, capacity);
    run.at = (int32_t)at;
    run.checked = run.at;
    run.count = count;
    if (count)
        fluxo_rest_at_line(&run);
    else
        run.doubts++;
    return finish_call(&run, length);
}

/* ---- Lines that the lane has looked at, and that begin anew ---- */

static void begin_line_again(struct run *run)
{
    run->at = run->parser->name;
    run->checked = run->at;
    run->parser->line = LINE_NONE;
}

static struct fluxo_feed feed_request_again(struct fluxo_parser *parser, const void *bytes, size_t length,
                                            struct fluxo_event *events, uint32_t capacity)
{
    const size_t more = length - parser->seen;

    parser->line = LINE_NONE;
    parser->seen = 0;
    if (more < AWAIT_LEAST)
        return fluxo_feed_on(parser, bytes, length, events, capacity, 0, 0);
    return fluxo_take_head(parser, (const unsigned char *)bytes, length, events, capacity);
}

static NOINLINE struct fluxo_feed feed_by_machine(struct fluxo_parser *parser, const void *bytes, size_t length,
                                                  struct fluxo_event *events, uint32_t capacity)
{
    struct run run;

    if (is_over(parser))
        return answer_over(parser);
    if (length < parser->seen || capacity < FLUXO_CAPACITY_LEAST || !events || (length && !bytes))
        return answer(FLUXO_ERROR, FLUXO_ERR_MISUSE);
    if (parser->phase == PHASE_DONE)
        begin_message(parser);
    if (parser->line == LINE_AWAITED && parser->phase == PHASE_START)
        return feed_request_again(parser, bytes, length, events, capacity);
    begin_run(&run, parser, bytes, length, events, capacity);
    if (parser->line == LINE_AWAITED)
        begin_line_again(&run);
    if (parser->lane && parser->line == LINE_NONE && parser->phase == PHASE_HEAD)
        fluxo_take_lines(&run);
    return finish_call(&run, length);
}

/* Whether this call begins a head, and the lane may be asked. */
static int begins_head(const struct fluxo_parser *parser)
{
    if (!parser->lane)
        return 0;
    return parser->phase == PHASE_DONE ||
           (parser->phase == PHASE_START && !parser->section && parser->state == begin_state(parser));
}

struct fluxo_feed fluxo_parser_feed(struct fluxo_parser *parser, const void *bytes, size_t length, struct fluxo_event *events,
                                    uint32_t capacity)
{
    if (capacity < FLUXO_CAPACITY_LEAST || !events || !bytes)
        return feed_by_machine(parser, bytes, length, events, capacity);
    if (parser->seen) {
        if (may_take_short_way(parser, (const unsigned char *)bytes, length)) {
            parser->seen = (uint32_t)length;
            return answer(FLUXO_NEED_MORE, FLUXO_ERR_NONE);
        }
    } else if (length >= LANE_LEAST && begins_head(parser)) {
        if (parser->phase == PHASE_DONE)
            begin_message(parser);
        return fluxo_take_head(parser, (const unsigned char *)bytes, length, events, capacity);
    }
    return feed_by_machine(parser, bytes, length, events, capacity);
}

/* Empty lines are nothing; a CR is the half of one. */
static int has_nothing_begun(const struct fluxo_parser *parser)
{
    return parser->phase == PHASE_DONE ||
           (parser->phase == PHASE_START && parser->line == LINE_NONE && parser->state == begin_state(parser));
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
