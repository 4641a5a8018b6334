/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "system.h"

#ifndef PIPE_BUF
#define PIPE_BUF _POSIX_PIPE_BUF
#endif

enum {
    ROOM = 65536,     /* octets */
    LINE_MOST = 3840, /* octets: a target that is longer is cut, so that a line is what most pipes take in one piece */
    SOON = 100        /* ms */
};

static void on_time(struct watch *watch, unsigned what);

/* In the background: the loop does not run for the log's sake. */
static struct {
    struct watch watch;
    int fd;
    size_t length;
    unsigned long lost;
    bool is_file, is_added, is_waiting;
    char bytes[ROOM];
} out = {.watch = {.ready = on_time, .fd = -1, .background = 1}, .fd = -1};

/* A file does not make one wait; a pipe might, and is told not to. */
int log_open(const char *path)
{
    struct stat kind;
    out.fd = strcmp(path, "-") == 0 ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (out.fd < 0 || fstat(out.fd, &kind) < 0)
        return -1;
    out.is_file = S_ISREG(kind.st_mode);
    return out.is_file ? 0 : make_non_blocking(out.fd);
}

/* ---- Lines ---- */

static struct {
    char text[LINE_MOST + 256];
    size_t length;
} line;

static void put(const char *text, size_t length)
{
    if (length > sizeof line.text - line.length)
        length = sizeof line.text - line.length;
    memcpy(line.text + line.length, text, length);
    line.length += length;
}

static void put_text(const char *text)
{
    put(text, strlen(text));
}

/* Quotes, backslashes and what does not print would let a client forge lines. */
static void put_escaped(struct fluxo_span span)
{
    char escaped[5];
    for (size_t i = 0; i < span.length && line.length < LINE_MOST; i++) {
        unsigned char octet = (unsigned char)span.start[i];
        snprintf(escaped, sizeof escaped, octet < ' ' || octet > '~' || octet == '"' || octet == '\\' ? "\\x%02x" : "%c",
                 octet);
        put_text(escaped);
    }
}

static void put_client(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[64];
    if (getpeername(fd, (struct sockaddr *)&address, &length) < 0 ||
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
        strcpy(host, "-"); /* it has left already */
    put_text(host);
}

/* In English, whatever the locale. */
static void put_time(void)
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = (time_t)sys.date();
    struct tm tm;
    char text[96];
    if (!gmtime_r(&now, &tm))
        return;
    snprintf(text, sizeof text, "[%02d/%s/%04d:%02d:%02d:%02d +0000]", tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
             tm.tm_hour, tm.tm_min, tm.tm_sec);
    put_text(text);
}

static void put_request(const struct fluxo_head *head, unsigned minor)
{
    char version[16];
    if (!head || !fluxo_head_method(head).length) {
        put_text("-");
        return;
    }
    snprintf(version, sizeof version, " HTTP/1.%u", minor);
    put_escaped(fluxo_head_method(head));
    put_text(" ");
    put_escaped(fluxo_head_target(head));
    put_text(version);
}

/* ---- Writing ---- */

static void add_line(void)
{
    if (line.length > ROOM - out.length) {
        out.lost++;
        return;
    }
    memcpy(out.bytes + out.length, line.text, line.length);
    out.length += line.length;
}

static void tell_lost(void)
{
    char text[64];
    int length = snprintf(text, sizeof text, "# %lu lines are lost: they came too fast\n", out.lost);
    if (!out.lost || (size_t)length > ROOM - out.length)
        return;
    memcpy(out.bytes + out.length, text, (size_t)length);
    out.length += (size_t)length;
    out.lost = 0;
}

/* All to a file, which is appended to in one piece; to a pipe the whole lines that it takes so, or at least one. */
static size_t measure_piece(const char *bytes, size_t length)
{
    size_t whole = 0;
    if (out.is_file || length <= PIPE_BUF)
        return length;
    for (size_t i = 0; i < PIPE_BUF || !whole; i++)
        whole = bytes[i] == '\n' ? i + 1 : whole;
    return whole;
}

/* In pieces between which other workers may write. */
void log_flush(void)
{
    size_t done = 0;
    ssize_t written = 0;
    while (done < out.length &&
           (written = write(out.fd, out.bytes + done, measure_piece(out.bytes + done, out.length - done))) > 0)
        done += (size_t)written;
    if (!done)
        return;
    out.length -= done;
    memmove(out.bytes, out.bytes + done, out.length);
    tell_lost();
}

static void wait_a_little(void)
{
    if (!out.is_added && loop_add(&out.watch) < 0)
        return;
    out.is_added = true;
    if (!out.is_waiting)
        loop_expire(&out.watch, loop_now() + SOON);
    out.is_waiting = true;
}

/* A reader that is slow is asked again soon; one that has gone, or a disk that is full, with the next line. */
static void on_time(struct watch *watch, unsigned what)
{
    (void)watch;
    (void)what;
    out.is_waiting = false;
    errno = 0;
    log_flush();
    if (out.length && (!errno || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        wait_a_little();
}

void log_exchange(int fd, const struct fluxo_head *head, unsigned minor, unsigned status, uint64_t octets)
{
    char end[64];
    line.length = 0;
    put_client(fd);
    put_text(" - - ");
    put_time();
    put_text(" \"");
    put_request(head, minor);
    snprintf(end, sizeof end, "\" %u %" PRIu64 "\n", status, octets);
    put_text(end);
    add_line();
    if (out.length > ROOM / 2)
        log_flush();
    wait_a_little();
}
