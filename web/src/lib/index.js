/**
 * pocketrec in a page, a worker or Node: `load` opens a bundle and gives an object that answers the routes.
 *
 *   import { load } from 'pocketrec';
 *   const rec = await load({ bundle: '/bundle/' });
 *   const { recommendations } = await rec.onboarding({ age: 29, level: 'Advanced', types: ['yoga'] });
 */
import { Bundle } from './bundle.js';
import { buildFor, modules } from './engine.js';
import { PocketrecError } from './errors.js';
import { Source } from './source.js';
import { openStore } from './state.js';

export { Engine, Machine, compile, hasSimd } from './engine.js';
export { PocketrecError } from './errors.js';

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
 * @typedef {{now?: number, seed?: number, quiet?: boolean}} CallOptions `now` in seconds since 1970, `seed` for exploration;
 *   `quiet` tells no other tab that the state has changed
 */

/** Milliseconds of one answer: the engine itself, reading and writing the visitor's state around it, fetching shards.
 * @typedef {{engine: number, state: number, shards: number}} Timing */

/** One answer: status, bytes, text and JSON. */
export class Reply {
  /** @param {number} status @param {Uint8Array} bytes @param {boolean} [changed] did it change the visitor's state? @param
   *   {Timing} [timing] */
  constructor(status, bytes, changed = false, timing = { engine: 0, state: 0, shards: 0 }) {
    this.status = status;
    this.changed = changed;
    this.bytes = bytes;
    this.timing = timing;
  }

  get ok() {
    return this.status >= 200 && this.status < 300;
  }

  get text() {
    return new TextDecoder().decode(this.bytes);
  }

  /** @returns {any} */
  get json() {
    return JSON.parse(this.text);
  }
}

/** @param {string} code @param {string} message */
function unavailable(code, message) {
  return new Reply(503, new TextEncoder().encode(JSON.stringify({ error: { code, message, field: null } })));
}

function randomSeed() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}

/** @param {unknown} body */
function encodeBody(body) {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

/** An opened bundle with the visitor's state. Made by `load`. */
export class Pocketrec {
  #bundle;
  #store;
  /** @type {BroadcastChannel|null} */
  #channel = null;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {Bundle} bundle @param {import('./state.js').Store} store @param {string} key @param {boolean} notify */
  constructor(bundle, store, key, notify) {
    this.#bundle = bundle;
    this.#store = store;
    /** Is told how long each `request` took. @type {((path: string, timing: Timing) => void)|null} */
    this.onTiming = null;
    if (notify && typeof BroadcastChannel === 'function') {
      this.#channel = new BroadcastChannel(`pocketrec:${key}`);
      this.#channel.onmessage = () => this.#listeners.forEach((listener) => listener());
      /** @type {any} */ (this.#channel).unref?.();
    }
  }

  /** Parts of the engine that this bundle needs, for example 'ranking'. */
  get needs() {
    return this.#bundle.needs;
  }

  /** 'indexeddb', 'custom', or 'memory' when nothing outlives this page. */
  get storage() {
    return this.#store.kind;
  }

  /**
   * Any route, answered on this device. Shards that the request needs are fetched first.
   * @param {string} method @param {string} path @param {unknown} [body] JSON text, bytes, or a value to be sent as JSON
   * @param {CallOptions} [options]
   * @returns {Promise<Reply>}
   */
  async call(method, path, body, { now = Math.floor(Date.now() / 1000), seed = randomSeed(), quiet = false } = {}) {
    const request = { method, path, body: encodeBody(body), now, seed };
    const timing = { engine: 0, state: 0, shards: 0 };
    let renewed = false;
    for (;;) {
      const { engine } = this.#bundle;
      if (!engine) throw new PocketrecError('closed', 'The engine is closed; load the bundle again.');
      const answer = await this.#ask(request, timing, quiet);
      if (!answer)
        return unavailable('engine_failed', 'The engine failed on this request and was started again; repeat it.');
      if (!answer.missing) return new Reply(answer.status, answer.body, answer.state !== null, timing);
      const start = performance.now();
      const came = await this.#bundle.attach(engine, answer.missing);
      timing.shards += performance.now() - start;
      if (came) continue;
      if (engine.closed || engine !== this.#bundle.engine) continue;
      // The files of this bundle may be gone because a newer one was published.
      if (renewed || !(await this.#bundle.refresh())) {
        return unavailable(
          'shard_unavailable',
          'A part of the data could not be loaded; check the connection and try again.',
        );
      }
      renewed = true;
    }
  }

  /** @param {Omit<import('./engine.js').Request, 'state'>} request @param {Timing} timing is added to @param {boolean} quiet */
  async #ask(request, timing, quiet) {
    const begin = performance.now();
    let engineTime = 0;
    /** @type {import('./engine.js').Answer|import('./engine.js').Missing|null} */
    let answer = null;
    try {
      await this.#store.update((state) => {
        const { engine } = this.#bundle;
        if (!engine) throw new PocketrecError('closed', 'The engine is closed; load the bundle again.');
        const start = performance.now();
        answer = engine.call({ ...request, state });
        engineTime += performance.now() - start;
        // The same state again is no change: nothing to write, nobody to tell.
        if (!answer.missing && answer.state === state) answer.state = null;
        return answer.missing ? null : answer.state;
      });
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      await this.#bundle.restart();
      return null;
    }
    const given = /** @type {any} */ (answer);
    timing.engine += engineTime;
    timing.state += performance.now() - begin - engineTime;
    if (!given.missing && given.state !== null && !quiet) this.announce();
    return /** @type {import('./engine.js').Answer|import('./engine.js').Missing} */ (given);
  }

  /** Like `call`, but gives the JSON and throws a PocketrecError for a status that is not 2xx.
   * @param {string} method @param {string} path @param {unknown} [body] @param {CallOptions} [options] @returns
   *   {Promise<any>} */
  async request(method, path, body, options) {
    const reply = await this.call(method, path, body, options);
    this.onTiming?.(path, reply.timing);
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

  /** Look for a newer bundle; true when one was taken. */
  refresh() {
    return this.#bundle.refresh();
  }

  /**
   * Bring all shards, unless they are more than `most` bytes. True when everything is here: then no network is needed.
   */
  prefetch(most = 8 << 20) {
    return this.#bundle.prefetch(most);
  }

  /** Bytes in use. */
  memory() {
    return this.#bundle.engine?.memory() ?? { engine: 0, linear: 0 };
  }

  /** Be told when another tab has changed the state; gives a function that ends it. @param {() => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tell the other tabs that the state has changed. */
  announce() {
    this.#channel?.postMessage('changed');
  }

  close() {
    this.#channel?.close();
    this.#store.close();
    this.#bundle.close();
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
export async function load({
  bundle,
  wasm,
  needs = [],
  state = 'indexeddb',
  cache = true,
  prefer = 'network',
  notify = true,
  fetch: get,
}) {
  if (!bundle) throw new PocketrecError('argument', "Name the folder of the bundle: load({ bundle: '/bundle/' }).");
  const fetcher = get ?? globalThis.fetch.bind(globalThis);
  const source = new Source({ url: bundle, get: fetcher, cache });
  const module = modules(wasmUrls(wasm), fetcher);
  // The engine and the manifest come at the same time where it is known which engine it will be.
  if (needs) module(buildFor(needs)).catch(() => {});
  const opened = new Bundle(source, module);
  const [store] = await Promise.all([openStore(state, source.key), opened.open(prefer)]);
  return new Pocketrec(opened, store, source.key, notify);
}
