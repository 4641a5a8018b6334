/* SPDX-License-Identifier: MIT */
/*
 * The lane: whole heads, whole lines of a head, and whole chunks, in the form that nearly all of them have.
 *
 * How this works: where a head or a line begins, and enough octets are there, the lane takes lines until it meets one that is
 * not quite regular: a value that begins with two blanks, a field that steers the parser in an uncommon way, one over a limit.
 * It leaves that line as it found it, and the machine in the state of its beginning. So it decides nothing: what it takes the
 * machine would have read in the same way (grammar/lane.rl, and the proof), and what it does not take the machine decides.
 *
 * In whole mode a short line that is not complete, and regular so far, is left to wait: a later call, which has it again,
 * begins at its beginning. So the lane goes on where a head comes in pieces, at the price of a few octets that are looked at
 * again.
 *
 * lines.h is compiled once for each set of instructions; which one a parser uses is chosen when it begins.
 */

#include "head.h"
#include "scan.h"

#include <string.h>

enum {
    LANE_VERSION = sizeof " HTTP/1.1\r\n" - 1, /* behind a request-target */
    LANE_STATUS = sizeof "HTTP/1.1 " - 1,      /* before a status-code */
    LANE_METHOD = 17,                          /* the longest in methods.def */
    LANE_LENGTH = 18                           /* digits of a length that cannot overflow */
};

/* What is known of the octets from a line's first on; see lines.h. */
struct window {
    uint64_t names, stops;
};
enum { NOT_SEEN = 64 };

/* ---- Octets ---- */

static inline int is_line_end(const unsigned char *p)
{
    return memcmp(p, "\r\n", 2) == 0;
}

static inline int is_colon(const unsigned char *p)
{
    return memcmp(p, ": ", 2) == 0;
}

static inline int is_digit(unsigned char octet)
{
    return octet >= '0' && octet <= '9';
}

/* RFC 5234 B.1: HEXDIG */
static inline int is_hex(unsigned char octet)
{
    return is_digit(octet) || (unsigned char)((octet | 32) - 'a') <= 5;
}

/* Letters and "-" alone, in any case, four octets or more; there is no CR in what is compared. */
static inline int is_word(const unsigned char *octets, const char *word, uint32_t length)
{
    const uint64_t lower = UINT64_C(0x2020202020202020);
    uint64_t one, other, differ = 0;
    uint32_t half, other_half, differ_half, at;

    if (length < 8) {
        memcpy(&half, octets, 4);
        memcpy(&other_half, word, 4);
        differ_half = half ^ other_half;
        memcpy(&half, octets + length - 4, 4);
        memcpy(&other_half, word + length - 4, 4);
        return ((differ_half | (half ^ other_half)) & ~(uint32_t)lower) == 0;
    }
    for (at = 0; at < length; at += 8) {
        const uint32_t from = at + 8 <= length ? at : length - 8;
        memcpy(&one, octets + from, 8);
        memcpy(&other, word + from, 8);
        differ |= one ^ other;
    }
    return (differ & ~lower) == 0;
}

/* ---- Lines, and their events ---- */

/* What lines are taken from, and where they are told. */
struct lines {
    struct fluxo_parser *parser;
    const unsigned char *base, *end; /* the first octet of the call; behind the last that may be read */
    struct fluxo_event *event;       /* the next, below events_end */
    const struct fluxo_event *events_end;
    int may_await, awaits; /* a line that is not complete */
};

/* Behind each line there has to be room for HEAD and MESSAGE, and for these there is room. */
static inline struct lines begin_lines(struct fluxo_parser *parser, const unsigned char *base, uint32_t length,
                                       struct fluxo_event *event, uint32_t slots, uint32_t lines_allowed)
{
    struct lines lines;
    const uint32_t lines_told = slots - (SLOTS_A_STEP - 1);

    lines.parser = parser;
    lines.base = base;
    lines.end = base + length;
    lines.event = event;
    lines.events_end = event + (lines_allowed < lines_told ? lines_allowed : lines_told);
    return lines;
}

static inline void add_line(struct lines *lines, enum fluxo_event_kind kind, unsigned id, const unsigned char *p,
                            uint32_t name_len, uint32_t gap, uint32_t len)
{
    set_event(lines->event++, kind, id, (uint32_t)(p - lines->base), name_len, gap, len);
}

/* ---- The start-line ---- */

/* The octets of method and SP; 0 for none, or for what is no method for sure. */
static inline uint32_t take_method(struct fluxo_parser *parser, const unsigned char *p)
{
    uint32_t length = 3;

    if (memcmp(p, "GET ", 4) == 0) {
        parser->code = FLUXO_METHOD_GET;
        return 4;
    }
    while (length < LANE_METHOD && p[length] != ' ')
        length++;
    parser->code = (uint16_t)fluxo_method_id((const char *)p, length);
    return parser->code && p[length] == ' ' && parser->code != FLUXO_METHOD_CONNECT ? length + 1 : 0;
}

enum { NO_VERSION = 2 };

/* The minor one, or NO_VERSION. */
static inline uint32_t read_version(const unsigned char *p)
{
    if (memcmp(p, "HTTP/1.1", 8) == 0)
        return 1;
    return memcmp(p, "HTTP/1.0", 8) == 0 ? 0 : NO_VERSION;
}

/* From the SP before a status-code to the one behind it. */
static inline int is_status(const unsigned char *p)
{
    return p[0] == ' ' && p[1] >= '1' && p[1] <= '5' && is_digit(p[2]) && is_digit(p[3]) && p[4] == ' ';
}

static inline uint16_t read_status(const unsigned char *code)
{
    return (uint16_t)((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
}

/* ---- Fields that steer the parser ---- */

static inline enum steer find_steer(const unsigned char *name, uint32_t length)
{
    const enum steer steer = (enum steer)fluxo_steer_guesses[(name[0] + length) & 31];

    if (!steer || length != fluxo_steer_lengths[steer] || !is_word(name, fluxo_steer_names[steer], length))
        return STEER_NONE;
    return steer;
}

/* Nothing, or a port that every reader takes for the same (RFC 9110 4.2.1). */
static int is_port_or_nothing(const unsigned char *p, const unsigned char *end)
{
    int32_t digits = (int32_t)(end - p) - 1, at;

    if (p == end)
        return 1;
    if (*p != ':' || digits < 1 || digits > 4 || p[1] == '0')
        return 0;
    for (at = 1; at <= digits; at++)
        if (!is_digit(p[at]))
            return 0;
    return 1;
}

static int take_length(struct fluxo_parser *parser, const unsigned char *value, uint32_t length)
{
    uint64_t octets = 0;
    uint32_t at;

    if (parser->length_seen || length > LANE_LENGTH)
        return 0;
    for (at = 0; at < length; at++) {
        if (!is_digit(value[at]))
            return 0;
        octets = octets * 10 + (uint64_t)(value[at] - '0');
    }
    parser->length = octets;
    parser->length_seen = 1;
    return 1;
}

static int take_coding(struct fluxo_parser *parser, const unsigned char *value, uint32_t length)
{
    if (parser->coding != CODING_NONE || length != 7 || !is_word(value, "chunked", 7))
        return 0;
    parser->coding = CODING_CHUNKED_LAST;
    return 1;
}

static int take_option(struct fluxo_parser *parser, const unsigned char *value, uint32_t length)
{
    if (length == 10 && is_word(value, "keep-alive", 10))
        parser->keep_alive = 1;
    else if (length == 5 && is_word(value, "close", 5))
        parser->close = 1;
    else if (length == 7 && is_word(value, "upgrade", 7))
        parser->upgrade_option = 1;
    else
        return 0;
    return 1;
}

static NOINLINE int take_steering_value(struct fluxo_parser *parser, enum steer steer, const unsigned char *value,
                                        uint32_t length)
{
    switch (steer) {
    case STEER_HOST:
        parser->host_seen = 1;
        return 1;
    case STEER_CONTENT_LENGTH:
        return take_length(parser, value, length);
    case STEER_TRANSFER_ENCODING:
        return take_coding(parser, value, length);
    case STEER_CONNECTION:
        return take_option(parser, value, length);
    case STEER_UPGRADE:
        parser->upgrade_field = 1;
        return 1;
    default:
        return 0;
    }
}

/* ---- Where the machine goes on ---- */

/* The state of the machine at the beginning of this line. */
static uint8_t state_here(const struct fluxo_parser *parser)
{
    const uint8_t *states = parser->response ? fluxo_response_states : fluxo_request_states;

    return states[parser->fields ? AT_LINE : AT_FIRST_LINE];
}

/* A line that is folded asks what the one before it was; behind a start-line none comes. */
static void rest_at_line(struct fluxo_parser *parser, const struct fluxo_event *event)
{
    parser->phase = PHASE_HEAD;
    parser->state = state_here(parser);
    parser->steer = fluxo_steer_of(event[-1].id) & 7;
}

void fluxo_rest_at_line(struct run *run)
{
    rest_at_line(run->parser, run->events + run->count);
}

/* ---- A head's begin and end ---- */

static inline struct lines begin_head(struct fluxo_parser *parser, const unsigned char *bytes, size_t length,
                                      struct fluxo_event *events, uint32_t capacity)
{
    const struct fluxo_limits *limits = &parser->options->limits;

    return begin_lines(parser, bytes, length < limits->head ? (uint32_t)length : limits->head, events, capacity,
                       limits->fields + 1);
}

/* The empty line is in sight, and what it ends may be so: p is behind it. */
static inline struct fluxo_feed end_head(const struct lines *lines, const struct fluxo_event *events, const unsigned char *p)
{
    struct fluxo_parser *parser = lines->parser;
    const uint32_t after = (uint32_t)(p - lines->base);
    enum fluxo_status status;
    struct fluxo_feed feed;

    parser->offset += after;
    status = fluxo_end_head(parser, lines->event, after);
    if (status == FLUXO_HEAD)
        fluxo_begin_body(parser);
    feed.consumed = after;
    feed.count = (uint32_t)(lines->event - events) + (status == FLUXO_MESSAGE ? 2 : 1);
    feed.status = (uint8_t)status;
    feed.error = FLUXO_ERR_NONE;
    return feed;
}

/* A line that is not complete is looked at again when more of it comes, if that is not much. */
enum { AWAITED_MOST = 64, AWAITED_REQUEST_MOST = 192 };

static inline int may_await(const struct lines *lines, const unsigned char *p)
{
    return lines->may_await && lines->event < lines->events_end && p < lines->end && lines->end - p <= AWAITED_MOST;
}

/* In whole mode, where more may follow. */
static inline int may_await_more(const struct fluxo_options *options, size_t length)
{
    return length < options->limits.head && !(options->flags & FLUXO_PIECES);
}

static inline int may_await_request(const struct lines *lines)
{
    return lines->may_await && !lines->parser->response && lines->end - lines->base <= AWAITED_REQUEST_MOST;
}

static void set_awaited(struct fluxo_parser *parser, uint32_t at)
{
    parser->line = LINE_AWAITED;
    parser->part = PART_GAP;
    parser->name = (int32_t)at;
}

static struct fluxo_feed await_more(const struct lines *lines, uint32_t at, uint32_t count)
{
    struct fluxo_feed feed;

    set_awaited(lines->parser, at);
    lines->parser->seen = (uint32_t)(lines->end - lines->base);
    feed.consumed = 0;
    feed.count = count;
    feed.status = FLUXO_NEED_MORE;
    feed.error = FLUXO_ERR_NONE;
    return feed;
}

static struct fluxo_feed await_request(const struct lines *lines)
{
    return await_more(lines, 0, 0);
}

static struct fluxo_feed await_line(const struct lines *lines, const struct fluxo_event *events, const unsigned char *p)
{
    rest_at_line(lines->parser, lines->event);
    return await_more(lines, (uint32_t)(p - lines->base), (uint32_t)(lines->event - events));
}

/* ---- The lines, for each set of instructions ---- */

#define VARIANT(name) name##_plain
#define TARGET
#define LEAVE() (void)0
#include "lines.h"

#if defined(FLUXO_X86) || defined(FLUXO_NEON)
static inline uint32_t count_zeros(uint64_t bits)
{
    return bits ? (uint32_t)__builtin_ctzll(bits) : 64;
}
#endif

#ifdef FLUXO_X86
#define VARIANT(name) name##_ssse3
#define TARGET FLUXO_SSSE3
#define LEAVE() (void)0
#define LOOK_AHEAD
#include "lines.h"

#define VARIANT(name) name##_avx2
#define TARGET FLUXO_AVX2
#define LEAVE() _mm256_zeroupper() /* or some processors are slow in whatever comes next; compilers forget it */
#define LOOK_AHEAD
#include "lines.h"
#endif

#ifdef FLUXO_NEON
#define VARIANT(name) name##_neon
#define TARGET
#define LEAVE() (void)0
#define LOOK_AHEAD
#include "lines.h"
#endif

/* ---- Which one ---- */

/* The compiler's runtime has asked the processor once, before main: to ask it here would take 15 us in a virtual machine. */
static int can_use(enum lane lane)
{
    switch (lane) {
#ifdef FLUXO_X86
    case LANE_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    case LANE_SSSE3:
        return __builtin_cpu_supports("ssse3") != 0;
#endif
#ifdef FLUXO_NEON
    case LANE_NEON:
        return 1;
#endif
    default:
        return lane <= LANE_PLAIN;
    }
}

static enum lane find_best(void)
{
    enum lane lane = LANE_NEON;

    while (!can_use(lane))
        lane = (enum lane)(lane - 1);
    return lane;
}

/* Limits below what the lane can see at once are the machine's to keep. */
static int are_above_lane(const struct fluxo_limits *limits)
{
    return limits->method >= LANE_METHOD && limits->field_name >= 64 && limits->field_line >= 64 && limits->head >= LANE_LEAST;
}

int fluxo_use_lane(struct fluxo_parser *parser, enum lane lane)
{
    if (!can_use(lane))
        return 0;
    parser->lane = are_above_lane(&parser->options->limits) ? (uint8_t)lane : (uint8_t)LANE_NONE;
    return 1;
}

void fluxo_choose_lane(struct fluxo_parser *parser)
{
    fluxo_use_lane(parser, find_best());
}

/* ---- The lane's ways in ---- */

struct fluxo_feed fluxo_take_head(struct fluxo_parser *parser, const unsigned char *bytes, size_t length,
                                  struct fluxo_event *events, uint32_t capacity)
{
    switch (parser->lane) {
#ifdef FLUXO_X86
    case LANE_AVX2:
        return take_head_avx2(parser, bytes, length, events, capacity);
    case LANE_SSSE3:
        return take_head_ssse3(parser, bytes, length, events, capacity);
#endif
#ifdef FLUXO_NEON
    case LANE_NEON:
        return take_head_neon(parser, bytes, length, events, capacity);
#endif
    default:
        return take_head_plain(parser, bytes, length, events, capacity);
    }
}

static const unsigned char *take_more_lines(struct lines *lines, const unsigned char *p)
{
    switch (lines->parser->lane) {
#ifdef FLUXO_X86
    case LANE_AVX2:
        return take_more_lines_avx2(lines, p);
    case LANE_SSSE3:
        return take_more_lines_ssse3(lines, p);
#endif
#ifdef FLUXO_NEON
    case LANE_NEON:
        return take_more_lines_neon(lines, p);
#endif
    default:
        return take_more_lines_plain(lines, p);
    }
}

static int has_enough(const struct run *run)
{
    return run->bound >= LANE_LEAST && run->bound - run->at >= 2;
}

void fluxo_take_lines(struct run *run)
{
    struct fluxo_parser *parser = run->parser;
    const uint32_t before = run->count;
    struct lines lines;

    fluxo_bound_section(run);
    if (parser->state != state_here(parser) || !has_enough(run))
        return;
    lines = begin_lines(parser, run->bytes, (uint32_t)run->bound, run->events + before, run->capacity - before,
                        run->options->limits.fields - parser->fields);
    lines.may_await = run->may_await && run->bound == run->end;
    run->at = place(run, take_more_lines(&lines, run->bytes + run->at));
    run->count = (uint32_t)(lines.event - run->events);
    parser->fields = (uint16_t)(parser->fields + run->count - before);
    run->doubts = run->count == before ? (uint8_t)(run->doubts + 1) : 0;
    if (fluxo_has_room(run) && run->bound - run->at >= 2 && is_line_end(run->bytes + run->at)) {
        run->at += 2;
        fluxo_emit_head(run, run->bytes + run->at - 1);
        return;
    }
    if (run->count != before)
        fluxo_rest_at_line(run);
    if (lines.awaits) {
        set_awaited(parser, (uint32_t)run->at);
        run->at = run->end;
        run->status = FLUXO_NEED_MORE;
    }
}

/* ---- Runs: octets in the middle of a line that change nothing ---- */

static const unsigned char *find_control(const struct run *run, const unsigned char *p, const unsigned char *end)
{
    if (end - p < LANE_LEAST)
        return find_control_plain(p, end);
    switch (run->parser->lane) {
#ifdef FLUXO_X86
    case LANE_AVX2:
        return find_control_avx2(p, end);
    case LANE_SSSE3:
        return find_control_ssse3(p, end);
#endif
#ifdef FLUXO_NEON
    case LANE_NEON:
        return find_control_neon(p, end);
#endif
    default:
        return find_control_plain(p, end);
    }
}

const unsigned char *fluxo_go_through_value(const struct run *run, const unsigned char *p, const unsigned char *end)
{
    const unsigned char *const behind = run->parser->lane ? find_control(run, p, end) : p;

    return behind == p ? p : behind - 1;
}

const unsigned char *fluxo_pass_reg_name(struct run *run, const unsigned char *p, const unsigned char *end)
{
    if (!run->parser->lane)
        return p;
    do
        p++;
    while (p < end && fluxo_is_of(&fluxo_reg_name, *p));
    run->rests = p == end;
    return p - 1;
}

const unsigned char *fluxo_skip_run(const struct run *run, const unsigned char *p, const unsigned char *end)
{
    const struct fluxo_parser *parser = run->parser;

    if (parser->line != LINE_FIELD || !parser->lane)
        return p;
    if (parser->part == PART_VALUE)
        return find_control(run, p, end);
    return parser->part == PART_NAME ? find_outside_plain(&fluxo_tchar, p, end) : p;
}

/* ---- Chunks ---- */

enum { CHUNK_LEAST = 6 /* 1 CRLF octet CRLF */, CHUNK_DIGITS = 8 };

/* How many digits a chunk-size has; 0 for more than the lane reads, or none. */
static uint32_t read_chunk_size(const unsigned char *p, size_t left, uint64_t *size)
{
    uint32_t digits = 0;

    *size = 0;
    while (digits < CHUNK_DIGITS && digits + 4 < left && is_hex(p[digits])) {
        *size = *size << 4 | hex_value(p[digits]);
        digits++;
    }
    return digits;
}

/* From its size to the line end behind its data, if it is all there and within what is left of the limit. */
static inline int is_whole_chunk(const unsigned char *p, size_t left, uint32_t digits, uint64_t size, uint64_t allowed)
{
    return size && size + digits + 4 <= left && is_line_end(p + digits) && is_line_end(p + digits + 2 + size) &&
           size <= allowed;
}

static inline struct fluxo_event *add_chunk(struct fluxo_event *event, uint32_t at, uint32_t digits, uint64_t size, int is_told)
{
    if (is_told)
        set_event(event++, FLUXO_EVENT_CHUNK, 0, at, digits, digits, 0);
    set_event(event++, FLUXO_EVENT_BODY, 0, at + digits + 2, 0, 0, (uint32_t)size);
    return event;
}

/* Chunks without extensions. Their octets are handed out, their lines only to who asks. */
void fluxo_take_chunks(struct run *run)
{
    struct fluxo_parser *parser = run->parser;
    const int are_told = run->options->flags & FLUXO_CHUNKS;
    const unsigned char *const base = run->bytes, *const end = base + run->end, *p = base + run->at;
    struct fluxo_event *event = run->events + run->count;
    const struct fluxo_event *const events_end = run->events + run->capacity - (SLOTS_A_STEP - 1);
    uint64_t size, allowed = run->options->limits.body - parser->length;

    if (!parser->lane || parser->state != fluxo_chunked_state)
        return;
    while (event < events_end && end - p >= CHUNK_LEAST) {
        const size_t left = (size_t)(end - p);
        uint32_t digits = 1;

        size = hex_value(p[0]);
        if (is_hex(p[0]) && is_whole_chunk(p, left, 1, size, allowed))
            event = add_chunk(event, (uint32_t)(p - base), 1, size, are_told);
        else if ((digits = read_chunk_size(p, left, &size)) != 0 && is_whole_chunk(p, left, digits, size, allowed))
            event = add_chunk(event, (uint32_t)(p - base), digits, size, are_told);
        else
            break;
        allowed -= size;
        p += digits + size + 4;
    }
    parser->length = run->options->limits.body - allowed;
    run->count = (uint32_t)(event - run->events);
    run->at = (int32_t)(p - base);
    run->from = run->at;
}
