/* SPDX-License-Identifier: MIT */
#include "timers.h"

#include "array.h"

struct timer {
    int64_t deadline;
    struct watch *watch;
};

static struct {
    struct timer *heap; /* the root is heap[1] */
    size_t count, room;
} timers;

int timers_reserve(size_t count)
{
    struct timer *heap = array_widen(timers.heap, &timers.room, count, sizeof *heap);
    if (!heap)
        return -1;
    timers.heap = heap;
    return 0;
}

static void put(size_t place, struct timer timer)
{
    timers.heap[place] = timer;
    *timers_place(timer.watch) = (uint32_t)place;
}

static void move_up(size_t place, struct timer timer)
{
    for (; place > 1 && timers.heap[place / 2].deadline > timer.deadline; place /= 2)
        put(place, timers.heap[place / 2]);
    put(place, timer);
}

static size_t sooner_child(size_t place)
{
    size_t child = place * 2;
    return child < timers.count && timers.heap[child + 1].deadline < timers.heap[child].deadline ? child + 1 : child;
}

static void move_down(size_t place, struct timer timer)
{
    for (size_t child; place * 2 <= timers.count; place = child) {
        child = sooner_child(place);
        if (timers.heap[child].deadline >= timer.deadline)
            break;
        put(place, timers.heap[child]);
    }
    put(place, timer);
}

static void move(size_t place, struct timer timer)
{
    if (place > 1 && timers.heap[place / 2].deadline > timer.deadline)
        move_up(place, timer);
    else
        move_down(place, timer);
}

static void take_out(struct watch *watch)
{
    uint32_t *place = timers_place(watch);
    struct timer last = timers.heap[timers.count--];
    if (last.watch != watch)
        move(*place, last);
    *place = 0;
}

void timers_set(struct watch *watch, int64_t deadline)
{
    uint32_t place = *timers_place(watch);
    struct timer timer = {deadline, watch};
    if (place && deadline == timers.heap[place].deadline)
        return;
    if (deadline == TIMERS_NEVER) {
        if (place)
            take_out(watch);
        return;
    }
    if (place)
        move(place, timer);
    else
        move_up(++timers.count, timer);
}

int64_t timers_soonest(void)
{
    return timers.count ? timers.heap[1].deadline : TIMERS_NEVER;
}

struct watch *timers_take(int64_t until)
{
    if (!timers.count || timers.heap[1].deadline > until)
        return NULL;
    struct watch *watch = timers.heap[1].watch;
    take_out(watch);
    return watch;
}

void timers_forget(void)
{
    free(timers.heap);
    timers.heap = NULL;
    timers.count = timers.room = 0;
}
