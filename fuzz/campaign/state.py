# SPDX-License-Identifier: MIT
"""
What a campaign knows after it was stopped: state.json; and who runs: run.pid, which is locked.

    turn      the number of the next turn
    seconds   that it has run, over all runs
    totals    a row for each harness and role: seconds, executions, edges, features, corpus, new, findings; last_new is a time
    findings  by file name: harness, role, time, commit
    live      while it runs: the turn, its parts, and when it ends
"""
import fcntl
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

def running_pid():
    """The campaign's that runs in this tree, or None. Its hold on the file ends when it does, whatever way that is."""
    try:
        with open(PID, 'r+', encoding='utf-8') as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int(PID.read_text())
    return None


def take_place():
    """The file has to stay open as long as the campaign runs."""
    PID.parent.mkdir(parents=True, exist_ok=True)
    file = open(PID, 'a+', encoding='utf-8')
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble(f'one runs already, process {PID.read_text().strip()} (status, stop)') from None
    file.truncate(0)
    file.write(f'{os.getpid()}\n')
    file.flush()
    return file


# ---- The ledger of this campaign ----

def note_in_ledger(commit, part, row):
    ledger.add(CAMPAIGN / 'ledger.tsv', ledger.Row(commit, part.harness, part.role.engine, part.role.name, row['seconds'],
                                                   row['executions'], row['edges'], row['features'], row['findings']))
