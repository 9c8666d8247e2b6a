/** One product, what is like it, and what people take with it. */
import { h } from '../page/dom.js';
import { percent } from '../page/format.js';
import { picture } from './picture.js';
import { addressOf, searchFor } from './places.js';
import { shelf } from './shelf.js';
import { priceOf, ratingOf } from './tile.js';

/** Where it belongs; each step searches its category. @param {string|null} category */
function breadcrumb(category) {
  const steps = (category ?? '').split(' > ').filter(Boolean);
  const links = steps.map((name) => h('li', {}, h('a', { href: addressOf(searchFor(name)) }, name)));
  return h(
    'nav',
    { class: 'crumbs', 'aria-label': 'Category' },
    h('ol', {}, h('li', {}, h('a', { href: addressOf({ page: 'home' }) }, 'Shop')), links),
  );
}

/** @param {import('./ask.js').Companion} product */
const together = ({ confidence }) => `in ${percent(confidence)} of baskets with this`;

/** Shelves of the shop's own. @param {import('./ask.js').Product[]} similar @param {import('./ask.js').Companion[]} companions */
const shelves = (similar, companions) => [
  shelf({ title: 'Bought together', products: companions, note: together }),
  shelf({ title: 'Similar', products: similar }),
  similar.length + companions.length === 0 ? h('p', { class: 'shop-lead' }, 'Nothing here is like it yet.') : null,
];

/** @param {import('./ask.js').Ask} ask @param {import('./stages.js').Stages|null} stages @param {string} id */
export async function productView(ask, stages, id) {
  const { product, similar, bought_together: companions } = await ask.product(id, stages ? 1 : undefined);
  const { acts, below } = stages ? await stages.product(product) : { acts: null, below: shelves(similar, companions) };
  return h(
    'div',
    { class: 'shop' },
    breadcrumb(product.category),
    h(
      'article',
      { class: 'product', 'data-id': product.id, 'aria-labelledby': 'heading' },
      picture(product, { alt: product.name, size: 640, eager: true }),
      h(
        'div',
        { class: 'product-text' },
        h('h1', { class: 'product-name', id: 'heading', tabindex: '-1' }, product.name),
        ratingOf(product) ?? h('p', { class: 'rating' }, 'No ratings yet'),
        priceOf(product),
        acts,
      ),
    ),
    below,
  );
}
