/* SPDX-License-Identifier: MIT */
/* The response: events become what is shown and written. */
#include "client.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "progress.h"
#include "transcript.h"

/* ---- Heads ---- */

static void write_head(struct client *c, const struct fluxo_head *head)
{
    char line[32];
    uint32_t field;
    struct fluxo_span span;

    if (fluxo_head_status(head)) {
        snprintf(line, sizeof line, "HTTP/1.%u %03u ", fluxo_conn_facts(&c->conn).minor, fluxo_head_status(head));
        sink_text(c->sink, line);
        span = fluxo_head_reason(head);
        sink_write(c->sink, span.start, span.length);
        sink_text(c->sink, "\r\n");
    }
    for (field = 0; field < fluxo_head_fields(head); field++) {
        span = fluxo_head_name(head, field);
        sink_write(c->sink, span.start, span.length);
        sink_text(c->sink, ": ");
        span = fluxo_head_value(head, field);
        sink_write(c->sink, span.start, span.length);
        sink_text(c->sink, "\r\n");
    }
    sink_text(c->sink, "\r\n");
}

static void show_head(struct client *c, const struct fluxo_head *head)
{
    if (c->settings->verbose)
        transcript_head(head, fluxo_conn_facts(&c->conn).minor);
    if (c->settings->include)
        write_head(c, head);
}

/* The peer's fault, and where. */
static void blame(struct client *c, unsigned code, const char *place, uint64_t at)
{
    const struct fluxo_error_entry *fault = fluxo_fault(code);
    bool is_cut = code == FLUXO_FAULT_TRUNCATED || code == FLUXO_FAULT_CODING_TRUNCATED;

    if (c->is_chosen)
        return;
    client_choose(c, complain(is_cut ? OUTCOME_INCOMPLETE : OUTCOME_BROKEN, "%s: %s: %s (%s), at octet %" PRIu64 "%s",
                              c->url->text, fault->name, fault->sentence, fault->section, at, place));
}

void response_blame(struct client *c)
{
    blame(c, fluxo_conn_fault(&c->conn), "", fluxo_conn_offset(&c->conn));
}

/* ---- Content, as it is or as it was before it was encoded ---- */

/* What the pipe answers. Other than the peer's faults there is only one: no memory. */
static void hear_pipe(struct client *c, int answer)
{
    if (answer == FLUXO_FAULT)
        blame(c, c->pipe.fault, " of the content", c->content);
    else if (answer < 0)
        client_choose(c, complain(OUTCOME_LOCAL, "%s: %s", c->url->text, fluxo_misuse(answer)->sentence));
}

static void begin_decoding(struct client *c)
{
    size_t at = 0;
    int answer = fluxo_head_decode(&c->head, &c->pipe, &at);

    c->is_decoded = fluxo_head_get(&c->head, FLUXO_FIELD_CONTENT_ENCODING).start != NULL;
    if (answer == FLUXO_FAULT && c->pipe.fault == FLUXO_FAULT_LIST)
        blame(c, c->pipe.fault, " of Content-Encoding", at);
    else
        hear_pipe(c, answer);
}

static void begin_content(struct client *c)
{
    struct fluxo_facts facts = fluxo_conn_facts(&c->conn);

    if (fluxo_head_is_coded(&c->head)) /* we named none in TE, and take none off */
        client_choose(c, complain(OUTCOME_BROKEN, "%s: a transfer coding that was not asked for (RFC 9112 6.1)", c->url->text));
    if (facts.framing == FLUXO_FRAMING_LENGTH)
        progress_expect(facts.length);
    if (facts.framing != FLUXO_FRAMING_NONE && c->settings->compressed)
        begin_decoding(c);
}

static size_t take_decoded(void *context, struct fluxo_span span)
{
    sink_write(context, span.start, span.length);
    return span.length;
}

static void decode(struct client *c, struct fluxo_span span, enum fluxo_follow follow)
{
    struct fluxo_sink decoded = {take_decoded, c->sink};

    hear_pipe(c, fluxo_pipe_push(&c->pipe, &span, follow, &decoded));
}

static void take_content(struct client *c, struct fluxo_span span)
{
    c->content += span.length;
    progress_add(0, span.length);
    if (c->is_decoded)
        decode(c, span, FLUXO_PIPE_MORE);
    else
        sink_write(c->sink, span.start, span.length);
}

/* No content at all needs no decoding. */
static void end_content(struct client *c)
{
    struct fluxo_span nothing = {NULL, 0};

    if (c->is_decoded && c->content)
        decode(c, nothing, FLUXO_PIPE_LAST);
    if (fluxo_head_fields(&c->trailers))
        show_head(c, &c->trailers);
    if (c->settings->verbose)
        transcript_note("%" PRIu64 " octets of content", c->content);
}

/* ---- Events ---- */

/* Returns whether it could be collected. */
static bool collect(struct client *c, struct fluxo_head *head, struct fluxo_feed fed)
{
    int answer = fluxo_head_add(head, c->input + c->from, fed, c->events);

    if (answer < 0)
        client_choose(c, complain(OUTCOME_LOCAL, "%s: %s", c->url->text, fluxo_misuse(answer)->sentence));
    return answer == FLUXO_DONE;
}

static bool is_final(const struct client *c)
{
    return !fluxo_status_is_interim(fluxo_conn_status(&c->conn));
}

static void take_head(struct client *c, struct fluxo_feed fed)
{
    if (!collect(c, &c->head, fed))
        return;
    show_head(c, &c->head);
    c->has_head = is_final(c);
    if (c->has_head)
        begin_content(c);
    else
        fluxo_head_reset(&c->head);
}

void response_take(struct client *c, struct fluxo_feed fed)
{
    uint32_t at;

    if (!c->has_head) {
        take_head(c, fed);
    } else {
        for (at = 0; at < fed.count && !c->is_chosen; at++)
            if (c->events[at].kind == FLUXO_EVENT_BODY)
                take_content(c, fluxo_event_value(&c->events[at], c->input + c->from));
        collect(c, &c->trailers, fed);
    }
    if (fed.status == FLUXO_MESSAGE && c->has_head && !c->is_chosen)
        end_content(c);
}
