/* SPDX-License-Identifier: MIT */
/*
 * Request-targets, Host, the URI that both make, and paths: asked of the library and of oracle/target-model.h, which must
 * agree.
 *
 * The bytes are four lines: a request-target, the value of Host, the server's own name, a path. Octet [6] of the head has what
 * is kept in the path, octet [7] the method (bits 0 and 1), the flags of reconciling (2 and 3), on which side the guard page
 * is (4), whether all the bytes are one text, which is asked as each of the four (5), and whether there is no Host (6).
 */
#include "../oracle/target-model.h"
#include "../oracle/value-model.h"
#include "harness.h"

#include <string.h>

enum { TEXT_MOST = 4096, PARTS = 4 };

static struct arena arenas[PARTS], paths;

/* ---- An input ---- */

struct question {
    struct fluxo_span parts[PARTS]; /* target, Host, own name, path, each between guards */
    enum fluxo_method method;
    unsigned flags, keep;
    int has_host;
};

static const uint8_t *end_of_part(const struct trial *trial, const uint8_t *from)
{
    const uint8_t *end = trial->bytes + trial->length;
    const uint8_t *line = from < end && !(trial->own & 32) ? memchr(from, '\n', (size_t)(end - from)) : NULL;

    return line ? line : end;
}

static void place_parts(struct question *question, const struct trial *trial)
{
    const uint8_t *from = trial->bytes, *end;
    unsigned part;

    for (part = 0; part < PARTS; part++) {
        end = end_of_part(trial, from);
        question->parts[part].length = (size_t)(end - from);
        question->parts[part].start =
            (const char *)arena_place(&arenas[part], from, question->parts[part].length, trial->own & 16);
        if (!(trial->own & 32))
            from = end < trial->bytes + trial->length ? end + 1 : end;
    }
}

static void drop_parts(const struct question *question)
{
    unsigned part;

    for (part = 0; part < PARTS; part++)
        arena_drop(&arenas[part], (const uint8_t *)question->parts[part].start, question->parts[part].length);
}

static void read_question(struct question *question, const struct trial *trial)
{
    static const enum fluxo_method methods[] = {FLUXO_METHOD_GET, FLUXO_METHOD_OPTIONS, FLUXO_METHOD_CONNECT,
                                                FLUXO_METHOD_OTHER};

    place_parts(question, trial);
    question->method = methods[trial->own & 3];
    question->flags = trial->own >> 2 & 3;
    question->keep = trial->pauses & 63;
    question->has_host = !(trial->own & 64);
}

/* ---- Comparing ---- */

static int is_same_text(struct fluxo_span one, struct fluxo_span other)
{
    return one.length == other.length && (!one.length || memcmp(one.start, other.start, one.length) == 0);
}

/* The very same bytes, not only equal ones. */
static int is_same_span(struct fluxo_span one, struct fluxo_span other)
{
    return one.length == other.length && (!one.length || one.start == other.start);
}

static int is_within(struct fluxo_span inner, struct fluxo_span outer)
{
    return !inner.length || (inner.start >= outer.start && inner.start + inner.length <= outer.start + outer.length);
}

static int is_same_authority(const struct fluxo_authority *one, const struct fluxo_authority *other)
{
    return is_same_span(one->whole, other->whole) && is_same_span(one->host, other->host) && one->port == other->port &&
           one->kind == other->kind;
}

/* ---- Host ---- */

static void ask_authority(struct fluxo_span value)
{
    struct fluxo_authority found, modelled;
    size_t at = 0, at_modelled = 0;
    int answer = fluxo_authority_split(value, &found, &at);

    hold(answer == model_authority_split(value, &modelled, &at_modelled), "model", "whether it is a Host");
    if (answer == FLUXO_FAULT)
        hold(at == at_modelled, "model", "where it ceases to be a Host");
    else
        hold(is_same_authority(&found, &modelled) && is_within(found.whole, value), "model", "the parts of a Host");
}

/* ---- The request-target ---- */

static void compare_targets(const struct fluxo_target *found, const struct fluxo_target *modelled)
{
    hold(found->form == modelled->form && found->is_https == modelled->is_https && found->has_query == modelled->has_query,
         "model", "the form of a target");
    hold(is_same_span(found->scheme, modelled->scheme), "model", "the scheme");
    hold(is_same_authority(&found->authority, &modelled->authority), "model", "the authority");
    hold(is_same_span(found->path, modelled->path), "model", "the path");
    hold(is_same_span(found->query, modelled->query), "model", "the query");
    hold(found->relaxed == modelled->relaxed, "model", "what is relaxed in a target");
}

/* The same from the parser, in a request with this target. What it cannot have in a request-line is not asked. */
static void ask_parser(enum fluxo_method method, struct fluxo_span target, const struct fluxo_target *found, int answer)
{
    static char message[TEXT_MOST + 64];
    struct fluxo_options options;
    struct fluxo_parser parser;
    struct fluxo_event events[FLUXO_CAPACITY_LEAST];
    struct fluxo_feed fed;
    const char *name = method == FLUXO_METHOD_OTHER ? "OTHER" : fluxo_method_name(method);
    size_t length = strlen(name);

    if (!target.length || memchr(target.start, ' ', target.length))
        return;
    fluxo_options_init(&options);
    options.relax =
        answer == FLUXO_DONE ? found->relaxed : FLUXO_RELAX_RAW_TARGET | FLUXO_RELAX_BARE_PERCENT | FLUXO_RELAX_TARGET_OBS_TEXT;
    memcpy(message, name, length);
    message[length++] = ' ';
    memcpy(message + length, target.start, target.length);
    memcpy(message + length + target.length, " HTTP/1.1\r\n", 11);
    fluxo_parser_init(&parser, FLUXO_REQUEST, &options);
    fed = fluxo_parser_feed(&parser, message, length + target.length + 11, events, FLUXO_CAPACITY_LEAST);
    if (answer == FLUXO_DONE) {
        hold(fed.status == FLUXO_NEED_MORE && fed.count == 1, "parser", "takes a target that can be split");
    } else {
        hold(fed.status == FLUXO_ERROR && fed.error == found->fault, "parser", "refuses what cannot be split, for the same");
        hold(fluxo_parser_offset(&parser) == length + found->at, "parser", "refuses it at the same octet");
    }
}

static void ask_uri(const struct question *question, const struct fluxo_target *target)
{
    struct fluxo_uri found, modelled;
    const struct fluxo_span *host = question->has_host ? &question->parts[1] : NULL;
    int answer, answer_modelled;

    memset(&found, 0x55, sizeof found);
    answer = fluxo_target_reconcile(target, host, question->parts[2], question->flags, &found);
    answer_modelled = model_target_reconcile(target, host, question->parts[2], question->flags, &modelled);
    hold(answer == answer_modelled, "model", "whether target and Host make a URI");
    hold(answer >= 0 || found.fault == 0x5555, "misuse", "changes nothing");
    if (answer == FLUXO_FAULT)
        hold(found.fault == modelled.fault && found.at == modelled.at, "model", "why target and Host make no URI");
    if (answer != FLUXO_DONE)
        return;
    hold(is_same_text(found.scheme, modelled.scheme) && found.is_https == modelled.is_https, "model", "the URI's scheme");
    hold(is_same_authority(&found.authority, &modelled.authority), "model", "the URI's authority");
    hold(found.port == modelled.port && found.port, "model", "the URI's port");
    hold(is_same_text(found.path, modelled.path), "model", "the URI's path");
    hold(is_same_span(found.query, modelled.query) && found.has_query == modelled.has_query, "model", "the URI's query");
    hold(found.host_differs == modelled.host_differs && !found.fault, "model", "whether Host differs");
}

static void ask_target(const struct question *question)
{
    struct fluxo_span text = question->parts[0];
    struct fluxo_target found, modelled;
    int answer = fluxo_target_split(question->method, text, &found);

    hold(answer == model_target_split(question->method, text, &modelled), "model", "whether it is a target");
    ask_parser(question->method, text, &found, answer);
    if (answer == FLUXO_FAULT) {
        hold(found.fault == modelled.fault, "model", "why it is no target");
        hold(found.at == modelled.at, "model", "where it ceases to be a target");
        return;
    }
    compare_targets(&found, &modelled);
    hold(is_within(found.scheme, text) && is_within(found.authority.whole, text) && is_within(found.path, text) &&
             is_within(found.query, text),
         "inside", "the parts of a target");
    ask_uri(question, &found);
}

/* ---- The path ---- */

static void ask_path(struct fluxo_span text, unsigned keep)
{
    static char room[2 * TEXT_MOST], unused[TEXT_MOST];
    struct fluxo_path found, modelled, again;
    char *memory = (char *)arenas[0].memory; /* whatever is there */
    const uint8_t *place = arena_place(&paths, text.start, text.length, 0);
    int answer;

    (void)memory;
    memory = (char *)paths.memory + (place - paths.memory);
    found.at = found.fault = 0;
    answer = fluxo_path_normalise(text, keep, memory, &found);
    hold(answer == model_path_normalise(text, keep, room, &modelled), "model", "whether a path has a normal form");
    if (answer == FLUXO_FAULT) {
        hold(found.fault == modelled.fault && found.at == modelled.at, "model", "why a path has none, and where");
        hold(keep != FLUXO_KEEP_ALL, "keep", "whoever keeps all refuses nothing");
        hold(fluxo_path_normalise(text, FLUXO_KEEP_ALL, unused, &again) == FLUXO_DONE, "keep", "all can be kept");
    }
    if (answer == FLUXO_DONE) {
        hold(is_same_text(found.span, modelled.span), "model", "a path's normal form");
        hold(found.span.length <= text.length && found.span.start == memory, "inside", "a path's normal form");
        hold(fluxo_path_normalise(found.span, keep, unused, &again) == FLUXO_DONE && is_same_text(again.span, found.span),
             "idempotence", "a path's normal form");
        hold(fluxo_path_normalise(fluxo_span_of(memcpy(room, text.start, text.length), text.length), keep, room, &again) ==
                     FLUXO_DONE &&
                 is_same_text(again.span, found.span),
             "in place", "a path's normal form");
    }
    arena_drop(&paths, place, text.length);
}

/* ---- Escapes ---- */

static int is_unreserved(unsigned char octet)
{
    return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') ||
           (octet && strchr("-._~", octet));
}

static size_t encode(struct fluxo_span text, char *to)
{
    static const char digits[] = "0123456789abcdef";
    size_t at, length = 0;

    for (at = 0; at < text.length; at++) {
        unsigned char octet = (unsigned char)text.start[at];
        if (is_unreserved(octet)) {
            to[length++] = (char)octet;
        } else {
            to[length++] = '%';
            to[length++] = digits[octet >> 4];
            to[length++] = digits[octet & 15];
        }
    }
    return length;
}

static void ask_escapes(struct fluxo_span text)
{
    static char encoded[3 * TEXT_MOST], decoded[TEXT_MOST];
    size_t length = encode(text, encoded), count = 0, needed = 0;

    hold(fluxo_text_unpercent(fluxo_span_of(encoded, length), decoded, text.length, &count) == FLUXO_DONE, "round trip",
         "what was escaped is decoded");
    hold(is_same_text(fluxo_span_of(decoded, count), text), "round trip", "what was escaped comes back");
    if (text.length) {
        hold(fluxo_text_unpercent(fluxo_span_of(encoded, length), decoded, text.length - 1, &needed) == FLUXO_FULL, "room",
             "what has no room is not decoded");
        hold(needed == count && is_same_text(fluxo_span_of(decoded, count), text), "room", "nothing is written");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;
    struct question question;
    unsigned part;

    if (!trial_read(&trial, data, size) || trial.length > TEXT_MOST)
        return 0;
    if (!paths.memory) {
        for (part = 0; part < PARTS; part++)
            arena_open(&arenas[part], TEXT_MOST);
        arena_open(&paths, TEXT_MOST);
    }
    read_question(&question, &trial);
    ask_target(&question);
    ask_authority(question.parts[1]);
    ask_path(question.parts[3], question.keep);
    ask_escapes(question.parts[0]);
    drop_parts(&question);
    return 0;
}
