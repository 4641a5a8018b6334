/* SPDX-License-Identifier: MIT */
/* Requests: whole and as the head says, they say the same. */
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    trial.kind = FLUXO_REQUEST;
    check_trial(&trial);
    return 0;
}
