/** What can be done with a product: into the cart, onto the wish list. */
import { h } from '../page/dom.js';
import { say, warn } from '../page/frame.js';

/** @param {{ask: import('./ask.js').Ask, basket: import('./basket.js').Basket, tools: import('./stages.js').Tools, product:
 *   import('./ask.js').Product}} what */
export async function actsView({ ask, basket, tools, product }) {
  const { events } = await ask.me();
  const wished = events.some((/** @type {any} */ event) => event.type === 'like' && String(event.item) === product.id);
  const put = h('button', { class: 'button button-main', type: 'button' }, tools.icon('cart'), h('span', {}, 'Add to cart'));
  put.addEventListener('click', () =>
    basket.add(product).then(() => {
      put.lastElementChild?.replaceChildren('Add one more');
      say(`${product.name} is in the cart.`);
    }, warn),
  );
  const wish = h('button', { class: 'button button-quiet wish', type: 'button', 'aria-pressed': String(wished) }, tools.icon('like'), 'Wish list');
  wish.addEventListener('click', async () => {
    const on = wish.getAttribute('aria-pressed') !== 'true';
    try {
      if (on) await ask.tell([{ interaction_type: 'WISHLIST_ADD', product_id: product.id, ...basket.originOf(product.id) }]);
      else await ask.takeBack('like', product.id);
      wish.setAttribute('aria-pressed', String(on));
      say(on ? 'It is on your wish list.' : 'It is no longer on your wish list.');
    } catch (error) {
      warn(error);
    }
  });
  return h('div', { class: 'row product-acts' }, put, wish);
}
