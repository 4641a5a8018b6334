/* SPDX-License-Identifier: MIT */
/*
 * What the server waits for on a connection, and until when, as one sees it from outside: from what it asks the kernel to be
 * told of, and from what the client has asked. server.h and connection.c's table of deadlines are the law.
 */
#ifndef FUZZ_PATIENCE_H
#define FUZZ_PATIENCE_H

#include "../harness/kernel.h"
#include "dialogue.h"
#include "server.h"

enum wait { WAITS_NOT, WAITS_FOR_REQUEST, WAITS_FOR_HEAD, WAITS_FOR_BODY, WAITS_FOR_CLIENT, WAITS_FOR_CLOSE };

struct patience {
    enum wait wait;
    unsigned number; /* of the request */
    int64_t deadline;
    size_t read, taken;
    unsigned timeouts, answered;
    bool is_shut, is_closed;
    bool has_expired; /* it ended, or was refused, because of a deadline */
};

struct law {
    struct server_settings set;
    int64_t stop_at; /* INT64_MAX: the server has not been told to stop */
    bool stops_now;  /* since the last look */
};

/* To be called when the server has nothing to do but wait. Refutes what is late, and what ends too early. */
void patience_look(struct patience *patience, const struct peer *peer, const struct dialogue *dialogue, const struct law *law);

#endif
