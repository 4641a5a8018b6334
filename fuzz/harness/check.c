/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "../oracle/model.h"

#include <string.h>

enum { WHOLE, OTHER };

enum { EVERY_CUT_MOST = 256, CUTS_MOST = 16384 };

const struct reading *check_whole(const struct trial *trial)
{
    struct manner one_shot = manner_whole();
    struct reading *whole = reading_of(WHOLE);

    read_trial(whole, trial, &one_shot);
    reading_check(whole, trial->bytes, trial->length);
    return whole;
}

void check_manner(const struct trial *trial, const struct reading *whole, const struct manner *manner, const char *oracle)
{
    read_trial(reading_of(OTHER), trial, manner);
    reading_compare(whole, reading_of(OTHER), oracle);
}

static size_t count_heads(const struct reading *reading)
{
    size_t nth, count = 0;

    for (nth = 0; nth < reading->count; nth++)
        count += reading->records[nth].kind == FLUXO_EVENT_HEAD;
    return count;
}

/* The model knows something of a head that is not complete; the parser's HEAD has not come. */
void check_model(const struct trial *trial, const struct reading *whole)
{
    struct reading model;

    memset(&model, 0, sizeof model);
    model_read(&model, trial->kind, &trial->options, trial->answers, trial->bytes, trial->length);
    model.heads = model_facts(&model.head_count);
    model.head_count = count_heads(&model);
    reading_compare(whole, &model, "model");
}

void check_every_cut(const struct trial *trial, const struct reading *whole)
{
    struct manner manner = manner_of_head(trial);
    size_t most = replay_every_cut ? CUTS_MOST : EVERY_CUT_MOST;

    for (manner.flags = 0; manner.flags <= FLUXO_PIECES; manner.flags += FLUXO_PIECES) {
        manner.cuts = CUT_EVERYWHERE;
        check_manner(trial, whole, &manner, "split");
        manner.cuts = CUT_NOWHERE;
        for (manner.cut = 1; manner.cut < trial->length && trial->length <= most; manner.cut++)
            check_manner(trial, whole, &manner, "split");
        manner.cut = 0;
    }
}

const struct reading *check_trial(const struct trial *trial)
{
    const struct reading *whole = check_whole(trial);
    struct manner asked = manner_of_head(trial);

    check_model(trial, whole);
    check_manner(trial, whole, &asked, "split");
    if (trial->every_cut)
        check_every_cut(trial, whole);
    return whole;
}
