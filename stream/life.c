/* SPDX-License-Identifier: MIT */
/* The tables of life.def and want.def, and the two functions that read them. */

#include "rows.h"

/*
 * A state is one word, and so is what a row asks of it: the bits that must be as in `are`, of those in `mask`. Of the sides'
 * bits one each is set, and those that a row does not name must not be.
 */
#define MASK(request, response, needs, unless)                                                                                 \
    ((uint32_t)(ANY & ~(request)) | (uint32_t)(ANY & ~(response)) << 8 | (uint32_t)((needs) | (unless)) << 16)
#define ARE(needs) ((uint32_t)(needs) << 16)

static uint32_t word_of(const struct fluxo_life *life)
{
    return (uint32_t)1 << life->request | (uint32_t)256 << life->response | (uint32_t)life->flags << 16;
}

static int fits(uint32_t word, uint32_t mask, uint32_t are)
{
    return (word & mask) == are;
}

/* Apart, so that memchr finds the first row of an event; the others of the event follow it. */
static const uint8_t events[] = {
#define LIFE(event, request, response, needs, unless, request_after, response_after, sets, drops, adopts, section, sentence)   \
    FLUXO_LIFE_EVENT_##event,
#include <fluxo/life.def>
#undef LIFE
};

/* The side of a bit; FLUXO_SIDES stands for SAME. */
#define SIDE(bit)                                                                                                              \
    ((bit) == IDLE     ? FLUXO_SIDE_IDLE                                                                                       \
     : (bit) == WAIT   ? FLUXO_SIDE_WAIT                                                                                       \
     : (bit) == BODY   ? FLUXO_SIDE_BODY                                                                                       \
     : (bit) == DONE   ? FLUXO_SIDE_DONE                                                                                       \
     : (bit) == TUNNEL ? FLUXO_SIDE_TUNNEL                                                                                     \
     : (bit) == CLOSED ? FLUXO_SIDE_CLOSED                                                                                     \
     : (bit) == ERROR  ? FLUXO_SIDE_ERROR                                                                                      \
                       : FLUXO_SIDES)

static const struct step {
    uint32_t mask, are;
    uint8_t request_after, response_after;
    uint16_t sets, drops, adopts;
} steps[] = {
#define LIFE(event, request, response, needs, unless, request_after, response_after, sets, drops, adopts, section, sentence)   \
    {MASK(request, response, needs, unless), ARE(needs), SIDE(request_after), SIDE(response_after), sets, drops, adopts},
#include <fluxo/life.def>
#undef LIFE
};

enum { STEPS = sizeof steps / sizeof steps[0] };

static const struct step *find_step(const struct fluxo_life *life, enum fluxo_life_event event)
{
    const uint8_t *at = (const uint8_t *)memchr(events, (int)event, sizeof events);
    uint32_t word = word_of(life);

    for (; at && at < events + STEPS && *at == event; at++)
        if (fits(word, steps[at - events].mask, steps[at - events].are))
            return &steps[at - events];
    return NULL;
}

int fluxo_life_step(struct fluxo_life *life, enum fluxo_life_event event, unsigned brings)
{
    const struct step *step = find_step(life, event);

    if (!step)
        return 0;
    if (step->request_after != FLUXO_SIDES)
        life->request = step->request_after;
    if (step->response_after != FLUXO_SIDES)
        life->response = step->response_after;
    life->flags = (uint16_t)((life->flags & ~step->drops) | step->sets | (brings & step->adopts));
    return 1;
}

/* The rows are one expression: asked for at every turn, it is worth being compiled. That a row fits every state which can be
   reached is shown by a test. */
enum fluxo_want fluxo_life_want(const struct fluxo_life *life)
{
    uint32_t word = word_of(life);

    return
#define WANT(want, request, response, needs, unless, sentence)                                                                 \
    fits(word, MASK(request, response, needs, unless), ARE(needs)) ? FLUXO_WANT_##want:
#include <fluxo/want.def>
#undef WANT
        FLUXO_WANT_CLOSE;
}

const char *fluxo_side_name(unsigned side)
{
    static const char *const names[FLUXO_SIDES] = {"IDLE", "WAIT", "BODY", "DONE", "TUNNEL", "CLOSED", "ERROR"};
    return side < FLUXO_SIDES ? names[side] : NULL;
}

const char *fluxo_life_event_name(unsigned event)
{
    static const char *const names[FLUXO_LIFE_EVENTS] = {
#define LIFE_EVENT(name) #name,
#include <fluxo/events.def>
#undef LIFE_EVENT
    };
    return event < FLUXO_LIFE_EVENTS ? names[event] : NULL;
}

const char *fluxo_want_name(unsigned want)
{
    static const char *const names[FLUXO_WANTS] = {"READ", "WRITE", "CONTINUE", "WAIT",   "PAUSE",
                                                   "NEXT", "DRAIN", "SWITCH",   "LINGER", "CLOSE"};
    return want < FLUXO_WANTS ? names[want] : NULL;
}
