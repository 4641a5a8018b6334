# SPDX-License-Identifier: MIT
"""hello with Twisted: its web server without its log."""
import sys

from twisted.internet import reactor
from twisted.web import resource, server


class Hello(resource.Resource):
    isLeaf = True

    def render_GET(self, request):
        request.setHeader(b'Content-Type', b'text/plain; charset=utf-8')
        return 'Olá Mundo\n'.encode()


site = server.Site(Hello(), timeout=600)
site.log = lambda request: None
reactor.listenTCP(int(sys.argv[1]), site, backlog=4096, interface='127.0.0.1')
reactor.run()
