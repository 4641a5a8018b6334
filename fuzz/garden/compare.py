# SPDX-License-Identifier: MIT
"""
What differs between our reading of an input and what a server did with it; and the classes that explain it.

Our end is accepted, incomplete, or the name of the error. The server's, where it differs:

    refused-NNN   it answered NNN before it had read as many messages as we do, or NNN where we wait for more
    closed        it closed without a word, and had not said that it would
    waiting       it waits for more, where we have refused or have a whole message
    accepted      it answered what we refuse, or what is not complete for us
    more          it answered more messages than there are
    method, target, body     the message is another for it
    kept          it goes on after a message that closes
    broken        what it answers is no response
    forwards-END  what it sent to the origin is not one request for us: END is our error, `two` or `rest`
    hung          it answers nobody any more
    died          it is gone
"""
import fnmatch
from collections import namedtuple

import echo

Class = namedtuple('Class', 'name section right reason')
Row = namedtuple('Row', 'kind servers ours theirs pattern')
Difference = namedtuple('Difference', 'server path ours theirs')


# ---- Differences ----

def strip_origin(target):
    """What an absolute-form says to the server that it names (RFC 9112 3.2.2)."""
    scheme, mark, rest = target.partition(b'://')
    if not mark or b'/' in scheme or b'?' in scheme:
        return target
    cuts = [at for at in (rest.find(b'/'), rest.find(b'?')) if at >= 0]
    path = rest[min(cuts):] if cuts else b''
    return path if path.startswith(b'/') else b'/' + path


def compare_message(ours, told):
    """What is other in the message that the server's handler saw; None for nothing."""
    if told.method != ours.method[:64]:
        return 'method'
    if told.body != echo.sum_up(ours.body):
        return 'body'
    if told.target not in (echo.sum_up(ours.target), echo.sum_up(strip_origin(ours.target))):
        return 'target'
    return None


def compare_messages(ours, responses):
    for message, response in zip(ours.messages, responses):
        other = response.echo and compare_message(message, response.echo)
        if other:
            return other
    return None


def count_taken(server, responses):
    """The responses before the first error that is the server's own, and its status (0 for none)."""
    for at, response in enumerate(responses):
        if not response.echo and response.status >= 400 and response.status not in server.answers:
            return at, response.status
    return len(responses), 0


def has_left(answer):
    """It has closed as it said, which it may at any time (RFC 9112 9.6)."""
    return answer.closed and answer.responses and answer.responses[-1].closes


def find_end(taken, refusal, answer, ours):
    """The number of messages that both took is the same up to here, or smaller on their side."""
    is_short = taken < len(ours.messages)
    if refusal:
        return None if ours.end not in ('accepted', 'incomplete') and not is_short else f'refused-{refusal}'
    if has_left(answer):
        return None
    if answer.closed:
        return 'closed' if is_short or ours.end == 'incomplete' else None
    if is_short or ours.end not in ('accepted', 'incomplete'):
        return 'waiting'
    return 'kept' if ours.after == 'close' else None


def compare_answer(server, ours, answer):
    if answer.broken:
        return 'broken'
    taken, refusal = count_taken(server, answer.responses)
    other = compare_messages(ours, answer.responses[:taken])
    if other:
        return other
    if taken > len(ours.messages):
        return 'more' if ours.end == 'accepted' else 'accepted'
    if refusal and len(answer.responses) > taken + 1 and taken + 1 > len(ours.messages):
        return 'accepted'  # it read on behind the place where we stop
    return find_end(taken, refusal, answer, ours)


def compare_forwarded(verdicts):
    for verdict in verdicts:
        if verdict.end not in ('accepted', 'incomplete'):
            return f'forwards-{verdict.end}'
        if len(verdict.messages) > 1:
            return 'forwards-two'
        if verdict.messages and verdict.end == 'incomplete':
            return 'forwards-rest'
    return None


# ---- Classes ----

def read_heads(path):
    """The classes of tests/differential/known.txt: name, section and reason."""
    classes, _ = read_classes(path, {}, False)
    return classes


def read_classes(path, others, has_rows=True):
    """Returns the classes by name, and the rows in order. A class without a section has that of `others`, and its reason."""
    classes, rows, name = {}, [], ''
    for number, line in enumerate(path.read_text('ascii').splitlines(), 1):
        if line.startswith('['):
            name, rest = line[1:].split(']')
            section, _, right = rest.partition('|')
            classes[name] = Class(name, section.strip(), right.strip(), '')
            if not section.strip():
                classes[name] = others[name]._replace(right=right.strip())
        elif line.startswith('    '):
            rows += read_row(classes[name], line, f'{path}:{number}') if has_rows else []
        elif line and not line.startswith('#'):
            classes[name] = classes[name]._replace(reason=f'{classes[name].reason} {line}'.strip())
    return classes, rows


def read_row(kind, line, place):
    try:
        servers, ends, patterns = line.split(' | ')
        ours, theirs = ends.split(' -> ')
    except ValueError:
        raise SystemExit(f'garden: {place}: not SERVERS | OURS -> THEIRS | PATTERNS') from None
    return [Row(kind.name, tuple(servers.split()), tuple(ours.split()), tuple(theirs.split()), pattern) for pattern in patterns.split()]


def fits(words, word):
    return any(fnmatch.fnmatchcase(word, pattern) for pattern in words)


def explains(row, difference):
    return (fits(row.servers, difference.server) and fits(row.ours, difference.ours) and fits(row.theirs, difference.theirs)
            and fnmatch.fnmatchcase(difference.path, row.pattern))


def explain(rows, difference):
    return next((row for row in rows if explains(row, difference)), None)
