/**
 * The shop's page: home, a product, a search, and what is kept. The place is the part of the address after the #; what is
 * opened and searched for is noted on this device alone.
 */
import { connect, installWorker, takeNewerBuild } from '../page/client.js';
import { byId, h } from '../page/dom.js';
import { BASE, frame, linkTo, pagesFor, reveal, say, warn, whenIdle } from '../page/frame.js';
import { icon } from '../page/icons.js';
import { offer, withdraw } from '../page/offer.js';
import { failedState, state } from '../page/states.js';
import { Ask } from './ask.js';
import { productView } from './detail.js';
import { homeView } from './home.js';
import { dataView } from './mine.js';
import { picture } from './picture.js';
import { addressOf, readPlace, searchFor } from './places.js';
import { searchView } from './search.js';
import { shelf } from './shelf.js';
import { SearchBox } from './suggest.js';

/** @typedef {import('./places.js').Place} Place */
/** What the history keeps of an entry: its number, and how many results it showed. @typedef {{entry: number, shown: number}} Entry */

const PATIENCE = 250;

/** @type {import('../page/client.js').Client} */
let client;
/** @type {Ask|null} */
let ask = null;
/** What the page has more where the bundle has meaning. @type {import('./stages.js').Stages|null} */
let stages = null;
/** The present entry of the history. @type {Entry} */
let entry = { entry: 0, shown: 0 };
/** Where each entry was left: how far it was scrolled, and the link that had the focus. @type {Map<number, {top: number, link:
 *   string|null}>} */
const left = new Map();
let turns = 0;

const box = new SearchBox(
  () => ask,
  (query) => {
    void ask?.note({ event_type: 'search_query', query }).catch(warn);
    open(addressOf(searchFor(query)));
  },
);

/** Go to an address; the same one again is a new look at it. @param {string} address */
function open(address) {
  if (location.hash === address) void show({ focus: true });
  else location.hash = address;
}

/** The words in the box are those of the place. @param {Place} place */
function fillBox(place) {
  if (place.page === 'search') box.query = place.query;
  else if (document.activeElement !== byId('query')) box.query = '';
}

/** @param {Place} place @param {boolean} fresh was it opened just now, and not come back to? @returns {Promise<Node>} */
async function view(place, fresh) {
  const shop = /** @type {Ask} */ (ask);
  if (place.page === 'data') return dataView(shop, client.lasting, () => show({ focus: true }), stages);
  if (place.page === 'cart' && stages) return stages.cart();
  if (place.page === 'search')
    return searchView(shop, place, {
      shown: entry.shown,
      keep: (now, shown) => {
        entry = { ...entry, shown };
        history.replaceState(entry, '', addressOf(now));
      },
      begin: () => box.focus(),
      stages,
    });
  if (place.page !== 'product') return homeView(shop, stages);
  const content = await productView(shop, stages, place.id);
  if (fresh) void opened(shop, place.id).catch(warn);
  return content;
}

/** A product was opened. @param {Ask} shop @param {string} id */
function opened(shop, id) {
  return stages ? stages.viewed(id) : shop.note({ event_type: 'product_click', product_id: id });
}

/** The script of what only a bundle with meaning has. */
async function loadStages() {
  const script = h('script', { src: new URL(__SITE__.stages, BASE).href });
  const loaded = new Promise((resolve, reject) => {
    script.addEventListener('load', resolve);
    script.addEventListener('error', () => reject(new Error('A part of the page could not be loaded; check the connection and reload it.')));
  });
  document.head.append(script);
  await loaded;
  stages = await pocketrecStages.begin(client, /** @type {Ask} */ (ask), { shelf, picture, icon });
  if (stages.meaning)
    box.offerMeaning(stages.meaning, () => {
      if (document.body.dataset.view === 'search') void show();
    });
}

/** @param {any} error @param {Place} place */
function failed(error, place) {
  const home = h('a', { class: 'button button-main', href: '#/' }, 'To the start');
  if (place.page === 'product' && (error.status === 404 || error.status === 400))
    return state({ kind: 'empty', symbol: 'search', title: 'This product is not here', text: 'It may have left the catalogue since.', actions: [home] });
  const again = h('button', { class: 'button button-quiet', type: 'button', onclick: () => void show({ focus: true }) }, 'Try again');
  if (navigator.onLine === false)
    return state({
      kind: 'offline',
      title: 'Not on this device yet',
      text: 'You are offline, and this part was not loaded before. What you have opened already still works.',
      actions: [again, home],
    });
  return state({ kind: 'error', title: 'That did not work', text: error.message, actions: [again, home] });
}

/** Shapes in the place of what is coming. */
function skeleton() {
  const blocks = Array.from({ length: 8 }, () => h('div', { class: 'skeleton-block' }));
  return h(
    'div',
    { class: 'skeleton shop-skeleton' },
    h('h1', { class: 'visually-hidden', id: 'heading', tabindex: '-1' }, 'Loading'),
    h('div', { class: 'skeleton-line skeleton-title', 'aria-hidden': 'true' }),
    h('div', { class: 'skeleton-grid', 'aria-hidden': 'true' }, blocks),
  );
}

/** Show the place of the address. @param {{focus?: boolean, fresh?: boolean}} [how] */
async function show({ focus = false, fresh = false } = {}) {
  const turn = ++turns;
  const place = readPlace(location.hash);
  const main = byId('view');
  main.setAttribute('aria-busy', 'true');
  withdraw();
  box.close();
  fillBox(place);
  const timer = setTimeout(() => main.replaceChildren(skeleton()), PATIENCE);
  const started = performance.now();
  const content = await view(place, fresh).catch((error) => failed(error, place));
  clearTimeout(timer);
  if (turn !== turns) return;
  const drawn = performance.now();
  requestAnimationFrame(() => setTimeout(() => {
    stages?.time('drawing', performance.now() - drawn);
    stages?.time(`view: ${place.page}`, performance.now() - started);
  }));
  reveal(content, place.page, 'shop', focus);
}

/** The address has changed: something was opened, or the visitor went back to it. */
async function go() {
  const link = document.activeElement?.closest('a')?.getAttribute('href') ?? null;
  left.set(entry.entry, { top: scrollY, link });
  const known = /** @type {Entry|null} */ (history.state);
  entry = known ?? { entry: Date.now(), shown: 0 };
  if (!known) history.replaceState(entry, '');
  const number = entry.entry;
  await show({ focus: !known, fresh: !known });
  const back = left.get(number);
  if (!known || !back || number !== entry.entry) return;
  const again = back.link ? byId('view').querySelector(`a[href="${CSS.escape(back.link)}"]`) : null;
  /** @type {HTMLElement} */ (again ?? byId('heading')).focus({ preventScroll: true });
  scrollTo({ top: back.top });
}

/** The other pages that this bundle has something for. */
async function linkBack() {
  const { dimensions } = await client.request('GET', '/api/v1/onboarding');
  linkTo(pagesFor(client.needs().filter((part) => part !== 'shop')));
  if (dimensions.length > 0) linkTo([{ url: BASE.href, name: 'For you' }]);
}

/** Another tab has noted something: the first view would look different now. */
async function changed() {
  if (stages && !(await stages.basket.moved())) return;
  if (document.body.dataset.view === 'cart') await show();
  if (document.body.dataset.view === 'home') offer('Your picks have changed', () => void show({ focus: true }));
}

async function start() {
  frame();
  byId('data').append(icon('shield'));
  document.querySelector('.skip')?.addEventListener('click', (event) => {
    event.preventDefault(); // the address is for the places of the shop
    byId('main').focus();
  });
  history.scrollRestoration = 'manual';
  try {
    if (await takeNewerBuild()) return;
    client = await connect(BASE, __SITE__.wasm, ['shop']);
    if (!client.needs().includes('shop')) return void location.replace(BASE);
    ask = new Ask(client);
    if (client.needs().includes('meaning')) await loadStages().catch(warn);
  } catch (error) {
    reveal(
      failedState(/** @type {Error} */ (error), () => location.reload()),
      'failed',
      'shop',
      false,
    );
    return;
  }
  const known = /** @type {Entry|null} */ (history.state);
  entry = known ?? { entry: Date.now(), shown: 0 };
  history.replaceState(entry, '');
  addEventListener('hashchange', () => void go());
  await show({ fresh: !known });
  client.subscribe(() => void changed().catch(() => {}));
  whenIdle(() => void client.prefetch());
  whenIdle(() => void linkBack().catch(() => {}));
  whenIdle(() => void installWorker(BASE));
}

void start();
