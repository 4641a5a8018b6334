/* SPDX-License-Identifier: MIT */
/* recode decode|encode CODING [OCTETS]: standard input through a pipe to standard output, read so many octets at a time. */

#include <fluxo/body.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t write_octets(void *file, struct fluxo_span span)
{
    return fwrite(span.start, 1, span.length, (FILE *)file);
}

static int push_all(struct fluxo_pipe *pipe, size_t each)
{
    static char octets[1 << 16];
    struct fluxo_sink sink = {write_octets, stdout};
    struct fluxo_span span = {octets, 0};
    int answer;

    do {
        span.start = octets;
        span.length = fread(octets, 1, each, stdin);
        answer = fluxo_pipe_push(pipe, &span, span.length ? FLUXO_PIPE_MORE : FLUXO_PIPE_LAST, &sink);
    } while (answer == FLUXO_DONE);
    return answer;
}

static int recode(enum fluxo_direction direction, const char *coding, size_t each)
{
    struct fluxo_pipe pipe;
    struct fluxo_span name;
    int answer;

    name.start = coding;
    name.length = strlen(coding);
    fluxo_pipe_open(&pipe, NULL);
    answer = fluxo_pipe_add(&pipe, name, direction);
    if (answer == FLUXO_DONE)
        answer = push_all(&pipe, each);
    if (answer == FLUXO_FAULT)
        fprintf(stderr, "%s\n", fluxo_fault(pipe.fault)->name);
    fluxo_pipe_close(&pipe);
    return answer == FLUXO_END ? 0 : 1;
}

int main(int count, char **words)
{
    unsigned long each = count == 4 ? strtoul(words[3], NULL, 10) : 4096;

    if (count < 3 || count > 4 || !each || each > 1 << 16) {
        fputs("usage: recode decode|encode CODING [OCTETS]\n", stderr);
        return 2;
    }
    return recode(strcmp(words[1], "decode") ? FLUXO_ENCODE : FLUXO_DECODE, words[2], each);
}
