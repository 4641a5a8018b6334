/* SPDX-License-Identifier: MIT */
/*
 * What one client of fluxo-server has asked, and what it was answered, each read by its own parser; and whether the answers are
 * those of program.c's handlers.
 *
 * It is told the bytes that the server has read and written, as often as there are more. The requests are read with the
 * server's options; the responses strictly, as answers to these requests.
 */
#ifndef FUZZ_DIALOGUE_H
#define FUZZ_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fluxo/parser.h>

enum { EXCHANGES = 512, LINES = 4096 };

struct asked {
    struct fluxo_span method, target;
    uint8_t id, minor;
    bool has_head, is_complete, keeps, waits; /* for 100 */
    unsigned fault;                           /* enum fluxo_error_code */
    size_t begins;                            /* where it stands in what the client has sent */
    unsigned first_line, lines, trailers;
    size_t content_at, content;
};

struct answer {
    unsigned status, interims, trailers;
    bool has_head, is_complete, keeps, is_chunked;
    size_t content_at, content;
};

struct line {
    struct fluxo_span name, value;
};

/* The members are for who judges. The first four are set before dialogue_open. */
struct dialogue {
    const char *sent, *output;
    char *content, *heard; /* as much room as there is for sent and output */

    struct fluxo_parser requests, responses;
    size_t given, got;              /* octets that the parsers have been shown */
    size_t read, taken;             /* and have consumed of them */
    size_t begun;                   /* where the last request that has not ended begins */
    bool is_over;                   /* no further request will be read */
    bool is_full;                   /* more than there is room for: it is not judged */
    unsigned asked_count, answered; /* answers that are complete; one more may have begun */
    unsigned lines_count;
    unsigned timeouts, failures; /* answers of 408; of 500 and 503: whether there was a reason is for others to judge */
    size_t content_length, heard_length;
    bool is_answer_begun, has_ended;

    struct asked asked[EXCHANGES];
    struct answer answers[EXCHANGES];
    struct line lines[LINES];
};

void dialogue_open(struct dialogue *dialogue, const struct fluxo_options *options);

/* So many bytes have been read and written in all. Refutes what is no answer, what answers nothing, and what says something
   else than the handler would. */
void dialogue_go_on(struct dialogue *dialogue, size_t read, size_t taken);

void dialogue_end(struct dialogue *dialogue, bool is_broken); /* the server sends no more; or there was a reset */
bool dialogue_is_served(
    const struct dialogue *dialogue); /* each whole request has its whole answer, or was told that it has none */

/* RFC 9110 10.1.1: who waits for 100 and is answered at once was told that the connection ends, unless the content was there.
 */
bool dialogue_ends_early(const struct dialogue *dialogue);

/* The request that is to be answered next; NULL: there is none that has begun. */
const struct asked *dialogue_due(const struct dialogue *dialogue);
bool dialogue_is_streaming(const struct dialogue *dialogue); /* its handler acts when its time comes */

#endif
