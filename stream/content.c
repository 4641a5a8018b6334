/* SPDX-License-Identifier: MIT */
/* From a head to the pipe that decodes its content; apart from head.c, so that who decodes nothing needs no coding. */

#include <fluxo/stream.h>

enum { CODINGS_MOST = 16, LINES_MOST = 16 };

/* The members of Content-Encoding, in order; more than `most` are counted as most + 1. FLUXO_FAULT: it is no list, see `at`. */
static int read_codings(const struct fluxo_head *head, struct fluxo_span *names, size_t most, size_t *count, size_t *at)
{
    struct fluxo_span lines[LINES_MOST];
    uint32_t found = fluxo_head_all(head, FLUXO_FIELD_CONTENT_ENCODING, lines, LINES_MOST);
    struct fluxo_cursor cursor;
    struct fluxo_item item;
    int answer;

    *count = 0;
    fluxo_cursor_init(&cursor, FLUXO_READ_TOKENS, lines, found < LINES_MOST ? found : (size_t)LINES_MOST);
    while ((answer = fluxo_cursor_next(&cursor, &item)) == FLUXO_DONE && *count <= most) {
        if (*count < most)
            names[*count] = item.name;
        ++*count;
    }
    if (found > LINES_MOST)
        *count = most + 1;
    if (at)
        *at = cursor.at;
    return answer == FLUXO_FAULT ? FLUXO_FAULT : FLUXO_DONE;
}

int fluxo_head_decode(const struct fluxo_head *head, struct fluxo_pipe *pipe, size_t *at)
{
    struct fluxo_span names[CODINGS_MOST];
    size_t count;

    if (read_codings(head, names, CODINGS_MOST, &count, at) == FLUXO_FAULT)
        return fluxo_pipe_refuse(pipe, FLUXO_FAULT_LIST);
    if (count > CODINGS_MOST)
        return fluxo_pipe_refuse(pipe, FLUXO_FAULT_CODINGS_LIMIT);
    return fluxo_pipe_decode(pipe, names, count);
}
