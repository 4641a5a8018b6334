# SPDX-License-Identifier: MIT
"""gunicorn (which imports it), waitress and cheroot: wsgi.py NAME PORT"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import echo


def app(environ, start_response):
    target = environ.get('RAW_URI') or environ.get('REQUEST_URI') or environ['PATH_INFO']
    body = environ['wsgi.input'].read()
    told = echo.make(environ['REQUEST_METHOD'].encode('latin-1'), target.encode('latin-1', 'replace'), body)
    start_response('200 OK', [('Content-Length', '0'), ('Echo', told)])
    return [b'']


def serve(name, port):
    if name == 'waitress':
        import waitress
        waitress.serve(app, host='127.0.0.1', port=port, threads=2, _quiet=True)
    elif name == 'cheroot':
        from cheroot import wsgi
        wsgi.Server(('127.0.0.1', port), app, numthreads=4).start()


if __name__ == '__main__':
    serve(sys.argv[1], int(sys.argv[2]))
