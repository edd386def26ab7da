/** The light, the sentence beside it, and the title of the tab. */

import { $, setText } from './dom.js';

const TITLE = 'Streaming push';

/** What stream.js calls each end, in a person's words. */
const SENTENCES = [
  [/fetch|load failed/i, 'The server cannot be reached.'],
  [/^silence/, 'The server has gone silent.'],
  [/^no answer/, 'The server does not answer.'],
  [/^the server said bye \(drain\)/, 'The server is restarting.'],
  [/^the server said bye/, 'The server is busy.'],
  [/^status 429/, 'The server is busy.'],
  [/^status 503/, 'The server is busy or restarting.'],
  [/^status 5/, 'The server has a problem.'],
  [/^status/, 'The server refuses this page.'],
  [/^a message is missing/, 'A message got lost on the way.'],
  [/^asleep/, 'This device was asleep.'],
  [/offline/, 'You are offline.'],
];

let state;
let unseen = 0;

/** Shows a state of the connection: `isTold` if the server asked for the wait, which nothing shortens. */
export function showState({ name, why = '', ms = 0, isTold = false }) {
  state = { name, until: Date.now() + ms, why, sentence: sentence(name, why) };
  $('light').textContent = name === 'live' ? '🟢' : '🔴';
  $('retry').hidden = name !== 'waiting' || isTold;
  showWaiting();
  showTitle();
  document.body.dataset.state = name;
}

function sentence(name, why) {
  if (name !== 'waiting') return '';
  return SENTENCES.find(([pattern]) => pattern.test(why))?.[1] ?? 'The connection was lost.';
}

/** What the browser thinks of its network may name a wait; it never changes the light. */
function showWaiting() {
  const isWaiting = state.name === 'waiting';
  const isOffline = isWaiting && !navigator.onLine;
  const seconds = Math.max(1, Math.ceil((state.until - Date.now()) / 1_000));
  setText($('word'), { live: 'live', connecting: 'Connecting…', waiting: '' }[state.name]);
  setText($('why'), isOffline ? 'You are offline.' : state.sentence);
  setText($('seconds'), isWaiting && !isOffline ? ` Trying again in ${seconds} s.` : '');
  $('status').title = state.why;
}

/** How many messages have come that were not seen; a tab in the background says it in its title. */
export function showUnseen(count) {
  unseen = count;
  showTitle();
}

function showTitle() {
  const count = unseen > 0 && document.hidden ? `(${unseen}) ` : '';
  const title = `${count}${$('light').textContent} ${TITLE}`;
  if (document.title !== title) document.title = title;
}

document.addEventListener('visibilitychange', showTitle);
setInterval(() => state && showWaiting(), 250);
