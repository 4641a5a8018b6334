# SPDX-License-Identifier: MIT
"""Where things are, and how commands are run and words are said."""
import os
import subprocess
import sys
import time
from pathlib import Path

TOP = Path(os.environ.get('TOP_SRCDIR') or Path(__file__).resolve().parents[2]).resolve()
FUZZ = TOP / 'fuzz'
BUILD = TOP / 'build'
VARIANTS = BUILD / 'fuzz'  # one build folder a variant
CAMPAIGN = Path(os.environ.get('FLUXO_CAMPAIGN') or BUILD / 'campaign')  # all that a campaign writes


class Trouble(Exception):
    """What ends a word of the command line; its text is for the person who typed it."""


def say(text):
    print(f'campaign: {text}', file=sys.stderr, flush=True)


def wait_for(command, timeout, **options):
    """Its status. Asked to end, if there is no time left for it or for us, make removes what is half made."""
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, **options)
    try:
        return running.wait(timeout)
    except BaseException:
        running.terminate()
        running.wait()
        raise


def run(command, log=None, timeout=None, **options):
    """Runs to the end; what it printed goes into `log`, whose last lines are told if it fails."""
    log = log or CAMPAIGN / 'logs/last-command.log'
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, 'wb') as out:
        try:
            status = wait_for([str(word) for word in command], timeout, stdout=out, **options)
        except FileNotFoundError as missing:
            raise Trouble(f'{missing.filename} is not installed') from None
        except subprocess.TimeoutExpired:
            raise Trouble(f'{command[0]}: not done after {timeout} s') from None
    if status:
        last = '\n'.join(log.read_text(errors='replace').splitlines()[-20:])
        raise Trouble(f'{" ".join(str(word) for word in command[:3])} ... failed with {status}; the end of {log}:\n{last}')


def ask(command, **options):
    """What it prints, or '' if it cannot be run or fails."""
    try:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False, **options)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ''
    return done.stdout.decode(errors='replace') if done.returncode == 0 else ''


def find_commit():
    commit = ask(['git', '-C', TOP, 'rev-parse', '--short=12', 'HEAD']).strip()
    changed = ask(['git', '-C', TOP, 'status', '--porcelain', '--untracked-files=no']).strip()
    return (commit or 'unknown') + ('+' if changed else '')


def write_whole(path, text):
    """A reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + '.new')
    new.write_text(text)
    new.replace(path)


def now():
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())


def number_of(number, noun):
    """1 input, 2 inputs"""
    return f'{number:,} {noun}{"" if number == 1 else "s"}'
