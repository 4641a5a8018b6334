/* SPDX-License-Identifier: MIT */
/*
 * A connection under any calls (side.h), in either role, that is sent any octets: the laws of side.h; and wherever what arrives
 * is cut, the calls are answered alike, the life goes the same way, and the same messages are read. It reads what a
 * parser alone reads, as far as it reads.
 *
 * Bit 0 of octet [0] of the head: a client; else a server. Its other bits, and octets [1] to [3] and [6], are the options of
 * what is read; [4, 5] are the cuts: 0 and 1 everywhere; with bit 15 one, there; else a seed. Replay tries each place. Bit 0 of
 * octet [7]: no more than 16 octets are drained; bit 1: one interim response is taken.
 */
#include "side.h"

#include <stdio.h>
#include <string.h>

/* How a connection stands after a call. */
struct place {
    int answer;
    struct fluxo_life life;
    enum fluxo_want want;
    unsigned fault, status, method;
    uint64_t offset; /* of a fault */
};

struct way {
    struct place places[LINES_MOST];
    unsigned count;
};

static struct side whole, cut;
static struct way whole_way, cut_way;
static struct script script;

static struct place look_at(const struct side *side, int answer)
{
    struct place place;

    memset(&place, 0, sizeof place);
    place.answer = answer;
    place.life = fluxo_conn_life(&side->conn);
    place.want = fluxo_conn_want(&side->conn);
    place.fault = fluxo_conn_fault(&side->conn);
    place.status = fluxo_conn_status(&side->conn);
    place.method = fluxo_conn_method(&side->conn);
    place.offset = place.fault ? fluxo_conn_offset(&side->conn) : 0;
    return place;
}

static void run_script(struct side *side, struct way *way, const struct trial *trial, unsigned cuts)
{
    memory_begin(&side->memory, 0, 0);
    side_begin(side, exchange_role(trial), trial, cuts);
    for (way->count = 0; way->count < script.count; way->count++)
        way->places[way->count] = look_at(side, side_call(side, &script.lines[way->count]));
    side_send(side);
    side_end(side);
}

static void show_place(const struct place *place)
{
    fprintf(stderr, "  answer %d, %s/%s %x, want %s, fault %u at %llu, status %u, method %u\n", place->answer,
            fluxo_side_name(place->life.request), fluxo_side_name(place->life.response), place->life.flags,
            fluxo_want_name(place->want), place->fault, (unsigned long long)place->offset, place->status, place->method);
}

static void compare_ways(void)
{
    unsigned nth;

    for (nth = 0; nth < whole_way.count; nth++) {
        if (memcmp(&whole_way.places[nth], &cut_way.places[nth], sizeof whole_way.places[nth]) == 0)
            continue;
        fprintf(stderr, "after call %u, whole and cut:\n", nth + 1);
        show_place(&whole_way.places[nth]);
        show_place(&cut_way.places[nth]);
        refute("split", "a connection goes another way when what arrives is cut");
    }
}

/* The nth final response answers the nth request. */
static void answer_next(struct fluxo_parser *parser, const struct trial *trial, unsigned nth)
{
    if (trial->kind == FLUXO_RESPONSE && nth < whole.count)
        fluxo_parser_answers(parser, (enum fluxo_method)whole.meanings[nth].method);
}

/* What a connection has read is the beginning of what a parser reads. */
static void ask_parser(const struct trial *trial)
{
    static struct record records[RECORDS_MOST];
    static struct fluxo_facts heads[HEADS_MOST];
    struct reading reading;
    struct fluxo_event events[CAPACITY_MOST];
    struct fluxo_parser parser;
    struct fluxo_feed fed;
    struct norm norm;
    size_t at = 0, nth, length = whole.end < whole.arrived.length ? whole.end : whole.arrived.length;
    unsigned responses = 0;

    reading.records = records;
    reading.room = RECORDS_MOST;
    fluxo_parser_init(&parser, trial->kind, &trial->options);
    answer_next(&parser, trial, 0);
    norm_begin(&norm, &reading, heads);
    do {
        fed = fluxo_parser_feed(&parser, whole.arrived.octets + at, length - at, events, CAPACITY_MOST);
        norm_add(&norm, &parser, (uint32_t)at, length - at, events, fed.count);
        at += fed.consumed;
        if (fed.status == FLUXO_MESSAGE && !fluxo_status_is_interim(fluxo_parser_facts(&parser).status))
            answer_next(&parser, trial, ++responses);
    } while (fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE || fed.status == FLUXO_EVENTS_FULL);
    fed = fluxo_parser_finish(&parser, events, CAPACITY_MOST);
    norm_add(&norm, &parser, (uint32_t)at, 0, events, fed.count);
    hold(whole.reading.count <= reading.count, "parser", "less than a connection reads");
    for (nth = 0; nth < whole.reading.count; nth++) {
        struct record *found = &records[nth], *read = &whole.records[nth];
        if (nth + 1 == whole.reading.count && read->kind == FLUXO_EVENT_BODY && read->value_length < found->value_length)
            found->value_length = read->value_length; /* the rest has not been consumed */
        hold(memcmp(found, read, sizeof *read) == 0, "parser", "something else than a connection reads");
    }
}

static void try_cuts(const struct trial *trial, unsigned cuts)
{
    run_script(&cut, &cut_way, trial, cuts);
    compare_ways();
    if (!whole.is_drained && !cut.is_drained)
        reading_compare(&whole.reading, &cut.reading, "split");
    hold(whole.output.length == cut.output.length && memcmp(whole.output.octets, cut.output.octets, whole.output.length) == 0,
         "split", "something else is written when what arrives is cut");
}

static unsigned choose_cuts(const struct trial *trial)
{
    if (trial->cuts & 0x8000 && whole.arrived.length)
        return (unsigned)(CUT_AT + 1 + (trial->cuts & 0x7FFF) % whole.arrived.length);
    return trial->cuts ? trial->cuts : (unsigned)CUT_ALWAYS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;
    unsigned place;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    script_read(&script, trial.bytes, trial.length);
    run_script(&whole, &whole_way, &trial, CUT_NEVER);
    side_check_output(&whole); /* the others' is the same */
    try_cuts(&trial, choose_cuts(&trial));
    if (!whole.is_drained && !whole.conn.skipped) /* a parser would have another opinion of what a client skips */
        ask_parser(&trial);
    for (place = 1; replay_every_cut && place < whole.arrived.length; place++)
        try_cuts(&trial, CUT_AT + place);
    return 0;
}
