// Scoring 1,000 rows x 30 features by 200 trees of depth <= 6, the anchors' LightGBM model: the core in WebAssembly, in node and
// in Chromium, beside the anchors' flat C in the same module and the same run, and beside onnxruntime-web; and the table's size
// beside LightGBM's file.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inChromium } from './chromium.mjs';
import { line, root, wasmBuilds, work } from './common.mjs';
import { measure } from './trees/measure.mjs';

const here = join(root, 'tests/bench/trees');
const folder = join(work, 'trees');
const RUNS = 200;
const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };

// LightGBM in a virtual environment of its own: the tests do not need it.
function makeModel() {
  const requirements = join(here, 'requirements.txt');
  const venv = join(folder, 'venv');
  const stamp = join(folder, 'stamp');
  const wanted = createHash('sha256')
    .update(readFileSync(requirements))
    .update(readFileSync(join(here, 'model.py')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  mkdirSync(folder, { recursive: true });
  execFileSync(process.env.PR_PYTHON ?? 'python3', ['-m', 'venv', '--clear', venv], quiet);
  const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-input', '--require-hashes'];
  execFileSync(join(venv, 'bin/python'), [...pip, '-r', requirements], quiet);
  execFileSync(join(venv, 'bin/python'), [join(here, 'model.py'), folder], quiet);
  writeFileSync(stamp, wanted);
}

// onnxruntime-web, its two files that a page needs; null, with a word, where it cannot be installed.
function makePeer() {
  const peer = join(folder, 'peer');
  const dist = join(peer, 'node_modules/onnxruntime-web/dist');
  mkdirSync(peer, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(here, file), join(peer, file));
  try {
    if (!existsSync(dist)) execFileSync('npm', ['ci', '--prefix', peer, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], quiet);
  } catch (error) {
    console.error(`onnxruntime-web could not be installed (${error.message}); its lines are left out.`);
    return null;
  }
  return {
    '/ort.wasm.min.mjs': ['text/javascript', readFileSync(join(dist, 'ort.wasm.min.mjs'))],
    '/ort-wasm-simd-threaded.mjs': ['text/javascript', readFileSync(join(dist, 'ort-wasm-simd-threaded.mjs'))],
    '/ort-wasm-simd-threaded.wasm': ['application/wasm', readFileSync(join(dist, 'ort-wasm-simd-threaded.wasm'))],
    '/model.onnx': ['application/octet-stream', readFileSync(join(folder, 'model.onnx'))],
  };
}

// The product's own library and flags; only the exports differ.
function makeModule(name) {
  const library = join(wasmBuilds[name], '../libpocketrec_full_core.a');
  const out = join(folder, `bench-${name}.wasm`);
  const names = ['alloc', 'pack', 'shard', 'shard_size', 'open', 'score', 'explain', 'flat'];
  const environment = { ...process.env, NODE_PATH: '/usr/share/nodejs' };
  const object = join(folder, 'bench.o');
  execFileSync('emcc', ['-std=gnu11', '-O3', '-I', join(root, 'core/include'), '-c', join(here, 'bench.c'), '-o', object], { ...quiet, env: environment });
  const link = ['-Os', '--no-entry', '-sSTANDALONE_WASM=1', '-sFILESYSTEM=0', '-sALLOW_MEMORY_GROWTH=1', '-sINITIAL_MEMORY=16MB', '-sTOTAL_STACK=256KB'];
  const exported = `-sEXPORTED_FUNCTIONS=${names.map((n) => `_bench_${n}`).join(',')}`;
  execFileSync('emcc', [...link, exported, object, library, '-o', out], { ...quiet, env: environment });
  return out;
}

async function inPage(wasmFile, peer) {
  const files = {
    '/measure.mjs': ['text/javascript', readFileSync(join(here, 'measure.mjs'))],
    '/bench.wasm': ['application/wasm', readFileSync(wasmFile)],
    '/trees.json': ['application/json', readFileSync(join(folder, 'trees.json'))],
    ...peer,
  };
  const run = async ([runs, withPeer]) => {
    const { measure, measureOrt } = await import('/measure.mjs');
    const bytes = async (path) => (await fetch(path)).arrayBuffer();
    const data = await (await fetch('/trees.json')).json();
    const result = await measure(await bytes('/bench.wasm'), data, runs);
    if (withPeer) {
      const ort = await import('/ort.wasm.min.mjs');
      ort.env.wasm.wasmPaths = `${location.origin}/`;
      result.ort = await measureOrt(ort, await bytes('/model.onnx'), data.features, runs);
    }
    return result;
  };
  return inChromium(files, run, [RUNS, Boolean(peer)]);
}

const ms = (value) => `${value.toFixed(2)} ms`;

function report(where, result, bar) {
  // LightGBM's leaves as float32, added in the same order: the same bits.
  if (result.largest !== 0) throw new Error(`the scores differ from the flat loop's by ${result.largest}`);
  // Shares of cover are kept in 16 bits.
  if (!(result.explainOff < 1e-3)) throw new Error(`contributions differ from LightGBM's by ${result.explainOff}`);
  line(`1,000 rows x 200 trees, ${where}, p50`, ms(result.ours.p50), `${ms(result.flat.p50)} C`, bar);
  line(`1,000 rows x 200 trees, ${where}, p95`, ms(result.ours.p95), `${ms(result.flat.p95)} C`, '-');
  line(`explaining one row, ${where}, p50`, ms(result.explain.p50), '-', '-');
}

// onnxruntime adds leaves in another order.
function reportPeer({ ours, ort, scores }) {
  const off = scores.reduce((most, score, i) => Math.max(most, Math.abs(score - ort.scores[i])), 0);
  if (!(off < 1e-4)) throw new Error(`the scores differ from onnxruntime-web's by ${off}`);
  line('The same beside onnxruntime-web, Chromium, p50', ms(ours.p50), ms(ort.p50), '-');
  line('The same beside onnxruntime-web, Chromium, p95', ms(ours.p95), ms(ort.p95), '-');
}

makeModel();
const data = JSON.parse(readFileSync(join(folder, 'trees.json')));
const modules = Object.fromEntries(Object.keys(wasmBuilds).map((name) => [name, makeModule(name)]));
const peer = makePeer();
let result;
for (const [name, file] of Object.entries(modules)) {
  result = await measure(readFileSync(file), data, RUNS);
  report(`node, ${name}`, result, '-');
  const page = await inPage(file, name === 'simd' ? peer : null);
  report(`Chromium, ${name}`, page, '<= 2 ms');
  if (page.ort) reportPeer(page);
}
const text = statSync(join(folder, 'model.txt')).size;
line("contributions, off LightGBM's by at most", result.explainOff.toExponential(1), '-', '-');
line('the table of these trees beside LightGBM\'s text', `${(result.shard / 1024).toFixed(0)} KiB`, `${(text / 1024).toFixed(0)} KiB`, '<= 1/4');
