/** Loads older messages when the user scrolls up to where the list begins, and says where the history ends. */

import { $, make, setText } from './dom.js';
import { observe, oldest, prepend } from './list.js';

const PAGE = 100;
const ANSWER_WITHIN_MS = 10_000;
const AHEAD = '400px 0px 0px'; // Before it is in sight, so that reading does not stop there.

const again = make('button', { type: 'button', textContent: 'Try again', hidden: true });
const words = make('span', {});
const mark = make('p', { className: 'older' }, words, again);
const observer = new IntersectionObserver(look, { root: $('log'), rootMargin: AHEAD });

let section;
let state = 'new'; // new, watching or ended
let isLoading = false;

/** Follows the list: its present section begins with the mark. `drawn()` is passed on. */
export function followList(drawn) {
  observe({
    drawn() {
      drawn();
      if (state === 'new' && oldest() !== undefined) watch();
    },
    changed(present, hasLostRows) {
      if (present !== section) present.before(mark);
      else if (!hasLostRows || state === 'watching') return;
      section = present;
      begin();
    },
  });
}

function begin() {
  state = 'new';
  observer.unobserve(mark);
  say('');
}

function watch() {
  if (oldest().id.endsWith('-1')) return end();
  state = 'watching';
  observer.observe(mark); // Which tells of the present, too.
}

function end() {
  state = 'ended';
  const isFirst = oldest().id.endsWith('-1');
  const isUnderNote = mark.previousElementSibling !== null; // Which has said it.
  say(!isFirst ? 'Older messages are no longer kept.' : isUnderNote ? '' : 'This is where the history begins.');
}

function say(sentence, canRetry = false) {
  setText(words, sentence);
  again.hidden = !canRetry;
}

function look(entries) {
  if (entries.at(-1).isIntersecting) load();
}

async function load() {
  if (isLoading || oldest() === undefined) return;
  isLoading = true;
  const [asked, { id }] = [section, oldest()];
  say('Loading older messages…');
  observer.unobserve(mark);
  try {
    const response = await fetch(`history?before=${encodeURIComponent(id)}&limit=${PAGE}`, {
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const isGone = response.status === 404 || response.status === 410;
    if (!response.ok && !isGone) throw new Error(`status ${response.status}`);
    const { messages, more } = isGone ? { messages: [], more: false } : await response.json();
    if (asked !== section || oldest().id !== id) return begin(); // The list has changed meanwhile.
    prepend(messages);
    say('');
    if (more) watch();
    else end();
  } catch {
    if (asked === section) say('Older messages could not be loaded. ', true);
  } finally {
    isLoading = false;
  }
}

again.addEventListener('click', load);
