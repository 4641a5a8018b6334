/* SPDX-License-Identifier: MIT */
/*
 * A server of HTTP/1.1 in the way of Node: give it a function, and it is called with each request and a response to fill.
 *
 *     static void hello(struct request *req, struct response *res)
 *     {
 *         response_head(res, 200, "Content-Type", "text/plain", NULL);
 *         response_end(res, "Hello\n");
 *     }
 *
 *     server_listen(server_create(hello), "127.0.0.1", 1337);
 */
#ifndef SERVER_H
#define SERVER_H

#include <fluxo/parser.h>

struct server;   /* a listener and its connections; it lives as long as the program */
struct response; /* lives until the handler returns */

struct request {
    enum fluxo_method method;
    struct fluxo_span target; /* as it was sent; valid until the handler returns */
};

/* Called when a request is complete, its body read and dropped. It has to answer before it returns. */
typedef void handler(struct request *req, struct response *res);

struct server *server_create(handler *handle); /* NULL: no memory */

/* `host` is a numeric address or localhost; port 0 picks one. Returns the URL; or NULL: it has said why on stderr, and has
   freed the server. */
const char *server_listen(struct server *server, const char *host, unsigned port);

/*
 * The response: its head as pairs of field name and value, ended by NULL, then its body. The server itself adds Date,
 * Content-Length and Connection, and leaves the body out where there must be none (HEAD, 204, 205, 304).
 *
 * Misuse makes the whole response a 500: a status not from 200 to 599, a name that is no token, a value with controls in it
 * (CR and LF would let it forge fields and responses), one of the fields that the server adds, Transfer-Encoding, a call out
 * of order or left out.
 */
void response_head(struct response *res, unsigned status, ...);
void response_end(struct response *res, const char *text);

#endif
