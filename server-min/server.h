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
 *
 * A handler may answer at once, as this one does, or later: then it says by request_on what it wants to be told, and returns.
 * All calls are made from the loop's one thread; none of them waits.
 */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <fluxo/stream.h>

struct server;   /* a listener and its connections; it lives as long as the program */
struct request;  /* both live from the call of the handler until the response is complete and the handler has returned, or */
struct response; /* for who has asked to be told, until `closed` */

/* Called when the head of a request is complete. Methods that the server does not know, CONNECT and TRACE do not get here. */
typedef void handler(struct request *req, struct response *res);

/* ---- The server ---- */

/* Times in milliseconds. 0: no bound, but for grace and most_body. */
struct server_settings {
    uint32_t head_timeout;     /* for a request's head, from its first byte to its last: 408 */
    uint32_t body_timeout;     /* without a byte of a body that is due: 408 if nothing is answered yet */
    uint32_t idle_timeout;     /* without a request */
    uint32_t send_timeout;     /* without the client taking a byte of what is sent */
    uint32_t grace;            /* from being told to stop to the end of the last connection */
    uint32_t most_requests;    /* on one connection */
    uint32_t most_connections; /* at once, in one process; others wait in the system's backlog */
    uint64_t most_body;        /* octets of a request's content: 413 */
    bool logs;                 /* each response, by log.h */
};
void server_settings_init(struct server_settings *settings); /* 10 s, 30 s, 60 s, 30 s, 5 s; the others without a bound */

struct server *server_create(handler *handle);                                  /* NULL: no memory */
void server_set(struct server *server, const struct server_settings *settings); /* before it listens */

/* `host` is a numeric address or localhost; port 0 picks one. Returns the URL; or NULL: it has said why on stderr, and has
   freed the server. SIGTERM and SIGINT stop it: what has begun is finished, and nothing new accepted. */
const char *server_listen(struct server *server, const char *host, unsigned port);

/* The same, served by so many processes beside this one, which looks after them (workers.h); 0: by this process. The others
   do not return from this call. It is then the only server of the program. */
const char *server_share(struct server *server, const char *host, unsigned port, unsigned workers);

/* As SIGTERM: accepts no more, finishes what has begun within the grace, and leaves the loop nothing to wait for. Of a server
   that listens; also from within a handler. */
void server_close(struct server *server);

/* ---- The request ---- */

/* Method, target, fields (fluxo/stream.h). Its spans may move when the handler returns: ask for them again. */
const struct fluxo_head *request_head(const struct request *req);

/* What a handler may want to be told; NULL: not that. */
struct request_events {
    void (*body)(struct request *req, struct response *res,
                 struct fluxo_span octets); /* some of the content, until you return */
    void (*trailer)(struct request *req, struct response *res, struct fluxo_span name, struct fluxo_span value);
    void (*end)(struct request *req, struct response *res);     /* the request is complete */
    void (*drained)(struct request *req, struct response *res); /* after a write that was FULL: there is room again */
    void (*tick)(struct request *req, struct response *res);    /* the time of response_tick has passed */
    void (*closed)(struct request *req, struct response *res);  /* once, and last: sent, or broken off. Free what is yours */
};

/* A client that has gone is noticed by what is sent to it, and if nothing is, by a reset, or a minute or two later when it does
   not answer the system's probes: one that has only closed its sending side may still want the response. */
/* `data` is yours, for request_data. The body is read if `body` or `end` is told of; a client that waits to be asked for it
   (Expect: 100-continue) then is: so before response_write. Otherwise it is dropped when the response is complete. */
void request_on(struct request *req, const struct request_events *events, void *data);
void *request_data(const struct request *req);

/* No more of the body for now: what has been read already, some 64 KiB at most, may still be told. And go on. */
void request_pause(struct request *req);
void request_resume(struct request *req);

/* ---- The response ---- */

/*
 * Its head, as pairs of field name and value that NULL ends; then its body, in one piece or many; then its end. The server
 * adds Date, Connection and the framing: Content-Length when all of the body is given to response_end, chunked when not. It
 * leaves the body out where there must be none (HEAD, 204, 205, 304). What is given is copied.
 *
 * Misuse makes the whole response a 500, or, if the head is sent already, breaks the connection off: a status not from 200 to
 * 599, a name that is no token, a value with controls in it (CR and LF would let it forge fields and responses), one of the
 * fields that the server adds, a call out of order. So does a handler that returns without an end or a request_on.
 */
void response_head(struct response *res, unsigned status, ...);

/* RESPONSE_FULL: taken, but the client is slower than you are: no more until `drained`, or memory grows. RESPONSE_GONE: there
   is nobody to send it to any more, or it was misuse; `closed` is told soon. */
enum response_state { RESPONSE_OPEN, RESPONSE_FULL, RESPONSE_GONE };
enum response_state response_write(struct response *res, const void *bytes, size_t length);

/* When the body is complete; left out where it is not chunked. */
void response_trailer(struct response *res, struct fluxo_span name, struct fluxo_span value);
void response_end(struct response *res, const char *text); /* `text` is the body's last piece, or NULL */

/* Once, after so many milliseconds: `tick`. */
void response_tick(struct response *res, uint32_t milliseconds);

#endif
