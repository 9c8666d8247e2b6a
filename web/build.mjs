/**
 * Builds web/dist: the site, its service worker, and the library.
 *
 *   node build.mjs [pocketrec.wasm [pocketrec.wasm without SIMD]] [--no-types]
 *
 * The engines with more parts (pocketrec-shop.wasm, -ranking, -full) are looked for beside each of the two; full stands in for
 * one that is not there. So is the text encoder, which no page loads at once. Files that a page loads are named by their content, the engines by a query; the pages are written
 * last and know them all. Each file gets a .br and a .gz beside it, except the pages that `pocketrec publish` completes
 * first.
 */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const WEB = dirname(fileURLToPath(import.meta.url));
const DIST = join(WEB, 'dist');
const TARGET = ['chrome100', 'firefox105', 'safari16'];
const BUDGET = 70 * 1024;
/** A page for one more part, and the engine with it. */
const PART_BUDGET = 85 * 1024;
/** The page of purchases with the worker, without any engine. */
const PURCHASES_BUDGET = 30 * 1024;
/** The page of insights with its charts, and the encoder's program: neither is part of another page's first visit. */
const STAGES_BUDGET = 12 * 1024;
const INSIGHTS_BUDGET = 45 * 1024;
const ENCODER_BUDGET = 30 * 1024;

const PAGES = ['index.html', 'trainers.html', 'shop.html', 'purchases.html', 'insights.html'];
const BUILDS = ['shop', 'ranking', 'purchases', 'full'];

const paths = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const SIMD = resolve(paths[0] ?? join(WEB, '../build/wasm/pocketrec.wasm'));
const BASELINE = resolve(paths[1] ?? join(WEB, '../build/wasm-nosimd/pocketrec.wasm'));

const hash = (...parts) =>
  parts
    .reduce((sum, part) => sum.update(part), createHash('sha256'))
    .digest('hex')
    .slice(0, 10);

function write(name, content) {
  const path = join(DIST, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return name;
}

/** Bundle one entry in memory. */
async function bundle(entry, options = {}) {
  const result = await build({
    entryPoints: [join(WEB, 'src', entry)],
    bundle: true,
    minify: true,
    write: false,
    legalComments: 'none',
    charset: 'utf8',
    target: TARGET,
    format: 'iife',
    logLevel: 'warning',
    ...options,
    define: { ...(options.format === 'esm' ? {} : { 'import.meta.url': 'undefined' }), ...options.define },
  });
  return result.outputFiles[0].contents;
}

/** Browsers without light-dark() get both sides of each token by the older means. */
function bothSides(style) {
  const css = Buffer.from(style).toString('utf8');
  const tokens = [
    ...css.matchAll(/(--[\w-]+):\s*light-dark\(((?:[^(),]|\([^()]*\))+),\s*((?:[^()]|\([^()]*\))+?)\)[;}]/g),
  ];
  if (tokens.length < 10) throw new Error('the colour tokens of tokens.css were not found.');
  const side = (index) => tokens.map((token) => `${token[1]}:${token[index].trim()}`).join(';');
  return Buffer.from(
    `${css.trimEnd()}@supports not (color:light-dark(red,red)){:root{${side(2)}}@media(prefers-color-scheme:dark){:root:not([data-theme=light]){${side(3)}}}:root[data-theme=dark]{${side(3)}}}\n`,
  );
}

/** An asset named by its content. */
async function asset(entry, options) {
  const built = await bundle(entry, options);
  const content = entry.endsWith('.css') ? bothSides(built) : built;
  const [, stem, extension] = /([^/]+)\.(\w+)$/.exec(entry);
  return write(`assets/${stem}-${hash(content)}.${extension}`, content);
}

function copyEngine(path, name) {
  if (!existsSync(path)) throw new Error(`${path} is missing; build the presets wasm and wasm-nosimd first.`);
  const content = readFileSync(path);
  return `${write(name, content)}?v=${hash(content)}`;
}

function copyEngines() {
  const part = (path, name) => join(dirname(path), `pocketrec-${name}.wasm`);
  const engines = {
    simd: copyEngine(SIMD, 'pocketrec.wasm'),
    baseline: copyEngine(BASELINE, 'pocketrec-nosimd.wasm'),
  };
  for (const name of BUILDS)
    if (name === 'full' || existsSync(part(SIMD, name)))
      engines[name] = {
        simd: copyEngine(part(SIMD, name), `pocketrec-${name}.wasm`),
        baseline: copyEngine(part(BASELINE, name), `pocketrec-${name}-nosimd.wasm`),
      };
  return engines;
}

/** The text encoder's worker and its module, which lies under a name of its own for those who load it themselves. */
async function encoderParts() {
  const copy = (path, name) => copyEngine(join(dirname(path), 'pocketrec-encoder.wasm'), `pocketrec-encoder${name}.wasm`);
  return { script: await asset('encoder/worker.js'), wasm: { simd: copy(SIMD, ''), baseline: copy(BASELINE, '-nosimd') } };
}

/** The file of a build as the manifest chooses it. */
const engineFile = (engines, name) => (engines[name] ?? engines.full).simd.split('?')[0];

function copyPublic() {
  return ['icon.svg', 'site.webmanifest'].map((name) => write(name, readFileSync(join(WEB, 'public', name))));
}

function writePage(page, names, id) {
  let text = readFileSync(join(WEB, 'public', page), 'utf8');
  for (const [mark, name] of Object.entries({ ...names, BUILD: id })) text = text.replace(`%${mark}%`, name);
  write(page, text);
}

/** The licence of the charts, whose text lies beside the site; what is said here goes with their code. */
function chartLicence() {
  const folder = join(WEB, 'node_modules/uplot');
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  write('third-party.txt', `uPlot ${version}, ${license} licence; in assets/insights-*\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8')}`);
  return `/*! uPlot ${version} (c) Leon Sorokin, ${license} licence: third-party.txt */`;
}

/** The style and the script of a part's page, which have its name. */
async function partAssets(name, define, more = {}) {
  const [STYLE, SCRIPT] = await Promise.all([asset(`design/${name}.css`), asset(`${name}/${name}.js`, { define, ...more })]);
  return { page: `${name}.html`, STYLE, SCRIPT };
}

const filesOf = ({ page, STYLE, SCRIPT }) => [page, STYLE, SCRIPT];

async function buildSite() {
  const wasm = copyEngines();
  const encoder = await encoderParts();
  const define = { __SITE__: JSON.stringify({ wasm }) };
  const lent = { __SITE__: JSON.stringify({ wasm, encoder }) };
  const stages = await asset('shop/stages.js', { define: lent, globalName: 'pocketrecStages' });
  const shopping = { __SITE__: JSON.stringify({ wasm, stages }) };
  const [STYLE, THEME, SCRIPT] = await Promise.all([
    asset('design/style.css'),
    asset('page/theme.js'),
    asset('page/main.js', { define }),
  ]);
  const files = [STYLE, THEME, SCRIPT, ...copyPublic()];
  const ranking = await partAssets('trainers', define);
  const shop = await partAssets('shop', shopping);
  const purchases = await partAssets('purchases', define);
  const insights = await partAssets('insights', define, { banner: { js: chartLicence() } });
  const all = [ranking, shop, purchases, insights];
  const parts = { ranking: filesOf(ranking), shop: filesOf(shop), purchases: filesOf(purchases), meaning: [stages] };
  const built = [...files, stages, encoder.script, ...all.flatMap((part) => [part.STYLE, part.SCRIPT])].map((file) => readFileSync(join(DIST, file)));
  const pages = PAGES.map((page) => readFileSync(join(WEB, 'public', page)));
  const id = hash(...pages, JSON.stringify([files, parts, encoder, wasm]), ...built);
  writePage('index.html', { STYLE, THEME, SCRIPT }, id);
  for (const part of all) writePage(part.page, { STYLE: part.STYLE, THEME, SCRIPT: part.SCRIPT }, id);
  write('sw.js', await bundle('sw.js', { define: { __SITE__: JSON.stringify({ build: id, files, parts, wasm }) } }));
  return {
    first: ['index.html', STYLE, THEME, SCRIPT, 'pocketrec.wasm'],
    trainers: [...filesOf(ranking), THEME, engineFile(wasm, 'ranking')],
    shop: [...filesOf(shop), THEME, engineFile(wasm, 'shop')],
    purchases: [...filesOf(purchases), THEME, 'sw.js'],
    stages: [stages],
    insights: [...filesOf(insights), THEME],
    encoder: [encoder.script, encoder.wasm.simd.split('?')[0]],
  };
}

async function buildLibrary() {
  write('encoder.mjs', await bundle('lib/encoder.js', { format: 'esm' }));
  write('pocketrec.mjs', await bundle('lib/index.js', { format: 'esm' }));
  write('pocketrec.global.js', await bundle('lib/index.js', { globalName: 'pocketrec' }));
  if (!process.argv.includes('--no-types'))
    execFileSync(join(WEB, 'node_modules/.bin/tsc'), ['-p', WEB], { stdio: 'inherit' });
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function compress() {
  const sizes = new Map();
  for (const path of walk(DIST)) {
    const content = readFileSync(path);
    const brotli = brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    });
    const name = relative(DIST, path);
    sizes.set(name, { raw: content.length, brotli: brotli.length });
    if ((PAGES.includes(name) && name !== 'insights.html') || name.endsWith('.d.ts')) continue;
    writeFileSync(`${path}.br`, brotli);
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
  return sizes;
}

function report(sizes, site) {
  const row = (name, raw, brotli) =>
    console.log(`${name.padEnd(34)}${String(raw).padStart(9)}${String(brotli).padStart(9)}`);
  row('file', 'bytes', 'brotli');
  for (const [name, { raw, brotli }] of sizes) if (!name.endsWith('.d.ts')) row(name, raw, brotli);
  const sum = (names) => names.reduce((total, name) => total + sizes.get(name).brotli, 0);
  const check = (name, files, most) => {
    const size = sum(files);
    row(name, '', size);
    if (size > most) throw new Error(`${name} takes ${size} bytes, more than the ${most} it may take.`);
  };
  check('first visit without the bundle', site.first, BUDGET);
  check('trainers without the bundle', site.trainers, PART_BUDGET);
  row('shop page alone', '', sum(site.shop.slice(0, -1)));
  check('shop without the bundle', site.shop, PART_BUDGET);
  check('shop with meaning, more', site.stages, STAGES_BUDGET);
  check('insights page alone', site.insights, INSIGHTS_BUDGET);
  check('encoder without its weights', site.encoder, ENCODER_BUDGET);
  check('purchases and worker, no engine', site.purchases, PURCHASES_BUDGET);
}

rmSync(DIST, { recursive: true, force: true });
const site = await buildSite();
await buildLibrary();
report(compress(), site);
for (const page of PAGES) if (!statSync(join(DIST, page)).size) throw new Error(`${page} is empty.`);
