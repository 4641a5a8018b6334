/* SPDX-License-Identifier: MIT */
/*
 * <fluxo/target.h>: what a request asks for: the request-target in its parts (RFC 9112 3.2), the URI that it stands for
 * together with Host (RFC 9112 3.3), and a path in its normal form (RFC 3986 5.2.4, 6.2.2).
 *
 *     struct fluxo_target target;
 *     struct fluxo_uri uri;
 *
 *     if (fluxo_target_split(method, span, &target) == FLUXO_FAULT)
 *         return refuse(target.fault, target.at);
 *     if (fluxo_target_reconcile(&target, &host, own_name, FLUXO_REFUSE_OTHER_HOST, &uri) == FLUXO_FAULT)
 *         return refuse(uri.fault, uri.at);
 *     serve(uri.authority.host, uri.port, uri.path, uri.query);
 *
 * Nothing is copied and nothing is decoded: the spans that come back point into the bytes of the spans that were given, and
 * live as long as those; a scheme, and a path of "/" that nobody sent, are constants. A part that is not there is a span of
 * length 0.
 */
#ifndef FLUXO_TARGET_H
#define FLUXO_TARGET_H

#include <fluxo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- An authority: the value of Host, and what stands in a request-target ---- */

enum fluxo_host_kind {
    FLUXO_HOST_NAME,  /* reg-name: a registered name, escapes and all; and the empty host */
    FLUXO_HOST_IPV4,  /* IPv4address: what is one is no name (RFC 3986 3.2.2) */
    FLUXO_HOST_IPV6,  /* "[" IPv6address "]" */
    FLUXO_HOST_FUTURE /* "[" IPvFuture "]" */
};

struct fluxo_authority {
    struct fluxo_span whole; /* host, and colon and port if they are there */
    struct fluxo_span host;  /* an IP literal with its brackets */
    uint16_t port;           /* 1 to 65535; 0: none is named, though a colon may stand there */
    uint8_t kind;            /* enum fluxo_host_kind */
};

/*
 * Splits the value of Host, without white space around it: uri-host [ ":" port ] (RFC 9110 7.2). It may be empty (RFC
 * 9112 3.2); a port without a host, or one that is not from 1 to 65535, may not be. FLUXO_DONE; or FLUXO_FAULT, the fault being
 * FLUXO_ERR_HOST: then `*at` (if `at` is not NULL) is the offset of the first byte that cannot stand there, or 0 where host or
 * port is the matter, and `*out` is not to be read.
 */
int fluxo_authority_split(struct fluxo_span value, struct fluxo_authority *out, size_t *at);

/* ---- The request-target ---- */

enum fluxo_target_form {
    FLUXO_TARGET_ORIGIN,    /* "/where?q=now" */
    FLUXO_TARGET_ABSOLUTE,  /* "http://www.example.org/where?q=now" */
    FLUXO_TARGET_AUTHORITY, /* "www.example.org:80": CONNECT, and nothing else with CONNECT */
    FLUXO_TARGET_ASTERISK   /* "*": OPTIONS, and nothing else */
};

struct fluxo_target {
    struct fluxo_span scheme;         /* absolute-form: http or https, in the case in which it came */
    struct fluxo_authority authority; /* absolute-form, authority-form */
    struct fluxo_span path;           /* origin-form; absolute-form, where it may be empty */
    struct fluxo_span query;          /* without its question mark */
    uint32_t relaxed;                 /* FLUXO_RELAX_ bits: what it holds that the strict profile refuses */
    uint8_t method, form;             /* as given; enum fluxo_target_form */
    uint8_t is_https;                 /* absolute-form */
    uint8_t has_query;                /* "/?" has one that is empty, "/" has none */
    uint16_t fault;                   /* after FLUXO_FAULT: enum fluxo_error_code */
    size_t at;                        /* and the offset of the byte that cannot stand there */
};

/*
 * Splits a request-target by the rules of the strict parser: of absolute-form only http and https (RFC 9110 4.2), without
 * userinfo (4.2.4), with a host that is not empty and a port, if any, from 1 to 65535 (4.2.1); CONNECT needs a host and a port
 * (9.3.6); the asterisk is for OPTIONS (RFC 9112 3.2.4). Octets that the parser lets pass in paths and queries only when it is
 * relaxed are taken, and noted in `relaxed`: who wants none refuses what is not 0. A fragment is no part of a target.
 *
 * FLUXO_DONE. FLUXO_FAULT: `fault` and `at` are those of the parser, and the parts are not to be read: FLUXO_ERR_TARGET at the
 * first byte that cannot stand there, or at the target's end; TARGET_AUTHORITY, TARGET_CONNECT and TARGET_ASTERISK at offset 0.
 */
int fluxo_target_split(enum fluxo_method method, struct fluxo_span target, struct fluxo_target *out);

/* ---- The target URI ---- */

enum {
    FLUXO_SECURE = 1,           /* the connection is secured: a target that names no scheme is https */
    FLUXO_REFUSE_OTHER_HOST = 2 /* a Host that names another authority than the target is a fault, not just a fact */
};

/* The URI is scheme "://" authority path, and "?" query if it has one. */
struct fluxo_uri {
    struct fluxo_span scheme;         /* "http" or "https" */
    struct fluxo_authority authority; /* empty where nothing names one */
    struct fluxo_span path;      /* empty for "*" and CONNECT, and where OPTIONS is asked of a whole server; else from "/" on */
    struct fluxo_span query;     /* without its question mark */
    uint16_t port;               /* the one that is meant: named, or else the scheme's (80, 443) */
    uint8_t is_https, has_query; /* as the scheme says; the target has one */
    uint8_t host_differs;        /* target and Host both name an authority, and not the same */
    uint16_t fault;              /* after FLUXO_FAULT: enum fluxo_error_code or fluxo_fault_code */
    size_t at;                   /* and the offset in the value of Host */
};

/*
 * Puts together what the request says in two places (RFC 9112 3.3). `target` was split without a fault. `host` is the value of
 * Host, without white space around it; NULL if the request has none. The authority is the target's where it has one, whatever
 * Host says (3.2.2); else Host's; else, if Host is missing or empty, `own_name`: what this server answers for by default, or a
 * span of length 0. RFC 9112 3.3 warns of such a name where the connection is secured and the client may have meant another.
 *
 * Two authorities are the same if their hosts are, without regard to case and with escaped letters as the letters, and if
 * their ports are, the scheme's default standing for none (RFC 9110 4.2.3). CONNECT names no scheme: there the port 80 or 443
 * is the same as none in Host (RFC 9112 3.2.3). Two ways to write one IPv6 address are not compared as addresses.
 *
 * FLUXO_DONE. FLUXO_FAULT: `fault` is FLUXO_ERR_HOST if Host is not valid (the parser lets that pass only when it is told to),
 * or FLUXO_FAULT_HOST_DIFFERS if that is to be refused; the URI is not to be read. FLUXO_MISUSE_ARGUMENT: flags that are none;
 * FLUXO_MISUSE_HOST: `own_name` is not a host with an optional port; then `*out` is as it was.
 */
int fluxo_target_reconcile(const struct fluxo_target *target, const struct fluxo_span *host, struct fluxo_span own_name,
                           unsigned flags, struct fluxo_uri *out);

/* ---- The path ---- */

/* What is refused in a path unless it is kept: each has led one reader to another resource than the next. */
enum fluxo_path_keep {
    FLUXO_KEEP_SLASH = 1, /* %2F: kept as it is, a slash that separates nothing */
    FLUXO_KEEP_NUL = 2,   /* NUL and %00: kept as they are */
    FLUXO_KEEP_EMPTY =
        4, /* // : an empty segment is kept. The result may then begin with //, which is no path in a reference */
    FLUXO_KEEP_BACKSLASH = 8, /* \ and %5C: kept as they are */
    FLUXO_KEEP_PERCENT =
        16, /* a percent sign that begins no escape: kept as it is, and escapes that its two digits would join */
    FLUXO_KEEP_ALL = 31
};

struct fluxo_path {
    struct fluxo_span span; /* the result */
    uint16_t fault;         /* after FLUXO_FAULT: enum fluxo_fault_code */
    size_t at;              /* and the offset in the path that was given */
};

/*
 * Writes the normal form of a path, that all who compare paths should compare: escaped unreserved octets are decoded (RFC 3986
 * 6.2.2.2), so that %2e%2e cannot hide; the digits of the escapes that stay are upper case (6.2.2.1); then the segments . and
 * .. are taken out (5.2.4), and a .. at the root goes nowhere. Nothing else is decoded: the result is a path still, its own
 * normal form, and never longer than what was given.
 *
 * `path` is empty or begins with "/". `keep` says what may stay, FLUXO_KEEP_ bits. `memory` is the caller's: path.length
 * octets, and may be those of the path itself.
 *
 * FLUXO_DONE: `out->span` lies in `memory`. FLUXO_FAULT: `fault` is FLUXO_FAULT_PERCENT or FLUXO_FAULT_PATH, `at` is where: the
 * escape's percent sign, the second slash; `memory` holds nothing of use. FLUXO_MISUSE_ARGUMENT: a path that begins otherwise,
 * bits that are none.
 */
int fluxo_path_normalise(struct fluxo_span path, unsigned keep, char *memory, struct fluxo_path *out);

#ifdef __cplusplus
}
#endif
#endif
