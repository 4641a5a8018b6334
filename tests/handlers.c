/* SPDX-License-Identifier: MIT */
/*
 * A server with handlers that do what they should not, and some that answer late: a path each. It prints its URL as
 * fluxo-server does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "server.h"

#define TEXT "Content-Type", "text/plain"

/* ---- Misuse ---- */

static void answer_nothing(struct request *req, struct response *res)
{
    (void)req;
    (void)res;
}

static void begin_only(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, TEXT, NULL);
}

static void write_only(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, TEXT, NULL);
    response_write(res, "half", 4);
}

static void forge_field(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, "X", "a\r\nSet-Cookie: stolen=1", NULL);
    response_end(res, "no");
}

static void forge_name(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, "X: a\r\nY", "b", NULL);
    response_end(res, "no");
}

static void take_framing(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, "Content-Length", "1", NULL);
    response_end(res, "no");
}

static void take_date(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, "Date", "now", NULL);
    response_end(res, "no");
}

static void bad_status(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 99, NULL);
    response_end(res, "no");
}

static void interim_status(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 101, NULL);
    response_end(res, "no");
}

static void twice(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, TEXT, NULL);
    response_head(res, 200, TEXT, NULL);
    response_end(res, "no");
}

static void end_twice(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, TEXT, NULL);
    response_end(res, "once");
    response_end(res, "twice");
    response_write(res, "thrice", 6);
}

static void body_first(struct request *req, struct response *res)
{
    (void)req;
    response_write(res, "no", 2);
    response_head(res, 200, NULL);
    response_end(res, NULL);
}

static void forge_trailer(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, TEXT, NULL);
    response_write(res, "body", 4);
    response_trailer(res, fluxo_text("Content-Length"), fluxo_text("1"));
    response_end(res, NULL);
}

/* ---- What is right, and less usual ---- */

static void no_content(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 204, NULL);
    response_end(res, "left out");
}

static void reset_content(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 205, NULL);
    response_end(res, "left out");
}

static void not_modified(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 304, "ETag", "\"a\"", NULL);
    response_end(res, "left out");
}

static void refuse_early(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 403, TEXT, NULL);
    response_end(res, "refused\n");
}

static void say_late(struct request *req, struct response *res)
{
    struct fluxo_span target = fluxo_head_target(request_head(req)); /* in a place of its own by now */
    response_head(res, 200, TEXT, NULL);
    response_write(res, target.start, target.length);
    response_end(res, "\n");
}

static void answer_late(struct request *req, struct response *res)
{
    static const struct request_events events = {.tick = say_late};
    request_on(req, &events, NULL);
    response_tick(res, 100);
}

/* ---- One client waits for another ---- */

static struct {
    struct request *req;
    struct response *res;
} waiting;

static void forget(struct request *req, struct response *res)
{
    (void)res;
    if (waiting.req == req)
        waiting.req = NULL;
}

static void wait_for_other(struct request *req, struct response *res)
{
    static const struct request_events events = {.closed = forget};
    waiting.req = req;
    waiting.res = res;
    request_on(req, &events, NULL);
}

static void wake_other(struct request *req, struct response *res)
{
    (void)req;
    bool is_there = waiting.req != NULL;
    if (is_there) {
        response_head(waiting.res, 200, TEXT, NULL);
        response_write(waiting.res, "from another ", 13);
        response_end(waiting.res, "connection\n");
    }
    response_head(res, 200, TEXT, NULL);
    response_end(res, is_there ? "told\n" : "nobody waits\n");
}

/* ---- Who closed ---- */

static unsigned closed;

static void count_closed(struct request *req, struct response *res)
{
    (void)req;
    (void)res;
    closed++;
}

static void never_end(struct request *req, struct response *res)
{
    static const struct request_events events = {.closed = count_closed};
    response_head(res, 200, TEXT, NULL);
    response_write(res, "begun\n", 6);
    request_on(req, &events, NULL);
}

static void tell_closed(struct request *req, struct response *res)
{
    char text[32];
    (void)req;
    snprintf(text, sizeof text, "%u closed\n", closed);
    response_head(res, 200, TEXT, NULL);
    response_end(res, text);
}

/* ---- The request, piece by piece ---- */

struct count {
    unsigned long octets, pieces;
};

static void count_octets(struct request *req, struct response *res, struct fluxo_span octets)
{
    struct count *count = request_data(req);
    (void)res;
    count->octets += octets.length;
    count->pieces++;
    request_pause(req);
    response_tick(res, 1);
}

static void go_on(struct request *req, struct response *res)
{
    (void)res;
    request_resume(req);
}

static void tell_count(struct request *req, struct response *res)
{
    struct count *count = request_data(req);
    char text[64];
    snprintf(text, sizeof text, "%lu octets\n", count->octets);
    response_head(res, 200, TEXT, NULL);
    response_end(res, text);
}

static void forget_count(struct request *req, struct response *res)
{
    (void)res;
    free(request_data(req));
}

/* It pauses after each piece. */
static void count_slowly(struct request *req, struct response *res)
{
    static const struct request_events events = {
        .body = count_octets, .tick = go_on, .end = tell_count, .closed = forget_count};
    (void)res;
    request_on(req, &events, calloc(1, sizeof(struct count)));
}

static void say_end(struct request *req, struct response *res)
{
    (void)req;
    response_end(res, "asked for\n");
}

/* The head first, and then what it is to be told. */
static void ask_after_head(struct request *req, struct response *res)
{
    static const struct request_events events = {.end = say_end};
    response_head(res, 200, TEXT, NULL);
    request_on(req, &events, NULL);
}

static struct server *server;

static void close_server(struct request *req, struct response *res)
{
    (void)req;
    server_close(server);
    server_close(server);
    response_head(res, 200, TEXT, NULL);
    response_end(res, "closing\n");
}

static void close_and_echo(struct request *req, struct response *res, struct fluxo_span octets)
{
    (void)req;
    server_close(server);
    response_write(res, octets.start, octets.length);
}

static void end_echo(struct request *req, struct response *res)
{
    (void)req;
    response_end(res, "\n");
}

/* Others may have sent already. */
static void close_in_body(struct request *req, struct response *res)
{
    static const struct request_events events = {.body = close_and_echo, .end = end_echo};
    request_on(req, &events, NULL);
    response_head(res, 200, TEXT, NULL);
}

static void close_last(struct request *req, struct response *res)
{
    (void)req;
    (void)res;
    server_close(server);
    puts("closed");
}

static void close_when_closed(struct request *req, struct response *res)
{
    static const struct request_events events = {.closed = close_last};
    request_on(req, &events, NULL);
    response_head(res, 200, TEXT, NULL);
    response_end(res, "bye\n");
}

static const struct {
    const char *path;
    handler *handle;
} handlers[] = {
    {"/nothing", answer_nothing},
    {"/begin-only", begin_only},
    {"/write-only", write_only},
    {"/forge-field", forge_field},
    {"/forge-name", forge_name},
    {"/take-framing", take_framing},
    {"/take-date", take_date},
    {"/bad-status", bad_status},
    {"/interim-status", interim_status},
    {"/twice", twice},
    {"/end-twice", end_twice},
    {"/body-first", body_first},
    {"/forge-trailer", forge_trailer},
    {"/no-content", no_content},
    {"/reset-content", reset_content},
    {"/not-modified", not_modified},
    {"/refuse-early", refuse_early},
    {"/late", answer_late},
    {"/wait", wait_for_other},
    {"/wake", wake_other},
    {"/never-end", never_end},
    {"/closed", tell_closed},
    {"/count", count_slowly},
    {"/ask", ask_after_head},
    {"/close", close_server},
    {"/close-in-body", close_in_body},
    {"/close-when-closed", close_when_closed},
};

static void answer(struct request *req, struct response *res)
{
    struct fluxo_span target = fluxo_head_target(request_head(req));
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (target.length == strlen(handlers[i].path) && memcmp(target.start, handlers[i].path, target.length) == 0)
            handlers[i].handle(req, res);
}

int start(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const char *other = server_listen(server_create(answer), "127.0.0.1", 0), *url = NULL;
    server = server_create(answer);
    if (other)
        url = server_listen(server, "127.0.0.1", 0);
    if (!url)
        return 1;
    printf("Servidor rodando em %s\n", url);
    return 0;
}
