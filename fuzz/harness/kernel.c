/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* accept4, NSIG */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../tests/memory.h"
#include "harness.h"
#include "loop.h"

enum {
    FIRST_FILE = 3,
    FILES = 32,
    PIPE_ROOM = 64,
    EPOCH = 784111777, /* Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110 5.6.7 */
    IDLE_TURNS = 64    /* in which nothing happens */
};

struct kernel kernel;

const struct call_entry calls[CALLS] = {
#define CALL(name, letter, hidden, ...) {letter, hidden, sizeof((int[]){__VA_ARGS__}) / sizeof(int), {__VA_ARGS__}},
#include "calls.def"
#undef CALL
};

static char sent_room[PEERS][SENT_MOST], output_room[PEERS][TAKEN_MOST];

/* ---- Descriptors ---- */

enum kind { FREE, SOCKET, PEER, PIPE_END, QUEUE };

struct file {
    enum kind kind;
    struct peer *peer;
    bool is_watched; /* by the queue */
    unsigned events; /* of epoll */
};

/* Of what is ready, so much is told; how is what the three calls differ in. */
struct finding {
    int (*find)(struct finding *finding); /* how many */
    void *first, *second;
    int most;
};

static struct {
    struct file files[FILES];
    int listener; /* 0: none */
    char pipe[PIPE_ROOM];
    size_t piped;
    int pipe_out, pipe_in;
    void (*handlers[NSIG])(int number);
    unsigned idle_turns, seen_progress;
    struct finding *finding; /* the wait that goes on */
    int found;
    int end; /* behind the highest descriptor that was ever open */
} inside;

static struct file *file_of(int fd)
{
    hold(fd >= FIRST_FILE && fd < FILES && inside.files[fd].kind != FREE, "descriptors", "one that is not open is used");
    return &inside.files[fd];
}

static int open_file(enum kind kind, struct peer *peer)
{
    for (int fd = FIRST_FILE; fd < FILES; fd++)
        if (inside.files[fd].kind == FREE) {
            inside.files[fd] = (struct file){.kind = kind, .peer = peer};
            inside.end = fd < inside.end ? inside.end : fd + 1;
            return fd;
        }
    errno = EMFILE;
    return -1;
}

int kernel_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < FILES; fd++)
        count += inside.files[fd].kind != FREE;
    return count;
}

/* ---- What fails ---- */

static bool draw(uint32_t each)
{
    return kernel.chance && random_next(&kernel.chance) % each == 0;
}

void kernel_fail(enum call call, unsigned nth, int error, bool for_ever)
{
    if (call == CALL_MEMORY) {
        kernel.failed[call] += (unsigned)memory.denied;
        memory_fail(nth, for_ever);
    } else if (kernel.faults_set < FAULTS)
        kernel.faults[kernel.faults_set++] = (struct fault){call, kernel.made[call] + nth, error, for_ever};
}

unsigned kernel_failed(enum call call)
{
    return kernel.failed[call] + (call == CALL_MEMORY ? (unsigned)memory.denied : 0);
}

/* What no system goes on to answer for ever, or nothing would ever happen. */
static bool passes(const struct fault *fault)
{
    return fault->call == CALL_WAIT || fault->error == EINTR || fault->error == EAGAIN || fault->error == ECONNABORTED;
}

static bool is_hidden(enum call call, int error)
{
    for (int i = 0; i < calls[call].hidden; i++)
        if (calls[call].errors[i] == error)
            return true;
    return false;
}

static void hit(enum call call, struct peer *peer, int error)
{
    kernel.failed[call]++;
    kernel.progress++;
    if (call == CALL_WAIT && !is_hidden(call, error))
        kernel.was_delayed = true;
    if (peer && !is_hidden(call, error))
        peer->was_hit = true;
    errno = error;
}

static bool fails_for(enum call call, struct peer *peer)
{
    unsigned made = ++kernel.made[call];
    for (int i = 0; i < kernel.faults_set; i++) {
        const struct fault *fault = &kernel.faults[i];
        bool is_it = fault->for_ever && !passes(fault) ? made >= fault->nth : made == fault->nth;
        if (fault->call != call || !is_it)
            continue;
        hit(call, peer, fault->error);
        return true;
    }
    return false;
}

static bool fails(enum call call)
{
    return fails_for(call, NULL);
}

static bool falters(void)
{
    if (!draw(8))
        return false;
    errno = draw(2) ? EINTR : EAGAIN;
    kernel.progress++;
    return true;
}

/* ---- Peers ---- */

struct peer *kernel_connect(void)
{
    if (kernel.count == PEERS)
        return NULL;
    struct peer *peer = &kernel.peers[kernel.count];
    *peer = (struct peer){.window = SIZE_MAX, .fd = -1, .sent = sent_room[kernel.count], .output = output_room[kernel.count]};
    peer->is_refused = !inside.listener || !kernel.is_listening;
    kernel.count++;
    return peer;
}

bool kernel_send(struct peer *peer, const void *bytes, size_t length)
{
    if (length > SENT_MOST - peer->length || peer->has_ended || peer->is_reset)
        return false;
    memcpy(peer->sent + peer->length, bytes, length);
    peer->length += length;
    return true;
}

static struct peer *peer_of(int fd)
{
    struct file *file = file_of(fd);
    hold(file->kind == PEER, "descriptors", "no connection's is read or written");
    return file->peer;
}

static size_t room_at(const struct peer *peer)
{
    size_t room = TAKEN_MOST - peer->taken;
    return room < peer->window ? room : peer->window;
}

static struct peer *next_knocking(void)
{
    for (int i = 0; i < kernel.count; i++)
        if (!kernel.peers[i].is_accepted && !kernel.peers[i].is_refused)
            return &kernel.peers[i];
    return NULL;
}

int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    if (!kernel.is_running)
        return __real_accept4(fd, address, length, flags);
    hold(fd == inside.listener, "descriptors", "accept of no listener");
    if (fails(CALL_ACCEPT) || falters())
        return -1;
    struct peer *peer = next_knocking();
    if (!peer) {
        errno = EAGAIN;
        return -1;
    }
    int accepted = open_file(PEER, peer);
    if (accepted < 0)
        return -1;
    peer->is_accepted = true;
    peer->fd = accepted;
    kernel.progress++;
    return accepted;
}

/* Much is not taken octet by octet, or nothing else would ever be tried. */
static size_t bound(size_t length, size_t most)
{
    size_t least = replay_every_cut ? length / 256 : length / 64;
    size_t chosen = most && length > most ? (most > least ? most : least) : length;
    return chosen > 1 && draw(chosen > 4096 ? 4 : 2) ? 1 + random_next(&kernel.chance) % chosen : chosen;
}

static ssize_t give_end(struct peer *peer)
{
    if (peer->is_reset)
        errno = ECONNRESET;
    else if (!peer->has_ended)
        errno = EAGAIN;
    else
        kernel.progress++;
    return peer->is_reset || !peer->has_ended ? -1 : 0;
}

ssize_t __real_recv(int fd, void *bytes, size_t most, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t most, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t most, int flags)
{
    if (!kernel.is_running)
        return __real_recv(fd, bytes, most, flags);
    struct peer *peer = peer_of(fd);
    if (fails_for(CALL_RECEIVE, peer) || falters())
        return -1;
    size_t there = peer->length - peer->read;
    if (!there)
        return give_end(peer);
    there = bound(there < most ? there : most, kernel.most_read);
    memcpy(bytes, peer->sent + peer->read, there);
    peer->read += there;
    kernel.progress++;
    return (ssize_t)there;
}

ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
    if (!kernel.is_running)
        return __real_send(fd, bytes, length, flags);
    struct peer *peer = peer_of(fd);
    if (fails_for(CALL_SEND, peer) || falters())
        return -1;
    size_t room = room_at(peer);
    if (peer->is_reset || peer->is_shut || !room) {
        errno = peer->is_reset || peer->is_shut ? EPIPE : EAGAIN;
        return -1;
    }
    length = bound(length < room ? length : room, kernel.most_sent);
    memcpy(peer->output + peer->taken, bytes, length);
    peer->taken += length;
    peer->window -= peer->window == SIZE_MAX ? 0 : length;
    kernel.progress++;
    return (ssize_t)length;
}

int __real_shutdown(int fd, int how);
int __wrap_shutdown(int fd, int how);
int __wrap_shutdown(int fd, int how)
{
    if (!kernel.is_running)
        return __real_shutdown(fd, how);
    struct peer *peer = peer_of(fd);
    if (!peer->is_shut)
        peer->heeded = peer->read;
    peer->is_shut = true;
    kernel.progress++;
    return fails_for(CALL_SHUT, peer) ? -1 : 0;
}

/* Who waits to be accepted is reset. */
static void close_listener(void)
{
    inside.listener = 0;
    kernel.is_listening = false;
    for (struct peer *peer; (peer = next_knocking());)
        peer->is_refused = true;
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    if (!kernel.is_running)
        return __real_close(fd);
    if (fd < 0) {
        errno = EBADF;
        return -1;
    }
    struct file *file = file_of(fd);
    if (file->peer)
        file->peer->is_closed = true;
    if (fd == inside.listener)
        close_listener();
    file->kind = FREE;
    kernel.progress++;
    return fails(CALL_CLOSE) ? -1 : 0;
}

/* ---- What is ready: as poll and epoll tell it ---- */

static short find_peer(const struct peer *peer)
{
    bool is_readable = peer->read < peer->length || peer->has_ended || peer->is_reset;
    bool is_writable = room_at(peer) > 0 || peer->is_reset || peer->is_shut;
    bool hangs_up = peer->is_reset || (peer->has_ended && peer->is_shut);
    return (short)((is_readable ? POLLIN : 0) | (is_writable ? POLLOUT : 0) | (peer->is_reset ? POLLERR : 0) |
                   (hangs_up ? POLLHUP : 0));
}

static short find_ready(int fd)
{
    const struct file *file = &inside.files[fd];
    if (file->kind == PEER)
        return find_peer(file->peer);
    if (file->kind == SOCKET && fd == inside.listener)
        return next_knocking() ? POLLIN : 0;
    return file->kind == PIPE_END && fd == inside.pipe_out && inside.piped ? POLLIN : 0;
}

/* ---- Waiting ---- */

static void count_turn(void)
{
    inside.idle_turns = kernel.progress == inside.seen_progress ? inside.idle_turns + 1 : 0;
    inside.seen_progress = kernel.progress;
    hold(inside.idle_turns < IDLE_TURNS, "no spinning", "the server wakes, and nothing happens");
    hold(++kernel.turns < TURNS_MOST, "no spinning", "too many turns");
}

/* Most are the same call after the same call; the script says what happens in between. */
static int wait_ready(struct finding *finding, int milliseconds)
{
    int64_t due = milliseconds < 0 ? INT64_MAX : kernel.now + milliseconds;
    count_turn();
    if (fails(CALL_WAIT))
        return -1;
    if (draw(8)) {
        errno = EINTR;
        return -1;
    }
    inside.finding = finding;
    while (kernel.act(due) == ACT_AGAIN)
        continue;
    return inside.found;
}

bool kernel_is_quiet(void)
{
    inside.found = inside.finding->find(inside.finding);
    return inside.found == 0;
}

static int nth_file(int i)
{
    return kernel.is_reversed ? inside.end - 1 - i : i;
}

static uint32_t to_epoll(short found)
{
    return (found & POLLIN ? (uint32_t)EPOLLIN : 0) | (found & POLLOUT ? (uint32_t)EPOLLOUT : 0) |
           (found & POLLERR ? (uint32_t)EPOLLERR : 0) | (found & POLLHUP ? (uint32_t)EPOLLHUP : 0);
}

static int find_by_epoll(struct finding *finding)
{
    struct epoll_event *events = finding->first;
    int count = 0;
    for (int i = 0; i < inside.end && count < finding->most; i++) {
        int fd = nth_file(i);
        const struct file *file = &inside.files[fd];
        short ready = file->is_watched ? find_ready(fd) : 0;
        uint32_t what = ready ? to_epoll(ready) & (file->events | (uint32_t)EPOLLERR | (uint32_t)EPOLLHUP) : 0;
        if (what)
            events[count++] = (struct epoll_event){.events = what, .data.fd = fd};
    }
    return count;
}

int __real_epoll_wait(int queue, struct epoll_event *events, int most, int milliseconds);
int __wrap_epoll_wait(int queue, struct epoll_event *events, int most, int milliseconds);
int __wrap_epoll_wait(int queue, struct epoll_event *events, int most, int milliseconds)
{
    if (!kernel.is_running)
        return __real_epoll_wait(queue, events, most, milliseconds);
    hold(file_of(queue)->kind == QUEUE, "descriptors", "epoll_wait of no queue");
    struct finding finding = {find_by_epoll, events, NULL, most};
    return wait_ready(&finding, milliseconds);
}

int __real_epoll_create1(int flags);
int __wrap_epoll_create1(int flags);
int __wrap_epoll_create1(int flags)
{
    if (!kernel.is_running)
        return __real_epoll_create1(flags);
    return fails(CALL_QUEUE) ? -1 : open_file(QUEUE, NULL);
}

static void note_events(struct file *file, const struct epoll_event *event)
{
    file->events = event->events;
    file->is_watched = true;
}

int __real_epoll_ctl(int queue, int how, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int queue, int how, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int queue, int how, int fd, struct epoll_event *event)
{
    if (!kernel.is_running)
        return __real_epoll_ctl(queue, how, fd, event);
    struct file *file = file_of(fd);
    hold(file_of(queue)->kind == QUEUE, "descriptors", "epoll_ctl of no queue");
    hold(file->is_watched == (how != EPOLL_CTL_ADD), "descriptors", "watched twice, or not at all");
    if (how == EPOLL_CTL_ADD && fails_for(CALL_WATCH, file->peer))
        return -1;
    if (how == EPOLL_CTL_DEL)
        file->is_watched = false;
    else
        note_events(file, event);
    return 0;
}

static int find_by_poll(struct finding *finding)
{
    struct pollfd *polls = finding->first;
    int count = 0;
    for (int i = 0; i < finding->most; i++) {
        file_of(polls[i].fd);
        polls[i].revents = find_ready(polls[i].fd) & (short)(polls[i].events | POLLERR | POLLHUP);
        count += polls[i].revents != 0;
    }
    return count;
}

int __real_poll(struct pollfd *polls, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *polls, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *polls, nfds_t count, int milliseconds)
{
    if (!kernel.is_running)
        return __real_poll(polls, count, milliseconds);
    for (nfds_t i = 0; i < count; i++) { /* for kernel_events */
        file_of(polls[i].fd)->events = to_epoll(polls[i].events);
    }
    if (!count) { /* nothing but time */
        kernel.now += milliseconds;
        kernel.progress++;
        return 0;
    }
    struct finding finding = {find_by_poll, polls, NULL, (int)count};
    return wait_ready(&finding, milliseconds);
}

static int find_by_select(struct finding *finding)
{
    fd_set *reads = finding->first, *writes = finding->second;
    int count = 0;
    for (int fd = 0; fd < finding->most; fd++) {
        unsigned wanted = inside.files[fd].events;
        short ready = find_ready(fd);
        bool reads_it = (wanted & EPOLLIN) && (ready & (POLLIN | POLLHUP | POLLERR));
        bool writes_it = (wanted & EPOLLOUT) && (ready & (POLLOUT | POLLERR));
        FD_CLR(fd, reads);
        FD_CLR(fd, writes);
        if (reads_it)
            FD_SET(fd, reads);
        if (writes_it)
            FD_SET(fd, writes);
        count += reads_it + writes_it;
    }
    return count;
}

static void note_sets(int most, const fd_set *reads, const fd_set *writes)
{
    for (int fd = FIRST_FILE; fd < FILES; fd++)
        inside.files[fd].events = 0;
    for (int fd = 0; fd < most; fd++)
        if (FD_ISSET(fd, reads) || FD_ISSET(fd, writes))
            file_of(fd)->events =
                (FD_ISSET(fd, reads) ? (unsigned)EPOLLIN : 0) | (FD_ISSET(fd, writes) ? (unsigned)EPOLLOUT : 0);
}

int __real_select(int most, fd_set *reads, fd_set *writes, fd_set *others, struct timeval *time);
int __wrap_select(int most, fd_set *reads, fd_set *writes, fd_set *others, struct timeval *time);
int __wrap_select(int most, fd_set *reads, fd_set *writes, fd_set *others, struct timeval *time)
{
    if (!kernel.is_running)
        return __real_select(most, reads, writes, others, time);
    hold(most <= FILES, "descriptors", "select of one that is not open");
    note_sets(most, reads, writes);
    struct finding finding = {find_by_select, reads, writes, most};
    return wait_ready(&finding, time ? (int)(time->tv_sec * 1000 + time->tv_usec / 1000) : -1);
}

unsigned kernel_events(const struct peer *peer)
{
    unsigned events = inside.files[peer->fd].events;
    return (events & EPOLLIN ? LOOP_READ : 0U) | (events & EPOLLOUT ? LOOP_WRITE : 0U);
}

/* ---- Signals, and the pipe that they come by ---- */

typedef void on_signal(int number);

int __real_pipe(int ends[2]);
int __wrap_pipe(int ends[2]);
int __wrap_pipe(int ends[2])
{
    if (!kernel.is_running)
        return __real_pipe(ends);
    if (fails(CALL_PIPE))
        return -1;
    ends[0] = inside.pipe_out = open_file(PIPE_END, NULL);
    ends[1] = inside.pipe_in = open_file(PIPE_END, NULL);
    inside.piped = 0;
    return 0;
}

ssize_t __real_read(int fd, void *bytes, size_t most);
ssize_t __wrap_read(int fd, void *bytes, size_t most);
ssize_t __wrap_read(int fd, void *bytes, size_t most)
{
    if (!kernel.is_running)
        return __real_read(fd, bytes, most);
    hold(fd == inside.pipe_out, "descriptors", "read of no pipe");
    size_t length = inside.piped < most ? inside.piped : most;
    memcpy(bytes, inside.pipe, length);
    memmove(inside.pipe, inside.pipe + length, inside.piped - length);
    inside.piped -= length;
    kernel.progress++;
    return (ssize_t)length;
}

ssize_t __real_write(int fd, const void *bytes, size_t length);
ssize_t __wrap_write(int fd, const void *bytes, size_t length);
ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
    if (!kernel.is_running || fd == STDERR_FILENO) /* of an oracle that does not hold */
        return __real_write(fd, bytes, length);
    hold(fd == inside.pipe_in, "descriptors", "write of no pipe");
    if (length > PIPE_ROOM - inside.piped) {
        errno = EAGAIN;
        return -1;
    }
    memcpy(inside.pipe + inside.piped, bytes, length);
    inside.piped += length;
    return (ssize_t)length;
}

int __real_sigaction(int number, const struct sigaction *action, struct sigaction *before);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *before);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *before)
{
    if (!kernel.is_running)
        return __real_sigaction(number, action, before);
    if (fails(CALL_ACTION))
        return -1;
    if (before)
        before->sa_handler = inside.handlers[number];
    if (action)
        inside.handlers[number] = action->sa_handler;
    return 0;
}

on_signal *__real_signal(int number, on_signal *handler);
on_signal *__wrap_signal(int number, on_signal *handler);
on_signal *__wrap_signal(int number, on_signal *handler)
{
    if (!kernel.is_running)
        return __real_signal(number, handler);
    on_signal *before = inside.handlers[number];
    inside.handlers[number] = handler;
    return before;
}

/* Its name in glibc for who asks for POSIX alone, as the loop does. */
on_signal *__wrap___sysv_signal(int number, on_signal *handler);
on_signal *__wrap___sysv_signal(int number, on_signal *handler)
{
    return __wrap_signal(number, handler);
}

bool kernel_raise(int number)
{
    on_signal *handler = inside.handlers[number];
    if (handler == SIG_DFL || handler == SIG_IGN)
        return false;
    handler(number);
    return true;
}

/* ---- The listener ---- */

int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol)
{
    if (!kernel.is_running)
        return __real_socket(family, type, protocol);
    return fails(CALL_SOCKET) ? -1 : open_file(SOCKET, NULL);
}

int __real_setsockopt(int fd, int level, int option, const void *value, socklen_t length);
int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t length);
int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
    if (!kernel.is_running)
        return __real_setsockopt(fd, level, option, value, length);
    struct peer *peer = file_of(fd)->peer;
    if (fails(CALL_OPTION))
        return -1;
    if (peer && level == SOL_SOCKET && option == SO_LINGER)
        peer->is_abandoned = ((const struct linger *)value)->l_onoff && !((const struct linger *)value)->l_linger;
    return 0;
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (!kernel.is_running)
        return __real_fcntl(fd, command, argument);
    file_of(fd);
    return fails(CALL_CONTROL) ? -1 : 0;
}

int __real_bind(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    if (!kernel.is_running)
        return __real_bind(fd, address, length);
    file_of(fd);
    return fails(CALL_BIND) ? -1 : 0;
}

int __real_listen(int fd, int backlog);
int __wrap_listen(int fd, int backlog);
int __wrap_listen(int fd, int backlog)
{
    if (!kernel.is_running)
        return __real_listen(fd, backlog);
    file_of(fd);
    if (fails(CALL_LISTEN))
        return -1;
    inside.listener = fd;
    kernel.is_listening = true;
    return 0;
}

static struct sockaddr_in own_address = {.sin_family = AF_INET};

int __real_getsockname(int fd, struct sockaddr *address, socklen_t *length);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    if (!kernel.is_running)
        return __real_getsockname(fd, address, length);
    file_of(fd);
    if (fails(CALL_NAME))
        return -1;
    memcpy(address, &own_address, sizeof own_address);
    *length = sizeof own_address;
    return 0;
}

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    static struct addrinfo own = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_addrlen = sizeof own_address};
    if (!kernel.is_running)
        return __real_getaddrinfo(host, service, hints, found);
    own.ai_addr = (struct sockaddr *)&own_address;
    *found = &own;
    return 0;
}

void __real_freeaddrinfo(struct addrinfo *found);
void __wrap_freeaddrinfo(struct addrinfo *found);
void __wrap_freeaddrinfo(struct addrinfo *found)
{
    if (!kernel.is_running)
        __real_freeaddrinfo(found);
}

int __real_getnameinfo(const struct sockaddr *address, socklen_t length, char *host, socklen_t host_room, char *service,
                       socklen_t service_room, int flags);
int __wrap_getnameinfo(const struct sockaddr *address, socklen_t length, char *host, socklen_t host_room, char *service,
                       socklen_t service_room, int flags);
int __wrap_getnameinfo(const struct sockaddr *address, socklen_t length, char *host, socklen_t host_room, char *service,
                       socklen_t service_room, int flags)
{
    if (!kernel.is_running)
        return __real_getnameinfo(address, length, host, host_room, service, service_room, flags);
    strcpy(host, "127.0.0.1");
    strcpy(service, "80");
    return 0;
}

/* ---- Time ---- */

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    if (!kernel.is_running)
        return __real_clock_gettime(clock, time);
    *time = (struct timespec){.tv_sec = kernel.now / 1000, .tv_nsec = kernel.now % 1000 * 1000000};
    return 0;
}

time_t __real_time(time_t *place);
time_t __wrap_time(time_t *place);
time_t __wrap_time(time_t *place)
{
    if (!kernel.is_running)
        return __real_time(place);
    return EPOCH;
}

/* ---- Its course ---- */

void kernel_begin(void)
{
    memset(&kernel, 0, sizeof kernel);
    memset(&inside, 0, sizeof inside);
    memory_fail(0, false);
    kernel.now = 1000000007; /* of no round number of milliseconds */
    kernel.is_running = true;
}

void kernel_end(void)
{
    kernel.is_running = false;
    memory_fail(0, false);
}
