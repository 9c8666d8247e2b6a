/** What everything that is sold has here: a picture like a printed label, a price tag, a bar with its number. */
import { hash } from '../page/art.js';
import { h, s } from '../page/dom.js';
import { money, percent } from '../page/format.js';
import { colourOf, thingOf } from '../page/goods.js';

/** @typedef {import('./ask.js').Ware} Ware */

/** Two inks on paper; the thing comes from the words of its name. @param {Ware} ware */
function label({ item_id: id, title }) {
  const seed = hash(id);
  const hue = hash(title) % 360;
  const turn = (seed % 13) - 6;
  const [body, detail] = thingOf({ name: title, category: null });
  const ink = `hsl(${hue} 42% 30%)`;
  const lines = Array.from({ length: 9 }, (_, at) => `M-20 ${at * 26 + (seed % 26)}l240 ${turn * 4}`).join('');
  return s(
    'svg',
    { class: 'art', viewBox: '0 0 200 200', preserveAspectRatio: 'xMidYMid slice', 'aria-hidden': 'true', focusable: 'false' },
    s('rect', { width: 200, height: 200, fill: `hsl(${hue} 46% 88%)` }),
    s('path', { d: lines, stroke: `hsl(${hue} 40% 80%)`, 'stroke-width': 10 }),
    s(
      'g',
      { transform: `rotate(${turn} 100 100) translate(-28 -28) scale(1.28)` },
      s('path', { d: body, fill: colourOf(title) ?? `hsl(${hue} 48% 52%)`, stroke: ink, 'stroke-width': 4, 'stroke-linejoin': 'round' }),
      s('path', { d: detail, fill: ink, 'fill-rule': 'evenodd' }),
    ),
  );
}

/** The catalogue's picture where it lies beside this page, else a drawing: no other host is asked. @param {Ware} ware */
export function picture(ware) {
  const frame = h('div', { class: 'label' });
  const draw = () => frame.replaceChildren(label(ware));
  const url = ware.image && URL.canParse?.(ware.image, document.baseURI) ? new URL(ware.image, document.baseURI) : null;
  if (url?.origin !== location.origin) draw();
  else frame.append(h('img', { alt: '', width: 160, height: 160, loading: 'lazy', decoding: 'async', onerror: draw, src: url.href }));
  return frame;
}

/** For readers of the screen only. @param {string} text */
export const spoken = (text) => h('span', { class: 'visually-hidden' }, text);

/** @param {Ware} ware */
export const priceTag = ({ item_price: price }) =>
  price === null
    ? h('p', { class: 'tag-price tag-none' }, 'No price')
    : h('p', { class: 'tag-price' }, spoken('Price '), money(price));

/**
 * A share from 0 to 1 as a bar, with its number beside it.
 * @param {string} name @param {number|null} value @param {(value: number) => string} [text]
 */
export function gauge(name, value, text = percent) {
  if (value === null) return null;
  const number = text(value);
  return h(
    'div',
    { class: 'gauge' },
    h('span', { class: 'gauge-name', 'aria-hidden': 'true' }, name),
    h(
      'span',
      {
        class: 'gauge-bar',
        role: 'meter',
        'aria-label': name,
        'aria-valuemin': 0,
        'aria-valuemax': 1,
        'aria-valuenow': Math.min(1, Math.max(0, value)),
        'aria-valuetext': number,
      },
      h('span', { class: 'gauge-fill', vars: { '--share': Math.min(1, Math.max(0, value)) } }),
    ),
    h('span', { class: 'gauge-number', 'aria-hidden': 'true' }, number),
  );
}

/** How relevance is written: of 1, not a share of anything. @param {number} value */
export const ofOne = (value) => value.toFixed(2);
