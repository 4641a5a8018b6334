/* SPDX-License-Identifier: MIT */
#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char SCHEME[] = "http://";

static const char *copy(char *room, size_t size, const char *start, size_t length)
{
    if (length >= size)
        return "a part of it is too long";
    memcpy(room, start, length);
    room[length] = '\0';
    return NULL;
}

/* Behind the host: nothing, or a colon and the port. */
static const char *read_port(struct url *url, const char *start, const char *end)
{
    if (start == end || start + 1 == end)
        return copy(url->port, sizeof url->port, "80", 2);
    if (*start != ':' || strspn(start + 1, "0123456789") < (size_t)(end - start - 1) || end - start > PORT_ROOM)
        return "this is not a port";
    copy(url->port, sizeof url->port, start + 1, (size_t)(end - start - 1));
    return atol(url->port) > 65535 || atol(url->port) == 0 ? "this is not a port" : NULL;
}

static const char *read_authority(struct url *url, const char *start, const char *end)
{
    const char *from = start, *to = start;
    const char *wrong;

    if (memchr(start, '@', (size_t)(end - start)))
        return "a user in the URL is not sent (see --header)";
    if (*start == '[') {
        from = start + 1;
        to = memchr(start, ']', (size_t)(end - start));
        if (!to)
            return "there is no ] behind the address";
        start = to + 1;
    } else {
        to = memchr(start, ':', (size_t)(end - start));
        to = to ? to : end;
        start = to;
    }
    if (from == to)
        return "there is no host in it";
    wrong = copy(url->host, sizeof url->host, from, (size_t)(to - from));
    return wrong ? wrong : read_port(url, start, end);
}

static void write_authority(struct url *url)
{
    bool is_usual = strcmp(url->port, "80") == 0;
    bool is_literal = strchr(url->host, ':') != NULL;

    snprintf(url->authority, sizeof url->authority, "%s%s%s%s%s", is_literal ? "[" : "", url->host, is_literal ? "]" : "",
             is_usual ? "" : ":", is_usual ? "" : url->port);
}

/* Path and query; a path that is empty is "/" (RFC 9110 4.2.3), and a fragment is not sent. */
static const char *read_target(struct url *url, const char *start)
{
    size_t length = strcspn(start, "#");

    url->target = malloc(length + 2);
    if (!url->target)
        return "there is no memory";
    url->target[0] = '/';
    snprintf(url->target + (*start != '/'), length + 1, "%.*s", (int)length, start);
    return NULL;
}

const char *url_read(struct url *url, const char *text)
{
    const char *start = text + strlen(SCHEME), *end, *wrong;

    memset(url, 0, sizeof *url);
    url->text = text;
    if (strncasecmp(text, "https:", 6) == 0)
        return "https is not spoken here, only http";
    if (strncasecmp(text, SCHEME, strlen(SCHEME)) != 0)
        return "a URL begins with http://";
    end = start + strcspn(start, "/?#");
    wrong = read_authority(url, start, end);
    if (wrong)
        return wrong;
    write_authority(url);
    return read_target(url, end);
}

void url_free(struct url *url)
{
    free(url->target);
}

bool url_has_same_origin(const struct url *one, const struct url *other)
{
    return strcasecmp(one->host, other->host) == 0 && strcmp(one->port, other->port) == 0;
}
