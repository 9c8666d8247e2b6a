// How long the shop's pages take over 111,000 real products with made-up visitors, in both WebAssembly builds under node: the home
// page of somebody new and of somebody with clicks and searches, a product, a search with facets.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../parity/requests.mjs';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { command, line, root, work } from './common.mjs';

const NOW = 1763683200;
const COUNT = 2000;
const data = process.env.PR_DATA;
if (!data) {
  console.error('the bench of the shop needs PR_DATA, the folder with amazon-products.');
  process.exit(2);
}

function makeBundle() {
  const folder = join(work, 'shop');
  const manifest = join(folder, 'bundle/manifest.json');
  if (!existsSync(manifest) || statSync(manifest).mtimeMs < statSync(command).mtimeMs) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const options = { stdio: ['ignore', 'ignore', 'ignore'], env: { ...process.env, SOURCE_DATE_EPOCH: String(NOW) } };
    const catalogue = join(data, 'amazon-products/amazon_products.csv.gz');
    execFileSync(command, ['synth', 'shop', '--users', '20000', '--catalogue', catalogue, '--seed', '1', '--out', join(folder, 'data')], options);
    execFileSync(command, ['train', join(folder, 'data/pocketrec.json'), '--out', join(folder, 'bundle')], options);
  }
  return folder;
}

const folder = makeBundle();
const random = new Random(7);
const rows = readFileSync(join(folder, 'data/events.csv'), 'utf8').split('\n').slice(1, -1);
const queries = readFileSync(join(folder, 'data/searches.csv'), 'utf8').split('\n').slice(1, -1).map((row) => row.split('"')[1]);
const idOf = (row) => row.split(',')[2];

// Ten clicks and three searches of the last two weeks.
function someone() {
  const events = Array.from({ length: 10 }, (_, i) => ({ type: 'click', item: idOf(random.pick(rows)), time: NOW - 86400 * (13 - i) }));
  for (let i = 0; i < 3; i++) events.push({ type: 'search', query: random.pick(queries), time: NOW - 3600 * (3 - i) });
  return JSON.stringify({ version: 1, profile: {}, events });
}

const get = (path, state = '') => ({ method: 'GET', path, body: '', state, now: NOW, seed: 1 });
const makers = {
  'home, somebody new': () => get('/recommendations/home?user_id=u'),
  'home, ten clicks and three searches': () => get('/recommendations/home?user_id=u', someone()),
  product: () => get(`/recommendations/product/${idOf(random.pick(rows))}`),
  'search with facets': () => get(`/recommendations/search?response_limit=24&facets=1&highlight=1&query=${encodeURIComponent(random.pick(queries))}`),
};
const bars = { 'home, somebody new': '<= 3 ms', 'home, ten clicks and three searches': '<= 3 ms' };
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

for (const [name, build] of Object.entries({ SIMD: 'wasm', 'no SIMD': 'wasm-nosimd' })) {
  const engine = new WasmEngine(compile(join(root, 'build', build, 'pocketrec-shop.wasm')), join(folder, 'bundle'));
  for (const [what, make] of Object.entries(makers)) {
    const requests = Array.from({ length: COUNT }, make);
    for (const request of requests) engine.call(request); // the shards that these requests need
    const times = new Float64Array(COUNT);
    for (let i = 0; i < COUNT; i++) {
      const start = performance.now();
      engine.call(requests[i]);
      times[i] = performance.now() - start;
    }
    times.sort();
    line(`${what}, wasm ${name}, p50`, `${quantile(times, 0.5).toFixed(2)} ms`, '-', '-');
    line(`${what}, wasm ${name}, p95`, `${quantile(times, 0.95).toFixed(2)} ms`, '-', bars[what] ?? '-');
  }
  engine.close();
}
