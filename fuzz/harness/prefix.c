/* SPDX-License-Identifier: MIT */
/*
 * Prefixes: what a prefix says is the beginning of what the whole says; once refused, refused whatever follows; and a prefix
 * is refused as soon as nothing can follow it.
 */
#include "check.h"

#include <string.h>

enum { PREFIX = 2 };

static const struct reading *read_prefix(const struct trial *trial, size_t length)
{
    struct manner one_shot = manner_whole();
    struct trial prefix = *trial;

    prefix.length = length;
    read_trial(reading_of(PREFIX), &prefix, &one_shot);
    return reading_of(PREFIX);
}

/* ---- The beginning of what the whole says ---- */

static int is_beginning(const struct record *of, const struct record *record)
{
    struct record shorter = *of;

    if (of->kind == FLUXO_EVENT_BODY && record->value_length < of->value_length)
        shorter.value_length = record->value_length;
    return memcmp(&shorter, record, sizeof *record) == 0;
}

static void check_beginning(const struct reading *whole, const struct reading *prefix)
{
    size_t last = prefix->count - 1;

    if (prefix->ending != ENDING_MORE) {
        reading_compare(whole, prefix, "prefix");
        return;
    }
    if (!prefix->count)
        return;
    hold(prefix->count <= whole->count && memcmp(whole->records, prefix->records, last * sizeof *prefix->records) == 0 &&
             is_beginning(&whole->records[last], &prefix->records[last]),
         "prefix", "a prefix says what the whole does not");
}

/* ---- Refused, whatever follows, and no later than it must be ---- */

/* Rules about a whole line, value or head are broken before its last byte comes; at a limit it is the next byte that is not
 * read. */
static int is_told_at_its_byte(const struct reading *refused, size_t length)
{
    return refused->offset + 1 == length && refused->error < FLUXO_ERR_EMPTY_LINES_LIMIT;
}

/* What can follow at many places, then every octet. */
static uint8_t choose_octet(unsigned nth)
{
    static const uint8_t common[] = "a1/: \r\n;=\"";

    return nth < sizeof common - 1 ? common[nth] : (uint8_t)(nth - (sizeof common - 1));
}

/* Some octet can stand there, though a rule about what it ends may be broken, or a limit be reached. */
static int can_go_on(const struct trial *trial, size_t length)
{
    static uint8_t longer[INPUT_MOST];
    struct trial changed = *trial;
    unsigned nth;

    memcpy(longer, trial->bytes, length);
    changed.bytes = longer;
    for (nth = 0; nth < 256 + 10; nth++) {
        const struct reading *reading;
        longer[length] = choose_octet(nth);
        reading = read_prefix(&changed, length + 1);
        if (reading->ending != ENDING_ERROR || reading->offset != length || reading->error >= FLUXO_ERR_EMPTY_LINES_LIMIT)
            return 1;
    }
    return 0;
}

static void check_tail(const struct trial *trial, const struct reading *whole, size_t length)
{
    static uint8_t other[INPUT_MOST];
    struct trial changed = *trial;
    uint32_t chance = cuts_begin(trial->cuts);
    size_t at;

    memcpy(other, trial->bytes, length);
    for (at = length; at < trial->length; at++)
        other[at] = (uint8_t)random_next(&chance);
    changed.bytes = other;
    reading_compare(whole, read_prefix(&changed, trial->length), "prefix");
}

static int is_shortest(const struct trial *trial, size_t length)
{
    return length && length <= trial->length && read_prefix(trial, length)->ending == ENDING_ERROR &&
           read_prefix(trial, length - 1)->ending != ENDING_ERROR;
}

/* Mostly the one that ends in the octet that cannot stand there; else byte by byte. */
static size_t find_shortest(const struct trial *trial, const struct reading *whole)
{
    struct manner bytes = {FLUXO_PIECES, trial->capacity, CUT_EVERY_BYTE, 0, 0};
    size_t length = (size_t)whole->offset + 1;

    if (is_shortest(trial, length))
        return length;
    length = read_trial(reading_of(PREFIX), trial, &bytes);
    reading_compare(whole, reading_of(PREFIX), "prefix");
    hold(is_shortest(trial, length), "prefix", "in one piece another is the shortest that is refused");
    return length;
}

static void check_refusal(const struct trial *trial, const struct reading *whole)
{
    size_t length = find_shortest(trial, whole);

    check_tail(trial, whole, length);
    if (is_told_at_its_byte(whole, length))
        hold(can_go_on(trial, length - 1), "prefix", "nothing can follow, and it is not refused");
}

/* ---- All of it ---- */

static void check_prefixes(const struct trial *trial, const struct reading *whole)
{
    uint32_t chance = cuts_begin(trial->cuts);
    size_t length, step = trial->every_cut ? 1 : 1 + trial->length / 2;

    for (length = random_next(&chance) % step; length < trial->length; length += 1 + random_next(&chance) % step)
        check_beginning(whole, read_prefix(trial, length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct reading *whole;
    struct trial trial;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    whole = check_whole(&trial);
    check_prefixes(&trial, whole);
    if (whole->ending == ENDING_ERROR)
        check_refusal(&trial, whole);
    return 0;
}
