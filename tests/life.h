/* SPDX-License-Identifier: MIT */
/* What the walk (life.c) lends to the pair of a client and a server (pair.c) and to the stories (story.c), and their claims. */
#ifndef TESTS_LIFE_H
#define TESTS_LIFE_H

#include <fluxo/stream.h>

enum { RESPONSE_KINDS = 4 };
extern const unsigned response_brings[RESPONSE_KINDS]; /* what a response's head can bring */

/* By the library's table, or by one with a change in it. */
int take_step(struct fluxo_life *life, unsigned event, unsigned brings);
unsigned ask_want(const struct fluxo_life *life);

/* Add to the words of why a claim failed. */
void add_why(const char *format, ...);
void name_life(struct fluxo_life life);
void name_event(unsigned event, unsigned brings);

void write_life(char *words, size_t room, struct fluxo_life life); /* "BODY/WAIT SERVER EXPECT" */

int are_stories_true(void); /* story.c */
int are_all_taken(void);
int are_never_stuck(void);
uint32_t count_pairs(void); /* that the last of these two saw */

#endif
