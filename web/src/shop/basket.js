/**
 * The cart, which is nothing but the visitor's own events: what was put in since it was last taken out or bought. Each
 * line remembers the list of recommendations that it came from.
 */

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Origin} Origin @typedef {import('./ask.js').Told} Told */
/** @typedef {{id: string, quantity: number, origin: Partial<Origin>}} Line */

/** @param {any} event of the state @returns {Partial<Origin>} */
const originOf = ({ request, context, position }) => ({
  ...(request ? { request_id: request } : {}),
  ...(context ? { context } : {}),
  ...(position ? { position } : {}),
});

/** The lines of the cart, the latest first. @param {any[]} events what GET /api/v1/me gave @returns {Line[]} */
export function linesOf(events) {
  /** @type {Map<string, Line>} */
  const lines = new Map();
  for (const event of events) {
    const id = String(event.item);
    if (event.type === 'cart') {
      const before = lines.get(id);
      lines.delete(id);
      lines.set(id, { id, quantity: (before?.quantity ?? 0) + (event.quantity ?? 1), origin: before?.origin ?? originOf(event) });
    } else if (event.type === 'cart_remove' || event.type === 'purchase') lines.delete(id);
  }
  return [...lines.values()].reverse();
}

/** One less of it: the last event that put some in is made smaller, or never was. @param {any[]} events @param {string} id */
export function withOneLess(events, id) {
  const at = events.findLastIndex((event) => event.type === 'cart' && String(event.item) === id);
  if (at < 0) return events;
  const quantity = (events[at].quantity ?? 1) - 1;
  const less = quantity > 0 ? [{ ...events[at], quantity }] : [];
  return [...events.slice(0, at), ...less, ...events.slice(at + 1)];
}

/** Without what was put in of these: nothing of it can be bought any more. @param {any[]} events @param {string[]} gone */
export const withoutLines = (events, gone) => events.filter(({ type, item }) => type !== 'cart' || !gone.includes(String(item)));

export class Basket {
  #ask;
  /** The events as they were when the cart was last looked at. */
  #events = '';
  /** @type {Map<string, Origin>} the list from which a product was opened last */
  #origins = new Map();

  /** @param {Ask} ask @param {(count: number) => void} changed is told how many things are in it */
  constructor(ask, changed) {
    this.#ask = ask;
    this.changed = changed;
  }

  /** The visitor came to a product from that place of a list. @param {string} id @param {Origin} origin */
  came(id, origin) {
    this.#origins.set(id, origin);
  }

  /** @param {string} id @returns {Partial<Origin>} */
  originOf(id) {
    return this.#origins.get(id) ?? {};
  }

  /** What is kept was forgotten, or is another visit's now: the lists that products were opened from are none of it. */
  async forget() {
    this.#origins.clear();
    await this.lines();
  }

  /** Has the visitor done anything since the cart was last looked at? What was merely seen in another tab is nothing.
   * @returns {Promise<boolean>} */
  async moved() {
    const before = this.#events;
    await this.lines();
    return this.#events !== before;
  }

  /** @returns {Promise<Line[]>} */
  async lines() {
    const events = (await this.#ask.me()).events ?? [];
    this.#events = JSON.stringify(events);
    const lines = linesOf(events);
    this.changed(lines.reduce((sum, { quantity }) => sum + quantity, 0));
    return lines;
  }

  /** @param {{id: string, price: number|null}} product @param {Partial<Origin>} [origin] */
  async add({ id, price }, origin = this.originOf(id)) {
    const amount = price === null ? {} : { price };
    await this.#ask.tell([{ interaction_type: 'CART_ADD', product_id: id, quantity: 1, ...amount, ...origin }]);
    await this.lines();
  }

  /** @param {string} id */
  async less(id) {
    await this.#ask.change((events) => withOneLess(events, id));
    await this.lines();
  }

  /** @param {Line} line */
  async remove({ id, origin }) {
    await this.#ask.tell([{ interaction_type: 'CART_REMOVE', product_id: id, ...origin }]);
    await this.lines();
  }

  /** What has left the catalogue is no refusal of the visitor's: it was never put in. @param {string[]} gone */
  async drop(gone) {
    await this.#ask.change((events) => withoutLines(events, gone));
    await this.lines();
  }

  /** All of it is bought. @param {(Line & {price: number|null})[]} lines */
  async buy(lines) {
    const told = lines.map(({ id, quantity, price, origin }) => ({
      interaction_type: 'PURCHASE',
      product_id: id,
      quantity,
      ...(price === null ? {} : { price }),
      ...origin,
    }));
    await this.#ask.tell(told);
    await this.lines();
  }
}
