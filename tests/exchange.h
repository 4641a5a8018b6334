/* SPDX-License-Identifier: MIT */
/* One connection and its writer, in a few words, for units that talk. */
#ifndef TESTS_EXCHANGE_H
#define TESTS_EXCHANGE_H

#include <fluxo/stream.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EVENTS 64
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST_5 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
#define EXPECT_5 "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"

extern struct fluxo_conn conn;
extern struct fluxo_writer writer;
extern struct fluxo_event events[EVENTS];

void begin(enum fluxo_role role);
struct fluxo_feed receive_some(const char *bytes, size_t length);
struct fluxo_feed receive(const char *bytes);
void assert_receive(const char *bytes, unsigned status, size_t consumed);
void assert_message(const char *bytes);               /* all of it is one message and no more */
void assert_fault(const char *bytes, unsigned fault); /* and it stays so */
void assert_want(enum fluxo_want want);
void assert_end(unsigned status);
void assert_sends(const char *expected); /* what waits in the writer goes out, and is this */
void forget_output(void);
void respond(unsigned status, enum fluxo_content content, uint64_t length);
void ask(const char *method, const char *target, const char *host);
void ask_for_nothing(const char *method);
void put_body(const char *octets);

#endif
