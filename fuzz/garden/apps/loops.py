# SPDX-License-Identifier: MIT
"""The servers of Python that bring a loop of their own: loops.py NAME PORT"""
import asyncio
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import echo


def serve_http_server(port):
    """The module reads heads; framing is left to the handler, which takes lengths and says 501 to codings."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def __getattr__(self, name):
            if name.startswith('do_'):
                return self.answer
            raise AttributeError(name)

        def answer(self):
            lengths = self.headers.get_all('Content-Length', ['0'])
            if 'Transfer-Encoding' in self.headers:
                return self.refuse(501)
            if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
                return self.refuse(400)
            body = self.rfile.read(int(lengths[0]))
            self.send_response(200)
            self.send_header('Content-Length', '0')
            self.send_header('Echo', echo.make(self.command.encode('latin-1'), self.path.encode('latin-1'), body))
            self.end_headers()

        def refuse(self, status):
            self.close_connection = True
            self.send_error(status)

        def log_message(self, *_):
            pass

    ThreadingHTTPServer(('127.0.0.1', port), Handler).serve_forever()


def serve_twisted(port):
    from twisted.internet import reactor
    from twisted.web import resource, server

    class Page(resource.Resource):
        isLeaf = True

        def render(self, request):
            request.setHeader(b'Echo', echo.make(request.method, request.uri, request.content.read()).encode())
            return b''

    reactor.listenTCP(port, server.Site(Page()), interface='127.0.0.1')
    reactor.run()


def serve_tornado(port):
    from tornado import httpserver, httputil, ioloop

    def answer(request):
        told = echo.make(request.method.encode('latin-1'), request.uri.encode('latin-1', 'replace'), request.body)
        head = httputil.ResponseStartLine('HTTP/1.1', 200, 'OK')
        request.connection.write_headers(head, httputil.HTTPHeaders({'Content-Length': '0', 'Echo': told}))
        request.connection.finish()

    httpserver.HTTPServer(answer).listen(port, '127.0.0.1')
    ioloop.IOLoop.current().start()


def serve_aiohttp(port):
    from aiohttp import web

    async def answer(request):
        told = echo.make(request.method.encode(), request.raw_path.encode('utf-8', 'surrogateescape'), await request.read())
        return web.Response(headers={'Echo': told})

    async def run():
        await asyncio.get_running_loop().create_server(web.Server(answer), '127.0.0.1', port)
        await asyncio.Event().wait()

    asyncio.run(run())


if __name__ == '__main__':
    globals()['serve_' + sys.argv[1]](int(sys.argv[2]))
