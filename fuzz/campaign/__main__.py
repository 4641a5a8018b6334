# SPDX-License-Identifier: MIT
"""
Fuzzing campaigns: libFuzzer and AFL++ side by side on all harnesses, for as long as they are given. doc/fuzzing.md tells how to
use them and what to do with what they find; what they write is in build/campaign/.
"""
import argparse
import os
import sys

import corpus
import cover
import ledger
import plan
import report
import runner
import screen
import state
import triage
import variants
from tree import Trouble

DEFAULT_TIME = '1h'
WORDS = ('run', 'status', 'stop', 'triage', 'minimise', 'cover', 'build', 'ledger', 'report')


def read_time(text):
    try:
        return plan.read_seconds(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def read_size(text):
    units = {'K': 10, 'M': 20}
    number, shift = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 0)
    if not number.isdigit():
        raise argparse.ArgumentTypeError(f'not a size: {text}')
    return int(number) << shift


def show_status(_options):
    pid = state.running_pid()
    now = state.load()
    if not pid:
        now['live'] = None
    now['prepares'] = bool(pid)
    print(screen.render(now) + (f'\nprocess {pid}' if pid else ''))
    return 0


def read_words():
    parser = argparse.ArgumentParser(prog='./dev campaign', description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    words = parser.add_subparsers(dest='word', metavar='WORD')

    def add(name, does, tells):
        word = words.add_parser(name, help=tells, description=tells)
        word.set_defaults(does=does)
        return word

    word = add('run', lambda options: runner.Campaign(options).run(), 'fuzz: the word that is meant if there is none')
    word.add_argument('-t', '--time', type=read_time, default=read_time(DEFAULT_TIME), help=f'90s, 15m, 6h ({DEFAULT_TIME})')
    word.add_argument('-j', '--jobs', type=int, default=os.cpu_count(), help='cores (all)')
    word.add_argument('--role', action='append', default=[], help=f'only this one; again for more: {" ".join(plan.ROLE)}')
    word.add_argument('harness', nargs='*', help='only these (all but control)')
    add('status', show_status, 'what the campaign has done so far')
    add('stop', runner.stop, 'stop the campaign that runs; the next run goes on where it was')
    word = add('triage', triage.triage, 'sort the findings, minimise one of each kind, and write it into fuzz/regress/')
    word.add_argument('--dry', action='store_true', help='write nothing into fuzz/regress/')
    word.add_argument('--seconds', type=int, default=10, help='to minimise one (10)')
    word = add('minimise', corpus.minimise, 'merge what was found into fuzz/corpus/min/')
    word.add_argument('--cap', type=read_size, default=corpus.CAP, help='the most a harness may have, as 300K')
    word.add_argument('--counts', action='store_true', help='keep what goes some way more often too: more inputs by far')
    word.add_argument('harness', nargs='*', help='only these (all of the campaign)')
    word = add('cover', cover.cover, 'lines, branches, MC/DC, states and transitions that make check and the corpus reach')
    word.add_argument('--campaign', action='store_true', help="the campaign's inputs too")
    word.add_argument('--corpus', action='store_true', help='the inputs alone, without the other tests')
    word.add_argument('--only', choices=('code', 'machines'), help='one of both')
    word = add('build', variants.build_word, 'build one variant in build/fuzz/VARIANT')
    word.add_argument('variant', help=' '.join(variants.VARIANT))
    word.add_argument('target', nargs='*', help='fuzz/HARNESS (all of them)')
    add('ledger', ledger.copy_into_tree, "move the campaign's rows into fuzz/ledger.tsv")
    add('report', report.write, 'figures and plots as build/campaign/report/index.html and report.md')
    return parser


def main(arguments):
    if not arguments or arguments[0] not in WORDS and arguments[0] not in ('-h', '--help'):
        arguments = ['run', *arguments]
    options = read_words().parse_args(arguments)
    try:
        return options.does(options)
    except Trouble as trouble:
        print(f'campaign: {trouble}', file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
