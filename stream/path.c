/* SPDX-License-Identifier: MIT */
/*
 * The normal form of a path (RFC 3986 5.2.4, 6.2.2).
 *
 * How this works: a path is segments, each behind its slash. One is written at a time, its escapes decoded or set in upper
 * case; if it turns out to be . or .., it is taken back, and with .. the one before it. What is written never overtakes what is
 * read, so both may be the same memory.
 *
 * A percent sign that begins no escape may be kept. Then an escape among the next two octets stays an escape: decoded, it could
 * complete one that nobody has sent (%%32e would become %2e).
 */

#include <fluxo/target.h>

#include <string.h>

#include "octets.h"

struct writer {
    struct fluxo_path *out;
    const char *begin;      /* of the path that was given */
    struct fluxo_span rest; /* of it, not yet read */
    char *memory;
    size_t length;  /* written */
    size_t guarded; /* octets that follow a bare percent sign: escapes there are not decoded */
    unsigned keep;
};

static int refuse_path(const struct writer *writer, enum fluxo_fault_code fault)
{
    writer->out->fault = (uint16_t)fault;
    writer->out->at = (size_t)(writer->rest.start - writer->begin);
    return 0;
}

/* Which bit of `keep` an octet needs, raw or escaped; 0: none. */
static unsigned find_need(int octet)
{
    if (octet == '\\')
        return FLUXO_KEEP_BACKSLASH;
    if (octet == '/') /* escaped: a raw one ends the segment */
        return FLUXO_KEEP_SLASH;
    return octet == 0 ? FLUXO_KEEP_NUL : 0;
}

static void write_octet(struct writer *writer, char octet)
{
    writer->memory[writer->length++] = octet;
}

static void write_escape(struct writer *writer, int octet)
{
    static const char digits[] = "0123456789ABCDEF";

    write_octet(writer, '%');
    write_octet(writer, digits[octet >> 4]);
    write_octet(writer, digits[octet & 15]);
}

static void drop_octets(struct writer *writer, size_t count)
{
    writer->rest.start += count;
    writer->rest.length -= count;
    writer->guarded -= writer->guarded < count ? writer->guarded : count;
}

static int copy_escape(struct writer *writer, int octet)
{
    if (find_need(octet) & ~writer->keep)
        return refuse_path(writer, FLUXO_FAULT_PATH);
    if (fluxo_is_unreserved(octet) && !writer->guarded)
        write_octet(writer, (char)octet);
    else
        write_escape(writer, octet);
    drop_octets(writer, 3);
    return 1;
}

static int copy_raw(struct writer *writer)
{
    char octet = *writer->rest.start;

    if (octet == '%' && !(writer->keep & FLUXO_KEEP_PERCENT))
        return refuse_path(writer, FLUXO_FAULT_PERCENT);
    if (find_need(octet) & ~writer->keep)
        return refuse_path(writer, FLUXO_FAULT_PATH);
    write_octet(writer, octet);
    drop_octets(writer, 1);
    if (octet == '%')
        writer->guarded = 2;
    return 1;
}

static int is_at_segment(const struct writer *writer)
{
    return writer->rest.length > 0 && *writer->rest.start == '/';
}

/* With the slash before it. 0: refused. */
static int copy_segment(struct writer *writer)
{
    write_octet(writer, '/');
    drop_octets(writer, 1);
    writer->guarded = 0;
    if (is_at_segment(writer) && !(writer->keep & FLUXO_KEEP_EMPTY))
        return refuse_path(writer, FLUXO_FAULT_PATH);
    while (writer->rest.length && *writer->rest.start != '/') {
        int octet = fluxo_escaped_octet(writer->rest);

        if (!(octet >= 0 ? copy_escape(writer, octet) : copy_raw(writer)))
            return 0;
    }
    return 1;
}

/* Whether what was written last is a slash and so many dots. */
static int is_dots(const struct writer *writer, size_t start, size_t count)
{
    return writer->length - start == 1 + count && memcmp(writer->memory + start, "/..", 1 + count) == 0;
}

static void take_segment_back(struct writer *writer)
{
    while (writer->length && writer->memory[--writer->length] != '/')
        continue;
}

/* RFC 3986 5.2.4, 2B and 2C: of a dot segment only its slash is left, and that only at the end. */
static void resolve_segment(struct writer *writer, size_t start)
{
    int is_parent = is_dots(writer, start, 2);

    if (!is_parent && !is_dots(writer, start, 1))
        return;
    writer->length = start;
    if (is_parent)
        take_segment_back(writer);
    if (!writer->rest.length)
        write_octet(writer, '/');
}

int fluxo_path_normalise(struct fluxo_span path, unsigned keep, char *memory, struct fluxo_path *out)
{
    struct writer writer = {out, path.start, path, memory, 0, 0, keep};

    if (keep & ~(unsigned)FLUXO_KEEP_ALL || (path.length && *path.start != '/'))
        return FLUXO_MISUSE_ARGUMENT;
    while (writer.rest.length) {
        size_t start = writer.length;

        if (!copy_segment(&writer))
            return FLUXO_FAULT;
        resolve_segment(&writer, start);
    }
    memset(out, 0, sizeof *out);
    out->span.start = memory;
    out->span.length = writer.length;
    return FLUXO_DONE;
}
