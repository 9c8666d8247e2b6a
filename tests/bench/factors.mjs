// Factor models in the core: the best of 100,000 rows of 64 int8 factors beside the anchors' kernel (browser/wasm/core.c,
// top_i8, by its own flags), run in turn in node, in Chromium and natively, with and without masks; the selection of a
// pool; and fold-in.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inChromium } from './chromium.mjs';
import { line, root, wasmBuilds, work } from './common.mjs';
import { emcc, makeModule } from './factors/module.mjs';
import { measure } from './factors/measure.mjs';

const here = join(root, 'tests/bench/factors');
const folder = join(work, 'factors');
const kernel = join(process.env.PR_ANCHORS ?? '', 'browser/wasm/core.c');
const withReference = Boolean(process.env.PR_ANCHORS) && existsSync(kernel);
const RUNS = 301;

function makeReference(build) {
  if (!withReference) return null;
  const out = join(folder, `reference ${build}.wasm`);
  emcc('-O3', ...(build === 'simd' ? ['-msimd128'] : []), '-ffp-contract=off', kernel, '-o', out, '-sSTANDALONE_WASM', '--no-entry', '-sALLOW_MEMORY_GROWTH=1');
  return readFileSync(out);
}

// The native program, with the anchors' kernel linked in by their flags; core's own objects are the product's.
function measureNative() {
  const out = join(folder, 'native');
  const folders = ['core/include', 'core/src/base', 'core/src/score'].flatMap((name) => ['-I', join(root, name)]);
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
  const objects = [];
  if (withReference) {
    objects.push(join(folder, 'reference.o'));
    execFileSync('gcc', ['-O3', '-ffp-contract=off', '-c', kernel, '-o', objects[0]], quiet);
  }
  const sources = ['bench.c', 'made.c'].map((name) => join(here, name));
  execFileSync('gcc', ['-std=gnu11', '-O2', '-ffp-contract=off', ...(withReference ? ['-DREFERENCE'] : []), ...folders, ...sources, ...objects, join(root, 'build/native/libpr_core.a'), '-lm', '-o', out], quiet);
  return JSON.parse(execFileSync(out, { encoding: 'utf8' }));
}

async function measureInPage(wasm, reference) {
  const files = {
    '/measure.mjs': ['text/javascript', readFileSync(join(here, 'measure.mjs'))],
    '/bench.wasm': ['application/wasm', wasm],
    '/reference.wasm': ['application/wasm', reference ?? ''],
  };
  const run = async ([runs, wanted]) => {
    const { measure } = await import('/measure.mjs');
    const bytes = async (path) => (await fetch(path)).arrayBuffer();
    return measure(await bytes('/bench.wasm'), wanted ? await bytes('/reference.wasm') : null, runs);
  };
  return inChromium(files, run, [RUNS, Boolean(reference)]);
}

const ms = ({ p50 }) => `${p50.toFixed(p50 < 0.1 ? 3 : 2)} ms`;

const WHAT = {
  'top200 100': ['top 200 of 100k x 64', '-'],
  scores: ['100k x 64 scores', '-'],
  'select200 100': ['best 200 of 100k scores', '< 1 ms'],
  'select200 50': ['the same, 50 % allowed', '< 1 ms'],
  'select2000 100': ['best 2,000 of 100k scores', '< 1 ms'],
  'fold 64 50': ['fold-in, 64 factors, 50 items', '<= 0.25 ms'],
  'effects 64 50': ['its effects on an item', '-'],
  'without 64 50': ['without one of its events', '-'],
  'fold 64 500': ['fold-in, 64 factors, 500 items', '-'],
  'fold 256 50': ['fold-in, 256 factors, 50 items', '<= 6 ms'],
};

function report(where, result, barred) {
  const { reference } = result;
  for (const percent of [100, 99, 50, 10, 1]) {
    const times = result[`top10 ${percent}`];
    const ratio = reference ? ` (${(times.p50 / reference.p50).toFixed(2)}x)` : '';
    line(`top 10 of 100k x 64, ${percent} %, ${where}`, ms(times) + ratio, reference ? ms(reference) : '-', barred ? '<= 1.2x' : '-');
  }
  for (const [name, [what, bar]] of Object.entries(WHAT)) {
    if (result[name]) line(`${what}, ${where}`, ms(result[name]), '-', barred ? bar : '-');
  }
}

mkdirSync(folder, { recursive: true });
report('native', measureNative(), true);
for (const build of Object.keys(wasmBuilds)) {
  const wasm = readFileSync(makeModule(build, folder));
  const reference = makeReference(build);
  report(`node, ${build}`, await measure(wasm, reference, RUNS), build === 'simd');
  report(`Chromium, ${build}`, await measureInPage(wasm, reference), build === 'simd');
}
