/* SPDX-License-Identifier: MIT */
/*
 * What every parser of the comparison shares: trials come in on standard input, verdicts go out on standard output. The harness
 * fuzz/peers links the same parsers with another verdict.c, which keeps verdicts instead of printing them.
 *
 *     PATH request|response METHOD[,METHOD...]|- LENGTH LF, and so many bytes: one trial, all that comes over a connection
 *
 *     = PATH
 *     message METHOD TARGET fields=N trailers=N body=N keep|close|- DIGEST     one line each complete message, or
 *     message STATUS - fields=...                                              that of a response
 *     accepted | refused WHY | incomplete                                      how the connection ended
 *
 * A target is written with \xHH for what is not printable. `-` for keep: nothing can be said (an interim response, a switch
 * to another protocol). The digest is that of all field lines, in lower case and without outer blanks, and of the body.
 * Accepted: all messages are complete, and nothing, a tunnel or what nobody should read (after close) follows.
 */
#ifndef DIFFERENTIAL_VERDICT_H
#define DIFFERENTIAL_VERDICT_H

#include "../text.h"

struct trial {
    char path[256], methods[256];
    const char *next_method; /* the first of those that are not answered yet */
    int is_response;
    struct text input;
};

/* The message that is being read. */
struct message {
    struct text name, value, digested;
    size_t fields, trailers, body;
    int has_field, in_trailers;
};

/* Returns 1, or 0 at the end of the input. The trial is reused. */
int trial_read(struct trial *next);

/* What each parser brings: it reads the trial, and says its messages and its end. */
void read_trial(struct trial *trial);

/* Whether the next final response answers this method; when a final response is complete, the next method's turn comes. */
int trial_answers(const struct trial *present, const char *method);
void trial_answered(struct trial *present);

void message_begin(struct message *message);

/* Pieces of a line may come one by one: a piece of a name after one of a value begins the next line. */
void message_name(struct message *message, const char *bytes, size_t length);
void message_value(struct message *message, const char *bytes, size_t length);
void message_head(struct message *message);
void message_body(struct message *message, const char *bytes, size_t length);

/* Writes the line and begins the next message. `what` is the method or status; a response has no target. */
void message_say(struct message *message, const char *what, const char *target, size_t length, const char *keep);

/* Ends the verdict: accepted, incomplete or refused; why: the name of the error, or NULL. */
void trial_end(const char *how, const char *why);

#endif
