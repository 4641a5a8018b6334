# SPDX-License-Identifier: MIT
"""The servers: how each is told to say hello from one thread, without a log, to as many connections as come."""
import getpass
import os
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
ANY = 1 << 30  # connections: as many as the system gives
SELECT_MOST = 1000  # FD_SETSIZE is 1,024, and some descriptors are no connections
BACKENDS = ('epoll', 'poll', 'select')
SERVERS_PATH = f'{os.environ["PATH"]}:/usr/sbin:/usr/local/sbin'  # where Debian keeps servers


class Server:
    """`kind`: fluxo, peer (a server that fluxo means to beat), relative (a loop in another language), own. `most`: connections."""

    def __init__(self, name, kind, command, most=ANY, files=None):
        self.name, self.kind, self.most = name, kind, most
        self.command, self.files = command, files or {}
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}/'

    def start(self, scratch):
        self.folder = scratch / f'{self.name}-{time.monotonic_ns()}'
        self.folder.mkdir()
        self.port = find_port()
        for name, text in self.files.items():
            (self.folder / name).write_text(text.format(s=self, type=TYPE, body=BODY, patience=PATIENCE, most=MOST, backlog=BACKLOG,
                                                        files=measure.most_files(), user=getpass.getuser()))
        words = [str(word).format(s=self) for word in self.command]
        program = shutil.which(words[0], path=SERVERS_PATH)
        if not program:
            raise SystemExit(f'bench-server: {words[0]} is missing')
        subprocess.run(['sync', program], check=True)  # what was linked just now counts as private until it is on the disk
        self.said = self.folder / 'said'
        with open(self.said, 'wb') as said:
            self.process = measure.start_pinned(measure.SERVER_CORE, [program, *words[1:]], stdin=subprocess.DEVNULL, stdout=said, stderr=said)
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


# ---- Configurations. What is left out is as Debian builds it. ----

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

# A file from its cache. mruby, the other way to a fixed answer, took a tenth more CPU time, and a third more pipelined.
H2O = '''
user: {user}
num-threads: 1
num-name-resolution-threads: 1
max-connections: {most}
http1-request-timeout: {patience}
pid-file: {s.folder}/pid
error-log: {s.folder}/said
listen: {{ host: 127.0.0.1, port: {s.port} }}
hosts:
  default:
    paths:
      /:
        file.dir: {s.folder}
        file.index: [ index.txt ]
        file.etag: OFF
        file.send-gzip: OFF
        file.mime.settypes: {{ "{type}": .txt }}
'''

# A file as well: Debian 12 has no mod_magnet beside it. More requests a connection than 65,535 cannot be set.
LIGHTTPD = '''
server.document-root = "{s.folder}"
server.bind = "127.0.0.1"
server.port = {s.port}
server.pid-file = "{s.folder}/pid"
server.errorlog = "{s.folder}/log"
server.upload-dirs = ( "{s.folder}" )
server.listen-backlog = {backlog}
server.max-fds = {files}
server.max-connections = {most}
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = {patience}
server.max-read-idle = {patience}
static-file.etags = "disable"
index-file.names = ( "index.txt" )
mimetype.assign = ( ".txt" => "{type}" )
'''

# ---- All of them ----


def fluxo(build):
    """By each back end, where it can be told which; with time enough, where it can be told. It holds as many as come."""
    program = build / 'fluxo-server'
    known = subprocess.run([program, '--help'], stdout=subprocess.PIPE, text=True, check=True).stdout
    command = [program, '--port', '{s.port}']
    for option, value in (('--idle-timeout', [PATIENCE]), ('--head-timeout', [PATIENCE]), ('--quiet', [])):
        command += [option, *value] if option in known else []
    if '--backend' not in known:
        return [Server('fluxo', 'fluxo', command)]
    return [Server(f'fluxo {name}', 'fluxo', [*command, '--backend', name], SELECT_MOST if name == 'select' else ANY)
            for name in BACKENDS]


def all_servers(build):
    own = build / 'bench/server'
    page = {'index.txt': BODY}
    return [
        *fluxo(build),
        Server('nginx', 'peer', ['nginx', '-e', 'stderr', '-c', '{s.folder}/conf'], MOST - measure.SPARE, {'conf': NGINX}),
        Server('h2o', 'peer', ['h2o', '-m', 'worker', '-c', '{s.folder}/conf'], MOST, {'conf': H2O, **page}),
        Server('lighttpd', 'peer', ['lighttpd', '-D', '-f', '{s.folder}/conf'], MOST, {'conf': LIGHTTPD, **page}),
        Server('node', 'relative', ['node', HOME / 'hello.js', '{s.port}']),
        Server('Twisted', 'relative', ['/usr/bin/python3', '-B', HOME / 'hello.py', '{s.port}']),
        Server('EventMachine', 'relative', ['/usr/bin/ruby', HOME / 'hello.rb', '{s.port}']),
        Server('threads', 'own', [own / 'threads', '{s.port}']),
        Server('floor', 'own', [own / 'floor', '{s.port}']),
        Server('floor, 64 a wait', 'own', [own / 'floor', '--batch', '{s.port}']),
    ]


VERSIONS = (('nginx', 'nginx -v'), ('h2o', 'h2o --version'), ('lighttpd', 'lighttpd -v'), ('node', 'node --version'),
            ('Twisted', '/usr/bin/python3 -c "import twisted; print(twisted.__version__)"'),
            ('EventMachine', '/usr/bin/ruby -e "require %q(eventmachine); puts EM::VERSION"'), ('wrk', 'wrk --version'))


def find_version(command):
    said = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env={**os.environ, 'PATH': SERVERS_PATH}).stdout
    found = re.search(r'\d+(\.\d+)+\S*', said)
    return found[0].strip(',') if found else 'unknown'
