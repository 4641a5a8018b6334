# SPDX-License-Identifier: MIT
"""uvicorn and hypercorn, which import it."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import echo


async def read_body(receive):
    body = b''
    while True:
        event = await receive()
        if event['type'] != 'http.request':
            return None
        body += event.get('body', b'')
        if not event.get('more_body'):
            return body


async def app(scope, receive, send):
    if scope['type'] != 'http':
        return
    body = await read_body(receive)
    if body is None:
        return  # the client has gone, or the server does not believe the body
    target = scope['raw_path'].partition(b'?')[0] + (b'?' + scope['query_string'] if scope['query_string'] else b'')
    told = echo.make(scope['method'].encode(), target, body).encode()
    await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-length', b'0'), (b'echo', told)]})
    await send({'type': 'http.response.body', 'body': b''})
