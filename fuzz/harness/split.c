/* SPDX-License-Identifier: MIT */
/* Split invariance: in one shot, byte by byte and in random pieces, in whole and in pieces mode, an input says the same. */
#include "check.h"

enum { PARTITIONS = 2 };

static void check_mode(const struct trial *trial, const struct reading *whole, uint32_t flags)
{
    struct manner manner = manner_of_head(trial);
    unsigned nth;

    manner.flags = flags;
    manner.cuts = CUT_NOWHERE;
    check_manner(trial, whole, &manner, "split");
    manner.cuts = CUT_EVERYWHERE;
    check_manner(trial, whole, &manner, "split");
    for (nth = 1; nth <= PARTITIONS; nth++) {
        manner.cuts = trial->cuts + CUT_EVERYWHERE + nth;
        check_manner(trial, whole, &manner, "split");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct reading *whole;
    struct trial trial;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    whole = check_whole(&trial);
    check_mode(&trial, whole, 0);
    check_mode(&trial, whole, FLUXO_PIECES);
    if (trial.every_cut)
        check_every_cut(&trial, whole);
    return 0;
}
