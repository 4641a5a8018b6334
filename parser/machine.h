/* SPDX-License-Identifier: MIT */
/*
 * What the machines and the C behind their actions share.
 *
 * How this works: one call of feed is one struct run. A machine reads bytes and calls an action at a place that matters; the
 * action remembers (mark_, end_), tells (emit_) or refuses (fail_), and answers how far the machine may go on: to the next
 * limit, or no further than this byte when the call has to stop. Places are offsets from the first byte of the call; what
 * was left behind in earlier calls is below zero.
 *
 * One cache line holds a parser, so some of its members mean one thing here and another there:
 *
 *     sub        in a name that comes in pieces the row of its table, in a value its machine's state, after ERROR the error
 *     remaining  in an authority what is noted of it, in Content-Length its value, in a body octets, after ERROR its offset
 *     fields     before the start-line empty lines, then field lines
 *     value_end  where the value of the open line ends; while its name or value goes on, how far octets that change nothing may
 *     section    where the head or the trailer section began; among chunks the size of their extensions, or while one is
 *                open where they would have begun if they stood in one piece
 *     code       the method of a request, the status of a response
 */
#ifndef FLUXO_MACHINE_H
#define FLUXO_MACHINE_H

#include <fluxo/parser.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where in a message the next byte stands. */
enum phase {
    PHASE_START, /* nothing but empty lines so far */
    PHASE_HEAD,
    PHASE_LENGTH, /* in a body of known length */
    PHASE_CHUNK,  /* in a chunk line, or in the line end after chunk-data */
    PHASE_DATA,   /* in chunk-data */
    PHASE_TRAILER,
    PHASE_CLOSE, /* in a body that ends when the connection does */
    PHASE_DONE,  /* a message is complete, the next may begin */
    PHASE_CLOSED,
    PHASE_SWITCHED,
    PHASE_ERROR
};

/* The line that is open, and the part of it: its event's name, what stands between, its value, what follows. */
enum line {
    LINE_NONE,
    LINE_REQUEST,
    LINE_STATUS,
    LINE_FIELD,
    LINE_CHUNK,
    LINE_AWAITED /* a line that the lane may take when the rest of it comes: whole mode */
};
enum part { PART_NAME, PART_GAP, PART_VALUE, PART_END };

/* The fields that steer the parser, as fluxo_parser.steer: the rows of fields.def that say so. */
enum steer {
    STEER_NONE,
#define STEERS_0(id)
#define STEERS_1(id) STEER_##id,
#define FIELD(id, name, steers, section) STEERS_##steers(id)
#include <fluxo/fields.def>
#undef FIELD
#undef STEERS_0
#undef STEERS_1
    STEERS
};

/* What Transfer-Encoding has said so far, over all its lines. */
enum coding { CODING_NONE, CODING_OTHER, CODING_CHUNKED_LAST, CODING_CHUNKED_EARLIER };

struct run {
    struct fluxo_parser *parser;
    const struct fluxo_options *options;
    const unsigned char *bytes;
    struct fluxo_event *events;
    uint32_t count, capacity;
    int32_t at;      /* the next byte to read */
    int32_t end;     /* behind the last byte */
    int32_t bound;   /* the same, or where the section's limit is */
    int32_t reach;   /* the machine is not given more: bound, or behind the open token's limit */
    int64_t token;   /* the open token's limit: the first place that it forbids */
    int32_t from;    /* the first byte to be passed again, in whole mode */
    int32_t checked; /* the bytes before it have been through the value machine */
    int32_t error_at;
    uint8_t error;     /* enum fluxo_error_code */
    uint8_t status;    /* enum fluxo_status, or RUNNING */
    uint8_t stop;      /* the machine must not read on */
    uint8_t yields;    /* the machine has stopped at a line's end, for the lane */
    uint8_t rests;     /* a reg-name's octets leave the target's machine as it is now */
    uint8_t may_await; /* a line may wait for more of it */
    uint8_t doubts;    /* how often the lane has taken nothing, one time behind the other */
};

enum { RUNNING = 0xFF };

/* Which instructions the lane uses; in fluxo_parser.lane. */
enum lane { LANE_NONE, LANE_PLAIN, LANE_SSSE3, LANE_AVX2, LANE_NEON };

static inline int32_t place(const struct run *run, const unsigned char *p)
{
    return (int32_t)(p - run->bytes);
}

enum { SLOTS_A_STEP = 3 }; /* a line's event, HEAD and MESSAGE */

static inline int fluxo_has_room(const struct run *run) /* for the events of one more step */
{
    return run->capacity - run->count >= SLOTS_A_STEP;
}

static inline int is_blank(unsigned char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Of a HEXDIG (RFC 5234 B.1): letters have a bit that digits have not. */
static inline uint32_t hex_value(unsigned char byte)
{
    return (byte & 15u) + (byte >> 6) * 9u;
}

/* The value begins `gap` bytes behind the name's first. */
static inline void set_event(struct fluxo_event *event, enum fluxo_event_kind kind, unsigned id, uint32_t at, uint32_t name_len,
                             uint32_t gap, uint32_t len)
{
    event->kind = (uint8_t)kind;
    event->flags = 0;
    event->id = (uint16_t)id;
    event->at = at;
    event->name_len = (uint16_t)name_len;
    event->gap = (uint16_t)gap;
    event->len = len;
}

/* What is seldom needed, apart from what always is; and what is one with its caller. */
#if defined(__GNUC__)
#define NOINLINE __attribute__((noinline))
#define INLINE inline __attribute__((always_inline))
#else
#define NOINLINE
#define INLINE inline
#endif

/* ---- The machines. Each begins in a state, reads from p to pe, keeps its state in the parser, and returns where it stopped.
 * ---- */

/* The states of the head's machines at the beginning of a line, and that of the chunked one. */
enum line_state { AT_START, AT_FIRST_LINE, AT_LINE, LINE_STATES };
extern const uint8_t fluxo_request_states[LINE_STATES];
extern const uint8_t fluxo_response_states[LINE_STATES];
extern const uint8_t fluxo_chunked_state;

const unsigned char *fluxo_run_request(struct run *run, const unsigned char *p, const unsigned char *pe);
const unsigned char *fluxo_run_response(struct run *run, const unsigned char *p, const unsigned char *pe);
const unsigned char *fluxo_run_chunked(struct run *run, const unsigned char *p, const unsigned char *pe);

/*
 * The two machines for what stands inside a line keep their state in parser->sub; 0 is refusal. The value of Host is the
 * target machine's. With `eof` (which is then pe) the value ends there.
 */
int fluxo_begin_target(const struct run *run, unsigned char first);
int fluxo_target_is_final(const struct fluxo_parser *parser);
const unsigned char *fluxo_run_target(struct run *run, const unsigned char *p, const unsigned char *pe,
                                      const unsigned char *eof);
int fluxo_begin_value(enum steer steer);
int fluxo_value_is_final(const struct fluxo_parser *parser);
const unsigned char *fluxo_run_value(struct run *run, const unsigned char *p, const unsigned char *pe,
                                     const unsigned char *eof);

/* ---- emit.c: what the actions do, in the order of the message ---- */

typedef const unsigned char *fluxo_reach; /* how far the machine may go on */

fluxo_reach fluxo_count_empty_line(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_method(struct run *run, const unsigned char *p);
fluxo_reach fluxo_end_method(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_target(struct run *run, const unsigned char *p);
fluxo_reach fluxo_end_target(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_head(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_major(struct run *run, const unsigned char *p);
void fluxo_mark_minor(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_status(struct run *run, const unsigned char *p);
void fluxo_add_status_digit(struct run *run, const unsigned char *p);
fluxo_reach fluxo_end_status(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_reason(struct run *run, const unsigned char *p);
fluxo_reach fluxo_end_reason(struct run *run, const unsigned char *p);
fluxo_reach fluxo_emit_line(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_name(struct run *run, const unsigned char *p);
fluxo_reach fluxo_end_name(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_fold(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_value(struct run *run, const unsigned char *p);
fluxo_reach fluxo_end_value(struct run *run, const unsigned char *p);
fluxo_reach fluxo_emit_head(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_chunk_size(struct run *run, const unsigned char *p);
fluxo_reach fluxo_add_chunk_digit(struct run *run, const unsigned char *p);
fluxo_reach fluxo_end_chunk_size(struct run *run, const unsigned char *p);
fluxo_reach fluxo_mark_chunk_ext(struct run *run, const unsigned char *p);
fluxo_reach fluxo_end_chunk_ext(struct run *run, const unsigned char *p);
fluxo_reach fluxo_emit_chunk(struct run *run, const unsigned char *p);
fluxo_reach fluxo_emit_trailers(struct run *run, const unsigned char *p);

void fluxo_end_message(struct run *run, int32_t at);
void fluxo_emit_body(struct run *run, uint64_t length);
void fluxo_emit_piece(struct run *run); /* pieces mode: the bytes go, the line stays open */

/* ---- lane.c: what is regular, taken at once ---- */

void fluxo_choose_lane(struct fluxo_parser *parser);             /* the best that is here, if its limits allow one */
int fluxo_use_lane(struct fluxo_parser *parser, enum lane lane); /* for tests; 0: it is not here */
void fluxo_take_chunks(struct run *run);                         /* where a chunk line begins */
void fluxo_take_lines(struct run *run);                          /* where a line of a head's fields may begin */
void fluxo_rest_at_line(struct run *run);                        /* for the machine: what the lane has taken ends here */

/* A whole head, or as many of its lines as are regular; the rest is the machine's. */
struct fluxo_feed fluxo_take_head(struct fluxo_parser *parser, const unsigned char *bytes, size_t length,
                                  struct fluxo_event *events, uint32_t capacity);

/* Of the octets from p, where a value has begun, that leave machine and parser as they are: the last. */
const unsigned char *fluxo_go_through_value(const struct run *run, const unsigned char *p, const unsigned char *end);

/* Where the target's machine has read an octet behind which those of a reg-name leave it as it is: the last of these. */
const unsigned char *fluxo_pass_reg_name(struct run *run, const unsigned char *p, const unsigned char *end);

/* Behind such octets, in whatever is open at the beginning of a call. */
const unsigned char *fluxo_skip_run(const struct run *run, const unsigned char *p, const unsigned char *end);

enum { LANE_LEAST = 32 }; /* octets that are told at once */

/* ---- parser.c: the rest of a call, when the lane has taken `at` octets and told of them by `count` events ---- */

struct fluxo_feed fluxo_feed_on(struct fluxo_parser *parser, const void *bytes, size_t length, struct fluxo_event *events,
                                uint32_t capacity, uint32_t at, uint32_t count);

/* ---- limit.c: how far a machine may go on, and what is said when it may not ---- */

/* The first place that the section's limit forbids. */
static inline int64_t fluxo_section_bound(const struct fluxo_parser *parser)
{
    uint32_t limit = parser->options->limits.trailers;

    if (parser->phase == PHASE_START || parser->phase == PHASE_HEAD)
        return (int64_t)parser->section + parser->options->limits.head;
    if (parser->phase == PHASE_TRAILER)
        return (int64_t)parser->section + (limit < 2 ? 2 : limit); /* the final CRLF always fits */
    return INT64_MAX;
}

/* No section begins while a machine runs. */
static inline void fluxo_bound_section(struct run *run)
{
    int64_t section = fluxo_section_bound(run->parser);

    run->bound = section < run->end ? (int32_t)section : run->end;
}

int64_t fluxo_token_bound(const struct fluxo_parser *parser); /* that of what is being read inside the open line */
void fluxo_begin_bound(struct run *run);
fluxo_reach fluxo_go_on(struct run *run, const unsigned char *p);
fluxo_reach fluxo_stop(struct run *run, enum fluxo_error_code code, const unsigned char *p); /* refuses p */
void fluxo_refuse(struct run *run, enum fluxo_error_code code, int32_t at);                  /* the first refusal counts */
void fluxo_refuse_value(struct run *run, enum fluxo_error_code code);                        /* at the value's first byte */
enum fluxo_error_code fluxo_find_excess(const struct run *run, int32_t *at); /* a byte before run->at, or there, is beyond */

/* For bytes that pass only with a bit of relax.def: how far the machine may go on, which is `pe` or not beyond p. */
fluxo_reach fluxo_require(struct run *run, const unsigned char *p, fluxo_reach pe, uint32_t bit, enum fluxo_error_code code);
fluxo_reach fluxo_require_in_value(struct run *run, const unsigned char *p, fluxo_reach pe, uint32_t bit,
                                   enum fluxo_error_code code);
fluxo_reach fluxo_require_spaces(struct run *run, const unsigned char *p, fluxo_reach pe);
fluxo_reach fluxo_require_space_before_colon(struct run *run, const unsigned char *p, fluxo_reach pe);
fluxo_reach fluxo_require_unless_steering(struct run *run, const unsigned char *p, fluxo_reach pe, uint32_t bit,
                                          enum fluxo_error_code code);

/* For bytes at which a machine has no way on; the value before them is refused first, if it has to be. */
void fluxo_fail(struct run *run, const unsigned char *p, enum fluxo_error_code code);
void fluxo_fail_line(struct run *run, const unsigned char *p, enum fluxo_error_code code); /* where a line may end */
void fluxo_fail_name(struct run *run, const unsigned char *p);

/* ---- check.c: values that are checked while they come ---- */

void fluxo_begin_check(struct run *run, unsigned char first);
int fluxo_check_value(struct run *run, int32_t to);  /* what of the open value is new, up to `to`; 0 after a refusal */
void fluxo_judge_value(struct run *run, int32_t to); /* the value ends there */

void fluxo_see_authority(struct run *run);
void fluxo_see_host(struct run *run);
void fluxo_see_colon(struct run *run);
void fluxo_add_port_digit(struct run *run, const unsigned char *p);
int fluxo_is_absolute_form(const struct run *run);
void fluxo_add_length_digit(struct run *run, const unsigned char *p);
void fluxo_end_length(struct run *run);
void fluxo_see_coding(struct run *run, enum coding coding);
void fluxo_see_unknown_coding(struct run *run);

/* ---- framing.c, of which head.h has the rest: what the head means for what follows it ---- */

int fluxo_upgrades(const struct fluxo_parser *parser);

/* ---- names.c: which row of a table is it ---- */

enum { NAMES_BEGIN = 0, NAMES_NONE = 0xFFFF };

/* One byte more of a name that comes in pieces: `row` is where the names begin that agree so far, in a table in ASCII order. */
uint16_t fluxo_narrow_method(uint16_t row, uint32_t place, unsigned char byte);
uint16_t fluxo_narrow_field(uint16_t row, uint32_t place, unsigned char byte);
unsigned fluxo_narrowed_method(uint16_t row, uint32_t length);
unsigned fluxo_narrowed_field(uint16_t row, uint32_t length);
enum { STEER_NAME_MOST = 24 };
extern const char fluxo_steer_names[STEERS][STEER_NAME_MOST];
extern const uint8_t fluxo_steer_lengths[STEERS];
extern const uint8_t fluxo_steer_guesses[32]; /* the one that a name can be, by the sum of its first octet and its length */
extern const uint16_t fluxo_steer_fields[STEERS];

enum steer fluxo_find_steer(const char *name, size_t length);
enum steer fluxo_steer_of(unsigned field);

#ifdef __cplusplus
}
#endif
#endif
