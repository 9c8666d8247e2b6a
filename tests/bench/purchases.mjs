// How long a whole request for recommendations takes (200 candidates, explanations and JSON included), of
// visitors with thirty purchases and of some with three hundred: WebAssembly with
// SIMD and without under node, and with SIMD in Chromium. Real bundles where PR_DATA is at hand, a made one always.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { Random } from '../parity/requests.mjs';
import { inChromium } from './chromium.mjs';
import { command, line, root, work } from './common.mjs';

const VISITORS = 300;
const EVENTS = 30;
const MANY_EVENTS = 300;
const NOW = 1767225600;
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
const module = (build) => join(root, 'build', build, 'pocketrec-purchases.wasm');

// A bundle made once for each build of the command.
function makeBundle(name, prepare) {
  const folder = join(work, 'purchases', name);
  const manifest = join(folder, 'bundle/manifest.json');
  if (!existsSync(manifest) || statSync(manifest).mtimeMs < statSync(command).mtimeMs) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, SOURCE_DATE_EPOCH: '1763683200' } };
    execFileSync(command, ['train', prepare(folder, options), '--out', join(folder, 'bundle')], options);
  }
  return join(folder, 'bundle');
}

function made(folder, options) {
  execFileSync(command, ['synth', 'retail', '--users', '20000', '--items', '100000', '--seed', '1', '--out', join(folder, 'data')], options);
  return join(folder, 'data/pocketrec.json');
}

// Visitors with purchases of items that popularity favours, as real ones have.
function states(ids, events) {
  const random = new Random(7);
  return Array.from({ length: VISITORS }, () =>
    JSON.stringify({
      version: 1,
      profile: {},
      events: Array.from({ length: events }, (_, i) => ({
        type: 'purchase',
        item: ids[Math.floor(ids.length * random.next() ** 3)],
        time: NOW - 86400 * (i + 1),
        quantity: 1 + random.below(3),
        price: 1 + random.below(30),
      })),
    }),
  );
}

const requestsOf = (model, visitors) =>
  visitors.map((state, seed) => ({ method: 'GET', path: `/api/v1/recommendations/me?n=10&model=${model}`, body: '', state, now: NOW, seed }));

function timed(engine, requests) {
  const times = [];
  for (const request of requests) {
    const start = performance.now();
    const answer = engine.call(request);
    times.push(performance.now() - start);
    if (answer.status !== 200) throw new Error(answer.body);
  }
  return times.sort((a, b) => a - b);
}

function report(name, times, bar) {
  line(`${name}, p50`, `${quantile(times, 0.5).toFixed(3)} ms`, '-', '-');
  line(`${name}, p95`, `${quantile(times, 0.95).toFixed(3)} ms`, '-', bar);
}

// The same engine class in a page: its source travels as text; files come from the server in place of the disk.
async function chromium(folder, requests) {
  const files = { '/engine.wasm': ['application/wasm', readFileSync(module('wasm'))] };
  for (const file of readdirSync(folder)) if (/manifest\.json$|\.safetensors$/.test(file)) files[`/bundle/${file}`] = ['application/octet-stream', readFileSync(join(folder, file))];
  return inChromium(
    files,
    async ({ source, list }) => {
      const manifest = new Uint8Array(await (await fetch('/bundle/manifest.json')).arrayBuffer());
      const store = new Map([['manifest.json', manifest]]);
      for (const { file } of JSON.parse(new TextDecoder().decode(manifest)).shards) store.set(file, new Uint8Array(await (await fetch(`/bundle/${file}`)).arrayBuffer()));
      const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      const { WasmEngine: Engine } = await import(url);
      globalThis.readBundleFile = (name) => store.get(name);
      const engine = new Engine(await WebAssembly.compileStreaming(fetch('/engine.wasm')), '');
      for (const request of list) engine.call(request);
      const times = [];
      for (const request of list) {
        const start = performance.now();
        engine.call(request);
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b);
    },
    {
      source: readFileSync(join(root, 'tests/parity/wasm_engine.mjs'), 'utf8')
        .replace(/^import .*$/gm, '')
        .replace(/readFileSync\(join\(([\w.]+), ([^;]+)\)\);/g, 'globalThis.readBundleFile($2);'),
      list: requests,
    },
  );
}

const bundles = [['retail, 100k items', makeBundle('made', made)]];
for (const set of process.env.PR_DATA ? ['online-retail', 'gowalla'] : []) bundles.push([set, makeBundle(set, () => join(root, `data/real/${set}.json`))]);
for (const [name, folder] of bundles) {
  for (const build of ['wasm', 'wasm-nosimd']) {
    const engine = new WasmEngine(compile(module(build)), folder);
    const popular = JSON.parse(engine.call({ method: 'GET', path: '/api/v1/items/popular?n=1000', body: '', state: '', now: NOW, seed: 0 }).body);
    const ids = popular.items.map((item) => item.item_id);
    for (const [model, events] of [['hybrid', EVENTS], ['hybrid', MANY_EVENTS], ['als', EVENTS], ['item_cf', EVENTS]]) {
      const requests = requestsOf(model, states(ids, events));
      const bar = build === 'wasm' && events === EVENTS ? '<= 5 ms' : '-';
      const label = events === EVENTS ? model : `${model} of ${events}`;
      timed(engine, requests); // the shards that these requests need
      report(`${name}, ${label}, node ${build}`, timed(engine, requests), bar);
      if (build === 'wasm' && model === 'hybrid') report(`${name}, ${label}, Chromium`, await chromium(folder, requests), bar);
    }
    engine.close();
  }
}
