// SPDX-License-Identifier: MIT
// node: echo.js PORT
'use strict';
const crypto = require('crypto');
const http = require('http');

const sumUp = (octets) => `${octets.length}:${crypto.createHash('sha1').update(octets).digest('hex').slice(0, 16)}`;

http.createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
        const method = Buffer.from(request.method, 'latin1').toString('hex');
        const target = Buffer.from(request.url, 'latin1');
        response.setHeader('Echo', `${method} ${sumUp(target)} ${sumUp(Buffer.concat(pieces))}`);
        response.end();
    });
}).listen(Number(process.argv[2]), '127.0.0.1');
