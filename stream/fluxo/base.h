/* SPDX-License-Identifier: MIT */
/*
 * <fluxo/base.h>: what the parts of stream/ share: answers, the two kinds of errors, an allocator.
 *
 * A call answers with an int. 0 (FLUXO_DONE) and above tell how it went; below 0 it is the caller's fault: a misuse. A misuse
 * changes nothing, so the call may be made again, better. When the peer is at fault, the answer is FLUXO_FAULT, and the object
 * says which fault: an enum fluxo_error_code of the parser or an enum fluxo_fault_code, which go on where those end.
 */
#ifndef FLUXO_BASE_H
#define FLUXO_BASE_H

#include <fluxo/parser.h>

#ifdef __cplusplus
extern "C" {
#endif

enum fluxo_answer {
    FLUXO_DONE,    /* all of it */
    FLUXO_FULL,    /* what could be taken is taken; there is no room for more now: that is back-pressure */
    FLUXO_NOT_NOW, /* a source has nothing now, and will have more */
    FLUXO_END,     /* a source has nothing more; a stream has ended */
    FLUXO_FAULT    /* the peer broke the protocol */
};

/* The caller's faults: misuses.def. */
enum fluxo_misuse_row {
    FLUXO_MISUSE_ROW_NONE,
#define MISUSE(name, sentence) FLUXO_MISUSE_ROW_##name,
#include <fluxo/misuses.def>
#undef MISUSE
    FLUXO_MISUSE_ROWS
};
enum fluxo_misuse {
#define MISUSE(name, sentence) FLUXO_MISUSE_##name = -FLUXO_MISUSE_ROW_##name,
#include <fluxo/misuses.def>
#undef MISUSE
    FLUXO_MISUSES = -FLUXO_MISUSE_ROWS
};

/* The peer's faults beyond those of the parser: faults.def. */
enum fluxo_fault_code {
    FLUXO_FAULT_BEFORE = FLUXO_ERRORS - 1,
#define FAULT(name, status, section, sentence) FLUXO_FAULT_##name,
#include <fluxo/faults.def>
#undef FAULT
    FLUXO_FAULTS
};

/* The row of a fault of either kind; NULL if there is none. */
const struct fluxo_error_entry *fluxo_fault(unsigned code);

struct fluxo_misuse_entry {
    const char *name;     /* "ORDER" */
    const char *sentence; /* what was wrong with the call */
};
/* The row of a misuse, from the answer of a call; NULL if it is none. */
const struct fluxo_misuse_entry *fluxo_misuse(int answer);

/*
 * Memory, from whoever passes one; NULL stands for realloc and free. `resize` is given a block (or NULL) of `old` octets, and
 * returns one of `size` octets with the same beginning, or NULL: then the block is as it was. With `size` 0 it frees.
 */
struct fluxo_allocator {
    void *(*resize)(void *context, void *block, size_t old, size_t size);
    void *context;
};
void *fluxo_resize(const struct fluxo_allocator *allocator, void *block, size_t old, size_t size);

#ifdef __cplusplus
}
#endif
#endif
