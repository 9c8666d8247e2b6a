/** The cart: how many of each, what it comes to, and what goes with it. */
import { h } from '../page/dom.js';
import { money, plural } from '../page/format.js';
import { say, warn } from '../page/frame.js';
import { state } from '../page/states.js';
import { pickShelf } from './picks.js';
import { addressOf } from './places.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Product} Product @typedef {import('./basket.js').Basket} Basket */
/** @typedef {import('./stages.js').Tools} Tools @typedef {{ask: Ask, basket: Basket, tools: Tools}} Lent */
/** @typedef {import('./basket.js').Line & {product: Product, price: number|null}} Row */

/** The lines with their products, and the ids of those that have left the catalogue. A product that cannot be had now has left nothing: that
 * is an error. @param {Ask} ask @param {import('./basket.js').Line[]} lines @returns {Promise<{rows: Row[], gone: string[]}>} */
async function rowsOf(ask, lines) {
  const rows = lines.map((line) =>
    ask.product(line.id, 1).then(
      ({ product }) => ({ ...line, product, price: product.price }),
      (error) => {
        if (error.status !== 404) throw error;
        return line.id;
      },
    ),
  );
  const all = await Promise.all(rows);
  return { rows: all.filter((row) => typeof row !== 'string'), gone: all.filter((row) => typeof row === 'string') };
}

/** @param {Row[]} rows */
const totalOf = (rows) => rows.reduce((sum, { price, quantity }) => sum + (price ?? 0) * quantity, 0);

/** Nothing is in it. @param {boolean} bought was it just bought? */
const nothing = (bought) =>
  state({
    kind: 'empty',
    symbol: bought ? 'done' : 'cart',
    title: bought ? 'Thank you' : 'Your cart is empty',
    text: bought
      ? 'This is a demonstration: nothing was ordered, but your recommendations know of it, on this device.'
      : 'What you put in is kept on this device, also without a network.',
    actions: [h('a', { class: 'button button-main', href: addressOf({ page: 'home' }) }, bought ? 'Go on' : 'Have a look around')],
  });

/** @param {Row} row @param {{more: () => void, less: () => void, remove: () => void}} acts @param {Tools} tools */
function line({ product, quantity, price }, { more, less, remove }, { icon, picture }) {
  /** @param {string} text @param {Node|string} sign @param {() => void} act */
  const button = (text, sign, act) =>
    h('button', { class: 'icon-button step', type: 'button', 'aria-label': `${text}: ${product.name}`, 'data-act': text, onclick: act }, sign);
  return h(
    'li',
    { class: 'cart-line', 'data-id': product.id },
    picture(product, { size: 96 }),
    h(
      'div',
      { class: 'cart-text' },
      h('a', { class: 'cart-name', href: addressOf({ page: 'product', id: product.id }) }, product.name),
      h('p', { class: 'cart-each' }, price === null ? 'No price' : `${money(price)} each`),
    ),
    h(
      'div',
      { class: 'cart-steps' },
      button('One less', '−', less),
      h('span', { class: 'cart-quantity' }, h('span', { class: 'visually-hidden' }, 'Quantity '), quantity.toLocaleString('en')),
      button('One more', '+', more),
    ),
    h('p', { class: 'cart-sum' }, price === null ? '' : money(price * quantity)),
    button('Remove', icon('close'), remove),
  );
}

class CartView {
  #ask;
  #basket;
  #tools;
  element = h('div', { class: 'shop cart' });
  #goesWith = h('div', {});
  /** The last draw wins: what an older one still finds out is stale. */
  #turn = 0;
  /** Is it being bought? Then nothing else may be done with it. */
  #buying = false;

  /** @param {Lent} lent */
  constructor({ ask, basket, tools }) {
    this.#tools = tools;
    this.#ask = ask;
    this.#basket = basket;
  }

  /** @param {{again?: string|null, bought?: boolean}} [how] `again`: the button that is to have the focus */
  async draw({ again = null, bought = false } = {}) {
    const turn = ++this.#turn;
    const { rows, gone } = await rowsOf(this.#ask, await this.#basket.lines());
    if (turn !== this.#turn) return;
    if (gone.length > 0) await this.#basket.drop(gone);
    if (turn !== this.#turn) return;
    const asked = rows.length > 0 || !bought ? this.#complements(rows.length, turn) : null;
    this.element.replaceChildren(
      ...(rows.length > 0 ? [h('h1', { class: 'shop-title', id: 'heading', tabindex: '-1' }, 'Your cart'), this.#body(rows)] : [nothing(bought)]),
      ...(gone.length > 0 ? [h('p', { class: 'shop-lead' }, `No longer in the cart, because it left the catalogue: ${plural(gone.length, 'product')}.`)] : []),
      this.#goesWith,
    );
    await asked?.catch(() => {});
    if (turn !== this.#turn) return;
    const target = again ? this.element.querySelector(again) : null;
    /** @type {HTMLElement|null} */ (target ?? (again || bought ? this.element.querySelector('#heading') : null))?.focus({ preventScroll: true });
  }

  /** @param {Row[]} rows */
  #body(rows) {
    const count = rows.reduce((sum, { quantity }) => sum + quantity, 0);
    const total = money(totalOf(rows));
    return h(
      'div',
      { class: 'cart-body' },
      h('ul', { class: 'cart-lines', 'aria-label': 'In the cart' }, rows.map((row) => line(row, this.#acts(row), this.#tools))),
      h(
        'section',
        { class: 'till', 'aria-labelledby': 'till' },
        h('h2', { class: 'till-title', id: 'till' }, plural(count, 'thing')),
        h('p', { class: 'till-total' }, h('span', {}, 'Total'), ' ', h('strong', { id: 'total' }, total)),
        h('button', { class: 'button button-main', type: 'button', onclick: () => void this.#buy(rows) }, 'Buy'),
        h('p', { class: 'till-note' }, 'A demonstration: nothing is ordered and nothing leaves this device.'),
      ),
    );
  }

  /** @param {Row} row */
  #acts(row) {
    const { id } = row;
    const at = (/** @type {string} */ act) => `.cart-line[data-id="${CSS.escape(id)}"] [data-act="${act}"]`;
    const { price, quantity } = row;
    return {
      more: () => void this.#do(() => this.#basket.add({ id, price }, row.origin), at('One more'), `One more of ${row.product.name}.`),
      less: () => void this.#do(() => (quantity > 1 ? this.#basket.less(id) : this.#basket.remove(row)), at('One less'), `One less of ${row.product.name}.`),
      remove: () => void this.#do(() => this.#basket.remove(row), '#heading', `${row.product.name} was taken out.`),
    };
  }

  /** @param {() => Promise<void>} act @param {string} again @param {string} text */
  async #do(act, again, text) {
    if (this.#buying) return;
    try {
      await act();
      await this.draw({ again });
      say(text);
    } catch (error) {
      warn(error);
    }
  }

  /** Once, however often the button is pressed before it is gone. @param {Row[]} rows */
  async #buy(rows) {
    if (this.#buying) return;
    this.#buying = true;
    try {
      await this.#basket.buy(rows);
      await this.draw({ bought: true });
      scrollTo({ top: 0 });
      say('Bought. Nothing was ordered: this is a demonstration.');
    } catch (error) {
      warn(error);
    } finally {
      this.#buying = false;
    }
  }

  /** @param {number} lines @param {number} turn the draw that it belongs to */
  async #complements(lines, turn) {
    const picks = await this.#ask.picks('cart');
    if (turn !== this.#turn) return;
    const title = lines > 0 ? 'Goes with it' : 'To begin with';
    const added = () => void this.draw({ again: '#heading' }).catch(warn);
    const element = pickShelf({ ask: this.#ask, basket: this.#basket, tools: this.#tools, picks, title, added });
    this.#goesWith.replaceChildren(...(element ? [element] : []));
  }
}

/** @param {Lent} lent */
export async function cartView(lent) {
  const view = new CartView(lent);
  await view.draw();
  return view.element;
}
