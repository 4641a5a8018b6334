/* SPDX-License-Identifier: MIT */
#include "side.h"

#include "../oracle/model.h"
#include "../oracle/target-model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPANS = FLUXO_WRITER_PIECES };

static struct arena bytes_arena, events_arena, argument_arenas[ARGUMENTS];

/* Strict, and with no limit of its own, as the writer reads. */
#define LIMIT(member, name, type, standard, least, most, error) most,
/* clang-format off */
static const struct fluxo_options strict = {FLUXO_PROFILE_STRICT, 0, {
#include <fluxo/limits.def>
}};
/* clang-format on */
#undef LIMIT

/* ---- Ledgers ---- */

static void add_octets(struct ledger *ledger, const void *octets, size_t length)
{
    hold(length <= sizeof ledger->octets - ledger->length, "ledger", "full");
    if (length)
        memcpy(ledger->octets + ledger->length, octets, length);
    ledger->length += length;
}

static void add_entry(struct ledger *ledger, char tag, struct fluxo_span text)
{
    uint32_t length = (uint32_t)text.length;

    add_octets(ledger, &tag, 1);
    add_octets(ledger, &length, sizeof length);
    add_octets(ledger, text.start, text.length);
}

static void add_pair(struct ledger *ledger, char tag, struct fluxo_span name, struct fluxo_span value)
{
    add_entry(ledger, tag, name);
    add_entry(ledger, '=', value);
}

/* However they come, they are told apart by nothing. */
static void add_body(struct ledger *ledger, struct fluxo_span octets)
{
    size_t at;

    for (at = 0; at < octets.length; at++) {
        add_octets(ledger, "b", 1);
        add_octets(ledger, octets.start + at, 1);
    }
}

static void move_ledger(struct ledger *to, struct ledger *from)
{
    add_octets(to, from->octets, from->length);
    from->length = 0;
}

static void show_ledger(const char *name, const struct ledger *ledger)
{
    size_t at;

    fprintf(stderr, "%s: ", name);
    for (at = 0; at < ledger->length; at++) {
        unsigned char octet = (unsigned char)ledger->octets[at];
        if (octet >= ' ' && octet < 0x7F)
            fputc(octet, stderr);
        else
            fprintf(stderr, "<%02X>", octet);
    }
    fputc('\n', stderr);
}

/* ---- Beginning and end ---- */

static void open_arenas(void)
{
    unsigned nth;

    if (bytes_arena.memory)
        return;
    arena_open(&bytes_arena, INPUT_MOST);
    arena_open(&events_arena, CAPACITY_MOST * sizeof(struct fluxo_event));
    for (nth = 0; nth < ARGUMENTS; nth++)
        arena_open(&argument_arenas[nth], INPUT_MOST);
}

static void clear_ledgers(struct side *side)
{
    side->arrived.length = side->output.length = side->meant.length = side->open.length = 0;
}

static void begin_connection(struct side *side, enum fluxo_role role, const struct trial *trial)
{
    side->role = role;
    exchange_set_options(&side->options, trial);
    hold(fluxo_conn_init(&side->conn, role, &side->options) == FLUXO_DONE, "misuse", "a connection that does not begin");
    fluxo_writer_init(&side->writer, &side->conn, &side->memory.allocator);
    fluxo_head_init(&side->head, NULL, UINT32_MAX, &side->memory.allocator);
    fluxo_head_init_trailers(&side->trailers, NULL, UINT32_MAX, &side->memory.allocator);
    side->exchange.conn = &side->conn;
    side->exchange.writer = &side->writer;
    side->capacity = trial->capacity;
}

static void begin_accounts(struct side *side)
{
    side->from = side->shown = side->to = 0;
    side->end = SIZE_MAX;
    side->is_drained = side->is_cut = side->is_broken = 0;
    side->count = side->complete = side->interims = 0;
    side->drained = 0;
    side->reading.records = side->records;
    side->reading.room = RECORDS_MOST;
    norm_begin(&side->norm, &side->reading, side->heads);
    clear_ledgers(side);
}

void side_begin(struct side *side, enum fluxo_role role, const struct trial *trial, unsigned cuts)
{
    open_arenas();
    begin_connection(side, role, trial);
    begin_accounts(side);
    side->cuts = cuts;
    side->chance = cuts | UINT32_C(0x10000);
}

void side_end(struct side *side)
{
    side->is_open = side->writer.stage != 0;
    norm_end(&side->norm);
    fluxo_writer_close(&side->writer);
    fluxo_head_close(&side->head);
    fluxo_head_close(&side->trailers);
    memory_end(&side->memory);
}

static int is_server(const struct side *side)
{
    return side->role == FLUXO_SERVER;
}

static unsigned side_read(const struct fluxo_conn *conn)
{
    return conn->life.flags & FLUXO_LIFE_SERVER ? conn->life.request : conn->life.response;
}

/* ---- What must not change when a call is refused ---- */

struct snapshot {
    struct fluxo_conn conn;
    uint64_t pending, due, sum;
    uint32_t open, fields;
    uint8_t stage, options, framing;
};

/* As FNV-1a does, but by words. */
static uint64_t add_up(uint64_t sum, const char *octets, size_t length)
{
    uint64_t word;

    for (; length >= sizeof word; octets += sizeof word, length -= sizeof word) {
        memcpy(&word, octets, sizeof word);
        sum = (sum ^ word ^ sum >> 32) * UINT64_C(1099511628211);
    }
    for (; length; octets++, length--)
        sum = (sum ^ (unsigned char)*octets) * UINT64_C(1099511628211);
    return sum;
}

/* Of what waits, and of the head that is open. */
static uint64_t sum_output(const struct fluxo_writer *writer)
{
    struct fluxo_span spans[SPANS];
    uint32_t count = fluxo_writer_output(writer, spans, SPANS), nth;
    uint64_t sum = 14695981039346656037u;

    for (nth = 0; nth < count; nth++)
        sum = add_up(sum, spans[nth].start, spans[nth].length);
    return writer->to > writer->ready ? add_up(sum, writer->text + writer->ready, writer->to - writer->ready) : sum;
}

static struct snapshot take_snapshot(const struct side *side)
{
    const struct fluxo_writer *writer = &side->writer;
    struct snapshot snapshot;

    memset(&snapshot, 0, sizeof snapshot);
    snapshot.conn = side->conn;
    snapshot.pending = fluxo_writer_pending(writer);
    snapshot.sum = sum_output(writer);
    snapshot.open = writer->to - writer->ready;
    snapshot.stage = writer->stage;
    if (!writer->stage)
        return snapshot; /* the rest is of the last message */
    snapshot.due = writer->due;
    snapshot.fields = writer->fields;
    snapshot.options = writer->options;
    snapshot.framing = writer->framing;
    return snapshot;
}

static void check_refusal(const struct side *side, const struct snapshot *before)
{
    struct snapshot after = take_snapshot(side);

    hold(memcmp(&after, before, sizeof after) == 0, "misuse", "a call that is refused changes something");
}

/* ---- What comes in ---- */

static size_t draw_piece(struct side *side)
{
    uint32_t drawn = random_next(&side->chance);

    return 1 + (drawn >> 8) % (drawn & 7 ? 16 : 128);
}

static void show_more(struct side *side)
{
    size_t more = side->to - side->shown, give = more;

    if (side->cuts == CUT_ALWAYS)
        give = 1;
    else if (side->cuts > CUT_AT + side->shown)
        give = side->cuts - CUT_AT - side->shown;
    else if (side->cuts && side->cuts < CUT_AT)
        give = draw_piece(side);
    side->shown += give < more ? give : more;
}

/* Where the message begins whose head is complete. */
static size_t find_start_line(const struct reading *reading)
{
    size_t nth = reading->count;

    while (nth && reading->records[nth - 1].kind > FLUXO_EVENT_STATUS_LINE)
        nth--;
    hold(nth > 0, "events", "a head without a start-line");
    return nth - 1;
}

static struct fluxo_span text_of(const struct side *side, uint32_t at, uint32_t length)
{
    return fluxo_span_of(side->arrived.octets + at, length);
}

static int is_same_text(struct fluxo_span one, struct fluxo_span other)
{
    return one.length == other.length && (!one.length || memcmp(one.start, other.start, one.length) == 0);
}

/* RFC 9112 5.2: folds are spaces, unless nothing stands on one side of them. Returns the record behind them. */
static size_t join_folds(const struct side *side, size_t nth, struct ledger *value)
{
    const struct record *record = &side->reading.records[nth];

    value->length = 0;
    add_octets(value, text_of(side, record->value_at, record->value_length).start, record->value_length);
    for (nth++; nth < side->reading.count && (side->reading.records[nth].flags & FLUXO_EVENT_FOLD); nth++) {
        record = &side->reading.records[nth];
        if (record->value_length && value->length)
            add_octets(value, " ", 1);
        add_octets(value, side->arrived.octets + record->value_at, record->value_length);
    }
    return nth;
}

static void compare_start_line(const struct side *side, const struct record *start)
{
    if (start->kind == FLUXO_EVENT_REQUEST_LINE) {
        hold(is_same_text(fluxo_head_method(&side->head), text_of(side, start->name_at, start->name_length)), "head", "method");
        hold(is_same_text(fluxo_head_target(&side->head), text_of(side, start->value_at, start->value_length)), "head",
             "target");
        hold((unsigned)fluxo_head_method_id(&side->head) == start->id, "head", "the method's id");
    } else {
        hold(is_same_text(fluxo_head_reason(&side->head), text_of(side, start->value_at, start->value_length)), "head",
             "reason");
        hold(fluxo_head_status(&side->head) == start->id, "head", "status");
    }
}

/* Those behind the record before `nth`. */
static void compare_fields(const struct side *side, size_t nth)
{
    static struct ledger value;
    const struct reading *reading = &side->reading;
    uint32_t field;

    for (field = 0; nth < reading->count && reading->records[nth].kind == FLUXO_EVENT_FIELD; field++) {
        const struct record *record = &reading->records[nth];
        nth = join_folds(side, nth, &value);
        hold(is_same_text(fluxo_head_name(&side->head, field), text_of(side, record->name_at, record->name_length)), "head",
             "a field's name");
        hold(is_same_text(fluxo_head_value(&side->head, field), fluxo_span_of(value.octets, value.length)), "head",
             "a field's value");
    }
    hold(fluxo_head_fields(&side->head) == field, "head", "how many fields");
}

/* The head has what the records have. */
static void compare_head(const struct side *side)
{
    size_t nth = find_start_line(&side->reading);

    compare_start_line(side, &side->reading.records[nth]);
    compare_fields(side, nth + 1);
}

static void ask_head(const struct side *side)
{
    struct fluxo_uri uri;
    uint32_t field = fluxo_head_fields(&side->head);

    fluxo_head_uri(&side->head, fluxo_text("me"), 0, &uri);
    fluxo_head_is_coded(&side->head);
    hold(fluxo_head_find(&side->head, 0, fluxo_text(" ")) == field, "head", "a field that is not there");
}

/* Trailers are collected by a head of their own, which stands next to the bytes that are not consumed. */
static void compare_trailers(const struct side *side)
{
    const struct reading *reading = &side->reading;
    size_t nth = reading->count - 1, from;
    uint32_t field, fields = fluxo_head_fields(&side->trailers);

    for (from = nth; from && reading->records[from - 1].kind == FLUXO_EVENT_TRAILER;)
        from--;
    for (field = 0; from < nth; field++) {
        const struct record *record = &reading->records[from];
        static struct ledger value;
        from = join_folds(side, from, &value);
        hold(is_same_text(fluxo_head_name(&side->trailers, field), text_of(side, record->name_at, record->name_length)), "head",
             "a trailer's name");
        hold(is_same_text(fluxo_head_value(&side->trailers, field), fluxo_span_of(value.octets, value.length)), "head",
             "a trailer's value");
    }
    hold(field == fields, "head", "how many trailers");
}

static void collect_trailers(struct side *side, const void *placed, struct fluxo_feed fed, const struct fluxo_event *events)
{
    if (!side->trailers.is_complete && fluxo_head_add(&side->trailers, placed, fed, events) == FLUXO_DONE)
        compare_trailers(side);
}

/* Returns whether the head is complete by this call. */
static int collect_head(struct side *side, const void *placed, struct fluxo_feed fed, const struct fluxo_event *events)
{
    int answer;

    if (side->head.is_complete)
        return 0;
    answer = fluxo_head_add(&side->head, placed, fed, events);
    if (answer != FLUXO_DONE) {
        hold(answer == FLUXO_NOT_NOW || side->memory.failures, "head", "lines that cannot be added");
        return 0;
    }
    compare_head(side);
    return fluxo_head_keep(&side->head) == FLUXO_DONE;
}

static int collect_heads(struct side *side, const void *placed, struct fluxo_feed fed, const struct fluxo_event *events)
{
    collect_trailers(side, placed, fed, events);
    return collect_head(side, placed, fed, events);
}

static void forget_heads(struct side *side)
{
    fluxo_head_reset(&side->head);
    fluxo_head_reset(&side->trailers);
}

/* What want says of receiving. */
static void check_want(const struct fluxo_conn *before, const struct fluxo_feed *fed)
{
    enum fluxo_want want = fluxo_conn_want(before);
    int is_closed = fed->status == FLUXO_PAUSED || fed->status == FLUXO_SWITCHED || fed->status == FLUXO_CLOSED;

    hold(want != FLUXO_WANT_READ || !is_closed, "want", "READ, and nothing is read");
    hold(want != FLUXO_WANT_DRAIN || (!is_closed && !fed->count), "want", "DRAIN, and nothing is dropped");
    hold(want != FLUXO_WANT_PAUSE || fed->status == FLUXO_PAUSED, "want", "PAUSE, and something is read");
    hold(want != FLUXO_WANT_NEXT || fed->status == FLUXO_PAUSED, "want", "NEXT, and something is read");
    hold((want == FLUXO_WANT_SWITCH) == (fed->status == FLUXO_SWITCHED), "want", "SWITCH, and something is read");
}

static void check_receive(const struct side *side, const struct fluxo_conn *before, const struct fluxo_feed *fed, size_t length)
{
    const struct fluxo_conn *conn = &side->conn;
    int is_over = fed->status == FLUXO_PAUSED || fed->status == FLUXO_SWITCHED || fed->status == FLUXO_CLOSED;

    hold(fed->consumed <= length && fed->count <= side->capacity, "consumed", "more than there was");
    hold(!is_over || (!fed->consumed && !fed->count), "consumed", "something, where nothing is to be");
    hold((fed->status == FLUXO_ERROR) == (fed->error != 0), "fault", "an error without a status, or a status without");
    if (fed->status == FLUXO_ERROR) {
        hold(fed->error == fluxo_conn_fault(conn) && fluxo_fault(fed->error), "fault", "another one than is told");
        hold(side_read(conn) == FLUXO_SIDE_ERROR || side->is_broken, "fault", "and the side is in order");
        hold(fluxo_conn_offset(conn) <= side->from + length, "fault", "behind all that came");
    } else {
        hold(!fluxo_conn_fault(conn), "fault", "that is not told");
        hold(fluxo_conn_offset(conn) == side->from + fed->consumed, "consumed", "another offset than the sum");
    }
    if (fed->status == FLUXO_PAUSED && length && is_server(side) && before->life.response <= FLUXO_SIDE_BODY)
        hold(fluxo_conn_want(conn) == FLUXO_WANT_PAUSE, "want", "something else than PAUSE, and the next request waits");
    if (before->fault || before->life.response == FLUXO_SIDE_TUNNEL)
        hold(memcmp(conn, before, sizeof *conn) == 0 && !fed->consumed && !fed->count, "sticky", "something is taken still");
    check_want(before, fed);
}

/* RFC 9112 9.2: what comes while nothing is asked may be empty lines. */
static void check_skipped(const struct side *side, size_t consumed)
{
    const char *octets = side->arrived.octets + side->from;
    size_t at;

    for (at = 0; at < consumed; at++)
        hold(octets[at] == (at % 2 ? '\n' : '\r'), "consumed", "what nobody asked for");
    hold(consumed % 2 == 0, "consumed", "half an empty line");
}

static void check_misuse(struct side *side, const void *bytes, struct fluxo_event *events)
{
    struct fluxo_conn before = side->conn;
    struct fluxo_feed fed = fluxo_conn_receive(&side->conn, bytes, 0, events, FLUXO_CAPACITY_LEAST - 1);

    hold(fed.status == FLUXO_ERROR && fed.error == FLUXO_ERR_MISUSE && !fed.consumed && !fed.count, "misuse", "is not told");
    hold(memcmp(&before, &side->conn, sizeof before) == 0, "misuse", "changes the connection");
}

static struct fluxo_event *place_events(uint32_t capacity)
{
    return (struct fluxo_event *)(void *)(events_arena.memory + events_arena.size - capacity * sizeof(struct fluxo_event));
}

/* One octet more than may be dropped tells that there are too many, unless the body is whole with it. A line between chunks is
 * dropped as a whole, however long it is. */
static void note_drain(struct side *side, const struct fluxo_feed *fed)
{
    int is_excess = fed->error == FLUXO_FAULT_DRAIN_LIMIT;
    int is_chunked = fluxo_parser_facts(&side->conn.parser).framing == FLUXO_FRAMING_CHUNKED;

    side->drained += fed->consumed;
    hold(side->drained <= side->options.drain + 1 || is_chunked, "limit", "of what is drained by more than one octet");
    hold(!is_excess || side->drained > side->options.drain, "limit", "of what is drained is reached too soon");
    hold(is_excess || side->drained <= side->options.drain || fed->status == FLUXO_MESSAGE, "limit",
         "of what is drained is passed");
    side->norm.body += fed->consumed; /* where a length was said, all of it is body */
    side->is_drained = 1;
    norm_end(&side->norm);
    side->norm.body_open = 0;
    forget_heads(side);
}

/* One more than are taken is a fault. */
static void note_interims(struct side *side, const struct fluxo_feed *fed)
{
    unsigned status = fluxo_conn_status(&side->conn);

    if (is_server(side))
        return;
    if (fed->error == FLUXO_FAULT_INTERIMS_LIMIT)
        hold(side->interims == side->options.interims, "limit", "of interim responses is reached too soon");
    else if (fed->status == FLUXO_MESSAGE && fluxo_status_is_interim(status) && status != 101)
        hold(++side->interims <= side->options.interims, "limit", "of interim responses is passed");
}

static struct fluxo_feed receive_once(struct side *side)
{
    struct fluxo_event *events = place_events(side->capacity);
    struct fluxo_conn before = side->conn;
    size_t length = side->shown - side->from;
    const uint8_t *placed = arena_place(&bytes_arena, side->arrived.octets + side->from, length, (int)(side->chance >> 5 & 1));
    struct fluxo_feed fed;
    int is_kept = 0;

    check_misuse(side, placed, events);
    fed = fluxo_conn_receive(&side->conn, placed, length, events, side->capacity);
    check_receive(side, &before, &fed, length);
    if (!is_server(side) && before.life.response == FLUXO_SIDE_IDLE)
        check_skipped(side, fed.consumed);
    norm_add(&side->norm, &side->conn.parser, (uint32_t)side->from, length, events, fed.count);
    if (fluxo_conn_want(&before) == FLUXO_WANT_DRAIN)
        note_drain(side, &fed);
    else if (fed.status < FLUXO_SWITCHED)
        is_kept = collect_heads(side, placed, fed, events);
    arena_drop(&bytes_arena, placed, length);
    memset(events, POISON, fed.count * sizeof *events);
    if (is_kept) {
        compare_head(side);
        ask_head(side);
    }
    note_interims(side, &fed);
    if (fed.status == FLUXO_MESSAGE)
        forget_heads(side);
    side->from += fed.consumed;
    return fed;
}

static void receive_all(struct side *side)
{
    struct fluxo_feed fed;

    do {
        if (side->shown < side->to)
            show_more(side);
        do
            fed = receive_once(side);
        while (fed.status == FLUXO_EVENTS_FULL ||
               ((fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE) && side->from < side->shown));
    } while (fed.status <= FLUXO_MESSAGE && side->shown < side->to);
}

void side_receive(struct side *side, struct fluxo_span octets)
{
    add_octets(&side->arrived, octets.start, octets.length);
    side->to += octets.length;
    receive_all(side);
}

static void check_end(const struct side *side, const struct fluxo_conn *before, const struct fluxo_feed *fed)
{
    int is_misuse = fed->status == FLUXO_ERROR && fed->error == FLUXO_ERR_MISUSE;

    hold(!fed->consumed, "consumed", "at the end of what comes");
    hold(!is_misuse || memcmp(before, &side->conn, sizeof *before) == 0, "misuse", "changes the connection");
    hold(is_misuse == ((before->life.flags & FLUXO_LIFE_HELD) != 0), "misuse",
         "of an end that may be, or none while octets are held");
    hold(is_misuse || fed->status == FLUXO_SWITCHED || side_read(&side->conn) >= FLUXO_SIDE_DONE, "end", "is not noted");
    if (fed->status == FLUXO_ERROR && !is_misuse)
        hold(fluxo_conn_fault(&side->conn) == fed->error && fluxo_conn_offset(&side->conn) <= side->shown, "fault",
             "of an end that is told otherwise");
}

static void end_receiving(struct side *side)
{
    struct fluxo_event *events = place_events(side->capacity);
    struct fluxo_conn before = side->conn;
    struct fluxo_feed fed = fluxo_conn_end(&side->conn, events, side->capacity);

    check_end(side, &before, &fed);
    if (side->end == SIZE_MAX && fed.error != FLUXO_ERR_MISUSE)
        side->end = side->to;
    norm_add(&side->norm, &side->conn.parser, (uint32_t)side->from, 0, events, fed.count);
    if (fed.status == FLUXO_MESSAGE)
        forget_heads(side);
}

/* What has begun by then, as the end of the connection would tell. */
static void break_connection(struct side *side)
{
    struct fluxo_conn before = side->conn, ended = side->conn;

    fluxo_conn_end(&ended, place_events(side->capacity), side->capacity);
    fluxo_conn_break(&side->conn);
    side->is_cut = side->is_broken = 1;
    hold(fluxo_conn_want(&side->conn) == FLUXO_WANT_CLOSE || fluxo_conn_want(&side->conn) == FLUXO_WANT_LINGER ||
             fluxo_conn_want(&side->conn) == FLUXO_WANT_SWITCH,
         "want", "something of a connection that broke");
    if (is_server(side))
        hold((fluxo_conn_fault(&side->conn) == FLUXO_FAULT_TRUNCATED) == (ended.fault == FLUXO_FAULT_TRUNCATED) || before.fault,
             "end", "another fault when the connection breaks");
    else if (side_read(&before) == FLUXO_SIDE_WAIT || side_read(&before) == FLUXO_SIDE_BODY)
        hold(fluxo_conn_fault(&side->conn) && side_read(&side->conn) == FLUXO_SIDE_ERROR, "end",
             "a response that is broken off is taken for complete");
}

/* ---- What goes out ---- */

void side_send_some(struct side *side, uint64_t most)
{
    struct fluxo_span spans[SPANS];
    uint32_t count = fluxo_writer_output(&side->writer, spans, SPANS), nth;
    uint64_t pending = fluxo_writer_pending(&side->writer), sent = 0;

    for (nth = 0; nth < count && sent < most; nth++) {
        uint64_t some = spans[nth].length < most - sent ? spans[nth].length : most - sent;
        hold(spans[nth].length > 0, "output", "a span of nothing");
        add_octets(&side->output, spans[nth].start, (size_t)some);
        sent += some;
    }
    hold(fluxo_writer_consumed(&side->writer, (size_t)sent) == FLUXO_DONE, "output", "that cannot be consumed");
    hold(fluxo_writer_pending(&side->writer) == pending - sent, "output", "another amount than was left");
    hold(fluxo_writer_consumed(&side->writer, (size_t)(pending - sent) + 1) == FLUXO_MISUSE_LENGTH, "misuse",
         "more is consumed than waits");
}

void side_send(struct side *side)
{
    side_send_some(side, UINT64_MAX);
}

/* ---- What was accepted ---- */

static int is_final(const struct fluxo_writer *writer)
{
    return !fluxo_status_is_interim(writer->status) || writer->status == 101;
}

/* The request-line that has so many before it; none if it has not come whole. */
static const struct record *find_request_line(const struct side *side, unsigned number)
{
    size_t nth, count = side->reading.count - (size_t)(side->norm.line_open != 0);

    for (nth = 0; nth < count; nth++)
        if (side->records[nth].kind == FLUXO_EVENT_REQUEST_LINE && number-- == 0)
            return &side->records[nth];
    return NULL;
}

/* Of the request that has as many before it as this final response has: its method from its first line on (RFC 9110 9.3.2),
   its version from its head on. */
static struct meaning find_meaning(const struct side *side)
{
    const struct record *line = is_server(side) ? find_request_line(side, side->count) : NULL;
    struct meaning meaning;

    memset(&meaning, 0, sizeof meaning);
    meaning.method = side->writer.method;
    if (is_server(side)) {
        meaning.method = line ? (uint8_t)line->id : (uint8_t)FLUXO_METHOD_OTHER;
        meaning.is_old = side->count < side->reading.head_count && side->heads[side->count].minor == 0;
    }
    meaning.is_last = (side->conn.life.flags & FLUXO_LIFE_CLOSE) != 0;
    return meaning;
}

static void account_head(struct side *side, int has_no_content)
{
    move_ledger(&side->meant, &side->open);
    if (!is_final(&side->writer))
        return;
    side->meanings[side->count] = find_meaning(side);
    side->count++;
    side->complete += (unsigned)has_no_content;
}

static void account_start(struct side *side, struct fluxo_span first, struct fluxo_span second)
{
    side->open.length = 0;
    add_pair(&side->open, 'S', first, second);
}

static void account_status(struct side *side, struct fluxo_span number, struct fluxo_span reason)
{
    unsigned status = exchange_status(number);
    char digits[8];

    snprintf(digits, sizeof digits, "%u", status);
    account_start(side, fluxo_text(digits), reason.length ? reason : fluxo_text(fluxo_status_reason(status)));
}

static void account_date(struct side *side, struct fluxo_span seconds)
{
    char date[FLUXO_DATE_LENGTH];

    fluxo_date_format((int64_t)script_number(seconds), date);
    add_pair(&side->open, 'f', fluxo_text("Date"), fluxo_span_of(date, sizeof date));
}

static void account_continue(struct side *side)
{
    static struct ledger entry;

    entry.length = 0;
    add_pair(&entry, 'S', fluxo_text("100"), fluxo_text("Continue"));
    move_ledger(&side->meant, &entry);
}

/* So many octets of the spans. */
static void account_body(struct side *side, const struct fluxo_span *spans, uint32_t count, uint64_t octets)
{
    uint32_t nth;

    for (nth = 0; nth < count && octets; nth++) {
        uint64_t some = spans[nth].length < octets ? spans[nth].length : octets;
        add_body(&side->meant, fluxo_span_of(spans[nth].start, (size_t)some));
        octets -= some;
    }
}

static void account_next(struct side *side)
{
    side->drained = 0;
    side->interims = 0;
}

/* `goes_out`: octets of a body did, before the call. */
static void account_content(struct side *side, char call, const struct fluxo_span *arguments, int goes_out)
{
    uint64_t given;

    switch (call) {
    case 'b':
        account_body(side, arguments, goes_out ? ARGUMENTS : 0, UINT64_MAX);
        break;
    case 'x':
        account_body(side, arguments + 1, goes_out ? ARGUMENTS - 1 : 0, UINT64_MAX);
        break;
    case 'p':
        given = arguments[1].length + arguments[2].length - side->exchange.source.left;
        account_body(side, arguments + 1, goes_out ? 2 : 0, given);
        break;
    case 't':
        add_pair(&side->meant, 't', arguments[0], arguments[1]);
        break;
    case 'z':
        side->complete += (unsigned)is_final(&side->writer);
        break;
    default:
        break;
    }
}

static void account_call(struct side *side, char call, const struct fluxo_span *arguments, int goes_out)
{
    switch (call) {
    case '.':
        account_next(side);
        break;
    case '/':
        side->is_cut = 1;
        break;
    case 'q':
        account_start(side, arguments[0], arguments[1]);
        add_pair(&side->open, 'f', fluxo_text("Host"), arguments[2]);
        break;
    case 'a':
        account_status(side, arguments[0], arguments[1]);
        break;
    case 'f':
        add_pair(&side->open, 'f', arguments[0], arguments[1]);
        break;
    case 'u':
        add_pair(&side->open, 'f', fluxo_text("Upgrade"), arguments[0]);
        break;
    case 'v':
        add_pair(&side->open, 'f', fluxo_text("TE"), arguments[0]);
        break;
    case 'd':
        account_date(side, arguments[0]);
        break;
    case 'c':
        account_continue(side);
        break;
    case 'h':
    case 'l':
    case 's':
        account_head(side, call == 'h');
        break;
    default:
        account_content(side, call, arguments, goes_out);
    }
}

/* ---- The calls ---- */

/* Octets of a body must stay; all else is copied, and may become poison. */
static int keeps_argument(char call, unsigned nth)
{
    return call == 'b' || (nth && (call == 'x' || call == 'p'));
}

static int call_with_arguments(struct side *side, const struct line *line)
{
    int answer, goes_out = fluxo_writer_has_body(&side->writer);
    struct fluxo_span arguments[ARGUMENTS];
    unsigned nth;

    for (nth = 0; nth < ARGUMENTS; nth++) {
        arguments[nth] = line->arguments[nth];
        if (!keeps_argument(line->call, nth) && arguments[nth].length)
            arguments[nth].start =
                (const char *)arena_place(&argument_arenas[nth], arguments[nth].start, arguments[nth].length, 0);
    }
    answer = exchange_call(&side->exchange, line->call, arguments);
    if (answer == FLUXO_DONE)
        account_call(side, line->call, arguments, goes_out);
    for (nth = 0; nth < ARGUMENTS; nth++)
        if (!keeps_argument(line->call, nth) && arguments[nth].length)
            arena_drop(&argument_arenas[nth], (const uint8_t *)arguments[nth].start, arguments[nth].length);
    return answer;
}

/* One that fails for want of memory is made again, when there is some. */
static int call_or_retry(struct side *side, const struct line *line)
{
    struct snapshot before = take_snapshot(side);
    int answer = call_with_arguments(side, line);

    if (answer != FLUXO_DONE && answer != NO_CALL)
        check_refusal(side, &before);
    hold(answer != FLUXO_MISUSE_MEMORY || side->memory.failures, "memory", "is there, and is not found");
    if (answer != FLUXO_MISUSE_MEMORY || side->memory.fails_on)
        return answer;
    return call_with_arguments(side, line);
}

/* RFC 9110 and life.def: what has ended does not begin again. */
static void check_life(const struct side *side, const struct fluxo_conn *before)
{
    const struct fluxo_conn *conn = &side->conn;

    hold(!before->fault || before->fault == conn->fault, "sticky", "another fault");
    hold(before->life.response != FLUXO_SIDE_TUNNEL || conn->life.response == FLUXO_SIDE_TUNNEL, "sticky", "out of a tunnel");
    hold(before->life.request != FLUXO_SIDE_ERROR || conn->life.request == FLUXO_SIDE_ERROR, "sticky", "a good request again");
    hold(before->life.response != FLUXO_SIDE_ERROR || conn->life.response == FLUXO_SIDE_ERROR, "sticky",
         "a good response again");
    hold(fluxo_conn_want(conn) == fluxo_life_want(&conn->life), "want", "another word than the life's");
    hold(side_read(conn) != FLUXO_SIDE_ERROR || conn->fault || !is_server(side) || side->is_cut, "fault",
         "an error without a fault");
}

int side_call(struct side *side, const struct line *line)
{
    struct fluxo_conn before = side->conn;
    int answer = NO_CALL;

    switch (line->call) {
    case '<':
        side_receive(side, line->arguments[0]);
        break;
    case '!':
        end_receiving(side);
        break;
    case '#':
        break_connection(side);
        break;
    case 'o':
        side_send_some(side, line->arguments[0].length ? script_number(line->arguments[0]) : UINT64_MAX);
        break;
    default:
        answer = call_or_retry(side, line);
    }
    check_life(side, &before);
    return answer;
}

/* ---- What came out ---- */

struct reader {
    struct fluxo_parser parser;
    struct fluxo_target target;
    struct ledger found;
    unsigned begun, complete;
    unsigned status;
    int has_framing, has_upgrade;
    size_t ends[EXCHANGES_MOST]; /* where messages end, interim ones too */
    unsigned messages;
};

static int is_counted(const struct reader *reader)
{
    return reader->status == 0 || reader->status >= 200 || reader->status == 101;
}

/* What the present message has to go by; interim responses by what the next final one has. */
static const struct meaning *meaning_of(const struct reader *reader, const struct side *side)
{
    static const struct meaning none;
    unsigned nth = reader->begun - (unsigned)is_counted(reader);

    return nth < side->count ? &side->meanings[nth] : &none;
}

/* A request for one, or an answer that begins it: whether the connection persists has no meaning. */
static int is_tunnel(const struct reader *reader, const struct side *side)
{
    if (!reader->status)
        return reader->target.form == FLUXO_TARGET_AUTHORITY;
    return reader->status / 100 == 2 && meaning_of(reader, side)->method == FLUXO_METHOD_CONNECT;
}

/* RFC 9110 7.8, 8.6, RFC 9112 6.1, 9.3, 9.6 */
static void check_head(const struct reader *reader, const struct side *side)
{
    struct fluxo_facts facts = fluxo_parser_facts(&reader->parser);

    hold(!reader->has_framing || reader->status == 0 || (reader->status >= 200 && reader->status != 204), "framing",
         "of a response that cannot have any");
    hold(reader->status != 101 || reader->has_upgrade, "upgrade", "to a protocol that is not named");
    if (is_counted(reader) && !facts.upgrade && !is_tunnel(reader, side))
        hold(facts.keep_alive == !meaning_of(reader, side)->is_last, "close", "is said, and not meant, or meant and not said");
}

static int is_any_of(struct fluxo_span name, const char *const *names, size_t count)
{
    size_t nth;

    for (nth = 0; nth < count; nth++)
        if (fluxo_span_is(name, names[nth]))
            return 1;
    return 0;
}

/* RFC 9112 3.2 (Host is the target's authority), 6.1 (no coding to HTTP/1.0), 7.4 (chunked is not named in TE) */
static void check_field(struct reader *reader, const struct side *side, struct fluxo_span name, struct fluxo_span value)
{
    struct fluxo_span chunked = fluxo_text("chunked");

    if (fluxo_span_is(name, "Host") && reader->target.authority.whole.length)
        hold(fluxo_span_equals(value, reader->target.authority.whole), "host", "is not the target's");
    if (fluxo_span_is(name, "Transfer-Encoding"))
        hold(!meaning_of(reader, side)->is_old, "framing", "that HTTP/1.0 does not know");
    reader->has_upgrade |= fluxo_span_is(name, "Upgrade");
    if (fluxo_span_is(name, "TE"))
        hold(!fluxo_list_has(&value, 1, chunked), "te", "names chunked");
}

/* RFC 9110 6.5.1 */
static void check_trailer(struct fluxo_span name)
{
    static const char *const refused[] = {
        "Content-Length", "Transfer-Encoding", "Host",       "Connection",   "TE",
        "Upgrade",        "Authorization",     "Set-Cookie", "Content-Type", "Content-Encoding",
        "Content-Range",  "Trailer",           "Expect",     "Range",        "Cache-Control"};

    hold(!is_any_of(name, refused, sizeof refused / sizeof refused[0]), "trailer", "that may not be one");
}

static void read_start(struct reader *reader, const struct side *side, const struct fluxo_event *event, const char *bytes)
{
    reader->status = event->kind == FLUXO_EVENT_STATUS_LINE ? event->id : 0;
    reader->has_framing = reader->has_upgrade = 0;
    reader->begun += (unsigned)is_counted(reader);
    memset(&reader->target, 0, sizeof reader->target);
    if (!reader->status)
        model_target_split((enum fluxo_method)event->id, fluxo_event_value(event, bytes), &reader->target);
    hold(reader->begun <= side->count, "smuggling", "a message that nobody meant");
}

static void read_event(struct reader *reader, const struct side *side, const struct fluxo_event *event, const char *bytes)
{
    struct fluxo_span name = fluxo_event_name(event, bytes), value = fluxo_event_value(event, bytes);

    switch (event->kind) {
    case FLUXO_EVENT_REQUEST_LINE:
    case FLUXO_EVENT_STATUS_LINE:
        read_start(reader, side, event, bytes);
        add_pair(&reader->found, 'S', name, value);
        break;
    case FLUXO_EVENT_FIELD:
        check_field(reader, side, name, value);
        reader->has_framing |= event->id == FLUXO_FIELD_CONTENT_LENGTH || event->id == FLUXO_FIELD_TRANSFER_ENCODING;
        if (event->id != FLUXO_FIELD_CONTENT_LENGTH && event->id != FLUXO_FIELD_TRANSFER_ENCODING &&
            event->id != FLUXO_FIELD_CONNECTION)
            add_pair(&reader->found, 'f', name, value);
        break;
    case FLUXO_EVENT_HEAD:
        check_head(reader, side);
        break;
    case FLUXO_EVENT_BODY:
        add_body(&reader->found, value);
        break;
    case FLUXO_EVENT_TRAILER:
        check_trailer(name);
        add_pair(&reader->found, 't', name, value);
        break;
    default:
        reader->complete += (unsigned)is_counted(reader);
        reader->ends[reader->messages++] = (size_t)(bytes - side->output.octets) + event->at;
    }
}

static void answer_next(struct reader *reader, const struct side *side)
{
    if (is_server(side) && reader->begun < side->count)
        fluxo_parser_answers(&reader->parser, (enum fluxo_method)side->meanings[reader->begun].method);
}

static void compare_ledgers(const struct side *side, const struct reader *reader)
{
    int is_open = side->is_open || side->is_cut;

    int is_same =
        side->meant.length == reader->found.length && memcmp(side->meant.octets, reader->found.octets, side->meant.length) == 0;
    int is_complete = reader->complete >= side->complete && reader->complete <= side->complete + (unsigned)is_open;

    if (is_same && is_complete)
        return;
    show_ledger("output", &side->output);
    show_ledger("meant", &side->meant);
    show_ledger("found", &reader->found);
    fprintf(stderr, "complete: meant %u, found %u\n", side->complete, reader->complete);
    refute("ledger", is_same ? "messages end elsewhere than they were meant to" : "what came out is not what was accepted");
}

/* And the reference model finds the ends of messages where the parser does. */
static void ask_model(const struct side *side, const struct reader *reader)
{
    static enum fluxo_method methods[EXCHANGES_MOST + 1];
    struct reading reading;
    unsigned messages = 0;
    size_t nth;

    for (nth = 0; nth <= side->count; nth++)
        methods[nth] = nth < side->count ? (enum fluxo_method)side->meanings[nth].method : FLUXO_METHOD_OTHER;
    model_read_answers(&reading, is_server(side) ? FLUXO_RESPONSE : FLUXO_REQUEST, &strict, methods, side->count + 1u,
                       side->output.octets, side->output.length);
    hold(reading.ending != ENDING_ERROR, "model", "what came out is refused");
    for (nth = 0; nth < reading.count; nth++) {
        if (reading.records[nth].kind != FLUXO_EVENT_MESSAGE)
            continue;
        hold(messages < reader->messages && reading.records[nth].name_at == reader->ends[messages], "smuggling",
             "a message ends elsewhere to the model");
        messages++;
    }
    hold(messages == reader->messages, "smuggling", "a message that the model does not see");
}

static void begin_reader(struct reader *reader, const struct side *side)
{
    reader->found.length = 0;
    reader->begun = reader->complete = reader->messages = 0;
    fluxo_parser_init(&reader->parser, is_server(side) ? FLUXO_RESPONSE : FLUXO_REQUEST, &strict);
    answer_next(reader, side);
}

/* Returns whether more may come. */
static int read_output(struct reader *reader, const struct side *side)
{
    struct fluxo_event events[CAPACITY_MOST];
    const struct ledger *output = &side->output;
    struct fluxo_feed fed;
    size_t at = 0;
    uint32_t nth;

    do {
        fed = fluxo_parser_feed(&reader->parser, output->octets + at, output->length - at, events, CAPACITY_MOST);
        for (nth = 0; nth < fed.count; nth++)
            read_event(reader, side, &events[nth], output->octets + at);
        at += fed.consumed;
        if (fed.status == FLUXO_MESSAGE)
            answer_next(reader, side);
    } while (fed.status == FLUXO_HEAD || fed.status == FLUXO_MESSAGE || fed.status == FLUXO_EVENTS_FULL);
    hold(fed.status != FLUXO_ERROR, "ledger", "what came out is refused by a strict parser");
    hold(fed.status == FLUXO_NEED_MORE || at == output->length, "ledger", "octets behind the last message");
    return fed.status == FLUXO_NEED_MORE;
}

static int is_complete_at_end(struct reader *reader)
{
    struct fluxo_event events[FLUXO_CAPACITY_LEAST];

    return fluxo_parser_finish(&reader->parser, events, FLUXO_CAPACITY_LEAST).status == FLUXO_MESSAGE;
}

void side_check_output(const struct side *side)
{
    static struct reader reader;
    int is_open;

    begin_reader(&reader, side);
    is_open = read_output(&reader, side);
    ask_model(side, &reader);
    reader.complete += (unsigned)(is_open && is_complete_at_end(&reader));
    compare_ledgers(side, &reader);
}
