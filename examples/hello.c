/* SPDX-License-Identifier: MIT */
/* The smallest server: the handler, and where it listens. main() is the loop's (server-min/loop.c). */
#include <stdio.h>

#include "loop.h"
#include "server.h"

static void hello(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, "Content-Type", "text/plain; charset=utf-8", NULL);
    response_end(res, "Olá Mundo\n");
}

int start(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (!server_listen(server_create(hello), "127.0.0.1", 1337))
        return 1;
    puts("Servidor rodando em http://127.0.0.1:1337/");
    return 0;
}
