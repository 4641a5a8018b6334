/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Waits for the connection that was begun. Returns 0 or an errno. */
static int await_connection(int fd, int64_t patience)
{
    struct pollfd poller = {.fd = fd, .events = POLLOUT};
    int64_t deadline = now() + patience, left;
    int ready, why = 0;
    socklen_t length = sizeof why;

    do {
        left = deadline - now();
        ready = poll(&poller, 1, left > 0 ? (int)left : 0);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return ETIMEDOUT;
    if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &length) < 0)
        return errno;
    return why;
}

static int begin_connection(int fd, const struct addrinfo *address)
{
    int on = 1;

    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return errno;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* all that waits goes out in one call */
    return connect(fd, address->ai_addr, address->ai_addrlen) < 0 ? errno : 0;
}

/* Returns 0 or an errno. */
static int connect_to(int *fd, const struct addrinfo *address, int64_t patience)
{
    int why;

    *fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (*fd < 0)
        return errno;
    why = begin_connection(*fd, address);
    if (why == EINPROGRESS || why == EINTR)
        why = await_connection(*fd, patience);
    if (why)
        close(*fd);
    return why;
}

static void name_peer(char peer[PEER_ROOM], const struct addrinfo *address)
{
    char host[64], port[PORT_ROOM];

    if (getnameinfo(address->ai_addr, address->ai_addrlen, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        snprintf(host, sizeof host, "?"), snprintf(port, sizeof port, "?");
    snprintf(peer, PEER_ROOM, "%s port %s", host, port);
}

enum outcome link_open(int *fd, char peer[PEER_ROOM], const struct url *url, int64_t patience)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found, *address;
    int why = getaddrinfo(url->host, url->port, &hints, &found);

    if (why)
        return complain(OUTCOME_UNREACHABLE, "%s: %s", url->host, gai_strerror(why));
    why = ECONNREFUSED;
    for (address = found; address && why; address = address->ai_next) {
        name_peer(peer, address);
        why = connect_to(fd, address, patience);
    }
    freeaddrinfo(found);
    if (why)
        return complain(why == ETIMEDOUT ? OUTCOME_TIMEOUT : OUTCOME_UNREACHABLE, "%s: %s", peer, strerror(why));
    return OUTCOME_SUCCESS;
}

bool link_is_quiet(int fd)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN};

    return poll(&poller, 1, 0) == 0;
}
