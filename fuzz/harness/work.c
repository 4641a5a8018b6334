/* SPDX-License-Identifier: MIT */
/* Work: in one shot, and byte by byte or as the head says, the parser passes no more basic blocks than bytes and calls allow.
 */
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct reading *whole;
    struct manner manner;
    struct trial trial;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    whole = check_whole(&trial);
    manner = manner_of_head(&trial);
    if (trial.every_cut || trial.cuts % 2)
        manner.cuts = CUT_EVERYWHERE;
    check_manner(&trial, whole, &manner, "split");
    return 0;
}
