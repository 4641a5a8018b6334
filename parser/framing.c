/* SPDX-License-Identifier: MIT */
/* What Transfer-Encoding means for what follows the head (RFC 9112 6.3). */

#include "head.h"

/* What the rules of 6.3 ask about, where Transfer-Encoding is there. */
enum {
    REQUEST = 1,
    BODILESS = 2, /* the answer to HEAD, 1xx, 204, 304 */
    TUNNEL = 4,   /* 2xx to CONNECT */
    CONNECT = 8,  /* the request */
    CHUNKED = 16, /* the last coding */
    LENGTH = 32,  /* Content-Length is there */
    MINOR_0 = 64
};

/* The first row whose facts all hold decides, unless a relaxation passes it over. In front stands the rule of 6.3, or what
   else decides: 6.1 calls such framing faulty, and content of CONNECT has no meaning (RFC 9110 9.3.6), so policy refuses it. */
static const struct {
    uint16_t facts;
    uint8_t framing, error;
    uint32_t passed_over;
} rules[] = {
    /* clang-format off */
    /* rule 2 */ {TUNNEL,  FLUXO_FRAMING_NONE,    FLUXO_ERR_NONE,                         0},
    /* 6.1    */ {MINOR_0, FLUXO_FRAMING_NONE,    FLUXO_ERR_TRANSFER_ENCODING_IN_1_0,     FLUXO_RELAX_CODING_IN_1_0},
    /* rule 1 */ {BODILESS, FLUXO_FRAMING_NONE,   FLUXO_ERR_NONE,                         0},
    /* rule 3 */ {LENGTH,  FLUXO_FRAMING_NONE,    FLUXO_ERR_TRANSFER_ENCODING_AND_LENGTH, FLUXO_RELAX_LENGTH_WITH_CODING},
    /* policy */ {CONNECT, FLUXO_FRAMING_NONE,    FLUXO_ERR_CONNECT_WITH_BODY,            0},
    /* rule 4 */ {CHUNKED, FLUXO_FRAMING_CHUNKED, FLUXO_ERR_NONE,                         0},
    /* rule 4 */ {REQUEST, FLUXO_FRAMING_NONE,    FLUXO_ERR_CHUNKED_NOT_LAST,             0},
    /* rule 4 */ {0,       FLUXO_FRAMING_CLOSE,   FLUXO_ERR_NONE,                         0}
    /* clang-format on */
};

static unsigned gather_facts(const struct fluxo_parser *parser)
{
    unsigned facts = parser->response ? 0 : REQUEST;

    facts |= fluxo_has_no_body(parser) ? BODILESS : 0;
    facts |= fluxo_is_tunnel(parser) ? TUNNEL : 0;
    facts |= fluxo_is_connect(parser) ? CONNECT : 0;
    facts |= parser->coding == CODING_CHUNKED_LAST ? CHUNKED : 0;
    facts |= parser->length_seen ? LENGTH : 0;
    facts |= parser->minor == 0 ? MINOR_0 : 0;
    return facts;
}

enum fluxo_error_code fluxo_frame_by_coding(struct fluxo_parser *parser)
{
    const uint32_t relax = parser->options->relax;
    unsigned facts = gather_facts(parser), rule = 0;

    while ((rules[rule].facts & facts) != rules[rule].facts || (rules[rule].passed_over & relax)) {
        if ((rules[rule].facts & facts) == rules[rule].facts)
            parser->close = 1; /* RFC 9112 6.1: after such a message the connection is not to be used */
        rule++;
    }
    if (rules[rule].error)
        return (enum fluxo_error_code)rules[rule].error;
    parser->framing = rules[rule].framing & 3u;
    parser->length = 0;
    return FLUXO_ERR_NONE;
}

int fluxo_upgrades(const struct fluxo_parser *parser)
{
    if (parser->response)
        return parser->code == 101;
    return parser->minor > 0 && parser->upgrade_field && parser->upgrade_option;
}
