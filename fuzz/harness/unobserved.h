/* SPDX-License-Identifier: MIT */
/*
 * To be included last: what follows in the file gives the engine no coverage. For what is not the program under test, and runs
 * so often that to observe it would cost more than the rest.
 */
#if defined __clang__
#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), apply_to = function)
#define FUZZ_UNOBSERVED 1
#endif
