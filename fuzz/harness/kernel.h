/* SPDX-License-Identifier: MIT */
/*
 * A made-up kernel below the whole server: sockets, descriptors, the three ways to wait, signals, memory and a clock that goes
 * only when nothing else does. All of it takes the real calls' place by the linker's --wrap, so that nothing of the server is
 * left out, its back ends included, and no call ever waits.
 *
 * How this works: between kernel_begin and kernel_end the calls of calls.def act on the tables here; before and after they are
 * the real ones. When the server waits, `act` is asked what happens in the world: bytes arrive, time passes, a signal comes.
 */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum call {
#define CALL(name, letter, hidden, ...) CALL_##name,
#include "calls.def"
#undef CALL
    CALLS
};

struct call_entry {
    char letter;
    uint8_t hidden, count;
    int errors[8];
};
extern const struct call_entry calls[CALLS];

enum {
    PEERS = 8,
    SENT_MOST = 160 * 1024,
    TAKEN_MOST = 640 * 1024, /* then a client's window is shut for good */
    FAULTS = 8,
    TURNS_MOST = 40000 /* by then it spins */
};

/* A client's end of a connection. */
struct peer {
    /* what it does */
    size_t length; /* of what it has sent */
    size_t window; /* octets that it will take yet; SIZE_MAX: all */
    bool has_ended, is_reset;

    /* what the server does */
    size_t read, taken;
    size_t heeded; /* of what it read, when it was shut: the rest is dropped */
    bool is_accepted, is_shut, is_closed;
    bool is_abandoned; /* closed by a reset */
    bool is_refused;   /* never accepted: the listener was closed, or there was no memory */
    bool was_hit;      /* one of its calls failed, so that it had to notice */
    int fd;

    char *sent, *output;
};

struct fault {
    enum call call;
    unsigned nth; /* of these calls */
    int error;
    bool for_ever;
};

/* What `act` answers: whether the server goes on, with what is ready or what is due by now. Then it has just asked whether it
   is quiet, and done nothing since. */
enum act { ACT_AGAIN, ACT_GO };

struct kernel {
    bool is_running;
    int64_t now;                 /* ms */
    int64_t oversleep;           /* ms that each sleep lasts too long */
    size_t most_read, most_sent; /* octets in one call; 0: no bound */
    uint32_t chance;             /* not 0: calls give and take less, or fail, by chance, in ways that nobody may notice */
    bool is_reversed;            /* what is ready is told from the highest descriptor on */

    struct peer peers[PEERS];
    int count; /* of peers that have knocked */
    bool is_listening;

    unsigned made[CALLS]; /* so many calls of each kind */
    struct fault faults[FAULTS];
    int faults_set;
    bool was_delayed;       /* the server could not wait, and has let time pass */
    unsigned failed[CALLS]; /* by such a fault; kernel_failed tells */

    unsigned turns;    /* of the server */
    unsigned progress; /* all that has changed anything */

    /* Called when the server waits: for what is ready, or until `due` (INT64_MAX: for ever). */
    enum act (*act)(int64_t due);
};
extern struct kernel kernel;

void kernel_begin(void); /* an empty one */
void kernel_end(void);   /* the real calls are back */

bool kernel_is_quiet(void); /* nothing is ready of what the server waits for; only to be asked by `act` */

struct peer *kernel_connect(void);                                        /* NULL: there are enough */
bool kernel_send(struct peer *peer, const void *bytes, size_t length);    /* false: no room, nothing is sent */
void kernel_fail(enum call call, unsigned nth, int error, bool for_ever); /* the nth from now, from 1 */
bool kernel_raise(int number);                                            /* false: it is not caught */

unsigned kernel_failed(enum call call);          /* how many of these calls it has let fail, memory included */
unsigned kernel_events(const struct peer *peer); /* what the server waits for: LOOP_READ, LOOP_WRITE */
int kernel_descriptors(void);                    /* that are open */

#endif
