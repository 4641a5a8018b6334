/* SPDX-License-Identifier: MIT */
/*
 * The writer under any calls (side.h), of which octets of any value are the arguments: what comes out is what was accepted.
 *
 * Bit 0 of octet [0] of the head: a client; else a server. Octet [4] is the allocation that fails, once; with bit 0 of octet
 * [5], and all after it. A call that failed once is made again, and what comes out in the end is what comes out without a
 * failure: it has changed nothing, and lost nothing. Replay sends what waits in the end in two parts, at every place.
 */
#include "side.h"

#include <string.h>

enum { PLACES_MOST = 512 };

static struct side first, second;
static struct script script;

/* What waits in the end is sent in two parts, the first of so many octets. Returns how many there were. */
static uint64_t run_script(struct side *side, const struct trial *trial, unsigned fails_at, int fails_on, uint64_t part)
{
    uint64_t pending;
    unsigned nth;

    memory_begin(&side->memory, fails_at, fails_on);
    side_begin(side, exchange_role(trial), trial, 0);
    for (nth = 0; nth < script.count; nth++)
        side_call(side, &script.lines[nth]);
    pending = fluxo_writer_pending(&side->writer);
    side_send_some(side, part);
    side_send(side);
    side_end(side);
    return pending;
}

static void compare(const char *oracle, const char *what)
{
    hold(first.output.length == second.output.length &&
             memcmp(first.output.octets, second.output.octets, first.output.length) == 0,
         oracle, what);
    hold(memcmp(&first.conn.life, &second.conn.life, sizeof first.conn.life) == 0, oracle, "another life then");
}

static void check_every_part(const struct trial *trial, uint64_t pending)
{
    uint64_t part;

    for (part = 1; part < pending && part < PLACES_MOST; part++) {
        run_script(&second, trial, 0, 0, part);
        compare("split", "something else comes out when it is sent in two parts");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;
    unsigned fails_at, fails_on;
    uint64_t pending;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    script_read(&script, trial.bytes, trial.length);
    fails_at = trial.cuts & 0xFF;
    fails_on = trial.cuts >> 8 & 1;
    pending = run_script(&first, &trial, fails_at, (int)fails_on, 0);
    side_check_output(&first); /* the others' is the same */
    if (first.memory.failures && fails_on)
        return 0;
    if (first.memory.failures) {
        run_script(&second, &trial, 0, 0, 0);
        compare("memory", "something else comes out when memory is short for a while");
    }
    if (replay_every_cut)
        check_every_part(&trial, pending);
    return 0;
}
