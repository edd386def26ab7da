// undici's fetch, with the loop that a client of NDJSON writes: come back with the last id, when told.
import { setTimeout as sleep } from 'node:timers/promises';
import { fetch } from 'undici';

let lastId;
for (;;) {
  let waitMs = 500;
  try {
    const headers = { accept: 'application/x-ndjson', ...(lastId && { 'last-event-id': lastId }) };
    const response = await fetch(process.argv[2], { headers });
    if (response.ok) {
      let rest = '';
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop();
        for (const line of lines) {
          const record = JSON.parse(line);
          if (record.type === 'message') lastId = record.id;
          if (record.type === 'bye') waitMs = record.retryMs;
          if (record.type === 'message' || record.type === 'bye') console.log(line);
        }
      }
    } else {
      console.log(JSON.stringify({ type: 'refused', status: response.status }));
      waitMs = response.headers.get('retry-after') * 1_000;
    }
  } catch {
    // The connection was refused or has ended; what came is known.
  }
  await sleep(waitMs);
}
