/* SPDX-License-Identifier: MIT */
/* What the harness server is compared with, in speed: the script once, with the cuts of the input if it has some, and not
 * judged. */
#include "script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;
    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    struct script script = {.trial = &trial, .is_bare = true, .is_quiet = trial.cuts != 0, .cuts = trial.cuts};
    script_run(&script);
    return 0;
}
