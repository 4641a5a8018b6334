// SPDX-License-Identifier: MIT
//
// A server with a route for everything that a client of HTTP/1.1 may meet. Prints "listening PORT" when it does.
//     node node.js [ADDRESS]
//
// What a route answers depends on nothing but the request, so that it may be asked again. Bodies of a size come from
// ?size=N: line after line of 64 octets, each with its number, the last one cut.

'use strict';

const http = require('http');
const zlib = require('zlib');
const { pipeline, Readable, Transform } = require('stream');

// ---- Content ----

const LINE = 64;

function line(number) {
    return String(number).padStart(LINE - 1, '.') + '\n';
}

// The content of a size, in pieces of 64 KiB at most.
function* pieces(size) {
    const most = 1024 * LINE;
    for (let at = 0; at < size; at += most) {
        let text = '';
        for (let number = at / LINE; number < (at + most) / LINE; number++)
            text += line(number);
        yield Buffer.from(text.slice(0, Math.min(most, size - at)));
    }
}

function content(size) {
    return Readable.from(pieces(size));
}

function send(res, source, coder) {
    const ends = () => { };
    if (coder)
        pipeline(source, coder, res, ends);
    else
        pipeline(source, res, ends);
}

// ---- What is well-formed ----

const routes = {
    '/hello': (req, res) => res.end('hello\n'),
    '/status': (req, res, query) => {
        res.writeHead(Number(query.get('code')), query.get('location') ? { Location: query.get('location') } : {});
        res.end(`status ${query.get('code')}\n`);
    },
    '/length': (req, res, query) => {
        res.setHeader('Content-Length', query.get('size'));
        send(res, content(Number(query.get('size'))));
    },
    '/chunked': (req, res, query) => send(res, content(Number(query.get('size') || 1000))),
    '/trailers': (req, res, query) => {
        res.setHeader('Trailer', 'Check, Count');
        res.addTrailers({ Check: 'sum', Count: '2' });
        send(res, content(Number(query.get('size') || 1000)));
    },
    '/close': (req, res, query) => { // until close
        res.useChunkedEncodingByDefault = false;
        res.setHeader('Connection', 'close');
        res.removeHeader('Transfer-Encoding');
        send(res, content(Number(query.get('size') || 1000)));
    },
    '/gzip': (req, res, query) => coded(res, 'gzip', zlib.createGzip(), query),
    '/deflate': (req, res, query) => coded(res, 'deflate', zlib.createDeflate(), query),
    '/deflate-raw': (req, res, query) => coded(res, 'deflate', zlib.createDeflateRaw(), query), // as some do
    '/gzip-twice': (req, res, query) => {
        res.setHeader('Content-Encoding', 'gzip, gzip');
        pipeline(content(Number(query.get('size') || 1000)), zlib.createGzip(), zlib.createGzip(), res, () => { });
    },
    '/unknown-coding': (req, res) => {
        res.setHeader('Content-Encoding', 'rot13');
        res.end('uryyb\n');
    },
    '/nothing': (req, res) => res.writeHead(204).end(),
    '/not-modified': (req, res) => res.writeHead(304, { ETag: '"a"' }).end(),
    '/slow': (req, res, query) => tick(res, Number(query.get('ticks') || 5), Number(query.get('ms') || 200)),

    // The request's content, as it comes: with its length where it has one, else chunked.
    '/echo': (req, res) => {
        if (req.headers['content-length'])
            res.setHeader('Content-Length', req.headers['content-length']);
        pipeline(req, res, () => { });
    },
    // The same, when all of it is there: its length is known.
    '/count': (req, res) => {
        let octets = 0;
        req.on('data', (piece) => octets += piece.length);
        req.on('end', () => res.end(`${octets} octets\n`));
    },
    '/connection': (req, res) => res.end(`${req.socket.number}\n`),
    '/once': (req, res) => { // a connection that has been used is closed without an answer, as idle ones may be
        if (req.socket.uses > 1)
            return req.socket.destroy();
        return res.end('hello\n');
    },
    '/request': (req, res) => { // what was asked, as it was sent
        let text = `${req.method} ${req.url} HTTP/${req.httpVersion}\n`;
        for (let at = 0; at < req.rawHeaders.length; at += 2)
            text += `${req.rawHeaders[at]}: ${req.rawHeaders[at + 1]}\n`;
        req.resume();
        req.on('end', () => res.end(text + Object.entries(req.trailers).map(([n, v]) => `trailer ${n}: ${v}\n`).join('')));
    },
    // A final response before the content is read; the rest of it is not wanted.
    '/early': (req, res) => {
        res.writeHead(413, { Connection: 'close' });
        res.end('too large\n');
    },
    // The same, but the content is read and the connection persists.
    '/early-patient': (req, res) => {
        req.resume();
        res.writeHead(200, { 'Content-Length': 6 });
        res.end('early\n');
    },
    '/interim': (req, res) => {
        res.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => res.end('hello\n'));
    },
    '/interims': (req, res, query) => {
        for (let count = Number(query.get('count')); count > 0; count--)
            res.writeProcessing();
        res.end('hello\n');
    },
};

function coded(res, name, coder, query) {
    res.setHeader('Content-Encoding', name);
    send(res, content(Number(query.get('size') || 1000)), coder);
}

function tick(res, ticks, ms) {
    if (!ticks)
        return res.end();
    res.write(`tick ${ticks}\n`);
    return setTimeout(tick, ms, res, ticks - 1, ms);
}

// ---- What is broken: octets as they are, then an end ----

const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = HEAD + 'Transfer-Encoding: chunked\r\n\r\n';

function gzipped(octets) {
    return zlib.gzipSync(octets);
}

// A gzip of 1 GiB of zeros, in 1 MiB: made in steps, for there is no such buffer.
function bomb(socket, mebibytes) {
    const zeros = Buffer.alloc(1 << 20);
    const source = Readable.from((function* () { for (let n = 0; n < mebibytes; n++) yield zeros; })());
    socket.write(HEAD + 'Content-Encoding: gzip\r\nConnection: close\r\n\r\n');
    pipeline(source, zlib.createGzip({ level: 9 }), socket, () => { });
}

function with_length(coding, octets, length) {
    return Buffer.concat([Buffer.from(`${HEAD}Content-Encoding: ${coding}\r\nContent-Length: ${length}\r\n\r\n`), octets]);
}

const cut = gzipped(Buffer.from('hello\n'.repeat(1000)));

const broken = {
    'short': HEAD + 'Content-Length: 100\r\n\r\nhello\n',                     // less than its length
    'long': HEAD + 'Content-Length: 5\r\n\r\nhello and more',                 // more than its length
    'chunk': CHUNKED + '5\r\nhello\r\nA\r\nhal',                              // ends in the middle of a chunk
    'last-chunk': CHUNKED + '5\r\nhello\r\n',                                 // ends before the last chunk
    'trailers': CHUNKED + '5\r\nhello\r\n0\r\nA: b\r\n',                      // ends in the trailers
    'chunk-size': CHUNKED + '5\r\nhello\r\nxyz\r\nhello\r\n0\r\n\r\n',        // a size that is none
    'chunk-end': CHUNKED + '5\r\nhello, that is too long\r\n0\r\n\r\n',       // no CRLF after a chunk
    'after': HEAD + 'Content-Length: 6\r\n\r\nhello\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx', // a response to nothing
    'junk': '\x16\x03\x01\x02\x00\x01\x00junk, no HTTP\r\n\r\n',
    'close': '',                                                              // no answer at all
    'head': HEAD + 'Content-Length: 1',                                       // ends in the head
    'field': HEAD + 'Content-Length : 5\r\n\r\nhello',                        // a space before the colon
    'length': HEAD + 'Content-Length: five\r\n\r\nhello',
    'lengths': HEAD + 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    'fold': HEAD + 'A: b\r\n c\r\nContent-Length: 6\r\n\r\nhello\n',         // a value that goes on in the next line
    'no-space': 'HTTP/1.1 200\r\nContent-Length: 6\r\n\r\nhello\n',            // no space where a reason could follow
    'lf': 'HTTP/1.1 200 OK\nContent-Length: 6\n\nhello\n',                    // lines that end in LF alone
    'octets': HEAD + 'A: \x9B31m\xFF\r\nContent-Length: 6\r\n\r\nhello\n',   // octets that a terminal may take for orders
    'switch': 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n', // that nobody offered
    'gzip-cut': with_length('gzip', cut.subarray(0, cut.length - 12), cut.length - 12), // ends too soon, its length is honest
    'gzip-junk': with_length('gzip', Buffer.from('hello\n'), 6),
    'gzip-more': with_length('gzip', Buffer.concat([cut, Buffer.from('more')]), cut.length + 4), // octets after its end
};

function reset(socket, octets) {
    socket.write(octets, () => setTimeout(() => socket.resetAndDestroy(), 100));
}

function break_off(socket, name, query) {
    socket.on('error', () => { });
    if (name === 'silence') // and never a word
        return;
    if (name === 'bomb')
        bomb(socket, Number(query.get('mebibytes') || 1024));
    else if (name === 'reset') // a reset in the middle of the content
        reset(socket, HEAD + 'Content-Length: 100\r\n\r\nhello\n');
    else if (name === 'reset-close') // and of content that ends when the connection does
        reset(socket, HEAD + '\r\nhello\n');
    else
        socket.end(broken[name], 'latin1');
}

// ---- The server ----

function answer(req, res) {
    const url = new URL(req.url, 'http://any');
    const name = url.pathname.replace('/broken/', '');
    req.on('error', () => { });
    req.socket.uses++;
    if (name !== url.pathname && (name in broken || ['silence', 'bomb', 'reset', 'reset-close'].includes(name)))
        return break_off(req.socket, name, url.searchParams);
    if (url.pathname in routes)
        return routes[url.pathname](req, res, url.searchParams);
    req.resume();
    res.writeHead(404);
    return res.end('no such route\n');
}

const server = http.createServer({ keepAliveTimeout: 20000, requestTimeout: 0 }, answer);

// Expect: 100-continue: /refuse does not want the content, /wait says nothing but takes it, all others want it.
server.on('checkContinue', (req, res) => {
    const path = req.url.split('?')[0];
    if (path === '/refuse') {
        res.writeHead(417, { Connection: 'close' });
        return res.end('not wanted\n');
    }
    if (path === '/wait')
        req.url = '/echo';
    else
        res.writeContinue();
    return answer(req, res);
});

// A protocol of our own: what comes goes back, in capital letters, until the client closes.
server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => { });
    if (req.url === '/broken/switch-unnamed') // to nobody knows what
        return socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    if ((req.headers.upgrade || '').toLowerCase() !== 'echo')
        return socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.unshift(head);
    const shout = new Transform({ transform: (piece, _, done) => done(null, piece.toString('latin1').toUpperCase()) });
    return pipeline(socket, shout, socket, () => { });
});

let connections = 0;
server.on('connection', (socket) => Object.assign(socket, { number: ++connections, uses: 0 }));
server.on('clientError', (error, socket) => socket.destroy());
server.listen(0, process.argv[2] || '127.0.0.1', () => console.log(`listening ${server.address().port}`));
