// A server of the pattern on Node's http2, written with care: each message is encoded once, what a stream does not take
// waits in Node's own queue, a stream that is a megabyte behind is dropped, and a new one gets what it has missed.
// Environment: PUSH_PORT, PUSH_CERT, PUSH_KEY. It is a peer to measure against, not a part of the kit.
import { createSecureServer, constants } from 'node:http2';
import { readFileSync } from 'node:fs';

const HISTORY = 50;
const KEPT = 8192;
const MAX_WAITING = 1 << 20;
const epoch = Date.now().toString(36);
const log = []; // The newest messages, each as its line.
let newest = 0;
const open = new Set();

function since(id) {
  const [from, sequence] = String(id ?? '').split('-');
  const missed = from === epoch ? newest - Number(sequence) : HISTORY;
  return log.slice(-Math.min(missed >= 0 ? missed : HISTORY, log.length) || log.length);
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
  settings: { maxConcurrentStreams: 128 },
});

server.on('session', session => session.on('error', () => {}));

server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  if (headers[':path'] !== '/messages') {
    stream.respond({ ':status': 404 }, { endStream: true });
  } else if (headers[':method'] === 'GET') {
    stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    const missed = since(headers['last-event-id']);
    if (missed.length > 0) stream.write(Buffer.concat(missed));
    open.add(stream);
    stream.on('close', () => open.delete(stream));
  } else {
    const chunks = [];
    stream.on('data', chunk => chunks.push(chunk));
    stream.on('end', () => {
      try {
        const line = publish(JSON.parse(Buffer.concat(chunks)));
        stream.respond({ ':status': 201, 'content-type': 'application/json', location: `/messages/${epoch}-${newest}` });
        stream.end(line);
      } catch {
        stream.respond({ ':status': 400 }, { endStream: true });
      }
    });
  }
});

server.listen(Number(process.env.PUSH_PORT ?? 0), '127.0.0.1', () => {
  console.log(`Serving https://localhost:${server.address().port}/`);
});
