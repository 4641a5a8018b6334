/* SPDX-License-Identifier: MIT */
/* fluxo-server: says hello to every request. */
#include <stdio.h>

#include "loop.h"
#include "server.h"
#include "settings.h"

static void hello(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, "Content-Type", "text/plain; charset=utf-8", NULL);
    response_end(res, "Olá Mundo\n");
}

int start(int argc, char **argv)
{
    struct settings set = {"127.0.0.1", 1337};
    settings_read(&set, argc, argv);
    const char *url = server_listen(server_create(hello), set.host, set.port);
    if (!url)
        return 1;
    printf("Servidor rodando em %s\n", url);
    fflush(stdout); /* who starts us through a pipe waits for this line */
    return 0;
}
