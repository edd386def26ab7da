// The original client of this pattern, told again in Node: each chunk that comes is taken for a whole document.
// It starts server.mjs beside it on a free port, and prints what two readers, ann and bob, have seen.
//
//     node lessons/lesson00_seed/client.mjs
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const server = spawn(process.execPath, [fileURLToPath(new URL('server.mjs', import.meta.url))], {
  env: { ...process.env, PUSH_PORT: '0' },
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [url] = /https:\S+/.exec((await once(server.stdout, 'data'))[0]);
const options = { ca: readFileSync(process.env.PUSH_CERT ?? 'certs/server.crt') };
let chunks = 0;
const session = () => connect(url, options).on('error', () => {});
const poster = session();
const ann = await reader();
const bob = await reader();

/** Reads for ever. `chunks` counts what came, `parsed` what of it was JSON, `shown` is the newest state of the chat. */
async function reader() {
  const seen = { chunks: 0, parsed: 0, shown: [], texts: new Set() };
  const stream = session().request({ ':path': '/messages' }).on('error', () => {});
  stream.setEncoding('utf8').on('data', (chunk) => {
    seen.chunks++;
    chunks++;
    try {
      seen.shown = JSON.parse(chunk).messages.map(({ text }) => text);
      seen.shown.forEach((text) => seen.texts.add(text));
      seen.parsed++;
    } catch {
      // The original writes a line to the browser's console here, and its light stays green.
    }
  });
  await once(stream, 'data');
  await quiet();
  return seen;
}

async function post(body) {
  const stream = poster.request({ ':method': 'POST', ':path': '/messages' }).on('error', () => {});
  stream.resume().end(body);
  await once(stream, 'close');
}

const say = (text) => post(JSON.stringify({ user: 'cem', text }));

/** Until no chunk has come for a while, since the original gives no other sign of being done. */
async function quiet() {
  for (let before = -1; before !== chunks; await delay(300), await immediate()) before = chunks;
}

for (const text of ['one', 'two', 'three']) await say(text);
await quiet();
console.log('Three messages, posted one after the other: one, two, three.');
console.log(`  ann's screen: ${ann.shown.join(', ')}`);
console.log(`  bob's screen: ${bob.shown.join(', ')}`);

for (let i = 4; i <= 100; i++) await say(`message ${i}`);
await quiet();
console.log('97 more, one after the other.');
console.log(`  of 100 messages ann has seen ${ann.texts.size}, bob ${bob.texts.size}`);

const count = (n) => `${n} chunk${n === 1 ? '' : 's'}`;

/** What `posts` did to ann's stream: in how many chunks it came, and how many of those were a document. */
async function pieces(posts) {
  const { chunks: before, parsed } = ann;
  await Promise.all(posts);
  await quiet();
  return `ann got ${count(ann.chunks - before)}; JSON.parse took ${count(ann.parsed - parsed)} of them`;
}

console.log('50 more, all at once.');
console.log(`  ${await pieces(Array.from({ length: 50 }, (_, i) => say(`burst ${i}`)))}`);

console.log('One message of 40,000 characters.');
console.log(`  ${await pieces([say('x'.repeat(40_000))])}`);

const closed = once(server, 'exit');
await post('{"user":"cem","text":');
console.log('A POST that somebody broke off in the middle.');
console.log(`  the server's process has ended with exit code ${(await closed)[0]}`);
