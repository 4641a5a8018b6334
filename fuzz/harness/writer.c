/* SPDX-License-Identifier: MIT */
/*
 * The writer under any calls (side.h), of which octets of any value are the arguments: what comes out is what was accepted.
 *
 * Bit 0 of octet [0] of the head: a client; else a server. Octet [4] is the allocation that fails, once; with bit 0 of octet
 * [5], and all after it. A call that failed once is made again, and what comes out in the end is what comes out without a
 * failure: it has changed nothing, and lost nothing.
 */
#include "side.h"

#include <string.h>

static struct side first, second;
static struct script script;

static void run_script(struct side *side, const struct trial *trial, unsigned fails_at, int fails_on)
{
    unsigned nth;

    memory_begin(&side->memory, fails_at, fails_on);
    side_begin(side, trial->kind == FLUXO_RESPONSE ? FLUXO_CLIENT : FLUXO_SERVER, trial, 0);
    for (nth = 0; nth < script.count; nth++)
        side_call(side, &script.lines[nth]);
    side_send(side);
    side_end(side);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;
    unsigned fails_at, fails_on;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    script_read(&script, trial.bytes, trial.length);
    fails_at = trial.cuts & 0xFF;
    fails_on = trial.cuts >> 8 & 1;
    run_script(&first, &trial, fails_at, (int)fails_on);
    side_check_output(&first); /* the other's is the same */
    if (!first.memory.failures || fails_on)
        return 0;
    run_script(&second, &trial, 0, 0);
    hold(first.output.length == second.output.length &&
             memcmp(first.output.octets, second.output.octets, first.output.length) == 0,
         "memory", "something else comes out when memory is short for a while");
    hold(memcmp(&first.conn.life, &second.conn.life, sizeof first.conn.life) == 0, "memory",
         "another life when memory is short for a while");
    return 0;
}
