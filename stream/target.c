/* SPDX-License-Identifier: MIT */
/*
 * The request-target in its parts (RFC 9112 3.2), and the URI that it makes together with Host (RFC 9112 3.3).
 *
 * How this works: the method and the first byte choose the form, as in the parser; the machine of split.rl takes the spans;
 * what is not regular is judged here. Reconciling then only chooses between spans.
 */

#include <fluxo/field.h>
#include <fluxo/target.h>

#include <string.h>

#include "octets.h"
#include "split.h"

enum { PORT_HTTP = 80, PORT_HTTPS = 443, PORT_MOST = 65535 };

/* ---- Splitting ---- */

/* What is not there stays empty, at the end of what was given; and nothing given may be no pointer. */
static void begin_split(struct split *split, struct fluxo_target *target, struct fluxo_span span)
{
    const char *start = span.length ? span.start : "";
    struct fluxo_span nothing = fluxo_span_of(start + span.length, 0);

    memset(target, 0, sizeof *target);
    target->scheme = target->authority.whole = target->authority.host = target->path = target->query = nothing;
    memset(split, 0, sizeof *split);
    split->target = target;
    split->begin = split->part = (const unsigned char *)start;
}

static int has_host(const struct fluxo_target *target)
{
    return target->authority.host.length > 0;
}

static int is_port_valid(const struct split *split)
{
    return !split->has_port || (split->port > 0 && split->port <= PORT_MOST);
}

/* Host and port belong together (RFC 9110 4.2.1); a Host that is empty altogether is valid (RFC 9112 3.2). */
static int is_host_valid(const struct split *split)
{
    return is_port_valid(split) && (has_host(split->target) || split->target->authority.whole.length == 0);
}

int fluxo_authority_split(struct fluxo_span value, struct fluxo_authority *out, size_t *at)
{
    struct fluxo_target target;
    struct split split;
    int is_split;

    begin_split(&split, &target, value);
    is_split = fluxo_split(&split, FLUXO_TARGET_AUTHORITY, value.length);
    if (!is_split || !is_host_valid(&split)) {
        if (at)
            *at = is_split ? 0 : target.at;
        return FLUXO_FAULT;
    }
    target.authority.port = (uint16_t)split.port;
    *out = target.authority;
    return FLUXO_DONE;
}

static enum fluxo_target_form choose_form(enum fluxo_method method, struct fluxo_span target)
{
    if (method == FLUXO_METHOD_CONNECT)
        return FLUXO_TARGET_AUTHORITY;
    if (target.length && *target.start == '/')
        return FLUXO_TARGET_ORIGIN;
    return target.length && *target.start == '*' ? FLUXO_TARGET_ASTERISK : FLUXO_TARGET_ABSOLUTE;
}

/* RFC 9112 3.2.4: which method may ask for *; RFC 9110 9.3.6 and 4.2.1: what an authority needs. */
static enum fluxo_error_code judge_target(const struct split *split)
{
    const struct fluxo_target *target = split->target;
    int is_valid = has_host(target) && is_port_valid(split);

    if (target->form == FLUXO_TARGET_AUTHORITY)
        return is_valid && split->has_port ? FLUXO_ERR_NONE : FLUXO_ERR_TARGET_CONNECT;
    return is_valid || target->form != FLUXO_TARGET_ABSOLUTE ? FLUXO_ERR_NONE : FLUXO_ERR_TARGET_AUTHORITY;
}

static int refuse_target(struct fluxo_target *target, enum fluxo_error_code fault, size_t at)
{
    target->fault = (uint16_t)fault;
    target->at = at;
    return FLUXO_FAULT;
}

int fluxo_target_split(enum fluxo_method method, struct fluxo_span target, struct fluxo_target *out)
{
    enum fluxo_target_form form = choose_form(method, target);
    enum fluxo_error_code fault;
    struct split split;

    begin_split(&split, out, target);
    out->method = (uint8_t)method;
    out->form = (uint8_t)form;
    split.is_absolute = form == FLUXO_TARGET_ABSOLUTE;
    if (form == FLUXO_TARGET_ASTERISK && method != FLUXO_METHOD_OPTIONS)
        return refuse_target(out, FLUXO_ERR_TARGET_ASTERISK, 0);
    if (!fluxo_split(&split, form, target.length))
        return refuse_target(out, FLUXO_ERR_TARGET, out->at);
    fault = judge_target(&split);
    if (fault)
        return refuse_target(out, fault, 0);
    out->authority.port = (uint16_t)split.port;
    return FLUXO_DONE;
}

/* ---- The target URI ---- */

static unsigned find_default_port(int is_https)
{
    return is_https ? PORT_HTTPS : PORT_HTTP;
}

static int is_same_host(struct fluxo_span one, struct fluxo_span other)
{
    while (one.length && other.length)
        if (fluxo_fold_octet(fluxo_next_octet(&one)) != fluxo_fold_octet(fluxo_next_octet(&other)))
            return 0;
    return one.length == other.length;
}

/* The target's port and Host's. CONNECT names a port always, and no scheme that would tell which one Host may leave out. */
static int is_same_port(const struct fluxo_uri *uri, const struct fluxo_target *target, unsigned port)
{
    if (target->form == FLUXO_TARGET_AUTHORITY && !port)
        return uri->port == PORT_HTTP || uri->port == PORT_HTTPS;
    return uri->port == (port ? port : find_default_port(uri->is_https));
}

/* RFC 9112 3.2.1: who is asked for an empty path is asked for "/"; 3.2.4: but for OPTIONS, which asks the whole server. */
static struct fluxo_span choose_path(const struct fluxo_target *target)
{
    int is_whole_server = target->method == FLUXO_METHOD_OPTIONS && !target->has_query;

    if (target->form == FLUXO_TARGET_ABSOLUTE && target->path.length == 0 && !is_whole_server)
        return fluxo_span_of("/", 1);
    return target->path;
}

static int has_authority(const struct fluxo_target *target)
{
    return target->form == FLUXO_TARGET_ABSOLUTE || target->form == FLUXO_TARGET_AUTHORITY;
}

static struct fluxo_authority choose_authority(const struct fluxo_target *target, const struct fluxo_authority *host,
                                               const struct fluxo_authority *own_name)
{
    if (has_authority(target))
        return target->authority;
    return host->whole.length ? *host : *own_name;
}

static void compose_uri(struct fluxo_uri *uri, const struct fluxo_target *target, unsigned flags)
{
    uri->is_https = target->form == FLUXO_TARGET_ABSOLUTE ? target->is_https : (flags & FLUXO_SECURE) != 0;
    uri->scheme = uri->is_https ? fluxo_span_of("https", 5) : fluxo_span_of("http", 4);
    uri->path = choose_path(target);
    uri->query = target->query;
    uri->has_query = target->has_query;
    uri->port = uri->authority.port ? uri->authority.port : (uint16_t)find_default_port(uri->is_https);
}

static int refuse_host(struct fluxo_uri *uri, unsigned fault, size_t at)
{
    uri->fault = (uint16_t)fault;
    uri->at = at;
    return FLUXO_FAULT;
}

int fluxo_target_reconcile(const struct fluxo_target *target, const struct fluxo_span *host, struct fluxo_span own_name,
                           unsigned flags, struct fluxo_uri *out)
{
    struct fluxo_authority named, own;
    size_t at;

    if (flags & ~(unsigned)(FLUXO_SECURE | FLUXO_REFUSE_OTHER_HOST))
        return FLUXO_MISUSE_ARGUMENT;
    if (fluxo_authority_split(own_name, &own, NULL) != FLUXO_DONE)
        return FLUXO_MISUSE_HOST;
    memset(out, 0, sizeof *out);
    if (fluxo_authority_split(host ? *host : fluxo_span_of("", 0), &named, &at) != FLUXO_DONE)
        return refuse_host(out, FLUXO_ERR_HOST, at);
    out->authority = choose_authority(target, &named, &own);
    compose_uri(out, target, flags);
    out->host_differs = host && has_authority(target) &&
                        !(is_same_host(out->authority.host, named.host) && is_same_port(out, target, named.port));
    return out->host_differs && (flags & FLUXO_REFUSE_OTHER_HOST) ? refuse_host(out, FLUXO_FAULT_HOST_DIFFERS, 0) : FLUXO_DONE;
}
