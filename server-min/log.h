/* SPDX-License-Identifier: MIT */
/*
 * The access log: a line a response, in the common log format. Lines gather in memory and are written together, soon. When who
 * reads them is slower than they come, the loop does not wait: lines are lost, and a line says how many.
 */
#ifndef LOG_H
#define LOG_H

#include <fluxo/stream.h>

int log_open(const char *path); /* "-": standard output. -1: errno */

/* Of the client at `fd`. `head` may be NULL, or not complete. */
void log_exchange(int fd, const struct fluxo_head *head, unsigned minor, unsigned status, uint64_t octets);

void log_flush(void); /* at the end: writes what it can */

#endif
