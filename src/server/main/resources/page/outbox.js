/** Posting that neither loses nor doubles a message. */

import { Backoff, End } from './stream.js';

const ANSWER_WITHIN_MS = 10_000;
/** The server remembers a key for five minutes: tried again after that, a stored message would be stored twice. */
const KEY_LIVES_MS = 270_000;
const UNKNOWN = 'This may have been sent or not. Look for it above, and send it again if it is not there.';

/** 128 random bits; crypto.randomUUID is missing where a proxy serves the page over plain http. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Posts messages one after the other, so that they keep their order, each until it is stored or refused.
 *
 * An answer that got lost looks just like a request that got lost. So every attempt carries the message's own
 * Idempotency-Key, and the server answers a repeated one without storing it again, as long as it remembers it.
 * `change(entry)`: its `state` is sending, waiting, sent (then it has an `id`) or refused (then it has a `problem`).
 */
export class Outbox {
  #url;
  #change;
  #queue = [];
  #backoff = new Backoff();

  constructor(url, change) {
    this.#url = url;
    this.#change = (entry, news) => change(Object.assign(entry, news));
  }

  get isEmpty() {
    return this.#queue.length === 0;
  }

  send(user, text) {
    const entry = { key: newKey(), user, text };
    this.#change(entry, { state: 'sending' });
    if (this.#queue.push(entry) === 1) this.#drain();
  }

  hurry() {
    this.#backoff.hurry();
  }

  async #drain() {
    while (!this.isEmpty) {
      const [entry] = this.#queue;
      const since = Date.now();
      let result;
      while ((result = await this.#post(entry)) instanceof Error) {
        await this.#backoff.wait(result, () => this.#change(entry, { state: 'waiting' }));
        if (Date.now() - since > KEY_LIVES_MS) {
          result = { state: 'refused', problem: { detail: UNKNOWN } };
          break;
        }
        this.#change(entry, { state: 'sending' });
      }
      this.#backoff.reset();
      this.#queue.shift();
      this.#change(entry, result);
    }
  }

  /** What has become of the message, or an error if it is worth another try. */
  async #post({ key, user, text }) {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ user, text }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      if (response.ok) return { state: 'sent', id: (await response.json()).id };
      if (response.status >= 500 || [408, 429].includes(response.status)) return End.refused(response);
      const { status } = response;
      const problem = { detail: `The server refused this message (status ${status}).` };
      Object.assign(problem, await response.json().catch(() => ({})), { status });
      return { state: 'refused', problem };
    } catch (error) {
      return error;
    }
  }
}
