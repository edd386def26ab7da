// Shows what the coach has to say. The stream only tells that something has changed; the state itself is fetched.
const $ = (id) => document.getElementById(id);
const SILENCE_MS = 15_000; // Three heartbeats.

let silence;

function light(live) {
  $('light').textContent = live ? 'live' : 'not connected: is make learn running?';
  $('light').dataset.live = live ? 'yes' : 'no';
  clearTimeout(silence);
  if (live) {
    silence = setTimeout(() => light(false), SILENCE_MS);
  }
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

function ladder(lessons) {
  $('ladder').replaceChildren(...lessons.map((lesson) => element('li', lesson.id, {
    title: lesson.title,
    'data-state': lesson.state,
    'aria-label': `${lesson.id} ${lesson.title}: ${lesson.state || 'to do'}`,
    ...(lesson.current ? { 'aria-current': 'step' } : {}),
  })));
}

function why(verdict) {
  const red = verdict.tests.find((test) => test.outcome === 'red');
  if (!red) {
    return [];
  }
  const parts = [element('h3', red.name), element('p', red.message)];
  if (red.cause) {
    parts.push(element('p', `The likely cause: ${red.cause}`));
  }
  return parts;
}

function verdict(state) {
  const given = state.verdict;
  $('verdict').dataset.colour = state.phase === 'faults' ? 'red' : given?.colour ?? '';
  $('colour').textContent = state.title;
  $('next').textContent = state.time;
  $('why').replaceChildren(...(state.phase === 'faults'
    ? state.faults.map((fault) => element('pre', fault))
    : given ? why(given) : []));
  $('figures').replaceChildren(...Object.entries(given?.figures ?? {}).map(([name, value]) => {
    const pair = document.createElement('div');
    pair.append(element('dt', name), element('dd', value));
    return pair;
  }));
  $('tests').replaceChildren(
    ...(given?.tests ?? []).map((test) => element('li', `${test.name}${test.ms ? `, ${test.ms} ms` : ''}`, { 'data-outcome': test.outcome })),
    ...(state.later ?? []).map((name) => element('li', `${name}: takes longer, and is judged now`, { 'data-outcome': 'later' })));
}

function answers(wrong) {
  $('wrong').hidden = wrong.length === 0;
  $('answers').replaceChildren(...wrong.flatMap((answer) => [
    element('dt', answer.name),
    element('dd', `${answer.why} Found by ${answer.test}.`.trim()),
  ]));
}

async function show() {
  const answer = await fetch('/state', { cache: 'no-store' });
  const state = await answer.json();
  $('lesson').textContent = state.lesson;
  document.title = `${state.title || 'judging'} · ${state.lesson}`;
  ladder(state.lessons);
  verdict(state);
  $('frames').textContent = state.frames.join('\n') || 'None yet.';
  const picture = `/picture.svg?${state.lessonId}`;
  if ($('picture').getAttribute('src') !== picture) {
    $('picture').src = picture;
  }
  answers(state.wrong);
}

function follow() {
  const stream = new EventSource('/feed/messages');
  for (const type of ['start', 'message', 'heartbeat', 'bye']) {
    stream.addEventListener(type, () => {
      light(true);
      if (type === 'start' || type === 'message') {
        show().catch(() => light(false));
      }
    });
  }
  stream.addEventListener('error', () => light(false));
}

follow();
