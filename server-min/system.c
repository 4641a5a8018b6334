/* SPDX-License-Identifier: MIT */
#if defined __linux__
#define _GNU_SOURCE /* accept4 */
#else
#undef _POSIX_C_SOURCE /* which would hide it */
#endif
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int64_t read_date(void)
{
    return (int64_t)time(NULL);
}

int make_non_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return -1;
    return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

#if defined SOCK_NONBLOCK && defined SOCK_CLOEXEC && !defined __APPLE__
static int accept_client(int listener)
{
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
#else
static int accept_client(int listener)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0 || make_non_blocking(fd) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}
#endif

static ssize_t receive(int fd, void *bytes, size_t most)
{
    return recv(fd, bytes, most, 0);
}

static ssize_t send_bytes(int fd, const void *bytes, size_t length)
{
    return send(fd, bytes, length, 0);
}

static int shut(int fd)
{
    return shutdown(fd, SHUT_WR);
}

static int abandon(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    return close(fd);
}

struct system sys = {read_clock, read_date, accept_client, receive, send_bytes, shut, close, abandon};
