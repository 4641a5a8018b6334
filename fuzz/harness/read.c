/* SPDX-License-Identifier: MIT */
/*
 * How this works: the bytes of each call are copied between guard pages, at alternating ends, and become poison after it; what
 * the parser left is copied again to another place. The events of a call are made records before that.
 */
#include "read.h"

#include "watch.h"

#include <string.h>

/* What is allowed. In pieces mode a call goes on in the table of names where the one before it ended. */
enum { STEPS_A_BYTE = 2, STEPS_A_FEED = 8 };
enum { BLOCKS_A_BYTE = 24, BLOCKS_A_FEED = 160, BLOCKS_A_FEED_IN_PIECES = 320 };

struct feeding {
    const struct trial *trial;
    const struct manner *manner;
    struct fluxo_options options; /* is kept by pointer */
    struct fluxo_parser parser;
    struct norm norm;
    struct fluxo_event *events;
    size_t from, to; /* consumed so far, given so far */
    uint32_t feeds, chance, misuses;
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

static struct record records[READINGS][RECORDS_MOST];
static struct fluxo_facts heads[READINGS][HEADS_MOST];
static struct reading readings[READINGS];

struct reading *reading_of(unsigned nth)
{
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

static size_t draw_byte(const struct feeding *feeding)
{
    return replay_every_cut ? 1 : 1 + (feeding->to - feeding->from) / 256;
}

static size_t draw_piece(struct feeding *feeding)
{
    return draw_byte(feeding) - 1 + cuts_next(&feeding->chance);
}

static size_t choose_piece(struct feeding *feeding)
{
    switch (feeding->manner->cuts) {
    case CUT_NOWHERE:
        return feeding->trial->length;
    case CUT_EVERYWHERE:
        return draw_byte(feeding);
    case CUT_EVERY_BYTE:
        return 1;
    default:
        return draw_piece(feeding);
    }
}

static void give_more(struct feeding *feeding)
{
    size_t left = feeding->trial->length - feeding->to, cut = feeding->manner->cut;
    size_t give = cut > feeding->to ? cut - feeding->to : choose_piece(feeding);

    feeding->to += give < left ? give : left;
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

/* ---- Wrong calls ---- */

static int is_refusal(const struct fluxo_feed *feed)
{
    int is_over = feed->status >= FLUXO_SWITCHED; /* then that is the answer, and MISUSE is an ERROR too */

    return is_over && !feed->count && !feed->consumed;
}

static int misuse_feed(struct feeding *feeding, uint32_t which)
{
    size_t held = feeding->to - feeding->from;
    const uint8_t *bytes = feeding->trial->bytes + feeding->from;
    struct fluxo_parser *parser = &feeding->parser;
    struct fluxo_feed feed;

    switch (which) {
    case 0:
        feed = fluxo_parser_feed(parser, bytes, held, feeding->events, FLUXO_CAPACITY_LEAST - 1);
        break;
    case 1:
        feed = fluxo_parser_feed(parser, bytes, held, NULL, CAPACITY_MOST);
        break;
    case 2:
        feed = fluxo_parser_feed(parser, NULL, held + 1, feeding->events, feeding->manner->capacity);
        break;
    case 3:
        feed = fluxo_parser_finish(parser, NULL, feeding->manner->capacity);
        break;
    case 4:
        feed = fluxo_parser_finish(parser, feeding->events, FLUXO_CAPACITY_LEAST - 1);
        break;
    default:
        if (!held || feeding->status != FLUXO_NEED_MORE)
            return 1;
        feed = fluxo_parser_feed(parser, bytes, held - 1, feeding->events, feeding->manner->capacity);
    }
    return is_refusal(&feed);
}

static int misuse_init(struct feeding *feeding)
{
    struct fluxo_options wrong = feeding->options;

    wrong.flags |= 1u << 31;
    if (!fluxo_parser_init(&feeding->parser, feeding->trial->kind, &wrong))
        return 0;
    wrong = feeding->options;
    wrong.relax |= 1u << 31;
    if (!fluxo_parser_init(&feeding->parser, feeding->trial->kind, &wrong))
        return 0;
    wrong = feeding->options;
    wrong.limits.method = 0;
    return fluxo_parser_init(&feeding->parser, feeding->trial->kind, &wrong) == FLUXO_ERR_MISUSE;
}

/* Between a message's first byte and its last, and for requests always. */
static int misuse_answers(struct feeding *feeding)
{
    if (feeding->trial->kind == FLUXO_RESPONSE && feeding->status != FLUXO_HEAD)
        return 1;
    return fluxo_parser_answers(&feeding->parser, FLUXO_METHOD_HEAD) == FLUXO_ERR_MISUSE;
}

static void misuse(struct feeding *feeding)
{
    struct fluxo_parser before = feeding->parser;
    uint32_t which = random_next(&feeding->misuses) % 8;

    hold(which == 7   ? misuse_init(feeding)
         : which == 6 ? misuse_answers(feeding)
                      : misuse_feed(feeding, which),
         "misuse", "a wrong call is not refused");
    hold(memcmp(&before, &feeding->parser, sizeof before) == 0, "misuse", "a wrong call changes the parser");
}

/* The same bytes once more bring nothing. */
static int is_pause(struct feeding *feeding)
{
    return feeding->status == FLUXO_NEED_MORE && feeding->manner->misuses && random_next(&feeding->misuses) % 4 == 0;
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
    feeding->chance = cuts_begin(feeding->manner->cuts);
    feeding->misuses = feeding->manner->misuses;
    feeding->events = place_events(feeding->manner->capacity);
    hold(!fluxo_parser_init(&feeding->parser, feeding->trial->kind, &feeding->options), "misuse", "init refused");
    answer_next(feeding);
    work.steps = work.blocks = 0;
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

static void check_work(const struct feeding *feeding)
{
    uint64_t bytes = feeding->to, feeds = feeding->feeds;
    uint64_t blocks = feeding->manner->flags & FLUXO_PIECES ? BLOCKS_A_FEED_IN_PIECES : BLOCKS_A_FEED;

    hold(work.steps <= STEPS_A_BYTE * bytes + STEPS_A_FEED * feeds, "work", "more steps than bytes and calls allow");
    hold(work.blocks <= BLOCKS_A_BYTE * bytes + blocks * feeds, "work", "more basic blocks than bytes and calls allow");
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
    check_work(feeding);
}

/* Until nothing is left to give, or to take. */
size_t read_trial(struct reading *reading, const struct trial *trial, const struct manner *manner)
{
    struct feeding feeding;

    memset(&feeding, 0, sizeof feeding);
    feeding.trial = trial;
    feeding.manner = manner;
    begin(&feeding);
    norm_begin(&feeding.norm, reading, heads[reading - readings]);
    give_more(&feeding);
    for (;;) {
        feed_once(&feeding);
        if (feeding.status >= FLUXO_SWITCHED)
            break;
        if (manner->misuses)
            misuse(&feeding);
        if (feeding.status == FLUXO_MESSAGE && is_another_due(&feeding.parser))
            answer_next(&feeding);
        if (feeding.status != FLUXO_NEED_MORE || is_pause(&feeding))
            continue;
        if (feeding.to == trial->length)
            break;
        give_more(&feeding);
    }
    end(&feeding);
    return feeding.to;
}
