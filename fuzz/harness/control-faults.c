/* SPDX-License-Identifier: MIT */
/* What the harness faults is compared with, in speed: the script, in which any call may fail, and not judged. */
#include "script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;
    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    struct script script = {.trial = &trial, .is_bare = true, .has_faults = true};
    script_run(&script);
    return 0;
}
