/**
 * A list of the four stages as a shelf: what of it was seen is told once, a product that is opened from it is a click on a
 * recommendation, and each of its tiles can be put into the cart.
 */
import { h } from '../page/dom.js';
import { say, warn } from '../page/frame.js';
import { Seen } from '../page/seen.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Pick} Pick @typedef {import('./ask.js').Picks} Picks */
/** @typedef {import('./ask.js').Product} Product @typedef {import('./basket.js').Basket} Basket */

/** Half of a card for so long: it was seen. */
const LOOKED_AT = 1000;
/** What was seen is told together. */
const GATHER = 1500;

/** @param {Pick} pick @returns {Product} */
export const productOf = ({ product_id: id, name, category, price, image_url: image }) => ({
  id,
  name: name ?? id,
  category,
  image,
  price,
  original_price: null,
  discount_ratio: null,
});

/** What is still to be told when the page goes. @type {Set<() => void>} */
const untold = new Set();
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') for (const send of untold) send();
});

/**
 * Tells what of one list was seen. `take` gives what is not told yet to somebody who tells something else anyway: a click must not
 * be there without what it was on.
 * @param {Ask} ask @param {Picks} picks @param {() => void} noticed is called at the first thing
 */
function impressions(ask, { request_id, context }, noticed) {
  /** @type {string[]} */
  let waiting = [];
  let timer = 0;
  const take = () => {
    clearTimeout(timer);
    timer = 0;
    untold.delete(send);
    const told = waiting.length > 0 ? [{ interaction_type: 'RECOMMENDATION_IMPRESSION', product_ids: waiting, request_id, context }] : [];
    waiting = [];
    return told;
  };
  const send = () => {
    const told = take();
    // A count that is lost is no reason to disturb anybody.
    if (told.length > 0) void ask.tell(told).catch(() => {});
  };
  const seen = new Seen((id) => {
    noticed();
    waiting.push(id);
    untold.add(send);
    timer ||= window.setTimeout(send, GATHER);
  }, LOOKED_AT);
  return { seen, take, send };
}

/**
 * @param {{ask: Ask, basket: Basket, tools: import('./stages.js').Tools, picks: Picks, title: string, why?: string|null, added?: () => void, noticed?: () => void}} list `added` is called
 *   when something of it was put into the cart, `noticed` when something of it was seen
 * @returns {HTMLElement|null}
 */
export function pickShelf({ ask, basket, tools, picks, title, why = null, added = () => {}, noticed = () => {} }) {
  const products = picks.recommendations.map(productOf);
  /** @type {HTMLElement[]} */
  const tiles = [];
  const { seen, take, send } = impressions(ask, picks, noticed);
  /** @param {HTMLElement} tile @param {number} at */
  const dress = (tile, at) => {
    const product = products[at];
    const origin = { request_id: picks.request_id, context: picks.context, position: picks.recommendations[at].position };
    const put = h(
      'button',
      { class: 'tile-put', type: 'button', 'aria-label': `Add to cart: ${product.name}`, onclick: () => add() },
      tools.icon('cart'),
    );
    const add = () => {
      seen.saw(tile);
      send();
      basket.add(product, origin).then(() => {
        put.classList.add('tile-put-done');
        put.replaceChildren(tools.icon('done'));
        say(`${product.name} is in the cart.`);
        added();
      }, warn);
    };
    tile.querySelector('a')?.addEventListener('click', () => {
      seen.saw(tile);
      basket.came(product.id, origin);
      void ask.tell([...take(), { interaction_type: 'RECOMMENDATION_CLICK', product_id: product.id, ...origin }]).catch(warn);
    });
    if (picks.recommendations[at].new_arrival) tile.append(h('p', { class: 'tile-note' }, 'New'));
    tile.querySelector('.picture')?.after(put);
    tiles.push(tile);
  };
  const element = tools.shelf({ title, products, why, dress });
  if (element) {
    element.dataset.request = picks.request_id;
    element.dataset.context = picks.context;
    seen.watch(tiles, true);
  }
  return element;
}
