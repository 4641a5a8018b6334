/* SPDX-License-Identifier: MIT */
/*
 * The life of a connection, walked through: every state that fluxo_life_step reaches from the two first ones, with every event
 * and all flags that a head can bring. TAP on standard output.
 *
 * How this works: life.def says for each event what it needs and does. Here the same is said across, as one reads the standard:
 * for each event when it may happen, for each side where it goes, for each flag when it comes and goes, and for each word of
 * want what it stands for. Both must agree in every state. Then a client and a server are put on the two ends of a line that
 * may be slow (pair.c), and at last each word of the tables is taken out in turn, on a copy, which the claims have to notice.
 */
#include "life.h"
#include "rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- The rows once more, where they can be changed; to begin with they are the library's ---- */

enum { REQUEST_MASK, RESPONSE_MASK, NEEDS, UNLESS, REQUEST_AFTER, RESPONSE_AFTER, SETS, DROPS, ADOPTS, CELLS };
static const char *const cell_names[CELLS] = {"request",        "response", "needs", "unless", "request after",
                                              "response after", "sets",     "drops", "adopts"};

struct row {
    unsigned which; /* an event, or a want */
    unsigned cells[CELLS];
    const char *sentence;
};

static const struct row life_rows[] = {
#define LIFE(event, request, response, needs, unless, request_after, response_after, sets, drops, adopts, section, sentence)   \
    {FLUXO_LIFE_EVENT_##event,                                                                                                 \
     {request, response, needs, unless, request_after, response_after, sets, drops, adopts},                                   \
     sentence},
#include <fluxo/life.def>
#undef LIFE
};
static const struct row want_rows[] = {
#define WANT(want, request, response, needs, unless, sentence)                                                                 \
    {FLUXO_WANT_##want, {request, response, needs, unless, 0, 0, 0, 0, 0}, sentence},
#include <fluxo/want.def>
#undef WANT
};

enum { STEPS = sizeof life_rows / sizeof life_rows[0], WANTS = sizeof want_rows / sizeof want_rows[0], NO_ROW = 99 };

static struct row steps[STEPS], wants[WANTS];
static int is_copy; /* whether the copy is asked, or the library */

static void restore_rows(void)
{
    memcpy(steps, life_rows, sizeof steps);
    memcpy(wants, want_rows, sizeof wants);
}

static int fits(const struct row *row, const struct fluxo_life *life)
{
    return (row->cells[REQUEST_MASK] >> life->request & 1) && (row->cells[RESPONSE_MASK] >> life->response & 1) &&
           (life->flags & row->cells[NEEDS]) == row->cells[NEEDS] && !(life->flags & row->cells[UNLESS]);
}

static unsigned find_step(const struct fluxo_life *life, unsigned event)
{
    unsigned row = 0;

    while (row < STEPS && !(steps[row].which == event && fits(&steps[row], life)))
        row++;
    return row < STEPS ? row : NO_ROW;
}

static unsigned find_want(const struct fluxo_life *life)
{
    unsigned row = 0;

    while (row < WANTS && !fits(&wants[row], life))
        row++;
    return row < WANTS ? row : NO_ROW;
}

static uint8_t side_of(unsigned mask)
{
    uint8_t side = 0;

    while (!(mask >> side & 1))
        side++;
    return side;
}

static int step_copy(struct fluxo_life *life, unsigned event, unsigned brings)
{
    unsigned found = find_step(life, event);
    const unsigned *cells;

    if (found == NO_ROW)
        return 0;
    cells = steps[found].cells;
    if (cells[REQUEST_AFTER] != SAME)
        life->request = side_of(cells[REQUEST_AFTER]);
    if (cells[RESPONSE_AFTER] != SAME)
        life->response = side_of(cells[RESPONSE_AFTER]);
    life->flags = (uint16_t)((life->flags & ~cells[DROPS]) | cells[SETS] | (brings & cells[ADOPTS]));
    return 1;
}

int take_step(struct fluxo_life *life, unsigned event, unsigned brings)
{
    return is_copy ? step_copy(life, event, brings) : fluxo_life_step(life, (enum fluxo_life_event)event, brings);
}

unsigned ask_want(const struct fluxo_life *life)
{
    unsigned row;

    if (!is_copy)
        return fluxo_life_want(life);
    row = find_want(life);
    return row == NO_ROW ? FLUXO_WANT_CLOSE : wants[row].which;
}

/* ---- What heads bring: the facts of parser.h ---- */

static unsigned request_brings[32], request_kinds;
const unsigned response_brings[RESPONSE_KINDS] = {0, CLOSE, UNTIL_CLOSE, CLOSE | UNTIL_CLOSE};

/* RFC 9110 7.8, 10.1.1: of a request of HTTP/1.0 the parser tells neither an upgrade nor an expectation. */
static void list_brings(void)
{
    unsigned bits;

    for (bits = 0; bits < 32; bits++) {
        unsigned brings = bits << 1; /* CLOSE to EXPECT */
        if (!((brings & OLD) && (brings & (UPGRADE | EXPECT))))
            request_brings[request_kinds++] = brings;
    }
}

static int is_response_head(unsigned event)
{
    return event >= FLUXO_LIFE_EVENT_CONTINUE && event <= FLUXO_LIFE_EVENT_RESPONSE;
}

static unsigned count_kinds(unsigned event)
{
    return event == FLUXO_LIFE_EVENT_REQUEST ? request_kinds : is_response_head(event) ? RESPONSE_KINDS : 1;
}

static unsigned brings_of(unsigned event, unsigned kind)
{
    return event == FLUXO_LIFE_EVENT_REQUEST ? request_brings[kind] : is_response_head(event) ? response_brings[kind] : 0;
}

/* ---- The walk ---- */

enum { PLACES = 4096 };
struct place {
    struct fluxo_life life;
    unsigned from, event, brings;
};
static struct place places[PLACES];
static unsigned count;
static uint16_t numbers[512][FLUXO_SIDES][FLUXO_SIDES]; /* of states, from 1 */

static unsigned note_place(struct fluxo_life life, unsigned from, unsigned event, unsigned brings)
{
    uint16_t *number = &numbers[life.flags & 511][life.request % FLUXO_SIDES][life.response % FLUXO_SIDES];

    if (!*number && count < PLACES) {
        places[count].life = life;
        places[count].from = from;
        places[count].event = event;
        places[count].brings = brings;
        *number = (uint16_t)++count;
    }
    return *number - 1u;
}

static void walk_from(unsigned at)
{
    unsigned event, kind;

    for (event = 0; event < FLUXO_LIFE_EVENTS; event++)
        for (kind = 0; kind < count_kinds(event); kind++) {
            struct fluxo_life life = places[at].life;
            if (take_step(&life, event, brings_of(event, kind)))
                note_place(life, at, event, brings_of(event, kind));
        }
}

static void walk(void)
{
    struct fluxo_life client = {0, 0, 0}, server = {0, 0, SERVER};
    unsigned at;

    memset(numbers, 0, sizeof numbers);
    count = 0;
    note_place(client, PLACES, 0, 0);
    note_place(server, PLACES, 0, 0);
    for (at = 0; at < count; at++)
        walk_from(at);
}

/* ---- Words for what failed ---- */

static char why[2048];

void add_why(const char *format, ...)
{
    size_t length = strlen(why);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why + length, sizeof why - length, format, arguments);
    va_end(arguments);
}

static void append_flags(char *words, size_t room, unsigned flags)
{
    static const char *const names[] = {"SERVER", "CLOSE",  "OLD",         "UPGRADE", "CONNECT",
                                        "EXPECT", "WANTED", "UNTIL_CLOSE", "HELD"};
    unsigned bit;

    for (bit = 0; bit < 9; bit++)
        if (flags >> bit & 1)
            snprintf(words + strlen(words), room - strlen(words), " %s", names[bit]);
}

static void name_flags(unsigned flags)
{
    append_flags(why, sizeof why, flags);
}

void write_life(char *words, size_t room, struct fluxo_life life)
{
    snprintf(words, room, "%s/%s", fluxo_side_name(life.request), fluxo_side_name(life.response));
    append_flags(words, room, life.flags);
}

void name_life(struct fluxo_life life)
{
    char words[128];

    write_life(words, sizeof words, life);
    add_why("%s", words);
}

void name_event(unsigned event, unsigned brings)
{
    add_why("%s", fluxo_life_event_name(event));
    name_flags(brings);
}

static void name_place(unsigned at)
{
    unsigned way[64], length = 0;

    add_why("in ");
    name_life(places[at].life);
    add_why(" after");
    for (; at < PLACES && length < 64; at = places[at].from)
        way[length++] = at;
    while (--length) {
        add_why(" ");
        name_event(places[way[length - 1]].event, places[way[length - 1]].brings);
        add_why(length > 1 ? "," : "");
    }
}

static int stands_for(const struct fluxo_life *life, unsigned want);

/* ---- When an event may happen ---- */

static int is(unsigned side, unsigned mask)
{
    return (int)(mask >> side & 1);
}

static int has(const struct fluxo_life *life, unsigned flag)
{
    return (life->flags & flag) != 0;
}

static int is_asked_whole(const struct fluxo_life *life) /* the request is complete, and a final response is due */
{
    return is(life->request, DONE | CLOSED) && is(life->response, WAIT);
}

static int may_interim(const struct fluxo_life *life)
{
    return is(life->response, WAIT) && !has(life, OLD) && !(has(life, SERVER) && is(life->request, ERROR));
}

static int may_respond(const struct fluxo_life *life)
{
    if (is(life->response, WAIT))
        return 1;
    return has(life, SERVER) && is(life->response, IDLE) && is(life->request, IDLE | ERROR);
}

static int may_happen(const struct fluxo_life *life, unsigned event)
{
    int server = has(life, SERVER);

    switch (event) {
    case FLUXO_LIFE_EVENT_REQUEST:
        return is(life->request, IDLE) && is(life->response, IDLE);
    case FLUXO_LIFE_EVENT_REQUEST_CONTENT:
        return is(life->request, BODY);
    case FLUXO_LIFE_EVENT_REQUEST_END:
        return is(life->request, BODY);
    case FLUXO_LIFE_EVENT_REQUEST_BAD:
        return server && is(life->request, IDLE | BODY);
    case FLUXO_LIFE_EVENT_REQUEST_CLOSE:
        return is(life->request, IDLE | BODY | DONE) && !has(life, HELD);
    case FLUXO_LIFE_EVENT_WANT:
        return server && has(life, EXPECT) && is(life->response, WAIT);
    case FLUXO_LIFE_EVENT_PROCEED:
        return !server && has(life, EXPECT) && is(life->response, WAIT);
    case FLUXO_LIFE_EVENT_CONTINUE:
        return may_interim(life);
    case FLUXO_LIFE_EVENT_INTERIM:
        return may_interim(life);
    case FLUXO_LIFE_EVENT_SWITCH:
        return is_asked_whole(life) && has(life, UPGRADE);
    case FLUXO_LIFE_EVENT_TUNNEL:
        return is_asked_whole(life) && has(life, CONNECT);
    case FLUXO_LIFE_EVENT_RESPONSE:
        return may_respond(life);
    case FLUXO_LIFE_EVENT_RESPONSE_CONTENT:
        return is(life->response, BODY);
    case FLUXO_LIFE_EVENT_RESPONSE_END:
        return is(life->response, BODY) && !has(life, UNTIL_CLOSE);
    case FLUXO_LIFE_EVENT_RESPONSE_BAD:
        return !server && is(life->response, IDLE | WAIT | BODY);
    case FLUXO_LIFE_EVENT_RESPONSE_CLOSE:
        return is(life->response, IDLE | WAIT | BODY | DONE);
    case FLUXO_LIFE_EVENT_HOLD:
        return server && is(life->request, DONE) && is(life->response, WAIT | BODY);
    case FLUXO_LIFE_EVENT_EXCESS:
        return stands_for(life, FLUXO_WANT_DRAIN);
    case FLUXO_LIFE_EVENT_NEXT:
        return is(life->request, DONE) && is(life->response, DONE) && !has(life, CLOSE);
    default:
        return -1;
    }
}

/* ---- Where a side goes ---- */

static unsigned request_goes(const struct fluxo_life *life, unsigned event)
{
    switch (event) {
    case FLUXO_LIFE_EVENT_REQUEST:
        return FLUXO_SIDE_BODY;
    case FLUXO_LIFE_EVENT_REQUEST_END:
        return FLUXO_SIDE_DONE;
    case FLUXO_LIFE_EVENT_REQUEST_BAD:
    case FLUXO_LIFE_EVENT_EXCESS:
        return FLUXO_SIDE_ERROR;
    case FLUXO_LIFE_EVENT_REQUEST_CLOSE:
        return is(life->request, BODY) ? FLUXO_SIDE_ERROR : FLUXO_SIDE_CLOSED;
    case FLUXO_LIFE_EVENT_SWITCH:
    case FLUXO_LIFE_EVENT_TUNNEL:
        return FLUXO_SIDE_TUNNEL;
    case FLUXO_LIFE_EVENT_NEXT:
        return FLUXO_SIDE_IDLE;
    default:
        return life->request;
    }
}

static int ends_as_said(const struct fluxo_life *life)
{
    return is(life->response, IDLE | DONE) || (is(life->response, BODY) && has(life, UNTIL_CLOSE));
}

static unsigned response_goes(const struct fluxo_life *life, unsigned event)
{
    switch (event) {
    case FLUXO_LIFE_EVENT_REQUEST:
        return FLUXO_SIDE_WAIT;
    case FLUXO_LIFE_EVENT_RESPONSE:
        return FLUXO_SIDE_BODY;
    case FLUXO_LIFE_EVENT_RESPONSE_END:
        return FLUXO_SIDE_DONE;
    case FLUXO_LIFE_EVENT_RESPONSE_BAD:
        return FLUXO_SIDE_ERROR;
    case FLUXO_LIFE_EVENT_RESPONSE_CLOSE:
        return ends_as_said(life) ? FLUXO_SIDE_CLOSED : FLUXO_SIDE_ERROR;
    case FLUXO_LIFE_EVENT_SWITCH:
    case FLUXO_LIFE_EVENT_TUNNEL:
        return FLUXO_SIDE_TUNNEL;
    case FLUXO_LIFE_EVENT_NEXT:
        return FLUXO_SIDE_IDLE;
    default:
        return life->response;
    }
}

/* ---- When a flag comes and goes: `before` is the life, `after` what the sides became ---- */

static unsigned keep(const struct fluxo_life *life, unsigned flag, int goes)
{
    return goes ? 0 : life->flags & flag;
}

static int is_answer(unsigned event) /* the head that says what becomes of the request */
{
    return event == FLUXO_LIFE_EVENT_RESPONSE || event == FLUXO_LIFE_EVENT_SWITCH || event == FLUXO_LIFE_EVENT_TUNNEL;
}

/* Only heads bring it; else whatever ends one side, or makes it doubtful where the next request would begin. */
static int brings_close(const struct fluxo_life *life, unsigned event, unsigned brings)
{
    if (event == FLUXO_LIFE_EVENT_RESPONSE)
        return (brings & CLOSE) || has(life, EXPECT | CONNECT) || !is(life->response, WAIT);
    if (event == FLUXO_LIFE_EVENT_REQUEST)
        return (brings & CLOSE) != 0;
    return is(request_goes(life, event), CLOSED | ERROR) || is(response_goes(life, event), CLOSED | ERROR);
}

static unsigned flag_goes(const struct fluxo_life *life, unsigned event, unsigned brings, unsigned flag)
{
    unsigned brought = event == FLUXO_LIFE_EVENT_REQUEST ? brings & flag : 0;
    int leaves_body = !is(request_goes(life, event), BODY);

    switch (flag) {
    case SERVER:
        return keep(life, SERVER, 0);
    case CLOSE:
        return brings_close(life, event, brings) ? CLOSE : keep(life, CLOSE, 0);
    case OLD:
        return brought | keep(life, OLD, event == FLUXO_LIFE_EVENT_NEXT);
    case UPGRADE:
    case CONNECT:
        return brought | keep(life, flag, is_answer(event));
    case EXPECT:
        return brought | keep(life, EXPECT,
                              leaves_body || event == FLUXO_LIFE_EVENT_REQUEST_CONTENT || event == FLUXO_LIFE_EVENT_CONTINUE ||
                                  event == FLUXO_LIFE_EVENT_PROCEED);
    case WANTED:
        return event == FLUXO_LIFE_EVENT_WANT
                   ? WANTED
                   : keep(life, WANTED, !is(response_goes(life, event), WAIT) || !flag_goes(life, event, brings, EXPECT));
    case UNTIL_CLOSE:
        return event == FLUXO_LIFE_EVENT_RESPONSE ? brings & UNTIL_CLOSE
                                                  : keep(life, UNTIL_CLOSE, is(response_goes(life, event), ERROR));
    case HELD:
        return event == FLUXO_LIFE_EVENT_HOLD
                   ? HELD
                   : keep(life, HELD, event == FLUXO_LIFE_EVENT_NEXT || is(request_goes(life, event), TUNNEL));
    default:
        return 0;
    }
}

/* ---- What a word of want stands for ---- */

static int is_over(const struct fluxo_life *life) /* the last response is complete */
{
    return is(life->response, CLOSED) || (is(life->response, DONE) && has(life, CLOSE));
}

static int may_close(const struct fluxo_life *life)
{
    if (is(life->response, ERROR))
        return 1;
    if (has(life, SERVER))
        return is(life->request, CLOSED) && is(life->response, IDLE | DONE | CLOSED);
    return is_over(life) || (is(life->request, CLOSED) && is(life->response, IDLE));
}

static int is_server_writing(const struct fluxo_life *life)
{
    if (is(life->response, DONE | CLOSED | TUNNEL | ERROR) || has(life, HELD | WANTED))
        return 0;
    if (is(life->response, IDLE))
        return is(life->request, ERROR);
    return !is(life->request, BODY) || has(life, EXPECT);
}

static int is_client_writing(const struct fluxo_life *life)
{
    if (is(life->request, IDLE))
        return is(life->response, IDLE);
    return is(life->request, BODY) && !has(life, EXPECT) && !is(life->response, CLOSED | ERROR) && !is_over(life);
}

static int stands_for(const struct fluxo_life *life, unsigned want)
{
    switch (want) {
    case FLUXO_WANT_SWITCH:
        return is(life->request, TUNNEL) && is(life->response, TUNNEL);
    case FLUXO_WANT_NEXT:
        return may_happen(life, FLUXO_LIFE_EVENT_NEXT);
    case FLUXO_WANT_CONTINUE:
        return has(life, WANTED);
    case FLUXO_WANT_PAUSE:
        return has(life, HELD) && is(life->response, WAIT | BODY);
    case FLUXO_WANT_DRAIN:
        return has(life, SERVER) && is(life->request, BODY) && is(life->response, DONE) && !has(life, CLOSE);
    case FLUXO_WANT_WAIT:
        return may_happen(life, FLUXO_LIFE_EVENT_PROCEED);
    case FLUXO_WANT_CLOSE:
        return may_close(life);
    case FLUXO_WANT_LINGER:
        return has(life, SERVER) && is_over(life) && !may_close(life);
    case FLUXO_WANT_WRITE:
        return has(life, SERVER)
                   ? is_server_writing(life) || (is(life->request, IDLE | CLOSED) && is(life->response, WAIT | BODY))
                   : is_client_writing(life);
    default:
        return -1;
    }
}

static unsigned expect_want(const struct fluxo_life *life)
{
    unsigned want, found = FLUXO_WANT_READ;

    for (want = FLUXO_WANT_READ + 1; want < FLUXO_WANTS; want++)
        if (stands_for(life, want) > 0)
            found = found == FLUXO_WANT_READ ? want : FLUXO_WANTS; /* two words for one state are none */
    return found;
}

/* ---- Claims of each state ---- */

static int enters_tunnel_together(const struct fluxo_life *life)
{
    return is(life->request, TUNNEL) == is(life->response, TUNNEL);
}

static int knows_close(const struct fluxo_life *life)
{
    return has(life, CLOSE) || !(is(life->request, CLOSED | ERROR) || is(life->response, CLOSED | ERROR));
}

static int begins_afresh(const struct fluxo_life *life)
{
    return !(is(life->request, IDLE) && is(life->response, IDLE)) || !(life->flags & ~(unsigned)SERVER);
}

static int has_request_sides(const struct fluxo_life *life)
{
    return !is(life->request, WAIT);
}

static int waits_for_request(const struct fluxo_life *life)
{
    return !is(life->response, WAIT) || !is(life->request, IDLE | TUNNEL);
}

static int expects_in_body(const struct fluxo_life *life)
{
    return !has(life, EXPECT) || is(life->request, BODY);
}

static int wants_what_is_expected(const struct fluxo_life *life)
{
    return !has(life, WANTED) || (has(life, SERVER) && has(life, EXPECT) && is(life->response, WAIT));
}

static int is_until_close_in_body(const struct fluxo_life *life)
{
    return !has(life, UNTIL_CLOSE) || is(life->response, BODY | CLOSED);
}

static int holds_behind_request(const struct fluxo_life *life)
{
    return !has(life, HELD) || (has(life, SERVER) && is(life->request, DONE));
}

static int offers_until_answer(const struct fluxo_life *life)
{
    return !has(life, UPGRADE | CONNECT) || is(life->response, WAIT | ERROR);
}

static int is_old_without_upgrade(const struct fluxo_life *life)
{
    return !has(life, OLD) || !has(life, UPGRADE | EXPECT | WANTED);
}

static int has_want_row(const struct fluxo_life *life)
{
    return find_want(life) != NO_ROW;
}

static int wants_what_it_stands_for(const struct fluxo_life *life)
{
    return ask_want(life) == expect_want(life);
}

static int is_end(unsigned want)
{
    return want == FLUXO_WANT_CLOSE || want == FLUXO_WANT_LINGER || want == FLUXO_WANT_SWITCH;
}

/* Where nothing is to be done any more, nothing that is due is left behind; except that the other is gone. */
static int leaves_nothing(const struct fluxo_life *life)
{
    return !is_end(ask_want(life)) || !is(life->response, WAIT | BODY);
}

static int ends_in_tunnel(const struct fluxo_life *life)
{
    struct fluxo_life after = *life;
    unsigned event;

    for (event = 0; is(life->request, TUNNEL) && event < FLUXO_LIFE_EVENTS; event++)
        if (take_step(&after, event, 0))
            return 0;
    return 1;
}

static const struct {
    const char *words;
    int (*holds)(const struct fluxo_life *life);
} of_states[] = {
    {"both sides are in TUNNEL, or none", enters_tunnel_together},
    {"in TUNNEL nothing happens any more", ends_in_tunnel},
    {"a side that is CLOSED or in ERROR means CLOSE", knows_close},
    {"between exchanges nothing is remembered but the role", begins_afresh},
    {"the request is never in WAIT", has_request_sides},
    {"a response is due only to a request", waits_for_request},
    {"EXPECT does not outlive the request's body", expects_in_body},
    {"WANTED is a server's, with EXPECT, and until it answers", wants_what_is_expected},
    {"UNTIL_CLOSE only with a response that is in BODY or CLOSED", is_until_close_in_body},
    {"HELD is a server's, behind a request that is DONE", holds_behind_request},
    {"UPGRADE and CONNECT do not outlive the answer", offers_until_answer},
    {"OLD offers no upgrade and expects nothing", is_old_without_upgrade},
    {"each state has a row of want.def", has_want_row},
    {"each state wants what the word stands for", wants_what_it_stands_for},
    {"no response is left behind where want is an end", leaves_nothing},
};

enum { OF_STATES = sizeof of_states / sizeof of_states[0] };

static int holds_in_states(int (*holds)(const struct fluxo_life *life))
{
    unsigned at;

    for (at = 0; at < count; at++)
        if (!holds(&places[at].life)) {
            name_place(at);
            add_why(", want %s", fluxo_want_name(ask_want(&places[at].life)));
            return 0;
        }
    return 1;
}

/* ---- Claims of each step ---- */

struct trial {
    struct fluxo_life before, after;
    unsigned event, brings;
    int happens;
};

static int agrees_when(const struct trial *trial, unsigned event)
{
    return trial->event != event || trial->happens == may_happen(&trial->before, event);
}

static int agrees_request(const struct trial *trial, unsigned unused)
{
    (void)unused;
    return !trial->happens || trial->after.request == request_goes(&trial->before, trial->event);
}

static int agrees_response(const struct trial *trial, unsigned unused)
{
    (void)unused;
    return !trial->happens || trial->after.response == response_goes(&trial->before, trial->event);
}

static int agrees_flag(const struct trial *trial, unsigned flag)
{
    return !trial->happens || (trial->after.flags & flag) == flag_goes(&trial->before, trial->event, trial->brings, flag);
}

static int changes_nothing(const struct trial *trial, unsigned unused)
{
    (void)unused;
    return trial->happens || !memcmp(&trial->before, &trial->after, sizeof trial->before);
}

static int keeps_close(const struct trial *trial, unsigned unused)
{
    (void)unused;
    return !has(&trial->before, CLOSE) ||
           (has(&trial->after, CLOSE) && !(trial->happens && trial->event == FLUXO_LIFE_EVENT_NEXT));
}

static int is_next_from_done(const struct trial *trial, unsigned unused)
{
    (void)unused;
    return !(trial->happens && trial->event == FLUXO_LIFE_EVENT_NEXT) ||
           (is(trial->before.request, DONE) && is(trial->before.response, DONE));
}

static int spares_old_clients(const struct trial *trial, unsigned unused)
{
    int is_interim = trial->event == FLUXO_LIFE_EVENT_CONTINUE || trial->event == FLUXO_LIFE_EVENT_INTERIM ||
                     trial->event == FLUXO_LIFE_EVENT_SWITCH;
    (void)unused;
    return !(trial->happens && is_interim && has(&trial->before, OLD));
}

/* A side goes forward only, but for NEXT: no exchange goes on for ever without octets of a body or interim responses. */
static int goes_forward(const struct trial *trial, unsigned unused)
{
    (void)unused;
    return !trial->happens || trial->event == FLUXO_LIFE_EVENT_NEXT || is(trial->after.request, TUNNEL) ||
           (trial->after.request >= trial->before.request && trial->after.response >= trial->before.response);
}

static int agrees_with_copy(const struct trial *trial, unsigned unused)
{
    struct fluxo_life life = trial->before;
    (void)unused;
    return step_copy(&life, trial->event, trial->brings) == trial->happens && !memcmp(&life, &trial->after, sizeof life) &&
           (find_want(&life) == NO_ROW || wants[find_want(&life)].which == ask_want(&life));
}

#define COUNT_EVENT(name) {"when it may happen: " #name, agrees_when, FLUXO_LIFE_EVENT_##name},
static const struct {
    const char *words;
    int (*holds)(const struct trial *trial, unsigned parameter);
    unsigned parameter;
} of_steps[] = {
    {"an event that is refused changes nothing", changes_nothing, 0},
    {"CLOSE never goes away, and NEXT is impossible with it", keeps_close, 0},
    {"NEXT is possible only from DONE/DONE", is_next_from_done, 0},
    {"no interim response to an HTTP/1.0 client", spares_old_clients, 0},
    {"both sides only go forward, but for NEXT", goes_forward, 0},
#define LIFE_EVENT(name) COUNT_EVENT(name)
#include <fluxo/events.def>
#undef LIFE_EVENT
    {"where it goes: the request", agrees_request, 0},
    {"where it goes: the response", agrees_response, 0},
    {"when it comes and goes: SERVER", agrees_flag, SERVER},
    {"when it comes and goes: CLOSE", agrees_flag, CLOSE},
    {"when it comes and goes: OLD", agrees_flag, OLD},
    {"when it comes and goes: UPGRADE", agrees_flag, UPGRADE},
    {"when it comes and goes: CONNECT", agrees_flag, CONNECT},
    {"when it comes and goes: EXPECT", agrees_flag, EXPECT},
    {"when it comes and goes: WANTED", agrees_flag, WANTED},
    {"when it comes and goes: UNTIL_CLOSE", agrees_flag, UNTIL_CLOSE},
    {"when it comes and goes: HELD", agrees_flag, HELD},
    {"the rows as they stand in life.def and want.def are what the library does", agrees_with_copy, 0},
};

enum { OF_STEPS = sizeof of_steps / sizeof of_steps[0] };

static struct trial try_event(unsigned at, unsigned event, unsigned brings)
{
    struct trial trial;

    memset(&trial, 0, sizeof trial);
    trial.before = trial.after = places[at].life;
    trial.event = event;
    trial.brings = brings;
    trial.happens = take_step(&trial.after, event, brings);
    return trial;
}

static int holds_for_event(unsigned claim, unsigned at, unsigned event)
{
    unsigned kind;

    for (kind = 0; kind < count_kinds(event); kind++) {
        struct trial trial = try_event(at, event, brings_of(event, kind));
        if (of_steps[claim].holds(&trial, of_steps[claim].parameter))
            continue;
        name_place(at);
        add_why(": ");
        name_event(event, trial.brings);
        add_why(trial.happens ? " leads to " : " is refused");
        if (trial.happens)
            name_life(trial.after);
        return 0;
    }
    return 1;
}

static int holds_in_steps(unsigned claim)
{
    unsigned at, event;

    for (at = 0; at < count; at++)
        for (event = 0; event < FLUXO_LIFE_EVENTS; event++)
            if (!holds_for_event(claim, at, event))
                return 0;
    return 1;
}

/* ---- Claims of the whole ---- */

static uint8_t ends[PLACES];

static int comes_to_end(unsigned at)
{
    unsigned event, kind;

    for (event = 0; event < FLUXO_LIFE_EVENTS; event++)
        for (kind = 0; kind < count_kinds(event); kind++) {
            struct trial trial = try_event(at, event, brings_of(event, kind));
            if (trial.happens && ends[note_place(trial.after, at, event, 0)])
                return 1;
        }
    return 0;
}

static int can_always_end(void)
{
    unsigned at, found = 1;

    for (at = 0; at < count; at++)
        ends[at] = (uint8_t)is_end(ask_want(&places[at].life));
    while (found)
        for (at = 0, found = 0; at < count; at++)
            if (!ends[at] && comes_to_end(at))
                ends[at] = 1, found = 1;
    for (at = 0; at < count; at++)
        if (!ends[at]) {
            name_place(at);
            return 0;
        }
    return 1;
}

/* Each side alone can end it at any time, by closing. */
static int can_end_alone(void)
{
    unsigned at;

    for (at = 0; at < count; at++) {
        struct fluxo_life life = places[at].life;
        if (is_end(ask_want(&life)))
            continue;
        take_step(&life, FLUXO_LIFE_EVENT_RESPONSE_CLOSE, 0);
        if (is_end(ask_want(&life)))
            continue;
        name_place(at);
        return 0;
    }
    return 1;
}

static int uses_steps(void)
{
    uint8_t used[NO_ROW + 1];
    unsigned at, event, row;

    memset(used, 0, sizeof used);
    for (at = 0; at < count; at++)
        for (event = 0; event < FLUXO_LIFE_EVENTS; event++)
            used[find_step(&places[at].life, event)] = 1;
    for (row = 0; row < STEPS && used[row]; row++)
        ;
    if (row < STEPS)
        add_why("row %u is never taken: %s, %s", row + 1, fluxo_life_event_name(steps[row].which), steps[row].sentence);
    return row == STEPS;
}

static int uses_wants(void)
{
    uint8_t used[NO_ROW + 1];
    unsigned at, row;

    memset(used, 0, sizeof used);
    for (at = 0; at < count; at++)
        used[find_want(&places[at].life)] = 1;
    for (row = 0; row < WANTS && used[row]; row++)
        ;
    if (row < WANTS)
        add_why("row %u is never taken: %s, %s", row + 1, fluxo_want_name(wants[row].which), wants[row].sentence);
    return row == WANTS;
}

static const struct {
    const char *words;
    int (*holds)(void);
} of_all[] = {
    {"from every state the connection can end", can_always_end},
    {"from every state it ends when the server closes", can_end_alone},
    {"every row of life.def happens in some state", uses_steps},
    {"every row of want.def is the answer in some state", uses_wants},
    {"what one end may send, however late it comes, the other end takes without a fault", are_all_taken},
    {"two ends that do what want says always come to the next exchange or to the end", are_never_stuck},
};

enum { OF_ALL = sizeof of_all / sizeof of_all[0], OF_PAIRS = 2 };

/* ---- TAP ---- */

static unsigned told, failed;

static void tell(int holds, const char *words)
{
    printf("%s %u - %s\n", holds ? "ok" : "not ok", ++told, words);
    if (!holds)
        printf("# %s\n", why);
    failed += holds ? 0 : 1;
    why[0] = '\0';
}

static void tell_claims(void)
{
    unsigned claim;

    for (claim = 0; claim < OF_STATES; claim++)
        tell(holds_in_states(of_states[claim].holds), of_states[claim].words);
    for (claim = 0; claim < OF_STEPS; claim++)
        tell(holds_in_steps(claim), of_steps[claim].words);
    for (claim = 0; claim < OF_ALL; claim++) {
        int holds = of_all[claim].holds();
        if (claim >= OF_ALL - OF_PAIRS)
            printf("# %u states of a client, a server and the line between them\n", count_pairs());
        tell(holds, of_all[claim].words);
    }
}

static void tell_numbers(void)
{
    unsigned at, servers = 0, pairs = 0;
    uint8_t seen[FLUXO_SIDES][FLUXO_SIDES];

    memset(seen, 0, sizeof seen);
    for (at = 0; at < count; at++) {
        uint8_t *pair = &seen[places[at].life.request][places[at].life.response];
        servers += has(&places[at].life, SERVER) ? 1 : 0;
        pairs += *pair ? 0 : 1;
        *pair = 1;
    }
    printf("# %u states: %u of a client, %u of a server; %u pairs of request and response\n", count, count - servers, servers,
           pairs);
}

/* ---- The tables with a word less ---- */

static int is_noticed(void)
{
    unsigned claim;
    int is_well = 1;

    walk();
    for (claim = 0; claim < OF_STATES && is_well; claim++)
        is_well = holds_in_states(of_states[claim].holds);
    for (claim = 0; claim + 1 < OF_STEPS && is_well; claim++) /* the last compares with the library, which would be too easy */
        is_well = holds_in_steps(claim);
    for (claim = 0; claim < OF_ALL && is_well; claim++)
        is_well = of_all[claim].holds();
    why[0] = '\0';
    return !is_well;
}

static unsigned changes, spared, unnoticed;

/* The role in want.def is for the reader: where nobody but a server has the flag (HELD, WANTED), and in the rows of clients,
   because all states of a server have a row above them. */
static int is_for_the_reader(const struct row *original, unsigned cell, unsigned bits)
{
    if (original < want_rows || original >= want_rows + WANTS || bits != SERVER)
        return 0;
    return cell == UNLESS || (cell == NEEDS && original->cells[NEEDS] & (HELD | WANTED));
}

static void try_change(const char *table, const struct row *original, unsigned cell, unsigned bits, const char *name)
{
    int noticed = is_noticed();

    changes++;
    spared += is_for_the_reader(original, cell, bits) ? 1 : 0;
    if (noticed != is_for_the_reader(original, cell, bits))
        return;
    unnoticed++;
    add_why("%s, %s (%s): without", table, name, original->sentence);
    if (cell == CELLS)
        add_why(" the row");
    else if (cell == REQUEST_MASK || cell == RESPONSE_MASK || cell == REQUEST_AFTER || cell == RESPONSE_AFTER)
        add_why(" %s in %s", fluxo_side_name(side_of(bits)), cell_names[cell]);
    else {
        name_flags(bits);
        add_why(" in %s", cell_names[cell]);
    }
    printf("# %s: %s\n", noticed ? "noticed, though it is for the reader only" : "no claim notices", why);
    why[0] = '\0';
}

/* ANY is no word of its own: it holds sides that do not come there. */
static int is_word(const struct row *original, unsigned cell, unsigned bit)
{
    return (original->cells[cell] >> bit & 1) && !(cell <= RESPONSE_MASK && original->cells[cell] == ANY);
}

static void change_row(const char *table, struct row *row, const struct row *original, const char *name)
{
    unsigned cell, bit;

    row->cells[REQUEST_MASK] = 0;
    try_change(table, original, CELLS, 0, name);
    *row = *original;
    for (cell = 0; cell < CELLS; cell++)
        for (bit = 0; bit < 9; bit++)
            if (is_word(original, cell, bit)) {
                row->cells[cell] &= ~(1u << bit);
                try_change(table, original, cell, 1u << bit, name);
                *row = *original;
            }
}

static void change_rows(void)
{
    unsigned row;

    is_copy = 1;
    for (row = 0; row < STEPS; row++)
        change_row("life.def", &steps[row], &life_rows[row], fluxo_life_event_name(life_rows[row].which));
    for (row = 0; row < WANTS; row++)
        change_row("want.def", &wants[row], &want_rows[row], fluxo_want_name(want_rows[row].which));
    is_copy = 0;
}

int main(void)
{
    restore_rows();
    list_brings();
    walk();
    tell_numbers();
    tell_claims();
    tell(are_stories_true(), "the stories of doc/life.md are what the library does");
    change_rows();
    printf("# %u changes of the tables, each a row or a word less, are noticed; %u more leave out the role where it is for the "
           "reader\n",
           changes - spared, spared);
    tell(changes > 100 && !unnoticed, "each row, and each word in it, is missed when it is taken out");
    printf("1..%u\n", told);
    return failed != 0;
}
