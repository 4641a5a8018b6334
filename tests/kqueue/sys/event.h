/* SPDX-License-Identifier: MIT */
/* As much of kqueue as server-min/kqueue.c asks for, over poll(): so that it can be run where there is none (../kqueue.c). */
#ifndef TESTS_SYS_EVENT_H
#define TESTS_SYS_EVENT_H

#include <stdint.h>
#include <time.h>

enum { EVFILT_READ = -1, EVFILT_WRITE = -2 };
enum { EV_ADD = 0x1, EV_DELETE = 0x2, EV_EOF = 0x8000 };

struct kevent {
    uintptr_t ident;
    short filter;
    unsigned short flags;
    unsigned fflags;
    int64_t data;
    void *udata;
};

#define EV_SET(event, ident_, filter_, flags_, fflags_, data_, udata_)                                                         \
    (*(event) = (struct kevent){(ident_), (short)(filter_), (unsigned short)(flags_), (fflags_), (data_), (void *)(udata_)})

int kqueue(void);
int kevent(int queue, const struct kevent *changes, int changes_count, struct kevent *events, int events_most,
           const struct timespec *time);

#endif
