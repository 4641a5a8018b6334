// SPDX-License-Identifier: MIT
const http = require('http');
const server = http.createServer((req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
    res.end('Olá Mundo\n');
}).listen(Number(process.argv[2]), '127.0.0.1', 4096);
// Else it closes a connection that rests for five seconds, or sends its head for sixty.
server.keepAliveTimeout = server.headersTimeout = server.requestTimeout = 600000;
