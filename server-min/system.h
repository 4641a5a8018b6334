/* SPDX-License-Identifier: MIT */
/*
 * The system, as far as the server asks it for bytes and time: one table, so that a test can put a script in its place. None
 * of these blocks: descriptors are non-blocking, and waiting is what a back end of the loop does.
 */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct system {
    int64_t (*now)(void);        /* milliseconds of a clock that never goes back */
    int64_t (*date)(void);       /* seconds since 1970 */
    int (*accept)(int listener); /* a descriptor, non-blocking and closed by exec */
    ssize_t (*receive)(int fd, void *bytes, size_t most);
    ssize_t (*send)(int fd, const void *bytes, size_t length); /* raises no signal that is not ignored */
    int (*shut)(int fd);                                       /* no more will be sent */
    int (*close)(int fd);
    int (*abandon)(int fd); /* closes by a reset, which tells that what was sent is not all */
};
extern struct system sys;

int make_non_blocking(int fd); /* and closed by exec. -1: errno */

#endif
