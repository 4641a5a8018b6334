/* SPDX-License-Identifier: MIT */
/* Listening, accepting and stopping. */
#include "server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "system.h"
#include "workers.h"

enum {
    ACCEPTS = 64, /* a turn: then those who are connected have theirs */
    PAUSE = 1000  /* ms until accept is tried again when it failed, if no connection has ended before */
};

void server_settings_init(struct server_settings *settings)
{
    *settings = (struct server_settings){
        .head_timeout = 10000,
        .body_timeout = 30000,
        .idle_timeout = 60000,
        .send_timeout = 30000,
        .grace = 5000, /* init systems kill after 10 s or more */
        .most_body = UINT64_MAX,
    };
}

struct server *server_create(handler *handle)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->handle = handle;
    server->stop_at = LOOP_NEVER;
    fluxo_conn_options_init(&server->options);
    server_settings_init(&server->set);
    return server;
}

void server_set(struct server *server, const struct server_settings *settings)
{
    server->set = *settings;
    server->options.parser.limits.body = settings->most_body;
}

/* ---- Accepting ---- */

static bool has_room(const struct server *server)
{
    return !server->set.most_connections || server->count < server->set.most_connections;
}

static void pause_listener(struct server *server)
{
    loop_want(&server->listener, 0);
    if (has_room(server))
        loop_expire(&server->listener, loop_now() + PAUSE);
}

/* Returns whether there may be more. */
static bool accept_one(struct server *server)
{
    int fd = has_room(server) ? sys.accept(server->listener.fd) : -1;
    if (fd >= 0) {
        connection_open(server, fd);
        return true;
    }
    if (has_room(server) && (errno == EINTR || errno == ECONNABORTED))
        return true;
    if (!has_room(server) || (errno != EAGAIN && errno != EWOULDBLOCK))
        pause_listener(server); /* EMFILE, ENFILE, ENOBUFS, ENOMEM, a network that is down */
    return false;
}

static void on_ready(struct watch *watch, unsigned what)
{
    struct server *server = (struct server *)((char *)watch - offsetof(struct server, listener));
    (void)what;
    loop_want(watch, LOOP_READ);
    for (int i = 0; i < ACCEPTS && accept_one(server); i++)
        continue;
}

void server_forget_connection(struct server *server)
{
    server->count--;
    if (!server->stopping)
        loop_want(&server->listener, LOOP_READ);
}

/* ---- Stopping ---- */

static struct server *listening; /* the one that signals stop */

static void stop_connection(struct watch *watch, void *data)
{
    if (connection_is(watch) && ((struct connection *)watch)->server == data)
        connection_stop((struct connection *)watch);
}

/* Those who wait to be accepted would be reset when the listener is closed. */
static void close_listener(struct server *server)
{
    for (int i = 0; i < SOMAXCONN && accept_one(server); i++)
        continue;
    loop_remove(&server->listener);
    sys.close(server->listener.fd);
}

static void stop(struct server *server)
{
    if (server->stopping)
        return;
    close_listener(server);
    server->stopping = true;
    server->stop_at = loop_now() + server->set.grace;
    loop_each(stop_connection, server);
}

static void on_signal(int number)
{
    (void)number;
    stop(listening);
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

/* TCP_NODELAY: we send whole responses; nothing to wait for. Accepted sockets inherit it. */
static int open_socket(int family)
{
    int on = 1;
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 && make_non_blocking(fd) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

/* From the socket, not from the settings: there the port may be 0. */
static int write_url(char *url, size_t room, const struct sockaddr *address, socklen_t length)
{
    char host[64], port[16];
    if (getnameinfo(address, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return -1;
    snprintf(url, room, strchr(host, ':') ? "http://[%s]:%s/" : "http://%s:%s/", host, port);
    return 0;
}

/*
 * Where the system shares new connections out between sockets that listen at one address, each worker has its own, which the
 * parent keeps: so none that waits in it is lost when a worker is replaced. Elsewhere all have the same one.
 */
#if defined __linux__ && defined SO_REUSEPORT
static unsigned count_sockets(unsigned workers)
{
    return workers ? workers : 1;
}

/* After the first has its address: with it before, another server at that address would be let in, too. */
static int share_address(int fd)
{
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
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

/* The others get the address that the first one got. */
static int open_sockets(struct server *server, const struct addrinfo *wanted, unsigned count)
{
    struct sockaddr_storage address;
    socklen_t length = wanted->ai_addrlen;
    memcpy(&address, wanted->ai_addr, length);
    for (unsigned i = 0; i < count; i++) {
        int fd = open_socket(wanted->ai_family);
        if (fd < 0)
            return -1;
        server->sockets[server->sockets_count++] = fd;
        if (i > 0 && share_address(fd) < 0)
            return -1;
        if (bind(fd, (struct sockaddr *)&address, length) < 0)
            return -1;
        length = sizeof address;
        if (getsockname(fd, (struct sockaddr *)&address, &length) < 0 || (count > 1 && share_address(fd) < 0))
            return -1;
    }
    for (unsigned i = 0; i < count; i++)
        if (listen(server->sockets[i], SOMAXCONN) < 0)
            return -1;
    return write_url(server->url, sizeof server->url, (struct sockaddr *)&address, length);
}

static void close_sockets(struct server *server)
{
    while (server->sockets_count)
        close(server->sockets[--server->sockets_count]);
}

static int watch_socket(struct server *server, unsigned which)
{
    int fd = server->sockets[which];
    server->sockets[which] = server->sockets[--server->sockets_count];
    close_sockets(server);
    server->listener = (struct watch){.ready = on_ready, .fd = fd, .events = LOOP_READ};
    listening = server;
    loop_on_signal(on_signal);
    return loop_add(&server->listener);
}

static int begin_worker(unsigned slot, void *data)
{
    struct server *server = data;
    if (watch_socket(server, slot % server->sockets_count) == 0)
        return 0;
    perror("fluxo-server: a worker cannot listen");
    return EXIT_FAILURE;
}

static void end_workers(void *data)
{
    close_sockets(data);
}

static int serve(struct server *server, unsigned workers)
{
    static struct workers_job job = {.begin = begin_worker, .end = end_workers};
    if (!workers)
        return watch_socket(server, 0);
    job.data = server;
    job.grace = server->set.grace;
    return workers_start(workers, &job);
}

/* Says why, and takes the server back. */
static const char *give_up(struct server *server, const char *host, unsigned port, const char *why)
{
    fprintf(stderr, "fluxo-server: cannot listen on %s port %u: %s\n", host, port, why);
    if (server)
        close_sockets(server);
    if (server)
        free(server->sockets);
    free(server);
    return NULL;
}

const char *server_share(struct server *server, const char *host, unsigned port, unsigned workers)
{
    unsigned count = count_sockets(workers);
    if (!server || !(server->sockets = calloc(count, sizeof *server->sockets)))
        return give_up(server, host, port, "no memory");
    struct addrinfo *address = find_address(host, port);
    if (!address)
        return give_up(server, host, port, "not a numeric address");
    int failed = open_sockets(server, address, count);
    int why = errno;
    freeaddrinfo(address);
    if (failed || serve(server, workers) < 0)
        return give_up(server, host, port, strerror(failed ? why : errno));
    return server->url;
}

const char *server_listen(struct server *server, const char *host, unsigned port)
{
    return server_share(server, host, port, 0);
}
