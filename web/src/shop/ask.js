/** The shop's questions to the engine. The visitor has one name on this device; nobody else asks here. */

/**
 * @typedef {{id: string, name: string, category: string|null, image: string|null, price: number|null, original_price:
 *   number|null, rating: number|null, reviews: number|null, discount_ratio: number|null}} Product
 * @typedef {Product & {highlight?: [number, number][]}} Hit
 * @typedef {Product & {support: number, confidence: number, lift: number}} Companion
 * @typedef {{value: string, count: number}[]|{minimum: number, maximum: number}} Facet
 * @typedef {{results: Hit[], total: number, corrected_query: string|null, facets?: Record<string, Facet>,
 *   fallback_reason?: string}} Found
 * @typedef {{personalized: Product[], trending: Product[], best_value: Product[], top_categories: Record<string, Product[]>,
 *   diverse_picks: Product[]}} Home
 * @typedef {{event_type: 'product_click'|'search_query', product_id?: string, query?: string, timestamp: string}} Interaction
 * @typedef {{text: string, highlight: [number, number][]}} Suggestion
 */

const VISITOR = 'visitor';
const INTERACTIONS = '/api/v1/interactions/interactions';
const SHELF = 20;
const LINES = 8;
const HITS = 3;

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
  home() {
    return this.#ask('GET', `/recommendations/home?user_id=${VISITOR}&response_limit=${SHELF}`);
  }

  /** @param {string} id @param {number} [limit] @returns {Promise<{product: Product, similar: Product[], bought_together:
   *   Companion[]}>} */
  product(id, limit = SHELF) {
    return this.#ask('GET', `/recommendations/product/${encodeURIComponent(id)}?response_limit=${limit}`);
  }

  /** @param {import('./places.js').Search} place @param {{offset?: number, limit: number, facets?: boolean}} part @returns
   *   {Promise<Found>} */
  search({ query, sort, taste, filter }, { offset = 0, limit, facets = false }) {
    const more = Object.keys(filter).length > 0 ? { filter } : {};
    return this.#ask('POST', '/recommendations/search', {
      query,
      sort,
      personal: taste,
      offset,
      response_limit: limit,
      facets,
      highlight: true,
      ...more,
    });
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
    return { words: suggestions, products: found.fallback_reason ? [] : found.results };
  }

  /** @param {{event_type: 'product_click', product_id: string}|{event_type: 'search_query', query: string}} event */
  note(event) {
    const send = () => this.#client.request('POST', INTERACTIONS, { user_id: VISITOR, ...event });
    this.#noting = this.#noting.catch(() => {}).then(send);
    return this.#noting;
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
