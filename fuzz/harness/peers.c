/* SPDX-License-Identifier: MIT */
/*
 * Peers in the loop: llhttp and http-parser read what fluxo reads, in the strict profile and with default limits. Where they
 * differ, a row of oracle/peers.def must say why; a difference without a row is a finding. Of the input's head, only the kind
 * and the method that responses answer count.
 *
 * What the three say, taken together, is coverage as well: an input on which they differ in a new way is worth keeping, though
 * it takes no new way through any one of them.
 */
#include "../driver/map.h"
#include "../oracle/verdicts.h"
#include "harness.h"

#include <stdio.h>
#include <string.h>

/* ---- Where two verdicts differ first ---- */

enum differs {
    NOWHERE,
    START,   /* a method, target or status */
    BODY,    /* the length of a body */
    FIELDS,  /* the number of fields or trailers */
    KEEP,    /* whether the connection goes on after a message */
    PASSED,  /* the peer goes on where we refuse */
    REFUSED, /* the peer refuses where we go on */
    MORE,    /* the peer has more messages */
    FEWER,   /* it has fewer */
    END      /* it waits, or does not */
};

static enum differs compare_messages(const struct verdict_message *ours, const struct verdict_message *theirs)
{
    if (ours->start != theirs->start)
        return START;
    if (ours->body != theirs->body)
        return BODY;
    if (ours->fields != theirs->fields || ours->trailers != theirs->trailers)
        return FIELDS;
    if (ours->keep != theirs->keep && ours->keep != '-' && theirs->keep != '-')
        return KEEP;
    return NOWHERE;
}

static int has_refused(const struct verdict *verdict)
{
    return *verdict->why != '\0';
}

static int is_incomplete(const struct verdict *verdict)
{
    return strcmp(verdict->how, "incomplete") == 0;
}

static enum differs compare_ends(const struct verdict *ours, const struct verdict *theirs)
{
    if (ours->count == theirs->count && strcmp(ours->how, theirs->how) == 0)
        return NOWHERE;
    if (ours->count <= theirs->count && has_refused(ours))
        return PASSED;
    if (ours->count >= theirs->count && has_refused(theirs))
        return REFUSED;
    if (ours->count == theirs->count)
        return END;
    return ours->count < theirs->count ? MORE : FEWER;
}

static enum differs compare_verdicts(const struct verdict *ours, const struct verdict *theirs)
{
    enum differs differs = NOWHERE;
    size_t at;

    for (at = 0; at < ours->count && at < theirs->count && at < VERDICT_MESSAGES && !differs; at++)
        differs = compare_messages(&ours->messages[at], &theirs->messages[at]);
    return differs ? differs : compare_ends(ours, theirs);
}

/* Whose error it is that makes them differ, if any. */
static const char *name_error(enum differs differs, const struct verdict *ours, const struct verdict *theirs)
{
    if (differs == PASSED)
        return ours->why;
    return differs == REFUSED ? theirs->why : "";
}

/* ---- What is in an input: some classes need it. What is found in bytes is found in lines that are not complete as well. ----
 */

enum has {
    NOTHING = 0,
    NO_BODY = 1 << 0,         /* a response that has none, whatever its fields say */
    SWITCH = 1 << 1,          /* a 101 */
    INTERIM_CLOSE = 1 << 2,   /* another 1xx, of HTTP/1.0 or with a field whose name ends in Connection */
    CLOSE = 1 << 3,           /* a message that ends the connection */
    FRAMING_TRAILER = 1 << 4, /* a trailer of a name that steers the parser */
    CHUNKED_TAB = 1 << 5,     /* a body in chunks, and behind chunked a tab */
    HIDDEN_CHUNKED = 1 << 6,  /* a body in chunks, and before chunked what http-parser stumbles over */
    TUNNEL = 1 << 7,          /* responses that answer CONNECT */
    OPEN = 1 << 8,            /* no end: fluxo waits for more */
    WAITING = 1 << 9,         /* no end for the peer: it may still refuse */
    CONNECTION = 1 << 10,     /* in bytes: a name that ends in Connection, */
    CODING = 1 << 11,         /* Transfer-Encoding, */
    LENGTH = 1 << 12,         /* Content-Length, */
    LONGER_NAME = 1 << 13,    /* a name that begins like one of these three, and goes on, */
    MINOR = 1 << 14,          /* a minor version above 1, */
    FOLD = 1 << 15,           /* a line that begins with white space, */
    PREFACE = 1 << 16,        /* the method of HTTP/2's preface, */
    LONE_CR = 1 << 17         /* CR and another octet than LF */
};

static int lower_of(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
}

static int begins(const uint8_t *bytes, size_t length, const char *lower)
{
    for (; length && *lower; length--, bytes++, lower++)
        if (lower_of(*bytes) != *lower)
            return 0;
    return *lower == '\0';
}

/* As http-parser has it: without the underscore. */
static int begins_token(uint8_t byte)
{
    int lower = lower_of(byte);

    return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || (byte && strchr("!#$%&'*+-.^`|~", byte));
}

/* http-parser, which waits for the rest of chunked, does not see that comma. */
static int is_cut_by_comma(const uint8_t *element, size_t length)
{
    static const char chunked[] = "chunked";
    size_t at;

    for (at = 0; at < length && chunked[at] && lower_of(element[at]) == chunked[at]; at++)
        continue;
    return at && at < length && chunked[at] && element[at] == ',';
}

/* http-parser looks for chunked behind every comma, one in a quoted string too, and gives up where no token begins. */
static int hides_chunked(const uint8_t *value, size_t length)
{
    const uint8_t *end = value + length, *element, *comma;

    for (element = value;; element = comma + 1) {
        while (element < end && *element == ' ')
            element++;
        if (element == end || !begins_token(*element) || is_cut_by_comma(element, (size_t)(end - element)))
            return 1;
        comma = memchr(element, ',', (size_t)(end - element));
        if (!comma)
            return 0;
    }
}

/* The events of one connection, as far as fluxo reads it. */
struct walk {
    const struct trial *trial;
    struct fluxo_parser parser;
    int has_connection; /* the present head */
    unsigned coding;    /* what its last Transfer-Encoding has */
    unsigned has;
};

static unsigned find_in_status(const struct walk *walk, struct fluxo_facts facts)
{
    enum fluxo_method answers = walk->trial->answers;
    int is_tunnel = answers == FLUXO_METHOD_CONNECT && facts.status / 100 == 2;
    int is_bare = facts.status == 204 || facts.status == 304 || answers == FLUXO_METHOD_HEAD;

    if (facts.status == 101)
        return SWITCH | NO_BODY;
    if (facts.status / 100 == 1)
        return NO_BODY | (walk->has_connection || facts.minor == 0 ? INTERIM_CLOSE : NOTHING);
    return is_tunnel || is_bare ? NO_BODY : NOTHING;
}

static void end_head(struct walk *walk)
{
    struct fluxo_facts facts = fluxo_parser_facts(&walk->parser);

    if (walk->trial->kind == FLUXO_RESPONSE)
        walk->has |= find_in_status(walk, facts);
    if (facts.framing == FLUXO_FRAMING_CHUNKED)
        walk->has |= walk->coding;
    if (!facts.keep_alive)
        walk->has |= CLOSE;
    walk->has_connection = 0;
}

static void see_name(struct walk *walk, struct fluxo_span name)
{
    static const char end[] = "connection";
    size_t length = sizeof end - 1;

    if (name.length >= length && begins((const uint8_t *)name.start + name.length - length, length, end))
        walk->has_connection = 1;
}

/* The white space behind a value is no part of it; CR ends the line. */
static void see_coding(struct walk *walk, struct fluxo_span value)
{
    const char *behind = value.start + value.length;

    while (*behind == ' ')
        behind++;
    walk->coding = *behind == '\t' ? CHUNKED_TAB : NOTHING;
    if (hides_chunked((const uint8_t *)value.start, value.length))
        walk->coding |= HIDDEN_CHUNKED;
}

static void see_event(struct walk *walk, const struct fluxo_event *event, const uint8_t *bytes)
{
    if (event->kind == FLUXO_EVENT_FIELD)
        see_name(walk, fluxo_event_name(event, bytes));
    if (event->kind == FLUXO_EVENT_FIELD && event->id == FLUXO_FIELD_TRANSFER_ENCODING)
        see_coding(walk, fluxo_event_value(event, bytes));
    if (event->kind == FLUXO_EVENT_HEAD)
        end_head(walk);
    if (event->kind == FLUXO_EVENT_TRAILER && event->id)
        walk->has |= FRAMING_TRAILER;
}

static unsigned find_in_events(const struct trial *trial)
{
    struct walk walk = {.trial = trial};
    struct fluxo_event events[FLUXO_CAPACITY_LEAST];
    struct fluxo_options options;
    struct fluxo_feed feed;
    const uint8_t *bytes = trial->bytes;
    size_t length = trial->length;
    uint32_t at;

    fluxo_options_init(&options);
    options.relax = FLUXO_PROFILE_STRICT;
    fluxo_parser_init(&walk.parser, trial->kind, &options);
    do {
        if (trial->kind == FLUXO_RESPONSE)
            fluxo_parser_answers(&walk.parser, trial->answers);
        feed = fluxo_parser_feed(&walk.parser, bytes, length, events, FLUXO_CAPACITY_LEAST);
        for (at = 0; at < feed.count; at++)
            see_event(&walk, &events[at], bytes);
        bytes += feed.consumed;
        length -= feed.consumed;
    } while (feed.status > FLUXO_NEED_MORE && feed.status < FLUXO_SWITCHED);
    return walk.has;
}

static int ends_name(uint8_t byte)
{
    return byte == ':' || byte == ' ' || byte == '\t';
}

static unsigned find_at(const uint8_t *bytes, size_t length)
{
    static const struct {
        const char *lower;
        enum has has;
    } names[] = {{"connection", CONNECTION}, {"transfer-encoding", CODING}, {"content-length", LENGTH}};
    size_t at, end;

    if (begins(bytes, length, "pri "))
        return PREFACE;
    if (length > 1 && bytes[0] == '\r' && bytes[1] != '\n')
        return LONE_CR;
    if (begins(bytes, length, "\n ") || begins(bytes, length, "\n\t"))
        return FOLD;
    if (length > 7 && begins(bytes, length, "http/1.") && bytes[7] > '1' && bytes[7] <= '9')
        return MINOR;
    for (at = 0; at < sizeof names / sizeof *names; at++) {
        end = strlen(names[at].lower);
        if (begins(bytes, length, names[at].lower))
            return names[at].has | (end < length && !ends_name(bytes[end]) ? LONGER_NAME : NOTHING);
    }
    return NOTHING;
}

static unsigned find_features(const struct trial *trial)
{
    int is_tunnel = trial->kind == FLUXO_RESPONSE && trial->answers == FLUXO_METHOD_CONNECT;
    unsigned has = find_in_events(trial) | (is_tunnel ? TUNNEL : NOTHING);
    size_t at;

    for (at = 0; at < trial->length; at++)
        has |= find_at(trial->bytes + at, trial->length - at);
    return has;
}

/* ---- Classes ---- */

enum { LLHTTP = 1 << VERDICT_OF_LLHTTP, HTTP_PARSER = 1 << VERDICT_OF_HTTP_PARSER, BOTH = LLHTTP | HTTP_PARSER };
enum { REQUESTS = 1, RESPONSES = 2, ANY = REQUESTS | RESPONSES };

/* error: PASSED: ours; REFUSED: theirs; else ""; "*" is any. has: all these the input must have. */
static const struct class
{
    const char *name;
    unsigned peers, kinds;
    enum differs differs;
    const char *error;
    unsigned has;
} classes[] = {
#define PEER(name, peers, kinds, differs, error, has) {name, peers, kinds, differs, error, has},
#include "../oracle/peers.def"
#undef PEER
};

struct difference {
    enum verdict_of peer;
    unsigned kind;
    enum differs differs;
    const char *error;
    unsigned has;
};

static int is_same(const char *pattern, const char *error)
{
    return *pattern == '*' || strcmp(pattern, error) == 0;
}

static int explains(const struct class *class, const struct difference *difference)
{
    return class->differs == difference->differs && class->peers & 1u << difference->peer && class->kinds & difference->kind &&
           is_same(class->error, difference->error) && (class->has & difference->has) == class->has;
}

static int is_explained(const struct difference *difference)
{
    size_t at;

    for (at = 0; at < sizeof classes / sizeof *classes; at++)
        if (explains(&classes[at], difference))
            return 1;
    return 0;
}

/* ---- Findings ---- */

static const char *const readers[VERDICTS] = {"fluxo", "llhttp", "http-parser"};

static void say_verdict(enum verdict_of reader, const struct verdict *verdict)
{
    size_t at;

    fprintf(stderr, "%s: %zu messages, %s %s\n", readers[reader], verdict->count, verdict->how, verdict->why);
    for (at = 0; at < verdict->count && at < VERDICT_MESSAGES; at++)
        fprintf(stderr, "    fields=%zu trailers=%zu body=%zu %c %08lx\n", verdict->messages[at].fields,
                verdict->messages[at].trailers, verdict->messages[at].body, verdict->messages[at].keep,
                (unsigned long)verdict->messages[at].start);
}

static void check_peer(const struct verdict *ours, const struct verdict *theirs, enum verdict_of peer,
                       const struct trial *trial)
{
    static const char *const names[] = {"nowhere", "start",   "body", "fields", "keep",
                                        "passed",  "refused", "more", "fewer",  "end"};
    struct difference difference = {peer, trial->kind == FLUXO_RESPONSE ? RESPONSES : REQUESTS, NOWHERE, "", NOTHING};

    difference.differs = compare_verdicts(ours, theirs);
    if (!difference.differs)
        return;
    difference.error = name_error(difference.differs, ours, theirs);
    difference.has = find_features(trial);
    if (is_incomplete(ours))
        difference.has |= OPEN;
    if (is_incomplete(theirs))
        difference.has |= WAITING;
    if (is_explained(&difference))
        return;
    say_verdict(VERDICT_OF_FLUXO, ours);
    say_verdict(peer, theirs);
    fprintf(stderr, "no row: %s %s %s %s, features %u\n", readers[peer], difference.kind == REQUESTS ? "requests" : "responses",
            names[difference.differs], difference.error, difference.has);
    refute("peers", "a difference that no class explains");
}

/* ---- Verdicts as coverage ---- */

static uint32_t mix(uint32_t hash, unsigned value) /* FNV-1a */
{
    return (hash ^ value) * UINT32_C(16777619);
}

static uint32_t mix_text(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = mix(hash, (unsigned char)*text);
    return hash;
}

/*
 * For each peer where it differs first, by what error, and how it ends; and all of them together without the errors. With
 * errors and numbers in one tuple nearly every input would be a new one.
 */
static void count_verdicts(const struct verdict verdicts[VERDICTS])
{
    uint32_t together = mix_text(UINT32_C(2166136261), verdicts[VERDICT_OF_FLUXO].how), one;
    const struct verdict *ours = &verdicts[VERDICT_OF_FLUXO];
    enum differs differs;
    enum verdict_of at;

    for (at = VERDICT_OF_LLHTTP; at < VERDICTS; at++) {
        differs = compare_verdicts(ours, &verdicts[at]);
        one = mix(mix(UINT32_C(2166136261), at), differs);
        together = mix_text(mix(together, differs), verdicts[at].how);
        map_count(mix_text(mix_text(one, name_error(differs, ours, &verdicts[at])), verdicts[at].how));
    }
    map_count(together);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct verdict verdicts[VERDICTS];
    struct verdict_connection connection;
    struct trial trial;
    enum verdict_of at;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    connection.is_response = trial.kind == FLUXO_RESPONSE;
    connection.method = fluxo_method_name(trial.answers);
    connection.bytes = trial.bytes;
    connection.length = trial.length;
    for (at = VERDICT_OF_FLUXO; at < VERDICTS; at++)
        verdict_read(&verdicts[at], at, &connection);
    count_verdicts(verdicts);
    check_peer(&verdicts[VERDICT_OF_FLUXO], &verdicts[VERDICT_OF_LLHTTP], VERDICT_OF_LLHTTP, &trial);
    check_peer(&verdicts[VERDICT_OF_FLUXO], &verdicts[VERDICT_OF_HTTP_PARSER], VERDICT_OF_HTTP_PARSER, &trial);
    return 0;
}
