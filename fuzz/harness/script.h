/* SPDX-License-Identifier: MIT */
/*
 * The whole of fluxo-server in the made-up kernel, driven by a script: what its clients do, what the kernel answers, and when
 * time passes. Behind the head of 8 octets the script is text, a letter a step, and numbers in decimal:
 *
 *     +            a client connects; what follows is done by it        0 to 7  by that one, from now on
 *     <GET ...>    it sends these octets; ~ before an octet takes it as it is: ~> ~~
 *     *30<...>     so many times, 16 at most if it is more than an octet
 *     e   x        it sends no more (half close)                         it resets the connection
 *     w20   w      it takes 20 octets more, then its window is shut      it takes all
 *     r3   s3      each recv gives, each send takes at most 3 octets, or a 64th; 0: all
 *     .            the server does all that it can do at this time       ,   one turn of its loop
 *     t500  j500   500 ms pass; the clock jumps by as much, and the server sees that only when it next looks
 *     o5           each sleep lasts 5 ms too long
 *     T H I        SIGTERM, SIGHUP, SIGINT
 *     !r2b         the second recv from now fails with the second error of calls.def; B: and all after it
 *     #            a comment, to the end of the line
 *
 * Before all that, settings: :h500 :b500 :i500 :s500 the deadlines in ms of head, body, idle and send; :g500 grace; :r3
 * requests and :c2 connections at most; :m100 octets of a body; :p :x poll or select, not epoll; :v what is ready is told
 * backwards.
 *
 * Who asks for /close or /closed makes the handler stop the server, before it answers or after.
 *
 * At its end all windows open, the server does what it can, is told to stop, and has its grace; then nothing may be left.
 */
#ifndef FUZZ_SCRIPT_H
#define FUZZ_SCRIPT_H

#include "../oracle/dialogue.h"
#include "../oracle/patience.h"
#include "harness.h"
#include "kernel.h"

struct script {
    const struct trial *trial;
    bool has_faults; /* any error may be chosen, and what follows from it is not refuted; else only what stays hidden */
    bool is_bare;    /* nobody looks at what the server does: for a control */
    bool is_quiet;   /* before each step the server does all that it can */
    uint32_t cuts;   /* calls give and take less by chance, and bytes come in pieces; 1: nearly one by one, and in
                        replay just so; else a seed; 0: not so */
};

/* What is left to judge when a script has run. */
struct outcome {
    bool has_begun; /* the server listened */
    int count;
    struct dialogue *dialogues[PEERS];
    struct patience *patience[PEERS];
    bool was_narrow[PEERS]; /* its window was ever shut */
    bool was_long;          /* the script took too many turns, and may not have been run to its end */
    bool is_ended;          /* its handler has stopped the server */
    bool is_cut_off;        /* the grace passed with connections open */
    unsigned failed[CALLS];
};

struct outcome script_run(const struct script *script);

#endif
