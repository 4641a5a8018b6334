/* SPDX-License-Identifier: MIT */
/*
 * The codings that are shipped: gzip and deflate, a library's work.
 *
 * zlib's memory comes from our allocator, which wants to know a block's size when it is given back: it is kept in front.
 * Inflate would take its window when the first octets come; a decoder that was opened should not fail for want of memory, so
 * it is made to take the window at once.
 */

#include <fluxo/body.h>
#include <fluxo/field.h>

#include <string.h>

#ifdef FLUXO_WITH_ZLIB

#define ZLIB_CONST
#include <zlib.h>

/* ---- Memory ---- */

union block_head {
    size_t size;
    long double align_number;
    void *align_pointer;
};

static void *take_block(void *allocator, unsigned count, unsigned each)
{
    size_t size = (size_t)count * each + sizeof(union block_head);
    union block_head *head = (union block_head *)fluxo_resize((const struct fluxo_allocator *)allocator, NULL, 0, size);

    if (!head)
        return NULL;
    head->size = size;
    return head + 1;
}

static void give_block_back(void *allocator, void *block)
{
    union block_head *head = (union block_head *)block - 1;

    fluxo_resize((const struct fluxo_allocator *)allocator, head, head->size, 0);
}

/* ---- What both directions share ---- */

enum { RAW = -15, ZLIB = 15, GZIP = 15 + 16 }; /* zlib's windowBits: the largest window, and what is around it */

enum part { NOT_BEGUN, WITHIN, COMPLETE };

struct zlib_state {
    z_stream z;
    int wrapping;
    enum part part; /* of the member that is read, or the stream that is written */
};

static struct zlib_state *begin_state(void *state, const struct fluxo_allocator *allocator, int wrapping)
{
    struct zlib_state *self = (struct zlib_state *)state;

    memset(self, 0, sizeof *self);
    self->z.zalloc = take_block;
    self->z.zfree = give_block_back;
    self->z.opaque = (void *)allocator;
    self->wrapping = wrapping;
    return self;
}

static int run_zlib(struct zlib_state *self, int (*run)(z_stream *, int), int flush, struct fluxo_span *in,
                    struct fluxo_room *room)
{
    int result;

    self->z.next_in = (const Bytef *)in->start;
    self->z.avail_in = (uInt)in->length;
    self->z.next_out = (Bytef *)room->start;
    self->z.avail_out = (uInt)room->length;
    result = run(&self->z, flush);
    in->start = (const char *)self->z.next_in;
    in->length = self->z.avail_in;
    room->start = (char *)self->z.next_out;
    room->length = self->z.avail_out;
    return result;
}

/* ---- Decoding. All memory is taken at the beginning, so that a step cannot lack it. ---- */

static int take_window(z_stream *z)
{
    static const Bytef octet = 0;

    return inflateSetDictionary(z, &octet,
                                1); /* allowed with RAW at any time; a reset forgets the octet and keeps the window */
}

static int open_inflate(void *state, const struct fluxo_allocator *allocator, int wrapping)
{
    struct zlib_state *self = begin_state(state, allocator, wrapping);

    if (inflateInit2(&self->z, RAW) == Z_OK && take_window(&self->z) == Z_OK)
        return FLUXO_DONE;
    inflateEnd(&self->z);
    return FLUXO_MISUSE_MEMORY;
}

static int open_gzip_decoder(void *state, const struct fluxo_allocator *allocator)
{
    return open_inflate(state, allocator, GZIP);
}

static int open_deflate_decoder(void *state, const struct fluxo_allocator *allocator)
{
    return open_inflate(state, allocator, ZLIB);
}

/*
 * The first octet of the zlib format holds method 8 and the window's size, 7 at most (RFC 1950 2.2). Deflate data that begins
 * so would be a stored block, not the last, with a bit set in what is unused of its first octet (RFC 1951 3.2.4): nobody
 * writes that.
 */
static int can_begin_zlib(char first)
{
    return (first & 0x0F) == 8 && (first & 0xF0) <= 0x70;
}

/* RFC 1952 2.3.1: ID1. zlib looks at it only together with the next octet, and one octet of junk would pass for a member. */
static int can_begin_gzip(char first)
{
    return first == 0x1F;
}

static int begin_member(struct zlib_state *self, char first)
{
    if (self->wrapping == GZIP ? !can_begin_gzip(first) : self->part == COMPLETE)
        return FLUXO_FAULT;
    self->part = WITHIN;
    return inflateReset2(&self->z, self->wrapping == ZLIB && !can_begin_zlib(first) ? RAW : self->wrapping);
}

static int judge_inflate(struct zlib_state *self, int result, size_t room)
{
    if (result == Z_STREAM_END) {
        self->part = COMPLETE;
        return FLUXO_END;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) /* broken, or a dictionary is wanted that nobody has */
        return FLUXO_FAULT;
    return room ? FLUXO_DONE : FLUXO_FULL;
}

static int step_inflate(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    struct zlib_state *self = (struct zlib_state *)state;

    (void)follow;
    if (self->part != WITHIN) {
        if (!in->length)
            return self->part == COMPLETE ? FLUXO_END : FLUXO_DONE;
        if (begin_member(self, *in->start))
            return FLUXO_FAULT;
    }
    return judge_inflate(self, run_zlib(self, inflate, Z_NO_FLUSH, in, room), room->length);
}

static void close_inflate(void *state)
{
    inflateEnd(&((struct zlib_state *)state)->z);
}

/* ---- Encoding ---- */

static int open_deflate(void *state, const struct fluxo_allocator *allocator, int wrapping)
{
    enum { DEFAULT_MEMORY_LEVEL = 8 };
    struct zlib_state *self = begin_state(state, allocator, wrapping);

    if (deflateInit2(&self->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, wrapping, DEFAULT_MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return FLUXO_MISUSE_MEMORY;
    return FLUXO_DONE;
}

static int open_gzip_encoder(void *state, const struct fluxo_allocator *allocator)
{
    return open_deflate(state, allocator, GZIP);
}

static int open_deflate_encoder(void *state, const struct fluxo_allocator *allocator)
{
    return open_deflate(state, allocator, ZLIB);
}

static int step_deflate(void *state, struct fluxo_span *in, struct fluxo_room *room, enum fluxo_follow follow)
{
    static const int flushes[] = {Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH};
    struct zlib_state *self = (struct zlib_state *)state;

    if (self->part == COMPLETE)
        return FLUXO_END;
    if (run_zlib(self, deflate, flushes[follow], in, room) == Z_STREAM_END) {
        self->part = COMPLETE;
        return FLUXO_END;
    }
    return room->length ? FLUXO_DONE : FLUXO_FULL;
}

static void close_deflate(void *state)
{
    deflateEnd(&((struct zlib_state *)state)->z);
}

#endif

/* ---- The table ---- */

static const struct fluxo_coding shipped[] = {
#ifdef FLUXO_WITH_ZLIB
    {"gzip",
     "x-gzip", /* RFC 9110 8.4.1.3 */
     {sizeof(struct zlib_state), open_gzip_decoder, step_inflate, close_inflate},
     {sizeof(struct zlib_state), open_gzip_encoder, step_deflate, close_deflate}},
    {"deflate",
     NULL,
     {sizeof(struct zlib_state), open_deflate_decoder, step_inflate, close_inflate},
     {sizeof(struct zlib_state), open_deflate_encoder, step_deflate, close_deflate}},
#endif
    {"identity", NULL, {0, NULL, NULL, NULL}, {0, NULL, NULL, NULL}}};

static int is_name(const char *name, struct fluxo_span span)
{
    return name && fluxo_span_is(span, name);
}

static const struct fluxo_coding *find_among(const struct fluxo_coding *codings, size_t count, struct fluxo_span name)
{
    size_t at;

    for (at = 0; at < count; at++)
        if (is_name(codings[at].name, name) || is_name(codings[at].alias, name))
            return &codings[at];
    return NULL;
}

const struct fluxo_coding *fluxo_coding_find(const struct fluxo_pipe_options *options, struct fluxo_span name)
{
    const struct fluxo_coding *own = options ? find_among(options->codings, options->count, name) : NULL;

    return own ? own : find_among(shipped, sizeof shipped / sizeof *shipped, name);
}
