/**
 * The page of purchases: picks, the profile, and the first visit. The place is the part of the address after the #; what is
 * bought, wanted or refused is noted on this device alone.
 */
import { connect, installWorker, takeNewerBuild } from '../page/client.js';
import { byId, h } from '../page/dom.js';
import { BASE, frame, linkTo, pagesFor, reveal, whenIdle } from '../page/frame.js';
import { offer, withdraw } from '../page/offer.js';
import { failedState, state } from '../page/states.js';
import { Ask } from './ask.js';
import { picksView } from './list.js';
import { addressOf, readPlace } from './places.js';
import { profileView } from './profile.js';
import { startView } from './start.js';

/** @typedef {import('./places.js').Place} Place */

const PATIENCE = 250;

/** @type {import('../page/client.js').Client} */
let client;
/** @type {Ask} */
let ask;
let turns = 0;

/** Is there anything yet to make picks from? */
async function isNew() {
  const { events = [] } = await ask.me();
  return events.length === 0;
}

/** @param {Place} place @returns {Promise<[string, Node]>} the view's name, for the styles, and the view */
async function view(place) {
  const again = () => show({ focus: true });
  if (place.page === 'profile') return ['profile', await profileView(ask, client.lasting, again)];
  if (await isNew()) return ['start', await startView(ask, again)];
  return ['picks', await picksView(ask, place, (now) => history.replaceState(null, '', addressOf(now)))];
}

/** @param {any} error */
function failed(error) {
  const again = h('button', { class: 'button button-main', type: 'button', onclick: () => void show({ focus: true }) }, 'Try again');
  const offline = navigator.onLine === false;
  return state({
    kind: offline ? 'offline' : 'error',
    title: offline ? 'Not on this device yet' : 'That did not work',
    text: offline ? 'You are offline, and this part was not loaded before.' : error.message,
    actions: [again],
  });
}

/** Lines in the place of what is coming. */
function skeleton() {
  const blocks = Array.from({ length: 4 }, () => h('div', { class: 'skeleton-block' }));
  return h(
    'div',
    { class: 'skeleton till-skeleton' },
    h('h1', { class: 'visually-hidden', id: 'heading', tabindex: '-1' }, 'Loading'),
    h('div', { class: 'skeleton-line skeleton-title', 'aria-hidden': 'true' }),
    h('div', { class: 'skeleton-grid', 'aria-hidden': 'true' }, blocks),
  );
}

/** Which of the two links leads to where one is. @param {Place} place */
function markLinks(place) {
  for (const page of /** @type {const} */ (['picks', 'profile'])) {
    const link = byId(`to-${page}`);
    if (place.page === page) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

/** Show the place of the address. @param {{focus?: boolean}} [how] */
async function show({ focus = false } = {}) {
  const turn = ++turns;
  const place = readPlace(location.hash);
  const main = byId('view');
  main.setAttribute('aria-busy', 'true');
  withdraw();
  markLinks(place);
  const timer = setTimeout(() => main.replaceChildren(skeleton()), PATIENCE);
  const [name, content] = await view(place).catch((error) => /** @type {[string, Node]} */ (['failed', failed(error)]));
  clearTimeout(timer);
  if (turn === turns) reveal(content, name, 'purchases', focus);
}

/** The other pages that this bundle has something for. */
async function linkBack() {
  const { dimensions } = await client.request('GET', '/api/v1/onboarding');
  linkTo(pagesFor(client.needs().filter((part) => part !== 'purchases')));
  if (dimensions.length > 0) linkTo([{ url: BASE.href, name: 'For you' }]);
}

/** Another tab has noted something: what is shown here would look different now. */
function changed() {
  offer('Your picks have changed', () => void show({ focus: true }));
}

async function start() {
  frame();
  document.querySelector('.skip')?.addEventListener('click', (event) => {
    event.preventDefault(); // the address is for the places of this page
    byId('main').focus();
  });
  try {
    if (await takeNewerBuild()) return;
    client = await connect(BASE, __SITE__.wasm, ['purchases']);
    if (!client.needs().includes('purchases')) return void location.replace(BASE);
    ask = new Ask(client);
  } catch (error) {
    const content = failedState(/** @type {Error} */ (error), () => location.reload());
    return reveal(content, 'failed', 'purchases', false);
  }
  addEventListener('hashchange', () => void show({ focus: true }));
  await show();
  client.subscribe(changed);
  whenIdle(() => void client.prefetch());
  whenIdle(() => void linkBack().catch(() => {}));
  whenIdle(() => void installWorker(BASE));
}

void start();
