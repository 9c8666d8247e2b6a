// A small random BERT in the files of Hugging Face, with odd sizes: nothing is a multiple of a vector.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const WORDS = '[PAD] [UNK] [CLS] [SEP] [MASK] un ##want ##ed want wa runn ##ing , low ##est a b c d e f g h i ##a ##b ##c ##d ##e 1 2 3 . - ! 日'.split(' ');
// Tokens that spell every word of Latin letters.
export const LETTERS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...'abcdefghijklmnopqrstuvwxyz', ...[...'abcdefghijklmnopqrstuvwxyz'].map((letter) => '##' + letter)];
const HIDDEN = 36;
const WIDE = 75;
const LAYERS = 2;
const POSITIONS = 48;

// Between -1 and 1, the same at each run.
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function shapes(labels, words) {
  const norm = (name) => [[`${name}.weight`, [HIDDEN], 1], [`${name}.bias`, [HIDDEN], 0]];
  const dense = (name, out, into) => [[`${name}.weight`, [out, into], 0], [`${name}.bias`, [out], 0]];
  const layer = (i) => [
    ...['self.query', 'self.key', 'self.value', 'output.dense'].flatMap((part) => dense(`encoder.layer.${i}.attention.${part}`, HIDDEN, HIDDEN)),
    ...norm(`encoder.layer.${i}.attention.output.LayerNorm`),
    ...dense(`encoder.layer.${i}.intermediate.dense`, WIDE, HIDDEN),
    ...dense(`encoder.layer.${i}.output.dense`, HIDDEN, WIDE),
    ...norm(`encoder.layer.${i}.output.LayerNorm`),
  ];
  const tables = { word: words.length, position: POSITIONS, token_type: 2 };
  return [
    ...Object.entries(tables).map(([name, rows]) => [`embeddings.${name}_embeddings.weight`, [rows, HIDDEN], 0]),
    ...norm('embeddings.LayerNorm'),
    ...Array.from({ length: LAYERS }, (_, i) => layer(i)).flat(),
    ...(labels ? [...dense('pooler.dense', HIDDEN, HIDDEN), ...dense('classifier', labels, HIDDEN)] : []),
  ];
}

export function writeModel(folder, labels, words = WORDS) {
  const random = randomNumbers(11 + labels);
  const header = {};
  const parts = [];
  let at = 0;
  for (const [name, shape, middle] of shapes(labels, words)) {
    const numbers = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => middle + 0.4 * random());
    header[name] = { dtype: 'F32', shape, data_offsets: [at, (at += numbers.byteLength)] };
    parts.push(Buffer.from(numbers.buffer));
  }
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  const config = { model_type: 'bert', hidden_act: 'gelu', hidden_size: HIDDEN, num_hidden_layers: LAYERS, num_attention_heads: 3, intermediate_size: WIDE, max_position_embeddings: POSITIONS, type_vocab_size: 2, layer_norm_eps: 1e-12, vocab_size: words.length };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([size, text, ...parts]));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'vocab.txt'), words.map((word) => `${word}\n`).join(''));
}
