/* SPDX-License-Identifier: MIT */
/*
 * picohttpparser reads heads, all of it again when more has come. READER_LOOKS_UP: also finds, in the fields it gives, what
 * a server must know of a message, reads bodies by their length, and chunked ones with the decoder beside it.
 */
#include <picohttpparser.h>

#include "reader.h"

#include <string.h>
#include <strings.h>

enum { FIELDS_MOST = 128, INCOMPLETE = -2 };

enum phase { HEAD, LENGTH, CHUNKED };

static const struct stream *present;

static struct {
    enum phase phase;
    size_t seen;        /* of a head that is not complete */
    uint64_t remaining; /* of a body */
    int keeps_alive;
    struct phr_chunked_decoder decoder;
} state;

static struct {
    const char *method, *target, *reason;
    size_t method_length, target_length, reason_length;
    int minor, status;
    struct phr_header fields[FIELDS_MOST];
    size_t count;
} head;

static void begin(const struct stream *stream)
{
    present = stream;
    memset(&state, 0, sizeof state);
}

static void log_head(struct log *log)
{
    size_t at;

    if (present->is_response)
        log_status(log, (unsigned)head.status);
    else
        log_start(log, head.method, head.method_length, head.target, head.target_length);
    for (at = 0; at < head.count; at++)
        log_field(log, head.fields[at].name, head.fields[at].name_len, head.fields[at].value, head.fields[at].value_len);
}

static void end_message(struct reading *reading)
{
    state.phase = HEAD;
    reading->messages++;
    if (reading->log)
        log_end(reading->log);
}

/* ---- What a user must add ---- */

static int is_name(const struct phr_header *field, const char *name, size_t length)
{
    return field->name_len == length && strncasecmp(field->name, name, length) == 0;
}

static int is_value(const struct phr_header *field, const char *value, size_t length)
{
    return field->value_len == length && strncasecmp(field->value, value, length) == 0;
}

static int read_length(const struct phr_header *field)
{
    uint64_t length = 0;
    size_t at;

    for (at = 0; at < field->value_len; at++) {
        if (field->value[at] < '0' || field->value[at] > '9' || length > UINT64_MAX / 10 - 1)
            return -1;
        length = length * 10 + (uint64_t)(field->value[at] - '0');
    }
    state.phase = LENGTH;
    state.remaining = length;
    return 0;
}

static int look_up(const struct phr_header *field)
{
    switch (field->name_len) {
    case 10:
        if (is_name(field, "connection", 10))
            state.keeps_alive = !is_value(field, "close", 5);
        return 0;
    case 14:
        return state.phase != CHUNKED && is_name(field, "content-length", 14) ? read_length(field) : 0;
    case 17:
        if (!is_name(field, "transfer-encoding", 17))
            return 0;
        state.phase = CHUNKED;
        return is_value(field, "chunked", 7) ? 0 : -1;
    default:
        return 0;
    }
}

static int decide_framing(void)
{
    size_t at;

    state.keeps_alive = head.minor == 1;
    for (at = 0; at < head.count; at++)
        if (look_up(&head.fields[at]))
            return -1;
    if (present->answers_head || (state.phase == LENGTH && !state.remaining))
        state.phase = HEAD;
    if (state.phase == CHUNKED) {
        memset(&state.decoder, 0, sizeof state.decoder);
        state.decoder.consume_trailer = 1;
    }
    return 0;
}

static size_t feed_length(const char *bytes, size_t length, struct reading *reading)
{
    size_t taken = state.remaining < length ? (size_t)state.remaining : length;

    if (reading->log)
        log_body(reading->log, bytes, taken);
    state.remaining -= taken;
    if (!state.remaining)
        end_message(reading);
    return taken;
}

/* What lies behind the body would be moved, so this reader can have nothing there. */
static size_t feed_chunked(const char *bytes, size_t length, struct reading *reading)
{
    size_t content = length;
    ssize_t left = phr_decode_chunked(&state.decoder, (char *)(uintptr_t)bytes, &content);

    if (left == -1 || left > 0)
        reading->trouble = left > 0 ? "bytes behind a chunked body" : "a chunk is refused";
    if (reading->log)
        log_body(reading->log, bytes, content);
    if (left == 0)
        end_message(reading);
    return length;
}

/* ---- Heads ---- */

static int parse_head(const char *bytes, size_t length)
{
    head.count = FIELDS_MOST;
    if (present->is_response)
        return phr_parse_response(bytes, length, &head.minor, &head.status, &head.reason, &head.reason_length, head.fields,
                                  &head.count, state.seen);
    return phr_parse_request(bytes, length, &head.method, &head.method_length, &head.target, &head.target_length, &head.minor,
                             head.fields, &head.count, state.seen);
}

static size_t feed_head(const char *bytes, size_t length, struct reading *reading)
{
    int taken = parse_head(bytes, length);

    if (taken < 0) {
        state.seen = length;
        if (taken != INCOMPLETE)
            reading->trouble = "a head is refused";
        return 0;
    }
    state.seen = 0;
    if (reading->log)
        log_head(reading->log);
    if (READER_LOOKS_UP && decide_framing())
        reading->trouble = "its framing is refused";
    if (state.phase == HEAD)
        end_message(reading);
    return (size_t)taken;
}

static size_t feed_phase(const char *bytes, size_t length, struct reading *reading)
{
    switch (state.phase) {
    case LENGTH:
        return feed_length(bytes, length, reading);
    case CHUNKED:
        return feed_chunked(bytes, length, reading);
    default:
        return feed_head(bytes, length, reading);
    }
}

static size_t feed(const char *bytes, size_t length, struct reading *reading)
{
    size_t at = 0, taken;

    do {
        taken = feed_phase(bytes + at, length - at, reading);
        at += taken;
    } while (taken && at < length && !reading->trouble);
    return at;
}

const struct reader READER = {READER_NAME, READER_LOOKS_UP ? READER_FRAMES | READER_SPOILS : 0,
                              READER_LOOKS_UP ? sizeof state : sizeof state.seen, begin, feed};
