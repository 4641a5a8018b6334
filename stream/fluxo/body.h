/* SPDX-License-Identifier: MIT */
/*
 * <fluxo/body.h>: content as a stream in either direction, with back-pressure and with content codings (RFC 9110 8.4).
 *
 * It stands between the octets of content and you. The parser takes content out of its framing and delivers spans (BODY
 * events); the writer frames what it is given. A source gives the writer octets when it asks; a sink takes octets when there
 * are some; a pipe decodes or encodes on the way. Nothing here waits, and nothing grows: who has nothing now says so, who has
 * no room now takes less, and what was not taken stays with the one who offered it.
 *
 *     struct fluxo_pipe pipe;                                    // a request's content, decoded
 *     fluxo_pipe_open(&pipe, NULL);
 *     fluxo_pipe_decode(&pipe, codings, count);                  // the members of Content-Encoding
 *     for each BODY event:
 *         fluxo_pipe_push(&pipe, &span, FLUXO_PIPE_MORE, &sink); // FLUXO_FULL: go on with what is left of span, later
 *     fluxo_pipe_push(&pipe, &empty, FLUXO_PIPE_LAST, &sink);    // FLUXO_END: whole. FLUXO_FAULT: pipe.fault
 *     fluxo_pipe_close(&pipe);
 *
 * Memory comes from the allocator in fluxo_pipe_add and from nowhere else, whatever the content is; see there for how much.
 */
#ifndef FLUXO_BODY_H
#define FLUXO_BODY_H

#include <fluxo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Octets that may be written, from the front. What has been written is no longer in the room. */
struct fluxo_room {
    char *start;
    size_t length;
};

/* ---- Sources: octets for who asks ---- */

#define FLUXO_LENGTH_UNKNOWN UINT64_MAX

/* Private, but for `context`, which belongs to `pull`, and `left`, which may be read: the octets still to come, or
   FLUXO_LENGTH_UNKNOWN. May be moved between two calls. */
struct fluxo_source {
    int (*pull)(struct fluxo_source *source, size_t most, struct fluxo_span *span);
    int (*fill)(void *context, struct fluxo_room room, size_t *filled);
    void *context;
    uint64_t left;
    struct fluxo_span rest;
    const struct fluxo_span *spans; /* behind `rest` */
    struct fluxo_room room;
};

/*
 * Lends at most `most` octets: the span is the source's and stays as it is until the next call. Answers
 *   FLUXO_DONE     with at least one octet
 *   FLUXO_NOT_NOW  nothing now: ask again when the source may have more
 *   FLUXO_END      nothing more, and so for ever
 *   FLUXO_FAULT    the source is a pipe, and the peer's content is at fault: see the pipe
 *   FLUXO_MISUSE_ARGUMENT  `most` is 0
 *   FLUXO_MISUSE_LENGTH    the source has ended before its length, or has given more than it was asked for
 * or whatever negative value the source's own function fails with. Let such values be FLUXO_MISUSES or below, and they are
 * no misuse's. A source of known length is never asked for more than that.
 */
int fluxo_source_pull(struct fluxo_source *source, size_t most, struct fluxo_span *span);

/* The octets of one span, or of `count` spans one after the other. Octets and list are lent, until the last of them has been
   pulled and used. Nothing is copied; the length is known. */
void fluxo_source_init_span(struct fluxo_source *source, struct fluxo_span span);
void fluxo_source_init_list(struct fluxo_source *source, const struct fluxo_span *spans, size_t count);

/*
 * Octets of your own. `pull` lends as fluxo_source_pull does, with its answers, and finds `context` in the source; DONE with
 * no octet counts as NOT_NOW. `fill` writes into the front of `room`, which is yours, says how much, and answers likewise.
 * `length` is that of all the octets, or FLUXO_LENGTH_UNKNOWN; if it is known, `pull` and `fill` are not called any more
 * once so many have come.
 */
void fluxo_source_init(struct fluxo_source *source,
                       int (*pull)(struct fluxo_source *source, size_t most, struct fluxo_span *span), void *context,
                       uint64_t length);
void fluxo_source_init_fill(struct fluxo_source *source, int (*fill)(void *context, struct fluxo_room room, size_t *filled),
                            void *context, struct fluxo_room room, uint64_t length);

/* ---- Sinks: where octets go ---- */

/* `take` answers how many octets of the span it took, from its front. Fewer than all means: stop for now. The span is lent for
   the call and never empty. A sink that has failed takes 0 octets and lets its owner know. */
struct fluxo_sink {
    size_t (*take)(void *context, struct fluxo_span span);
    void *context;
};

/* ---- Codings: one row each ---- */

/* What stands behind the octets that are given. */
enum fluxo_follow {
    FLUXO_PIPE_MORE,  /* more octets, soon */
    FLUXO_PIPE_FLUSH, /* more octets, but nobody knows when: an encoder lets out what it holds back, so that the peer can decode
                         all that was given so far. Costs some octets. To a decoder it is as MORE: it holds nothing back */
    FLUXO_PIPE_LAST   /* nothing: the content ends here */
};

enum fluxo_direction { FLUXO_DECODE, FLUXO_ENCODE };

/*
 * One direction of a coding. `open` makes a state in `size` octets, aligned for anything, that will not move: FLUXO_DONE, or
 * a negative answer, and then nothing is left to close. `close` gives back what `open` and `step` have taken.
 *
 * `step` consumes `in` from its front, writes into `room` from its front, which has at least FLUXO_PIPE_ROOM octets, and
 * moves on both. It need not care for limits, truncation or what drives it. It answers
 *   FLUXO_FULL   the room is too small for what is still inside: call again, with more room
 *   FLUXO_DONE   nothing can be given without more input; with FLUSH: all has been let out
 *   FLUXO_END    as DONE, and the coded stream is complete as it stands. It may be called again: with nothing, to be asked
 *                that again; with octets, to begin another member of the stream or to refuse them
 *   FLUXO_FAULT  the input is not in this coding. What was written before counts
 * or a negative value, after which only `close` is called.
 */
struct fluxo_filter {
    size_t size;
    int (*open)(void *state, const struct fluxo_allocator *allocator);
    int (*step)(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow);
    void (*close)(void *state);
};

/* A coding's names are compared without case (RFC 9110 8.4.1); `alias` may be NULL. A direction that is not there has no
   `open`; a coding with no direction at all leaves octets as they are. */
struct fluxo_coding {
    const char *name, *alias;
    struct fluxo_filter decode, encode;
};

/*
 * Shipped, if the library was built with zlib:
 *   gzip, x-gzip  RFC 1952. Members one after the other are one stream (2.2). Whatever else follows a member is a fault.
 *   deflate       the zlib format (RFC 9110 8.4.1.2). Some peers send deflate data (RFC 1951) without it, as the note there
 *                 says: a decoder takes that too, where the first octet cannot begin the zlib format.
 * Encoders compress at zlib's default level. Always there: identity, which leaves octets as they are.
 */

/* ---- Budget: what a peer may make us do ---- */

/*
 * The pipe enforces it, after each step of each decoder, so that no coding can forget it; the output of a decoder counts also
 * if another one follows. Encoders, and content without coding, grow by nothing worth a limit and are not counted.
 */
struct fluxo_budget {
    uint64_t output; /* octets, at most, from a decoder; the next one is FLUXO_FAULT_OUTPUT_LIMIT. UINT64_MAX: no limit.
                        64 MiB: more than a form or a document has; who takes more knows that, and says so */
    uint64_t grace;  /* so many octets may come before the ratio counts. 1 MiB: a short text that repeats itself is no attack */
    uint32_t ratio;  /* octets, at most, for each that came in: FLUXO_FAULT_RATIO_LIMIT, found within FLUXO_PIPE_SCRATCH octets
                        of output. UINT32_MAX: no limit; not 0. 200: logs and tables stay below 100, what is made to burst
                        comes near deflate's own limit of 1032, and with two codings over each other near a million */
    uint8_t codings; /* over each other: FLUXO_FAULT_CODINGS_LIMIT. FLUXO_PIPE_CODINGS at most. 2: one is the custom, and each
                        costs memory */
};

/* ---- Pipes ---- */

enum {
    FLUXO_PIPE_CODINGS = 4,     /* over each other, at most */
    FLUXO_PIPE_SCRATCH = 16384, /* octets of output that a coding can keep until they are taken */
    FLUXO_PIPE_ROOM = 64        /* octets of room, at least, for a coding: enough for any marker or trailer, in one piece */
};

struct fluxo_pipe_options {
    struct fluxo_budget budget;
    const struct fluxo_coding *codings; /* yours, looked at before those that are shipped */
    size_t count;
    const struct fluxo_allocator *allocator; /* NULL: realloc and free */
};

/* The budget above, no codings but the shipped ones, no allocator. */
void fluxo_pipe_options_init(struct fluxo_pipe_options *options);

/* The coding of that name, of yours or a shipped one; NULL if there is none. `options` NULL: the defaults. */
const struct fluxo_coding *fluxo_coding_find(const struct fluxo_pipe_options *options, struct fluxo_span name);

struct fluxo_stage {
    const struct fluxo_filter *filter;
    char *block; /* state, and behind it FLUXO_PIPE_SCRATCH octets */
    struct fluxo_span held;
    uint64_t made;
    uint8_t direction, answer, settled;
};

/* Private, but for `fault`. May be moved between two calls, unless a source was made of it. */
struct fluxo_pipe {
    const struct fluxo_pipe_options *options;
    struct fluxo_stage stages[FLUXO_PIPE_CODINGS];
    struct fluxo_source *source;
    struct fluxo_span lent;
    uint64_t taken;
    size_t rest;
    int failure;
    uint16_t fault; /* enum fluxo_fault_code, once FLUXO_FAULT has been answered */
    uint8_t count, broken, begun, last, idle;
};

/* Begins a pipe without codings. `options` (NULL: the defaults) is kept by pointer and must not change while the pipe lives.
   Answers FLUXO_DONE, or FLUXO_MISUSE_ARGUMENT for a ratio of 0 or more than FLUXO_PIPE_CODINGS codings. */
int fluxo_pipe_open(struct fluxo_pipe *pipe, const struct fluxo_pipe_options *options);

/* Gives everything back, whatever state the pipe is in, and drops what is inside. After it, only open. */
void fluxo_pipe_close(struct fluxo_pipe *pipe);

/*
 * Adds a coding behind those that are there, before any octets. To decode, add the last one of Content-Encoding first: the
 * field names them in the order in which they were applied (RFC 9110 8.4). To encode, add them in the order of the field.
 * "identity" adds nothing. Answers
 *   FLUXO_DONE
 *   FLUXO_FAULT           CODING_UNKNOWN or CODINGS_LIMIT: no octet will pass any more, lest coded content be taken for plain
 *   FLUXO_MISUSE_ORDER    octets have passed, or the pipe is closed
 *   FLUXO_MISUSE_ARGUMENT no such direction
 *   FLUXO_MISUSE_MEMORY   the allocator has none
 * or what else `open` of the coding answers below 0. Memory for each coding: its state, FLUXO_PIPE_SCRATCH octets, and for
 * gzip and deflate what zlib takes: 40 KiB to decode, 262 KiB to encode. All of it is taken here, in one go.
 */
int fluxo_pipe_add(struct fluxo_pipe *pipe, struct fluxo_span name, enum fluxo_direction direction);

/* Adds decoders for the members of Content-Encoding as they stand in the field. As add; a misuse leaves the pipe as it was. */
int fluxo_pipe_decode(struct fluxo_pipe *pipe, const struct fluxo_span *names, size_t count);

/* For who finds fault with Content-Encoding itself: no octet will pass any more, as after a coding that is not known. Answers
   FLUXO_FAULT, or FLUXO_MISUSE_ORDER as add does. */
int fluxo_pipe_refuse(struct fluxo_pipe *pipe, unsigned fault);

/*
 * Three ways to drive a pipe. Each does what can be done with the octets and the room at hand, and moves `in` on by what was
 * taken; what is left of it is to be given again, with what follows it. `follow` says what stands behind `in`; once LAST was
 * said it is to be said again, with nothing but what was left. Octets that are inside wait for the next call, and `in` may be
 * empty, to have just them. The first two may take turns, and answer
 *   FLUXO_DONE   all is taken, and out: bring more
 *   FLUXO_FULL   there is more than room, or than the sink takes: call again when there is room
 *   FLUXO_END    LAST was said, and all is out: the content is complete
 *   FLUXO_FAULT  see `fault`: CODING_BROKEN, CODING_TRUNCATED, OUTPUT_LIMIT, RATIO_LIMIT, or what add said. All octets before
 *                the fault have been delivered. It stays so
 *   FLUXO_MISUSE_ORDER, FLUXO_MISUSE_LENGTH  what follows LAST is not what was left then
 *   FLUXO_MISUSE_ARGUMENT                    no such `follow`
 * or a negative value from a coding, which stays too. No content at all is not empty content in a coding: its decoder says
 * CODING_TRUNCATED.
 */

/* Into `room`, which is moved on. Without codings, octets are copied. */
int fluxo_pipe_step(struct fluxo_pipe *pipe, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow);

/* Into a sink, which is called as long as it takes all that it is offered. Without codings it is offered `in` itself. */
int fluxo_pipe_push(struct fluxo_pipe *pipe, struct fluxo_span *in, enum fluxo_follow follow, const struct fluxo_sink *sink);

/*
 * As a source: `outer` gives what comes out when `inner` goes in. Both, and the pipe, stay where they are while it is used.
 * Without codings the spans and the length are those of `inner`. A call pulls until there are octets to lend or `inner` has
 * none now; `idle` is what then follows: MORE, or FLUSH so that the peer has all there is. NOT_NOW and negative values of
 * `inner` are passed on, and may be followed by more. Answers FLUXO_DONE, FLUXO_MISUSE_ARGUMENT for another `idle`, or
 * FLUXO_MISUSE_ORDER if the pipe is driven already, or closed.
 */
int fluxo_pipe_source(struct fluxo_pipe *pipe, struct fluxo_source *inner, enum fluxo_follow idle, struct fluxo_source *outer);

#ifdef __cplusplus
}
#endif
#endif
