/* SPDX-License-Identifier: MIT */
/*
 * The whole server under a script in which any call may fail, with any error that it may fail with (calls.def). What was hit
 * may be broken off; all else is served whole, and nothing is left behind.
 */
#include "script.h"

/* A failure that hits no connection by name hits one at the most; memory that is gone for ever hits all. */
static unsigned count_hits(const struct outcome *outcome)
{
    return outcome->failed[CALL_MEMORY] + outcome->failed[CALL_WATCH];
}

static bool is_unharmed(const struct outcome *outcome, int number)
{
    const struct peer *peer = &kernel.peers[number];
    if (peer->is_refused || peer->is_reset || peer->was_hit || outcome->patience[number]->has_expired || outcome->is_cut_off)
        return true;
    return dialogue_is_served(outcome->dialogues[number]) && !outcome->dialogues[number]->failures;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;
    unsigned harmed = 0;
    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    struct script script = {.trial = &trial, .has_faults = true};
    struct outcome outcome = script_run(&script);
    if (!outcome.has_begun)
        return 0;
    for (int i = 0; i < outcome.count; i++)
        harmed += !is_unharmed(&outcome, i);
    hold(harmed <= count_hits(&outcome) || kernel.was_delayed, "service", "who was not hit is not served");
    return 0;
}
