/* SPDX-License-Identifier: MIT */
/*
 * A client and a server, each with a life of its own, on the two ends of a line that may be slow.
 *
 * How this works: what one writes is an event of its own life, and travels as a letter in a queue of at most LETTERS; the other
 * takes it when it comes to it, as conn.c takes what it reads. All states of both lives and both queues are explored. Once each
 * end writes whatever its table allows, closing at any moment; then each does only what want says.
 */
#include "life.h"

#include <string.h>

enum { LETTERS = 2, PAIRS = 1 << 18, SLOTS = 1 << 19 };

struct letter {
    uint8_t event;
    uint8_t brings; /* half of the flags: SERVER is not among them */
};

struct pair {
    struct fluxo_life client, server;
    struct letter asked[LETTERS], answered[LETTERS]; /* on the way to the server, to the client; the first is next */
    uint8_t asks, answers;
    uint8_t client_left, server_left; /* has closed altogether */
};

static struct pair pairs[PAIRS];
static uint32_t slots[SLOTS]; /* numbers of pairs, from 1 */
static uint32_t count, at, moves;
static int is_full, is_lost;

/* ---- All pairs, once ---- */

static uint32_t hash_pair(const struct pair *pair)
{
    const unsigned char *octets = (const unsigned char *)pair;
    uint32_t hash = 2166136261u;
    size_t nth;

    for (nth = 0; nth < sizeof *pair; nth++)
        hash = (hash ^ octets[nth]) * 16777619u;
    return hash ^ hash >> 15;
}

static void note_pair(const struct pair *pair)
{
    uint32_t slot = hash_pair(pair) % SLOTS;

    moves++;
    while (slots[slot] && memcmp(&pairs[slots[slot] - 1], pair, sizeof *pair))
        slot = (slot + 1) % SLOTS;
    if (slots[slot])
        return;
    is_full |= count == PAIRS;
    if (is_full)
        return;
    pairs[count] = *pair;
    slots[slot] = ++count;
}

/* ---- Letters ---- */

/* Whether there was room; to one who has left everything goes, and is lost. */
static int post(struct letter *queue, uint8_t *length, unsigned event, unsigned brings, int has_left)
{
    if (has_left || *length == LETTERS)
        return has_left;
    queue[*length].event = (uint8_t)event;
    queue[*length].brings = (uint8_t)(brings >> 1);
    ++*length;
    return 1;
}

static struct letter take(struct letter *queue, uint8_t *length)
{
    struct letter first = queue[0];

    --*length;
    memmove(queue, queue + 1, sizeof *queue * (LETTERS - 1));
    memset(queue + *length, 0, sizeof *queue);
    return first;
}

static void lose(const char *whose, const struct pair *pair, struct fluxo_life life, struct letter letter)
{
    (void)pair;
    if (is_lost)
        return;
    is_lost = 1;
    add_why("%s in ", whose);
    name_life(life);
    add_why(" does not take ");
    name_event(letter.event, (unsigned)letter.brings << 1);
}

/* ---- Writing: an event of one's own life, and a letter ---- */

static void ask(unsigned event, unsigned brings)
{
    struct pair pair = pairs[at];

    if (take_step(&pair.client, event, brings) && post(pair.asked, &pair.asks, event, brings, pair.server_left))
        note_pair(&pair);
}

static void answer(unsigned event, unsigned brings)
{
    struct pair pair = pairs[at];

    if (take_step(&pair.server, event, brings) && post(pair.answered, &pair.answers, event, brings, pair.client_left))
        note_pair(&pair);
}

/* An event that the other is not told of. */
static void decide(int is_server, unsigned event)
{
    struct pair pair = pairs[at];

    if (take_step(is_server ? &pair.server : &pair.client, event, 0))
        note_pair(&pair);
}

/* ---- Reading, as conn.c does ---- */

/* Whoever has said the last word does not listen; what is no longer HTTP is not looked at. */
static int is_server_deaf(const struct fluxo_life *server)
{
    return server->request >= FLUXO_SIDE_TUNNEL || (server->request == FLUXO_SIDE_IDLE && (server->flags & FLUXO_LIFE_CLOSE));
}

static void read_request(void)
{
    struct pair pair = pairs[at];
    struct letter letter;

    if (!pair.asks)
        return;
    if (pair.server.request == FLUXO_SIDE_DONE && pair.asked[0].event == FLUXO_LIFE_EVENT_REQUEST) { /* it waits */
        if (take_step(&pair.server, FLUXO_LIFE_EVENT_HOLD, 0) && memcmp(&pair, &pairs[at], sizeof pair))
            note_pair(&pair);
        return;
    }
    letter = take(pair.asked, &pair.asks);
    if (!is_server_deaf(&pair.server) && !take_step(&pair.server, letter.event, (unsigned)letter.brings << 1))
        lose("the server", &pair, pairs[at].server, letter);
    note_pair(&pair);
}

static void read_response(void)
{
    struct pair pair = pairs[at];
    struct letter letter;

    if (!pair.answers || (pair.client.response == FLUXO_SIDE_DONE && pair.answered[0].event != FLUXO_LIFE_EVENT_RESPONSE_CLOSE))
        return;
    letter = take(pair.answered, &pair.answers);
    if (pair.client.response == FLUXO_SIDE_IDLE && letter.event == FLUXO_LIFE_EVENT_RESPONSE) { /* 408 to no request */
        letter.event = FLUXO_LIFE_EVENT_RESPONSE_BAD;
        letter.brings = 0;
    }
    if (pair.client.response < FLUXO_SIDE_TUNNEL && !take_step(&pair.client, letter.event, (unsigned)letter.brings << 1))
        lose("the client", &pair, pairs[at].client, letter);
    note_pair(&pair);
}

/* ---- What may be written ---- */

static void ask_anything(void)
{
    unsigned bits;

    for (bits = 0; bits < 32; bits++)
        if (!(bits << 1 & FLUXO_LIFE_OLD)) /* our requests are HTTP/1.1 */
            ask(FLUXO_LIFE_EVENT_REQUEST, bits << 1);
    if (pairs[at].client.flags & FLUXO_LIFE_EXPECT)
        ask(FLUXO_LIFE_EVENT_REQUEST_CONTENT, 0);
    ask(FLUXO_LIFE_EVENT_REQUEST_END, 0);
}

static void answer_interim(void)
{
    if (pairs[at].answers) /* one at a time is enough */
        return;
    answer(FLUXO_LIFE_EVENT_CONTINUE, 0);
    answer(FLUXO_LIFE_EVENT_INTERIM, 0);
}

static void answer_finally(void)
{
    unsigned kind;

    answer(FLUXO_LIFE_EVENT_SWITCH, 0);
    answer(FLUXO_LIFE_EVENT_TUNNEL, 0);
    for (kind = 0; kind < RESPONSE_KINDS; kind++)
        answer(FLUXO_LIFE_EVENT_RESPONSE, response_brings[kind]);
    answer(FLUXO_LIFE_EVENT_RESPONSE_END, 0);
    if (pairs[at].server.response == FLUXO_SIDE_BODY && (pairs[at].server.flags & FLUXO_LIFE_UNTIL_CLOSE))
        answer(FLUXO_LIFE_EVENT_RESPONSE_CLOSE, 0);
}

/* ---- Each end writes whatever its table allows ---- */

static void move_freely(void)
{
    ask_anything();
    ask(FLUXO_LIFE_EVENT_REQUEST_CLOSE, 0);
    decide(0, FLUXO_LIFE_EVENT_PROCEED);
    decide(0, FLUXO_LIFE_EVENT_NEXT);
    read_response();
    answer_interim();
    answer_finally();
    answer(FLUXO_LIFE_EVENT_RESPONSE_CLOSE, 0);
    decide(1, FLUXO_LIFE_EVENT_WANT);
    decide(1, FLUXO_LIFE_EVENT_EXCESS);
    decide(1, FLUXO_LIFE_EVENT_NEXT);
    read_request();
}

/* ---- Each end does what want says ---- */

/* Closes altogether: what was on the way to it is lost, and the other reads the end. */
static void leave(int is_server)
{
    struct pair pair = pairs[at];

    if (is_server) {
        pair.asks = 0;
        memset(pair.asked, 0, sizeof pair.asked);
        pair.server_left = 1;
        if (take_step(&pair.server, FLUXO_LIFE_EVENT_RESPONSE_CLOSE, 0) &&
            !post(pair.answered, &pair.answers, FLUXO_LIFE_EVENT_RESPONSE_CLOSE, 0, pair.client_left))
            return;
    } else {
        pair.answers = 0;
        memset(pair.answered, 0, sizeof pair.answered);
        pair.client_left = 1;
        if (take_step(&pair.client, FLUXO_LIFE_EVENT_REQUEST_CLOSE, 0) &&
            !post(pair.asked, &pair.asks, FLUXO_LIFE_EVENT_REQUEST_CLOSE, 0, pair.server_left))
            return;
    }
    note_pair(&pair);
}

/* Shuts sending down, then drops what comes until the client has closed. No clock: the client is what ends it. */
static void linger(void)
{
    struct pair pair = pairs[at];

    if (pair.server.response == FLUXO_SIDE_DONE) {
        answer(FLUXO_LIFE_EVENT_RESPONSE_CLOSE, 0);
        return;
    }
    if (pair.asks) {
        if (take(pair.asked, &pair.asks).event == FLUXO_LIFE_EVENT_REQUEST_CLOSE)
            pair.server_left = 1;
    } else if (pair.client_left || pair.client.request >= FLUXO_SIDE_CLOSED) {
        pair.server_left = 1; /* it has read the end before */
    } else {
        return;
    }
    note_pair(&pair);
}

static void move_client(int may_choose)
{
    unsigned want = ask_want(&pairs[at].client);

    if (pairs[at].client_left)
        return;
    if (want == FLUXO_WANT_CLOSE || want == FLUXO_WANT_SWITCH) {
        leave(0);
        return;
    }
    if (want == FLUXO_WANT_NEXT)
        decide(0, FLUXO_LIFE_EVENT_NEXT);
    if (want == FLUXO_WANT_WRITE)
        ask_anything();
    if (may_choose && want == FLUXO_WANT_WAIT)
        decide(0, FLUXO_LIFE_EVENT_PROCEED);
    if (may_choose) /* it may have asked its last request, or cease to send */
        ask(FLUXO_LIFE_EVENT_REQUEST_CLOSE, 0);
    read_response();
}

static void move_server(int may_choose)
{
    unsigned want = ask_want(&pairs[at].server);

    if (pairs[at].server_left)
        return;
    if (want == FLUXO_WANT_CLOSE || want == FLUXO_WANT_SWITCH)
        leave(1);
    if (want == FLUXO_WANT_LINGER)
        linger();
    if (want == FLUXO_WANT_CLOSE || want == FLUXO_WANT_SWITCH || want == FLUXO_WANT_LINGER)
        return;
    if (want == FLUXO_WANT_NEXT)
        decide(1, FLUXO_LIFE_EVENT_NEXT);
    if (want == FLUXO_WANT_CONTINUE)
        answer(FLUXO_LIFE_EVENT_CONTINUE, 0);
    if (want == FLUXO_WANT_WRITE || want == FLUXO_WANT_PAUSE)
        answer_finally();
    if (want == FLUXO_WANT_READ || want == FLUXO_WANT_DRAIN || want == FLUXO_WANT_WRITE)
        read_request();
    if (!may_choose)
        return;
    if (want == FLUXO_WANT_WRITE || want == FLUXO_WANT_PAUSE)
        answer_interim();
    if (want == FLUXO_WANT_DRAIN)
        decide(1, FLUXO_LIFE_EVENT_EXCESS);
    if (want == FLUXO_WANT_WRITE)
        decide(1, FLUXO_LIFE_EVENT_WANT);
    if (want == FLUXO_WANT_READ) /* 408, or an early answer */
        answer_finally();
}

/* ---- The two claims ---- */

static void begin(void)
{
    struct pair first;

    memset(&first, 0, sizeof first);
    first.server.flags = FLUXO_LIFE_SERVER;
    memset(slots, 0, sizeof slots);
    count = moves = 0;
    is_full = is_lost = 0;
    note_pair(&first);
}

int are_all_taken(void)
{
    begin();
    for (at = 0; at < count && !is_lost; at++)
        move_freely();
    if (is_full)
        add_why("there are more than %d pairs", PAIRS);
    return !is_full && !is_lost;
}

uint32_t count_pairs(void)
{
    return count;
}

static int is_at_end(const struct pair *pair)
{
    return pair->client_left && pair->server_left;
}

/* With no clock, and nobody doing more than it must. */
static int can_move(void)
{
    moves = 0;
    move_client(0);
    move_server(0);
    return moves > 0;
}

int are_never_stuck(void)
{
    begin();
    for (at = 0; at < count && !is_lost && !is_full; at++) {
        if (!can_move() && !is_at_end(&pairs[at])) {
            add_why("both wait: the client in ");
            name_life(pairs[at].client);
            add_why(", want %s; the server in ", fluxo_want_name(ask_want(&pairs[at].client)));
            name_life(pairs[at].server);
            add_why(", want %s", fluxo_want_name(ask_want(&pairs[at].server)));
            return 0;
        }
        move_client(1);
        move_server(1);
    }
    return !is_full && !is_lost;
}
