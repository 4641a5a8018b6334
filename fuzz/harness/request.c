/* SPDX-License-Identifier: MIT */
/* Requests, read whole and as the input's head says: both say the same. */
#include "read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading *whole = reading_of(0), *cut = reading_of(1);
    struct manner one_shot = manner_whole(), asked;
    struct trial trial;

    if (!trial_read(&trial, data, size))
        return 0;
    trial.kind = FLUXO_REQUEST;
    asked = manner_of_head(&trial);
    read_trial(whole, &trial, &one_shot);
    reading_check(whole, trial.bytes, trial.length);
    read_trial(cut, &trial, &asked);
    reading_compare(whole, cut, "split");
    return 0;
}
