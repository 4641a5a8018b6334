/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static enum outcome fail(struct sink *sink)
{
    sink->has_failed = true;
    return complain(OUTCOME_LOCAL, "%s: %s", sink->path ? sink->path : "standard output", strerror(errno));
}

enum outcome sink_open(struct sink *sink, const char *path)
{
    sink->path = path;
    sink->held = 0;
    sink->has_failed = false;
    sink->fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : STDOUT_FILENO;
    return sink->fd < 0 ? fail(sink) : OUTCOME_SUCCESS;
}

/* Standard output may have been given to us without blocking. */
static bool is_to_be_tried_again(int fd)
{
    struct pollfd poller = {.fd = fd, .events = POLLOUT};

    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return poll(&poller, 1, -1) >= 0 || errno == EINTR;
    return errno == EINTR;
}

static void write_all(struct sink *sink, const char *bytes, size_t length)
{
    while (length && !sink->has_failed) {
        ssize_t wrote = write(sink->fd, bytes, length);
        if (wrote < 0 && !is_to_be_tried_again(sink->fd))
            fail(sink);
        if (wrote < 0)
            continue;
        bytes += wrote;
        length -= (size_t)wrote;
    }
}

void sink_flush(struct sink *sink)
{
    write_all(sink, sink->room, sink->held);
    sink->held = 0;
}

void sink_write(struct sink *sink, const char *bytes, size_t length)
{
    if (length > sizeof sink->room - sink->held)
        sink_flush(sink);
    if (length > sizeof sink->room) {
        write_all(sink, bytes, length);
        return;
    }
    if (length)
        memcpy(sink->room + sink->held, bytes, length);
    sink->held += length;
}

void sink_text(struct sink *sink, const char *text)
{
    sink_write(sink, text, strlen(text));
}

/* A full disk may be told as late as here. */
void sink_close(struct sink *sink)
{
    sink_flush(sink);
    if (close(sink->fd) < 0 && !sink->has_failed)
        fail(sink);
}
