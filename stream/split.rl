/* SPDX-License-Identifier: MIT */
/*
 * RFC 9112 3.2: a request-target, taken apart.
 *
 * How this works: target.c chooses the form, and with it the entry. Spans are taken where their part ends; a part that
 * begins behind a delimiter is marked there. The authority stands here once, for absolute-form, CONNECT and Host; only in
 * absolute-form may a path or a query follow it. What relaxed.rl lets pass is let pass and noted. What is not regular is
 * judged in target.c.
 */

#include "split.h"
#include "generated.h"

/* A machine's action is one call: what lies between the last mark and here, as a span. */
static struct fluxo_span take(const struct split *split, const unsigned char *end)
{
    struct fluxo_span span = {(const char *)split->part, (size_t)(end - split->part)};

    return span;
}

static void add_port_digit(struct split *split, unsigned char digit)
{
    split->has_port = 1;
    if (split->port <= UINT16_MAX)
        split->port = split->port * 10 + (uint32_t)(digit - '0');
}

%%{
    machine fluxo_split;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";
    include fluxo_note "note.rl";
    include relaxed "grammar/relaxed.rl";
    action pass_over { } # each octet is seen
    include fluxo_path "path.rl";

    action see_s           { target->is_https = 1; }
    action take_scheme     { target->scheme = take(split, p); }
    action begin_authority { split->part = p + 1; fgoto in_authority; }
    action see_ipv4        { target->authority.kind = FLUXO_HOST_IPV4; }
    action see_ipv6        { target->authority.kind = FLUXO_HOST_IPV6; }
    action see_future      { target->authority.kind = FLUXO_HOST_FUTURE; }
    action take_host       { target->authority.host = take(split, p); }
    action add_port_digit  { add_port_digit(split, *p); }
    action take_authority  { target->authority.whole = take(split, p); }
    action require_absolute_form { if (!split->is_absolute) fgoto *fluxo_split_error; }
    action begin_path      { split->part = p; fhold; fgoto in_path; }
    action take_path       { target->path = take(split, p); }
    action begin_query     { split->part = p + 1; target->has_query = 1; }
    action take_query      { target->query = take(split, p); }

    # RFC 3986 3.2.2: what is an IPv4address as well as a reg-name is an address; the host is the rule host, taken apart
    the_host      = "[" ( IPv6address %see_ipv6 | IPvFuture %see_future ) "]" | IPv4address %see_ipv4 | reg_name;
    the_scheme    = "http"i ( "s"i @see_s )?;
    the_authority = the_host %take_host ( ":" ( port $add_port_digit ) )?;
    the_query     = "?" @begin_query query_octets %take_query;

    in_origin    := "/" path_octets %take_path the_query?;
    in_asterisk  := asterisk_form;
    in_absolute  := the_scheme %take_scheme "://" @begin_authority;
    in_authority := the_authority %take_authority ( ( "/" | "?" ) >require_absolute_form @begin_path )?;
    in_path      := ( "/" path_octets )? %take_path the_query?;

    write data;
}%%


static int find_entry(enum fluxo_target_form form)
{
    static const int entries[] = {fluxo_split_en_in_origin, fluxo_split_en_in_absolute, fluxo_split_en_in_authority,
                                  fluxo_split_en_in_asterisk};

    return entries[form];
}

int fluxo_split(struct split *split, enum fluxo_target_form form, size_t length)
{
    struct fluxo_target *target = split->target;
    const unsigned char *p = split->begin, *pe = p + length, *eof = pe;
    int cs = find_entry(form);
    %% write exec;
    target->at = (size_t)(p - split->begin);
    return cs >= fluxo_split_first_final;
}
