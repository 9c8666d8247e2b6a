// Factor scores, selection and fold-in: the same numbers natively, in WebAssembly with SIMD and without. Checksums of what
// the core computes over many shapes (tests/bench/factors/made.c), part by part.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, root, wasmBuilds } from './bundles.mjs';
import { makeModule } from '../bench/factors/module.mjs';
import { instantiate } from '../bench/factors/measure.mjs';

const program = join(command, '../tests/bench_factors');
const expected = execFileSync(program, ['checksums'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .map((row) => row.split(' '));

for (const build of Object.keys(wasmBuilds)) {
  test(`factors: native = wasm, ${build}`, async () => {
    assert.equal(expected.length, 7);
    const e = await instantiate(readFileSync(makeModule(build, join(root, 'build/parity'))));
    expected.forEach(([part, checksum], i) => {
      const at = e.bench_checksum(i);
      const got = new BigUint64Array(e.memory.buffer, at, 1)[0].toString(16).padStart(16, '0');
      assert.equal(got, checksum, part);
    });
  });
}
