// How long an onboarding request takes: in both WebAssembly builds under node, and natively.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../parity/requests.mjs';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { line, referenceBundle, work, command, wasmBuilds } from './common.mjs';

const bundle = referenceBundle();
const COUNT = 20000;

// Varied first visits; one type, or two, or three, as people answer.
function makeRequests(count) {
  const random = new Random(1);
  const types = ['yoga', 'cycling', 'cardio', 'walking', 'boxing', 'strength', 'pilates', 'hiit'];
  return Array.from({ length: count }, () => ({
    method: 'POST',
    path: '/api/v1/onboarding',
    body: JSON.stringify({ age: 18 + random.below(60), level: random.pick(['Beginner', 'Intermediate', 'Advanced']), types: random.some(types, 3), n: 10 }),
    state: '',
    now: 1750000000,
    seed: 1,
  }));
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
const requests = makeRequests(COUNT);

for (const [name, file] of Object.entries(wasmBuilds)) {
  const engine = new WasmEngine(compile(file), bundle);
  for (let i = 0; i < 2000; i++) engine.call(requests[i]);
  // Each request once: a visitor does not get the best of three.
  const times = new Float64Array(COUNT);
  for (let i = 0; i < COUNT; i++) {
    const start = performance.now();
    engine.call(requests[i]);
    times[i] = performance.now() - start;
  }
  times.sort();
  line(`onboarding request, wasm ${name}, p50`, `${quantile(times, 0.5).toFixed(3)} ms`, '-', '<= 0.2 ms');
  line(`onboarding request, wasm ${name}, p99`, `${quantile(times, 0.99).toFixed(3)} ms`, '-', '<= 1 ms');
  engine.close();
}

// Natively the command answers a file of requests; what starting costs is taken off by a run with one request.
function batchSeconds(count) {
  const file = join(work, 'requests.jsonl');
  writeFileSync(file, requests.slice(0, count).map((request) => JSON.stringify(request) + '\n').join(''));
  let best = Infinity;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    const done = spawnSync(command, ['ask', bundle, '--batch', file], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (done.status !== 0) throw new Error('ask --batch failed');
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
const mean = (batchSeconds(COUNT) - batchSeconds(1)) / (COUNT - 1);
line('onboarding request, native, mean with JSON lines', `${mean.toFixed(3)} ms`, '-', '<= 0.2 ms');
