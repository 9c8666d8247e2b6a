// The bundles that are asked: made by the command itself from seeded logs, so that nothing needs to be at hand.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { LETTERS, writeModel } from './small_bert.mjs';

export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
export const command = process.env.PR_TEST_COMMAND ?? join(root, 'build/native/pocketrec');
export const wasmBuilds = {
  simd: process.env.PR_TEST_WASM ?? join(root, 'build/wasm/pocketrec.wasm'),
  'no simd': process.env.PR_TEST_WASM_NOSIMD ?? join(root, 'build/wasm-nosimd/pocketrec.wasm'),
};
// The modules with all parts of the engine: the only ones that open a bundle with a ranking and one of a shop.
export const fullBuilds = {
  simd: join(root, 'build/wasm/pocketrec-full.wasm'),
  'no simd': join(root, 'build/wasm-nosimd/pocketrec-full.wasm'),
};
// The modules of a shop alone.
export const shopBuilds = {
  simd: join(root, 'build/wasm/pocketrec-shop.wasm'),
  'no simd': join(root, 'build/wasm-nosimd/pocketrec-shop.wasm'),
};
// The modules of purchases alone.
export const purchasesBuilds = {
  simd: join(root, 'build/wasm/pocketrec-purchases.wasm'),
  'no simd': join(root, 'build/wasm-nosimd/pocketrec-purchases.wasm'),
};

// A small one, one of the reference's size, and one that is cut into many shards with hardly anything held back.
const RECIPES = {
  small: { synth: ['--users', 60, '--workouts', 20, '--sessions', 1500, '--feedback', 700, '--seed', 7] },
  reference: { synth: ['--seed', 1] },
  shards: { synth: ['--seed', 2, '--users', 800, '--workouts', 300, '--sessions', 12000, '--feedback', 5000], change: (config) => {
    config.limits = { ...config.limits, shard_bytes: 8192, min_users: 1 };
    config.score = { ...config.score, prior: 'learned' };
  } },
};

// Rankings: a linear model, and trees over weekly rows that are cut into many shards.
const TRAINERS = ['--users', 300, '--trainers', 60, '--weeks', 6, '--until', '2025-03-20'];
RECIPES.linear = { kind: 'trainers', synth: [...TRAINERS, '--seed', 3], words: ['--model', 'logistic'] };
RECIPES.trees = { kind: 'trainers', synth: [...TRAINERS, '--seed', 4], words: ['--model', 'listwise'], change: (config) => {
  config.limits = { ...config.limits, shard_bytes: 4096, min_users: 1 };
  config.ranking = { ...config.ranking, explore: 0.3 };
} };

// Purchases: all models in few shards, many shards, and each of the models left out.
const retail = (seed, items, purchases, limits = {}) => ({ kind: 'retail', synth: ['--users', 300, '--items', items, '--until', '2025-11-20', '--seed', seed], change: (config) => {
  config.limits = { ...config.limits, ...limits };
  config.purchases = { ...config.purchases, als: { factors: 16, iterations: 5 }, item_cf: { neighbours: 20 }, ...purchases };
} });
RECIPES.purchases = retail(7, 200, {});
RECIPES.purchases_shards = retail(8, 1500, { als: { factors: 32, iterations: 3, exponent: 0, user_exponent: 0.25, item_exponent: 0.35 }, item_cf: { kind: 'rp3beta', neighbours: 60 } }, { shard_bytes: 4096, min_users: 1 });
RECIPES.purchases_neighbours = retail(9, 200, { als: false, item_cf: { kind: 'bm25', neighbours: 20, normalize: 1 }, price: null });
RECIPES.purchases_factors = retail(9, 200, { item_cf: false, signals: { half_life_days: 60, saturation: 0 }, default_model: 'als' });

// Four stages: a retailer without and with vectors, in few shards and in many, and a shop.
const staged = (change) => ({ ...RECIPES.purchases, change: (config, folder) => {
  RECIPES.purchases.change(config);
  config.meaning = {};
  change(config, folder);
} });
RECIPES.staged = staged(() => {});
RECIPES.staged_vectors = staged((config, folder) => {
  config.meaning = { encoder: encoder(folder), cross_encoder: crossEncoder(folder), weights: { content: 0.7, collaborative: 0.2, popularity: 0.1 }, max_per_category: 2 };
});
RECIPES.staged_shards = staged((config, folder) => {
  config.limits = { ...config.limits, shard_bytes: 4096, min_users: 1 };
  config.meaning = { encoder: encoder(folder), cross_encoder: crossEncoder(folder), rerank_items: 150, dims: 16, clusters: 40, probes: 5 };
});
RECIPES.staged_shop = { kind: 'shop', synth: ['--users', 300, '--products', 150, '--seed', 6], change: (config) => {
  config.meaning = { max_per_category: 4 };
} };

// The path of a small encoder, from the configuration.
function encoder(folder) {
  writeModel(join(folder, 'model'), 0, LETTERS);
  return '../model';
}

// The path of a small cross-encoder.
function crossEncoder(folder) {
  writeModel(join(folder, 'cross'), 1, LETTERS);
  return '../cross';
}

function make(folder, recipe) {
  const bundle = join(folder, 'bundle');
  if (existsSync(join(bundle, 'manifest.json')) && statSync(join(bundle, 'manifest.json')).mtimeMs > statSync(command).mtimeMs) return bundle;
  mkdirSync(folder, { recursive: true });
  const run = (...words) => execFileSync(command, words.map(String), { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, SOURCE_DATE_EPOCH: '1763683200' } });
  run('synth', recipe.kind ?? 'workouts', ...recipe.synth, '--out', join(folder, 'data'));
  const file = join(folder, 'data/pocketrec.json');
  if (recipe.change) {
    const config = JSON.parse(readFileSync(file, 'utf8'));
    recipe.change(config, folder);
    writeFileSync(file, JSON.stringify(config, null, 1));
  }
  run('train', file, '--out', bundle, ...(recipe.words ?? []));
  return bundle;
}

// Shops: the one of data/shop, and a few of its products with clicks, searches and baskets, so that every table is there;
// and a made-up one of many products, where the command can make it.
function makeShops(folder) {
  const fresh = (bundle) => existsSync(join(bundle, 'manifest.json')) && statSync(join(bundle, 'manifest.json')).mtimeMs > statSync(command).mtimeMs;
  const silent = { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, SOURCE_DATE_EPOCH: '1763683200' } };
  const catalogue = join(folder, 'catalogue/bundle');
  const busy = join(folder, 'busy/bundle');
  if (!fresh(catalogue)) {
    mkdirSync(join(folder, 'catalogue'), { recursive: true });
    execFileSync(command, ['train', join(root, 'data/shop/pocketrec.json'), '--out', catalogue], silent);
  }
  if (!fresh(busy)) execFileSync('bash', [join(root, 'tests/make_shop.sh'), command, '60', join(folder, 'busy')], silent);
  const made = [catalogue, busy];
  if (/^Usage:.*\bshop\b/m.test(execFileSync(command, ['synth', '--help'], { encoding: 'utf8' })))
    made.push(make(join(folder, 'large'), { kind: 'shop', synth: ['--seed', 5] }), makeMeaning(join(folder, 'meaning')));
  return made;
}

// A shop that is searched by meaning, too. The encoder is not in the bundle: the command would encode queries by itself.
function makeMeaning(folder) {
  writeModel(join(folder, 'model'), 0, LETTERS);
  return make(folder, { kind: 'shop', synth: ['--seed', 6, '--products', 900], change: (config) => {
    config.limits = { ...config.limits, shard_bytes: 4096 };
    config.meaning = { encoder: '../model', dims: 32, fuse: { pool: 300 } };
  } });
}

// Films by age, gender and occupation: other columns and questions; only where the set is at hand (PR_DATA).
function makeFilms(folder) {
  const bundle = join(folder, 'bundle');
  if (!existsSync(join(bundle, 'manifest.json')) || statSync(join(bundle, 'manifest.json')).mtimeMs < statSync(command).mtimeMs) {
    mkdirSync(folder, { recursive: true });
    execFileSync(command, ['train', join(root, 'data/real/ml-100k.json'), '--out', bundle], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
  return bundle;
}

// PR_PARITY_BUNDLES (folders, parted like PATH) in place of the made ones.
export function bundles() {
  if (process.env.PR_PARITY_BUNDLES) return process.env.PR_PARITY_BUNDLES.split(delimiter);
  const made = Object.entries(RECIPES).map(([name, recipe]) => make(join(root, 'build/parity', name), recipe));
  made.push(...makeShops(join(root, 'build/parity/shops')));
  if (process.env.PR_DATA && existsSync(join(process.env.PR_DATA, 'ml-100k'))) made.push(makeFilms(join(root, 'build/parity/films')));
  return made;
}
