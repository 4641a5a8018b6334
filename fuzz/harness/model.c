/* SPDX-License-Identifier: MIT */
/* The parser and the reference model say the same, in one shot; in replay, however the parser's bytes are cut. */
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct reading *whole;
    struct trial trial;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    whole = check_whole(&trial);
    check_model(&trial, whole);
    if (replay_every_cut)
        check_every_cut(&trial, whole);
    return 0;
}
