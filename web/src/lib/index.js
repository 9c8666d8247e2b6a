/**
 * pocketrec in a page, a worker or Node: `load` opens a bundle and gives an object that answers the routes.
 *
 *   import { load } from 'pocketrec';
 *   const rec = await load({ bundle: '/bundle/' });
 *   const { recommendations } = await rec.onboarding({ age: 29, level: 'Advanced', types: ['yoga'] });
 */
import { PocketrecError } from './errors.js';
import { Recommender, openBundle } from './recommender.js';

export { Engine, Machine, compile, hasSimd } from './engine.js';
export { PocketrecError } from './errors.js';
export { Reply } from './recommender.js';

/**
 * @typedef {object} LoadOptions
 * @property {string|URL} bundle the folder of the bundle, or its manifest.json
 * @property {string|URL|import('./engine.js').EngineUrls} [wasm] pocketrec.wasm; the builds -shop, -ranking, -purchases, -full and
 *   the -nosimd of each are looked for beside it
 * @property {string[]|null} [needs] what the bundle's manifest is expected to need, so that the right engine comes at the
 *   same time (default: nothing more than the small one); null waits for the manifest
 * @property {'indexeddb'|'memory'|import('./state.js').CustomStore} [state] where the visitor's state lives
 * @property {boolean} [cache] keep the bundle in Cache Storage (default: yes)
 * @property {'network'|'cache'} [prefer] 'cache' starts with the last bundle without asking for a newer one
 * @property {boolean} [notify] tell other tabs about changes (default: yes)
 * @property {typeof fetch} [fetch]
 *
 * @typedef {import('./recommender.js').CallOptions} CallOptions
 */

/** An opened bundle with the visitor's state. Made by `load`. */
export class Pocketrec extends Recommender {
  /** Like `call`, but gives the JSON and throws a PocketrecError for a status that is not 2xx.
   * @param {string} method @param {string} path @param {unknown} [body] @param {CallOptions} [options] @returns
   *   {Promise<any>} */
  async request(method, path, body, options) {
    const reply = await this.call(method, path, body, options);
    const value = reply.bytes.length > 0 ? reply.json : null;
    if (reply.ok) return value;
    const { code = 'failed', message = `The route answered ${reply.status}.`, field = null } = value?.error ?? {};
    throw new PocketrecError(code, message, { status: reply.status, field });
  }

  /** What to ask a new visitor: the dimensions with their values. @returns {Promise<any>} */
  questions() {
    return this.request('GET', '/api/v1/onboarding');
  }

  /**
   * Keep the visitor's answers and get the first list.
   * @param {Record<string, unknown>} answers
   * @returns {Promise<any>}
   */
  onboarding(answers) {
    return this.request('POST', '/api/v1/onboarding', answers);
  }

  /** The list for the answers given before. @param {{n?: number}} [options] @returns {Promise<any>} */
  recommend({ n = 10 } = {}) {
    return this.request('GET', `/api/v1/workouts/recommendations?n=${n}`);
  }

  /**
   * Search and filter: must, filter, should, must_not.
   * @param {Record<string, unknown>} query
   * @returns {Promise<any>}
   */
  query(query) {
    return this.request('POST', '/api/v1/workouts/query', query);
  }

  /**
   * Note what the visitor did: start, complete, abandon, like, dislike.
   * @param {string} type
   * @param {string} item
   * @returns {Promise<any>}
   */
  event(type, item) {
    return this.request('POST', '/api/v1/events', { type, item });
  }

  /** One item with its explanation. @param {string} item @returns {Promise<any>} */
  explain(item) {
    return this.request('GET', `/api/v1/explain/${encodeURIComponent(item)}`);
  }

  /** What is kept about the visitor on this device. @returns {Promise<any>} */
  me() {
    return this.request('GET', '/api/v1/me');
  }

  /** The same as text, for a file. */
  async export() {
    return JSON.stringify(await this.me());
  }

  /** Put an exported state in the place of the present one. @param {string|object} state @returns {Promise<any>} */
  import(state) {
    return this.request('PUT', '/api/v1/me', state);
  }

  /** Forget everything about the visitor. @returns {Promise<any>} */
  forget() {
    return this.request('DELETE', '/api/v1/me');
  }
}

/** Set by the plain <script> build: where that script lies. @type {string|undefined} */
const scriptUrl = typeof document === 'object' ? /** @type {any} */ (document.currentScript)?.src : undefined;

/** The address of a sibling of a module. @param {URL} url @param {string} suffix */
function beside(url, suffix) {
  const sibling = new URL(url);
  sibling.pathname = url.pathname.replace(/\.wasm$/, `${suffix}.wasm`);
  return sibling;
}

/** @param {LoadOptions['wasm']} wish @returns {import('./engine.js').EngineUrls} */
function wasmUrls(wish) {
  if (typeof wish === 'object' && 'simd' in wish) return wish;
  const page = typeof document === 'object' ? document.baseURI : globalThis.location?.href;
  const simd = wish ? new URL(wish, page) : new URL('pocketrec.wasm', scriptUrl ?? import.meta.url ?? page);
  const both = (/** @type {URL} */ url) => ({ simd: url, baseline: beside(url, '-nosimd') });
  // Who names a build with more parts gets that one for every bundle.
  if (/-(shop|ranking|purchases|full)\.wasm$/.test(simd.pathname)) return both(simd);
  const part = (/** @type {string} */ name) => both(beside(simd, `-${name}`));
  return { ...both(simd), shop: part('shop'), ranking: part('ranking'), purchases: part('purchases'), full: part('full') };
}

/**
 * Open a bundle: compile the engine, take the newest manifest that works, open the visitor's state.
 * @param {LoadOptions} options
 * @returns {Promise<Pocketrec>}
 */
export async function load(options) {
  if (!options.bundle) throw new PocketrecError('argument', "Name the folder of the bundle: load({ bundle: '/bundle/' }).");
  return openBundle({ ...options, wasm: wasmUrls(options.wasm) }, Pocketrec);
}
