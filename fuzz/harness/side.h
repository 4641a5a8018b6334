/* SPDX-License-Identifier: MIT */
/*
 * One side of a connection, a server or a client, that makes the calls of a script (lines.h), and the laws that hold whatever
 * they are:
 *
 *     misuse    a call that is refused changes nothing, and nothing of what waits to be sent
 *     sticky    a fault stays, and so do a tunnel and a side in error; nothing is consumed any more
 *     want      what want says can be done
 *     ledger    what came out is what was accepted, and nothing else: see side_check_output
 *     memory    each block is given back, and is as large as it was said to be
 *
 * The calls are those of exchange.h, and:
 *
 *     < OCTETS                   the peer has sent them: fluxo_conn_receive, as often as it takes
 *     !                          fluxo_conn_end                 #                 fluxo_conn_break
 *     o OCTETS                   so many are sent; without a number all
 */
#ifndef FUZZ_SIDE_H
#define FUZZ_SIDE_H

#include "../oracle/norm.h"
#include "exchange.h"
#include "memory.h"

enum { OUTPUT_MOST = 1 << 18, EXCHANGES_MOST = LINES_MOST + 1 };

/* How what arrives is cut: or a seed below CUT_AT; or, CUT_AT and a place, there alone. */
enum { CUT_NEVER = 0, CUT_ALWAYS = 1, CUT_AT = 1 << 16 };

/* Octets in a row. */
struct ledger {
    size_t length;
    char octets[OUTPUT_MOST];
};

/* What a message has to go by. */
struct meaning {
    uint8_t method; /* that it answers */
    uint8_t is_old; /* the client speaks HTTP/1.0 */
    uint8_t is_last;
};

struct side {
    enum fluxo_role role;
    struct fluxo_conn_options options;
    struct fluxo_conn conn;
    struct fluxo_writer writer;
    struct exchange exchange; /* of both */
    struct fluxo_head head, trailers;
    struct memory memory;
    uint32_t capacity; /* events for a call */
    unsigned cuts;
    uint32_t chance;
    size_t from, shown, to; /* of what arrived: consumed, shown to the connection, all */
    size_t end;             /* and what had arrived when its end was told, or SIZE_MAX */
    int is_drained;         /* some of what came was dropped */
    struct reading reading;
    struct record records[RECORDS_MOST];
    struct fluxo_facts heads[HEADS_MOST];
    struct norm norm;
    struct ledger arrived, output; /* all of it */
    struct ledger meant, open;     /* what was accepted; of it the head that is open */
    unsigned count, complete;      /* final messages begun, and ended */
    struct meaning meanings[EXCHANGES_MOST];
    uint64_t drained;      /* octets of this exchange that were dropped */
    unsigned interims;     /* of this exchange */
    int is_open;           /* at the end: a message is begun, and not ended */
    int is_cut, is_broken; /* what is written may stay without its end; the connection broke */
};

/* The memory has begun. */
void side_begin(struct side *side, enum fluxo_role role, const struct trial *trial, unsigned cuts);

/* The answer of the call, or NO_CALL. */
int side_call(struct side *side, const struct line *line);

/* What the peer has sent. */
void side_receive(struct side *side, struct fluxo_span octets);

/* All that waits is sent, or so much of it. */
void side_send(struct side *side);
void side_send_some(struct side *side, uint64_t most);

/* Gives all memory back. What came in and went out stays to be looked at. */
void side_end(struct side *side);

/* What came out, read by a strict parser in whole mode, is what was accepted: the same start-lines, fields, octets and
   trailers, with the same ends of messages. To be called when all was sent, after the end. */
void side_check_output(const struct side *side);

#endif
