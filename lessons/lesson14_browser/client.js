const FIRST_RECORD_MS = 10_000;
const FIRST_CAP_MS = 1_000;
const LAST_CAP_MS = 30_000;
const KEEP_ROWS = 2_000; // A page may stay open for days.

const $ = (id) => document.getElementById(id);

let lastId; // Of the newest message that is on the page; a server finds by it what is missing.
let heartbeatMs = 15_000;
let failures = 0; // Since the last sign of life.

/** Turns chunks into records: a chunk is what the network had at hand, a record ends at a newline. */
async function* records(reader) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return; // The rest is no record; whoever resumes gets it whole.
    // The decoder keeps the bytes of a character that is not whole yet, the rest keeps the text of such a line.
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Reads one stream to its end, whatever end that is. Always throws, for there is no good one. */
async function listen() {
  const abort = new AbortController();
  let watchdog;
  const expectWithin = (ms) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => abort.abort(new Error('silence')), ms);
  };
  expectWithin(FIRST_RECORD_MS);
  try {
    const headers = { accept: 'application/x-ndjson' };
    if (lastId) headers['last-event-id'] = lastId;
    const response = await fetch('/messages', { headers, cache: 'no-store', signal: abort.signal });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    const end = new Error('the stream ended');
    for await (const record of records(response.body.getReader())) {
      hear(record);
      if (record.type === 'bye') end.retryMs = record.retryMs;
      failures = 0;
      expectWithin(2.5 * heartbeatMs);
      show('🟢 live');
    }
    throw end;
  } finally {
    clearTimeout(watchdog);
    abort.abort(); // Nothing may go on reading behind our back.
  }
}

/** What a record says; of a type that we do not know nothing, but it is a sign of life. */
function hear(record) {
  if (record.type === 'start') {
    heartbeatMs = record.heartbeatMs;
    if (!record.resumed) {
      lastId = undefined;
      $('messages').replaceChildren();
    }
  } else if (record.type === 'message') {
    draw(record);
    lastId = record.id; // Only now: what was not drawn must come again.
  }
}

/** Whatever came from outside goes in as text, never as markup. */
function draw({ user, text }) {
  const row = document.createElement('li');
  for (const [className, words] of Object.entries({ user, text })) {
    const span = document.createElement('span');
    span.className = className;
    span.textContent = words;
    row.append(span, ' ');
  }
  $('messages').append(row);
  if ($('messages').childElementCount > KEEP_ROWS) $('messages').firstElementChild.remove();
}

function show(status) {
  if ($('status').textContent !== status) $('status').textContent = status;
}

/** How long to stay away: as the server has asked, or a random part of a cap that doubles with each failure. */
function waitMs({ retryMs }) {
  return retryMs ?? Math.random() * Math.min(FIRST_CAP_MS * 2 ** failures++, LAST_CAP_MS);
}

$('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const [user, text] = [$('user').value, $('text').value];
  $('text').value = '';
  $('problem').textContent = '';
  try {
    // The key is for the browser: it repeats a POST by itself when the connection dies before the answer.
    const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
    const response = await fetch('/messages', { method: 'POST', headers, body: JSON.stringify({ user, text }) });
    if (response.status !== 201) throw new Error((await response.json()).detail);
  } catch (error) {
    $('problem').textContent = `Not sent: ${error.message}`;
    $('text').value ||= text;
  }
});

for (;;) {
  const end = await listen().catch((error) => error);
  show(`🔴 ${end.message}`);
  await new Promise((resolve) => setTimeout(resolve, waitMs(end)));
}
