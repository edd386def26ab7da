/** Puts the page together: what stream.js reports is drawn, what is typed goes to outbox.js. */

import { $ } from './dom.js';
import { giveBack, showBarred, startForm } from './form.js';
import { onJump } from './jump.js';
import { showState } from './light.js';
import { addMessage, endSection, goToEnd, newest } from './list.js';
import { followList } from './older.js';
import { Outbox } from './outbox.js';
import { forgetSent, settle, showPending } from './pending.js';
import { Connection } from './stream.js';
import { addChunk, addNote } from './strip.js';

const outbox = new Outbox('messages', (entry) => {
  showPending(entry);
  if (entry.state === 'sent') settle(newest()?.id);
  if (entry.state === 'refused') giveBack(entry);
  if (/sent|refused/.test(entry.state)) showBarred(entry.problem);
});

const connection = new Connection('messages', {
  state(state) {
    showState(state);
    if (state.name === 'live') outbox.hurry();
    if (state.name === 'connecting') addNote(`GET messages${connection.lastId ? ` after ${connection.lastId}` : ''}`);
    if (state.name === 'waiting') addNote(state.why);
  },
  message: addMessage,
  forget(reason) {
    endSection(reason);
    forgetSent();
  },
  chunk: addChunk,
});

followList(() => settle(newest()?.id));
startForm((user, text) => {
  outbox.send(user, text);
  goToEnd();
});

const hurry = () => [connection, outbox].forEach((each) => each.hurry());

$('retry').addEventListener('click', hurry);
onJump(() => {
  connection.drop('asleep');
  hurry();
});
addEventListener('online', hurry);
// The stream may be well all the same (a server on this machine is); only another attempt can tell.
addEventListener('offline', () => connection.drop('the browser went offline'));
addEventListener('visibilitychange', () => document.visibilityState === 'visible' && connection.hurry());
// A browser may keep a page that was left, and its stream with it, because its user may come back.
addEventListener('pagehide', () => connection.drop('the page was left'));
addEventListener('pageshow', (event) => event.persisted && connection.hurry());
addEventListener('beforeunload', (event) => outbox.isEmpty || event.preventDefault());

// A keyboard on the screen covers the page in some browsers, and the form with it.
visualViewport?.addEventListener('resize', () => {
  const isZoomed = visualViewport.scale > 1;
  document.body.style.setProperty('--height', isZoomed ? '' : `${visualViewport.height}px`);
});

connection.run();
