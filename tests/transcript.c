/* SPDX-License-Identifier: MIT */
/*
 * How this works: the bytes of each call are copied to where an inaccessible page follows the last (or comes before the
 * first), so that a read outside traps. What the parser leaves is passed again from another place.
 */
#define _DEFAULT_SOURCE
#include "transcript.h"

#include "machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CAPACITY_MOST = 256 };

struct feeding {
    struct text *out;
    struct fluxo_parser parser;
    const struct fixture *fixture;
    const struct slicing *slicing;
    struct text name, value, body;
    uint64_t line_at, body_at;
    int line_open, body_open;
    size_t answered;
    uint64_t offset; /* of the first byte of the present call */
    int broken;
};

/* ---- A page before, a page behind ---- */

static char *guarded;
static size_t guarded_size;

static void guard(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), needed = (size / page + 1) * page;

    if (needed <= guarded_size)
        return;
    if (guarded)
        munmap(guarded - page, guarded_size + 2 * page);
    guarded = (char *)mmap(NULL, needed + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guarded == MAP_FAILED)
        abort();
    mprotect(guarded, page, PROT_NONE);
    mprotect(guarded + page + needed, page, PROT_NONE);
    guarded += page;
    guarded_size = needed;
}

static const char *place_bytes(const char *bytes, size_t length, int low)
{
    char *place;

    guard(length);
    place = low ? guarded : guarded + guarded_size - length;
    if (length)
        memcpy(place, bytes, length);
    return place;
}

/* ---- One event, one line ---- */

static void break_contract(struct feeding *feeding, const char *what)
{
    if (!feeding->broken)
        text_add_format(feeding->out, "BROKEN: %s\n", what);
    feeding->broken = 1;
}

static void close_body(struct feeding *feeding)
{
    if (!feeding->body_open)
        return;
    text_add_format(feeding->out, "%llu body ", (unsigned long long)feeding->body_at);
    text_add_visible(feeding->out, feeding->body.bytes, feeding->body.length);
    text_add(feeding->out, "\n", 1);
    text_clear(&feeding->body);
    feeding->body_open = 0;
}

static void add_body(struct feeding *feeding, const struct fluxo_event *event, const char *bytes)
{
    struct fluxo_span octets = fluxo_event_value(event, bytes);

    if (!octets.length)
        break_contract(feeding, "an empty BODY");
    if (!feeding->body_open)
        feeding->body_at = feeding->offset + event->at;
    feeding->body_open = 1;
    text_add(&feeding->body, octets.start, octets.length);
}

static int join_line(struct feeding *feeding, const struct fluxo_event *event, const char *bytes)
{
    struct fluxo_span name = fluxo_event_name(event, bytes), value = fluxo_event_value(event, bytes);

    if (!feeding->line_open && (event->flags & FLUXO_EVENT_FOLD) &&
        (name.length || (event->kind != FLUXO_EVENT_FIELD && event->kind != FLUXO_EVENT_TRAILER)))
        break_contract(feeding, "a fold with a name");
    if (!feeding->line_open) {
        feeding->line_at = feeding->offset + event->at;
        text_clear(&feeding->name);
        text_clear(&feeding->value);
    }
    if (name.length && feeding->value.length)
        break_contract(feeding, "a name after its value");
    text_add(&feeding->name, name.start, name.length);
    text_add(&feeding->value, value.start, value.length);
    feeding->line_open = event->flags & FLUXO_EVENT_MORE;
    if (!feeding->line_open && !name.length) {
        if (event->gap > feeding->value.length)
            break_contract(feeding, "more blanks to drop than there are");
        else
            feeding->value.length -= event->gap;
    }
    return !feeding->line_open;
}

static void check_field_id(struct feeding *feeding, const struct fluxo_event *event)
{
    static const unsigned char steers[] = {
        0,
#define FIELD(id, name, steers, section) steers,
#include <fluxo/fields.def>
#undef FIELD
    };
    unsigned id = fluxo_field_id(feeding->name.bytes, feeding->name.length);

    if (event->id != (steers[id] ? id : 0))
        break_contract(feeding, "a wrong id for the field");
}

static void add_line(struct feeding *feeding, const char *what, const char *between, const char *after)
{
    text_add_format(feeding->out, "%llu %s ", (unsigned long long)feeding->line_at, what);
    text_add_visible(feeding->out, feeding->name.bytes, feeding->name.length);
    text_add(feeding->out, between, strlen(between));
    text_add_visible(feeding->out, feeding->value.bytes, feeding->value.length);
    text_add_format(feeding->out, "%s\n", after);
}

static void add_field(struct feeding *feeding, const struct fluxo_event *event)
{
    const char *what = event->kind == FLUXO_EVENT_FIELD ? "field" : "trailer";

    if (event->flags & FLUXO_EVENT_FOLD) {
        if (!feeding->value.length) /* nothing is nowhere: where it would stand may be gone */
            feeding->line_at = 0;
        add_line(feeding, "fold", "", "");
        return;
    }
    check_field_id(feeding, event);
    add_line(feeding, what, ": ", "");
}

static void add_start_line(struct feeding *feeding, const struct fluxo_event *event)
{
    struct fluxo_facts facts = fluxo_parser_facts(&feeding->parser);
    char version[8] = {' ', '1', '.', (char)('0' + facts.minor), 0};

    if (event->kind == FLUXO_EVENT_REQUEST_LINE) {
        if (event->id != fluxo_method_id(feeding->name.bytes, feeding->name.length))
            break_contract(feeding, "a wrong id for the method");
        add_line(feeding, "request-line", " ", version);
        return;
    }
    if (event->id != (unsigned)atoi(feeding->name.bytes))
        break_contract(feeding, "a wrong id for the status");
    text_add_format(feeding->out, "%llu status-line 1.%u ", (unsigned long long)feeding->line_at, facts.minor);
    text_add_format(feeding->out, "%u ", event->id);
    text_add_visible(feeding->out, feeding->value.bytes, feeding->value.length);
    text_add(feeding->out, "\n", 1);
}

static void add_head(struct feeding *feeding, const struct fluxo_event *event)
{
    static const char *const framings[] = {"none", "length", "chunked", "close"};
    struct fluxo_facts facts = fluxo_parser_facts(&feeding->parser);

    if (event->id != facts.framing)
        break_contract(feeding, "the HEAD event and the facts differ");
    text_add_format(feeding->out, "%llu head %s", (unsigned long long)(feeding->offset + event->at), framings[facts.framing]);
    if (facts.framing == FLUXO_FRAMING_LENGTH)
        text_add_format(feeding->out, " %llu", (unsigned long long)facts.length);
    text_add_format(feeding->out, "%s%s%s\n", facts.keep_alive ? " keep-alive" : "", facts.upgrade ? " upgrade" : "",
                    facts.expect_continue ? " expect-continue" : "");
}

static void add_event(struct feeding *feeding, const struct fluxo_event *event, const char *bytes, size_t length)
{
    if ((size_t)event->at + (event->name_len ? event->gap : 0) + event->len > length || event->at + event->name_len > length)
        break_contract(feeding, "an event outside the bytes");
    if (event->kind == FLUXO_EVENT_BODY) {
        add_body(feeding, event, bytes);
        return;
    }
    if (event->kind != FLUXO_EVENT_CHUNK)
        close_body(feeding);
    if (event->kind == FLUXO_EVENT_HEAD)
        add_head(feeding, event);
    if (event->kind == FLUXO_EVENT_MESSAGE)
        text_add_format(feeding->out, "%llu message\n", (unsigned long long)(feeding->offset + event->at));
    if (event->kind == FLUXO_EVENT_HEAD || event->kind == FLUXO_EVENT_MESSAGE || !join_line(feeding, event, bytes))
        return;
    if (event->kind == FLUXO_EVENT_REQUEST_LINE || event->kind == FLUXO_EVENT_STATUS_LINE)
        add_start_line(feeding, event);
    if (event->kind == FLUXO_EVENT_FIELD || event->kind == FLUXO_EVENT_TRAILER) {
        add_field(feeding, event);
    }
    if (event->kind == FLUXO_EVENT_CHUNK) {
        close_body(feeding);
        add_line(feeding, "chunk", "", "");
    }
}

/* ---- Feeding ---- */

static void say_end(struct feeding *feeding, const char *what)
{
    close_body(feeding);
    text_add_format(feeding->out, "%llu %s\n", (unsigned long long)fluxo_parser_offset(&feeding->parser), what);
}

static void say_error(struct feeding *feeding, unsigned code)
{
    const struct fluxo_error_entry *error = fluxo_error(code);
    char what[64] = "error ";

    strncat(what, error ? error->name : "without a name", sizeof what - 7);
    say_end(feeding, what);
}

static void answer_next(struct feeding *feeding)
{
    const struct fixture *fixture = feeding->fixture;

    if (feeding->answered < fixture->answer_count)
        if (fluxo_parser_answers(&feeding->parser, fixture->answers[feeding->answered++]))
            break_contract(feeding, "answers refused");
}

static void begin(struct feeding *feeding)
{
    static struct fluxo_options options; /* is kept by pointer */

    options = feeding->fixture->options;
    if (feeding->slicing->pieces)
        options.flags |= FLUXO_PIECES;
    if (fluxo_parser_init(&feeding->parser, feeding->fixture->kind, &options))
        break_contract(feeding, "init refused");
    if (!fluxo_use_lane(&feeding->parser, (enum lane)feeding->slicing->lane))
        break_contract(feeding, "lane refused");
    answer_next(feeding);
}

/* After a final response that neither closes nor switches. */
static int is_another_due(const struct fluxo_parser *parser)
{
    struct fluxo_parser copy = *parser;

    return fluxo_parser_facts(parser).status / 100 != 1 && fluxo_parser_answers(&copy, FLUXO_METHOD_GET) == 0;
}

/* One call; returns whether to go on. `length` bytes are there, of which `*from` are consumed. */
static int feed_once(struct feeding *feeding, const char *bytes, size_t length, size_t *from, int *more)
{
    static struct fluxo_event events[CAPACITY_MOST];
    const char *placed = place_bytes(bytes + *from, length - *from, feeding->slicing->low);
    struct fluxo_feed feed;
    uint32_t at;

    memset(events, 0xA5, sizeof events);
    feed = fluxo_parser_feed(&feeding->parser, placed, length - *from, events, feeding->slicing->capacity);
    if (feed.count > feeding->slicing->capacity || feed.consumed > length - *from)
        break_contract(feeding, "more events or bytes than were given");
    for (at = 0; at < feed.count && !feeding->broken; at++)
        add_event(feeding, &events[at], placed, length - *from);
    *from += feed.consumed;
    feeding->offset += feed.consumed;
    *more = feed.status == FLUXO_NEED_MORE;
    if (feed.status == FLUXO_NEED_MORE && feeding->slicing->pieces && feed.consumed != length - (*from - feed.consumed))
        break_contract(feeding, "pieces mode left bytes");
    if (feed.status == FLUXO_ERROR)
        say_error(feeding, feed.error);
    if (feed.status == FLUXO_MESSAGE && is_another_due(&feeding->parser))
        answer_next(feeding);
    if (feed.status == FLUXO_SWITCHED)
        say_end(feeding, "switched");
    if (feed.status == FLUXO_CLOSED && feeding->offset < feeding->fixture->input.length)
        say_end(feeding, "closed");
    return feed.status < FLUXO_SWITCHED && !feeding->broken;
}

static void finish(struct feeding *feeding)
{
    struct fluxo_event events[8];
    struct fluxo_feed feed = fluxo_parser_finish(&feeding->parser, events, 8);

    if (feed.status == FLUXO_MESSAGE)
        add_event(feeding, &events[0], "", 0);
    if (feed.status == FLUXO_NEED_MORE) {
        close_body(feeding);
        text_add(feeding->out, "incomplete\n", 11);
    }
    if (feed.status == FLUXO_SWITCHED)
        say_end(feeding, "switched");
}

static void feed_all(struct feeding *feeding)
{
    const struct text *input = &feeding->fixture->input;
    size_t from = 0, length = 0;
    int more = 1, going = 1;

    while (going) {
        if (more && length == input->length)
            break;
        if (more)
            length += feeding->slicing->next(feeding->slicing, length, input->length);
        going = feed_once(feeding, input->bytes, length, &from, &more);
    }
    if (going && !feeding->fixture->open)
        finish(feeding);
    close_body(feeding);
}

int transcript_write(struct text *transcript, const struct fixture *fixture, const struct slicing *slicing)
{
    struct feeding feeding;

    memset(&feeding, 0, sizeof feeding);
    feeding.out = transcript;
    feeding.fixture = fixture;
    feeding.slicing = slicing;
    text_clear(transcript);
    begin(&feeding);
    if (!feeding.broken)
        feed_all(&feeding);
    text_free(&feeding.name);
    text_free(&feeding.value);
    text_free(&feeding.body);
    return feeding.broken;
}
