/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct target target;

/* ---- The server ---- */

static FILE *open_of_target(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)target.pid, name);
    return fopen(path, "r");
}

uint64_t target_cpu_us(void)
{
    uint64_t nanoseconds = 0;
    FILE *file = open_of_target("schedstat");
    if (!file)
        return 0;
    if (fscanf(file, "%" SCNu64, &nanoseconds) != 1)
        nanoseconds = 0;
    fclose(file);
    return nanoseconds / 1000;
}

long target_memory_kib(void)
{
    char line[128];
    long kib = -1;
    FILE *file = open_of_target("status");
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %ld", &kib) == 1)
            break;
    fclose(file);
    return kib;
}

int target_descriptors(void)
{
    char path[64];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)target.pid);
    DIR *folder = opendir(path);
    if (!folder)
        return -1;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

/* ---- Time ---- */

int64_t clock_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

void sleep_ms(int milliseconds)
{
    int64_t until = clock_ms() + milliseconds;
    for (int64_t left; (left = until - clock_ms()) > 0;)
        poll(NULL, 0, (int)left);
}

/* ---- Sockets ---- */

static int connect_socket(int fd)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)target.port)};
    struct timeval most = {.tv_sec = 5};
    int on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
        return fd;
    close(fd);
    return -1;
}

int dial(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? -1 : connect_socket(fd);
}

int dial_narrow(void)
{
    int room = 4096, segment = 536, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    return connect_socket(fd);
}

void hang_up(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

bool wait_for(int fd, short events, int64_t until)
{
    struct pollfd wait = {.fd = fd, .events = events};
    for (int64_t left; (left = until - clock_ms()) >= 0;) {
        int found = poll(&wait, 1, (int)left);
        if (found > 0 || (found < 0 && errno != EINTR))
            return found > 0;
    }
    return false;
}

static bool is_for_later(int why)
{
    return why == EAGAIN || why == EWOULDBLOCK || why == EINTR;
}

ssize_t send_some(int fd, const char *bytes, size_t length)
{
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    return sent >= 0 ? sent : is_for_later(errno) ? 0 : -1;
}

ssize_t read_some(int fd, char *bytes, size_t room)
{
    ssize_t got = recv(fd, bytes, room, 0);
    if (got != 0)
        return got > 0 ? got : is_for_later(errno) ? 0 : -2;
    return -1;
}

bool send_all(int fd, const char *bytes, size_t length, int64_t until)
{
    while (length && wait_for(fd, POLLOUT, until)) {
        ssize_t sent = send_some(fd, bytes, length);
        if (sent < 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return length == 0;
}

/* ---- Responses ---- */

static bool starts_with(const char *line, const char *what)
{
    return strncasecmp(line, what, strlen(what)) == 0;
}

static void read_status_line(struct reading *r)
{
    bool is_one = strlen(r->line) >= 13 && starts_with(r->line, "HTTP/1.1 ") && r->line[12] == ' ';
    r->status = is_one ? (unsigned)strtoul(r->line + 9, NULL, 10) : 0;
    r->place = r->status >= 100 && r->status <= 599 ? AT_FIELD : AT_FAULT;
}

static void end_head(struct reading *r)
{
    if (r->status == 100)
        r->place = AT_STATUS_LINE;
    else if (r->is_head || r->status == 204 || r->status == 304)
        r->place = AT_END;
    else if (r->is_chunked)
        r->place = AT_CHUNK_SIZE;
    else
        r->place = r->left ? AT_LENGTH : AT_END;
}

static void read_field(struct reading *r)
{
    if (!r->line[0])
        end_head(r);
    else if (starts_with(r->line, "Content-Length: "))
        r->left = strtoull(r->line + 16, NULL, 10);
    else if (starts_with(r->line, "Transfer-Encoding: chunked"))
        r->is_chunked = true;
    else if (starts_with(r->line, "Connection: close"))
        r->closes = true;
}

static void read_chunk_size(struct reading *r)
{
    char *end;
    r->left = strtoull(r->line, &end, 16);
    if (end == r->line || *end)
        r->place = AT_FAULT;
    else
        r->place = r->left ? AT_CHUNK : AT_TRAILER;
}

static void read_line(struct reading *r)
{
    switch (r->place) {
    case AT_STATUS_LINE:
        read_status_line(r);
        break;
    case AT_FIELD:
        read_field(r);
        break;
    case AT_CHUNK_SIZE:
        read_chunk_size(r);
        break;
    case AT_CHUNK_END:
        r->place = r->line[0] ? AT_FAULT : AT_CHUNK_SIZE;
        break;
    case AT_TRAILER:
        r->trailers += r->line[0] ? 1 : 0;
        r->place = r->line[0] ? AT_TRAILER : AT_END;
        break;
    default:
        break;
    }
}

static size_t take_line(struct reading *r, const char *bytes, size_t length)
{
    const char *end = memchr(bytes, '\n', length);
    size_t taken = end ? (size_t)(end - bytes) + 1 : length;
    if (r->line_length + taken >= sizeof r->line) { /* the server's lines are shorter */
        r->place = AT_FAULT;
        return 0;
    }
    memcpy(r->line + r->line_length, bytes, taken);
    r->line_length += taken;
    if (!end)
        return taken;
    if (r->line_length < 2 || r->line[r->line_length - 2] != '\r') {
        r->place = AT_FAULT;
        return taken;
    }
    r->line[r->line_length - 2] = '\0';
    r->line_length = 0;
    read_line(r);
    return taken;
}

static size_t take_body(struct reading *r, const char *bytes, size_t length)
{
    size_t taken = length < r->left ? length : (size_t)r->left;
    if (r->on_body)
        r->on_body(r->data, bytes, taken);
    r->octets += taken;
    r->left -= taken;
    if (!r->left)
        r->place = r->place == AT_CHUNK ? AT_CHUNK_END : AT_END;
    return taken;
}

size_t reading_take(struct reading *r, const char *bytes, size_t length)
{
    size_t done = 0;
    while (done < length && r->place != AT_END && r->place != AT_FAULT)
        done += (r->place == AT_LENGTH || r->place == AT_CHUNK ? take_body : take_line)(r, bytes + done, length - done);
    return done;
}

bool read_answer(int fd, struct reading *reading, int64_t until)
{
    static char bytes[65536];
    while (reading->place != AT_END && reading->place != AT_FAULT && wait_for(fd, POLLIN, until)) {
        ssize_t got = read_some(fd, bytes, sizeof bytes);
        if (got < 0)
            return false;
        reading_take(reading, bytes, (size_t)got);
    }
    return reading->place == AT_END;
}

/* Takes as many whole responses as the bytes have; -1: they are not HTTP. */
static int take_answers(struct reading *reading, const char *bytes, size_t length, unsigned *statuses, int most)
{
    int count = 0;
    for (size_t done = 0; done < length;) {
        done += reading_take(reading, bytes + done, length - done);
        if (reading->place == AT_FAULT || count == most)
            return -1;
        if (reading->place != AT_END)
            continue;
        statuses[count++] = reading->status;
        *reading = (struct reading){.is_head = reading->is_head};
    }
    return count;
}

int read_answers(int fd, unsigned *statuses, int most, ssize_t *end, int64_t until)
{
    static char bytes[65536];
    struct reading reading = {0};
    int count = 0;
    *end = 0;
    while (wait_for(fd, POLLIN, until)) {
        *end = read_some(fd, bytes, sizeof bytes);
        if (*end < 0)
            return reading.place == AT_STATUS_LINE && !reading.line_length ? count : -1;
        int taken = take_answers(&reading, bytes, (size_t)*end, statuses + count, most - count);
        if (taken < 0)
            return -1;
        count += taken;
    }
    return -1;
}

unsigned ask_once(const char *request, size_t length, int64_t until)
{
    struct reading reading = {0};
    int fd = dial();
    if (fd < 0)
        return 0;
    bool is_there = send_all(fd, request, length, until) && read_answer(fd, &reading, until);
    close(fd);
    return is_there ? reading.status : 0;
}
