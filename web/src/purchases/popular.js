/** What most people buy, as a numbered till roll. */
import { h } from '../page/dom.js';
import { plural } from '../page/format.js';
import { icon } from '../page/icons.js';
import { gauge, picture, priceTag, spoken } from './ware.js';

/** @typedef {import('./ask.js').Popular} Popular */

/** @param {Popular[]} items @param {(item: Popular) => void} similar */
export function popularShelf(items, similar) {
  if (items.length === 0) return null;
  return h(
    'section',
    { class: 'popular', 'aria-labelledby': 'popular-title' },
    h('h2', { class: 'till-title', id: 'popular-title' }, 'Popular now'),
    h(
      'ol',
      { class: 'roll torn' },
      items.map((item) =>
        h(
          'li',
          { class: 'roll-line', 'data-id': item.item_id },
          picture(item),
          h('h3', { class: 'roll-name' }, item.title),
          priceTag(item),
          gauge('Popular', item.popularity_score),
          h('p', { class: 'roll-buyers' }, item.buyers > 0 ? plural(item.buyers, 'buyer') : 'Few buyers'),
          h(
            'button',
            { class: 'text-button', type: 'button', 'aria-haspopup': 'dialog', onclick: () => similar(item) },
            icon('similar'),
            'Similar',
            spoken(`: ${item.title}`),
          ),
        ),
      ),
    ),
  );
}
