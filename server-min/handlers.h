/* SPDX-License-Identifier: MIT */
/* What fluxo-server answers: a handler a path. */
#ifndef HANDLERS_H
#define HANDLERS_H

#include "server.h"

void answer_hello(struct request *req, struct response *res);  /* a greeting */
void answer_echo(struct request *req, struct response *res);   /* the request's body, as it comes, and its trailers */
void answer_stream(struct request *req, struct response *res); /* ?n=10&ms=1000: so many lines, one each so many milliseconds */
void answer_headers(struct request *req, struct response *res); /* what the parser has made of the request */

#endif
