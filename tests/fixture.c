/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_file(struct text *text, const char *path)
{
    char block[4096];
    size_t length;
    FILE *file = fopen(path, "rb");

    if (!file)
        return 0;
    while ((length = fread(block, 1, sizeof block, file)) > 0)
        text_add(text, block, length);
    fclose(file);
    return text->length > 0;
}

static int complain(struct fixture *fixture, const char *what, const char *detail, size_t length)
{
    snprintf(fixture->error, sizeof fixture->error, "%s: %.*s", what, (int)length, detail);
    return 0;
}

static int set_limit(struct fixture *fixture, const char *name, const char *value)
{
    char *end;
    unsigned long long number = strtoull(value, &end, 10);

    if (*end)
        return complain(fixture, "not a number", value, strlen(value));
#define LIMIT(member, text, type, standard, least, most, error)                                                                \
    if (strcmp(name, text) == 0) {                                                                                             \
        fixture->options.limits.member = (type)number;                                                                         \
        return 1;                                                                                                              \
    }
#include <fluxo/limits.def>
#undef LIMIT
    return complain(fixture, "no such limit", name, strlen(name));
}

static int add_answers(struct fixture *fixture, char *methods)
{
    char *method = methods;

    while (method) {
        char *comma = strchr(method, ',');
        unsigned id;
        if (comma)
            *comma++ = '\0';
        id = fluxo_method_id(method, strlen(method));
        if (!id || fixture->answer_count == ANSWERS_MOST)
            return complain(fixture, "no such method", method, strlen(method));
        fixture->answers[fixture->answer_count++] = (enum fluxo_method)id;
        method = comma;
    }
    return 1;
}

static int add_relaxation(struct fixture *fixture, const char *text)
{
#define RELAX(bit, name, profile, section, passes, needs, attack)                                                              \
    if (strcmp(text, name) == 0) {                                                                                             \
        fixture->options.relax |= FLUXO_RELAX_##bit;                                                                           \
        return 1;                                                                                                              \
    }
#include <fluxo/relax.def>
#undef RELAX
    return complain(fixture, "no such relaxation", text, strlen(text));
}

static int set_profile(struct fixture *fixture, const char *name)
{
    if (strcmp(name, "default") == 0)
        fixture->options.relax = FLUXO_PROFILE_DEFAULT;
    else if (strcmp(name, "legacy") == 0)
        fixture->options.relax = FLUXO_PROFILE_LEGACY;
    else
        return complain(fixture, "no such profile", name, strlen(name));
    return 1;
}

static int apply_word(struct fixture *fixture, char *word)
{
    char *value = strchr(word, '=');

    if (strcmp(word, "request") == 0 || strcmp(word, "response") == 0) {
        fixture->kind = word[3] == 'u' ? FLUXO_REQUEST : FLUXO_RESPONSE;
        return 1;
    }
    if (strcmp(word, "chunks") == 0) {
        fixture->options.flags |= FLUXO_CHUNKS;
        return 1;
    }
    if (strcmp(word, "open") == 0) {
        fixture->open = 1;
        return 1;
    }
    if (value)
        *value++ = '\0';
    if (value && strncmp(word, "limit:", 6) == 0)
        return set_limit(fixture, word + 6, value);
    if (value && strcmp(word, "relax") == 0)
        return add_relaxation(fixture, value);
    if (value && strcmp(word, "profile") == 0)
        return set_profile(fixture, value);
    if (value && strcmp(word, "answers") == 0)
        return add_answers(fixture, value);
    return complain(fixture, "no such word", word, strlen(word));
}

static int apply_words(struct fixture *fixture, const char *line, size_t length)
{
    char words[512];
    char *word;

    if (length >= sizeof words)
        return complain(fixture, "line too long", line, 40);
    memcpy(words, line, length);
    words[length] = '\0';
    for (word = strtok(words, " "); word; word = strtok(NULL, " "))
        if (!apply_word(fixture, word))
            return 0;
    return 1;
}

enum section { SECTION_CLAIM, SECTION_INPUT, SECTION_EVENTS };

static int add_input(struct fixture *fixture, const char *line, size_t length)
{
    enum line_end end = text_add_bytes(&fixture->input, line, length);

    if (end == LINE_END_ERROR)
        return complain(fixture, "not in the notation", line, length);
    if (end == LINE_END_PLAIN)
        text_add(&fixture->input, "\r\n", 2);
    return 1;
}

static int read_line(struct fixture *fixture, enum section *section, const char *line, size_t length)
{
    static const char input[] = "--- ", events[] = "--- events";

    if (*section == SECTION_EVENTS) {
        text_add(&fixture->events, line, length);
        text_add(&fixture->events, "\n", 1);
        return 1;
    }
    text_add(&fixture->before, line, length);
    text_add(&fixture->before, "\n", 1);
    if (length == sizeof events - 1 && memcmp(line, events, length) == 0) {
        *section = SECTION_EVENTS;
        return 1;
    }
    if (*section == SECTION_INPUT)
        return add_input(fixture, line, length);
    if (length >= sizeof input - 1 && memcmp(line, input, sizeof input - 1) == 0) {
        *section = SECTION_INPUT;
        return apply_words(fixture, line + 4, length - 4);
    }
    if (!fixture->title[0])
        snprintf(fixture->title, sizeof fixture->title, "%.*s", (int)length, line);
    return 1;
}

int fixture_read(struct fixture *fixture, const char *path)
{
    struct text file = {NULL, 0, 0};
    enum section section = SECTION_CLAIM;
    const char *line, *end;
    int good = read_file(&file, path);

    memset(fixture, 0, sizeof *fixture);
    fluxo_options_init(&fixture->options);
    fixture->options.relax = FLUXO_PROFILE_STRICT;
    text_clear(&fixture->events);
    for (line = file.bytes; good && line < file.bytes + file.length; line = end + 1) {
        end = (const char *)memchr(line, '\n', (size_t)(file.bytes + file.length - line));
        if (!end)
            end = file.bytes + file.length;
        good = read_line(fixture, &section, line, (size_t)(end - line));
    }
    if (good && section != SECTION_EVENTS)
        good = complain(fixture, "no line", "--- events", 10);
    if (!good && !fixture->error[0])
        complain(fixture, "cannot read", path, strlen(path));
    text_free(&file);
    return good;
}

int fixture_write(const struct fixture *fixture, const char *path, const struct text *events)
{
    FILE *file = fopen(path, "wb");
    int good = file != NULL;

    good = good && fwrite(fixture->before.bytes, 1, fixture->before.length, file) == fixture->before.length;
    good = good && fwrite(events->bytes, 1, events->length, file) == events->length;
    if (file)
        good = fclose(file) == 0 && good;
    return good;
}

void fixture_free(struct fixture *fixture)
{
    text_free(&fixture->before);
    text_free(&fixture->input);
    text_free(&fixture->events);
}
