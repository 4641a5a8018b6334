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

/* The last octets, fewer than 65: where a name may end that has a colon, a blank and an octet of its value behind it, and where
   a stop may be the first of a line end. */
static inline TARGET void VARIANT(look_at_last)(const VARIANT(scan) * scan, struct window *window, const unsigned char *base,
                                                const unsigned char *p, const unsigned char *end)
{
    const unsigned char *const second = end - 32, *first;
    uint64_t names = VARIANT(fluxo_outside)(scan, second) & UINT32_C(0x3FFFFFFF);
    uint64_t stops = VARIANT(fluxo_stops)(scan, second) & UINT32_C(0x7FFFFFFF);
    uint32_t apart;

    if (p >= second) {
        window->names = names >> (p - second);
        window->stops = stops >> (p - second);
        return;
    }
    first = end - base >= 64 ? end - 64 : base;
    apart = (uint32_t)(second - first);
    names = (VARIANT(fluxo_outside)(scan, first) | names << apart) & ~(UINT64_C(3) << (apart + 30));
    stops = (VARIANT(fluxo_stops)(scan, first) | stops << apart) & ~(UINT64_C(1) << (apart + 31));
    window->names = names >> (p - first);
    window->stops = stops >> (p - first);
}

static inline TARGET void VARIANT(look)(const VARIANT(scan) * scan, struct window *window, const unsigned char *p)
{
    window->names = VARIANT(fluxo_outside)(scan, p) | UINT64_C(1) << 32;
    window->stops = VARIANT(fluxo_stops)(scan, p) | (uint64_t)VARIANT(fluxo_stops)(scan, p + 32) << 32;
}

static inline TARGET uint32_t VARIANT(find_name_end)(const struct window *window, const unsigned char *p,
                                                     const unsigned char *end)
{
    (void)p;
    (void)end;
    return count_zeros(window->names);
}

/* Behind a name and a colon. These have no stop, so the answer need not wait for them. */
static inline TARGET uint32_t VARIANT(find_stop)(const struct window *window, const unsigned char *p, uint32_t value,
                                                 const unsigned char *end)
{
    (void)p;
    (void)value;
    (void)end;
    return count_zeros(window->stops);
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

/* To be at the end is to have found none. */
static inline uint32_t VARIANT(find_name_end)(const struct window *window, const unsigned char *p, const unsigned char *end)
{
    const unsigned char *const found = VARIANT(find_outside)(&fluxo_tchar, p, end);

    (void)window;
    return found < end ? (uint32_t)(found - p) : 0;
}

static inline uint32_t VARIANT(find_stop)(const struct window *window, const unsigned char *p, uint32_t value,
                                          const unsigned char *end)
{
    const unsigned char *const found = VARIANT(find_far_stop)(p + value, end);

    (void)window;
    return found < end ? (uint32_t)(found - p) : (uint32_t)NOT_SEEN;
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

/* Whether the octets may be the first of a request-line that is taken. */
static inline TARGET int VARIANT(looks_begun_request)(struct fluxo_parser *parser, const unsigned char *p,
                                                      const unsigned char *end)
{
    const unsigned char *const target = p + take_method(parser, p);

    if (target == p || *target != '/' || end - target > (ptrdiff_t)parser->options->limits.target)
        return 0;
    for (p = target;; p += 3) {
        p = VARIANT(find_outside)(&fluxo_path_query, p, end);
        if (p == end)
            return 1;
        if (*p != '%' || end - p < 3 || !is_hex(p[1]) || !is_hex(p[2]))
            return end - p < LANE_VERSION && memcmp(p, " HTTP/1.1\r\n", (size_t)(end - p)) == 0;
    }
}

static TARGET NOINLINE int VARIANT(is_begun_request)(struct fluxo_parser *parser, const unsigned char *p,
                                                     const unsigned char *end)
{
    const int is_begun = VARIANT(looks_begun_request)(parser, p, end);

    LEAVE();
    return is_begun;
}

/* The line behind it, or NULL: the machine has to see this one. */
static inline TARGET const unsigned char *VARIANT(take_request_line)(struct lines *lines, const unsigned char *p)
{
    const unsigned char *const target = p + take_method(lines->parser, p), *target_end;
    uint32_t minor;

    if (target == p)
        return NULL;
    target_end = VARIANT(find_target_end)(target, lines->end);
    if (!target_end || target_end - target > (ptrdiff_t)lines->parser->options->limits.target)
        return NULL;
    minor = read_version(target_end + 1);
    if (minor == NO_VERSION || !is_line_end(target_end + LANE_VERSION - 2))
        return NULL;
    add_line(lines, FLUXO_EVENT_REQUEST_LINE, lines->parser->code, p, (uint32_t)(target - p - 1), (uint32_t)(target - p),
             (uint32_t)(target_end - target));
    lines->parser->minor = minor & 15;
    return target_end + LANE_VERSION;
}

static inline TARGET const unsigned char *VARIANT(take_status_line)(struct lines *lines, const unsigned char *p)
{
    const unsigned char *const code = p + LANE_STATUS, *const reason = code + 4, *reason_end;
    const uint32_t minor = read_version(p);

    if (minor == NO_VERSION || !is_status(code - 1))
        return NULL;
    reason_end = VARIANT(find_control)(reason, lines->end);
    if (lines->end - reason_end < 2 || !is_line_end(reason_end))
        return NULL;
    lines->parser->code = read_status(code);
    add_line(lines, FLUXO_EVENT_STATUS_LINE, lines->parser->code, code, 3, 4, (uint32_t)(reason_end - reason));
    lines->parser->minor = minor & 15;
    return reason_end + 2;
}

/* ---- Field lines ---- */

/* No octet of a name ends a line, so the value's end needs no asking. */
static inline TARGET int VARIANT(take_host)(struct fluxo_parser *parser, const unsigned char *value,
                                            const unsigned char *value_end, const unsigned char *end)
{
    const unsigned char *const host_end = VARIANT(find_outside)(&fluxo_reg_name, value, end);

    if (host_end == value || !is_port_or_nothing(host_end, value_end) || parser->host_seen)
        return 0;
    parser->host_seen = 1;
    return 1;
}

/* A field that steers the parser, if it says so in the usual way. */
static TARGET NOINLINE int VARIANT(take_steer)(struct fluxo_parser *parser, enum steer steer, const unsigned char *value,
                                               const unsigned char *value_end, const unsigned char *end)
{
    if (steer == STEER_HOST && !parser->response)
        return VARIANT(take_host)(parser, value, value_end, end);
    return take_steering_value(parser, steer, value, (uint32_t)(value_end - value));
}

static inline TARGET int VARIANT(take_field)(struct lines *lines, const unsigned char *p, uint32_t name, uint32_t stop)
{
    const enum steer steer = find_steer(p, name);

    if (steer && !VARIANT(take_steer)(lines->parser, steer, p + name + 2, p + stop, lines->end))
        return 0;
    add_line(lines, FLUXO_EVENT_FIELD, fluxo_steer_fields[steer], p, name, name + 2, stop - name - 2);
    return 1;
}

/* The end of a value that goes on behind `stop`, or 0 where this line is not one for the lane. */
static TARGET NOINLINE uint32_t VARIANT(find_value_end)(const struct fluxo_parser *parser, const unsigned char *p,
                                                        uint32_t stop, const unsigned char *end)
{
    const unsigned char *value_end = VARIANT(find_far_stop)(p + stop, end);

    if (value_end < end && *value_end != '\r')
        value_end = VARIANT(find_control)(value_end, end);
    if (end - value_end < 2 || !is_line_end(value_end) || value_end - p > (ptrdiff_t)parser->options->limits.field_line)
        return 0;
    return (uint32_t)(value_end - p);
}

/* Lines, where the last octets are in sight. */
static inline TARGET const unsigned char *VARIANT(take_last_lines)(const VARIANT(scan) * scan, struct lines *lines,
                                                                   const unsigned char *p)
{
    const unsigned char *const end = lines->end;
    struct window window;

    VARIANT(look_at_last)(scan, &window, lines->base, p, end);
    while (lines->event < lines->events_end) {
        const uint32_t name = VARIANT(find_name_end)(&window, p, end - 2);
        uint32_t stop;

        if (!name || name == NOT_SEEN || !is_colon(p + name) || p[name + 2] <= ' ')
            break;
        stop = VARIANT(find_stop)(&window, p, name + 2, end - 1);
        if (stop == NOT_SEEN)
            break;
        if (!is_line_end(p + stop) && !(stop = VARIANT(find_value_end)(lines->parser, p, stop, end)))
            break;
        if (p[stop - 1] <= ' ' || !VARIANT(take_field)(lines, p, name, stop))
            break;
        VARIANT(move)(&window, stop + 2);
        p += stop + 2;
    }
    return p;
}

/* Lines, where more octets follow than a window has. */
static inline TARGET const unsigned char *VARIANT(take_first_lines)(const VARIANT(scan) * scan, struct lines *lines,
                                                                    const unsigned char *p)
{
    const unsigned char *const end = lines->end, *const last = end - 64;

    while (lines->event < lines->events_end && p < last && !is_line_end(p)) {
        struct window window;
        uint32_t name, stop;

        VARIANT(look)(scan, &window, p);
        name = VARIANT(find_name_end)(&window, p, p + 63);
        if (!name || !is_colon(p + name) || p[name + 2] <= ' ')
            break;
        stop = VARIANT(find_stop)(&window, p, name + 2, p + 64);
        if ((stop == NOT_SEEN || !is_line_end(p + stop)) && !(stop = VARIANT(find_value_end)(lines->parser, p, stop, end)))
            break;
        if (p[stop - 1] <= ' ' || !VARIANT(take_field)(lines, p, name, stop))
            break;
        p += stop + 2;
    }
    return p;
}

/* Up to the first that the machine has to see, or the empty one. */
static INLINE TARGET const unsigned char *VARIANT(take_field_lines)(struct lines *lines, const unsigned char *p)
{
    const VARIANT(scan) scan = VARIANT(begin_scan)(&fluxo_tchar);

    if (lines->end - p > 64)
        p = VARIANT(take_first_lines)(&scan, lines, p);
    if (lines->end - p <= 64 && lines->end - p >= 2)
        p = VARIANT(take_last_lines)(&scan, lines, p);
    return p;
}

/* Whether the octets from p on may be the first of a line that is taken, of whose value nothing but its octets is asked. */
static inline TARGET int VARIANT(looks_begun)(const unsigned char *p, const unsigned char *end)
{
    const unsigned char *const name_end = VARIANT(find_outside)(&fluxo_tchar, p, end);

    if (name_end == end)
        return 1;
    if (name_end == p || *name_end != ':' || find_steer(p, (uint32_t)(name_end - p)) != STEER_NONE)
        return 0;
    if (end - name_end <= 2)
        return name_end + 1 == end || name_end[1] == ' ';
    return is_colon(name_end) && name_end[2] > ' ' && VARIANT(find_control)(name_end + 2, end) == end;
}

static TARGET NOINLINE int VARIANT(is_begun)(const unsigned char *p, const unsigned char *end)
{
    const int is_begun = VARIANT(looks_begun)(p, end);

    LEAVE();
    return is_begun;
}

/* The lines of a head that has begun. */
static TARGET NOINLINE const unsigned char *VARIANT(take_more_lines)(struct lines *lines, const unsigned char *p)
{
    p = VARIANT(take_field_lines)(lines, p);
    lines->awaits = may_await(lines, p) && VARIANT(is_begun)(p, lines->end);
    LEAVE();
    return p;
}

/* A head, from its first octet on. */
static TARGET NOINLINE struct fluxo_feed VARIANT(take_head)(struct fluxo_parser *parser, const unsigned char *bytes,
                                                            size_t length, struct fluxo_event *events, uint32_t capacity)
{
    struct lines lines = begin_head(parser, bytes, length, events, capacity);
    const unsigned char *p =
        parser->response ? VARIANT(take_status_line)(&lines, bytes) : VARIANT(take_request_line)(&lines, bytes);

    if (!p) {
        LEAVE();
        lines.may_await = may_await_more(parser->options, length);
        if (may_await_request(&lines) && VARIANT(is_begun_request)(parser, bytes, lines.end))
            return await_request(&lines);
        return fluxo_feed_on(parser, bytes, length, events, capacity, 0, 0);
    }
    p = VARIANT(take_field_lines)(&lines, p);
    LEAVE();
    parser->fields = (uint16_t)(lines.event - events - 1);
    if (lines.event < lines.events_end && lines.end - p >= 2 && is_line_end(p) && fluxo_judge_head(parser) == FLUXO_ERR_NONE)
        return end_head(&lines, events, p + 2);
    lines.may_await = may_await_more(parser->options, length);
    if (may_await(&lines, p) && VARIANT(is_begun)(p, lines.end))
        return await_line(&lines, events, p);
    return fluxo_feed_on(parser, bytes, length, events, capacity, (uint32_t)(p - bytes), (uint32_t)(lines.event - events));
}

#undef VARIANT
#undef TARGET
#undef LEAVE
#undef LOOK_AHEAD
