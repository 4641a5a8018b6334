/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *name(const struct source *source)
{
    return strcmp(source->path, "-") == 0 ? "standard input" : source->path;
}

static enum outcome fail(const struct source *source)
{
    return complain(OUTCOME_LOCAL, "%s: %s", name(source), strerror(errno));
}

/* A regular file may have been read in part, if it is standard input. */
static void find_size(struct source *source)
{
    struct stat status;
    off_t at = lseek(source->fd, 0, SEEK_CUR);

    source->is_sized = fstat(source->fd, &status) == 0 && S_ISREG(status.st_mode) && at >= 0;
    source->left = source->is_sized && status.st_size > at ? (uint64_t)(status.st_size - at) : 0;
}

enum outcome source_open(struct source *source, const char *path)
{
    source->path = path;
    source->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0)
        return fail(source);
    find_size(source);
    return OUTCOME_SUCCESS;
}

void source_close(struct source *source)
{
    if (source->fd > STDIN_FILENO)
        close(source->fd);
    source->fd = -1;
}

bool source_is_at_end(const struct source *source)
{
    return source->is_sized && source->left == 0;
}

enum outcome source_read(struct source *source, char *room, size_t size, size_t *length)
{
    ssize_t got;

    if (source->is_sized && size > source->left)
        size = (size_t)source->left;
    do
        got = read(source->fd, room, size);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(source);
    if (got == 0 && source->is_sized && source->left)
        return complain(OUTCOME_LOCAL, "%s: it has become shorter while it was sent", name(source));
    *length = (size_t)got;
    source->left -= source->is_sized ? (uint64_t)got : 0;
    return OUTCOME_SUCCESS;
}
