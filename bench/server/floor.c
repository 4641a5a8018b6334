/* SPDX-License-Identifier: MIT */
/*
 * floor: the least that a server on an event loop can do, to measure others by. It is no HTTP server.
 *
 *     floor [--batch] PORT
 *
 * How this works
 *
 * A request costs one epoll_wait that tells of one descriptor, one read and one write; with --batch an epoll_wait may tell of
 * 64. There are no timers, no parser and no memory a connection: as many empty lines as one read brings, so many copies of one
 * response are written. What is missing for the truth: a head that comes in two reads with the cut in its empty line is never
 * answered, and a client that does not take its responses is dropped.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64, COPIES = 256, INPUT = 65536 };

/* What fluxo-server says, octet for octet, but for a clock. */
static const char RESPONSE[] = "HTTP/1.1 200 OK\r\n"
                               "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Length: 11\r\n"
                               "\r\n"
                               "Olá Mundo\n";
enum { LENGTH = sizeof RESPONSE - 1 };

static char responses[COPIES * LENGTH];

static int fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void watch(int loop, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0)
        fail("epoll_ctl");
}

static int listen_on(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, SOMAXCONN) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        fail("listen");
    printf("http://127.0.0.1:%d/\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

/* All that wait: one a turn would let thousands wait for each other's requests. */
static void accept_all(int loop, int listener)
{
    int on = 1, fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(loop, fd);
    }
}

static size_t count_requests(const char *bytes, size_t length)
{
    size_t count = 0;
    const char *end = bytes + length;
    while (bytes < end && (bytes = memmem(bytes, (size_t)(end - bytes), "\r\n\r\n", 4))) {
        bytes += 4;
        count++;
    }
    return count;
}

static void answer(int fd)
{
    static char input[INPUT];
    ssize_t got = read(fd, input, sizeof input);
    size_t count = got > 0 ? count_requests(input, (size_t)got) : 0;
    size_t octets = (count < COPIES ? count : COPIES) * LENGTH;
    if (got <= 0 || count > COPIES || (octets && write(fd, responses, octets) != (ssize_t)octets))
        close(fd);
}

static void serve(int listener, int batch)
{
    struct epoll_event events[BATCH];
    int loop = epoll_create1(EPOLL_CLOEXEC);
    if (loop < 0)
        fail("epoll_create1");
    watch(loop, listener);
    for (;;) {
        int count = epoll_wait(loop, events, batch, -1);
        for (int i = 0; i < count; i++)
            if (events[i].data.fd == listener)
                accept_all(loop, listener);
            else
                answer(events[i].data.fd);
    }
}

int main(int argc, char **argv)
{
    int batches = argc == 3 && strcmp(argv[1], "--batch") == 0;
    if (argc != 2 + batches) {
        fputs("usage: floor [--batch] PORT\n", stderr);
        return 64;
    }
    for (size_t i = 0; i < COPIES; i++)
        memcpy(responses + i * LENGTH, RESPONSE, LENGTH);
    serve(listen_on((unsigned short)atoi(argv[1 + batches])), batches ? BATCH : 1);
}
