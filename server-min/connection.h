/* SPDX-License-Identifier: MIT */
/* What server.c, connection.c and response.c share: the insides of a server, a connection and a response. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>

#include <fluxo/parser.h>

#include "buffer.h"
#include "loop.h"
#include "server.h"

enum { INPUT_SIZE = 65536 }; /* what one read takes at most: then it is another connection's turn */

struct server {
    handler *handle;
    struct watch listener;
    struct connection *connections;
    struct buffer batch; /* responses of the connection that is being served, until they are sent together */
    bool stopping;
    int64_t stop_at; /* LOOP_NEVER, or when the last connection has to be gone */
    char url[96];
    char input[INPUT_SIZE];
};

/* connection.c says what the phases mean. */
enum phase { WAITING, RECEIVING, ENDING, LINGERING, GONE };

struct connection {
    struct watch watch;
    struct server *server;
    struct connection *previous, *next;
    struct fluxo_parser parser;
    struct buffer kept;   /* input that the parser has not consumed */
    struct buffer unsent; /* output that the socket has not taken */
    char *target;         /* of a request with a body, until the body is read; otherwise it lies in the input: */
    size_t target_at, target_length;
    size_t discarded; /* input, while lingering */
    enum phase phase;
    enum fluxo_method method;
};

void connection_open(struct server *server, int fd); /* takes the descriptor over, and closes it if there is no memory */
void connection_stop(struct connection *connection); /* the server stops: close it now if it is idle, soon if not */

struct response {
    struct buffer *batch;
    size_t start; /* where in the batch it begins */
    enum { NOT_BEGUN, HEAD_BEGUN, ENDED, MISUSED } stage;
    unsigned status;
    bool head_only;  /* it answers HEAD */
    bool closes;     /* it is the last of its connection */
    bool keeps_open; /* and an HTTP/1.0 client has to be told */
};

/* Puts a 500 in the place of a response that was misused or never ended. To be called when the handler has returned. */
void response_finish(struct response *res);

#endif
