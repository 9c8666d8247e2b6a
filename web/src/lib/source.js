/**
 * Where the bundle comes from: the network, and Cache Storage between visits. The manifest is asked for again on each
 * visit; shards are named by their content and kept for ever. Nothing here throws because a cache is missing or full.
 */
import { PocketrecError } from './errors.js';

const PATIENCE = 30_000;
const PATIENCE_WITH_CACHE = 3_500;

/** @param {string|URL} url the folder of a bundle, or its manifest.json */
export function manifestUrl(url) {
  const base = typeof document === 'object' ? document.baseURI : globalThis.location?.href;
  const absolute = new URL(url, base);
  if (absolute.pathname.endsWith('.json')) return absolute;
  if (!absolute.pathname.endsWith('/')) absolute.pathname += '/';
  return new URL('manifest.json', absolute);
}

export class Source {
  #get;
  #useCache;
  /** @type {Promise<Cache>|null} */
  #cache = null;

  /** @param {{url: string|URL, get: typeof fetch, cache: boolean}} options */
  constructor({ url, get, cache }) {
    this.manifest = manifestUrl(url);
    this.#get = get;
    this.#useCache = cache && typeof caches === 'object';
  }

  /** The name that bundle has in storage. */
  get key() {
    return this.manifest.pathname.replace(/manifest\.json$/, '');
  }

  /** @template T @param {(cache: Cache) => Promise<T>} task @returns {Promise<T|undefined>} */
  async #cached(task) {
    if (!this.#useCache) return undefined;
    try {
      this.#cache ??= caches.open(`pocketrec-bundle:${this.key}`);
      return await task(await this.#cache);
    } catch {
      this.#cache = null;
      return undefined;
    }
  }

  /** @param {URL} url @param {RequestCache} mode @param {number} patience */
  async #fetch(url, mode, patience) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patience);
    try {
      const response = await this.#get(url, { cache: mode, signal: abort.signal, credentials: 'same-origin' });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw new PocketrecError(
        'unreachable',
        `${url.pathname} could not be loaded; check the connection and try again.`,
        {
          status: 503,
          cause,
        },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {URL} url @returns {Promise<Uint8Array|null>} */
  async #read(url) {
    return (
      (await this.#cached(async (cache) => {
        const response = await cache.match(url.href);
        return response ? new Uint8Array(await response.arrayBuffer()) : null;
      })) ?? null
    );
  }

  /** @param {string} file */
  #url(file) {
    return new URL(file, this.manifest);
  }

  /** The manifest taken last, or null. */
  cachedManifest() {
    return this.#read(this.manifest);
  }

  /** The manifest as the server has it now. @param {boolean} hurry is there an older one to fall back on? */
  freshManifest(hurry) {
    return this.#fetch(this.manifest, 'no-cache', hurry ? PATIENCE_WITH_CACHE : PATIENCE);
  }

  /** The bytes of a shard from the cache, or null. @param {string} file */
  cachedShard(file) {
    return this.#read(this.#url(file));
  }

  /** @param {string} file @param {boolean} again past the HTTP cache, which may hold damaged bytes */
  fetchShard(file, again) {
    return this.#fetch(this.#url(file), again ? 'reload' : 'default', PATIENCE);
  }

  /** Keep a shard that the core has accepted. @param {string} file @param {Uint8Array} bytes */
  async keep(file, bytes) {
    await this.#cached((cache) => cache.put(this.#url(file).href, new Response(/** @type {BodyInit} */ (bytes))));
  }

  /** @param {string} file */
  async drop(file) {
    await this.#cached((cache) => cache.delete(this.#url(file).href));
  }

  /** Names of the files in the cache. @returns {Promise<Set<string>>} */
  async cachedFiles() {
    const requests = (await this.#cached((cache) => cache.keys())) ?? [];
    return new Set(requests.map((request) => request.url.slice(request.url.lastIndexOf('/') + 1)));
  }

  /** Make this manifest the one to fall back on, and drop the shards that it does not name.
   * @param {Uint8Array} manifest @param {Set<string>} files */
  async accept(manifest, files) {
    await this.#cached(async (cache) => {
      const body = new Response(/** @type {BodyInit} */ (manifest), {
        headers: { 'content-type': 'application/json' },
      });
      await cache.put(this.manifest.href, body);
      for (const request of await cache.keys()) {
        const file = request.url.slice(request.url.lastIndexOf('/') + 1);
        if (request.url !== this.manifest.href && !files.has(file)) await cache.delete(request);
      }
    });
  }
}
