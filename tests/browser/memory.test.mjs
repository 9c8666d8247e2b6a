/** Ten thousand requests leave no trace: JavaScript's heap and WebAssembly's memory as they were after one thousand. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BUNDLE, firstPage, seal, startSite, withBrowser } from './browser.mjs';

const HEAP_NOISE = 64 * 1024;

test('memory is flat from request 1,000 to request 10,000', { timeout: 180000 }, async () => {
  const site = await startSite();
  try {
    await withBrowser({ serviceWorkers: 'block' }, async (context) => {
      const page = await firstPage(context, site.url);
      const devtools = await context.newCDPSession(page);
      await page.evaluate(async () => {
        const { load } = await import('/pocketrec.mjs');
        const rec = await load({ bundle: 'bundle/', state: 'memory' });
        const { dimensions } = await rec.questions();
        const items = (await rec.request('GET', '/api/v1/items/popular?n=20')).recommendations.map((item) => item.id);
        let count = 0;
        window.__ask = async (until) => {
          for (; count < until; count++) {
            const answers = Object.fromEntries(
              dimensions.map((d, i) => [
                d.input,
                d.many ? [d.values[count % d.values.length]] : d.values[(count >> i) % d.values.length],
              ]),
            );
            if (count % 5 === 0)
              await rec.call('POST', '/api/v1/events', { type: 'like', item: items[count % items.length] });
            else if (count % 100 === 1) await rec.call('DELETE', '/api/v1/me');
            else if (count % 7 === 0)
              await rec.call('POST', '/api/v1/workouts/query', { must: { keywords: 'gentle morning' }, n: 10 });
            else await rec.call('POST', '/api/v1/onboarding', { ...answers, n: 10, knobs: { explore: 0.1 } });
          }
          return rec.memory();
        };
        window.__close = () => rec.close();
      });
      const measure = async (until) => {
        const memory = await page.evaluate((n) => window.__ask(n), until);
        let heap = Infinity;
        for (let i = 0; i < 4; i++) {
          await devtools.send('HeapProfiler.collectGarbage');
          await page.evaluate(() => window.gc?.());
          const { usedSize } = await devtools.send('Runtime.getHeapUsage');
          heap = Math.min(heap, usedSize);
        }
        return { ...memory, heap };
      };
      const early = await measure(1000);
      const late = await measure(10000);
      console.log(`# heap ${early.heap} → ${late.heap}, wasm ${early.linear} → ${late.linear}`);
      assert.equal(late.linear, early.linear, 'the memory of the engine has grown');
      assert.ok(late.heap - early.heap < HEAP_NOISE, `the heap has grown from ${early.heap} to ${late.heap}`);
    });
  } finally {
    await site.stop();
  }
});

test('a hundred bundles one after the other leave the memory as it was after three', { timeout: 120000 }, async () => {
  const site = await startSite();
  try {
    await withBrowser({ serviceWorkers: 'block' }, async (context) => {
      const page = await firstPage(context, site.url);
      const manifest = JSON.parse(readFileSync(join(BUNDLE, 'manifest.json'), 'utf8'));
      const manifests = Array.from({ length: 101 }, (_, i) => seal({ ...manifest, version: `v${i}` }));
      const sizes = await page.evaluate(async (texts) => {
        const { load } = await import('/pocketrec.mjs');
        const get = (input, init) =>
          String(input).endsWith('manifest.json') ? Promise.resolve(new Response(texts.shift())) : fetch(input, init);
        const rec = await load({ bundle: 'bundle/', state: 'memory', cache: false, fetch: get });
        const seen = [];
        for (let i = 0; i < 100; i++) {
          await rec.request('GET', '/api/v1/items/popular?n=5');
          if (!(await rec.refresh())) throw new Error('the new bundle was not taken');
          seen.push(rec.memory().linear);
        }
        return seen;
      }, manifests);
      assert.equal(sizes.at(-1), sizes[2]);
    });
  } finally {
    await site.stop();
  }
});
