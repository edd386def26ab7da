/** Draws what stream.js reports. Whatever came from outside goes in as textContent, never as markup. */

import { Outbox } from '/outbox.js';
import { ahead, Connection } from '/stream.js';

const MAX_USER = 64; // code points, as the server counts them
const MAX_TEXT = 4_096;
const KEEP_MESSAGES = 2_000;
const KEEP_CHUNKS = 200;
const NAMED_PER_CHUNK = 12;

const FORGOTTEN = {
  epoch: 'The server started anew, and its log with it.',
  evicted: 'Away for too long: some messages are no longer held.',
  lapped: 'Too slow to follow: some messages are not shown.',
};

const $ = (id) => document.getElementById(id);
const [user, text] = [$('user'), $('text')];

/** An element with its text or children. */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children); // append() makes text nodes of strings.
  return element;
}

/** Appends a row and lets the oldest go, so that a page may stay open for days. */
function addRow(list, row, keep) {
  list.append(row);
  if (list.childElementCount > keep) list.firstElementChild.remove();
}

// ---- The light -----------------------------------------------------------------------------------------------

let state;

function showState({ name, why = '', ms = 0 }) {
  state = { name, until: Date.now() + ms };
  const light = name === 'live' ? '🟢' : '🔴';
  $('light').textContent = light;
  $('why').textContent = why;
  document.title = `${light} Streaming push`;
  document.body.dataset.state = name;
  showWaiting();
  if (name === 'live') outbox.hurry();
  if (name === 'connecting') addNote(`GET /messages${connection.lastId ? ` after ${connection.lastId}` : ''}`);
  if (name === 'waiting') addNote(why);
}

/** What the browser thinks of its network may name a wait; it never changes the light. */
function showWaiting() {
  const isOffline = state.name === 'waiting' && !navigator.onLine;
  const seconds = Math.max(1, Math.ceil((state.until - Date.now()) / 1_000));
  setText($('word'), isOffline ? 'offline' : state.name);
  setText($('seconds'), state.name === 'waiting' && !isOffline ? ` ${seconds} s` : '');
}

/** Writing the same text again would make a screen reader say it again. */
function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

setInterval(() => state && showWaiting(), 250);

// ---- The messages --------------------------------------------------------------------------------------------

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

function messageRow(message, when) {
  const name = make('bdi', { className: 'user', textContent: message.user });
  // The same name has the same colour everywhere.
  const hue = [...message.user].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) % 360, 7);
  name.style.setProperty('--hue', hue);
  const words = make('p', { className: 'text', dir: 'auto', textContent: message.text });
  return make('li', {}, make('p', { className: 'meta' }, name, when), words);
}

function addMessage(message) {
  const date = new Date(message.time);
  const when = make('time', { dateTime: date.toISOString(), title: date.toLocaleString() }, clock.format(date));
  addRow($('messages'), messageRow(message, when), KEEP_MESSAGES);
  settle();
}

function forget(reason) {
  const hadSome = $('messages').childElementCount > 0;
  $('messages').replaceChildren();
  if (hadSome) $('messages').append(make('li', { className: 'note' }, FORGOTTEN[reason] ?? 'The list starts anew.'));
  for (const entry of pending.keys()) if (entry.state === 'sent') removePending(entry);
}

// ---- What is on its way --------------------------------------------------------------------------------------

const pending = new Map(); // outbox entry → its row, in the order of sending

function changePending(entry) {
  if (!pending.has(entry)) {
    pending.set(entry, messageRow(entry, make('span', { className: 'progress' })));
    $('pending').append(pending.get(entry));
  }
  const progress = { sending: 'sending', waiting: 'not sent yet, will be tried again', sent: 'stored' }[entry.state];
  pending.get(entry).querySelector('.progress').textContent = progress ?? '';
  if (entry.state === 'sent') settle();
  if (entry.state === 'refused') giveBack(entry);
}

/** A stored message stays among the pending until the stream has brought it, wherever that puts it. */
function settle() {
  for (const entry of pending.keys()) {
    if (entry.state === 'sent' && !(ahead(connection.lastId, entry.id) > 0)) removePending(entry);
  }
}

function removePending(entry) {
  pending.get(entry).remove();
  pending.delete(entry);
}

function giveBack(entry) {
  removePending(entry);
  text.value = text.value === '' ? entry.text : `${entry.text}\n${text.value}`;
  const [first] = entry.problem.errors ?? [];
  const field = first?.pointer === '#/user' ? user : text;
  complain(field, first?.detail ?? entry.problem.detail);
}

// ---- The form ------------------------------------------------------------------------------------------------

function complain(field, words) {
  $(`${field.id}-says`).textContent = words;
  field.setAttribute('aria-invalid', words !== '');
  if (words !== '') field.focus();
}

function fits(field, max, whenEmpty) {
  const length = [...field.value].length; // Code points: an emoji is one character here, not two.
  const tooLong = `That is ${length} characters; up to ${max} fit. Please shorten it by ${length - max}.`;
  const blame = field.value.trim() === '' ? whenEmpty : length > max ? tooLong : '';
  complain(field, blame);
  return blame === '';
}

function send() {
  user.value = user.value.trim();
  const textFits = fits(text, MAX_TEXT, 'Write something first.');
  const userFits = fits(user, MAX_USER, 'Please say who you are.');
  if (!textFits || !userFits) return;
  remember('user', user.value);
  outbox.send(user.value, text.value);
  text.value = '';
  text.focus();
  $('log').scrollTop = 0; // See style.css: 0 is the end.
}

$('form').addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});
text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return; // Enter also ends a composed word.
  event.preventDefault();
  if (!event.repeat) send();
});
for (const field of [user, text]) field.addEventListener('input', () => complain(field, ''));

/** A browser may forbid storage; the page works without. */
function remember(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch {
    return null;
  }
}

user.value = remember('user') ?? '';

// ---- What came off the wire ----------------------------------------------------------------------------------

const exactClock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23',
});

function addChunk({ time, bytes, records, goesOn, isCut }) {
  // The epoch is the same for all, so the sequence will do.
  const names = records.slice(0, NAMED_PER_CHUNK).map(({ type, id = '' }) => `${type} ${String(id).replace(/.*-/, '')}`);
  const parts = names.map((name) => mark('record', name));
  if (records.length > parts.length) parts.push(mark('record', `and ${records.length - parts.length} more`));
  if (goesOn && records.length === 0) parts.push(mark('cut', isCut ? '… more of a record …' : '… rest of a record'));
  else if (goesOn) parts.unshift(mark('cut', '… rest of'));
  if (isCut && parts.at(-1)?.textContent !== '… more of a record …') parts.push(mark('cut', 'start of a record …'));
  const cells = [[exactClock.format(time)], [bytes.toLocaleString()], parts];
  addRow($('rows'), make('tr', {}, ...cells.map((cell) => make('td', {}, ...cell))), KEEP_CHUNKS);
}

function mark(className, words) {
  return make('span', { className }, words);
}

function addNote(words) {
  addRow($('rows'), make('tr', { className: 'note' }, make('td', { colSpan: 3 }, words)), KEEP_CHUNKS);
}

function showTape(isOpen) {
  $('tape').hidden = !isOpen;
  $('toggle').setAttribute('aria-expanded', isOpen);
  remember('wire', isOpen);
}

$('toggle').addEventListener('click', () => showTape($('tape').hidden));
if (remember('wire') === 'true') showTape(true);

// ---- Off we go -----------------------------------------------------------------------------------------------

const outbox = new Outbox('/messages', changePending);
const connection = new Connection('/messages', { state: showState, message: addMessage, forget, chunk: addChunk });

addEventListener('online', () => [connection, outbox].forEach((each) => each.hurry()));
// The stream may be well all the same (a server on this machine is); only another attempt can tell.
addEventListener('offline', () => connection.drop('the browser went offline'));
addEventListener('visibilitychange', () => document.visibilityState === 'visible' && connection.hurry());
// A browser may keep a page that was left, and its stream with it, for the case that somebody comes back.
addEventListener('pagehide', () => connection.drop('the page was left'));
addEventListener('pageshow', (event) => event.persisted && connection.hurry());
addEventListener('beforeunload', (event) => outbox.isEmpty || event.preventDefault());

connection.run();
