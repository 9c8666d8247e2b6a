// Builds tests/bench/factors as a WebAssembly module from the product's own library and flags; only the exports differ.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, wasmBuilds } from '../../parity/bundles.mjs';

const here = join(root, 'tests/bench/factors');
const environment = { ...process.env, NODE_PATH: '/usr/share/nodejs' };
const EXPORTS = ['checksum', 'make', 'values', 'top', 'scores', 'select', 'fold_make', 'fold', 'effects', 'without'];
const FOLDERS = ['core/include', 'core/src/base', 'core/src/score'].flatMap((folder) => ['-I', join(root, folder)]);

export const emcc = (...words) => execFileSync('emcc', words, { stdio: ['ignore', 'ignore', 'inherit'], env: environment });

// `build`: a name of wasmBuilds; `folder` takes what is made. Returns the module's path.
export function makeModule(build, folder) {
  const library = join(wasmBuilds[build], '../libpocketrec_full_core.a');
  const file = join(folder, `factors ${build}.wasm`);
  mkdirSync(folder, { recursive: true });
  const objects = ['bench', 'made'].map((name) => {
    const object = join(folder, `factors ${build} ${name}.o`);
    emcc('-std=c11', '-O2', '-ffp-contract=off', ...FOLDERS, '-c', join(here, `${name}.c`), '-o', object);
    return object;
  });
  const link = ['-Os', '--no-entry', '-sSTANDALONE_WASM=1', '-sFILESYSTEM=0', '-sALLOW_MEMORY_GROWTH=1', '-sTOTAL_STACK=256KB'];
  emcc(...link, `-sEXPORTED_FUNCTIONS=${EXPORTS.map((name) => `_bench_${name}`).join(',')}`, ...objects, library, '-o', file);
  return file;
}
