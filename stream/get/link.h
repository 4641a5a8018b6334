/* SPDX-License-Identifier: MIT */
/* A TCP connection that does not block, and the clock that bounds it. */
#ifndef GET_LINK_H
#define GET_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "outcome.h"
#include "url.h"

/* Milliseconds of a clock that never goes back. */
int64_t now(void);

/* Connects to the first address of the host that answers, each within `patience` milliseconds. Sets *fd, and `peer` to the
   address and port, for people. Complains if it cannot. */
enum { PEER_ROOM = 80 };
enum outcome link_open(int *fd, char peer[PEER_ROOM], const struct url *url, int64_t patience);

/* Whether nothing has come, the end neither: only then may another request be sent. */
bool link_is_quiet(int fd);

#endif
