/** The form: what is typed, what is wrong with it, and under which field that is said. */

import { $, make, remember } from './dom.js';

const MAX_USER = 64; // code points, as the server counts them
const MAX_TEXT = 4_096;

/** Statuses that are about the page's address, or a proxy before the server, and not about what was typed. */
const BARRED = [401, 403, 404, 405, 407];

const [user, text] = [$('user'), $('text')];
const FIELDS = { '#/user': user, '#/text': text };

/**
 * What a paste brings along and the server refuses. Word breaks a line with a vertical tab and a page with a form feed;
 * other control characters show as nothing, so that a person could not find and remove them.
 */
function clean(words) {
  const breaks = words.replace(/\r\n?|[\v\f\u0085]/g, '\n').replace(/[\0-\x08\x0e-\x1f\x7f-\x9f]/g, '');
  return breaks.toWellFormed?.() ?? breaks;
}

function complain(field, words) {
  $(`${field.id}-says`).textContent = words;
  if (words === '') field.removeAttribute('aria-invalid');
  else field.setAttribute('aria-invalid', 'true');
}

const isFaulty = (field) => field.getAttribute('aria-invalid') === 'true';

function focusOnFault() {
  [user, text].find(isFaulty)?.focus();
}

function fits(field, max, whenEmpty) {
  const length = [...field.value].length; // Code points: an emoji is one character here, not two.
  const tooLong = `That is ${length} characters; up to ${max} fit. Please shorten it by ${length - max}.`;
  complain(field, field.value.trim() === '' ? whenEmpty : length > max ? tooLong : '');
  return !isFaulty(field);
}

/**
 * Says above the form that no message will be taken, or no longer says so. The stream goes on and its light is green, so
 * only a refused message can tell; which message it was is no matter.
 */
export function showBarred(problem) {
  if (!BARRED.includes(problem?.status)) return $('barred').replaceChildren();
  $('barred').replaceChildren(
    make('p', {}, `You can read here, but not send: the server takes no messages from pages at ${location.origin}.`),
    make('p', {}, `Please tell its operator: ${problem.detail}`),
  );
}

/** Takes back what the server refused, and says why where the fault is. */
export function giveBack({ text: words, problem }) {
  text.value = text.value === '' ? words : `${words}\n${text.value}`;
  if (BARRED.includes(problem.status)) return;
  const faults = (problem.errors ?? []).filter(({ pointer }) => pointer in FIELDS);
  for (const { pointer, detail } of faults) complain(FIELDS[pointer], inWords(detail));
  if (faults.length === 0) complain(text, problem.detail);
  focusOnFault();
}

function inWords(detail) {
  const sentence = detail.replace(/^user /, 'The name ').replace(/^text /, 'The message ');
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** `send(user, text)` is called with what fits. */
export function startForm(send) {
  function submit() {
    user.value = clean(user.value).replace(/\s+/g, ' ').trim();
    text.value = clean(text.value);
    const textFits = fits(text, MAX_TEXT, 'Write something first.');
    const userFits = fits(user, MAX_USER, 'Please say who you are.');
    if (!textFits || !userFits) return focusOnFault();
    remember('user', user.value);
    send(user.value, text.value);
    text.value = '';
    text.focus();
  }

  $('form').addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener('keydown', (event) => {
    const isComposing = event.isComposing || event.keyCode === 229; // Safari ends the composition first.
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return; // Enter also ends a composed word.
    event.preventDefault();
    if (!event.repeat) submit();
  });
  for (const field of [user, text]) field.addEventListener('input', () => complain(field, ''));
  user.value = remember('user') ?? '';
}
