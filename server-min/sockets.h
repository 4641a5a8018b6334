/* SPDX-License-Identifier: MIT */
/* The sockets that listen: one, or one for each worker where the system shares new connections out between them. */
#ifndef SOCKETS_H
#define SOCKETS_H

struct sockets {
    int *fds;
    unsigned count;
    char url[96]; /* "http://127.0.0.1:1337/" */
};

/* `host` is a numeric address or localhost; port 0 picks one. `workers` may be 0. Returns NULL, or what is wrong: then call
   sockets_close. */
const char *sockets_open(struct sockets *sockets, const char *host, unsigned port, unsigned workers);
int sockets_keep(struct sockets *sockets, unsigned which); /* closes the others; returns it, which is the caller's now */
void sockets_close(struct sockets *sockets);

#endif
