/* SPDX-License-Identifier: MIT */
#define start program_start
#include "../../server-min/program.c"

#include "inside.h"

handler *program_handler(void)
{
    return answer;
}
