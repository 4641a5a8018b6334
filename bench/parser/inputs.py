# SPDX-License-Identifier: MIT
"""
What the parsers read. Heads stand as text in inputs/, or were caught from a real server in tests/real/; what is long or many is
made here, and is the same in every run. One input in every cut is a trial.
"""
import random
from pathlib import Path

TOP = Path(__file__).parents[2]
CUTS = {'whole': 'in one piece', '7': 'in pieces of 7 octets', '1': 'byte by byte', 'random': 'in pieces of 1 to 64 octets, at random'}
LONG, PIPELINED, MIXED = 1 << 20, 16, 1024
OPEN = 'POST /envio HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/octet-stream\r\n'


class Input:
    def __init__(self, name, title, stream, body, make):
        self.name, self.title, self.stream, self.body, self.make = name, title, stream, body, make

    @property
    def is_head(self):
        return self.body == 'none'


def read_text(name):
    return (Path(__file__).parent / 'inputs' / f'{name}.txt').read_text().replace('\n', '\r\n').encode()


def read_fixture(name):
    """The message alone: between the line that begins it and the events."""
    text = (TOP / 'tests/real' / f'{name}.txt').read_text()
    return text.split('--- response answers=HEAD\n')[1].split('--- events\n')[0].replace('\n', '\r\n').encode()


# ---- Different requests, so that no processor learns one by heart ----

AGENTS = (
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    'curl/8.11.0', 'python-requests/2.32.3', 'Go-http-client/1.1',
)
ACCEPTED = ('*/*', 'application/json', 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
            'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8')
OFTEN = (  # name, how often, what makes a value
    ('Accept', 0.95, lambda draw: draw.choice(ACCEPTED)),
    ('Accept-Language', 0.7, lambda draw: draw.choice(('pt-BR,pt;q=0.9,en;q=0.8', 'en-US,en;q=0.5', 'es'))),
    ('Accept-Encoding', 0.9, lambda draw: draw.choice(('gzip, deflate, br, zstd', 'gzip, deflate', 'gzip'))),
    ('Referer', 0.7, lambda draw: f'https://www.exemplo.com.br/{draw_word(draw, 4, 60)}'),
    ('Connection', 0.6, lambda draw: 'keep-alive'),
    ('Cookie', 0.75, lambda draw: '; '.join(f'{draw_word(draw, 3, 10)}={draw_word(draw, 6, 84)}' for _ in range(draw.randint(1, 7)))),
    ('Upgrade-Insecure-Requests', 0.3, lambda draw: '1'),
    ('Sec-Fetch-Dest', 0.4, lambda draw: draw.choice(('document', 'image', 'script', 'empty'))),
    ('Sec-Fetch-Mode', 0.4, lambda draw: draw.choice(('navigate', 'no-cors', 'cors'))),
    ('Sec-Fetch-Site', 0.4, lambda draw: draw.choice(('none', 'same-origin', 'cross-site'))),
    ('If-None-Match', 0.2, lambda draw: f'"{draw_word(draw, 8, 32)}"'),
    ('If-Modified-Since', 0.15, lambda draw: 'Tue, 24 Nov 2026 08:12:31 GMT'),
    ('Authorization', 0.1, lambda draw: f'Bearer {draw_word(draw, 60, 200)}'),
    ('X-Requested-With', 0.1, lambda draw: 'XMLHttpRequest'),
    ('X-Forwarded-For', 0.3, lambda draw: '.'.join(str(draw.randint(1, 254)) for _ in range(4))),
    ('X-Request-Id', 0.3, lambda draw: draw_word(draw, 32, 36)),
    ('Content-Length', 0.1, lambda draw: '0'),
    ('DNT', 0.1, lambda draw: '1'),
    ('Cache-Control', 0.2, lambda draw: draw.choice(('max-age=0', 'no-cache'))),
    ('Priority', 0.3, lambda draw: f'u={draw.randint(0, 6)}, i'),
)


def draw_word(draw, least, most):
    return ''.join(draw.choices('abcdefghijklmnopqrstuvwxyz0123456789', k=draw.randint(least, most)))


def make_request(draw):
    method = draw.choices(('GET', 'HEAD', 'DELETE', 'OPTIONS'), (90, 4, 3, 3))[0]
    target = '/' + '/'.join(draw_word(draw, 2, 14) for _ in range(draw.randint(0, 5)))
    if draw.random() < 0.4:
        target += '?' + '&'.join(f'{draw_word(draw, 1, 8)}={draw_word(draw, 1, 24)}' for _ in range(draw.randint(1, 4)))
    fields = [('User-Agent', draw.choice(AGENTS))]
    fields += [(name, make(draw)) for name, often, make in OFTEN if draw.random() < often]
    draw.shuffle(fields)
    fields.insert(0, ('Host', f'{draw_word(draw, 3, 12)}.exemplo.com.br'))
    return f'{method} {target} HTTP/1.1\r\n' + ''.join(f'{name}: {value}\r\n' for name, value in fields) + '\r\n'


def make_mixed():
    draw = random.Random(1024)
    return ''.join(make_request(draw) for _ in range(MIXED)).encode()


# ---- Bodies ----

def make_content(length):
    return random.Random(length).randbytes(length)


def make_chunks(lengths):
    chunks = [f'{length:x}\r\n'.encode() + make_content(length) + b'\r\n' for length in lengths]
    return f'{OPEN}Transfer-Encoding: chunked\r\n\r\n'.encode() + b''.join(chunks) + b'0\r\n\r\n'


def make_small_chunks():
    draw = random.Random(16)
    return make_chunks([draw.randint(1, 16) for _ in range(4096)])


def make_long():
    return f'{OPEN}Content-Length: {LONG}\r\n\r\n'.encode() + make_content(LONG)


INPUTS = (
    Input('request-703', '703 octets', 'request', 'none', lambda: read_text('request-703')),
    Input('tiny', 'tiny GET', 'request', 'none', lambda: read_text('tiny')),
    Input('chrome', 'Chrome', 'request', 'none', lambda: read_text('chrome')),
    Input('nginx', 'nginx', 'answers-head', 'none', lambda: read_fixture('nginx-head')),
    Input('cdn', 'CDN', 'answers-head', 'none', lambda: read_text('cdn')),
    Input('pipelined', '16 pipelined', 'request', 'none', lambda: PIPELINED * read_text('tiny')),
    Input('mixed', 'mixed', 'request', 'none', make_mixed),
    Input('chunks-16k', '16 KiB chunks', 'request', 'chunked', lambda: make_chunks([16384] * 64)),
    Input('chunks-1k', '1 KiB chunks', 'request', 'chunked', lambda: make_chunks([1024] * 256)),
    Input('chunks-16', '1..16 chunks', 'request', 'chunked', make_small_chunks),
    Input('length', '1 MiB length', 'request', 'length', make_long),
)
HEADS = [one.name for one in INPUTS if one.is_head]


def write_plan(folder, inputs, cuts):
    """The inputs as files, and the plan that bench reads."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for one in inputs:
        path = folder / one.name
        path.write_bytes(one.make())
        rows += [f'{one.name}/{cut}\t{one.stream}\t{one.body}\t{cut}\t{path}\n' for cut in cuts]
    plan = folder / 'plan.tsv'
    plan.write_text(''.join(rows))
    return plan
