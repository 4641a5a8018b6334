/* SPDX-License-Identifier: MIT */
/*
 * A client for tests of the server: sockets that do not block, a reader of responses that shares nothing with what it tests,
 * and what the system tells of the server's process. Whatever waits here has an end: a time of clock_ms.
 */
#ifndef TESTS_CLIENT_H
#define TESTS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- The server ---- */

struct target {
    unsigned port; /* of 127.0.0.1 */
    pid_t pid;
};
extern struct target target;

uint64_t target_cpu_us(void); /* that its first thread has used */
long target_memory_kib(void); /* resident; -1: the system does not tell */
int target_descriptors(void); /* open ones; -1: likewise */

/* ---- Time ---- */

int64_t clock_us(void); /* of a clock that never goes back */
int64_t clock_ms(void);
void sleep_ms(int milliseconds);

/* ---- Sockets ---- */

int dial(void);        /* -1: refused, or not accepted in 5 s */
int dial_narrow(void); /* little fits on the way, so that the server soon notices that nobody reads */
void hang_up(int fd);  /* with RST */
bool wait_for(int fd, short events, int64_t until);

/* As many as the socket takes at once; -1: it is broken. */
ssize_t send_some(int fd, const char *bytes, size_t length);
ssize_t read_some(int fd, char *bytes, size_t room); /* 0: none now; -1: the end; -2: reset */

bool send_all(int fd, const char *bytes, size_t length, int64_t until); /* reads nothing meanwhile */

/* ---- Responses ---- */

enum reading_place { AT_STATUS_LINE, AT_FIELD, AT_LENGTH, AT_CHUNK_SIZE, AT_CHUNK, AT_CHUNK_END, AT_TRAILER, AT_END, AT_FAULT };

/* A response as it comes. Zero it, but for the last three members. */
struct reading {
    enum reading_place place;
    unsigned status;
    bool closes, is_chunked;
    uint64_t left;   /* of the body, or of its chunk */
    uint64_t octets; /* of the body, so far */
    unsigned trailers;
    size_t line_length;
    char line[512];

    bool is_head; /* asked for by HEAD: no body follows */
    void (*on_body)(void *data, const char *octets, size_t length);
    void *data;
};

/* Returns how many of the bytes belong to this response; fewer than `length` only if it is complete, or not HTTP. */
size_t reading_take(struct reading *reading, const char *bytes, size_t length);

/* For who asks once: the rest of what comes is dropped. Returns whether a whole response came. */
bool read_answer(int fd, struct reading *reading, int64_t until);

/* Reads to the end, and counts whole responses by status: statuses[i] is the i-th one's. Returns how many, or -1: what came is
   not HTTP, breaks off in the middle, or does not end in time. `*end` tells how it ended: -1 or -2, as read_some does. */
int read_answers(int fd, unsigned *statuses, int most, ssize_t *end, int64_t until);

/* The status of the answer to one request on a connection of its own; 0: none in time. */
unsigned ask_once(const char *request, size_t length, int64_t until);

#endif
