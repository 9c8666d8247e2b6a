// Milliseconds of a search by words, by meaning and by both, and what it loads: pocketrec-full.wasm under node, on the bundle that
// meaning.py left. Vectors of the queries are given: encoding is the worker's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullBuilds } from '../parity/bundles.mjs';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { work } from './common.mjs';

const folder = join(work, 'meaning');
const bundle = join(folder, 'names');
const queries = readFileSync(join(folder, 'known.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const file = readFileSync(join(folder, 'known8.safetensors'));
const size = Number(file.readBigUInt64LE());
const [rows, dims] = JSON.parse(file.toString('utf8', 8, 8 + size)).embeddings.shape;
const vectorOf = (row) => Array.from({ length: dims }, (_, i) => file.readFloatLE(8 + size + 4 * (row * dims + i)));
const bodies = (mode, facets) => queries.slice(0, rows).map((query, row) => JSON.stringify({ query, mode, vector: vectorOf(row), response_limit: 20, ...facets }));

const { shards } = JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8'));
const engine = new WasmEngine(compile(fullBuilds.simd), bundle);
const ask = (body) => engine.call({ method: 'POST', path: '/recommendations/search', body, state: '', now: 1, seed: 0 });

engine.attachAll();
console.log(`\n${rows} queries, ${shards.filter(({ table }) => table === 'items').reduce((sum, shard) => sum + shard.rows, 0)} products, each asked once after ten to warm up`);
for (const mode of ['keyword', 'meaning', 'hybrid']) {
  const asked = bodies(mode);
  for (const body of asked.slice(0, 10)) ask(body);
  const times = asked.map((body) => {
    const start = performance.now();
    if (ask(body).status !== 200) throw new Error(`${mode} was refused`);
    return performance.now() - start;
  });
  times.sort((a, b) => a - b);
  console.log(`${mode.padEnd(10)} p50 ${times[rows >> 1].toFixed(2)} ms, p95 ${times[Math.floor(rows * 0.95)].toFixed(2)} ms`);
}
engine.close();
