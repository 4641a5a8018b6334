/* SPDX-License-Identifier: MIT */
/* The scenarios of faults.h with many connections. */
#include "faults.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "text.h"

enum { LATE = 1000, EARLY = 2, PATIENCE = 5000 };

static const char GET[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

static void *claim_memory(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        abort();
    return memory;
}

static uint32_t random_number(void)
{
    static uint32_t state = 2463534242U; /* Marsaglia's xorshift: the same in every run */
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

static bool dial_many(int *fds, int count)
{
    for (int i = 0; i < count; i++)
        if ((fds[i] = dial()) < 0)
            return find(false, "client %d of %d is not let in", i + 1, count);
    return true;
}

static void close_many(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* Of a core, so many hundredths. */
static double share_of_core(uint64_t cpu_us, int64_t elapsed_us)
{
    return 100.0 * (double)cpu_us / (double)elapsed_us;
}

/* ---- One that asks again and again, and notes how long the answers take ---- */

struct prober {
    int fd;
    struct reading reading;
    bool is_waiting;
    int64_t asked, next; /* us */
    int64_t *times;
    int count, most, failed;
};

static void open_prober(struct prober *p, int most)
{
    *p = (struct prober){.fd = dial(), .most = most, .times = claim_memory((size_t)most, sizeof *p->times)};
}

static void ask(struct prober *p)
{
    if (p->is_waiting || clock_us() < p->next || p->fd < 0)
        return;
    p->asked = clock_us();
    p->next = p->asked + 5000;
    p->is_waiting = send_some(p->fd, GET, sizeof GET - 1) == sizeof GET - 1;
    p->failed += !p->is_waiting;
}

static void hear(struct prober *p)
{
    char bytes[4096];
    ssize_t got = p->fd < 0 ? 0 : read_some(p->fd, bytes, sizeof bytes);
    if (got > 0)
        reading_take(&p->reading, bytes, (size_t)got);
    if (got < 0) {
        p->failed++;
        close(p->fd);
        p->fd = -1;
    }
    if (p->reading.place != AT_END)
        return;
    if (p->count < p->most)
        p->times[p->count++] = clock_us() - p->asked;
    p->failed += p->reading.status != 200;
    p->reading = (struct reading){0};
    p->is_waiting = false;
}

static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

/* A bound of a second only: how long it takes is this machine's and its other work's affair. */
static bool close_prober(struct prober *p, const char *when)
{
    qsort(p->times, (size_t)p->count, sizeof *p->times, compare_times);
    int64_t middle = p->count ? p->times[p->count / 2] : -1, last = p->count ? p->times[p->count * 99 / 100] : -1;
    bool is_well = find(p->count > 0 && !p->failed && last < 1000000,
                        "%s: %d answers, median %" PRId64 " us, 99th percentile %" PRId64 " us, failed: %d", when, p->count,
                        middle, last, p->failed);
    free(p->times);
    if (p->fd >= 0)
        close(p->fd);
    return is_well;
}

static bool probe_alone(int milliseconds)
{
    struct prober prober;
    open_prober(&prober, milliseconds);
    for (int64_t until = clock_ms() + milliseconds; clock_ms() < until;) {
        ask(&prober);
        wait_for(prober.fd, POLLIN, clock_ms() + 1);
        hear(&prober);
    }
    return close_prober(&prober, "answers, alone");
}

/* ---- Heads that drip ---- */

enum { HEAD_SIZE = 8192, DRIP_EVERY = 200 /* ms */ };

static void write_head(struct text *text)
{
    text_add_format(text, "GET / HTTP/1.1\r\nHost: a\r\n");
    while (text->length + 1024 < HEAD_SIZE)
        text_add_bytes(text, "A: \\(500*b)\\r\\n", 15);
    text_add_format(text, "C: ");
    while (text->length < HEAD_SIZE - 4)
        text_add(text, "d", 1);
    text_add_format(text, "\r\n\r\n");
}

/* Each client's next byte is due every 200 ms, and their times are spread evenly. Returns false when all is sent. */
static bool drip_due(const int *fds, int count, const struct text *head, size_t from, int64_t since, long *dripped)
{
    int64_t due = (clock_ms() - since) * count / DRIP_EVERY;
    int64_t all = (int64_t)(head->length - from) * count;
    for (; *dripped < due && *dripped < all; ++*dripped)
        send_some(fds[*dripped % count], head->bytes + from + *dripped / count, 1);
    return *dripped < all;
}

static int count_answers(const int *fds, int count)
{
    int answered = 0;
    for (int i = 0; i < count; i++) {
        struct reading reading = {0};
        answered += read_answer(fds[i], &reading, clock_ms() + PATIENCE) && reading.status == 200;
    }
    return answered;
}

static bool drip_all(const int *fds, int count, const struct text *head, size_t from)
{
    struct prober prober;
    long dripped = 0;
    open_prober(&prober, 100000);
    int64_t since = clock_ms(), since_us = clock_us();
    uint64_t cpu = target_cpu_us();
    while (drip_due(fds, count, head, from, since, &dripped)) {
        ask(&prober);
        wait_for(prober.fd, POLLIN, clock_ms() + 1);
        hear(&prober);
    }
    double share = share_of_core(target_cpu_us() - cpu, clock_us() - since_us);
    bool is_well = find(share < 20 || !judges_figures(), "processor: %.1f %% of a core for %ld bytes in %" PRId64 " ms", share,
                        dripped, clock_ms() - since);
    return is_well & close_prober(&prober, "answers, meanwhile");
}

/* NUMBERS: clients; ms that the last bytes of their heads drip. The bytes before come at once. */
bool drip_from_many(const long *numbers)
{
    struct text head = {0};
    int count = (int)numbers[0];
    int *fds = claim_memory((size_t)count, sizeof *fds);
    bool is_well = probe_alone(1000);
    write_head(&head);
    size_t from = head.length - (size_t)(numbers[1] / DRIP_EVERY);
    long alone = target_memory_kib();
    is_well &= dial_many(fds, count);
    sleep_ms(200);
    long idle = target_memory_kib();
    for (int i = 0; i < count; i++)
        is_well &= send_all(fds[i], head.bytes, from, clock_ms() + PATIENCE);
    is_well &= drip_all(fds, count, &head, from);
    long with_heads = target_memory_kib();
    double at_rest = (double)(idle - alone) / count, kib = (double)(with_heads - alone) / count;
    is_well &= find(kib < 24 || !judges_figures(), "memory: %.2f KiB a connection at rest, %.2f KiB with a head of 8 KiB",
                    at_rest, kib);
    int answered = count_answers(fds, count);
    is_well &= find(answered == count, "answered in the end: %d of %d", answered, count);
    close_many(fds, count);
    free(fds);
    text_free(&head);
    return is_well;
}

/* ---- Many that are idle, and expire at once ---- */

/* All ask, then all are heard: so they have been idle since about the same time. */
static bool ask_all(const int *fds, int64_t *since, int count)
{
    bool is_well = true;
    for (int i = 0; i < count; i++)
        is_well &= send_all(fds[i], GET, sizeof GET - 1, clock_ms() + PATIENCE);
    for (int i = 0; i < count; i++) {
        struct reading reading = {0};
        is_well &= read_answer(fds[i], &reading, clock_ms() + PATIENCE) && reading.status == 200;
    }
    for (int i = 0; i < count; i++)
        since[i] = clock_ms();
    return is_well;
}

static void note_ends(struct pollfd *polls, int64_t *ends, int count)
{
    char byte;
    for (int i = 0; i < count; i++) {
        if (polls[i].fd < 0 || !polls[i].revents || read_some(polls[i].fd, &byte, 1) == 0)
            continue;
        ends[i] = clock_ms();
        close(polls[i].fd);
        polls[i].fd = -1;
    }
}

static void await_ends(const int *fds, int64_t *ends, int count, int64_t until)
{
    struct pollfd *polls = claim_memory((size_t)count, sizeof *polls);
    int left = count;
    for (int i = 0; i < count; i++)
        polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    for (int64_t time; left > 0 && (time = until - clock_ms()) > 0;) {
        poll(polls, (nfds_t)count, (int)time);
        note_ends(polls, ends, count);
        left = 0;
        for (int i = 0; i < count; i++)
            left += polls[i].fd >= 0;
    }
    for (int i = 0; i < count; i++)
        if (polls[i].fd >= 0)
            close(polls[i].fd);
    free(polls);
}

/* The server's clock for each began when it answered, a little before we had heard all. */
static bool judge_ends(const int64_t *since, const int64_t *ends, int count, int64_t asked, long deadline)
{
    int64_t first = INT64_MAX, last = 0;
    int never = 0;
    for (int i = 0; i < count; i++) {
        never += !ends[i];
        first = ends[i] && ends[i] < first ? ends[i] : first;
        last = ends[i] > last ? ends[i] : last;
    }
    return find(!never && first >= asked + deadline - EARLY && last <= since[0] + deadline + LATE,
                "ended: %d of %d, the first %" PRId64 " ms after they were asked, the last %" PRId64
                " ms after they were heard",
                count - never, count, first - asked, last - since[0]);
}

/* NUMBERS: clients; the server's idle timeout, ms. */
bool expire_at_once(const long *numbers)
{
    int count = (int)numbers[0], before = target_descriptors();
    int *fds = claim_memory((size_t)count, sizeof *fds);
    int64_t *since = claim_memory((size_t)count, sizeof *since), *ends = claim_memory((size_t)count, sizeof *ends);
    bool is_well = dial_many(fds, count);
    int64_t asked = clock_ms();
    is_well &= ask_all(fds, since, count);
    find(true, "asked and heard: %d in %" PRId64 " ms", count, clock_ms() - asked);
    uint64_t cpu = target_cpu_us();
    await_ends(fds, ends, count, clock_ms() + numbers[1] + LATE + PATIENCE);
    is_well &= judge_ends(since, ends, count, asked, numbers[1]);
    find(true, "processor, from idle to closed: %" PRIu64 " us", target_cpu_us() - cpu);
    is_well &= find(returns_to(before, PATIENCE), "descriptors: from %d to %d", before, target_descriptors());
    free(fds);
    free(since);
    free(ends);
    return is_well;
}

/* ---- More clients than descriptors ---- */

/* NUMBERS: clients; for how many ms they stay. */
bool crowd_in(const long *numbers)
{
    int count = (int)numbers[0];
    int *fds = claim_memory((size_t)count, sizeof *fds);
    bool is_well = dial_many(fds, count);
    sleep_ms(200);
    int64_t since = clock_us();
    uint64_t cpu = target_cpu_us();
    sleep_ms((int)numbers[1]);
    double share = share_of_core(target_cpu_us() - cpu, clock_us() - since);
    is_well &= find(share < 5 || !judges_figures(), "processor: %.2f %% of a core, with %d descriptors and %d clients", share,
                    target_descriptors(), count);
    close_many(fds, count);
    int64_t left = clock_ms();
    unsigned status = ask_once(GET, sizeof GET - 1, clock_ms() + PATIENCE);
    is_well &=
        find(status == 200, "when they have left the next is answered %u, after %" PRId64 " ms", status, clock_ms() - left);
    free(fds);
    return is_well;
}

/* ---- Callers: each asks, checks the answer, and asks again, until the time has come ---- */

enum { BODY_SIZE = 10000 };

struct caller {
    int fd;      /* -1: not connected */
    bool is_new; /* not answered yet on this connection */
    bool is_asking;
    struct text request, expected; /* its answer's body */
    size_t sent, matched;
    bool is_wrong;
    struct reading reading;
};

static struct {
    long asked, answered, wrong, connected;
    long failed;  /* cut off after a request had been answered on that connection: there is no excuse */
    long refused; /* cut off, or not let in, before: who stops may do so */
    bool is_over; /* nobody is let in any more */
} calls;

static void on_expected(void *data, const char *octets, size_t length)
{
    struct caller *c = data;
    if (length > c->expected.length - c->matched || memcmp(octets, c->expected.bytes + c->matched, length) != 0)
        c->is_wrong = true;
    else
        c->matched += length;
}

static void write_request(struct caller *c)
{
    long number = ++calls.asked;
    text_clear(&c->request);
    text_clear(&c->expected);
    if (number % 4) {
        text_add_format(&c->request, "GET /headers?%ld HTTP/1.1\r\nHost: a\r\n\r\n", number);
        text_add_format(&c->expected, "method GET\ntarget /headers?%ld\nfield* Host: a\n", number);
        return;
    }
    while (c->expected.length < BODY_SIZE)
        text_add_format(&c->expected, "%ld,", number);
    text_add_format(&c->request, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", c->expected.length);
    text_add(&c->request, c->expected.bytes, c->expected.length);
}

static void begin_call(struct caller *c)
{
    if (c->fd < 0) {
        c->fd = dial();
        c->is_new = true;
        calls.connected += c->fd >= 0;
        calls.is_over = c->fd < 0;
    }
    if (c->fd < 0)
        return;
    write_request(c);
    c->reading = (struct reading){.on_body = on_expected, .data = c};
    c->sent = c->matched = 0;
    c->is_wrong = false;
    c->is_asking = true;
}

static void hang_up_call(struct caller *c)
{
    close(c->fd);
    c->fd = -1;
    c->is_asking = false;
}

static void count_answer(struct caller *c)
{
    calls.answered++;
    calls.wrong += c->is_wrong || c->matched != c->expected.length || c->reading.status != 200;
    c->is_new = c->is_asking = false;
    if (c->reading.closes)
        hang_up_call(c);
}

static void count_loss(struct caller *c)
{
    if (c->is_new && c->reading.place == AT_STATUS_LINE)
        calls.refused++;
    else
        calls.failed++;
    hang_up_call(c);
}

static void go_on_calling(struct caller *c)
{
    static char bytes[65536];
    ssize_t sent = send_some(c->fd, c->request.bytes + c->sent, c->request.length - c->sent);
    c->sent += sent > 0 ? (size_t)sent : 0;
    ssize_t got = read_some(c->fd, bytes, sizeof bytes);
    if (got > 0)
        reading_take(&c->reading, bytes, (size_t)got);
    if (c->reading.place == AT_END)
        count_answer(c);
    else if (got < 0 || sent < 0 || c->reading.place == AT_FAULT)
        count_loss(c);
}

/* None of them means anything to the server. STOP is followed by CONT, and makes what waits return early. */
static void send_harmless_signal(void)
{
    static const int signals[] = {SIGPIPE, SIGWINCH, SIGURG, SIGCHLD, SIGCONT, SIGSTOP};
    kill(target.pid, signals[random_number() % 6]);
    kill(target.pid, SIGCONT);
}

static int turn_calls(struct caller *callers, struct pollfd *polls, int count, bool shall_ask)
{
    int asking = 0;
    for (int i = 0; i < count; i++) {
        if (!callers[i].is_asking && shall_ask && !calls.is_over)
            begin_call(&callers[i]);
        bool sends = callers[i].is_asking && callers[i].sent < callers[i].request.length;
        polls[i] = (struct pollfd){.fd = callers[i].is_asking ? callers[i].fd : -1,
                                   .events = (short)(sends ? POLLIN | POLLOUT : POLLIN)};
        asking += callers[i].is_asking;
    }
    if (asking)
        poll(polls, (nfds_t)count, 100);
    for (int i = 0; i < count; i++)
        if (polls[i].fd >= 0 && polls[i].revents)
            go_on_calling(&callers[i]);
    return asking;
}

static void call_for(struct caller *callers, int count, int milliseconds, bool with_signals)
{
    struct pollfd *polls = claim_memory((size_t)count, sizeof *polls);
    int64_t until = clock_ms() + milliseconds;
    int asking;
    do {
        asking = turn_calls(callers, polls, count, clock_ms() < until);
        if (with_signals && random_number() % 2)
            send_harmless_signal();
    } while (asking && clock_ms() < until + PATIENCE);
    for (int i = 0; i < count; i++)
        calls.failed += callers[i].is_asking;
    free(polls);
}

/* NUMBERS: callers; ms; how many may fail or be refused; 1: with harmless signals. It ends before its time when the server
 * does. */
bool call(const long *numbers)
{
    int count = (int)numbers[0];
    struct caller *callers = claim_memory((size_t)count, sizeof *callers);
    for (int i = 0; i < count; i++)
        callers[i].fd = -1;
    call_for(callers, count, (int)numbers[1], numbers[3] == 1);
    for (int i = 0; i < count; i++) {
        if (callers[i].fd >= 0)
            close(callers[i].fd);
        text_free(&callers[i].request);
        text_free(&callers[i].expected);
    }
    free(callers);
    return find(calls.answered > 0 && !calls.wrong && calls.failed + calls.refused <= numbers[2],
                "requests: %ld, answered: %ld, of which wrong: %ld; failed: %ld, refused: %ld; connections: %ld%s", calls.asked,
                calls.answered, calls.wrong, calls.failed, calls.refused, calls.connected,
                calls.is_over ? "; then nobody was let in" : "");
}

/* ---- A siege, for the soak: who asks nothing, who asks slowly, who resets, and who asks nonsense ---- */

static void besiege_once(void)
{
    static const char *const openings[] = {"BAD\r\n\r\n",
                                           "GET / HTTP/1.1\r\n",
                                           "GET / HTTP/1.1\r\n\r\n",
                                           "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhe",
                                           "GET /stream?n=100&ms=5 HTTP/1.1\r\nHost: a\r\n\r\n",
                                           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"};
    const char *opening = openings[random_number() % 6];
    int fd = dial();
    if (fd < 0)
        return;
    send_some(fd, opening, strlen(opening));
    if (random_number() % 2)
        wait_for(fd, POLLIN, clock_ms() + 20);
    if (random_number() % 2)
        hang_up(fd);
    else
        close(fd);
}

/* A place that the server has closed is taken again. Returns how many it has closed. */
static long keep_seats(int *fds, int first, int count, const char *opening)
{
    char bytes[512];
    long closed = 0;
    for (int i = first; i < count; i++) {
        if (fds[i] >= 0 && read_some(fds[i], bytes, sizeof bytes) >= 0)
            continue;
        if (fds[i] >= 0)
            close(fds[i]);
        closed += fds[i] >= 0;
        fds[i] = dial();
        if (fds[i] >= 0 && opening)
            send_some(fds[i], opening, strlen(opening));
    }
    return closed;
}

/* NUMBERS: idle clients; slow ones; ms. */
bool besiege(const long *numbers)
{
    int idle = (int)numbers[0], count = idle + (int)numbers[1];
    int *fds = claim_memory((size_t)count, sizeof *fds);
    long closed_idle = 0, closed_slow = 0, besieged = 0;
    for (int i = 0; i < count; i++)
        fds[i] = -1;
    for (int64_t until = clock_ms() + numbers[2]; clock_ms() < until; besieged++) {
        closed_idle += keep_seats(fds, 0, idle, NULL);
        closed_slow += keep_seats(fds, idle, count, "GET / HTTP/1.1\r\nHost: a\r\nA: ");
        for (int i = idle; i < count; i++)
            if (fds[i] >= 0)
                send_some(fds[i], "x", 1);
        besiege_once();
        sleep_ms(20);
    }
    close_many(fds, count);
    free(fds);
    return find(true, "siege: %ld bad connections; closed by the server: %ld idle, %ld slow", besieged, closed_idle,
                closed_slow);
}
