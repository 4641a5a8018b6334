/* SPDX-License-Identifier: MIT */
/*
 * A fixture is a text file: a claim; the sentence of the RFC behind it; an input; the events that it gives.
 *
 *     Chunk-data may contain CR LF
 *     RFC 9112 7.1: the size counts octets, whatever they are.
 *     --- request chunks limit:head=64
 *     POST / HTTP/1.1
 *     ...
 *     --- events
 *     0 request-line POST / 1.1
 *
 * A line of the input ends in CR LF, unless it ends in a written \r or \n, or in \ for no line end. The words after the kind
 * (request or response): chunks, answers=METHOD[,METHOD...], limit:NAME=N,
 * profile=default|legacy (strict if nothing is said), relax=NAME, open (the end of the input is not the end of the
 * connection).
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "text.h"

#include <fluxo/parser.h>

enum { ANSWERS_MOST = 8 };

struct fixture {
    struct text before; /* the file up to and with the line "--- events" */
    struct text input, events;
    enum fluxo_kind kind;
    struct fluxo_options options;
    enum fluxo_method answers[ANSWERS_MOST];
    size_t answer_count;
    int open;
    char title[256];
    char error[256]; /* what is wrong with the file, or "" */
};

int fixture_read(struct fixture *fixture, const char *path);
int fixture_write(const struct fixture *fixture, const char *path, const struct text *events);
void fixture_free(struct fixture *fixture);

#endif
