// A shop that ships its encoder: the native command encodes queries by itself, a page through the encoder's module; the answers
// are the same bytes. And what a page does with a cross-encoder that is shipped: score the pairs that it is told, and ask again.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, fullBuilds, root } from './bundles.mjs';
import { Encoder } from '../../web/src/lib/encoder.js';
import { LETTERS, writeModel } from './small_bert.mjs';
import { WasmEngine, compile } from './wasm_engine.mjs';

const ENCODERS = { simd: join(root, 'build/wasm/pocketrec-encoder.wasm'), 'no simd': join(root, 'build/wasm-nosimd/pocketrec-encoder.wasm') };
const NOW = 1763683200;
const work = join(root, 'build/parity/shipped');
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const quiet = { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, SOURCE_DATE_EPOCH: String(NOW) } };
execFileSync(command, ['synth', 'shop', '--seed', '9', '--products', '300', '--users', '200', '--out', join(work, 'data')], quiet);
writeModel(join(work, 'model'), 0, LETTERS);
writeModel(join(work, 'cross'), 1, LETTERS);

function makeBundle(ship) {
  const file = join(work, 'data/pocketrec.json');
  const config = JSON.parse(readFileSync(file, 'utf8'));
  config.meaning = { encoder: '../model', ship_encoder: ship, cross_encoder: '../cross', ship_cross_encoder: ship, rerank_items: 100, dims: 32, fuse: { pool: 200 } };
  writeFileSync(file, JSON.stringify(config));
  const bundle = join(work, ship);
  execFileSync(command, ['train', file, '--out', bundle], quiet);
  return bundle;
}

function native(bundle, requests) {
  const input = requests.map((request) => `${JSON.stringify({ now: NOW, ...request })}\n`).join('');
  return execFileSync(command, ['ask', bundle, '--batch', '-'], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'], maxBuffer: 1 << 28 }).trim().split('\n').map((line) => JSON.parse(line));
}

const page = (engine, request) => engine.call({ body: '', state: '', now: NOW, seed: 0, ...request });

const shard = (bundle, table) => {
  const { shards } = JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8'));
  return readFileSync(join(bundle, shards.find((one) => one.table === table).file));
};

const QUERIES = ['wireless headphones', 'a', 'Red SHOES, size 8', 'zzz qqq', 'trop long '.repeat(25).trim(), 'café'];

for (const ship of ['int4', 'int8', 'float32']) {
  const bundle = makeBundle(ship);
  for (const build of Object.keys(ENCODERS)) {
    test(`the shipped encoder, ${ship}: native = wasm, ${build}`, async () => {
      const module = new WebAssembly.Module(readFileSync(ENCODERS[build]));
      const encoder = await Encoder.open(shard(bundle, 'encoder'), module);
      const engine = new WasmEngine(compile(fullBuilds[build]), bundle);
      const requests = QUERIES.flatMap((query) => ['meaning', 'hybrid'].flatMap((mode) => [
        { method: 'GET', path: `/recommendations/search?mode=${mode}&query=${encodeURIComponent(query)}` },
        { method: 'POST', path: '/recommendations/search', body: JSON.stringify({ query, mode, response_limit: 40 }) },
      ]));
      const answers = native(bundle, requests);
      let searched = 0;
      requests.forEach((request, i) => {
        const query = request.body ? JSON.parse(request.body).query : decodeURIComponent(request.path.split('query=')[1]);
        const given = { ...(request.body ? JSON.parse(request.body) : {}), vector: [...encoder.embed([query])] };
        const got = page(engine, { ...request, body: JSON.stringify(given) });
        assert.deepEqual([got.status, got.body], [answers[i].status, answers[i].body], JSON.stringify(request));
        searched += JSON.parse(got.body).mode !== 'keyword' && JSON.parse(got.body).results.length > 0;
      });
      assert.ok(searched >= requests.length - 4, 'searches by meaning find something');
      engine.close();
      encoder.close();
    });
    test(`the shipped cross-encoder, ${ship}: native = wasm, ${build}`, async () => {
      const encoder = await Encoder.open(shard(bundle, 'cross_encoder'), new WebAssembly.Module(readFileSync(ENCODERS[build])));
      const engine = new WasmEngine(compile(fullBuilds[build]), bundle);
      const { results } = JSON.parse(page(engine, { method: 'POST', path: '/recommendations/search', body: JSON.stringify({ query: 'a', prefix: true, match: 'any', response_limit: 300 }) }).body);
      let known = 0;
      for (const { id } of results.slice(0, 60)) {
        const path = `/api/v1/recommendations/product/${encodeURIComponent(id)}`;
        const night = JSON.parse(page(engine, { method: 'GET', path: `${path}?pairs=true&limit=30` }).body);
        const { query, documents } = night.pairs;
        const scores = encoder.score(documents.map(({ text }) => [query, text]));
        // What the night said is what the page's encoder says, but for the rounding of the table.
        const said = new Map(documents.map(({ product_id: one }, i) => [one, scores[i]]));
        const spread = Math.max(...scores) - Math.min(...scores);
        for (const pick of night.recommendations) {
          if (pick.pair_score === null) continue;
          known++;
          assert.ok(Math.abs(pick.pair_score - said.get(pick.product_id)) <= spread / 65535 + 1e-6, `${pick.pair_score} is not ${said.get(pick.product_id)}`);
        }
        const body = JSON.stringify({ limit: 30, pair_scores: Object.fromEntries(said) });
        const got = page(engine, { method: 'POST', path, body });
        const [answer] = native(bundle, [{ method: 'POST', path, body }]);
        assert.deepEqual([got.status, got.body], [answer.status, answer.body]);
        assert.equal(JSON.parse(got.body).stages.reranked, documents.length);
      }
      assert.ok(known > 100, `the night knows some of the pages' pairs (${known})`);
      engine.close();
      encoder.close();
    });
  }
}
