/* SPDX-License-Identifier: MIT */
#include "transcript.h"

#include <stdarg.h>
#include <stdio.h>

#include "outcome.h"

static void show(struct fluxo_span span)
{
    show_octets(stderr, span.start, span.length);
}

void transcript_request(const struct fluxo_writer *writer)
{
    struct fluxo_span head;
    const char *end;

    if (!fluxo_writer_output(writer, &head, 1))
        return;
    while (head.length && (end = memchr(head.start, '\r', head.length))) {
        struct fluxo_span line = {head.start, (size_t)(end - head.start)};
        fputs(line.length ? "> " : ">", stderr);
        show(line);
        fputc('\n', stderr);
        head.start += line.length + 2;
        head.length -= line.length + 2;
    }
}

void transcript_head(const struct fluxo_head *head, unsigned minor)
{
    uint32_t field;

    if (fluxo_head_status(head)) {
        fprintf(stderr, "< HTTP/1.%u %03u ", minor, fluxo_head_status(head));
        show(fluxo_head_reason(head));
        fputc('\n', stderr);
    }
    for (field = 0; field < fluxo_head_fields(head); field++) {
        fputs("< ", stderr);
        show(fluxo_head_name(head, field));
        fputs(": ", stderr);
        show(fluxo_head_value(head, field));
        fputc('\n', stderr);
    }
    fputs("<\n", stderr);
}

void transcript_life(const struct fluxo_conn *conn, struct fluxo_life *before)
{
    struct fluxo_life life = fluxo_conn_life(conn);

    if (life.request != before->request || life.response != before->response ||
        fluxo_life_want(&life) != fluxo_life_want(before))
        fprintf(stderr, "* %s/%s -> %s/%s, want %s\n", fluxo_side_name(before->request), fluxo_side_name(before->response),
                fluxo_side_name(life.request), fluxo_side_name(life.response), fluxo_want_name(fluxo_conn_want(conn)));
    *before = life;
}

void transcript_note(const char *format, ...)
{
    va_list values;

    fputs("* ", stderr);
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
}
