# SPDX-License-Identifier: MIT
"""
The garden: each server from its Debian package, on a port of loopback, in a folder of its own, with memory bounded, ended by its
process id. Servers with a handler say by the field Echo what they have read (echo.py); behind a proxy the origin says it.
"""
import glob
import os
import resource
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from origin import Origin

APPS = Path(__file__).parent / 'apps'
PYTHON = '/usr/bin/python3'  # the system's, for which the packages are
PATHS = f'{os.environ["PATH"]}:/usr/sbin:/usr/local/sbin'
MEMORY = 2 << 30  # octets of data a process
START = 20  # seconds to come up
NOBODY = 'nobody'


class Missing(Exception):
    """It is not installed, or does not come up."""


@dataclass
class Server:
    """`needs`: files or programs that its package brings. `answers`: statuses that are an answer though no handler spoke."""
    name: str
    package: str
    command: list
    files: dict = field(default_factory=dict)
    needs: tuple = ()
    is_proxy: bool = False
    answers: tuple = ()
    environment: dict = field(default_factory=dict)
    memory: int = MEMORY
    process: subprocess.Popen = None
    origin: Origin = None

    def start(self, scratch, top, build):
        for need in (self.command[0].format(top=top, build=build), *self.needs):
            if not shutil.which(need, path=PATHS) and not glob.glob(need):
                raise Missing(f'{need} is not there (package {self.package})')
        self.origin = Origin() if self.is_proxy else None
        self.scratch, self.top, self.build = scratch / self.name, top, build
        self.run()

    def run(self):
        self.port = find_port()
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        self.words = {'port': self.port, 'folder': self.scratch, 'apps': APPS, 'top': self.top, 'build': self.build, 'user': NOBODY,
                      'origin': self.origin.port if self.origin else 0}
        for name, text in self.files.items():
            path = self.scratch / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.format(**self.words))
        give_away(self.scratch)
        command = [word.format(**self.words) for word in self.command]
        command[0] = shutil.which(command[0], path=PATHS)
        environment = {name: text.format(**self.words) for name, text in self.environment.items()}
        with open(self.scratch.with_suffix('.said'), 'wb') as said:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=self.scratch,
                                            start_new_session=True, preexec_fn=lambda: bound_memory(self.memory),
                                            env={**os.environ, 'PATH': PATHS, 'HOME': str(self.scratch), **environment})
        self.await_listener()

    def await_listener(self):
        deadline = time.monotonic() + START
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(('127.0.0.1', self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        said = self.scratch.with_suffix('.said').read_text('utf-8', 'replace').strip().splitlines()
        self.stop_process()
        raise Missing('does not come up: ' + ' / '.join(said[-3:]))

    def is_alive(self):
        return self.process.poll() is None

    def restart(self):
        self.stop_process()
        self.run()

    def stop_process(self):
        """The whole session that it has begun, and nothing else."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                continue
        self.process.wait()

    def stop(self):
        if self.process:
            self.stop_process()
        if self.origin:
            self.origin.stop()


REFUSALS = {400, 408, 411, 413, 414, 417, 421, 426, 431, 501, 505}  # what a server says of a message, rather than of a resource


@dataclass
class Target:
    """A server that runs already: `garden --target`. Unless it sends Echo, only the number of its answers can be compared."""
    name: str
    host: str
    port: int
    answers: tuple = tuple(set(range(400, 600)) - REFUSALS)
    is_proxy: bool = False
    origin: None = None

    def start(self, *_):
        try:
            socket.create_connection((self.host, self.port), timeout=5).close()
        except OSError as trouble:
            raise Missing(f'{self.host} port {self.port}: {trouble}') from None

    def restart(self):
        """Whoever has started it may do so again, meanwhile."""
        for _ in range(START):
            try:
                return self.start()
            except Missing:
                time.sleep(1)
        return self.start()

    def is_alive(self):
        return True

    def stop(self):
        pass


def find_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def bound_memory(memory):
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def give_away(folder):
    """Servers started by root go on as another user, who has to write here."""
    if os.getuid() == 0:
        for path in (folder, *folder.rglob('*')):
            shutil.chown(path, NOBODY)


# ---- Configurations. What is left out is as Debian builds it. ----

NGINX = '''
{root}daemon off;
worker_processes 1;
pid {{folder}}/pid;
error_log {{folder}}/log;
events {{{{ worker_connections 128; }}}}
http {{{{
    access_log off;
    client_body_temp_path {{folder}}/body;
    proxy_temp_path {{folder}}/proxy;
    fastcgi_temp_path {{folder}}/fastcgi;
    uwsgi_temp_path {{folder}}/uwsgi;
    scgi_temp_path {{folder}}/scgi;
    server {{{{
        listen 127.0.0.1:{{port}};
        location / {{{{ proxy_pass http://127.0.0.1:{{origin}}; proxy_http_version 1.1; }}}}
    }}}}
}}}}
'''.format(root='user nobody nogroup;\n' if os.getuid() == 0 else '')

APACHE = '''
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
ErrorLog {folder}/log
DefaultRuntimeDir {folder}
Listen 127.0.0.1:{port}
User nobody
Group nogroup
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
ProxyPass / http://127.0.0.1:{origin}/ disablereuse=on
'''

LIGHTTPD = '''
server.modules = ( "mod_proxy" )
server.document-root = "{folder}"
server.bind = "127.0.0.1"
server.port = {port}
server.pid-file = "{folder}/pid"
server.errorlog = "{folder}/log"
server.upload-dirs = ( "{folder}" )
server.max-fds = 256
proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => {origin} )) )
'''

HAPROXY = '''
global
    maxconn 128
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend front
    bind 127.0.0.1:{port}
    default_backend back
backend back
    http-reuse never
    server origin 127.0.0.1:{origin}
'''

H2O = '''
user: {user}
num-threads: 1
pid-file: {folder}/pid
error-log: {folder}/log
listen: {{ host: 127.0.0.1, port: {port} }}
hosts:
  default:
    paths:
      /:
        proxy.reverse.url: http://127.0.0.1:{origin}/
        proxy.preserve-host: ON
        proxy.timeout.keepalive: 0
'''

VARNISH = '''
vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{origin}"; }}
sub vcl_recv {{ return (pass); }}
'''

CADDY = '''
{{
    admin off
    auto_https off
}}
http://:{port} {{
    bind 127.0.0.1
    reverse_proxy 127.0.0.1:{origin} {{
        transport http {{
            keepalive off
        }}
    }}
}}
'''

TRAFFICSERVER = {
    'runroot.yaml': '''
prefix: {folder}
exec_prefix: /usr
bindir: /usr/bin
sbindir: /usr/sbin
libexecdir: /usr/lib/trafficserver/modules
sysconfdir: {folder}/etc
localstatedir: {folder}/var
runtimedir: {folder}/run
logdir: {folder}/log
cachedir: {folder}/cache
''',
    'etc/records.config': '''
CONFIG proxy.config.http.server_ports STRING {port}:ip-in=127.0.0.1
CONFIG proxy.config.admin.user_id STRING {user}
CONFIG proxy.config.url_remap.remap_required INT 0
CONFIG proxy.config.url_remap.pristine_host_hdr INT 1
CONFIG proxy.config.http.cache.http INT 0
CONFIG proxy.config.http.server_session_sharing.match STRING none
CONFIG proxy.config.exec_thread.autoconfig INT 0
CONFIG proxy.config.exec_thread.limit INT 1
CONFIG proxy.config.log.logging_enabled INT 0
''',
    'etc/remap.config': 'map / http://127.0.0.1:{origin}/\n',
    'etc/storage.config': '',
    'etc/ip_allow.yaml': '''
ip_allow:
  - apply: in
    ip_addrs: 127.0.0.1
    action: allow
    methods: ALL
''',
    'run/empty': '', 'log/empty': '', 'cache/empty': '', 'var/empty': '',
}

SQUID = '''
http_port 127.0.0.1:{port} accel defaultsite=localhost no-vhost
cache_peer 127.0.0.1 parent {origin} 0 no-query originserver no-digest
http_access allow all
cache deny all
cache_mem 8 MB
pid_filename {folder}/pid
cache_log {folder}/log
access_log none
coredump_dir {folder}
cache_effective_user nobody
cache_effective_group nogroup
server_persistent_connections off
shutdown_lifetime 1 second
pinger_enable off
'''


def serve_python(name, package, script, word, module):
    return Server(name, package, [PYTHON, '-B', '{apps}/' + script, word, '{port}'],
                  needs=(f'/usr/lib/python3/dist-packages/{module}',) if module else ())


def serve_uvicorn(name, package, parser, module):
    return Server(name, package, [PYTHON, '-B', '-m', 'uvicorn', '--app-dir', '{apps}', '--http', parser, '--lifespan', 'off', '--no-access-log',
                                  '--port', '{port}', 'asgi:app'],
                  needs=('/usr/lib/python3/dist-packages/uvicorn', f'/usr/lib/python3/dist-packages/{module}'))


def proxy(name, package, command, **more):
    return Server(name, package, command, is_proxy=True, **more)


ALL = [
    # Our own, as a proxy: it has the judge's parser, and the default profile. A sanitizer in it reserves terabytes.
    proxy('fluxo-relay', 'none: ./dev build', ['{build}/examples/relay', '--listen', '127.0.0.1:{port}', '--origin', '127.0.0.1:{origin}'],
          memory=resource.RLIM_INFINITY),
    proxy('nginx', 'nginx-light', ['nginx', '-e', '{folder}/early', '-c', '{folder}/conf'], files={'conf': NGINX}),
    proxy('apache2', 'apache2', ['apache2', '-X', '-f', '{folder}/conf'], files={'conf': APACHE}),
    proxy('lighttpd', 'lighttpd', ['lighttpd', '-D', '-f', '{folder}/conf'], files={'conf': LIGHTTPD}),
    proxy('haproxy', 'haproxy', ['haproxy', '-db', '-f', '{folder}/conf'], files={'conf': HAPROXY}),
    proxy('h2o', 'h2o', ['h2o', '-m', 'worker', '-c', '{folder}/conf'], files={'conf': H2O}),
    proxy('varnish', 'varnish', ['varnishd', '-F', '-j', 'none', '-a', '127.0.0.1:{port}', '-f', '{folder}/vcl', '-n', '{folder}/work',
                                 '-s', 'malloc,32m', '-p', 'thread_pool_min=10', '-T', 'none'], files={'vcl': VARNISH},
          needs=('gcc',)),
    proxy('caddy', 'caddy', ['caddy', 'run', '--adapter', 'caddyfile', '--config', '{folder}/conf'], files={'conf': CADDY}),
    proxy('trafficserver', 'trafficserver', ['traffic_server', '--run-root={folder}/runroot.yaml'], files=TRAFFICSERVER),
    proxy('squid', 'squid', ['squid', '-N', '-f', '{folder}/conf'], files={'conf': SQUID}),
    proxy('nghttpx', 'nghttp2-proxy', ['nghttpx', '--conf=/dev/null', '--frontend=127.0.0.1,{port};no-tls', '--backend=127.0.0.1,{origin}',
                                       '--workers=1', '--no-ocsp', '--single-process', '--errorlog-file={folder}/log']),
    Server('node', 'nodejs', ['node', '{apps}/echo.js', '{port}']),
    serve_python('http.server', 'python3', 'loops.py', 'http_server', None),
    serve_python('twisted', 'python3-twisted', 'loops.py', 'twisted', 'twisted'),
    serve_python('tornado', 'python3-tornado', 'loops.py', 'tornado', 'tornado'),
    serve_python('aiohttp', 'python3-aiohttp', 'loops.py', 'aiohttp', 'aiohttp'),
    serve_python('waitress', 'python3-waitress', 'wsgi.py', 'waitress', 'waitress'),
    serve_python('cheroot', 'python3-cheroot', 'wsgi.py', 'cheroot', 'cheroot'),
    Server('gunicorn', 'gunicorn', [PYTHON, '-B', '-m', 'gunicorn', '--chdir', '{apps}', '--worker-class', 'gthread', '--threads', '4', '-b',
                                    '127.0.0.1:{port}', '--worker-tmp-dir', '{folder}', 'wsgi:app'],
           needs=('/usr/lib/python3/dist-packages/gunicorn',)),
    serve_uvicorn('uvicorn-h11', 'python3-uvicorn', 'h11', 'h11'),
    serve_uvicorn('uvicorn-httptools', 'python3-uvicorn', 'httptools', 'httptools'),
    Server('hypercorn', 'python3-hypercorn', [PYTHON, '-B', '-m', 'hypercorn', '-b', '127.0.0.1:{port}', 'asgi:app'],
           needs=('/usr/lib/python3/dist-packages/hypercorn',), environment={'PYTHONPATH': '{apps}'}),
    Server('puma', 'puma', ['puma', '--quiet', '--environment', 'production', '--threads', '2:4', '--bind', 'tcp://127.0.0.1:{port}', '{apps}/echo.ru']),
    Server('unicorn', 'unicorn', ['unicorn', '--env', 'none', '--listen', '127.0.0.1:{port}', '{apps}/echo.ru'], needs=('/usr/bin/ruby',)),
    Server('webrick', 'ruby-webrick', ['/usr/bin/ruby', '{apps}/webrick.rb', '{port}'], needs=('/usr/share/rubygems-integration/all/gems/webrick-*',)),
    Server('mini-httpd', 'mini-httpd', ['mini_httpd', '-D', '-h', '127.0.0.1', '-p', '{port}', '-d', '{folder}/www', '-u', '{user}',
                                        '-i', '{folder}/pid'], files={'www/index.html': 'Hello\n'}, answers=(404, 501)),
]
