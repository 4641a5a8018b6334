/* SPDX-License-Identifier: MIT */
/* AFL++'s engine: one process for many inputs, which come in shared memory. Only its own compilers read this file. */
#include "../harness/harness.h"

#include <unistd.h>

#pragma weak LLVMFuzzerInitialize

__AFL_FUZZ_INIT();

int main(int argc, char **argv)
{
    const unsigned char *input;

    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    __AFL_INIT();
    input = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(100000))
        LLVMFuzzerTestOneInput(input, (size_t)__AFL_FUZZ_TESTCASE_LEN);
    return 0;
}
