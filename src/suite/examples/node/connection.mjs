// Connections: what each may do, whether it lives, and why it ends.

const IDLE_MS = 60_000;
const connections = new WeakMap();

/** What is kept of a request's connection: its rates, its number of streams, and the reason why it ends. */
export function connectionOf({ stream, socket }, settings) {
  const key = stream?.session ?? socket;
  if (!connections.has(key)) {
    connections.set(key, {
      opens: bucket(settings.opensPerSecond, settings.openBurst),
      posts: bucket(settings.postsPerSecond, settings.postBurst),
      streams: 0,
      reason: undefined,
    });
  }
  return connections.get(key);
}

/** A bucket of tokens: takes one, or more and owes what is missing, and returns 0, or returns the seconds until there is one. */
function bucket(perSecond, burst) {
  let tokens = burst;
  let filled = performance.now();
  return (more = 0) => {
    if (perSecond === 0 || burst === 0) return 0;
    const now = performance.now();
    tokens = Math.min(burst, tokens + ((now - filled) * perSecond) / 1_000);
    filled = now;
    if (tokens < (more > 0 ? 0 : 1)) return Math.ceil((1 - tokens) / perSecond);
    tokens -= more > 0 ? more : 1;
    return 0;
  };
}

/** Watches an HTTP/2 connection until it ends: PING asks whether its client lives. */
export function watch(session, settings) {
  const connection = connectionOf({ stream: { session } }, settings);
  let timer;
  const end = (reason) => {
    connection.reason ??= reason;
    session.destroy();
  };
  const ping = () => {
    let answered = false;
    // If this process was the slow one, the answer waits to be read: look once more before it is missed.
    timer = setTimeout(() => setImmediate(() => answered || end('ping')), settings.pingTimeoutMs);
    session.ping(() => {
      answered = true;
      clearTimeout(timer);
      if (!session.destroyed) timer = setTimeout(ping, settings.pingMs);
    });
  };
  timer = setTimeout(ping, settings.pingMs);
  session.setTimeout(settings.bodyMs, () => connection.streams === 0 && session.close()); // Its first word,
  session.once('stream', () => session.setTimeout(IDLE_MS)); // and the words after that.
  session.on('error', ({ code }) => code?.startsWith('ERR_HTTP2') && (connection.reason ??= 'error'));
  session.once('goaway', () => (connection.leaving = true)); // Its open streams go on (RFC 9113, 6.8); Node takes no new ones.
  session.once('close', () => clearTimeout(timer));
}

/** A client that does not speak HTTP/2 has as long for its first word. */
export function awaitFirstWord(socket, settings) {
  if (socket.alpnProtocol === 'h2') return;
  const silent = setTimeout(() => socket.destroy(), settings.bodyMs);
  socket.once('data', () => clearTimeout(silent));
  socket.once('close', () => clearTimeout(silent));
}

/**
 * Whether a connection has gone though Node does not say so. When a write meets a TCP reset before a read does, Node 20 tells
 * nothing, and never looks at that socket again. What gives it away is that the socket has no peer any more. (Once it has been
 * asked while it had one, it remembers it: then PING finds out.)
 */
export const looksDead = (session) => session !== undefined && !session.destroyed && session.socket.remotePort === undefined;
