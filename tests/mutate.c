/* SPDX-License-Identifier: MIT */
/* The mutator of the fuzzers: it stays in its room, repeats itself for the same seed, and does all that it says. */
#define _DEFAULT_SOURCE
#include "../fuzz/mutator/mutate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD "\0\0\0\0\0\0\0\0"

enum { ROOM = 32768 };

static const struct mutate_other nothing = {NULL, 0};

static const char chunked[] =
    HEAD "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n";
static const char fitting[] = HEAD "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nhello";
static const char answer[] = HEAD "HTTP/1.1 200 OK\r\n\r\n";

static uint8_t bytes[ROOM];

/* ---- Room: it ends where an inaccessible page begins, and begins where one ends ---- */

static uint8_t *open_room(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *memory = mmap(NULL, size + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(size % page == 0 && memory != MAP_FAILED);
    assert_int_equal(mprotect(memory, page, PROT_NONE), 0);
    assert_int_equal(mprotect(memory + page + size, page, PROT_NONE), 0);
    return memory + page;
}

static void change_at_both_ends(uint8_t *room, size_t most, size_t length, uint64_t seed)
{
    const struct mutate_other other = {(const uint8_t *)answer, sizeof answer - 1};

    memcpy(room + ROOM - most, chunked, length);
    assert_true(mutate(room + ROOM - most, length, most, other, seed) <= most);
    memcpy(room, chunked, length);
    assert_true(mutate(room, length, most, other, seed) <= most);
}

static void it_stays_in_its_room(void **state)
{
    uint8_t *room = open_room(ROOM);
    size_t length, spare;
    uint64_t seed;

    (void)state;
    for (seed = 0; seed < 300; seed++)
        for (length = 0; length < sizeof chunked; length++) {
            spare = seed % 3 == 0 ? 0 : seed % 3 == 1 ? seed % 40 : ROOM - length;
            change_at_both_ends(room, length + spare, length, seed * 1000 + length);
        }
}

static void it_lets_a_text_grow_and_shrink(void **state)
{
    size_t length = sizeof chunked - 1, longest = length, shortest = length;
    uint64_t seed;

    (void)state;
    memcpy(bytes, chunked, length);
    for (seed = 0; seed < 200000; seed++) {
        length = mutate(bytes, length, 2048, nothing, seed);
        assert_in_range(length, HEAD_LENGTH, 2048);
        longest = length > longest ? length : longest;
        shortest = length < shortest ? length : shortest;
    }
    assert_true(longest > 2000 && shortest < 100);
}

/* ---- Seeds ---- */

static void the_same_seed_gives_the_same(void **state)
{
    static uint8_t again[ROOM];
    uint64_t seed;

    (void)state;
    for (seed = 0; seed < 20000; seed++) {
        size_t length, other_length;
        memcpy(bytes, chunked, sizeof chunked);
        memcpy(again, chunked, sizeof chunked);
        length = mutate(bytes, sizeof chunked - 1, ROOM, nothing, seed);
        other_length = mutate(again, sizeof chunked - 1, ROOM, nothing, seed);
        assert_int_equal(length, other_length);
        assert_memory_equal(bytes, again, length);
    }
}

static void another_seed_gives_something_else(void **state)
{
    static uint8_t before[ROOM];
    size_t before_length = 0, length;
    unsigned equal = 0;
    uint64_t seed;

    (void)state;
    for (seed = 0; seed < 1000; seed++) {
        memcpy(bytes, chunked, sizeof chunked);
        length = mutate(bytes, sizeof chunked - 1, ROOM, nothing, seed);
        equal += length == before_length && memcmp(bytes, before, length) == 0;
        memcpy(before, bytes, length);
        before_length = length;
    }
    assert_true(equal < 50);
}

static void one_in_three_is_left_to_the_engine(void **state)
{
    unsigned left = 0;
    uint64_t seed;

    (void)state;
    for (seed = 0; seed < 30000; seed++)
        left += mutate_leaves(seed) != 0;
    assert_in_range(left, 9500, 10500);
}

/* ---- What is done ---- */

static int contains(size_t length, const char *part, size_t part_length)
{
    size_t at;

    for (at = 0; at + part_length <= length; at++)
        if (memcmp(bytes + at, part, part_length) == 0)
            return 1;
    return 0;
}

/* Whether some seed changes the text so that the part is in it. */
static int yields(enum mutation mutation, const char *text, size_t length, const char *part, size_t part_length)
{
    uint64_t seed;

    for (seed = 0; seed < 30000; seed++) {
        memcpy(bytes, text, length);
        if (contains(mutate_by(mutation, bytes, length, ROOM, nothing, seed), part, part_length))
            return 1;
    }
    return 0;
}

#define CASE(name, text, part)                                                                                                 \
    {                                                                                                                          \
        MUTATION_##name, text, sizeof text - 1, part, sizeof part - 1                                                          \
    }

static const struct {
    enum mutation mutation;
    const char *text;
    size_t length;
    const char *part;
    size_t part_length;
} cases[] = {
    CASE(insert_line, chunked, "\r\nHost: a\r\nETag: W/\"1\"\r\n"),
    CASE(duplicate_line, chunked, "Host: a\r\nHost: a\r\n"),
    CASE(delete_line, chunked, "POST / HTTP/1.1\r\nTransfer-Encoding"),
    CASE(move_line, chunked, "chunked\r\nHost: a\r\n"),
    CASE(move_line, chunked, "\r\n0\r\n5;x=y"),
    CASE(replace_eol, chunked, "HTTP/1.1\nHost"),
    CASE(replace_eol, chunked, "HTTP/1.1\rHost"),
    CASE(replace_eol, chunked, "hello\r\r\n0"),
    CASE(replace_eol, chunked, "Host: a\n\rTransfer"),
    CASE(replace_eol, chunked, "Host: a\r\n Transfer"),
    CASE(replace_eol, chunked, "hello0"),
    CASE(replace_number, chunked, "4;x=y"),
    CASE(replace_number, chunked, "6;x=y"),
    CASE(replace_number, chunked, "HTTP/1.0"),
    CASE(replace_number, chunked, "0000000005;x=y"),
    CASE(replace_number, chunked, "ffffffffffffffff;x=y"),
    CASE(replace_number, fitting, "Content-Length: 2147483648\r"),
    CASE(replace_number, fitting, "Content-Length: 4294967301\r"),
    CASE(replace_number, fitting, "Content-Length: 9223372036854775807\r"),
    CASE(replace_number, fitting, "Content-Length: 18446744073709551621\r"),
    CASE(replace_number, fitting, "Content-Length: +5\r"),
    CASE(replace_number, fitting, "Content-Length: 0x5\r"),
    CASE(replace_number, fitting, "Content-Length: 1, 1\r"),
    CASE(replace_number, fitting, "Content-Length: 5 5\r"),
    CASE(replace_number, fitting, "Content-Length: \r"),
    CASE(stretch_octet, chunked, "//////////"),
    CASE(insert_chunk, chunked, "\r\n3\r\n5;a\r\n"),
    CASE(insert_chunk, chunked, ";a=\"b\"\r\n"),
    CASE(insert_bad_chunk, chunked, "\r\n3\r\nGE\r\n"),
    CASE(insert_last_chunk, chunked, "\r\n0\r\n\r\n5;x=y"),
    CASE(insert_framing, chunked, "Host: a\r\nTransfer-Encoding: identity\r\n"),
    CASE(insert_framing, chunked, "Transfer-Encoding : "),
    CASE(insert_framing, chunked, "Transfer-Encoding:\r\n xchunked"),
    CASE(insert_framing, chunked, "Transfer-Encoding:\tchunked, chunked"),
    CASE(append_message, chunked, "0\r\n\r\nGET / HTTP/1.1\r\n"),
    CASE(append_message, answer, "OK\r\n\r\nHTTP/1.1 101 "),
    CASE(append_message, answer, "OK\r\n\r\nGET "),
    CASE(prepend_message, chunked, "GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1"),
    CASE(flip_case, chunked, "CHUNKED"),
    CASE(flip_case, chunked, "chunkeD"),
    CASE(mark_edge, chunked, "POST\0 /"),
    CASE(mark_edge, chunked, "Host\x7F: a"),
    CASE(mark_edge, chunked,
         "\x80"
         "chunked"),
    CASE(mark_edge, chunked, "chunked\0\r\n"),
    CASE(replace_token, chunked, "CONNECT / HTTP/1.1"),
    CASE(replace_token, chunked, "Content-Length: a\r\n"),
    CASE(fit_length, fitting, "Content-Length: 5\r\n\r\nhello"),
    CASE(fit_length, chunked, "c\r\nhello\r\n0\r\n\r\n\r\n"),
};

static void it_does_what_it_says(void **state)
{
    size_t at;

    (void)state;
    for (at = 0; at < sizeof cases / sizeof cases[0]; at++)
        if (!yields(cases[at].mutation, cases[at].text, cases[at].length, cases[at].part, cases[at].part_length))
            fail_msg("%s never yields %s", mutation_name(cases[at].mutation), cases[at].part);
}

static size_t longest_of(enum mutation mutation)
{
    size_t longest = 0, length;
    uint64_t seed;

    for (seed = 0; seed < 5000; seed++) {
        memcpy(bytes, chunked, sizeof chunked);
        length = mutate_by(mutation, bytes, sizeof chunked - 1, ROOM, nothing, seed);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static void it_repeats_as_often_as_it_says(void **state)
{
    const size_t line = sizeof "Transfer-Encoding: chunked\r\n" - 1, before = sizeof chunked - 1;

    (void)state;
    assert_int_equal(longest_of(MUTATION_duplicate_line), before + 130 * line);
    assert_in_range(longest_of(MUTATION_stretch_octet), before + 8000, before + 8192);
}

/* Each mutation changes something: the head alone where it says so, and else the text. */
static void each_mutation_happens(void **state)
{
    const struct mutate_other other = {(const uint8_t *)answer, sizeof answer - 1};
    unsigned mutation, changed, seed;

    (void)state;
    for (mutation = 0; mutation < MUTATIONS; mutation++) {
        int of_head = strncmp(mutation_sentence((enum mutation)mutation), "head:", 5) == 0;
        for (changed = seed = 0; seed < 200; seed++) {
            size_t length;
            memcpy(bytes, chunked, sizeof chunked);
            length = mutate_by((enum mutation)mutation, bytes, sizeof chunked - 1, ROOM, other, seed);
            if (!length)
                continue;
            if (of_head)
                assert_memory_equal(bytes + HEAD_LENGTH, chunked + HEAD_LENGTH, sizeof chunked - 1 - HEAD_LENGTH);
            else
                assert_memory_equal(bytes, chunked, HEAD_LENGTH);
            changed += length != sizeof chunked - 1 || memcmp(bytes, chunked, length) != 0;
        }
        if (changed < 50)
            fail_msg("%s changes something for %u of 200 seeds", mutation_name((enum mutation)mutation), changed);
    }
}

static void each_octet_of_the_head_is_changed(void **state)
{
    unsigned seen[HEAD_LENGTH] = {0}, at;
    uint64_t seed;

    (void)state;
    for (seed = 0; seed < 2000; seed++) {
        memcpy(bytes, chunked, sizeof chunked);
        mutate(bytes, sizeof chunked - 1, ROOM, nothing, seed);
        for (at = 0; at < HEAD_LENGTH; at++)
            seen[at] += bytes[at] != 0;
    }
    for (at = 0; at < HEAD_LENGTH; at++)
        assert_true(seen[at] > 10);
}

static int cuts_at(const uint8_t *head, size_t wanted)
{
    uint32_t cuts = cuts_begin(head[4] | (unsigned)head[5] << 8);
    size_t at = 0;

    while (at < wanted)
        at += cuts_next(&cuts);
    return at == wanted;
}

/* By chance, a cut falls there in one of forty. */
static void a_cut_is_moved_into_a_line_end(void **state)
{
    static const char text[] = HEAD "..............................\r\n";
    unsigned hits = 0;
    uint64_t seed;

    (void)state;
    for (seed = 0; seed < 400; seed++) {
        memcpy(bytes, text, sizeof text);
        mutate_by(MUTATION_move_cut, bytes, sizeof text - 1, ROOM, nothing, seed);
        hits += cuts_at(bytes, sizeof text - 1 - HEAD_LENGTH - 1) != 0;
    }
    assert_in_range(hits, 60, 200);
}

/* ---- Two inputs ---- */

static void a_cross_has_lines_of_both(void **state)
{
    const struct mutate_other first = {(const uint8_t *)chunked, sizeof chunked - 1},
                              second = {(const uint8_t *)answer, sizeof answer - 1};
    unsigned both = 0;
    uint64_t seed;

    (void)state;
    for (seed = 0; seed < 1000; seed++) {
        size_t length = mutate_cross(bytes, 200, first, second, seed);
        assert_in_range(length, HEAD_LENGTH, 200);
        both += contains(length, "HTTP/1.1 200 OK\r\n", 17) && contains(length, "Host: a\r\n", 9);
    }
    assert_true(both > 100);
    assert_int_equal(mutate_cross(bytes, 4, first, second, 1), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_stays_in_its_room),
        cmocka_unit_test(it_lets_a_text_grow_and_shrink),
        cmocka_unit_test(the_same_seed_gives_the_same),
        cmocka_unit_test(another_seed_gives_something_else),
        cmocka_unit_test(one_in_three_is_left_to_the_engine),
        cmocka_unit_test(it_does_what_it_says),
        cmocka_unit_test(it_repeats_as_often_as_it_says),
        cmocka_unit_test(each_mutation_happens),
        cmocka_unit_test(each_octet_of_the_head_is_changed),
        cmocka_unit_test(a_cut_is_moved_into_a_line_end),
        cmocka_unit_test(a_cross_has_lines_of_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
