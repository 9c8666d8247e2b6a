/** What the page of purchases asks the engine. The visitor has one name on this device; nobody else asks here. */
import { takeBack } from '../page/events.js';

/**
 * @typedef {{item_id: string, title: string, image: string|null, item_price: number|null}} Ware
 * @typedef {{item_id: string, title: string, type: string, share: number}} Cause
 * @typedef {Ware & {relevance_score: number, confidence_score: number|null, score: number, recommendation_reason: string,
 *   model_source: string, because: Cause[], parts: Record<string, number|null>, adjustments: {name: string, factor: number}[],
 *   due: boolean}} Pick
 * @typedef {Ware & {relevance_score: number, confidence_score: number|null}} Similar
 * @typedef {Ware & {popularity_score: number, buyers: number}} Popular
 * @typedef {{user_type: string, spending_segment: string|null, total_purchases: number, unique_items: number, avg_item_price:
 *   number|null, last_purchase_date: string|null}} About
 * @typedef {{recommendations: Pick[], user_info: About, primary_model: string, fallback_used: boolean, reason: string|null}} Answer
 * @typedef {Ware & {quantity: number, times: number, last_date: string|null, cycle_days: number|null, due_date: string|null, due:
 *   boolean}} Bought
 * @typedef {About & {total_spend: number, purchases: Bought[]}} Profile
 * @typedef {{name: string, description: string, available: boolean}} Model
 * @typedef {'purchase'|'cart'|'dislike'} Kind
 */

const VISITOR = 'me';

/** What the models are called here, in the order in which they are offered. @type {Record<string, string>} */
const MODELS = { hybrid: 'Hybrid', als: 'ALS', item_cf: 'Item-CF', popularity: 'Popular' };

/** Where the catalogue has no title, the id stands for it. @template {{item_id: string, title: string|null}} T @param {T[]} wares */
const named = (wares) => wares.map((ware) => ({ ...ware, title: ware.title ?? ware.item_id }));

/** @param {string} name */
export const modelName = (name) => MODELS[name] ?? name;

export class Ask {
  #client;
  /** Events go one after the other, and what is asked next already knows them. @type {Promise<unknown>} */
  #noting = Promise.resolve();

  /** @param {import('../page/client.js').Client} client */
  constructor(client) {
    this.#client = client;
  }

  /** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  async #ask(method, path, body) {
    await this.#noting.catch(() => {});
    return this.#client.request(method, `/api/v1${path}`, body);
  }

  /** @param {import('./places.js').Picks} place @param {number} count @returns {Promise<Answer>} */
  async picks({ model, unseen, minimum, maximum }, count) {
    const query = new URLSearchParams({ n: String(count), exclude_purchased: String(unseen) });
    if (model) query.set('model', model);
    if (minimum !== null) query.set('price_range_min', String(minimum));
    if (maximum !== null) query.set('price_range_max', String(maximum));
    const answer = await this.#ask('GET', `/recommendations/${VISITOR}?${query}`);
    for (const pick of answer.recommendations) pick.because = named(pick.because);
    return { ...answer, recommendations: named(answer.recommendations) };
  }

  /** @param {string} id @returns {Promise<Similar[]>} */
  async similar(id, count = 5) {
    return named((await this.#ask('GET', `/items/${encodeURIComponent(id)}/similar?n=${count}`)).similar_items);
  }

  /** @param {number} count @returns {Promise<Popular[]>} */
  async popular(count) {
    return named((await this.#ask('GET', `/items/popular?n=${count}`)).items);
  }

  /** The models that this bundle has, the usual one first. @returns {Promise<Model[]>} */
  async models() {
    const { models, default_model: usual } = await this.#ask('GET', '/models');
    const order = [usual, ...Object.keys(MODELS)];
    return models
      .filter((/** @type {Model} */ one) => one.available)
      .sort((/** @type {Model} */ a, /** @type {Model} */ b) => order.indexOf(a.name) - order.indexOf(b.name));
  }

  /** @returns {Promise<Profile>} */
  async profile() {
    const profile = await this.#ask('GET', `/users/${VISITOR}/profile`);
    return { ...profile, purchases: named(profile.purchases) };
  }

  /** @param {() => Promise<unknown>} task */
  #next(task) {
    this.#noting = this.#noting.catch(() => {}).then(task);
    return this.#noting;
  }

  /** @param {{type: Kind, item: string, quantity?: number, price?: number}[]} events */
  note(events) {
    return this.#next(() => this.#client.request('POST', '/api/v1/events', { events }));
  }

  /** Remove the last event of that kind about that item. @param {Kind} type @param {string} item */
  takeBack(type, item) {
    return this.#next(() => takeBack(this.#client, type, item));
  }

  me() {
    return this.#ask('GET', '/me');
  }

  /** @param {string} text */
  restore(text) {
    return this.#ask('PUT', '/me', text);
  }

  forget() {
    return this.#ask('DELETE', '/me');
  }
}

/** @param {Kind} type @param {Ware} ware @param {number} [quantity] @returns {{type: Kind, item: string, quantity?: number, price?: number}} */
export function eventOf(type, { item_id: item, item_price: price }, quantity) {
  if (type !== 'purchase') return { type, item };
  return { type, item, quantity: quantity ?? 1, ...(price !== null && price > 0 ? { price } : {}) };
}
