/** One message as a row of a list. What came from outside goes in as textContent, never as markup. */

import { make, remember } from './dom.js';

const RUN_MS = 300_000; // One author's messages stand together, unless this long a pause is between them.
const OWN_KEPT = 500;

const shortTime = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const fullDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });

/** The ids of what this browser has sent. A name proves nothing, so own messages are not known by it. */
const own = new Set(read());

function read() {
  try {
    const ids = JSON.parse(remember('own') ?? '[]');
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}

export function markOwn(id) {
  for (const each of [...read(), id]) own.add(each); // Another tab may have written, too.
  while (own.size > OWN_KEPT) own.delete(own.values().next().value);
  remember('own', JSON.stringify([...own]));
}

const isOwn = ({ id }) => id === undefined || own.has(id);

/** The same name has the same colour everywhere. */
function hueOf(name) {
  let sum = 7;
  for (const char of name) sum = (sum * 31 + char.codePointAt(0)) % 360;
  return sum;
}

// Cloned for each row, which costs a third of making its elements one by one.
const pattern = make(
  'li',
  {},
  make(
    'p',
    { className: 'meta' },
    make('bdi', { className: 'user' }),
    make('span', { className: 'you', textContent: ' (you)' }),
    make('time', { className: 'when' }),
  ),
  make('p', { className: 'text', dir: 'auto' }),
);

/** A row, with the time when the message was stored, or with `progress` if it is not yet. */
export function makeRow(message, progress) {
  const row = pattern.cloneNode(true);
  const [meta, text] = row.children;
  const [user, , when] = meta.children;
  user.textContent = message.user;
  user.style.setProperty('--hue', hueOf(message.user));
  text.textContent = message.text;
  if (progress !== undefined) {
    row.classList.add('own');
    when.replaceWith(progress);
  } else {
    const date = new Date(message.time);
    when.textContent = shortTime.format(date);
    when.dateTime = date.toISOString();
    when.title = fullTime.format(date);
  }
  return row;
}

/** Says in a row what depends on the one before it: whether it goes on with a run, and begins a day. */
export function relate(row, message, before) {
  const startsDay = before === undefined || dayOf(before) !== dayOf(message);
  const goesOn = !startsDay && before.user === message.user && isOwn(before) === isOwn(message);
  row.classList.toggle('own', isOwn(message));
  row.classList.toggle('run', goesOn && message.time - before.time < RUN_MS);
  const hasDay = row.firstElementChild.className === 'day';
  if (startsDay && !hasDay) {
    row.prepend(make('p', { className: 'day' }, make('span', {}, fullDay.format(message.time))));
  } else if (!startsDay && hasDay) {
    row.firstElementChild.remove();
  }
}

const dayOf = ({ time }) => new Date(time).toDateString();
