/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <inttypes.h>

static const uint64_t hash_of_nothing = UINT64_C(14695981039346656037);

static void begin_body(struct log *log)
{
    log->body = 0;
    log->hash = hash_of_nothing;
}

void log_start(struct log *log, const char *method, size_t method_length, const char *target, size_t target_length)
{
    begin_body(log);
    text_add(&log->text, method, method_length);
    text_add(&log->text, " ", 1);
    text_add(&log->text, target, target_length);
    text_add(&log->text, "\n", 1);
}

void log_status(struct log *log, unsigned status)
{
    begin_body(log);
    text_add_format(&log->text, "%u\n", status);
}

void log_field(struct log *log, const char *name, size_t name_length, const char *value, size_t value_length)
{
    text_add(&log->text, name, name_length);
    text_add(&log->text, ": ", 2);
    text_add(&log->text, value, value_length);
    text_add(&log->text, "\n", 1);
}

void log_body(struct log *log, const char *bytes, size_t length)
{
    size_t at;

    for (at = 0; at < length; at++)
        log->hash = (log->hash ^ (unsigned char)bytes[at]) * UINT64_C(1099511628211); /* FNV-1a */
    log->body += length;
}

void log_end(struct log *log)
{
    text_add_format(&log->text, "body of %" PRIu64 " octets, %016" PRIx64 "\n", log->body, log->hash);
}
