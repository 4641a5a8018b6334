/* SPDX-License-Identifier: MIT */
/* What the others are compared with, in speed and in what it finds: one call after the other on the whole input, no oracle. */
#include "harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fluxo_event events[CAPACITY_MOST];
    struct fluxo_parser parser;
    struct fluxo_feed feed;
    struct trial trial;
    size_t at = 0;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    fluxo_parser_init(&parser, trial.kind, &trial.options);
    fluxo_parser_answers(&parser, trial.answers);
    do {
        feed = fluxo_parser_feed(&parser, trial.bytes + at, trial.length - at, events, CAPACITY_MOST);
        at += feed.consumed;
    } while (feed.status == FLUXO_EVENTS_FULL || feed.status == FLUXO_HEAD || feed.status == FLUXO_MESSAGE);
    return 0;
}
