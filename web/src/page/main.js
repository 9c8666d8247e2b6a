/** The page: asks, shows the list, and keeps both in step with what the visitor does. */
import { connect, installWorker, takeNewerBuild } from './client.js';
import { dataPanel, profileFacts } from './data.js';
import { dock } from './dock.js';
import { byId, h } from './dom.js';
import { takeBack } from './events.js';
import { label, plural } from './format.js';
import { BASE, frame, linkTo, pagesFor, reveal, say, warn, whenIdle } from './frame.js';
import { icon } from './icons.js';
import { RankedList } from './list.js';
import { tunePanel } from './panels.js';
import { recall, remember } from './settings.js';
import { emptyState, failedState } from './states.js';
import { stepView, stepsOf } from './steps.js';

/**
 * @typedef {import('./steps.js').Answers} Answers
 * @typedef {import('./cards.js').Item} Item
 */

const LIST = 10;

/** @type {import('./client.js').Client} */
let client;
/** @type {any} what GET /api/v1/onboarding said */
let questions;
/** @type {Answers} */
let answers = {};
/** @type {import('./panels.js').Knobs} */
let knobs = {};
/** @type {RankedList|null} */
let list = null;
/** @type {{panel: HTMLElement, refresh: (me: any) => void}|null} */
let mine = null;

/**
 * Put a view in place and, after the first one, the focus on its heading.
 * @param {Node} content
 * @param {string} name
 * @param {boolean} [focus]
 */
function show(content, name, focus = true) {
  list?.close();
  list = null;
  mine = null;
  reveal(content, name, questions?.name, focus);
}

// --- the questions ------------------------------------------------------------

/** @param {number} at @param {{error?: string|null, focus?: boolean, back?: boolean}} [more] */
function ask(at, { error = null, focus = true, back = false } = {}) {
  const steps = stepsOf(questions.dimensions);
  const count = `${Math.min(LIST, questions.items)} of ${questions.items.toLocaleString('en')}`;
  const intro = `${steps.length} short questions, then ${count} ${questions.name.replace(/-/g, ' ')}, ranked for you.`;
  const cancel = back ? () => void refresh({ focus: true }) : null;
  show(
    stepView({
      steps,
      at,
      answers,
      intro,
      error,
      cancel,
      go: (next) => ask(next, { back }),
      finish: () => finish(steps),
    }),
    'steps',
    focus,
  );
}

/** @param {import('./steps.js').Step[]} steps */
async function finish(steps) {
  try {
    await refresh({ focus: true, send: true });
  } catch (cause) {
    const field = /** @type {any} */ (cause).field;
    const at = steps.findIndex((step) => step.input === field);
    if (at < 0) fail(cause);
    else ask(at, { error: /** @type {Error} */ (cause).message });
  }
}

/** What the core is asked: the answers, the sliders, and how many. */
function request() {
  const given = Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== null && value !== ''));
  return { ...given, n: LIST, knobs };
}

// --- the list ------------------------------------------------------------

/**
 * Ask for the list and show it. Only new answers and moved sliders are sent; otherwise nothing is written, so two tabs
 * that follow each other come to rest.
 * @param {{focus?: boolean, send?: boolean}} [how]
 */
async function refresh({ focus = false, send = false } = {}) {
  const response =
    send || Object.keys(knobs).length > 0
      ? await client.request('POST', '/api/v1/onboarding', request())
      : await client.request('GET', `/api/v1/workouts/recommendations?n=${LIST}`);
  const items = /** @type {Item[]} */ (response.recommendations);
  if (items.length === 0) {
    show(emptyState(response.reason, { edit: () => ask(0), forget }), 'empty', focus || list !== null);
    return;
  }
  if (!list) openList(response, focus);
  list?.show(items);
  byId('summary').textContent = summary(response);
  const me = await client.request('GET', '/api/v1/me');
  list?.remember(me.events ?? []);
  mine?.refresh(me);
}

/** @param {any} response */
function summary({ returned, requested, mode }) {
  const some = returned < requested ? ` Only ${plural(returned, 'item')} fit.` : '';
  return (
    (mode === 'returning'
      ? 'Ranked by people like you and by what you did here.'
      : 'Ranked by what people like you finish and like.') + some
  );
}

function profile() {
  const texts = questions.dimensions.flatMap((/** @type {any} */ dimension) =>
    [answers[dimension.input] ?? []].flat().map((value) => label(String(value))),
  );
  return h(
    'p',
    { class: 'profile' },
    texts.map((/** @type {string} */ text) => h('span', { class: 'chip' }, text)),
    h(
      'button',
      { class: 'text-button', type: 'button', onclick: () => ask(0, { back: true }) },
      icon('person'),
      h('span', {}, 'Change answers'),
    ),
  );
}

/** @param {any} response @param {boolean} focus */
function openList(response, focus) {
  const item = questions.dimensions.find((/** @type {any} */ dimension) => dimension.side === 'item');
  const ranked = new RankedList({ typeColumn: item?.column ?? item?.name ?? null, act }, say);
  const dated = response.recommendations.some((/** @type {Item} */ one) => one.explain.freshness?.days_old != null);
  const tune = tunePanel({ knobs, defaults: { mmr: 0.5, freshness: 0.01, ...questions.knobs }, dated, change: tuned });
  const data = dataPanel({
    me: () => client.request('GET', '/api/v1/me'),
    restore,
    forget,
    lasting: client.lasting,
    say,
    describe: profileFacts,
  });
  show(
    h(
      'div',
      { class: 'results' },
      h(
        'div',
        { class: 'results-head' },
        h('h1', { class: 'results-title', id: 'heading', tabindex: '-1' }, `Your top ${response.returned}`),
        h('p', { class: 'summary', id: 'summary' }, summary(response)),
        profile(),
      ),
      ranked.element,
      h('div', { class: 'rail' }, tune, data.panel),
    ),
    'list',
    focus,
  );
  list = ranked;
  mine = data;
  dock(
    [
      { panel: tune, name: 'Tune', symbol: 'tune' },
      { panel: data.panel, name: 'My data', symbol: 'shield' },
    ],
    { name: 'Answers', symbol: 'person', act: () => ask(0, { back: true }) },
  );
  whenIdle(() => void client.prefetch());
}

/**
 * Like, dislike or done; a second press takes it back.
 * @param {import('./cards.js').Action} action
 * @param {Item} item
 * @param {import('./cards.js').Card} card
 */
async function act(action, item, card) {
  const before = card.done;
  card.mark(before === action ? null : action);
  try {
    if (before) await takeBack(client, before, item.id);
    if (before !== action) await client.request('POST', '/api/v1/events', { type: action, item: item.id });
    await refresh();
  } catch (error) {
    card.mark(before);
    warn(error);
  }
}

// --- sliders and data ------------------------------------------------------------

let asking = false;
let askAgain = false;

/** One request at a time; the last position of the slider wins. @param {import('./panels.js').Knobs} next */
async function tuned(next) {
  knobs = next;
  remember('knobs', JSON.stringify(knobs));
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  do {
    askAgain = false;
    await refresh({ send: true }).catch(warn);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  } while (askAgain);
  asking = false;
}

/** @param {string} text */
async function restore(text) {
  await client.request('PUT', '/api/v1/me', text);
  await begin({ focus: true });
}

async function forget() {
  await client.request('DELETE', '/api/v1/me');
  remember('knobs', null);
  answers = {};
  knobs = {};
  ask(0);
  say('Everything about you is forgotten.');
}

// --- the beginning ------------------------------------------------------------

/** @param {unknown} error */
function fail(error) {
  show(
    failedState(/** @type {Error} */ (error), () => location.reload()),
    'failed',
    false,
  );
}

/**
 * The profile in the visitor's state gives a list; without one there are questions.
 * @param {{focus?: boolean}} [how]
 */
async function begin({ focus = false } = {}) {
  const me = await client.request('GET', '/api/v1/me');
  answers = { ...(me.profile ?? {}) };
  const known = questions.dimensions.some((/** @type {any} */ dimension) => answers[dimension.input] !== undefined);
  if (known) await refresh({ focus });
  else ask(0, { focus });
}

/** What a bundle needs of the engine has a page of its own: the only page where there is nothing else to ask. */
function leadOn() {
  const pages = pagesFor(client.needs());
  if (pages.length > 0 && questions.dimensions.length === 0) location.replace(pages[0].url);
  else linkTo(pages);
  return pages.length > 0 && questions.dimensions.length === 0;
}

async function start() {
  frame();
  try {
    knobs = JSON.parse(recall('knobs') ?? '{}');
  } catch {
    knobs = {};
  }
  try {
    if (await takeNewerBuild()) return;
    client = await connect(BASE, __SITE__.wasm, []);
    questions = await client.request('GET', '/api/v1/onboarding');
    if (leadOn()) return;
    await begin();
  } catch (error) {
    fail(error);
  }
  client?.subscribe(() => {
    if (document.body.dataset.view !== 'steps') void begin();
  });
  whenIdle(() => void installWorker(BASE));
}

void start();
