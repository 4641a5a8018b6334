/* SPDX-License-Identifier: MIT */
#include "handlers.h"

static void put(struct response *res, const char *text, struct fluxo_span span)
{
    response_write(res, text, strlen(text));
    response_write(res, span.start, span.length);
}

/* In the order of the message; with * those whose names the parser knows. */
void answer_headers(struct request *req, struct response *res)
{
    const struct fluxo_head *head = request_head(req);
    response_head(res, 200, "Content-Type", "text/plain; charset=utf-8", NULL);
    put(res, "method ", fluxo_head_method(head));
    put(res, "\ntarget ", fluxo_head_target(head));
    for (uint32_t i = 0; i < fluxo_head_fields(head); i++) {
        struct fluxo_span name = fluxo_head_name(head, i);
        put(res, fluxo_field_id(name.start, name.length) ? "\nfield* " : "\nfield ", name);
        put(res, ": ", fluxo_head_value(head, i));
    }
    response_end(res, "\n");
}
