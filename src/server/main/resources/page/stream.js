/**
 * The client's side of the streaming push: read records off a response that never ends, notice when it has
 * died all the same, and come back without loss or repeat. Nothing here touches the document; the other files draw.
 */

const FIRST_CAP_MS = 1_000;
const LAST_CAP_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000; // A timer of 25 days or more would fire immediately.
const FIRST_RECORD_MS = 10_000;
const MAX_RECORD_CHARS = 1 << 20; // Sixteen times the longest body that the server takes.
const PER_TASK = 100; // Records of one chunk, so that the browser may draw and answer its user in between.

/**
 * Turns the chunks of a ReadableStreamDefaultReader into records.
 *
 * A chunk is whatever the network had at hand: half a record, one, or fifty, cut anywhere, even inside a
 * character. So the decoder keeps the bytes of a character that is not whole yet, and `rest` keeps the text of
 * a line that is not. Bytes that are not UTF-8, a line that is not JSON and an end inside a record all throw.
 *
 * `seen` is told of each chunk, after its records: {time, bytes, records, goesOn, isCut}.
 */
export async function* records(reader, seen = () => {}) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      decoder.decode(); // Throws if the last character is not whole.
      if (rest !== '') throw new SyntaxError('the stream ended inside a record');
      return;
    }
    const chunk = { time: Date.now(), bytes: value.length, records: [], goesOn: rest !== '', isCut: false };
    try {
      // Only the new text is searched for newlines, or a long record in small chunks would cost its square.
      const lines = decoder.decode(value, { stream: true }).split('\n');
      lines[0] = rest + lines[0];
      rest = lines.pop();
      chunk.isCut = rest !== '';
      if (rest.length > MAX_RECORD_CHARS) throw new RangeError('a record does not end');
      for (const line of lines) {
        if (line.trim() === '') continue;
        const record = JSON.parse(line);
        chunk.records.push(record);
        yield record; // Immediately: a broken line must not take the good ones before it along.
        if (chunk.records.length % PER_TASK === 0) await anotherTask();
      }
    } finally {
      seen(chunk);
    }
  }
}

/** Goes on in a task of its own. A timer would do too, but a browser lets timers wait, and longer in a hidden tab. */
function anotherTask() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** How far `id` lies after `last`: 1 is the next message, 0 or less one that we have, NaN another log. */
export function ahead(last, id) {
  const [epoch, sequence] = id.split('-');
  if (last === undefined) return Number(sequence);
  const [lastEpoch, lastSequence] = last.split('-');
  return epoch === lastEpoch ? Number(sequence) - Number(lastSequence) : NaN;
}

/** Why a stream or a post came to nothing, and how long the server wants us to stay away, if it said so. */
export class End extends Error {
  constructor(why, toldMs) {
    super(why);
    this.toldMs = toldMs;
  }

  static refused(response) {
    const after = response.headers.get('retry-after');
    const ms = /^\d+$/.test(after) ? after * 1_000 : Date.parse(after) - Date.now();
    // Everybody was told the same second, so the jitter is ours to add.
    return new End(`status ${response.status}`, ms + Math.random() * FIRST_CAP_MS);
  }
}

/**
 * The waits between attempts. Each is a random part of a cap that doubles with every failure: a thousand
 * clients that lost the same server must not come back in the same moment. A wait that the server asked for
 * takes its place, and nothing shortens that.
 */
export class Backoff {
  #capMs = FIRST_CAP_MS;
  #wake = () => {};

  reset() {
    this.#capMs = FIRST_CAP_MS;
  }

  hurry() {
    this.#wake();
  }

  /** Tells `begun` how many milliseconds it will take, and whether the server asked for them; then takes them. */
  async wait({ toldMs }, begun) {
    const told = Number.isFinite(toldMs);
    const ms = told ? Math.min(Math.max(toldMs, 0), LONGEST_WAIT_MS) : Math.random() * this.#capMs;
    this.#capMs = Math.min(2 * this.#capMs, LAST_CAP_MS);
    begun(ms, told);
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
      this.#wake = told ? () => {} : resolve;
    });
  }
}

/**
 * One stream of records, kept up for ever.
 *
 * `on.state({name, why, ms, isTold})`: connecting, live, or waiting for so long and why, told so by the server or not. Live means that a record came
 * within the last two and a half heartbeats, and nothing else: an open connection alone proves nothing.
 * `on.message(record)`: each message once, in order. `on.forget(reason)`: what came before is void.
 * `on.chunk(chunk)`: see records().
 */
export class Connection {
  lastId;
  #url;
  #on;
  #backoff = new Backoff();
  #abort = new AbortController();
  #heartbeatMs = 15_000;
  #isLive = false;
  #dueAt;
  #watchdog;

  constructor(url, on) {
    this.#url = url;
    this.#on = on;
  }

  async run() {
    for (;;) {
      this.#on.state({ name: 'connecting' });
      const end = await this.#listen();
      this.#isLive = false;
      await this.#backoff.wait(end, (ms, isTold) => this.#on.state({ name: 'waiting', why: end.message, ms, isTold }));
    }
  }

  /** There is reason to hope, or a user looks: end a wait, and do not trust timers that may have slept. */
  hurry() {
    this.#backoff.hurry();
    if (this.#isLive && Date.now() > this.#dueAt) this.drop('silence');
  }

  /** Gives this stream up; the next one goes on where it ended. */
  drop(why) {
    this.#abort.abort(new End(why));
  }

  /** Reads one stream to its end, whatever end that is, and says which. */
  async #listen() {
    const abort = (this.#abort = new AbortController());
    this.#expectWithin(FIRST_RECORD_MS, 'no answer');
    try {
      const headers = { accept: 'application/x-ndjson' };
      if (this.lastId !== undefined) headers['last-event-id'] = this.lastId;
      const response = await fetch(this.#url, { headers, cache: 'no-store', signal: abort.signal });
      if (response.status !== 200) return End.refused(response);
      let end = new End('the stream ended');
      for await (const record of records(response.body.getReader(), this.#on.chunk)) {
        this.#hear(record);
        // After a bye read on: hanging up now would look like a client that left by itself.
        if (record.type === 'bye') end = new End(`the server said bye (${record.reason})`, record.retryMs);
      }
      return end;
    } catch (error) {
      return abort.signal.reason ?? new End(error.message);
    } finally {
      clearTimeout(this.#watchdog);
      abort.abort(); // Nothing may go on reading behind our back.
    }
  }

  #hear({ type, ...record }) {
    if (type === 'start') {
      if (record.heartbeatMs > 0) this.#heartbeatMs = record.heartbeatMs;
      if (!record.resumed) {
        this.lastId = undefined;
        this.#on.forget(record.reason);
      }
      if (record.id !== undefined) this.lastId = record.id; // Enough to come back with, though no message came yet.
    } else if (type === 'message') {
      const step = this.lastId === undefined ? 1 : ahead(this.lastId, record.id);
      if (!(step <= 1)) throw new End('a message is missing');
      if (step === 1) {
        this.lastId = record.id;
        this.#on.message(record);
      }
    } else if (type === 'heartbeat') {
      if (!(ahead(this.lastId, record.id) <= 0)) throw new End('a message is missing');
    } // Of any other type we know nothing, but it is a sign of life.
    this.#backoff.reset();
    this.#expectWithin(2.5 * this.#heartbeatMs, 'silence');
    if (!this.#isLive) this.#on.state({ name: 'live' });
    this.#isLive = true;
  }

  #expectWithin(ms, otherwise) {
    clearTimeout(this.#watchdog);
    this.#dueAt = Date.now() + ms;
    this.#watchdog = setTimeout(() => this.drop(otherwise), ms);
  }
}
