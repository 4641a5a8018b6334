/* SPDX-License-Identifier: MIT */
/* The words in which life.def and want.def name sides and flags; SAME is no change. */
#ifndef FLUXO_ROWS_H
#define FLUXO_ROWS_H

#include <fluxo/stream.h>

enum {
    IDLE = 1 << FLUXO_SIDE_IDLE,
    WAIT = 1 << FLUXO_SIDE_WAIT,
    BODY = 1 << FLUXO_SIDE_BODY,
    DONE = 1 << FLUXO_SIDE_DONE,
    TUNNEL = 1 << FLUXO_SIDE_TUNNEL,
    CLOSED = 1 << FLUXO_SIDE_CLOSED,
    ERROR = 1 << FLUXO_SIDE_ERROR,
    ANY = (1 << FLUXO_SIDES) - 1,
    SAME = 0
};
enum {
    SERVER = FLUXO_LIFE_SERVER,
    CLOSE = FLUXO_LIFE_CLOSE,
    OLD = FLUXO_LIFE_OLD,
    UPGRADE = FLUXO_LIFE_UPGRADE,
    CONNECT = FLUXO_LIFE_CONNECT,
    EXPECT = FLUXO_LIFE_EXPECT,
    WANTED = FLUXO_LIFE_WANTED,
    UNTIL_CLOSE = FLUXO_LIFE_UNTIL_CLOSE,
    HELD = FLUXO_LIFE_HELD
};

#endif
