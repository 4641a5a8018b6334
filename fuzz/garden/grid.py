# SPDX-License-Identifier: MIT
"""What is printed: a row an input, a column a server, a letter a difference; then the classes; then what has none."""
from collections import Counter, defaultdict

LETTERS = {'refused': 'r', 'closed': 'c', 'waiting': 'w', 'accepted': 'a', 'more': 'm', 'method': 'o', 'target': 't', 'body': 'b',
           'kept': 'k', 'broken': 'x', 'forwards': 'f', 'hung': 'h', 'died': 'd'}
LEGEND = '''# . the same for both. A small letter is a difference that a class explains, a capital letter one that none does:
# r refused, c closed, w waiting, a accepted, m more messages, o other method, t other target, b other body, k kept, x broken,
# f forwards what is not one request, h hung, d died.'''


def letter(difference, row):
    if difference is None:
        return '.'
    found = LETTERS[difference.theirs.split('-')[0]]
    return found if row else found.upper()


def print_heads(servers):
    for number, server in enumerate(servers):
        print('# ' + '| ' * number + server.name)


def print_grid(servers, inputs, results, explain, is_whole):
    """results: {(server's name, path): difference or None}"""
    print(LEGEND)
    print_heads(servers)
    for entry in inputs:
        cells = [results.get((server.name, entry.path)) for server in servers]
        letters = [letter(cell, cell and explain(cell)) for cell in cells]
        if is_whole or any(cell != '.' for cell in letters):
            print('  ' + ' '.join(letters), '', entry.path)


def print_servers(servers, results):
    print('\n# Server by server: the same, other')
    for server in servers:
        mine = [cell for (name, _), cell in results.items() if name == server.name]
        print(f'{server.name:20} {sum(cell is None for cell in mine):6} {sum(cell is not None for cell in mine):6}')


def print_classes(classes, explained):
    """explained: (difference, row) pairs"""
    counts, servers = Counter(), defaultdict(Counter)
    for difference, row in explained:
        counts[row.kind] += 1
        servers[row.kind][difference.server] += 1
    print('\n# Classes: differences, who is right, what decides, where')
    for name, count in counts.most_common():
        kind = classes[name]
        where = ' '.join(f'{server}:{times}' for server, times in servers[name].most_common())
        print(f'{count:5} {kind.right:7} [{name}] {kind.section}: {where}')
        print(f'      {kind.reason}')


def print_unexplained(unexplained, say):
    """say: what to tell beside a difference"""
    print(f'\n# Without a class: {len(unexplained)}')
    for difference in unexplained:
        print(f'    {difference.server} | {difference.ours} -> {difference.theirs} | {difference.path}    # {say(difference)}')


def print_stale(rows, used):
    """Other versions of a server may differ less: these rows can go when they do."""
    stale = [row for row in rows if row not in used]
    print(f'\n# Rows that fit nothing: {len(stale)}')
    for row in stale:
        print(f'    [{row.kind}] {" ".join(row.servers)} | {" ".join(row.ours)} -> {" ".join(row.theirs)} | {row.pattern}')
