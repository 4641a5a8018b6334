/* SPDX-License-Identifier: MIT */
/*
 * <fluxo/stream.h>: one HTTP/1.1 connection's life, without I/O, for servers and clients.
 *
 * You bring the bytes and carry them away; this part knows what they mean for the connection. It owns no socket, no clock and
 * no thread. fluxo_conn_want says in one word what to do next, and a server is a loop around it:
 *
 *     switch (fluxo_conn_want(&conn)) {
 *     case FLUXO_WANT_READ:     read from the socket; fluxo_conn_receive(&conn, ...), or at the end fluxo_conn_end(&conn, ...)
 *     case FLUXO_WANT_CONTINUE: fluxo_write_continue(&writer)
 *     case FLUXO_WANT_WRITE:    fluxo_write_response(&writer, ...), or more of its body; send what fluxo_writer_output says
 *     case FLUXO_WANT_NEXT:     fluxo_conn_next(&conn)
 *     case FLUXO_WANT_CLOSE:    close the socket, when all output is sent
 *     ...
 *     }
 *
 * There are two kinds of errors, which never mix (base.h). When the peer breaks the protocol, fluxo_conn_receive says
 * FLUXO_ERROR, fluxo_conn_fault names the rule with the status to answer, and the connection can only be answered and closed.
 * When you break the contract of a call, it returns a value below 0 and nothing has changed.
 *
 * A connection, a head, a writer may each be used from one thread at a time. What one of them points to is yours. sizes.def has
 * the size of every struct.
 */
#ifndef FLUXO_STREAM_H
#define FLUXO_STREAM_H

#include <fluxo/base.h>
#include <fluxo/body.h>
#include <fluxo/date.h>
#include <fluxo/field.h>
#include <fluxo/parser.h>
#include <fluxo/target.h>

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A span of a string that ends in NUL. */
static inline struct fluxo_span fluxo_text(const char *text)
{
    struct fluxo_span span = {text, text ? strlen(text) : 0};
    return span;
}

/* ---- Life: the states of the two sides of an exchange. life.def has every step, want.def every answer of want. ---- */

enum fluxo_role { FLUXO_CLIENT, FLUXO_SERVER };

/* The request side is never in WAIT. */
enum fluxo_side {
    FLUXO_SIDE_IDLE,   /* nothing yet */
    FLUXO_SIDE_WAIT,   /* a final response is due */
    FLUXO_SIDE_BODY,   /* after the head, before the end of the message */
    FLUXO_SIDE_DONE,   /* the message is complete */
    FLUXO_SIDE_TUNNEL, /* no longer HTTP/1.1 */
    FLUXO_SIDE_CLOSED, /* closed at a place where that is no error */
    FLUXO_SIDE_ERROR,  /* refused, or cut short */
    FLUXO_SIDES
};

enum {
    FLUXO_LIFE_SERVER = 1,        /* the role: who writes the responses */
    FLUXO_LIFE_CLOSE = 2,         /* the connection ends after this exchange */
    FLUXO_LIFE_OLD = 4,           /* the client speaks HTTP/1.0 */
    FLUXO_LIFE_UPGRADE = 8,       /* the request offers other protocols */
    FLUXO_LIFE_CONNECT = 16,      /* the request asks for a tunnel */
    FLUXO_LIFE_EXPECT = 32,       /* the client waits for 100 before it sends the body */
    FLUXO_LIFE_WANTED = 64,       /* and it is to have it */
    FLUXO_LIFE_UNTIL_CLOSE = 128, /* the response ends when the server closes */
    FLUXO_LIFE_HELD = 256         /* octets wait behind the request */
};

enum fluxo_life_event {
#define LIFE_EVENT(name) FLUXO_LIFE_EVENT_##name,
#include <fluxo/events.def>
#undef LIFE_EVENT
    FLUXO_LIFE_EVENTS
};

struct fluxo_life {
    uint8_t request, response; /* enum fluxo_side */
    uint16_t flags;            /* FLUXO_LIFE_ */
};

/* One step of the table: `brings` are the flags that a head adds. Returns whether the event may happen; if not, nothing has
   changed. A connection takes these steps itself; the function is here for who wants to look at the table. */
int fluxo_life_step(struct fluxo_life *life, enum fluxo_life_event event, unsigned brings);
const char *fluxo_side_name(unsigned side);        /* "IDLE" */
const char *fluxo_life_event_name(unsigned event); /* "REQUEST_CONTENT" */

enum fluxo_want {
    FLUXO_WANT_READ,     /* receive bytes, or the end of them */
    FLUXO_WANT_WRITE,    /* your turn to write: a request or a response, or more of its body. You may also read meanwhile */
    FLUXO_WANT_CONTINUE, /* server: fluxo_write_continue */
    FLUXO_WANT_WAIT,     /* client: read, and when you have waited long enough for an answer, fluxo_conn_proceed or write */
    FLUXO_WANT_PAUSE,    /* server: as WRITE, but do not read: the next request waits already */
    FLUXO_WANT_NEXT,     /* fluxo_conn_next: both messages are complete and the connection persists */
    FLUXO_WANT_DRAIN,    /* server: receive; what comes is the rest of a body that nobody wants, and is dropped */
    FLUXO_WANT_SWITCH,   /* the bytes that are not consumed, and all that follow, are the other protocol's */
    FLUXO_WANT_LINGER,   /* server: send all output, shut down sending, then read and drop until the peer closes or you have
                            waited long enough; then close (RFC 9112 9.6: else the last response may be lost) */
    FLUXO_WANT_CLOSE,    /* send all output and close */
    FLUXO_WANTS
};
enum fluxo_want fluxo_life_want(const struct fluxo_life *life);
const char *fluxo_want_name(unsigned want); /* "READ" */

/* ---- The connection ---- */

struct fluxo_conn_options {
    struct fluxo_options parser; /* profile, limits, mode of the side that is read */
    uint64_t drain;              /* octets of a body that nobody wants which a server reads to keep the connection: 65,536 */
    uint32_t interims;           /* interim responses that a client takes before a final one: 16 */
};
void fluxo_conn_options_init(struct fluxo_conn_options *options);

/* Plain data that may be moved, parser included; nothing else belongs to a connection at rest. Members are private.
 */
struct fluxo_conn {
    struct fluxo_parser parser;
    const struct fluxo_conn_options *options;
    uint64_t drained, skipped;
    struct fluxo_life life;
    uint32_t interims, left;
    uint16_t status;
    uint8_t method, fault;
};

/* `options` (NULL: the defaults) is kept by pointer. Returns 0 or FLUXO_MISUSE_ARGUMENT. */
int fluxo_conn_init(struct fluxo_conn *conn, enum fluxo_role role, const struct fluxo_conn_options *options);

enum { FLUXO_PAUSED = FLUXO_ERROR + 1 }; /* a status of receive, beside those of enum fluxo_status */

/*
 * Receives bytes: fluxo_parser_feed, with its contract, and the steps of the connection's life. Beyond its statuses:
 *
 *     PAUSED   a message is complete, and the bytes behind it wait for fluxo_conn_next. None is consumed
 *     ERROR    fluxo_conn_fault says what the peer did. Sticky. (With `error` FLUXO_ERR_MISUSE: the caller did, as in feed)
 *     MESSAGE  on a client also for each interim response: fluxo_conn_status tells
 *
 * While want is DRAIN no events are written: what comes is dropped, up to options.drain octets.
 */
struct fluxo_feed fluxo_conn_receive(struct fluxo_conn *conn, const void *bytes, size_t length, struct fluxo_event *events,
                                     uint32_t capacity);

/*
 * Says that the peer sends no more, in order (read returned 0); to be called when nothing that came before it can be consumed
 * any more: not while want is PAUSE (FLUXO_ERR_MISUSE). MESSAGE: a response that ends there is complete. CLOSED: the connection
 * has ended between messages. ERROR: a message was cut short (FLUXO_FAULT_TRUNCATED). A server may still answer a request that
 * is complete.
 */
struct fluxo_feed fluxo_conn_end(struct fluxo_conn *conn, struct fluxo_event *events, uint32_t capacity);

/*
 * Says that the connection broke: a reset, a timeout, no route. Nothing can be sent either: want is CLOSE, or LINGER behind a
 * last response. What has begun and is not complete is FLUXO_FAULT_TRUNCATED, also a response that would end with the
 * connection.
 */
void fluxo_conn_break(struct fluxo_conn *conn);

enum fluxo_want fluxo_conn_want(const struct fluxo_conn *conn);

/* Where the two sides stand, for who wants to tell or to compare. */
struct fluxo_life fluxo_conn_life(const struct fluxo_conn *conn);

/* What is known of the message that is read; as fluxo_parser_facts. */
struct fluxo_facts fluxo_conn_facts(const struct fluxo_conn *conn);

/* The exchange: the request's method (0: none yet, or another), the last response's status (0: none yet), interim ones
 * included. */
enum fluxo_method fluxo_conn_method(const struct fluxo_conn *conn);
unsigned fluxo_conn_status(const struct fluxo_conn *conn);

/* The fault of the peer (0: none), for fluxo_fault; and where: the offset in all bytes of the connection, from 0, as
   fluxo_parser_offset tells it. TRUNCATED stands behind the last byte. */
unsigned fluxo_conn_fault(const struct fluxo_conn *conn);
uint64_t fluxo_conn_offset(const struct fluxo_conn *conn);

/* Server: the body is wanted. If the client waits for 100, want becomes CONTINUE. FLUXO_MISUSE_ORDER: there is no body due. */
int fluxo_conn_accept(struct fluxo_conn *conn);

/* Client: 100 has been waited for long enough; the body may follow. FLUXO_MISUSE_ORDER: it was not waited for. */
int fluxo_conn_proceed(struct fluxo_conn *conn);

/* Both messages are complete: on to the next exchange. FLUXO_MISUSE_ORDER: want is not NEXT. */
int fluxo_conn_next(struct fluxo_conn *conn);

/* We send no more, whether our message is complete or not: its rest will not come. FLUXO_MISUSE_ORDER: that is so already. */
int fluxo_conn_shut(struct fluxo_conn *conn);

/* ---- The head, collected from events ---- */

/*
 * Collects a head (or a trailer section) out of the events of one or more calls. The lines' place is the caller's or the
 * allocator's, an event each. In whole mode names and values are spans of the bytes of the call that completed the head, and
 * nothing is copied. What comes in pieces is joined in memory of the allocator. Members are private.
 */
struct fluxo_head {
    const char *bytes;
    struct fluxo_event *lines;
    const struct fluxo_allocator *allocator;
    char *text;
    uint32_t capacity, count, text_length, text_room;
    uint8_t is_trailers, is_open, is_complete;
    int8_t failure;
    uint32_t room;
};

/* `lines` has room for `capacity` events: one for the start-line and one a field; limits.fields + 1 are always enough. NULL:
   room is the allocator's, as much as the lines that come need, `capacity` at most; fluxo_head_close gives it back. */
void fluxo_head_init(struct fluxo_head *head, struct fluxo_event *lines, uint32_t capacity,
                     const struct fluxo_allocator *allocator);
void fluxo_head_init_trailers(struct fluxo_head *head, struct fluxo_event *lines, uint32_t capacity,
                              const struct fluxo_allocator *allocator);

/*
 * Adds what a call of fluxo_conn_receive (or fluxo_parser_feed) told: its bytes, its answer, its events. Call it after every
 * call until it answers FLUXO_DONE: the head is complete; FLUXO_NOT_NOW: it is not. In whole mode the bytes of the next call
 * must begin with those that this one left, as the parser wants it. FLUXO_MISUSE_ORDER: the head is complete already.
 * FLUXO_MISUSE_LIMIT: more lines than capacity, or FLUXO_MISUSE_MEMORY: then this head stays incomplete.
 */
int fluxo_head_add(struct fluxo_head *head, const void *bytes, struct fluxo_feed fed, const struct fluxo_event *events);

/* Copies what points to the caller's bytes, so that the head outlives them. FLUXO_MISUSE_MEMORY. */
int fluxo_head_keep(struct fluxo_head *head);

/* Empties it for the next head; the memory stays. And gives the memory back. */
void fluxo_head_reset(struct fluxo_head *head);
void fluxo_head_close(struct fluxo_head *head);

/* The start-line: the method or status-code, the request-target or reason-phrase. Empty spans in a trailer section. */
struct fluxo_span fluxo_head_method(const struct fluxo_head *head);
struct fluxo_span fluxo_head_target(const struct fluxo_head *head);
struct fluxo_span fluxo_head_reason(const struct fluxo_head *head);
enum fluxo_method fluxo_head_method_id(const struct fluxo_head *head);
unsigned fluxo_head_status(const struct fluxo_head *head); /* 0 in a request */

/* Whether a status is that of an interim response: 100 to 199. Below 100 it is as good as a 5xx (RFC 9110 15). */
static inline int fluxo_status_is_interim(unsigned status)
{
    return status >= 100 && status < 200;
}

/* Whether Transfer-Encoding names another coding than chunked, which the parser does not take off: then the octets of the body
   are coded still (RFC 9112 7.2), and who cannot decode them answers 501, or drops the response. */
int fluxo_head_is_coded(const struct fluxo_head *head);

/* The fields in their order, numbered from 0. */
uint32_t fluxo_head_fields(const struct fluxo_head *head);
struct fluxo_span fluxo_head_name(const struct fluxo_head *head, uint32_t field);
struct fluxo_span fluxo_head_value(const struct fluxo_head *head, uint32_t field);

/* The number of the first field of that name at or after `from`, names compared without case; fluxo_head_fields if there is
 * none. */
uint32_t fluxo_head_find(const struct fluxo_head *head, uint32_t from, struct fluxo_span name);

/* Of a known field: the first value ({NULL, 0}: there is none); and all values in order, not joined: at most `most` are
   written, the return value says how many there are. */
struct fluxo_span fluxo_head_get(const struct fluxo_head *head, enum fluxo_field field);
uint32_t fluxo_head_all(const struct fluxo_head *head, enum fluxo_field field, struct fluxo_span *values, uint32_t most);

/*
 * The effective request URI (RFC 9110 7.1): the target split (target.h) and reconciled with Host, by the flags and with the
 * answers of fluxo_target_reconcile; also FLUXO_FAULT when the target cannot be split. FLUXO_MISUSE_ORDER: this is no complete
 * request head.
 */
int fluxo_head_uri(const struct fluxo_head *head, struct fluxo_span own_name, unsigned flags, struct fluxo_uri *out);

/*
 * Adds decoders for the content codings that the head names in Content-Encoding to a pipe that is open, and has passed no
 * octets (body.h); without any, the pipe passes the content as it is. Answers as fluxo_pipe_decode; FLUXO_FAULT is pipe->fault
 * also when the field is no list of codings, and then `*at` (if `at` is not NULL) the offset in its line; or names more
 * than 16.
 */
int fluxo_head_decode(const struct fluxo_head *head, struct fluxo_pipe *pipe, size_t *at);

/* ---- The writer ---- */

enum { FLUXO_WRITER_PIECES = 16, FLUXO_WRITER_SPANS = 8 };

struct fluxo_piece {
    const char *start; /* NULL: in the writer's own text, at `at` */
    size_t length;
    uint32_t at;
};

/*
 * Writes messages of one connection as a row of spans, to be sent in order. Heads, chunk lines and trailers are text of its
 * own, in memory of the allocator; bodies are not copied: their octets must stay where they are until they are consumed.
 * Everything that is written is read by the rules of a strict parser first, so nothing comes out that it would refuse or read
 * otherwise. A connection needs one only while it writes. Members are private.
 */
struct fluxo_writer {
    struct fluxo_conn *conn;
    const struct fluxo_allocator *allocator;
    struct fluxo_parser check;
    char *text;
    uint32_t room, ready, to; /* text: its size; what waits ends at ready; a head that is open [ready, to) */
    uint32_t fields;          /* lines of the message, trailers included */
    uint64_t due;
    uint8_t first, count, stage, framing, options, method;
    uint16_t status;
    struct fluxo_piece pieces[FLUXO_WRITER_PIECES];
};

void fluxo_writer_init(struct fluxo_writer *writer, struct fluxo_conn *conn, const struct fluxo_allocator *allocator);
/* What was not consumed is lost. Reset begins anew, on any connection, and keeps the memory for what is written there; close
   gives the memory back. */
void fluxo_writer_reset(struct fluxo_writer *writer, struct fluxo_conn *conn);
void fluxo_writer_close(struct fluxo_writer *writer);

/* What is to be sent: at most `most` spans are written; returns how many. Then say how many octets went. FLUXO_MISUSE_LENGTH:
   so many were not waiting. */
uint32_t fluxo_writer_output(const struct fluxo_writer *writer, struct fluxo_span *spans, uint32_t most);
int fluxo_writer_consumed(struct fluxo_writer *writer, size_t octets);
uint64_t fluxo_writer_pending(const struct fluxo_writer *writer); /* octets */

/*
 * A head: begin it, add fields, end it with how its body is framed. It goes out when it is ended, whole or not at all. The
 * writer adds Host, Content-Length, Transfer-Encoding and Connection; the fields of those names, Upgrade and TE, cannot be
 * added by fluxo_write_field (FLUXO_MISUSE_OWN_CALL). All spans are copied.
 *
 * Of all these calls: FLUXO_MISUSE_ORDER: not now. FLUXO_MISUSE_MEMORY. FLUXO_MISUSE_LIMIT: longer than 1 MiB, or more than
 * 65,535 fields. FLUXO_FULL: too much waits to be sent; send, and try again.
 */

/* A client's request, always HTTP/1.1. `target` as RFC 9112 3.2 wants it for the method; `host` is the authority of the target
   URI without userinfo (RFC 9110 7.2), empty where it has none. FLUXO_MISUSE_METHOD, _TARGET, _HOST. */
int fluxo_write_request(struct fluxo_writer *writer, struct fluxo_span method, struct fluxo_span target,
                        struct fluxo_span host);

/* A server's response; 1xx are interim. An empty reason (fluxo_text(NULL)) stands for the usual one. FLUXO_MISUSE_STATUS: not
   from 100 to 599, or one that the request does not allow now (1xx to HTTP/1.0, 101 without an offer, 2xx to a CONNECT that was
   refused). FLUXO_MISUSE_REASON. */
int fluxo_write_response(struct fluxo_writer *writer, unsigned status, struct fluxo_span reason);

/* FLUXO_MISUSE_NAME, _VALUE, _OWN_CALL. */
int fluxo_write_field(struct fluxo_writer *writer, struct fluxo_span name, struct fluxo_span value);

/* Date, from seconds since 1970 (RFC 9110 6.6.1): an origin server with a clock sends it. FLUXO_MISUSE_ARGUMENT: after the year
 * 9999. */
int fluxo_write_date(struct fluxo_writer *writer, int64_t seconds);

/* The connection ends after this exchange; not for interim responses, FLUXO_MISUSE_ORDER. In a response it is said without
 * being asked for where it is so anyhow. */
int fluxo_write_close(struct fluxo_writer *writer);

/* Upgrade, with its connection option: what a request offers, or what a 101 (or 426) response names. FLUXO_MISUSE_VALUE: not a
   list of protocols. */
int fluxo_write_upgrade(struct fluxo_writer *writer, struct fluxo_span protocols);

/* TE, with its connection option; never with "chunked" in it (RFC 9112 7.4). FLUXO_MISUSE_VALUE: so, or not a list of codings.
 */
int fluxo_write_te(struct fluxo_writer *writer, struct fluxo_span codings);

/* Takes the head that is open back; nothing of it has gone out. */
int fluxo_write_nothing(struct fluxo_writer *writer);

enum fluxo_content {
    FLUXO_CONTENT_NONE,   /* no content: in a response Content-Length: 0, where that may stand */
    FLUXO_CONTENT_LENGTH, /* exactly so many octets */
    FLUXO_CONTENT_STREAM  /* as many as come: chunked; to an HTTP/1.0 client until close */
};

/*
 * Ends the head. With NONE the message is complete; else fluxo_write_end completes it. An answer to HEAD and a 304 say in their
 * head what the content would be; its octets may be written like those of others, and are dropped (fluxo_writer_has_body
 * tells). FLUXO_MISUSE_NO_BODY: there can be no content: in 1xx, 204, 205, CONNECT and 2xx to CONNECT.
 */
int fluxo_write_head(struct fluxo_writer *writer, enum fluxo_content content, uint64_t length);

/* 100 Continue, in one call; also while a final head is open, before which it goes out. */
int fluxo_write_continue(struct fluxo_writer *writer);

/* Whether the octets of the message that is being written go out; not so in an answer to HEAD, or a 304. */
int fluxo_writer_has_body(const struct fluxo_writer *writer);

/*
 * Octets of the body, in one or more spans (8 at most), which are taken whole (FLUXO_DONE) or not at all (FLUXO_FULL: send
 * first; that is back-pressure). With chunked framing a call makes one chunk, so give it much at a time: with 16 KiB the lines
 * around a chunk are 0.05 % of it. FLUXO_MISUSE_LENGTH: more than was declared. FLUXO_MISUSE_NO_BODY.
 */
int fluxo_write_body(struct fluxo_writer *writer, const struct fluxo_span *spans, uint32_t count);

/* The same with a chunk extension (";name=value"), which is left out where nothing is chunked. FLUXO_MISUSE_EXTENSION. */
int fluxo_write_chunk(struct fluxo_writer *writer, const struct fluxo_span *spans, uint32_t count, struct fluxo_span extension);

/*
 * Octets from a source (body.h): pulls at most `most` of them, once all that waits has been sent, since a source lends one span
 * at a time. FLUXO_DONE: some are in the output. FLUXO_FULL: send first. FLUXO_END: the source has no more; fluxo_write_end is
 * for you to call. FLUXO_NOT_NOW and all else that a source answers is passed on. FLUXO_MISUSE_LENGTH: the source has more than
 * was declared; what it lent is lost.
 */
int fluxo_write_source(struct fluxo_writer *writer, struct fluxo_source *source, size_t most);

/* Whether the body is chunked, so that extensions and trailers go out. */
int fluxo_writer_is_chunked(const struct fluxo_writer *writer);

/* A trailer field, when the body is complete; FLUXO_MISUSE_ORDER where nothing is chunked. FLUXO_MISUSE_TRAILER: one of
   framing, routing, authentication or content (RFC 9110 6.5.1). FLUXO_MISUSE_NAME, _VALUE. */
int fluxo_write_trailer(struct fluxo_writer *writer, struct fluxo_span name, struct fluxo_span value);

/* The message is complete. FLUXO_MISUSE_LENGTH: octets that were declared are missing; fluxo_conn_shut if they will not come.
 */
int fluxo_write_end(struct fluxo_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
