/* SPDX-License-Identifier: MIT */
/*
 * Laws that hold whatever is written, and however it is cut.
 *
 *     writer      hostile octets in every argument, calls in any order: what comes out is nothing, or exactly the messages that
 *                 were accepted, as a strict parser in whole mode reads them
 *     body        for any content, any cut of writes, sends and reads, what arrives is what was sent, in each framing; memory
 * does not grow with it memory      each allocation that fails makes its call a misuse that changes nothing recordings
 * tests/real, played to a server or a client, give the same events however they are cut
 *
 * TAP on standard output. FLUXO_SEED in the environment is another seed.
 */
#define _XOPEN_SOURCE 700
#include <fluxo/stream.h>

#include "fixture.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 64, LINES = 130, SPANS = FLUXO_WRITER_PIECES };

static unsigned claims;

static void claim(int holds, const char *words)
{
    printf("%sok %u - %s\n", holds ? "" : "not ", ++claims, words);
}

/* ---- Chance ---- */

static uint64_t chance;

static uint64_t draw(uint64_t below) /* splitmix64 */
{
    uint64_t mixed = (chance += UINT64_C(0x9E3779B97F4A7C15));

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (mixed ^ (mixed >> 31)) % below;
}

/* ---- Memory that is counted, and that can fail ---- */

struct memory {
    size_t now, most;
    long allowed; /* calls that succeed; below 0: all */
};

static void *resize_counted(void *context, void *block, size_t old, size_t size)
{
    struct memory *memory = context;
    void *other;

    if (size && memory->allowed == 0)
        return NULL;
    if (size && memory->allowed > 0)
        memory->allowed--;
    other = size ? realloc(block, size) : (free(block), (void *)NULL);
    memory->now = memory->now - old + size;
    memory->most = memory->now > memory->most ? memory->now : memory->most;
    return other;
}

/* ---- What comes out of a writer ---- */

static void send_all(struct fluxo_writer *writer, struct text *to)
{
    struct fluxo_span spans[SPANS];
    uint32_t count = fluxo_writer_output(writer, spans, SPANS), nth;

    for (nth = 0; nth < count; nth++)
        text_add(to, spans[nth].start, spans[nth].length);
    fluxo_writer_consumed(writer, (size_t)fluxo_writer_pending(writer));
}

/* ---- The law of the writer ---- */

struct note { /* what was accepted */
    struct text start, fields, trailers, body;
    int complete;
};

static void clear_note(struct note *note)
{
    text_clear(&note->start);
    text_clear(&note->fields);
    text_clear(&note->trailers);
    text_clear(&note->body);
    note->complete = 0;
}

static void note_pair(struct text *text, struct fluxo_span name, struct fluxo_span value)
{
    size_t lengths[2];

    lengths[0] = name.length;
    lengths[1] = value.length;
    text_add(text, (const char *)lengths, sizeof lengths);
    text_add(text, name.start, name.length);
    text_add(text, value.start, value.length);
}

static struct fluxo_span pick(const char *const *words, size_t count)
{
    return fluxo_text(words[draw(count)]);
}

/* Half the time one of the good words, else octets of which some do harm, in memory that ends where they end. */
static struct fluxo_span draw_span(char *room, size_t most, const char *const *good, size_t count)
{
    static const char harm[] = "\r\n\r\n\r\n: :,;=\"\\\t/?#%@[]\0\x7F\x80\xFF()<>{}aAzZ019";
    struct fluxo_span span;
    size_t at;

    if (draw(2))
        return pick(good, count);
    span.length = draw(most);
    for (at = 0; at < span.length; at++)
        room[at] = draw(3) ? (char)('a' + draw(26)) : harm[draw(sizeof harm - 1)];
    if (span.length && draw(3) == 0) { /* a good one with something hung on it */
        struct fluxo_span start = pick(good, count);
        if (start.length < span.length)
            memcpy(room, start.start, start.length);
    }
    span.start = room;
    return span;
}

#define COUNT(words) (sizeof(words) / sizeof(words)[0])

static const char *const methods[] = {"GET", "HEAD", "POST", "CONNECT", "OPTIONS", "PURGE"};
static const char *const targets[] = {"/", "/a?b", "*", "http://h/x", "h:1", "https://h"};
static const char *const hosts[] = {"h", "h:1", "", "[::1]:8080", "h:0"};
static const char *const names[] = {
    "A",       "Cookie", "Set-Cookie", "Content-Length", "Transfer-Encoding", "Connection",   "Host",
    "Upgrade", "TE",     "Expect",     "Date",           "Trailer",           "Content-Type", "X"};
static const char *const values[] = {"", "b", "chunked", "5", "close", "100-continue", "a, b;c=\"d e\"", " b", "b ", "h"};
static const char *const reasons[] = {"", "OK", "Not Found", "a\tb"};
static const char *const extensions[] = {"", ";a", ";a=b", "; a = \"b c\"", ";", "a"};

static void write_field(struct fluxo_writer *writer, struct note *note)
{
    char rooms[2][24];
    struct fluxo_span name = draw_span(rooms[0], 12, names, COUNT(names));
    struct fluxo_span value = draw_span(rooms[1], 24, values, COUNT(values));

    if (fluxo_write_field(writer, name, value) == FLUXO_DONE)
        note_pair(&note->fields, name, value);
}

static void write_trailer(struct fluxo_writer *writer, struct note *note)
{
    char rooms[2][24];
    struct fluxo_span name = draw_span(rooms[0], 12, names, COUNT(names));
    struct fluxo_span value = draw_span(rooms[1], 24, values, COUNT(values));

    if (fluxo_write_trailer(writer, name, value) == FLUXO_DONE)
        note_pair(&note->trailers, name, value);
}

static void write_own_field(struct fluxo_writer *writer, struct note *note)
{
    static const char *const protocols[] = {"websocket", "a/1, b", "h2c"};
    static const char *const codings[] = {"trailers", "gzip;q=0.5, trailers", "chunked", "gzip, chunked;q=1"};
    char room[16];
    struct fluxo_span value;

    if (draw(2)) {
        value = draw_span(room, 16, protocols, COUNT(protocols));
        if (fluxo_write_upgrade(writer, value) == FLUXO_DONE)
            note_pair(&note->fields, fluxo_text("Upgrade"), value);
    } else {
        value = draw_span(room, 16, codings, COUNT(codings));
        if (fluxo_write_te(writer, value) == FLUXO_DONE)
            note_pair(&note->fields, fluxo_text("TE"), value);
    }
}

static void write_body(struct fluxo_writer *writer, struct note *note, struct text *out)
{
    static const char octets[] = "0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    char room[24];
    struct fluxo_span spans[3];
    uint32_t count = (uint32_t)draw(3), nth;
    int drops = !fluxo_writer_has_body(writer);

    for (nth = 0; nth < count; nth++) {
        spans[nth].start = octets + draw(sizeof octets / 2);
        spans[nth].length = draw(sizeof octets / 2);
    }
    if (fluxo_write_chunk(writer, spans, count, draw_span(room, 24, extensions, COUNT(extensions))) == FLUXO_DONE && !drops)
        for (nth = 0; nth < count; nth++)
            text_add(&note->body, spans[nth].start, spans[nth].length);
    send_all(writer, out);
}

static void write_start(struct fluxo_writer *writer, struct note *note, enum fluxo_role role)
{
    char rooms[3][24];
    struct fluxo_span first, second, third;

    if (role == FLUXO_CLIENT) {
        first = draw_span(rooms[0], 12, methods, COUNT(methods));
        second = draw_span(rooms[1], 24, targets, COUNT(targets));
        third = draw_span(rooms[2], 12, hosts, COUNT(hosts));
        if (fluxo_write_request(writer, first, second, third) != FLUXO_DONE)
            return;
        note_pair(&note->start, first, second);
        note_pair(&note->fields, fluxo_text("Host"), third);
    } else {
        unsigned status = (unsigned)draw(700);
        char digits[8];
        second = draw_span(rooms[1], 12, reasons, COUNT(reasons));
        if (draw(2))
            status = 200 + (unsigned)draw(6);
        if (fluxo_write_response(writer, status, second) != FLUXO_DONE)
            return;
        snprintf(digits, sizeof digits, "%u", status);
        if (!second.length)
            second = fluxo_text(fluxo_status_reason(status));
        text_clear(&note->start);
        text_clear(&note->fields); /* of an interim response, if one went before */
        note_pair(&note->start, fluxo_text(digits), second);
    }
}

/* One call, whatever its time is. */
static void call_once(struct fluxo_writer *writer, struct note *note, enum fluxo_role role, struct text *out)
{
    enum fluxo_side before = (enum fluxo_side)(role == FLUXO_CLIENT ? writer->conn->life.request : writer->conn->life.response);
    unsigned status = fluxo_conn_status(writer->conn);
    uint8_t after;

    switch (draw(9)) {
    case 0:
    case 1:
        write_start(writer, note, role);
        break;
    case 2:
    case 3:
        write_field(writer, note);
        break;
    case 4:
        if (draw(8) == 0)
            fluxo_write_close(writer);
        else
            write_own_field(writer, note);
        break;
    case 5:
        fluxo_write_head(writer, (enum fluxo_content)draw(4), draw(3) ? draw(40) : UINT64_MAX - draw(2));
        break;
    case 6:
        write_body(writer, note, out);
        break;
    case 7:
        write_trailer(writer, note);
        break;
    default:
        fluxo_write_end(writer);
        break;
    }
    send_all(writer, out);
    after = role == FLUXO_CLIENT ? writer->conn->life.request : writer->conn->life.response;
    if (before != after && (after == FLUXO_SIDE_DONE || after == FLUXO_SIDE_CLOSED || after == FLUXO_SIDE_TUNNEL))
        note->complete = 1;
    (void)status;
}

/* What a server has been asked, of which its answers depend. */
static void begin_exchange(struct fluxo_conn *conn, enum fluxo_role role)
{
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "bad",
    };
    struct fluxo_event events[EVENTS];
    struct fluxo_span request = pick(requests, COUNT(requests));

    fluxo_conn_init(conn, role, NULL);
    if (role == FLUXO_SERVER)
        fluxo_conn_receive(conn, request.start, request.length, events, EVENTS);
}

static int is_added(struct fluxo_span name)
{
    unsigned id = fluxo_field_id(name.start, name.length);

    return id == FLUXO_FIELD_CONTENT_LENGTH || id == FLUXO_FIELD_TRANSFER_ENCODING || id == FLUXO_FIELD_CONNECTION;
}

/* Reads all that came out, in whole mode; interim responses are passed over. Returns whether the strict parser was content. */
static int read_back(const struct text *out, enum fluxo_role role, enum fluxo_method method, struct note *note)
{
    static struct fluxo_options options;
    struct fluxo_parser parser;
    struct fluxo_event events[EVENTS];
    struct fluxo_feed fed;
    size_t at = 0;
    uint32_t nth, messages = 0;

    fluxo_options_init(&options);
    options.relax = FLUXO_PROFILE_STRICT;
    fluxo_parser_init(&parser, role == FLUXO_CLIENT ? FLUXO_REQUEST : FLUXO_RESPONSE, &options);
    fluxo_parser_answers(&parser, method);
    clear_note(note);
    do {
        fed = fluxo_parser_feed(&parser, out->bytes + at, out->length - at, events, EVENTS);
        for (nth = 0; nth < fed.count; nth++) {
            struct fluxo_span name = fluxo_event_name(&events[nth], out->bytes + at);
            struct fluxo_span value = fluxo_event_value(&events[nth], out->bytes + at);
            if (events[nth].kind <= FLUXO_EVENT_STATUS_LINE) {
                clear_note(note);
                note_pair(&note->start, name, value);
            }
            if (events[nth].kind == FLUXO_EVENT_FIELD && !is_added(name))
                note_pair(&note->fields, name, value);
            if (events[nth].kind == FLUXO_EVENT_BODY)
                text_add(&note->body, value.start, value.length);
            if (events[nth].kind == FLUXO_EVENT_TRAILER)
                note_pair(&note->trailers, name, value);
        }
        at += fed.consumed;
        if (fed.status == FLUXO_MESSAGE &&
            !(role == FLUXO_SERVER && fluxo_parser_facts(&parser).status < 200 && fluxo_parser_facts(&parser).status != 101))
            messages++;
    } while (fed.status == FLUXO_MESSAGE || fed.status == FLUXO_HEAD || fed.status == FLUXO_EVENTS_FULL);
    if (fed.status == FLUXO_NEED_MORE)
        messages += fluxo_parser_finish(&parser, events, EVENTS).status == FLUXO_MESSAGE;
    note->complete = messages == 1;
    return fed.status != FLUXO_ERROR && messages <= 1 &&
           at == out->length - (fed.status == FLUXO_NEED_MORE ? out->length - at : 0);
}

static int are_the_same(const struct note *one, const struct note *other)
{
    return text_equal(&one->start, &other->start) && text_equal(&one->fields, &other->fields) &&
           text_equal(&one->trailers, &other->trailers) && text_equal(&one->body, &other->body) &&
           one->complete == other->complete;
}

/* What went out so far is a beginning of what a complete message would be; an interim response may have gone before. */
static int law_of_the_writer(enum fluxo_role role, unsigned *complete)
{
    static struct note meant, read;
    static struct text out;
    struct fluxo_conn conn;
    struct fluxo_writer writer;
    unsigned calls = 2 + (unsigned)draw(24);
    int holds;

    begin_exchange(&conn, role);
    fluxo_writer_init(&writer, &conn, NULL);
    clear_note(&meant);
    text_clear(&out);
    while (calls-- && !meant.complete)
        call_once(&writer, &meant, role, &out);
    holds = read_back(&out, role, fluxo_conn_method(&conn), &read);
    if (read.complete && !(conn.life.flags & FLUXO_LIFE_UNTIL_CLOSE))
        meant.complete = 1; /* all octets are there, though fluxo_write_end has not been called */
    holds = holds && (!meant.complete || are_the_same(&meant, &read));
    if (!holds) {
        struct text shown = {NULL, 0, 0};
        text_add_visible(&shown, out.bytes, out.length);
        text_add(&shown, "", 1);
        printf("# %s %s: %s\n", role == FLUXO_CLIENT ? "client" : "server", meant.complete ? "complete" : "open", shown.bytes);
        text_free(&shown);
    }
    *complete += (unsigned)meant.complete;
    fluxo_writer_close(&writer);
    return holds;
}

static void test_writer(void)
{
    unsigned times, complete = 0;
    int holds = 1;

    for (times = 0; times < 200000 && holds; times++)
        holds = law_of_the_writer(times & 1 ? FLUXO_SERVER : FLUXO_CLIENT, &complete);
    printf("# %u sequences of calls, %u complete messages\n", times, complete);
    claim(holds, "what a writer puts out is nothing, or exactly the message that it accepted");
    claim(complete > 10000, "many of the sequences made a message");
}

/* ---- The law of the body ---- */

enum framing { EXACT, CHUNKED, UNTIL_CLOSE };

struct pipe { /* a writer on one side, a reader on the other */
    struct fluxo_conn from, to;
    struct fluxo_writer writer;
    struct text wire; /* sent, and not yet read */
    size_t received, trailers, seen;
    uint64_t sum, sum_sent; /* of all octets with their places */
    int done, broken;
};

static uint64_t add_up(uint64_t sum, size_t place, const char *octets, size_t length)
{
    size_t at;

    for (at = 0; at < length; at++)
        sum = sum * 1099511628211u + (unsigned char)octets[at] + ((place + at) & 0xFF);
    return sum;
}

static void read_wire(struct pipe *pipe, size_t most)
{
    struct fluxo_event events[EVENTS];
    size_t length = most < pipe->wire.length ? (most > pipe->seen ? most : pipe->seen) : pipe->wire.length;
    struct fluxo_feed fed = fluxo_conn_receive(&pipe->to, pipe->wire.bytes, length, events, EVENTS);
    uint32_t nth;

    for (nth = 0; nth < fed.count; nth++) {
        struct fluxo_span value = fluxo_event_value(&events[nth], pipe->wire.bytes);
        pipe->trailers += events[nth].kind == FLUXO_EVENT_TRAILER && !(events[nth].flags & FLUXO_EVENT_MORE);
        if (events[nth].kind != FLUXO_EVENT_BODY)
            continue;
        pipe->sum = add_up(pipe->sum, pipe->received, value.start, value.length);
        pipe->received += value.length;
    }
    pipe->seen = length - fed.consumed;
    pipe->done |= fed.status == FLUXO_MESSAGE;
    pipe->broken |= fed.status == FLUXO_ERROR;
    memmove(pipe->wire.bytes, pipe->wire.bytes + fed.consumed, pipe->wire.length - fed.consumed);
    pipe->wire.length -= fed.consumed;
}

/* The socket takes some octets, the reader reads some, in pieces that end anywhere. */
static void carry(struct pipe *pipe)
{
    struct fluxo_span spans[SPANS];
    uint32_t count = fluxo_writer_output(&pipe->writer, spans, 1 + (uint32_t)draw(SPANS)), nth;
    size_t taken = 0;

    for (nth = 0; nth < count; nth++) {
        size_t some = draw(4) ? spans[nth].length : draw(spans[nth].length + 1);
        text_add(&pipe->wire, spans[nth].start, some);
        taken += some;
        if (some < spans[nth].length)
            break;
    }
    fluxo_writer_consumed(&pipe->writer, taken);
    while (pipe->wire.length && !pipe->broken && !pipe->done) {
        size_t before = pipe->wire.length, most = 1 + draw(draw(3) ? 64 : before);
        read_wire(pipe, most);
        if (pipe->wire.length == before && pipe->seen >= before)
            break;
    }
}

static void begin_pipe(struct pipe *pipe, enum fluxo_role role, enum framing framing, size_t length,
                       struct fluxo_allocator *allocator)
{
    static struct fluxo_conn_options pieces;
    static const char old[] = "GET / HTTP/1.0\r\n\r\n", young[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    struct fluxo_event events[EVENTS];
    const char *request = framing == UNTIL_CLOSE ? old : young;

    fluxo_conn_options_init(&pieces);
    pieces.parser.flags = FLUXO_PIECES;
    fluxo_conn_init(&pipe->from, role, NULL);
    fluxo_conn_init(&pipe->to, role == FLUXO_SERVER ? FLUXO_CLIENT : FLUXO_SERVER, draw(2) ? &pieces : NULL);
    fluxo_writer_init(&pipe->writer, &pipe->from, allocator);
    text_clear(&pipe->wire);
    pipe->received = pipe->trailers = pipe->seen = 0;
    pipe->sum = pipe->sum_sent = 0;
    pipe->done = pipe->broken = 0;
    if (role == FLUXO_SERVER) {
        struct fluxo_writer asker;
        fluxo_conn_receive(&pipe->from, request, strlen(request), events, EVENTS);
        fluxo_writer_init(&asker, &pipe->to, NULL);
        fluxo_write_request(&asker, fluxo_text("GET"), fluxo_text("/"), fluxo_text("h"));
        fluxo_write_head(&asker, FLUXO_CONTENT_NONE, 0);
        fluxo_writer_close(&asker);
        fluxo_write_response(&pipe->writer, 200, fluxo_text(NULL));
    } else {
        fluxo_write_request(&pipe->writer, fluxo_text("POST"), fluxo_text("/"), fluxo_text("h"));
    }
    fluxo_write_head(&pipe->writer, framing == EXACT ? FLUXO_CONTENT_LENGTH : FLUXO_CONTENT_STREAM, length);
}

/* Sends the content in spans that end anywhere, more only when the writer takes it. */
static void send_content(struct pipe *pipe, const char *content, size_t length, int small)
{
    size_t at = 0;

    while (at < length && !pipe->broken) {
        struct fluxo_span spans[FLUXO_WRITER_SPANS];
        uint32_t count = 1 + (uint32_t)draw(FLUXO_WRITER_SPANS), nth;
        size_t sent = 0;
        for (nth = 0; nth < count; nth++) {
            size_t most = length - at - sent, some = draw((small && most > 9 ? 9 : most) + 1);
            spans[nth].start = content + at + sent;
            spans[nth].length = some;
            sent += some;
        }
        if (fluxo_write_chunk(&pipe->writer, spans, count, fluxo_text(draw(2) ? ";x=y" : NULL)) == FLUXO_DONE) {
            pipe->sum_sent = add_up(pipe->sum_sent, at, content + at, sent);
            at += sent;
        } else {
            carry(pipe);
        }
    }
}

static int end_content(struct pipe *pipe, enum framing framing)
{
    struct fluxo_event events[EVENTS];
    size_t trailers = framing == CHUNKED ? (size_t)draw(3) : 0, nth;

    for (nth = 0; nth < trailers; nth++)
        while (fluxo_write_trailer(&pipe->writer, fluxo_text("X"), fluxo_text("y")) == FLUXO_FULL)
            carry(pipe);
    while (fluxo_write_end(&pipe->writer) == FLUXO_FULL)
        carry(pipe);
    while (fluxo_writer_pending(&pipe->writer) && !pipe->broken)
        carry(pipe);
    if (framing == UNTIL_CLOSE)
        pipe->done |= fluxo_conn_end(&pipe->to, events, EVENTS).status == FLUXO_MESSAGE;
    return pipe->trailers == trailers;
}

static int law_of_the_body(enum fluxo_role role, enum framing framing, const char *content, size_t length, int small,
                           struct memory *memory)
{
    static struct pipe pipe;
    struct fluxo_allocator allocator;
    int holds;

    allocator.resize = resize_counted;
    allocator.context = memory;
    begin_pipe(&pipe, role, framing, length, &allocator);
    send_content(&pipe, content, length, small);
    holds = end_content(&pipe, framing) && pipe.done && !pipe.broken && pipe.received == length && pipe.sum == pipe.sum_sent;
    if (!holds)
        printf("# role %d, framing %d, %zu octets: %zu came, done %d, broken %d\n", role, framing, length, pipe.received,
               pipe.done, pipe.broken);
    fluxo_writer_close(&pipe.writer);
    return holds && memory->now == 0;
}

static void test_body(void)
{
    enum { MOST = 1 << 24 };
    char *content = malloc(MOST);
    size_t at, most[2] = {0, 0};
    unsigned times;
    int holds = 1;

    for (at = 0; at < MOST; at++)
        content[at] = (char)(draw(5) ? draw(256) : (uint64_t) "\r\n0;"[draw(4)]);
    for (times = 0; times < 30000 && holds; times++) {
        struct memory memory = {0, 0, -1};
        enum framing framing = (enum framing)draw(3);
        enum fluxo_role role = framing == UNTIL_CLOSE || draw(2) ? FLUXO_SERVER : FLUXO_CLIENT;
        size_t length = draw(3) ? draw(200) : draw(5000);
        holds = law_of_the_body(role, framing, content + draw(1000), length, draw(2) != 0, &memory);
    }
    claim(holds, "what arrives is what was sent, in each framing and however it was cut");
    for (times = 0; times < 2; times++) {
        struct memory memory = {0, 0, -1};
        holds = holds && law_of_the_body(FLUXO_SERVER, CHUNKED, content, times ? (size_t)MOST : 1024, 0, &memory);
        most[times] = memory.most;
    }
    printf("# octets of memory: %zu for 1 KiB, %zu for 16 MiB\n", most[0], most[1]);
    claim(holds && most[1] <= 2 * most[0] && most[1] <= 4096, "the writer's memory does not grow with the body");
    free(content);
}

/* ---- The law of memory ---- */

/* One exchange; returns the first answer below 0, and whether what failed had changed anything. */
static int exchange_with(struct memory *memory, struct text *out, int *changed)
{
    struct fluxo_allocator allocator;
    struct fluxo_conn conn;
    struct fluxo_writer writer;
    struct fluxo_span body = {"hello", 5};
    char value[3000];
    uint64_t pending;
    unsigned step;
    int answer = FLUXO_DONE;

    allocator.resize = resize_counted;
    allocator.context = memory;
    memset(value, 'v', sizeof value);
    begin_exchange(&conn, FLUXO_CLIENT);
    fluxo_writer_init(&writer, &conn, &allocator);
    for (step = 0; step < 7 && !answer; step++) {
        struct fluxo_conn before = conn;
        struct fluxo_span long_value = {value, step == 2 ? sizeof value : 700};
        pending = fluxo_writer_pending(&writer);
        switch (step) {
        case 0:
            answer = fluxo_write_request(&writer, fluxo_text("POST"), fluxo_text("/"), fluxo_text("h"));
            break;
        case 1:
        case 2:
            answer = fluxo_write_field(&writer, fluxo_text("A"), long_value);
            break;
        case 3:
            answer = fluxo_write_head(&writer, FLUXO_CONTENT_STREAM, 0);
            break;
        case 4:
            answer = fluxo_write_body(&writer, &body, 1);
            break;
        case 5:
            answer = fluxo_write_trailer(&writer, fluxo_text("B"), long_value);
            break;
        default:
            answer = fluxo_write_end(&writer);
            break;
        }
        if (answer)
            *changed |= memcmp(&before, &conn, sizeof conn) != 0 || pending != fluxo_writer_pending(&writer);
    }
    if (!answer)
        send_all(&writer, out);
    fluxo_writer_close(&writer);
    return answer;
}

static void test_memory(void)
{
    struct text out = {NULL, 0, 0};
    long allowed = 0;
    int answer, changed = 0, other = 0;

    do {
        struct memory memory = {0, 0, 0};
        memory.allowed = allowed++;
        answer = exchange_with(&memory, &out, &changed);
        other |= (answer && answer != FLUXO_MISUSE_MEMORY) || memory.now;
    } while (answer && allowed < 100);
    printf("# %ld allocations\n", allowed - 1);
    claim(!answer && !changed && !other && allowed > 3,
          "an allocation that fails is a misuse that changes nothing and leaks nothing");
    text_free(&out);
}

/* ---- Recordings ---- */

struct player {
    struct fluxo_conn conn;
    struct fluxo_writer writer;
    struct fluxo_head head, trailers;
    struct fluxo_event lines[LINES], trailer_lines[LINES];
    struct text log;
    const struct fixture *fixture;
    size_t answered, place;
    uint64_t body;
};

static void log_head(struct player *player, const struct fluxo_head *head)
{
    struct fluxo_span start = head->count ? fluxo_head_target(head) : fluxo_text(NULL);
    uint32_t field;

    text_add_format(&player->log, "%.*s %.*s %u\n", (int)fluxo_head_method(head).length, fluxo_head_method(head).start,
                    (int)start.length, start.start, fluxo_head_status(head));
    for (field = 0; field < fluxo_head_fields(head); field++)
        text_add_format(&player->log, "%.*s|%.*s\n", (int)fluxo_head_name(head, field).length,
                        fluxo_head_name(head, field).start, (int)fluxo_head_value(head, field).length,
                        fluxo_head_value(head, field).start);
}

/* Whether a server sent 100 depends on whether the body came with the head. */
static unsigned fixture_status(const struct player *player)
{
    return player->fixture->kind == FLUXO_RESPONSE ? fluxo_conn_status(&player->conn) : 0;
}

static void collect(struct player *player, const char *bytes, struct fluxo_feed fed, const struct fluxo_event *events)
{
    uint32_t nth;

    if (!player->head.is_complete && fluxo_head_add(&player->head, bytes, fed, events) == FLUXO_DONE)
        log_head(player, &player->head);
    if (player->head.is_complete && !player->trailers.is_complete &&
        fluxo_head_add(&player->trailers, bytes, fed, events) == FLUXO_DONE)
        log_head(player, &player->trailers);
    for (nth = 0; nth < fed.count; nth++)
        if (events[nth].kind == FLUXO_EVENT_BODY) {
            player->body = add_up(player->body, player->place, bytes + events[nth].at, events[nth].len);
            player->place += events[nth].len;
        }
    if (fed.status != FLUXO_MESSAGE)
        return;
    text_add_format(&player->log, "message, body %llu, status %u\n", (unsigned long long)player->body, fixture_status(player));
    player->body = player->place = 0;
    fluxo_head_reset(&player->head);
    fluxo_head_reset(&player->trailers);
}

static void ask_next(struct player *player)
{
    enum fluxo_method method = FLUXO_METHOD_GET;
    int connects;

    if (player->answered < player->fixture->answer_count)
        method = player->fixture->answers[player->answered];
    player->answered++;
    connects = method == FLUXO_METHOD_CONNECT;
    fluxo_write_request(&player->writer, fluxo_text(fluxo_method_name(method)), fluxo_text(connects ? "h:1" : "/"),
                        fluxo_text(connects ? "h:1" : "h"));
    if (!connects)
        fluxo_write_upgrade(&player->writer, fluxo_text("websocket"));
    fluxo_write_head(&player->writer, FLUXO_CONTENT_NONE, 0);
}

static void take_turn(struct player *player)
{
    if (player->fixture->kind == FLUXO_RESPONSE) {
        ask_next(player);
    } else {
        fluxo_write_response(&player->writer, 200, fluxo_text(NULL));
        fluxo_write_head(&player->writer, FLUXO_CONTENT_NONE, 0);
    }
}

/* All that can be done before more bytes come. Returns whether bytes are wanted. */
static int live(struct player *player)
{
    struct text ignored = {NULL, 0, 0};
    enum fluxo_want want;

    while ((want = fluxo_conn_want(&player->conn)) == FLUXO_WANT_WRITE || want == FLUXO_WANT_PAUSE || want == FLUXO_WANT_NEXT ||
           want == FLUXO_WANT_CONTINUE) {
        if (want == FLUXO_WANT_NEXT)
            fluxo_conn_next(&player->conn);
        else if (want == FLUXO_WANT_CONTINUE)
            fluxo_write_continue(&player->writer);
        else if (fluxo_conn_accept(&player->conn) != FLUXO_DONE)
            take_turn(player);
        send_all(&player->writer, &ignored);
        text_clear(&ignored);
    }
    text_free(&ignored);
    return want == FLUXO_WANT_READ || want == FLUXO_WANT_DRAIN || want == FLUXO_WANT_WAIT;
}

/* Plays the recording in pieces of up to `most` bytes (0: all at once), each at an address of its own. */
static void play(struct player *player, const struct fixture *fixture, uint32_t flags, size_t most)
{
    static struct fluxo_conn_options options;
    struct fluxo_event events[EVENTS];
    size_t from = 0, to = 0, length = fixture->input.length;
    struct fluxo_feed fed;

    fluxo_conn_options_init(&options);
    options.parser = fixture->options;
    options.parser.flags = flags;
    fluxo_conn_init(&player->conn, fixture->kind == FLUXO_REQUEST ? FLUXO_SERVER : FLUXO_CLIENT, &options);
    fluxo_writer_init(&player->writer, &player->conn, NULL);
    fluxo_head_init(&player->head, player->lines, LINES, NULL);
    fluxo_head_init_trailers(&player->trailers, player->trailer_lines, LINES, NULL);
    player->fixture = fixture;
    player->answered = 0;
    player->body = player->place = 0;
    text_clear(&player->log);
    while (to < length && live(player)) {
        char *bytes;
        to = most && length - to > most ? to + 1 + draw(most) : length;
        do {
            bytes = malloc(to - from + 1);
            memcpy(bytes, fixture->input.bytes + from, to - from);
            fed = fluxo_conn_receive(&player->conn, bytes, to - from, events, EVENTS);
            collect(player, bytes, fed, events);
            from += fed.consumed;
            if (!player->head.is_complete && player->head.count)
                fluxo_head_keep(&player->head); /* the bytes go */
            if (player->trailers.count)
                fluxo_head_keep(&player->trailers);
            free(bytes);
        } while (fed.status != FLUXO_NEED_MORE && fed.status != FLUXO_ERROR && live(player));
    }
    if (live(player) && !fixture->open) {
        fed = fluxo_conn_end(&player->conn, events, EVENTS);
        collect(player, "", fed, events);
    }
    text_add_format(&player->log, "fault %u at %llu, %s/%s %s, left %zu\n", fluxo_conn_fault(&player->conn),
                    (unsigned long long)(fluxo_conn_fault(&player->conn) ? fluxo_conn_offset(&player->conn) : 0),
                    fluxo_side_name(player->conn.life.request), fluxo_side_name(player->conn.life.response),
                    fluxo_want_name(fluxo_conn_want(&player->conn)),
                    player->conn.life.request == FLUXO_SIDE_TUNNEL ? length - from : 0);
    fluxo_writer_close(&player->writer);
    fluxo_head_close(&player->head);
    fluxo_head_close(&player->trailers);
}

static int is_same_however_cut(const struct fixture *fixture)
{
    static struct player whole, cut;
    unsigned times;
    int same = 1;

    play(&whole, fixture, 0, 0);
    for (times = 0; times < 60 && same; times++) {
        play(&cut, fixture, times & 1 ? FLUXO_PIECES : 0, times < 2 ? 1 : 1 + draw(64));
        same = text_equal(&whole.log, &cut.log);
    }
    if (!same)
        printf("# %s\n# whole:\n%.*s\n# cut:\n%.*s\n", fixture->title, (int)whole.log.length, whole.log.bytes,
               (int)cut.log.length, cut.log.bytes);
    return same;
}

static void test_recordings(const char *pattern, size_t least)
{
    char path[4096], words[256];
    glob_t found;
    size_t nth, same = 0;

    snprintf(path, sizeof path, "%s/%s", getenv("TOP_SRCDIR") ? getenv("TOP_SRCDIR") : ".", pattern);
    if (glob(path, 0, NULL, &found) != 0)
        found.gl_pathc = 0;
    for (nth = 0; nth < found.gl_pathc; nth++) {
        struct fixture fixture;
        memset(&fixture, 0, sizeof fixture);
        if (fixture_read(&fixture, found.gl_pathv[nth]))
            same += (size_t)is_same_however_cut(&fixture);
        else
            printf("# %s: %s\n", found.gl_pathv[nth], fixture.error);
        fixture_free(&fixture);
    }
    snprintf(words, sizeof words, "%s: %zu connections give the same events however they are cut", pattern,
             (size_t)found.gl_pathc);
    claim(same == found.gl_pathc && same >= least, words);
    globfree(&found);
}

int main(void)
{
    const char *seed = getenv("FLUXO_SEED");

    chance = seed ? strtoull(seed, NULL, 10) : 1;
    printf("# seed %llu\n", (unsigned long long)chance);
    test_writer();
    test_body();
    test_memory();
    test_recordings("tests/real/*.txt", 40);
    test_recordings("tests/rfc9112/*.txt", 100);
    test_recordings("tests/smuggling/*.txt", 50);
    printf("1..%u\n", claims);
    return 0;
}
