/* SPDX-License-Identifier: MIT */
/*
 * threads: what event loops argue against. A thread a connection, which sleeps in read, and says what fluxo-server says.
 *
 *     threads PORT
 *
 * How this works
 *
 * All that a connection needs lies on its thread's stack: fluxo_conn_want says what is to be done next, and visit() does it, in
 * as many lines as the protocol has cases. Nothing is kept anywhere while it waits but that stack, of which only the pages are
 * there that have been touched. As everywhere on a stream, the responses to a pipeline gather until no request is left to
 * serve.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <fluxo/stream.h>

enum {
    INPUT = 65536,  /* octets: more than the limit of a head, so that one never fills it */
    STACK = 131072, /* octets: the input, and as much again for all else */
    EVENTS = 64,
    SPANS = FLUXO_WRITER_PIECES,
    ANSWER = 4 /* spans: what one may take */
};

struct visit {
    int fd;
    bool is_over;
    struct fluxo_conn conn;
    struct fluxo_writer writer;
    size_t from, to; /* what lies in the input */
    bool is_starved; /* it holds nothing that can be served */
    char input[INPUT];
};

static int fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

/* ---- Output ---- */

static uint32_t find_output(const struct visit *v, struct iovec *pieces)
{
    struct fluxo_span spans[SPANS];
    uint32_t count = fluxo_writer_output(&v->writer, spans, SPANS);
    for (uint32_t i = 0; i < count; i++)
        pieces[i] = (struct iovec){.iov_base = (void *)(uintptr_t)spans[i].start, .iov_len = spans[i].length};
    return count;
}

static void send_output(struct visit *v)
{
    struct iovec pieces[SPANS];
    for (uint32_t count; !v->is_over && (count = find_output(v, pieces)) > 0;) {
        ssize_t sent = writev(v->fd, pieces, (int)count);
        v->is_over = sent < 0 || fluxo_writer_consumed(&v->writer, (size_t)sent) < 0;
    }
}

static void make_room(struct visit *v)
{
    struct fluxo_span spans[SPANS];
    if (fluxo_writer_output(&v->writer, spans, SPANS) > SPANS - ANSWER)
        send_output(v);
}

/* The handler: hello, or what the peer did wrong. */
static void answer(struct visit *v)
{
    static const struct fluxo_span hello = {"Olá Mundo\n", sizeof "Olá Mundo\n" - 1};
    const struct fluxo_error_entry *fault = fluxo_fault(fluxo_conn_fault(&v->conn));
    struct fluxo_span text = fault ? fluxo_text(fault->sentence) : hello;
    make_room(v);
    v->is_over = fluxo_write_response(&v->writer, fault ? fault->status : 200, fluxo_text(NULL)) != 0 ||
                 fluxo_write_date(&v->writer, time(NULL)) != 0 ||
                 fluxo_write_field(&v->writer, fluxo_text("Content-Type"), fluxo_text("text/plain; charset=utf-8")) != 0 ||
                 fluxo_write_head(&v->writer, FLUXO_CONTENT_LENGTH, text.length) != 0 ||
                 fluxo_write_body(&v->writer, &text, 1) != 0 || fluxo_write_end(&v->writer) != 0;
}

/* ---- Input ---- */

static ssize_t read_more(struct visit *v)
{
    memmove(v->input, v->input + v->from, v->to - v->from);
    v->to -= v->from;
    v->from = 0;
    return read(v->fd, v->input + v->to, INPUT - v->to);
}

static void receive(struct visit *v)
{
    struct fluxo_event events[EVENTS]; /* hello does not look at them */
    struct fluxo_feed fed = fluxo_conn_receive(&v->conn, v->input + v->from, v->to - v->from, events, EVENTS);
    v->from += fed.consumed;
    v->is_starved = fed.status == FLUXO_NEED_MORE;
}

static void await_input(struct visit *v)
{
    struct fluxo_event events[EVENTS];
    send_output(v);
    ssize_t got = v->is_over ? -1 : read_more(v);
    if (got > 0)
        v->to += (size_t)got;
    else if (got == 0)
        fluxo_conn_end(&v->conn, events, EVENTS);
    else
        v->is_over = true;
    v->is_starved = false;
}

/* RFC 9112 9.6: the last response may be lost if we close while something comes. */
static void linger(struct visit *v)
{
    send_output(v);
    shutdown(v->fd, SHUT_WR);
    while (!v->is_over && read(v->fd, v->input, INPUT) > 0)
        continue;
    v->is_over = true;
}

/* ---- A connection ---- */

static void take_step(struct visit *v)
{
    switch (fluxo_conn_want(&v->conn)) {
    case FLUXO_WANT_READ:
    case FLUXO_WANT_DRAIN:
        if (v->is_starved || v->from == v->to)
            await_input(v);
        else
            receive(v);
        break;
    case FLUXO_WANT_WRITE:
    case FLUXO_WANT_PAUSE:
        answer(v);
        break;
    case FLUXO_WANT_NEXT:
        v->is_over = fluxo_conn_next(&v->conn) != 0;
        break;
    case FLUXO_WANT_LINGER:
        linger(v);
        break;
    default:
        send_output(v);
        v->is_over = true;
    }
}

static void *visit(void *data)
{
    struct visit v;
    int on = 1;
    memset(&v, 0, offsetof(struct visit, input));
    v.fd = (int)(intptr_t)data;
    setsockopt(v.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fluxo_conn_init(&v.conn, FLUXO_SERVER, NULL);
    fluxo_writer_init(&v.writer, &v.conn, NULL);
    while (!v.is_over)
        take_step(&v);
    fluxo_writer_close(&v.writer);
    close(v.fd);
    return NULL;
}

/* ---- Threads ---- */

static int listen_on(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, SOMAXCONN) < 0)
        fail("listen");
    return fd;
}

static void serve(int listener)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && pthread_create(&thread, &attributes, visit, (void *)(intptr_t)fd) != 0)
            close(fd);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: threads PORT\n", stderr);
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    serve(listen_on((unsigned short)atoi(argv[1])));
}
