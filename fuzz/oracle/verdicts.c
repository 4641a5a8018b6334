/* SPDX-License-Identifier: MIT */
/* The contract of tests/differential/verdict.h, with verdicts that are kept. */
#include "verdicts.h"

#include "../../tests/differential/verdict.h"

#include <stdio.h>
#include <string.h>

/* read_trial of tests/differential/peer_*.c, under the names that the build gives them. */
void read_with_fluxo(struct trial *trial);
void read_with_llhttp(struct trial *trial);
void read_with_http_parser(struct trial *trial);

static struct verdict *present;

/* ---- Trials ---- */

int trial_answers(const struct trial *trial, const char *method)
{
    return strcmp(trial->methods, method) == 0;
}

void trial_answered(struct trial *trial)
{
    (void)trial; /* all answer the same method */
}

void trial_end(const char *how, const char *why)
{
    present->how = how;
    present->why = why ? why : "";
}

/* ---- Messages ---- */

static void end_field(struct message *message)
{
    if (message->has_field && message->in_trailers)
        message->trailers++;
    else if (message->has_field)
        message->fields++;
    message->has_field = 0;
}

void message_begin(struct message *message)
{
    message->fields = message->trailers = message->body = 0;
    message->has_field = message->in_trailers = 0;
}

void message_name(struct message *message, const char *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    end_field(message);
}

void message_value(struct message *message, const char *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    message->has_field = 1;
}

void message_head(struct message *message)
{
    end_field(message);
    message->in_trailers = 1;
}

void message_body(struct message *message, const char *bytes, size_t length)
{
    (void)bytes;
    message->body += length;
}

static uint32_t digest(uint32_t digest, const char *bytes, size_t length) /* FNV-1a */
{
    for (; length; length--, bytes++)
        digest = (digest ^ (unsigned char)*bytes) * UINT32_C(16777619);
    return digest;
}

void message_say(struct message *message, const char *what, const char *target, size_t length, const char *keep)
{
    struct verdict_message *said =
        &present->messages[present->count < VERDICT_MESSAGES ? present->count : VERDICT_MESSAGES - 1];

    end_field(message);
    said->start = digest(digest(UINT32_C(2166136261), what, strlen(what) + 1), target, length);
    said->fields = message->fields;
    said->trailers = message->trailers;
    said->body = message->body;
    said->keep = *keep;
    present->count++;
    message_begin(message);
}

/* ---- Readers ---- */

void verdict_read(struct verdict *verdict, enum verdict_of reader, const struct verdict_connection *connection)
{
    static void (*const readers[VERDICTS])(struct trial *) = {read_with_fluxo, read_with_llhttp, read_with_http_parser};
    struct trial trial;

    memset(&trial, 0, sizeof trial);
    snprintf(trial.methods, sizeof trial.methods, "%s", connection->method);
    trial.next_method = trial.methods;
    trial.is_response = connection->is_response;
    trial.input.bytes = (char *)(uintptr_t)connection->bytes;
    trial.input.length = connection->length;
    memset(verdict, 0, sizeof *verdict);
    present = verdict;
    readers[reader](&trial);
}
