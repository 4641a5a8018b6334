/* SPDX-License-Identifier: MIT */
/*
 * One end of a connection, led by lines on standard input, for conversations.py: each line is a call, and is answered by what
 * was read meanwhile, what is to be sent, and the life as it is then. Octets are written in hexadecimal.
 *
 *     server, client                                 begin anew
 *     in OCTETS                                      they came
 *     eof                                            no more will come
 *     request METHOD TARGET CONTENT [OPTION...]      CONTENT: none, stream, or a length. OPTION: close, upgrade, expect
 *     response STATUS CONTENT [OPTION...]
 *     body OCTETS, trailer NAME VALUE, end, accept, continue, proceed, next, shut
 */
#include <fluxo/stream.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1 << 16, EVENTS = 64, WORDS = 8 };

static struct fluxo_conn conn;
static struct fluxo_writer writer;
static char input[LINE], octets[LINE];
static size_t waiting; /* octets of input that are not consumed */

/* ---- Words ---- */

static void print_octets(const char *word, const char *start, size_t length)
{
    size_t nth;

    printf("%s ", word);
    for (nth = 0; nth < length; nth++)
        printf("%02x", (unsigned)(unsigned char)start[nth]);
    printf("\n");
}

static size_t read_octets(const char *text, char *into)
{
    size_t length = 0;
    unsigned octet;

    while (sscanf(text + 2 * length, "%2x", &octet) == 1)
        into[length++] = (char)octet;
    return length;
}

/* ---- What is read ---- */

static void print_spans(const char *word, struct fluxo_span name, struct fluxo_span value)
{
    printf("%s %.*s %.*s\n", word, (int)name.length, name.start, (int)value.length, value.start);
}

static void print_event(const struct fluxo_event *event)
{
    struct fluxo_span name = fluxo_event_name(event, input), value = fluxo_event_value(event, input);

    if (event->kind == FLUXO_EVENT_REQUEST_LINE)
        print_spans("request", name, value);
    if (event->kind == FLUXO_EVENT_STATUS_LINE)
        printf("response %.*s\n", (int)name.length, name.start);
    if (event->kind == FLUXO_EVENT_BODY)
        print_octets("body", value.start, value.length);
    if (event->kind == FLUXO_EVENT_TRAILER)
        print_spans("trailer", name, value);
    if (event->kind == FLUXO_EVENT_MESSAGE)
        printf("message\n");
}

static void print_fed(struct fluxo_feed fed, const struct fluxo_event *events)
{
    uint32_t nth;

    for (nth = 0; nth < fed.count; nth++)
        print_event(&events[nth]);
    if (fed.status == FLUXO_ERROR)
        printf("fault %u at %lu\n", (unsigned)fed.error, (unsigned long)fluxo_conn_offset(&conn));
    waiting -= fed.consumed;
    memmove(input, input + fed.consumed, waiting);
}

static void read_input(void)
{
    struct fluxo_event events[EVENTS];
    struct fluxo_feed fed;

    while (waiting) {
        fed = fluxo_conn_receive(&conn, input, waiting, events, EVENTS);
        print_fed(fed, events);
        if (fed.status == FLUXO_SWITCHED)
            print_octets("left", input, waiting);
        if (!fed.consumed || fed.status == FLUXO_SWITCHED)
            return;
    }
}

static void read_end(void)
{
    struct fluxo_event events[EVENTS];

    print_fed(fluxo_conn_end(&conn, events, EVENTS), events);
}

/* ---- What is written ---- */

static void print_output(void)
{
    struct fluxo_span spans[FLUXO_WRITER_PIECES];
    uint32_t count = fluxo_writer_output(&writer, spans, FLUXO_WRITER_PIECES), nth;

    for (nth = 0; nth < count; nth++) {
        print_octets("out", spans[nth].start, spans[nth].length);
        fluxo_writer_consumed(&writer, spans[nth].length);
    }
}

static int put_option(const char *option)
{
    if (!strcmp(option, "close"))
        return fluxo_write_close(&writer);
    if (!strcmp(option, "upgrade"))
        return fluxo_write_upgrade(&writer, fluxo_text("chat"));
    if (!strcmp(option, "expect"))
        return fluxo_write_field(&writer, fluxo_text("Expect"), fluxo_text("100-continue"));
    return -1;
}

static int end_head(char **words, unsigned count)
{
    unsigned nth;
    int answer = 0;

    for (nth = 1; nth < count && !answer; nth++)
        answer = put_option(words[nth]);
    if (answer)
        return answer;
    if (!strcmp(words[0], "none"))
        return fluxo_write_head(&writer, FLUXO_CONTENT_NONE, 0);
    if (!strcmp(words[0], "stream"))
        return fluxo_write_head(&writer, FLUXO_CONTENT_STREAM, 0);
    return fluxo_write_head(&writer, FLUXO_CONTENT_LENGTH, strtoul(words[0], NULL, 10));
}

static int put_request(char **words, unsigned count)
{
    struct fluxo_span host = fluxo_text(strcmp(words[0], "CONNECT") ? "example.com" : words[1]);
    int answer = fluxo_write_request(&writer, fluxo_text(words[0]), fluxo_text(words[1]), host);

    return answer ? answer : end_head(words + 2, count - 2);
}

static int put_response(char **words, unsigned count)
{
    int answer = fluxo_write_response(&writer, (unsigned)strtoul(words[0], NULL, 10), fluxo_text(NULL));

    return answer ? answer : end_head(words + 1, count - 1);
}

static int put_body(const char *text)
{
    struct fluxo_span span;

    span.start = octets;
    span.length = read_octets(text, octets);
    return fluxo_write_body(&writer, &span, 1);
}

static void begin(enum fluxo_role role)
{
    fluxo_conn_init(&conn, role, NULL);
    fluxo_writer_close(&writer);
    fluxo_writer_init(&writer, &conn, NULL);
    waiting = 0;
}

/* ---- One line ---- */

static int call(char **words, unsigned count)
{
    const char *word = words[0];

    if (!strcmp(word, "server") || !strcmp(word, "client"))
        begin(word[0] == 's' ? FLUXO_SERVER : FLUXO_CLIENT);
    else if (!strcmp(word, "in"))
        waiting += read_octets(words[1], input + waiting);
    else if (!strcmp(word, "eof"))
        read_end();
    else if (!strcmp(word, "request"))
        return put_request(words + 1, count - 1);
    else if (!strcmp(word, "response"))
        return put_response(words + 1, count - 1);
    else if (!strcmp(word, "body"))
        return put_body(words[1]);
    else if (!strcmp(word, "trailer"))
        return fluxo_write_trailer(&writer, fluxo_text(words[1]), fluxo_text(words[2]));
    else if (!strcmp(word, "end"))
        return fluxo_write_end(&writer);
    else if (!strcmp(word, "accept"))
        return fluxo_conn_accept(&conn);
    else if (!strcmp(word, "continue"))
        return fluxo_write_continue(&writer);
    else if (!strcmp(word, "proceed"))
        return fluxo_conn_proceed(&conn);
    else if (!strcmp(word, "next"))
        return fluxo_conn_next(&conn);
    else if (!strcmp(word, "shut"))
        return fluxo_conn_shut(&conn);
    else
        return -1;
    return 0;
}

static unsigned cut_words(char *line, char **words)
{
    unsigned count = 0;
    char *word;

    for (word = strtok(line, " \n"); word && count < WORDS; word = strtok(NULL, " \n"))
        words[count++] = word;
    return count;
}

int main(void)
{
    static char line[2 * LINE];
    char *words[WORDS];

    begin(FLUXO_SERVER);
    while (fgets(line, sizeof line, stdin)) {
        unsigned count = cut_words(line, words);
        int answer = count ? call(words, count) : -1;
        read_input();
        print_output();
        printf("= %d %s %s %s\n", answer, fluxo_want_name(fluxo_conn_want(&conn)), fluxo_side_name(conn.life.request),
               fluxo_side_name(conn.life.response));
        fflush(stdout);
    }
    fluxo_writer_close(&writer);
    return 0;
}
