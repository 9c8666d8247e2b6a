/**
 * The npm package in somebody else's page: the packed tarball through a bundler, as a module, and as a plain script.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BUNDLE, ROOT, firstPage, require, startSite, withBrowser } from './browser.mjs';

let folder;
let installed;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pocketrec-package-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: join(ROOT, 'web'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  installed = join(folder, 'node_modules/pocketrec');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', installed]);
});
after(() => folder && rmSync(folder, { recursive: true, force: true }));

/** Serve `files` as a site beside the engine and the bundle; `use` gets its first page. */
async function withPage(files, use) {
  const out = mkdtempSync(join(folder, 'site-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
  for (const name of ['pocketrec.wasm', 'pocketrec-nosimd.wasm'])
    cpSync(join(installed, 'dist', name), join(out, name));
  const site = await startSite([
    ['/bundle/', BUNDLE],
    ['/node_modules/', join(folder, 'node_modules')],
    ['/', out],
  ]);
  try {
    await withBrowser({}, async (context) => use(await firstPage(context, site.url)));
  } finally {
    await site.stop();
  }
}

/** The script of a page that fills its list. */
const FILL = `
  const { dimensions } = await rec.questions();
  const answers = Object.fromEntries(dimensions.map((d) => [d.input, d.many ? [d.values[0]] : d.values[0]]));
  const { recommendations } = await rec.onboarding(answers);
  document.querySelector('#list').append(...recommendations.map((item) => Object.assign(document.createElement('li'), { textContent: item.title })));
  document.body.dataset.ready = 'yes';
`;
const page = (script) => `<!doctype html><title>Somebody’s shop</title><ol id="list"></ol>${script}`;

async function filled(view) {
  await view.locator('body[data-ready=yes]').waitFor();
  assert.equal(await view.locator('#list li').count(), 10);
  assert.deepEqual(await view.evaluate(() => window.__violations), []);
}

test('the tarball holds what it names, and nothing else', () => {
  const { exports, types } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const entry of Object.values(exports)
    .flatMap((value) => (typeof value === 'string' ? [value] : Object.values(value)))
    .concat(types))
    assert.ok(existsSync(join(installed, entry)), `${entry} is missing`);
  assert.ok(!existsSync(join(installed, 'node_modules')));
  assert.ok(!existsSync(join(installed, 'dist/index.html')));
});

test('bundled by esbuild into a page', async () => {
  const entry = join(folder, 'shop.js');
  writeFileSync(
    entry,
    `import { load } from 'pocketrec';\nconst rec = await load({ bundle: '/bundle/', wasm: '/pocketrec.wasm' });${FILL}`,
  );
  const { buildSync } = require('esbuild');
  const [{ text }] = buildSync({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    write: false,
    minify: true,
    logLevel: 'error',
  }).outputFiles;
  await withPage({ 'index.html': page('<script type="module" src="shop.js"></script>'), 'shop.js': text }, filled);
});

test('as a module without any tool', async () => {
  const shop = `import { load } from '/node_modules/pocketrec/dist/pocketrec.mjs';\nconst rec = await load({ bundle: '/bundle/' });${FILL}`;
  await withPage({ 'index.html': page('<script type="module" src="shop.js"></script>'), 'shop.js': shop }, filled);
});

test('as a plain <script>', async () => {
  const shop = `pocketrec.load({ bundle: 'bundle/' }).then(async (rec) => {${FILL}});`;
  await withPage(
    {
      'index.html': page(
        '<script src="/node_modules/pocketrec/dist/pocketrec.global.js"></script><script src="shop.js"></script>',
      ),
      'shop.js': shop,
    },
    filled,
  );
});

test('the types say what the library does', () => {
  const source = join(folder, 'use.ts');
  writeFileSync(
    source,
    `import { load, PocketrecError } from 'pocketrec';
const rec = await load({ bundle: '/bundle/', state: { get: () => '', set: (text: string) => void text } });
const reply = await rec.call('GET', '/api/v1/health');
const status: number = reply.status;
const stop: () => boolean = rec.subscribe(() => {});
// @ts-expect-error a bundle is needed
await load({});
// @ts-expect-error the type of an event is a text
await rec.event(1, 2);
export { status, stop, PocketrecError };
`,
  );
  execFileSync(
    join(ROOT, 'web/node_modules/.bin/tsc'),
    [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--module',
      'es2022',
      '--moduleResolution',
      'bundler',
      '--lib',
      'es2023,dom',
      source,
    ],
    { cwd: folder, stdio: 'inherit' },
  );
});
