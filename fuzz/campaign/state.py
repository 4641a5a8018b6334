# SPDX-License-Identifier: MIT
"""
What a campaign knows after it was stopped: state.json, and who runs: run.pid.

    turn      the number of the next turn
    seconds   that it has run, over all runs
    totals    a row for each harness and role: seconds, executions, edges, features, corpus, new, findings; last_new is a time
    findings  by file name: harness, role, time, commit
    live      while it runs: the turn, its parts, and when it ends
"""
import json
import os

import ledger
from tree import CAMPAIGN, Trouble, write_whole

STATE, PID = CAMPAIGN / 'state.json', CAMPAIGN / 'run.pid'
EMPTY = {'turn': 0, 'seconds': 0, 'totals': {}, 'findings': {}, 'left_out': {}, 'live': None}
ADDED, REACHED = ('seconds', 'executions', 'new', 'findings'), ('edges', 'features', 'corpus')


def load():
    if not STATE.exists():
        return json.loads(json.dumps(EMPTY))
    return json.loads(STATE.read_text())


def save(state):
    write_whole(STATE, json.dumps(state, indent=1, sort_keys=True) + '\n')


def add_part(state, harness, role, row):
    """A part's turn into the totals; what was reached does not become less."""
    total = state['totals'].setdefault(harness, {}).setdefault(role, {})
    for name in ADDED:
        total[name] = total.get(name, 0) + row[name]
    for name in REACHED:
        total[name] = max(total.get(name, 0), row[name])
    total['last_new'] = max(total.get('last_new', ''), row['last_new'])


# ---- Who runs ----

def command_of(pid):
    try:
        with open(f'/proc/{pid}/cmdline', 'rb') as file:
            return file.read().decode(errors='replace').split('\0')
    except OSError:
        return []


def running_pid():
    """The campaign's that runs in this tree, or None. A number that some other program has by now is not it."""
    try:
        pid = int(PID.read_text())
    except (FileNotFoundError, ValueError):
        return None
    words = command_of(pid)
    return pid if 'run' in words and any(word.endswith('campaign') for word in words) else None


def take_place():
    if running_pid():
        raise Trouble(f'one runs already, process {running_pid()} (status, stop)')
    write_whole(PID, f'{os.getpid()}\n')


def leave_place():
    PID.unlink(missing_ok=True)


# ---- The ledger of this campaign ----

def note_in_ledger(commit, part, row):
    ledger.add(CAMPAIGN / 'ledger.tsv', ledger.Row(commit, part.harness, part.role.engine, part.role.name, row['seconds'],
                                                   row['executions'], row['edges'], row['features'], row['findings']))
