/** The shop's questions to the engine. The visitor has one name on this device; nobody else asks here. */

import { takeBack } from '../page/events.js';
/**
 * @typedef {{id: string, name: string, category: string|null, image: string|null, price: number|null, original_price:
 *   number|null, rating?: number|null, reviews?: number|null, discount_ratio: number|null}} Product of a list of the four stages:
 *   without rating and reviews
 * @typedef {Product & {highlight?: [number, number][]}} Hit
 * @typedef {Product & {support: number, confidence: number, lift: number}} Companion
 * @typedef {{value: string, count: number}[]|{minimum: number, maximum: number}} Facet
 * @typedef {{results: Hit[], total: number, corrected_query: string|null, facets?: Record<string, Facet>,
 *   fallback_reason?: string, mode?: 'keyword'|'meaning'|'hybrid'}} Found
 * @typedef {{mode: import('./meaning.js').Mode, vector: number[]}} ByMeaning a way to search, and the query's vector
 * @typedef {{personalized: Product[], trending: Product[], best_value: Product[], top_categories: Record<string, Product[]>,
 *   diverse_picks: Product[]}} Home
 * @typedef {{event_type: string, product_id?: string, query?: string, timestamp: string}} Interaction
 * @typedef {{text: string, highlight: [number, number][]}} Suggestion
 * @typedef {'homepage'|'product_page'|'category_page'|'cart'} Context
 * @typedef {{request_id: string, context: Context, position: number}} Origin where in which list a product stood
 * @typedef {{product_id: string, name: string|null, category: string|null, price: number|null, image_url: string|null, score: number,
 *   position: number, new_arrival: boolean}} Pick
 * @typedef {{recommendations: Pick[], request_id: string, context: Context, fallback_used: boolean, stages: {reranked: number,
 *   rerank_skipped: string|null}, pairs?: Pairs}} Picks
 * @typedef {{query: string, documents: {product_id: string, text: string}[]}} Pairs what a cross-encoder is asked
 * @typedef {{interaction_type: string, product_id?: string, product_ids?: string[], quantity?: number, price?: number, request_id?:
 *   string, context?: string, position?: number}} Told
 */

const VISITOR = 'visitor';
const INTERACTIONS = '/api/v1/interactions/interactions';
const STAGES = '/api/v1/recommendations';
/** What the routes call the ways to search that need a vector. */
const ROUTE_MODES = /** @type {const} */ ({ meaning: 'meaning', both: 'hybrid' });
const SHELF = 20;
const LINES = 8;
const HITS = 3;

/** The fields of a search that goes by more than words. @param {ByMeaning|null} meaning */
const byMeaning = (meaning) =>
  meaning && meaning.mode !== 'words' ? { mode: ROUTE_MODES[meaning.mode], vector: meaning.vector } : {};

/** What the catalogue has no name for is called by its id, where nothing is marked. @template {{id: string, name: string|null}} P @param {P} product */
const named = (product) => (product.name ? product : { ...product, name: product.id, highlight: [] });

/** @param {Found} found @returns {Found} */
const foundNamed = (found) => ({ ...found, results: found.results.map(named) });

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
    return this.#client.request(method, path, body);
  }

  /** @returns {Promise<Home>} */
  async home() {
    /** @type {Home} */
    const home = await this.#ask('GET', `/recommendations/home?user_id=${VISITOR}&response_limit=${SHELF}`);
    return {
      personalized: home.personalized.map(named),
      trending: home.trending.map(named),
      best_value: home.best_value.map(named),
      top_categories: Object.fromEntries(Object.entries(home.top_categories).map(([name, products]) => [name, products.map(named)])),
      diverse_picks: home.diverse_picks.map(named),
    };
  }

  /** @param {string} id @param {number} [limit] @returns {Promise<{product: Product, similar: Product[], bought_together:
   *   Companion[]}>} */
  async product(id, limit = SHELF) {
    const answer = await this.#ask('GET', `/recommendations/product/${encodeURIComponent(id)}?response_limit=${limit}`);
    return { product: named(answer.product), similar: answer.similar.map(named), bought_together: answer.bought_together.map(named) };
  }

  /** @param {import('./places.js').Search} place @param {{offset?: number, limit: number, facets?: boolean}} part @param
   *   {ByMeaning|null} [meaning] @returns {Promise<Found>} */
  async search({ query, sort, taste, filter }, { offset = 0, limit, facets = false }, meaning = null) {
    const more = { ...(Object.keys(filter).length > 0 ? { filter } : {}), ...byMeaning(meaning) };
    const found = await this.#ask('POST', '/recommendations/search', {
      query,
      sort,
      personal: taste,
      offset,
      response_limit: limit,
      facets,
      highlight: true,
      ...more,
    });
    return foundNamed(found);
  }

  /** What a few letters may become: words, and the first products. @param {string} head @returns {Promise<{words:
   *   Suggestion[], products: Hit[]}>} */
  async suggest(head) {
    const query = encodeURIComponent(head);
    const hits = `/recommendations/search?query=${query}&prefix=1&response_limit=${HITS}&highlight=1`;
    const [{ suggestions }, found] = await Promise.all([
      this.#client.request('GET', `/recommendations/suggest?query=${query}&limit=${LINES}`),
      this.#client.request('GET', hits),
    ]);
    return { words: suggestions, products: found.fallback_reason ? [] : foundNamed(found).results };
  }

  /** The first products by meaning, for the list below the box. @param {string} query @param {ByMeaning} meaning @returns
   *   {Promise<Hit[]>} */
  async nearest(query, meaning) {
    const body = { query, prefix: true, response_limit: HITS, highlight: true, ...byMeaning(meaning) };
    const found = await this.#client.request('POST', '/recommendations/search', body);
    return found.fallback_reason ? [] : foundNamed(found).results;
  }

  /**
   * A list of the four stages.
   * @param {string} path 'homepage', 'category/NAME', 'product/ID', 'cart', 'frequently-bought-together/ID' @param {{limit?: number, pairs?: boolean,
   *   pair_scores?: Record<string, number>}} [wishes]
   * @returns {Promise<Picks>}
   */
  picks(path, { limit, pairs, pair_scores: scores } = {}) {
    if (scores) return this.#ask('POST', `${STAGES}/${path}`, { limit, pair_scores: scores });
    const wishes = new URLSearchParams(limit ? { limit: String(limit) } : {});
    if (pairs) wishes.set('pairs', 'true');
    return this.#ask('GET', `${STAGES}/${path}?${wishes}`);
  }

  /** @template T @param {() => Promise<T>} task that writes @returns {Promise<T>} */
  #next(task) {
    const done = this.#noting.catch(() => {}).then(task);
    this.#noting = done;
    return done;
  }

  /** Things that happened, all or none of them. @param {Told[]} interactions */
  tell(interactions) {
    return this.#next(() => this.#client.request('POST', '/api/v1/interactions', { interactions }));
  }

  /** @param {{event_type: 'product_click', product_id: string}|{event_type: 'search_query', query: string}} event */
  note(event) {
    return this.#next(() => this.#client.request('POST', INTERACTIONS, { user_id: VISITOR, ...event }));
  }

  /** The last event of that kind never was. @param {string} type @param {string} id */
  takeBack(type, id) {
    return this.#next(() => takeBack(this.#client, type, id));
  }

  /** Write what `edit` makes of the events that are kept; nothing else is noted in between. @param {(events: any[]) => any[]} edit */
  change(edit) {
    return this.#next(async () => {
      const me = await this.#client.request('GET', '/api/v1/me');
      await this.#client.request('PUT', '/api/v1/me', { ...me, events: edit(me.events ?? []) });
    });
  }

  /** What was noted in the last days, newest first. @returns {Promise<Interaction[]>} */
  async noted(days = 30) {
    return (await this.#ask('GET', `${INTERACTIONS}/${VISITOR}?days=${days}`)).interactions;
  }

  me() {
    return this.#ask('GET', '/api/v1/me');
  }

  /** @param {string} text */
  restore(text) {
    return this.#ask('PUT', '/api/v1/me', text);
  }

  forget() {
    return this.#ask('DELETE', '/api/v1/me');
  }
}
