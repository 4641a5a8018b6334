# SPDX-License-Identifier: MIT
"""Proves the proof: faults put into copies of the tree must be found, each with a witness.

How this works: a drift names a rule of a file, a word in it, and what the word becomes in a copy. Then the same functions that
prove the tree look at the copy, and must fail. Drifts of the bare grammar are seen against the ABNF, since the machines are made
of the same rules; drifts of a machine against the bare grammar. Relaxations are tried on a toy machine, so that these tests do
not hang on which ones there are.
"""

import os
import re
import tempfile
from collections import namedtuple

import machines
import prove
import ragel
import relaxations
from differences import Differences
from visible import show

Drift = namedtuple("Drift", "words file rule old new claim")

DRIFTS = [
    Drift("token loses one character", "grammar/rfc9110.rl", "tchar", r'"\|" \|', "", "token"),
    Drift("field-value takes DEL", "grammar/rfc9110.rl", "field_vchar", "VCHAR", "( VCHAR | 0x7F )", "field_value"),
    Drift("quoted-string takes NUL", "grammar/rfc9110.rl", "qdtext", "HTAB", "HTAB | 0x00", "quoted_string"),
    Drift("asterisk-form is forgotten", "grammar/rfc9112.rl", "request_target", r"\| asterisk_form", "", "request_target"),
    Drift("a status-code of two digits", "grammar/rfc9112.rl", "status_code", r"DIGIT\{3\}", "DIGIT{2,3}", "status_line"),
    Drift("chunk-size takes G", "grammar/rfc9112.rl", "chunk_size", "HEXDIG", '( HEXDIG | "G" )', "chunked_body"),
    Drift("1:: is forgotten", "grammar/rfc3986.rl", "IPv6address", r'\| [^|]*\{,6\} h16 \)\? "::"$', "", "IPv6address"),
    Drift("six groups become a byte and one group", "grammar/rfc3986.rl", "IPv6address", r'\( h16 ":" \)\{6\}', '6( h16 ":" )', "host"),
    Drift("at most four becomes at least four", "grammar/rfc3986.rl", "IPv6address", r"\{,4\}", "{4,}", "IP_literal"),
    Drift("a range becomes a difference", "grammar/rfc3986.rl", "dec_octet", r"0x31\.\.0x39", '( "1" - "9" )', "IPv4address"),
    Drift("one to four becomes exactly one", "grammar/rfc3986.rl", "h16", r"\{1,4\}", "{1}", "ls32"),
    Drift("q in one case", "grammar/rfc9110.rl", "weight", r'"q="i', '"q="', "weight"),
    Drift("HTTP in any case", "grammar/rfc9112.rl", "HTTP_name", "0x48 0x54 0x54 0x50", '"http"i', "HTTP_version"),
    Drift("methods lose one name", "request.rl", "the_method", r"\bmethod\b", '( method - "GET" )', "request-head"),
    Drift("versions lose 1.1", "request.rl", "the_HTTP_version", '"/" DIGIT', '"/" ( DIGIT - "1" )', "request-head"),
    Drift("targets take a control", "request.rl", "target_octet", "VCHAR", "( VCHAR | 0x01 )", "request-head"),
    Drift("reasons take NUL", "response.rl", "the_reason_phrase", r"\breason_phrase\b", "( reason_phrase | 0x00 )", "response-head"),
    Drift("names take a space", "field.rl", "the_field_name", r"\bfield_name\b", '( field_name | " " )', "response-head"),
    Drift("values lose a tab", "field.rl", "the_field_value", r"\bthe_value\b", "( the_value - ( any* HTAB any* ) )", "request-head"),
    Drift("chunk-data ends in LF", "chunked.rl", "the_data_end", r"\bCRLF\b", "( CRLF | LF )", "chunked-body"),
    Drift("last-chunk is one zero", "chunked.rl", "zero", r'"0"\+', '"0"', "chunked-body"),
    Drift("https is forgotten", "target.rl", "the_scheme", r'"s"i\?', "", "absolute-form"),
    Drift("paths after an authority lose their query", "target.rl", "the_path", r"\bthe_query\?", "", "absolute-form"),
    Drift("a port takes a sign", "target.rl", "the_authority", r"\bport\b", '( port | "-" port )', "Host"),
    Drift("Content-Length takes a sign", "value.rl", "the_length", r"\bContent_Length\b", '( "+"? Content_Length )', "Content-Length"),
    Drift("Transfer-Encoding takes empty elements", "value.rl", "transfer_encoding", r'","', '","+', "Transfer-Encoding"),
    Drift("names are refused without a word", "field.rl", "the_field_name", r"\$!fail_field_name", "", "request.rl"),
    Drift("a comma splits a quoted string", "stream/list.rl", "the_element", r"\brun\b", '( run | DQUOTE )', "elements"),
    Drift("no empty element", "stream/list.rl", "next", r"\bgap\b", "OWS", "Connection list"),
    Drift("options take a parameter", "stream/list.rl", "in_tokens", r"\bthe_name next", 'the_name ( ";" token )? next', "Trailer list"),
    Drift("a member hides the others", "stream/list.rl", "passed_over", '","', '"," - DQUOTE', "Connection members"),
    Drift("white space around the equals sign", "stream/list.rl", "the_parameter", '"="', 'OWS "="', "parameters"),
    Drift("no semicolon alone", "stream/list.rl", "semicolons", r'\| ";"', "", "parameters"),
    Drift("a version may be empty", "stream/list.rl", "the_protocol", r"\bthe_token\b", "the_token?", "Upgrade list"),
    Drift("a subtype is forgotten", "stream/list.rl", "the_media_type", r'"/" the_token', '( "/" the_token )?', "Content-Type"),
    Drift("parameters without a value", "stream/list.rl", "the_expectation", "^", '( the_name ";" parameter ) | ', "Expect list"),
    Drift("a fourth digit", "stream/list.rl", "the_fraction", r"@add_thousandths \)", "@add_thousandths )*", "qvalue"),
    Drift("q in one case", "stream/list.rl", "the_weight", '"q"i', '"q"', "Accept-Encoding list"),
    Drift("any value of q", "stream/list.rl", "the_t_coding", r"- named_q", "", "TE list"),
    Drift("no white space around =", "stream/list.rl", "the_transfer_parameter", 'BWS "=" BWS', '"="', "transfer-parameters"),
    Drift("parameters are forgotten", "stream/list.rl", "the_transfer_coding", r"\*$", "?", "Transfer-Encoding list"),
    Drift("q comes last in Accept", "stream/list.rl", "range_parameter", r"\| the_weight .*$", "", "Accept list"),
    Drift("an escape of one digit", "stream/decode.rl", "the_escape", r"\{2\}", "{1,2}", "percent-decoding"),
    Drift("a quoted-pair is any octet", "stream/decode.rl", "the_quoted_pair", r"\bquoted_pair\b", '( "\\\\" OCTET )', "quoted text"),
    Drift("dates in any case", "grammar/rfc9110.rl", "GMT", r'"GMT"', '"GMT"i', "IMF_fixdate"),
    Drift("asctime without its padded day", "grammar/rfc9110.rl", "date3", r"\| \( SP DIGIT \)", "", "asctime_date"),
    Drift("an hour 24", "stream/date.rl", "the_hour", r"0x30\.\.0x33", "0x30..0x34", "HTTP-date"),
    Drift("a port takes a letter", "stream/split.rl", "the_authority", r"\bport\b", "( port | ALPHA )", "Host, split"),
    Drift("an origin loses its query", "stream/split.rl", "in_origin", r"\bthe_query\?", "", "origin-form, split"),
    Drift("a written value begins with a space", "stream/line.rl", "in_value", "^", "SP? ", "field-value, written"),
    Drift("Expect loses a byte", "value.rl", "expect", "^", '( any - "=" ) & ', "Expect"),
]


TOY = """%%{
    machine fluxo_toy;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";
    include relaxed "grammar/relaxed.rl";
    main := ( token | relaxed_toy ) CRLF;
    write data;
}%%
"""
TOY_RELAXED = """%%%%{
    machine relaxed;
    action require_toy { if (!toy) fgoto *fluxo_toy_error; }
    relaxed_toy = %s;
}%%%%
"""
TOY_CLAIMS = [machines.claim("toy", "toy", ("grammar", "token CRLF"))]
TOYS = [  # what is said of it, the relaxed rule, whether it holds
    ("a relaxation behind its guard is none", '"(" >require_toy token ")"', True),
    ("a relaxation without a guard", '"(" token ")"', False),
    ("a guard that comes late", '"(" ( ")" >require_toy )?', False),
    ("a guard on what strict accepts as well", '( "a" ")"? ) >require_toy', False),
    ("a relaxation that adds nothing", "token >require_toy", False),
]
WRONG_ROWS = [  # what is said of it, and a function that spoils the rows
    ("a row without a difference", lambda rows: rows + [rows[0]._replace(name="response-head", step="grammar")]),
    ("a row with another witness", lambda rows: [rows[0]._replace(witness="x")] + rows[1:]),
    ("a difference without a row", lambda rows: rows[1:]),
]


def is_of_grammar(drift):
    return drift.file.startswith("grammar/")


def prove_drifts(strict, library, scratch):
    book, reason = library
    if book is None:
        yield prove.skip("drifts", "drifts of the grammar from the ABNF", reason)
    for drift in DRIFTS:
        if book or not is_of_grammar(drift):
            yield prove_drift(strict, book, drift, scratch)
    for words, spoil in WRONG_ROWS:
        yield prove_wrong_rows(strict, words, Differences(spoil(Differences.load().rows)))
    for words, relaxed, holds in TOYS:
        yield prove_toy(strict, words, relaxed, holds, scratch)


def prove_drift(strict, library, drift, scratch):
    parser = relaxations.copy_tree(strict.parser, scratch)
    if not seed_drift(ragel.find_file(parser, drift.file), drift):
        return cannot_seed(drift)
    differences, only = Differences.load(), {drift.claim}
    if drift.claim.endswith(".rl"):
        results = prove.prove_told(prove.Tree(parser, scratch))
    elif is_of_grammar(drift):
        results = prove.prove_grammar(prove.Tree(parser, scratch), library, differences, only)
    else:
        results = prove.prove_machines(prove.Tree(parser, scratch, strict.bare), differences, only)
    found = [result for result in results if result.holds is False and result.witness is not None]
    words = "found in %s by %s" % (drift.claim, show(found[0].witness)) if found else "not found"
    return prove.Result("drifts", drift.words, bool(found), words, None)


def seed_drift(path, drift):
    """Whether there was something to drift from."""
    count = 0

    def rewrite(body):
        nonlocal count
        body, count = re.subn(drift.old, lambda match: drift.new, body, count=1)
        return body

    ragel.edit_file(path, drift.rule, rewrite)
    return count == 1


def cannot_seed(drift):
    return prove.Result("drifts", drift.words, False, "%s: %s has no %s to drift from" % (drift.file, drift.rule, drift.old), None)


def prove_wrong_rows(strict, words, differences):
    results = prove.prove_machines(strict, differences) + [differences.judge_unused(lambda name, step: step != "ABNF", "machines")]
    return expect("found", words, results, False)


def prove_toy(strict, words, relaxed, holds, scratch):
    parser = os.path.join(tempfile.mkdtemp(dir=scratch), "parser")
    os.makedirs(os.path.join(parser, "grammar"))
    for name in ragel.GRAMMAR:
        os.symlink(os.path.join(strict.parser, "grammar", name + ".rl"), os.path.join(parser, "grammar", name + ".rl"))
    write(os.path.join(parser, "toy.rl"), TOY)
    write(os.path.join(parser, "grammar", "relaxed.rl"), TOY_RELAXED % relaxed)
    bare = prove.Tree(relaxations.copy_tree(parser, scratch, keep=()), scratch, strict.bare)
    results = list(relaxations.prove_relaxations(parser, bare, scratch, TOY_CLAIMS))
    return expect("as it should be" if holds else "found", words, results, holds)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def expect(verdict, words, results, holds):
    """That all of the results hold, or that one fails."""
    failed = [result for result in results if result.holds is False]
    told = "; ".join("%s %s" % (result.claim, result.words) for result in failed)
    right = bool(failed) != holds
    return prove.Result("drifts", words, right, (verdict if right else "not " + verdict) + (": " + told if told else ""), None)
