/**
 * The list of messages. Messages come when they like and are drawn once a frame, so that a hundred a second cost no more
 * layouts than frames.
 *
 * `#messages` holds one section (`ol`) for each log that was followed: the last is the present one, those before it are
 * past, each with a note under it that says what happened.
 */

import { $, make, oncePerFrame } from './dom.js';
import { showUnseen } from './light.js';
import { makeRow, relate } from './row.js';

const KEEP = 2_000; // Rows, so that a page may stay open for days.
const KEEP_READING = 10_000; // The same for a user who reads further up and loads older ones.
const PER_FRAME = 60;
const NEAR_PX = 40; // So far from the end, a finger or a wheel that slipped is no wish to read further up.
const FIRST_FILL_MS = 1_000; // What comes so soon after the first record is not new, but its history.

const HAPPENED = {
  epoch: 'The server restarted. Messages above are from before; it no longer has them.',
  evicted: 'You were away for too long. Some messages between these and the next are not shown.',
  lapped: 'Messages came faster than they could be shown. Some between these and the next are not shown.',
};

const [log, list] = [$('log'), $('messages')];
const messageOf = new WeakMap();
const anchors = CSS.supports('overflow-anchor', 'auto');
const listeners = { drawn: () => {}, changed: () => {} };

let section = startSection();
let queue = []; // Messages, and {reason} where the log changed.
let rows = 0;
let unseen = 0;
let isUp = false;
let fillsUntil = Infinity;

const keep = () => (isUp ? KEEP_READING : KEEP);

function startSection() {
  const started = make('ol', {});
  list.append(started);
  return started;
}

/** `drawn()`: messages were drawn. `changed(section, hasLostRows)`: the present section is another, or was cut. */
export function observe(each) {
  Object.assign(listeners, each);
  listeners.changed(section, false);
}

export function addMessage(message) {
  queue.push(message);
  if (queue.length > keep()) queue.shift(); // No gap: all rows that are drawn by now will be trimmed.
  if ((isUp || document.hidden) && performance.now() > fillsUntil) unseen += 1;
  draw();
}

/** What came before is void, but a user may be reading it: it stays, as the past. */
export function endSection(reason) {
  if (fillsUntil === Infinity) fillsUntil = performance.now() + FIRST_FILL_MS;
  queue.push({ reason });
  draw();
}

const draw = oncePerFrame(() => {
  const height = isUp && !anchors ? log.scrollHeight : 0;
  for (const each of queue.splice(0, document.hidden ? keep() : PER_FRAME)) {
    if (each.reason === undefined) append(each);
    else divide(each.reason);
  }
  trim();
  countUnseen(unseen);
  if (!isUp && log.scrollTop !== 0) log.scrollTop = 0; // See style.css: 0 is the end.
  if (height > 0) log.scrollTop -= log.scrollHeight - height;
  document.body.classList.toggle('has-messages', rows > 0);
  listeners.drawn();
  if (queue.length > 0) draw();
});

function append(message) {
  const last = section.lastElementChild;
  const row = makeRow(message);
  messageOf.set(row, message);
  relate(row, message, last === null ? undefined : messageOf.get(last));
  section.append(row);
  rows += 1;
}

function divide(reason) {
  const words = HAPPENED[reason] ?? 'The list begins again.';
  if (section.childElementCount === 0) {
    const note = [...list.querySelectorAll('.note')].at(-1); // There is none before the first message.
    if (note !== undefined) note.textContent = words;
    return;
  }
  section.classList.add('past');
  list.append(make('p', { className: 'note' }, words));
  section = startSection();
  listeners.changed(section, false);
}

function trim() {
  let hasCut = false;
  while (rows > keep()) {
    const oldest = list.querySelector('ol');
    if (oldest.childElementCount > 0) {
      oldest.firstElementChild.remove();
      rows -= 1;
      hasCut ||= oldest === section;
    } else {
      oldest.nextElementSibling.remove(); // Its note.
      oldest.remove();
    }
  }
  if (!hasCut) return;
  const first = section.firstElementChild;
  relate(first, messageOf.get(first));
  listeners.changed(section, true);
}

/** The oldest message of the present section. */
export function oldest() {
  return section.firstElementChild === null ? undefined : messageOf.get(section.firstElementChild);
}

/** The newest message that has been drawn. */
export function newest() {
  return section.lastElementChild === null ? undefined : messageOf.get(section.lastElementChild);
}

/** Puts older messages before those of the present section. They are no news: a screen reader keeps silent. */
export function prepend(messages) {
  const fragment = document.createDocumentFragment();
  let before;
  for (const message of messages) {
    const row = makeRow(message);
    messageOf.set(row, message);
    relate(row, message, before);
    fragment.append(row);
    before = message;
  }
  list.ariaBusy = 'true';
  const next = section.firstElementChild;
  section.prepend(fragment);
  rows += messages.length;
  if (next !== null) relate(next, messageOf.get(next), before);
  requestAnimationFrame(() => setTimeout(() => (list.ariaBusy = 'false')));
}

/** A message turned out to be our own after it was drawn. */
export function redraw(id) {
  for (let row = section.lastElementChild; row !== null; row = row.previousElementSibling) {
    if (messageOf.get(row).id !== id) continue;
    for (const each of [row, row.nextElementSibling]) {
      if (each) relate(each, messageOf.get(each), messageOf.get(each.previousElementSibling));
    }
    return;
  }
}

export function goToEnd() {
  log.scrollTop = 0;
  isUp = false;
  see();
}

function countUnseen(count) {
  unseen = count;
  showUnseen(count);
  $('newer').hidden = count === 0 || !isUp;
  if (isUp && count > 0) $('newer').textContent = `↓ ${count.toLocaleString()} new`;
}

/** At the end of a list that is on the screen, all has been seen. */
function see() {
  if (!isUp && !document.hidden) countUnseen(0);
}

log.addEventListener('scroll', () => {
  isUp = log.scrollTop < -NEAR_PX;
  see();
}, { passive: true });
document.addEventListener('visibilitychange', see);
$('newer').addEventListener('click', () => {
  goToEnd();
  log.focus({ preventScroll: true });
});
