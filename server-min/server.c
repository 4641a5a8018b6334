/* SPDX-License-Identifier: MIT */
/* Listening, accepting and stopping. */
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "system.h"
#include "workers.h"

enum {
    ACCEPTS = 64, /* a turn: then those who are connected have theirs */
    BACKLOG = 4096,
    PAUSE = 1000 /* ms until accept is tried again when it failed, if no connection has ended before */
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
    struct server *server = malloc(sizeof *server);
    if (!server)
        return NULL;
    memset(server, 0, offsetof(struct server, events)); /* the rest is written before it is read */
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
    else if (server->count == 0)
        server_free_spares(server);
}

/* ---- Stopping ---- */

static struct server *listening; /* or closed: those that signals close */

static void stop_connection(struct watch *watch, void *data)
{
    struct connection *connection = (struct connection *)watch;
    if (connection_is(watch) && connection->server == data)
        connection_stop(connection);
}

/* Those who wait to be accepted would be reset when the listener is closed. */
static void close_listener(struct server *server)
{
    for (int i = 0; i < BACKLOG && accept_one(server); i++)
        continue;
    loop_remove(&server->listener);
    sys.close(server->listener.fd);
}

void server_close(struct server *server)
{
    if (server->stopping)
        return;
    close_listener(server);
    server->stopping = true;
    server->stop_at = loop_now() + server->set.grace;
    loop_each(stop_connection, server);
    if (server->count == 0)
        server_free_spares(server);
}

static void on_signal(int number)
{
    (void)number;
    for (struct server *server = listening; server; server = server->next)
        server_close(server);
}

/* ---- Listening ---- */

static int watch_socket(struct server *server, unsigned which)
{
    int fd = sockets_keep(&server->sockets, which);
    server->listener = (struct watch){.ready = on_ready, .fd = fd, .events = LOOP_READ};
    if (loop_add(&server->listener) < 0) {
        int why = errno;
        sys.close(fd);
        errno = why;
        return -1;
    }
    server->next = listening;
    listening = server;
    loop_on_signal(on_signal);
    return 0;
}

static int begin_worker(unsigned slot, void *data)
{
    struct server *server = data;
    listening = NULL; /* the parent's */
    if (watch_socket(server, slot % server->sockets.count) == 0)
        return 0;
    perror("fluxo-server: a worker cannot listen");
    return EXIT_FAILURE;
}

static void end_workers(void *data)
{
    struct server *server = data;
    sockets_close(&server->sockets);
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
        sockets_close(&server->sockets);
    free(server);
    return NULL;
}

const char *server_share(struct server *server, const char *host, unsigned port, unsigned workers)
{
    if (!server)
        return give_up(server, host, port, "no memory");
    const char *why = sockets_open(&server->sockets, host, port, workers);
    if (why)
        return give_up(server, host, port, why);
    if (serve(server, workers) < 0)
        return give_up(server, host, port, strerror(errno));
    return server->sockets.url;
}

const char *server_listen(struct server *server, const char *host, unsigned port)
{
    return server_share(server, host, port, 0);
}
