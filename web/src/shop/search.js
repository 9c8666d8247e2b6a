/** A search: what was found, what narrows it, in which order, and more of it. */
import { h } from '../page/dom.js';
import { plural } from '../page/format.js';
import { say, warn } from '../page/frame.js';
import { state } from '../page/states.js';
import { offer } from '../page/offer.js';
import { Filters, ordersOf } from './filters.js';
import { searchFor } from './places.js';
import { tile } from './tile.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Found} Found @typedef {import('./places.js').Search} Search */
/** @typedef {import('./ask.js').ByMeaning} ByMeaning */

const PART = 24;
/** Milliseconds that the results wait for a row above them. */
const PATIENCE = 400;

/** @param {Found} found @param {Search} place */
function titleOf({ fallback_reason: nothing, corrected_query: corrected, mode = 'keyword' }, { query }) {
  if (nothing) return `Nothing matches “${query}”`;
  return `Results for “${(mode === 'keyword' ? corrected : null) ?? query}”`;
}

/** @param {Found} found @param {Search} place */
function countOf({ fallback_reason: nothing, total, mode = 'keyword' }, { filter }) {
  const ways = { keyword: '', meaning: ', the nearest by meaning first', hybrid: ', by words and meaning' };
  if (!nothing) return `${plural(total, 'product')}${ways[mode]}`;
  return Object.keys(filter).length > 0 ? 'Fewer filters may help. Trending now:' : 'Trending now:';
}

/** What can narrow it; nothing, where there is nothing to narrow. @param {Found} found */
const facetsOf = ({ facets, fallback_reason: nothing }) => (nothing ? {} : (facets ?? {}));

/** The category of what was found that is called so, in capitals or not. @param {Found} found @param {string} query */
function categoryNamed(found, query) {
  const wanted = query.trim().toLowerCase();
  const facets = Object.values(facetsOf(found)).flatMap((facet) => (Array.isArray(facet) ? facet.map(({ value }) => value) : []));
  const names = [...found.results.flatMap(({ category }) => category?.split(' > ') ?? []), ...facets].filter((name) => typeof name === 'string');
  return names.find((name) => name === query) ?? names.find((name) => name.toLowerCase() === wanted);
}

/** Nothing was asked for yet. @param {() => void} begin */
function askFirst(begin) {
  return state({
    kind: 'empty',
    symbol: 'search',
    title: 'What are you looking for?',
    text: 'A few letters are enough: the list below the box shows what they may become.',
    actions: [h('button', { class: 'button button-main', type: 'button', onclick: begin }, 'Search')],
  });
}

/** The search as it stands: place, what was found, and how much of it is shown. */
class Results {
  #ask;
  #keep;
  #meaning;
  #busy = false;
  #again = false;
  /** @type {Set<string>} */
  #shown = new Set();
  #list = h('ul', { class: 'grid', 'aria-label': 'Products' });
  #title = h('h1', { class: 'shop-title', id: 'heading', tabindex: '-1' });
  #corrected = h('p', { class: 'shop-lead' });
  #count = h('p', { class: 'count', id: 'count' });
  #more = h('button', { class: 'button button-quiet more', type: 'button', onclick: () => void this.#showMore() }, 'Show more');

  /**
   * @param {Ask} ask @param {Search} place @param {Found} found @param {Found} whole the search without filters
   * @param {(place: Search, shown: number) => void} keep notes it in the address @param {ByMeaning|null} meaning
   */
  constructor(ask, place, found, whole, keep, meaning) {
    this.#ask = ask;
    this.#keep = keep;
    this.#meaning = meaning;
    this.place = place;
    this.total = found.total;
    this.category = categoryNamed(found, place.query) ?? categoryNamed(whole, place.query);
    this.filters = new Filters(facetsOf(whole), place.filter, (filter) => this.#turn({ filter }));
    this.element = h(
      'div',
      { class: 'results', 'data-mode': found.mode ?? 'keyword' },
      this.#title,
      this.#corrected,
      this.#tools(whole),
      h(
        'div',
        { class: this.filters.some ? 'found found-filtered' : 'found' },
        this.filters.some && this.filters.element,
        h('div', {}, this.#count, this.#list, this.#more),
      ),
    );
    this.#show(found);
  }

  /** @param {Found} whole */
  #tools(whole) {
    if (whole.fallback_reason) return null;
    const { sort, taste } = this.place;
    const orders = ordersOf(facetsOf(whole));
    const select = h(
      'select',
      { class: 'sort', id: 'sort', onchange: () => this.#turn({ sort: select.value }) },
      orders.map(([value, text]) => h('option', { value }, text)),
    );
    select.value = orders.some(([value]) => value === sort) ? sort : orders[0][0];
    const box = h('input', { type: 'checkbox', role: 'switch', checked: taste, onchange: () => this.#turn({ taste: box.checked }) });
    return h(
      'div',
      { class: 'tools' },
      h('label', { class: 'tool' }, h('span', {}, 'Order'), select),
      h('label', { class: 'tool switch' }, box, h('span', { class: 'switch-face', 'aria-hidden': 'true' }), h('span', {}, 'Sort by my taste')),
    );
  }

  /** @param {Found} found */
  #show(found) {
    this.total = found.fallback_reason ? 0 : found.total;
    this.#title.textContent = titleOf(found, this.place);
    const byWords = (found.mode ?? 'keyword') === 'keyword';
    const corrected = found.fallback_reason || !byWords ? null : found.corrected_query;
    this.#corrected.replaceChildren(...(corrected ? ['Showing results for ', h('strong', {}, corrected), `, not for “${this.place.query}”`] : []));
    this.#corrected.hidden = !corrected;
    this.#count.textContent = countOf(found, this.place);
    this.#shown.clear();
    this.#list.replaceChildren(...this.#tiles(found));
    this.#more.hidden = this.#shown.size >= this.total;
    if (found.facets && !found.fallback_reason) this.filters.update(found.facets);
  }

  /** Products that are not shown yet. @param {Found} found */
  #tiles({ results }) {
    const fresh = results.filter(({ id }) => !this.#shown.has(id));
    for (const { id } of fresh) this.#shown.add(id);
    return fresh.map((product) => tile(product));
  }

  /** One request at a time; the last choice wins. @param {Partial<Search>} change */
  async #turn(change) {
    this.place = { ...this.place, ...change };
    this.#keep(this.place, PART);
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        const found = await this.#ask.search(this.place, { limit: PART, facets: true }, this.#meaning);
        if (!this.#again) this.#show(found);
      }
      if (this.element.isConnected) say(this.announcement);
    } catch (error) {
      warn(error);
    }
    this.#busy = false;
  }

  async #showMore() {
    const offset = this.#list.childElementCount;
    try {
      const found = await this.#ask.search(this.place, { limit: PART, offset }, this.#meaning);
      // Another view or another order has come in the meantime.
      if (!this.element.isConnected || this.#busy || this.#list.childElementCount !== offset) return;
      const tiles = this.#tiles(found);
      this.#list.append(...tiles);
      this.#more.hidden = tiles.length === 0 || this.#shown.size >= this.total;
      this.#keep(this.place, this.#shown.size);
      tiles[0]?.querySelector('a')?.focus();
      say(`${plural(tiles.length, 'more product')}, ${this.#shown.size} of ${this.total.toLocaleString('en')} shown.`);
    } catch (error) {
      warn(error);
    }
  }

  /** Put a row above what was found, which has a heading of its own then. @param {HTMLElement} row */
  lead(row) {
    this.#corrected.after(row, h('h2', { class: 'visually-hidden' }, 'All results'));
  }

  get announcement() {
    return [this.#title.textContent, this.#corrected.hidden ? null : this.#corrected.textContent, this.#count.textContent]
      .filter(Boolean)
      .join('. ');
  }
}

/** Is somebody busy with what is shown, so that nothing may move? @param {HTMLElement} element */
function inUse(element) {
  const active = document.activeElement;
  return element.contains(active) && active?.id !== 'heading';
}

/**
 * @param {Ask} ask @param {Search} place @param {{shown: number, keep: (place: Search, shown: number) => void, begin: () =>
 *   void, stages: import('./stages.js').Stages|null}} how
 */
export async function searchView(ask, place, { shown, keep, begin, stages }) {
  if (!place.query) return askFirst(begin);
  const started = performance.now();
  const meaning = stages?.meaning ?? null;
  /** @type {Results} */
  let view;
  /** The results, by words alone or with the query's vector. @param {ByMeaning|null} by */
  const look = async (by) => {
    const now = view?.place ?? place;
    const narrowed = Object.keys(now.filter).length > 0;
    const [found, whole] = await Promise.all([
      ask.search(now, { limit: Math.max(PART, shown), facets: true }, by),
      narrowed ? ask.search(searchFor(now.query), { limit: 1, facets: true }, by) : null,
    ]);
    return new Results(ask, now, found, whole ?? found, keep, by);
  };
  const element = h('div', { class: 'shop' });
  const line = stages?.strip(() => void think());
  /** Picks of the category, where the words are the name of one. @type {HTMLElement|null|undefined} */
  let picks;
  const put = (/** @type {Results} */ next) => {
    const had = document.activeElement?.id === 'heading';
    if (view) view.element.replaceWith(next.element);
    else element.append(...(line ? [line] : []), next.element);
    if (picks) next.lead(picks);
    view = next;
    if (had) next.element.querySelector('h1')?.focus({ preventScroll: true });
    say(next.announcement);
  };
  /** Words first; what the meaning of the query finds comes when its vector does. */
  const think = () => find().catch(warn);
  const find = async () => {
    // By then the view is in the page, or never will be; once it is not, the visitor has gone on.
    await new Promise((resolve) => setTimeout(resolve));
    if (!meaning || meaning.mode === 'words' || !element.isConnected) return;
    const { mode, near } = meaning;
    const vector = await meaning.vector(place.query);
    if (!vector || !element.isConnected) return;
    const next = await look({ mode, vector });
    if (!element.isConnected) return;
    const stale = () => view.place !== next.place || meaning.mode !== mode;
    if (stale()) return void think();
    // What was chosen between the offer and the press counts as well.
    if (inUse(view.element)) return offer('Results by meaning are here', () => (stale() ? void think() : put(next)));
    put(next);
    if (near) stages?.time('search by meaning', performance.now() - started);
  };
  const first = await look(null);
  const row = first.category ? stages?.category(first.category) : null;
  picks = await Promise.race([row, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  put(first);
  // Late, it comes below: nothing moves under the reader.
  if (picks === undefined) void row?.then((late) => late && element.append(late));
  void think();
  return element;
}
