// The original server of this pattern, told again in Node with its defects: what Server.java beside it is in Java.
// Only GET /status is added, without which nobody could judge it, and settings from the environment:
// PUSH_PORT (0: any free one), PUSH_HOST, PUSH_CERT, PUSH_KEY, and PUSH_HEARTBEAT_MS, which it names and does not keep.
//
//     node lessons/lesson00_seed/server.mjs
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';

const {
  PUSH_PORT = '8443',
  PUSH_HOST = '127.0.0.1',
  PUSH_CERT = 'certs/server.crt',
  PUSH_KEY = 'certs/key.pem',
  PUSH_HEARTBEAT_MS = '15000',
} = process.env;

const KEYS = { '/messages': 'messages', '/msgs': 'msg' };
const HISTORY = 50;

const messages = [];
const snapshot = (key) => JSON.stringify({ [key]: messages.reverse().slice(0, HISTORY) });
const kept = new Map(); // Each open stream, and the key that it was asked with.

const server = createSecureServer({ cert: readFileSync(PUSH_CERT), key: readFileSync(PUSH_KEY) });

server.on('stream', (stream, headers) => {
  const method = headers[':method'];
  const path = headers[':path'];
  if (method === 'GET' && path in KEYS) open(stream, KEYS[path]);
  else if (method === 'POST' && path in KEYS) post(stream);
  else if (method === 'GET' && path === '/status') status(stream);
  else stream.respond({ ':status': 404 }, { endStream: true });
});

function open(stream, key) {
  stream.respond({ ':status': 200, 'content-type': 'text/plain; charset=utf-8' });
  stream.write(snapshot(key));
  kept.set(stream, key);
  stream.on('close', () => kept.delete(stream));
}

function post(stream) {
  let body = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => (body += chunk));
  stream.on('end', () => {
    const { user, text } = JSON.parse(body);
    messages.push({ user, text, time: Date.now() });
    stream.respond({ ':status': 200 }, { endStream: true });
    for (const [other, key] of kept) other.write(snapshot(key));
  });
}

function status(stream) {
  stream.respond({ ':status': 200, 'content-type': 'application/json' });
  stream.end(JSON.stringify({ heartbeatMs: Number(PUSH_HEARTBEAT_MS), streams: { open: kept.size } }));
}

server.listen(Number(PUSH_PORT), PUSH_HOST, () => {
  console.log(`Serving https://localhost:${server.address().port}/`);
});
