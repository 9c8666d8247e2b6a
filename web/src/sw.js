/**
 * The service worker: keeps the site, answers the REST routes by running the engine, and makes all of it work offline.
 *
 * One worker serves one build of the site and never mixes two: its files are named by their content, it is installed
 * only
 * when the page it fetched belongs to it, and the next worker takes over when no page of the old one is open.
 */
import { needsOf } from './lib/bundle.js';
import { absolute, buildFor, hasSimd, urlsOf } from './lib/engine.js';
import { Recommender, openBundle } from './lib/recommender.js';
import { Source } from './lib/source.js';

/**
 * Put in by web/build.mjs: the files of every page, those that only some bundles need, and the engines.
 * @type {{build: string, files: string[], parts: Record<string, string[]>, wasm: import('./lib/engine.js').EngineUrls}}
 */
const SITE = __SITE__;

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));
const SCOPE = new URL(worker.registration.scope);
const PREFIX = `pocketrec-site:${SCOPE.pathname}:`;
const CACHE = PREFIX + SITE.build;
/** Which file answers which path. */
const PAGES = new Map([
  ['/', './'],
  ['/index.html', './'],
  ['/trainers.html', 'trainers.html'],
  ['/shop.html', 'shop.html'],
  ['/purchases.html', 'purchases.html'],
]);
const ROUTE = /^\/(api\/v1\/|recommendations\/|openapi\.json$)/;
const PREFETCH_LIMIT = 8 << 20;
/** A request is answered so often at most: meanwhile no other one is. */
const MOST_REPEATED = 1000;

/** The site's files that a bundle needs, with the engine that this browser runs. @param {string[]} needs */
function files(needs) {
  const wasm = urlsOf(SITE.wasm, buildFor(needs));
  const more = needs.flatMap((part) => SITE.parts[part] ?? []);
  return ['./', ...SITE.files, ...more, hasSimd() ? wasm.simd : wasm.baseline].map((file) => new URL(file, SCOPE).href);
}

/** @param {Cache} cache @param {string} url */
async function keep(cache, url) {
  const isPage = url === SCOPE.href || url.endsWith('.html');
  const response = await fetch(url, { cache: isPage ? 'reload' : 'default' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  if (isPage && !(await response.clone().text()).includes(`content="${SITE.build}"`)) {
    throw new Error('the page belongs to another build; the next visit tries again');
  }
  await cache.put(url, response);
}

/** Keep what the cache does not have. @param {string[]} urls */
async function complete(urls) {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => request.url));
  await Promise.all(urls.filter((url) => !kept.has(url)).map((url) => keep(cache, url)));
}

/** What the bundle that the page has taken needs; nothing when there is none yet: a later visit completes the files. */
async function needsNow() {
  const source = new Source({ url: new URL('bundle/', SCOPE), get: fetch.bind(globalThis), cache: true });
  const manifest = (await source.cachedManifest()) ?? (await source.freshManifest(true).catch(() => null));
  return manifest ? needsOf(manifest) : [];
}

worker.addEventListener('install', (event) => {
  event.waitUntil(needsNow().then((needs) => complete(files(needs))));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
        ),
      ),
  );
});

/**
 * The site's own files from its cache, everything else from the network.
 * @param {RequestInfo|URL} input
 * @param {RequestInit} [init]
 */
async function cacheFirst(input, init) {
  const url = input instanceof Request ? input.url : String(input);
  const cached = await caches.match(url, { cacheName: CACHE }).catch(() => undefined);
  return cached ?? fetch(input, init);
}

/** @type {Promise<Recommender>|null} */
let opening = null;

/** The engine. A worker that was stopped starts again from the last bundle; a navigation looks for a newer one. */
function engine() {
  if (!opening) {
    opening = openBundle({
      bundle: new URL('bundle/', SCOPE),
      wasm: absolute(SITE.wasm, SCOPE),
      needs: null,
      prefer: 'cache',
      notify: false,
      fetch: cacheFirst,
    }, Recommender);
    opening.catch(() => {
      opening = null;
    });
  }
  return opening;
}

/** @type {Promise<unknown>} */
let renewing = Promise.resolve();

/** @param {string|null} value */
function number(value) {
  return value !== null && /^\d{1,16}$/.test(value) ? Number(value) : undefined;
}

/**
 * A route, answered by the engine. The headers x-pocketrec-now and -seed fix the time and the seed, -repeat has the engine
 * timed more exactly: only pages of this origin can send them, and a test can compare bytes.
 * @param {Request} request @param {URL} url
 */
async function answer(request, url) {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-pocketrec': SITE.build };
  try {
    await renewing;
    const body =
      request.method === 'GET' || request.method === 'HEAD' ? undefined : new Uint8Array(await request.arrayBuffer());
    const rec = await engine();
    const now = number(request.headers.get('x-pocketrec-now'));
    const seed = number(request.headers.get('x-pocketrec-seed'));
    const repeat = Math.min(number(request.headers.get('x-pocketrec-repeat')) ?? 1, MOST_REPEATED);
    const reply = await rec.call(request.method, routePath(url), body, { now, seed, repeat });
    Object.assign(headers, { 'x-pocketrec-needs': rec.needs.join(' '), 'x-pocketrec-timing': JSON.stringify(reply.timing) });
    if (reply.changed) Object.assign(headers, { 'x-pocketrec-state': 'changed' });
    return new Response(/** @type {BodyInit} */ (reply.bytes), { status: reply.status, headers });
  } catch (cause) {
    const { code = 'unavailable', message = 'The engine could not start; reload the page.' } =
      /** @type {any} */ (cause) ?? {};
    const text = JSON.stringify({ error: { code: String(code), message, field: null } });
    return new Response(text, { status: 503, headers });
  }
}

/** The path as the core knows it: without the folder that the site lies in. @param {URL} url */
function routePath(url) {
  return url.pathname.slice(SCOPE.pathname.length - 1) + url.search;
}

/**
 * A page asks the waiting worker to take over. It does when that page is the only one open: no other page then has a
 * worker of another build than its own. The page loads itself again after that.
 * @param {ExtendableMessageEvent} event
 */
async function takeOver(event) {
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const asker = /** @type {Client|null} */ (event.source)?.id;
  const alone = !windows.some((window) => window.id !== asker && window.url.startsWith(SCOPE.href));
  if (alone) await worker.skipWaiting();
  event.ports[0]?.postMessage(alone);
}

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return;
  const path = url.pathname.slice(SCOPE.pathname.length - 1);
  if (ROUTE.test(path)) {
    event.respondWith(answer(request, url));
  } else if (request.mode === 'navigate' && PAGES.has(path)) {
    renewing = engine().then(
      (rec) => rec.refresh(),
      () => {},
    );
    event.waitUntil(renewing.then(() => engine()).then((rec) => complete(files(rec.needs))).catch(() => {}));
    event.respondWith(cacheFirst(new URL(PAGES.get(path) ?? './', SCOPE).href));
  } else if (request.method === 'GET' && !path.startsWith('/bundle/')) {
    event.respondWith(cacheFirst(request));
  }
});

worker.addEventListener('message', (event) => {
  // Files of the site that only some visits need: who has needed them asks for them to be kept.
  if (Array.isArray(event.data)) event.waitUntil(complete(event.data.filter((url) => url.startsWith(SCOPE.href))).catch(() => {}));
  if (event.data === 'take-over') event.waitUntil(takeOver(event));
  if (event.data === 'prefetch')
    event.waitUntil(
      engine().then(
        (rec) => rec.prefetch(PREFETCH_LIMIT),
        () => {},
      ),
    );
});
