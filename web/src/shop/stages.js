/**
 * What the page has more where the bundle has meaning: lists of the four stages, the cart, search by meaning, the times of
 * all that. A script of its own, so that the page of another shop does not load it.
 */
import { keepFiles } from '../page/client.js';
import { byId } from '../page/dom.js';
import { BASE, warn, whenIdle } from '../page/frame.js';
import { forgetTimings, time } from '../page/timing.js';
import { Basket } from './basket.js';
import { cartView } from './cart.js';
import { actsView } from './acts.js';
import { finely, finerOf } from './finer.js';
import { encoderFiles, meaningOf } from './meaning.js';
import { pickShelf } from './picks.js';
import { strip } from './strip.js';
import { encoderPanel } from './panel.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Product} Product @typedef {import('./ask.js').Picks} Picks */
/**
 * What the page lends: its own shelves, pictures and icons are not built twice.
 * @typedef {{shelf: typeof import('./shelf.js').shelf, picture: typeof import('./picture.js').picture, icon: typeof
 *   import('../page/icons.js').icon}} Tools
 */

/** Names of the routes whose time is kept. */
const TIMED = /^\/(?:api\/v1\/)?recommendations\/(homepage|category|product|cart|frequently-bought-together|search|suggest|home)\b/;

/** @param {string} path @param {Partial<import('../lib/recommender.js').Timing>} timing */
function measured(path, { engine = 0, state = 0, shards = 0 }) {
  const [, route] = TIMED.exec(path) ?? [];
  if (route) time(`engine: ${route.replace('frequently-', '').replace(/-/g, ' ')}`, engine);
  time('state', state);
  if (shards > 0) time('shards', shards);
}

/** A part of a view that others do without: where it does not come, that is said and the rest is shown. @template T @param {Promise<T>} part
 *   @returns {Promise<T|null>} */
const optional = (part) => part.catch((error) => (warn(error), null));

/** How many things are in the cart. @param {number} count */
function countCart(count) {
  const text = count > 0 ? count.toLocaleString('en') : '';
  byId('cart-count').textContent = text;
  byId('cart').setAttribute('aria-label', count > 0 ? `Cart, ${text}` : 'Cart');
}

export class Stages {
  /** @type {import('./meaning.js').Meaning|null} */
  meaning = null;
  /** @type {import('./finer.js').Finer|null} */
  #finer = null;
  #ask;
  #tools;

  /** @param {Ask} ask @param {Tools} tools */
  constructor(ask, tools) {
    this.#ask = ask;
    this.#tools = tools;
    this.basket = new Basket(ask, countCart);
  }

  async begin() {
    byId('cart').prepend(this.#tools.icon('cart'));
    byId('cart').hidden = false;
    const [meaning, finer] = await Promise.all([meaningOf(BASE, __SITE__), finerOf(BASE, __SITE__), this.basket.lines()]);
    this.#finer = finer;
    this.meaning = meaning;
    let kept = false;
    const keep = () => {
      if (meaning?.kept && !kept) void keepFiles(encoderFiles());
      kept = meaning?.kept ?? false;
    };
    meaning?.subscribe(keep);
    whenIdle(keep); // a worker of another build than at the last visit has to be told again
  }

  get #lent() {
    return { ask: this.#ask, basket: this.basket, tools: this.#tools };
  }

  /** The list of the start page; null where a part of it cannot be had. @param {string|null} why what is known of the visitor */
  home(why) {
    const title = (/** @type {Picks} */ picks) => (picks.fallback_used ? 'To begin with' : 'Picked for you');
    return optional(finely({ ...this.#lent, finer: this.#finer, path: 'homepage', title, why }));
  }

  /** What fits the visitor within a category; null where none has that name. @param {string} name */
  async category(name) {
    const path = `category/${encodeURIComponent(name)}`;
    const list = finely({ ...this.#lent, finer: this.#finer, path, title: () => `Picks in ${name}`, why: null });
    return optional(list.catch((error) => (error.status === 404 ? null : Promise.reject(error))));
  }

  /** What can be done with a product, what goes with it and what is like it. @param {Product} product */
  async product(product) {
    const path = encodeURIComponent(product.id);
    const [acts, together, alike] = await Promise.all([
      actsView({ ...this.#lent, product }),
      optional(this.#ask.picks(`frequently-bought-together/${path}`)),
      optional(finely({ ...this.#lent, finer: this.#finer, path: `product/${path}`, title: () => 'You may also like', why: null })),
    ]);
    return { acts, below: [together && pickShelf({ ...this.#lent, picks: together, title: 'Bought together' }), alike] };
  }

  /** A product was opened. @param {string} id */
  viewed(id) {
    return this.#ask.tell([{ interaction_type: 'VIEW', product_id: id, ...this.basket.originOf(id) }]);
  }

  cart() {
    return cartView(this.#lent);
  }

  /** The line above the results of a search. @param {() => void} again looks for the meaning of the query once more */
  strip(again) {
    return this.meaning && strip(this.meaning, again, this.#tools.icon);
  }

  /** What is kept of the encoders, and the way to the insights. @param {() => Promise<void>} again shows the view anew */
  panel(again) {
    return encoderPanel(this.meaning, this.#finer, again, this.#tools.icon);
  }

  /** @param {string} stage @param {number} ms */
  time(stage, ms) {
    time(stage, ms);
  }

  /** Another state is kept now: an imported one, or an empty one. @param {boolean} nothing is it empty? */
  async replaced(nothing) {
    if (nothing) forgetTimings();
    await this.basket.forget();
  }
}

/** @param {import('../page/client.js').Client} client @param {Ask} ask @param {Tools} tools */
export async function begin(client, ask, tools) {
  client.timed(measured);
  const stages = new Stages(ask, tools);
  await stages.begin();
  return stages;
}
