/**
 * The page of insights: what became of the recommendations that this visitor was shown, and how long each stage took here.
 * Everything comes from the visitor's own state and this browser's own clock; nothing is sent.
 */
import { connect, installWorker, keepFiles, takeNewerBuild } from '../page/client.js';
import { dataPanel, profileFacts } from '../page/data.js';
import { byId, h } from '../page/dom.js';
import { BASE, frame, linkTo, pagesFor, reveal, say, warn, whenIdle } from '../page/frame.js';
import { failedState, state } from '../page/states.js';
import { timings } from '../page/timing.js';
import { daysOf, funnelOf, performanceOf } from './ask.js';
import { funnel } from './funnel.js';
import { byContext, byDay, figures } from './lists.js';
import { measureStages } from './measure.js';
import { stages } from './stages.js';
import { requests, times } from './times.js';

const SPANS = [7, 30, 90, 365];

/** @type {import('../page/client.js').Client} */
let client;
let days = 30;
/** The last question wins: what an older one still finds out is stale. */
let turns = 0;
/** The stages, measured once for what is known of the visitor. @type {ReturnType<typeof measureStages>|null} */
let measuring = null;
/** Until the last measuring is over: two at once would measure each other. @type {Promise<unknown>} */
let before = Promise.resolve();

/** Until this page is in sight. */
async function inSight() {
  while (document.hidden) await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
}

/** A page that is hidden or left stops, and measures from the start when it is back. @returns {ReturnType<typeof measureStages>} */
async function measureInSight() {
  await inSight();
  const hidden = new AbortController();
  const stop = () => document.hidden && hidden.abort();
  document.addEventListener('visibilitychange', stop);
  try {
    return await measureStages(client, { signal: hidden.signal });
  } catch (error) {
    if (!hidden.signal.aborted) throw error;
  } finally {
    document.removeEventListener('visibilitychange', stop);
  }
  return measureInSight();
}

/** Measure the stages when the page has nothing else to do. What failed is measured anew when it is next asked for. */
function measure() {
  const mine = before.then(() => new Promise((resolve) => whenIdle(() => resolve(null)))).then(measureInSight);
  before = mine.catch(() => {
    if (measuring === mine) measuring = null; // whoever shows it says so
  });
  measuring = mine;
  return mine;
}

/** @param {string} id @param {string} title @param {string} text @param {...(Node|null)} content */
function section(id, title, text, ...content) {
  return h(
    'section',
    { class: 'insight', 'aria-labelledby': id },
    h('h2', { class: 'insight-title', id }, title),
    h('p', { class: 'note' }, text),
    content,
  );
}

/** The page that recommendations are shown on. */
const shop = () => pagesFor(client.needs())[0]?.url ?? BASE.href;

/** Nothing was shown in these days. */
const nothing = () =>
  state({
    kind: 'empty',
    symbol: 'why',
    title: 'Nothing to tell yet',
    text: `In the last ${days} days no recommendations were seen on this device. Look around in the shop and come back.`,
    actions: [h('a', { class: 'button button-main', href: shop() }, 'To the shop')],
  });

const nameOf = (/** @type {number} */ span) => (span === 365 ? 'the last year' : `the last ${span} days`);

/** One and the same for all views, and whoever chooses stays there: the arrow keys choose with every press. */
const spanChoice = (() => {
  const select = h(
    'select',
    { class: 'span', id: 'days', onchange: () => void choose(Number(select.value)).catch(warn) },
    SPANS.map((span) => h('option', { value: span, selected: span === days }, nameOf(span))),
  );
  return h('label', { class: 'span-choice', for: 'days' }, 'Lists of ', select);
})();

/** Other days. @param {number} span */
async function choose(span) {
  days = span;
  if (await show(false)) say(`${byId('heading').textContent}: ${nameOf(span)}.`);
}

/** What is kept, with export, import and forget. */
async function data() {
  const { panel, refresh } = dataPanel({
    me: () => client.request('GET', '/api/v1/me'),
    restore: async (text) => {
      await client.request('PUT', '/api/v1/me', text);
      if (measuring) measure();
      await show(false);
    },
    forget: async () => {
      await client.request('DELETE', '/api/v1/me');
      measuring = null;
      await show(true);
      say('Everything about you is forgotten.');
    },
    lasting: client.lasting,
    say,
    describe: profileFacts,
    title: 'Yours to take along, or to forget',
  });
  refresh(await client.request('GET', '/api/v1/me'));
  return panel;
}

/** False: an older question, whose answer is not shown. @param {boolean} focus */
async function show(focus) {
  const turn = ++turns;
  const [performance, path, panel] = await Promise.all([performanceOf(client, days), funnelOf(client, days), data()]);
  if (turn !== turns) return false;
  const choosing = document.activeElement?.id === 'days';
  const measured = timings();
  const some = performance.total.requests > 0 || path.stages.some(({ events }) => events > 0);
  const content = h(
    'div',
    { class: 'insights' },
    some
      ? [
          h('h1', { class: 'insights-title', id: 'heading', tabindex: '-1' }, 'What became of it'),
          h('p', { class: 'insights-lead' }, 'What this device knows. Nothing is sent.'),
          spanChoice,
          figures(performance.total),
          section('by-day', 'Day by day', 'A product counts as seen when half of it was in sight for a second, on the day of its list.', byDay(daysOf(performance.by_request))),
          section('by-place', 'Place by place', 'Where the lists stood.', byContext(performance)),
          section('funnel', 'From a look to the till', 'Products that came this far, in this order.', funnel(path)),
          section(
            'stages',
            'Stage by stage',
            'How long the engine takes for a list, measured here and now in up to thirty rounds. A cross-encoder scores pairs in a worker of its own: its time, if it ran, is below.',
            stages(measuring ?? measure()),
          ),
        ]
      : [nothing(), spanChoice],
    Object.keys(measured).length > 0 &&
      section('times', 'Milliseconds on this device', 'The last hundred of each stage, by this browser’s own clock. p50: half were quicker; p95: nineteen of twenty were.', times(measured), requests(measured)),
    panel,
  );
  reveal(content, 'insights', 'insights', focus);
  if (choosing && !focus) byId('days').focus({ preventScroll: true });
  return true;
}

/** What this page is made of. */
const ownFiles = () => [
  new URL('insights.html', BASE).href,
  ...[...document.scripts].map(({ src }) => src),
  ...[...document.querySelectorAll('link')].filter(({ rel }) => rel === 'stylesheet').map(({ href }) => href),
];

async function start() {
  frame();
  try {
    if (await takeNewerBuild()) return;
    client = await connect(BASE, __SITE__.wasm, ['shop', 'meaning']);
    if (!client.needs().includes('meaning')) return void location.replace(BASE);
    linkTo(pagesFor(client.needs()));
    await show(false);
  } catch (error) {
    reveal(
      failedState(/** @type {Error} */ (error), () => location.reload()),
      'failed',
      'insights',
      false,
    );
    return;
  }
  whenIdle(() => void installWorker(BASE).then(() => keepFiles(ownFiles())));
}

void start();
