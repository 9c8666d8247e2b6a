/** A row of products that scrolls sideways: by finger, by wheel, and by its two buttons. */
import { h, reducedMotion } from '../page/dom.js';
import { icon } from '../page/icons.js';
import { tile } from './tile.js';

/** @typedef {import('./ask.js').Product} Product */

let count = 0;

/**
 * The list itself and the buttons that move it.
 * @param {string} name for the buttons @param {Product[]} products @param {(product: any) => string|null} [note]
 * @param {(tile: HTMLElement, at: number) => void} [dress] adds to a tile what only this row has
 */
export function row(name, products, note = () => null, dress = () => {}) {
  const tiles = products.map((product) => tile(product, note(product)));
  tiles.forEach(dress);
  const list = h('ul', { class: 'shelf-list' }, tiles);
  /** @param {-1|1} way */
  const button = (way) =>
    h(
      'button',
      {
        class: 'icon-button shelf-button',
        type: 'button',
        'aria-label': `${name}: ${way < 0 ? 'back' : 'on'}`,
        onclick: () => list.scrollBy({ left: way * list.clientWidth * 0.85, behavior: reducedMotion() ? 'auto' : 'smooth' }),
      },
      icon(way < 0 ? 'back' : 'forward'),
    );
  const buttons = [button(-1), button(1)];
  const look = () => {
    const most = list.scrollWidth - list.clientWidth;
    const ends = [list.scrollLeft <= 1, list.scrollLeft >= most - 1];
    // They stay in place: only what they say changes.
    buttons.forEach((one, at) => one.setAttribute('aria-disabled', String(ends[at])));
  };
  list.addEventListener('scroll', look, { passive: true });
  new ResizeObserver(look).observe(list);
  return { list, buttons: h('div', { class: 'shelf-buttons' }, buttons) };
}

/**
 * @param {{title: string, products: Product[], why?: string|null, note?: (product: any) => string|null, dress?: (tile:
 *   HTMLElement, at: number) => void}} shelf
 * @returns {HTMLElement|null} null where there is nothing to show
 */
export function shelf({ title, products, why = null, note, dress }) {
  if (products.length === 0) return null;
  const id = `shelf-${++count}`;
  const { list, buttons } = row(title, products, note, dress);
  return h(
    'section',
    { class: 'shelf', 'aria-labelledby': id },
    h('div', { class: 'shelf-head' }, h('h2', { class: 'shelf-title', id }, title), buttons),
    why ? h('p', { class: 'shelf-why' }, why) : null,
    list,
  );
}
