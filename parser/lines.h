/* SPDX-License-Identifier: MIT */
/*
 * The lane's lines, compiled once for each set of instructions: lane.c includes this file with
 *
 *     VARIANT(name)  the name with its set behind it
 *     TARGET         what the compiler has to be told of a function
 *     LEAVE()        what has to be done at the end
 *     LOOK_AHEAD     defined where 32 octets are told at once: VARIANT(fluxo_outside), _stops and _controls of scan.h are there
 *
 * How this works: a window is what is known of the octets from a line's first one on. It is 64 octets wide; where fewer are
 * left, it ends with them and serves all lines that are in it. `names` has a bit for each octet that no field name has, `stops`
 * one for each that ends the fast way through a value. So where a name or a value ends is a count of zeros.
 */

#ifdef LOOK_AHEAD

typedef struct VARIANT(fluxo_scan) VARIANT(scan);

static inline TARGET VARIANT(scan) VARIANT(begin_scan)(const struct fluxo_class *of)
{
    return VARIANT(fluxo_begin_scan)(of);
}

/* The last octets, fewer than 65: names and stops of all of them. */
static inline TARGET void VARIANT(look_at_last)(const VARIANT(scan) * scan, struct window *window, const unsigned char *base,
                                                const unsigned char *p, const unsigned char *end)
{
    const unsigned char *const first = end - base >= 64 ? end - 64 : base, *const second = end - 32;
    const uint32_t apart = (uint32_t)(second - first), skipped = (uint32_t)(p - first);

    window->names = (VARIANT(fluxo_outside)(scan, first) | (uint64_t)VARIANT(fluxo_outside)(scan, second) << apart) >> skipped;
    window->stops = (VARIANT(fluxo_stops)(scan, first) | (uint64_t)VARIANT(fluxo_stops)(scan, second) << apart) >> skipped;
}

static inline TARGET void VARIANT(look)(const VARIANT(scan) * scan, struct window *window, const unsigned char *p)
{
    window->names = VARIANT(fluxo_outside)(scan, p) | UINT64_C(1) << 32;
    window->stops = VARIANT(fluxo_stops)(scan, p) | (uint64_t)VARIANT(fluxo_stops)(scan, p + 32) << 32;
}

static inline TARGET uint32_t VARIANT(find_name_end)(const struct window *window, const unsigned char *p, uint32_t left)
{
    (void)p;
    (void)left;
    return count_zeros(window->names);
}

/* 0: not among these. */
static inline TARGET uint32_t VARIANT(find_stop)(const struct window *window, const unsigned char *p, uint32_t from,
                                                 uint32_t left)
{
    const uint64_t stops = window->stops >> from;

    (void)p;
    (void)left;
    return stops ? from + count_zeros(stops) : 0;
}

/* A line may be all of the window; no shift may. */
static inline TARGET void VARIANT(move)(struct window *window, uint32_t line)
{
    window->names = window->names >> (line - 1) >> 1;
    window->stops = window->stops >> (line - 1) >> 1;
}

/* The first octet at or behind `at` that ends the fast way, or the end; 32 octets before the end can be read. */
static inline TARGET const unsigned char *VARIANT(find_far_stop)(const unsigned char *at, const unsigned char *end)
{
    const VARIANT(scan) scan = VARIANT(begin_scan)(&fluxo_tchar);
    uint32_t stops;

    for (; end - at >= 32; at += 32)
        if ((stops = VARIANT(fluxo_stops)(&scan, at)) != 0)
            return at + count_zeros(stops);
    stops = at < end ? VARIANT(fluxo_stops)(&scan, end - 32) >> (32 - (end - at)) : 0;
    return stops ? at + count_zeros(stops) : end;
}

/* The same for what may not stand in a value at all. */
static TARGET const unsigned char *VARIANT(find_control)(const unsigned char *at, const unsigned char *end)
{
    uint32_t controls;

    for (; end - at >= 32; at += 32)
        if ((controls = VARIANT(fluxo_controls)(at)) != 0)
            return at + count_zeros(controls);
    controls = at < end ? VARIANT(fluxo_controls)(end - 32) >> (32 - (end - at)) : 0;
    return controls ? at + count_zeros(controls) : end;
}

static inline TARGET const unsigned char *VARIANT(find_outside)(const struct fluxo_class *of, const unsigned char *at,
                                                                const unsigned char *end)
{
    const VARIANT(scan) scan = VARIANT(begin_scan)(of);
    uint32_t outside;

    for (; end - at >= 32; at += 32)
        if ((outside = VARIANT(fluxo_outside)(&scan, at)) != 0)
            return at + count_zeros(outside);
    outside = at < end ? VARIANT(fluxo_outside)(&scan, end - 32) >> (32 - (end - at)) : 0;
    return outside ? at + count_zeros(outside) : end;
}

#else

static inline const unsigned char *VARIANT(find_outside)(const struct fluxo_class *of, const unsigned char *at,
                                                         const unsigned char *end)
{
    while (at < end && fluxo_is_of(of, *at))
        at++;
    return at;
}

static const unsigned char *VARIANT(find_control)(const unsigned char *at, const unsigned char *end)
{
    while (at < end && fluxo_is_value(*at))
        at++;
    return at;
}

/* Eight octets at a time: one below 20 borrows, 7F carries, one above 7F has the highest bit itself. */
static inline const unsigned char *VARIANT(find_far_stop)(const unsigned char *at, const unsigned char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t eight;

    for (; end - at >= 8; at += 8) {
        memcpy(&eight, at, sizeof eight);
        if (((eight - ones * ' ') | (eight + ones) | eight) & ones * 0x80)
            break;
    }
    while (at < end && *at >= ' ' && *at < 0x7F)
        at++;
    return at;
}

typedef int VARIANT(scan);

static inline VARIANT(scan) VARIANT(begin_scan)(const struct fluxo_class *of)
{
    (void)of;
    return 0;
}

static inline void VARIANT(look)(const VARIANT(scan) * scan, struct window *window, const unsigned char *p)
{
    (void)scan;
    (void)window;
    (void)p;
}

static inline void VARIANT(look_at_last)(const VARIANT(scan) * scan, struct window *window, const unsigned char *base,
                                         const unsigned char *p, const unsigned char *end)
{
    (void)scan;
    (void)window;
    (void)base;
    (void)p;
    (void)end;
}

static inline void VARIANT(move)(struct window *window, uint32_t line)
{
    (void)window;
    (void)line;
}

static inline uint32_t VARIANT(find_name_end)(const struct window *window, const unsigned char *p, uint32_t left)
{
    (void)window;
    return (uint32_t)(VARIANT(find_outside)(&fluxo_tchar, p, p + left) - p);
}

static inline uint32_t VARIANT(find_stop)(const struct window *window, const unsigned char *p, uint32_t from, uint32_t left)
{
    const unsigned char *const stop = VARIANT(find_far_stop)(p + from, p + left);

    (void)window;
    return stop == p + left ? 0 : (uint32_t)(stop - p);
}

#endif

/* ---- The start-line ---- */

/* origin-form (RFC 9112 3.2.1): its end, or NULL. */
static inline TARGET const unsigned char *VARIANT(find_target_end)(const unsigned char *p, const unsigned char *end)
{
    if (*p != '/')
        return NULL;
    for (;;) {
        p = VARIANT(find_outside)(&fluxo_path_query, p, end);
        if (end - p < LANE_VERSION)
            return NULL;
        if (*p == ' ')
            return p;
        if (*p != '%' || !is_hex(p[1]) || !is_hex(p[2]))
            return NULL;
        p += 3;
    }
}

/* The line behind it, or NULL: the machine has to see this one. */
static inline TARGET const unsigned char *VARIANT(take_request_line)(struct run *run, const unsigned char *p,
                                                                     const unsigned char *end)
{
    const unsigned char *const target = p + take_method(run, p), *target_end;
    uint32_t minor;

    if (target == p)
        return NULL;
    target_end = VARIANT(find_target_end)(target, end);
    if (!target_end || target_end - target > (ptrdiff_t)run->options->limits.target)
        return NULL;
    minor = read_version(target_end + 1);
    if (minor == NO_VERSION || !is_line_end(target_end + LANE_VERSION - 2))
        return NULL;
    add_line(run, FLUXO_EVENT_REQUEST_LINE, run->parser->code, p, (uint32_t)(target - p - 1), (uint32_t)(target - p),
             (uint32_t)(target_end - target));
    begin_lines(run, minor);
    return target_end + LANE_VERSION;
}

static inline TARGET const unsigned char *VARIANT(take_status_line)(struct run *run, const unsigned char *p,
                                                                    const unsigned char *end)
{
    const unsigned char *const code = p + LANE_STATUS, *const reason = code + 4, *reason_end;
    const uint32_t minor = read_version(p);

    if (minor == NO_VERSION || !is_status(code - 1))
        return NULL;
    reason_end = VARIANT(find_control)(reason, end);
    if (end - reason_end < 2 || !is_line_end(reason_end))
        return NULL;
    run->parser->code = read_status(code);
    add_line(run, FLUXO_EVENT_STATUS_LINE, run->parser->code, code, 3, 4, (uint32_t)(reason_end - reason));
    begin_lines(run, minor);
    return reason_end + 2;
}

/* ---- Field lines ---- */

/* No octet of a name ends a line, so the value's end needs no asking. */
static TARGET int VARIANT(take_host)(struct run *run, const unsigned char *value, const unsigned char *value_end)
{
    const unsigned char *const host_end = VARIANT(find_outside)(&fluxo_reg_name, value, run->bytes + run->bound);

    return host_end > value && is_port_or_nothing(host_end, value_end) && !run->parser->host_seen;
}

/* A field that steers the parser, if it says so in the usual way. */
static TARGET NOINLINE int VARIANT(take_steer)(struct run *run, enum steer steer, const unsigned char *value,
                                               const unsigned char *end)
{
    if (steer == STEER_HOST && !run->parser->response && !VARIANT(take_host)(run, value, end))
        return 0;
    return take_steering_value(run, steer, value, (uint32_t)(end - value));
}

static inline TARGET int VARIANT(take_field)(struct run *run, struct fluxo_event *event, uint32_t at, const unsigned char *p,
                                             uint32_t name, uint32_t stop)
{
    const enum steer steer = find_steer(p, name);

    if (steer && !VARIANT(take_steer)(run, steer, p + name + 2, p + stop))
        return 0;
    set_event(event, FLUXO_EVENT_FIELD, fluxo_steer_fields[steer], at, name, name + 2, stop - name - 2);
    return 1;
}

/* The end of a value that goes on behind `stop`, or 0 where this line is not one for the lane. */
static TARGET NOINLINE uint32_t VARIANT(find_value_end)(const struct run *run, const unsigned char *p, uint32_t stop,
                                                        const unsigned char *end)
{
    const unsigned char *value_end = VARIANT(find_far_stop)(p + stop, end);

    if (value_end < end && *value_end != '\r')
        value_end = VARIANT(find_control)(value_end, end);
    if (end - value_end < 2 || !is_line_end(value_end) || value_end - p > (ptrdiff_t)run->options->limits.field_line)
        return 0;
    return (uint32_t)(value_end - p);
}

/* Lines, where the last octets are in sight. */
static inline TARGET struct fluxo_event *VARIANT(take_last_lines)(const VARIANT(scan) * scan, struct run *run,
                                                                  struct fluxo_event *event,
                                                                  const struct fluxo_event *events_end,
                                                                  const unsigned char *end)
{
    const unsigned char *const base = run->bytes, *p = base + run->at;
    struct window window;

    VARIANT(look_at_last)(scan, &window, base, p, end);
    while (event < events_end) {
        const uint32_t left = (uint32_t)(end - p), name = VARIANT(find_name_end)(&window, p, left);
        uint32_t stop;

        if (!name || name + 3 > left || !is_colon(p + name) || p[name + 2] <= ' ')
            break;
        stop = VARIANT(find_stop)(&window, p, name + 2, left);
        if (stop + 2 > left || !is_line_end(p + stop))
            stop = VARIANT(find_value_end)(run, p, stop ? stop : left, end);
        if (!stop || p[stop - 1] <= ' ' || !VARIANT(take_field)(run, event, (uint32_t)(p - base), p, name, stop))
            break;
        event++;
        VARIANT(move)(&window, stop + 2);
        p += stop + 2;
    }
    run->at = (int32_t)(p - base);
    return event;
}

/* Lines, where more octets follow than a window has. */
static inline TARGET struct fluxo_event *VARIANT(take_first_lines)(const VARIANT(scan) * scan, struct run *run,
                                                                   struct fluxo_event *event,
                                                                   const struct fluxo_event *events_end,
                                                                   const unsigned char *end)
{
    const unsigned char *const base = run->bytes, *p = base + run->at;

    while (event < events_end && end - p > 64) {
        struct window window;
        uint32_t name, stop;

        VARIANT(look)(scan, &window, p);
        name = VARIANT(find_name_end)(&window, p, 32);
        if (!name || !is_colon(p + name) || p[name + 2] <= ' ')
            break;
        stop = VARIANT(find_stop)(&window, p, name + 2, 64);
        if (!is_line_end(p + stop)) /* nor is a line's first octet one */
            stop = VARIANT(find_value_end)(run, p, stop ? stop : 64, end);
        if (!stop || p[stop - 1] <= ' ' || !VARIANT(take_field)(run, event, (uint32_t)(p - base), p, name, stop))
            break;
        event++;
        p += stop + 2;
    }
    run->at = (int32_t)(p - base);
    return event;
}

/* Up to the first that the machine has to see, or the empty one, which has no name. */
static inline TARGET void VARIANT(take_field_lines)(struct run *run, const unsigned char *end)
{
    struct fluxo_event *const first = run->events + run->count, *event = first;
    const struct fluxo_event *const events_end = first + count_lines_allowed(run);
    const VARIANT(scan) scan = VARIANT(begin_scan)(&fluxo_tchar);

    event = VARIANT(take_first_lines)(&scan, run, event, events_end, end);
    if (run->bound - run->at <= 64 && run->bound - run->at >= 2)
        event = VARIANT(take_last_lines)(&scan, run, event, events_end, end);
    run->parser->fields = (uint16_t)(run->parser->fields + (event - first));
    run->count += (uint32_t)(event - first);
}

static inline TARGET void VARIANT(take_lines)(struct run *run)
{
    const unsigned char *const end = run->bytes + run->bound, *p = run->bytes + run->at;

    if (run->parser->phase == PHASE_START) {
        p = run->parser->response ? VARIANT(take_status_line)(run, p, end) : VARIANT(take_request_line)(run, p, end);
        if (!p)
            return;
        run->at = (int32_t)(p - run->bytes);
    }
    VARIANT(take_field_lines)(run, end);
}

/* A head, from the first octet of a line on. */
static TARGET void VARIANT(take_head)(struct run *run)
{
    VARIANT(take_lines)(run);
    LEAVE();
}

#undef VARIANT
#undef TARGET
#undef LEAVE
#undef LOOK_AHEAD
