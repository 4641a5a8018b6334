/* SPDX-License-Identifier: MIT */
/*
 * hold: opens connections to a server on 127.0.0.1 and does nothing with them.
 *
 *     hold [--half] PORT COUNT
 *
 * Each sends a request and reads the answer; with --half the first 200 octets or so of a head, and no more. When all are there
 * it says "ready", and waits for the end of its input. Then it says how many the server has left open, and ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MOST = 100000,
    AT_ONCE = 64, /* that wait for their answers: one by one is slow with a server that looks at all connections for each */
    FROM_ONE_ADDRESS = 4096, /* connections: well below the number of ports that a system gives out */
    PATIENCE = 20            /* seconds for an answer */
};

#define HEAD                                                                                                                   \
    "GET / HTTP/1.1\r\n"                                                                                                       \
    "Host: 127.0.0.1\r\n"                                                                                                      \
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"                                   \
    "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"                                                                    \
    "Accept-Language: en-US\r\n"
static const char whole[] = HEAD "\r\n";
static const char half[] = HEAD "Accept-E";

static int fail(const char *what, int number)
{
    fprintf(stderr, "connection %d: %s: %s\n", number, what, strerror(errno));
    exit(EXIT_FAILURE);
}

static struct sockaddr_in find_address(unsigned last, unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last);
    return address;
}

static int open_one(unsigned short port, int number)
{
    struct sockaddr_in from = find_address(1 + (unsigned)number / FROM_ONE_ADDRESS, 0), to = find_address(1, port);
    struct timeval patience = {.tv_sec = PATIENCE};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        fail("socket", number);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* of connect too */
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        fail("connect", number);
    return fd;
}

static bool ends_in(const char *bytes, size_t length, const char *end)
{
    return length >= strlen(end) && memcmp(bytes + length - strlen(end), end, strlen(end)) == 0;
}

/* All servers say the same: the octets of the body are the last, or the last chunk is. */
static void await_answer(int fd, int number)
{
    char bytes[4096];
    size_t length = 0;
    while (!ends_in(bytes, length, "Olá Mundo\n") && !ends_in(bytes, length, "\r\n0\r\n\r\n")) {
        ssize_t got = read(fd, bytes + length, sizeof bytes - length);
        if (got <= 0)
            fail("read", number);
        length += (size_t)got;
    }
}

static void send_head(int fd, const char *text, int number)
{
    if (write(fd, text, strlen(text)) < 0)
        fail("write", number);
}

static void open_some(unsigned short port, int *fds, int from, int to, bool is_half)
{
    for (int i = from; i < to; i++) {
        fds[i] = open_one(port, i);
        send_head(fds[i], is_half ? half : whole, i);
    }
    for (int i = from; i < to && !is_half; i++)
        await_answer(fds[i], i);
}

static bool is_open(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

static void hold(unsigned short port, int count, bool is_half)
{
    static int fds[MOST];
    int left = 0;
    char input[16];
    for (int i = 0; i < count; i += AT_ONCE)
        open_some(port, fds, i, i + AT_ONCE < count ? i + AT_ONCE : count, is_half);
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, input, sizeof input) > 0)
        continue;
    for (int i = 0; i < count; i++)
        left += is_open(fds[i]);
    printf("%d open\n", left);
}

int main(int argc, char **argv)
{
    bool is_half = argc == 4 && strcmp(argv[1], "--half") == 0;
    int count = argc == 3 + is_half ? atoi(argv[2 + is_half]) : 0;
    if (count < 1 || count > MOST) {
        fputs("usage: hold [--half] PORT COUNT\n", stderr);
        return 64;
    }
    hold((unsigned short)atoi(argv[1 + is_half]), count, is_half);
    return 0;
}
