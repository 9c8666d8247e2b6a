// How long a weekly list over 200 trainers takes: in both WebAssembly builds under node, and natively; each request once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { fullBuilds } from '../parity/bundles.mjs';
import { command, line, work } from './common.mjs';

const COUNT = 1000;
const TRAINERS = 200;
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

// Trees, because they take longest; training needs libxgboost (POCKETREC_XGBOOST).
function makeBundle() {
  const folder = join(work, 'trainers');
  const manifest = join(folder, 'bundle/manifest.json');
  if (!existsSync(manifest) || statSync(manifest).mtimeMs < statSync(command).mtimeMs) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, SOURCE_DATE_EPOCH: '1763683200' } };
    execFileSync(command, ['synth', 'trainers', '--trainers', TRAINERS, '--weeks', 12, '--seed', 1, '--out', join(folder, 'data')].map(String), options);
    execFileSync(command, ['train', join(folder, 'data/pocketrec.json'), '--out', join(folder, 'bundle'), '--model', 'listwise'], options);
  }
  return join(folder, 'bundle');
}

// So many weekly rows: most trainers once, some twice.
const stateOf = (rows) =>
  JSON.stringify({
    version: 1,
    profile: {},
    events: [],
    goal: 'weight loss',
    weekly: Array.from({ length: rows }, (_, i) => ({ item: `T${(i % 120) + 1}`, week: 3 + Math.floor(i / 120), impressions: 5, clicks: 1, views: 1, likes: 0, watch: 500 })),
  });

function inWasm(engine, path, state, count) {
  const times = new Float64Array(count);
  for (let i = -count / 10; i < count; i++) {
    const start = performance.now();
    const answer = engine.call({ method: 'GET', path, body: '', state, now: 1742000000, seed: i + count });
    if (i >= 0) times[i] = performance.now() - start;
    if (answer.status !== 200) throw new Error(answer.body);
  }
  times.sort();
  return [0.5, 0.95, 0.99].map((q) => quantile(times, q));
}

const native = (path, state, count) =>
  execFileSync(join(dirname(command), 'tests/bench_trainers'), [bundle, path, state, String(count)], { encoding: 'utf8' }).trim().split(' ').map(Number);

function report(where, path, state, times) {
  const [p50, p95, p99] = times.map((t) => `${t.toFixed(3)} ms`);
  line(`${where}, p50`, p50, '-', path.includes('explain') || !where.endsWith('wasm simd') ? '-' : '<= 1 ms');
  line(`${where}, p95`, p95, '-', '-');
  line(`${where}, p99`, p99, '-', '-');
}

const bundle = makeBundle();
const engines = Object.entries(fullBuilds).map(([name, file]) => [`wasm ${name}`, new WasmEngine(compile(file), bundle)]);
const cases = [
  ['200 trainers, no rows', `/api/v1/trainers/U1?topk=5&min_candidates=${TRAINERS}`, stateOf(0), COUNT],
  ['200 trainers, 150 rows', `/api/v1/trainers/U1?topk=5&min_candidates=${TRAINERS}`, stateOf(150), COUNT],
  ['5 explained, 150 rows', '/api/v1/trainers/U1?topk=5&explain=1', stateOf(150), COUNT / 10],
];
for (const [name, path, state, count] of cases) {
  for (const [where, engine] of engines) report(`${name}, ${where}`, path, state, inWasm(engine, path, state, count));
  report(`${name}, native`, path, state, native(path, state, count));
}
engines.forEach(([, engine]) => engine.close());
