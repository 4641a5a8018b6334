# SPDX-License-Identifier: MIT
"""The judge: what fluxo-dump, in the strict profile, says of some octets."""
import json
import subprocess
from collections import namedtuple
from dataclasses import dataclass, field

Message = namedtuple('Message', 'method target body')  # octets, each


@dataclass
class Verdict:
    """`end`: accepted, incomplete, or the name of the error. `after`: keep, close, or tunnel."""
    messages: list = field(default_factory=list)
    end: str = 'accepted'
    after: str = 'keep'
    section: str = ''


def read_events(lines):
    verdict, body, start, keep = Verdict(), b'', None, True
    for line in lines:
        event = json.loads(line)
        kind = event['event']
        if kind == 'request-line':
            start = event['method'].encode('latin-1'), event['target'].encode('latin-1')
            body = b''
        elif kind == 'status-line':
            start, body = (str(event['status']).encode(), b''), b''
        elif kind == 'head':
            keep = event['keep_alive']
        elif kind == 'body':
            body += event['data'].encode('latin-1')
        elif kind == 'message':
            verdict.messages.append(Message(*start, body))
            verdict.after = 'keep' if keep else 'close'
        elif kind == 'switched':
            verdict.after = 'tunnel'
        elif kind == 'error':
            verdict.end, verdict.section = event['error'], event['section']
    return verdict


def judge(dump, octets, is_response=False, answers=()):
    command = [dump, '--format', 'json', '--profile', 'strict']
    command += ['--response'] if is_response else []
    command += [word for method in answers for word in ('--request-method', method)]
    ran = subprocess.run(command, input=octets, stdout=subprocess.PIPE, timeout=20, check=False)
    if ran.returncode not in (0, 1, 2):
        raise SystemExit(f'garden: {dump} ended with {ran.returncode}')
    verdict = read_events(ran.stdout.splitlines())
    if ran.returncode == 2:
        verdict.end = 'incomplete'
    return verdict
