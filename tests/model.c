/* SPDX-License-Identifier: MIT */
/*
 * The reference model reads every fixture, and writes down what the fixture says. TAP on standard output.
 *
 *     model DIR|FILE...
 */
#define _XOPEN_SOURCE 700
#include "fixture.h"

#include "model.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>

/* ---- Records, one line each, as transcript.h has them ---- */

struct writing {
    struct text *out;
    const char *input;
    const struct fluxo_facts *facts; /* of the present message */
    int body_open;
};

static void add_span(struct writing *writing, uint32_t at, uint32_t length)
{
    text_add_visible(writing->out, writing->input + at, length);
}

static void add_line(struct writing *writing, const struct record *record, uint32_t at, const char *what, const char *between)
{
    text_add_format(writing->out, "%u %s", at, what);
    add_span(writing, record->name_at, record->name_length);
    text_add_format(writing->out, "%s", between);
    add_span(writing, record->value_at, record->value_length);
}

static void add_head(struct writing *writing, const struct record *record)
{
    static const char *const framings[] = {"none", "length", "chunked", "close"};
    const struct fluxo_facts *facts = writing->facts;

    text_add_format(writing->out, "%u head %s", record->name_at, framings[record->id]);
    if (record->id == FLUXO_FRAMING_LENGTH)
        text_add_format(writing->out, " %llu", (unsigned long long)facts->length);
    text_add_format(writing->out, "%s%s%s", facts->keep_alive ? " keep-alive" : "", facts->upgrade ? " upgrade" : "",
                    facts->expect_continue ? " expect-continue" : "");
}

static void add_field(struct writing *writing, const struct record *record)
{
    if (record->flags & FLUXO_EVENT_FOLD)
        add_line(writing, record, record->value_at, "fold ", "");
    else
        add_line(writing, record, record->name_at, record->kind == FLUXO_EVENT_FIELD ? "field " : "trailer ", ": ");
}

static void add_body(struct writing *writing, const struct record *record)
{
    if (!writing->body_open)
        text_add_format(writing->out, "%u body ", record->value_at);
    add_span(writing, record->value_at, record->value_length);
}

static void add_record(struct writing *writing, const struct record *record)
{
    switch (record->kind) {
    case FLUXO_EVENT_REQUEST_LINE:
        add_line(writing, record, record->name_at, "request-line ", " ");
        text_add_format(writing->out, " 1.%u", writing->facts->minor);
        break;
    case FLUXO_EVENT_STATUS_LINE:
        text_add_format(writing->out, "%u status-line 1.%u %u ", record->name_at, writing->facts->minor, record->id);
        add_span(writing, record->value_at, record->value_length);
        break;
    case FLUXO_EVENT_HEAD:
        add_head(writing, record);
        break;
    case FLUXO_EVENT_CHUNK:
        add_line(writing, record, record->name_at, "chunk ", "");
        break;
    case FLUXO_EVENT_BODY:
        add_body(writing, record);
        break;
    case FLUXO_EVENT_MESSAGE:
        text_add_format(writing->out, "%u message", record->name_at);
        break;
    default:
        add_field(writing, record);
    }
}

static void add_records(struct writing *writing, const struct reading *reading)
{
    size_t at, count;
    const struct fluxo_facts *facts = model_facts(&count);

    for (at = 0; at < reading->count; at++) {
        const struct record *record = &reading->records[at];
        if (record->kind <= FLUXO_EVENT_STATUS_LINE)
            writing->facts = facts++;
        add_record(writing, record);
        writing->body_open = record->kind == FLUXO_EVENT_BODY && at + 1 < reading->count && record[1].kind == FLUXO_EVENT_BODY;
        if (!writing->body_open)
            text_add(writing->out, "\n", 1);
    }
}

static void add_ending(struct text *out, const struct fixture *fixture, const struct reading *reading)
{
    unsigned long long offset = reading->offset;

    if (reading->ending == ENDING_ERROR)
        text_add_format(out, "%llu error %s\n", offset, fluxo_error(reading->error)->name);
    if (reading->ending == ENDING_SWITCHED)
        text_add_format(out, "%llu switched\n", offset);
    if (reading->ending == ENDING_CLOSED && offset < fixture->input.length)
        text_add_format(out, "%llu closed\n", offset);
    if (fixture->open)
        return;
    if (reading->finish == FINISH_COMPLETE)
        text_add_format(out, "%llu message\n", offset);
    if (reading->finish == FINISH_INCOMPLETE)
        text_add_format(out, "incomplete\n");
}

/* ---- Fixtures ---- */

static void read_by_model(struct reading *reading, const struct fixture *fixture)
{
    enum fluxo_method answers[ANSWERS_MOST + 1] = {FLUXO_METHOD_OTHER};

    memcpy(answers, fixture->answers, fixture->answer_count * sizeof *answers);
    model_read_answers(reading, fixture->kind, &fixture->options, answers, fixture->answer_count + 1, fixture->input.bytes,
                       fixture->input.length);
}

static int agrees(const struct fixture *fixture)
{
    static struct text out;
    struct writing writing = {&out, fixture->input.bytes, NULL, 0};
    struct reading reading;

    text_clear(&out);
    read_by_model(&reading, fixture);
    add_records(&writing, &reading);
    add_ending(&out, fixture, &reading);
    if (text_equal(&out, &fixture->events))
        return 1;
    printf("# the model reads:\n%s", out.bytes);
    return 0;
}

static unsigned count;

static int read_fixture(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    struct fixture fixture;
    size_t length = strlen(path);
    int good;

    (void)status;
    (void)walk;
    if (type != FTW_F || length < 4 || strcmp(path + length - 4, ".txt") != 0)
        return 0;
    good = fixture_read(&fixture, path);
    if (!good)
        printf("# %s\n", fixture.error);
    good = good && agrees(&fixture);
    printf("%s %u - %s\n", good ? "ok" : "not ok", ++count, path);
    fixture_free(&fixture);
    return 0;
}

int main(int argc, char **argv)
{
    int arg;

    for (arg = 1; arg < argc; arg++)
        if (nftw(argv[arg], read_fixture, 16, 0) != 0)
            printf("not ok %u - %s can be read\n", ++count, argv[arg]);
    printf("1..%u\n", count);
    return count == 0;
}
