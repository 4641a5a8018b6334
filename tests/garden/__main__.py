# SPDX-License-Identifier: MIT
"""What the garden stands on: its reading of fixtures, its classes, and the names of those in fuzz/oracle/peers.def."""
import re
import sys
from pathlib import Path

TOP, BUILD = Path(sys.argv[1]), Path(sys.argv[2])
sys.path.insert(0, str(TOP / 'fuzz/garden'))
import compare
import inputs
import judge
import talk

KNOWN = compare.read_heads(TOP / 'tests/differential/known.txt')
CLASSES, ROWS = compare.read_classes(TOP / 'fuzz/garden/classes.txt', KNOWN)
count = failed = 0


def say(what, wrong):
    global count, failed
    count += 1
    failed += bool(wrong)
    for line in list(wrong)[:10]:
        print('#', line)
    print('not ok' if wrong else 'ok', count, '-', what)


def read_expected(path):
    """How a fixture ends, by its last event, and the number of its messages; None if it has options of its own."""
    text = path.read_text('latin-1')
    words = re.search(r'^--- (.*)$', text, re.M)[1].split()
    if words != ['request']:
        return None
    events = text.split('\n--- events\n')[1].splitlines()
    errors = [line.split()[2] for line in events if line.split()[1:2] == ['error']]
    return sum(line.split()[1:] == ['message'] for line in events), errors[0] if errors else None


def compare_fixtures():
    wrong, read = [], 0
    for path in sorted(TOP.glob('tests/rfc9112/*.txt')) + sorted(TOP.glob('tests/smuggling/*.txt')):
        expected = read_expected(path)
        if not expected:
            continue
        read += 1
        got = judge.judge(BUILD / 'fluxo-dump', inputs.read_fixture(path, path.name).octets)
        end = None if got.end in ('accepted', 'incomplete') else got.end
        if (len(got.messages), end) != expected:
            wrong.append(f'{path.name}: {len(got.messages)} {end}, not {expected}')
    return wrong if read > 200 else [f'only {read} fixtures were read']


def check_classes():
    wrong = [f'[{kind.name}] says nothing' for kind in CLASSES.values() if not kind.reason or not re.match('RFC [0-9]+ [0-9]', kind.section)]
    wrong += [f'[{kind.name}]: who is right?' for kind in CLASSES.values() if kind.right not in ('ours', 'theirs', 'either')]
    return wrong + [f'[{name}] has no row' for name in CLASSES if not any(row.kind == name for row in ROWS)]


def check_peers():
    names = re.findall(r'^PEER\("([^"]+)"', (TOP / 'fuzz/oracle/peers.def').read_text(), re.M)
    return [f'[{name}] is told nowhere' for name in names if name not in KNOWN and name not in CLASSES] if names else ['no rows']


def compare_one(ours, responses, **more):
    class Server:
        answers = ()

    answer = talk.Answer(responses, more.get('closed', False), more.get('broken', False))
    return compare.compare_answer(Server, ours, answer)


def check_comparison():
    message, told = judge.Message(b'GET', b'/', b''), compare.echo.read(compare.echo.make(b'GET', b'/', b''))
    other = compare.echo.read(compare.echo.make(b'GET', b'/', b'x'))
    fine, refusal = talk.Response(200, told, False), talk.Response(400, None, True)
    one, refused = judge.Verdict([message]), judge.Verdict([], 'TARGET')
    cases = [(None, compare_one(one, [fine])), ('more', compare_one(one, [fine, fine])), ('waiting', compare_one(one, [])),
             ('body', compare_one(one, [talk.Response(200, other, False)])), ('refused-400', compare_one(one, [refusal], closed=True)),
             ('closed', compare_one(one, [], closed=True)), (None, compare_one(refused, [refusal], closed=True)),
             (None, compare_one(refused, [], closed=True)), ('waiting', compare_one(refused, [])), ('accepted', compare_one(refused, [fine])),
             ('accepted', compare_one(refused, [refusal, fine])), ('broken', compare_one(one, [], closed=True, broken=True)),
             ('kept', compare_one(judge.Verdict([message], after='close'), [fine])),
             ('forwards-two', compare.compare_forwarded([judge.Verdict([message, message])]))]
    return [f'case {at}: {got}, not {wanted}' for at, (wanted, got) in enumerate(cases) if got != wanted]


say('the garden reads fixtures as the tests do', compare_fixtures())
say('each class has a section, a reason, a judgement and a row', check_classes())
say('each class of peers.def is told', check_peers())
say('answers are compared as compare.py says', check_comparison())
sys.exit(failed > 0)
