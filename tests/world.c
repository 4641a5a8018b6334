/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connection.h"
#include "loop.h"
#include "system.h"

enum { FIRST_PEER = 100, TURNS_MOST = 10000000 }; /* descriptors; turns, by then it spins */

struct world world;

static int listener = -1;
static unsigned listener_events;
static void (*told)(int number);

static struct peer *peer_of(int fd)
{
    return fd >= FIRST_PEER && fd < FIRST_PEER + PEERS ? &world.peers[fd - FIRST_PEER] : NULL;
}

static _Noreturn void give_up(const char *why)
{
    printf("Bail out! the world: %s\n", why);
    fflush(stdout);
    abort();
}

/* ---- The system ---- */

/* By chance, or the same call might fail each time; the same chance in every run. */
static bool fails(unsigned each, int why)
{
    world.chance = world.chance * 1664525 + 1013904223; /* Numerical Recipes' */
    if (!each || (world.chance >> 16) % each)
        return false;
    errno = why;
    return true;
}

static bool call_fails(void)
{
    return fails(world.interrupts, EINTR) || fails(world.delays, EAGAIN);
}

static int64_t tell_now(void)
{
    return world.now;
}

static int64_t tell_date(void)
{
    return 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110 5.6.7 */
}

static int accept_peer(int fd)
{
    unsigned number = world.accepts++;
    if (fd != listener)
        give_up("who is accepted?");
    if (number < sizeof world.accept_errors / sizeof *world.accept_errors && world.accept_errors[number]) {
        errno = world.accept_errors[number];
        return -1;
    }
    if (call_fails())
        return -1;
    for (int i = 0; i < world.count; i++)
        if (!world.peers[i].is_accepted) {
            world.peers[i].is_accepted = true;
            return FIRST_PEER + i;
        }
    errno = EAGAIN;
    return -1;
}

static size_t bound(size_t length, size_t most)
{
    return most && length > most ? most : length;
}

static struct peer *find_open(int fd)
{
    struct peer *peer = peer_of(fd);
    if (!peer || !peer->is_accepted || peer->is_closed)
        give_up("a descriptor that is not open");
    return peer;
}

static bool has_ended(const struct peer *peer)
{
    return peer->ends && peer->read == peer->length;
}

static ssize_t receive(int fd, void *bytes, size_t most)
{
    struct peer *peer = find_open(fd);
    size_t length = bound(bound(peer->arrived - peer->read, most), world.most_read);
    if (call_fails())
        return -1;
    if (peer->is_reset || (!length && !has_ended(peer))) {
        errno = peer->is_reset ? ECONNRESET : EAGAIN;
        return -1;
    }
    memcpy(bytes, peer->bytes + peer->read, length);
    peer->read += length;
    return (ssize_t)length;
}

static ssize_t send_bytes(int fd, const void *bytes, size_t length)
{
    struct peer *peer = find_open(fd);
    if (call_fails())
        return -1;
    if (peer->is_reset || peer->is_shut || peer->taken == peer->takes) {
        errno = peer->is_reset || peer->is_shut ? EPIPE : EAGAIN;
        return -1;
    }
    length = bound(bound(length, world.most_sent), peer->takes - peer->taken);
    if (length > OUTPUT - peer->taken)
        give_up("too long an answer");
    memcpy(peer->output + peer->taken, bytes, length);
    peer->taken += length;
    peer->answered_at = world.now;
    return (ssize_t)length;
}

static int shut(int fd)
{
    find_open(fd)->is_shut = true;
    return 0;
}

static int close_peer(int fd)
{
    if (fd == listener) {
        listener = -1;
        return close(fd);
    }
    struct peer *peer = find_open(fd);
    peer->is_closed = true;
    peer->closed_at = world.now;
    return 0;
}

static int abandon_peer(int fd)
{
    find_open(fd)->is_abandoned = true;
    return close_peer(fd);
}

/* ---- The back end ---- */

static int open_world(void)
{
    return 0;
}

static void close_world(void)
{
}

static void change(int fd, unsigned events)
{
    struct peer *peer = peer_of(fd);
    *(peer ? &peer->events : &listener_events) = events;
}

static int add(int fd, unsigned events)
{
    if (!peer_of(fd))
        listener = fd;
    change(fd, events);
    return 0;
}

static void drop(int fd)
{
    change(fd, 0);
}

static unsigned find_what(const struct peer *peer)
{
    bool has_bytes = peer->read < peer->arrived || has_ended(peer);
    unsigned what = (has_bytes ? LOOP_READ : 0U) | (peer->taken < peer->takes ? LOOP_WRITE : 0U);
    what &= peer->events;
    return peer->is_reset ? what | LOOP_BROKEN : what;
}

static bool is_knocking(void)
{
    for (int i = 0; i < world.count; i++)
        if (!world.peers[i].is_accepted)
            return listener >= 0 && (listener_events & LOOP_READ);
    return false;
}

static bool is_anything_ready(void)
{
    bool is_ready = is_knocking();
    for (int i = 0; i < world.count; i++)
        is_ready |= world.peers[i].is_accepted && !world.peers[i].is_closed && find_what(&world.peers[i]);
    return is_ready;
}

static void let_arrive(void)
{
    for (int i = 0; world.arrives_by && i < world.count; i++) {
        struct peer *peer = &world.peers[i];
        peer->arrived += bound(peer->length - peer->arrived, world.arrives_by);
    }
}

static bool are_all_closed(void)
{
    for (int i = 0; i < world.count; i++)
        if (!world.peers[i].is_closed)
            return false;
    return true;
}

/* In the loop signals come by a pipe that is found ready, so the loop is awake; here by a descriptor that nobody watches. */
static void stop_server(found_ready *found)
{
    world.is_stopped = true;
    found(FIRST_PEER + PEERS, LOOP_READ);
    told(SIGTERM);
}

/* Nothing is ready: time passes. Returns false when none is left that could bring anything. */
static bool sleep_until(int milliseconds)
{
    int64_t until = milliseconds < 0 ? INT64_MAX : world.now + milliseconds;
    if (world.plot && world.plot_at < until)
        until = world.plot_at;
    if (until == INT64_MAX)
        return false;
    if (until > world.now)
        world.now = until + world.oversleep;
    if (world.plot && world.now >= world.plot_at)
        world.plot();
    return true;
}

static void tell_ready(found_ready *found)
{
    unsigned what[PEERS];
    bool knocks = is_knocking();
    for (int i = 0; i < world.count; i++) /* all at one time, as the system does */
        what[i] = world.peers[i].is_accepted && !world.peers[i].is_closed ? find_what(&world.peers[i]) : 0;
    if (knocks)
        found(listener, LOOP_READ);
    for (int i = 0; i < world.count; i++)
        if (what[i])
            found(FIRST_PEER + i, what[i]);
}

static int await_ready(int milliseconds, found_ready *found)
{
    if (++world.turns > TURNS_MOST)
        give_up("the server spins");
    if (fails(world.interrupts, EINTR))
        return -1;
    let_arrive();
    bool is_over = are_all_closed() && !world.plot;
    if (!is_over && !is_anything_ready())
        is_over = !sleep_until(milliseconds);
    if ((is_over || world.now >= world.until) && !world.is_stopped)
        stop_server(found);
    else if (is_over && listener < 0)
        give_up("it waits for nobody, and for ever");
    tell_ready(found);
    return 0;
}

static const struct backend made_up = {"world", 0, open_world, close_world, add, change, drop, await_ready};
static const struct system made_up_system = {tell_now,   tell_date, accept_peer, receive,
                                             send_bytes, shut,      close_peer,  abandon_peer};

/* server.c says here what it wants to be told. */
void __wrap_loop_on_signal(void (*callback)(int number));
void __wrap_loop_on_signal(void (*callback)(int number))
{
    told = callback;
}

/* ---- Its course ---- */

void world_begin(void)
{
    memset(&world, 0, sizeof world);
    world.now = 1000000007; /* of no round number of milliseconds */
    world.until = INT64_MAX;
}

struct peer *world_add(const char *bytes, size_t length)
{
    if (world.count == PEERS)
        give_up("too many peers");
    struct peer *peer = &world.peers[world.count++];
    *peer = (struct peer){.bytes = bytes, .length = length, .arrived = length, .takes = SIZE_MAX, .ends = true};
    return peer;
}

bool world_run(handler *handle, const struct server_settings *settings)
{
    loop_use(&made_up);
    sys = made_up_system;
    struct server *server = server_create(handle);
    if (server && settings)
        server_set(server, settings);
    if (!server_listen(server, "127.0.0.1", 0)) /* which has freed it */
        return false;
    loop_run();
    sockets_close(&server->sockets);
    memory.live--; /* the server itself lives as long as the program */
    return true;
}
