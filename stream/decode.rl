/* SPDX-License-Identifier: MIT */
/* Texts that stand for others: RFC 9110 5.6.4, a quoted-pair for its second octet; RFC 3986 2.1, an escape for its octet. */

#include "decode.h"

#include "tables.h"

static void put(struct decoded *decoded, unsigned char octet)
{
    if (decoded->to)
        decoded->to[decoded->length] = octet;
    decoded->length++;
}

static void add_digit(struct decoded *decoded, unsigned char digit)
{
    unsigned value = digit <= '9' ? digit - (unsigned)'0' : (digit & 0xDFu) - 'A' + 10u;

    decoded->octet = (unsigned char)(decoded->octet << 4 | value);
}

%%{
    machine fluxo_decode;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";

    action put          { put(decoded, *p); }
    action mark_percent { decoded->percent = p; }
    action add_digit    { add_digit(decoded, *p); }
    action put_escaped  { put(decoded, decoded->octet); }

    # RFC 9110 5.6.4, 5.6.6
    the_token       = token $put;
    the_quoted_pair = quoted_pair @put;
    the_quoted_text = ( qdtext @put | the_quoted_pair )*;
    in_quoted_text     := the_quoted_text;
    in_parameter_value := the_token | DQUOTE the_quoted_text DQUOTE;

    # RFC 3986 2.1
    the_escape = ( "%" @mark_percent ) ( HEXDIG{2} $add_digit ) @put_escaped;
    in_percent := ( ( OCTET - "%" ) @put | the_escape )*;

    write data noerror;
}%%

static int begin_decode(enum decode decode)
{
    switch (decode) {
    case DECODE_PARAMETER_VALUE:
        return fluxo_decode_en_in_parameter_value;
    case DECODE_QUOTED_TEXT:
        return fluxo_decode_en_in_quoted_text;
    default:
        return fluxo_decode_en_in_percent;
    }
}

const unsigned char *fluxo_run_decode(enum decode decode, struct decoded *decoded, const unsigned char *p,
                                      const unsigned char *pe)
{
    int cs = begin_decode(decode);
    %% write exec;
    return cs >= fluxo_decode_first_final ? NULL : p;
}
