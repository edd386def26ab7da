/** The strip that shows what came off the wire: a row for each chunk. Closed, it draws nothing. */

import { $, make, oncePerFrame, remember } from './dom.js';

const KEEP = 200;
const NAMED_PER_CHUNK = 12;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23',
});

let waiting = []; // What has come since the last frame; all that is kept, while the strip is closed.

function add(each) {
  waiting.push(each);
  if (waiting.length > KEEP) waiting.shift();
  if (!$('tape').hidden) draw();
}

export const addChunk = add;

/** A note between the chunks. */
export const addNote = (words) => add({ words });

const draw = oncePerFrame(() => {
  const rows = $('rows');
  rows.append(...waiting.map((each) => (each.words === undefined ? chunkRow(each) : noteRow(each))));
  waiting = [];
  while (rows.childElementCount > KEEP) rows.firstElementChild.remove();
});

function noteRow({ words }) {
  return make('tr', { className: 'note' }, make('td', { colSpan: 3 }, words));
}

function chunkRow({ time, bytes, records, goesOn, isCut }) {
  // The epoch is the same for all, so the sequence will do.
  const names = records.slice(0, NAMED_PER_CHUNK).map(({ type, id = '' }) => `${type} ${String(id).replace(/.*-/, '')}`);
  const parts = names.map((name) => mark('record', name));
  if (records.length > parts.length) parts.push(mark('record', `and ${records.length - parts.length} more`));
  if (goesOn && records.length === 0) parts.push(mark('cut', isCut ? '… more of a record …' : '… rest of a record'));
  else if (goesOn) parts.unshift(mark('cut', '… rest of'));
  if (isCut && parts.at(-1)?.textContent !== '… more of a record …') parts.push(mark('cut', 'start of a record …'));
  const cells = [[clock.format(time)], [bytes.toLocaleString()], parts];
  return make('tr', {}, ...cells.map((cell) => make('td', {}, ...cell)));
}

function mark(className, words) {
  return make('span', { className }, words);
}

function show(isOpen) {
  $('tape').hidden = !isOpen;
  document.body.classList.toggle('has-strip', isOpen);
  $('toggle').setAttribute('aria-expanded', isOpen);
  remember('wire', isOpen);
  if (isOpen) draw();
}

$('toggle').addEventListener('click', () => show($('tape').hidden));
if (remember('wire') === 'true') show(true);
