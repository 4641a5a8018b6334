/* SPDX-License-Identifier: MIT */
/* What holds for every input of the parser. Each reads the trial in manners of its own, and refutes an oracle by its name. */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include "read.h"

/* Whole, as the model reads it, and as the head says, and at every cut where that is asked for. Returns what the trial says. */
const struct reading *check_trial(const struct trial *trial);

/* Whole and as the model reads it. */
void check_model(const struct trial *trial, const struct reading *whole);

/* The same, in one shot: names, ids and places are right. */
const struct reading *check_whole(const struct trial *trial);

/* In another manner it says the same as `whole`. */
void check_manner(const struct trial *trial, const struct reading *whole, const struct manner *manner, const char *oracle);

/* In two pieces, wherever it is cut, and byte by byte; inputs over 256 octets only in replay. */
void check_every_cut(const struct trial *trial, const struct reading *whole);

#endif
