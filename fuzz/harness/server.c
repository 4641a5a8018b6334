/* SPDX-License-Identifier: MIT */
/*
 * The whole server under a script (script.h), with the law to the letter: answers, deadlines, memory. With cuts in the head of
 * the input the script is run twice, the second time with bytes and calls cut by chance: its clients must not notice.
 */
#include <string.h>

#include "script.h"

enum { REPLAYS = 4 };

/* What a client remembers of a run. */
struct memoir {
    unsigned answered, statuses[EXCHANGES];
    uint64_t digests[EXCHANGES]; /* of content and trailers */
    bool has_less; /* answers than it could have had: it does not take all, or was told of the end before its content came */
};

static struct memoir memoirs[PEERS];

static uint64_t digest(const struct dialogue *d, const struct answer *answer)
{
    uint64_t sum = 14695981039346656037U + answer->trailers; /* FNV-1a's */
    for (size_t i = 0; i < answer->content; i++)
        sum = (sum ^ (unsigned char)d->heard[answer->content_at + i]) * 1099511628211U;
    return sum;
}

static void note(struct memoir *memoir, const struct dialogue *d, bool was_narrow)
{
    memoir->answered = d->answered;
    memoir->has_less = was_narrow || dialogue_ends_early(d);
    for (unsigned i = 0; i < d->answered; i++) {
        memoir->statuses[i] = d->answers[i].status;
        memoir->digests[i] = digest(d, &d->answers[i]);
    }
}

/* Who has less has had as many answers as fitted, which is a matter of cuts. */
static void compare(const struct memoir *before, const struct dialogue *d)
{
    hold(before->has_less || dialogue_ends_early(d) || before->answered == d->answered, "split invariance",
         "another number of answers");
    for (unsigned i = 0; i < before->answered && i < d->answered; i++) {
        hold(before->statuses[i] == d->answers[i].status, "split invariance", "another status");
        hold(before->digests[i] == digest(d, &d->answers[i]), "split invariance", "other content");
    }
}

/* Who was not served, though nothing was in the way. */
static void judge(const struct outcome *outcome)
{
    for (int i = 0; i < outcome->count; i++) {
        const struct peer *peer = &kernel.peers[i];
        bool is_broken = peer->is_reset || outcome->patience[i]->has_expired || outcome->is_cut_off;
        hold(is_broken || dialogue_is_served(outcome->dialogues[i]), "service", "a whole request has no whole answer");
        hold(!outcome->dialogues[i]->failures, "service", "500 or 503");
    }
}

/* The same again, cut by chance. */
static void run_cut(struct script *script, const struct outcome *whole, uint32_t cuts)
{
    script->cuts = cuts;
    struct outcome again = script_run(script);
    judge(&again);
    if (whole->was_long || again.was_long)
        return;
    if (whole->is_ended || again.is_ended) /* what came by then is a matter of cuts */
        return;
    if (whole->failed[CALL_ACCEPT] || again.failed[CALL_ACCEPT]) /* others may have been let in, or later */
        return;
    hold(again.count == whole->count, "split invariance", "another number of clients");
    for (int i = 0; i < again.count; i++)
        compare(&memoirs[i], again.dialogues[i]);
}

/* In quiet, and then the same again with cuts. */
static void compare_cuts(struct script *script, uint32_t cuts)
{
    script->is_quiet = true;
    struct outcome whole = script_run(script);
    judge(&whole);
    for (int i = 0; i < whole.count; i++)
        note(&memoirs[i], whole.dialogues[i], whole.was_narrow[i]);
    if (cuts)
        run_cut(script, &whole, cuts);
    for (cuts = 1; replay_every_cut && cuts <= REPLAYS; cuts++)
        run_cut(script, &whole, cuts);
}

static void run_as_it_is(const struct script *script)
{
    struct outcome outcome = script_run(script);
    judge(&outcome);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;
    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    struct script script = {.trial = &trial};
    if (!trial.cuts)
        run_as_it_is(&script);
    if (trial.cuts || replay_every_cut)
        compare_cuts(&script, trial.cuts);
    return 0;
}
