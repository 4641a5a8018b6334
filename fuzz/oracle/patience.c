/* SPDX-License-Identifier: MIT */
#include "patience.h"

#include "../harness/harness.h"
#include "loop.h"

/* As in connection.c, whose they are: a second home, so that a change there is noticed. */
enum { GRAIN = 128, LINGER_TIME = 2000, LAST_WORD = 500 };

/* Else it wants to write only to have its turn soon: see connection_wake. */
static bool has_to_say(const struct patience *p, const struct dialogue *d)
{
    const struct asked *due = dialogue_due(d);
    return d->is_answer_begun || p->has_expired || (due && (due->has_head || due->fault));
}

static enum wait decide_wait(const struct patience *p, const struct peer *peer, const struct dialogue *d)
{
    unsigned events = kernel_events(peer);
    const struct asked *last = d->asked_count ? &d->asked[d->asked_count - 1] : NULL;
    if (peer->is_shut)
        return WAITS_FOR_CLOSE;
    if (events & LOOP_WRITE && has_to_say(p, d))
        return WAITS_FOR_CLIENT;
    if (!(events & LOOP_READ)) {
        hold(dialogue_is_streaming(d), "deadlines", "nothing is waited for, and no handler will act");
        return WAITS_NOT;
    }
    if (!last || last->is_complete) {
        hold(d->answered == d->asked_count, "service", "more is read before what is asked is answered");
        return WAITS_FOR_REQUEST;
    }
    return last->has_head ? WAITS_FOR_BODY : WAITS_FOR_HEAD;
}

static int64_t time_for(enum wait wait, const struct law *law)
{
    switch (wait) {
    case WAITS_FOR_REQUEST:
        return law->stop_at == INT64_MAX ? law->set.idle_timeout : LAST_WORD;
    case WAITS_FOR_HEAD:
        return law->set.head_timeout;
    case WAITS_FOR_BODY:
        return law->set.body_timeout;
    case WAITS_FOR_CLIENT:
        return law->set.send_timeout;
    case WAITS_FOR_CLOSE:
        return LINGER_TIME;
    case WAITS_NOT:
        break;
    }
    return 0;
}

static int64_t deadline_of(enum wait wait, const struct law *law)
{
    int64_t time = time_for(wait, law), deadline = time ? kernel.now + time : INT64_MAX;
    if (time >= 8 * GRAIN)
        deadline = (deadline + GRAIN - 1) / GRAIN * GRAIN;
    deadline = deadline < law->stop_at ? deadline : law->stop_at;
    return deadline > kernel.now ? deadline : kernel.now + 1;
}

static bool puts_off(const struct patience *p, enum wait wait, const struct peer *peer)
{
    if (wait == WAITS_FOR_CLIENT)
        return peer->taken != p->taken;
    return peer->read != p->read && (wait == WAITS_FOR_REQUEST || wait == WAITS_FOR_BODY || wait == WAITS_NOT);
}

static void note_deadline(struct patience *p, const struct peer *peer, const struct dialogue *d, const struct law *law)
{
    enum wait wait = decide_wait(p, peer, d);
    unsigned number = wait == WAITS_FOR_HEAD ? d->asked_count : 0;
    hold(kernel.now <= law->stop_at, "deadlines", "the grace is over");
    if (wait == p->wait && number == p->number && p->deadline && !puts_off(p, wait, peer) && !law->stops_now) {
        hold(p->deadline > kernel.now, "deadlines", "one has passed, and nothing is done");
        return;
    }
    p->wait = wait;
    p->number = number;
    p->deadline = deadline_of(wait, law);
}

/* Of a connection that the server has ended with nothing but time for a reason. */
static void judge_end(struct patience *p, const struct peer *peer, const struct dialogue *d)
{
    bool has_taken = p->wait == WAITS_FOR_CLIENT && peer->taken != p->taken; /* all: what was decided before is done now */
    bool has_reason =
        has_taken || peer->has_ended || peer->is_reset || peer->was_hit || peer->read != p->read || d->answered != p->answered;
    bool is_due = p->deadline && p->deadline <= kernel.now;
    p->has_expired |= is_due && (p->wait == WAITS_FOR_HEAD || p->wait == WAITS_FOR_BODY);
    hold(d->timeouts == p->timeouts || p->has_expired, "deadlines", "408 too early"); /* it may be seen later */
    if (p->is_shut == peer->is_shut && p->is_closed == peer->is_closed)
        return;
    hold(has_reason || is_due, "deadlines", "closed too early");
    p->has_expired |= is_due && !p->is_shut;
    p->is_shut = peer->is_shut;
    p->is_closed = peer->is_closed;
}

void patience_look(struct patience *p, const struct peer *peer, const struct dialogue *d, const struct law *law)
{
    if (!peer->is_accepted || d->is_full)
        return;
    judge_end(p, peer, d);
    if (!peer->is_closed)
        note_deadline(p, peer, d, law);
    p->read = peer->read;
    p->taken = peer->taken;
    p->timeouts = d->timeouts;
    p->answered = d->answered;
}
