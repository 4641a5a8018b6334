/* SPDX-License-Identifier: MIT */
/*
 * The server's own insides, for harnesses that run it again and again in one process: what it keeps as long as the program
 * lives is forgotten in between. Each file of this folder has one of the server in it, whole, and so sees what is static there.
 */
#ifndef FUZZ_INSIDE_H
#define FUZZ_INSIDE_H

#include "server.h"

int loop_main(int argc, char **argv); /* the server's main(), which calls start() */
void loop_forget(void);               /* all that is watched, and the signals' pipe */
void server_forget_all(void);         /* those that signals close */
handler *program_handler(void);       /* fluxo-server's, which asks the path */

#endif
