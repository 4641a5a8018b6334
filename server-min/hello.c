/* SPDX-License-Identifier: MIT */
#include "handlers.h"

void answer_hello(struct request *req, struct response *res)
{
    (void)req;
    response_head(res, 200, "Content-Type", "text/plain; charset=utf-8", NULL);
    response_end(res, "Olá Mundo\n");
}
