# SPDX-License-Identifier: MIT
"""What each machine must accept, said in the bare grammar.

How this works: a Claim names a machine as it is compiled (NAME of parser/, or stream/NAME) and one of its entries. Its first
step is the plain grammar; each further step is a deliberate difference from the one before, and has its row in differences.txt;
the last step is exactly what the machine accepts. A claim without further steps is the RFC and nothing else.
"""

from collections import namedtuple

Claim = namedtuple("Claim", "name machine entry refusing within steps")
Step = namedtuple("Step", "name expression")


def claim(name, machine, *steps, entry="main", refusing=(), within=None):
    return Claim(name, machine, entry, frozenset(refusing), within, [Step(*step) for step in steps])


# What request.rl lets pass as a request-target, which is target.rl's affair: all that target.rl is ever given.
PLACEHOLDER = "( VCHAR | obs_text )+"
HEAD = "CRLF ( field_line CRLF )* CRLF"
USERINFO = 'scheme "://" userinfo "@" OCTET*'

# Numbers that the ABNF lets stand in a date
NO_DAY = '( "00" | " 0" | "3" 0x32..0x39 | 0x34..0x39 DIGIT )'
NO_HOUR = '( "2" 0x34..0x39 | 0x33..0x39 DIGIT )'
NO_SECOND = '( "6" 0x31..0x39 | 0x37..0x39 DIGIT )'
DATE_OF_DAY = 'HTTP_date - ( ALPHA+ ", " %s OCTET* ) - ( ALPHA+ SP ALPHA+ SP %s SP OCTET* )' % (NO_DAY, NO_DAY)
DATE_OF_TIME = '%s - ( OCTET* %s ":" DIGIT{2} ":" OCTET* ) - ( OCTET* ":" 0x36..0x39 DIGIT ":" OCTET* ) - ( OCTET* ":" %s OCTET* )' % (
    DATE_OF_DAY, NO_HOUR, NO_SECOND)

PARAMETERS = '( OWS ";" OWS transfer_parameter )*'
KNOWN = '( "chunked"i | "compress"i | "deflate"i | "gzip"i | "x-compress"i | "x-gzip"i )'
IDENTITY = '"identity"i ' + PARAMETERS
LIST_OF = '( {0} ) ( OWS "," OWS ( {0} ) )* OWS'

# RFC 9110 5.6.1.2: how recipients read #element; the grammar is how it is sent (5.6.1.1).
READ_LIST = '( {0} )? OWS ( "," OWS ( {0} )? OWS )*'
Q = '"q"i BWS "=" BWS'
WEIGHT_LAST = 'token ( OWS ";" OWS ( transfer_parameter - ( %s ( token | quoted_string ) ) ) )* ( OWS ";" OWS %s qvalue )?' % (Q, Q)
RANGE_PARAMETER = '( ( parameter - ( "q="i parameter_value ) ) | ( "q="i qvalue ) )'
MEDIA_RANGE = 'type "/" subtype ( OWS ";" OWS %s? )*' % RANGE_PARAMETER
RUN = '( field_vchar - DQUOTE - "," | quoted_string )+'


def read_list(name, entry, rule, element, *steps):
    """A list in stream/list.rl: white space may stand around it, and empty elements in it; then what else is different."""
    read = ("empty-elements", "OWS " + READ_LIST.format(element))
    return claim(name, "stream/list", ("grammar", "OWS %s OWS" % rule), read, *steps, entry=entry)


CLAIMS = [
    claim("request-head", "request",
          ("grammar", "request_line " + HEAD),
          ("placeholder", "method SP %s SP HTTP_version %s" % (PLACEHOLDER, HEAD)),
          ("empty-lines", "CRLF* method SP %s SP HTTP_version %s" % (PLACEHOLDER, HEAD))),
    claim("response-head", "response",
          ("grammar", "status_line " + HEAD)),
    claim("chunked-body", "chunked",
          ("grammar", "chunked_body"),
          ("one-octet", "( chunk_size chunk_ext? CRLF OCTET CRLF )* last_chunk trailer_section CRLF"),
          ("zero-is-last", '( ( chunk_size - "0"+ ) chunk_ext? CRLF OCTET CRLF )* last_chunk trailer_section CRLF')),
    claim("origin-form", "target",
          ("grammar", "origin_form"),
          entry="in_origin"),
    claim("absolute-form", "target",
          ("grammar", "absolute_form"),
          ("schemes", "http_URI | https_URI"),
          ("userinfo", "( http_URI | https_URI ) - ( %s )" % USERINFO),
          entry="in_absolute", within=PLACEHOLDER),
    claim("authority-form", "target",
          ("grammar", "authority_form"),
          ("port", '( uri_host ( ":" port )? ) - ""'),
          entry="in_authority", refusing=["require_absolute_form"], within=PLACEHOLDER),
    claim("asterisk-form", "target",
          ("grammar", "asterisk_form"),
          entry="in_asterisk"),
    claim("Host", "target",
          ("grammar", "Host OWS"),
          entry="in_authority", refusing=["require_absolute_form"]),
    claim("Content-Length", "value",
          ("grammar", "Content_Length OWS"),
          entry="content_length"),
    claim("Transfer-Encoding", "value",
          ("grammar", "Transfer_Encoding OWS"),
          ("empty", LIST_OF.format("transfer_coding")),
          ("identity", LIST_OF.format("transfer_coding - ( %s )" % IDENTITY)),
          ("parameters", LIST_OF.format("( transfer_coding - ( %s ) - ( %s %s ) ) | %s" % (IDENTITY, KNOWN, PARAMETERS, KNOWN))),
          entry="transfer_encoding", refusing=["refuse_identity", "refuse_parameter"]),
    claim("Connection", "value",
          ("grammar", "Connection OWS"),
          ("lenient", "( HTAB | SP | field_vchar )*"),
          entry="connection"),
    claim("Expect", "value",
          ("grammar", "Expect OWS"),
          ("lenient", "( HTAB | SP | field_vchar )*"),
          entry="expect"),
    claim("elements", "stream/list", ("grammar", "OWS " + READ_LIST.format("%s ( RWS %s )*" % (RUN, RUN))), entry="in_elements"),
    read_list("Connection list", "in_tokens", "Connection", "connection_option"),
    read_list("Trailer list", "in_tokens", "Trailer", "field_name"),
    read_list("Content-Encoding list", "in_tokens", "Content_Encoding", "content_coding"),
    read_list("Connection members", "in_members", "Connection", "connection_option", ("lenient", "OCTET*")),
    claim("parameters", "stream/list", ("grammar", "parameters OWS"), entry="in_parameters"),
    read_list("Upgrade list", "in_upgrade", "Upgrade", "protocol"),
    claim("Content-Type", "stream/list", ("grammar", "OWS Content_Type OWS"), entry="in_content_type"),
    read_list("Expect list", "in_expect", "Expect", "expectation"),
    claim("qvalue", "stream/list", ("grammar", "OWS qvalue OWS"), entry="in_qvalue"),
    read_list("TE list", "in_te", "TE", "t_codings", ("weights", "OWS " + READ_LIST.format(WEIGHT_LAST))),
    read_list("Transfer-Encoding list", "in_transfer_encoding", "Transfer_Encoding", "transfer_coding"),
    claim("transfer-parameters", "stream/list", ("grammar", '( OWS ";" OWS transfer_parameter )* OWS'), entry="in_transfer_parameters"),
    read_list("Accept list", "in_accept", "Accept", "media_range weight?", ("weights", "OWS " + READ_LIST.format(MEDIA_RANGE))),
    read_list("Accept-Encoding list", "in_accept_encoding", "Accept_Encoding", "codings weight?"),
    claim("parameter-value", "stream/decode", ("grammar", "parameter_value"), entry="in_parameter_value"),
    claim("quoted text", "stream/decode", ("grammar", "( qdtext | quoted_pair )*"), entry="in_quoted_text"),
    claim("percent-decoding", "stream/decode", ("grammar", '( OCTET - "%" | pct_encoded )*'), entry="in_percent"),
    claim("origin-form, split", "stream/split",
          ("grammar", "origin_form"),
          entry="in_origin"),
    claim("absolute-form, split", "stream/split",
          ("grammar", "absolute_form"),
          ("schemes", "http_URI | https_URI"),
          ("userinfo", "( http_URI | https_URI ) - ( %s )" % USERINFO),
          entry="in_absolute"),
    claim("asterisk-form, split", "stream/split",
          ("grammar", "asterisk_form"),
          entry="in_asterisk"),
    claim("Host, split", "stream/split",
          ("grammar", "Host"),
          entry="in_authority", refusing=["require_absolute_form"]),
    claim("HTTP-date", "stream/date",
          ("grammar", "HTTP_date"),
          ("day", DATE_OF_DAY),
          ("time", DATE_OF_TIME)),
    claim("field-name, written", "stream/line", ("grammar", "field_name"), entry="in_name"),
    claim("field-value, written", "stream/line", ("grammar", "field_value"), entry="in_value"),
    claim("reason-phrase, written", "stream/line", ("grammar", "reason_phrase"), entry="in_reason"),
]

# The machines that say themselves what they refuse; the others' refusals are named in check.c.
TELLING = ("request", "response", "chunked")

# What stands for something must hold all of it: (name, inner, outer).
CONTAINED = [
    ("request_target in the placeholder", "request_target", PLACEHOLDER),
    ("lane_request_line in request-line CRLF", "lane_request_line", "request_line CRLF"),
    ("lane_status_line in status-line CRLF", "lane_status_line", "status_line CRLF"),
    ("lane_field_line in field-line CRLF", "lane_field_line", "field_line CRLF"),
    ("lane_host in Host", "lane_host", "Host"),
    ("lane_length in Content-Length", "lane_length", "Content_Length"),
    ("lane_coding in Transfer-Encoding", "lane_coding", "Transfer_Encoding"),
    ("lane_option in Connection", "lane_option", "Connection"),
    ("lane_chunk in chunk", "lane_chunk", "chunk"),
]


def list_expressions():
    """All that the claims say in the bare grammar."""
    found = [step.expression for one in CLAIMS for step in one.steps]
    found += [one.within for one in CLAIMS if one.within]
    found += [expression for _, inner, outer in CONTAINED for expression in (inner, outer)]
    return found
