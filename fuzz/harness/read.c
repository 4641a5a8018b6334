/* SPDX-License-Identifier: MIT */
/*
 * How this works: the bytes of each call are copied between guard pages, at alternating ends, and become poison after it; what
 * the parser left is copied again to another place. The events of a call are made records before that.
 */
#include "read.h"

#include "work.h"

#include <string.h>

enum { STEPS_A_BYTE = 2, STEPS_A_FEED = 8 };

struct feeding {
    const struct trial *trial;
    const struct manner *manner;
    struct fluxo_options options; /* is kept by pointer */
    struct fluxo_parser parser;
    struct norm norm;
    struct fluxo_event *events;
    size_t from, to; /* consumed so far, given so far */
    uint32_t feeds, chance;
    enum fluxo_status status;
};

/* ---- Static memory ---- */

static struct arena bytes_arena, events_arena;

static void open_arenas(void)
{
    if (bytes_arena.memory)
        return;
    arena_open(&bytes_arena, INPUT_MOST);
    arena_open(&events_arena, CAPACITY_MOST * sizeof(struct fluxo_event));
}

/* Events beyond the capacity would be behind the page. */
static struct fluxo_event *place_events(uint32_t capacity)
{
    return (struct fluxo_event *)(void *)(events_arena.memory + events_arena.size - capacity * sizeof(struct fluxo_event));
}

struct reading *reading_of(unsigned nth)
{
    static struct record records[READINGS][RECORDS_MOST];
    static struct reading readings[READINGS];

    readings[nth].records = records[nth];
    readings[nth].room = RECORDS_MOST;
    return &readings[nth];
}

/* ---- Manners ---- */

struct manner manner_whole(void)
{
    struct manner manner = {0, CAPACITY_MOST, CUT_NOWHERE, 0, 0};

    return manner;
}

struct manner manner_of_head(const struct trial *trial)
{
    struct manner manner = {trial->options.flags & FLUXO_PIECES, trial->capacity, trial->cuts, 0, 0};

    return manner;
}

/* ---- Cuts ---- */

/* One byte, but more behind many that are held: they are copied for each call. Replay is patient. */
static size_t draw_byte(const struct feeding *feeding)
{
    return replay_every_cut ? 1 : 1 + (feeding->to - feeding->from) / 256;
}

/* Small pieces more often than large ones. */
static size_t draw_piece(struct feeding *feeding)
{
    uint32_t drawn = random_next(&feeding->chance);

    return draw_byte(feeding) + (drawn >> 8) % (drawn & 7 ? 16 : 128);
}

static void give_more(struct feeding *feeding)
{
    const struct manner *manner = feeding->manner;
    size_t length = feeding->trial->length, give = length;

    if (manner->cut > feeding->to)
        give = manner->cut - feeding->to;
    else if (manner->cuts == CUT_EVERYWHERE)
        give = draw_byte(feeding);
    else if (manner->cuts != CUT_NOWHERE)
        give = draw_piece(feeding);
    feeding->to = give < length - feeding->to ? feeding->to + give : length;
}

/* ---- One call ---- */

static struct fluxo_feed feed_placed(struct feeding *feeding, const uint8_t *placed, size_t length)
{
    struct fluxo_feed feed;

    work.is_inside = 1;
    feed = fluxo_parser_feed(&feeding->parser, placed, length, feeding->events, feeding->manner->capacity);
    work.is_inside = 0;
    feeding->feeds++;
    return feed;
}

static void check_feed(const struct feeding *feeding, const struct fluxo_feed *feed, size_t length)
{
    hold(feed->consumed <= length, "consumed", "more bytes than were given");
    hold(feed->count <= feeding->manner->capacity, "events", "more than there was room for");
    hold(feed->status == FLUXO_ERROR || fluxo_parser_offset(&feeding->parser) == feeding->from + feed->consumed, "consumed",
         "another offset than the sum of what was consumed");
    hold(feed->status == FLUXO_NEED_MORE || feed->status >= FLUXO_SWITCHED || feed->count || feed->consumed, "work",
         "a call that brings nothing");
    hold(feed->status != FLUXO_NEED_MORE || !(feeding->options.flags & FLUXO_PIECES) || feed->consumed == length, "consumed",
         "pieces mode left bytes");
    hold((feed->status == FLUXO_ERROR) == (feed->error != FLUXO_ERR_NONE), "error", "no error with its status, or one without");
}

static void feed_once(struct feeding *feeding)
{
    size_t length = feeding->to - feeding->from;
    const uint8_t *placed = arena_place(&bytes_arena, feeding->trial->bytes + feeding->from, length, feeding->feeds & 1);
    struct fluxo_feed feed = feed_placed(feeding, placed, length);

    check_feed(feeding, &feed, length);
    norm_add(&feeding->norm, &feeding->parser, (uint32_t)feeding->from, length, feeding->events, feed.count);
    arena_drop(&bytes_arena, placed, length);
    memset(feeding->events, POISON, feed.count * sizeof *feeding->events);
    feeding->from += feed.consumed;
    feeding->status = (enum fluxo_status)feed.status;
    feeding->norm.reading->error = feed.error;
}

/* ---- Beginning and end ---- */

static void answer_next(struct feeding *feeding)
{
    if (feeding->trial->kind == FLUXO_RESPONSE)
        hold(!fluxo_parser_answers(&feeding->parser, feeding->trial->answers), "misuse", "answers refused");
}

static void begin(struct feeding *feeding)
{
    open_arenas();
    feeding->options = feeding->trial->options;
    feeding->options.flags = (feeding->options.flags & FLUXO_CHUNKS) | feeding->manner->flags;
    feeding->chance = feeding->manner->cuts | UINT32_C(0x10000);
    feeding->events = place_events(feeding->manner->capacity);
    hold(!fluxo_parser_init(&feeding->parser, feeding->trial->kind, &feeding->options), "misuse", "init refused");
    answer_next(feeding);
    work.steps = 0;
}

/* After a final response that neither closes nor switches. */
static int is_another_due(const struct fluxo_parser *parser)
{
    struct fluxo_parser copy = *parser;

    return fluxo_parser_facts(parser).status / 100 != 1 && fluxo_parser_answers(&copy, FLUXO_METHOD_GET) == 0;
}

static int find_finish(const struct feeding *feeding)
{
    struct fluxo_parser copy = feeding->parser;
    struct fluxo_feed feed = fluxo_parser_finish(&copy, feeding->events, FLUXO_CAPACITY_LEAST);

    switch (feed.status) {
    case FLUXO_CLOSED:
        hold(feed.count == 0, "finish", "events without a message");
        return FINISH_CLEAN;
    case FLUXO_MESSAGE:
        hold(feed.count == 1 && feeding->events[0].kind == FLUXO_EVENT_MESSAGE, "finish", "a message without its event");
        return FINISH_COMPLETE;
    case FLUXO_NEED_MORE:
        hold(feed.count == 0, "finish", "events without a message");
        return FINISH_INCOMPLETE;
    default:
        refute("finish", "another status than a message's end can have");
    }
}

/* Whatever comes then, it is the same. */
static void check_sticky(struct feeding *feeding)
{
    struct fluxo_parser before = feeding->parser;
    size_t length = feeding->trial->length - feeding->from;
    struct fluxo_feed again = feed_placed(feeding, feeding->trial->bytes + feeding->from, length);
    struct fluxo_feed finished = fluxo_parser_finish(&feeding->parser, feeding->events, feeding->manner->capacity);

    hold(again.status == feeding->status && again.error == feeding->norm.reading->error && !again.count && !again.consumed,
         "sticky", "another call answers something else");
    hold(finished.status == feeding->status && finished.error == again.error && !finished.count && !finished.consumed, "sticky",
         "finish answers something else");
    hold(memcmp(&before, &feeding->parser, sizeof before) == 0, "sticky", "another call changes the parser");
}

static void end(struct feeding *feeding)
{
    struct reading *reading = feeding->norm.reading;

    norm_end(&feeding->norm);
    reading->offset = feeding->status == FLUXO_NEED_MORE ? feeding->trial->length : fluxo_parser_offset(&feeding->parser);
    if (feeding->status == FLUXO_NEED_MORE)
        reading->finish = find_finish(feeding);
    else
        check_sticky(feeding);
    if (feeding->status == FLUXO_ERROR)
        reading->ending = ENDING_ERROR;
    else if (feeding->status == FLUXO_SWITCHED)
        reading->ending = ENDING_SWITCHED;
    else if (feeding->status == FLUXO_CLOSED)
        reading->ending = ENDING_CLOSED;
    hold(work.steps <= STEPS_A_BYTE * (uint64_t)feeding->to + STEPS_A_FEED * (uint64_t)feeding->feeds, "work",
         "more steps than bytes and calls allow");
}

/* Until nothing is left to give, or to take. */
void read_trial(struct reading *reading, const struct trial *trial, const struct manner *manner)
{
    struct feeding feeding;

    memset(&feeding, 0, sizeof feeding);
    feeding.trial = trial;
    feeding.manner = manner;
    begin(&feeding);
    norm_begin(&feeding.norm, reading);
    give_more(&feeding);
    for (;;) {
        feed_once(&feeding);
        if (feeding.status >= FLUXO_SWITCHED)
            break;
        if (feeding.status == FLUXO_MESSAGE && is_another_due(&feeding.parser))
            answer_next(&feeding);
        if (feeding.status != FLUXO_NEED_MORE)
            continue;
        if (feeding.to == trial->length)
            break;
        give_more(&feeding);
    }
    end(&feeding);
}
