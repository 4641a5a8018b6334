/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../../tests/memory.h"
#include "connection.h"
#include "../inside/inside.h"
#include "loop.h"

enum {
    MOST_TIME = 1000000,
    MOST_TIMES = 16, /* of more than an octet: much costs much time */
    MOST_GRACE = 2000,
    PATIENT_TURNS = 1000, /* then the script is at its end */
    SPARES = 6,           /* allocations: an output; a request, its lines and their text; a response and its text */
    AT_REST = 1024,       /* octets of a connection that waits for a request */
    AT_WORK = 512 * 1024  /* and of any other, the kernel's pieces included: input and output of 64 KiB, doubled */
};

enum phase_of_script { RUNNING, ENDING, STOPPING };

static struct {
    const struct script *script;
    const uint8_t *at, *end;
    enum phase_of_script phase;
    bool shall_run; /* until it is quiet */
    bool shall_turn;
    int64_t until; /* time passes; 0: not */
    struct peer *peer;

    size_t from, to; /* of `bytes`: still to come from `peer` */

    struct server *server;
    bool listens;
    bool was_long;
    bool is_told;  /* to stop, by a signal */
    bool is_ended; /* by its handler */
    struct law law;
    bool narrow[PEERS];
    bool is_rested;
    unsigned judged;   /* the last turn that was */
    long live, octets; /* of memory, before the first connection */
} run;

static char bytes[SENT_MOST];

static struct dialogue dialogues[PEERS];
static char content[PEERS][SENT_MOST], heard[PEERS][TAKEN_MOST];
static struct patience patience[PEERS];

/* ---- Judging, whenever the server waits ---- */

static bool is_patient(void)
{
    return !kernel_failed(CALL_MEMORY) && !kernel_failed(CALL_WATCH) && !kernel.was_delayed;
}

static void look_at(int number)
{
    struct peer *peer = &kernel.peers[number];
    if (!peer->is_accepted || run.script->is_bare)
        return;
    if (peer->is_shut)
        dialogue_go_on(&dialogues[number], peer->heeded, peer->taken);
    dialogue_go_on(&dialogues[number], peer->read, peer->taken);
    if (peer->is_shut || peer->is_closed)
        dialogue_end(&dialogues[number], peer->is_abandoned || peer->was_hit || kernel_failed(CALL_OPTION));
    if (is_patient() && !peer->was_hit)
        patience_look(&patience[number], peer, &dialogues[number], &run.law);
}

static void judge_listener(int64_t due)
{
    unsigned open = 0, waiting = 0;
    for (int i = 0; i < kernel.count; i++) {
        const struct peer *peer = &kernel.peers[i];
        open += peer->is_accepted && !peer->is_closed;
        waiting += !peer->is_accepted && !peer->is_refused;
    }
    uint32_t most = run.law.set.most_connections;
    bool has_room = !most || open < most;
    hold(!most || open <= most, "connections", "more than are allowed");
    hold(!waiting || !has_room || (kernel.failed[CALL_ACCEPT] && due - kernel.now <= 1000), "accepting",
         "who knocks is not let in");
}

/* A connection at rest is one allocation, and the server keeps some for the next exchange; the others have a bound. */
static void judge_memory(void)
{
    long resting = 0, working = 0;
    for (int i = 0; i < kernel.count; i++) {
        if (!kernel.peers[i].is_accepted || kernel.peers[i].is_closed)
            continue;
        if (patience[i].wait == WAITS_FOR_REQUEST)
            resting++;
        else
            working++;
    }
    long live = memory.live - run.live, octets = memory.octets - run.octets;
    hold(working || live <= resting + SPARES, "memory", "a connection at rest keeps more than itself");
    hold(octets <= resting * AT_REST + (working + 1) * AT_WORK, "memory", "more than a connection may have");
}

static int64_t soonest_deadline(void)
{
    int64_t soonest = INT64_MAX;
    for (int i = 0; i < kernel.count; i++)
        if (kernel.peers[i].is_accepted && !kernel.peers[i].is_closed && patience[i].deadline < soonest)
            soonest = patience[i].deadline;
    return soonest;
}

/* Once between two turns: nothing changes by itself. */
static void judge(int64_t due)
{
    if (run.script->is_bare || run.judged == kernel.turns)
        return;
    run.judged = kernel.turns;
    for (int i = 0; i < kernel.count; i++)
        look_at(i);
    run.law.stops_now = false;
    judge_listener(due);
    if (!run.is_rested && !kernel.count) {
        run.live = memory.live;
        run.octets = memory.octets;
        run.is_rested = true;
    }
    if (!is_patient() || run.script->has_faults)
        return;
    hold(due <= soonest_deadline(), "deadlines", "the server sleeps too long");
    if (run.is_rested)
        judge_memory();
}

/* ---- Steps ---- */

static uint64_t read_number(uint64_t most)
{
    uint64_t number = 0;
    for (; run.at < run.end && *run.at >= '0' && *run.at <= '9'; run.at++)
        number = number * 10 + (uint64_t)(*run.at - '0') < most ? number * 10 + (uint64_t)(*run.at - '0') : most;
    return number;
}

static bool has_digit(void)
{
    return run.at < run.end && *run.at >= '0' && *run.at <= '9';
}

static void skip_comment(void)
{
    while (run.at < run.end && *run.at != '\n')
        run.at++;
}

/* The octets between < and >. */
static void read_octets(void)
{
    run.from = run.to = 0;
    for (; run.at < run.end && *run.at != '>'; run.at++) {
        if (*run.at == '~' && run.at + 1 < run.end)
            run.at++;
        bytes[run.to++] = (char)*run.at;
    }
    run.at += run.at < run.end;
}

/* What was read, so many times: much of one octet, but of a text only so much, since that costs time. */
static void multiply_octets(uint64_t times)
{
    size_t length = run.to;
    if (length == 1) {
        run.to = times ? (size_t)times : 1;
        memset(bytes, bytes[0], run.to);
        return;
    }
    if (times > MOST_TIMES)
        times = MOST_TIMES;
    while (length && times-- > 1 && length <= sizeof bytes - run.to) {
        memcpy(bytes + run.to, bytes, length);
        run.to += length;
    }
}

static void repeat_octets(void)
{
    uint64_t times = read_number(SENT_MOST);
    if (run.at == run.end || *run.at != '<')
        return;
    run.at++;
    read_octets();
    multiply_octets(times);
}

static void choose_fault(void)
{
    if (run.end - run.at < 3)
        return;
    char letter = (char)*run.at++;
    unsigned nth = (unsigned)read_number(100000);
    int which = run.at < run.end ? *run.at++ : 'a';
    bool for_ever = which >= 'A' && which <= 'Z';
    which = (for_ever ? which - 'A' : which - 'a') & 7;
    for (enum call call = 0; call < CALLS; call++) {
        int count = run.script->has_faults ? calls[call].count : calls[call].hidden;
        if (calls[call].letter == letter && count)
            kernel_fail(call, nth ? nth : 1, calls[call].errors[which % count], for_ever);
    }
}

static void raise_signal(int number)
{
    run.is_told |= kernel_raise(number);
}

/* The server hears of a signal when it next looks at the clock. */
static enum act let_go(void)
{
    if (run.is_told && run.law.stop_at == INT64_MAX) {
        run.law.stop_at = kernel.now + run.law.set.grace;
        run.law.stops_now = true;
    }
    return ACT_GO;
}

static void open_dialogue(const struct peer *peer)
{
    long number = peer - kernel.peers;
    struct dialogue *dialogue = &dialogues[number];
    dialogue->sent = peer->sent;
    dialogue->output = peer->output;
    dialogue->content = content[number];
    dialogue->heard = heard[number];
    dialogue_open(dialogue, &run.server->options.parser);
}

static void connect_peer(void)
{
    struct peer *peer = kernel_connect();
    if (!peer)
        return;
    if (!run.script->is_bare)
        open_dialogue(peer);
    run.peer = peer;
}

static void set_window(void)
{
    if (!run.peer)
        return;
    run.peer->window = has_digit() ? (size_t)read_number(TAKEN_MOST) : SIZE_MAX;
    run.narrow[run.peer - kernel.peers] |= run.peer->window != SIZE_MAX;
}

static void act_for_peer(int letter)
{
    if (!run.peer)
        return;
    if (letter == 'e')
        run.peer->has_ended = true;
    if (letter == 'x')
        run.peer->is_reset = true;
}

static void pass_time(void)
{
    run.until = kernel.now + (int64_t)read_number(MOST_TIME);
}

/* What is no client's doing. */
static void step_of_world(int letter)
{
    switch (letter) {
    case 'r':
        kernel.most_read = (size_t)read_number(SENT_MOST);
        break;
    case 's':
        kernel.most_sent = (size_t)read_number(SENT_MOST);
        break;
    case '.':
        run.shall_run = true;
        break;
    case ',':
        run.shall_turn = true;
        break;
    case 't':
        pass_time();
        break;
    case 'j':
        kernel.now += (int64_t)read_number(MOST_TIME);
        break;
    case 'o':
        kernel.oversleep = (int64_t)read_number(1000);
        break;
    case 'T':
        raise_signal(SIGTERM);
        break;
    case 'H':
        raise_signal(SIGHUP);
        break;
    case 'I':
        raise_signal(SIGINT);
        break;
    case '!':
        choose_fault();
        break;
    case '#':
        skip_comment();
        break;
    default:
        break;
    }
}

static void step(void)
{
    int letter = *run.at++;
    switch (letter) {
    case '+':
        connect_peer();
        break;
    case '<':
        read_octets();
        break;
    case '*':
        repeat_octets();
        break;
    case 'e':
    case 'x':
        act_for_peer(letter);
        break;
    case 'w':
        set_window();
        break;
    default:
        if (letter >= '0' && letter < '0' + kernel.count)
            run.peer = &kernel.peers[letter - '0'];
        else
            step_of_world(letter);
        break;
    }
}

/* ---- When the server waits ---- */

static size_t choose_piece(size_t left)
{
    if (!run.script->cuts)
        return left;
    if (run.script->cuts == 1 && left <= 512)
        return replay_every_cut ? 1 : 1 + left / 64;
    size_t most = left > 1024 ? left : 64;
    size_t piece = 1 + random_next(&kernel.chance) % most;
    return piece < left ? piece : left;
}

/* What comes too late for the connection, or is too much, does not come. */
static void send_piece(void)
{
    size_t left = run.to - run.from, piece = choose_piece(left);
    if (!run.peer || SENT_MOST - run.peer->length < left || !kernel_send(run.peer, bytes + run.from, piece))
        run.from = run.to;
    else
        run.from += piece;
    run.shall_run = run.script->is_quiet;
}

static bool is_long(void)
{
    return kernel.turns > PATIENT_TURNS;
}

static void end_script(void)
{
    run.was_long = is_long();
    run.phase = ENDING;
    run.shall_run = true;
    run.until = 0;
    kernel.most_read = kernel.most_sent = 0;
    for (int i = 0; i < kernel.count; i++)
        kernel.peers[i].window = SIZE_MAX;
}

static void stop_server(void)
{
    run.phase = STOPPING;
    raise_signal(SIGTERM);
}

/* Then it may wake, and make a line that nobody takes yet. */
static bool is_streaming(void)
{
    for (int i = 0; i < kernel.count; i++)
        if (kernel.peers[i].is_accepted && !kernel.peers[i].is_closed && dialogue_is_streaming(&dialogues[i]))
            return true;
    return false;
}

static enum act sleep_until(int64_t until, int64_t due)
{
    bool is_due = due <= until;
    int64_t to = is_due ? due : until;
    hold(to != INT64_MAX, "stopping", "the server waits, and nothing will come");
    if (to > kernel.now) {
        kernel.now = to + (is_due ? kernel.oversleep : 0);
        kernel.progress += !is_due || run.script->is_bare || is_streaming();
    }
    return is_due ? let_go() : ACT_AGAIN;
}

static enum act act_when_quiet(int64_t due)
{
    run.shall_run = false;
    if (run.phase == STOPPING)
        return sleep_until(INT64_MAX, due);
    if (run.until > kernel.now)
        return sleep_until(run.until, due);
    run.until = 0;
    return ACT_AGAIN;
}

/* One step of the script. */
static enum act go_on(void)
{
    if (run.from < run.to)
        send_piece();
    else if (run.phase == ENDING)
        stop_server();
    else if (run.at == run.end || is_long())
        end_script();
    else {
        run.shall_run = run.script->is_quiet;
        step();
    }
    return ACT_AGAIN;
}

static enum act act(int64_t due)
{
    bool runs = run.phase == STOPPING || run.until || run.shall_run;
    if (!runs && !run.shall_turn)
        return go_on();
    bool is_idle = kernel_is_quiet() && due > kernel.now;
    if (is_idle)
        judge(due);
    run.shall_turn = false;
    if (!is_idle)
        return let_go();
    return runs ? act_when_quiet(due) : ACT_AGAIN;
}

/* ---- Settings ---- */

static const struct backend *backend;

static void read_setting(struct server_settings *set)
{
    int letter = run.at < run.end ? *run.at++ : 0;
    uint32_t number = (uint32_t)read_number(MOST_TIME);
    switch (letter) {
    case 'h':
        set->head_timeout = number;
        break;
    case 'b':
        set->body_timeout = number;
        break;
    case 'i':
        set->idle_timeout = number;
        break;
    case 's':
        set->send_timeout = number;
        break;
    case 'g':
        set->grace = number < MOST_GRACE ? number : MOST_GRACE;
        break;
    case 'r':
        set->most_requests = number;
        break;
    case 'c':
        set->most_connections = number;
        break;
    case 'm':
        set->most_body = number;
        break;
    case 'p':
        backend = &backend_poll;
        break;
    case 'x':
        backend = &backend_select;
        break;
    case 'v':
        kernel.is_reversed = true;
        break;
    default:
        break;
    }
}

/* Returns whether there was one, or what may stand between them. */
static bool take_setting(struct server_settings *set)
{
    int letter = run.at < run.end ? *run.at : 0;
    if (letter == '#') {
        skip_comment();
        return true;
    }
    if (letter != ':' && letter != '!' && letter != '\n' && letter != ' ')
        return false;
    run.at++;
    if (letter == ':')
        read_setting(set);
    if (letter == '!')
        choose_fault();
    return true;
}

static void read_settings(struct server_settings *set)
{
    server_settings_init(set);
    set->grace = 500;
    backend = &backend_epoll;
    while (take_setting(set))
        continue;
}

/* ---- Its course ---- */

static void close_server(void)
{
    server_close(run.server);
    run.is_ended = true;
    if (run.law.stop_at == INT64_MAX) {
        run.law.stop_at = kernel.now + run.law.set.grace;
        run.law.stops_now = true;
    }
}

/* fluxo-server's, but that /close and /closed stop the server: before it answers, or after. */
static void handle(struct request *req, struct response *res)
{
    struct fluxo_span target = fluxo_head_target(request_head(req));
    bool is_last = fluxo_span_equals(target, fluxo_text("/closed"));
    if (fluxo_span_equals(target, fluxo_text("/close")))
        close_server();
    program_handler()(req, res);
    if (is_last)
        close_server();
}

/* The server's beginning, which its main() calls. */
int start(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    loop_use(backend);
    run.server = server_create(handle);
    if (!run.server)
        return EXIT_FAILURE;
    struct fluxo_options options = run.script->trial->options;
    options.flags = 0;
    options.relax = FLUXO_PROFILE_DEFAULT; /* the server has no other */
    server_set(run.server, &run.law.set);
    options.limits.body = run.server->options.parser.limits.body;
    run.server->options.parser = options;
    run.listens = server_listen(run.server, "127.0.0.1", 80) != NULL;
    return run.listens ? 0 : EXIT_FAILURE;
}

static void forget_server(void)
{
    if (run.listens) {
        server_free_spares(run.server);
        sockets_close(&run.server->sockets);
        free(run.server);
    }
    server_forget_all();
    loop_forget();
}

static struct outcome end_run(bool has_begun)
{
    struct outcome outcome = {.has_begun = has_begun, .count = kernel.count};
    outcome.was_long = run.was_long;
    outcome.is_ended = run.is_ended;
    outcome.is_cut_off = run.law.stop_at <= kernel.now;
    for (int i = 0; i < kernel.count; i++) {
        struct peer *peer = &kernel.peers[i];
        look_at(i);
        hold(!peer->is_accepted || peer->is_closed, "stopping", "a connection is left open");
        outcome.dialogues[i] = &dialogues[i];
        outcome.patience[i] = &patience[i];
        outcome.was_narrow[i] = run.narrow[i];
    }
    for (enum call call = 0; call < CALLS; call++)
        outcome.failed[call] = kernel_failed(call);
    return outcome;
}

struct outcome script_run(const struct script *script)
{
    static char name[] = "fluxo-server";
    char *arguments[] = {name, NULL};
    long live = memory.live;
    memset(&run, 0, sizeof run);
    run.law.stop_at = INT64_MAX;
    memset(patience, 0, sizeof patience);
    run.script = script;
    run.at = script->trial->bytes;
    run.end = run.at + script->trial->length;
    kernel_begin();
    kernel.act = act;
    kernel.chance = script->cuts;
    read_settings(&run.law.set);
    bool has_ended_well = loop_main(1, arguments) == EXIT_SUCCESS;
    struct outcome outcome = end_run(has_ended_well);
    memory_fail(0, false);
    forget_server();
    hold(kernel_descriptors() == 0 || run.listens != has_ended_well, "descriptors", "some are left open");
    hold(memory.live == live, "memory", "some is not freed");
    kernel_end();
    return outcome;
}
