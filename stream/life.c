/* SPDX-License-Identifier: MIT */
/* The tables of life.def and want.def, and the two functions that read them. */

#include "rows.h"

static const struct {
    uint8_t event, request, response;
    uint16_t needs, unless;
    uint8_t request_after, response_after;
    uint16_t sets, drops, adopts;
} steps[] = {
#define LIFE(event, request, response, needs, unless, request_after, response_after, sets, drops, adopts, section, sentence)   \
    {FLUXO_LIFE_EVENT_##event, request, response, needs, unless, request_after, response_after, sets, drops, adopts},
#include <fluxo/life.def>
#undef LIFE
};

static const struct {
    uint8_t want, request, response;
    uint16_t needs, unless;
} wants[] = {
#define WANT(want, request, response, needs, unless, sentence) {FLUXO_WANT_##want, request, response, needs, unless},
#include <fluxo/want.def>
#undef WANT
};

enum { STEPS = sizeof steps / sizeof steps[0], WANTS = sizeof wants / sizeof wants[0] };

static int fits(const struct fluxo_life *life, unsigned request, unsigned response, unsigned needs, unsigned unless)
{
    return (request >> life->request & 1) && (response >> life->response & 1) && (life->flags & needs) == needs &&
           !(life->flags & unless);
}

static uint8_t side_after(uint8_t before, unsigned after)
{
    uint8_t side = 0;

    if (after == SAME)
        return before;
    while (!(after >> side & 1))
        side++;
    return side;
}

int fluxo_life_step(struct fluxo_life *life, enum fluxo_life_event event, unsigned brings)
{
    unsigned row = 0;

    while (row < STEPS && !(steps[row].event == event &&
                            fits(life, steps[row].request, steps[row].response, steps[row].needs, steps[row].unless)))
        row++;
    if (row == STEPS)
        return 0;
    life->request = side_after(life->request, steps[row].request_after);
    life->response = side_after(life->response, steps[row].response_after);
    life->flags = (uint16_t)((life->flags & ~steps[row].drops) | steps[row].sets | (brings & steps[row].adopts));
    return 1;
}

/* That a row fits every state which can be reached is shown by a test. */
enum fluxo_want fluxo_life_want(const struct fluxo_life *life)
{
    unsigned row = 0;

    while (row < WANTS && !fits(life, wants[row].request, wants[row].response, wants[row].needs, wants[row].unless))
        row++;
    return row < WANTS ? (enum fluxo_want)wants[row].want : FLUXO_WANT_CLOSE;
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
