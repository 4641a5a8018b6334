/* SPDX-License-Identifier: MIT */
/* An http URL (RFC 9110 4.2.1) in the parts that a client needs. */
#ifndef GET_URL_H
#define GET_URL_H

#include <stdbool.h>

enum { HOST_ROOM = 256, PORT_ROOM = 6, AUTHORITY_ROOM = HOST_ROOM + PORT_ROOM + 3 };

struct url {
    const char *text;               /* as it was given */
    char host[HOST_ROOM];           /* a name or an address; that of IPv6 without brackets */
    char port[PORT_ROOM];           /* digits */
    char authority[AUTHORITY_ROOM]; /* what goes into Host: without the port if it is the usual one */
    char *target;                   /* origin-form: path and query; on the heap */
};

/* Returns NULL, or what is wrong, in words. Whether host and target hold nothing that they must not is seen by who writes. */
const char *url_read(struct url *url, const char *text);
void url_free(struct url *url);

bool url_has_same_origin(const struct url *one, const struct url *other);

#endif
