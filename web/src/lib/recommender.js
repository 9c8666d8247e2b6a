/**
 * What answers requests on a device: a bundle, the visitor's state, and the way between tabs. The pages and the service
 * worker use it as it is; `load` in index.js gives it names for what people ask most.
 */
import { Bundle } from './bundle.js';
import { buildFor, modules } from './engine.js';
import { PocketrecError } from './errors.js';
import { Source } from './source.js';
import { openStore } from './state.js';

/** @typedef {{now?: number, seed?: number, repeat?: number}} CallOptions `now` in seconds since 1970, `seed` for exploration; `repeat`: answer
 *   so often, and `timing.engine` is one of them, for what is quicker than the clock ticks */

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

/** An opened bundle with the visitor's state. */
export class Recommender {
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
  async call(method, path, body, { now = Math.floor(Date.now() / 1000), seed = randomSeed(), repeat = 1 } = {}) {
    const request = { method, path, body: encodeBody(body), now, seed };
    const timing = { engine: 0, state: 0, shards: 0 };
    let renewed = false;
    for (;;) {
      const { engine } = this.#bundle;
      if (!engine) throw new PocketrecError('closed', 'The engine is closed; load the bundle again.');
      const answer = await this.#ask(request, repeat, timing);
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

  /** @param {Omit<import('./engine.js').Request, 'state'>} request @param {number} repeat @param {Timing} timing is added to */
  async #ask(request, repeat, timing) {
    const begin = performance.now();
    let spent = 0;
    /** @type {import('./engine.js').Answer|import('./engine.js').Missing|null} */
    let answer = null;
    try {
      await this.#store.update((state) => {
        const { engine } = this.#bundle;
        if (!engine) throw new PocketrecError('closed', 'The engine is closed; load the bundle again.');
        const start = performance.now();
        answer = engine.call({ ...request, state });
        let calls = 1;
        for (; calls < repeat && !answer.missing; calls++) engine.call({ ...request, state });
        spent = performance.now() - start;
        timing.engine += spent / calls;
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
    timing.state += performance.now() - begin - spent;
    if (!given.missing && given.state !== null) this.announce();
    return /** @type {import('./engine.js').Answer|import('./engine.js').Missing} */ (given);
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

/**
 * Open a bundle: compile the engine, take the newest manifest that works, open the visitor's state.
 * @template {Recommender} R
 * @param {{bundle: string|URL, wasm: import('./engine.js').EngineUrls, needs?: string[]|null, state?: any, cache?: boolean, prefer?:
 *   'network'|'cache', notify?: boolean, fetch?: typeof fetch}} options as those of `load`, all modules named
 * @param {new (bundle: Bundle, store: import('./state.js').Store, key: string, notify: boolean) => R} Kind
 * @returns {Promise<R>}
 */
export async function openBundle({ bundle, wasm, needs = [], state = 'indexeddb', cache = true, prefer = 'network', notify = true, fetch: get }, Kind) {
  const fetcher = get ?? globalThis.fetch.bind(globalThis);
  const source = new Source({ url: bundle, get: fetcher, cache });
  const module = modules(wasm, fetcher);
  // The engine and the manifest come at the same time where it is known which engine it will be.
  if (needs) module(buildFor(needs)).catch(() => {});
  const opened = new Bundle(source, module);
  const [store] = await Promise.all([openStore(state, source.key), opened.open(prefer)]);
  return new Kind(opened, store, source.key, notify);
}
