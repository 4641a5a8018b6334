/* SPDX-License-Identifier: MIT */
#include "check.h"

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

void check_manner(const struct trial *trial, const struct reading *whole, const struct manner *manner)
{
    read_trial(reading_of(OTHER), trial, manner);
    reading_compare(whole, reading_of(OTHER), "split");
}

void check_every_cut(const struct trial *trial, const struct reading *whole)
{
    struct manner manner = manner_of_head(trial);
    size_t most = replay_every_cut ? CUTS_MOST : EVERY_CUT_MOST;

    for (manner.flags = 0; manner.flags <= FLUXO_PIECES; manner.flags += FLUXO_PIECES) {
        manner.cuts = CUT_EVERYWHERE;
        check_manner(trial, whole, &manner);
        manner.cuts = CUT_NOWHERE;
        for (manner.cut = 1; manner.cut < trial->length && trial->length <= most; manner.cut++)
            check_manner(trial, whole, &manner);
        manner.cut = 0;
    }
}

const struct reading *check_trial(const struct trial *trial)
{
    const struct reading *whole = check_whole(trial);
    struct manner asked = manner_of_head(trial);

    check_manner(trial, whole, &asked);
    if (trial->every_cut)
        check_every_cut(trial, whole);
    return whole;
}
