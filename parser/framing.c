/* SPDX-License-Identifier: MIT */
/* What a head means for what follows it: the body's framing (RFC 9112 6.3), and whether the connection goes on (9.3). */

#include "machine.h"

/* What the rules of 6.3 ask about. */
enum {
    REQUEST = 1,
    BODILESS = 2, /* the answer to HEAD, 1xx, 204, 304 */
    TUNNEL = 4,   /* 2xx to CONNECT */
    CONNECT = 8,  /* the request */
    CODED = 16,   /* Transfer-Encoding is there */
    CHUNKED = 32, /* and its last coding is chunked */
    LENGTH = 64,  /* Content-Length is there */
    OCTETS = 128, /* and above 0 */
    MINOR_0 = 256
};

/* The first row whose facts all hold decides, unless a relaxation passes it over. In front stands the rule of 6.3, or what
   else decides: 6.1 calls such framing faulty, and content of CONNECT has no meaning (RFC 9110 9.3.6), so policy refuses it. */
static const struct {
    uint16_t facts;
    uint8_t framing, error;
    uint32_t passed_over;
} rules[] = {
    /* clang-format off */
    /* rule 2 */ {TUNNEL,            FLUXO_FRAMING_NONE,    FLUXO_ERR_NONE,                         0},
    /* 6.1    */ {CODED | MINOR_0,   FLUXO_FRAMING_NONE,    FLUXO_ERR_TRANSFER_ENCODING_IN_1_0,     FLUXO_RELAX_CODING_IN_1_0},
    /* rule 1 */ {BODILESS,          FLUXO_FRAMING_NONE,    FLUXO_ERR_NONE,                         0},
    /* rule 3 */ {CODED | LENGTH,    FLUXO_FRAMING_NONE,    FLUXO_ERR_TRANSFER_ENCODING_AND_LENGTH, FLUXO_RELAX_LENGTH_WITH_CODING},
    /* policy */ {CONNECT | CODED,   FLUXO_FRAMING_NONE,    FLUXO_ERR_CONNECT_WITH_BODY,            0},
    /* policy */ {CONNECT | OCTETS,  FLUXO_FRAMING_NONE,    FLUXO_ERR_CONNECT_WITH_BODY,            0},
    /* rule 4 */ {CHUNKED,           FLUXO_FRAMING_CHUNKED, FLUXO_ERR_NONE,                         0},
    /* rule 4 */ {CODED | REQUEST,   FLUXO_FRAMING_NONE,    FLUXO_ERR_CHUNKED_NOT_LAST,             0},
    /* rule 4 */ {CODED,             FLUXO_FRAMING_CLOSE,   FLUXO_ERR_NONE,                         0},
    /* rule 6 */ {LENGTH,            FLUXO_FRAMING_LENGTH,  FLUXO_ERR_NONE,                         0},
    /* rule 7 */ {REQUEST,           FLUXO_FRAMING_NONE,    FLUXO_ERR_NONE,                         0},
    /* rule 8 */ {0,                 FLUXO_FRAMING_CLOSE,   FLUXO_ERR_NONE,                         0}
    /* clang-format on */
};

int fluxo_has_no_body(const struct fluxo_parser *parser)
{
    unsigned status = parser->code;

    return parser->response && (parser->answers_head || (status >= 100 && status < 200) || status == 204 || status == 304);
}

static int is_connect(const struct fluxo_parser *parser)
{
    return !parser->response && parser->code == FLUXO_METHOD_CONNECT;
}

static unsigned gather_facts(const struct fluxo_parser *parser)
{
    unsigned facts = parser->response ? 0 : REQUEST;

    facts |= fluxo_has_no_body(parser) ? BODILESS : 0;
    facts |= fluxo_is_tunnel(parser) ? TUNNEL : 0;
    facts |= is_connect(parser) ? CONNECT : 0;
    facts |= parser->coding != CODING_NONE ? CODED : 0;
    facts |= parser->coding == CODING_CHUNKED_LAST ? CHUNKED : 0;
    facts |= parser->length_seen ? LENGTH : 0;
    facts |= parser->length ? OCTETS : 0;
    facts |= parser->minor == 0 ? MINOR_0 : 0;
    return facts;
}

/* Rule 7, of which nearly all requests are: no other can be theirs, and it needs no table. */
static int is_plain_request(const struct fluxo_parser *parser)
{
    return !parser->response && parser->coding == CODING_NONE && !parser->length_seen;
}

static NOINLINE enum fluxo_error_code decide_by_rules(struct fluxo_parser *parser, uint32_t relax)
{
    unsigned facts = gather_facts(parser), rule = 0;

    while ((rules[rule].facts & facts) != rules[rule].facts || (rules[rule].passed_over & relax)) {
        if ((rules[rule].facts & facts) == rules[rule].facts)
            parser->close = 1; /* RFC 9112 6.1: after such a message the connection is not to be used */
        rule++;
    }
    parser->framing = rules[rule].framing & 3u;
    if (parser->framing != FLUXO_FRAMING_LENGTH)
        parser->length = 0;
    return (enum fluxo_error_code)rules[rule].error;
}

enum fluxo_error_code fluxo_decide_framing(struct fluxo_parser *parser, uint32_t relax)
{
    if (!is_plain_request(parser))
        return decide_by_rules(parser, relax);
    parser->framing = FLUXO_FRAMING_NONE;
    return FLUXO_ERR_NONE;
}

int fluxo_upgrades(const struct fluxo_parser *parser)
{
    if (parser->response)
        return parser->code == 101;
    return parser->minor > 0 && parser->upgrade_field && parser->upgrade_option;
}
