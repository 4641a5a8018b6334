/* SPDX-License-Identifier: MIT */
/*
 * Pauses and limits. With the least room, with pauses and with wrong calls in between, an input says the same. A limit that is
 * as large as what the input has changes nothing; one less refuses it.
 */
#include "check.h"

#include <string.h>

enum { LIMITED = 2 };

/* ---- Pauses ---- */

static void check_pauses(const struct trial *trial, const struct reading *whole)
{
    struct manner manner = manner_of_head(trial);

    manner.capacity = FLUXO_CAPACITY_LEAST;
    manner.misuses = trial->pauses | UINT32_C(0x100);
    check_manner(trial, whole, &manner, "pause");
}

/* ---- How much of each limit an input needs ---- */

static const uint64_t UNKNOWN = UINT64_MAX;

struct message {
    size_t start, trailers; /* where it begins, and where its trailer section does, if that is known */
    uint64_t fields, body, extensions;
};

struct needs {
    uint64_t of[LIMIT_ROWS];
    struct message message; /* the one that is being measured */
};

static void need(struct needs *needs, enum limit_row row, uint64_t this)
{
    if (needs->of[row] < this)
        needs->of[row] = this;
}

static uint64_t count_lines(const uint8_t *bytes, size_t from, size_t to)
{
    uint64_t lines = 0;

    for (; from < to; from++)
        lines += bytes[from] == '\n';
    return lines;
}

static size_t find_line_end(const uint8_t *bytes, size_t from)
{
    while (bytes[from] != '\r' && bytes[from] != '\n')
        from++;
    return from;
}

static size_t record_end(const struct record *record)
{
    return record->value_length ? record->value_at + record->value_length : record->name_at + record->name_length;
}

static void measure_field(struct needs *needs, const struct record *record, const uint8_t *bytes)
{
    need(needs, LIMIT_ROW_fields, ++needs->message.fields);
    need(needs, LIMIT_ROW_field_name, record->name_length);
    if (record->flags & FLUXO_EVENT_FOLD) /* it does not say where its line begins */
        needs->of[LIMIT_ROW_field_line] = UNKNOWN;
    else
        need(needs, LIMIT_ROW_field_line, find_line_end(bytes, record_end(record)) - record->name_at);
}

static void measure_chunk(struct needs *needs, const struct record *record, const uint8_t *bytes)
{
    need(needs, LIMIT_ROW_extensions, needs->message.extensions += record->value_length);
    needs->message.trailers = find_line_end(bytes, record_end(record)) + 2;
}

static void end_message(struct needs *needs, size_t at)
{
    if (needs->message.trailers)
        need(needs, LIMIT_ROW_trailers, at - needs->message.trailers);
    memset(&needs->message, 0, sizeof needs->message);
    needs->message.start = at;
}

static void measure_record(struct needs *needs, const struct record *record, const uint8_t *bytes)
{
    struct message *message = &needs->message;

    switch (record->kind) {
    case FLUXO_EVENT_REQUEST_LINE:
        need(needs, LIMIT_ROW_empty_lines, count_lines(bytes, message->start, record->name_at));
        need(needs, LIMIT_ROW_method, record->name_length);
        need(needs, LIMIT_ROW_target, record->value_length);
        break;
    case FLUXO_EVENT_FIELD:
    case FLUXO_EVENT_TRAILER:
        measure_field(needs, record, bytes);
        break;
    case FLUXO_EVENT_HEAD:
        need(needs, LIMIT_ROW_head, record->name_at - message->start);
        break;
    case FLUXO_EVENT_CHUNK:
        measure_chunk(needs, record, bytes);
        break;
    case FLUXO_EVENT_BODY:
        need(needs, LIMIT_ROW_body, message->body += record->value_length);
        break;
    case FLUXO_EVENT_MESSAGE:
        end_message(needs, record->name_at);
        break;
    default:
        break;
    }
}

/* What has begun behind the last message, which is nothing but empty lines. */
static void measure_rest(struct needs *needs, const struct trial *trial)
{
    size_t start = needs->message.start;

    need(needs, LIMIT_ROW_empty_lines, count_lines(trial->bytes, start, trial->length));
    need(needs, LIMIT_ROW_head, trial->length - start);
}

/* Extensions and where trailers begin are only in CHUNK events. */
static struct needs measure(const struct trial *trial, const struct reading *whole)
{
    struct needs needs;
    size_t nth;

    memset(&needs, 0, sizeof needs);
    if (!(trial->options.flags & FLUXO_CHUNKS))
        needs.of[LIMIT_ROW_extensions] = needs.of[LIMIT_ROW_trailers] = UNKNOWN;
    for (nth = 0; nth < whole->count; nth++)
        measure_record(&needs, &whole->records[nth], trial->bytes);
    if (whole->ending == ENDING_MORE)
        measure_rest(&needs, trial);
    return needs;
}

/* ---- One limit ---- */

/* A reading that ends inside a message, or is refused, may have met more than its records show. */
static int shows_all(const struct reading *whole)
{
    return whole->ending == ENDING_SWITCHED || whole->ending == ENDING_CLOSED ||
           (whole->ending == ENDING_MORE && whole->finish == FINISH_CLEAN);
}

static const struct reading *read_limited(const struct trial *trial, enum limit_row row, uint64_t limit)
{
    struct manner asked = manner_of_head(trial);
    struct trial limited = *trial;

    limit_set(&limited.options.limits, row, limit);
    read_trial(reading_of(LIMITED), &limited, &asked);
    return reading_of(LIMITED);
}

static void check_limit(const struct trial *trial, const struct reading *whole, enum limit_row row)
{
    struct needs needs = measure(trial, whole);
    uint64_t least = row == LIMIT_ROW_trailers ? 2 : limit_least(row); /* the CRLF that ends them always fits */
    const struct reading *refused;

    if (needs.of[row] == UNKNOWN || needs.of[row] < least)
        return;
    reading_compare(whole, read_limited(trial, row, needs.of[row]), "limit");
    if (needs.of[row] == least)
        return;
    refused = read_limited(trial, row, needs.of[row] - 1);
    hold(refused->ending == ENDING_ERROR && refused->error == limit_error(row), "limit",
         "one more than it allows is not refused");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct reading *whole;
    struct trial trial;
    unsigned row;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    whole = check_whole(&trial);
    check_pauses(&trial, whole);
    if (!shows_all(whole))
        return 0;
    for (row = 0; row < LIMIT_ROWS; row++)
        if (trial.every_cut || row == trial.own % LIMIT_ROWS)
            check_limit(&trial, whole, (enum limit_row)row);
    return 0;
}
