/** What was sent and is not in the list yet. */

import { $, make } from './dom.js';
import { redraw } from './list.js';
import { makeRow, markOwn } from './row.js';
import { ahead } from './stream.js';

const PROGRESS = {
  sending: 'Sending…',
  waiting: 'Not sent yet. It goes out as soon as the server can be reached.',
  sent: 'Sent',
};

const rows = new Map(); // outbox entry → its row, in the order of sending

/** Shows what has become of an entry, as outbox.js tells it. */
export function showPending(entry) {
  if (!rows.has(entry)) {
    rows.set(entry, makeRow(entry, make('span', { className: 'progress' })));
    $('pending').append(rows.get(entry));
    showIfAny();
  }
  rows.get(entry).querySelector('.progress').textContent = PROGRESS[entry.state] ?? '';
  if (entry.state === 'sent') {
    markOwn(entry.id);
    redraw(entry.id);
  }
  if (entry.state === 'refused') remove(entry);
}

/** A stored message stays here until the list has it, wherever the stream puts it. */
export function settle(lastId) {
  for (const entry of rows.keys()) {
    if (entry.state === 'sent' && !(ahead(lastId, entry.id) > 0)) remove(entry);
  }
}

/** The list begins again: what was stored before is not going to come. */
export function forgetSent() {
  for (const entry of rows.keys()) if (entry.state === 'sent') remove(entry);
}

function remove(entry) {
  rows.get(entry).remove();
  rows.delete(entry);
  showIfAny();
}

function showIfAny() {
  document.body.classList.toggle('has-pending', rows.size > 0);
}
