const $ = (id) => document.getElementById(id);

/** Reads one stream to its end. */
async function listen() {
  const response = await fetch('/messages', { headers: { accept: 'application/x-ndjson' } });
  show('🟢 live');
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const line of new TextDecoder().decode(value).trim().split('\n')) hear(JSON.parse(line));
  }
}

function hear(record) {
  if (record.type === 'start') {
    $('messages').replaceChildren();
  } else if (record.type === 'message') {
    draw(record);
  }
}

function draw({ user, text }) {
  const row = document.createElement('li');
  row.innerHTML = `<span class="user">${user}</span> <span class="text">${text}</span>`;
  $('messages').append(row);
}

function show(status) {
  if ($('status').textContent !== status) $('status').textContent = status;
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
  await listen().catch(() => show('🔴 lost'));
}
