/* SPDX-License-Identifier: MIT */
/* How an exchange went: what becomes the exit status, and the complaint that goes with it. */
#ifndef GET_OUTCOME_H
#define GET_OUTCOME_H

#include <stddef.h>
#include <stdio.h>

enum outcome {
#define OUTCOME(name, status, sentence) OUTCOME_##name,
#include "outcomes.def"
#undef OUTCOME
    OUTCOMES
};

/* Say on standard error what went wrong, in one line: "fluxo-get: " and what follows. `complain` returns the outcome. */
enum outcome complain(enum outcome outcome, const char *format, ...);
void remark(const char *format, ...);

/* Octets for people: what is not printable ASCII as \xNN, so that nothing a server sends steers a terminal. */
void show_octets(FILE *file, const char *octets, size_t length);

#endif
