/* SPDX-License-Identifier: MIT */
/* What the code that Ragel writes asks of a compiler that is told to warn of everything. */
#include "machine.h"

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"  /* a state's code runs into the next state's label */
#pragma GCC diagnostic ignored "-Wunused-const-variable" /* entry points that only other machines need */
#pragma GCC diagnostic ignored "-Wsign-conversion"       /* table indices */
#endif
