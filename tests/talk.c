/* SPDX-License-Identifier: MIT */
/*
 * talk PORT [--split N] [--half-close] [--mute] [--wait MS]
 *     Sends standard input to 127.0.0.1:PORT as it comes, and prints what comes back. --split sends N bytes at a time with a
 *     tiny pause between; --half-close says that no more will be sent; --mute does not read, and prints how many bytes the
 *     server took. Leaves when the server closes (status 0) or resets (3), or when nothing has happened for MS (2).
 *
 * talk PORT --abuse COUNT
 *     Makes so many bad connections, one after the other and the same in every run: noise, damaged and cut requests, resets.
 *
 * talk PORT --crowd COUNT [--wait MS]
 *     Makes so many connections at once, and leaves after MS.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PEER_CLOSED = 0, FAILED = 1, NOTHING_HAPPENS = 2, PEER_RESET = 3, MISUSED = 64 };

static struct {
    unsigned port;
    size_t split, abuse, crowd;
    int wait;
    bool half_close, mute;
} set = {.wait = 5000};

static _Noreturn void leave(const char *what)
{
    perror(what);
    exit(FAILED);
}

static int open_socket(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)set.port)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        leave("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* ---- A conversation ---- */

static struct {
    char bytes[65536];
    size_t from, to, sent;
    bool ended; /* standard input */
} out;

static void take_input(void)
{
    ssize_t got = read(STDIN_FILENO, out.bytes, sizeof out.bytes);
    if (got < 0)
        leave("standard input");
    out.ended = got == 0;
    out.from = 0;
    out.to = (size_t)got;
}

static void pause_briefly(void)
{
    struct timespec time = {.tv_nsec = 200000};
    nanosleep(&time, NULL);
}

static void send_piece(int fd)
{
    size_t length = out.to - out.from;
    if (set.split && length > set.split)
        length = set.split;
    ssize_t sent = send(fd, out.bytes + out.from, length, 0);
    if (sent < 0 && errno != EAGAIN)
        out.from = out.to; /* the reading side tells why */
    if (sent < 0)
        return;
    out.from += (size_t)sent;
    out.sent += (size_t)sent;
    if (set.split)
        pause_briefly();
}

/* Returns whether there may be more. */
static bool take_answer(int fd)
{
    static char bytes[65536];
    ssize_t got = set.mute ? 0 : recv(fd, bytes, sizeof bytes, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (got < 0)
        exit(PEER_RESET);
    return got > 0 && fwrite(bytes, 1, (size_t)got, stdout) == (size_t)got;
}

static int converse(int fd)
{
    bool shut = false;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (;;) {
        bool empty = out.from == out.to;
        struct pollfd polls[] = {
            {.fd = empty && !out.ended ? STDIN_FILENO : -1, .events = POLLIN},
            {.fd = fd, .events = (short)((set.mute ? 0 : POLLIN) | (empty ? 0 : POLLOUT))},
        };
        if (empty && out.ended && set.half_close && !shut)
            shut = shutdown(fd, SHUT_WR) == 0;
        if (poll(polls, 2, set.wait) == 0)
            return NOTHING_HAPPENS;
        if (polls[0].revents)
            take_input();
        if (polls[1].revents & POLLOUT)
            send_piece(fd);
        if (polls[1].revents & (POLLIN | POLLERR | POLLHUP) && !take_answer(fd))
            return PEER_CLOSED;
    }
}

/* ---- Abuse ---- */

static uint32_t random_number(void)
{
    static uint32_t state = 2463534242U; /* Marsaglia's xorshift */
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

static const char *const REQUESTS[] = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\nhello",
};

static size_t write_noise(char *bytes, size_t size)
{
    size_t length = random_number() % size;
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)random_number();
    return length;
}

static size_t write_damaged(char *bytes)
{
    const char *request = REQUESTS[random_number() % 4];
    size_t length = strlen(request);
    memcpy(bytes, request, length);
    bytes[random_number() % length] = (char)random_number();
    return length;
}

static size_t write_cut(char *bytes)
{
    const char *request = REQUESTS[random_number() % 4];
    size_t length = random_number() % strlen(request);
    memcpy(bytes, request, length);
    return length;
}

static size_t write_abuse(char *bytes, size_t size)
{
    switch (random_number() % 3) {
    case 0:
        return write_noise(bytes, size);
    case 1:
        return write_damaged(bytes);
    default:
        return write_cut(bytes);
    }
}

static void read_to_end(int fd)
{
    char bytes[4096];
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    shutdown(fd, SHUT_WR);
    while (poll(&wait, 1, set.wait) > 0 && recv(fd, bytes, sizeof bytes, 0) > 0)
        continue;
}

static void reset_at_close(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void abuse_once(void)
{
    static char bytes[2000];
    int fd = open_socket();
    size_t length = write_abuse(bytes, sizeof bytes);
    if (send(fd, bytes, length, 0) < 0 && errno != EPIPE && errno != ECONNRESET)
        leave("send");
    switch (random_number() % 3) {
    case 0:
        read_to_end(fd);
        break;
    case 1:
        reset_at_close(fd);
        break;
    default:
        break; /* closes with the answer unread */
    }
    close(fd);
}

/* ---- A crowd ---- */

static void raise_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void be_a_crowd(void)
{
    raise_limit();
    for (size_t i = 0; i < set.crowd; i++)
        open_socket();
    poll(NULL, 0, set.wait);
}

/* ---- The command line ---- */

static bool take_number(char ***word, const char *name, size_t *to)
{
    if (strcmp(**word, name) != 0 || !(*word)[1])
        return false;
    *to = (size_t)strtoul(*++*word, NULL, 10);
    return true;
}

static void read_settings(char **word)
{
    size_t number;
    for (; *word; word++)
        if (strcmp(*word, "--half-close") == 0)
            set.half_close = true;
        else if (strcmp(*word, "--mute") == 0)
            set.mute = true;
        else if (take_number(&word, "--wait", &number))
            set.wait = (int)number;
        else if (!take_number(&word, "--split", &set.split) && !take_number(&word, "--abuse", &set.abuse) &&
                 !take_number(&word, "--crowd", &set.crowd))
            exit(MISUSED);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return MISUSED;
    set.port = (unsigned)strtoul(argv[1], NULL, 10);
    read_settings(argv + 2);
    signal(SIGPIPE, SIG_IGN);
    if (set.crowd)
        be_a_crowd();
    for (size_t i = 0; i < set.abuse; i++)
        abuse_once();
    if (set.crowd || set.abuse)
        return 0;
    int status = converse(open_socket());
    if (set.mute)
        printf("%zu\n", out.sent);
    return status;
}
