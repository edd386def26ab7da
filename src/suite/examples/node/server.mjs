// A push server in Node that keeps the contract of DESIGN.md, with Node's own modules only (18 or newer).
//
//     node src/suite/examples/node/server.mjs
//
// This file is the way in and out: TLS, HTTP/2 and HTTP/1.1, requests, refusals, going down. The pattern is in push.mjs.
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants, createSecureServer } from 'node:http2';
import { awaitFirstWord, connectionOf, looksDead, watch } from './connection.mjs';
import { HISTORY, json, Log, NDJSON, plain, retryMs, SSE, Stream } from './push.mjs';
import { acceptedForm, message, onlyKey, onlyJson, Problem, settingsOf } from './request.mjs';

const MAX_BODY_BYTES = 65_536;
const POST_BYTES = 2048; // A larger body counts as several POSTs.
const FILES = { '/': ['index.html', 'text/html'], '/client.js': ['client.js', 'text/javascript'] };
const CSP = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

const settings = settingsOf(process.env);
const log = new Log({ messages: settings.retainMessages, bytes: settings.retainBytes });
const streams = new Map(); // Each open stream, and where it writes to.
const sessions = new Set(); // Each HTTP/2 connection.
const bodies = new Set(); // For each body that is still coming in, how it is given up.
const keys = new Map(); // Idempotency keys, oldest first.
const counts = { opened: 0, refused: 0, posted: 0 };
const closed = { client: 0, goaway: 0, tcp: 0, stalled: 0, ping: 0, drain: 0, error: 0 };
let ready = true;
let draining = false;

// Requests.

async function handle(request, response) {
  if (request.stream?.destroyed) return; // Node tells of a request a moment later: its client may have left.
  const mark = request.url.indexOf('?');
  const path = mark < 0 ? request.url : request.url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : request.url.slice(mark));
  try {
    await route(request, response, path, query);
  } catch (error) {
    if (error instanceof Problem) refuse(request, response, error);
    else if (!request.aborted) {
      console.error(error);
      refuse(request, response, new Problem(500, 'The server failed to handle this request: please report it.'));
    }
  }
}

async function route(request, response, path, query) {
  const lookingIn = path === '/status' || path === '/healthz';
  if (draining && !lookingIn && !isEvents(request, path)) throw goingDown();
  if (!ready && path === '/readyz') throw goingDown();
  if (['/messages', '/msgs', '/history'].includes(path)) sameOrigin(request);
  const found = path.startsWith('/messages/') ? log.find(path.slice('/messages/'.length)) : undefined;
  if (path === '/messages' || path === '/msgs') {
    allow(request, 'GET', 'HEAD', 'POST');
    if (request.method === 'POST') await post(request, response);
    else open(request, response, plain(path === '/msgs' ? 'msg' : 'messages'), query);
  } else if (path === '/history') {
    readOnly(request);
    reply(request, response, 200, 'application/json', history(request, query));
  } else if (found) {
    readOnly(request);
    reply(request, response, 200, 'application/json', json(found));
  } else if (path === '/status') {
    readOnly(request);
    reply(request, response, 200, 'application/json', json(status()));
  } else if (path === '/healthz' || path === '/readyz') {
    readOnly(request);
    reply(request, response, 200, 'text/plain; charset=utf-8', Buffer.from('ok\n'));
  } else if (path in FILES) {
    readOnly(request);
    const [name, type] = FILES[path];
    reply(request, response, 200, `${type}; charset=utf-8`, readFileSync(`${settings.page}/${name}`), {
      'content-security-policy': CSP,
    });
  } else {
    throw new Problem(404, 'There is nothing here, or it is no longer kept.');
  }
}

const goingDown = () =>
  new Problem(503, 'The server is going down: try again in a moment.', { retryAfter: 1, reason: 'drain' });

function allow(request, ...methods) {
  if (!methods.includes(request.method)) {
    throw new Problem(405, `Use one of: ${methods.join(', ')}.`, { headers: { allow: methods.join(', ') } });
  }
}

const readOnly = (request) => allow(request, 'GET', 'HEAD');

/** An origin as it is compared: without the port that its scheme means. Undefined if it is none. */
function spelled(origin) {
  const [whole, scheme] = /^(https?):\/\/[^/@?#\s]+$/.exec(origin.toLowerCase()) ?? [];
  return whole?.replace(scheme === 'https' ? /:443$/ : /:80$/, '');
}

/** Believes the browser, which no page can make lie, and else compares origins. */
function sameOrigin({ headers }) {
  const site = headers['sec-fetch-site'];
  const foreign = site === 'cross-site' || site === 'same-site';
  const to = headers['sec-fetch-dest'];
  const link = headers['sec-fetch-mode'] === 'navigate' && (to === undefined || to === 'document');
  const { origin } = headers;
  if (site === 'same-origin' || (origin === undefined && (!foreign || link))) return;
  const here = `https://${headers[':authority'] ?? headers.host}`;
  if (origin === undefined || foreign || spelled(origin) === undefined || spelled(origin) !== spelled(here)) {
    const page = origin ?? 'of another page, which the browser does not name';
    throw new Problem(403, `The page has the origin ${page}, but the request was sent to ${here}: open the server's own page.`);
  }
}

const status = () => ({
  epoch: log.epoch,
  heartbeatMs: settings.heartbeatMs,
  streams: { open: streams.size, opened: counts.opened, refused: counts.refused, closed },
  messages: { posted: counts.posted },
  log: { first: log.id(log.first), newest: log.id(log.newest), bytes: log.bytes },
});

function history(request, query) {
  const limit = query.get('limit') ?? String(HISTORY);
  const before = query.get('before');
  const { position, reason } = before === null ? { position: log.newest + 1 } : log.resume(before);
  if (!/^[1-9][0-9]{0,2}$/.test(limit) || limit > 200 || query.getAll('limit').length > 1) {
    throw new Problem(400, 'limit must be a whole number from 1 to 200, given once.');
  }
  if (reason === 'malformed' || reason === 'new' || query.getAll('before').length > 1) {
    throw new Problem(400, 'before must be the id of a message, given once.');
  }
  if (reason === 'epoch' || reason === 'future') throw new Problem(404, 'This log has no message with that id.');
  if (reason || (position > 0 && position < log.first)) {
    throw new Problem(410, 'That message is no longer kept, and none before it is.');
  }
  limited(connectionOf(request, settings).opens, 'This connection reads the history too fast.');
  const messages = log.records(position - limit, position - 1);
  let bytes = 0;
  let from = messages.length;
  while (from > 0 && (from === messages.length || bytes < 1 << 18)) bytes += json(messages[--from]).length;
  return json({ messages: messages.slice(from), more: position - (messages.length - from) > log.first });
}

function limited(take, detail, more = 0) {
  const retryAfter = take(more);
  if (retryAfter > 0) throw new Problem(429, `${detail} Wait as Retry-After says.`, { retryAfter, reason: 'rate' });
}

// Streams.

function open(request, response, plainForm, query) {
  const form = acceptedForm(request.headers.accept, [plainForm, NDJSON, SSE]);
  const connection = connectionOf(request, settings);
  const headers = {
    'content-type': form.type,
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    vary: 'accept, origin',
  };
  if (request.method === 'HEAD') {
    response.writeHead(200, headers);
    return response.end();
  }
  try {
    admit(connection);
  } catch (problem) {
    counts.refused += 1;
    if (form !== SSE) throw problem;
    return sendAway(request, response, problem);
  }
  response.writeHead(200, headers);
  response.flushHeaders();
  request.resume(); // The body of a GET says nothing.
  const http2 = request.stream;
  const session = http2?.session;
  let reason; // The first that is given counts.
  const sink = {
    write: (bytes, done) => response.write(bytes, (error) => error || done()),
    end(bytes) {
      reason ??= 'drain';
      response.end(bytes);
    },
    abort(why = 'stalled') {
      reason ??= why;
      if (http2) http2.close(constants.NGHTTP2_STREAM_CLOSED);
      else response.destroy();
    },
    session,
  };
  const stream = new Stream(log, form, sink, settings, log.resume(request.headers['last-event-id'] ?? query.get('lastEventId')));
  counts.opened += 1;
  connection.streams += 1;
  streams.set(stream, sink);
  http2?.once('error', ({ code }) => code?.startsWith('ERR_HTTP2') && (reason ??= 'error'));
  (http2 ?? response).once('close', () => {
    streams.delete(stream);
    connection.streams -= 1;
    closed[reason ?? connection.reason ?? whyClosed(http2, session, connection)] += 1;
    if (draining && streams.size === 0) finish();
  });
}

function admit(connection) {
  if (draining) throw goingDown();
  limited(connection.opens, 'This connection opens streams too fast.');
  if (connection.streams >= settings.maxStreamsPerConnection) {
    const detail = 'This connection holds as many streams as it may: close one first.';
    throw new Problem(429, detail, { retryAfter: 1, reason: 'streams' });
  }
  if (streams.size >= settings.maxStreams) {
    const detail = 'The server holds as many streams as it may: try again later.';
    throw new Problem(503, detail, { retryAfter: 5, reason: 'server' });
  }
}

const isEvents = ({ method, headers }, path) =>
  method === 'GET' && (path === '/messages' || path === '/msgs') && acceptedForm(headers.accept, [plain('messages'), NDJSON, SSE]) === SSE;

/** Any status but 200 would end an EventSource for good. */
function sendAway(request, response, { reason, retryAfter }) {
  const bye = SSE.encode({ type: 'bye', reason, retryMs: retryMs() + 1_000 * (retryAfter - 1) });
  reply(request, response, 200, SSE.type, bye, { 'retry-after': retryAfter });
}

function whyClosed(http2, session, connection) {
  if (!http2 || session.destroyed || session.socket.destroyed) return connection.leaving ? 'goaway' : 'tcp';
  return http2.rstCode === constants.NGHTTP2_CANCEL ? 'client' : 'error';
}

const sweepMs = Math.max(10, Math.min(settings.heartbeatMs, settings.stallMs, 2_500) / 10);
setInterval(() => {
  const now = performance.now();
  for (const [stream, { session }] of streams) if (stream.tick(now) > 200 && looksDead(session)) session.destroy();
}, sweepMs).unref();

// Messages.

async function post(request, response) {
  const { posts } = connectionOf(request, settings);
  limited(posts, 'This connection posts too fast.');
  onlyJson(request.rawHeaders);
  const key = onlyKey(request.rawHeaders);
  const bytes = await body(request);
  if (bytes.length > POST_BYTES) limited(posts, 'This connection posts too fast.', Math.ceil(bytes.length / POST_BYTES) - 1);
  const { user, text } = message(bytes);
  forgetKeys();
  const known = keys.get(key);
  if (known && (known.record.user !== user || known.record.text !== text)) {
    throw new Problem(422, 'This Idempotency-Key was used for another message: take a new key.');
  }
  const record = known?.record ?? log.append({ user, text });
  if (key !== undefined && !known) keys.set(key, { record, until: performance.now() + settings.idempotencyMs });
  reply(request, response, 201, 'application/json', json(record), { location: `/messages/${record.id}` });
  if (!known) {
    counts.posted += 1;
    for (const stream of streams.keys()) stream.wake();
  }
}

/** Of the keys as many are remembered as messages are kept. A message that is gone takes its key along. */
function forgetKeys() {
  for (const [key, { record, until }] of keys) {
    const kept = until > performance.now() && log.find(record.id);
    if (kept && keys.size <= settings.retainMessages) return;
    keys.delete(key);
  }
}

function body(request) {
  const declared = request.headers['content-length'];
  const tooLarge = () => new Problem(413, `The body is larger than ${MAX_BODY_BYTES} bytes: send less.`);
  if (declared !== undefined && !/^\d+$/.test(declared)) throw new Problem(400, 'The Content-Length is not a number.');
  if (Number(declared) > MAX_BODY_BYTES) throw tooLarge();
  return new Promise((resolve, reject) => {
    const parts = [];
    let size = 0;
    const settle = (how) => (value) => {
      clearTimeout(timer);
      bodies.delete(giveUp);
      how(value);
    };
    const giveUp = settle(reject);
    const timer = setTimeout(giveUp, settings.bodyMs, new Problem(408, `The body did not arrive within ${settings.bodyMs} ms.`));
    bodies.add(giveUp);
    request.on('data', (part) => {
      size += part.length;
      if (size <= MAX_BODY_BYTES) parts.push(part);
      else giveUp(tooLarge());
    });
    request.once('end', () => settle(resolve)(Buffer.concat(parts)));
    request.once('aborted', giveUp);
    request.once('error', giveUp);
  });
}

// Answers.

function refuse(request, response, { status, title, message: detail, errors, headers }) {
  const problem = { type: 'about:blank', title, status, detail, ...(errors && { errors }) };
  reply(request, response, status, 'application/problem+json', json(problem), headers);
}

function reply(request, response, status, type, bytes, headers = {}) {
  const http2 = request.stream;
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(!http2 && !request.complete && { connection: 'close' }),
    ...headers,
  });
  response.end(bytes);
  request.resume();
  // An answer may come before its request is whole: the rest is dropped for a second, and then stopped (RFC 9113, 8.1).
  if (http2 && !http2.endAfterHeaders && !request.complete) {
    setTimeout(() => http2.destroyed || http2.close(constants.NGHTTP2_NO_ERROR), Math.min(1_000, settings.bodyMs)).unref();
  }
}

// Life.

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** The first signal lets load balancers look elsewhere and then drains; the second one ends the process. */
function told(signal) {
  if (!ready) process.exit(SIGNALS[signal]);
  ready = false;
  if (settings.drainDelayMs > 0) setTimeout(drain, settings.drainDelayMs);
  else drain();
}

function drain() {
  draining = true;
  setTimeout(finish, settings.drainMs);
  for (const giveUp of bodies) giveUp(goingDown());
  for (const stream of streams.keys()) stream.sayGoodbye();
  if (streams.size === 0) finish();
}

/** Ends what has not ended, says GOAWAY on each connection, and goes. */
function finish() {
  for (const { abort } of streams.values()) abort('drain');
  for (const session of sessions) session.close();
  const gone = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  Promise.all(gone).then(() => process.exit(0));
  setTimeout(() => process.exit(0), 500);
}

/** A file without which the server does not start. */
function read(name, path) {
  try {
    return readFileSync(path);
  } catch (error) {
    console.error(`${name}=${path} cannot be read (${error.code}): start in the project's folder after make certs, or name the file.`);
    process.exit(2);
  }
}

/** A server for each address of the host's name, all on one port. */
async function listen() {
  const servers = [];
  let { port } = settings;
  for (const { address } of await lookup(settings.host, { all: true })) {
    const server = createSecureServer({
      cert: read('PUSH_CERT', settings.cert),
      key: read('PUSH_KEY', settings.key),
      allowHTTP1: true,
      handshakeTimeout: settings.bodyMs,
      settings: { maxConcurrentStreams: settings.maxStreamsPerConnection + 28 },
    });
    server.on('session', (session) => {
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
      watch(session, settings);
    });
    server.on('request', handle);
    server.on('tlsClientError', (error, socket) => socket.destroy());
    server.on('secureConnection', (socket) => awaitFirstWord(socket, settings));
    server.listen(port, address);
    await once(server, 'listening');
    port = server.address().port;
    servers.push(server);
  }
  console.log(`Serving https://localhost:${port}/`);
  return servers;
}

for (const signal of Object.keys(SIGNALS)) process.on(signal, told);
const servers = await listen();
