/* SPDX-License-Identifier: MIT */
/* The request: its head out of the settings, its content out of a source. */
#include "client.h"

#include <stdio.h>

#include <fluxo/field.h>

#include "progress.h"

/* ---- The request's head ---- */

static enum outcome refuse(int answer, const char *option, const char *text)
{
    const char *why = answer == FLUXO_MISUSE_OWN_CALL ? "fluxo-get writes this field itself" : fluxo_misuse(answer)->sentence;

    return complain(answer == FLUXO_MISUSE_MEMORY ? OUTCOME_LOCAL : OUTCOME_MISUSE, "%s%s: %s", option, text, why);
}

static enum outcome refuse_request(const struct client *c, int answer)
{
    if (answer == FLUXO_MISUSE_METHOD)
        return refuse(answer, "--method ", settings_method(c->settings));
    return refuse(answer, "", c->url->text);
}

/* Some fields steer the connection and have calls of their own. */
static int write_line(struct fluxo_writer *writer, const struct line *line)
{
    if (fluxo_span_is(line->name, "Connection") && fluxo_span_is(line->value, "close"))
        return fluxo_write_close(writer);
    if (fluxo_span_is(line->name, "TE"))
        return fluxo_write_te(writer, line->value);
    return fluxo_write_field(writer, line->name, line->value);
}

static int write_default(struct client *c, const char *name, const char *value)
{
    return settings_has(c->settings, name) ? FLUXO_DONE : fluxo_write_field(&c->writer, fluxo_text(name), fluxo_text(value));
}

static int write_defaults(struct client *c)
{
    char agent[64];
    int answer;

    snprintf(agent, sizeof agent, "fluxo-get/%s", fluxo_version());
    answer = write_default(c, "User-Agent", agent);
    if (!answer)
        answer = write_default(c, "Accept", "*/*");
    if (!answer && c->settings->compressed)
        answer = write_default(c, "Accept-Encoding", "gzip, deflate");
    if (!answer && c->settings->expect)
        answer = write_default(c, "Expect", "100-continue");
    return answer;
}

static enum outcome write_fields(struct client *c)
{
    int at, answer = write_defaults(c);

    if (answer)
        return refuse_request(c, answer);
    for (at = 0; at < c->settings->line_count && !answer; at++) {
        answer = write_line(&c->writer, &c->settings->lines[at]);
        if (answer)
            return refuse(answer, "--header ", c->settings->lines[at].text);
    }
    return OUTCOME_SUCCESS;
}

static int end_head(struct client *c)
{
    if (!c->settings->data)
        return fluxo_write_head(&c->writer, FLUXO_CONTENT_NONE, 0);
    if (c->source.is_sized)
        return fluxo_write_head(&c->writer, FLUXO_CONTENT_LENGTH, c->source.left);
    return fluxo_write_head(&c->writer, FLUXO_CONTENT_STREAM, 0);
}

enum outcome request_write(struct client *c)
{
    int answer = fluxo_write_request(&c->writer, fluxo_text(settings_method(c->settings)), fluxo_text(c->url->target),
                                     fluxo_text(c->url->authority));
    enum outcome outcome;

    if (answer)
        return refuse_request(c, answer);
    outcome = write_fields(c);
    if (outcome)
        return outcome;
    answer = end_head(c);
    if (answer)
        return refuse_request(c, answer);
    return OUTCOME_SUCCESS;
}

/* ---- The content ---- */

void request_end(struct client *c)
{
    fluxo_write_end(&c->writer);
    client_tell_life(c);
}

void request_offer(struct client *c)
{
    struct fluxo_span span = {c->piece, 0};
    enum outcome outcome = source_read(&c->source, c->piece, PIECE, &span.length);

    if (outcome) {
        client_choose(c, outcome);
        return;
    }
    if (span.length)
        fluxo_write_body(&c->writer, &span, 1);
    if (!span.length || source_is_at_end(&c->source))
        request_end(c);
    progress_add(span.length, 0);
}
