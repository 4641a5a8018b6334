/* SPDX-License-Identifier: MIT */
#include "dialogue.h"

#include <stdio.h>
#include <string.h>

#include "../harness/harness.h"

enum { EVENTS = 64, DRAIN_MOST = 65536 }; /* as in stream.h */

static const char GREETING[] = "Olá Mundo\n";

static struct fluxo_options strict;

static bool is_text(struct fluxo_span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.start, text, span.length) == 0;
}

const struct asked *dialogue_due(const struct dialogue *d)
{
    return d->answered < d->asked_count ? &d->asked[d->answered] : NULL;
}

/* ---- What is asked ---- */

static struct asked *last_asked(struct dialogue *d)
{
    return &d->asked[d->asked_count - 1];
}

/* Of a request that is refused or cut short in its first line nothing is known. */
static void begin_asked(struct dialogue *d)
{
    if (d->asked_count && !last_asked(d)->is_complete)
        return;
    d->asked[d->asked_count++] =
        (struct asked){.begins = d->begun, .first_line = d->lines_count, .content_at = d->content_length};
}

static void note_line(struct dialogue *d, struct fluxo_span name, struct fluxo_span value)
{
    d->lines[d->lines_count++] = (struct line){name, value};
    last_asked(d)->lines++;
}

/* obs-fold, where it is let pass, is more than this judge wants to know. */
static void note_asked(struct dialogue *d, const char *bytes, const struct fluxo_event *event)
{
    struct asked *asked = last_asked(d);
    struct fluxo_span name = fluxo_event_name(event, bytes), value = fluxo_event_value(event, bytes);
    d->is_full |= (event->flags & FLUXO_EVENT_FOLD) != 0;
    switch (event->kind) {
    case FLUXO_EVENT_REQUEST_LINE:
        asked->method = name;
        asked->target = value;
        asked->id = (uint8_t)event->id;
        break;
    case FLUXO_EVENT_FIELD:
        note_line(d, name, value);
        break;
    case FLUXO_EVENT_BODY:
        memcpy(d->content + d->content_length, value.start, value.length);
        d->content_length += value.length;
        asked->content += value.length;
        break;
    case FLUXO_EVENT_TRAILER:
        asked->trailers++;
        break;
    default:
        break;
    }
}

static void note_facts(struct dialogue *d, struct fluxo_feed fed)
{
    struct asked *asked = last_asked(d);
    struct fluxo_facts facts = fluxo_parser_facts(&d->requests);
    asked->minor = facts.minor;
    if (fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE) {
        asked->keeps = facts.keep_alive;
        asked->waits = facts.expect_continue;
        asked->has_head = true;
    }
    asked->is_complete = fed.status == FLUXO_MESSAGE;
    if (fed.status == FLUXO_ERROR)
        asked->fault = fed.error;
}

static bool is_last(uint8_t status)
{
    return status == FLUXO_ERROR || status == FLUXO_SWITCHED || status == FLUXO_CLOSED;
}

static void hear_request(struct dialogue *d, const char *bytes, struct fluxo_feed fed, const struct fluxo_event *events)
{
    if (fed.status == FLUXO_CLOSED || fed.status == FLUXO_SWITCHED)
        return;
    begin_asked(d);
    for (uint32_t i = 0; i < fed.count; i++)
        note_asked(d, bytes, &events[i]);
    note_facts(d, fed);
    if (fed.status == FLUXO_MESSAGE)
        d->begun = d->read;
}

static void read_requests(struct dialogue *d, size_t read)
{
    struct fluxo_event events[EVENTS];
    struct fluxo_feed fed = {.status = FLUXO_MESSAGE};
    while (!d->is_over && !d->is_full && (fed.status != FLUXO_NEED_MORE && (d->read < read || fed.status != FLUXO_MESSAGE))) {
        const char *bytes = d->sent + d->read;
        fed = fluxo_parser_feed(&d->requests, bytes, read - d->read, events, EVENTS);
        d->read += fed.consumed;
        d->is_over = is_last(fed.status);
        d->is_full = d->asked_count == EXCHANGES || d->lines_count > LINES - EVENTS;
        if (!d->is_full)
            hear_request(d, bytes, fed, events);
    }
}

/* ---- What the handlers answer ---- */

enum service { GREETS, ECHOES, STREAMS, TELLS, REFUSES_METHOD, UNKNOWN };

/* An absolute target is reconciled with Host before it is a path, which is not this judge's matter. */
static enum service service_of(const struct asked *asked)
{
    struct fluxo_span path = asked->target;
    if (asked->id == FLUXO_METHOD_OTHER || asked->id == FLUXO_METHOD_CONNECT || asked->id == FLUXO_METHOD_TRACE)
        return REFUSES_METHOD;
    if (is_text(path, "*"))
        return GREETS;
    if (!path.length || path.start[0] != '/')
        return UNKNOWN;
    const char *query = memchr(path.start, '?', path.length);
    path.length = query ? (size_t)(query - path.start) : path.length;
    return is_text(path, "/echo") ? ECHOES : is_text(path, "/stream") ? STREAMS : is_text(path, "/headers") ? TELLS : GREETS;
}

/* The number of lines; -1: the query is refused; -2: who knows, there may be a fragment. */
static long count_lines(struct fluxo_span target)
{
    const char *end = target.start + target.length, *at = memchr(target.start, '?', target.length);
    long numbers[2] = {-2, -2};
    if (memchr(target.start, '#', target.length))
        return -2;
    for (at = at ? at + 1 : end; at < end;) {
        const char *part_end = memchr(at, '&', (size_t)(end - at));
        part_end = part_end ? part_end : end;
        static const char *const names[2] = {"n=", "ms="};
        for (int i = 0; i < 2; i++) {
            size_t length = strlen(names[i]);
            if (numbers[i] != -2 || (size_t)(part_end - at) < length || memcmp(at, names[i], length) != 0)
                continue;
            numbers[i] = part_end == at + length ? -1 : 0;
            for (const char *digit = at + length; digit < part_end && numbers[i] >= 0; digit++) {
                numbers[i] = *digit < '0' || *digit > '9' ? -1 : numbers[i] * 10 + (*digit - '0');
                numbers[i] = numbers[i] > 1000000000 ? -1 : numbers[i];
            }
        }
        at = part_end == end ? end : part_end + 1;
    }
    if (numbers[0] == -1 || numbers[1] == -1)
        return -1;
    return numbers[0] == -2 ? 10 : numbers[0];
}

/* Text that is expected, compared piece by piece. */
struct comparison {
    const char *at;
    size_t left;
    bool differs;
};

static void expect(struct comparison *c, const void *text, size_t length)
{
    size_t there = length < c->left ? length : c->left;
    c->differs |= there && memcmp(c->at, text, there) != 0;
    c->at += there;
    c->left -= there;
}

static void expect_text(struct comparison *c, const char *text)
{
    expect(c, text, strlen(text));
}

/* Returns whether that is all of it. */
static bool expect_lines(struct comparison *c, long lines)
{
    char line[64];
    long number = 0;
    while (c->left && number < lines) {
        int length = snprintf(line, sizeof line, "tick %ld\n", ++number);
        expect(c, line, (size_t)length);
    }
    return number == lines;
}

static void expect_fields(struct comparison *c, const struct dialogue *d, const struct asked *asked)
{
    expect_text(c, "method ");
    expect(c, asked->method.start, asked->method.length);
    expect_text(c, "\ntarget ");
    expect(c, asked->target.start, asked->target.length);
    for (unsigned i = asked->first_line; i < asked->first_line + asked->lines; i++) {
        const struct line *line = &d->lines[i];
        expect_text(c, fluxo_field_id(line->name.start, line->name.length) ? "\nfield* " : "\nfield ");
        expect(c, line->name.start, line->name.length);
        expect_text(c, ": ");
        expect(c, line->value.start, line->value.length);
    }
    expect_text(c, "\n");
}

/* The content, and with `is_whole` that nothing of it is missing. */
static void judge_content(const struct dialogue *d, const struct asked *asked, const struct answer *answer, bool is_whole)
{
    struct comparison c = {d->heard + answer->content_at, answer->content, false};
    size_t least = 0;
    switch (service_of(asked)) {
    case GREETS:
        expect_text(&c, GREETING);
        least = sizeof GREETING - 1;
        break;
    case ECHOES:
        expect(&c, d->content + asked->content_at, asked->content);
        least = asked->content;
        break;
    case STREAMS:
        if (count_lines(asked->target) == -2)
            return;
        least = expect_lines(&c, count_lines(asked->target)) ? 0 : SIZE_MAX;
        break;
    case TELLS:
        expect_fields(&c, d, asked);
        least = 1;
        break;
    default:
        return;
    }
    hold(!c.differs && !c.left, "content", "is not what the handler writes");
    if (is_whole && asked->id != FLUXO_METHOD_HEAD)
        hold(least <= answer->content, "content", "is too short");
}

/* Of a handler's own answer; not of an error in the request. */
static unsigned status_of(const struct asked *asked)
{
    switch (service_of(asked)) {
    case REFUSES_METHOD:
        return 501;
    case STREAMS:
        return count_lines(asked->target) == -1 ? 400 : 200;
    default:
        return 200;
    }
}

static bool needs_all(const struct asked *asked)
{
    return service_of(asked) == GREETS || service_of(asked) == ECHOES;
}

/* 400 may be either's. */
static bool is_for_fault(const struct asked *asked, unsigned status)
{
    bool is_own = asked->has_head && status == status_of(asked);
    return asked->fault && !is_own && status == fluxo_error(asked->fault)->status;
}

/* The harness says whether there was a reason for these. */
static bool is_for_want(unsigned status)
{
    return status == 408 || status == 500 || status == 503;
}

static void judge_head(struct dialogue *d, const struct asked *asked, const struct answer *answer)
{
    d->timeouts += answer->status == 408;
    d->failures += answer->status == 500 || answer->status == 503;
    if (is_for_fault(asked, answer->status) || answer->status == 408) {
        hold(!answer->keeps, "refusal", "the connection is to be kept");
        return;
    }
    if (is_for_want(answer->status))
        return;
    hold(asked->has_head, "status", "an answer to a head that is not complete");
    hold(answer->status == status_of(asked) || (service_of(asked) == UNKNOWN && answer->status == 400), "status",
         "is not what the handler answers");
    hold(asked->keeps || !answer->keeps, "persistence", "the client wants it closed, or is too old");
    hold(asked->minor > 0 || !answer->is_chunked, "framing", "chunked, to an HTTP/1.0 client");
}

/* The head of an echo goes out when its first octet comes, and to HEAD that is all. */
static bool may_be_early(const struct asked *asked)
{
    return !needs_all(asked) || (asked->id == FLUXO_METHOD_HEAD && service_of(asked) == ECHOES);
}

static void judge_whole(const struct dialogue *d, const struct asked *asked, const struct answer *answer)
{
    bool is_own = !is_for_fault(asked, answer->status) && !is_for_want(answer->status);
    if (is_own)
        hold(asked->is_complete || may_be_early(asked), "order", "a whole answer to half a request");
    if (is_own && answer->status == 200)
        judge_content(d, asked, answer, true);
    hold(answer->trailers <= asked->trailers, "trailers", "more than were sent");
}

/* ---- What is answered ---- */

static struct answer *next_answer(struct dialogue *d)
{
    return &d->answers[d->answered];
}

static void begin_answer(struct dialogue *d)
{
    const struct asked *due = dialogue_due(d);
    hold(due != NULL, "responses", "more than requests");
    fluxo_parser_answers(&d->responses, due->id);
    *next_answer(d) = (struct answer){.content_at = d->heard_length};
    d->is_answer_begun = true;
}

static void note_answer(struct dialogue *d, const char *bytes, const struct fluxo_event *event)
{
    struct answer *answer = next_answer(d);
    struct fluxo_span value = fluxo_event_value(event, bytes);
    if (event->kind == FLUXO_EVENT_STATUS_LINE)
        answer->status = event->id;
    if (event->kind == FLUXO_EVENT_TRAILER)
        answer->trailers++;
    if (event->kind != FLUXO_EVENT_BODY)
        return;
    memcpy(d->heard + d->heard_length, value.start, value.length);
    d->heard_length += value.length;
    answer->content += value.length;
}

/* RFC 9110 15.2.1: only who waits for it, and once. */
static void judge_interim(struct dialogue *d)
{
    struct answer *answer = next_answer(d);
    const struct asked *due = dialogue_due(d);
    hold(answer->status == 100 && due->waits, "interim", "nobody waits for it");
    hold(++answer->interims == 1, "interim", "a second one");
    answer->status = 0;
}

static void end_answer(struct dialogue *d)
{
    next_answer(d)->is_complete = true;
    judge_whole(d, dialogue_due(d), next_answer(d));
    d->answered++;
    d->is_answer_begun = false;
}

static void hear_response(struct dialogue *d, const char *bytes, struct fluxo_feed fed, const struct fluxo_event *events)
{
    struct answer *answer = next_answer(d);
    hold(fed.status != FLUXO_ERROR, "responses", "what comes is none");
    hold(fed.status != FLUXO_CLOSED && fed.status != FLUXO_SWITCHED, "responses", "something behind the last");
    for (uint32_t i = 0; i < fed.count; i++)
        note_answer(d, bytes, &events[i]);
    if (fluxo_parser_facts(&d->responses).status < 200 && fed.status == FLUXO_MESSAGE) {
        judge_interim(d);
        return;
    }
    if ((fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE) && !answer->has_head) {
        struct fluxo_facts facts = fluxo_parser_facts(&d->responses);
        answer->has_head = true;
        answer->keeps = facts.keep_alive;
        answer->is_chunked = facts.framing == FLUXO_FRAMING_CHUNKED;
        judge_head(d, dialogue_due(d), answer);
    }
    if (fed.status == FLUXO_MESSAGE)
        end_answer(d);
}

static void read_responses(struct dialogue *d, size_t taken)
{
    struct fluxo_event events[EVENTS];
    struct fluxo_feed fed = {.status = FLUXO_MESSAGE};
    while (!d->is_full && fed.status != FLUXO_NEED_MORE && (d->taken < taken || fed.status != FLUXO_MESSAGE)) {
        const char *bytes = d->output + d->taken;
        if (!d->is_answer_begun)
            begin_answer(d);
        fed = fluxo_parser_feed(&d->responses, bytes, taken - d->taken, events, EVENTS);
        d->taken += fed.consumed;
        hear_response(d, bytes, fed, events);
    }
}

/* ---- Its course ---- */

void dialogue_open(struct dialogue *d, const struct fluxo_options *options)
{
    if (!strict.limits.head) {
        fluxo_options_init(&strict);
        strict.relax = FLUXO_PROFILE_STRICT;
    }
    fluxo_parser_init(&d->requests, FLUXO_REQUEST, options);
    fluxo_parser_init(&d->responses, FLUXO_RESPONSE, &strict);
    d->given = d->got = d->read = d->taken = d->begun = d->content_length = d->heard_length = 0;
    d->is_over = d->is_full = d->is_answer_begun = d->has_ended = false;
    d->asked_count = d->answered = d->lines_count = d->timeouts = d->failures = 0;
}

void dialogue_go_on(struct dialogue *d, size_t read, size_t taken)
{
    if (read > d->given)
        read_requests(d, d->given = read);
    if (taken > d->got)
        read_responses(d, d->got = taken);
}

bool dialogue_is_streaming(const struct dialogue *d)
{
    const struct asked *due = dialogue_due(d);
    return due && due->has_head && (service_of(due) == STREAMS || service_of(due) == UNKNOWN);
}

void dialogue_end(struct dialogue *d, bool is_broken)
{
    struct fluxo_event events[EVENTS];
    if (d->has_ended || d->is_full || !d->is_answer_begun)
        return;
    d->has_ended = true;
    if (!is_broken && fluxo_parser_finish(&d->responses, events, EVENTS).status == FLUXO_MESSAGE)
        end_answer(d);
    else if (next_answer(d)->status == 200)
        judge_content(d, dialogue_due(d), next_answer(d), false);
}

/* After a body that nobody wants, and that is too long to be read to its end, the connection is closed, too. */
static bool ends_connection(const struct asked *asked, const struct answer *answer)
{
    return !answer->keeps || (!needs_all(asked) && asked->content > DRAIN_MOST);
}

bool dialogue_is_served(const struct dialogue *d)
{
    const struct asked *due = dialogue_due(d);
    if (d->is_full || !due || !due->is_complete)
        return true;
    return d->answered && ends_connection(&d->asked[d->answered - 1], &d->answers[d->answered - 1]);
}

bool dialogue_ends_early(const struct dialogue *d)
{
    const struct asked *asked = d->answered ? &d->asked[d->answered - 1] : NULL;
    const struct answer *answer = asked ? &d->answers[d->answered - 1] : NULL;
    return asked && asked->waits && asked->keeps && !answer->interims && !answer->keeps;
}
