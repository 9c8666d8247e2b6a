// The search beside MiniSearch and FlexSearch: how often known products are found (MRR@10, beside judged queries of Cranfield by
// NDCG@10), how fast, how large, in node and in Chromium. search.py has prepared what is read here.
//
//   node --expose-gc search.mjs [--peers] [--quality]    --peers: without our side, --quality: neither speed nor size
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { Random } from '../parity/requests.mjs';
import { inChromium } from './chromium.mjs';
import { line, root, work } from './common.mjs';
import { measureOurs, measurePeer } from './search/measure.mjs';
import { open, search } from './search/ours.mjs';
import { flexSearch, miniSearch } from './search/peers.mjs';

const here = join(root, 'tests/bench/search');
const folder = join(work, 'search');
const QUERIES = 300;
const K = 10;
const WASM = join(root, 'build/wasm/pocketrec-shop.wasm');
const withOurs = !process.argv.includes('--peers');
const onlyQuality = process.argv.includes('--quality');
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const products = read('names.json').map((product, id) => ({ ...product, id }));

// --- the peers' packages --------------------------------------------------------------------------------------------

function install() {
  const place = join(folder, 'peers');
  const lock = join(place, 'package-lock.json');
  const same = existsSync(lock) && readFileSync(lock, 'utf8') === readFileSync(join(here, 'package-lock.json'), 'utf8');
  mkdirSync(place, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(here, file), join(place, file));
  if (!same || !existsSync(join(place, 'node_modules/minisearch')))
    execFileSync('npm', ['ci', '--prefix', place, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return { miniSearch: join(place, 'node_modules/minisearch/dist/es/index.js'), flexSearch: join(place, 'node_modules/flexsearch/dist/flexsearch.bundle.module.min.mjs') };
}
const files = install();
const { default: MiniSearch } = await import(pathToFileURL(files.miniSearch));
const { Index } = await import(pathToFileURL(files.flexSearch));
const makePeers = { MiniSearch: () => miniSearch(MiniSearch), 'FlexSearch strict': () => flexSearch(Index) };

// --- queries for speed ----------------------------------------------------------------------------------------------

// One, two or three words of a product's name, of three letters or more, so that each has an answer; the same with the last word
// cut to three fifths, and with a letter of the longest word replaced by one that hardly occurs there.
function makeQueries() {
  const random = new Random(99);
  const queries = [];
  while (queries.length < QUERIES) {
    const product = random.pick(products);
    const count = 1 + (queries.length % 3);
    const left = [...new Set(product.name.toLowerCase().split(/[^\p{L}\p{N}]+/u))].filter((word) => word.length > 2);
    if (left.length < count) continue;
    const words = Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]);
    const last = words[count - 1];
    const longest = words.reduce((best, word, i) => (word.length > words[best].length ? i : best), 0);
    const at = 1 + random.below(words[longest].length - 1);
    const wrong = words[longest].slice(0, at) + random.pick([...'qzxj']) + words[longest].slice(at + 1);
    queries.push({ source: product.id, words, prefix: words.with(-1, last.slice(0, Math.max(2, Math.ceil(last.length * 0.6)))), typo: words.with(longest, wrong) });
  }
  return queries;
}
const queries = makeQueries();

// --- quality --------------------------------------------------------------------------------------------------------

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// 1 / the place of the first product of the wanted name; `ask` gives names.
function reciprocalRanks(known, ask) {
  return known.map(({ kind, query, name }) => {
    const place = ask(query).slice(0, K).indexOf(name);
    return { kind, value: place < 0 ? 0 : 1 / (place + 1) };
  });
}

function ndcg(ids, relevant) {
  const gain = (place) => 1 / Math.log2(place + 2);
  let sum = 0, best = 0;
  ids.slice(0, K).forEach((id, place) => (sum += relevant.includes(id) ? gain(place) : 0));
  for (let place = 0; place < Math.min(K, relevant.length); place++) best += gain(place);
  return sum / best;
}

const summary = (ranks) => {
  const kinds = [...new Set(ranks.map(({ kind }) => kind))];
  const of = (kind) => mean(ranks.filter((rank) => !kind || rank.kind === kind).map(({ value }) => value));
  return { all: of(), ...Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) };
};

function peersQuality(known, cranfield) {
  const loose = { fuzzy: 0.2, prefix: true };
  const settings = { 'MiniSearch or': {}, 'MiniSearch or, fuzzy, prefix': loose, 'MiniSearch and, fuzzy, prefix': { ...loose, combineWith: 'AND' } };
  const names = new MiniSearch({ fields: ['name', 'category'] });
  const papers = new MiniSearch({ fields: ['title', 'text'] });
  names.addAll(products);
  papers.addAll(cranfield.documents);
  const out = {};
  for (const [peer, options] of Object.entries(settings)) {
    out[peer] = {
      known: summary(reciprocalRanks(known, (query) => names.search(query, options).slice(0, K).map(({ id }) => products[id].name))),
      cranfield: mean(cranfield.queries.map(({ query, relevant }) => ndcg(papers.search(query, options).map(({ id }) => id), relevant))),
    };
  }
  return out;
}

// --- our side -------------------------------------------------------------------------------------------------------

const inBundle = (name) => new Uint8Array(readFileSync(join(folder, 'bundle', name)));
const bundle = (() => {
  const cache = new Map();
  return (name) => cache.get(name) ?? cache.set(name, inBundle(name)).get(name);
})();
const library = withOurs ? await import(pathToFileURL(join(root, 'web/src/lib/engine.js'))) : null;

async function ourQuality(known) {
  const opened = await open(library, await WebAssembly.compile(readFileSync(WASM)), bundle);
  const ask = (settings) => (query) => {
    const found = search(opened, query, `response_limit=${K}${settings}`);
    return found.fallback_reason ? [] : found.results.map(({ id }) => products[Number(id)].name);
  };
  const out = {
    'ours, as a visitor asks': { known: summary(reciprocalRanks(known, ask(''))) },
    'ours, or': { known: summary(reciprocalRanks(known, ask('&match=any&typo=0'))) },
  };
  opened.engine.close();
  return out;
}

// --- sizes ----------------------------------------------------------------------------------------------------------

const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const sizes = (parts) => {
  const sum = (size) => parts.reduce((total, part) => total + size(part), 0);
  return { files: parts.length, raw: sum((part) => part.length), gzip: sum(gzip), brotli: sum(brotli) };
};
const sizesOf = (names) => sizes([...new Set(names)].map(bundle));

// Each table of the bundle by itself: the peers' indexes hold no text to show.
function tableSizes() {
  const shards = JSON.parse(Buffer.from(bundle('manifest.json')).toString()).shards;
  const tables = [...new Set(shards.map(({ table }) => table))];
  return Object.fromEntries(tables.map((table) => [table, sizesOf(shards.filter((shard) => shard.table === table).map(({ file }) => file))]));
}

// --- the page -------------------------------------------------------------------------------------------------------

const js = (path) => ['text/javascript', readFileSync(path)];
const bytesOf = (path, type = 'application/octet-stream') => [type, readFileSync(path)];

function pageFiles() {
  const out = { '/peers.mjs': js(join(here, 'peers.mjs')), '/measure.mjs': js(join(here, 'measure.mjs')), '/ours.mjs': js(join(here, 'ours.mjs')) };
  Object.assign(out, { '/minisearch.mjs': js(files.miniSearch), '/flexsearch.mjs': js(files.flexSearch), '/products.json': ['application/json', JSON.stringify(products)] });
  if (!withOurs) return out;
  for (const name of ['engine.js', 'errors.js']) out[`/${name}`] = js(join(root, 'web/src/lib', name));
  out['/pocketrec.wasm'] = bytesOf(WASM, 'application/wasm');
  for (const name of read('files.json')) out[`/bundle/${name}`] = bytesOf(join(folder, 'bundle', name));
  return out;
}

async function peerInPage({ which, queries: asked }) {
  const { miniSearch: mini, flexSearch: flex } = await import('/peers.mjs');
  const { measurePeer: run } = await import('/measure.mjs');
  const peer = which === 'MiniSearch' ? mini((await import('/minisearch.mjs')).default) : flex((await import('/flexsearch.mjs')).Index);
  return (await run(peer, await (await fetch('/products.json')).json(), asked)).result;
}

async function oursInPage({ names, queries: asked }) {
  const { measureOurs: run } = await import('/measure.mjs');
  const module = await WebAssembly.compileStreaming(fetch('/pocketrec.wasm'));
  const loaded = new Map();
  for (const name of names) loaded.set(name, new Uint8Array(await (await fetch(`/bundle/${name}`)).arrayBuffer()));
  return run(await import('/engine.js'), module, (name) => loaded.get(name), asked);
}

// --- all of it ------------------------------------------------------------------------------------------------------

const ms = (value) => (value < 10 ? `${value.toPrecision(2)} ms` : `${value.toFixed(0)} ms`);
const mb = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
const result = { quality: {}, speed: { node: {}, Chromium: {} } };
const known = read('known.json');

async function measureSpeed() {
  for (const [name, make] of Object.entries(makePeers)) {
    const { result: figures, text } = await measurePeer(make(), products, queries);
    result.speed.node[name] = { ...figures, size: sizes([Buffer.from(text)]) };
    result.speed.Chromium[name] = await inChromium(pageFiles(), peerInPage, { which: name, queries });
  }
  if (withOurs) {
    const names = read('files.json');
    result.size = sizesOf(names);
    result.tables = tableSizes();
    result.speed.node.ours = await measureOurs(library, await WebAssembly.compile(readFileSync(WASM)), bundle, queries);
    result.speed.Chromium.ours = await inChromium(pageFiles(), oursInPage, { names, queries });
    const { first, paged } = result.speed.node.ours;
    result.first = Object.fromEntries(Object.entries(first).map(([mode, { files: needed }]) => [mode, sizesOf(needed)]));
    result.paged = sizesOf(paged.files);
  }
  result.names = sizes([Buffer.from(JSON.stringify(products.map(({ name, category, price }) => ({ name, category, price }))))]);
}

function reportSpeed() {
  for (const [where, sides] of Object.entries(result.speed)) {
    for (const name of Object.keys(makePeers)) {
      for (const [mode, { p50, p95 }] of Object.entries(sides[name].modes)) {
        line(`${mode}, ${where}, p50; ${name}`, ours(sides.ours?.modes[mode].p50, ms), ms(p50), '-');
        line(`${mode}, ${where}, p95; ${name}`, ours(sides.ours?.modes[mode].p95, ms), ms(p95), '-');
      }
      line(`reading the index, ${where}; ${name}`, ours(sides.ours?.attachAll, ms), ms(sides[name].load), '-');
    }
  }
  for (const name of Object.keys(makePeers)) {
    const { size, heap } = result.speed.node[name];
    for (const kind of ['raw', 'gzip', 'brotli']) line(`index, ${kind}; ${name}`, ours(result.size?.[kind], mb), mb(size[kind]), '-');
    if (heap !== null) line(`memory of the index, node; ${name}`, ours(result.speed.node.ours?.memory.linear, mb), mb(heap), '-');
  }
  for (const kind of ['raw', 'gzip', 'brotli']) line(`names, categories and prices as JSON, ${kind}`, '-', mb(result.names[kind]), '-');
  if (withOurs) {
    for (const [table, { files: count, raw, brotli: packed }] of Object.entries(result.tables)) line(`table ${table}, ${count} files, raw and brotli`, mb(raw), mb(packed), '-');
    for (const [mode, size] of Object.entries(result.first)) line(`first query, brotli, ${size.files} files; ${mode}`, mb(size.brotli), '-', '-');
    for (const [where, sides] of Object.entries(result.speed)) line(`opening and first query, ${where}`, ms(sides.ours.first.and.time), '-', '-');
    line('memory after 300 queries beside its shards', mb(result.speed.node.ours.paged.memory.linear), mb(result.paged.raw), '-');
  }
}

result.quality = { ...read('fts5.json'), ...peersQuality(known, read('cranfield.json')) };
if (withOurs) {
  Object.assign(result.quality, await ourQuality(known));
  result.quality['ours, or'].cranfield = read('ours.json').cranfield;
}

if (!onlyQuality) await measureSpeed();
writeFileSync(join(folder, onlyQuality ? 'quality.json' : 'results.json'), JSON.stringify(result, null, 1));

const ours = (value, show) => (value === undefined ? '-' : show(value));
const share = (value) => value.toFixed(4);
const best = result.quality['ours, as a visitor asks']?.known;
const any = result.quality['ours, or'];
for (const [name, figures] of Object.entries(result.quality)) {
  if (name === 'ours, as a visitor asks') continue;
  for (const kind of Object.keys(figures.known)) line(`MRR@10, ${kind}; ${name}`, ours(best?.[kind], share), share(figures.known[kind]), '-');
  line(`NDCG@10, Cranfield; ${name}`, ours(any?.cranfield, share), share(figures.cranfield), '-');
}
if (!onlyQuality) reportSpeed();
