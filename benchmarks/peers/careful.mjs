// A peer to measure against: the pattern on Node's http2.
//
// Written as Node's documentation asks: each message is encoded once; a stream that does not take it keeps it in Node's
// own queue, which is asked for its length; a stream that is a megabyte behind is dropped. Node itself puts what is written
// in one turn of its loop into one flush a connection, so writes are not gathered here.
// Environment: PUSH_PORT, PUSH_CERT, PUSH_KEY. It is not a part of the kit.
import { createSecureServer, constants } from 'node:http2';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

const HISTORY = 50;
const KEPT = 8192;
const MAX_WAITING = 1 << 20;
const epoch = randomBytes(7).readUIntBE(0, 6).toString(36).padStart(12, '0');
const log = []; // The newest messages, each as its line.
let newest = 0;
const open = new Set();

// What a new stream is sent first: after the id that its client has, or with the newest 50 messages.
function opening(lastEventId) {
  const [from, sequence] = String(lastEventId ?? '').split('-');
  const missed = from === epoch ? newest - Number(sequence) : -1;
  const resumed = missed >= 0 && missed <= log.length;
  const count = resumed ? missed : Math.min(HISTORY, log.length);
  const id = `${epoch}-${newest - count}`;
  const start = { type: 'start', resumed, ...(resumed ? {} : { reason: 'new' }), id, heartbeatMs: 15_000 };
  return Buffer.concat([Buffer.from(JSON.stringify(start) + '\n'), ...log.slice(log.length - count)]);
}

function publish({ user, text }) {
  newest += 1;
  const record = { type: 'message', id: `${epoch}-${newest}`, user, text, time: Date.now() };
  const line = Buffer.from(JSON.stringify(record) + '\n');
  log.push(line);
  if (log.length > KEPT) log.shift();
  for (const stream of open) {
    if (stream.writableLength > MAX_WAITING) {
      stream.close(constants.NGHTTP2_CANCEL);
    } else {
      stream.write(line);
    }
  }
  return line;
}

const server = createSecureServer({
  key: readFileSync(process.env.PUSH_KEY),
  cert: readFileSync(process.env.PUSH_CERT),
  settings: { maxConcurrentStreams: 100_000 },
});

server.on('session', session => session.on('error', () => {}));

server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  if (headers[':path'] !== '/messages') {
    stream.respond({ ':status': 404 }, { endStream: true });
  } else if (headers[':method'] === 'GET') {
    stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    stream.write(opening(headers['last-event-id']));
    open.add(stream);
    stream.on('close', () => open.delete(stream));
  } else {
    const chunks = [];
    stream.on('data', chunk => chunks.push(chunk));
    stream.on('end', () => {
      try {
        const line = publish(JSON.parse(Buffer.concat(chunks)));
        stream.respond({ ':status': 201, 'content-type': 'application/json', location: `messages/${epoch}-${newest}` });
        stream.end(line.subarray(0, -1));
      } catch {
        stream.respond({ ':status': 400 }, { endStream: true });
      }
    });
  }
});

server.listen(Number(process.env.PUSH_PORT ?? 0), '127.0.0.1', () => {
  console.log(`Serving https://localhost:${server.address().port}/`);
});
