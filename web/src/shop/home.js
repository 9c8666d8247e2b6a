/** The first view: what fits this visitor, what is asked for now, what is cheap for what it is, and something else. */
import { h } from '../page/dom.js';
import { warn } from '../page/frame.js';
import { addressOf, searchFor } from './places.js';
import { row, shelf } from './shelf.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Product} Product @typedef {import('./ask.js').Home} Home */

/** The category that was chosen last, for the way back. */
let chosen = '';

/** Why these: the last product that was opened and the last words that were searched for. @param {Ask} ask */
async function because(ask) {
  const noted = await ask.noted();
  const opened = noted.find((one) => one.event_type === 'product_click')?.product_id;
  const words = noted.find((one) => one.event_type === 'search_query')?.query;
  const name = opened ? await ask.product(opened, 1).then(({ product }) => product.name, () => null) : null;
  const reasons = [name && `looked at “${name}”`, words && `searched for “${words}”`].filter(Boolean);
  return reasons.length > 0 ? `Because you ${reasons.join(' and ')}` : null;
}

/** Tabs, one category each: arrows move between them. @param {Record<string, Product[]>} categories */
function tabs(categories) {
  const entries = Object.entries(categories).filter(([, products]) => products.length > 0);
  if (entries.length === 0) return null;
  const panel = h('div', { class: 'tab-panel', id: 'category-panel', role: 'tabpanel' });
  const buttons = entries.map(([name], at) =>
    h('button', { class: 'tab', id: `category-${at}`, type: 'button', role: 'tab', 'aria-controls': panel.id, onclick: () => choose(at) }, name),
  );
  /** @param {number} at */
  const choose = (at) => {
    const [name, products] = entries[at];
    chosen = name;
    buttons.forEach((button, index) => {
      button.setAttribute('aria-selected', String(index === at));
      button.tabIndex = index === at ? 0 : -1;
    });
    panel.setAttribute('aria-labelledby', buttons[at].id);
    const { list, buttons: movers } = row(name, products);
    const all = h('a', { class: 'text-button', href: addressOf(searchFor(name)) }, `Search in ${name}`);
    panel.replaceChildren(h('div', { class: 'tab-head' }, all, movers), list);
  };
  const strip = h('div', { class: 'tabs', role: 'tablist', 'aria-labelledby': 'categories' }, buttons);
  strip.addEventListener('keydown', (event) => {
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const last = buttons.length - 1;
    /** @type {Record<string, number>} */
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last };
    if (at < 0 || !(event.key in to)) return;
    event.preventDefault();
    choose(to[event.key]);
    buttons[to[event.key]].focus();
  });
  choose(Math.max(0, entries.findIndex(([name]) => name === chosen)));
  return h(
    'section',
    { class: 'shelf', 'aria-labelledby': 'categories' },
    h('div', { class: 'shelf-head' }, h('h2', { class: 'shelf-title', id: 'categories' }, 'Categories')),
    strip,
    panel,
  );
}

/** @type {Home} */
const NOTHING = { personalized: [], trending: [], best_value: [], top_categories: {}, diverse_picks: [] };

/** The rows that the shop always has and the list of the four stages: each is shown also where the other cannot be had.
 * @param {Ask} ask @param {import('./stages.js').Stages|null} stages */
export async function homeView(ask, stages) {
  /** @type {unknown} */
  let problem = null;
  const home = await ask.home().catch((error) => ((problem = error), NOTHING));
  const known = home.personalized.length > 0;
  const why = known ? await because(ask).catch(() => null) : null;
  const picks = stages ? await stages.home(why) : shelf({ title: 'Picked for you', products: home.personalized, why });
  if (problem && !picks) throw problem;
  if (problem) warn(problem);
  return h(
    'div',
    { class: 'shop' },
    h('h1', { class: 'shop-title', id: 'heading', tabindex: '-1' }, known ? 'Welcome back' : 'Have a look around'),
    h('p', { class: 'shop-lead' }, 'Found and ranked on this device: no account, and nobody follows along.'),
    picks,
    shelf({ title: 'Trending now', products: home.trending }),
    shelf({ title: 'Best value', products: home.best_value, why: 'Much liked for what it costs' }),
    tabs(home.top_categories),
    shelf({ title: 'Something different', products: home.diverse_picks }),
  );
}
