/* SPDX-License-Identifier: MIT */
/* server-min/timers.h beside a model: an array that is searched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "timers.h"

enum { WATCHES = 300, OPERATIONS = 100000 };

struct watch { /* the tests' own: timers.c wants only a place in it */
    uint32_t place;
    int64_t deadline; /* in the model */
};

static struct watch watches[WATCHES];

uint32_t *timers_place(struct watch *watch)
{
    return &watch->place;
}

static uint32_t random_number(void)
{
    static uint32_t state = 2463534242U; /* Marsaglia's xorshift: the same in every run */
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

static void forget(void)
{
    timers_forget();
    for (int i = 0; i < WATCHES; i++)
        watches[i] = (struct watch){0, TIMERS_NEVER};
    assert_int_equal(timers_reserve(WATCHES), 0);
}

static void set(struct watch *watch, int64_t deadline)
{
    timers_set(watch, deadline);
    watch->deadline = deadline;
}

static int64_t find_soonest(void)
{
    int64_t soonest = TIMERS_NEVER;
    for (int i = 0; i < WATCHES; i++)
        soonest = watches[i].deadline < soonest ? watches[i].deadline : soonest;
    return soonest;
}

static void assert_places(void)
{
    for (int i = 0; i < WATCHES; i++)
        assert_int_equal(watches[i].place != 0, watches[i].deadline != TIMERS_NEVER);
}

static void take(int64_t until)
{
    int64_t soonest = find_soonest();
    struct watch *watch = timers_take(until);
    assert_int_equal(watch != NULL, soonest != TIMERS_NEVER && soonest <= until);
    if (!watch)
        return;
    assert_int_equal(watch->deadline, soonest);
    watch->deadline = TIMERS_NEVER;
}

/* Few different deadlines, so that many are the same; and some without one. */
static int64_t choose_deadline(int64_t span)
{
    return random_number() % 8 ? (int64_t)(random_number() % (uint32_t)span) : TIMERS_NEVER;
}

static void operate(int64_t span)
{
    struct watch *watch = &watches[random_number() % WATCHES];
    if (random_number() % 4)
        set(watch, choose_deadline(span));
    else
        take((int64_t)(random_number() % (uint32_t)span));
    assert_int_equal(timers_soonest(), find_soonest());
}

static void random_operations_are_as_in_a_model(void **state)
{
    static const int64_t spans[] = {2, 50, 1000000};
    (void)state;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        forget();
        for (int j = 0; j < OPERATIONS; j++) {
            operate(spans[i]);
            if (j % 1000 == 0)
                assert_places();
        }
        assert_places();
    }
}

static void all_come_out_in_order(void **state)
{
    int64_t last = -1;
    (void)state;
    forget();
    for (int i = 0; i < WATCHES; i++)
        set(&watches[i], (int64_t)(random_number() % 1000));
    for (int i = 0; i < WATCHES; i++) {
        struct watch *watch = timers_take(1000);
        assert_non_null(watch);
        assert_true(watch->deadline >= last);
        last = watch->deadline;
    }
    assert_null(timers_take(INT64_MAX - 1));
}

static void none_comes_before_its_time(void **state)
{
    (void)state;
    forget();
    set(&watches[0], 1000);
    assert_null(timers_take(999));
    assert_ptr_equal(timers_take(1000), &watches[0]);
    assert_null(timers_take(1000));
    assert_int_equal(timers_soonest(), TIMERS_NEVER);
}

static void room_grows_and_keeps_what_is_there(void **state)
{
    (void)state;
    forget();
    for (int i = 0; i < WATCHES; i++)
        set(&watches[i], WATCHES - i);
    assert_int_equal(timers_reserve(100000), 0);
    for (int i = WATCHES; i-- > 0;)
        assert_ptr_equal(timers_take(WATCHES), &watches[i]);
}

static int let_go(void **state)
{
    (void)state;
    timers_forget();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_are_as_in_a_model),
        cmocka_unit_test(all_come_out_in_order),
        cmocka_unit_test(none_comes_before_its_time),
        cmocka_unit_test(room_grows_and_keeps_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, let_go);
}
