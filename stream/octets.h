/* SPDX-License-Identifier: MIT */
/* Octets of a URI, and their escapes (RFC 3986 2). */
#ifndef FLUXO_STREAM_OCTETS_H
#define FLUXO_STREAM_OCTETS_H

#include <fluxo/parser.h>

/* The value of a HEXDIG, or -1. */
static inline int fluxo_hex_value(unsigned char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The octet that an escape at the span's start stands for, or -1 where there is none. */
static inline int fluxo_escaped_octet(struct fluxo_span span)
{
    int high, low;

    if (span.length < 3 || span.start[0] != '%')
        return -1;
    high = fluxo_hex_value((unsigned char)span.start[1]);
    low = fluxo_hex_value((unsigned char)span.start[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static inline unsigned char fluxo_fold_octet(unsigned char octet)
{
    return octet >= 'A' && octet <= 'Z' ? (unsigned char)(octet | 0x20) : octet;
}

/* RFC 3986 2.3: what an escape may stand for without meaning anything else */
static inline int fluxo_is_unreserved(int octet)
{
    unsigned char folded = fluxo_fold_octet((unsigned char)octet);

    return (folded >= 'a' && folded <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' || octet == '.' || octet == '_' ||
           octet == '~';
}

/* Takes one octet from the span's front; an escaped unreserved one as what it stands for. */
static inline unsigned char fluxo_next_octet(struct fluxo_span *span)
{
    int escaped = fluxo_escaped_octet(*span), is_escaped = fluxo_is_unreserved(escaped); /* -1 is not */
    unsigned char octet = is_escaped ? (unsigned char)escaped : (unsigned char)*span->start;

    span->start += is_escaped ? 3 : 1;
    span->length -= is_escaped ? 3 : 1;
    return octet;
}

#endif
