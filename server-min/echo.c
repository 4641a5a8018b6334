/* SPDX-License-Identifier: MIT */
/* The body comes as fast as the client takes it back, and no faster: in constant memory, however large it is. */
#include "handlers.h"

static void send_back(struct request *req, struct response *res, struct fluxo_span octets)
{
    if (response_write(res, octets.start, octets.length) == RESPONSE_FULL)
        request_pause(req);
}

static void go_on(struct request *req, struct response *res)
{
    (void)res;
    request_resume(req);
}

/* Some may not stand there (RFC 9110 6.5.1), and would be misuse: what the registry knows is left out. */
static void send_back_trailer(struct request *req, struct response *res, struct fluxo_span name, struct fluxo_span value)
{
    (void)req;
    if (fluxo_field_id(name.start, name.length) == FLUXO_FIELD_OTHER)
        response_trailer(res, name, value);
}

static void end(struct request *req, struct response *res)
{
    (void)req;
    response_end(res, NULL);
}

void answer_echo(struct request *req, struct response *res)
{
    static const struct request_events events = {.body = send_back, .drained = go_on, .trailer = send_back_trailer, .end = end};
    struct fluxo_span type = fluxo_head_get(request_head(req), FLUXO_FIELD_CONTENT_TYPE);
    char text[256];
    if (type.length == 0 || type.length >= sizeof text)
        type = fluxo_text("application/octet-stream");
    memcpy(text, type.start, type.length);
    text[type.length] = '\0';
    request_on(req, &events, NULL);
    response_head(res, 200, "Content-Type", text, NULL);
}
