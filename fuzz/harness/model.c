/* SPDX-License-Identifier: MIT */
/* The parser and the reference model say the same, in one shot. */
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    check_model(&trial, check_whole(&trial));
    return 0;
}
