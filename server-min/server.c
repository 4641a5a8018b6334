/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"

enum {
    ACCEPTS = 64,    /* a round: then those who are connected have their turn */
    PAUSE = 100,     /* ms until accept is tried again when there are no descriptors left, rather than spinning */
    STOP_TIME = 5000 /* ms for requests in flight: init systems kill after 10 s or more */
};

struct server *server_create(handler *handle)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->handle = handle;
    server->stop_at = LOOP_NEVER;
    return server;
}

/* ---- Accepting ---- */

static int make_non_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return -1;
    return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void open_client(struct server *server, int fd)
{
    int on = 1;
    if (make_non_blocking(fd) < 0) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* we send whole responses; nothing to wait for */
    connection_open(server, fd);
}

static void pause_listener(struct server *server)
{
    loop_want(&server->listener, 0);
    loop_expire(&server->listener, loop_now() + PAUSE);
}

/* Returns whether there may be more. */
static bool accept_one(struct server *server)
{
    int fd = accept(server->listener.fd, NULL, NULL);
    if (fd >= 0)
        open_client(server, fd);
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
        return false;
    else if (errno != EINTR && errno != ECONNABORTED) {
        pause_listener(server); /* EMFILE, ENFILE, ENOBUFS, ENOMEM, a network that is down */
        return false;
    }
    return true;
}

static void on_ready(struct watch *watch, unsigned what)
{
    if (what & LOOP_TIMEOUT)
        loop_want(watch, LOOP_READ);
    for (int i = 0; i < ACCEPTS && accept_one(watch->data); i++)
        continue;
}

/* ---- Stopping ---- */

static void close_listener(struct server *server)
{
    loop_remove(&server->listener);
    close(server->listener.fd);
}

static void stop(void *data)
{
    struct server *server = data;
    if (server->stopping)
        return;
    server->stopping = true;
    server->stop_at = loop_now() + STOP_TIME;
    close_listener(server);
    for (struct connection *c = server->connections, *next; c; c = next) {
        next = c->next;
        connection_stop(c);
    }
}

/* ---- Listening ---- */

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

static int open_listener(const struct addrinfo *address)
{
    int on = 1;
    int fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 && make_non_blocking(fd) >= 0 &&
        bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

/* From the socket, not from the settings: there the port may be 0. */
static int write_url(struct server *server, int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[64], port[16];
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        return -1;
    if (getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return -1;
    snprintf(server->url, sizeof server->url, strchr(host, ':') ? "http://[%s]:%s/" : "http://%s:%s/", host, port);
    return 0;
}

static int watch_listener(struct server *server, int fd)
{
    server->listener = (struct watch){.fd = fd, .events = LOOP_READ, .deadline = LOOP_NEVER, .ready = on_ready, .data = server};
    if (write_url(server, fd) < 0 || loop_add(&server->listener) < 0) {
        close(fd);
        return -1;
    }
    loop_at_stop(stop, server);
    return 0;
}

/* Says why, and takes the server back. */
static const char *give_up(struct server *server, const char *host, unsigned port, const char *why)
{
    fprintf(stderr, "fluxo-server: cannot listen on %s port %u: %s\n", host, port, why);
    free(server);
    return NULL;
}

const char *server_listen(struct server *server, const char *host, unsigned port)
{
    if (!server)
        return give_up(server, host, port, "no memory");
    struct addrinfo *address = find_address(host, port);
    if (!address)
        return give_up(server, host, port, "not a numeric address");
    int fd = open_listener(address);
    int why = errno;
    freeaddrinfo(address);
    if (fd < 0)
        return give_up(server, host, port, strerror(why));
    if (watch_listener(server, fd) < 0)
        return give_up(server, host, port, "no memory");
    return server->url;
}
