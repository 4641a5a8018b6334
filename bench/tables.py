# SPDX-License-Identifier: MIT
"""What the tables of the benchmarks have in common: cells, columns, where it was, and their place in the manual."""
import os
import platform
from pathlib import Path


def find_machine():
    models = [line.split(':', 1)[1].strip() for line in Path('/proc/cpuinfo').read_text().splitlines() if line.startswith('model name')]
    return f'{models[0] if models else platform.machine()}, {os.cpu_count()} cores; Linux {platform.release()}'


def whole(value):
    return '' if value is None else f'{value:,.0f}'


def hundredths(value):
    return '' if value is None else f'{value:.2f}'


def lay_out(rows):
    """Columns as wide as they must be; the first to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows if column < len(row)) for column in range(max(map(len, rows)))]
    for row in rows:
        cells = [cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in enumerate(zip(row, widths))]
        yield '  '.join(cells).rstrip()


def publish(page, word, table, charts):
    """charts: files that lie beside the page."""
    begin, end = f'<!-- figures: written by ./dev {word} --publish -->', '<!-- end of figures -->'
    before, found_begin, rest = page.read_text(encoding='utf-8').partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise SystemExit(f'{word}: {page} has no place for the figures')
    shown = '\n\n'.join(f'![The figures as a chart]({chart})' for chart in charts)
    figures = f'\n\n{shown}\n\n```text\n{table}```\n\n'
    page.write_text(before + begin + figures + end + after, encoding='utf-8')
