// SPDX-License-Identifier: MIT
//
// Clients and origins for tests/relay.sh. Origins print "listening PORT" and stay; clients print what they found and end.
//     node ends.js fickle                  an origin that ends a connection when it is asked on it a second time
//     node ends.js old                     an origin that speaks HTTP/1.0
//     node ends.js ws-origin FOLDER        an echo of WebSocket messages, by the package ws that is installed in FOLDER
//     node ends.js ws PORT FOLDER          three messages there and back, then a close
//     node ends.js upgrade PORT            the same by the protocol "echo" of tests/peers/node.js, half-closed at its end
//     node ends.js switch PORT             octets of the new protocol right behind the request
//     node ends.js crowd PORT COUNT MS     so many connections at once, asking for so long; prints failures
//     node ends.js early PORT OCTETS       uploads on and on, and prints the answer that came before the end

'use strict';

const http = require('http');
const net = require('net');

const [, , word, ...words] = process.argv;

function listen(server) {
    server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
}

function fail(error) {
    console.log(`failed: ${error}`);
    process.exit(1);
}

const roles = {
    fickle: () => {
        const seen = new WeakMap();
        listen(http.createServer((req, res) => {
            const asked = (seen.get(req.socket) || 0) + 1;
            seen.set(req.socket, asked);
            if (asked > 1)
                req.socket.destroy();
            else
                res.end('first\n');
        }));
    },

    old: () => {
        listen(net.createServer((socket) => {
            socket.on('error', () => { });
            socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold\n'));
        }));
    },

    'ws-origin': (folder) => {
        const { WebSocketServer } = require(`${folder}/node_modules/ws`);
        const server = http.createServer();
        const sockets = new WebSocketServer({ server });
        sockets.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
        listen(server);
    },

    ws: (port, folder) => {
        const WebSocket = require(`${folder}/node_modules/ws`);
        const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
        const messages = ['one', 'x'.repeat(1 << 20), 'three'];
        let at = 0;
        socket.on('error', fail);
        socket.on('open', () => socket.send(messages[0]));
        socket.on('message', (data) => {
            if (data.toString() !== messages[at])
                fail(`message ${at}`);
            if (++at < messages.length)
                socket.send(messages[at]);
            else
                socket.close(1000, 'enough');
        });
        socket.on('close', (code) => console.log(`${at} messages, closed by ${code}`));
    },

    upgrade: (port) => {
        const req = http.get({ port, host: '127.0.0.1', headers: { Connection: 'Upgrade', Upgrade: 'echo' } });
        req.on('error', fail);
        req.on('response', (res) => fail(`status ${res.statusCode}`));
        req.on('upgrade', (res, socket, head) => {
            let text = head.toString();
            socket.on('data', (piece) => text += piece);
            socket.on('end', () => console.log(`${res.statusCode} ${res.headers.upgrade} ${text.length} ${text.slice(0, 5)}`));
            socket.write('hello');
            socket.end('x'.repeat(1 << 20));
        });
    },

    switch: (port) => {
        const socket = net.connect(port, '127.0.0.1');
        let text = '';
        socket.on('error', fail);
        socket.on('data', (piece) => text += piece);
        socket.on('end', () => console.log(text.split('\r\n\r\n')[1]));
        socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nat once');
    },

    crowd: (port, count, ms) => {
        const agent = new http.Agent({ keepAlive: true, maxSockets: Number(count) });
        const end = Date.now() + Number(ms);
        let done = 0, failed = 0, open = Number(count);
        const sockets = new Set();
        function leave() {
            if (--open)
                return;
            agent.destroy();
            console.log(`${sockets.size} connections, ${failed} failures, ${done > count * 2 ? 'many' : done} answers`);
        }
        function ask() {
            if (Date.now() > end)
                return leave();
            const req = http.get({ port, host: '127.0.0.1', path: '/hello', agent }, (res) => {
                let text = '';
                res.on('data', (piece) => text += piece);
                res.on('end', () => {
                    done++;
                    if (text !== 'hello\n')
                        failed++;
                    ask();
                });
            });
            req.on('socket', (socket) => sockets.add(socket));
            req.on('error', () => { failed++; ask(); });
            return req;
        }
        for (let at = 0; at < count; at++)
            ask();
    },

    early: (port, octets) => {
        const socket = net.connect(port, '127.0.0.1');
        const piece = Buffer.alloc(16384, 'x');
        let text = '', left = Number(octets);
        socket.on('error', () => { });
        socket.on('data', (data) => text += data);
        socket.on('close', () => console.log(text.split('\r\n')[0], text.split('\r\n\r\n')[1]));
        socket.write(`POST /early-patient HTTP/1.1\r\nHost: a\r\nContent-Length: ${octets}\r\n\r\n`);
        (function send() {
            if (left <= 0 || socket.destroyed || socket.readableEnded)
                return socket.end();
            left -= piece.length;
            return setTimeout(() => socket.write(piece, send), 1);
        })();
    },
};

roles[word](...words);
