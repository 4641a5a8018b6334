/* SPDX-License-Identifier: MIT */
/*
 * faults PORT PID SCENARIO [NUMBER...]
 *     Does to the server at 127.0.0.1:PORT, the process PID, what the scenario says, prints what it found, a line each, and
 *     leaves with 0 if all of it is as it must be. doc/server-faults.md has the table.
 */
#include "faults.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fluxo/parser.h>

#include "client.h"
#include "text.h"

enum {
    MISUSED = 64,
    LATE = 1000,    /* ms after a deadline by which it must have been kept */
    EARLY = 2,      /* ms: two clocks that are cut to milliseconds */
    PATIENCE = 5000 /* ms: for what should come at once */
};

static const char GET[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

static void complain(const char *format, va_list arguments)
{
    vprintf(format, arguments);
    putchar('\n');
    fflush(stdout);
}

bool find(bool holds, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs(holds ? "" : "WRONG: ", stdout);
    complain(format, arguments);
    va_end(arguments);
    return holds;
}

bool judges_figures(void)
{
    const char *sanitize = getenv("SANITIZE");
    return !sanitize || strcmp(sanitize, "yes") != 0;
}

bool returns_to(int descriptors, int milliseconds)
{
    int64_t until = clock_ms() + milliseconds;
    while (target_descriptors() > descriptors && clock_ms() < until)
        sleep_ms(20);
    return target_descriptors() <= descriptors;
}

/* ---- Deadlines: the server has one second for each ---- */

struct patient {
    const char *what;
    const char *opening; /* sent at once; or NULL: nothing */
    bool drips;          /* then a byte each 100 ms */
    unsigned first;      /* status of its answer, before which no time counts; 0: none */
    unsigned last;       /* status of the answer that ends it; 0: it ends silently */
    /* and as it goes */
    int fd;
    int64_t since, next_drip, ended_at;
    struct reading reading;
    unsigned statuses[4];
    int count;
};

#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

static struct patient patients[] = {
    {.what = "a head, a byte each 100 ms", .opening = "GET / HTTP/1.1\r\nHost: a\r\nA: ", .drips = true, .last = 408},
    {.what = "a head that stops", .opening = "GET / HT", .last = 408},
    {.what = "a second head, a byte each 100 ms",
     .opening = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nA: ",
     .drips = true,
     .first = 200,
     .last = 408},
    {.what = "empty lines alone", .opening = "\r\n", .last = 408},
    {.what = "a body that stops", .opening = POST "Content-Length: 10\r\n\r\nhel", .last = 408},
    {.what = "a chunked body that stops", .opening = POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", .last = 408},
    {.what = "trailers that stop", .opening = POST "Transfer-Encoding: chunked\r\n\r\n0\r\nA", .last = 408},
    {.what = "a body of 15 octets, one each 100 ms", /* the control: what makes progress is waited for */
     .opening = POST "Connection: close\r\nContent-Length: 15\r\n\r\n",
     .drips = true,
     .first = 200},
    {.what = "nothing at all", .opening = NULL},
    {.what = "idle after an answer", .opening = "GET / HTTP/1.1\r\nHost: a\r\n\r\n", .first = 200},
};
enum { PATIENTS = sizeof patients / sizeof *patients };

static bool open_patient(struct patient *p)
{
    p->fd = dial();
    p->since = p->next_drip = clock_ms();
    return p->fd >= 0 && (!p->opening || send_all(p->fd, p->opening, strlen(p->opening), clock_ms() + PATIENCE));
}

static void drip(struct patient *p)
{
    if (!p->drips || clock_ms() < p->next_drip)
        return;
    send_some(p->fd, "x", 1);
    p->next_drip += 100;
}

static void note_answers(struct patient *p, const char *bytes, size_t length)
{
    for (size_t done = 0; done < length && p->count < 4 && p->reading.place != AT_FAULT;) {
        done += reading_take(&p->reading, bytes + done, length - done);
        if (p->reading.place != AT_END)
            continue;
        p->statuses[p->count++] = p->reading.status;
        p->reading = (struct reading){0};
    }
}

/* The end of sending is the server's answer to the deadline, reset or not: it has bytes of ours that it will not read. */
static void hear_patient(struct patient *p)
{
    char bytes[4096];
    ssize_t got = read_some(p->fd, bytes, sizeof bytes);
    if (got > 0)
        note_answers(p, bytes, (size_t)got);
    if (got >= 0)
        return;
    p->ended_at = clock_ms();
    close(p->fd);
    p->fd = -1;
}

static bool has_its_answers(const struct patient *p)
{
    int first = p->first ? 1 : 0, last = p->last ? 1 : 0;
    return p->count == first + last && (!first || p->statuses[0] == p->first) && (!last || p->statuses[first] == p->last);
}

static bool judge_patient(const struct patient *p, long deadline)
{
    int64_t lived = p->ended_at - p->since;
    bool is_well = p->ended_at && lived >= deadline - EARLY && lived <= deadline + LATE && has_its_answers(p);
    return find(is_well, "%s: %d answers, the last %u, ended after %" PRId64 " ms", p->what, p->count,
                p->count ? p->statuses[p->count - 1] : 0, p->ended_at ? lived : -1);
}

static bool tend_patients(int64_t until)
{
    struct pollfd polls[PATIENTS];
    int living = 0;
    for (int i = 0; i < PATIENTS; i++) {
        polls[i] = (struct pollfd){.fd = patients[i].fd, .events = POLLIN};
        living += patients[i].fd >= 0;
    }
    poll(polls, PATIENTS, 20);
    for (int i = 0; i < PATIENTS; i++)
        if (polls[i].fd >= 0 && polls[i].revents)
            hear_patient(&patients[i]);
    for (int i = 0; i < PATIENTS; i++)
        if (patients[i].fd >= 0)
            drip(&patients[i]);
    return living > 0 && clock_ms() < until;
}

bool wait_for_deadlines(const long *numbers)
{
    int64_t until = clock_ms() + numbers[0] + LATE + PATIENCE;
    bool is_well = true;
    for (int i = 0; i < PATIENTS; i++)
        is_well &= open_patient(&patients[i]);
    while (tend_patients(until))
        continue;
    for (int i = 0; i < PATIENTS; i++)
        is_well &= judge_patient(&patients[i], numbers[0]);
    return is_well;
}

/* ---- Clients that do not read ---- */

/* Until the server takes nothing for so many milliseconds. Returns the octets that it took; -1: it closed. */
static long stuff(int fd, const char *bytes, size_t length, int milliseconds)
{
    long taken = 0;
    while (length && wait_for(fd, POLLOUT, clock_ms() + milliseconds)) {
        ssize_t sent = send_some(fd, bytes, length);
        if (sent < 0)
            return -1;
        bytes += sent;
        length -= (size_t)sent;
        taken += (long)sent;
    }
    return taken;
}

/* 4 MB of requests with answers of the same size. */
static void write_large_requests(struct text *text, int count)
{
    text_clear(text);
    for (int i = 0; i < count; i++) {
        text_add_format(text, "GET /headers?%d HTTP/1.1\r\nHost: a\r\nA: ", i);
        for (int octet = 0; octet < 400; octet += 10)
            text_add(text, "0123456789", 10);
        text_add_format(text, "\r\n\r\n");
    }
}

static int stuff_narrow(const char *what, const struct text *text)
{
    int fd = dial_narrow();
    long took = stuff(fd, text->bytes, text->length, 200);
    bool is_stopped = took > 0 && took < (long)text->length;
    find(is_stopped, "%s, and does not read: it took %ld of %zu bytes", what, took, text->length);
    if (is_stopped)
        return fd;
    close(fd);
    return -1;
}

/* Requests, and a body that is echoed, whose answers nobody reads. */
bool wait_for_slow_readers(const long *numbers)
{
    static const char echo[] = "POST /echo HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 9000000\\r\\n\\r\\n\\(9000000*b)";
    struct text requests = {0}, body = {0};
    int before = target_descriptors();
    write_large_requests(&requests, 10000);
    text_add_bytes(&body, echo, sizeof echo - 1);
    int asking = stuff_narrow("who asks", &requests), sending = stuff_narrow("who wants an echo", &body);
    int64_t since = clock_ms() - 200;
    bool is_closed = returns_to(before, (int)numbers[0] + LATE);
    bool is_well = find(is_closed, "%s %" PRId64 " ms after that", is_closed ? "closed" : "not closed", clock_ms() - since);
    text_free(&requests);
    text_free(&body);
    if (asking >= 0)
        close(asking);
    if (sending >= 0)
        close(sending);
    return is_well && asking >= 0 && sending >= 0;
}

/* ---- Resets ---- */

static void reset_once(const char *bytes, size_t length, bool waits)
{
    int fd = dial();
    if (fd < 0)
        return;
    send_all(fd, bytes, length, clock_ms() + PATIENCE);
    if (waits)
        wait_for(fd, POLLIN, clock_ms() + PATIENCE);
    hang_up(fd);
}

bool reset_everywhere(const long *numbers)
{
    static const struct {
        const char *where, *bytes;
        bool waits; /* for the answer's first bytes */
    } places[] = {
        {"before a byte", "", false},
        {"in a head", "GET / HTTP/1.1\r\nHo", false},
        {"in a body", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello", false},
        {"in a body, echoed", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello", true},
        {"before an answer", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", false},
        {"in an answer", "GET /stream?n=1000&ms=20 HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"after a refusal", "BAD\r\n\r\n", true},
    };
    bool is_well = true;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int before = target_descriptors();
        for (long j = 0; j < numbers[0]; j++)
            reset_once(places[i].bytes, strlen(places[i].bytes), places[i].waits);
        bool has_returned = returns_to(before, 3000);
        is_well &= find(has_returned, "%ld resets %s: descriptors from %d to %d", numbers[0], places[i].where, before,
                        target_descriptors());
    }
    return is_well & (ask_once(GET, sizeof GET - 1, clock_ms() + PATIENCE) == 200);
}

/* ---- Half closes ---- */

bool close_halves(const long *numbers)
{
    static const struct {
        const char *bytes;
        int answers, at_most; /* whole ones; a request that is cut short may be refused or not */
    } halves[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1, 1},
        {"GET /stream?n=5&ms=20 HTTP/1.1\r\nHost: a\r\n\r\n", 1, 1},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 1, 1},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 2, 2},
        {"", 0, 0},
        {"GET / HT", 0, 1},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel", 0, 1},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT", 1, 2},
    };
    bool is_well = true;
    (void)numbers;
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        unsigned statuses[4] = {0};
        ssize_t end = 0;
        int fd = dial();
        send_all(fd, halves[i].bytes, strlen(halves[i].bytes), clock_ms() + PATIENCE);
        shutdown(fd, SHUT_WR);
        int count = read_answers(fd, statuses, 4, &end, clock_ms() + PATIENCE);
        bool holds = count >= halves[i].answers && count <= halves[i].at_most && end == -1;
        for (int j = 0; j < count; j++)
            holds &= statuses[j] == (j < halves[i].answers ? 200 : 400);
        is_well &= find(holds, "%.20s... of %zu bytes: %d answers, then %s", halves[i].bytes, strlen(halves[i].bytes), count,
                        end == -1 ? "the end" : "no end");
        close(fd);
    }
    return is_well;
}

/* ---- A pipeline that is not read ---- */

struct sequence {
    char line[64];
    size_t length;
    int next, wrong;
};

/* The second line of the body tells which request was answered. */
static void check_sequence(struct sequence *s, const char *octets, size_t length)
{
    char expected[64];
    for (size_t i = 0; i < length; i++) {
        if (s->length < sizeof s->line - 1)
            s->line[s->length++] = octets[i];
        if (octets[i] != '\n')
            continue;
        s->line[s->length] = '\0';
        s->length = 0;
        snprintf(expected, sizeof expected, "target /headers?%d\n", s->next);
        if (strncmp(s->line, "target ", 7) == 0)
            s->wrong += strcmp(s->line, expected) != 0;
    }
}

static void on_sequence(void *data, const char *octets, size_t length)
{
    check_sequence(data, octets, length);
}

/* Returns whether the connection goes on. */
static bool take_sequence(int fd, struct reading *reading, struct sequence *s)
{
    static char bytes[65536];
    ssize_t got = read_some(fd, bytes, sizeof bytes);
    for (ssize_t done = 0; done < got;) {
        done += (ssize_t)reading_take(reading, bytes + done, (size_t)(got - done));
        if (reading->place == AT_FAULT)
            return false;
        if (reading->place != AT_END)
            continue;
        s->wrong += reading->status != 200;
        s->next++;
        *reading = (struct reading){.on_body = on_sequence, .data = s};
    }
    return got >= 0;
}

/* Sends what is left while it reads. */
static void finish_pipeline(int fd, const char *bytes, size_t length, struct sequence *s, int count)
{
    struct reading reading = {.on_body = on_sequence, .data = s};
    int64_t until = clock_ms() + 4 * PATIENCE;
    while (s->next < count && wait_for(fd, (short)(length ? POLLIN | POLLOUT : POLLIN), until)) {
        ssize_t sent = length ? send_some(fd, bytes, length) : 0;
        if (sent < 0 || !take_sequence(fd, &reading, s))
            return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

bool pipeline_unread(const long *numbers)
{
    struct text many = {0};
    struct sequence sequence = {0};
    int count = (int)numbers[0], fd = dial_narrow();
    write_large_requests(&many, count);
    ask_once(GET, sizeof GET - 1, clock_ms() + PATIENCE);
    long before = target_memory_kib(), took = stuff(fd, many.bytes, many.length, 300), after = target_memory_kib();
    bool is_well = find(took > 0 && took < (long)many.length, "of %zu bytes of requests it took %ld before it was read",
                        many.length, took);
    is_well &= find(after - before < 1024 || !judges_figures(), "memory: from %ld to %ld KiB", before, after);
    finish_pipeline(fd, many.bytes + (took > 0 ? took : 0), many.length - (size_t)(took > 0 ? took : 0), &sequence, count);
    is_well &= find(sequence.next == count && !sequence.wrong, "answers: %d, of which wrong or not in order: %d", sequence.next,
                    sequence.wrong);
    close(fd);
    text_free(&many);
    return is_well;
}

/* ---- The same conversation, whatever goes wrong below it ---- */

struct digest {
    uint64_t sum; /* FNV-1a */
};

static void on_digest(void *data, const char *octets, size_t length)
{
    struct digest *digest = data;
    for (size_t i = 0; i < length; i++)
        digest->sum = (digest->sum ^ (unsigned char)octets[i]) * UINT64_C(1099511628211);
}

static void write_conversation(struct text *text)
{
    static const char visible[] = "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nBREW / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"
                                  "POST /echo HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
                                  "1\\r\\na\\r\\n1388;a=b\\r\\n\\(5000*b)\\r\\n0\\r\\nC: d\\r\\n\\r\\n"
                                  "POST /echo HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 300000\\r\\n\\r\\n\\(300000*c)"
                                  "GET /headers HTTP/1.1\\r\\nHost: a\\r\\nA: \\(2000*b)\\r\\n\\r\\n"
                                  "GET /stream?n=20&ms=1 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n";
    for (int i = 0; i < 20; i++)
        text_add_bytes(text, visible, sizeof visible - 1);
    text_add_format(text, "GET / HTTP/1.1\r\nHost : a\r\n\r\n");
}

static bool say_answer(const struct reading *r, const struct digest *digest)
{
    printf("%u %s %s %" PRIu64 " octets %016" PRIx64 ", %u trailers\n", r->status, r->is_chunked ? "chunked" : "whole",
           r->closes ? "closes" : "stays", r->octets, digest->sum, r->trailers);
    return r->closes;
}

/* Returns whether the last answer has come. */
static bool say_answers(struct reading *reading, struct digest *digest, const char *bytes, ssize_t got)
{
    for (ssize_t done = 0; done < got && reading->place != AT_FAULT;) {
        done += (ssize_t)reading_take(reading, bytes + done, (size_t)(got - done));
        if (reading->place != AT_END)
            continue;
        if (say_answer(reading, digest))
            return true;
        digest->sum = UINT64_C(14695981039346656037);
        *reading = (struct reading){.on_body = on_digest, .data = digest};
    }
    return false;
}

/* What it prints is to be compared with what it prints when nothing goes wrong: 121 lines. */
bool converse(const long *numbers)
{
    static char bytes[65536];
    struct text text = {0};
    struct digest digest = {UINT64_C(14695981039346656037)};
    struct reading reading = {.on_body = on_digest, .data = &digest};
    int fd = dial();
    size_t sent = 0;
    bool is_complete = false;
    ssize_t got = 0;
    (void)numbers;
    write_conversation(&text);
    for (int64_t until = clock_ms() + 30000; got >= 0 && !is_complete;) {
        if (!wait_for(fd, (short)(sent < text.length ? POLLIN | POLLOUT : POLLIN), until))
            break;
        ssize_t more = sent < text.length ? send_some(fd, text.bytes + sent, text.length - sent) : 0;
        sent += more > 0 ? (size_t)more : 0;
        got = read_some(fd, bytes, sizeof bytes);
        is_complete = say_answers(&reading, &digest, bytes, got);
    }
    close(fd);
    text_free(&text);
    return is_complete;
}

/* ---- Limits: what is at the limit is served, one more is refused ---- */

static void write_target(struct text *text, size_t octets)
{
    text_add_format(text, "GET /");
    for (size_t i = 1; i < octets; i++)
        text_add(text, "a", 1);
    text_add_format(text, " HTTP/1.1\r\nHost: a\r\n\r\n");
}

static void write_method(struct text *text, size_t octets)
{
    for (size_t i = 0; i < octets; i++)
        text_add(text, "A", 1);
    text_add_format(text, " / HTTP/1.1\r\nHost: a\r\n\r\n");
}

static void write_empty_lines(struct text *text, size_t lines)
{
    for (size_t i = 0; i < lines; i++)
        text_add(text, "\r\n", 2);
    text_add_format(text, "%s", GET);
}

static void add_octets(struct text *text, size_t octets)
{
    for (size_t i = 0; i < octets; i++)
        text_add(text, "b", 1);
}

static void write_field_name(struct text *text, size_t octets)
{
    text_add_format(text, "GET / HTTP/1.1\r\nHost: a\r\n");
    add_octets(text, octets);
    text_add_format(text, ": a\r\n\r\n");
}

static void write_field_line(struct text *text, size_t octets)
{
    text_add_format(text, "GET / HTTP/1.1\r\nHost: a\r\nA: ");
    add_octets(text, octets - 3);
    text_add_format(text, "\r\n\r\n");
}

static void write_fields(struct text *text, size_t lines)
{
    text_add_format(text, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (size_t i = 1; i < lines; i++)
        text_add_format(text, "A: b\r\n");
    text_add_format(text, "\r\n");
}

static void write_head(struct text *text, size_t octets)
{
    text_add_format(text, "GET / HTTP/1.1\r\nHost: a\r\n");
    while (text->length + 3000 < octets) {
        text_add_format(text, "A: ");
        add_octets(text, 1000);
        text_add_format(text, "\r\n");
    }
    text_add_format(text, "A: ");
    add_octets(text, octets - 4 - text->length);
    text_add_format(text, "\r\n\r\n");
}

static const char CHUNKED[] = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

static void write_extensions(struct text *text, size_t octets)
{
    text_add_format(text, "%s5;a=", CHUNKED);
    add_octets(text, 997);
    text_add_format(text, "\r\nhello\r\n5;a=");
    add_octets(text, octets - 1000 - 3);
    text_add_format(text, "\r\nhello\r\n0\r\n\r\n");
}

static void write_trailers(struct text *text, size_t octets)
{
    text_add_format(text, "%s0\r\nA: ", CHUNKED);
    add_octets(text, octets - 3 - 4);
    text_add_format(text, "\r\n\r\n");
}

static void write_trailer_lines(struct text *text, size_t lines)
{
    text_add_format(text, "%s0\r\n", CHUNKED);
    for (size_t i = 2; i < lines; i++) /* Host and Transfer-Encoding are two */
        text_add_format(text, "A: b\r\n");
    text_add_format(text, "\r\n");
}

static void write_body(struct text *text, size_t octets)
{
    text_add_format(text, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", octets);
    add_octets(text, octets);
}

static void write_chunks(struct text *text, size_t octets)
{
    text_add_format(text, "%s", CHUNKED);
    for (size_t i = 0; i < octets; i++)
        text_add_format(text, "1\r\na\r\n");
    text_add_format(text, "0\r\n\r\n");
}

/* Served means: and so is the next request on the connection. */
static bool is_served(const struct text *text, unsigned status, unsigned *found)
{
    unsigned statuses[4] = {0};
    struct text both = {0};
    ssize_t end = 0;
    int fd = dial();
    text_add(&both, text->bytes, text->length);
    text_add(&both, GET, sizeof GET - 1);
    send_all(fd, both.bytes, both.length, clock_ms() + PATIENCE);
    shutdown(fd, SHUT_WR);
    int count = read_answers(fd, statuses, 4, &end, clock_ms() + PATIENCE);
    close(fd);
    text_free(&both);
    *found = statuses[0];
    return count == 2 && statuses[0] == status && statuses[1] == 200 && end == -1;
}

/* Refused means: by that status, and the connection ends. */
static bool is_refused(const struct text *text, unsigned status, unsigned *found)
{
    unsigned statuses[4] = {0};
    ssize_t end = 0;
    int fd = dial();
    send_all(fd, text->bytes, text->length, clock_ms() + PATIENCE);
    int count = read_answers(fd, statuses, 4, &end, clock_ms() + PATIENCE);
    close(fd);
    *found = statuses[0];
    return count == 1 && statuses[0] == status && end == -1;
}

static bool try_limit(const char *what, void (*write)(struct text *text, size_t size), size_t limit, unsigned served, int error)
{
    struct text text = {0};
    unsigned at, over;
    unsigned status = fluxo_error((unsigned)error)->status;
    text_clear(&text);
    write(&text, limit);
    bool is_well = is_served(&text, served, &at);
    text_clear(&text);
    write(&text, limit + 1);
    is_well &= is_refused(&text, status, &over);
    text_free(&text);
    return find(is_well, "%s: %u at %zu, %u at %zu", what, at, limit, over, limit + 1);
}

bool exceed_limits(const long *numbers)
{
    struct fluxo_options options;
    fluxo_options_init(&options);
    const struct fluxo_limits *most = &options.limits;
    bool is_well = try_limit("empty lines", write_empty_lines, most->empty_lines, 200, FLUXO_ERR_EMPTY_LINES_LIMIT);
    is_well &= try_limit("the method", write_method, most->method, 501, FLUXO_ERR_METHOD_LIMIT);
    is_well &= try_limit("the target", write_target, most->target, 200, FLUXO_ERR_TARGET_LIMIT);
    is_well &= try_limit("a field's name", write_field_name, most->field_name, 200, FLUXO_ERR_FIELD_NAME_LIMIT);
    is_well &= try_limit("a field line", write_field_line, most->field_line, 200, FLUXO_ERR_FIELD_LINE_LIMIT);
    is_well &= try_limit("field lines", write_fields, most->fields, 200, FLUXO_ERR_FIELDS_LIMIT);
    is_well &= try_limit("the head", write_head, most->head, 200, FLUXO_ERR_HEAD_LIMIT);
    is_well &= try_limit("the body", write_body, (size_t)numbers[0], 200, FLUXO_ERR_BODY_LIMIT);
    is_well &= try_limit("chunks of one octet", write_chunks, (size_t)numbers[0], 200, FLUXO_ERR_BODY_LIMIT);
    is_well &= try_limit("chunk extensions", write_extensions, most->extensions, 200, FLUXO_ERR_EXTENSIONS_LIMIT);
    is_well &= try_limit("trailers", write_trailers, most->trailers, 200, FLUXO_ERR_TRAILERS_LIMIT);
    is_well &= try_limit("field lines, trailers included", write_trailer_lines, most->fields, 200, FLUXO_ERR_FIELDS_LIMIT);
    return is_well;
}

/* ---- An echo that is heard slowly ---- */

struct noise {
    uint32_t state;
    uint64_t octets, wrong;
};

static char next_octet(struct noise *noise)
{
    noise->state = noise->state * 1664525 + 1013904223; /* Numerical Recipes' */
    noise->octets++;
    return (char)(noise->state >> 24);
}

static void on_noise(void *data, const char *octets, size_t length)
{
    struct noise *noise = data;
    for (size_t i = 0; i < length; i++)
        noise->wrong += octets[i] != next_octet(noise);
}

struct producer {
    struct noise noise;
    uint64_t left;
    size_t chunk; /* octets; 0: Content-Length frames it */
    struct text ready;
    size_t sent; /* of `ready` */
};

static void make_chunk(struct producer *p)
{
    char octets[16384];
    size_t size = p->chunk ? p->chunk : sizeof octets;
    if (size > p->left)
        size = (size_t)p->left;
    for (size_t i = 0; i < size; i++)
        octets[i] = next_octet(&p->noise);
    p->left -= size;
    if (p->chunk)
        text_add_format(&p->ready, "%zx\r\n", size);
    text_add(&p->ready, octets, size);
    if (p->chunk)
        text_add_format(&p->ready, "\r\n");
    if (p->chunk && !p->left)
        text_add_format(&p->ready, "0\r\nA: b\r\nC: d\r\n\r\n");
}

static size_t offer(struct producer *p)
{
    if (p->sent == p->ready.length) {
        text_clear(&p->ready);
        p->sent = 0;
        while (p->left && p->ready.length < 65536)
            make_chunk(p);
    }
    return p->ready.length - p->sent;
}

static bool produce(int fd, struct producer *p)
{
    ssize_t sent = send_some(fd, p->ready.bytes + p->sent, offer(p));
    p->sent += sent > 0 ? (size_t)sent : 0;
    return sent >= 0;
}

/* Sends, and does not read, until the server has taken nothing for a while. */
static void produce_unheard(int fd, struct producer *p, int milliseconds)
{
    while (offer(p) && wait_for(fd, POLLOUT, clock_ms() + milliseconds) && produce(fd, p))
        continue;
}

static void begin_echo(int fd, struct producer *p, uint64_t octets)
{
    text_clear(&p->ready);
    text_add_format(&p->ready, "POST /echo HTTP/1.1\r\nHost: a\r\n");
    if (p->chunk)
        text_add_format(&p->ready, "Transfer-Encoding: chunked\r\n\r\n");
    else
        text_add_format(&p->ready, "Content-Length: %" PRIu64 "\r\n\r\n", octets);
    p->left = octets;
    produce(fd, p);
}

/* Sends and reads, until so many octets have come back, or all. */
static bool hear_echo(int fd, struct producer *p, struct reading *reading, uint64_t octets, int64_t until)
{
    static char bytes[65536];
    while (reading->place != AT_END && reading->place != AT_FAULT && reading->octets < octets) {
        size_t offered = offer(p);
        if (!wait_for(fd, (short)(offered ? POLLIN | POLLOUT : POLLIN), until) || (offered && !produce(fd, p)))
            return false;
        ssize_t got = read_some(fd, bytes, sizeof bytes);
        if (got < 0)
            return false;
        reading_take(reading, bytes, (size_t)got);
    }
    return true;
}

/* NUMBERS: octets; octets of a chunk (0: Content-Length); how often it does not read until the server stops. */
bool echo_slowly(const long *numbers)
{
    struct noise expected = {0};
    struct producer producer = {.chunk = (size_t)numbers[1]};
    struct reading reading = {.on_body = on_noise, .data = &expected};
    uint64_t octets = (uint64_t)numbers[0];
    int64_t until = clock_ms() + 60000;
    long before = target_memory_kib(), most = before;
    int fd = dial();
    bool goes_on = true;
    begin_echo(fd, &producer, octets);
    for (long i = 0; i < numbers[2] && goes_on; i++) {
        produce_unheard(fd, &producer, 200);
        most = target_memory_kib() > most ? target_memory_kib() : most;
        goes_on = hear_echo(fd, &producer, &reading, octets / (uint64_t)numbers[2] * (uint64_t)i, until);
    }
    goes_on = goes_on && hear_echo(fd, &producer, &reading, UINT64_MAX, until);
    bool is_well =
        find(goes_on && reading.place == AT_END && expected.octets == octets && !expected.wrong,
             "octets: %" PRIu64 " of %" PRIu64 ", of which wrong: %" PRIu64, expected.octets, octets, expected.wrong);
    is_well &= find(reading.trailers == (producer.chunk ? 2 : 0), "trailers: %u", reading.trailers);
    is_well &= find(most - before < 1024 || !judges_figures(), "memory, unheard: from %ld to %ld KiB", before, most);
    close(fd);
    text_free(&producer.ready);
    return is_well;
}

/* ---- One that waits, while those with higher descriptors leave ---- */

/* Between two lines of a stream a connection waits for neither reading nor writing; it must not be forgotten for that. */
bool outlive_lower(const long *numbers)
{
    static const char stream[] = "GET /stream?n=2&ms=300 HTTP/1.1\r\nHost: a\r\n\r\n";
    struct reading reading = {0}, next = {0};
    int fd = dial();
    (void)numbers;
    bool is_well =
        send_all(fd, stream, sizeof stream - 1, clock_ms() + PATIENCE) && wait_for(fd, POLLIN, clock_ms() + PATIENCE);
    is_well &= ask_once(GET, sizeof GET - 1, clock_ms() + PATIENCE) == 200;
    is_well &= read_answer(fd, &reading, clock_ms() + PATIENCE);
    is_well &= send_all(fd, GET, sizeof GET - 1, clock_ms() + PATIENCE) && read_answer(fd, &next, clock_ms() + 1000);
    close(fd);
    return find(is_well, "the stream: %u, and the next request: %u", reading.status, next.status);
}

/* ---- The command line ---- */

enum { NUMBERS = 4 };

static const struct {
    const char *name;
    scenario *run;
} scenarios[] = {
    {"deadlines", wait_for_deadlines},       /* the server's deadlines, ms */
    {"slow-readers", wait_for_slow_readers}, /* the server's deadline, ms */
    {"resets", reset_everywhere},            /* how many at each place */
    {"half-closes", close_halves},
    {"pipeline", pipeline_unread}, /* requests */
    {"conversation", converse},
    {"limits", exceed_limits}, /* the server's --max-body */
    {"echo", echo_slowly},     /* octets, octets a chunk, pauses */
    {"outlive", outlive_lower},
    {"drip", drip_from_many}, /* clients, ms */
    {"idle", expire_at_once}, /* clients, the server's deadline in ms */
    {"crowd", crowd_in},      /* clients, ms */
    {"call", call},           /* callers, ms, failures that are allowed, 1: harmless signals meanwhile */
    {"besiege", besiege},     /* idle clients, slow clients, ms */
};

static void allow_many_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    long numbers[NUMBERS] = {0};
    if (argc < 4 || argc > 4 + NUMBERS)
        return MISUSED;
    target.port = (unsigned)strtoul(argv[1], NULL, 10);
    target.pid = (pid_t)strtol(argv[2], NULL, 10);
    for (int i = 4; i < argc; i++)
        numbers[i - 4] = strtol(argv[i], NULL, 10);
    signal(SIGPIPE, SIG_IGN);
    allow_many_descriptors();
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        if (strcmp(scenarios[i].name, argv[3]) == 0)
            return scenarios[i].run(numbers) ? EXIT_SUCCESS : EXIT_FAILURE;
    return MISUSED;
}
