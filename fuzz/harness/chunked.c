/* SPDX-License-Identifier: MIT */
/* The chunked coding alone: the bytes are a body behind a head that asks for it. */
#include "check.h"

#include <string.h>

/* The head and the bytes, as one input. The limits of a head are not this harness's. */
static void put_head(struct trial *trial, const char *head)
{
    static uint8_t message[INPUT_MOST];
    size_t length = strlen(head);

    if (trial->length > sizeof message - length)
        trial->length = sizeof message - length;
    memcpy(message, head, length);
    memcpy(message + length, trial->bytes, trial->length);
    trial->bytes = message;
    trial->length += length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial;

    if (!trial_read(&trial, data, size))
        return NO_TRIAL;
    if (trial.kind == FLUXO_REQUEST)
        put_head(&trial, "PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: chunked\r\n\r\n");
    else
        put_head(&trial, "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n");
    check_trial(&trial);
    return 0;
}
