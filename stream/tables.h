/* SPDX-License-Identifier: MIT */
/* What the tables and the code that Ragel writes for the machines of stream/ ask of a compiler that is told to warn of
 * everything. */
#ifndef FLUXO_STREAM_TABLES_H
#define FLUXO_STREAM_TABLES_H

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"  /* a state's code runs into the next state's label */
#pragma GCC diagnostic ignored "-Wunused-const-variable" /* the start, and entry points, that nobody needs */
#pragma GCC diagnostic ignored "-Wsign-conversion"       /* table indices */
#endif

#endif
