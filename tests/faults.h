/* SPDX-License-Identifier: MIT */
/* What is done to the server, one function a scenario: prints its figures, a line each, and returns whether all held. */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of the command line; a scenario says in the table of faults.c what they mean. */
typedef bool scenario(const long *numbers);

scenario wait_for_deadlines, wait_for_slow_readers, reset_everywhere, close_halves, pipeline_unread, converse, exceed_limits,
    echo_slowly, outlive_lower;                                   /* faults.c: a few connections */
scenario drip_from_many, expire_at_once, crowd_in, call, besiege; /* crowds.c: many */

bool judges_figures(void); /* of processor and memory: a build with sanitizers has others */

/* Prints what was found, and returns whether it holds. */
bool find(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool returns_to(int descriptors, int milliseconds); /* the server has as many open, within that time */

#endif
