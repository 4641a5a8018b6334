/* SPDX-License-Identifier: MIT */
/* The messages of families.def, as long as one likes. */
#ifndef FLUXO_TESTS_FAMILIES_H
#define FLUXO_TESTS_FAMILIES_H

#include <fluxo/parser.h>

#include <string.h>

struct family {
    const char *name;
    enum fluxo_kind kind;
    const char *first, *again, *last;
};

static const struct family families[] = {
#define FAMILY(name, kind, first, again, last) {name, kind, first, again, last},
#include "families.def"
#undef FAMILY
};

/* What comes again fills `length` octets at the least; returns how many there are in all. */
static inline size_t family_build(void *bytes, const struct family *family, size_t length)
{
    size_t at = strlen(family->first), step = strlen(family->again), last = strlen(family->last);
    char *to = (char *)bytes;

    memcpy(to, family->first, at);
    for (; at < length; at += step)
        memcpy(to + at, family->again, step);
    memcpy(to + at, family->last, last);
    return at + last;
}

#endif
