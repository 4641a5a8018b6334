# SPDX-License-Identifier: MIT
"""The servers: how each is told to say hello from one thread, without a log, to as many connections as come."""
import getpass
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import measure

HOME = Path(__file__).parent
BODY = 'Olá Mundo\n'
TYPE = 'text/plain; charset=utf-8'
PATIENCE = 600  # seconds that any server lets a connection rest, so that none closes what we hold
BACKLOG = 4096
MOST = 16000  # connections, where a server wants to be told


class Server:
    """One that runs. `kind`: fluxo, peer (one of those that fluxo is to beat), relative, own."""

    def __init__(self, name, kind, command, most=1 << 30, writes=None, files=None):
        self.name, self.kind, self.most = name, kind, most
        self.command, self.writes, self.files = command, writes, files or {}
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}/'

    def start(self, scratch):
        self.folder = scratch / self.name.replace(' ', '-')
        self.folder.mkdir(exist_ok=True)
        self.port = find_port()
        for name, text in self.files.items():
            (self.folder / name).write_text(text.format(s=self, type=TYPE, body=BODY, patience=PATIENCE, most=MOST, backlog=BACKLOG,
                                                        user=getpass.getuser()))
        words = [str(word).format(s=self) for word in self.command]
        self.said = self.folder / 'said'
        with open(self.said, 'wb') as said:
            self.process = measure.start_pinned(measure.SERVER_CORE, words, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        self.await_listener()
        self.check()

    def await_listener(self):
        for _ in range(200):
            if self.process.poll() is not None:
                break
            with socket.socket() as client:
                if client.connect_ex(('127.0.0.1', self.port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise SystemExit(f'bench-server: {self.name} does not start: {self.said.read_text(errors="replace").strip()[-500:]}')

    def check(self):
        """All must say the same, or there is nothing to compare."""
        said = subprocess.run(['curl', '-s', '--noproxy', '*', '--max-time', '10', '-w', '%{http_code} %{content_type}', self.url],
                              stdout=subprocess.PIPE, check=False).stdout.decode(errors='replace')
        if said.lower() != f'{BODY}200 {TYPE}'.lower():
            self.stop()
            raise SystemExit(f'bench-server: {self.name} answers otherwise: {said!r}')

    def stop(self):
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def find_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def find_program(name):
    return shutil.which(name) or shutil.which(name, path='/usr/sbin:/usr/local/sbin')


# ---- Configurations ----

NGINX = '''
daemon off;
master_process off;
pid {s.folder}/pid;
error_log {s.folder}/said;
events {{ worker_connections {most}; }}
http {{
    access_log off;
    client_body_temp_path {s.folder}/body;
    proxy_temp_path {s.folder}/proxy;
    fastcgi_temp_path {s.folder}/fastcgi;
    uwsgi_temp_path {s.folder}/uwsgi;
    scgi_temp_path {s.folder}/scgi;
    keepalive_requests 1000000000;
    keepalive_timeout {patience}s;
    client_header_timeout {patience}s;
    server {{
        listen 127.0.0.1:{s.port} backlog={backlog};
        location / {{ default_type "{type}"; return 200 "{body}"; }}
    }}
}}
'''

# ---- All of them ----

def fluxo(build):
    program = build / 'fluxo-server'
    help_text = subprocess.run([program, '--help'], stdout=subprocess.PIPE, text=True, check=True).stdout
    options = []
    for option, value in (('--idle-timeout', PATIENCE), ('--head-timeout', PATIENCE), ('--max-connections', MOST)):
        options += [option, value] if option in help_text else []
    options += ['--quiet'] if '--quiet' in help_text else []
    command = [program, '--port', '{s.port}', *options]
    if '--backend' not in help_text:
        return [Server('fluxo', 'fluxo', command)]
    return [Server(f'fluxo {name}', 'fluxo', [*command, '--backend', name], most=1000 if name == 'select' else 1 << 30)
            for name in ('epoll', 'poll', 'select')]


def all_servers(build):
    own = build / 'bench/server'
    return [
        *fluxo(build),
        Server('nginx', 'peer', ['nginx', '-e', 'stderr', '-c', '{s.folder}/conf'], most=MOST - 100, files={'conf': NGINX}),
        Server('floor', 'own', [own / 'floor', '{s.port}']),
        Server('floor, 64 a wait', 'own', [own / 'floor', '--batch', '{s.port}']),
    ]
