// What a first visit loads up to the first cards, over the wire: brotli at its best, every file by itself.
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { line, referenceBundle, root, wasmBuilds } from './common.mjs';

const bundle = referenceBundle();
const site = join(root, 'web/dist');
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const wire = (file) => brotli(readFileSync(file));
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;

// The shards that the questions and the first list need: what the engine asks for, no more.
const loaded = [];
class Counting extends WasmEngine {
  attach(shard) {
    loaded.push(JSON.parse(this.text(this.wasm.pr_wasm_shard_json(this.engine, shard))).file);
    super.attach(shard);
  }
}
const engine = new Counting(compile(wasmBuilds.simd), bundle);
const ask = (method, body) => engine.call({ method, path: '/api/v1/onboarding', body, state: '', now: 1750000000, seed: 1 });
ask('GET', '');
ask('POST', JSON.stringify({ age: 29, level: 'Advanced', types: ['yoga'], n: 10 }));

const wasm = wire(wasmBuilds.simd);
const manifest = wire(join(bundle, 'manifest.json'));
const shards = loaded.reduce((sum, file) => sum + wire(join(bundle, file)), 0);
line('wasm module', kb(wasm), '-', '-');
line('manifest', kb(manifest), '-', '-');
line(`shards of the first list (${loaded.length})`, kb(shards), '-', '-');
if (existsSync(join(site, 'index.html'))) {
  const html = readFileSync(join(site, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="([^":#]+\.(?:js|css|svg|webmanifest))"/g)].map((match) => match[1]);
  const page = brotli(Buffer.from(html)) + [...new Set(named)].reduce((sum, name) => sum + wire(join(site, name)), 0);
  const glue = ['pocketrec.mjs'].filter((name) => existsSync(join(site, name))).reduce((sum, name) => sum + wire(join(site, name)), 0);
  line(`page, style and scripts (${named.length + 1} files)`, kb(page), '-', '-');
  line('wasm with its glue', kb(wasm + glue), '-', '<= 45 KB');
  line('first visit to the first cards', kb(page + wasm + manifest + shards), '-', '<= 100 KB');
} else {
  line('first visit without page and scripts', kb(wasm + manifest + shards), '-', '<= 100 KB');
}
const all = readdirSync(bundle).filter((name) => name.endsWith('.safetensors') || name === 'manifest.json');
line('whole bundle, every file', kb(all.reduce((sum, name) => sum + wire(join(bundle, name)), 0)), '-', '-');
