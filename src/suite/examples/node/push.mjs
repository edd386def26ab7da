// The pattern, without HTTP: one log that everybody reads, and streams that each keep only their position in it.
import { randomBytes, randomInt } from 'node:crypto';

export const HISTORY = 50;
const BATCH_BYTES = 16_384;
const FIRST_PIECE_BYTES = 8;
const ID = /^([0-9a-z]{1,32})-(0|[1-9][0-9]{0,17})$/;

export const json = (record) => Buffer.from(JSON.stringify(record));
const line = (record) => Buffer.from(JSON.stringify(record) + '\n');
const event = ({ type, id }, retryMs, record) =>
  Buffer.from(
    (retryMs ? `retry: ${retryMs}\n` : '') +
      (type === 'message' ? '' : `event: ${type}\n`) +
      (type === 'message' || type === 'start' ? `id: ${id}\n` : '') +
      `data: ${JSON.stringify(record)}\n\n`,
  );
export const retryMs = () => randomInt(1_000, 5_001);

/** The forms of a stream. A plain one has a key, under which its snapshots list the newest messages. */
export const NDJSON = { type: 'application/x-ndjson', name: 'ndjson', encode: line };
export const SSE = {
  type: 'text/event-stream',
  name: 'sse',
  encode: (record) => event(record, ['start', 'bye'].includes(record.type) ? (record.retryMs ?? retryMs()) : 0, record),
};
export const plain = (key) => ({ type: 'text/plain; charset=utf-8', key });

/** Messages in the one order that holds for everybody: the newest, as many as the settings allow. */
export class Log {
  epoch = Date.now().toString(36) + randomBytes(3).toString('hex');
  first = 1;
  newest = 0;
  bytes = 0;
  #messages = new Map(); // By sequence: each as an object and in the bytes of both forms.
  #batches = new Map(); // What streams at the same position write next. Good until the next message.
  #most;

  constructor(most) {
    this.#most = most;
  }

  id = (sequence) => `${this.epoch}-${sequence}`;

  append({ user, text }) {
    const record = { type: 'message', id: this.id(++this.newest), user, text, time: Date.now() };
    const message = { record, ndjson: line(record), sse: SSE.encode(record) };
    this.#messages.set(this.newest, message);
    this.bytes += message.sse.length;
    while (this.#messages.size > this.#most.messages || (this.bytes > this.#most.bytes && this.first < this.newest)) {
      this.bytes -= this.#messages.get(this.first).sse.length;
      this.#messages.delete(this.first++);
    }
    this.#batches.clear();
    return record;
  }

  /** The record with this id, or undefined. */
  find(id) {
    const [, epoch, sequence] = ID.exec(id) ?? [];
    return epoch === this.epoch ? this.#messages.get(Number(sequence))?.record : undefined;
  }

  /** Where a client's last id leads: the position to go on from, and the reason if not everything that follows is there. */
  resume(lastId) {
    const [, epoch, digits] = ID.exec(lastId ?? '') ?? [];
    const sequence = Number(digits);
    const reason = !lastId ? 'new'
      : !epoch ? 'malformed'
      : epoch !== this.epoch ? 'epoch'
      : sequence > this.newest ? 'future'
      : sequence < this.first - 1 ? 'evicted'
      : undefined;
    return reason ? { reason, position: this.historyPosition() } : { position: sequence };
  }

  historyPosition() {
    return Math.max(this.first - 1, this.newest - HISTORY);
  }

  /** The records from one sequence to another, oldest first. */
  records(from, to) {
    const found = [];
    for (let sequence = Math.max(from, this.first); sequence <= to; sequence++) {
      found.push(this.#messages.get(sequence).record);
    }
    return found;
  }

  snapshot(key) {
    return this.#once(key, () => {
      const newest = this.records(this.historyPosition() + 1, this.newest).reverse();
      return { bytes: line({ [key]: newest.map(({ user, text, time }) => ({ user, text, time })) }), to: this.newest };
    });
  }

  /** What follows a position: about 16 kB of whole records, gathered once for all streams that stand there. */
  batch(form, position) {
    return this.#once(form.name + position, () => {
      const parts = [];
      let to = position;
      for (let size = 0; to < this.newest && size < BATCH_BYTES; size += parts.at(-1).length) {
        parts.push(this.#messages.get(++to)[form.name]);
      }
      return { bytes: parts.length === 1 ? parts[0] : Buffer.concat(parts), to };
    });
  }

  #once(name, make) {
    if (!this.#batches.has(name)) this.#batches.set(name, make());
    return this.#batches.get(name);
  }
}

/**
 * One open response. The sink takes a piece at a time and says when it has gone out: `write(bytes, done)`, `end(bytes)`,
 * `abort()`. Whatever a client does not read stays in the log, not in a queue, and a reader that falls off the log is told.
 *
 * Node tells only that a whole piece has gone out, never how much of it. So the pieces are as small as the client is slow:
 * the first has 8 bytes; each one that goes out quickly doubles the next.
 */
export class Stream {
  #log;
  #form;
  #sink;
  #settings;
  #position;
  #rest; // Bytes that are next, whatever the log says.
  #piece = FIRST_PIECE_BYTES;
  #writing = false;
  #saysGoodbye = false;
  #since = performance.now(); // Since when nothing has gone out.

  constructor(log, form, sink, settings, { position, reason }) {
    this.#log = log;
    this.#form = form;
    this.#sink = sink;
    this.#settings = settings;
    this.#rest = form.key ? this.#snapshot() : this.#start(position, reason);
    this.wake();
  }

  #start(position, reason) {
    this.#position = position;
    const id = this.#log.id(position);
    const { heartbeatMs } = this.#settings;
    return this.#form.encode({ type: 'start', resumed: !reason, ...(reason && { reason }), id, heartbeatMs });
  }

  #snapshot() {
    const { bytes, to } = this.#log.snapshot(this.#form.key);
    this.#position = to;
    return bytes;
  }

  /** Writes what follows, unless a piece is still on its way: then its end will. */
  wake() {
    if (this.#writing) return;
    if (this.#rest.length === 0) this.#rest = this.#next();
    if (this.#rest.length > 0) {
      this.#write();
    } else if (this.#saysGoodbye) {
      this.#writing = true;
      this.#sink.end(this.#form.key ? undefined : this.#form.encode({ type: 'bye', reason: 'drain', retryMs: retryMs() }));
    }
  }

  #next() {
    if (this.#position === this.#log.newest) return Buffer.alloc(0);
    if (this.#form.key) return this.#snapshot();
    if (this.#position < this.#log.first - 1) return this.#start(this.#log.historyPosition(), 'lapped');
    const { bytes, to } = this.#log.batch(this.#form, this.#position);
    this.#position = to;
    return bytes;
  }

  #write() {
    const piece = this.#rest.subarray(0, this.#piece);
    const began = performance.now();
    this.#rest = this.#rest.subarray(piece.length);
    this.#writing = true;
    this.#since = began;
    this.#sink.write(piece, () => {
      this.#writing = false;
      this.#since = performance.now();
      const quick = this.#since - began < this.#settings.stallMs / 8;
      this.#piece = quick ? Math.min(this.#piece * 2, BATCH_BYTES) : Math.ceil(this.#piece / 2);
      this.wake();
    });
  }

  /** Looks at the clock: closes a stream that takes nothing, breaks a silence, and returns how long a piece has waited. */
  tick(now) {
    const ms = now - this.#since;
    if (this.#writing) {
      if (ms >= this.#settings.stallMs) this.#sink.abort();
      return ms;
    }
    if (ms >= this.#settings.heartbeatMs) {
      const beat = { type: 'heartbeat', id: this.#log.id(this.#log.newest) };
      this.#rest = this.#form.key ? this.#snapshot() : this.#form.encode(beat);
      this.wake();
    }
    return 0;
  }

  /** Ends the stream once it has caught up with the log. */
  sayGoodbye() {
    this.#saysGoodbye = true;
    this.wake();
  }
}
