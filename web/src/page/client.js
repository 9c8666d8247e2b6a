/**
 * How the page reaches the routes: by fetch where a service worker controls it, else by running the engine itself. Both
 * go through the same module and give the same bytes.
 */
import { absolute } from '../lib/engine.js';
import { Recommender, openBundle } from '../lib/recommender.js';
import { PocketrecError } from '../lib/errors.js';

const PREFETCH_LIMIT = 8 << 20;

/** @typedef {import('../lib/recommender.js').CallOptions} CallOptions */
/** @typedef {{mode: 'worker'|'page', needs(): string[], request(method: string, path: string, body?: unknown, options?:
 *   CallOptions): Promise<any>, subscribe(listener: () => void): void, prefetch(): Promise<unknown>, lasting(): boolean, timed(listener: Timed): void}} Client */
/** @typedef {(path: string, timing: Partial<import('../lib/recommender.js').Timing>) => void} Timed */

/** Can anything be kept here? Where not, a worker would forget between two requests, so the page answers itself. */
async function storageWorks() {
  return new Promise((resolve) => {
    try {
      const timer = setTimeout(() => resolve(false), 1500);
      const request = indexedDB.open('pocketrec', 1);
      request.onupgradeneeded = () => request.result.createObjectStore('state');
      request.onerror = () => (clearTimeout(timer), resolve(false));
      request.onsuccess = () => (clearTimeout(timer), request.result.close(), resolve(true));
    } catch {
      resolve(false);
    }
  });
}

/** @param {number} status @param {any} value */
function failure(status, value) {
  const { code = 'failed', message = `The route answered ${status}.`, field = null } = value?.error ?? {};
  return new PocketrecError(code, message, { status, field });
}

/** @param {URL} base @param {ServiceWorker} controller @returns {Client} */
function workerClient(base, controller) {
  const channel =
    typeof BroadcastChannel === 'function'
      ? new BroadcastChannel(`pocketrec:${new URL('bundle/', base).pathname}`)
      : null;
  /** @type {string[]} */
  let needs = [];
  /** @type {Timed} */
  let timed = () => {};
  return {
    mode: 'worker',
    needs: () => needs,
    async request(method, path, body, { seed, repeat } = {}) {
      const headers = new Headers();
      if (seed !== undefined) headers.set('x-pocketrec-seed', String(seed));
      if (repeat !== undefined) headers.set('x-pocketrec-repeat', String(repeat));
      const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(new URL(`.${path}`, base), { method, headers, body: sent });
      const text = await response.text();
      const value = text ? JSON.parse(text) : null;
      if (!response.ok) throw failure(response.status, value);
      needs = (response.headers.get('x-pocketrec-needs') ?? '').split(' ').filter(Boolean);
      timed(path, JSON.parse(response.headers.get('x-pocketrec-timing') ?? '{}'));
      if (response.headers.has('x-pocketrec-state')) channel?.postMessage('changed');
      return value;
    },
    subscribe(listener) {
      if (channel) channel.onmessage = () => listener();
    },
    async prefetch() {
      controller.postMessage('prefetch');
    },
    lasting: () => true,
    timed: (listener) => void (timed = listener),
  };
}

/** @param {URL} base @param {typeof __SITE__['wasm']} wasm @param {string[]} needs @returns {Promise<Client>} */
async function pageClient(base, wasm, needs) {
  const rec = await openBundle({ bundle: new URL('bundle/', base), wasm: absolute(wasm, base), needs }, Recommender);
  /** @type {Timed} */
  let timed = () => {};
  return {
    mode: 'page',
    needs: () => rec.needs,
    async request(method, path, body, options) {
      const reply = await rec.call(method, path, body, options);
      timed(path, reply.timing);
      const value = reply.bytes.length > 0 ? reply.json : null;
      if (!reply.ok) throw failure(reply.status, value);
      return value;
    },
    subscribe: (listener) => void rec.subscribe(listener),
    prefetch: () => rec.prefetch(PREFETCH_LIMIT),
    lasting: () => rec.storage !== 'memory',
    timed: (listener) => void (timed = listener),
  };
}

/** What the bundle needs, as `pocketrec publish` has written it into this page, so that the first visit brings the right
 * engine without waiting for the manifest. @returns {string[]|null} null: it has not */
function publishedNeeds() {
  const content = document.querySelector('meta[name=pocketrec-needs]')?.getAttribute('content') ?? 'unknown';
  return content === 'unknown' ? null : content.split(' ').filter(Boolean);
}

/**
 * @param {URL} base the folder of the site
 * @param {typeof __SITE__['wasm']} wasm
 * @param {string[]} needs what the bundle behind this page is expected to need of the engine, where the page does not know
 * @returns {Promise<Client>}
 */
export async function connect(base, wasm, needs) {
  const controller = navigator.serviceWorker?.controller;
  if (controller && (await storageWorks())) {
    const client = workerClient(base, controller);
    // A worker whose engine does not start is no reason for the page to fail as well.
    if (
      await client.request('GET', '/api/v1/health').then(
        () => true,
        () => false,
      )
    )
      return client;
  }
  return pageClient(base, wasm, publishedNeeds() ?? needs);
}

/**
 * Where a newer build of the site waits and this is its only page, let it take over.
 * @returns {Promise<boolean>} true: the page is about to be loaded again
 */
export async function takeNewerBuild() {
  const waiting = navigator.serviceWorker?.controller && (await navigator.serviceWorker.getRegistration())?.waiting;
  if (!waiting) return false;
  const { port1, port2 } = new MessageChannel();
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  return new Promise((resolve) => {
    port1.onmessage = (event) => resolve(event.data === true);
    setTimeout(() => resolve(false), 1000);
    waiting.postMessage('take-over', [port2]);
  });
}

/** Have the worker keep files of the site that not every visit needs. @param {(string|URL)[]} files */
export async function keepFiles(files) {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  (registration?.active ?? registration?.waiting ?? registration?.installing)?.postMessage(files.map(String));
}

/** Install the worker for the next visit. @param {URL} base */
export async function installWorker(base) {
  try {
    await navigator.serviceWorker?.register(new URL('sw.js', base), { scope: base.pathname, updateViaCache: 'none' });
  } catch {
    // A private window or a plain http address has none: the page goes on by itself.
  }
}
