/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Trials ---- */

int trial_read(struct trial *next)
{
    char kind[16], block[4096];
    size_t length, part;

    if (scanf("%255s %15s %255s %zu", next->path, kind, next->methods, &length) != 4 || getchar() != '\n')
        return 0;
    next->is_response = strcmp(kind, "response") == 0;
    next->next_method = next->methods;
    text_clear(&next->input);
    for (; length; length -= part) {
        part = fread(block, 1, length < sizeof block ? length : sizeof block, stdin);
        if (!part)
            abort();
        text_add(&next->input, block, part);
    }
    printf("= %s\n", next->path);
    return 1;
}

int trial_answers(const struct trial *present, const char *method)
{
    size_t length = strlen(method);

    return strncmp(present->next_method, method, length) == 0 && strchr(",", present->next_method[length]);
}

void trial_answered(struct trial *present)
{
    const char *comma = strchr(present->next_method, ',');

    present->next_method = comma ? comma + 1 : "GET";
}

void trial_end(const char *how, const char *why)
{
    if (why)
        printf("%s %s\n", how, why);
    else
        puts(how);
}

/* ---- Messages ---- */

static void clear(struct message *message)
{
    text_clear(&message->name);
    text_clear(&message->value);
    message->has_field = 0;
}

void message_begin(struct message *message)
{
    clear(message);
    text_clear(&message->digested);
    message->fields = message->trailers = message->body = 0;
    message->in_trailers = 0;
}

static int is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static void digest_lower(struct message *message, const char *bytes, size_t length)
{
    while (length && is_blank(bytes[length - 1]))
        length--;
    for (; length && is_blank(*bytes); length--)
        bytes++;
    for (; length; length--, bytes++) {
        char lower = (char)(*bytes >= 'A' && *bytes <= 'Z' ? *bytes + 32 : *bytes);
        text_add(&message->digested, &lower, 1);
    }
    text_add(&message->digested, "\n", 1);
}

static void end_field(struct message *message)
{
    if (!message->has_field)
        return;
    digest_lower(message, message->name.bytes, message->name.length);
    digest_lower(message, message->value.bytes, message->value.length);
    if (message->in_trailers)
        message->trailers++;
    else
        message->fields++;
    clear(message);
}

void message_name(struct message *message, const char *bytes, size_t length)
{
    end_field(message);
    text_add(&message->name, bytes, length);
}

void message_value(struct message *message, const char *bytes, size_t length)
{
    message->has_field = 1;
    text_add(&message->value, bytes, length);
}

void message_head(struct message *message)
{
    end_field(message);
    message->in_trailers = 1;
}

void message_body(struct message *message, const char *bytes, size_t length)
{
    text_add(&message->digested, bytes, length);
    message->body += length;
}

static void say_target(const char *bytes, size_t length)
{
    for (; length; length--, bytes++)
        printf(*bytes > ' ' && *bytes < 0x7F ? "%c" : "\\x%02X", (unsigned char)*bytes);
}

static uint32_t digest(const struct text *text) /* FNV-1a */
{
    uint32_t digest = UINT32_C(2166136261);
    size_t at;

    for (at = 0; at < text->length; at++)
        digest = (digest ^ (unsigned char)text->bytes[at]) * UINT32_C(16777619);
    return digest;
}

void message_say(struct message *message, const char *what, const char *target, size_t length, const char *keep)
{
    end_field(message);
    printf("message %s ", what);
    if (length)
        say_target(target, length);
    else
        putchar('-');
    printf(" fields=%zu trailers=%zu body=%zu %s %08lx\n", message->fields, message->trailers, message->body, keep,
           (unsigned long)digest(&message->digested));
    message_begin(message);
}

int main(void)
{
    static struct trial trial;

    while (trial_read(&trial))
        read_trial(&trial);
    return 0;
}
