/* SPDX-License-Identifier: MIT */
/* What server.c, connection.c and response.c share: the insides of a server, a connection and an exchange. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>

#include <fluxo/stream.h>

#include "bytes.h"
#include "loop.h"
#include "server.h"
#include "sockets.h"

enum {
    INPUT_SIZE = 65536, /* octets: what one read takes at most; then it is another connection's turn */
    EVENTS = 64,        /* a usual head fits in one call */
    OUTPUT_FULL = 65536 /* octets unsent: more is not worth memory, the client is slower than we are */
};

/* What the last exchange needed, memory of its own included, is kept for the next, whosever it is. NULL: there is none. */
struct spares {
    struct bytes *output;
    struct request *request;
    struct response *response;
};

struct server {
    handler *handle;
    struct server_settings set;
    struct fluxo_conn_options options;
    struct watch listener;
    struct sockets sockets;
    struct server *next;     /* that listens, too */
    size_t count;            /* of connections */
    struct connection *turn; /* whose callbacks are running */
    struct spares spares;
    bool stopping;
    int64_t stop_at; /* LOOP_NEVER, or when the last connection has to be gone */
    struct fluxo_event events[EVENTS];
    char input[INPUT_SIZE];
};

/* connection.c says what the phases mean. */
enum phase { SERVING, LINGERING, GONE };

/* What a connection waits for, which decides its deadline. */
enum waiting { FOR_NOTHING, FOR_REQUEST, FOR_HEAD, FOR_BODY, FOR_CLIENT, FOR_CLOSE };

/* At rest it is this and nothing else. */
struct connection {
    struct watch watch;
    struct server *server;
    struct request *request;   /* from the first byte of its head until the response is complete */
    struct response *response; /* from the last byte of that head, or a fault in it */
    struct bytes *input;       /* what is read and not consumed: a head that is not complete, or requests that wait */
    struct bytes *output;      /* what is written and not sent */
    struct fluxo_conn conn;
    uint32_t requests;
    uint32_t discarded; /* octets, while lingering */
    uint8_t phase, waiting;
    bool has_come, has_gone; /* a byte of the client's, or of ours, in this turn */
    bool has_ended;          /* the client sends no more */
    bool has_more;           /* the parser has events to tell, though it has read all bytes */
};

struct request {
    struct connection *connection;
    struct fluxo_head head;
    const struct request_events *events;
    void *data;
    bool is_given; /* to the handler */
    bool is_paused;
};

enum stage { NOT_BEGUN, HEAD_BEGUN, BODY_BEGUN, ENDED };

struct response {
    struct connection *connection;
    struct fluxo_writer writer;
    struct watch tick;
    bool is_ticking; /* `tick` is watched */
    bool is_full;    /* and owes a `drained` */
    uint8_t stage;
    uint16_t status;
    uint64_t octets; /* of its content */
};

void connection_open(struct server *server, int fd);      /* takes the descriptor over, and closes it if there is no memory */
void connection_stop(struct connection *connection);      /* the server stops: it has its turn soon, and less time */
void connection_break_off(struct connection *connection); /* what is not complete of its response will not be */
bool connection_is(const struct watch *watch);            /* whether it is a connection's */

/* Between them: callbacks of `connection` run, after which it acts on what they did, and may be freed. */
void connection_enter(struct connection *connection);
void connection_leave(struct connection *connection);
void connection_wake(
    struct connection *connection); /* something was done to it in another's turn: it shall have its own soon */

bool request_wants_body(const struct request *req);

struct response *response_open(struct connection *connection); /* NULL: no memory */
void response_close(struct response *res);
void response_free(struct response *res);    /* one that is closed */
bool response_collect(struct response *res); /* what is written becomes the connection's output. false: no memory */
bool response_is_ended(const struct response *res);
void response_tell_drained(struct response *res);

/* If nothing of it is sent yet it becomes this one, or a 500; if something is, it is broken off, and the connection ends. */
void response_refuse(struct response *res, unsigned status, const char *text, bool closes);
void response_give_up(struct response *res);

void server_forget_connection(struct server *server); /* one less: there may be room for another */
void server_free_spares(struct server *server);

#endif
