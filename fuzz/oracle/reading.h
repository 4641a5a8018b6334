/* SPDX-License-Identifier: MIT */
/*
 * What a stream of messages says, in a form that two readers of it can be compared by: the parser under test, whatever the
 * cuts and the mode, and the reference model.
 */
#ifndef FUZZ_READING_H
#define FUZZ_READING_H

#include <fluxo/parser.h>

/*
 * One event, its pieces joined. Places are offsets in the whole input; kind, flags and id are those of struct fluxo_event (of
 * the flags only FLUXO_EVENT_FOLD). The octets of one chunk, or of a body that is not chunked, are one record. HEAD and MESSAGE
 * have the offset after them as name_at, and no lengths. The place of a name or a value that is empty is 0.
 */
struct record {
    uint8_t kind, flags;
    uint16_t id;
    uint32_t name_at, name_length, value_at, value_length;
};

enum ending {
    ENDING_MORE,     /* the input ends where a message may end, or inside one */
    ENDING_ERROR,    /* refused */
    ENDING_SWITCHED, /* what follows is no longer HTTP/1.1, also when nothing follows */
    ENDING_CLOSED    /* a message closed the connection, also when nothing follows */
};

enum finish { FINISH_CLEAN, FINISH_COMPLETE, FINISH_INCOMPLETE };

/* A line that is not complete has no record; the octets of a body that are there have. */
struct reading {
    struct record *records;
    size_t count, room;
    enum ending ending;
    unsigned error;  /* enum fluxo_error_code */
    uint64_t offset; /* of the error, or of the first byte of what is switched or closed, or the input's length */
    int finish;      /* enum finish: what the end of the connection there means, with ENDING_MORE; else 0 */
    const struct fluxo_facts *heads; /* what is known of each message at its HEAD */
    size_t head_count;
};

#endif
