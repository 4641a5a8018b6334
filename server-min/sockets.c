/* SPDX-License-Identifier: MIT */
/*
 * How this works: where the system shares new connections out between sockets that listen at one address, each worker has its
 * own, and the parent keeps them all: so no connection that waits in one is lost when its worker is replaced. Elsewhere all
 * workers have the same one.
 */
#if defined __linux__
#define _GNU_SOURCE /* SO_REUSEPORT */
#endif
#include "sockets.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#if defined __linux__ && defined __has_include
#if __has_include(<linux/filter.h>) /* a package of its own in some */
#include <linux/filter.h>
#endif
#endif

#include "system.h"

enum { KEEP_IDLE = 60, KEEP_INTERVAL = 15, KEEP_COUNT = 4 }; /* seconds without a byte, between two probes, and how many */

/* ---- One socket ---- */

/* Numbers only: a name might have to be asked for, which blocks. */
static struct addrinfo *find_address(const char *host, unsigned port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found;
    char service[16];
    snprintf(service, sizeof service, "%u", port);
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    return getaddrinfo(host, service, &hints, &found) == 0 ? found : NULL;
}

static int set_option(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value);
}

/* A client that waits for us, and is gone, is noticed when it does not answer to this. */
static int keep_alive(int fd)
{
    int failed = set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#if defined TCP_KEEPIDLE && defined TCP_KEEPINTVL && defined TCP_KEEPCNT
    failed |= set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE) | set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL) |
              set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
#endif
    return failed;
}

/* TCP_NODELAY: we send whole responses; nothing to wait for. Accepted sockets inherit all this. */
static int open_socket(struct sockets *sockets, int family)
{
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    sockets->fds[sockets->count++] = fd;
    if (set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0 || set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) < 0 ||
        keep_alive(fd) < 0 || make_non_blocking(fd) < 0)
        return -1;
    return fd;
}

/* From the socket, not from the settings: there the port may be 0. */
static int write_url(struct sockets *sockets, const struct sockaddr *address, socklen_t length)
{
    char host[64], port[16];
    if (getnameinfo(address, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return -1;
    snprintf(sockets->url, sizeof sockets->url, strchr(host, ':') ? "http://[%s]:%s/" : "http://%s:%s/", host, port);
    return 0;
}

/* ---- Several at one address ---- */

#if defined __linux__
static unsigned count_sockets(unsigned workers)
{
    return workers ? workers : 1;
}

static int share_address(int fd)
{
    return set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
}
#else
static unsigned count_sockets(unsigned workers)
{
    (void)workers;
    return 1;
}

static int share_address(int fd)
{
    (void)fd;
    return 0;
}
#endif

#if defined SO_ATTACH_REUSEPORT_CBPF && defined SKF_AD_RANDOM
/* By chance, where that can be had, rather than by a hash of the addresses, which would let a client choose its worker. */
static void share_connections(const struct sockets *sockets)
{
    struct sock_filter choose[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_AD_OFF + SKF_AD_RANDOM),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, sockets->count),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct sock_fprog program = {sizeof choose / sizeof *choose, choose};
    setsockopt(sockets->fds[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program);
}
#else
static void share_connections(const struct sockets *sockets)
{
    (void)sockets;
}
#endif

/* The first gets the address alone, and shares it only then: otherwise another server at that address would be let in, too.
   The others get what the first one got. */
static int open_sockets(struct sockets *sockets, const struct addrinfo *wanted, unsigned count)
{
    struct sockaddr_storage address;
    socklen_t length = wanted->ai_addrlen;
    memcpy(&address, wanted->ai_addr, length);
    for (unsigned i = 0; i < count; i++) {
        int fd = open_socket(sockets, wanted->ai_family);
        if (fd < 0 || (i > 0 && share_address(fd) < 0) || bind(fd, (struct sockaddr *)&address, length) < 0)
            return -1;
        length = sizeof address;
        if (getsockname(fd, (struct sockaddr *)&address, &length) < 0 || (count > 1 && share_address(fd) < 0))
            return -1;
    }
    for (unsigned i = 0; i < count; i++)
        if (listen(sockets->fds[i], SOMAXCONN) < 0)
            return -1;
    if (count > 1)
        share_connections(sockets);
    return write_url(sockets, (struct sockaddr *)&address, length);
}

const char *sockets_open(struct sockets *sockets, const char *host, unsigned port, unsigned workers)
{
    unsigned count = count_sockets(workers);
    struct addrinfo *address = find_address(host, port);
    if (!address)
        return "not a numeric address";
    sockets->count = 0;
    sockets->fds = calloc(count, sizeof *sockets->fds);
    int failed = sockets->fds ? open_sockets(sockets, address, count) : -1, why = errno;
    freeaddrinfo(address);
    return failed ? strerror(why) : NULL;
}

int sockets_keep(struct sockets *sockets, unsigned which)
{
    int kept = sockets->fds[which];
    sockets->fds[which] = sockets->fds[--sockets->count];
    sockets_close(sockets);
    return kept;
}

void sockets_close(struct sockets *sockets)
{
    while (sockets->count)
        close(sockets->fds[--sockets->count]);
    free(sockets->fds);
    sockets->fds = NULL;
}
