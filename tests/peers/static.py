# SPDX-License-Identifier: MIT
#
# Python's http.server on a folder. Prints "listening PORT" when it does.
#     python3 static.py FOLDER [HTTP/1.0 | HTTP/1.1]
# Below /close/ it leaves Content-Length out: the content ends when the connection does.

import functools
import http.server
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = sys.argv[2] if len(sys.argv) > 2 else "HTTP/1.0"
    until_close = False

    def parse_request(self):
        is_good = super().parse_request()
        self.until_close = is_good and self.path.startswith("/close/")
        if self.until_close:
            self.path = self.path[len("/close"):]
            self.close_connection = True
        return is_good

    def send_header(self, name, value):
        if not (self.until_close and name.lower() == "content-length"):
            super().send_header(name, value)

    def end_headers(self):
        if self.until_close:
            self.send_header("Connection", "close")
        super().end_headers()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
print("listening", server.server_port, flush=True)
server.serve_forever()
