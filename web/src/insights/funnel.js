/** From a look to the cart to the till: how many products came how far. */
import { h } from '../page/dom.js';
import { plural } from '../page/format.js';
import { rate } from './lists.js';

const NAMES = /** @type {Record<string, string>} */ ({ VIEW: 'Looked at', CART_ADD: 'Put into the cart', PURCHASE: 'Bought' });

/** @param {import('./ask.js').Funnel} funnel */
export function funnel({ stages, overall_rate: overall, abandoned }) {
  const most = Math.max(1, ...stages.map(({ reached }) => reached));
  const steps = stages.map(({ stage, reached, rate: share }, at) =>
    h(
      'li',
      { class: 'step-line', 'data-stage': stage },
      h('span', { class: 'step-name' }, NAMES[stage] ?? stage),
      h('span', { class: 'step-track', 'aria-hidden': 'true' }, h('span', { class: 'step-bar', vars: { '--share': reached / most } })),
      h('span', { class: 'step-count' }, plural(reached, 'product')),
      h('span', { class: 'step-rate' }, at === 0 ? '' : `${rate(share)} of those before`),
    ),
  );
  const left = abandoned > 0 ? ` ${plural(abandoned, 'product')} ${abandoned === 1 ? 'is' : 'are'} still in the cart.` : '';
  return h('div', {}, h('ol', { class: 'funnel' }, steps), h('p', { class: 'note' }, `From the first look to the till: ${rate(overall)}.${left}`));
}
