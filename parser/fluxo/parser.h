/* SPDX-License-Identifier: MIT */
/*
 * <fluxo/parser.h>: HTTP/1.1 messages (RFC 9112), from bytes to events.
 *
 * You hand over bytes as they arrive, cut anywhere, and an array; the parser writes what it has read into the array as
 * events that point into your bytes. It allocates nothing, calls nothing back, keeps no pointer to your bytes, and stops
 * by itself where you may want to decide. All functions may be used from any thread, a parser from one at a time.
 *
 *     struct fluxo_parser p;
 *     struct fluxo_event ev[64];
 *     fluxo_parser_init(&p, FLUXO_REQUEST, NULL);
 *     struct fluxo_feed r = fluxo_parser_feed(&p, bytes, length, ev, 64);
 *
 * Whole mode (the default) leaves an unfinished head, trailer section or asked-for chunk line unconsumed: pass it again, at
 * any address, with more bytes behind it.
 * Every name and value is then one span, and nothing is read again but the few octets of a short line that had not ended.
 * Pieces mode consumes all it is given and needs constant memory: a line may come as several events, to be joined.
 */
#ifndef FLUXO_PARSER_H
#define FLUXO_PARSER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Vocabulary: each list has its one home in a .def file beside this header. ---- */

enum fluxo_kind { FLUXO_REQUEST, FLUXO_RESPONSE };

/* 0 is any method that is not in methods.def. */
enum fluxo_method {
    FLUXO_METHOD_OTHER,
#define METHOD(id, name, safe, idempotent, section) FLUXO_METHOD_##id,
#include <fluxo/methods.def>
#undef METHOD
    FLUXO_METHODS
};

/* 0 is any field that is not in fields.def. */
enum fluxo_field {
    FLUXO_FIELD_OTHER,
#define FIELD(id, name, steers, section) FLUXO_FIELD_##id,
#include <fluxo/fields.def>
#undef FIELD
    FLUXO_FIELDS
};

/* 0 is no error. */
enum fluxo_error_code {
    FLUXO_ERR_NONE,
#define ERROR(name, status, section, sentence) FLUXO_ERR_##name,
#include <fluxo/errors.def>
#undef ERROR
    FLUXO_ERRORS
};

/* How the octets of a body are told from what follows them (RFC 9112 6.3). */
enum fluxo_framing { FLUXO_FRAMING_NONE, FLUXO_FRAMING_LENGTH, FLUXO_FRAMING_CHUNKED, FLUXO_FRAMING_CLOSE };

/* ---- Events ---- */

enum fluxo_event_kind {
    /* clang-format off */
                              /* name          value                           id                                      */
    FLUXO_EVENT_REQUEST_LINE, /* method        request-target                  enum fluxo_method                       */
    FLUXO_EVENT_STATUS_LINE,  /* status-code   reason-phrase                   the status as a number                  */
    FLUXO_EVENT_FIELD,        /* field-name    field-value without outer OWS   enum fluxo_field if it steers the parser */
    FLUXO_EVENT_HEAD,         /*                                               enum fluxo_framing                      */
    FLUXO_EVENT_CHUNK,        /* chunk-size    chunk-ext                       (only with FLUXO_CHUNKS)                */
    FLUXO_EVENT_BODY,         /*               octets of content                                                       */
    FLUXO_EVENT_TRAILER,      /* field-name    field-value without outer OWS   as FIELD                                */
    FLUXO_EVENT_MESSAGE       /*                                                                                       */
    /* clang-format on */
};

enum {
    FLUXO_EVENT_MORE = 1, /* pieces mode: the line goes on in the next event of this kind */
    FLUXO_EVENT_FOLD = 2  /* FLUXO_RELAX_OBS_FOLD: no name; the value before goes on, behind one SP */
};

/*
 * Read events through the two helpers below. `at` counts from the first byte of the call that delivered the event; if it is
 * not below that call's `consumed`, the bytes are passed again in the next call, there at `at - consumed`. HEAD and MESSAGE
 * stand at the byte after them. An id is right in the last event of a line.
 */
struct fluxo_event {
    uint8_t kind, flags;
    uint16_t id;
    uint32_t at;       /* of the name's first byte, or the value's where there is no name */
    uint16_t name_len; /* 0: no name in this event */
    uint16_t gap;      /* from name to value; without a name: the blanks to drop from the end of what earlier pieces gave */
    uint32_t len;      /* of the value */
};

struct fluxo_span {
    const char *start;
    size_t length;
};

/* Name and value of an event; `bytes` as they were passed to the call that delivered it. Valid as long as those bytes are. */
static inline struct fluxo_span fluxo_event_name(const struct fluxo_event *event, const void *bytes)
{
    struct fluxo_span span = {(const char *)bytes + event->at, event->name_len};
    return span;
}

static inline struct fluxo_span fluxo_event_value(const struct fluxo_event *event, const void *bytes)
{
    struct fluxo_span span = {(const char *)bytes + event->at + (event->name_len ? event->gap : 0), event->len};
    return span;
}

/* ---- Options ---- */

enum {
    FLUXO_PIECES = 1, /* pieces mode */
    FLUXO_CHUNKS = 2  /* deliver a CHUNK event for each chunk line, and hold the line in whole mode */
};

/*
 * What the letter of the RFCs refuses and may be let pass, a bit each: relax.def says who needs it and what attack it opens.
 * A profile is a set of these bits. STRICT has none; DEFAULT those that real clients need and no attack uses; LEGACY all but
 * those that switch off a rule about a whole message.
 */
enum fluxo_relax_row {
#define RELAX(bit, name, profile, section, passes, needs, attack) FLUXO_RELAX_ROW_##bit,
#include <fluxo/relax.def>
#undef RELAX
    FLUXO_RELAX_ROWS
};

enum fluxo_relax {
#define RELAX(bit, name, profile, section, passes, needs, attack) FLUXO_RELAX_##bit = 1 << FLUXO_RELAX_ROW_##bit,
#include <fluxo/relax.def>
#undef RELAX
    FLUXO_RELAX_ALL = (1 << FLUXO_RELAX_ROWS) - 1
};

enum fluxo_profile {
    FLUXO_PROFILE_STRICT = 0,
#define FLUXO_IN_DEFAULT(bit) | FLUXO_RELAX_##bit
#define FLUXO_IN_LEGACY(bit)
#define FLUXO_IN_ALONE(bit)
#define RELAX(bit, name, profile, section, passes, needs, attack) FLUXO_IN_##profile(bit)
    FLUXO_PROFILE_DEFAULT = 0
#include <fluxo/relax.def>
    ,
#undef FLUXO_IN_LEGACY
#define FLUXO_IN_LEGACY(bit) | FLUXO_RELAX_##bit
    FLUXO_PROFILE_LEGACY = 0
#include <fluxo/relax.def>
#undef RELAX
#undef FLUXO_IN_DEFAULT
#undef FLUXO_IN_LEGACY
#undef FLUXO_IN_ALONE
};

/* Each limit has its own error; limits.def gives default, least and most. Bytes count when seen, complete or not. A buffer
   larger than the limits for head and trailers, and with FLUXO_CHUNKS by 18 larger than that for extensions, never fills up. */
struct fluxo_limits {
#define LIMIT(member, name, type, standard, least, most, error) type member;
#include <fluxo/limits.def>
#undef LIMIT
};

struct fluxo_options {
    uint32_t relax; /* a profile, or any FLUXO_RELAX_ bits */
    uint32_t flags; /* FLUXO_PIECES, FLUXO_CHUNKS */
    struct fluxo_limits limits;
};

/* Default profile, whole mode, default limits. */
void fluxo_options_init(struct fluxo_options *options);

/* ---- The parser ---- */

/* Plain data that may be copied and moved; its members are private. */
struct fluxo_parser {
    const struct fluxo_options *options;
    uint64_t offset, length, remaining;
    uint32_t seen;
    int32_t section, name;
    uint32_t value_end;
    uint16_t name_len, value_off, code, fields, sub;
    uint8_t state, lane;
    uint32_t response : 1, answers_head : 1, answers_connect : 1, close : 1, phase : 4; /* an octet a row */
    uint32_t line : 3, part : 2, steer : 3;
    uint32_t minor : 4, framing : 2, coding : 2;
    uint32_t fold : 1, length_seen : 1, host_seen : 1, keep_alive : 1, upgrade_option : 1, upgrade_field : 1,
        expect_continue : 1;
};

enum fluxo_status {
    FLUXO_NEED_MORE,   /* all bytes are read; more are needed. Never an error */
    FLUXO_EVENTS_FULL, /* fewer than three slots are left, or 2^31 - 1 bytes are read: call again, even with no bytes left */
    FLUXO_HEAD,        /* a head is complete and a body is due: refuse it, limit it, or go on */
    FLUXO_MESSAGE,     /* a message is complete; what follows belongs to the next. A 1xx response is a message */
    FLUXO_SWITCHED,    /* after CONNECT, 101, or 2xx to CONNECT: the bytes are no longer HTTP/1.1; none is consumed */
    FLUXO_CLOSED,      /* after a message that closes the connection: none is consumed */
    FLUXO_ERROR        /* see `error` */
};

struct fluxo_feed {
    size_t consumed; /* drop so many bytes from the front; pass the rest again */
    uint32_t count;  /* events written */
    uint8_t status;  /* enum fluxo_status */
    uint8_t error;   /* enum fluxo_error_code, with FLUXO_ERROR */
};

/*
 * Begins a connection. `options` (NULL: the defaults) is kept by pointer and must not change while the parser lives.
 * Returns 0, or FLUXO_ERR_MISUSE for an option out of its range: then the parser has not changed.
 */
int fluxo_parser_init(struct fluxo_parser *parser, enum fluxo_kind kind, const struct fluxo_options *options);

/*
 * Response parsers: says which method the next final response answers (RFC 9112 6.3: HEAD and CONNECT matter). To be called
 * before the response's first byte; survives 1xx responses; forgotten at the final MESSAGE. Returns 0 or FLUXO_ERR_MISUSE.
 */
int fluxo_parser_answers(struct fluxo_parser *parser, enum fluxo_method method);

enum { FLUXO_CAPACITY_LEAST = 8 }; /* events that a call must have room for */

/*
 * Reads bytes, writes at most `capacity` (FLUXO_CAPACITY_LEAST or more) events, and returns at the first decision point.
 * `bytes` must begin with those that earlier calls left unconsumed. Events are delivered once, in order, when their last byte
 * is seen. FLUXO_ERROR is sticky; bytes that belong to what is refused are not consumed. FLUXO_ERR_MISUSE (too small a
 * capacity, no array, fewer bytes than were left) changes nothing and is not sticky.
 */
struct fluxo_feed fluxo_parser_feed(struct fluxo_parser *parser, const void *bytes, size_t length, struct fluxo_event *events,
                                    uint32_t capacity);

/*
 * Says that the peer has closed the connection. MESSAGE: a body that ends at close is now complete. CLOSED: nothing had
 * begun. NEED_MORE: the message is cut short, incomplete. SWITCHED, ERROR: as feed.
 */
struct fluxo_feed fluxo_parser_finish(struct fluxo_parser *parser, struct fluxo_event *events, uint32_t capacity);

/* What is known of the current message: the start-line's facts from its event on, the others from HEAD to MESSAGE. */
struct fluxo_facts {
    uint64_t length;         /* framing LENGTH: the Content-Length; else octets of content so far */
    uint16_t status;         /* responses */
    uint8_t method;          /* requests: enum fluxo_method */
    uint8_t minor;           /* of the version, as received: 0 to 9. Above 1 is treated as 1 (RFC 9112 2.3) */
    uint8_t framing;         /* enum fluxo_framing */
    uint8_t keep_alive;      /* the connection may serve another message (RFC 9112 9.3) */
    uint8_t upgrade;         /* request: Upgrade is offered; who answers 101 stops feeding. Response: 101 (RFC 9110 7.8) */
    uint8_t expect_continue; /* the client waits for 100 (RFC 9110 10.1.1) */
};
struct fluxo_facts fluxo_parser_facts(const struct fluxo_parser *parser);

/* The offset in the connection, from 0, of the error that made the parser refuse: of the first byte that cannot stand there;
   of the value's first byte for a rule about a whole value; of the byte after it for a whole head; of the first byte beyond
   a limit. Without such an error, the offset of the first byte that is not consumed. */
uint64_t fluxo_parser_offset(const struct fluxo_parser *parser);

/* ---- Tables. The strings are constants; NULL or 0 for what is not in the table. ---- */

struct fluxo_error_entry {
    const char *name;     /* "FIELD_NAME" */
    const char *section;  /* "RFC 9112 5.1" */
    const char *sentence; /* what rule was broken */
    uint16_t status;      /* what a server should answer (a gateway to a response: 502); 0: the fault is the caller's */
};
const struct fluxo_error_entry *fluxo_error(unsigned code);

const char *fluxo_method_name(unsigned method);
const char *fluxo_field_name(unsigned field);
const char *fluxo_status_reason(unsigned status);
unsigned fluxo_method_id(const char *name, size_t length); /* case-sensitive */
unsigned fluxo_field_id(const char *name, size_t length);  /* not case-sensitive */

const char *fluxo_version(void);

#ifdef __cplusplus
}
#endif
#endif
