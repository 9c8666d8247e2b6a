// How long the four stages take: homepage, category page, product page, cart and what is bought together, of a shop with as many products as the
// reference's benchmark had (3,000) and of a retailer with 100,000 items, in WebAssembly under node. The peer is the reference's own
// figure for a server with PostgreSQL; it reorders by a cross-encoder on the way, which pages do with a request of their own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../parity/requests.mjs';
import { LETTERS, writeModel } from '../parity/small_bert.mjs';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { command, line, root, work } from './common.mjs';

const VISITORS = 300;
const NOW = 1763683200;
const LISTS = '/api/v1/recommendations';
const TYPES = ['click', 'click', 'click', 'recommendation_click', 'cart', 'purchase', 'like'];
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

// A bundle with vectors of a small encoder, made once for each build of the command.
function makeBundle(name, words) {
  const folder = join(work, 'stages', name);
  const manifest = join(folder, 'bundle/manifest.json');
  if (existsSync(manifest) && statSync(manifest).mtimeMs > statSync(command).mtimeMs) return join(folder, 'bundle');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, SOURCE_DATE_EPOCH: `${NOW}` } };
  writeModel(join(folder, 'model'), 0, LETTERS);
  execFileSync(command, ['synth', ...words, '--seed', '1', '--out', join(folder, 'data')], options);
  const file = join(folder, 'data/pocketrec.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), meaning: { encoder: '../model' } }));
  execFileSync(command, ['train', file, '--out', join(folder, 'bundle')], options);
  return join(folder, 'bundle');
}

// Visitors with some events on popular products, and a cart.
function states(ids, events) {
  const random = new Random(7);
  const one = (i) => ({ type: random.pick(TYPES), item: ids[Math.floor(ids.length * random.next() ** 3)], time: NOW - 43200 * (events - i) });
  return Array.from({ length: VISITORS }, () => JSON.stringify({ version: 1, events: Array.from({ length: events }, (_, i) => one(i)) }));
}

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

// Milliseconds of each stage, a median over the visitors: the same requests stopped after each stage in turn.
const STAGES = ['read', 'find', 'score', 'rules', 'write'];
function stagesOf(engine, requests) {
  const stopped = STAGES.map((stage) => (stage === 'write' ? requests : requests.map((one) => ({ ...one, path: `${one.path}${one.path.includes('?') ? '&' : '?'}until=${stage}` }))));
  const times = STAGES.map(() => []);
  for (let round = 0; round < 5; round++) for (const [at, list] of stopped.entries()) times[at].push(...timed(engine, list));
  const medians = times.map((list) => quantile(list.sort((a, b) => a - b), 0.5));
  return STAGES.map((stage, at) => `${stage} ${Math.max(0, medians[at] - (medians[at - 1] ?? 0)).toFixed(3)}`).join(', ');
}

const PATHS = [
  ['homepage', () => 'homepage?limit=12', '779 ms'],
  ['category', (id, category) => `category/${encodeURIComponent(category)}?limit=12`, '-'],
  ['product', (id) => `product/${id}?limit=8`, '556 ms'],
  ['cart', () => 'cart', '-'],
  ['bought together', (id) => `frequently-bought-together/${id}?limit=4`, '658 ms'],
];
const BUNDLES = [
  ['shop, 3,000', ['shop', '--users', '3000', '--products', '3000']],
  ['retail, 100,000', ['retail', '--users', '20000', '--items', '100000']],
];
for (const [name, words] of BUNDLES) {
  const engine = new WasmEngine(compile(join(root, 'build/wasm/pocketrec-full.wasm')), makeBundle(name.replace(/\W+/g, '-'), words));
  const first = engine.call({ method: 'GET', path: `${LISTS}/homepage?limit=100`, body: '', state: '', now: NOW, seed: 0 });
  const { recommendations } = JSON.parse(first.body);
  const ids = recommendations.map((pick) => pick.product_id);
  const categories = [...new Set(recommendations.flatMap(({ category }) => category.split(' > ')))]; // wide ones and narrow ones
  for (const events of [40, 400]) {
    for (const [label, path, peer] of PATHS) {
      const requests = states(ids, events).map((state, seed) => ({ method: 'GET', path: `${LISTS}/${path(ids[seed % ids.length], categories[seed % categories.length])}`, body: '', state, now: NOW, seed }));
      timed(engine, requests); // the shards that these requests need
      const times = timed(engine, requests);
      line(`${name}, ${label}, ${events} events, p50`, `${quantile(times, 0.5).toFixed(2)} ms`, '-', '-');
      line(`${name}, ${label}, ${events} events, p95`, `${quantile(times, 0.95).toFixed(2)} ms`, name.startsWith('shop') ? peer : '-', name.startsWith('shop') ? '<= 5 ms' : '-');
      line(`${name}, ${label}, ${events} events, stages`, `${stagesOf(engine, requests)} ms`, '-', '-');
    }
  }
  engine.close();
}
