/**
 * The trainers' page: a goal, five trainers for it, and next week's list that learns from this week. Everything that the
 * visitor does goes through POST /api/v1/events and stays on the device.
 */
import { connect, installWorker, takeNewerBuild } from '../page/client.js';
import { dataPanel } from '../page/data.js';
import { dock } from '../page/dock.js';
import { byId, h, reducedMotion } from '../page/dom.js';
import { takeBack } from '../page/events.js';
import { label, plural } from '../page/format.js';
import { BASE, frame, linkTo, pagesFor, reveal, say, warn, whenIdle } from '../page/frame.js';
import { animate } from '../page/list.js';
import { offer, withdraw } from '../page/offer.js';
import { recall, remember } from '../page/settings.js';
import { failedState, state } from '../page/states.js';
import { TrainerCard } from './card.js';
import { openDetails } from './details.js';
import { goalStrip, goalView } from './goals.js';
import { keptFacts, opinionsOf } from './kept.js';
import { Seen } from '../page/seen.js';
import { becauseOf, changesOf, learnedFrom, movesOf, weekSwitch } from './week.js';

/** @typedef {import('./columns.js').Trainer} Trainer @typedef {import('./card.js').Opinion} Opinion */

const SHOWN = 5;
/** How far behind the list places are known, to say from where somebody rose. */
const FAR = 100;
/** One seed for as long as the page is open: the two weeks explore the same places. */
const SEED = crypto.getRandomValues(new Uint32Array(1))[0];
const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five'];

/** @type {import('../page/client.js').Client} */
let client;
/** @type {{goals: string[], week: number, goal: string|null}} */
let known = { goals: [], week: 0, goal: null };
/** @type {{goal: string|null, events: any[], weekly: import('./week.js').Row[]}} what this device keeps */
let mine = { goal: null, events: [], weekly: [] };
/** @type {Map<string, TrainerCard>} */
let cards = new Map();
/** @type {Trainer[]} this week's list, as it was shown last */
let present = [];
let nextWeek = false;
/** @type {{refresh: (me: any) => void}|null} */
let kept = null;
/** @type {ReturnType<typeof weekSwitch>|null} */
let weeks = null;
const list = h('ol', { class: 'trainers', 'aria-label': 'Trainers, best first' });
const seen = new Seen((id) => void note('impression', id));

// --- asking ------------------------------------------------------------

/** @param {number} week @param {Record<string, string|number>} more @returns {Promise<any>} */
function rank(week, more) {
  const query = new URLSearchParams({ week: String(week), ...more });
  return client.request('GET', `/api/v1/trainers/me?${query}`, undefined, { seed: SEED });
}

/** @param {number} week */
const five = (week) => rank(week, { topk: SHOWN, explain: 'true' });

async function look() {
  const me = await client.request('GET', '/api/v1/me');
  mine = { goal: me.goal ?? null, events: me.events ?? [], weekly: me.weekly ?? [] };
  kept?.refresh(me);
}

/** Events are sent one after the other, so that none is lost and each finds those before it. */
let sending = Promise.resolve();
let asked = 0;

/** @param {string} type @param {string} item @param {object} [more] */
function note(type, item, more = {}) {
  sending = sending
    .then(() => client.request('POST', '/api/v1/events', { type, item, ...more }))
    .then(learned)
    .catch(warn);
  return sending;
}

/** After an event: the figures of this device, and how much next week's list has moved. */
function learned() {
  clearTimeout(asked);
  asked = window.setTimeout(() => void preview().catch(warn), 120);
}

async function preview() {
  if (document.body.dataset.view !== 'trainers') return;
  await look();
  const next = await five(known.week + 1);
  const moves = movesOf(next.recommendations, present, []);
  weeks?.tell(changesOf(moves), nextWeek);
  if (!nextWeek) return;
  const same = next.recommendations.map((/** @type {Trainer} */ item) => item.id).join() === [...cards.keys()].join();
  if (!same) offer('The list has moved', () => void refresh());
}

// --- the list ------------------------------------------------------------

/** @param {any} answer */
function title({ goal, goal_known: goalKnown, returned }) {
  if (goal && !goalKnown) return `No trainer lists “${goal}”`;
  const many = NUMBERS[returned] ?? String(returned);
  return goal ? `${many} for ${goal.toLowerCase()}` : `${many} to start with`;
}

/** @param {any} answer */
function summary({ goal, goal_known: goalKnown, candidates, matched, backfilled, returned, reason }) {
  if (goal && !goalKnown) return 'Here is who people like most. One of the goals below may come close.';
  if (!goal) return `The best of ${plural(candidates, 'trainer')} for you. A goal makes it sharper.`;
  const more = backfilled > 0 ? `, and ${backfilled} who are popular` : '';
  const few = reason === 'exhausted' ? ` Only ${plural(returned, 'trainer')} fit.` : '';
  return `Ranked from ${matched} who work on it${more}.${few}`;
}

/** Ask for the list of the chosen week and show it. @param {{focus?: boolean, fresh?: boolean}} [how] */
async function refresh({ focus = false, fresh = false } = {}) {
  withdraw();
  await sending;
  await look();
  const now = await five(known.week);
  const next = await five(known.week + 1);
  present = now.recommendations;
  const answer = nextWeek ? next : now;
  if (answer.returned === 0) return nobody(answer, focus);
  const ranking = nextWeek ? (await rank(known.week, { topk: FAR, explore: 0 })).recommendations : [];
  const moves = movesOf(next.recommendations, present, ranking);
  const first = document.body.dataset.view !== 'trainers';
  if (first) openList(answer, focus);
  byId('heading').textContent = title(answer);
  byId('summary').textContent = summary(answer);
  document.body.dataset.week = nextWeek ? 'next' : 'this';
  byId('goal').replaceChildren(goalStrip({ goals: known.goals, goal: mine.goal, choose: (goal) => void choose(goal), edit: () => ask(true) }));
  byId('learned').replaceChildren(...(nextWeek ? [learnedNote(next.recommendations)] : []));
  weeks?.tell(changesOf(movesOf(next.recommendations, present, [])), nextWeek);
  draw(answer, nextWeek ? moves : null);
  if (nextWeek) seen.stop();
  else seen.watch([...cards.values()].map((card) => card.element), fresh || first);
  whenIdle(() => void client.prefetch());
}

/** @param {Trainer[]} next */
function learnedNote(next) {
  const ids = new Set(next.map((item) => item.id));
  const liked = [...opinionsOf(mine.events).values()].filter((type) => type === 'like').length;
  return learnedFrom({ rows: mine.weekly, liked, week: known.week, gone: present.filter((item) => !ids.has(item.id)) });
}

/** @param {any} answer @param {Map<string, import('./week.js').Move>|null} moves */
function draw(answer, moves) {
  const items = /** @type {Trainer[]} */ (answer.recommendations);
  const opinions = opinionsOf(mine.events);
  const before = new Map([...cards].map(([id, card]) => [id, card.element.getBoundingClientRect()]));
  const rows = new Map(mine.weekly.filter((row) => row.week === known.week).map((row) => [row.item, row]));
  const context = {
    goal: answer.goal ?? null,
    most: Math.max(1e-9, ...items.map((item) => item.popularity)),
    open,
    judge: (/** @type {TrainerCard} */ card, /** @type {Opinion} */ opinion) => void judge(card, opinion),
  };
  cards = new Map(
    items.map((item) => {
      const opinion = opinions.get(item.id);
      const because = moves ? becauseOf(rows.get(item.id), opinion === 'like') : null;
      const card = new TrainerCard(item, context, { move: moves?.get(item.id) ?? null, because });
      if (opinion === 'like') card.mark('like');
      return [item.id, card];
    }),
  );
  list.replaceChildren(...[...cards.values()].map((card) => card.element));
  if (!reducedMotion() && before.size > 0) for (const [id, card] of cards) animate(card.element, before.get(id));
}

/** @param {any} answer @param {boolean} focus */
function openList(answer, focus) {
  const data = dataPanel({
    me: () => client.request('GET', '/api/v1/me'),
    restore,
    forget,
    lasting: client.lasting,
    say,
    describe: (me, lasting) => keptFacts(me, lasting, known.week),
    title: 'On this device',
  });
  weeks = weekSwitch({ next: nextWeek, choose: (next) => void turn(next) });
  cards = new Map();
  list.replaceChildren();
  show(
    h(
      'div',
      { class: 'results' },
      h(
        'div',
        { class: 'results-head' },
        h('h1', { class: 'results-title', id: 'heading', tabindex: '-1' }, title(answer)),
        h('p', { class: 'summary', id: 'summary' }, summary(answer)),
        h('div', { id: 'goal' }),
        weeks.element,
        h('div', { id: 'learned' }),
      ),
      list,
      h('div', { class: 'rail' }, data.panel),
    ),
    'trainers',
    focus,
  );
  kept = data;
  void look().catch(warn);
  dock([{ panel: data.panel, name: 'My data', symbol: 'shield' }], { name: 'Goal', symbol: 'tune', act: () => ask(true) });
}

/** @param {Node} content @param {string} name @param {boolean} focus */
function show(content, name, focus) {
  withdraw();
  seen.stop();
  kept = null;
  reveal(content, name, 'trainers', focus);
}

/** @param {any} answer @param {boolean} focus */
function nobody(answer, focus) {
  show(
    state({
      kind: 'empty',
      title: 'Nobody left to show',
      text: answer.reason === 'exhausted' ? 'You have left out everybody there is.' : 'Nobody fits this goal yet.',
      actions: [
        h('button', { class: 'button button-main', type: 'button', onclick: () => ask(true) }, 'Change the goal'),
        h('button', { class: 'button button-quiet', type: 'button', onclick: () => forget() }, 'Start over'),
      ],
    }),
    'empty',
    focus,
  );
}

// --- what the visitor does ------------------------------------------------------------

/** @param {TrainerCard} card @param {boolean} play */
function open(card, play) {
  const { item } = card;
  void note('click', item.id);
  openDetails(item, {
    goal: mine.goal,
    actions: card.actions(),
    play,
    watched: (share) => void note('view', item.id, { watch: share }),
  });
}

/** A second press takes an opinion back. @param {TrainerCard} card @param {Opinion} opinion */
async function judge(card, opinion) {
  const before = card.opinion;
  const after = before === opinion ? null : opinion;
  card.mark(after);
  try {
    await sending;
    if (before) await takeBack(client, before, card.item.id);
    if (after) await client.request('POST', '/api/v1/events', { type: after, item: card.item.id });
    learned();
    const out = [...cards.values()].filter((one) => one.opinion === 'dislike').length;
    if (out > 0) offer(out === 1 ? 'One place is free' : `${out} places are free`, () => void refresh());
    else if (opinion === 'dislike') withdraw();
  } catch (error) {
    card.mark(before);
    warn(error);
  }
}

/** @param {boolean} next */
async function turn(next) {
  nextWeek = next;
  try {
    await refresh();
    say(next ? 'Next week’s list, with what it learned from this week.' : 'This week’s list.');
  } catch (error) {
    warn(error);
  }
}

/** @param {string} goal '' for none */
async function choose(goal) {
  const chip = document.activeElement instanceof HTMLInputElement && document.activeElement.name === 'strip';
  try {
    await client.request('POST', '/api/v1/trainers/goal', { goal });
    remember('any-goal', goal ? null : '1');
    nextWeek = false;
    await refresh({ focus: !chip, fresh: true });
    if (chip) /** @type {HTMLElement|null} */ (document.querySelector('.goal-chip input:checked'))?.focus();
    say(byId('heading').textContent ?? '');
  } catch (error) {
    warn(error);
  }
}

/** @param {boolean} back is there a list to go back to? */
function ask(back, focus = true) {
  nextWeek = false;
  const cancel = back ? () => void refresh({ focus: true }).catch(warn) : null;
  show(goalView({ goals: known.goals, goal: mine.goal, cancel, choose: (goal) => void choose(goal) }), 'steps', focus);
}

/** @param {string} text */
async function restore(text) {
  await client.request('PUT', '/api/v1/me', text);
  await begin(true);
}

async function forget() {
  await sending;
  await client.request('DELETE', '/api/v1/me');
  remember('any-goal', null);
  mine = { goal: null, events: [], weekly: [] };
  ask(false);
  say('Everything about you is forgotten.');
}

// --- the beginning ------------------------------------------------------------

/** Where the bundle also has questions to ask, the first page is worth a link; so are the pages of its other parts. */
async function linkBack() {
  const { dimensions } = await client.request('GET', '/api/v1/onboarding');
  linkTo(pagesFor(client.needs().filter((part) => part !== 'ranking')));
  if (dimensions.length > 0) linkTo([{ url: BASE.href, name: 'For you' }]);
}

/** @param {boolean} focus */
async function begin(focus) {
  known = await client.request('GET', '/api/v1/trainers/goals');
  await look();
  if (mine.goal || recall('any-goal') || known.goals.length === 0) await refresh({ focus, fresh: true });
  else ask(false, focus);
}

async function start() {
  frame();
  try {
    if (await takeNewerBuild()) return;
    client = await connect(BASE, __SITE__.wasm, ['ranking']);
    if (!client.needs().includes('ranking')) return void location.replace(BASE);
    await begin(false);
  } catch (error) {
    show(
      failedState(/** @type {Error} */ (error), () => location.reload()),
      'failed',
      false,
    );
  }
  whenIdle(() => void linkBack().catch(() => {}));
  client?.subscribe(() => void look().then(learned).catch(warn));
  whenIdle(() => void installWorker(BASE));
}

void start();
