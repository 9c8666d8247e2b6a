/** One product in a row or a grid, and the parts it shares with its own page: price, stars, marked words. */
import { h } from '../page/dom.js';
import { money, percent } from '../page/format.js';
import { picture } from './picture.js';
import { addressOf } from './places.js';

/** @typedef {import('./ask.js').Product} Product */

/** For readers of the screen only. @param {string} text */
const spoken = (text) => h('span', { class: 'visually-hidden' }, text);

/** @param {Product} product */
export function priceOf({ price, original_price: before, discount_ratio: less }) {
  if (price === null) return h('p', { class: 'price price-none' }, 'No price');
  const cheaper = before !== null && less !== null && less > 0;
  return h(
    'p',
    { class: 'price' },
    spoken('Price '),
    h('strong', {}, money(price)),
    cheaper && [' ', h('s', {}, spoken('instead of '), money(before))],
    cheaper && [' ', h('span', { class: 'discount' }, `−${percent(less)}`)],
  );
}

/** @param {Product} product */
export function ratingOf({ rating = null, reviews = null }) {
  if (rating === null) return null;
  const value = rating.toFixed(1);
  const by = reviews === null ? '' : ` by ${reviews.toLocaleString('en')} ${reviews === 1 ? 'person' : 'people'}`;
  return h(
    'p',
    { class: 'rating' },
    spoken(`Rated ${value} of 5${by}`),
    h('span', { class: 'stars', 'aria-hidden': 'true', vars: { '--share': Math.max(0, Math.min(1, rating / 5)) } }),
    h('span', { 'aria-hidden': 'true' }, reviews === null ? value : `${value} (${reviews.toLocaleString('en')})`),
  );
}

/**
 * A text with parts of it marked.
 * @param {string} text @param {[number, number][]|undefined} parts start and length in UTF-16 units, in order
 * @returns {(string|HTMLElement)[]}
 */
export function marked(text, parts = []) {
  const pieces = [];
  let at = 0;
  for (const [start, length] of parts) {
    if (start < at || length <= 0 || start + length > text.length) continue;
    if (start > at) pieces.push(text.slice(at, start));
    pieces.push(h('mark', {}, text.slice(start, start + length)));
    at = start + length;
  }
  pieces.push(text.slice(at));
  return pieces;
}

/** @param {Product & {highlight?: [number, number][]}} product @param {string|null} [note] a line of its own */
export function tile(product, note = null) {
  return h(
    'li',
    { class: 'tile', 'data-id': product.id },
    picture(product),
    h(
      'a',
      { class: 'tile-name', href: addressOf({ page: 'product', id: product.id }) },
      h('span', { class: 'tile-lines' }, marked(product.name, product.highlight)),
    ),
    priceOf(product),
    product.rating === undefined ? null : (ratingOf(product) ?? h('p', { class: 'rating' }, 'No ratings yet')),
    note === null ? null : h('p', { class: 'tile-note' }, note),
  );
}
