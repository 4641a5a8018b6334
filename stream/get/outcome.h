/* SPDX-License-Identifier: MIT */
/* How an exchange went: what becomes the exit status, and the complaint that goes with it. */
#ifndef GET_OUTCOME_H
#define GET_OUTCOME_H

enum outcome {
#define OUTCOME(name, status, sentence) OUTCOME_##name,
#include "outcomes.def"
#undef OUTCOME
    OUTCOMES
};

/* Say on standard error what went wrong, in one line: "fluxo-get: " and what follows. `complain` returns the outcome. */
enum outcome complain(enum outcome outcome, const char *format, ...);
void remark(const char *format, ...);

#endif
